"""All reports of a run: one task per region and period, each on its own, published when whole."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from asn_research.errors import AsnResearchError, FullDiskError, Problem
from asn_research.ingest.storage import guard_space, write_files
from asn_research.language import Language
from asn_research.reports.freshness import find_fresh, region_inputs
from asn_research.reports.manifest import MANIFEST, Manifest

if TYPE_CHECKING:
    from asn_research.reports.pool import Pool
    from asn_research.reports.progress import Progress
    from asn_research.reports.stage import Sites

NAMES: Final = (
    "report.html", "report.en.html", "data_quality.html", "data_quality.en.html",
    "report.ipynb", "findings.json", MANIFEST,
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Order:
    """What a run was asked for.

    ``raw_given``, ``processed_given`` and ``reports_given`` are the folders as the caller wrote them, None
    where they are those of the project; notebooks are handed these and nothing else. ``sites`` is given where
    any of them lies at a URL; the folders are then those of a stage. ``cluster`` addresses a scheduler.
    ``time_limit`` is in seconds, for the whole report of a region and period (None: no limit);
    ``memory_limit`` is in megabytes, for each process (None: a fair share of this machine, where the system
    can hold a process to it).
    """

    raw: Path
    processed: Path
    reports: Path
    notebooks: Path
    raw_given: str | None = None
    processed_given: str | None = None
    reports_given: str | None = None
    languages: tuple[Language, ...] = ("id",)
    jobs: int = 1
    force: bool = False
    time_limit: float | None = 1800.0
    memory_limit: int | None = None
    sites: Sites | None = None
    cluster: str | None = None

    @property
    def inner(self) -> bool:
        """Whether its folders exist only inside this process."""
        return self.sites is not None and self.sites.inner


@dataclass(frozen=True)
class Task:
    """One region and period."""

    region: str
    period: str


@dataclass(frozen=True)
class Outcome:
    """What became of a task: the manifest it published, and whether the report was still fresh."""

    task: Task
    manifest: Manifest
    fresh: bool = False

    @property
    def well(self) -> bool:
        """Whether the report was made and no row was lost to a broken file."""
        return self.manifest.state == "made"


def make_reports(
    order: Order,
    tasks: Sequence[Task],
    *,
    watch: Callable[[Progress], None] | None = None,
    pool: Pool | None = None,
) -> Iterator[Outcome]:
    """Make every report that is not fresh, in as many processes as asked for; yield outcomes as they come.

    A region that fails does not stop or delay the others: it leaves stub pages that say why. The periods of a
    region are made in their order, because a report builds on the one before.

    Parameters
    ----------
    order
        What is asked for.
    tasks
        Regions and periods.
    watch
        Called with the progress whenever it has changed, and every second.
    pool
        Workers from :func:`asn_research.reports.schedule.open_pool`, which are left running; without them
        there are workers for this call only.
    """
    if order.cluster is None and not order.inner:
        from asn_research.reports.schedule import Schedule, open_pool

        with contextlib.ExitStack() as stack:
            pool = pool or stack.enter_context(open_pool(order, len(tasks)))
            yield from Schedule(order, tasks, pool, watch).run()
        return
    for wave in _waves(tasks):
        yield from _make_wave(order, wave)


def _waves(tasks: Sequence[Task]) -> list[list[Task]]:
    """Tasks that do not build on each other together: the first periods of all regions, then the second."""
    ranks: dict[Task, int] = {}
    known: dict[str, int] = {}
    for task in sorted(tasks, key=lambda task: task.period):
        ranks[task] = known.get(task.region, 0)
        known[task.region] = ranks[task] + 1
    return [[t for t in tasks if ranks[t] == rank] for rank in range(max(ranks.values(), default=-1) + 1)]


def _make_wave(order: Order, tasks: Sequence[Task]) -> Iterator[Outcome]:
    """Make reports in a cluster, or in this process where their folders exist only here."""
    due = []
    for task, fresh in find_fresh_tasks(order, tasks):
        if fresh is None:
            due.append(task)
        else:
            yield Outcome(task, fresh, fresh=True)
    if order.cluster is None:
        yield from (make_report(order, task) for task in due)
        return
    from asn_research.reports.cluster import make_in_cluster

    for task, outcome in make_in_cluster(order, due):
        yield outcome or fail(order, task, (DIED,))


def find_fresh_tasks(order: Order, tasks: Sequence[Task]) -> Iterator[tuple[Task, Manifest | None]]:
    """Tasks in their order with the manifest of their report where it is fresh, else None."""
    if order.sites is None:
        return find_fresh(order, tasks)
    from asn_research.reports.delivery import find_fresh_away

    return find_fresh_away(order, tasks)


DIED: Final = Problem(
    "worker_died",
    "the process that made this report ended unexpectedly, perhaps for lack of memory.",
    remedy="Run again with --jobs 1.",
)


def make_report(order: Order, task: Task) -> Outcome:
    """Take in, execute, check, export and publish one region and period.

    Data errors end in published stub pages, never in an exception.
    """
    if order.sites is not None:
        from asn_research.reports.delivery import make_report_away

        return make_report_away(order, task)
    from asn_research.reports.region_report import make_region_report

    inputs = region_inputs(order, task)
    try:
        with guard_space(order.reports):
            files, manifest = make_region_report(order, task, inputs)
    except FullDiskError:
        raise
    except AsnResearchError as error:
        return fail(order, task, error.problems)
    write_files(order.reports / task.region / task.period, files, remove=NAMES)
    return Outcome(task, manifest)


def fail(order: Order, task: Task, problems: tuple[Problem, ...]) -> Outcome:
    """Publish stub pages in place of a report, so that no old report passes for a new one."""
    if order.sites is not None:
        from asn_research.reports.delivery import fail_away

        return fail_away(order, task, problems)
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
    write_files(order.reports / task.region / task.period, files, remove=NAMES)
    return Outcome(task, manifest)
