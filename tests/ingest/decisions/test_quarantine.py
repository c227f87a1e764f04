"""The workbook in which an office decides about its rows."""

from __future__ import annotations

import tempfile

import openpyxl
import pytest

from asn_research.ingest.decisions import page
from asn_research.ingest.decisions.correction import ENTERED, is_decision_sheet
from asn_research.ingest.files.cell import neutralise
from asn_research.ingest.files.source import Grid
from asn_research.language.catalogue import has_phrase, read_messages

from ..office import PEOPLE, Office, read_lines


def _taken(office: Office) -> None:
    office.defaults(without=["enrolments"])
    office.csv(
        "hadir.csv",
        [
            ["NIP", "Kode Pelatihan", "Jumlah Sesi", "Hadir"],
            [PEOPLE[0], "C1", 10, 8], [PEOPLE[0], "C1", 10, 8], [PEOPLE[1], "C1", 10, "=HYPERLINK(A1)"],
            [PEOPLE[2], "+C9", 10, 8], [f"'{PEOPLE[3]}", "C1", 10, 8],
        ],
    )  # fmt: skip
    office.take_in()


def test_rows_with_their_cells_reasons_and_empty_decisions(office: Office) -> None:
    _taken(office)
    book = openpyxl.load_workbook(office.processed / "quarantine.xlsx")
    rows = read_lines(book["karantina"])
    shown = [tuple(row[n] for n in ("Baris", "Berkas", "Sel", "Kode alasan", "Isi sel")) for row in rows]
    assert shown == [
        (5, "hadir.csv", "B5", "unknown_course", "'+C9"),
        (4, "hadir.csv", "D4", "formula", "'=HYPERLINK(A1)"),
    ]
    assert {row[name] for row in rows for name in ENTERED} == {None}
    assert rows[0]["Isi baris"] == f"NIP: {PEOPLE[2]}; Kode Pelatihan: +C9; Jumlah Sesi: 10; Hadir: 8"


def test_duplicates_and_repairs_have_their_sheets(office: Office) -> None:
    _taken(office)
    book = openpyxl.load_workbook(office.processed / "quarantine.xlsx")
    assert [row["Baris"] for row in read_lines(book["duplikat"])] == [3]
    assert [row["Baris"] for row in read_lines(book["perbaikan"])] == [6]
    assert office.account["repairs"] == {"apostrophe": 1}


def test_rows_that_a_sheet_has_no_room_for_stand_in_further_ones(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "MOST_ROWS", 1)
    _taken(office)
    book = openpyxl.load_workbook(office.processed / "quarantine.xlsx")
    assert [name for name in book.sheetnames if name.startswith("karantina")] == ["karantina", "karantina 2"]
    first, second = (read_lines(book[name]) for name in ("karantina", "karantina 2"))
    assert [row["Baris"] for row in [*first, *second]] == [5, 4]
    assert all(is_decision_sheet(grid) for grid in _grids(book) if grid.sheet.startswith("karantina"))


def _grids(book: openpyxl.Workbook) -> list[Grid]:
    return [Grid("quarantine.xlsx", sheet.title, [list(row) for row in sheet.values]) for sheet in book]


def test_no_cell_is_a_formula(office: Office) -> None:
    _taken(office)
    book = openpyxl.load_workbook(office.processed / "quarantine.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert neutralise("@SUM(1)") == "'@SUM(1)"


def test_the_same_files_make_the_same_bytes(office: Office) -> None:
    _taken(office)
    first = {path.name: path.read_bytes() for path in office.processed.iterdir()}
    office.take_in()
    assert {path.name: path.read_bytes() for path in office.processed.iterdir()} == first


def test_nothing_of_it_is_written_anywhere_else(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of a workbook among temporary files stay there when a disk is full, with people in them."""
    monkeypatch.setattr(tempfile, "tempdir", str(office.processed / "nowhere"))
    _taken(office)
    assert (office.processed / "quarantine.xlsx").is_file()


def test_every_reason_and_repair_has_its_sentence() -> None:
    """The codes in the code of the rooms that give them, against the catalogue."""
    import re
    from importlib.resources import files
    from pathlib import Path

    package = Path(str(files("asn_research")))
    rooms = [file for room in ("contract", "ingest") for file in sorted((package / room).rglob("*.py"))]
    code = "".join(file.read_text(encoding="utf-8") for file in rooms)
    reasons = set(re.findall(r'reason="([a-z_]+)"', code))
    assert reasons
    assert [reason for reason in reasons if not has_phrase(f"intake.reason_{reason}")] == []
    stated = {
        key.removeprefix("intake.reason_") for key in read_messages() if key.startswith("intake.reason_")
    }
    assert [reason for reason in stated if f'"{reason}"' not in code] == []
