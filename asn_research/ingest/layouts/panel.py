"""Tables that stand side by side on one sheet, with empty columns between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from asn_research.contract.region import Region
from asn_research.ingest.files.source import Grid, Row
from asn_research.ingest.layouts.header import Block, find_blocks, is_empty

_LOOKED_AT: Final = 200
"""Columns that are empty in so many rows at the top are looked at whole."""
_NARROWEST: Final = 2
_TABLE: Final = 3
"""A panel with so many known columns looks like a table of its own."""

Part = tuple[Grid, list[Block], Block | None]


def find_parts(grid: Grid, *, region: Region, design: str) -> list[Part]:
    """The tables of a sheet: of the whole sheet, or of each of its panels where tables stand side by side.

    A sheet is divided only if at least two of its panels look like tables, and more of their columns are
    known when each is read by itself; an empty column within one table divides nothing.

    Returns
    -------
    list of (Grid, list of Block, Block or None)
        Each part with its tables and, where it has none, what came nearest to one.
    """
    whole = (grid, *find_blocks(grid, region=region, design=design))
    panels = split_panels(grid)
    if len(panels) > 1:
        parts = [(panel, *find_blocks(panel, region=region, design=design)) for panel in panels]
        known = [_count_known(part) for part in parts]
        tables = sum(bool(part[1]) or count >= _TABLE for part, count in zip(parts, known, strict=True))
        if tables > 1 and sum(known) > _count_known(whole) + 1:
            return parts
    return [whole]


def _count_known(part: Part) -> int:
    """How many columns of a part are read, or would be if nothing were missing."""
    _, blocks, nearest = part
    return sum(block.layout.known for block in blocks) if blocks else nearest.layout.known if nearest else 0


def split_panels(grid: Grid) -> list[Grid]:
    """A sheet as often as empty columns divide it, each time with the cells of one panel only.

    Cells stay where they are, so that addresses hold. A title that is merged over several panels stands over
    all of them.
    """
    spans = _find_spans(grid.rows)
    if len(spans) < 2:
        return [grid]
    return [_cut(grid, left, right) for left, right in spans]


def _find_spans(rows: Sequence[Row]) -> list[tuple[int, int]]:
    """First and last column of every run of columns that are not empty, if each run is wide enough."""
    top = rows[:_LOOKED_AT]
    width = max(map(len, top), default=0)
    empty = [c for c in range(width) if all(c >= len(row) or is_empty(row[c]) for row in top)]
    if not any(0 < c < width - 1 for c in empty):
        return []
    free = {c for c in empty if all(c >= len(row) or is_empty(row[c]) for row in rows[_LOOKED_AT:])}
    spans: list[tuple[int, int]] = []
    for column in range(width):
        if column in free:
            continue
        if spans and spans[-1][1] == column - 1:
            spans[-1] = (spans[-1][0], column)
        else:
            spans.append((column, column))
    return [span for span in spans if span[1] - span[0] + 1 >= _NARROWEST]


def _cut(grid: Grid, left: int, right: int) -> Grid:
    rows: list[Row] = [[""] * left + list(row[left : right + 1]) for row in grid.rows]
    for top, first, _, last in grid.merges:
        over = first < left <= last or first <= right < last
        if over and top < len(rows) and first < len(grid.rows[top]) and len(rows[top]) > left:
            rows[top][left] = grid.rows[top][first]
    return replace(grid, rows=rows)
