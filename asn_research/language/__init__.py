"""Words, numbers and dates in the two languages of the project: Indonesian (id) and English (en)."""

from asn_research.language.catalogue import LANGUAGES, Language, phrase
from asn_research.language.number import (
    format_count,
    format_date,
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
    "format_money",
    "format_month",
    "format_number",
    "format_p_value",
    "format_percent",
    "phrase",
]
