"""Lines for region.toml drafted for all sheets of a period that are not read, or not read for certain."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from asn_research.contract.column import TABLES, Table
from asn_research.contract.region import Region, read_region
from asn_research.errors import IntakeError, Place, Problem
from asn_research.ingest.files.source import Grid, list_files, read_file
from asn_research.ingest.intake import require_period
from asn_research.ingest.layouts.header import Block, is_empty, is_note, read_headings, sample_cells
from asn_research.ingest.layouts.layout import Context, Layout
from asn_research.ingest.layouts.panel import find_parts
from asn_research.ingest.layouts.suggestion import Draft, draft_entry

_SEARCHED_ROWS: Final = 20
_FEWEST: Final = 2


def draft_mappings(folder: Path, *, period: str) -> tuple[Draft, ...]:
    """Entries of region.toml for the sheets of a period whose layout is not settled.

    Parameters
    ----------
    folder
        The region's folder below the raw data.
    period
        The name of a period folder.

    Returns
    -------
    tuple of Draft
        In the order of the files and sheets; :meth:`Draft.toml` gives the lines to paste. Empty where
        everything is recognised.

    Raises
    ------
    RegionError
        If region.toml is unsound or does not know the period.
    IntakeError
        If there are no files, or if nothing is to be drafted and some of them cannot be read: nobody knows
        then whether everything would be recognised.
    """
    region = read_region(folder)
    require_period(region, period)
    files = list_files(folder / period) if (folder / period).is_dir() else []
    if not files:
        message, remedy = "the folder of the period is missing.", "Make it and put the office's files in."
        raise IntakeError(Problem("period_missing", message, Place(f"{region.folder}/{period}"), remedy))
    drafts: list[Draft] = []
    problems: list[Problem] = []
    for path in files:
        raw = read_file(path, folder=folder / period)
        problems += raw.problems
        for grid in raw.grids:
            drafts += _draft_sheet(grid, region, region.periods[period].design)
    if problems and not drafts:
        raise IntakeError(problems)
    return tuple(drafts)


def _draft_sheet(grid: Grid, region: Region, design: str) -> Iterator[Draft]:
    for part, blocks, nearest in find_parts(grid, region=region, design=design):
        doubtful = [block for block in blocks if is_doubtful(block)]
        if blocks:
            yield from (draft_entry(part, block) for block in doubtful)
        elif any(not is_empty(cell) for row in part.rows for cell in row) and not is_note(part):
            known = nearest is not None and nearest.layout.matched >= _FEWEST
            block = nearest if known else _find_unknown(part)
            if block is not None:
                yield draft_entry(part, block)


def is_doubtful(block: Block) -> bool:
    """Whether something about a table that is read waits for a decision."""
    layout = block.layout
    return bool(layout.ambiguous or block.rival or any(map(layout.lacks, layout.unsure.values())))


def _find_unknown(grid: Grid) -> Block | None:
    """What a sheet without a known heading may be, by its cells: the table most of whose needs they meet."""
    tops = [top for top in range(min(len(grid.rows), _SEARCHED_ROWS)) if _count_texts(grid, top) >= _FEWEST]
    if not tops:
        return None
    top = max(tops, key=lambda row: (_count_texts(grid, row), -row))
    blocks = [_as_table(grid, top, table) for table in TABLES.values()]
    whole = [b for b in blocks if len(draft_entry(grid, b).columns) == len(b.layout.missing)]
    return max(whole, key=lambda block: len(block.layout.missing)) if whole else None


def _count_texts(grid: Grid, row: int) -> int:
    return sum(isinstance(cell, str) and not is_empty(cell) for cell in grid.rows[row])


def _as_table(grid: Grid, top: int, table: Table) -> Block:
    headings = read_headings(grid, top, 1)
    layout = Layout(table, headings=headings, rest=list(headings), missing=table.required_names)
    context = Context(grid.file, grid.sheet, sample=sample_cells(grid, top + 1))
    return Block(layout, context, top, top + 1, len(grid.rows), headings)
