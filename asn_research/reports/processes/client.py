"""The line to a kernel of this machine: opened as soon as the kernel answers, and read without a pause.

Clients of Jupyter wait for kernels that take seconds to start and for people who look at several at once; a
fork starts in less than their shortest pause, and a report asks it for one cell after the other.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, Final

import zmq
from jupyter_client.channels import ZMQSocketChannel
from jupyter_client.client import KernelClient
from traitlets import Type

_AGAIN: Final = 5
"""Milliseconds after which a socket that the kernel has not opened yet is tried again."""
_PATIENCE: Final = 0.5
"""Seconds after which a new kernel that has not answered is asked again."""
_LOOK: Final = 1.0
"""Seconds of silence after which the kernel's process is looked at."""
_HALF: Final = 10.0
"""Seconds of silence after which a request of which only one end has come is given up: the other is lost."""

Message = dict[str, Any]


class QuickClient(KernelClient):  # type: ignore[misc]
    """A client for a kernel that its manager has started as a process here."""

    shell_channel_class = Type(ZMQSocketChannel)
    iopub_channel_class = Type(ZMQSocketChannel)
    language_info: dict[str, Any]

    def _context_default(self) -> zmq.Context[Any]:
        self._created_context = True
        context: zmq.Context[Any] = zmq.Context()
        context.setsockopt(zmq.RECONNECT_IVL, _AGAIN)
        return context

    def start_channels(self, **_: Any) -> None:
        """Open the two channels that a report needs: nobody types, and the process itself is watched."""
        super().start_channels(stdin=False, hb=False, control=False)

    def stop_channels(self) -> None:
        """Close what was opened."""
        self.shell_channel.stop()
        self.iopub_channel.stop()
        self.context.destroy(linger=0)

    def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait until the kernel has answered on both channels, and keep what it says of its language.

        Raises
        ------
        RuntimeError
            If the kernel ends before, or has not answered after ``timeout`` seconds.
        """
        until = None if timeout is None else time.monotonic() + timeout
        while True:
            try:
                for message in self.listen(self.kernel_info(), seconds=_PATIENCE):
                    if message["msg_type"] == "kernel_info_reply":
                        self.language_info = message["content"]["language_info"]
            except TimeoutError:
                if until is not None and time.monotonic() > until:
                    raise RuntimeError("the kernel does not answer") from None
            else:
                return

    def listen(self, asked: str, *, seconds: float | None = None) -> Iterator[Message]:
        """What the kernel broadcasts of a request, and its reply, as they come, until both have ended.

        Parameters
        ----------
        asked
            The number of the request.
        seconds
            How long it may take (None: no limit).

        Raises
        ------
        RuntimeError
            If the kernel ends before, or one of the two has ended and the other is lost.
        TimeoutError
            If it takes longer.
        """
        channels = {channel.socket: channel for channel in (self.iopub_channel, self.shell_channel)}
        poller = zmq.Poller()
        for socket in channels:
            poller.register(socket, zmq.POLLIN)
        until = None if seconds is None else time.monotonic() + seconds
        missing, heard = {"idle", "reply"}, time.monotonic()
        while missing:
            left = _LOOK if until is None else until - time.monotonic()
            if left <= 0:
                raise TimeoutError
            ready = poller.poll(round(1000 * min(left, _LOOK)))
            if not ready and not self.is_running:
                raise RuntimeError("the kernel has ended before it has answered")
            if ready or len(missing) > 1:
                heard = time.monotonic()
            elif time.monotonic() - heard > _HALF:
                raise RuntimeError(f"the kernel has not told the end of what it was asked: no {min(missing)}")
            for socket, _ in ready:
                message: Message = channels[socket].get_msg()
                if message["parent_header"].get("msg_id") == asked:
                    missing.discard(_ends(message))
                    yield message

    @property
    def is_running(self) -> bool:
        """Whether the kernel's process is there."""
        process = self.parent.provisioner.process
        return process is not None and process.poll() is None


def _ends(message: Message) -> str:
    """What of a request ends with a message, if anything does."""
    if message["msg_type"].endswith("_reply"):
        return "reply"
    return str(message["content"]["execution_state"]) if message["msg_type"] == "status" else ""
