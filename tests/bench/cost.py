"""What a command costs: seconds on the wall and of processors, memory; with all processes it starts."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

_LOOK = 1.0


@dataclass(frozen=True, kw_only=True)
class Cost:
    """Seconds on the wall, seconds of processors, and megabytes: of the largest process, of all together."""

    wall: float
    cpu: float
    largest: float
    together: float

    def __truediv__(self, count: float) -> Cost:
        """The time per report; memory is not shared out."""
        return Cost(
            wall=self.wall / count, cpu=self.cpu / count, largest=self.largest, together=self.together
        )


def run_measured(
    command: Sequence[str], *, env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> Cost:
    """Run a command to its end and return what it has cost.

    Raises
    ------
    RuntimeError
        If it fails; its last words are in the message.
    """
    started = time.perf_counter()
    process = subprocess.Popen(
        [*command], env=env, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    watch = _Watch(process.pid)
    watch.start()
    words = process.stderr.read() if process.stderr else ""
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    watch.stop()
    if process.returncode:
        raise RuntimeError(f"{command[0]} ended with {process.returncode}: {words[-500:]}")
    return Cost(
        wall=wall,
        cpu=usage.ru_utime + usage.ru_stime,
        largest=usage.ru_maxrss / 1024,
        together=watch.most / 2**20,
    )


class _Watch(threading.Thread):
    """The most memory that a process and all below it hold at a time; shared pages counted once."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._root = psutil.Process(pid)
        self._over = threading.Event()
        self.most = 0

    def run(self) -> None:
        while not self._over.wait(_LOOK):
            total = 0
            try:
                everybody = [self._root, *self._root.children(recursive=True)]
            except psutil.Error:
                return
            for process in everybody:
                try:
                    total += process.memory_full_info().pss
                except (psutil.Error, AttributeError):
                    continue
            self.most = max(self.most, total)

    def stop(self) -> None:
        self._over.set()
        self.join()
