"""All reports of a run: one task per region and period, each on its own, published when whole."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Final

from asn_research.errors import AsnResearchError, FullDiskError, Problem
from asn_research.ingest.storage import guard_space
from asn_research.language import Language
from asn_research.reports.freshness import find_fresh, region_inputs
from asn_research.reports.manifest import MANIFEST, Manifest
from asn_research.reports.publication import publish

if TYPE_CHECKING:
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
    time_limit: float | None = None
    sites: Sites | None = None
    cluster: str | None = None


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


def make_reports(order: Order, tasks: Sequence[Task]) -> Iterator[Outcome]:
    """Make every report that is not fresh, in as many processes as asked for; yield outcomes as they come.

    A region that fails does not stop the others: it leaves stub pages that say why. The periods of a region
    are made in their order, because a report builds on the one before.
    """
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
    due = []
    for task, fresh in _find_fresh(order, tasks):
        if fresh is None:
            due.append(task)
        else:
            yield Outcome(task, fresh, fresh=True)
    due.sort(key=lambda task: -_size(order.raw / task.region / task.period))
    broken: list[Task] = []
    for task, outcome in _in_pool(order, due, order.jobs):
        if outcome is None:
            broken.append(task)
        else:
            yield outcome
    for task in broken:
        for _, outcome in _in_pool(order, [task], 1):
            yield outcome or fail(order, task, (_DIED,))


def _find_fresh(order: Order, tasks: Sequence[Task]) -> Iterator[tuple[Task, Manifest | None]]:
    if order.sites is None:
        return find_fresh(order, tasks)
    from asn_research.reports.delivery import find_fresh_away

    return find_fresh_away(order, tasks)


_DIED: Final = Problem(
    "worker_died",
    "the process that made this report ended unexpectedly, perhaps for lack of memory.",
    remedy="Run again with --jobs 1.",
)


def _in_pool(order: Order, tasks: Sequence[Task], jobs: int) -> Iterator[tuple[Task, Outcome | None]]:
    if not tasks:
        return
    if order.cluster is not None:
        from asn_research.reports.cluster import make_in_cluster

        yield from make_in_cluster(order, tasks)
        return
    if order.sites is not None and order.sites.inner:
        yield from ((task, make_report(order, task)) for task in tasks)
        return
    workers = max(1, min(jobs, len(tasks)))
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_start_worker) as pool:
        futures = {pool.submit(make_report, order, task): task for task in tasks}
        try:
            for future in as_completed(futures):
                yield futures[future], _outcome(order, futures[future], future)
        finally:
            pool.shutdown(cancel_futures=True)


def _outcome(order: Order, task: Task, future: Future[Outcome]) -> Outcome | None:
    error = future.exception()
    if error is None:
        return future.result()
    if isinstance(error, BrokenProcessPool):
        return None
    if isinstance(error, FullDiskError):
        raise error
    fields = {"error": type(error).__name__, "text": str(error)}
    message = f"a defect of the program: {fields['error']}: {fields['text']}"
    return fail(order, task, (Problem("defect", message, fields=fields),))


def _start_worker() -> None:
    """A worker works alone, and ends with its run: it must not publish beside the next one."""
    _use_one_thread()
    if (run := parent_process()) is not None:
        Thread(target=_end_with, args=(run.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)


def _use_one_thread() -> None:
    """Kernels inherit this: sums in one order whatever the machine, and no fight for its cores."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


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
    publish(order.reports / task.region / task.period, files, remove=NAMES)
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
    publish(order.reports / task.region / task.period, files, remove=NAMES)
    return Outcome(task, manifest)
