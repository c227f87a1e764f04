"""How far a run has come, and how long it will still take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from asn_research.reports.runs.order import Task

_LEAST_WEIGHT: Final = 500_000
"""Bytes of raw files that cost about as much as a report costs whatever its size."""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """A moment of a run.

    Attributes
    ----------
    done, total
        Reports that are ready (made, fresh or failed), and all.
    running
        The tasks being made, with the seconds since they were begun.
    seconds_left
        What is left at the pace so far; None before there is a pace.
    """

    done: int
    total: int
    running: Mapping[Task, float]
    seconds_left: float | None = None


@dataclass
class Pace:
    """Seconds per weight of a task, from those that are done; weights are bytes of raw files.

    >>> pace = Pace(workers=2)
    >>> pace.seconds_left({"b": 500_000, "c": 500_000}, {})
    >>> pace.add(500_000, 3.0)
    >>> pace.seconds_left({"b": 500_000, "c": 500_000}, {})
    3.0
    """

    workers: int
    _weight: float = field(default=0.0, init=False)
    _seconds: float = field(default=0.0, init=False)

    def add(self, size: int, seconds: float) -> None:
        """Note a task that is done."""
        self._weight += size + _LEAST_WEIGHT
        self._seconds += seconds

    def seconds_left(self, sizes: Mapping[Task, int], running: Mapping[Task, float]) -> float | None:
        """Seconds until all tasks are done.

        Parameters
        ----------
        sizes
            Bytes of raw files of every task that is not done, running or not.
        running
            Seconds since the running ones were begun.
        """
        if not self._weight:
            return None
        rate = self._seconds / self._weight
        left = sum(
            max(0.0, (size + _LEAST_WEIGHT) * rate - running.get(task, 0.0)) for task, size in sizes.items()
        )
        return left / self.workers
