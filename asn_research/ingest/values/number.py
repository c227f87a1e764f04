"""Numbers as offices write them: decimal comma or point, thousands, percent, rupiah, units."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from asn_research.contract.column import Column, Kind
from asn_research.contract.unit import allowed_units, find_unit
from asn_research.ingest.values.reading import Reading, clean

_NUMBER: Final = re.compile(
    r"^(?P<money>rp\.?|idr)?\s*(?P<sign>[-−–+])?\s*(?P<body>\d[\d., ]*)\s*(?P<percent>%)?\s*"
    r"(?P<dash>,-|\.-|-)?\s*"
    r"(?P<scale>ribu|rb|juta|jt|milyar|miliar|m)?\s*(?P<unit>[a-z]+(?: pelajaran)?)?\.?$",
    re.IGNORECASE,
)
_TERM: Final = re.compile(
    r"^(?P<years>\d{1,2})\s*(?:tahun|thn|th)\.?\s*,?\s*(?P<months>\d{1,2})\s*(?:bulan|bln|bl)\.?$",
    re.IGNORECASE,
)
_SCALES: Final = {
    "ribu": 1e3, "rb": 1e3, "juta": 1e6, "jt": 1e6, "milyar": 1e9, "miliar": 1e9, "m": 1e9,
}  # fmt: skip
_UNITS: Final = frozenset(
    [
        "jp",
        "jam",
        "poin",
        "point",
        "points",
        "hari",
        "tahun",
        "thn",
        "th",
        "orang",
        "org",
        "peserta",
        "sesi",
        "kali",
        "x",
        "pertemuan",
        "menit",
        "persen",
        "kursi",
        "days",
        "hours",
        "years",
        "sessions",
        "people",
        "hr",
        "rupiah",
        "idr",
        "rp",
    ]
) | {"jam pelajaran"}
_OWN_SCALE: Final = re.compile(r"\d\s*(?:ribu|rb|juta|jt|milyar|miliar|m)\b", re.IGNORECASE)
_OUT_OF: Final = re.compile(
    r"^(?P<points>\d{1,3}(?:[.,]\d{1,2})?)(?: / | dari | out of )100(?:[.,]0{1,2})?$", re.IGNORECASE
)
"""Points out of a hundred, as forms write them; "80/100" without spaces may be two scores."""
_EXPONENT: Final = re.compile(r"^[-+]?\d(?:[.,]\d+)?e[+-]?\d+$", re.IGNORECASE)
_SMALL: Final = 100.0
"""Up to this maximum a reading as thousands is out of range, so that the other reading is certain."""

POINT: Final = "."
COMMA: Final = ","


def find_decimal(values: Iterable[Any]) -> frozenset[str]:
    """The decimal signs that the unambiguous numbers among some cells use.

    Examples
    --------
    >>> sorted(find_decimal(["85,5", "1.250.000", "90"]))
    [',']
    """
    signs = set()
    for value in values:
        if isinstance(value, str):
            match = _NUMBER.match(clean(value))
            sign = _decimal_sign(match.group("body").strip()) if match else None
            if sign:
                signs.add(sign)
    return frozenset(signs)


def _decimal_sign(body: str) -> str | None:
    """The decimal sign that a written number shows beyond doubt, if it shows one."""
    points, commas = body.count(POINT), body.count(COMMA)
    if points and commas:
        last = POINT if body.rfind(POINT) > body.rfind(COMMA) else COMMA
        return last if body.count(last) == 1 else None
    if points > 1 or commas > 1:
        return COMMA if points else POINT
    sign = POINT if points else COMMA if commas else None
    if sign is None:
        return None
    whole, fraction = body.split(sign)
    if len(fraction) != 3 or not 1 <= len(whole) <= 3 or whole.startswith("0"):
        return sign
    return None


def read_number(value: Any, column: Column, *, decimals: frozenset[str], scaled: bool = False) -> Reading:
    """The number in one cell of a column; ``decimals`` are the decimal signs that the column or file uses.

    ``scaled`` says that the numbers are thousands or millions, so that ``1.250`` may be a fraction.
    """
    if isinstance(value, bool):
        return Reading(reason="not_a_number")
    if isinstance(value, (int, float)):
        return _check(float(value), column)
    if not isinstance(value, str):
        return Reading(reason="not_a_number")
    text = clean(value)
    repair = "apostrophe" if text.startswith(("'", "’")) else ""
    text = text.lstrip("'’").strip()
    if _EXPONENT.match(text):
        return Reading(reason="number_precision_lost")
    span = _TERM.match(text)
    if span and column.unit == "years" and int(span.group("months")) < 12:
        return _check(int(span.group("years")) + int(span.group("months")) / 12, column)
    if column.unit == "points" and (part := _OUT_OF.match(text)):
        text = part.group("points")
    match = _NUMBER.match(text)
    if match is None or (match.group("unit") and match.group("unit").casefold() not in _UNITS):
        return Reading(reason="not_a_number")
    if match.group("scale") and column.kind is not Kind.MONEY:
        return Reading(reason="not_a_number")
    if _is_other_unit(match.group("unit"), column):
        return Reading(reason="wrong_unit")
    read = _read_body(
        match.group("body").strip(), column, decimals, scaled=scaled or bool(match.group("scale"))
    )
    if isinstance(read, str):
        return Reading(reason=read)
    return _finish(match, read, column, repair)


def _is_other_unit(word: str | None, column: Column) -> bool:
    """Whether a number is followed by a unit that its column is not in, as days are in hours."""
    unit, allowed = find_unit(word) if word else None, allowed_units(column)
    return bool(unit and allowed) and unit not in allowed


def scale_amount(reading: Reading, scale: float, value: Any) -> Reading:
    """An amount below a heading such as "(juta Rp)"; one that names its own scale stays as it is."""
    if scale == 1 or reading.value is None or (isinstance(value, str) and _OWN_SCALE.search(value)):
        return reading
    return Reading(reading.value * scale, reading.reason, reading.repair)


def _finish(match: re.Match[str], number: float, column: Column, repair: str) -> Reading:
    if match.group("sign") in {"-", "−", "–"}:
        number = -number
    if match.group("scale"):
        number *= _SCALES[match.group("scale").casefold()]
    percent = match.group("percent") or (match.group("unit") or "").casefold() == "persen"
    if percent:
        if column.kind is Kind.SHARE:
            number /= 100
        elif column.maximum == 100:
            repair = repair or "percent_sign"
        else:
            return Reading(reason="not_a_number")
    if match.group("money") and column.kind is not Kind.MONEY:
        repair = repair or "currency_sign"
    reading = _check(number, column)
    return Reading(reading.value, reading.reason, repair) if not reading.reason else reading


def _read_body(body: str, column: Column, decimals: frozenset[str], *, scaled: bool) -> float | str:
    """The digits as a number, or the reason why they are not one."""
    if " " in body:
        if not re.fullmatch(r"\d{1,3}(?: \d{3})+(?:[.,]\d{1,2})?", body):
            return "not_a_number"
        body = body.replace(" ", "")
    sign = _decimal_sign(body)
    if sign is not None:
        if column.kind is Kind.MONEY and not scaled and _has_thousandths(body, sign):
            return "number_ambiguous"
        return _with_decimal(body, sign)
    if POINT not in body and COMMA not in body:
        return float(body)
    if body.count(POINT) + body.count(COMMA) > 1:
        return "not_a_number"
    return _read_ambiguous(body, column, decimals, scaled=scaled)


def _has_thousandths(body: str, sign: str) -> bool:
    """Whether both signs stand before three digits, as in 15,000.000: rupiah have no thousandths."""
    return len(body.rpartition(sign)[2]) == 3 and any(other in body for other in {POINT, COMMA} - {sign})


def _read_ambiguous(body: str, column: Column, decimals: frozenset[str], *, scaled: bool) -> float | str:
    """One sign before exactly three digits, as in ``1.250``: thousands or decimals."""
    sign = POINT if POINT in body else COMMA
    thousands, decimal = float(body.replace(sign, "")), float(body.replace(sign, "."))
    if column.unit == "points" and len(body.partition(sign)[0]) == 1 and decimals != {sign}:
        return "number_ambiguous"  # 1.000 of 100 points is hardly one point
    if len(decimals) == 1:
        return decimal if sign in decimals else thousands
    if column.maximum is not None and column.maximum <= _SMALL and thousands > column.maximum:
        return decimal
    if decimals:
        return "number_ambiguous"
    return thousands if column.kind is Kind.MONEY and not scaled else "number_ambiguous"


def _with_decimal(body: str, sign: str) -> float | str:
    other = COMMA if sign == POINT else POINT
    whole, _, fraction = body.partition(sign)
    if other in whole and not re.fullmatch(rf"\d{{1,3}}(?:{re.escape(other)}\d{{3}})+", whole):
        return "not_a_number"
    if other in fraction or (fraction and not fraction.isdigit()):
        return "not_a_number"
    return float(f"{whole.replace(other, '')}.{fraction or '0'}")


def _check(number: float, column: Column) -> Reading:
    if number != number or number in (float("inf"), float("-inf")):
        return Reading(reason="not_a_number")
    if column.kind is Kind.INTEGER and not number.is_integer():
        return Reading(reason="not_an_integer")
    if column.kind is Kind.SHARE:
        return Reading(number)
    if (column.minimum is not None and number < column.minimum) or (
        column.maximum is not None and number > column.maximum
    ):
        return Reading(reason="out_of_range")
    return Reading(number)
