"""What kernels print: sent at once where there is something to send, and else at no cost.

A kernel flushes its two streams before everything it displays and after every cell, and waits each time for
its thread of messages. Reports display a hundred pieces and print nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from ipykernel.iostream import OutStream


class LazyStream(OutStream):
    """A kernel's ``stdout`` or ``stderr`` that is flushed only after it was written to."""

    send_pieces: ClassVar[Callable[[], None]] = staticmethod(lambda: None)
    """Sends what was displayed before, and is held back."""

    is_written = False

    def write(self, string: str) -> int | None:  # type: ignore[override]
        """Write, and remember that there is something to flush."""
        type(self).send_pieces()
        written: int | None = super().write(string)
        self.is_written = True
        return written

    def flush(self) -> None:
        """Send what was displayed or written since the last flush; nothing where nothing was."""
        type(self).send_pieces()
        if self.is_written:
            self.is_written = False  # before it is sent: what is written meanwhile is flushed the next time
            super().flush()  # type: ignore[no-untyped-call]
