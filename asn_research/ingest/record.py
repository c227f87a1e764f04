"""The rows of one block of a sheet as records of a table: values read, wide columns turned into rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from asn_research.contract.column import Column, Kind, Label, Table
from asn_research.contract.region import Region
from asn_research.contract.unit import find_rupiah_scale
from asn_research.ingest.attendance import count_sessions
from asn_research.ingest.cell import cell_address
from asn_research.ingest.date import Order
from asn_research.ingest.header import Block
from asn_research.ingest.identity import is_float_column, read_employee_number, read_name
from asn_research.ingest.layout import COUNTED, WideColumn
from asn_research.ingest.pause import pause_collection
from asn_research.ingest.reading import Reading, is_blank, is_missing
from asn_research.ingest.roster import read_people
from asn_research.ingest.row import find_data_rows
from asn_research.ingest.score import pair_after
from asn_research.ingest.source import Grid
from asn_research.ingest.value import Cells, Notation, ReadColumn, find_notation, read_cells

ROW: Final = "_row"
"""Column of records: the position of their row in the ledger."""
_STRICT_PERSONS: Final = frozenset({"participants", "enrolments", "assessments", "appraisals"})
_EXTRA: Final = {
    "_title": Column("_title", Kind.TEXT, Label("", "")),
    "_batch": Column("_batch", Kind.CODE, Label("", "")),
    "_birth_date": Column(
        "_birth_date", Kind.INTEGER, Label("", ""), minimum=1940, maximum=2010, unit="year"
    ),
}
_MADE_LATER: Final = frozenset({"course_id", "respondent_id", "response_id"})
_MEASURED: Final = frozenset({"score", "response"})


@dataclass(frozen=True, slots=True)
class Issue:
    """Why a row is set aside: its position in the ledger, the column, the reason, the raw value, the cell.

    Rows that contradict each other share a ``group``, and ``difference`` lists what they differ in.
    """

    row: int
    column: str
    reason: str
    value: Any = ""
    cell: str = ""
    difference: str = ""
    group: int = -1


@dataclass(slots=True)
class Segment:
    """One block of one sheet: its raw rows (1-based), its records and what was found in its cells.

    ``headings`` are those of the office by column; ``people`` holds the columns of names, which are stored
    nowhere and only tell the office whose row it is asked about.
    """

    table: Table
    file: str
    sheet: str
    context: tuple[str, ...]
    offset: int
    source_rows: NDArray[np.int64]
    left_out: int
    frame: pd.DataFrame
    wide: list[tuple[dict[str, str], ReadColumn]] = field(default_factory=list)
    value: str = ""
    issues: list[Issue] = field(default_factory=list)
    repairs: list[tuple[int, str]] = field(default_factory=list)
    positions: dict[str, int] = field(default_factory=dict)
    wide_columns: list[int] = field(default_factory=list)
    headings: dict[int, str] = field(default_factory=dict)
    people: dict[int, list[Any]] = field(default_factory=dict)
    wide_dates: list[ReadColumn | None] = field(default_factory=list)

    def cell(self, row: int, column: str) -> str:
        """Address of the cell that a column of the table came from, in a row of the ledger."""
        if column not in self.positions:
            return ""
        return cell_address(int(self.source_rows[row - self.offset]) - 1, self.positions[column])


@pause_collection()
def read_segment(grid: Grid, block: Block, *, region: Region, latest_year: int, offset: int) -> Segment:
    """Read all cells of one block; rows with an unreadable cell keep their issues and give no record."""
    rows, left_out = find_data_rows(grid, block)
    layout = block.layout
    segment = Segment(
        layout.table, grid.file, grid.sheet, block.context.texts, offset,
        np.asarray(rows, dtype=np.int64) + 1, left_out, pd.DataFrame(index=range(len(rows))),
        value=layout.value, positions=dict(layout.columns),
    )  # fmt: skip
    raw = _raw_columns(grid, rows, block)
    notation = find_notation(
        [(raw[index], column) for index, column in _targets(block)], declared=_declared(region)
    )
    headings = {heading.column: heading.full for heading in block.headings}
    segment.headings, segment.people = headings, read_people(grid, block, rows)
    if any("100" in headings.get(index, "") for index, column in _targets(block) if column.unit == "points"):
        notation = replace(notation, narrow=False)
    notation = replace(notation, unsigned=grid.unsigned, late=grid.late)
    titles = block.context.titles[::-1]
    for name, index in layout.columns.items():
        column = find_column(layout.table, name)
        heading = headings.get(index, "")
        scale = find_rupiah_scale((heading, *titles)) if column.kind is Kind.MONEY else 1.0
        read = _read(raw[index], column, layout.table, notation, heading, latest_year, scale)
        if name == "wave":
            read = pair_after(raw[index], read)
        _keep(segment, name, column, index, raw[index], read)
    for name, value in layout.fixed.items():
        fixed = read_cells(Cells.of([value]), layout.table[name], notation=notation)
        if fixed.reasons[0]:
            segment.issues += [Issue(offset + row, name, fixed.reasons[0], value) for row in range(len(rows))]
        segment.frame[name] = np.repeat(fixed.values, len(rows))
    for wide in layout.wide:
        read = _read(
            raw[wide.column],
            layout.table[layout.value],
            layout.table,
            notation,
            headings[wide.column],
            latest_year,
        )
        _note(segment, layout.value, wide.column, raw[wide.column], read)
        segment.wide.append((wide.values, read))
        segment.wide_columns.append(wide.column)
        segment.wide_dates.append(_read_date_beside(segment, wide, raw, notation))
    if layout.marks:
        _count_marks(segment, layout.marks, raw)
    return segment


def _read_date_beside(
    segment: Segment, wide: WideColumn, raw: dict[int, Cells], notation: Notation
) -> ReadColumn | None:
    """The dates of one wide column, where a column beside it holds them."""
    if wide.date is None:
        return None
    read = read_cells(raw[wide.date], segment.table["date"], notation=notation)
    _note(segment, "date", wide.date, raw[wide.date], read)
    return read


def _count_marks(segment: Segment, marks: Sequence[int], raw: dict[int, Cells]) -> None:
    """Sessions held and attended, counted in the marks of an attendance list."""
    read = [[cells.uniques[code] for code in cells.codes] for cells in (raw[index] for index in marks)]
    counted = count_sessions(read)
    for name, numbers in zip(COUNTED, (counted.held, counted.attended), strict=True):
        if name not in segment.frame:
            segment.frame[name] = np.array(numbers, dtype=object)
            segment.positions.setdefault(name, marks[0])
    for row, place, reason in counted.faults:
        index = marks[place]
        segment.issues.append(_issue(segment, row, COUNTED[1], reason, read[place][row], index))


def _declared(region: Region) -> Order | None:
    order = region.dates.order
    return None if order == "iso" else order


def _targets(block: Block) -> list[tuple[int, Column]]:
    layout = block.layout
    targets = [(i, layout.table[n]) for n, i in layout.columns.items() if not n.startswith("_")]
    targets += [(wide.date, layout.table["date"]) for wide in layout.wide if wide.date is not None]
    return targets + [(wide.column, layout.table[layout.value]) for wide in layout.wide]


def _raw_columns(grid: Grid, rows: Sequence[int], block: Block) -> dict[int, Cells]:
    """The raw cells of the columns that are read; a cell merged over several rows holds for all of them."""
    indices = block.layout.places
    spread: dict[tuple[int, int], Any] = {}
    for top, left, bottom, right in grid.merges:
        if top >= block.first and bottom > top and left == right:
            spread.update({(row, left): grid.rows[top][left] for row in range(top + 1, bottom + 1)})
    columns = {}
    lines = [grid.rows[row] for row in rows]
    shortest = min(map(len, lines), default=0)
    for index in indices:
        if index < shortest:
            cells = list(map(itemgetter(index), lines))
        else:
            cells = [line[index] if index < len(line) else "" for line in lines]
        if spread:
            cells = [spread.get((row, index), cell) for row, cell in zip(rows, cells, strict=True)]
        columns[index] = Cells.of(cells)
    return columns


def _read(
    cells: Cells,
    column: Column,
    table: Table,
    notation: Notation,
    heading: str,
    latest_year: int,
    scale: float = 1,
) -> ReadColumn:
    if column.kind is not Kind.PERSON:
        return read_cells(cells, column, notation=notation, heading=heading, scale=scale)
    strict = column.name == "person_id" and table.name in _STRICT_PERSONS
    readings = []
    for value in cells.uniques:
        if is_missing(value):
            readings.append(Reading())
        elif strict or _looks_like_number(value):
            readings.append(read_employee_number(value, latest_year=latest_year))
        else:
            readings.append(read_name(value))
    if is_float_column(reading.value for reading in readings if _is_employee_number(reading.value)):
        readings = [
            Reading(reason="nip_precision_lost")
            if _is_employee_number(reading.value) and int(reading.value) % 32 == 0
            else reading
            for reading in readings
        ]
    return cells.take(readings)


def find_column(table: Table, name: str) -> Column:
    """The column of a table, or one that is only read on the way to it."""
    return _EXTRA.get(name) or table[name]


def read_value(value: Any, column: Column, table: Table, *, latest_year: int) -> Reading:
    """One value that somebody typed in place of a cell, read by the same rules as the column.

    Dates are taken day first. Nothing in place of a required value is a fault, but for a score or an answer.
    """
    notation = Notation(frozenset({","}), frozenset({"day-first"}))
    read = _read(Cells.of([value]), column, table, notation, "", latest_year)
    if read.values[0] is None and not read.reasons[0] and column.required and column.name not in _MEASURED:
        return Reading(reason="missing_value")
    return Reading(read.values[0], read.reasons[0] or "", read.repairs[0] or "")


def _is_employee_number(value: Any) -> bool:
    return isinstance(value, str) and len(value) == 18 and value.isdigit()


def _looks_like_number(value: Any) -> bool:
    """Whether a person's cell is meant as an employee number rather than as a name or a short code."""
    if isinstance(value, str):
        digits = sum(character.isdigit() for character in value)
        return digits >= 12 and digits * 2 > len(value.replace(" ", ""))
    return isinstance(value, (int, float)) and abs(value) >= 10**11


