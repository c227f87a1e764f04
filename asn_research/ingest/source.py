"""Raw files as grids of cells: workbooks through calamine, CSV with its dialect and encoding found out."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum

from asn_research.errors import IntakeError, Place, Problem
from asn_research.ingest.cell import find_special_cells

WORKBOOKS: Final = frozenset({".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"})
TEXTS: Final = frozenset({".csv", ".tsv", ".txt"})
_DELIMITERS: Final = (";", ",", "\t", "|")
_SAMPLE_LINES: Final = 200
_MAXIMUM_COLUMNS: Final = 2_000
_MAXIMUM_FIELD: Final = 1_000_000

Row = list[Any]


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet, or one CSV file, as rows of raw cells; row ``i`` of the list is row ``i + 1`` of the file.

    ``merges`` holds merged areas as (first row, first column, last row, last column), counted from zero.
    """

    file: str
    sheet: str
    rows: list[Row]
    merges: tuple[tuple[int, int, int, int], ...] = ()
    delimiter: str = ""


@dataclass(slots=True)
class RawFile:
    """One raw file: its name below the period folder, its digest, its grids and what is wrong with it."""

    name: str
    digest: str
    grids: list[Grid] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def list_files(folder: Path) -> list[Path]:
    """All files of a period folder in the order of their names, without hidden and lock files."""
    return sorted(
        (
            path
            for path in folder.rglob("*")
            if path.is_file()
            and not any(
                part.startswith((".", "~$")) or part.casefold() in {"thumbs.db", "desktop.ini"}
                for part in path.relative_to(folder).parts
            )
        ),
        key=lambda path: path.relative_to(folder).as_posix(),
    )


def digest_file(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def read_file(path: Path, *, folder: Path) -> RawFile:
    """Read one raw file; what cannot be read becomes a problem that names the file, never an exception."""
    name = path.relative_to(folder).as_posix()
    raw = RawFile(name, digest_file(path))
    if not path.resolve().is_relative_to(folder.resolve()):
        raw.problems.append(
            Problem("file_outside", "the file is a link that leads out of the folder.", Place(name),
                    "Copy the file itself into the folder.")
        )  # fmt: skip
        return raw
    suffix = path.suffix.casefold()
    try:
        if suffix in WORKBOOKS:
            raw.grids = _read_workbook(path, name)
        elif suffix in TEXTS:
            raw.grids = [_read_text(path, name)]
        else:
            raw.problems.append(
                Problem("file_kind", f"files of the kind {suffix or '(none)'} are not read.", Place(name),
                        "Save it as .xlsx or .csv, or move it out of the folder.", {"kind": suffix})
            )  # fmt: skip
    except IntakeError as error:
        raw.problems.extend(error.problems)
    return raw


def _unreadable(
    name: str, detail: str, remedy: str = "Open it, save it again as .xlsx or .csv."
) -> IntakeError:
    return IntakeError(Problem("file_unreadable", f"cannot be read: {detail}.", Place(name), remedy))


def _read_workbook(path: Path, name: str) -> list[Grid]:
    try:
        with CalamineWorkbook.from_path(path) as workbook:
            return [
                _read_sheet(workbook, metadata.name, path, name)
                for metadata in workbook.sheets_metadata
                if metadata.typ == SheetTypeEnum.WorkSheet
            ]
    except PasswordError as error:
        raise _unreadable(name, "it is protected by a password", "Save it without password.") from error
    except (CalamineError, OSError, ValueError) as error:
        raise _unreadable(name, "it is not a sound workbook") from error


def _read_sheet(workbook: CalamineWorkbook, sheet: str, path: Path, name: str) -> Grid:
    content = workbook.get_sheet_by_name(sheet)
    if content.total_width > _MAXIMUM_COLUMNS:
        raise IntakeError(
            Problem("sheet_too_wide", f"the sheet has {content.total_width} columns.", Place(name, sheet),
                    "Delete the empty columns to the right of the table.")
        )  # fmt: skip
    rows: list[Row] = content.to_python(skip_empty_area=False) if content.height else []
    for (row, column), text in find_special_cells(path, sheet).items():
        while len(rows) <= row:
            rows.append([])
        if len(rows[row]) <= column:
            rows[row].extend([""] * (column + 1 - len(rows[row])))
        rows[row][column] = text
    merges = tuple(
        (top, left, bottom, right) for (top, left), (bottom, right) in content.merged_cell_ranges or ()
    )
    return Grid(name, sheet, rows, merges)


def _read_text(path: Path, name: str) -> Grid:
    text = decode(path.read_bytes(), name=name)
    delimiter = find_delimiter(text)
    lines = text.split("\n", 1)
    if lines[0].strip().casefold().startswith("sep=") and len(lines[0].strip()) == 5:
        delimiter = lines[0].strip()[4]
        text = "\n" + (lines[1] if len(lines) > 1 else "")
    try:
        rows: list[Row] = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise _unreadable(name, f"a line is not sound CSV ({error})") from error
    return Grid(name, "", rows, delimiter=delimiter)


def decode(content: bytes, *, name: str) -> str:
    """Text of a CSV file: UTF-8 with or without mark, UTF-16 with its mark, else Windows-1252.

    Raises
    ------
    IntakeError
        If there are NUL bytes or bytes that no Windows-1252 text has.
    """
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
    ):  # fmt: skip
        if content.startswith(mark):
            encodings = [encoding]
            break
    else:
        encodings = ["utf-8", "cp1252"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            raise _unreadable(name, "it contains NUL characters")
        return text
    raise _unreadable(name, "its letters are in no known encoding", "Save it as CSV UTF-8.")


def find_delimiter(text: str) -> str:
    """The delimiter that splits most lines into the same number of fields.

    Examples
    --------
    >>> find_delimiter("nip;nilai\\n1;85,5\\n2;70,25\\n")
    ';'
    """
    csv.field_size_limit(_MAXIMUM_FIELD)
    sample = [line for line in text.splitlines()[:_SAMPLE_LINES] if line.strip()]
    best, best_score = ";", 0.0
    for delimiter in _DELIMITERS:
        try:
            widths = Counter(len(row) for row in csv.reader(sample, delimiter=delimiter))
        except csv.Error:
            continue
        wide = [(count, width) for width, count in widths.items() if width > 1]
        if not wide:
            continue
        count, width = max(wide)
        score = count + min(width, 100) / 1000
        if score > best_score:
            best, best_score = delimiter, score
    return best
