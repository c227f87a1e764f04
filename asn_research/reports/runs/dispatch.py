"""One task of a run, made where its folders are: on this machine or at a URL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from asn_research.errors import Problem
from asn_research.reports.processes.defect import Defect
from asn_research.reports.publications.freshness import find_fresh
from asn_research.reports.publications.manifest import Manifest
from asn_research.reports.publications.provenance import Digest, digest_file
from asn_research.reports.runs.order import Order, Outcome, Task

DIED: Final = Problem(
    "worker_died",
    "the process that made this report ended unexpectedly, perhaps for lack of memory.",
    remedy="Run again with --jobs 1.",
)


def find_fresh_tasks(
    order: Order, tasks: Sequence[Task], *, digest: Digest = digest_file
) -> Iterator[tuple[Task, Manifest | None]]:
    """Tasks in their order with the manifest of their report where it is fresh, else None.

    ``digest`` is asked for files of this machine; stores have identities of their own.
    """
    if order.sites is None:
        return find_fresh(order, tasks, digest=digest)
    from asn_research.reports.runs.delivery import find_fresh_away

    return find_fresh_away(order, tasks)


def make_report(order: Order, task: Task) -> Outcome:
    """Take in, execute, check, export and publish one region and period.

    Data errors end in published stub pages, never in an exception.
    """
    if order.sites is not None:
        from asn_research.reports.runs.delivery import make_report_away

        return make_report_away(order, task)
    from asn_research.reports.runs.production import make_report_here

    return make_report_here(order, task)


def fail(order: Order, task: Task, problems: tuple[Problem, ...], defect: Defect | None = None) -> Outcome:
    """Publish stub pages in place of a report, so that no old report passes for a new one.

    The account of a defect is kept beside the clean tables, which nobody publishes.
    """
    if order.sites is not None:
        from asn_research.reports.runs.delivery import fail_away

        return fail_away(order, task, problems, defect)
    from asn_research.reports.runs.production import fail_here

    return fail_here(order, task, problems, defect)
