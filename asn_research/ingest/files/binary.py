"""What the fast reader leaves out of binary workbooks (.xls, .xlsb): error cells, and where days begin.

It gives an empty cell for ``#N/A``, so that a broken formula would look like a missing value.

Records as in [MS-XLS] 2.4 and [MS-XLSB] 2.4, compound files as in [MS-CFB] 2.
"""

from __future__ import annotations

import re
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from asn_research.ingest.files.package import find_part

Cells = dict[tuple[int, int], str]

_CODES: Final = {
    0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A",
    43: "#GETTING_DATA",
}  # fmt: skip
_ERROR: Final = "#ERROR!"
_ENTRY: Final = 128
_FREE: Final = 0xFFFFFFFA
"""From here on the number of a sector is a mark, such as the end of a chain."""
_BOF, _EOF, _SHEET, _DATES, _ERRONEOUS, _FORMULA = 0x809, 0x0A, 0x85, 0x22, 0x205, 0x06
_ROW, _CELL_ERROR, _FORMULA_ERROR, _BOOK, _BUNDLE = 0, 3, 11, 153, 156
_RELATION: Final = re.compile(rb"<Relationship\b[^>]*>")
_ATTRIBUTE: Final = re.compile(rb'\b(Id|Target)="([^"]*)"')
_ERRORS_XLSB: Final = re.compile(rb"\x03\x09.{8}|\x0b[\x09-\xff]", re.DOTALL)


@dataclass(slots=True)
class BinaryBook:
    """Error cells of each sheet, in the order of the sheets; whether its days count from 1904."""

    errors: list[Cells] = field(default_factory=list)
    late: bool = False


def read_binary(path: Path, suffix: str) -> BinaryBook:
    """Look through an .xls or .xlsb workbook that the fast reader can read.

    Raises
    ------
    ValueError
        If it is damaged.
    """
    try:
        return _read_xls(path.read_bytes()) if suffix == ".xls" else _read_xlsb(path)
    except (struct.error, IndexError, KeyError, zipfile.BadZipFile, EOFError) as error:
        raise ValueError(path.name) from error


def _read_xls(content: bytes) -> BinaryBook:
    stream = _open_stream(content)
    book, starts = BinaryBook(), []
    for kind, data in _records(stream, 0):
        if kind == _EOF:
            break
        if kind == _SHEET:
            starts.append(struct.unpack_from("<I", data)[0])
        elif kind == _DATES:
            book.late = data[:1] == b"\x01"
    book.errors = [_find_errors(stream, start) for start in starts]
    return book


def _find_errors(stream: bytes, start: int) -> Cells:
    errors: Cells = {}
    depth = 0
    for kind, data in _records(stream, start):
        depth += (kind == _BOF) - (kind == _EOF)
        if depth <= 0:
            break
        if kind == _ERRONEOUS and data[7:8] == b"\x01":
            code = data[6]
        elif kind == _FORMULA and data[12:14] == b"\xff\xff" and data[6:7] == b"\x02":
            code = data[8]
        else:
            continue
        errors[struct.unpack_from("<2H", data)] = _CODES.get(code, _ERROR)
    return errors


def _records(stream: bytes, position: int) -> Iterator[tuple[int, bytes]]:
    while position + 4 <= len(stream):
        kind, size = struct.unpack_from("<2H", stream, position)
        yield kind, stream[position + 4 : position + 4 + size]
        position += 4 + size


def _open_stream(content: bytes) -> bytes:
    """The stream of the workbook out of a compound file."""
    shift, small_shift = struct.unpack_from("<2H", content, 30)
    _count, first_folder = struct.unpack_from("<2I", content, 44)
    cutoff, first_small = struct.unpack_from("<2I", content, 56)
    size = 1 << shift
    table = _read_table(content, size)

    def chain(start: int, links: list[int], source: bytes, width: int, offset: int) -> bytes:
        parts: list[bytes] = []
        number = start
        while number < _FREE and len(parts) <= len(links):
            parts.append(source[offset + number * width : offset + (number + 1) * width])
            number = links[number]
        return b"".join(parts)

    folder = chain(first_folder, table, content, size, size)
    entries = [folder[at : at + _ENTRY] for at in range(0, len(folder), _ENTRY)]
    for name in ("Workbook", "Book"):
        for entry in entries:
            if entry[: len(name) * 2 + 2] == name.encode("utf-16-le") + b"\0\0":
                start, length = struct.unpack_from("<2I", entry, 116)
                if length >= cutoff:
                    return chain(start, table, content, size, size)[:length]
                links = chain(first_small, table, content, size, size)
                small = list(struct.unpack(f"<{len(links) // 4}I", links[: len(links) // 4 * 4]))
                root = chain(struct.unpack_from("<I", entries[0], 116)[0], table, content, size, size)
                return chain(start, small, root, 1 << small_shift, 0)[:length]
    raise ValueError("no workbook in the compound file")


def _read_table(content: bytes, size: int) -> list[int]:
    """Which sector follows which."""
    sectors = [n for n in struct.unpack_from("<109I", content, 76) if n < _FREE]
    following, more = struct.unpack_from("<2I", content, 68)
    for _ in range(min(more, len(content) // size)):
        if following >= _FREE:
            break
        listed = struct.unpack_from(f"<{size // 4}I", content, (following + 1) * size)
        sectors += [n for n in listed[:-1] if n < _FREE]
        following = listed[-1]
    table: list[int] = []
    for sector in sectors:
        part = content[(sector + 1) * size : (sector + 2) * size]
        table += struct.unpack(f"<{len(part) // 4}I", part[: len(part) // 4 * 4])
    return table


def _read_xlsb(path: Path) -> BinaryBook:
    book = BinaryBook()
    with zipfile.ZipFile(path) as archive:
        names = {name.casefold(): name for name in archive.namelist()}
        links = archive.read(names["xl/_rels/workbook.bin.rels"])
        found = [dict(_ATTRIBUTE.findall(relation)) for relation in _RELATION.findall(links)]
        targets = {entry[b"Id"].decode(): entry[b"Target"].decode() for entry in found if b"Id" in entry}
        for kind, data in _wide_records(archive.read(names["xl/workbook.bin"])):
            if kind == _BOOK:
                book.late = bool(data[0] & 1)
            elif kind == _BUNDLE:
                length = struct.unpack_from("<I", data, 8)[0]
                link = data[12 : 12 + 2 * length].decode("utf-16-le")
                part = names.get(find_part(targets.get(link, "")).casefold())
                book.errors.append(_find_wide_errors(archive.read(part)) if part else {})
    return book


def _find_wide_errors(content: bytes) -> Cells:
    errors: Cells = {}
    if not _ERRORS_XLSB.search(content):
        return errors
    row = 0
    for kind, data in _wide_records(content):
        if kind == _ROW:
            row = struct.unpack_from("<I", data)[0]
        elif kind in {_CELL_ERROR, _FORMULA_ERROR}:
            errors[row, struct.unpack_from("<I", data)[0]] = _CODES.get(data[8], _ERROR)
    return errors


def _wide_records(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Kind and length of a record stand in groups of seven bits."""
    position = 0
    while position < len(content):
        kind, position = _number(content, position, 2)
        size, position = _number(content, position, 4)
        yield kind, content[position : position + size]
        position += size


def _number(content: bytes, position: int, most: int) -> tuple[int, int]:
    number = 0
    for group in range(most):
        byte = content[position]
        position += 1
        number |= (byte & 127) << (7 * group)
        if byte < 128:
            break
    return number, position
