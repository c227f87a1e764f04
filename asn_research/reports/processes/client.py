"""The line to a kernel that has just been forked: open as soon as the kernel answers.

Clients of Jupyter wait for kernels that take seconds to start; a fork takes less than their shortest pause.
"""

from __future__ import annotations

import time
from queue import Empty
from typing import Any, Final

import zmq
import zmq.asyncio
from jupyter_client.asynchronous import AsyncKernelClient

_AGAIN: Final = 5
"""Milliseconds after which a socket that the kernel has not opened yet is tried again."""
_PATIENCE: Final = 1.0
"""Seconds after which a kernel that has not answered is asked again, and looked at."""
_LATE: Final = 0.2
"""Seconds after a reply in which what is broadcast must have come, too; else the line was not open yet."""


class QuickClient(AsyncKernelClient):  # type: ignore[misc]
    """A client for the kernels of one report: it asks for cells, and watches its kernel by its process."""

    def _context_default(self) -> zmq.asyncio.Context:
        self._created_context = True
        context = zmq.asyncio.Context()
        context.setsockopt(zmq.RECONNECT_IVL, _AGAIN)
        return context

    def start_channels(self, **_: Any) -> None:
        """Open the two channels that a report needs: nobody types, and the process itself is watched."""
        super().start_channels(stdin=False, hb=False, control=False)

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait until the kernel has answered on both channels.

        Raises
        ------
        RuntimeError
            If the kernel ends before, or has not answered after ``timeout`` seconds.
        """
        until = None if timeout is None else time.monotonic() + timeout
        while not await self._answers():
            if not await self.is_alive():
                raise RuntimeError("Kernel died before replying to kernel_info")
            if until is not None and time.monotonic() > until:
                raise RuntimeError(f"Kernel didn't respond in {timeout} seconds")

    async def _answers(self) -> bool:
        """Whether the kernel replies to a question and what it broadcasts of it arrives, to the end."""
        asked = self.kernel_info()
        try:
            while reply := await self.shell_channel.get_msg(timeout=_PATIENCE):
                if reply["parent_header"].get("msg_id") == asked:
                    break
            while told := await self.iopub_channel.get_msg(timeout=_LATE):
                if told["parent_header"].get("msg_id") == asked and _is_idle(told):
                    break
        except Empty:
            return False
        self._handle_kernel_info_reply(reply)
        return True


def _is_idle(message: dict[str, Any]) -> bool:
    return bool(message["msg_type"] == "status" and message["content"]["execution_state"] == "idle")
