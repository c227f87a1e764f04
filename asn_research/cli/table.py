"""A table on the screen: as wide as it must be, in colours where they are shown."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from asn_research.cli.console import Style, paint

_PLAIN_WIDTH: Final = 120

STATE_STYLES: Final[dict[str, Style]] = {
    "made": "good", "fresh": "good", "incomplete": "warn", "stale": "warn", "missing": "warn",
    "failed": "bad", "overdue": "bad", "unreadable": "bad",
}  # fmt: skip
"""The colour of each state of a report."""


@dataclass(frozen=True)
class Head:
    """The head of a column; numbers stand at its right, and long text may take several lines."""

    text: str
    number: bool = False
    long: bool = False


def paint_state(words: str, state: str) -> str:
    """The words for a state of a report, in its colour."""
    style = STATE_STYLES.get(state)
    return paint(words, style) if style else words


def print_table(heads: Sequence[Head], rows: Iterable[Sequence[str]]) -> None:
    """Write a table; cells may be painted."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for head in heads:
        table.add_column(head.text, justify="right" if head.number else "left", no_wrap=not head.long)
    for row in rows:
        table.add_row(*map(Text.from_ansi, row))
    width = None if sys.stdout.isatty() else _PLAIN_WIDTH
    Console(width=width, highlight=False).print(table)
