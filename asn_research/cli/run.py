"""The command ``asn-research run``."""

from __future__ import annotations

import contextlib
import datetime
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from asn_research.cli.account import print_totals
from asn_research.cli.choice import choose
from asn_research.cli.console import FAILED, WELL, print_problems, refuse, say
from asn_research.cli.option import (
    MaximumAge,
    PeriodName,
    Regions,
    ReportLanguage,
    read_age,
)
from asn_research.cli.place import Places, ProcessedPlace, RawPlace, ReportsPlace, open_places
from asn_research.contract.region import ACROSS
from asn_research.errors import (
    AsnResearchError,
    ClusterError,
    FullDiskError,
    HeldError,
    KeyFileError,
    LocationError,
)

if TYPE_CHECKING:
    from asn_research.reports.batch import Order, Outcome, Task


def run(
    regions: Regions = None,
    *,
    period: PeriodName = None,
    raw: RawPlace = None,
    processed: ProcessedPlace = None,
    reports: ReportsPlace = None,
    language: Annotated[ReportLanguage, typer.Option(help="Language of the reports.")] = ReportLanguage.ID,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Reports made at a time.", show_default="processor cores")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Remake reports that are up to date.")] = False,
    time_limit: Annotated[
        float | None, typer.Option(min=1, help="Seconds for each notebook.", show_default="no limit")
    ] = None,
    cluster: Annotated[
        str | None,
        typer.Option(metavar="tcp://HOST:PORT", help="Make them on the workers of a Dask scheduler."),
    ] = None,
    max_age: MaximumAge = "31d",
) -> None:
    """Make the reports of regions and the index of all reports.

    Example: asn-research run kalianda --period 2025 --language both
    """
    age = read_age(max_age)
    with contextlib.ExitStack() as stack:
        try:
            places = stack.enter_context(open_places(raw, processed, reports))
            chosen = choose(places.folders["raw"], regions or [], period)
        except AsnResearchError as error:
            raise refuse(error.problems) from error
        from asn_research.reports.batch import Order, Task

        away = places.sites is not None
        order = Order(
            raw=places.folders["raw"],
            processed=places.folders["processed"],
            reports=places.folders["reports"],
            notebooks=places.folders["notebooks"],
            raw_given=str(raw) if raw and not away else None,
            processed_given=str(processed) if processed and not away else None,
            reports_given=str(reports) if reports and not away else None,
            languages=language.languages,
            jobs=jobs or os.cpu_count() or 1,
            force=force,
            time_limit=time_limit,
            sites=places.sites,
            cluster=cluster,
        )
        raise typer.Exit(_run_alone(order, [Task(*pair) for pair in chosen], places, max_age=age))


def _run_alone(order: Order, tasks: list[Task], places: Places, *, max_age: datetime.timedelta | None) -> int:
    """Make sure that what is asked for can be done and is done by one run at a time; the exit status."""
    from asn_research.reports.lock import hold

    try:
        if order.sites is not None:
            from asn_research.reports.stage import check_sites

            check_sites(order.sites)
        if order.cluster is not None:
            from asn_research.reports.cluster import check_cluster

            check_cluster(order)
    except (ClusterError, KeyFileError, LocationError) as error:
        raise refuse(error.problems) from error
    try:
        with hold(order.reports):
            return WELL if _run(order, tasks, places, max_age=max_age) else FAILED
    except HeldError as error:
        raise refuse(error.problems) from error
    except (ClusterError, FullDiskError, LocationError) as error:
        print_problems(error.problems)
        return FAILED


def _run(order: Order, tasks: list[Task], places: Places, *, max_age: datetime.timedelta | None) -> bool:
    """Everything that one run at a time may do; whether nothing went wrong."""
    from asn_research.reports.batch import make_reports
    from asn_research.reports.history import (
        find_overdue,
        note_states,
        read_history,
        renew_index,
        write_history,
    )

    outcomes: list[Outcome] = []
    for outcome in make_reports(order, tasks):
        outcomes.append(outcome)
        _print_progress(outcome, len(outcomes), len(tasks))
    states: list[tuple[str, str]] = [(f"{o.task.region}/{o.task.period}", o.manifest.state) for o in outcomes]
    places.collect()
    across = _run_across(order)
    if across is not None:
        states.append((ACROSS, across))
    now = datetime.datetime.now(datetime.UTC)
    history = note_states(read_history(order.reports), states, now=now)
    overdue = find_overdue(history, now=now, max_age=max_age)
    write_history(order.reports, renew_index(order.reports, history, overdue=overdue))
    places.deliver()
    _print_outcomes(outcomes, tasks)
    typer.echo(say("index", path=places.name("reports") + "/index.html"))
    return all(state == "made" for _, state in states)


def _run_across(order: Order) -> str | None:
    """The report across regions, after those of the regions; its state, None where there is none."""
    from asn_research.reports.freshness import find_fresh_across

    manifest, fresh = find_fresh_across(order), True
    if manifest is None:
        from asn_research.reports.cross_region_report import make_cross_region_report

        made = make_cross_region_report(order)
        if made is None:
            return None
        manifest, fresh = made
    typer.echo(say("across", state=say(f"state_{'fresh' if fresh else manifest.state}")))
    print_problems(manifest.problems)
    return manifest.state


def _print_progress(outcome: Outcome, done: int, total: int) -> None:
    state = "fresh" if outcome.fresh else outcome.manifest.state
    task = outcome.task
    typer.echo(f"[{done}/{total}] {task.region} {task.period}: {say(f'state_{state}')}")
    if outcome.manifest.problems:
        print_problems(outcome.manifest.problems)


def _print_outcomes(outcomes: Sequence[Outcome], tasks: Sequence[Task]) -> None:
    order = {task: number for number, task in enumerate(tasks)}
    rows = []
    for outcome in sorted(outcomes, key=lambda o: order[o.task]):
        state = "fresh" if outcome.fresh else outcome.manifest.state
        rows.append(
            (outcome.task.region, outcome.task.period, outcome.manifest.totals, say(f"state_{state}"))
        )
    print_totals(rows)
