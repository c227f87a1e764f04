"""The command ``asn-research run``."""

from __future__ import annotations

import contextlib
import datetime
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from asn_research.cli.account import print_totals
from asn_research.cli.console import FAILED, WELL, console_language, print_problems, refuse, say, tell
from asn_research.cli.option import (
    ChosenLanguage,
    MaximumAge,
    PeriodName,
    ProcessedPlace,
    RawPlace,
    Regions,
    ReportLanguage,
    ReportsPlace,
    read_age,
)
from asn_research.cli.place import Places, open_places
from asn_research.cli.progress import open_view
from asn_research.cli.stop import Stopped
from asn_research.cli.table import paint_state
from asn_research.contract.region import ACROSS
from asn_research.errors import (
    AsnResearchError,
    ClusterError,
    FullDiskError,
    HeldError,
    KeyFileError,
    LocationError,
    NoticeError,
    Problem,
    ReportError,
)

if TYPE_CHECKING:
    from asn_research.reports.processes.pool import Pool
    from asn_research.reports.runs.history import History
    from asn_research.reports.runs.memory import Memory
    from asn_research.reports.runs.order import Order, Outcome, Task


def run(
    regions: Regions = None,
    *,
    period: PeriodName = None,
    raw: RawPlace = None,
    processed: ProcessedPlace = None,
    reports: ReportsPlace = None,
    language: ChosenLanguage = ReportLanguage.ID,
    jobs: Annotated[int | None, typer.Option(min=1, metavar="number")] = None,
    force: Annotated[bool, typer.Option("--force")] = False,
    time_limit: Annotated[float, typer.Option(min=1, metavar="seconds")] = 1800,
    memory_limit: Annotated[int | None, typer.Option(min=500, metavar="megabytes")] = None,
    cluster: Annotated[str | None, typer.Option(metavar="tcp://HOST:PORT")] = None,
    pdf: Annotated[bool, typer.Option("--pdf")] = False,
    max_age: MaximumAge = "31d",
    notify: Annotated[list[str] | None, typer.Option(metavar="notify")] = None,
) -> None:
    """Make the reports of regions and the index of all reports."""
    age = read_age(max_age or "31d")
    with contextlib.ExitStack() as stack:
        try:
            places = stack.enter_context(open_places(raw, processed, reports))
            chosen = places.choose(regions, period)
            addresses = _check_wishes(notify or (), pdf=pdf)
        except AsnResearchError as error:
            raise refuse(error.problems) from error
        from asn_research.reports.runs.order import Order, Task

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
            memory_limit=memory_limit,
            sites=places.sites,
            cluster=cluster,
            pdf=pdf,
        )
        tasks = [Task(*pair) for pair in chosen]
        raise typer.Exit(_run_alone(order, tasks, places, max_age=age, addresses=addresses))


def _check_wishes(notify: Sequence[str], *, pdf: bool) -> tuple[str, ...]:
    """Refuse what cannot be done whatever the data are; the addresses that want notice."""
    from asn_research.reports.runs.notice import check_addresses, read_addresses

    addresses = read_addresses(notify)
    check_addresses(addresses)
    if pdf:
        from asn_research.reports.pages.pdf import check_pdf

        check_pdf()
    return addresses


def _run_alone(
    order: Order,
    tasks: list[Task],
    places: Places,
    *,
    max_age: datetime.timedelta,
    addresses: Sequence[str],
) -> int:
    """Make sure that what is asked for can be done and is done by one run at a time; the exit status."""
    from asn_research.reports.processes.limit import memory_share
    from asn_research.reports.runs.lock import hold
    from asn_research.reports.runs.memory import open_memory

    try:
        if order.sites is not None:
            from asn_research.reports.runs.stage import check_sites

            check_sites(order.sites)
        if order.cluster is not None:
            from asn_research.reports.runs.cluster import check_cluster

            check_cluster(order)
        memory_share(order.memory_limit, order.jobs)
    except (ClusterError, KeyFileError, LocationError, ReportError) as error:
        raise refuse(error.problems) from error
    try:
        said: tuple[Problem, ...] = ()
        here = order.processed if order.sites is None else None
        with hold(order.reports), open_memory(here) as memory:
            states, said = _make(order, tasks, places, memory)
            told = _keep(order, states, places, memory, max_age=max_age, addresses=addresses)
            return WELL if told and all(state == "made" for _, state in states) else FAILED
    except HeldError as error:
        raise refuse(error.problems) from error
    except (FullDiskError, LocationError) as error:  # what was said of the reports is not said again
        codes = {problem.code for problem in said}
        print_problems([problem for problem in error.problems if problem.code not in codes])
        return FAILED


