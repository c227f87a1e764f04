"""The line to a kernel: open at once, read to the end of a request, and not held by a kernel that is gone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
from nbclient.util import run_sync

from asn_research.reports.processes import client as line_to_kernel
from asn_research.reports.processes.client import QuickClient
from asn_research.reports.processes.fork import SWITCH, can_fork
from asn_research.reports.processes.kernel import kernel_manager


@contextmanager
def line(folder: Path) -> Iterator[tuple[Any, QuickClient]]:
    """A kernel of reports that has answered, and the line to it."""
    manager = kernel_manager(profile=folder, together=True)()
    run_sync(manager.start_kernel)()
    client = manager.client()
    try:
        client.start_channels()
        client.wait_for_ready(timeout=60)
        yield manager, client
    finally:
        client.stop_channels()
        run_sync(manager.shutdown_kernel)(now=True)


def kinds(client: QuickClient, code: str, *, seconds: float | None = 30) -> list[str]:
    return [message["msg_type"] for message in client.listen(client.execute(code), seconds=seconds)]


@pytest.mark.parametrize("fork", ["1", "0"])
def test_a_request_is_over_with_its_reply_and_all_it_has_shown(
    tmp_path: Path, fork: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SWITCH, fork)
    with line(tmp_path) as (_, client):
        assert client.language_info["name"] == "python"
        for number in range(20):
            told = kinds(client, f"print({number}); {number}")
            assert sorted(told) == ["execute_reply", "execute_result", "status", "stream"]


def test_what_is_said_of_another_request_is_passed_over(tmp_path: Path) -> None:
    with line(tmp_path) as (_, client):
        client.execute("print('unasked')")
        assert "stream" not in kinds(client, "1;")


def test_a_request_that_takes_longer_than_it_may_is_given_up_also_while_it_speaks(tmp_path: Path) -> None:
    with line(tmp_path) as (_, client):
        start = time.monotonic()
        with pytest.raises(TimeoutError):
            kinds(client, "while True: print(1, flush=True)", seconds=1)
        with pytest.raises(TimeoutError):
            kinds(client, "1", seconds=1)
        assert 2 <= time.monotonic() - start < 10


def test_a_kernel_that_ends_is_noticed_and_one_that_never_was_there_too(tmp_path: Path) -> None:
    with line(tmp_path) as (_, client):
        with pytest.raises(RuntimeError, match="ended"):
            kinds(client, "import os; os._exit(1)", seconds=None)
        with pytest.raises(RuntimeError, match="ended"):
            client.wait_for_ready(timeout=60)
        assert not client.is_running


def test_a_kernel_is_gone_when_it_was_ended(tmp_path: Path) -> None:
    with line(tmp_path) as (manager, client):
        pid = manager.provisioner.pid
        client.execute("while True: pass")
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


@pytest.mark.skipif(not can_fork(), reason="no fork here")
def test_who_stops_a_report_stops_its_kernel_as_well(tmp_path: Path) -> None:
    """Ctrl-C amid a cell ends the run as it ends any program, with nothing left behind."""
    script = textwrap.dedent("""
        import sys
        from pathlib import Path
        import nbformat
        from nbformat.v4 import new_code_cell, new_notebook
        from asn_research.reports.pages.notebook import execute_notebook
        from asn_research.reports.publications.parameter import check_parameters
        given = 'region: str = "nowhere"  # folder\\nlanguage: str = "id"  # id, en'
        first = new_code_cell(given, metadata={"tags": ["parameters"]})
        told = "import os, time; open('pid', 'w').write(str(os.getpid())); os.rename('pid', 'ready')"
        cell = told + "; time.sleep(90)"
        nbformat.write(new_notebook(cells=[first, new_code_cell(cell)]), "slow.ipynb")
        execute_notebook(Path("slow.ipynb"), check_parameters({"region": "kalianda"}))
    """)
    run = subprocess.Popen([sys.executable, "-c", script], cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    ready, until = tmp_path / "ready", time.monotonic() + 60
    while not ready.exists() and time.monotonic() < until:
        time.sleep(0.05)
    run.send_signal(signal.SIGINT)
    _, told = run.communicate(timeout=30)
    assert "KeyboardInterrupt" in told
    assert run.returncode == -signal.SIGINT
    pid = int(ready.read_text())
    assert pid != os.getpid()
    assert not psutil.pid_exists(pid)


def test_an_answer_of_which_half_is_lost_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cell that shuts the way by which the kernel tells its end does not hold the report for ever."""
    monkeypatch.setattr(line_to_kernel, "_HALF", 0.5)
    with line(tmp_path) as (_, client), pytest.raises(RuntimeError, match="not told the end"):
        kinds(client, "get_ipython().kernel.iopub_socket.close()", seconds=None)


def test_a_kernel_throws_nothing_away_however_slowly_it_is_read(tmp_path: Path) -> None:
    """Twenty thousand messages are more than either side holds by itself."""
    with line(tmp_path) as (_, client):
        many = "kernel = get_ipython().kernel\nfor n in range(20_000): kernel.send_response("
        asked = client.execute(many + "kernel.iopub_socket, 'stream', {'name': 'stdout', 'text': str(n)})")
        client.shell_channel.get_msg(timeout=60)
        texts = []
        while (message := client.iopub_channel.get_msg(timeout=30))["msg_type"] != "status":
            assert message["parent_header"]["msg_id"] == asked
            texts.append(message["content"]["text"])
        assert texts == [str(number) for number in range(20_000)]
