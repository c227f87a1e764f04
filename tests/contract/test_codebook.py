"""The codebook says what the contract says, in both languages, on a page that asks nothing of a network."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from bs4 import BeautifulSoup

from asn_research.contract.codebook import codebook_html, write_codebook_workbook
from asn_research.contract.column import TABLES


@pytest.mark.parametrize("language", ["id", "en"])
def test_page_names_every_column_once_in_its_table(language: str) -> None:
    page = BeautifulSoup(codebook_html(language), "html.parser")
    assert page.html is not None
    assert page.html["lang"] == language
    assert len(page.find_all("h1")) == 1
    for table in TABLES.values():
        heading = page.find(id=table.name)
        assert heading is not None
        rows = heading.find_next("tbody").find_all("th")  # type: ignore[union-attr]
        assert tuple(row.get_text() for row in rows) == table.names


def test_page_is_self_contained() -> None:
    text = codebook_html()
    assert "default-src 'none'" in text
    assert "http://" not in text
    assert "https://" not in text


def test_workbook_holds_every_column_and_is_the_same_twice(tmp_path: Path) -> None:
    one, two = tmp_path / "1.xlsx", tmp_path / "2.xlsx"
    write_codebook_workbook(one)
    write_codebook_workbook(two)
    assert one.read_bytes() == two.read_bytes()
    sheet = openpyxl.load_workbook(one).worksheets[0]
    names = [row[1] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert names == [name for table in TABLES.values() for name in table.names]
