"""The command ``asn-research``: parse, call, set the exit status."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from asn_research.errors import AsnResearchError, Problem
from asn_research.language import LANGUAGES, Language, format_count, phrase

if TYPE_CHECKING:
    from asn_research.reports.batch import Order, Outcome, Task

WELL: Final = 0
FAILED: Final = 1
WRONG_CALL: Final = 2
_COUNTED: Final = ("rows", "accepted", "corrected", "quarantined", "duplicates")

app = typer.Typer(
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    help="From raw training files of regional offices to reports that claim no more than the design allows.",
)


class ReportLanguage(StrEnum):
    """Languages a report can be asked for."""

    ID = "id"
    EN = "en"
    BOTH = "both"

    @property
    def languages(self) -> tuple[Language, ...]:
        """The languages to make."""
        return {"id": ("id",), "en": ("en",)}.get(self.value, LANGUAGES)  # type: ignore[return-value]


Regions = Annotated[
    list[str] | None, typer.Argument(metavar="[REGION ...]", help="Region folders; all without.")
]
RawFolder = Annotated[Path | None, typer.Option("--raw", help="Folder of raw data [the project's data/raw].")]
ProcessedFolder = Annotated[
    Path | None, typer.Option("--processed", help="Folder of clean data [the project's data/processed].")
]
PeriodName = Annotated[str | None, typer.Option("--period", help="Only this period [all periods].")]


def console_language() -> Language:
    """English where the environment speaks it (``LC_ALL``, ``LC_MESSAGES``, ``LANG``), else Indonesian."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "en" if value.startswith("en") else "id"
    return "id"


def _say(key: str, /, **fields: object) -> str:
    return phrase(f"cli.{key}", console_language(), **fields)


def _print_problems(problems: Sequence[Problem]) -> None:
    from asn_research.reports.problem import notice

    for problem in problems:
        typer.echo(f"  {notice(problem, console_language())}", err=True)


def _refuse(problems: Sequence[Problem]) -> typer.Exit:
    typer.echo(_say("refused"), err=True)
    _print_problems(problems)
    return typer.Exit(WRONG_CALL)


@app.command()
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
        folders = _folders(raw, processed, reports)
        chosen = _chosen(folders["raw"], regions or [], period)
    except AsnResearchError as error:
        raise _refuse(error.problems) from error
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
    typer.echo(_say("index", path=index))
    raise typer.Exit(WELL if together and all(outcome.well for outcome in outcomes) else FAILED)


def _run_across(order: Order) -> bool:
    """The report across regions, after those of the regions; whether nothing went wrong."""
    from asn_research.reports.cross_region_report import make_cross_region_report

    made = make_cross_region_report(order)
    if made is None:
        return True
    manifest, fresh = made
    state = "fresh" if fresh else manifest.state
    typer.echo(_say("across", state=_say(f"state_{state}")))
    _print_problems(manifest.problems)
    return manifest.state == "made"


@app.command()
def check(
    regions: Regions = None,
    *,
    period: PeriodName = None,
    raw: RawFolder = None,
    processed: ProcessedFolder = None,
) -> None:
    """Take in raw files only: what was accepted, corrected, quarantined, duplicate, and why."""
    try:
        folders = _folders(raw, processed, Path())
        chosen = _chosen(folders["raw"], regions or [], period)
    except AsnResearchError as error:
        raise _refuse(error.problems) from error
    from asn_research.ingest.store import open_region
    from asn_research.reports.problem import read_problem

    rows, status = [], WELL
    for region, name in chosen:
        try:
            data = open_region(region, period=name, raw=folders["raw"], processed=folders["processed"])
        except AsnResearchError as error:
            typer.echo(_say("failed", region=region, period=name), err=True)
            _print_problems(error.problems)
            status = FAILED
            continue
        problems = [read_problem(record) for record in data.intake["problems"]]
        if problems:
            typer.echo(_say("incomplete", region=region, period=name), err=True)
            _print_problems(problems)
            status = FAILED
        rows.append((region, name, data.intake["totals"], _say("state_made")))
        _print_reasons(region, name, data.intake)
    _print_totals(rows)
    typer.echo(_say("quarantine", folder=folders["processed"]))
    raise typer.Exit(status)


@app.command()
def questions(
    language: Annotated[ReportLanguage, typer.Option(help="Language of the list.")] = ReportLanguage.ID,
) -> None:
    """List the questions that reports answer."""
    from asn_research.findings.catalogue import QUESTIONS
    from asn_research.findings.sentence import question_text

    spoken = language.languages
    for question in QUESTIONS:
        typer.echo(f"{question.id}  ({question.level.value})")
        for tongue in spoken:
            typer.echo(f"    {question_text(question.id, tongue)}")


@app.command()
def simulate(
    *,
    regions: Annotated[int, typer.Option(min=1, help="How many regions.")],
    people: Annotated[int, typer.Option(min=1, help="Civil servants in each region.")],
    output: Annotated[Path, typer.Option(help="Folder that becomes raw data.")],
    seed: Annotated[int, typer.Option(help="Same seed, same files.")] = 0,
) -> None:
    """Write the office files of simulated regions, to try things at scale."""
    from asn_research.simulation.scale import write_regions

    try:
        written = write_regions(output, regions=regions, people=people, seed=seed)
    except AsnResearchError as error:
        raise _refuse(error.problems) from error
    typer.echo(_say("simulated", count=format_count(len(written), console_language()), path=output))