def _keep(segment: Segment, name: str, column: Column, index: int, cells: Cells, read: ReadColumn) -> None:
    segment.frame[name] = read.values
    _note(segment, name, index, cells, read)
    if not column.required or name in _MADE_LATER:
        return
    absent = ~read.filled & ~read.reasons.astype(bool)
    if not absent.any():
        return
    said = np.array([not is_blank(value) for value in cells.uniques], dtype=bool)[cells.codes]
    if name in _MEASURED:
        absent &= ~said
    for row in np.flatnonzero(absent):
        segment.issues.append(_issue(segment, int(row), name, "missing_value", "", index))


def _note(segment: Segment, name: str, index: int, cells: Cells, read: ReadColumn) -> None:
    for row in np.flatnonzero(read.reasons.astype(bool)):
        value = cells.uniques[cells.codes[row]]
        segment.issues.append(_issue(segment, int(row), name, read.reasons[row], value, index))
    for row in np.flatnonzero(read.repairs.astype(bool)):
        segment.repairs.append((segment.offset + int(row), str(read.repairs[row])))


def _issue(segment: Segment, row: int, name: str, reason: str, value: Any, index: int) -> Issue:
    address = cell_address(int(segment.source_rows[row]) - 1, index)
    return Issue(segment.offset + row, name, reason, value, address)


