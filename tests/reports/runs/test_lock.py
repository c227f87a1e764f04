"""One run at a time in a folder, and a dead one holds nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from asn_research.cli import app
from asn_research.contract.region import ACROSS
from asn_research.errors import HeldError
from asn_research.ingest.storage import _host
from asn_research.reports.runs.lock import FILE, hold

HOLDER = """
import sys, time
from pathlib import Path
from asn_research.reports.runs.lock import hold
with hold(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""


def start(program: str, *arguments: str) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program), *arguments], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline().strip()
    return child


def end(child: subprocess.Popen[str]) -> None:
    child.kill()
    child.wait()
    assert child.stdout is not None
    child.stdout.close()


def test_a_second_run_is_refused_with_the_holder_and_a_killed_one_holds_nothing(tmp_path: Path) -> None:
    child = start(HOLDER, str(tmp_path))
    try:
        with pytest.raises(HeldError) as caught, hold(tmp_path):
            pass
        assert caught.value.problems[0].fields["process"] == str(child.pid)
    finally:
        end(child)
    assert (tmp_path / FILE).read_text(encoding="utf-8").startswith(str(child.pid))
    with hold(tmp_path):
        assert (tmp_path / FILE).read_text(encoding="utf-8").startswith(f"{os.getpid()} ")
    with hold(tmp_path):
        pass


@pytest.mark.parametrize("left", ["own", "1 elsewhere\n", "99999999 x", "", "\0\xff"])
def test_what_a_lock_file_says_decides_nothing(tmp_path: Path, left: str) -> None:
    """The number of a process that lives, another machine, a reboot, a spoilt file: all are stale."""
    left = f"{os.getpid()} {_host()}\n" if left == "own" else left
    (tmp_path / FILE).write_text(left, encoding="utf-8")
    with hold(tmp_path):
        pass


def test_other_folders_are_free(tmp_path: Path) -> None:
    with hold(tmp_path / "a"), hold(tmp_path / "b"):
        pass


def test_the_command_refuses_a_held_folder_and_touches_nothing(tmp_path: Path) -> None:
    (tmp_path / "raw" / "kalianda" / "2025").mkdir(parents=True)
    arguments = ["run", "--raw", str(tmp_path / "raw"), "--processed", str(tmp_path / "processed")]
    reports = tmp_path / "reports"
    with hold(reports):
        for language, words in (("en_GB", "another run is working in this folder"), ("id_ID", "proses lain")):
            result = CliRunner(env={"LC_ALL": language}).invoke(app, [*arguments, "--reports", str(reports)])
            assert result.exit_code == 2
            assert words in result.stderr
            assert f"{os.getpid()}" in result.stderr
        assert [path.name for path in reports.iterdir()] == [FILE]
        looked = CliRunner().invoke(app, ["status", *arguments[1:3], "--reports", str(reports)])
        assert looked.exit_code == 0, looked.output
    assert not (tmp_path / "processed").exists()


def test_holding_sweeps_what_dead_runs_left_at_every_depth_and_nothing_else(tmp_path: Path) -> None:
    kept, left = [], []
    for folder in (tmp_path, tmp_path / "kalianda", tmp_path / "kalianda" / "2025", tmp_path / ACROSS):
        folder.mkdir(exist_ok=True)
        left.append(folder / f".report.html~{_host()}~{os.getpid()}~0badcafe")
        kept += [folder / "report.html", folder / ".hidden", folder / "a~b~1~c"]
    for path in (*kept, *left):
        path.write_text("x", encoding="utf-8")
    with hold(tmp_path):
        pass
    assert [path for path in left if path.exists()] == []
    assert [path for path in kept if not path.exists()] == []


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_workers_end_with_a_run_that_is_killed() -> None:
    """Otherwise one could publish what it has made beside the next run."""
    program = """
    import os, time
    from multiprocessing import Pipe, get_context
    from asn_research.reports.processes.worker import work_alone
    if __name__ == "__main__":
        here, there = Pipe()
        worker = get_context("fork").Process(target=work_alone, args=(there,))
        worker.start()
        print(worker.pid, flush=True)
        time.sleep(600)
    """
    child = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    worker = int(child.stdout.readline())
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    for _ in range(200):
        try:
            os.kill(worker, 0)
        except ProcessLookupError:
            return
        if Path(f"/proc/{worker}/stat").is_file() and ") Z " in Path(f"/proc/{worker}/stat").read_text():
            return
        time.sleep(0.05)
    os.kill(worker, signal.SIGKILL)
    pytest.fail("a worker outlived its run")
