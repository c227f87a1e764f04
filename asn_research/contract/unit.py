"""Units and scales that headings name: those of a column or others, thousands or millions of rupiah."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Final

from asn_research.contract.column import Column, Kind
from asn_research.contract.word import spell_out

_BRACKETS: Final = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
_RANGE: Final = re.compile(r"\b(\d{1,3})\s*(?:-|–|—|s/d|s\.d\.|sd|sampai|to)\s*(\d{1,3})\b")
_SCALE: Final = re.compile(r"\bskala\s*(\d{1,3})\b")
_CLOCK: Final = re.compile(r"\b60\s*(?:menit|minutes?|mnt|min|')", re.IGNORECASE)
_UNITS: Final = {
    "jp": "jp", "jpl": "jp", "jam": "hours", "hours": "hours", "hour": "hours", "menit": "minutes",
    "minutes": "minutes", "hari": "days", "days": "days", "day": "days", "minggu": "weeks", "weeks": "weeks",
    "bulan": "months", "months": "months", "tahun": "years", "years": "years", "year": "years",
    "sesi": "sessions", "kali": "sessions", "x": "sessions", "pertemuan": "sessions", "sessions": "sessions",
    "orang": "people", "peserta": "people", "kursi": "people", "people": "people", "poin": "points",
    "point": "points", "points": "points",
}  # fmt: skip
_ALLOWED: Final = {
    "jp": {"jp", "hours"}, "hours": {"hours"}, "days": {"days"}, "years": {"years"}, "points": {"points"},
}  # fmt: skip
_COUNTS: Final = {
    "sessions_held": {"sessions", "days"}, "sessions_attended": {"sessions", "days"}, "seats": {"people"},
    "planned_participants": {"people"},
}  # fmt: skip
_THOUSANDS: Final = re.compile(r"(?:^|[\s.x×])(?:1[.,]?)?000$", re.IGNORECASE)
_SCALES: Final = (
    (1e3, frozenset({"ribu", "ribuan", "rb", "thousand", "thousands"})),
    (1e6, frozenset({"juta", "jutaan", "jt", "million", "millions"})),
    (1e9, frozenset({"miliar", "milyar", "miliaran", "milyaran", "billion", "billions"})),
)


def allowed_units(column: Column) -> set[str]:
    """The kinds of units in which a column may be written; empty where it has none."""
    return _COUNTS.get(column.name) or _ALLOWED.get(column.unit, set())


def find_unit(word: str) -> str | None:
    """The kind of unit that a word stands for.

    >>> find_unit("Hari"), find_unit("JPL")
    ('days', 'jp')
    """
    return _UNITS.get(spell_out(word))


def contradicts(heading: str, column: Column) -> bool:
    """Whether a heading says in brackets that its numbers have another unit or scale than the column.

    Examples
    --------
    >>> from asn_research.contract.column import TABLES
    >>> contradicts("Durasi (hari)", TABLES["courses"]["hours_jp"])
    True
    >>> contradicts("Nilai (0-100)", TABLES["assessments"]["score"])
    False
    >>> contradicts("Nilai (skala 1-10)", TABLES["assessments"]["score"])
    True
    """
    if column.kind is Kind.MONEY:
        return "%" in heading or "persen" in spell_out(heading)
    if column.kind not in {Kind.NUMBER, Kind.INTEGER}:
        return False
    if column.unit == "jp" and _CLOCK.search(heading):
        return True
    inside = " ".join(_BRACKETS.findall(heading))
    tops = {int(match.group(2)) for match in _RANGE.finditer(inside)}
    tops |= {int(match.group(1)) for match in _SCALE.finditer(spell_out(heading))} if not tops else set()
    bounded = column.minimum is not None and column.maximum in {4, 5, 100}
    if bounded and tops and column.maximum not in tops:
        return True
    if column.maximum != 100 and ("%" in heading or "persen" in spell_out(heading)):
        return True
    units = {unit for word in spell_out(inside).split() if (unit := _UNITS.get(word))}
    allowed = allowed_units(column)
    return bool(units and allowed and not units & allowed)


def find_rupiah_scale(texts: Iterable[str]) -> float:
    """By how much the amounts below are to be multiplied: ``(dalam jutaan rupiah)`` means a million.

    The first text that names a scale together with rupiah, or in brackets, decides.

    >>> find_rupiah_scale(["Pagu (Rp juta)"]), find_rupiah_scale(["Pagu (Rp)"])
    (1000000.0, 1.0)
    """
    for text in texts:
        if any(_THOUSANDS.search(part) for part in _BRACKETS.findall(text)):
            return 1e3
        words = spell_out(text).split()
        # "Rp 500 juta" is an amount, not a scale
        said = {word for before, word in pairwise(["", *words]) if not before.isdigit()}
        inside = set(spell_out(" ".join(_BRACKETS.findall(text))).split())
        for scale, names in _SCALES:
            if said & names and (inside & names or said & {"rp", "rupiah", "idr", "dalam"}):
                return scale
    return 1.0