def make_records(segment: Segment) -> pd.DataFrame:
    """The records of a segment in the order of its rows, rows with issues included, wide columns as rows.

    Columns are those of the table, then the ones read on the way, then the position in the ledger.
    """
    base = segment.frame.copy()
    base[ROW] = np.arange(len(base)) + segment.offset
    names = [*segment.table.names, *(name for name in _EXTRA if name in base), ROW]
    if segment.table.name == "participants" and "_birth_date" in base:
        years = base.pop("_birth_date")
        base["birth_year"] = (
            base["birth_year"].where(base["birth_year"].notna(), years) if "birth_year" in base else years
        )
        names.remove("_birth_date")
    if not segment.wide:
        if segment.value:
            base = base.iloc[:0]
        elif segment.table.name in {"assessments", "reactions"}:
            measured = "score" if segment.table.name == "assessments" else "response"
            base = base[base[measured].notna()] if measured in base else base
        return base.reindex(columns=names)
    parts = []
    for (values, read), dates in zip(segment.wide, segment.wide_dates, strict=True):
        part = base[read.filled].copy()
        if dates is not None:
            part["date"] = dates.values[read.filled]
        for name, value in values.items():
            if name != "source" or name not in segment.positions:
                part[name] = value
        part[segment.value] = read.values[read.filled]
        parts.append(part)
    records = pd.concat(parts) if parts else base.iloc[:0]
    return records.sort_values(ROW, kind="stable").reindex(columns=names)
