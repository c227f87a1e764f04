"""Raw files as grids of cells: workbooks through calamine, CSV with its dialect and encoding found out."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from asn_research.errors import IntakeError, Place, Problem
from asn_research.ingest.files import limit
from asn_research.ingest.files.binary import BinaryBook, read_binary
from asn_research.ingest.files.cell import find_special_cells
from asn_research.ingest.files.content import Content, find_content, holds
from asn_research.ingest.files.delimited import read_delimited
from asn_research.ingest.files.package import Package, open_package
from asn_research.ingest.files.pause import pause_collection
from asn_research.ingest.files.problem import make_problem, refuse_file
from asn_research.ingest.files.trial import Ending, try_reading

WORKBOOKS: Final = frozenset({".xlsx", ".xls", ".xlsb", ".ods"})
MACROS: Final = frozenset({".xlsm", ".xltm", ".xlam"})
TEXTS: Final = frozenset({".csv", ".tsv", ".txt"})
_SYSTEM: Final = frozenset({"thumbs.db", "desktop.ini"})
_PROTECTED: Final = "EncryptedPackage".encode("utf-16-le")
_VBA: Final = "_VBA_PROJECT".encode("utf-16-le")
_ODS_PERCENTAGE: Final = b'value-type="percentage"'
_ODS_ERROR: Final = b'value-type="error"'
_NODES: Final = (
    (stat.S_ISDIR, "folder"), (stat.S_ISFIFO, "pipe"), (stat.S_ISSOCK, "socket"), (stat.S_ISCHR, "device"),
    (stat.S_ISBLK, "device"),
)  # fmt: skip
_EMPTY_OBJECT: Final = hashlib.sha256().hexdigest()

Row = list[Any]


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet, or one CSV file, as rows of raw cells; row ``i`` of the list is row ``i + 1`` of the file.

    ``merges`` holds merged areas as (first row, first column, last row, last column), counted from zero.
    ``unsigned`` says that the reader of its kind of file drops percent signs: 85% may stand in it as 0.85;
    ``hidden`` that the office hid the sheet, which is read like any other; ``late`` that the workbook counts
    its days from 1904 and not from 1900.
    """

    file: str
    sheet: str
    rows: list[Row]
    merges: tuple[tuple[int, int, int, int], ...] = ()
    delimiter: str = ""
    unsigned: bool = False
    hidden: bool = False
    late: bool = False


@dataclass(slots=True)
class RawFile:
    """One raw file: its name below the period folder, its digest, its grids and what is wrong with it."""

    name: str
    digest: str
    grids: list[Grid] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def show_name(name: str) -> str:
    r"""The name of a file or sheet as it can be stored and shown: control and undecodable characters escaped.

    >>> show_name("nilai\u202exslx.exe")
    'nilai\\u202exslx.exe'
    """
    if name.isprintable() and "\\" not in name:
        return name
    return "".join(
        c if c.isprintable() and c != "\\" else c.encode("unicode_escape").decode("ascii") for c in name
    )


def list_files(folder: Path) -> list[Path]:
    """Whatever stands in a period folder and below, in the order of names, without hidden and lock files.

    Pipes, devices, links to folders, folders named like files and folders that cannot be read are listed
    too: reading them gives the problem that tells of them.
    """
    found: list[Path] = []

    def note(error: OSError) -> None:
        found.append(Path(error.filename))

    for top, folders, names in os.walk(folder, onerror=note):
        folders[:] = [name for name in folders if not _is_hidden(name)]
        inside = [Path(top, name) for name in folders]
        found += [path for path in inside if path.is_symlink() or path.suffix.casefold() in WORKBOOKS | TEXTS]
        found += [Path(top, name) for name in names if not _is_hidden(name)]
    return sorted(dict.fromkeys(found), key=lambda path: path.relative_to(folder).as_posix())


def _is_hidden(name: str) -> bool:
    return name.startswith((".", "~$")) or name.casefold() in _SYSTEM


