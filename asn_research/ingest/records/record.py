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
from asn_research.contract.template import is_template_sheet
from asn_research.contract.unit import find_rupiah_scale
from asn_research.ingest.files.cell import cell_address
from asn_research.ingest.files.pause import pause_collection
from asn_research.ingest.files.source import Grid
from asn_research.ingest.layouts.attendance import count_sessions
from asn_research.ingest.layouts.header import Block
from asn_research.ingest.layouts.layout import COUNTED, WideColumn
from asn_research.ingest.layouts.score import pair_after
from asn_research.ingest.people.identity import find_sound, is_float_column, read_employee_number, read_name
from asn_research.ingest.records.roster import read_people
from asn_research.ingest.records.row import find_data_rows
from asn_research.ingest.values.date import Order
from asn_research.ingest.values.reading import Reading, is_blank, is_missing
from asn_research.ingest.values.value import Cells, Notation, ReadColumn, find_notation, read_cells, read_days

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
_MEASURE: Final = {"assessments": "score", "reactions": "response"}
_MEASURED: Final = frozenset(_MEASURE.values())


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
    segment.headings = {heading.column: heading.full for heading in block.headings}
    segment.people = read_people(grid, block, rows)
    notation = _find_notation(grid, block, raw, segment.headings, declared=_declared(region))
    values = _read_columns(segment, block, raw, notation, latest_year)
    for name, value in layout.fixed.items():
        fixed = read_cells(Cells.of([value]), layout.table[name], notation=notation)
        if fixed.reasons[0]:
            segment.issues += [Issue(offset + row, name, fixed.reasons[0], value) for row in range(len(rows))]
        values[name] = np.repeat(fixed.values, len(rows))
    segment.frame = pd.DataFrame(values, index=segment.frame.index, dtype=object)
    for wide in layout.wide:
        column, cells = layout.table[layout.value], raw[wide.column]
        read = _read(cells, column, layout.table, notation, segment.headings[wide.column], latest_year)
        _note(segment, layout.value, wide.column, cells, read)
        segment.wide.append((wide.values, read))
        segment.wide_columns.append(wide.column)
        segment.wide_dates.append(_read_date_beside(segment, wide, raw, notation))
    if layout.marks:
        _count_marks(segment, layout.marks, raw)
    return segment


def _find_notation(
    grid: Grid, block: Block, raw: dict[int, Cells], headings: dict[int, str], *, declared: Order | None
) -> Notation:
    """How a block writes numbers and dates: by its own cells, its headings and the kind of its file."""
    targets = _targets(block)
    notation = find_notation([(raw[index], column) for index, column in targets], declared=declared)
    if any("100" in headings.get(index, "") for index, column in targets if column.unit == "points"):
        notation = replace(notation, narrow=False)
    guarded = is_template_sheet(block.layout.table, [heading.full for heading in block.headings])
    return replace(notation, unsigned=grid.unsigned, late=grid.late, guarded=guarded)


def _read_columns(
    segment: Segment, block: Block, raw: dict[int, Cells], notation: Notation, latest_year: int
) -> dict[str, NDArray[np.object_]]:
    """The values of every column that has one heading, what is wrong with them noted in the segment."""
    layout, titles = block.layout, block.context.titles[::-1]
    values: dict[str, NDArray[np.object_]] = {}
    for name, index in layout.columns.items():
        column, cells = find_column(layout.table, name), raw[index]
        heading = segment.headings.get(index, "")
        scale = find_rupiah_scale((heading, *titles)) if column.kind is Kind.MONEY else 1.0
        read = _read(cells, column, layout.table, notation, heading, latest_year, scale)
        if name == "wave":
            read = pair_after(cells, read)
        elif name == "start_date" and not layout.has("end_date"):
            read, last = read_days(cells, column, notation=notation)
            values["end_date"] = last.values
        values[name] = read.values
        _keep(segment, name, column, index, cells, read)
    return values


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
        if block.first <= top < block.end and left == right and left in indices:
            value = grid.rows[top][left] if left < len(grid.rows[top]) else ""
            spread.update({(row, left): value for row in range(top + 1, min(bottom + 1, block.end))})
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
    sound = find_sound(cells.uniques, latest_year=latest_year)
    readings = [
        Reading(value) if value in sound else _read_person(value, latest_year, strict=strict)
        for value in cells.uniques
    ]
    repaired = {reading.value for reading in readings if reading.value not in sound}
    if is_float_column(sound.union(filter(_is_employee_number, repaired))):
        readings = [
            Reading(reason="nip_precision_lost")
            if _is_employee_number(reading.value) and int(reading.value) % 32 == 0
            else reading
            for reading in readings
        ]
    return cells.take(readings)


