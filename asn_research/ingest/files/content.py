"""What a file really holds, by its first bytes, whatever its name says."""

from __future__ import annotations

import mmap
from enum import StrEnum
from pathlib import Path
from typing import Final

_LOOKED_AT: Final = 4_096
_OLE: Final = bytes.fromhex("d0cf11e0a1b11ae1")
_ZIPS: Final = (b"PK\x03\x04", b"PK\x05\x06")


class Content(StrEnum):
    """Kinds of content; the catalogue names them under ``intake.kind_…``."""

    ZIP = "zip"
    XLS = "xls"
    XLSX = "xlsx"
    HTML = "html"
    XML = "xml"
    PDF = "pdf"
    RTF = "rtf"
    TEXT = "text"
    EMPTY = "empty"
    UNKNOWN = "unknown"


def find_content(path: Path) -> Content:
    """The kind of content of a file."""
    with path.open("rb") as stream:
        start = stream.read(_LOOKED_AT)
    if not start:
        return Content.EMPTY
    if start.startswith(_ZIPS):
        return Content.ZIP
    if start.startswith(_OLE):
        return Content.XLS
    if start.startswith(b"%PDF"):
        return Content.PDF
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith(b"{\\rtf"):
        return Content.RTF
    if text.startswith((b"<!doctype html", b"<html", b"<table", b"<head", b"<body")):
        return Content.HTML
    if text.startswith(b"<?xml"):
        return Content.HTML if b"<html" in text else Content.XML
    if start.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" not in start:
        return Content.TEXT
    return Content.UNKNOWN


def holds(path: Path, mark: bytes) -> bool:
    """Whether some bytes stand anywhere in a file that is not empty."""
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return content.find(mark) >= 0
