"""The parts of an .xlsx workbook, looked into before the fast reader unpacks them.

The reader reserves memory for the whole rectangle of filled cells, copies a text for every cell that shows
it, and ends the process where that does not suffice. So sizes, names and addresses are looked at first.
"""

from __future__ import annotations

import contextlib
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

from asn_research.ingest.files import limit
from asn_research.ingest.files.problem import refuse_file

_MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT: Final = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
_RELATIONS: Final = (
    "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id",
    "{http://purl.oclc.org/ooxml/officeDocument/relationships}id",
)
_PERCENT_FORMATS: Final = frozenset({9, 10})
_METHODS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_MACRO: Final = re.compile(r"vbaproject|(?:^|/)macrosheets/|^(?:basic|scripts)/", re.IGNORECASE)
_DECLARED: Final = re.compile(rb"<!(?!--|\[CDATA\[)")
_PREFIX: Final = re.compile(rb"<(\w+):worksheet\b")
_UNUSUAL: Final = re.compile(rb'<c(?:[\t\r\n>/]| (?!r="[A-Z])| r="(?:[A-Z]{3}|[C-Z][A-Z]|[A-Z]{1,2}\d{6}))')
"""A cell whose address is written in another way, or that 78 columns and 99,999 rows do not hold."""
_UNUSUAL_BELOW: Final = re.compile(rb'<c(?:[\t\r\n>/]| (?!r="[A-Z](?:\d{1,6}|10[0-4]\d{4})"))')
"""The same for 26 columns and 1,049,999 rows, which are more than a sheet has."""
_CELL: Final = re.compile(rb"<c[\s/>]")
_PLAIN: Final = re.compile(rb'<c r="([A-Z]+)(\d+)"(?: [a-z]+="[^"<>]*")*(/?)>')
_ADDRESSED: Final = re.compile(rb"""\sr\s*=\s*["']\s*([A-Za-z]+)(\d+)""")
_ROW: Final = re.compile(rb"""<row\s[^>]*?\br\s*=\s*["']\s*(\d+)""")
_ODD: Final = re.compile(rb"""\bt\s*=\s*'s'|\bt\s+=|\bt=\s""")
_INDEX: Final = re.compile(rb'\bt="s"[^>]*><v>(\d+)</v>')
_COPIED_FROM: Final = 1_000
_ANNOUNCED: Final = re.compile(rb"""\buniqueCount\s*=\s*["']\s*\+?0*(\d+)""")
_HEAD: Final = 100_000
_TEXTS: Final = "xl/sharedstrings.xml"
_OPENED: Final = frozenset({"xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"})


