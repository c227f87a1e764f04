"""The command ``asn-research verify``."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from asn_research.cli.choice import choose
from asn_research.cli.console import DIFFERENT, FAILED, WELL, console_language, print_problems, refuse, say
from asn_research.cli.option import RawPlace
from asn_research.cli.place import open_places, read_place
from asn_research.contract.region import ACROSS
from asn_research.errors import AsnResearchError, FullDiskError
from asn_research.language import format_count

if TYPE_CHECKING:
    from asn_research.reports.runs.verification import Verification

_SHOWN = 20
_LONG = 60


def verify(
    report: Annotated[Any, typer.Argument(metavar="report", parser=read_place)],
    *,
    raw: RawPlace = None,
) -> None:
    """Make a report again from its inputs, and compare every file and every number."""
    with contextlib.ExitStack() as stack:
        try:
            folder, folders = _open(stack, report, raw)
        except AsnResearchError as error:
            raise refuse(error.problems) from error
        found = _verify(folder, folders)
    _print(found)
    raise typer.Exit(WELL if found.same else DIFFERENT)


def _open(
    stack: contextlib.ExitStack, report: Path | str, raw: Path | str | None
) -> tuple[Path, Mapping[str, Path]]:
    """The folder of the report and those it was made in, on this machine."""
    from asn_research.reports.runs.verification import read_published

    if isinstance(report, Path):
        manifest, reports = read_published(report)
        inside = report.resolve().relative_to(reports)
        places = stack.enter_context(open_places(raw, Path(), reports))
        places.fetch([manifest.region] if manifest.region != ACROSS else ())
    else:
        home, inside = _split(report)
        places = stack.enter_context(open_places(raw, Path(), home))
        places.fetch(inside.parts[:-1])
        manifest, _ = read_published(places.folders["reports"] / inside)
    if manifest.region != ACROSS:
        choose(places.folders["raw"], [manifest.region], manifest.period or None)
    return places.folders["reports"] / inside, places.folders


def _split(url: str) -> tuple[str, Path]:
    """The URL of all reports, and the folder of one below it."""
    parts = url.rstrip("/").split("/")
    depth = 1 if parts[-1] == ACROSS else 2
    return "/".join(parts[:-depth]), Path(*parts[-depth:])


def _verify(folder: Path, folders: Mapping[str, Path]) -> Verification:
    from asn_research.reports.runs.order import Order
    from asn_research.reports.runs.verification import verify_report

    order = Order(
        raw=folders["raw"],
        processed=folders["processed"],
        reports=folders["reports"],
        notebooks=folders["notebooks"],
    )
    try:
        return verify_report(folder, order)
    except FullDiskError as error:
        print_problems(error.problems)
        raise typer.Exit(FAILED) from error


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
