"""Jupyter kernels that are forks of a warm process: the kernel provisioner ``asn-research-fork``.

Every kernel is a process of its own with a clean namespace; only the imports are shared. Sockets instead of
ports: no race for ports, nothing listens on the network. Where there is no fork, kernels are ordinary ones.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import psutil
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner
from traitlets import Integer, Type, Unicode, default

from asn_research.ingest.storage import scratch_prefix
from asn_research.reports.processes.client import QuickClient
from asn_research.reports.processes.fork import (
    DEBUGGER,
    WARM,
    ForkClient,
    KernelOrder,
    can_fork,
    one_thread,
    start_server,
)
from asn_research.reports.processes.limit import can_limit_memory

PROVISIONER: Final = "asn-research-fork"
"""The provisioner's name among the entry points of ``jupyter_client.kernel_provisioners``."""

_LONGEST_PARENT: Final = 70
"""Bytes of the path of a folder in which ours and its sockets find place: Linux allows 107 for all of it."""
_LAUNCHER: Final = "ipykernel_launcher"
_REPORTER: Final = "asn_research.reports.processes.reporter"
_APPLICATIONS: Final = {
    _LAUNCHER: "ipykernel.kernelapp:IPKernelApp",
    _REPORTER: f"{_REPORTER}:ReportApplication",
}
"""What a fork runs in place of ``python -m MODULE``, by that module."""
_QUIET: Final = "--IPKernelApp.log_level=50"
"""A kernel that is ended while it listens would say so on the terminal of the run."""
_END: Final = 5
"""Seconds in which a process that is killed has ended, or is left to whoever looks after it."""
_SERVERS: Final[dict[int, ForkClient]] = {}


def use_server(client: ForkClient) -> None:
    """Let the kernels of this process be forks of a server that is there already."""
    _SERVERS[os.getpid()] = client


def _server() -> ForkClient:
    """The fork server of this process, started when it is first needed or has died."""
    client = _SERVERS.get(os.getpid())
    if client is None or not client.alive:
        client = _SERVERS[os.getpid()] = start_server((DEBUGGER, *WARM))
    return client


def private_folder() -> Path | None:
    """A new folder that only this user can enter, short enough for sockets in it; None where none is."""
    for parent in (os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir(), "/tmp"):  # noqa: S108
        if parent and len(os.fsencode(parent)) < _LONGEST_PARENT and os.access(parent, os.W_OK):
            return Path(tempfile.mkdtemp(prefix=scratch_prefix(), dir=parent))
    return None


class ForkProvisioner(LocalProvisioner):  # type: ignore[misc]
    """Starts kernels as forks; in everything else the provisioner for local processes."""

    memory_limit = Integer(None, allow_none=True, help="Megabytes of data that a kernel may hold.")
    profile = Unicode("", help="Folder of a profile for this kernel alone, removed where it dies with us.")
    _scratch: Path | None = None

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Choose sockets in a private folder, where there are sockets, before the connection is written."""
        manager = self.parent
        if can_fork() and manager is not None and self._scratch is None and manager.transport == "tcp":
            self._scratch = private_folder()
            if self._scratch is not None:
                manager.transport, manager.ip = "ipc", str(self._scratch / "k")
        prepared: dict[str, Any] = await super().pre_launch(**kwargs)
        prepared["env"] = one_thread(prepared["env"])
        return prepared

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Fork the kernel, or start it where forks cannot be had, and limit its memory."""
        connection: KernelConnectionInfo = await self._start(cmd, **kwargs)
        if self.memory_limit is not None and can_limit_memory():
            most = self.memory_limit * 2**20
            psutil.Process(self.pid).rlimit(psutil.RLIMIT_DATA, (most, most))
        return connection

    async def _start(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        application = _application(cmd)
        if application is None:
            return await super().launch_kernel(cmd, **kwargs)
        cwd = kwargs.get("cwd") or Path.cwd()
        order = KernelOrder(
            application=application,
            argv=cmd[3:],
            env=kwargs["env"],
            cwd=str(cwd),
            scratches=[str(folder) for folder in (self._scratch, self.profile) if folder],
        )
        loop = asyncio.get_running_loop()
        try:
            self.process = await loop.run_in_executor(None, lambda: _server().fork_kernel(order))
        except (EOFError, OSError) as error:
            self.log.warning("No fork to be had (%r): an ordinary kernel instead.", error)
            return await super().launch_kernel(cmd, **kwargs)
        self.pid = self.process.pid
        self.pgid = None  # signals go through the server, which knows whether the process is still there
        self.cwd = cwd
        return self.connection_info

    async def wait(self) -> int | None:
        """Wait for the end of the kernel, looking often: its end is what a report waits for last."""
        while self.process is not None and await self.poll() is None:
            await asyncio.sleep(0.005)
        status: int | None = await super().wait()
        return status

    async def kill(self, restart: bool = False) -> None:
        """End the kernel and see it end: whoever waits for that looks every tenth of a second only."""
        await super().kill(restart)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.wait(), _END)

    async def cleanup(self, restart: bool = False) -> None:
        """Remove the sockets' folder, unless the kernel starts again."""
        await super().cleanup(restart)
        if self._scratch is not None and not restart:
            shutil.rmtree(self._scratch, ignore_errors=True)
            self._scratch = None


def _application(cmd: Sequence[str]) -> str | None:
    """What a fork runs in place of a command; None where it cannot."""
    if not can_fork() or cmd[:2] != [sys.executable, "-m"]:
        return None
    return _APPLICATIONS.get(cmd[2])


def kernel_manager(
    *, profile: Path, memory_limit: int | None = None, together: bool = False
) -> type[AsyncKernelManager]:
    """A manager whose kernels are forks of this interpreter, whatever kernels and profiles the machine has.

    Parameters
    ----------
    profile
        Folder of an IPython profile for these kernels alone; it is removed when this process ends.
    memory_limit
        Megabytes of data that a kernel may hold (None: no limit).
    together
        Whether what a cell displays comes as one message, for clients that know how to take it apart; see
        :data:`asn_research.reports.processes.reporter.PIECES`.
    """
    start = [sys.executable, "-m", _REPORTER if together else _LAUNCHER, "-f", "{connection_file}"]
    argv = [*start, "--HistoryManager.enabled=False", f"--profile-dir={profile}", _QUIET]
    provisioner = {
        "provisioner_name": PROVISIONER,
        "config": {"memory_limit": memory_limit, "profile": str(profile)},
    }

    class OwnKernelManager(AsyncKernelManager):  # type: ignore[misc]
        client_factory = Type(QuickClient)

        @default("connection_file")
        def _own_connection_file(self) -> str:
            """Within the profile, which is removed also after a process that was killed: it holds a key."""
            return str(profile / "connection.json")

        @property
        def kernel_spec(self) -> KernelSpec:
            return KernelSpec(
                argv=argv,
                display_name="Python 3 (ipykernel)",
                language="python",
                metadata={"kernel_provisioner": provisioner},
            )

    return OwnKernelManager
