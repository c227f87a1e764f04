"""A real scheduler with real workers: same bytes as at home, whoever dies; strangers make nothing."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import distributed
import pytest
from distributed import Client, Status

from asn_research.errors import ClusterError
from asn_research.reports.publications import provenance
from asn_research.reports.runs.batch import make_reports
from asn_research.reports.runs.cluster import (
    Passport,
    _find_claim,
    _outcome,
    check_cluster,
    examine,
    make_on_worker,
)
from asn_research.reports.runs.dispatch import make_report
from asn_research.reports.runs.order import Order, Outcome, Task
from tests.reports.light import PERIOD, REGIONS, WATCH, write_light_project
from tests.reports.machine import KEY, soon, started

TASKS = [Task(region, PERIOD) for region in REGIONS]


def order_in(home: Path, **changes: object) -> Order:
    folders = {"raw": home / "data" / "raw", "processed": home / "data" / "processed",
               "reports": home / "reports", "notebooks": home / "notebooks"}  # fmt: skip
    return Order(**(folders | changes))  # type: ignore[arg-type]


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


def test_what_a_stopped_run_has_begun_is_not_published_any_more(
    home: Path, scheduler: str, ours: Passport, tmp_path: Path
) -> None:
    away, watch, task = bare_copy(home, tmp_path / "away"), tmp_path / "watch", TASKS[0]
    watch.mkdir()
    books = {path.name: path.read_bytes() for path in (away / "notebooks").iterdir()}
    given = {f"{name}_given": str(place) for name, place in order_in(away).folders.items()}
    with worker(scheduler, **{WATCH: str(watch)}):
        with Client(scheduler) as client:
            asked = client.submit(make_on_worker, order_in(away, **given), task, books, ours)
            soon(lambda: asked.done() or (watch / task.region).exists())
        (watch / "go").touch()
        with Client(scheduler) as client:
            assert client.submit(len, "after").result(60) == 5  # the worker has one thread: it is free again
    assert (away / "data" / "processed" / task.region / PERIOD / "intake.json").exists()
    assert not (away / "reports" / task.region / PERIOD).exists()


@pytest.mark.parametrize(
    ("status", "state", "expected"),
    [("running", "executing", True), ("paused", "executing", True), ("running", "cancelled", False),
     ("closing", "executing", False), ("closed", "executing", False), ("running", None, False)],
)  # fmt: skip
def test_a_worker_publishes_only_what_a_scheduler_that_is_there_still_wants(
    monkeypatch: pytest.MonkeyPatch, status: str, state: str | None, expected: bool
) -> None:
    """A worker that has lost its scheduler closes, but its thread goes on to the end of the task."""
    tasks = {} if state is None else {"key": SimpleNamespace(state=state)}
    one = SimpleNamespace(
        status=Status[status], state=SimpleNamespace(tasks=tasks), get_current_task=lambda: "key"
    )
    monkeypatch.setattr(distributed.worker, "get_worker", lambda: one)
    assert _find_claim()() is expected


def problems_of(order: Order, *, patience: float = 60) -> dict[str, str]:
    with pytest.raises(ClusterError) as caught:
        check_cluster(order, patience=patience)
    return {problem.code: str(problem) for problem in caught.value.problems}


def test_a_worker_that_differs_makes_nothing_and_is_told_why(
    home: Path, scheduler: str, tmp_path: Path
) -> None:
    """Another key and several threads; it is asked for a folder that it cannot see as well."""
    order = order_in(bare_copy(home, tmp_path / "away"), cluster=scheduler)
    other = tmp_path / "pseudonym.key"
    other.write_text("6b" * 32)
    other.chmod(0o600)
    with worker(scheduler, "--nthreads", "2", ASN_RESEARCH_KEY="", ASN_RESEARCH_KEY_FILE=str(other)):
        found = problems_of(order)
    assert set(found) == {"cluster_key", "cluster_threads"}
    assert all(text.startswith("tcp://127.0.0.1:") for text in found.values())
    assert not [text for text in found.values() if KEY in text or "6b" * 8 in text]
    assert not (order.reports / REGIONS[0]).exists()


def test_a_scheduler_without_workers_or_no_scheduler_at_all_is_told(
    home: Path, scheduler: str, tmp_path: Path
) -> None:
    order = order_in(bare_copy(home, tmp_path / "away"))
    started = time.monotonic()
    assert set(problems_of(replace(order, cluster=scheduler), patience=2)) == {"cluster_empty"}
    assert set(problems_of(replace(order, cluster="tcp://127.0.0.1:9"), patience=1)) == {"cluster_silent"}
    for address in ("127.0.0.1", "carrier://pigeon", "tcp://127.0.0.1", ""):
        assert set(problems_of(replace(order, cluster=address), patience=1)) == {"cluster_address"}
    assert time.monotonic() - started < 60


def test_without_the_library_the_extra_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    found = problems_of(order_in(home, cluster="tcp://127.0.0.1:9"))
    assert "asn-research[cluster]" in found["cluster_extra_missing"]


@pytest.fixture
def ours(monkeypatch: pytest.MonkeyPatch) -> Passport:
    """What a worker must have in common with this process."""
    monkeypatch.setenv("ASN_RESEARCH_KEY", KEY)
    nonce = b"0123456789abcdef"
    return Passport(
        code=provenance.package_digest(), packages=provenance.environment(), nonce=nonce,
        proof=hmac.new(bytes.fromhex(KEY), b"cluster\0" + nonce, hashlib.sha256).digest(),
    )  # fmt: skip


def test_a_defect_on_a_worker_comes_home_as_an_account_without_cells(
    ours: Passport, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    cell = "Budi 198501012010011001"

    def boom(*_: object) -> None:
        raise LookupError(cell)

    monkeypatch.setattr("asn_research.reports.runs.dispatch.make_report", boom)
    order, task = order_in(tmp_path), Task(REGIONS[0], PERIOD)
    spoilt = make_on_worker(order, task, {}, ours)
    assert not isinstance(spoilt, Outcome)
    future = SimpleNamespace(status="finished", result=lambda: spoilt)
    outcome = _outcome(order, task, future)  # type: ignore[arg-type]
    assert outcome is not None
    assert [problem.code for problem in outcome.manifest.problems] == ["defect"]
    account = order.processed / REGIONS[0] / PERIOD / "defect.txt"
    assert "LookupError" in account.read_text(encoding="utf-8")
    for path in (account, order.reports / REGIONS[0] / PERIOD / "report.html"):
        assert cell not in path.read_text(encoding="utf-8")


def test_what_differs_is_found_one_by_one(ours: Passport, tmp_path: Path) -> None:
    assert examine(ours) == ()
    older = {**ours.packages, "pandas": "2.0"}
    cases = {
        "cluster_code": replace(ours, code="0" * 64),
        "cluster_packages": replace(ours, packages=older),
        "cluster_key": replace(ours, proof=b"0" * 32),
        "cluster_folder": replace(ours, marks=(str(tmp_path / "nowhere" / "x"),)),
    }
    for code, passport in cases.items():
        assert [problem.code for problem in examine(passport)] == [code]
    assert "≠ 2.0" in str(examine(cases["cluster_packages"])[0])
    task = Task(REGIONS[0], PERIOD)
    refused = make_on_worker(order_in(tmp_path), task, {}, cases["cluster_code"])
    assert not isinstance(refused, Outcome)
    assert not [*tmp_path.iterdir()]
