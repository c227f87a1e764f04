"""Which report is made when, and by which worker; what is done when one fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from asn_research.contract.region import ACROSS
from asn_research.errors import Problem
from asn_research.reports.processes.defect import Defect
from asn_research.reports.processes.fork import WARM
from asn_research.reports.processes.limit import MEMORY_ERRORS, large, late, memory_share
from asn_research.reports.processes.pool import Done, Pool
from asn_research.reports.processes.worker import Raised, Returned
from asn_research.reports.publications.provenance import Digest, digest_file
from asn_research.reports.runs.dispatch import DIED, fail, find_fresh_tasks
from asn_research.reports.runs.order import Outcome, Task
from asn_research.reports.runs.production import keep_account
from asn_research.reports.runs.progress import Pace, Progress

if TYPE_CHECKING:
    from asn_research.reports.publications.manifest import Manifest
    from asn_research.reports.runs.order import Order

MODULES: Final = (
    *WARM,
    "asn_research.reports.region_report",
    "asn_research.reports.cross_region_report",
    "asn_research.reports.pages.edition:warm_up",
    "asn_research.reports.processes.worker",
)
_MAKE: Final = "asn_research.reports.runs.dispatch:make_report"
_ACROSS: Final = "asn_research.reports.cross_region_report:make_cross_region_report"
_FAIL: Final = "asn_research.reports.runs.dispatch:fail"
_GRACE: Final = 10.0
"""Seconds that a worker is given beyond the time of its report, to end by itself with a better account."""
_TICK: Final = 1.0
"""Seconds after which progress is told although nothing has ended."""


def open_pool(order: Order, reports: int) -> Pool:
    """Workers for a run of so many reports; none is started before there is something to make.

    Raises
    ------
    ReportError
        If a limit of memory was asked for that this system cannot keep.
    """
    size = max(1, min(order.jobs, reports))
    seconds = order.time_limit
    return Pool(
        size=size,
        modules=MODULES,
        time_limit=None if seconds is None else seconds + _GRACE,
        memory_limit=memory_share(order.memory_limit, size),
    )


def make_across(order: Order, pool: Pool) -> tuple[Manifest, bool] | None:
    """Let a worker make the report across regions; see :func:`make_cross_region_report`.

    Raises
    ------
    AsnResearchError
        If the run cannot go on, as when the disk is full.
    """
    pool.submit(ACROSS, _ACROSS, replace(order, memory_limit=pool.memory_limit))
    while not (ended := pool.wait(_TICK)):
        pass
    reply = ended[0].reply
    if isinstance(reply, Raised):
        raise reply.error
    if isinstance(reply, Returned):
        made: tuple[Manifest, bool] | None = reply.value
        return made
    from asn_research.reports.cross_region_report import fail_across

    if isinstance(reply, Defect) and reply.kind not in MEMORY_ERRORS:
        reply.tell()
        account = keep_account(order, Task(ACROSS, ""), reply)
        return fail_across(order, (reply.problem(account),)), False
    return fail_across(order, (_problem(reply, order),)), False


class Schedule:
    """The reports of a run: the largest first, a region's periods one after the other.

    A task whose worker died is tried once more, at the end and alone, because the death may have been its
    neighbour's doing; one that was late is not. What fails leaves stub pages, made by a worker as well.
    """

    def __init__(
        self,
        order: Order,
        tasks: Sequence[Task],
        pool: Pool,
        watch: Callable[[Progress], None] | None = None,
        *,
        digest: Digest = digest_file,
    ) -> None:
        self._order = replace(order, memory_limit=pool.memory_limit)
        self._pool = pool
        self._watch = watch
        self._digest = digest
        self._total = len(tasks)
        self._next = _successors(tasks)
        later = set(self._next.values())
        self._ready = [task for task in tasks if task not in later]
        self._due: list[Task] = []
        self._failed: list[Task] = []
        self._problems: dict[Task, tuple[Problem, ...]] = {}
        self._defects: dict[Task, Defect] = {}
        self._suspects: list[Task] = []
        self._tried: set[Task] = set()
        self._left = {task: _size(order.raw / task.region / task.period) for task in tasks}
        self._pace = Pace(pool.size)

    def run(self) -> Iterator[Outcome]:
        """Make the reports; yield outcomes as they come."""
        while self._left:
            yield from self._find_fresh()
            self._submit()
            self._tell()
            if self._pool.running:
                yield from self._collect()

    def _find_fresh(self) -> Iterator[Outcome]:
        """Sort what is ready into fresh and due."""
        while self._ready:
            ready, self._ready = self._ready, []
            for task, manifest in find_fresh_tasks(self._order, ready, digest=self._digest):
                if manifest is None:
                    self._due.append(task)
                    self._pool.warm_up()
                else:
                    yield self._finished(Outcome(task, manifest, fresh=True))
        self._due.sort(key=lambda task: self._left[task])

    def _submit(self) -> None:
        while self._pool.free and self._failed:
            task = self._failed.pop()
            self._pool.submit(task, _FAIL, self._order, task, self._problems[task], self._defects.get(task))
        while self._pool.free and self._due:
            self._make(self._due.pop())
        if self._suspects and not self._pool.running:
            self._make(self._suspects.pop())

    def _make(self, task: Task) -> None:
        self._pool.submit(task, _MAKE, self._order, task)

    def _collect(self) -> Iterator[Outcome]:
        for done in self._pool.wait(_TICK):
            outcome = self._judge(done)
            if outcome is not None:
                yield self._finished(outcome)

    def _judge(self, done: Done) -> Outcome | None:
        """The outcome of a call; None where there is something left to be done about it.

        Raises
        ------
        AsnResearchError
            If the run cannot go on, as when the disk is full.
        """
        task: Task = done.key  # type: ignore[assignment]
        if isinstance(done.reply, Raised):
            raise done.reply.error
        if isinstance(done.reply, Returned):
            self._pace.add(self._left[task], done.seconds)
            outcome: Outcome = done.reply.value
            return outcome
        if task in self._problems:  # not even the stub pages could be made by a worker
            return fail(self._order, task, self._problems[task], self._defects.get(task))
        if done.reply == "died" and task not in self._tried:
            self._tried.add(task)
            self._suspects.append(task)
        elif isinstance(done.reply, Defect) and done.reply.kind not in MEMORY_ERRORS:
            done.reply.tell()
            self._problems[task], self._defects[task] = (), done.reply
            self._failed.append(task)
        else:
            self._problems[task] = (_problem(done.reply, self._order),)
            self._failed.append(task)
        return None

    def _finished(self, outcome: Outcome) -> Outcome:
        del self._left[outcome.task]
        if outcome.task in self._next:
            self._ready.append(self._next[outcome.task])
        return outcome

    def _tell(self) -> None:
        if self._watch is None:
            return
        running: dict[Task, float] = self._pool.running  # type: ignore[assignment]
        left = self._pace.seconds_left(self._left, running)
        done = self._total - len(self._left)
        self._watch(Progress(done=done, total=self._total, running=running, seconds_left=left))


def _problem(reply: object, order: Order) -> Problem:
    """What is said of a report whose worker did not come to an end with it."""
    if isinstance(reply, Defect):
        return large(order.memory_limit or 0)
    return late(order.time_limit or 0) if reply == "late" else DIED


def _successors(tasks: Sequence[Task]) -> dict[Task, Task]:
    """The next period of a region, by the one before."""
    last: dict[str, Task] = {}
    found: dict[Task, Task] = {}
    for task in sorted(tasks, key=lambda task: task.period):
        if task.region in last:
            found[last[task.region]] = task
        last[task.region] = task
    return found


def _size(folder: Path) -> int:
    """Bytes below a folder, as far as they can be counted."""
    try:
        return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    except OSError:
        return 0
