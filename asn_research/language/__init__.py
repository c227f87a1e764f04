"""Words, numbers and dates in the two languages of the project: Indonesian (id) and English (en).

What writes numbers and dates loads on first use, so that a command that only prints words costs little.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from asn_research.language.catalogue import LANGUAGES, Language, phrase

if TYPE_CHECKING:
    from asn_research.language.number import (
        format_count,
        format_date,
        format_level,
        format_money,
        format_month,
        format_number,
        format_p_value,
        format_percent,
    )

__all__ = [
    "LANGUAGES",
    "Language",
    "format_count",
    "format_date",
    "format_level",
    "format_money",
    "format_month",
    "format_number",
    "format_p_value",
    "format_percent",
    "phrase",
]


def __getattr__(name: str) -> Any:
    if name in __all__:
        value = getattr(import_module("asn_research.language.number"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
