"""The report of one region and period, made and published in folders of this machine."""

from __future__ import annotations

from typing import Final

from asn_research.errors import AsnResearchError, FullDiskError, Problem
from asn_research.ingest.storage import guard_space, write_files
from asn_research.reports.freshness import region_inputs
from asn_research.reports.manifest import MANIFEST, PDF_NAMES, Manifest
from asn_research.reports.order import Order, Outcome, Task

NAMES: Final = (
    "report.html", "report.en.html", "data_quality.html", "data_quality.en.html",
    "report.ipynb", "findings.json", MANIFEST,
)  # fmt: skip


def make_report_here(order: Order, task: Task) -> Outcome:
    """Take in, execute, check, export and publish one region and period whose folders are here.

    Data errors end in published stub pages, never in an exception.
    """
    from asn_research.reports.region_report import make_region_report

    inputs = region_inputs(order, task)
    try:
        with guard_space(order.reports):
            files, manifest = make_region_report(order, task, inputs)
            if order.pdf:
                from asn_research.reports.pdf import add_pdfs

                files, manifest = add_pdfs(files, manifest)
    except FullDiskError:
        raise
    except AsnResearchError as error:
        return fail_here(order, task, error.problems)
    write_files(order.reports / task.region / task.period, files, remove=(*NAMES, *PDF_NAMES))
    return Outcome(task, manifest)


def fail_here(order: Order, task: Task, problems: tuple[Problem, ...]) -> Outcome:
    """Publish stub pages in place of a report, so that no old report passes for a new one."""
    from asn_research.reports.edition import PRODUCTS, page_name, stub_page

    manifest = Manifest(
        region=task.region,
        period=task.period,
        state="failed",
        name=task.region,
        languages=order.languages,
        problems=problems,
    )
    files = {
        page_name(product, language): stub_page(task.region, task.period, language, problems).encode()
        for product in PRODUCTS
        for language in order.languages
    }
    files[MANIFEST] = manifest.as_json().encode()
    write_files(order.reports / task.region / task.period, files, remove=(*NAMES, *PDF_NAMES))
    return Outcome(task, manifest)
