"""What a report may take of time and memory; light, because every process of a run imports it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final, Self

import psutil

from asn_research.errors import Place, Problem, ReportError

MEMORY_ERRORS: Final = ("MemoryError", "_ArrayMemoryError", "ArrowMemoryError")
"""Names of the exceptions by which Python, numpy and pyarrow say that there is no memory left."""

_SHARED: Final = 0.8
"""The part of this machine's memory that all processes of a run may hold together."""


@dataclass(frozen=True, kw_only=True)
class Limit:
    """Limits of one report.

    Attributes
    ----------
    seconds
        What was allowed for the whole report (None: no limit).
    deadline
        When that ends, by the monotonic clock.
    megabytes
        Data that each of its processes may hold (None: no limit).
    """

    seconds: float | None = None
    deadline: float | None = None
    megabytes: int | None = None

    @classmethod
    def begin(cls, seconds: float | None = None, megabytes: int | None = None) -> Self:
        """Limits whose time begins now."""
        deadline = None if seconds is None else time.monotonic() + seconds
        return cls(seconds=seconds, deadline=deadline, megabytes=megabytes)

    @property
    def seconds_left(self) -> float | None:
        """What is left of the time; never quite nothing, because to nbclient zero is no limit."""
        return None if self.deadline is None else max(self.deadline - time.monotonic(), 0.001)


def can_limit_memory() -> bool:
    """Whether this system holds a process to a limit of its data: only Linux does."""
    return hasattr(psutil, "RLIMIT_DATA")


def memory_share(asked: int | None, jobs: int) -> int | None:
    """Megabytes for each process of a run: what was asked for, else a fair share of this machine.

    Raises
    ------
    ReportError
        If a limit was asked for that this system cannot keep.
    """
    if asked is not None and not can_limit_memory():
        message = "this system cannot hold a process to a limit of memory."
        raise ReportError(Problem("memory_unlimited", message, remedy="Leave out --memory-limit."))
    if asked is not None or not can_limit_memory():
        return asked
    return int(psutil.virtual_memory().total * _SHARED / jobs / 2**20)


def late(seconds: float, place: Place | None = None) -> Problem:
    """What is said of a report that was not ready within its time."""
    fields = {"seconds": f"{seconds:g}"}
    message = f"the report was not ready within {fields['seconds']} seconds."
    remedy = "Allow more with --time-limit."
    return Problem("notebook_late", message, place or Place(), remedy, fields)


def large(megabytes: int, place: Place | None = None) -> Problem:
    """What is said of a report that needed more memory than it was allowed."""
    fields = {"megabytes": str(megabytes)}
    message = f"the report needed more than {megabytes} MB of memory."
    remedy = "Allow more with --memory-limit."
    return Problem("notebook_large", message, place or Place(), remedy, fields)
