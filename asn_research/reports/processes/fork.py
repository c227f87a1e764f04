"""Processes forked from a warm server: asking for them, watching them, ending them.

Light, because every process that may ask imports it; the server itself is a process of its own.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.reduction import send_handle
from typing import Any, Final, Literal

SWITCH: Final = "ASN_RESEARCH_FORK"
"""Environment variable; ``0`` asks for ordinary kernels and workers everywhere."""

SERVER: Final = "asn_research.reports.processes.forkserver"
THREADS: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")

WARM: Final = (
    "asn_research.reports.exhibits.report",
    "asn_research.reports.exhibits.gallery:warm_up",
    "asn_research.reports.exhibits.quality",
    "asn_research.reports.exhibits.cross_region",
    "asn_research.reports.processes.reporter",
    "pandas.io.parquet",
    "pyarrow.dataset",
    "pyarrow.parquet",
    "pandas.core.arrays.arrow._arrow_utils",
    "pandas.core.arrays.arrow.extension_types",
    "pandas.core.methods.to_dict",
    "pandas.core.reshape.reshape",
    "formulaic",
    "babel.numbers",
    "encodings.utf_8_sig",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.logger",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "IPython.utils.wildcard",
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "ipykernel.debugger",
    "faulthandler",
    "tornado.platform.asyncio",
    "zmq.utils.garbage",
)
"""What a server of kernels has imported, and called after a colon, before the first kernel asks."""

DEBUGGER: Final = "debugpy"
"""What a server of kernels for people has imported besides, so that they can be debugged."""

_QUIET: Final = {"JE_ARROW_MALLOC_CONF": "background_thread:false", "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
"""What keeps imports from starting threads, as pyarrow's jemalloc would, and from talking."""

Request = tuple[Literal["kernel", "worker", "poll", "signal"], Any]


@dataclass(frozen=True, kw_only=True)
class KernelOrder:
    """A kernel to fork: ``module:class`` of its application, the arguments, environment and folder of its
    command, and what to remove after it."""

    application: str
    argv: Sequence[str]
    env: Mapping[str, str]
    cwd: str | None = None
    scratches: Sequence[str] = ()


def can_fork() -> bool:
    """Whether processes are forked here: not on Windows, not on macOS (its own libraries forbid it)."""
    return os.name == "posix" and sys.platform != "darwin" and os.environ.get(SWITCH) != "0"


def one_thread(env: Mapping[str, str]) -> dict[str, str]:
    """An environment with one numerical thread: sums in one order, and no fight for the cores.

    Nor does pyarrow reserve a gigabyte in advance, which would count against limits of memory.
    """
    return {**env, **dict.fromkeys(THREADS, "1"), "MIMALLOC_ARENA_RESERVE": "0"}


class ForkClient:
    """This process's line to a fork server.

    Parameters
    ----------
    link
        Connected to the server.
    server
        The server's process, where this client has started it.
    """

    def __init__(self, link: Connection, server: subprocess.Popen[bytes] | None = None) -> None:
        self._link = link
        self._server = server
        self._lock = threading.Lock()
        self._has_forked = False
        self.owner = os.getpid()

    def fork_kernel(self, order: KernelOrder) -> Fork:
        """Fork a kernel.

        Raises
        ------
        EOFError, OSError
            If the server is no more.
        """
        with self._lock:
            self._link.send(("kernel", order))
            return self._read_fork()

    def fork_worker(self, target: str) -> tuple[Fork, Connection]:
        """Fork a process that calls ``module:function`` with its channel to this one and its own line.

        Raises
        ------
        EOFError, OSError
            If the server is no more.
        """
        ours, theirs = socket.socketpair()
        with self._lock, theirs:
            self._link.send(("worker", target))
            send_handle(self._link, theirs.fileno(), None)
            fork = self._read_fork()
        return fork, Connection(ours.detach())

    def _read_fork(self) -> Fork:
        fork = Fork(self._link.recv(), self)
        self._has_forked = True
        return fork

    def ask(self, verb: Literal["poll", "signal"], value: object) -> Any:
        """One question, one answer."""
        with self._lock:
            self._link.send((verb, value))
            return self._link.recv()

    @property
    def alive(self) -> bool:
        """Whether the server can still be asked by this process."""
        if self.owner != os.getpid() or self._link.closed:
            return False
        return self._server is None or self._server.poll() is None

    def close(self) -> None:
        """Hang up; whatever was forked for this process is killed."""
        self._link.close()
        if self._server is not None:
            if not self._has_forked:  # it may still be importing, for seconds, and has nobody to end
                self._server.kill()
            self._server.wait()


class Fork:
    """A forked process, with the part of :class:`subprocess.Popen` that kernel provisioners use."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int, client: ForkClient) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._client = client

    def poll(self) -> int | None:
        """The exit status, negative for a signal; None while it runs."""
        if self.returncode is None:
            try:
                self.returncode = self._client.ask("poll", self.pid)
            except (EOFError, OSError):  # without its server a fork does not live on
                self.returncode = -signal.SIGKILL
        return self.returncode

    def send_signal(self, signum: int) -> None:
        """Signal the process and all it has started; nothing where it has ended."""
        if self.returncode is None:
            try:
                self._client.ask("signal", (self.pid, int(signum)))
            except (EOFError, OSError):
                self.returncode = -signal.SIGKILL

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)

    def wait(self) -> int:
        """The exit status of a process that :meth:`poll` has seen ended."""
        while self.poll() is None:
            time.sleep(0.01)
        return self.returncode or 0


def start_server(modules: Sequence[str]) -> ForkClient:
    """Start a fork server that imports modules; it answers when it has, and ends with this process.

    Parameters
    ----------
    modules
        ``module`` to import, or ``module:function`` to import and call.
    """
    ours, theirs = socket.socketpair()
    with theirs:
        server = subprocess.Popen(  # noqa: S603  # our own module, our own interpreter
            [sys.executable, "-P", "-m", SERVER, str(theirs.fileno()), *modules],
            stdin=subprocess.DEVNULL,
            env=one_thread(os.environ) | _QUIET,
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )
    return ForkClient(Connection(ours.detach()), server)
