"""Forked kernels: processes of their own, clean, killable, gone with their parent, like any other inside."""

from __future__ import annotations

import ast
import os
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from asn_research.reports.processes import kernel
from asn_research.reports.processes.fork import SWITCH, can_fork
from asn_research.reports.processes.kernel import PROVISIONER, kernel_manager

ROOT = Path(__file__).parents[3]
SPECS = ROOT / "asn_research" / "reports" / "processes" / "kernelspec"
forked = pytest.mark.skipif(not can_fork(), reason="no fork here")


@contextmanager
def running(folder: Path, **options: Any) -> Iterator[tuple[KernelManager, Any]]:
    """A kernel of ours with a client, as a program that knows only jupyter_client would start it."""
    spec = kernel_manager(profile=folder, **options)().kernel_spec
    manager = KernelManager()
    manager._kernel_spec = spec
    manager.start_kernel()
    client = manager.blocking_client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        yield manager, client
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        manager.cleanup_resources()


def value_of(client: Any, expression: str) -> Any:
    """What an expression is in the kernel."""
    found: list[str] = []

    def keep(message: dict[str, Any]) -> None:
        content = message["content"]
        found.extend([content["data"]["text/plain"]] if message["msg_type"] == "execute_result" else [])
        assert message["msg_type"] != "error", content

    client.execute_interactive(expression, output_hook=keep, timeout=30)
    return ast.literal_eval(found[-1])


def test_the_key_of_a_kernel_lies_in_a_folder_that_is_swept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What lies there begins with the name by which the next run knows what a killed one has left."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    profile = tmp_path / "profile"
    profile.mkdir()
    manager = kernel_manager(profile=profile)()
    manager.write_connection_file()
    assert [path.name for path in tmp_path.iterdir()] == ["profile"]
    assert [path.stat().st_mode & 0o77 for path in profile.iterdir()] == [0]


@forked
def test_a_kernel_is_a_fork_with_everything_imported_and_nothing_else(tmp_path: Path) -> None:
    with running(tmp_path) as (manager, client):
        child = psutil.Process(manager.provisioner.pid)
        assert child.parent().pid == kernel._SERVERS[os.getpid()]._server.pid
        assert child.pid == value_of(client, "__import__('os').getpid()")
        assert os.getsid(child.pid) == child.pid
        assert value_of(client, "'statsmodels' in __import__('sys').modules")
        names = value_of(client, "sorted(n for n in globals() if not n.startswith('_'))")
        assert set(names) <= {"In", "Out", "exit", "quit", "get_ipython", "open"}
        assert value_of(client, "__import__('os').environ['OMP_NUM_THREADS']") == "1"
        assert value_of(client, "__import__('os').getcwd()") == str(Path.cwd())


@forked
def test_the_server_has_one_thread(tmp_path: Path) -> None:
    """A fork of a process with threads can inherit a lock that nobody will ever release."""
    with running(tmp_path):
        server = psutil.Process(kernel._SERVERS[os.getpid()]._server.pid)
        assert server.num_threads() == 1


