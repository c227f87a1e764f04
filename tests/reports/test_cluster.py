"""A real scheduler with real workers: same bytes as at home, whoever dies; strangers make nothing."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from asn_research.errors import ClusterError
from asn_research.reports.batch import Order, Outcome, Task, make_report, make_reports
from asn_research.reports.cluster import check_cluster
from tests.reports.light import PERIOD, REGIONS, WATCH, write_light_project

KEY = "5a" * 32
TASKS = [Task(region, PERIOD) for region in REGIONS]


def order_in(home: Path, **changes: object) -> Order:
    folders = {"raw": home / "data" / "raw", "processed": home / "data" / "processed",
               "reports": home / "reports", "notebooks": home / "notebooks"}  # fmt: skip
    return Order(**(folders | changes))  # type: ignore[arg-type]


@contextmanager
def started(*arguments: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """One part of a cluster, by Dask's own command, in a process of its own."""
    full = {**os.environ, "ASN_RESEARCH_KEY": KEY, "ASN_RESEARCH_FORK": "0", **environment}
    full.pop("ASN_RESEARCH_HOME", None)
    with subprocess.Popen(
        [sys.executable, "-m", "dask", *arguments], env=full, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, cwd=Path(sys.executable).parent,
    ) as process:  # fmt: skip
        try:
            yield process
        finally:
            process.kill()


def soon(ready: Callable[[], object], *, seconds: float = 150) -> None:
    deadline = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    found = tmp_path_factory.mktemp("scheduler") / "scheduler.json"
    options = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-jupyter"]
    with started("scheduler", *options, "--scheduler-file", str(found)):
        soon(lambda: found.is_file() and found.stat().st_size)
        yield json.loads(found.read_text())["address"]


@contextmanager
def worker(scheduler: str, *options: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    plain = ["--no-nanny", "--no-dashboard", "--nthreads", "1", "--memory-limit", "0"]
    with started("worker", scheduler, *plain, *options, **environment) as process:
        yield process


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project whose reports were made in this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASN_RESEARCH_KEY", KEY)
        patch.setenv("ASN_RESEARCH_FORK", "0")
        folder = write_light_project(tmp_path_factory.mktemp("home"), regions=len(REGIONS))
        patch.setenv("ASN_RESEARCH_HOME", str(folder))
        for task in TASKS:
            assert make_report(order_in(folder), task).well
        yield folder


def results(home: Path) -> dict[str, bytes]:
    return {
        path.relative_to(home).as_posix(): path.read_bytes()
        for part in ("reports", "data/processed")
        for path in (home / part).rglob("*")
        if path.is_file() and path.suffix != ".xlsx"
    }


def bare_copy(home: Path, folder: Path) -> Path:
    """The same project without what was made of it."""
    shutil.copytree(home / "data" / "raw", folder / "data" / "raw")
    shutil.copytree(home / "notebooks", folder / "notebooks")
    return folder


def test_a_worker_that_is_killed_costs_nothing_but_time(home: Path, scheduler: str, tmp_path: Path) -> None:
    away, watch = bare_copy(home, tmp_path / "away"), tmp_path / "watch"
    watch.mkdir()
    outcomes: list[Outcome] = []
    with ExitStack() as stack:
        first, _second = (stack.enter_context(worker(scheduler, **{WATCH: str(watch)})) for _ in range(2))
        with ThreadPoolExecutor(1) as pool:
            run = pool.submit(lambda: [*make_reports(order_in(away, cluster=scheduler), TASKS)])
            try:
                soon(lambda: run.done() or len(list(watch.iterdir())) == 2)
            finally:
                os.kill(first.pid, signal.SIGKILL)
                (watch / "go").touch()
            outcomes = run.result(timeout=120)
    assert sorted(outcome.task.region for outcome in outcomes) == list(REGIONS)
    assert all(outcome.well for outcome in outcomes)
    assert results(away) == results(home)
    assert not [*away.rglob(".asn-*")]


def problems_of(order: Order, *, patience: float = 60) -> dict[str, str]:
    with pytest.raises(ClusterError) as caught:
        check_cluster(order, patience=patience)
    return {problem.code: str(problem) for problem in caught.value.problems}
