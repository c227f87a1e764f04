"""How far a run has come: a live table on a terminal, the time left at the end of each line elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from asn_research.cli.console import say

if TYPE_CHECKING:
    from rich.console import Group
    from rich.live import Live

    from asn_research.reports.runs.progress import Progress

_MINUTE = 60


class View:
    """What a run shows of its progress."""

    def __init__(self, live: Live | None = None) -> None:
        self._live = live
        self._seconds_left: float | None = None

    def watch(self, progress: Progress) -> None:
        """Take note of a moment of the run."""
        self._seconds_left = progress.seconds_left
        if self._live is not None:
            self._live.update(progress_table(progress))

    @property
    def left(self) -> str:
        """The time left, to be set behind a line; empty on a terminal, which shows it anyway."""
        if self._live is not None or not self._seconds_left:
            return ""
        return f" ({time_left(self._seconds_left)})"


@contextmanager
def open_view(console: Any = None) -> Iterator[View]:
    """Show progress while something is made.

    Parameters
    ----------
    console
        A rich console; that of the standard output where it is not given.
    """
    from rich.console import Console
    from rich.live import Live

    console = console or Console(highlight=False)
    if not console.is_terminal:
        yield View()
        return
    with Live(console=console, transient=True, refresh_per_second=4) as live:
        yield View(live)


def time_left(seconds: float) -> str:
    """Time left as people say it: in whole minutes, below two minutes in steps of five seconds."""
    if seconds >= 2 * _MINUTE:
        return say("left_minutes", minutes=round(seconds / _MINUTE))
    return say("left_seconds", seconds=max(5, 5 * round(seconds / 5)))


def progress_table(progress: Progress) -> Group:
    """The reports being made, the longest under way first, above how many are ready and the time left."""
    from rich.box import SIMPLE
    from rich.console import Group
    from rich.table import Table

    left = "" if progress.seconds_left is None else f", {time_left(progress.seconds_left)}"
    table = Table(box=SIMPLE, show_header=False, pad_edge=False)
    for task, seconds in sorted(progress.running.items(), key=lambda item: -item[1]):
        table.add_row(task.region, task.period, say("running", seconds=int(seconds)))
    return Group(table, say("progress", done=progress.done, total=progress.total) + left)
