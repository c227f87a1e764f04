"""Where tables begin and end on a sheet: heading rows under titles, in one to three levels."""

from __future__ import annotations

import datetime
import fnmatch
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Any, Final

from asn_research.contract.heading import read_lexicon
from asn_research.contract.meaning import find_meaning
from asn_research.contract.region import Mapping, Region
from asn_research.contract.template import is_guide
from asn_research.contract.vocabulary import fold
from asn_research.ingest.files.source import Grid
from asn_research.ingest.layouts.layout import Context, Heading, Layout
from asn_research.ingest.layouts.match import find_named, match_layouts

_LEVELS: Final = 3
_GRID: Final = re.compile(r"^(.*\S)\s*\[([^\[\]]+)\]$")
_LONGEST_HEADING: Final = 60
_SEARCHED_ROWS: Final = 80
_IDENTITY: Final = 16
_SAMPLED_ROWS: Final = 60
_FURNITURE: Final = frozenset({"open ended response", "response", "open ended", "jawaban terbuka"})
"""What survey services print below a question where nothing else stands."""
_BESIDE: Final = 2
"""So many columns at the left, whose headings stand in the upper row alone, say whom the rows are about."""
_MOST_SESSIONS: Final = 99
_SMALL_SHEET: Final = 20_000
"""Up to this many rows every row may begin another table; in longer sheets only one after a blank row."""
_NOTE_SHEETS: Final = (
    "petunjuk", "catatan", "keterangan", "sampul", "cover", "readme", "read me", "daftar isi", "referensi",
    "instruksi", "panduan", "notes", "legend", "legenda", "info", "metadata", "kamus", "guide",
    "daftar istilah", "list of terms", "instructions",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Block:
    """One table on a sheet: its layout, the rows of its headings and the rows below, counted from zero."""

    layout: Layout
    context: Context
    top: int
    first: int
    end: int
    headings: tuple[Heading, ...]
    rival: str = ""


def is_empty(value: Any) -> bool:
    """Whether a raw cell holds nothing that can be seen."""
    if type(value) is str and value.isalnum():
        return False
    return value is None or (isinstance(value, str) and not value.strip("\u00a0\u200b\ufeff \t\r\n"))


def find_blocks(grid: Grid, *, region: Region, design: str) -> tuple[list[Block], Block | None]:
    """The tables of a sheet in their order, and where there is none the block that came nearest to one.

    Headings are looked for in the first rows, and again after every blank row further down, so that tables
    standing one below the other are all found.
    """
    blocks: list[Block] = []
    nearest: Block | None = None
    start = 0
    while start < len(grid.rows):
        found, near = _find_heading(grid, start, region, design)
        nearest = nearest or near
        if found is None:
            break
        if blocks:
            last = blocks[-1]
            if _texts(found.headings) == _texts(last.headings):
                start = found.first
                continue
            blocks[-1] = replace(last, end=found.top)
        blocks.append(found)
        start = found.first
    return blocks, (None if blocks else nearest)


def _texts(headings: Sequence[Heading]) -> list[tuple[int, str]]:
    """Headings to compare by: printed again at the top of a page they begin no new table."""
    return [(heading.column, fold(heading.full)) for heading in headings]


def is_note(grid: Grid) -> bool:
    """Whether a sheet is plainly a cover or a page of notes rather than a table."""
    name = fold(grid.sheet)
    if any(f" {word} " in f" {name} " for word in _NOTE_SHEETS) or is_guide(grid.rows):
        return True
    return not any(sum(not is_empty(cell) for cell in row) >= 3 for row in grid.rows)


def _find_heading(grid: Grid, start: int, region: Region, design: str) -> tuple[Block | None, Block | None]:
    best: Block | None = None
    nearest: Block | None = None
    end = [len(grid.rows)]
    for top in _candidate_tops(grid, start, region, end):
        block, near = _match_rows(grid, top, start, region, design)
        if block is not None and nearest is not None and _is_below(grid, block, nearest):
            continue
        if block is not None and (best is None or block.layout.score > best.layout.score):
            best = block
            end[0] = best.top + 3
        if near is not None and (nearest is None or near.layout.matched > nearest.layout.matched):
            nearest = near
    return best, nearest


def _is_below(grid: Grid, block: Block, headings: Block) -> bool:
    """Whether a row that passes for headings stands right below better ones: then it is their first data."""
    if block.top <= headings.top or block.layout.known > headings.layout.matched:
        return False
    return not any(is_empty_row(row) for row in grid.rows[headings.top : block.top])


def _candidate_tops(grid: Grid, start: int, region: Region, end: Sequence[int]) -> Iterator[int]:
    """Rows that may be headings: at least two texts, near the start or after a blank row.

    Where region.toml says in which row headings stand, no row before it has any. None are looked for from
    the row on that ``end`` holds, which may be changed in between.
    """
    declared = sorted(m.header_row - 1 for _, m in find_mappings(grid, region) if m.header_row is not None)
    if declared and start == 0:
        yield from [top for top in declared[:1] if top < len(grid.rows)]
        return
    last = -_LEVELS
    blank, small = True, len(grid.rows) <= _SMALL_SHEET
    for index in range(start, len(grid.rows)):
        if index >= end[0]:
            return
        row = grid.rows[index]
        if index in declared:
            yield index
            continue
        near = start == 0 and index < _SEARCHED_ROWS
        if not (near or blank) and _begins_with_number(row):
            continue
        filled = sum(not is_empty(cell) for cell in row) if small or blank else 2 - is_empty_row(row) * 2
        if filled >= 2 and (near or blank or small or last >= index - 2):
            texts = sum(isinstance(cell, str) and not is_empty(cell) for cell in row)
            if any(map(_is_identity, row)):
                texts = 0
            if texts >= 2 and (near or _knows_two(row)):
                last = index
                yield index
        blank = filled == 0 or (blank and filled == 1)


def _is_identity(cell: Any) -> bool:
    """Whether a cell holds so many digits, and little else, that it is the number of a person: data."""
    if isinstance(cell, (int, float)):
        return abs(float(cell)) >= 10.0 ** (_IDENTITY - 1)
    if not isinstance(cell, str) or len(cell) < _IDENTITY:
        return False
    digits = sum(map(str.isdigit, cell))
    return digits >= _IDENTITY and digits * 2 > len(cell)


def _begins_with_number(row: Sequence[Any]) -> bool:
    """Whether one of the first cells is a text of more than three digits, which no row of headings has."""
    for cell in row[:3]:  # noqa: SIM110 - for every row of a sheet; twice as fast
        if type(cell) is str and len(cell) > 3 and cell.isdigit():
            return True
    return False


def is_empty_row(row: Sequence[Any]) -> bool:
    """Whether nothing can be seen in a whole row."""
    if row and type(row[0]) is str and row[0].isalnum():
        return False
    return all(is_empty(cell) for cell in row)


def _knows_two(row: Sequence[Any]) -> bool:
    """Whether at least two cells, and half of all texts, are known headings."""
    texts = [cell for cell in row if isinstance(cell, str) and not is_empty(cell)]
    if any(cell.strip().isdigit() and len(cell) > 3 for cell in texts):
        return False
    known = sum(_is_known(cell) for cell in texts if len(cell) <= _LONGEST_HEADING)
    return known >= 2 and known * 2 >= len(texts)


@lru_cache(maxsize=50_000)
def _is_known(text: str) -> bool:
    lexicon = read_lexicon()
    if lexicon.is_ignored(text):
        return True
    return any(lexicon.find_column(table, text) or find_meaning(table, text) for table in lexicon.columns)


def _match_rows(
    grid: Grid, top: int, start: int, region: Region, design: str
) -> tuple[Block | None, Block | None]:
    best: Block | None = None
    nearest: Block | None = None
    mappings = {
        table: mapping
        for table, mapping in reversed(find_mappings(grid, region))
        if mapping.header_row in {None, top + 1}
    }
    for levels in range(1, _LEVELS + 1):
        if top + levels > len(grid.rows) or (levels > 1 and not _is_lower_level(grid, top, levels)):
            break
        headings = read_headings(grid, top, levels)
        context = Context(
            grid.file, grid.sheet, _titles(grid, start, top), mappings, sample_cells(grid, top + levels)
        )
        layouts = match_layouts(headings, context=context, region=region, design=design)
        layouts = _limit(layouts, headings, mappings)
        named = find_named(layouts, grid.sheet)
        near = named or max(layouts, key=lambda layout: (layout.matched, layout.score))
        found = Block(near, context, top, top + levels, len(grid.rows), headings)
        if nearest is None or found.layout.matched > nearest.layout.matched:
            nearest = found
        complete = [layout for layout in layouts if layout.complete and layout.matched >= 2]
        if complete and named is None and (best is None or _is_better(complete[0], best, grid)):
            rival = ""
            if len(complete) > 1 and complete[1].score == complete[0].score:
                rival = complete[1].table.name
            best = replace(found, layout=complete[0], rival=rival)
    return best, nearest


def _is_better(layout: Layout, best: Block, grid: Grid) -> bool:
    """Whether one level of headings more reads more, or as much where the row cannot be one of data.

    Data begin with whoever or whatever they are about: a row that is empty there stands between.
    """
    if layout.score != best.layout.score:
        return layout.score > best.layout.score
    row = grid.rows[best.first]
    named = best.layout.columns.values()
    return bool(named) and all(column >= len(row) or is_empty(row[column]) for column in named)


def _is_lower_level(grid: Grid, top: int, levels: int) -> bool:
    """Whether a row can stand below the headings of another: short texts, or days and numbers of sessions."""
    row = grid.rows[top + levels - 1]
    if _is_heading_row(row):
        return True
    above = [column for column, cell in enumerate(grid.rows[top]) if not is_empty(cell)][:_BESIDE]
    cells = [(column, cell) for column, cell in enumerate(row) if not is_empty(cell)]
    if any(column in above for column, _ in cells):
        return False
    return len(cells) >= _BESIDE and all(
        isinstance(cell, datetime.date)
        or (isinstance(cell, (int, float)) and 0 < cell <= _MOST_SESSIONS)
        or (isinstance(cell, str) and len(cell) < _LONGEST_HEADING)
        for _, cell in cells
    )


def sample_cells(grid: Grid, first: int) -> Callable[[int], list[Any]]:
    """Different cells by column, from the rows below its headings up to where the table ends."""
    return lru_cache(maxsize=None)(partial(_sample, grid, first))


def _sample(grid: Grid, first: int, column: int) -> list[Any]:
    cells: dict[Any, None] = {}
    for row in grid.rows[first : first + _SAMPLED_ROWS]:
        if is_empty_row(row):
            break
        if column < len(row) and not is_empty(row[column]):
            cells[row[column]] = None
    return list(cells)


def _limit(layouts: list[Layout], headings: Sequence[Heading], mappings: dict[str, Mapping]) -> list[Layout]:
    """Only the tables that region.toml names for these headings, unless it speaks of other headings.

    An entry that names no heading, for a sheet or a whole workbook with several tables, does not make its
    table of one that is plainly another.
    """
    own = {fold(text) for heading in headings for text in (heading.own, heading.full)}
    named = {
        table
        for table, mapping in mappings.items()
        if not (said := mapping.headings) or any(fold(heading) in own for heading in said)
    }
    if not named:
        return layouts
    limited = [layout for layout in layouts if layout.table.name in named]
    open_ones = all(not mappings[table].headings and mappings[table].header_row is None for table in named)
    known = max(layout.known for layout in limited)
    others = [layout for layout in layouts if layout.complete and layout.known > known]
    if open_ones and others and not any(layout.complete for layout in limited):
        return layouts
    return limited


def find_mappings(grid: Grid, region: Region) -> list[tuple[str, Mapping]]:
    """The entries of region.toml for this file and sheet, each with the table it is for."""
    name = grid.file.rsplit("/", 1)[-1]
    return [
        (table, mapping)
        for table, mappings in region.tables.items()
        for mapping in mappings
        if fnmatch.fnmatch(name.casefold(), mapping.file.casefold())
        and (mapping.sheet is None or fold(mapping.sheet) == fold(grid.sheet))
    ]


def _is_heading_row(row: Sequence[Any]) -> bool:
    """Whether a row can be a lower level of headings: short texts only, no numbers, no dates."""
    cells = [cell for cell in row if not is_empty(cell)]
    return bool(cells) and all(
        isinstance(cell, str) and not cell.strip().isdigit() and len(cell) < 120 for cell in cells
    )


def read_headings(grid: Grid, top: int, levels: int) -> tuple[Heading, ...]:
    """Headings of each column over one to three rows; merged cells above stand over all their columns."""
    width = max((len(row) for row in grid.rows[top : top + levels]), default=0)
    rows = [[_text(grid.rows[r], c) for c in range(width)] for r in range(top, top + levels)]
    for depth in range(levels - 1):
        _spread(rows, depth, top, grid.merges)
    headings = []
    for column in range(width):
        texts = [rows[depth][column] for depth in range(levels)]
        texts = [text for depth, text in enumerate(texts) if text and text not in texts[:depth]]
        if len(texts) > 1 and fold(texts[-1]) in _FURNITURE:
            del texts[-1]
        if texts:
            headings.append(Heading(column, texts[-1], " ".join(texts[:-1])))
    return _split_grids(headings)


def _split_grids(headings: Sequence[Heading]) -> tuple[Heading, ...]:
    """Headings of a form's grid, "Question [Row]" many times over, as rows below their question."""
    found = [_GRID.match(heading.own) for heading in headings]
    asked = Counter(match.group(1) for match in found if match)
    return tuple(
        Heading(heading.column, match.group(2), f"{heading.parents} {match.group(1)}".strip())
        if match and asked[match.group(1)] > 1
        else heading
        for heading, match in zip(headings, found, strict=True)
    )


def _spread(rows: list[list[str]], depth: int, top: int, merges: Sequence[tuple[int, int, int, int]]) -> None:
    """Write an upper heading over all columns it stands for."""
    merged = {
        column: rows[depth][left]
        for first, left, last, right in merges
        if first <= top + depth <= last and left < len(rows[depth])
        for column in range(left, min(right, len(rows[depth]) - 1) + 1)
    }
    current = ""
    for column, text in enumerate(rows[depth]):
        below = any(rows[level][column] for level in range(depth + 1, len(rows)))
        if column in merged:
            rows[depth][column] = merged[column]
            current = ""
        elif text:
            current = text if below else ""
        elif below and current:
            rows[depth][column] = current
        else:
            current = ""


def _text(row: Sequence[Any], column: int) -> str:
    if column >= len(row) or is_empty(row[column]):
        return ""
    value = row[column]
    if isinstance(value, datetime.time):
        return ""
    if isinstance(value, datetime.date):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return " ".join(str(value).split())


def _titles(grid: Grid, start: int, top: int) -> tuple[str, ...]:
    titles = []
    for row in grid.rows[max(start, top - 12) : top]:
        text = " ".join(_text(row, column) for column in range(len(row))).strip()
        if text and len(text) < 300:
            titles.append(text)
    return tuple(titles)
