"""Cells: rounded the way each language writes numbers, and an en dash for what cannot be shown."""

from __future__ import annotations

import math

import pytest

from asn_research.findings.finding import Row
from asn_research.language import Language
from asn_research.tables.format import format_interval, format_people, format_value


@pytest.mark.parametrize(
    ("value", "unit", "sign", "id_text", "en_text"),
    [
        (8.43, "points", True, "+8,4", "+8.4"),
        (-0.04, "points", True, "0,0", "0.0"),
        (-1234.56, "points", False, "−1.234,6", "−1,234.6"),
        (0.625, "share", False, "62%", "62%"),
        (0.305, "sd", False, "0,30", "0.30"),
        (4.126, "scale", False, "4,13", "4.13"),
        (None, "points", False, "–", "–"),
        (math.nan, "share", False, "–", "–"),
        (math.inf, "points", False, "–", "–"),
        (True, "points", False, "–", "–"),
        ("12", "points", False, "–", "–"),
    ],
)
def test_values(value: object, unit: str, sign: bool, id_text: str, en_text: str) -> None:
    row: Row = {"estimate": value}  # type: ignore[dict-item]
    assert format_value(row, "estimate", unit, "id", sign=sign) == id_text
    assert format_value(row, "estimate", unit, "en", sign=sign) == en_text


@pytest.mark.parametrize(("language", "text"), [("id", "−0,4 s.d. 2,0"), ("en", "−0.4 to 2.0")])
def test_an_interval_does_not_break_over_lines(language: Language, text: str) -> None:
    cell = format_interval({"conf_low": -0.4, "conf_high": 2.0}, "points", language)
    assert " " not in cell
    assert cell.replace("\N{NO-BREAK SPACE}", " ") == text


@pytest.mark.parametrize("row", [{}, {"conf_low": 1.0}, {"conf_low": math.nan, "conf_high": 2.0}])
def test_half_an_interval_is_none(row: Row) -> None:
    assert format_interval(row, "points", "id") == "–"


def test_people_have_thousands_separators() -> None:
    assert format_people({"n": 1240}, "n", "id") == "1.240"
    assert format_people({"n": 1240}, "n", "en") == "1,240"
    assert format_people({"n": None}, "n", "id") == "–"


@pytest.mark.parametrize(
    ("low", "high", "unit", "text"),
    [
        (0.02, 4.31, "points", "0.02 to 4.31"),
        (-3.1, -0.004, "points", "−3.100 to −0.004"),
        (-1.2, 0.0, "points", "−1.2 to 0.0"),
        (0.002, 0.31, "share", "0.2% to 31.0%"),
        (0.00001, 1.0, "points", "0.0000 to 1.0000"),
    ],
)
def test_an_end_near_zero_shows_on_which_side_it_lies(low: float, high: float, unit: str, text: str) -> None:
    cell = format_interval({"conf_low": low, "conf_high": high}, unit, "en")
    assert cell.replace("\N{NO-BREAK SPACE}", " ") == text
