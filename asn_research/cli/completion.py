"""The command ``asn-research completion``, and what the shell completes names with."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final

import typer

_RAW: Final = Path("data", "raw")
_MARK: Final = "#"


class Shell(StrEnum):
    """Shells that completion can be set up for."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


def completion(shell: Annotated[Shell, typer.Argument(metavar="shell")]) -> None:
    """Print the script that completes commands, options and names in a shell."""
    from typer.completion import get_completion_script  # type: ignore[attr-defined]

    typer.echo(
        get_completion_script(
            prog_name="asn-research", complete_var="_ASN_RESEARCH_COMPLETE", shell=shell.value
        )
    )


def complete_regions(ctx: typer.Context, incomplete: str) -> list[str]:
    """The region folders that a word can become, but for those already given."""
    given = set(ctx.params.get("regions") or ())
    return [name for name in _folders(_raw(ctx)) if name.startswith(incomplete) and name not in given]


def complete_periods(ctx: typer.Context, incomplete: str) -> list[str]:
    """The periods that a word can become, of any region."""
    raw = _raw(ctx)
    periods = {period for region in _folders(raw) for period in _folders(raw / region)}
    return [name for name in sorted(periods) if name.startswith(incomplete)]


def complete_findings(ctx: typer.Context, incomplete: str) -> list[str]:
    """The names of findings and results that a word can become."""
    given = ctx.params.get("reports")
    folder = Path(given) if given else _project() / "reports"
    names = {str(record["id"]) for record in _records(folder) if "id" in record}
    names |= {name.partition(".")[0] for name in names}
    return [name for name in sorted(names) if name.startswith(incomplete)]


def _records(folder: Path) -> Iterator[dict[str, Any]]:
    found = [folder / "findings.json", *folder.glob("*/findings.json"), *folder.glob("*/*/findings.json")]
    for path in found:
        try:
            yield from json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue


def _raw(ctx: typer.Context) -> Path:
    given = ctx.params.get("raw")
    return Path(given) if given else _project() / _RAW


def _project() -> Path:
    """The folder that holds ``data/raw``, found without loading what reads data."""
    named = os.environ.get("ASN_RESEARCH_HOME")
    if named:
        return Path(named)
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents) if (folder / _RAW).is_dir()), here)


def _folders(folder: Path) -> list[str]:
    try:
        inside = [path for path in folder.iterdir() if path.is_dir()]
    except OSError:
        return []
    return sorted(path.name for path in inside if not path.name.startswith((".", "_")))
