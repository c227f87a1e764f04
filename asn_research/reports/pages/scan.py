"""The output scan: reads every file before it is published and stops it where it holds what names a person.

It is a second wall. Identifiers are replaced when files are read and small groups go through the disclosure
gate; the scan looks for what both might have let through, also in what they never see: parameters, paths,
error messages, the text inside of drawings, pictures and embedded files.
"""

from __future__ import annotations

import base64
import binascii
import datetime
import html
import json
import re
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from asn_research.errors import Place, Problem, ReportError
from asn_research.ingest.people.mark import NameMarks
from asn_research.reports.publications.manifest import MANIFEST

_PHONE: Final = re.compile(r"8\d{1,2}\)?[ \u00a0\-]?\d{3,4}[ \u00a0\-]?\d{3,5}(?!\w|[.,]\d)")
_PHONE_BEGINS: Final = re.compile(r"(?:^|[^\w.,\-])(?:\+? ?62|\(?0)[ )\u00a0\-]?$")
_EMAIL: Final = re.compile(r"@[A-Za-z\d\-]+(?:\.[A-Za-z\d\-]+)*\.[A-Za-z]{2,}")
_PSEUDONYM: Final = re.compile(r"[PRSC][0-9a-f]{16}(?![\w+/=\-])")
_PATH: Final = re.compile(r"/[\w.\-]+/[\w.\-]+/[\w.\-]|/(?:home|Users|root)/[\w.\-]")
_DRIVE: Final = re.compile(r":\\{1,2}[\w.\- ]+\\")
_TRACEBACK: Final = re.compile(
    r"Traceback \(most recent call last\)|File \\?[\"'][^\"'\n]+\\?[\"'], line \d+"
)
_EMBEDDED: Final = re.compile(r"data:image/(?:png|svg\+xml);base64,([A-Za-z\d+/=]{16,})")
_PICTURE: Final = re.compile(r"\"image/png\":\s*\"([A-Za-z\d+/=\\n]{16,})\"")
_HIDDEN: Final = re.compile(r"&#(?!39;|x27;|34;|43;|x3D;)|%40|\\u0040")
_NIP_PARTS: Final = (8, 6, 1, 3)
_PARTED: Final = 21
"""Characters of a NIP that is written in its four parts."""
_NOT_APART: Final = re.compile(r"[^\d .\u00a0\-]")
_JOINED_BEFORE: Final = re.compile(r"[\w.,]")
_JOINED_AFTER: Final = re.compile(r"\w|[.,]\d")
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_NOTES: Final = (b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME")
_PROVINCES: Final = range(11, 97)
_WOMAN: Final = 40
"""What a NIK adds to the day of birth of a woman."""


@dataclass(frozen=True, slots=True)
class Trace:
    """Something in a file that may name a person: its kind and where it stands, never the thing itself."""

    kind: str
    line: int


def scan_files(files: Mapping[str, bytes], *, names: NameMarks | None = None) -> tuple[Problem, ...]:
    """Check everything that is about to be published.

    Parameters
    ----------
    files : mapping of bytes
        Content of each file by its name: pages, notebooks, findings, manifests.
    names : NameMarks, optional
        The participants' names as they were marked at intake.

    Returns
    -------
    tuple of Problem
        One that names all files and kinds of traces, never the traces; empty where there are none.
    """
    found = {name: traces for name, content in files.items() if (traces := scan_bytes(content, names=names))}
    if not found:
        return ()
    if found.keys() == {MANIFEST} and {trace.kind for trace in found[MANIFEST]} == {"name"}:
        return (_named_after_person(),)
    parts = [
        f"{name} ({', '.join(f'{trace.kind}, line {trace.line}' for trace in traces)})"
        for name, traces in found.items()
    ]
    message = f"what may name a person stands in {'; '.join(parts)}."
    places = {name: [(trace.kind, trace.line) for trace in traces] for name, traces in found.items()}
    fields = {"traces": json.dumps(places)}
    remedy = "Nothing of this report was published; tell who maintains the program which file it was."
    return (Problem("published_identity", message, Place(next(iter(found))), remedy, fields),)


def _named_after_person() -> Problem:
    """What the manifest holds of an office's own words is the names of its files."""
    message = "a file of this region is named after a person, and the manifest lists all files."
    remedy = "Rename the file; asn-research check says which one it is."
    return Problem("published_file_name", message, Place(MANIFEST), remedy)


def guard_output(files: Mapping[str, bytes], *, names: NameMarks | None = None) -> None:
    """Stop what is about to be published where it may name a person.

    Parameters are those of :func:`scan_files`.

    Raises
    ------
    ReportError
        Naming files and kinds, never the traces.
    """
    problems = scan_files(files, names=names)
    if problems:
        raise ReportError(*problems)


def scan_bytes(content: bytes, *, names: NameMarks | None = None) -> list[Trace]:
    """What may name a person in one file, at most one trace of each kind.

    Examples
    --------
    >>> [trace.kind for trace in scan_bytes(b"<p>Hubungi budi@contoh.go.id</p>")]
    ['email']
    >>> scan_bytes(b'{"estimate": 0.199009132025242014}')
    []
    """
    text = content.decode("utf-8", errors="replace")
    found = {trace.kind: trace for trace in _scan_text(text, names)}
    if _HIDDEN.search(text):
        plain = html.unescape(text).replace("\\u0040", "@").replace("%40", "@")
        found = {trace.kind: trace for trace in _scan_text(plain, names)} | found
    for inside in _embedded(text):
        found = {trace.kind: trace for trace in scan_bytes(inside, names=names)} | found
    return list(found.values())


def _scan_text(text: str, names: NameMarks | None) -> Iterator[Trace]:
    finders = _FINDERS if names is None else {**_FINDERS, "name": names.find}
    for kind, find in finders.items():
        place = find(text)
        if place is not None:
            yield Trace(kind, text.count("\n", 0, place) + 1)


def _find_number(text: str) -> int | None:
    """The first place of 16 or 18 digits that a NIK or a NIP could have.

    Runs of digits are measured all at once: a page holds tens of thousands of them, in drawings.
    """
    codes = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32)
    digit = np.concatenate(([False], (codes >= ord("0")) & (codes <= ord("9")), [False]))
    edges = np.flatnonzero(digit[1:] != digit[:-1])
    starts, sizes = edges[::2], edges[1::2] - edges[::2]
    whole = [(int(starts[i]), int(sizes[i])) for i in np.flatnonzero((sizes == 16) | (sizes == 18))]
    parted = np.ones(max(0, len(sizes) - 3), dtype=bool)
    for step, size in enumerate(_NIP_PARTS):
        parted &= sizes[step : len(sizes) - 3 + step] == size
    whole += [(int(starts[i]), int(starts[i + 3] + 3 - starts[i])) for i in np.flatnonzero(parted)]
    for start, size in sorted(whole):
        digits = "".join(filter(str.isdigit, text[start : start + size]))
        apart = len(digits) == size or (size == _PARTED and not _NOT_APART.search(text[start : start + size]))
        before, after = text[max(0, start - 1) : start], text[start + size : start + size + 2]
        alone = not _JOINED_BEFORE.match(before) and not _JOINED_AFTER.match(after)
        if apart and alone and (_is_nip(digits) if len(digits) == 18 else _is_nik(digits)):
            return start
    return None