@app.command()
def codebook(
    output: Annotated[Path, typer.Option(help="File to write: .html or .xlsx.")] = Path("codebook.html"),
    language: Annotated[ReportLanguage, typer.Option(help="id or en.")] = ReportLanguage.ID,
) -> None:
    """Write the codebook: every table, column, unit, range and term."""
    from asn_research.contract.codebook import codebook_html, write_codebook_workbook

    spoken = language.languages
    if len(spoken) > 1 or output.suffix not in {".html", ".xlsx"}:
        raise _refuse([Problem("cli", _say("codebook_one"))])
    if output.suffix == ".xlsx":
        write_codebook_workbook(output, spoken[0])
    else:
        output.write_text(codebook_html(spoken[0]), encoding="utf-8")
    typer.echo(str(output))


def _folders(raw: Path | None, processed: Path | None, reports: Path | None) -> dict[str, Path]:
    """The folders of a run: those given, else those of the project."""
    from asn_research.ingest.store import find_project

    beside = Path(__file__).parents[1]
    if raw and processed and reports is not None:
        project = beside
    else:
        project = find_project()
    inside = project / "notebooks"
    return {
        "raw": raw or project / "data" / "raw",
        "processed": processed or project / "data" / "processed",
        "reports": project / "reports" if reports is None else reports,
        "notebooks": inside if inside.is_dir() else beside / "notebooks",
    }


def _chosen(raw: Path, wanted: Sequence[str], period: str | None) -> list[tuple[str, str]]:
    """The regions and periods asked for; told before anything heavy is loaded.

    Raises
    ------
    RegionError
        If a region or period is not there, naming the nearest.
    """
    from asn_research.contract.region import list_regions

    known = list_regions(raw)
    problems = [_unknown("region", name, known) for name in wanted if name not in known]
    chosen: list[tuple[str, str]] = []
    seen: set[str] = set()
    for region in dict.fromkeys(wanted) if wanted else known:
        if region not in known:
            continue
        periods = _periods(raw / region)
        seen |= set(periods)
        if period is None:
            chosen += [(region, name) for name in periods or ("",)]
        elif period in periods:
            chosen.append((region, period))
        elif wanted:
            problems.append(_unknown("period", period, periods))
    if period is not None and not chosen and not problems:
        problems.append(_unknown("period", period, sorted(seen)))
    if not known and not problems:
        problems.append(Problem("cli", _say("no_region", path=raw)))
    if problems:
        raise AsnResearchError(problems)
    return chosen


def _periods(folder: Path) -> tuple[str, ...]:
    """The period folders of a region, whether or not region.toml declares them: intake judges that."""
    return tuple(
        sorted(
            path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith((".", "_"))
        )
    )


def _unknown(kind: str, name: str, known: Sequence[str]) -> Problem:
    from asn_research.contract.vocabulary import nearest

    hint = nearest(name, known)
    remedy = _say("did_you_mean", name=hint) if hint else _say("known", names=", ".join(known) or "–")
    return Problem(f"cli_unknown_{kind}", _say(f"unknown_{kind}", name=name), remedy=remedy)


def _print_progress(outcome: Outcome, done: int, total: int) -> None:
    state = "fresh" if outcome.fresh else outcome.manifest.state
    task = outcome.task
    typer.echo(f"[{done}/{total}] {task.region} {task.period}: {_say(f'state_{state}')}")
    if outcome.manifest.problems:
        _print_problems(outcome.manifest.problems)


def _print_outcomes(outcomes: Sequence[Outcome], tasks: Sequence[Task]) -> None:
    order = {task: number for number, task in enumerate(tasks)}
    rows = []
    for outcome in sorted(outcomes, key=lambda o: order[o.task]):
        state = "fresh" if outcome.fresh else outcome.manifest.state
        rows.append(
            (outcome.task.region, outcome.task.period, outcome.manifest.totals, _say(f"state_{state}"))
        )
    _print_totals(rows)


def _print_totals(rows: Sequence[tuple[str, str, Any, str]]) -> None:
    """A table of what became of the rows of each region and period."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    language = console_language()
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column(_say("head_region"), no_wrap=True)
    table.add_column(_say("head_period"), no_wrap=True)
    for name in _COUNTED:
        table.add_column(_say(f"head_{name}"), justify="right", no_wrap=True)
    table.add_column(_say("head_state"))
    for region, period, totals, state in rows:
        counts = [format_count(totals[name], language) if totals else "–" for name in _COUNTED]
        table.add_row(region, period, *counts, state)
    width = None if sys.stdout.isatty() else 120
    Console(width=width, highlight=False).print(table)


def _print_reasons(region: str, period: str, intake: Any) -> None:
    """Why rows of a region were quarantined, and the first cells of each reason."""
    from asn_research.reports.quality import group_quarantine, reason_text

    language = console_language()
    for (reason, file, sheet), cells in group_quarantine(intake, language):
        where = " › ".join(part for part in (file, sheet) if part)
        shown = ", ".join(cells[:5]) + (" …" if len(cells) > 5 else "")
        text = reason_text(reason, language)
        typer.echo(f"  {region} {period}: {len(cells)} × {text} [{where}: {shown}]")


def main() -> None:
    """Entry point of the command."""
    command: Callable[[], None] = app
    command()


if __name__ == "__main__":
    main()
