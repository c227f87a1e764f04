"""A value with its unit, short enough for a table cell or a label in a figure."""

from __future__ import annotations

from typing import Final

from asn_research.language.catalogue import Language
from asn_research.language.number import MISSING, format_number

_DIGITS: Final[dict[str, int]] = {
    "points": 1,
    "share": 0,
    "percentage_points": 0,
    "sd": 2,
    "scale": 2,
    "index": 2,
    "days": 1,
    "years": 1,
    "hours": 1,
    "idr": 0,
    "people": 0,
    "count": 0,
    "bound": 0,
}


def decimals_of(unit: str) -> int:
    """The decimals that a unit is written with; ``points per 10 percentage points`` are points.

    >>> decimals_of("points"), decimals_of("share")
    (1, 0)
    """
    return _DIGITS.get(unit.split(" per ")[0], 2)


def format_quantity(
    value: float | None,
    unit: str,
    language: Language,
    *,
    sign: bool = False,
    digits: int | None = None,
) -> str:
    """A value as its unit is written: shares (0 to 1) as percentages, others with a fixed number of decimals.

    ``digits`` overrides the decimals of the unit; an unknown unit has two, and ``points per 10 percentage
    points`` are points. Differences of shares have the unit ``percentage_points``. A missing value is an en
    dash.

    >>> format_quantity(0.634, "share", "id"), format_quantity(4.26, "points", "id", sign=True)
    ('63%', '+4,3')
    """
    if value is None:
        return MISSING
    decimals = decimals_of(unit) if digits is None else digits
    if unit == "percentage_points":
        return format_number(100 * value, language, digits=decimals, sign=sign)
    if unit == "share":
        text = format_number(100 * value, language, digits=decimals, sign=sign)
        return text if text == MISSING else f"{text}%"
    return format_number(value, language, digits=decimals, sign=sign)