@contextlib.contextmanager
def open_package(path: Path, name: str) -> Iterator[Package]:
    """The parts of a workbook, their number, sizes and methods checked; nothing is unpacked yet.

    Raises
    ------
    IntakeError
        If it is damaged, protected, holds macros, or unpacks to more than is read.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            package = Package(archive, name)
            package.check()
            yield package
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise refuse_file("file_damaged", name) from error
    except (KeyError, IndexError, ElementTree.ParseError, OverflowError, UnicodeError) as error:
        raise refuse_file("file_damaged", name) from error


class Package:
    """An open workbook as its parts; each is unpacked once, and only as far as it may be."""

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self._archive = archive
        self._name = name
        self.parts = {entry.filename: entry for entry in archive.infolist()}

    def check(self) -> None:
        """Refuse what no office's workbook is, by the list of parts alone."""
        entries = self._archive.infolist()
        if len(entries) > limit.MAXIMUM_PARTS or len(self.parts) < len(entries):
            raise refuse_file("file_damaged", self._name)
        unpacked = sum(entry.file_size for entry in entries)
        packed = max(1, sum(entry.compress_size for entry in entries))
        if unpacked > limit.MAXIMUM_UNPACKED:
            raise self._bomb(_megabytes(unpacked), _megabytes(limit.MAXIMUM_UNPACKED))
        if unpacked > limit.RATIO_FROM and unpacked > packed * limit.MAXIMUM_RATIO:
            raise self._bomb(f"× {unpacked // packed}", f"× {limit.MAXIMUM_RATIO}")
        if any(entry.flag_bits & 1 for entry in entries):
            raise refuse_file("file_protected", self._name)
        if any(entry.compress_type not in _METHODS for entry in entries):
            raise refuse_file("file_damaged", self._name)
        if any(_MACRO.search(part) for part in self.parts):
            raise refuse_file("file_macro", self._name)

    def _bomb(self, found: str, most: str) -> Exception:
        return refuse_file("file_bomb", self._name, found=found, limit=most)

    def read(self, part: str, *, most: int = limit.MAXIMUM_UNPACKED) -> bytes:
        """A part, unpacked; the size it states and its checksum hold, and it declares no entities."""
        entry = self.parts[part]
        if entry.file_size > most:
            raise self._bomb(_megabytes(entry.file_size), _megabytes(most))
        content = self._archive.read(entry)
        start = content[:200]
        if start.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in start:
            raise refuse_file("file_entities", self._name, part=posixpath.basename(part))
        if _has_long_text(content):
            raise refuse_file("file_long_text", self._name, limit=f"{limit.MAXIMUM_LINE:,}")
        if b"<!" in content and _DECLARED.search(content):
            raise refuse_file("file_entities", self._name, part=posixpath.basename(part))
        return content

    def read_index(self) -> None:
        """Unpack what the fast reader reads when it opens the workbook, so that it is known to be sound."""
        for part in self.parts:
            if part.casefold() in _OPENED:
                self.read(part, most=limit.MAXIMUM_INDEX)
            elif part.casefold() == _TEXTS:
                self._check_count(self.read(part))

    def _check_count(self, texts: bytes) -> None:
        """The fast reader reserves memory for as many texts as are announced, and ends where it cannot."""
        announced = _ANNOUNCED.search(texts, 0, _HEAD)
        if announced and int(announced.group(1)[:20]) > len(texts):
            raise refuse_file("file_damaged", self._name)

    def _tree(self, part: str) -> ElementTree.Element:
        return ElementTree.fromstring(self.read(part, most=limit.MAXIMUM_INDEX))  # noqa: S314 - no declarations

    @cached_property
    def _workbook(self) -> ElementTree.Element:
        return self._tree("xl/workbook.xml")

    @cached_property
    def _sheet_parts(self) -> dict[str, str]:
        relations = self._tree("xl/_rels/workbook.xml.rels")
        targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
        parts = {}
        for entry in self._workbook.iter():
            if entry.tag in {f"{_MAIN}sheet", f"{_STRICT}sheet"}:
                link = next((entry.get(name) for name in _RELATIONS if entry.get(name)), None)
                target = targets.get(link, "")
                parts[entry.get("name", "")] = find_part(target)
        return parts

    @cached_property
    def percent_styles(self) -> frozenset[int]:
        """Numbers of the cell formats that show a number as a percentage."""
        if "xl/styles.xml" not in self.parts:
            return frozenset()
        styles = self._tree("xl/styles.xml")
        space = _STRICT if styles.tag.startswith(_STRICT) else _MAIN
        formats = set(_PERCENT_FORMATS)
        for entry in styles.iter(f"{space}numFmt"):
            if "%" in entry.get("formatCode", ""):
                formats.add(int(entry.get("numFmtId", "0")))
        cells = styles.find(f"{space}cellXfs")
        return frozenset(
            index
            for index, entry in enumerate(cells if cells is not None else ())
            if int(entry.get("numFmtId", "0")) in formats
        )

    @cached_property
    def is_stale(self) -> bool:
        """Whether the program that wrote the workbook says that its formulas still have to be calculated.

        Libraries write 0 as the result of every formula and leave the rest to the first program that opens
        the file.
        """
        for entry in self._workbook.iter():
            if entry.tag in {f"{_MAIN}calcPr", f"{_STRICT}calcPr"}:
                full = entry.get("fullCalcOnLoad", "0") in {"1", "true"}
                return full or entry.get("calcCompleted", "1") in {"0", "false"}
        return False

    @cached_property
    def is_late(self) -> bool:
        """Whether the workbook counts its days from 1904, as old ones of a Macintosh do."""
        marks = {f"{space}workbookPr" for space in (_MAIN, _STRICT)}
        return any(
            entry.tag in marks and entry.get("date1904", "0") in {"1", "true"}
            for entry in self._workbook.iter()
        )

    @cached_property
    def _text_lengths(self) -> list[int]:
        part = next((part for part in self.parts if part.casefold() == _TEXTS), None)
        return list(map(len, self.read(part).split(b"</si>"))) if part else []

    def sheet(self, title: str) -> bytes:
        """The XML of a sheet, whole, of bearable extent, without name space prefixes.

        Raises
        ------
        IntakeError
            If it was cut off, or if its filled cells reach too far or repeat too much.
        """
        part = self._sheet_parts.get(title)
        if part not in self.parts:
            part = next((own for own in self.parts if own.casefold() == str(part).casefold()), None)
        if part is None:
            raise refuse_file("sheet_damaged", self._name, title)
        content = self.read(part)
        if prefix := _PREFIX.search(content[:2_000]):
            word = prefix.group(1) + b":"
            content = content.replace(b"<" + word, b"<").replace(b"</" + word, b"</")
        if not content.rstrip().endswith(b"</worksheet>"):
            raise refuse_file("sheet_damaged", self._name, title)
        self._check_extent(content, title)
        self._check_texts(content, title)
        return content

    def _check_extent(self, content: bytes, title: str) -> None:
        if not _UNUSUAL.search(content) or not _UNUSUAL_BELOW.search(content):
            return
        width, height = _find_extent(content)
        if width > limit.MAXIMUM_COLUMNS:
            most = str(limit.MAXIMUM_COLUMNS)
            raise refuse_file("sheet_too_wide", self._name, title, found=f"{width:,}", limit=most)
        if width * height > limit.MAXIMUM_CELLS:
            found, most = f"{height:,} × {width:,}", f"{limit.MAXIMUM_CELLS:,}"
            raise refuse_file("sheet_too_large", self._name, title, found=found, limit=most)

    def _check_texts(self, content: bytes, title: str) -> None:
        longest = max(self._text_lengths, default=0)
        if longest < _COPIED_FROM:
            return
        odd = _ODD.search(content) is not None
        shown = content.count(b"</v>" if odd else b't="s"') * longest
        if shown > limit.MAXIMUM_REPEATED_TEXT and not odd:
            known = len(self._text_lengths)
            indices = (int(index[:12]) for index in _INDEX.findall(content))
            shown = sum(self._text_lengths[index] for index in indices if index < known)
        if shown > limit.MAXIMUM_REPEATED_TEXT:
            raise refuse_file("sheet_repeats", self._name, title, limit=f"{limit.MAXIMUM_REPEATED_TEXT:,}")


