"""Cells of tables: numbers rounded and written for readers; what may not or cannot be shown is an en dash."""

from __future__ import annotations

import math
from typing import Final

from asn_research.findings.finding import Row
from asn_research.findings.grounds.axis import number
from asn_research.findings.wordings.label import bound_mark
from asn_research.language import Language, format_count, phrase
from asn_research.language.number import MISSING, format_number
from asn_research.language.quantity import decimals_of, format_quantity

_MOST_FURTHER_DIGITS: Final = 3


def format_value(row: Row, column: str, unit: str, language: Language, *, sign: bool = False) -> str:
    """One number of a row in its unit.

    >>> format_value({"estimate": 8.43}, "estimate", "points", "id", sign=True)
    '+8,4'
    """
    text = format_quantity(number(row.get(column)), unit, language, sign=sign)
    return f"{bound_mark(row)}{text}" if unit == "share" and text != MISSING else text


def format_people(row: Row, column: str, language: Language) -> str:
    """One count of a row."""
    text = format_count(number(row.get(column)), language)
    return f"{bound_mark(row)}{text}" if column == "n" and "total" in row and text != MISSING else text


def format_p(row: Row, language: Language) -> str:
    r"""The p-value of a row: adjusted for its family where that is known.

    >>> format_p({"p_value": 0.0004}, "id"), format_p({"p_value": 0.01, "p_holm": 0.03}, "en")
    ('<\xa00,001', '0.030')
    """
    p = number(row.get("p_holm") if "p_holm" in row else row.get("p_value"))
    if 0.0 <= p < 0.001:
        return f"<\N{NO-BREAK SPACE}{format_number(0.001, language, digits=3)}"
    return format_number(p, language, digits=3)


def format_interval(
    row: Row,
    unit: str,
    language: Language,
    *,
    columns: tuple[str, str] = ("conf_low", "conf_high"),
    sign: bool = False,
) -> str:
    r"""The interval of a row as ``low to high``, which does not break over lines.

    As in sentences, both ends have more decimals where one would round to zero and hide its side of it.

    >>> format_interval({"conf_low": -0.4, "conf_high": 2.0}, "points", "id")
    '−0,4\xa0s.d.\xa02,0'
    """
    low, high = (number(row.get(name)) for name in columns)
    if row.get("unbounded") and not math.isnan(low):
        return phrase("figure.interval_open", language, low=format_quantity(low, unit, language, sign=sign))
    if math.isnan(low) or math.isnan(high):
        return MISSING
    digits = _clear_digits((low, high), unit)
    ends = (format_quantity(end, unit, language, sign=sign, digits=digits) for end in (low, high))
    return phrase("figure.interval", language, **dict(zip(("low", "high"), ends, strict=True)))


def _clear_digits(ends: tuple[float, float], unit: str) -> int:
    """The decimals at which no end of an interval rounds to zero, at most three more than the unit has."""
    scale = 100.0 if unit in ("share", "percentage_points") else 1.0
    digits = decimals_of(unit)
    most = digits + _MOST_FURTHER_DIGITS
    while digits < most and any(end != 0 and round(scale * end, digits) == 0 for end in ends):
        digits += 1
    return digits
