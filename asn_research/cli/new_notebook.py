"""The command ``asn-research new-notebook``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Final

import typer

from asn_research.cli.choice import choose
from asn_research.cli.console import WRONG_CALL, refuse, say
from asn_research.cli.option import RawFolder
from asn_research.errors import AsnResearchError, Problem
from asn_research.language import Language

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,80}")


def new_notebook(
    name: Annotated[str, typer.Argument(metavar="name")],
    *,
    region: Annotated[str | None, typer.Option(metavar="region")] = None,
    period: Annotated[str | None, typer.Option(metavar="period")] = None,
    question: Annotated[str | None, typer.Option(metavar="question")] = None,
    folder: Annotated[Path | None, typer.Option("--folder", metavar="folder")] = None,
    raw: RawFolder = None,
    language: Annotated[Language, typer.Option("--language", metavar="id|en")] = "id",
) -> None:
    """Write a notebook to begin with: parameters, the report's answer, tables, gains, a figure."""
    from asn_research.ingest.storage import write_files
    from asn_research.ingest.store import find_project
    from asn_research.reports.exhibits.starter import Wish, draft_notebook

    try:
        home = raw or find_project() / "data" / "raw"
        chosen, _ = choose(home, [region] if region else [], period)[0]
        wish = Wish(
            name=_check_name(name), region=chosen, period=period, question=question, language=language
        )
        text = draft_notebook(wish)
        place = folder or home.parents[1] / "notebooks" / "exploration"
        path = place / f"{wish.name}.ipynb"
        if path.exists():
            raise AsnResearchError([Problem("notebook_there", say("notebook_there", path=path))])
        write_files(place, {path.name: text.encode()})
    except AsnResearchError as error:
        raise refuse(error.problems) from error
    except OSError as error:
        typer.echo(say("not_written", path=name, error=error.strerror or ""), err=True)
        raise typer.Exit(WRONG_CALL) from error
    typer.echo(say("notebook_written", path=path))


def _check_name(text: str) -> str:
    name = text.removesuffix(".ipynb")
    if not _NAME.fullmatch(name):
        raise AsnResearchError([Problem("notebook_name", say("notebook_name", name=text))])
    return name
