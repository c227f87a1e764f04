"""The file behind a figure holds what findings.json holds, and nothing a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from urllib.parse import unquote

import pytest

from asn_research.findings.finding import Cell, Finding, Status
from asn_research.language import LANGUAGES, Language
from asn_research.reports.exhibits.download import csv_text, make_download

ROWS: tuple[dict[str, Cell], ...] = (
    {"label_code": "method:lecture", "estimate": -1.5, "conf_low": None, "n": 12},
    {"label": "Sekretariat, Bagian \u201cUmum\u201d\nkota", "estimate": 0.1 + 0.2, "conf_low": -2.0, "n": 30},
    {"label": "=HYPERLINK(1)", "estimate": 1e-7, "flagged": True, "n": 11},
)


def found(rows: tuple[dict[str, Cell], ...] = ROWS) -> Finding:
    return Finding(question="attendance", region="kota_a", period="2025", status=Status.ESTIMATED, rows=rows)


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_are_those_of_the_finding_to_the_last_digit(language: Language) -> None:
    for row, written in zip(ROWS, read(csv_text(found(), language)), strict=True):
        assert float(written["estimate"]) == row["estimate"]
        assert int(written["n"]) == row["n"]
        low = row.get("conf_low")
        assert written["conf_low"] == ("" if low is None else repr(low))


def test_names_are_in_the_language_of_the_page() -> None:
    assert next(row["nama"] for row in read(csv_text(found(), "id"))) == "Ceramah"
    assert next(row["name"] for row in read(csv_text(found(), "en"))) == "Lecture"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_text_is_taken_for_a_formula(start: str) -> None:
    hostile: dict[str, Cell] = {"label": f"{start}cmd|' /C calc'!A0", "title": f"{start}1+1", "n": 20}
    [row] = read(csv_text(found((hostile,)), "id"))
    assert all(row[name].startswith("'") for name in ("nama", "title"))


def test_commas_quotes_and_lines_stay_in_their_cell() -> None:
    names = [row["nama"] for row in read(csv_text(found(), "id"))]
    assert names[1].replace("\r\n", "\n") == ROWS[1]["label"]


def test_the_file_has_a_name_and_stands_in_an_address_without_a_network() -> None:
    download = make_download(found(), "en")
    assert download is not None
    assert download.name == "kota_a_2025_attendance.csv"
    kind, _, content = download.address.partition(",")
    assert kind == "data:text/csv;charset=utf-8"
    assert unquote(content) == "\ufeff" + csv_text(found(), "en")
    assert not set('"<>\n\r\t#&%') & set(content.replace("%", ""))


def test_there_is_no_file_without_rows() -> None:
    assert make_download(found(()), "id") is None