def _make(
    order: Order, tasks: list[Task], places: Places, memory: Memory
) -> tuple[list[tuple[str, str]], tuple[Problem, ...]]:
    """Make what is not fresh; name and state of every report and of the run, and what ended it."""
    from asn_research.reports.runs.batch import make_reports
    from asn_research.reports.runs.history import RUN
    from asn_research.reports.runs.schedule import open_pool

    outcomes: list[Outcome] = []
    across = None
    state, said = "failed", tuple[Problem, ...]()
    try:
        with open_pool(order, len(tasks)) as pool:
            with open_view() as view:
                for outcome in make_reports(order, tasks, watch=view.watch, pool=pool, memory=memory):
                    outcomes.append(outcome)
                    left = view.left if len(outcomes) < len(tasks) else ""
                    _print_progress(outcome, f"{len(outcomes)}/{len(tasks)}", left)
            places.collect()
            _note(order, _states(outcomes))  # what failed has no part in it, whatever page still stands
            across = _run_across(order, pool, memory)
        state = "made"
    except AsnResearchError as error:
        said = error.problems
        print_problems(said)
    except Stopped as stop:
        stop.words = say("stopped_run", done=len(outcomes), total=len(tasks))
        raise
    _print_outcomes(outcomes, tasks)
    return [*_states(outcomes), *([] if across is None else [(ACROSS, across)]), (RUN, state)], said


def _states(outcomes: Sequence[Outcome]) -> list[tuple[str, str]]:
    return [(f"{outcome.task.region}/{outcome.task.period}", outcome.manifest.state) for outcome in outcomes]


def _note(order: Order, states: Sequence[tuple[str, str]]) -> History:
    """Note beside the reports what this run has seen of them; all that is known of them."""
    from asn_research.reports.runs import history as past

    now = datetime.datetime.now(datetime.UTC)
    known = past.note_states(past.read_history(order.reports), states, now=now)
    past.write_history(order.reports, known)
    return known


def _keep(
    order: Order,
    states: list[tuple[str, str]],
    places: Places,
    memory: Memory,
    *,
    max_age: datetime.timedelta,
    addresses: Sequence[str],
) -> bool:
    """Renew the index, tell what is new, note what was seen; whether everybody was told."""
    from asn_research.reports.runs import history as past
    from asn_research.reports.runs import notice

    places.collect()
    known = _note(order, states)
    index = places.name("reports") + "/index.html"
    seen = index if "://" in index else f"{order.reports.resolve().name}/index.html"  # it leaves the office
    told = True
    try:
        known = notice.tell(known, addresses, language=console_language(), place=seen)
    except NoticeError as error:
        print_problems(error.problems)
        told = False
    overdue = past.find_overdue(known, now=datetime.datetime.now(datetime.UTC), max_age=max_age)
    known = past.renew_index(order.reports, known, overdue=overdue, digest=memory.digest)
    past.write_history(order.reports, known)
    places.deliver()
    typer.echo(say("index", path=index))
    return told


def _run_across(order: Order, pool: Pool, memory: Memory) -> str | None:
    """The report across regions, after those of the regions; its state, None where there is none."""
    from asn_research.reports.publications.freshness import find_fresh_across, is_across_possible

    if not is_across_possible(order, digest=memory.digest):
        return None
    manifest, fresh = find_fresh_across(order, digest=memory.digest), True
    if manifest is None:
        from asn_research.reports.runs.schedule import make_across

        made = make_across(order, pool)
        if made is None:
            return None
        manifest, fresh = made
    typer.echo(say("across", state=say(f"state_{'fresh' if fresh else manifest.state}")))
    print_problems(manifest.problems, of=ACROSS)
    return manifest.state


def _print_progress(outcome: Outcome, place: str, left: str) -> None:
    state = "fresh" if outcome.fresh else outcome.manifest.state
    task = outcome.task
    told = paint_state(say(f"state_{state}"), state)
    tell(f"[{place}] {task.region} {task.period}: {told}{left}")
    if outcome.manifest.problems:
        print_problems(outcome.manifest.problems, of=f"{task.region} {task.period}".strip())


def _print_outcomes(outcomes: Sequence[Outcome], tasks: Sequence[Task]) -> None:
    order = {task: number for number, task in enumerate(tasks)}
    rows = []
    for outcome in sorted(outcomes, key=lambda o: order[o.task]):
        state = "fresh" if outcome.fresh else outcome.manifest.state
        rows.append((outcome.task.region, outcome.task.period, outcome.manifest.totals, state))
    if rows:
        print_totals(rows)