@forked
def test_what_one_kernel_does_the_next_one_does_not_see(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil = """
        import os, warnings, random, numpy as np, pandas as pd, matplotlib as mpl, asn_research
        os.chdir("/"); os.environ["SPOILT"] = "yes"; warnings.simplefilter("error")
        pd.set_option("display.max_rows", 7); mpl.rcParams["font.size"] = 99
        np.random.seed(1); random.seed(1)
        asn_research.spoilt = True
    """
    look = """(
        __import__("os").getcwd(), __import__("os").environ.get("SPOILT"), __import__("os").environ["NEW"],
        __import__("warnings").filters[0][0], __import__("pandas").get_option("display.max_rows"),
        __import__("matplotlib").rcParams["font.size"], hasattr(__import__("asn_research"), "spoilt"),
    )"""
    draw = "(__import__('random').random(), float(__import__('numpy').random.rand()))"
    monkeypatch.setenv("NEW", "set after the server was started")
    with running(tmp_path) as (_, client):
        client.execute_interactive(textwrap.dedent(spoil), timeout=30)
        seeded = value_of(client, draw)
    seen = []
    for _ in range(2):
        with running(tmp_path) as (_, client):
            *state, first_filter, rows, size, spoilt = value_of(client, look)
            assert state == [str(Path.cwd()), None, "set after the server was started"]
            assert first_filter != "error"
            assert (rows, size, spoilt) == (60, 10.0, False)
            seen.append(value_of(client, draw))
    assert len({seeded, *seen}) == 3


@forked
def test_a_kernel_is_interrupted_and_killed_like_any_other(tmp_path: Path) -> None:
    with running(tmp_path) as (manager, client):
        scratch = Path(manager.ip).parent
        assert manager.transport == "ipc"
        assert scratch.stat().st_mode & 0o077 == 0
        assert max(len(str(path)) for path in scratch.iterdir()) < 104
        message = client.execute(
            "import subprocess; other = subprocess.Popen(['sleep', '600']); other.wait()",
            stop_on_error=False,  # else what comes right after the interruption may be passed over
        )
        time.sleep(0.5)
        manager.interrupt_kernel()
        reply = client.get_shell_msg(timeout=10)
        assert reply["parent_header"]["msg_id"] == message
        assert reply["content"]["ename"] == "KeyboardInterrupt"
        client.execute("other = subprocess.Popen(['sleep', '600'])\nwhile True: pass")
        process = psutil.Process(manager.provisioner.pid)
        until = time.monotonic() + 20
        while not (started := process.children()) and time.monotonic() < until:
            time.sleep(0.1)
        assert started
    _, left = psutil.wait_procs([process, *started], timeout=10)
    assert [one for one in left if one.status() != psutil.STATUS_ZOMBIE] == []
    assert process not in left  # nobody but its server can have reaped it
    assert not scratch.exists()


ESCAPE = """
import os, subprocess, sys
places = {}
def daemon(name):
    reading, writing = os.pipe()
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.write(writing, str(os.getpid()).encode())
            os.execve("/bin/sleep", ["sleep", "600"], {})
        os._exit(0)
    places[name] = int(os.read(reading, 20))
daemon("daemon")
places["session"] = subprocess.Popen(["sleep", "600"], start_new_session=True).pid
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux gives orphans to whom they are due")
@pytest.mark.parametrize("how", ["shut down", "killed", "ended by itself"])
def test_what_a_kernel_has_set_free_ends_with_it_and_nothing_else_does(tmp_path: Path, how: str) -> None:
    profiles = [tmp_path / "one", tmp_path / "other"]
    for profile in profiles:
        profile.mkdir()
    with running(profiles[1]) as (_, bystander), running(profiles[0]) as (manager, client):
        for each in (bystander, client):
            each.execute_interactive(ESCAPE, timeout=30)
        theirs, ours = (value_of(each, "list(places.values())") for each in (bystander, client))
        assert all(os.getsid(pid) != manager.provisioner.pid for pid in ours)
        if how == "ended by itself":
            client.execute("os._exit(0)")
            until = time.monotonic() + 20
            while manager.is_alive() and time.monotonic() < until:
                time.sleep(0.05)
        else:
            manager.shutdown_kernel(now=how == "killed")
        assert len(ours) == 2
        assert [pid for pid in ours if psutil.pid_exists(pid)] == []
        assert all(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE for pid in theirs)
        assert value_of(bystander, "1 + 1") == 2
    assert [pid for pid in theirs if psutil.pid_exists(pid)] == []


@forked
def test_a_kernel_starts_again(tmp_path: Path) -> None:
    with running(tmp_path) as (manager, client):
        before = value_of(client, "__import__('os').getpid()")
        manager.restart_kernel(now=True)
        client.wait_for_ready(timeout=60)
        assert value_of(client, "__import__('os').getpid()") != before


LITTLE = ("ipykernel.kernelapp", "ipykernel.ipkernel")
"""What a server loads whose kernels are only started and ended."""
PARENT = f"""
import sys
from pathlib import Path
from tests.reports.processes.test_kernel import running
from asn_research.reports.processes import kernel
import os
kernel.WARM = {LITTLE}
with running(Path(sys.argv[1])) as (manager, client):
    server = kernel._SERVERS[os.getpid()]._server.pid
    print(manager.provisioner.pid, server, Path(manager.ip).parent, flush=True)
    client.execute("while True: pass")
    sys.stdin.read()
"""


@forked
@pytest.mark.parametrize("victim", ["parent", "server"])
def test_nothing_outlives_the_parent_or_the_server(tmp_path: Path, victim: str) -> None:
    command = [sys.executable, "-c", PARENT, str(tmp_path)]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env
    ) as parent:
        assert parent.stdout is not None
        child, server, scratch = parent.stdout.readline().split()
        processes = [psutil.Process(int(child)), psutil.Process(int(server))]
        (parent.kill if victim == "parent" else processes[1].kill)()
        _, alive = psutil.wait_procs(processes if victim == "parent" else processes[:1], timeout=10)
        assert alive == []
        if victim == "parent":
            deadline = time.monotonic() + 5
            while Path(scratch).exists() and time.monotonic() < deadline:
                time.sleep(0.05)
            assert not Path(scratch).exists()
        parent.kill()


@forked
def test_after_the_server_has_died_there_is_a_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernel, "_SERVERS", {})  # the server of the other tests lives on
    monkeypatch.setattr(kernel, "WARM", LITTLE)
    with running(tmp_path):
        server = kernel._SERVERS[os.getpid()]._server
    os.kill(server.pid, signal.SIGKILL)
    server.wait()
    with running(tmp_path) as (_, client):
        assert value_of(client, "1 + 1") == 2
    another = kernel._SERVERS[os.getpid()]._server
    assert another.pid != server.pid
    another.kill()
    another.wait()


@pytest.mark.skipif(not kernel.can_limit_memory(), reason="this system holds nobody to a limit")
def test_memory_is_limited_and_what_is_within_the_limit_is_there(tmp_path: Path) -> None:
    with running(tmp_path, memory_limit=1500) as (_, client):
        assert value_of(client, "len(bytearray(300 * 2**20))") == 300 * 2**20
        table = "__import__('pyarrow').array(range(10**6)).nbytes"
        assert value_of(client, table) == 8 * 10**6
        reply = client.execute_interactive("bytearray(1600 * 2**20)", output_hook=lambda _: None, timeout=30)
        assert reply["content"]["ename"] == "MemoryError"
        assert value_of(client, "1 + 1") == 2


def test_where_there_is_no_fork_the_kernel_is_an_ordinary_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SWITCH, "0")
    assert not can_fork()
    with running(tmp_path) as (manager, client):
        assert isinstance(manager.provisioner.process, subprocess.Popen)
        assert value_of(client, "'statsmodels' in __import__('sys').modules") is False


def test_long_paths_fall_back_to_a_short_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Long in bytes: the second has fewer characters than the first one that is short enough."""
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    with tempfile.TemporaryDirectory(dir="/tmp") as short:  # tmp_path is too long for any of them
        for name, is_taken in (("x" * 45, True), ("é" * 35, False), ("x" * 90, False)):
            parent = Path(short) / name
            parent.mkdir()
            monkeypatch.setattr(tempfile, "tempdir", str(parent))
            folder = kernel.private_folder()
            assert folder is not None
            folder.rmdir()
            assert (folder.parent == parent) is is_taken
            assert len(os.fsencode(folder / "k-1")) <= 107


def test_the_kernelspec_names_the_provisioner_and_runs_in_any_jupyter_program() -> None:
    """As JupyterLab and ``papermill -k asn-research`` do it: by name, through the installed entry point."""
    specs = KernelSpecManager(kernel_dirs=[str(SPECS)], ensure_native_kernel=False)
    spec = specs.get_kernel_spec("asn-research")
    assert spec.metadata["kernel_provisioner"]["provisioner_name"] == PROVISIONER
    book = new_notebook(cells=[new_code_cell("'statsmodels' in __import__('sys').modules")])
    manager = KernelManager(kernel_name="asn-research", kernel_spec_manager=specs)
    NotebookClient(book, km=manager).execute()
    manager.shutdown_kernel(now=True)
    assert book.cells[0].outputs[0].data["text/plain"] == str(can_fork())