def find_part(target: str) -> str:
    """The part that a link in the list of sheets leads to.

    >>> find_part("worksheets/sheet1.xml"), find_part("/xl/worksheets/sheet1.xml")
    ('xl/worksheets/sheet1.xml', 'xl/worksheets/sheet1.xml')
    """
    return target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")


def _has_long_text(content: bytes) -> bool:
    """Whether more stands between two tags than any cell holds: each look goes back to the last tag."""
    position = 0
    while position + limit.MAXIMUM_LINE < len(content):
        tag = content.rfind(b"<", position, position + limit.MAXIMUM_LINE)
        if tag < 0:
            return True
        position = tag + 1
    return False


def _find_extent(content: bytes) -> tuple[int, int]:
    """Columns and rows from A1 to the last filled cell; cells that may be filled count as filled."""
    cells = len(_CELL.findall(content))
    plain = _PLAIN.findall(content)
    if len(plain) == cells:
        found = [(letters, digits) for letters, digits, closed in plain if not closed]
        rows: list[bytes] = []
    else:
        found, rows = _ADDRESSED.findall(content), _ROW.findall(content)
    width = max(map(_column, {letters for letters, _ in found}), default=0)
    height = max((int(digits[:12]) for digits in [*(digits for _, digits in found), *rows]), default=0)
    beside = cells - len(plain) if len(plain) == cells else max(0, cells - len(found))
    return width + beside, max(height, min(beside, 1))


def _megabytes(size: int) -> str:
    return f"{size // limit.MEGABYTE} MB"


def _column(letters: bytes) -> int:
    """Number of a column, from one; the first letters decide about those that no sheet has."""
    number = 0
    for letter in letters.upper()[:8]:
        number = number * 26 + letter - 64
    return number
