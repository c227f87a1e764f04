"""A warm process whose forks are kernels and workers: what is imported once is paid for once.

``python -m asn_research.reports.processes.forkserver FD MODULE[:FUNCTION] ...`` imports the modules, calls
the functions, stays single-threaded, and forks on request. It speaks with its clients over socket pairs that
only they inherit: nothing listens. When a client is gone, what was forked for it is killed; when the first
client is gone, everything is. On Linux a fork takes with it whatever it has started, also what has left its
session: such processes become children of the fork while it lives, and of the server when it ends.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import shutil
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from multiprocessing.connection import Connection, wait
from multiprocessing.reduction import recv_handle
from pathlib import Path
from typing import Final

from asn_research.reports.processes.fork import KernelOrder, Request

_PR_SET_PDEATHSIG: Final = 1
_PR_SET_CHILD_SUBREAPER: Final = 36
_ROUNDS: Final = 1000
"""How often the server looks for processes left behind: each that is killed can leave others."""
_INLINE: Final = "module://matplotlib_inline.backend_inline"

_UNASKED: Final = ("rfc3987_syntax", "boto3", "debugpy")
"""What others import where it is installed, and no report asks for: jsonschema a grammar of internationalised
addresses, which takes longer to compile than all of nbconvert; papermill its own way to Amazon's stores;
kernels their debugger, which people use: servers for people have it among their modules."""

_GARBAGE: Final = (200_000, 20, 20)
"""After how many new objects forks look for cycles among them. Python looks after 700, and as it takes no
object that was imported for old, it would soon go through all that a report has made, time and again."""

Job = Callable[[], None]


@dataclass(eq=False)
class _Client:
    link: Connection
    children: set[int] = field(default_factory=set)
    scratches: set[str] = field(default_factory=set)


class _ForkServer:
    """Serves requests until the first client is gone; in a fork, hands back what the fork is to do."""

    def __init__(self, link: Connection) -> None:
        self.founder = _Client(link)
        self.clients = [self.founder]

    def serve(self) -> Job | None:
        while self.founder in self.clients:
            by_link = {client.link: client for client in self.clients}
            for link in wait(list(by_link)):
                client = by_link[link]  # type: ignore[index]
                try:
                    request = client.link.recv()
                    job = self._answer(client, request)
                except (EOFError, ConnectionError):
                    self._drop(client)
                    continue
                if job is not None:
                    return job
        for client in [*self.clients]:
            self._drop(client)
        return None

    def _sweep(self) -> None:
        """End what dead forks left behind: every child of this process that it has not forked itself."""
        known = {pid for client in self.clients for pid in client.children}
        for _ in range(_ROUNDS):
            left = _children() - known
            for pid in left:
                try:
                    os.kill(pid, signal.SIGKILL)
                except OSError:  # another user's: not ours to end
                    known.add(pid)
            for pid in left - known:
                os.waitpid(pid, 0)
            if not left:
                return

    def _answer(self, client: _Client, request: Request) -> Job | None:
        verb, value = request
        if verb == "kernel":
            return self._fork_kernel(client, value)
        if verb == "worker":
            return self._fork_worker(client, value)
        if verb == "poll":
            client.link.send(self._poll(client, value))
        else:
            client.link.send(self._signal(client, *value))
        return None

    def _fork_kernel(self, client: _Client, order: KernelOrder) -> Job | None:
        server = os.getpid()
        pid = os.fork()
        if pid:
            client.children.add(pid)
            client.scratches |= {*order.scratches}
            client.link.send(pid)
            return None
        self._leave(server)
        return lambda: _run_kernel(order, server)

    def _fork_worker(self, client: _Client, target: str) -> Job | None:
        """Fork a process that calls a function with its channel to the client and one to this server."""
        channel = Connection(recv_handle(client.link))
        ours, theirs = socket.socketpair()
        server = os.getpid()
        pid = os.fork()
        if pid:
            theirs.close()
            channel.close()
            self.clients.append(_Client(Connection(ours.detach())))
            client.children.add(pid)
            client.link.send(pid)
            return None
        ours.close()
        self._leave(server)
        link = Connection(theirs.detach())
        module, _, name = target.partition(":")
        return lambda: getattr(import_module(module), name)(channel, link)

    def _leave(self, server: int) -> None:
        """Become a process of one's own: no socket of the server, no signal meant for it, dead when it is."""
        for client in self.clients:
            client.link.close()
        os.setsid()
        _adopt_orphans()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        _die_with_parent(server)

    def _poll(self, client: _Client, pid: int) -> int | None:
        """The exit status of a fork, negative for a signal; None while it runs."""
        if pid not in client.children:
            return 0
        if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            return None
        return self._bury(client, pid)

    def _bury(self, client: _Client, pid: int) -> int:
        """End what a fork has started, and reap it."""
        with contextlib.suppress(OSError):
            os.killpg(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        client.children.remove(pid)
        self._sweep()
        return os.waitstatus_to_exitcode(status)

    def _signal(self, client: _Client, pid: int, signum: int) -> bool:
        """Signal a fork and what it has started; False where it is no more."""
        if pid not in client.children:
            return False
        try:
            os.killpg(pid, signum)
        except OSError:
            os.kill(pid, signum)
        return True

    def _drop(self, client: _Client) -> None:
        client.link.close()
        for pid in [*client.children]:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
            self._bury(client, pid)
        self.clients.remove(client)  # only now: until then its children are known
        for scratch in client.scratches:
            shutil.rmtree(scratch, ignore_errors=True)


def _adopt_orphans() -> None:
    """Be the parent of whatever loses its own among what this process has started."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _children() -> set[int]:
    """The children of this process, dead ones too; none where the system does not list them."""
    pid = os.getpid()
    try:
        return {int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}
    except OSError:
        return set()


def _die_with_parent(parent: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _run_kernel(order: KernelOrder, server: int) -> None:
    """Be an ordinary IPython kernel, but for the imports that are there already."""
    import numpy as np

    os.environ.clear()
    os.environ.update(order.env)
    os.environ["JPY_PARENT_PID"] = str(server)
    os.chdir(order.cwd or ".")
    sys.argv = ["ipykernel_launcher", *order.argv]
    np.random.seed()  # noqa: NPY002  # what a fresh process has: the global generator unlike any other's
    module, _, name = order.application.partition(":")
    application = getattr(import_module(module), name).instance(parent_handle=server)
    application.initialize(sys.argv[1:])
    application.start()


@contextlib.contextmanager
def _hidden(names: Sequence[str]) -> Iterator[None]:
    """While imports go on, modules count as not installed; afterwards whoever asks for them has them."""
    hidden = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None: what imports take for missing
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


def main(arguments: Sequence[str]) -> None:
    """Import, then serve on the socket that the first client has handed over."""
    number, *modules = arguments
    _adopt_orphans()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.setdefault("MPLBACKEND", _INLINE)  # as ipykernel does before a kernel imports anything
    gc.disable()  # imports make hardly any garbage, and are a fifth quicker while nobody looks for it
    with _hidden([name for name in _UNASKED if name not in modules]):
        for name in modules:
            module, _, function = name.partition(":")
            loaded = import_module(module)
            if function:
                getattr(loaded, function)()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_GARBAGE)
    gc.enable()
    job = _ForkServer(Connection(int(number))).serve()
    if job is not None:
        job()


if __name__ == "__main__":
    main(sys.argv[1:])
