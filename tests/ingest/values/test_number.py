"""Numbers: what is certain is read, what could mean two things is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asn_research.contract.column import TABLES, Column
from asn_research.ingest.values.value import Cells, Notation, read_cells

SCORE = TABLES["assessments"]["score"]
MONEY = TABLES["budgets"]["planned_idr"]
SEATS = TABLES["courses"]["seats"]
HOURS = TABLES["courses"]["hours_jp"]
YEARS = TABLES["participants"]["service_years"]
SHARE = TABLES["projects"]["physical_progress_share"]
YEAR = TABLES["budgets"]["year"]


def read(column: Column, *cells: object, heading: str = "", notation: Notation | None = None) -> list[object]:
    """Values of cells of one column, or the reason code where there is none."""
    found = read_cells(Cells.of(cells), column, notation=notation or Notation(), heading=heading)
    return [reason or value for value, reason in zip(found.values, found.reasons, strict=True)]


@pytest.mark.parametrize(
    ("column", "cell", "meant"),
    [
        (SCORE, 85, 85.0),
        (SCORE, 85.5, 85.5),
        (SCORE, "85,5", 85.5),
        (SCORE, "85.5", 85.5),
        (SCORE, " 85,50\u00a0", 85.5),
        (SCORE, "'85", 85.0),
        (SCORE, "85%", 85.0),
        (SCORE, "78.500", 78.5),  # 78,500 points are impossible, so these are decimals
        (SCORE, "12,125", 12.125),
        (SCORE, "100", 100.0),
        (SCORE, "85 poin", 85.0),
        (MONEY, "Rp 1.250.000", 1250000.0),
        (MONEY, "Rp1.250.000,00", 1250000.0),
        (MONEY, "Rp. 1.250.000,-", 1250000.0),
        (MONEY, "IDR 1,250,000.00", 1250000.0),
        (MONEY, "1 250 000", 1250000.0),
        (MONEY, "1.250", 1250.0),  # rupiah have no thousandths
        (MONEY, "Rp 1,5 juta", 1500000.0),
        (MONEY, "12,25 M", 12250000000.0),
        (MONEY, 1250000, 1250000.0),
        (HOURS, "24 JP", 24.0),
        (HOURS, "16 jam pelajaran", 16.0),
        (YEARS, "12 tahun 6 bulan", 12.5),
        (YEARS, "7 thn", 7.0),
        (SEATS, "30 orang", 30.0),
        (SEATS, 30.0, 30.0),
        (YEAR, "TA 2025", 2025.0),
        (YEAR, 2025.0, 2025.0),
        (SHARE, "85%", 0.85),
        (SHARE, "85,5 %", 0.855),
        (SHARE, 0.85, 0.85),
    ],
)
def test_plain_readings(column: Column, cell: object, meant: float) -> None:
    assert read(column, cell) == [pytest.approx(meant, rel=1e-12, abs=0)]


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        (SCORE, 105, "out_of_range"),
        (SCORE, "0,805", "fraction"),  # perhaps 80,5 as a share
        (SCORE, 0.8, "fraction"),
        (SCORE, "1.000", "number_ambiguous"),
        (MONEY, "15,000.000", "number_ambiguous"),  # rupiah have no thousandths
        (SCORE, "105", "out_of_range"),
        (SCORE, -1, "out_of_range"),
        (SCORE, "8O", "not_a_number"),
        (SCORE, ">90", "not_a_number"),
        (SCORE, "85-90", "not_a_number"),
        (SCORE, "85/90", "not_a_number"),
        (SCORE, "8,5,5", "not_a_number"),
        (SCORE, "#DIV/0!", "spreadsheet_error"),
        (SCORE, "#N/A", "spreadsheet_error"),
        (SCORE, "=A1+1", "formula"),
        (SCORE, True, "not_a_number"),
        (SCORE, "delapan puluh", "not_a_number"),
        (MONEY, "1,5E+09", "number_precision_lost"),
        (MONEY, "1.250 juta", "number_ambiguous"),
        (MONEY, "1.25.000", "not_a_number"),
        (HOURS, "1.250", "number_ambiguous"),
        (SEATS, "12,5", "not_an_integer"),
        (YEAR, "2024/2025", "not_a_year"),
        (SHARE, "120%", "out_of_range"),
    ],
)
def test_refusals(column: Column, cell: object, reason: str) -> None:
    assert read(column, cell) == [reason]


def test_a_score_of_a_hundred_points_is_read_where_no_other_stands_over_less() -> None:
    assert read(SCORE, "85/100", "90,5/100", 70) == [85.0, 90.5, 70.0]
    assert read(SCORE, "85/100", "17/20") == ["not_a_number", "not_a_number"]


def test_out_of_range_settles_what_three_digits_mean() -> None:
    assert read(SCORE, "78,000", "80.5", "70,5") == [78.0, 80.5, 70.5]


def test_stars_and_boxes_are_not_nothing() -> None:
    assert read(SCORE, "★★★★", "☑", "*") == ["not_a_number"] * 3


@pytest.mark.parametrize(
    "cell",
    ["", "-", "–", "n/a", "N/A", "tidak hadir", "Tidak Hadir ", "absen", " ", "\u00a0", ".", None, "--"],
)
def test_missing(cell: object) -> None:
    assert read(SCORE, cell) == [None]


def test_the_column_decides_about_thousands() -> None:
    assert read(HOURS, "1.250", "12,5") == ["out_of_range", 12.5]
    assert read(HOURS, "1.250", "12.5") == [1.25, 12.5]
    assert read(HOURS, "1.250", "12.5", "7,25") == ["number_ambiguous", 12.5, 7.25]


def test_the_sheet_decides_where_the_column_does_not() -> None:
    assert read(HOURS, "1.250", notation=Notation(decimals=frozenset({"."}))) == [1.25]


def test_shares_of_a_column_are_read_alike() -> None:
    assert read(SHARE, 85, 100, 40) == [0.85, 1.0, 0.4]
    assert read(SHARE, 0.85, 1, 0) == [0.85, 1.0, 0.0]
    assert read(SHARE, 85, 0.5) == [0.85, "share_ambiguous"]
    assert read(SHARE, 0.5, 1, heading="Progres (%)") == ["share_ambiguous", "share_ambiguous"]
    assert read(SHARE, 50, 1, heading="Progres (%)") == [0.5, 0.01]


@given(st.integers(0, 10**12), st.sampled_from([".", ",", " "]))
def test_grouped_money_reads_back(amount: int, separator: str) -> None:
    assert read(MONEY, f"Rp {amount:,}".replace(",", separator)) == [float(amount)]


@given(st.integers(100, 10000), st.sampled_from([".", ","]), st.integers(1, 2))
def test_scores_read_back_in_either_notation(hundredths: int, sign: str, digits: int) -> None:
    text = f"{hundredths / 100:.{digits}f}".replace(".", sign)
    assert read(SCORE, text) == [pytest.approx(float(text.replace(",", ".")), rel=1e-12, abs=0)]


@given(st.one_of(st.text(max_size=30), st.integers(), st.floats(), st.booleans(), st.none(), st.dates()))
def test_anything_gives_a_number_in_range_or_a_reason(cell: object) -> None:
    (found,) = read(SCORE, cell)
    assert found is None or (isinstance(found, str) and found) or 0 <= found <= 100  # type: ignore[operator]


def test_endless_spaces_before_a_score_take_no_time() -> None:
    assert read(SCORE, "\u00a0" * 300_000 + "x", "\u00a085 / 100", "'90/100") == ["not_a_number", 85.0, 90.0]
