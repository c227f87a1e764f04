"""A table on the screen: as wide as it must be, in colours where they are shown."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from asn_research.cli.console import Style, paint

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

_PLAIN_WIDTH: Final = 120
_EDGES: Final = 2
_GAP: Final = 3
"""Spaces between columns, where there is room; else one."""

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
    """Write a table; cells may be painted.

    Where the terminal is too narrow, columns stand closer together; where it is still too narrow for every
    cell to be read, each row becomes a list.
    """
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    cells = [[Text.from_ansi(cell) for cell in row] for row in rows]
    console = Console(width=None if sys.stdout.isatty() else _PLAIN_WIDTH, highlight=False)
    taken = _width(heads, cells)
    room = console.width - taken - _EDGES
    if room < len(heads) - 1:
        _print_list(heads, cells, console)
        return
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1 if room >= _GAP * (len(heads) - 1) else 0))
    for head in heads:
        table.add_column(head.text, justify="right" if head.number else "left", no_wrap=not head.long)
    for row in cells:
        table.add_row(*row)
    console.print(table)


def _width(heads: Sequence[Head], cells: Sequence[Sequence[Text]]) -> int:
    """How many characters the columns need, without what stands between them."""
    widths = []
    for number, head in enumerate(heads):
        texts = [head.text, *(row[number].plain for row in cells)]
        parts = [word for text in texts for word in text.split()] if head.long else texts
        widths.append(max((len(part) for part in parts), default=0))
    return sum(widths)


def _print_list(heads: Sequence[Head], cells: Sequence[Sequence[Text]], console: Console) -> None:
    for row in cells:
        console.print()
        for head, cell in zip(heads, row, strict=True):
            if cell.plain:
                console.print(f"{head.text}:", cell)
    console.print()
