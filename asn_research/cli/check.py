"""The command ``asn-research check``."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from asn_research.cli.account import print_decisions, print_hidden, print_reasons, print_totals
from asn_research.cli.attempt import attempt
from asn_research.cli.choice import choose
from asn_research.cli.console import FAILED, WELL, print_problems, refuse, say
from asn_research.cli.option import PeriodName, ProcessedPlace, RawPlace, Regions
from asn_research.cli.place import Places, open_places
from asn_research.errors import AsnResearchError, FullDiskError

if TYPE_CHECKING:
    from asn_research.ingest.layouts.suggestion import Draft
    from asn_research.ingest.store import RegionData


def check(
    regions: Regions = None,
    *,
    period: PeriodName = None,
    suggest: Annotated[bool, typer.Option("--suggest")] = False,
    raw: RawPlace = None,
    processed: ProcessedPlace = None,
) -> None:
    """Take in raw files only: what was accepted, corrected, quarantined, duplicate, and why."""
    with contextlib.ExitStack() as stack:
        try:
            places = stack.enter_context(open_places(raw, processed, None, published=False))
            chosen = choose(places.folders["raw"], regions or [], period, place=places.name("raw"))
        except AsnResearchError as error:
            raise refuse(error.problems) from error
        try:
            status = _suggest(places, chosen) if suggest else _check(places, chosen)
        except FullDiskError as error:
            print_problems(error.problems)
            status = FAILED
        raise typer.Exit(status)


def _check(places: Places, chosen: list[tuple[str, str]]) -> int:
    from asn_research.ingest.decisions.submission import list_open, name_file
    from asn_research.reports.publications.problem import read_problem

    rows, status, waiting = [], WELL, dict[str, None]()
    for region, name in chosen:
        data = attempt(places, region, name, partial(_open, places, region, name))
        if data is None:
            status = FAILED
            continue
        state = _tell_problems(region, name, data.intake)
        if state != "made":
            status = FAILED
        rows.append((region, name, data.intake["totals"], state))
        print_reasons(region, name, data.intake)
        print_decisions(region, name, data.intake)
        for path in list_open(places.folders["raw"] / region, name):
            typer.echo(say("decisions_open", region=region, period=name, file=path.name), err=True)
        print_hidden(region, name, data.intake)
        asked = [read_problem(record) for record in data.intake.get("questions") or ()]
        print_problems(asked, of=f"{region} {name}")
        if data.intake["decisions"]["waiting"]:
            waiting[name_file(name, tuple(data.region.periods))] = None
    if rows:
        print_totals(rows)
    if waiting:
        typer.echo(say("quarantine", folder=places.name("processed")))
    for file in waiting:
        typer.echo(say("decide", name=file))
    return status


def _tell_problems(region: str, period: str, intake: Mapping[str, Any]) -> str:
    """Write what is wrong with what was taken in; the state that its report will be in for that reason."""
    from asn_research.reports.publications.problem import list_problems

    problems = list_problems(intake)
    if not problems:
        return "made"
    decided = all(problem.code.startswith("decision") for problem in problems)
    empty = not intake["totals"]["rows"]
    said = "empty" if empty else "undecided" if decided else "incomplete"
    typer.echo(say(said, region=region, period=period), err=True)
    print_problems(problems)
    return "failed" if empty else "incomplete"


def _draft(places: Places, region: str, period: str) -> Sequence[Draft]:
    from asn_research.ingest.proposal import draft_mappings

    places.fetch([region])
    return draft_mappings(places.folders["raw"] / region, period=period)


def _suggest(places: Places, chosen: list[tuple[str, str]]) -> int:
    """Print lines for region.toml, ready to be pasted; nothing is taken in."""
    status = WELL
    for region, name in chosen:
        drafts = attempt(places, region, name, partial(_draft, places, region, name))
        if drafts is None:
            status = FAILED
            continue
        said = "suggested" if drafts else "nothing_to_suggest"
        typer.echo(f"# {say(said, region=region, period=name)}")
        for draft in drafts:
            typer.echo(f"\n{draft.toml()}")
    return status


def _open(places: Places, region: str, period: str) -> RegionData:
    if places.sites is not None:
        from asn_research.reports.runs.delivery import take_in_away

        return take_in_away(places.sites, region=region, period=period)
    from asn_research.ingest.store import open_region

    folders = places.folders
    return open_region(region, period=period, raw=folders["raw"], processed=folders["processed"])
