"""Workers fail alone: whatever a call does to its process, the other calls return what they return."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from asn_research.errors import LocationError
from asn_research.reports.processes.defect import Defect
from asn_research.reports.processes.fork import SWITCH, can_fork
from asn_research.reports.processes.limit import can_limit_memory
from asn_research.reports.processes.pool import Done, Pool
from asn_research.reports.processes.worker import Raised, Returned

ROOT = Path(__file__).parents[3]


@pytest.fixture(params=["forked", "started anew"])
def _kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "forked" and not can_fork():
        pytest.skip("no fork here")
    if request.param != "forked":
        monkeypatch.setenv(SWITCH, "0")


def gather(pool: Pool, calls: dict[str, tuple[Any, ...]]) -> dict[Any, Done]:
    """Make all calls and wait for all."""
    waiting, found = list(calls.items()), {}
    while len(found) < len(calls):
        while pool.free and waiting:
            key, call = waiting.pop(0)
            pool.submit(key, *call)
        found |= {done.key: done for done in pool.wait(1.0)}
    return found


@pytest.mark.usefixtures("_kind")
def test_every_call_has_its_own_end() -> None:
    calls = {
        "sum": ("builtins:sum", (1, 2, 3)),
        "dies": ("os:_exit", 3),
        "killed": ("signal:raise_signal", int(signal.SIGKILL)),
        "loops": ("time:sleep", 600),
        "defect": ("operator:truediv", 1, 0),
        "refused": ("asn_research.reports.runs.location:Location", "s3://user:secret@bucket"),
        "after": ("builtins:len", "four"),
    }
    started = time.monotonic()
    with Pool(size=2, time_limit=8.0) as pool:
        found = gather(pool, calls)
    assert found["sum"].reply == Returned(6)
    assert found["after"].reply == Returned(4)
    assert found["dies"].reply == found["killed"].reply == "died"
    assert found["loops"].reply == "late"
    defect = found["defect"].reply
    assert isinstance(defect, Defect)
    assert defect.kind == "ZeroDivisionError"
    assert "asn_research/reports/processes/worker.py" in defect.account
    refused = found["refused"].reply
    assert isinstance(refused, Raised)
    assert isinstance(refused.error, LocationError)
    assert time.monotonic() - started < 60


@pytest.mark.usefixtures("_kind")
def test_a_worker_makes_many_calls_and_leaves_with_the_pool() -> None:
    with Pool(size=1) as pool:
        found = gather(pool, {str(number): ("os:getpid",) for number in range(5)})
        pids = {done.reply.value for done in found.values()}  # type: ignore[union-attr]
        assert len(pids) == 1
        worker = psutil.Process(pids.pop())
        assert worker.pid != os.getpid()
    assert not worker.is_running()


def test_a_worker_that_is_dead_before_its_first_call_costs_this_call_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(SWITCH, "0")
    real = Pool._spawn

    def start_dead(pool: Pool) -> Any:
        worker = real(pool)
        worker.process.kill()
        worker.process.join()  # type: ignore[union-attr]
        return worker

    with Pool(size=1) as pool:
        with monkeypatch.context() as patch:
            patch.setattr(Pool, "_spawn", start_dead)
            assert gather(pool, {"lost": ("builtins:len", "four")})["lost"].reply == "died"
        assert gather(pool, {"next": ("builtins:len", "four")})["next"].reply == Returned(4)


def test_nothing_is_started_before_there_is_a_call() -> None:
    before = psutil.Process().children()
    with Pool(size=2):
        assert psutil.Process().children() == before


@pytest.mark.skipif(not can_limit_memory(), reason="this system holds nobody to a limit")
def test_a_worker_is_held_to_its_memory() -> None:
    calls = {"hog": ("builtins:bytearray", 2**31), "modest": ("builtins:bytearray", 3)}
    with Pool(size=1, memory_limit=1000) as pool:
        found = gather(pool, calls)
    assert found["hog"].reply == Defect("MemoryError", "?", "")
    assert found["modest"].reply == Returned(bytearray(3))


@pytest.mark.skipif(not can_fork(), reason="no fork here")
def test_after_the_server_has_died_the_pool_goes_on() -> None:
    with Pool(size=1) as pool:
        gather(pool, {"first": ("os:getpid",)})
        assert pool._server is not None
        assert pool._server._server is not None
        pool._server._server.kill()
        pool._server._server.wait()
        found = gather(pool, {"lost": ("os:getpid",)}) | gather(pool, {"next": ("builtins:len", "four")})
    assert found["next"].reply == Returned(4)


@pytest.mark.skipif(not can_fork(), reason="no fork here")
def test_where_the_server_cannot_even_start_workers_are_started_anew_and_it_is_not_asked_again() -> None:
    with Pool(size=1, modules=["no_such_module"]) as pool:
        first = gather(pool, {"first": ("builtins:len", "four"), "dies": ("os:_exit", 1)})
        server = pool._server
        second = gather(pool, {"second": ("builtins:len", "two")})
        assert pool._server is server
    assert first["first"].reply == Returned(4)
    assert second["second"].reply == Returned(3)


RUN = """
import time
from asn_research.reports.processes.pool import Pool
with Pool(size=1) as pool:
    pool.submit("who", "os:getpid")
    print(pool.wait(60)[0].reply.value, flush=True)
    pool.submit("long", "time:sleep", 600)
    time.sleep(600)
"""


@pytest.fixture
def run() -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen([sys.executable, "-c", RUN], stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


@pytest.mark.usefixtures("_kind")
def test_a_worker_ends_with_its_run_even_amid_a_call(
    request: pytest.FixtureRequest,
) -> None:
    process: subprocess.Popen[str] = request.getfixturevalue("run")
    assert process.stdout is not None
    worker = psutil.Process(int(process.stdout.readline()))
    everybody = [worker, *psutil.Process(process.pid).children(recursive=True)]
    process.send_signal(signal.SIGKILL)
    _, alive = psutil.wait_procs(everybody, timeout=10)
    assert alive == []
