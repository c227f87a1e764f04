"""A command that is stopped from outside, by Ctrl-C or by the system: it cleans up and says so."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType
from typing import Final

_SIGNALS: Final = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
_BY_SIGNAL: Final = 128
"""What shells add to the number of the signal that ended a command."""


class Stopped(BaseException):
    """The command was asked to end; ``words`` say what is finished, where the command knows it."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number
        self.words = ""

    @property
    def status(self) -> int:
        """The exit status, as shells know it: 130 for Ctrl-C, 143 for SIGTERM."""
        return _BY_SIGNAL + self.number


@contextlib.contextmanager
def stoppable() -> Iterator[None]:
    """While it lasts, a wish to end raises :class:`Stopped`, once: what is open is closed on the way out."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, _frame: FrameType | None) -> None:
        for each in _SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        raise Stopped(number)

    before = {
        number: signal.signal(number, stop)
        for number in _SIGNALS
        if signal.getsignal(number) not in {signal.SIG_IGN, None}
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
