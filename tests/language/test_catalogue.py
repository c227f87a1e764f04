"""Every message exists in both languages with the same fields; numbers are written as each language does."""

from __future__ import annotations

import datetime
import math
import string

import pytest

from asn_research.errors import InputError
from asn_research.language import (
    format_count,
    format_date,
    format_money,
    format_number,
    format_p_value,
    format_percent,
    phrase,
)
from asn_research.language.catalogue import read_messages


def fields_of(text: str) -> set[str]:
    return {name.split(".")[0] for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("key", sorted(read_messages()))
def test_both_languages_use_the_same_fields(key: str) -> None:
    texts = read_messages()[key]
    assert all(text.strip() for text in texts.values())
    assert fields_of(texts["id"]) == fields_of(texts["en"])


def test_unknown_message_and_missing_field_are_errors() -> None:
    with pytest.raises(InputError, match=r"term\.nothing"):
        phrase("term.nothing", "id")
    with pytest.raises(InputError, match="level"):
        phrase("term.interval", "id")


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (format_percent(0.125, "id", digits=1), "12,5\u00a0persen"),
        (format_percent(0.125, "en", digits=1), "12.5%"),
        (format_money(1250000, "id"), "Rp\u00a01.250.000"),
        (format_date(datetime.date(2025, 3, 3), "id"), "3 Maret 2025"),
        (format_date(datetime.date(2025, 3, 3), "en"), "3 March 2025"),
        (format_count(1240, "id"), "1.240"),
        (format_number(-0.04, "id"), "0,0"),
        (format_number(-2.5, "en"), "−2.5"),
        (format_number(2.5, "id", sign=True), "+2,5"),
        (format_number(math.nan, "id"), "–"),
        (format_p_value(0.0004, "id"), "p < 0,001"),
        (format_p_value(0.032, "en"), "p = 0.032"),
    ],
)
def test_numbers_are_written_as_the_language_does(made: str, expected: str) -> None:
    assert made == expected