def _read_person(value: Any, latest_year: int, *, strict: bool) -> Reading:
    if is_missing(value):
        return Reading()
    if strict or _looks_like_number(value):
        return read_employee_number(value, latest_year=latest_year)
    return read_name(value)


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
    _note(segment, name, index, cells, read)
    if not column.required or name in _MADE_LATER:
        return
    absent = ~read.filled
    absent[read.faulty] = False
    if not absent.any():
        return
    said = np.array([not is_blank(value) for value in cells.uniques], dtype=bool)[cells.codes]
    if name in _MEASURED:
        absent &= ~said
    for row in np.flatnonzero(absent):
        segment.issues.append(_issue(segment, int(row), name, "missing_value", "", index))


def _note(segment: Segment, name: str, index: int, cells: Cells, read: ReadColumn) -> None:
    for row in read.faulty.tolist():
        code = cells.codes[row]
        segment.issues.append(_issue(segment, row, name, read.reasons_of[code], cells.uniques[code], index))
    for row in read.repaired.tolist():
        segment.repairs.append((segment.offset + row, read.repairs_of[cells.codes[row]]))


def _issue(segment: Segment, row: int, name: str, reason: str, value: Any, index: int) -> Issue:
    address = cell_address(int(segment.source_rows[row]) - 1, index)
    return Issue(segment.offset + row, name, reason, value, address)


def make_records(segment: Segment) -> pd.DataFrame:
    """The records of a segment in the order of its rows, rows with issues included, wide columns as rows.

    Columns are those of the table, then the ones read on the way, then the position in the ledger.
    """
    columns = {str(name): segment.frame[name].to_numpy(dtype=object) for name in segment.frame}
    if segment.table.name == "participants" and "_birth_date" in columns:
        years = columns.pop("_birth_date")
        born = columns.get("birth_year", years)
        columns["birth_year"] = np.where(pd.isna(born), years, born)
    names = [*segment.table.names, *(name for name in _EXTRA if name in columns)]
    rows = np.arange(len(segment.frame))
    if segment.wide:
        rows, columns = _unfold(segment, columns)
    elif segment.value:
        rows = rows[:0]
    elif (measured := _MEASURE.get(segment.table.name)) in columns:
        rows = np.flatnonzero(pd.notna(columns[str(measured)]))
    if not segment.wide and len(rows) < len(segment.frame):
        columns = {name: values[rows] for name, values in columns.items()}
    nothing = np.full(len(rows), None, dtype=object)
    records = pd.DataFrame({name: columns.get(name, nothing) for name in names}, dtype=object)
    records[ROW] = rows + segment.offset
    return records


def _unfold(
    segment: Segment, columns: dict[str, NDArray[np.object_]]
) -> tuple[NDArray[np.intp], dict[str, NDArray[np.object_]]]:
    """Wide columns as rows: the rows that they are from, in order, and all columns of the records."""
    taken = [np.flatnonzero(read.filled) for _, read in segment.wide]
    pieces: dict[str, list[NDArray[np.object_]]] = {}
    for number, ((values, read), dates) in enumerate(zip(segment.wide, segment.wide_dates, strict=True)):
        own = {} if dates is None else {"date": dates.values}
        for name, value in values.items():
            if name != "source" or name not in segment.positions:
                own[name] = np.full(len(read.values), value, dtype=object)
        own[segment.value] = read.values
        for name, given in own.items():
            if name not in pieces:
                before = columns.get(name, np.full(len(segment.frame), None, dtype=object))
                pieces[name] = [before[rows] for rows in taken]
            pieces[name][number] = given[taken[number]]
    rows = np.concatenate(taken)
    order = np.argsort(rows, kind="stable")
    rows = rows[order]
    unfolded = {name: values[rows] for name, values in columns.items()}
    return rows, unfolded | {name: np.concatenate(parts)[order] for name, parts in pieces.items()}