def digest_file(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def digest_entry(path: Path, folder: Path, *, digest: Callable[[Path], str] = digest_file) -> str:
    """SHA-256 of whatever stands in a raw folder: of a file's bytes, else of the problem that it gives.

    ``digest`` gives that of a file's bytes.
    """
    problem = check_entry(path, folder)
    if problem is None:
        try:
            return digest(path)
        except OSError:
            return _EMPTY_OBJECT
    return hashlib.sha256(f"{problem.code}\0{sorted(problem.fields.items())}".encode()).hexdigest()


def check_entry(path: Path, folder: Path) -> Problem | None:
    """Why something in a raw folder is not opened: it leads out of the folder, or is no file."""
    place = Place(show_name(path.relative_to(folder).as_posix()))
    try:
        if not path.resolve().is_relative_to(folder.resolve()):
            return make_problem("file_outside", place)
        mode = path.stat().st_mode
    except FileNotFoundError:
        return make_problem("file_special", place, content="link")
    except (OSError, RuntimeError):
        return make_problem("file_permission", place)
    for is_kind, content in _NODES:
        if is_kind(mode):
            code = "file_special" if os.access(path, os.R_OK) or content != "folder" else "file_permission"
            return make_problem(code, place, **({"content": content} if code == "file_special" else {}))
    return None


@pause_collection()
def read_file(path: Path, *, folder: Path) -> RawFile:
    """Read one raw file; what cannot be read becomes a problem that names the file, never an exception."""
    name = show_name(path.relative_to(folder).as_posix())
    raw = RawFile(name, digest_entry(path, folder))
    problem = check_entry(path, folder)
    if problem is not None:
        raw.problems.append(problem)
        return raw
    suffix = path.suffix.casefold()
    try:
        if suffix in WORKBOOKS | MACROS:
            _read_workbook(path, suffix, raw)
        elif suffix in TEXTS:
            raw.grids = [_read_text(path, suffix, name)]
        else:
            shown = show_name(suffix)[:20] or "–"
            raw.problems.append(make_problem("file_kind", Place(name), kind=shown))
    except IntakeError as error:
        raw.problems.extend(error.problems)
    except OSError:
        raw.problems.append(make_problem("file_permission", Place(name)))
    return raw


def _check_size(path: Path, name: str, most: int) -> None:
    size = path.stat().st_size
    if size > most:
        found, limits = (f"{bytes_ // limit.MEGABYTE:,} MB" for bytes_ in (size, most))
        raise refuse_file("file_too_large", name, size=found, limit=limits)


def _read_workbook(path: Path, suffix: str, raw: RawFile) -> None:
    """Put the sheets of a workbook among the grids of a raw file, and those that cannot be read aside."""
    if suffix in MACROS:
        raise refuse_file("file_macro", raw.name)
    _check_size(path, raw.name, limit.MAXIMUM_WORKBOOK)
    _check_content(path, suffix, raw.name)
    with contextlib.ExitStack() as stack:
        package, unsigned = None, suffix in {".xls", ".xlsb"}
        if suffix == ".xls":
            if holds(path, _VBA):
                raise refuse_file("file_macro", raw.name)
        else:
            package = stack.enter_context(open_package(path, raw.name))
            _check_package(package, suffix, raw.name)
            unsigned = unsigned or (suffix == ".ods" and _ODS_PERCENTAGE in package.read("content.xml"))
        if suffix != ".xlsx":
            _try_reading(path, raw.name)
        with _answered("file_damaged", raw.name):
            workbook = stack.enter_context(CalamineWorkbook.from_path(path))
            sheets = list(enumerate(workbook.sheets_metadata))
            book = read_binary(path, suffix) if suffix in {".xls", ".xlsb"} else BinaryBook()
        for number, sheet in sheets:
            if sheet.typ != SheetTypeEnum.WorkSheet:
                continue
            hidden = sheet.visible != SheetVisibleEnum.Visible
            try:
                grid = _read_sheet(workbook, sheet.name, package if suffix == ".xlsx" else None, raw.name)
                if number < len(book.errors):
                    _put_special(grid.rows, book.errors[number])
                late = grid.late or book.late
                raw.grids.append(replace(grid, unsigned=unsigned, hidden=hidden, late=late))
            except IntakeError as error:
                raw.problems.extend(error.problems)
        if not raw.problems and not any(_is_filled(grid.rows) for grid in raw.grids):
            raw.grids.clear()
            raise refuse_file("file_empty", raw.name)


def _is_filled(rows: Iterable[Row]) -> bool:
    """Whether any cell holds something."""
    return any(
        cell is not None and (not isinstance(cell, str) or bool(cell.strip())) for row in rows for cell in row
    )


def _check_content(path: Path, suffix: str, name: str) -> None:
    content = find_content(path)
    if content is (Content.XLS if suffix == ".xls" else Content.ZIP):
        return
    if content is Content.XLS and holds(path, _PROTECTED):
        raise refuse_file("file_protected", name)
    if content is Content.ZIP:
        content = Content.XLSX
    raise refuse_file("file_disguised", name, suffix=suffix, content=content.value)


def _check_package(package: Package, suffix: str, name: str) -> None:
    if suffix == ".ods":
        if "content.xml" not in package.parts:
            raise refuse_file("file_disguised", name, suffix=suffix, content=Content.ZIP.value)
        if "META-INF/manifest.xml" in package.parts and b"encryption-data" in package.read(
            "META-INF/manifest.xml", most=limit.MAXIMUM_INDEX
        ):
            raise refuse_file("file_protected", name)
        if _ODS_ERROR in package.read("content.xml"):
            raise refuse_file("file_errors", name)
    elif not any(part.casefold() in {"xl/workbook.xml", "xl/workbook.bin"} for part in package.parts):
        raise refuse_file("file_disguised", name, suffix=suffix, content=Content.ZIP.value)
    else:
        package.read_index()


def _try_reading(path: Path, name: str) -> None:
    """Refuse an older kind of workbook that a process with little memory and time cannot read."""
    ending = try_reading(path)
    if ending is not Ending.WELL:
        codes = {Ending.PROTECTED: "file_protected", Ending.DAMAGED: "file_damaged"}
        raise refuse_file(codes.get(ending, "file_exhausting"), name)


@contextlib.contextmanager
def _answered(code: str, name: str, sheet: str | None = None) -> Iterator[None]:
    """What the reader raises, its panics included, as the problem of a file or sheet."""
    try:
        yield
    except PasswordError as error:
        raise refuse_file("file_protected", name) from error
    except (CalamineError, ValueError, OverflowError) as error:
        raise refuse_file(code, name, sheet) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # of the reader's language; no subclass of Exception
            raise
        raise refuse_file(code, name, sheet) from error


def _read_sheet(workbook: CalamineWorkbook, title: str, package: Package | None, name: str) -> Grid:
    sheet = show_name(title)
    special: dict[tuple[int, int], str] = {}
    with _answered("sheet_damaged", name, sheet):
        if package is not None:
            xml = package.sheet(title)
            special = find_special_cells(xml, percent=package.percent_styles, stale=package.is_stale)
            del xml
        content = workbook.get_sheet_by_name(title)
        rows = _find_rows(content, name, sheet)
        merges = tuple((*first, *last) for first, last in content.merged_cell_ranges or ())
    _put_special(rows, special)
    return Grid(name, sheet, rows, merges, late=package is not None and package.is_late)


def _put_special(rows: list[Row], special: Mapping[tuple[int, int], str]) -> None:
    """Write over cells that the reader shows as something else."""
    for (row, column), text in special.items():
        while len(rows) <= row:
            rows.append([])
        if len(rows[row]) <= column:
            rows[row].extend([""] * (column + 1 - len(rows[row])))
        rows[row][column] = text


def _find_rows(content: CalamineSheet, name: str, sheet: str) -> list[Row]:
    if content.total_width > limit.MAXIMUM_COLUMNS:
        most = str(limit.MAXIMUM_COLUMNS)
        raise refuse_file("sheet_too_wide", name, sheet, found=f"{content.total_width:,}", limit=most)
    if not content.height or content.start is None:
        return []
    rows = _share_texts(content.iter_rows())
    before = [""] * content.start[1]  # the reader passes over empty columns on the left
    return [before + row for row in rows] if before else rows


def _share_texts(rows: Iterable[Row]) -> list[Row]:
    """Rows in which equal texts are one and the same: they take a part of the memory, and compare at once."""
    known: dict[str, str] = {}
    share = known.setdefault
    return [[share(cell, cell) if type(cell) is str else cell for cell in row] for row in rows]


def _read_text(path: Path, suffix: str, name: str) -> Grid:
    _check_size(path, name, limit.MAXIMUM_TEXT_FILE)
    content = find_content(path)
    if content not in {Content.TEXT, Content.EMPTY, Content.UNKNOWN}:
        if content is Content.ZIP:
            content = Content.XLSX
        raise refuse_file("file_disguised", name, suffix=suffix, content=content.value)
    rows, delimiter = read_delimited(path.read_bytes(), name=name)
    if not _is_filled(rows):
        raise refuse_file("file_empty", name)
    return Grid(name, "", rows, delimiter=delimiter)
