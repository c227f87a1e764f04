"""The command ``asn-research status``."""

from __future__ import annotations

import contextlib
import datetime
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from asn_research.cli.console import (
    FAILED,
    OVERDUE,
    WELL,
    console_language,
    print_problems,
    refuse,
    say,
    tell,
)
from asn_research.cli.option import MaximumAge, ProcessedPlace, RawPlace, Regions, ReportsPlace, read_age
from asn_research.cli.place import Places, open_places
from asn_research.cli.table import Head, paint_state, print_table
from asn_research.errors import AsnResearchError, LocationError, Problem

if TYPE_CHECKING:
    from asn_research.reports.runs.status import Status

_SHOWN = 3


def status(
    regions: Regions = None,
    *,
    raw: RawPlace = None,
    processed: ProcessedPlace = None,
    reports: ReportsPlace = None,
    max_age: MaximumAge = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
    banner: Annotated[bool, typer.Option("--banner")] = False,
) -> None:
    """List fresh, stale, failed, missing and overdue reports."""
    age = None if max_age is None else read_age(max_age)
    if banner and age is None:
        raise typer.BadParameter(say("banner_age"))
    with contextlib.ExitStack() as stack:
        try:
            places = stack.enter_context(open_places(raw, processed or _nowhere(raw, reports), reports))
            chosen = places.choose(regions)
            away = _fetch(places, {region for region, _ in chosen})
        except AsnResearchError as error:
            raise refuse(error.problems) from error
        statuses = _read(places.folders, chosen, age, away)
        if as_json:
            typer.echo(json.dumps([each.as_record() for each in statuses], indent=1, ensure_ascii=False))
        else:
            _print_statuses(statuses)
            for each in statuses:
                _print_troubles(each)
            if not regions:
                _print_groundless(places.folders["reports"], chosen)
        if banner:
            _renew_banner(places, statuses)
    if any(each.overdue for each in statuses):
        raise typer.Exit(OVERDUE)
    raise typer.Exit(FAILED if any(each.standing == "unreadable" for each in statuses) else WELL)


def _fetch(places: Places, regions: Iterable[str]) -> dict[str, tuple[Problem, ...]]:
    """Bring what tells how reports stand; what was in the way of the regions that cannot be brought."""
    away: dict[str, tuple[Problem, ...]] = {}
    for region in sorted(regions):
        try:
            places.fetch([region])
        except LocationError as error:
            away[region] = error.problems
    places.collect()
    return away


def _nowhere(raw: Path | str | None, reports: Path | str | None) -> Path | None:
    """In the place of clean data where they are not asked for: of no project, unless one is needed anyway."""
    return None if raw is None or reports is None else Path()


def _read(
    folders: Mapping[str, Path],
    chosen: Sequence[tuple[str, str]],
    age: datetime.timedelta | None,
    away: Mapping[str, tuple[Problem, ...]],
) -> list[Status]:
    from asn_research.reports.runs.history import read_history
    from asn_research.reports.runs.memory import recall
    from asn_research.reports.runs.order import Order, Task
    from asn_research.reports.runs.status import read_statuses

    order = Order(
        raw=folders["raw"],
        processed=folders["processed"],
        reports=folders["reports"],
        notebooks=folders["notebooks"],
    )
    found = read_statuses(
        order,
        [Task(*pair) for pair in chosen],
        read_history(order.reports),
        now=datetime.datetime.now(datetime.UTC),
        max_age=age,
        digest=recall(order.processed).digest,
    )
    return [
        replace(each, standing="unreadable", changed=(), problems=away[each.region])
        if each.region in away
        else each
        for each in found
    ]


def _renew_banner(places: Places, statuses: Sequence[Status]) -> None:
    from asn_research.reports.runs.history import read_history, renew_index, write_history
    from asn_research.reports.runs.lock import hold
    from asn_research.reports.runs.status import overdue_names

    reports = places.folders["reports"]
    try:
        with hold(reports):
            known = read_history(reports)
            renewed = renew_index(reports, known, overdue=overdue_names(statuses))
            if renewed != known:
                write_history(reports, renewed)
        places.deliver()
    except AsnResearchError as error:
        raise refuse(error.problems) from error


def _print_statuses(statuses: Sequence[Status]) -> None:
    names = ("region", "period", "state", "confirmed", "changed")
    rows = []
    for each in statuses:
        words = paint_state(say(f"status_{each.standing}"), each.standing)
        if each.overdue:
            words = f"{words}, {paint_state(say('status_overdue'), 'overdue')}"
        changed = ", ".join(each.changed[:_SHOWN]) + (" …" if len(each.changed) > _SHOWN else "")
        rows.append((each.region, each.period, words, _day(each.confirmed), changed))
    print_table([Head(say(f"head_{name}"), long=name == "changed") for name in names], rows)


def _print_troubles(each: Status) -> None:
    if each.problems:
        tell(f"{each.region} {each.period}".strip(), err=True)
        print_problems(each.problems)
    if each.account is not None:
        tell(f"  {say('account', path=each.account)}", err=True)


def _print_groundless(reports: Path, chosen: Sequence[tuple[str, str]]) -> None:
    """Name what is published, and counted in the report across regions, though its raw files are gone."""
    published = {(path.parts[-3], path.parts[-2]) for path in reports.glob("*/*/manifest.json")}
    for region, period in sorted(published - set(chosen)):
        tell(say("status_groundless", region=region, period=period), err=True)


def _day(confirmed: str | None) -> str:
    """A time as the machine's place reads it."""
    from asn_research.language import format_date

    if confirmed is None:
        return say("never")
    local = datetime.datetime.fromisoformat(confirmed).astimezone()
    return f"{format_date(local.date(), console_language())}, {local:%H:%M}"
