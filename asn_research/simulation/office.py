"""Office files as grids of cells, and what the intake should make of every row of them.

A grid remembers for each of its data rows which clean records it stands for and what should become of it.
That memory (``OfficeFiles.expected``) is the truth that tests compare the intake with; it is never written.
"""

from __future__ import annotations

import csv
import datetime
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import xlsxwriter

from asn_research.simulation.notation import Cell

Status = Literal["accepted", "corrected", "quarantined", "duplicate"]
_CREATED = datetime.datetime(2025, 1, 1, 8, 0, 0)


@dataclass(frozen=True)
class Record:
    """One row of a clean table: canonical values by column, only of the columns that the file carries.

    Persons are named as in the file (numbers, or names of speakers and raters), so pseudonymise them before
    comparing with stored tables. Dates are ``datetime.date``, terms are codes. Columns of remarks hold the
    text before it is scrubbed.
    """

    table: str
    values: Mapping[str, Any]


@dataclass
class Row:
    """One data row of a grid, with the records it stands for and what should become of it."""

    cells: list[Cell]
    records: tuple[Record, ...] = ()
    status: Status = "accepted"
    reason: str = ""
    messes: tuple[str, ...] = ()


@dataclass
class Sheet:
    """One sheet: lines above the data (titles and header), data rows and fillers among them, lines below.

    ``columns`` says what each column holds (see ``layout.Field``); ``merges`` are zero-based
    (first row, first column, last row, last column).
    """

    name: str
    table: str
    columns: tuple[str, ...] = ()
    above: list[list[Cell]] = field(default_factory=list)
    rows: list[Row | list[Cell]] = field(default_factory=list)
    below: list[list[Cell]] = field(default_factory=list)
    merges: tuple[tuple[int, int, int, int], ...] = ()

    @property
    def data(self) -> list[Row]:
        """The data rows only."""
        return [row for row in self.rows if isinstance(row, Row)]

    @property
    def grid(self) -> list[list[Cell]]:
        """All lines from the first to the last."""
        body = [row.cells if isinstance(row, Row) else row for row in self.rows]
        return [*self.above, *body, *self.below]


@dataclass(frozen=True)
class Expected:
    """What should become of one raw row.

    Attributes
    ----------
    file, sheet : str
        Where; ``sheet`` is empty for a CSV file.
    row : int
        1-based line of the raw file.
    table : str
        The table that the sheet feeds.
    status : str
        accepted, corrected, quarantined or duplicate. Whether a certain repair counts as accepted or as
        corrected is the intake's to decide; ``recoverable`` is what matters.
    reason : str
        Why a row is quarantined or a duplicate, by the name of its mess.
    messes : tuple of str
        Names of ``mess.MESSES`` that were applied.
    records : tuple of Record
        What an accepted or corrected row yields, exactly; for other rows, what it would have yielded.
    """

    file: str
    sheet: str
    row: int
    table: str
    status: Status
    reason: str
    messes: tuple[str, ...]
    records: tuple[Record, ...]

    @property
    def recoverable(self) -> bool:
        """Whether the intake must find the records of this row."""
        return self.status in ("accepted", "corrected")


@dataclass
class OfficeFile:
    """One file: a workbook of sheets, or a CSV file of exactly one."""

    name: str
    sheets: list[Sheet]
    encoding: str = "utf-8"
    delimiter: str = ","
    newline: str = "\r\n"

    @property
    def is_workbook(self) -> bool:
        return self.name.endswith(".xlsx")

    def content(self) -> bytes:
        """The bytes of the file: always the same for the same grid."""
        return _workbook(self.sheets) if self.is_workbook else self._delimited()

    def _delimited(self) -> bytes:
        text = io.StringIO()
        writer = csv.writer(text, delimiter=self.delimiter, lineterminator=self.newline)
        writer.writerows(["" if cell is None else cell for cell in line] for line in self.sheets[0].grid)
        return text.getvalue().encode(self.encoding)


@dataclass
class OfficeFiles:
    """Everything an office sent for one period."""

    folder: str
    period: str
    files: list[OfficeFile]

    @property
    def expected(self) -> tuple[Expected, ...]:
        """The fate of every data row, in the order of files, sheets and rows."""
        found: list[Expected] = []
        for file in self.files:
            for sheet in file.sheets:
                for place, row in enumerate(sheet.rows, start=len(sheet.above) + 1):
                    if isinstance(row, Row):
                        name = sheet.name if file.is_workbook else ""
                        fate = (row.status, row.reason, row.messes, row.records)
                        found.append(Expected(file.name, name, place, sheet.table, *fate))
        return tuple(found)

    def write(self, raw: Path) -> None:
        """Write the files below ``raw/<folder>/<period>``."""
        folder = raw / self.folder / self.period
        folder.mkdir(parents=True, exist_ok=True)
        for file in self.files:
            (folder / file.name).write_bytes(file.content())


def _fill(worksheet: Any, sheet: Sheet, *, date: Any, bold: Any, merged: Any) -> None:
    covered = {
        (line, column)
        for first, left, last, right in sheet.merges
        for line in range(first, last + 1)
        for column in range(left, right + 1)
    }
    grid = sheet.grid
    for first, left, last, right in sheet.merges:
        worksheet.merge_range(first, left, last, right, grid[first][left], merged)
    for line, cells in enumerate(grid):
        for column, cell in enumerate(cells):
            if cell is None or (line, column) in covered:
                continue
            if isinstance(cell, datetime.date):
                worksheet.write_datetime(line, column, cell, date)
            elif isinstance(cell, str):
                worksheet.write_string(line, column, cell, bold if line < len(sheet.above) else None)
            else:
                worksheet.write_number(line, column, cell)


def _workbook(sheets: list[Sheet]) -> bytes:
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True}) as workbook:
        workbook.set_properties({"created": _CREATED})
        date = workbook.add_format({"num_format": "dd/mm/yyyy"})
        bold = workbook.add_format({"bold": True})
        merged = workbook.add_format({"bold": True, "align": "center", "valign": "vcenter"})
        for sheet in sheets:
            worksheet = workbook.add_worksheet(sheet.name)
            worksheet.set_column(0, 20, 16)
            _fill(worksheet, sheet, date=date, bold=bold, merged=merged)
    return _stored(written.getvalue())


def _stored(archive: bytes) -> bytes:
    """The same parts without compression, so that the bytes do not depend on the zlib of the machine."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as new:
        for name in old.namelist():
            part = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            part.create_system = 0
            new.writestr(part, old.read(name))
    return out.getvalue()
