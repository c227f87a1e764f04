"""Somebody who has the raw files and looks for the people in them, in every byte of other files.

Written without the program: what it takes for a name, a number or an address is decided here. Every cell of
every raw table is taken, hidden sheets, headings, names of sheets and files and comments of region.toml too.
"""

from __future__ import annotations

import base64
import binascii
import csv
import gzip
import html
import io
import json
import re
import unicodedata
import urllib.parse
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq

_NAMED = re.compile(
    r"^(nama|nama (lengkap|pegawai|peserta|asn|penilai|responden)|narasumber|pengajar)$", re.I
)
_TITLE = re.compile(r"\b(?:drs?|dra|ir|hj?|prof)\.|\b[sma]\.\s?\w{1,5}\b\.?|\bph\.?d\b", re.IGNORECASE)
_DIGITS = re.compile(r"(?<!\d)(?:\d[ .\-\u00a0/]?){9,18}(?!\d)")
_MAIL = re.compile(r"[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+")
_WORD = re.compile(r"[^\W\d_]+")
_BASE64 = re.compile(rb"[A-Za-z0-9+/]{40,}={0,2}")
_NUMBERS = (16, 18)
_MARKS = re.compile("[\u0300-\u036f]")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_SHORT = 9
_DEPTH = 4
_HEADING_LINES = 8
_NUMBER = re.compile(r"\d{2}")


@dataclass
class People:
    """What names people in some raw files; words are folded, numbers are digits only."""

    numbers: set[str] = field(default_factory=set)
    phones: set[str] = field(default_factory=set)
    mails: set[str] = field(default_factory=set)
    names: set[tuple[str, str]] = field(default_factory=set)

    def add_text(self, text: str) -> None:
        """The numbers and addresses in a cell."""
        for match in _DIGITS.finditer(text):
            digits = re.sub(r"\D", "", match.group())
            if len(digits) in _NUMBERS:
                self.numbers.add(digits)
            elif digits.startswith(("08", "628")):
                self.phones.add(digits)
        self.mails |= {mail.casefold() for mail in _MAIL.findall(text)}

    def add_name(self, text: str) -> None:
        """The neighbouring words of a name without titles."""
        words = [w for w in _words(_TITLE.sub(" ", text.split(",")[0])) if len(w) > 2]
        self.names |= set(pairwise(words))


def _words(text: str) -> list[str]:
    folded = text.casefold()
    if not text.isascii():
        folded = _MARKS.sub("", unicodedata.normalize("NFKD", text)).casefold()
    return _WORD.findall(folded)


def _grids(path: Path) -> Iterator[list[list[str]]]:
    if path.suffix == ".csv":
        raw = path.read_bytes()
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = raw.decode("cp1252", errors="replace")
        yield list(csv.reader(io.StringIO(text), delimiter=max(";,\t", key=text.count)))
    elif path.suffix == ".xlsx" and zipfile.is_zipfile(path):
        book = openpyxl.load_workbook(path, data_only=True)
        for sheet in book.worksheets:
            yield [["" if v is None else str(v) for v in row] for row in sheet.iter_rows(values_only=True)]
            yield [[sheet.title]]
        book.close()


def gather_people(raw: Path) -> People:
    """Everybody whom the raw files name."""
    people = People()
    for path in sorted(p for p in raw.rglob("*") if p.is_file()):
        people.add_text(path.name)
        if path.suffix == ".toml":
            people.add_text(path.read_text(encoding="utf-8"))
        for grid in _grids(path):
            columns: set[int] = set()
            for line, row in enumerate(grid):
                heads = line < _HEADING_LINES and not any(map(_NUMBER.search, row))
                named = {i for i, cell in enumerate(row) if heads and _NAMED.match(cell.strip())}
                columns = named or columns
                for i, cell in enumerate(row):
                    people.add_text(cell)
                    if i in columns and i not in named:
                        people.add_name(cell)
    return people


