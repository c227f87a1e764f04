"""The report of one region and period, made and published in folders of this machine."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from asn_research.errors import AsnResearchError, FullDiskError, Problem
from asn_research.ingest.storage import write_files
from asn_research.reports.processes.defect import FILE, Defect, forget
from asn_research.reports.processes.obstacle import explain, name_place
from asn_research.reports.publications.freshness import region_inputs
from asn_research.reports.publications.manifest import MANIFEST, PDF_NAMES, Manifest
from asn_research.reports.runs.order import Order, Outcome, Task

NAMES: Final = (
    "report.html", "report.en.html", "data_quality.html", "data_quality.en.html",
    "report.ipynb", "findings.json", MANIFEST,
)  # fmt: skip


def make_report_here(order: Order, task: Task) -> Outcome:
    """Take in, execute, check, export and publish one region and period whose folders are here.

    Data errors and files that cannot be read or written end in published stub pages, never in an exception.

    Raises
    ------
    FullDiskError
        If a disk is full, which no other report would survive either.
    """
    try:
        outcome = _make(order, task)
    except FullDiskError:
        raise
    except AsnResearchError as error:
        return fail_here(order, task, error.problems)
    except OSError as error:
        problem = explain(error, order.folders)
        if problem is None:
            raise
        return fail_here(order, task, (problem,))
    if outcome.manifest.state != "failed":
        forget(order.processed / task.region / task.period)
    return outcome


def _make(order: Order, task: Task) -> Outcome:
    from asn_research.reports.region_report import make_region_report

    files, manifest = make_region_report(order, task, region_inputs(order, task))
    if order.pdf:
        from asn_research.reports.pages.pdf import add_pdfs

        files, manifest = add_pdfs(files, manifest)
    order.check_standing()
    write_files(order.reports / task.region / task.period, files, remove=(*NAMES, *PDF_NAMES))
    return Outcome(task, manifest)


def fail_here(
    order: Order, task: Task, problems: tuple[Problem, ...], defect: Defect | None = None
) -> Outcome:
    """Publish stub pages in place of a report, so that no old report passes for a new one.

    Where not even they can be written, the outcome alone says so.
    """
    from asn_research.reports.pages.edition import PRODUCTS, page_name, stub_page

    if defect is not None:
        problems = (*problems, defect.problem(keep_account(order, task, defect)))
    problems = tuple(_seen_from_here(problem, order) for problem in problems)
    manifest = failed_manifest(order, task, problems)
    files = {
        page_name(product, language): stub_page(task.region, task.period, language, problems).encode()
        for product in PRODUCTS
        for language in order.languages
    }
    files[MANIFEST] = manifest.as_json().encode()
    order.check_standing()
    try:
        write_files(order.reports / task.region / task.period, files, remove=(*NAMES, *PDF_NAMES))
    except OSError as error:
        problem = explain(error, order.folders)
        if problem is None:
            raise
        more = () if problem in problems else (problem,)
        return Outcome(task, failed_manifest(order, task, (*problems, *more)))
    return Outcome(task, manifest)


def failed_manifest(order: Order, task: Task, problems: tuple[Problem, ...]) -> Manifest:
    """The manifest of a report that could not be made."""
    return Manifest(
        region=task.region,
        period=task.period,
        state="failed",
        name=task.region,
        languages=order.languages,
        problems=problems,
    )


def keep_account(order: Order, task: Task, defect: Defect) -> str:
    """Keep the account of a defect beside the clean tables; its place, or nothing where it could not be."""
    place = order.processed / task.region / task.period
    return name_place(place / FILE, order.folders) if defect.keep(place) else ""


def _seen_from_here(problem: Problem, order: Order) -> Problem:
    """A problem that names no place from the root of the machine: it is going to be published."""
    file = problem.place.file
    if file is None or not Path(file).is_absolute():
        return problem
    shown = name_place(Path(file), order.folders)
    return replace(problem, place=replace(problem.place, file=shown))
