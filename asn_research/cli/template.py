"""The commands ``asn-research template`` and ``asn-research new-region``."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from asn_research.cli.console import WRONG_CALL, refuse, say
from asn_research.cli.option import RawFolder
from asn_research.errors import AsnResearchError
from asn_research.language import Language

TemplateLanguage = Annotated[Language, typer.Option("--language", metavar="id|en")]


def template(
    output: Annotated[Path, typer.Option(metavar="file")] = Path("templat.xlsx"),
    language: TemplateLanguage = "id",
) -> None:
    """Write the workbook that an office fills in: a sheet for every table, with lists and checks."""
    from xlsxwriter.exceptions import FileCreateError

    from asn_research.contract.template import write_template

    try:
        write_template(output, language)
    except AsnResearchError as error:
        raise refuse(error.problems) from error
    except FileCreateError as error:
        raise error.args[0] from error
    typer.echo(str(output))


def new_region(
    folder: Annotated[str, typer.Argument(metavar="name")],
    *,
    name: Annotated[str, typer.Option(metavar="name")] = "",
    level: Annotated[
        Literal["kota", "kabupaten", "kecamatan", "provinsi"] | None,
        typer.Option(metavar="kota|kabupaten|kecamatan|provinsi"),
    ] = None,
    kemendagri_code: Annotated[str, typer.Option(metavar="code")] = "",
    bps_code: Annotated[str, typer.Option(metavar="code")] = "",
    period: Annotated[str | None, typer.Option(metavar="period")] = None,
    raw: RawFolder = None,
    language: TemplateLanguage = "id",
) -> None:
    """Make the folder of a region: region.toml to fill in, and the template in the folder of its period."""
    from asn_research.contract.region_file import NewRegion, write_region_folder
    from asn_research.ingest.store import find_project

    year = datetime.datetime.now(tz=datetime.UTC).year
    digits = (period or "")[:4]
    asked = NewRegion(
        folder=folder,
        period=period or str(year),
        year=int(digits) if digits.isdecimal() and len(digits) == 4 else year,
        name=name,
        level=level or "",
        kemendagri_code=kemendagri_code,
        bps_code=bps_code,
    )
    try:
        files = write_region_folder(raw or find_project() / "data" / "raw", asked, language=language)
    except AsnResearchError as error:
        raise refuse(error.problems) from error
    except OSError as error:
        typer.echo(say("not_written", path=folder, error=error.strerror or ""), err=True)
        raise typer.Exit(WRONG_CALL) from error
    for number, file in enumerate(files):
        typer.echo(say(("fill_region", "fill_template")[number], path=file))
    typer.echo(say("then_check", region=folder))
