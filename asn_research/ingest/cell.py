"""Cells that a fast reader shows as something else: errors, formulas without a result, percentages."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

NO_RESULT: Final = "=?"
"""What stands for a formula whose result is not stored in the file."""

_MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_PERCENT_FORMATS: Final = frozenset({9, 10})
_MAXIMUM_BYTES: Final = 2_000_000_000
_CELL: Final = re.compile(rb"<c\b([^>]*?)(?:/>|>(.*?)</c>)", re.DOTALL)
_ATTRIBUTE: Final = re.compile(rb'\b([rts])="([^"]*)"')
_VALUE: Final = re.compile(rb"<v>([^<]*)</v>")
_CODES: Final = re.compile(rb'\bs="(\d+)"')


def cell_position(address: str) -> tuple[int, int]:
    """Row and column, from zero, of an address such as ``C7``."""
    letters = address.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return int(address[len(letters) :]) - 1, column - 1


def cell_address(row: int, column: int) -> str:
    """Address such as ``C7`` of a row and column counted from zero.

    >>> cell_address(6, 27)
    'AB7'
    """
    letters, number = "", column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"


def find_special_cells(path: Path, sheet: str) -> dict[tuple[int, int], str]:
    """Error cells, formulas without stored result and percentages of a sheet of an .xlsx workbook, as text.

    The reader gives an empty cell for the first two, so that a broken formula would look like a missing
    value, and ``0.85`` for a cell that shows 85%. Other kinds of files give an empty result.
    """
    if path.suffix.casefold() not in {".xlsx", ".xlsm"}:
        return {}
    try:
        with zipfile.ZipFile(path) as archive:
            part = _sheet_part(archive, sheet)
            if part is None or archive.getinfo(part).file_size > _MAXIMUM_BYTES:
                return {}
            percent = _percent_styles(archive)
            return _scan(archive.read(part), percent)
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError, OSError, RuntimeError):
        return {}


def _sheet_part(archive: zipfile.ZipFile, sheet: str) -> str | None:
    workbook = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314 - expat ≥ 2.4.1 refuses bombs
    relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    for entry in workbook.iter(f"{_MAIN}sheet"):
        if entry.get("name") == sheet:
            target = targets.get(entry.get(_RELATION), "")
            return target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return None


def _percent_styles(archive: zipfile.ZipFile) -> frozenset[int]:
    if "xl/styles.xml" not in archive.namelist():
        return frozenset()
    styles = ElementTree.fromstring(archive.read("xl/styles.xml"))  # noqa: S314
    formats = set(_PERCENT_FORMATS)
    for entry in styles.iter(f"{_MAIN}numFmt"):
        if "%" in entry.get("formatCode", ""):
            formats.add(int(entry.get("numFmtId", "0")))
    cells = styles.find(f"{_MAIN}cellXfs")
    return frozenset(
        index
        for index, entry in enumerate(cells if cells is not None else ())
        if int(entry.get("numFmtId", "0")) in formats
    )


def _scan(content: bytes, percent: frozenset[int]) -> dict[tuple[int, int], str]:
    used = {int(code) for code in set(_CODES.findall(content))} & percent if percent else set()
    if b't="e"' not in content and b"<f" not in content and not used:
        return {}
    special: dict[tuple[int, int], str] = {}
    for match in _CELL.finditer(content):
        attributes = dict(_ATTRIBUTE.findall(match.group(1)))
        inner = match.group(2) or b""
        text = _special_text(attributes, inner, used)
        if text is not None and b"r" in attributes:
            special[cell_position(attributes[b"r"].decode())] = text
    return special


def _special_text(attributes: dict[bytes, bytes], inner: bytes, percent: set[int]) -> str | None:
    value = _VALUE.search(inner)
    kind = attributes.get(b"t", b"n")
    if kind == b"e":
        return value.group(1).decode() if value else "#ERROR!"
    if b"<f" in inner and (value is None or not value.group(1)) and kind not in {b"str", b"inlineStr"}:
        return NO_RESULT
    if kind == b"n" and value is not None and int(attributes.get(b"s", b"0")) in percent:
        return f"{float(value.group(1)) * 100:.10g}%"
    return None
