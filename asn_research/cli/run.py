"""The command ``asn-research run``."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from asn_research.cli.account import print_totals
from asn_research.cli.choice import choose, find_folders
from asn_research.cli.console import FAILED, WELL, print_problems, refuse, say
from asn_research.cli.option import PeriodName, ProcessedFolder, RawFolder, Regions, ReportLanguage
from asn_research.errors import AsnResearchError

if TYPE_CHECKING:
    from asn_research.reports.batch import Order, Outcome, Task


def run(
    regions: Regions = None,
    *,
    period: PeriodName = None,
    raw: RawFolder = None,
    processed: ProcessedFolder = None,
    reports: Annotated[Path | None, typer.Option(help="Folder of reports [the project's reports].")] = None,
    language: Annotated[ReportLanguage, typer.Option(help="Language of the reports.")] = ReportLanguage.ID,
    jobs: Annotated[int | None, typer.Option(min=1, help="Reports made at a time [processor cores].")] = None,
    force: Annotated[bool, typer.Option("--force", help="Remake reports that are up to date.")] = False,
    time_limit: Annotated[
        float | None, typer.Option(min=1, help="Seconds for each notebook [no limit].")
    ] = None,
) -> None:
    """Make the reports of regions and the index of all reports.

    Example: asn-research run kalianda --period 2025 --language both
    """
    try:
        folders = find_folders(raw, processed, reports)
        chosen = choose(folders["raw"], regions or [], period)
    except AsnResearchError as error:
        raise refuse(error.problems) from error
    from asn_research.reports.batch import Order, Task, make_reports
    from asn_research.reports.site import write_index

    order = Order(
        **folders,
        raw_given=str(raw) if raw else None,
        processed_given=str(processed) if processed else None,
        reports_given=str(reports) if reports else None,
        languages=language.languages,
        jobs=jobs or os.cpu_count() or 1,
        force=force,
        time_limit=time_limit,
    )
    tasks = [Task(*pair) for pair in chosen]
    outcomes = []
    for outcome in make_reports(order, tasks):
        outcomes.append(outcome)
        _print_progress(outcome, len(outcomes), len(tasks))
    together = _run_across(order)
    index = write_index(order.reports)
    _print_outcomes(outcomes, tasks)
    typer.echo(say("index", path=index))
    raise typer.Exit(WELL if together and all(outcome.well for outcome in outcomes) else FAILED)


def _run_across(order: Order) -> bool:
    """The report across regions, after those of the regions; whether nothing went wrong."""
    from asn_research.reports.cross_region_report import make_cross_region_report

    made = make_cross_region_report(order)
    if made is None:
        return True
    manifest, fresh = made
    state = "fresh" if fresh else manifest.state
    typer.echo(say("across", state=say(f"state_{state}")))
    print_problems(manifest.problems)
    return manifest.state == "made"


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