def streams(content: bytes, *, depth: int = _DEPTH) -> Iterator[bytes]:
    """The bytes of a file and of everything packed in them: archives, compressed parts, pictures, base64."""
    yield content
    if not depth:
        return
    inside: list[bytes] = []
    if content[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            inside += [name.encode() for name in packed.namelist()] + [
                packed.read(n) for n in packed.namelist()
            ]
    elif content[:4] == b"PAR1":
        table = pq.read_table(io.BytesIO(content))
        inside.append(f"{table.schema.metadata} {table.schema} {table.to_pylist()}".encode())
    elif content[:2] == b"\x1f\x8b":
        inside.append(gzip.decompress(content))
    elif content[:8] == b"\x89PNG\r\n\x1a\n":
        inside += list(_chunks(content))
    else:
        for match in _BASE64.finditer(content.replace(b"\\n", b"")):
            try:
                inside.append(base64.b64decode(match.group(), validate=True))
            except (binascii.Error, ValueError):
                continue
    for part in inside:
        yield from streams(part, depth=depth - 1)


def _chunks(picture: bytes) -> Iterator[bytes]:
    place = 8
    while place + 8 <= len(picture):
        size, kind = int.from_bytes(picture[place : place + 4], "big"), picture[place + 4 : place + 8]
        part = picture[place + 8 : place + 8 + size]
        if kind not in (b"IDAT", b"IHDR", b"PLTE"):
            yield part
            for start in range(min(len(part), 90)):
                if part[start : start + 1] == b"\x78":
                    try:
                        yield zlib.decompress(part[start:])
                    except zlib.error:
                        continue
        place += 12 + size


def find_people(content: bytes, people: People) -> set[str]:
    """What of the people stands in a file: plain, escaped, reversed, parted, joined, packed."""
    found: set[str] = set()
    for part in streams(content):
        text = part.decode("utf-8", errors="replace")
        readings = [text]
        if b"\x00" in part:
            readings += [
                part.decode("utf-16-le", errors="replace"),
                part.decode("latin-1").replace("\x00", ""),
            ]
        for reading in readings:
            plain = urllib.parse.unquote(html.unescape(reading))
            found |= _find(_ESCAPE.sub(lambda m: chr(int(m[1], 16)), plain), people)
    return found


def _find(text: str, people: People) -> set[str]:
    found: set[str] = set()
    digits = {re.sub(r"\D", "", match.group()) for match in _DIGITS.finditer(text)}
    digits |= set(re.findall(r"(?<!\d)\d{16,18}(?!\d)", text))
    found |= (digits | {number[::-1] for number in digits}) & (people.numbers | people.phones)
    if "@" in text:
        mails = {mail.casefold() for mail in _MAIL.findall(text)}
        found |= (mails | {mail[::-1] for mail in mails}) & people.mails
    words = _words(text)
    pairs = set(pairwise(words))
    backward = {(b[::-1], a[::-1]) for a, b in pairs}
    swapped = {(b, a) for a, b in pairs}
    found |= {" ".join(pair) for pair in (pairs | backward | swapped) & people.names}
    joined = {"".join(pair): " ".join(pair) for pair in people.names if len("".join(pair)) > _SHORT}
    return found | {joined[word] for word in set(words) & joined.keys()}


def search_folders(people: People, *folders: Path, without: tuple[str, ...] = ()) -> dict[str, set[str]]:
    """By file what stands in it, or in its name; files by the names ``without`` are left out."""
    found: dict[str, set[str]] = {}
    for folder in folders:
        for path in sorted(p for p in folder.rglob("*") if p.is_file() and p.name not in without):
            seen = find_people(path.read_bytes(), people) | find_people(path.name.encode(), people)
            if seen:
                found[str(path.relative_to(folder.parent))] = seen
    return found


def as_json(found: dict[str, set[str]]) -> str:
    """For a message: how many of what stand where, never the things themselves."""
    return json.dumps({name: len(seen) for name, seen in found.items()}, indent=1)
