"""All reports of a run: one task per region and period, each on its own, published when whole."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from asn_research.reports.processes.defect import Witness
from asn_research.reports.publications.provenance import Digest, digest_file
from asn_research.reports.runs.dispatch import DIED, fail, find_fresh_tasks, make_report
from asn_research.reports.runs.memory import Memory, look_back
from asn_research.reports.runs.order import Order, Outcome, Task

if TYPE_CHECKING:
    from asn_research.reports.processes.pool import Pool
    from asn_research.reports.runs.progress import Progress


def make_reports(
    order: Order,
    tasks: Sequence[Task],
    *,
    watch: Callable[[Progress], None] | None = None,
    pool: Pool | None = None,
    memory: Memory | None = None,
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
        Workers from :func:`asn_research.reports.runs.schedule.open_pool`, which are left running; without
        them there are workers for this call only.
    memory
        What need not be read again to know that a report is fresh; without it everything is read.
    """
    if memory is None:
        yield from _make_due(order, tasks, watch, pool)
    else:
        yield from look_back(order, _make_due(order, tasks, watch, pool, memory.digest), memory)


def _make_due(
    order: Order,
    tasks: Sequence[Task],
    watch: Callable[[Progress], None] | None,
    pool: Pool | None,
    digest: Digest = digest_file,
) -> Iterator[Outcome]:
    if order.cluster is None and not order.inner:
        from asn_research.reports.runs.schedule import Schedule, open_pool

        with contextlib.ExitStack() as stack:
            pool = pool or stack.enter_context(open_pool(order, len(tasks)))
            yield from Schedule(order, tasks, pool, watch, digest=digest).run()
        return
    for wave in _waves(tasks):
        yield from _make_wave(order, wave, digest)


def _waves(tasks: Sequence[Task]) -> list[list[Task]]:
    """Tasks that do not build on each other together: the first periods of all regions, then the second."""
    ranks: dict[Task, int] = {}
    known: dict[str, int] = {}
    for task in sorted(tasks, key=lambda task: task.period):
        ranks[task] = known.get(task.region, 0)
        known[task.region] = ranks[task] + 1
    return [[t for t in tasks if ranks[t] == rank] for rank in range(max(ranks.values(), default=-1) + 1)]


def _make_wave(order: Order, tasks: Sequence[Task], digest: Digest) -> Iterator[Outcome]:
    """Make reports in a cluster, or in this process where their folders exist only here."""
    due = []
    for task, fresh in find_fresh_tasks(order, tasks, digest=digest):
        if fresh is None:
            due.append(task)
        else:
            yield Outcome(task, fresh, fresh=True)
    if order.cluster is None:
        yield from (_make_here(order, task) for task in due)
        return
    from asn_research.reports.runs.cluster import make_in_cluster

    for task, outcome in make_in_cluster(order, due):
        yield outcome or fail(order, task, (DIED,))


def _make_here(order: Order, task: Task) -> Outcome:
    """Make a report in this process; a defect costs this report only."""
    with Witness() as witness:
        return make_report(order, task)
    if witness.defect is not None:
        witness.defect.tell()
    return fail(order, task, (), witness.defect)
