"""Dates: orders settled by the file, then by the region, never by a guess."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asn_research.contract.column import TABLES
from asn_research.ingest.values.date import Order, find_orders, read_date, read_span
from asn_research.ingest.values.value import Cells, Notation, read_cells

DAY = datetime.date(2025, 3, 4)
COLUMN = TABLES["assessments"]["date"]
MONTHS = [
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
]


def read(*cells: object, declared: Order | None = "day-first") -> list[object]:
    found = read_cells(Cells.of(cells), COLUMN, notation=Notation(declared=declared))
    return [reason or value for value, reason in zip(found.values, found.reasons, strict=True)]


@pytest.mark.parametrize(
    "cell",
    [
        DAY, datetime.datetime(2025, 3, 4, 13, 5), "2025-03-04", "2025/03/04", "2025-03-04T08:00:00",
        "4 Maret 2025", "04 Mar 2025", "4-Mar-25", "4 Mar. 2025", "Selasa, 4 Maret 2025", "March 4, 2025",
        "4 MARET 2025", "04/03/2025", "4.3.2025", "04-03-2025", "04/03/25", " 04/03/2025\u00a0",
        "04/03/2025 13:05:10", "04/03/2025 1:05 PM", "2025/03/04 1:05:10 PM GMT+7", "20250304", "'04/03/2025",
        "4 Maret 2025 pukul 08.00 WIB", "4th March 2025", "Hari Selasa, tanggal 4 Maret 2025",
    ],
)  # fmt: skip
def test_the_fourth_of_march(cell: object) -> None:
    assert read(cell) == [DAY]


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("31/02/2025", "date_impossible"), ("2025-13-01", "date_impossible"),
        ("Maret 2025", "date_incomplete"), ("Senin, 4 Maret 2025", "date_weekday"),
        ("Jum'at, 4 Maret 2025", "date_weekday"),
        ("2025", "not_a_date"), ("besok", "not_a_date"), ("4-6 Maret 2025", "date_span"),
        ("04/03/0025", "date_implausible"), (True, "not_a_date"), ("#REF!", "spreadsheet_error"),
        (datetime.time(3, 4), "not_a_date"), (12, "not_a_date"), ("04/03", "not_a_date"),
    ],
)  # fmt: skip
def test_no_date(cell: object, reason: str) -> None:
    assert read(cell) == [reason]


def test_days_of_a_workbook_that_counts_from_1904() -> None:
    serial = (DAY - datetime.date(1904, 1, 1)).days
    assert read_date(serial, order=None, late=True).value == DAY
    assert read_date(str(serial), order=None, late=True).reason == "date_ambiguous"


def test_serial_numbers_are_repaired() -> None:
    found = read_date(45720, order=None)
    assert (found.value, found.repair) == (DAY, "serial_date")
    assert read_date("45720", order=None).value == DAY


def test_other_dates_of_the_column_settle_the_order() -> None:
    assert read("03/04/2025", "25/03/2025") == [datetime.date(2025, 4, 3), datetime.date(2025, 3, 25)]
    assert read("03/04/2025", "03/25/2025") == [datetime.date(2025, 3, 4), datetime.date(2025, 3, 25)]


def test_contradicting_dates_settle_nothing() -> None:
    assert read("03/04/2025", "25/03/2025", "03/25/2025")[0] == "date_ambiguous"


def test_the_region_settles_what_the_file_leaves_open() -> None:
    assert read("03/04/2025", declared="month-first") == [DAY]
    assert read("03/04/2025", declared="day-first") == [datetime.date(2025, 4, 3)]
    assert read("03/04/2025", declared=None) == ["date_ambiguous"]
    assert read("05/05/2025", declared=None) == [datetime.date(2025, 5, 5)]


def test_a_half_converted_column_is_not_believed() -> None:
    turned = [datetime.date(2025, month, 3) for month in (4, 5, 6)]
    assert read(*turned, "25/03/2025", "17/04/2025")[:3] == ["date_half_converted"] * 3
    whole = [*turned, datetime.date(2025, 4, 29)]
    assert read(*whole, "25/03/2025") == [*whole, datetime.date(2025, 3, 25)]


@pytest.mark.parametrize(
    "cell",
    [
        "17 s.d. 19 Maret 2025", "17 s/d 19 Maret 2025", "17 sd 19 Maret 2025", "17 sampai 19 Maret 2025",
        "17 sampai dengan 19 Maret 2025", "17-19 Maret 2025", "17 – 19 Mar 2025", "17 hingga 19 Maret 2025",
        "17 s.d 19 Maret 2025", "17 to 19 March 2025", "17 Maret - 19 Maret 2025", "17s/d19 Maret 2025",
        "17 Maret 2025 s.d. 19 Maret 2025", "17/03/2025 - 19/03/2025", "17/03/2025-19/03/2025",
        "17-03-2025 s.d. 19-03-2025", "2025-03-17 s.d. 2025-03-19", "17-19/03/2025", "17 s.d. 19/3/2025",
        "Senin - Rabu, 17 - 19 Maret 2025", "Senin s.d. Rabu/17 s.d. 19 Maret 2025",
        "Senin, 17 Maret 2025 s.d. Rabu, 19 Maret 2025", "'17 s.d. 19 Maret 2025", "17 S.D. 19 MARET 2025",
    ],
)  # fmt: skip
def test_first_and_last_day_in_one_cell(cell: str) -> None:
    found = read_span(cell, order="day-first")
    assert found is not None
    assert found.value == (datetime.date(2025, 3, 17), datetime.date(2025, 3, 19))
    assert read(cell) == ["date_span"]


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("19 s.d. 17 Maret 2025", "dates_reversed"), ("30 Desember s.d. 2 Januari 2026", "dates_reversed"),
        ("30 s.d. 31 Februari 2025", "date_impossible"), ("31 s.d. 2 Februari 2025", "date_impossible"),
        ("Selasa - Rabu, 17 - 19 Maret 2025", "date_weekday"), ("17, 18, 19 Maret 2025", "not_a_date"),
        ("17 s.d. 19", "not_a_date"), ("Maret s.d. April 2025", "not_a_date"),
        ("17 s.d. 18 s.d. 19 Maret 2025", "not_a_date"),
        ("17 s.d. 19 Maret 2025 08.00 - 16.00", "not_a_date"),
    ],
)  # fmt: skip
def test_no_first_and_last_day(cell: str, reason: str) -> None:
    assert read(cell) == [reason]


def test_a_span_across_months_shares_its_year() -> None:
    found = read_span("28 Februari s.d. 2 Maret 2025", order="day-first")
    assert found is not None
    assert found.value == (datetime.date(2025, 2, 28), datetime.date(2025, 3, 2))


def test_a_span_waits_where_the_order_of_its_dates_is_open() -> None:
    assert read("03/04/2025 - 05/04/2025", declared=None) == ["date_ambiguous"]
    found = read_span("03/04/2025 - 05/04/2025", order="month-first")
    assert found is not None
    assert found.value == (datetime.date(2025, 3, 4), datetime.date(2025, 5, 4))


@pytest.mark.parametrize("cell", ["T" * 300_000, "1 Maret " + "9" * 5_000, "T," * 200_000, "17 - " * 60_000])
def test_endless_cells_are_no_dates_and_take_no_time(cell: str) -> None:
    assert read(cell) == ["not_a_date"]
    assert find_orders([cell]) == frozenset()


@given(st.dates(datetime.date(1990, 1, 1), datetime.date(2060, 12, 31)))
def test_dates_in_words_read_back(day: datetime.date) -> None:
    assert read(f"{day.day} {MONTHS[day.month - 1]} {day.year}") == [day]


@given(st.one_of(st.text(max_size=30), st.integers(), st.floats(), st.none()))
def test_anything_gives_a_plausible_date_or_a_reason(cell: object) -> None:
    (found,) = read(cell)
    assert found is None or isinstance(found, str) or 1940 <= found.year <= 2100  # type: ignore[attr-defined]
