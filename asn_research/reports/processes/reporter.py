"""The kernel that runs reports: IPython's, but for how what it shows is sent.

Every piece that a cell displays is a message of its own for an ordinary kernel: to be packed, signed, sent,
received and checked. A report displays a hundred, which nobody watches coming: they are sent together when
their cell ends. ``python -m asn_research.reports.processes.reporter -f FILE`` starts such a kernel.
"""

# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from threading import RLock, current_thread, main_thread
from types import SimpleNamespace
from typing import Any, Final

import zmq
from ipykernel import ipkernel
from ipykernel.displayhook import ZMQShellDisplayHook
from ipykernel.ipkernel import IPythonKernel
from ipykernel.jsonutil import encode_images, json_clean
from ipykernel.kernelapp import IPKernelApp
from ipykernel.zmqshell import ZMQDisplayPublisher, ZMQInteractiveShell
from traitlets import Dict, Type

from asn_research.reports.processes.stream import LazyStream

PIECES: Final = "application/vnd.asn-research.pieces+json"
"""The kind of data that holds what would be several messages: data and metadata of each, in their order."""

_MOST: Final = 50
_LARGEST: Final = 2**22
"""Pieces, and characters in them, that are held back at most: a cell that displays without end is noticed."""


class _Publisher(ZMQDisplayPublisher):
    """Holds back what the main thread displays until anything else is sent, or its cell ends."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._held: list[dict[str, Any]] = []
        self._size = 0
        self._parent: dict[str, Any] = {}
        self._lock = RLock()
        LazyStream.send_pieces = self.send

    def publish(  # type: ignore[override]
        self,
        data: Mapping[str, Any],
        metadata: Mapping[str, Any] | None = None,
        *,
        transient: Mapping[str, Any] | None = None,
        update: bool = False,
        **kwargs: Any,
    ) -> None:
        """Hold a piece back; send one at once that is to be changed later or that a thread shows."""
        if transient or update or self._hooks or current_thread() is not main_thread():
            super().publish(data, metadata, transient=transient, update=update, **kwargs)
            return
        for stream in (sys.stdout, sys.stderr):
            if getattr(stream, "is_written", True):
                stream.flush()
        self._validate_data(data, metadata)
        piece = deepcopy(json_clean({"data": encode_images(data), "metadata": metadata or {}}))
        self._check(piece)
        with self._lock:
            self._held.append(piece)
            self._size += sum(len(form) for form in piece["data"].values() if isinstance(form, str))
            self._parent = self.parent_header
            if len(self._held) >= _MOST or self._size > _LARGEST:
                self.send()

    def _check(self, piece: Mapping[str, Any]) -> None:
        """Let what cannot be sent fail where it is displayed, as with any kernel, not after its cell."""
        doubtful = [
            form for form in piece["data"].values() if not isinstance(form, str) or not form.isascii()
        ]
        if self.session is not None:
            self.session.pack([doubtful, piece["metadata"]])

    def send(self) -> None:
        """Send what is held back, as of the cell that displayed it."""
        with self._lock:
            held, self._held, self._size = self._held, [], 0
            if held and self.session is not None:
                content = {"data": {PIECES: held}, "metadata": {}, "transient": {}}
                self.session.send(
                    self.pub_socket, "display_data", content, parent=self._parent, ident=self.topic
                )


class _DisplayHook(ZMQShellDisplayHook):
    def start_displayhook(self) -> None:
        """Send what was displayed before the result, also where a cell has replaced the streams."""
        LazyStream.send_pieces()
        super().start_displayhook()


class _Shell(ZMQInteractiveShell):
    display_pub_class = Type(_Publisher)
    displayhook_class = Type(_DisplayHook)

    def _showtraceback(self, *args: Any) -> None:
        """Send what was displayed before the error."""
        LazyStream.send_pieces()
        super()._showtraceback(*args)


@contextmanager
def _modules_hidden() -> Iterator[None]:
    """While this lasts, no module counts as imported for the module of IPython's kernel."""
    names = vars(ipkernel)
    names["sys"] = SimpleNamespace(**{**vars(sys), "modules": {}})
    try:
        yield
    finally:
        names["sys"] = sys


class _NoThread:
    """Stands for the thread that takes requests, where there is none: whoever waits for a cell asks for its
    parent."""

    parent_thread = main_thread()

    def __bool__(self) -> bool:
        return False


class ReportKernel(IPythonKernel):
    """An IPython kernel whose displays arrive together, as one message of the kind :data:`PIECES`."""

    shell_class = Type(_Shell)
    _execute_sleep = 0  # seconds that a kernel rests before each reply, lest people miss what it prints

    def __init__(self, **kwargs: Any) -> None:
        """Start without a list of all modules, which a debugger would want: to look at each of them, a fork
        copies twenty megabytes that it shares with its server."""
        with _modules_hidden():
            super().__init__(**kwargs)

    async def do_execute(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Run a cell, and send what it displayed."""
        try:
            reply: dict[str, Any] = await super().do_execute(*args, **kwargs)
        finally:
            LazyStream.send_pieces()
        return reply

    @property
    def _supports_kernel_subshells(self) -> bool:
        """Whether requests are taken beside the main thread."""
        return bool(self.shell_channel_thread)

    def _publish_execute_input(self, *_: Any) -> None:
        """Nobody but the client is told what is run, and the client has asked for it."""

    def _publish_status(self, status: str, *args: Any, **kwargs: Any) -> None:
        """Tell the end of a request; its beginning is told to nobody."""
        if status != "busy":
            super()._publish_status(status, *args, **kwargs)


class ReportApplication(IPKernelApp):
    """Starts a kernel of reports."""

    kernel_class = ReportKernel
    outstream_class = f"{LazyStream.__module__}.{LazyStream.__name__}"
    flags = Dict({})
    aliases = Dict({"f": "IPKernelApp.connection_file", "profile-dir": "ProfileDir.location"})

    def load_config_file(self, *_: Any, **__: Any) -> None:
        """Read no settings of a person or a machine: a report is the same everywhere."""

    def init_code(self) -> None:
        """Run nothing that a person or a machine would have run before the first cell."""

    def init_iopub(self, context: Any) -> None:
        """Keep what is shown faster than it is read: kernels throw it away, also that a cell has ended."""
        context.setsockopt(zmq.SNDHWM, 0)
        super().init_iopub(context)

    def init_control(self, context: Any) -> None:
        """Take requests in the main thread: a report asks for one cell after the other."""
        super().init_control(context)
        self.shell_channel_thread = _NoThread()


if __name__ == "__main__":
    ReportApplication.launch_instance()
