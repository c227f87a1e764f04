"""What became of one cell: a value, nothing, or the reason why it cannot be read."""

from __future__ import annotations

import re
import unicodedata
from typing import Any, Final, NamedTuple

from asn_research.contract.vocabulary import fold
from asn_research.ingest.files.cell import NO_RESULT

_SPACES: Final = re.compile(r"[\s\u00a0\u1680\u2000-\u200b\u202f\u205f\u2060\u3000\ufeff]+")
_MISSING: Final = frozenset(
    fold(word)
    for word in (
        "n/a", "na", "n.a.", "nan", "null", "none", "kosong", "nihil", "tidak ada", "tdk ada", "tidak hadir",
        "tdk hadir", "absen", "tidak ikut", "tidak mengikuti", "tidak mengisi", "tidak menjawab",
        "tidak dinilai",
        "belum dinilai", "belum ada", "belum", "tidak tersedia", "tidak diketahui", "tidak ikut tes",
        "tidak mengikuti tes", "tidak ada data", "belum selesai", "missing", "absent", "not available",
        "did not attend", "no answer", "th", "tad", "tidak ada nilai", "belum mengisi", "tidak berlaku",
        "not applicable", "unknown", "blank", "dalam proses", "masih proses", "sedang diproses",
        "masih diproses", "on progress", "in progress", "sda", "s.d.a.", "idem", "ditto", "sama dengan atas",
        "sama dengan di atas", "sama seperti di atas", "idem di atas", "same as above",
    )
)  # fmt: skip
_ERRORS: Final = frozenset(
    [
        "#DIV/0!",
        "#N/A",
        "#NAME?",
        "#NULL!",
        "#NUM!",
        "#REF!",
        "#VALUE!",
        "#GETTING_DATA",
        "#SPILL!",
        "#CALC!",
        "#ERROR!",
        "#FIELD!",
        "#BLOCKED!",
    ]
)


_DIGITS: Final = "0123456789"
_STROKES: Final = frozenset("-‐‑‒–—―−_.,:;?/\\|'\"`´‘’“”…·•~=()[]")
"""What is typed where there is nothing to say. Stars, boxes and other signs may be answers."""


class Reading(NamedTuple):
    """The value of a cell; or the reason code why there is none; and the kind of repair that was made."""

    value: Any = None
    reason: str = ""
    repair: str = ""


def clean(text: str) -> str:
    """Text with all kinds of spaces as single blanks, without those at its ends, in composed letters.

    >>> clean("  III/a\\u00a0 ")
    'III/a'
    """
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    return _SPACES.sub(" ", unicodedata.normalize("NFC", text)).strip()


def is_missing(value: Any) -> bool:
    """Whether a cell says that there is no value: empty, a dash, or words such as ``tidak hadir``."""
    if value is None:
        return True
    if not isinstance(value, str):
        return isinstance(value, float) and value != value
    if value[:1] in _DIGITS and value:  # no word for a missing value begins with a digit
        return False
    text = clean(value).lstrip("'’").strip()
    return _STROKES.issuperset(text.replace(" ", "")) or fold(text) in _MISSING


def is_blank(value: Any) -> bool:
    """Whether a cell holds nothing at all."""
    return value is None or (isinstance(value, str) and not clean(value))


def read_error(value: Any) -> str:
    """The reason code of a cell that holds a spreadsheet error or a formula, or an empty text."""
    if not isinstance(value, str) or ("#" not in value and "=" not in value):
        return ""
    text = clean(value)
    if text.upper() in _ERRORS:
        return "spreadsheet_error"
    if text == NO_RESULT or (text.startswith("=") and len(text) > 1):
        return "formula"
    return ""
