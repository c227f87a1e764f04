"""Numbers, money and dates the way each language writes them (Babel); a missing number is an en dash."""

from __future__ import annotations

import datetime
import math
from decimal import Decimal
from functools import cache

from babel import Locale
from babel.dates import format_date as babel_date

from asn_research.language.catalogue import Language

MISSING = "–"
_MINUS = "\N{MINUS SIGN}"
_NBSP = "\N{NO-BREAK SPACE}"


@cache
def _locale(language: Language) -> Locale:
    return Locale.parse("id_ID" if language == "id" else "en_GB")


@cache
def _separators(language: Language) -> dict[int, str]:
    """What a language writes where Python writes a comma between thousands and a point before decimals."""
    symbols = _locale(language).number_symbols["latn"]
    return str.maketrans({",": symbols["group"], ".": symbols["decimal"]})


def format_number(value: float, language: Language, *, digits: int = 1, sign: bool = False) -> str:
    """A number with a fixed number of decimals.

    >>> format_number(12.5, "id"), format_number(-1234.5, "en"), format_number(2.0, "id", sign=True)
    ('12,5', '−1,234.5', '+2,0')
    """
    if not math.isfinite(value):
        return MISSING
    rounded = round(float(value), digits) + 0.0
    text = f"{Decimal(repr(abs(rounded))):,.{digits}f}".translate(_separators(language))
    if rounded < 0:
        return _MINUS + text
    return "+" + text if sign and rounded > 0 else text


def format_count(value: float, language: Language) -> str:
    """A count of people or things, with thousands separators.

    >>> format_count(1240, "id")
    '1.240'
    """
    return format_number(value, language, digits=0)


def format_percent(share: float, language: Language, *, digits: int = 0) -> str:
    """A share (0 to 1) in words of percent: ``12,5 persen`` in Indonesian, ``12.5%`` in English."""
    if not math.isfinite(share):
        return MISSING
    text = format_number(100 * share, language, digits=digits)
    return f"{text}{_NBSP}persen" if language == "id" else f"{text}%"


def format_level(level: float, language: Language) -> str:
    """A confidence level (0 to 1) in words of percent, with one decimal only where it needs one.

    >>> format_level(0.95, "en"), format_level(0.99375, "en")
    ('95%', '99.4%')
    """
    digits = 0 if math.isclose(100 * level, round(100 * level), rel_tol=0.0, abs_tol=1e-9) else 1
    return format_percent(level, language, digits=digits)


def format_money(value: float, language: Language) -> str:
    """Rupiah without decimals: ``Rp 1.250.000`` or ``IDR 1,250,000``."""
    if not math.isfinite(value):
        return MISSING
    currency = "Rp" if language == "id" else "IDR"
    return f"{currency}{_NBSP}{format_number(value, language, digits=0)}"


def format_date(value: datetime.date, language: Language) -> str:
    """A date in full: ``3 Maret 2025`` or ``3 March 2025``."""
    return str(babel_date(value, format="d MMMM y", locale=_locale(language)))


def format_month(value: datetime.date, language: Language) -> str:
    """The month of a date, short: ``Mar 2025``."""
    return str(babel_date(value, format="MMM y", locale=_locale(language)))


def format_p_value(value: float, language: Language) -> str:
    """A p-value with its sign: ``p = 0,032`` or ``p < 0,001``."""
    if not math.isfinite(value):
        return f"p {MISSING}"
    if value < 0.001:
        return f"p < {format_number(0.001, language, digits=3)}"
    return f"p = {format_number(value, language, digits=3)}"