def _is_nip(digits: str) -> bool:
    return _is_date(digits[:8]) and digits[8:12].startswith(("19", "20")) and digits[14] in "12"


def _is_nik(digits: str) -> bool:
    day = int(digits[6:8])
    day -= _WOMAN if day > _WOMAN else 0
    return (
        int(digits[:2]) in _PROVINCES and _is_date(f"2000{digits[8:10]}{day:02d}") and digits[12:] != "0000"
    )


def _is_date(digits: str) -> bool:
    try:
        datetime.date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return False
    return True


def _find_phone(text: str) -> int | None:
    """The first mobile number: 08…, 62 8… or +62 8…, with at least nine digits."""
    for match in _PHONE.finditer(text):
        start = match.start()
        if start and _PHONE_BEGINS.search(text[max(0, start - 6) : start]):
            return start
    return None


def _find_email(text: str) -> int | None:
    for match in _EMAIL.finditer(text):
        before = text[max(0, match.start() - 1) : match.start()]
        if before.isalnum() or before in ("_", "-", "+", "."):
            return match.start()
    return None


def _find_pseudonym(text: str) -> int | None:
    return _first(_PSEUDONYM, text, not_after=re.compile(r"[\w+/=\-]"))


def _find_path(text: str) -> int | None:
    place = _first(_PATH, text, not_after=re.compile(r"[\w.:/<\\]"))
    return _first(_DRIVE, text) if place is None else place


def _first(pattern: re.Pattern[str], text: str, *, not_after: re.Pattern[str] | None = None) -> int | None:
    """The first match that does not stand right after a character that makes it part of something else."""
    for match in pattern.finditer(text):
        before = text[max(0, match.start() - 1) : match.start()]
        if not_after is None or not not_after.match(before):
            return match.start()
    return None


_FINDERS: Final[dict[str, Callable[[str], int | None]]] = {
    "number": _find_number,
    "phone": _find_phone,
    "email": _find_email,
    "pseudonym": _find_pseudonym,
    "path": _find_path,
    "traceback": lambda text: _first(_TRACEBACK, text) if "Traceback" in text or ", line " in text else None,
}


def _embedded(text: str) -> Iterator[bytes]:
    """The text inside of pictures that stand in a file."""
    for pattern in (_EMBEDDED, _PICTURE):
        for match in pattern.finditer(text):
            try:
                content = base64.b64decode(match.group(1).replace("\\n", ""))
            except (binascii.Error, ValueError):
                continue
            yield b"\n".join(read_notes(content)) if content.startswith(_PNG) else content


def read_notes(picture: bytes) -> Sequence[bytes]:
    """What a PNG file says besides its pixels: its text, its EXIF data, its time."""
    notes: list[bytes] = []
    position = len(_PNG)
    while position + 8 <= len(picture):
        length = int.from_bytes(picture[position : position + 4], "big")
        kind = picture[position + 4 : position + 8]
        content = picture[position + 8 : position + 8 + length]
        if kind in _NOTES:
            notes.append(_inflated(content) if kind == b"zTXt" else content)
        position += 12 + length
    return notes


def _inflated(content: bytes) -> bytes:
    keyword, _, packed = content.partition(b"\0")
    try:
        return keyword + b" " + zlib.decompressobj().decompress(packed[1:], 100_000)
    except zlib.error:
        return content
