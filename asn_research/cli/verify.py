"""The command ``asn-research verify``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from asn_research.cli.choice import choose, find_folders
from asn_research.cli.console import DIFFERENT, FAILED, WELL, console_language, print_problems, refuse, say
from asn_research.cli.option import RawFolder
from asn_research.contract.region import ACROSS
from asn_research.errors import AsnResearchError, FullDiskError
from asn_research.language import format_count

if TYPE_CHECKING:
    from asn_research.reports.verification import Verification

_SHOWN = 20
_LONG = 60


def verify(
    report: Annotated[Path, typer.Argument(metavar="report")],
    *,
    raw: RawFolder = None,
) -> None:
    """Make a report again from its inputs, and compare every file and every number."""
    from asn_research.reports.verification import read_published, verify_report

    try:
        manifest, reports = read_published(report)
        folders = find_folders(raw, Path(), reports)
        if manifest.region != ACROSS:
            choose(folders["raw"], [manifest.region], manifest.period or None)
    except AsnResearchError as error:
        raise refuse(error.problems) from error
    from asn_research.reports.order import Order

    order = Order(
        raw=folders["raw"],
        processed=folders["processed"],
        reports=reports,
        notebooks=folders["notebooks"],
    )
    try:
        found = verify_report(report, order)
    except FullDiskError as error:
        print_problems(error.problems)
        raise typer.Exit(FAILED) from error
    _print(found)
    raise typer.Exit(WELL if found.same else DIFFERENT)


def _print(found: Verification) -> None:
    language = console_language()
    name = f"{found.region} {found.period}"
    count = format_count(found.compared, language)
    if found.same:
        typer.echo(say("verified", report=name, files=format_count(found.total, language), count=count))
    else:
        typer.echo(say("differs", report=name))
        for file in found.files:
            typer.echo(f"  {say('differs_file', name=file)}")
        if not found.numbers:
            typer.echo(f"  {say('numbers_same', count=count)}")
    for change in found.numbers[:_SHOWN]:
        values = {"published": _short(change.published), "remade": _short(change.remade)}
        place = say(
            "differs_number", question=change.question, place=change.place, field=change.field, **values
        )
        typer.echo(f"  {place}")
    if len(found.numbers) > _SHOWN:
        more = format_count(len(found.numbers) - _SHOWN, language)
        typer.echo(f"  {say('differs_more', count=more)}")
    if found.changed:
        typer.echo(say("changed_since", changes=", ".join(found.changed)))
    elif not found.same:
        typer.echo(say("changed_nothing"))


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= _LONG else f"{text[:_LONG]}…"
