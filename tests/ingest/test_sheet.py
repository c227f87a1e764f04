"""Workbooks of several sheets: hidden ones are read and told of, people on two of them are one person."""

from __future__ import annotations

import openpyxl
import pytest
from typer.testing import CliRunner

from asn_research.ingest.files.source import read_file

from .hostile import binary_workbook
from .office import ASSESSMENTS, PEOPLE, Office, Rows

HEAD = ["NIP", "OPD", "L/P", "Golongan", "Kelompok"]


def line(number: int, *, unit: str = "Dinas Contoh", grade: str = "III/a", sex: bool = True) -> list[str]:
    nip = PEOPLE[number]
    return [nip, unit, ("L" if nip[14] == "1" else "P") if sex else "", grade, "Peserta"]


def hide(office: Office, name: str, states: dict[str, str]) -> None:
    path = office.folder / "2025" / name
    book = openpyxl.load_workbook(path)
    for title, state in states.items():
        book[title].sheet_state = state
    book.save(path)


def part(wave: str) -> Rows:
    return [ASSESSMENTS[0], *[[*row[:4], wave, row[5]] for row in ASSESSMENTS[1:]]]


def test_hidden_sheets_are_read_like_others_and_named(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    from asn_research.cli import app

    office.defaults(without=["assessments"])
    office.workbook("n.xlsx", {"Depan": [["Rekap"]], "Pre": part("Pre"), "Post": part("Post")})
    hide(office, "n.xlsx", {"Pre": "hidden", "Post": "veryHidden"})
    office.take_in()
    assert sorted(office.table("assessments")["wave"].value_counts().items()) == [("post", 10), ("pre", 10)]
    assert office.account["hidden"] == [
        {"file": "n.xlsx", "sheet": "Pre", "table": "assessments"},
        {"file": "n.xlsx", "sheet": "Post", "table": "assessments"},
    ]
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    raw, away = str(office.root / "raw"), str(office.root / "processed")
    result = CliRunner().invoke(app, ["check", "contoh", "--raw", raw, "--processed", away])
    assert "a hidden sheet was read as Assessments too [n.xlsx › Pre]" in result.stdout
    assert "[n.xlsx › Post]" in result.stdout


def test_hidden_sheets_of_old_workbooks_are_known(office: Office) -> None:
    xlwt = pytest.importorskip("xlwt", reason="writes .xls files")
    book = xlwt.Workbook()
    for state, title in enumerate(("Satu", "Dua", "Tiga")):
        sheet = book.add_sheet(title)
        sheet.visibility = state
        sheet.write(0, 0, title)
    path = office.root / "a.xls"
    book.save(str(path))
    grids = read_file(path, folder=office.root).grids
    assert [(grid.sheet, grid.hidden, grid.rows) for grid in grids] == [
        ("Satu", False, [["Satu"]]), ("Dua", True, [["Dua"]]), ("Tiga", True, [["Tiga"]]),
    ]  # fmt: skip


@pytest.mark.parametrize("state", [0, 1, 2])
def test_hidden_sheets_of_binary_workbooks_are_known(office: Office, state: int) -> None:
    path = office.root / "a.xlsb"
    path.write_bytes(binary_workbook([["NIP", 7.5]], state=state))
    (grid,) = read_file(path, folder=office.root).grids
    assert (grid.hidden, grid.rows) == (state > 0, [["NIP", 7.5]])


def test_a_person_on_the_sheets_of_two_batches_is_one_person(office: Office) -> None:
    """Word for word again: a repeat. With less said: a repeat of the fuller row, also where that is later."""
    office.defaults(without=["participants"])
    first = [line(0), line(1), line(2, grade=""), line(3), *[line(n) for n in range(5, 10)]]
    second = [line(4), line(0), line(1, sex=False, grade=""), line(2), line(3, grade="III/b")]
    office.workbook("p.xlsx", {"Angkatan I": [HEAD, *first], "Angkatan II": [HEAD, *second]})
    office.take_in()
    counts = ("rows", "accepted", "quarantined", "duplicates")
    told = {sheet: office.entry("p.xlsx", sheet) for sheet in ("Angkatan I", "Angkatan II")}
    assert [told["Angkatan I"][name] for name in counts] == [9, 7, 1, 1]
    assert [told["Angkatan II"][name] for name in counts] == [5, 2, 1, 2]
    assert {(e["sheet"], e["row"]): e["reason"] for e in office.account["quarantine"]} == {
        ("Angkatan I", 5): "conflicting_repeat",
        ("Angkatan II", 6): "conflicting_repeat",
    }
    people = office.table("participants")
    assert people["person_id"].is_unique
    assert people["grade"].notna().all()
    assert [(s, r) for s, r in zip(people["source_sheet"], people["source_row"], strict=True)] == [
        *[("Angkatan I", row) for row in (2, 3, 6, 7, 8, 9, 10)],
        *[("Angkatan II", row) for row in (2, 5)],
    ]


def test_sheets_that_each_know_something_else_about_a_person_wait(office: Office) -> None:
    office.defaults(without=["participants"])
    first = [line(0, grade=""), *[line(n) for n in range(1, 10)]]
    office.workbook("p.xlsx", {"Angkatan I": [HEAD, *first], "Angkatan II": [HEAD, line(0, sex=False)]})
    office.take_in()
    assert {(e["sheet"], e["row"]): e["reason"] for e in office.account["quarantine"]} == {
        ("Angkatan I", 2): "conflicting_repeat",
        ("Angkatan II", 2): "conflicting_repeat",
    }


def test_a_course_that_another_list_says_more_about_is_one_course(office: Office) -> None:
    office.defaults()
    head = ["Kode Pelatihan", "Nama Pelatihan", "Angkatan", "Metode", "JP", "Kuota"]
    office.csv("kuota.csv", [head, ["C1", "Diklat Contoh", "I", "Ceramah", 20, 30]])
    office.take_in()
    assert office.account["quarantine"] == []
    assert (office.entry("kuota.csv")["accepted"], office.entry("zz_courses.csv")["duplicates"]) == (1, 1)
    courses = office.table("courses", all_files=True)
    assert sorted(courses["course_id"]) == ["C1", "C2", "C3"]
    assert courses.set_index("course_id").loc["C1", "seats"] == 30
