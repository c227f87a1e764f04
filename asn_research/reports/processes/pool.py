"""A few warm processes for many calls: what one call does to its process harms no other call.

Workers are forks of one server that has everything imported; where there is no fork they are started anew.
A worker that dies or does not end in time costs its own call, and another takes its place.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import time
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import Final, Literal, Self

from asn_research.reports.processes.defect import Defect
from asn_research.reports.processes.fork import Fork, ForkClient, can_fork, one_thread, start_server
from asn_research.reports.processes.worker import FORKED, Call, Reply, work_alone

_CALLS_PER_WORKER: Final = 100
"""After so many calls a worker is replaced, so that nothing can pile up in it."""


@dataclass(frozen=True)
class Done:
    """What became of a call: a reply, or that its worker died or was too late."""

    key: Hashable
    reply: Reply | Literal["died", "late"]
    seconds: float


@dataclass(eq=False)
class _Worker:
    process: Fork | BaseProcess
    channel: Connection
    calls: int = 0
    key: Hashable = None
    started: float = 0.0

    def end(self) -> None:
        """End it and everything it has started."""
        self.channel.close()
        self.process.kill()
        if isinstance(self.process, Fork):
            self.process.wait()
        else:
            self.process.join()


@dataclass(eq=False, kw_only=True)
class Pool:
    """Workers for calls, started as they are needed.

    Parameters
    ----------
    size
        How many calls are made at a time, at most.
    modules
        What every worker finds imported.
    time_limit
        Seconds after which a call is given up and its worker ended (None: never).
    memory_limit
        Megabytes of data that a worker may hold (None: no limit).
    """

    size: int
    modules: Sequence[str] = ()
    time_limit: float | None = None
    memory_limit: int | None = None
    _server: ForkClient | None = field(default=None, init=False)
    _has_forked: bool = field(default=False, init=False)
    _may_fork: bool = field(default_factory=can_fork, init=False)
    _idle: list[_Worker] = field(default_factory=list, init=False)
    _busy: list[_Worker] = field(default_factory=list, init=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in [*self._idle, *self._busy]:
            worker.end()
        if self._server is not None:
            self._server.close()

    @property
    def free(self) -> int:
        """How many more calls can be submitted now."""
        return self.size - len(self._busy)

    @property
    def running(self) -> dict[Hashable, float]:
        """The calls being made, with the seconds since they were begun."""
        now = time.monotonic()
        return {worker.key: now - worker.started for worker in self._busy}

    def warm_up(self) -> None:
        """Let imports begin, while the caller has other things to do."""
        if self._may_fork and (self._server is None or not self._server.alive):
            self._server = start_server(self.modules)

    def submit(self, key: Hashable, function: str, *arguments: object) -> None:
        """Begin a call of ``module:function``; only while :attr:`free` is not zero."""
        call = Call(function, arguments)
        worker = self._send_to_idle(call)
        if worker is None:
            worker = self._start(call)
        worker.key, worker.started, worker.calls = key, time.monotonic(), worker.calls + 1
        self._busy.append(worker)

    def _send_to_idle(self, call: Call) -> _Worker | None:
        """An idle worker that has the call; None where there is none alive."""
        while self._idle:
            worker = self._idle.pop()
            try:
                worker.channel.send(call)
            except OSError:
                worker.end()
            else:
                return worker
        return None

    def wait(self, seconds: float) -> list[Done]:
        """The calls that end within some seconds, as soon as there are any."""
        by_channel = {worker.channel: worker for worker in self._busy}
        ready = wait(list(by_channel), self._patience(seconds))
        done = [self._receive(by_channel[channel]) for channel in ready]  # type: ignore[index]
        now = time.monotonic()
        for worker in [*self._busy]:
            if self.time_limit is not None and now - worker.started > self.time_limit:
                done.append(self._dismiss(worker, "late"))
        return done

    def _patience(self, seconds: float) -> float:
        if self.time_limit is None:
            return seconds
        now = time.monotonic()
        left = (self.time_limit - (now - worker.started) for worker in self._busy)
        return max(0.0, min([seconds, *left]))

    def _receive(self, worker: _Worker) -> Done:
        try:
            reply: Reply = worker.channel.recv()
        except (EOFError, OSError):
            return self._dismiss(worker, "died")
        if isinstance(reply, Defect) or worker.calls >= _CALLS_PER_WORKER:
            return self._dismiss(worker, reply)
        self._busy.remove(worker)
        self._idle.append(worker)
        return Done(worker.key, reply, time.monotonic() - worker.started)

    def _dismiss(self, worker: _Worker, reply: Reply | Literal["died", "late"]) -> Done:
        self._busy.remove(worker)
        worker.end()
        return Done(worker.key, reply, time.monotonic() - worker.started)

    def _start(self, call: Call) -> _Worker:
        """A new worker with its first call; that one has died already is seen when it is waited for."""
        worker = (self._fork() if self._may_fork else None) or self._spawn()
        with contextlib.suppress(OSError):
            worker.channel.send(self.memory_limit)
            worker.channel.send(call)
        return worker

    def _fork(self) -> _Worker | None:
        """A worker from the server; None where there is none, and never again where there never was one."""
        self.warm_up()
        if self._server is None:
            return None
        try:
            worker = _Worker(*self._server.fork_worker(FORKED))
        except (EOFError, OSError):
            self._may_fork = self._has_forked
            return None
        self._has_forked = True
        return worker

    def _spawn(self) -> _Worker:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=work_alone, args=(theirs,))
        before = dict(os.environ)
        os.environ.update(one_thread({}))  # numerical libraries read it when they are loaded
        try:
            process.start()
        finally:
            os.environ.clear()
            os.environ.update(before)
            theirs.close()
        return _Worker(process, ours)
