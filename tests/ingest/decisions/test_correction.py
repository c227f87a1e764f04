"""The decision loop, as an office goes through it: open the workbook, fill it, save it, run again."""

from __future__ import annotations

import datetime
import json
import os
import random
import shutil
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from asn_research.cli import app
from asn_research.ingest.store import find_fingerprint, open_region

from ..conftest import KEY
from ..office import COURSES, PARTICIPANTS, PEOPLE, Office, read_lines

HEAD = ["NIP", "Kode Pelatihan", "Jumlah Sesi", "Hadir"]
ROWS: list[list[Any]] = [
    [PEOPLE[0], "C1", 10, 8],
    [PEOPLE[0], "C1", 10, 8],  # row 3: repeats row 2
    [PEOPLE[1], "C1", 10, 7],  # row 4: contradicts row 5
    [PEOPLE[1], "C1", 10, 9],  # row 5
    [PEOPLE[2], "C1", 10, "600"],  # row 6: out of range
    [PEOPLE[3], "C9", 10, 8],  # row 7: unknown course
    [PEOPLE[4], "C1", 10, 8],
]
Filled = Mapping[tuple[int, str], Mapping[str, Any]]


def _run(office: Office, rows: list[list[Any]] = ROWS) -> dict[str, Any]:
    office.csv("hadir.csv", [HEAD, *rows])
    return office.take_in()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Office:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASN_RESEARCH_KEY", KEY)
        office = Office(tmp_path_factory.mktemp("made"))
        office.defaults(without=["enrolments"])
        _run(office)
    return office


@pytest.fixture
def taken(made: Office, tmp_path: Path) -> Office:
    """The office after its first run, every test with a copy of its own."""
    shutil.copytree(made.root, tmp_path / "copy")
    return Office(tmp_path / "copy", account=made.account)


def _fill(
    office: Office,
    filled: Filled,
    *,
    name: str = "corrections.xlsx",
    start: Path | None = None,
    count: Any = None,
) -> None:
    """Type decisions into the yellow cells of the rows, by row number and a part of their reason."""
    book = openpyxl.load_workbook(start or office.processed / "quarantine.xlsx")
    left = set(filled)
    for sheet in (book["karantina"], book["duplikat"]):
        heads = {str(cell.value).partition("\n")[0]: cell.column for cell in sheet[1]}
        for line in sheet.iter_rows(min_row=2):
            reason = line[heads["Kode alasan"] - 1].value if "Kode alasan" in heads else "exact_repeat"
            key = (line[heads["Baris"] - 1].value, reason)
            if key in filled:
                left.discard(key)
                typed = {"alasan": "salah ketik", "petugas": "Rina Contoh", **filled[key]}
                for column, value in typed.items():
                    line[heads[column] - 1].value = value
    assert not left, f"no such row: {left}"
    if count is not None:
        guide = book["petunjuk"]
        row = next(r for r in range(1, 40) if str(guide.cell(r, 1).value).startswith("Jumlah keputusan"))
        guide.cell(row, 2).value = count
    book.save(office.folder / name)


def _codes(office: Office) -> list[str]:
    return sorted(problem["code"] for problem in office.account["problems"])


def _counts(office: Office) -> tuple[int, ...]:
    entry = office.entry("hadir.csv")
    counts = tuple(entry[n] for n in ("accepted", "corrected", "quarantined", "duplicates"))
    assert sum(counts) == entry["rows"]
    return counts


def test_each_kind_of_decision(taken: Office) -> None:
    assert _counts(taken) == (2, 0, 4, 1)
    assert taken.account["decisions"] == {
        "read": 0, "applied": 0, "refused": 0, "waiting": 4, "kinds": {}, "log": []
    }  # fmt: skip
    _fill(
        taken,
        {
            (3, "exact_repeat"): {"keputusan": "id baru", "nilai_baru": PEOPLE[5]},
            (5, "conflicting_repeat"): {"keputusan": "okay as it is"},
            (6, "out_of_range"): {"keputusan": "betulkan", "nilai_baru": 6, "tanggal": "03/04/2025"},
            (7, "unknown_course"): {"keputusan": "Hapus"},
        },
        count=4,
    )
    taken.take_in()
    assert _codes(taken) == []
    # row 4 lost against row 5, row 7 was dropped: both in quarantine, and none waits
    assert _counts(taken) == (3, 2, 2, 0)
    assert taken.reasons() == {("hadir.csv", 4): "superseded", ("hadir.csv", 7): "dropped"}
    frame = taken.table("enrolments")
    assert frame["source_row"].tolist() == [2, 3, 5, 6, 8]
    assert frame["sessions_attended"].tolist() == [8, 8, 9, 6, 8]
    assert frame["person_id"].nunique() == 5
    journal = taken.account["decisions"]
    assert (journal["read"], journal["applied"], journal["refused"], journal["waiting"]) == (4, 4, 0, 0)
    assert journal["kinds"] == {"accept": 1, "correct": 1, "drop": 1, "new_id": 1}
    entry = next(e for e in journal["log"] if e["row"] == 6)
    assert (entry["decision"], entry["old"], entry["new"], entry["when"], entry["why"], entry["cell"]) == (
        "correct", "600", "6", "2025-04-03", "salah ketik", "D6"
    )  # fmt: skip
    assert taken.account["repairs"] == {"decision": 2}


def test_nothing_in_the_log_names_anybody(taken: Office) -> None:
    why = f"Menurut Pak Budi {PEOPLE[6]} dan Rina Contoh, telepon 0812 3456 7890"
    _fill(
        taken,
        {(3, "exact_repeat"): {"keputusan": "id baru", "nilai_baru": PEOPLE[5], "alasan": why}},
    )
    taken.take_in()
    text = json.dumps(taken.account)
    assert taken.account["decisions"]["applied"] == 1
    for secret in (*PEOPLE, "Rina", "Budi", "0812"):
        assert secret not in text
    assert taken.account["decisions"]["log"][0]["who"].startswith("O")
    stored = b"".join(p.read_bytes() for p in taken.processed.iterdir() if p.name != "quarantine.xlsx")
    assert b"Rina" not in stored


def test_the_filled_workbook_can_be_filled_further(taken: Office) -> None:
    _fill(taken, {(6, "out_of_range"): {"keputusan": "betulkan", "nilai_baru": "6"}})
    taken.take_in()
    _fill(taken, {(7, "unknown_course"): {"keputusan": "betulkan", "nilai_baru": "C2"}})
    taken.take_in()
    assert (_codes(taken), taken.account["decisions"]["applied"]) == ([], 2)
    assert _counts(taken) == (2, 2, 2, 1)
    assert taken.table("enrolments")["course_id"].tolist() == ["C1", "C1", "C2", "C1"]


def test_a_corrected_value_goes_through_all_checks_again(taken: Office) -> None:
    stranger = "197001012000011001"
    _fill(taken, {(3, "exact_repeat"): {"keputusan": "id baru", "nilai_baru": stranger}})
    taken.take_in()
    assert taken.reasons()["hadir.csv", 3] == "unknown_person"
    _fill(taken, {(3, "unknown_person"): {"keputusan": "hapus"}})
    taken.take_in()  # the first decision said another person, the second dropped the row: they contradict
    assert "decision_contradicts" in _codes(taken)
    _fill(taken, {(3, "exact_repeat"): {"keputusan": "id baru", "nilai_baru": PEOPLE[7]}})
    taken.take_in()
    assert _counts(taken) == (2, 1, 4, 0)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ({"keputusan": "betulkn", "nilai_baru": 6}, "decision_unknown"),
        ({"keputusan": "<script>alert(1)</script>"}, "decision_unknown"),
        ({"keputusan": "betulkan"}, "decision_incomplete"),
        ({"keputusan": "hapus", "petugas": " "}, "decision_incomplete"),
        ({"keputusan": None, "nilai_baru": 6}, "decision_incomplete"),
        ({"keputusan": "hapus", "nilai_baru": 6}, "decision_value_extra"),
        ({"keputusan": "betulkan", "nilai_baru": 700}, "decision_outside"),
        ({"keputusan": "betulkan", "nilai_baru": True}, "decision_value"),
        ({"keputusan": "betulkan", "nilai_baru": "=1+1"}, "decision_formula"),
        ({"keputusan": "betulkan", "nilai_baru": "9" * 5000}, "decision_too_long"),
        ({"keputusan": "hapus", "alasan": "x" * 30_000}, "decision_too_long"),
        ({"keputusan": "hapus", "tanggal": "31/02/2025"}, "decision_day"),
        ({"keputusan": "terima apa adanya"}, "decision_impossible"),
        ({"keputusan": "hapus", "Sel": "D7"}, "decision_mixed"),
        ({"keputusan": "hapus", "Kode baris": "0" * 16}, "decision_stale"),
    ],
)
def test_one_wrong_decision_stops_all(taken: Office, typed: dict[str, Any], code: str) -> None:
    before = _counts(taken)
    _fill(taken, {(6, "out_of_range"): typed, (7, "unknown_course"): {"keputusan": "hapus"}})
    taken.take_in()
    assert _codes(taken) == [code, "decisions_refused"]
    assert _counts(taken) == before
    assert (taken.account["decisions"]["applied"], taken.account["decisions"]["refused"]) == (0, 2)
    assert "script" not in json.dumps(taken.account)


def test_all_faults_are_told_at_once_with_their_cells(taken: Office) -> None:
    _fill(
        taken,
        {(6, "out_of_range"): {"keputusan": "betulkn"}, (7, "unknown_course"): {"keputusan": "betulkan"}},
        count=3,
    )
    taken.take_in()
    assert _codes(taken) == [
        "decision_count", "decision_incomplete", "decision_unknown", "decisions_refused",
    ]  # fmt: skip
    problem = next(p for p in taken.account["problems"] if p["code"] == "decision_unknown")
    assert (problem["file"], problem["sheet"], problem["fields"]) == (
        "corrections.xlsx", "karantina", {"words": "betulkan"},
    )  # fmt: skip
    assert problem["cell"][0] == "L"


def test_two_rows_cannot_both_be_the_right_one(taken: Office) -> None:
    accept = {"keputusan": "terima apa adanya"}
    _fill(taken, {(4, "conflicting_repeat"): accept, (5, "conflicting_repeat"): accept})
    taken.take_in()
    assert _codes(taken) == ["decision_contradicts", "decision_contradicts", "decisions_refused"]


def test_a_decision_follows_its_row_and_not_its_place(taken: Office) -> None:
    _fill(taken, {(6, "out_of_range"): {"keputusan": "betulkan", "nilai_baru": 6}})
    moved = [*ROWS]
    moved[4], moved[5] = [PEOPLE[6], "C1", 10, "600"], ROWS[4]
    _run(taken, moved)
    assert _codes(taken) == []
    assert taken.reasons()["hadir.csv", 6] == "out_of_range"
    assert taken.table("enrolments").query("source_row == 7")["sessions_attended"].tolist() == [6]
    mended = [*ROWS]
    mended[4] = [PEOPLE[2], "C1", 10, 5]
    _run(taken, mended)
    assert _codes(taken) == ["decision_stale", "decisions_refused"]
    _run(taken)
    assert _codes(taken) == []


def test_rows_may_be_sorted_but_only_whole(taken: Office) -> None:
    _fill(taken, {(6, "out_of_range"): {"keputusan": "betulkan", "nilai_baru": 6}})
    path = taken.folder / "corrections.xlsx"
    book = openpyxl.load_workbook(path)
    sheet = book["karantina"]
    lines = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    for row, line in zip(sheet.iter_rows(min_row=2), reversed(lines), strict=True):
        for cell, value in zip(row, line, strict=True):
            cell.value = value
    book.create_sheet("catatan saya").append(["keputusan", "apa saja"])
    book.save(path)
    taken.take_in()
    assert (_codes(taken), taken.account["decisions"]["applied"]) == ([], 1)
    for row, line in zip(sheet.iter_rows(min_row=2), lines, strict=True):
        for cell, value in zip(row[:5], line[:5], strict=True):  # only the first columns are sorted back
            cell.value = value
    book.save(path)
    taken.take_in()
    assert "decisions_refused" in _codes(taken)
    assert taken.account["decisions"]["applied"] == 0


@pytest.mark.parametrize("column", ["Kode baris", "keputusan", "nilai_baru"])
def test_a_deleted_column_is_named(taken: Office, column: str) -> None:
    _fill(taken, {(6, "out_of_range"): {"keputusan": "hapus"}})
    path = taken.folder / "corrections.xlsx"
    book = openpyxl.load_workbook(path)
    for name in ("karantina", "duplikat"):
        heads = [str(cell.value).partition("\n")[0] for cell in book[name][1]]
        book[name].delete_cols(heads.index(column) + 1)
    book.save(path)
    taken.take_in()
    assert set(_codes(taken)) == {"decision_columns", "decisions_unread"}
    assert any(column in problem["message"] for problem in taken.account["problems"])


@pytest.mark.parametrize("content", [b"", b"<html><table></table></html>"])
def test_no_workbook_at_all(taken: Office, content: bytes) -> None:
    (taken.folder / "corrections.xlsx").write_bytes(content)
    taken.take_in()
    assert _codes(taken) == ["decisions_unread", "file_disguised"]
    assert _counts(taken) == (2, 0, 4, 1)


def test_decisions_left_in_the_stored_workbook_are_kept_and_told_of(taken: Office) -> None:
    folders = {"raw": taken.root / "raw", "processed": taken.root / "processed"}
    open_region("contoh", **folders)
    stored = taken.processed / "quarantine.xlsx"
    _fill(taken, {(6, "out_of_range"): {"keputusan": "betulkan", "nilai_baru": 6}}, name="../filled.xlsx")
    shutil.move(taken.folder.parent / "filled.xlsx", stored)
    for _ in range(2):
        problems = open_region("contoh", **folders).intake["problems"]
        assert [problem["code"] for problem in problems] == ["decisions_misplaced"]
    changed = [*ROWS]
    changed[4] = [PEOPLE[2], "C1", 10, "601"]
    taken.csv("hadir.csv", [HEAD, *changed])
    problems = open_region("contoh", **folders).intake["problems"]
    assert [problem["code"] for problem in problems] == ["decisions_misplaced"]
    assert openpyxl.load_workbook(stored)["keputusan lama"]["F2"].value == "betulkan"
    taken.csv("hadir.csv", [HEAD, *ROWS])
    open_region("contoh", **folders)
    shutil.copy(stored, taken.folder / "corrections.xlsx")
    intake = open_region("contoh", **folders).intake
    assert (intake["problems"], intake["decisions"]["applied"]) == ([], 1)


def test_decisions_saved_under_another_name_beside_the_stored_workbook_are_kept(taken: Office) -> None:
    """Whoever chooses "save as" in the folder of clean data, which is made anew at the next run."""
    folders = {"raw": taken.root / "raw", "processed": taken.root / "processed"}
    open_region("contoh", **folders)
    _fill(taken, {(6, "out_of_range"): {"keputusan": "betulkan", "nilai_baru": 6}}, name="filled.xlsx")
    shutil.move(taken.folder / "filled.xlsx", taken.processed / "quarantine (1).xlsx")
    problems = open_region("contoh", **folders).intake["problems"]
    assert [problem["code"] for problem in problems] == ["decisions_misplaced"]
    lines = read_lines(openpyxl.load_workbook(taken.processed / "quarantine.xlsx")["karantina"])
    assert [line["keputusan"] for line in lines if line["keputusan"]] == ["betulkan"]
    shutil.copy(taken.processed / "quarantine.xlsx", taken.folder / "corrections.xlsx")
    assert open_region("contoh", **folders).intake["decisions"]["applied"] == 1


def test_saving_the_stored_workbook_with_decisions_already_applied_changes_nothing(taken: Office) -> None:
    folders = {"raw": taken.root / "raw", "processed": taken.root / "processed"}
    day = datetime.datetime(2025, 4, 3)
    why = "+62 =x 'y"
    _fill(
        taken, {(6, "out_of_range"): {"keputusan": "Correct", "nilai_baru": 6, "tanggal": day, "alasan": why}}
    )
    assert open_region("contoh", **folders).intake["decisions"]["log"][0]["when"] == "2025-04-03"
    stamp = (taken.processed / "intake.json").stat().st_mtime_ns
    stored = taken.processed / "quarantine.xlsx"
    openpyxl.load_workbook(stored).save(stored)
    assert open_region("contoh", **folders).intake["problems"] == []
    assert (taken.processed / "intake.json").stat().st_mtime_ns == stamp


def test_saving_the_stored_workbook_without_a_decision_changes_nothing(taken: Office) -> None:
    folders = {"raw": taken.root / "raw", "processed": taken.root / "processed"}
    open_region("contoh", **folders)
    stamp = (taken.processed / "intake.json").stat().st_mtime_ns
    stored = taken.processed / "quarantine.xlsx"
    openpyxl.load_workbook(stored).save(stored)
    open_region("contoh", **folders)
    assert (taken.processed / "intake.json").stat().st_mtime_ns == stamp


def test_wide_scores_dates_and_terms(office: Office) -> None:
    office.defaults(without=["assessments", "courses"])
    office.csv(
        "nilai.csv",
        [["NIP", "Pre Test", "Post Test"], [PEOPLE[0], 60, 170], [PEOPLE[1], "enam", 70], [PEOPLE[2], 1, 2]],
    )
    office.csv(
        "kursus.csv",
        [
            ["Kode Pelatihan", "Nama Pelatihan", "Metode", "JP", "Tanggal Mulai"],
            ["C1", "Diklat Contoh", "Cerama", 20, "32/04/2025"],
        ],
    )
    office.take_in()
    reasons = {(e["file"], e["cell"]): (e["reason"], e["nearest"]) for e in office.account["quarantine"]}
    assert reasons["kursus.csv", "C2"] == ("unknown_term", "lecture")
    _fill(
        office,
        {
            (2, "out_of_range"): {"keputusan": "betulkan", "nilai_baru": "70,5"},
            (3, "not_a_number"): {"keputusan": "betulkan", "nilai_baru": "tidak hadir"},
            (2, "unknown_term"): {"keputusan": "betulkan", "nilai_baru": "Ceramah"},
            (2, "date_impossible"): {"keputusan": "betulkan", "nilai_baru": "03/04/2025"},
        },
    )
    office.take_in()
    assert _codes(office) == []
    scores = office.table("assessments")[["wave", "score"]].to_numpy().tolist()
    assert scores == [["pre", 60.0], ["post", 70.5], ["post", 70.0], ["pre", 1.0], ["post", 2.0]]
    course = office.table("courses").iloc[0]
    assert (course["method"], str(course["start_date"])[:10]) == ("lecture", "2025-04-03")


def test_check_says_what_waits_and_what_was_refused(taken: Office) -> None:
    def check(language: str) -> Result:
        folders = ("--raw", str(taken.root / "raw"), "--processed", str(taken.root / "processed"))
        environment = {"LC_ALL": language, "ASN_RESEARCH_KEY": KEY, "COLUMNS": "200"}
        return CliRunner(env=environment).invoke(app, ["check", "contoh", *folders])

    taken.csv("zz_courses.csv", [*COURSES, ["C4", "Diklat Lain", "I", "Cerama", 20]])
    told = check("id_ID.UTF-8")
    assert told.exit_code == 0
    assert "(kolom Sesi dihadiri; nilai 600 di luar 0–500) [hadir.csv: D6]" in told.stdout
    assert "(kolom Metode; istilah terdekat: Ceramah) [zz_courses.csv: D5]" in told.stdout
    assert "keputusan diterapkan 0, ditolak 0; baris yang menunggu keputusan 5." in told.stdout
    assert "simpan buku kerja itu sebagai corrections.xlsx" in told.stdout
    _fill(taken, {(6, "out_of_range"): {"keputusan": "betulkan", "nilai_baru": 700}})
    told = check("en_GB.UTF-8")
    assert told.exit_code == 1
    assert "decisions of the office could not be applied" in told.stderr
    assert "› M6: the new value is outside 0–500" in told.stderr
    assert "decisions applied 0, refused 1" in told.stdout
    assert not any(nip in told.output for nip in PEOPLE)


def test_doubts_about_people_and_courses_without_codes(office: Office) -> None:
    office.defaults(without=["participants", "enrolments"])
    rows = [[*row] for row in PARTICIPANTS]
    rows[1][2] = "P" if rows[1][2] == "L" else "L"
    office.csv("peserta.csv", rows)
    office.csv(
        "hadir.csv",
        [["NIP", "Nama Diklat", "Jumlah Sesi", "Hadir"], [PEOPLE[0], "Diklat Contoh", 10, 8]],
    )
    office.take_in()
    cells = {(e["file"], e["cell"]): e["reason"] for e in office.account["quarantine"]}
    assert cells == {
        ("peserta.csv", "C2"): "nip_sex_mismatch", ("hadir.csv", "B2"): "course_ambiguous",
    }  # fmt: skip
    _fill(
        office,
        {
            (2, "nip_sex_mismatch"): {"keputusan": "terima"},
            (2, "course_ambiguous"): {"keputusan": "betulkan", "nilai_baru": "C2"},
        },
    )
    office.take_in()
    assert (_codes(office), office.account["quarantine"]) == ([], [])
    assert office.table("enrolments")["course_id"].tolist() == ["C2"]
    assert office.entry("peserta.csv")["accepted"] == len(PEOPLE)


def test_contradictions_stand_together_with_their_differences(taken: Office) -> None:
    lines = read_lines(openpyxl.load_workbook(taken.processed / "quarantine.xlsx")["karantina"])
    group = [line for line in lines if line["Kelompok"]]
    assert [(line["Baris"], line["Kelompok"]) for line in group] == [(4, 1), (5, 1)]
    assert {line["Kolom yang berbeda"] for line in group} == {"Sesi dihadiri: 7 ≠ 9"}


def _change(office: Office, change: Callable[[openpyxl.Workbook], object]) -> None:
    book = openpyxl.load_workbook(office.folder / "corrections.xlsx")
    change(book)
    book.save(office.folder / "corrections.xlsx")


def _columns(sheet: Any) -> dict[str, int]:
    return {str(cell.value).partition("\n")[0]: cell.column for cell in sheet[1]}


DECIDED: Filled = {
    (6, "out_of_range"): {"keputusan": "betulkan", "nilai_baru": 6},
    (7, "unknown_course"): {"keputusan": "hapus"},
}


@pytest.mark.parametrize(
    "name",
    ["Salinan dari corrections.xlsx", "putusan rapat.xlsx", "corrections_2024.xlsx", "2025/quarantine.xlsx"],
)
def test_a_workbook_that_is_not_read_is_named(taken: Office, name: str) -> None:
    """Drive names a copy "Salinan dari …"; whoever saves it in the folder of the period sees no rows lost."""
    _fill(taken, DECIDED, name=name)
    taken.take_in()
    assert "decision_stray" in _codes(taken)
    problem = next(p for p in taken.account["problems"] if p["code"] == "decision_stray")
    assert (problem["file"], problem["fields"]) == (name.rpartition("/")[2], {"name": "corrections.xlsx"})
    assert _counts(taken) == (2, 0, 4, 1)


def test_the_name_of_a_copy_tells_of_nobody(taken: Office) -> None:
    taken.csv("nama.csv", [["NIP", "Nama", "OPD"], [PEOPLE[0], "Sri Rahayu Ningsih", "Dinas Contoh"]])
    _fill(taken, DECIDED, name="corrections Sri Rahayu Ningsih.xlsx")
    taken.take_in()
    assert "decision_stray" in _codes(taken)
    assert "Rahayu" not in json.dumps(taken.account)


def test_a_copy_beside_what_it_copies_stops_both(taken: Office) -> None:
    _fill(taken, DECIDED)
    shutil.copy(taken.folder / "corrections.xlsx", taken.folder / "corrections (1).xlsx")
    taken.take_in()
    assert _codes(taken) == ["decision_stray", "decisions_refused"]


def test_the_workbook_of_another_region_is_told_by_its_guide(taken: Office) -> None:
    _fill(taken, DECIDED)
    _change(taken, lambda book: setattr(book["petunjuk"]["B2"], "value", "kota_lain"))
    taken.take_in()
    assert _codes(taken) == ["decision_region", "decisions_unread"]
    _change(taken, lambda book: book.remove(book["petunjuk"]))
    taken.take_in()
    assert _codes(taken) == []


def test_a_period_that_is_not_there_is_told(taken: Office) -> None:
    _fill(taken, {(6, "out_of_range"): {"keputusan": "hapus", "Masa": "2024"}})
    taken.take_in()
    assert _codes(taken) == ["decision_period", "decisions_refused"]


def test_many_decisions_that_fit_nowhere_are_told_in_one_sentence(taken: Office) -> None:
    _fill(taken, DECIDED)
    mended = [row for row in ROWS if row[3] != "600" and row[1] != "C9"]
    _run(taken, mended)
    assert _codes(taken) == ["decision_strange", "decisions_refused"]


def test_a_cell_merged_over_rows_decides_about_all_of_them(taken: Office) -> None:
    """As LibreOffice stores it in .xlsx: only the first of the merged cells has a value."""
    _fill(taken, {(4, "conflicting_repeat"): {"keputusan": "hapus"}})

    def merge(book: openpyxl.Workbook) -> None:
        sheet = book["karantina"]
        columns = _columns(sheet)
        for name in ("keputusan", "alasan", "petugas"):
            sheet.merge_cells(start_row=3, end_row=4, start_column=columns[name], end_column=columns[name])

    rows = read_lines(openpyxl.load_workbook(taken.processed / "quarantine.xlsx")["karantina"])
    assert [row["Baris"] for row in rows[1:3]] == [4, 5]
    _change(taken, merge)
    taken.take_in()
    assert (_codes(taken), taken.account["decisions"]["kinds"]) == ([], {"drop": 2})


def test_a_renamed_sheet_is_known_by_its_headings_and_a_copied_one_counts_once(taken: Office) -> None:
    _fill(taken, DECIDED)
    _change(taken, lambda book: setattr(book["karantina"], "title", "Sheet1"))
    taken.take_in()
    assert (_codes(taken), taken.account["decisions"]["applied"]) == ([], 2)
    _change(taken, lambda book: book.copy_worksheet(book["Sheet1"]))
    taken.take_in()
    assert (_codes(taken), taken.account["decisions"]["read"]) == ([], 2)


def _write_ods(path: Path, sheets: Mapping[str, Iterable[Iterable[Any]]], *, spanned: int = 1) -> None:
    """A small .ods with text cells, a date of saving, and one cell that may span several rows."""
    tables, tag = [], "table:table-cell"
    for name, rows in sheets.items():
        lines = []
        for row in rows:
            cells = [
                f'<table:table-cell office:value-type="string"><text:p>{escape(str(cell))}</text:p></{tag}>'
                if cell is not None
                else f"<{tag}/>"
                for cell in row
            ]
            lines.append(f"<table:table-row>{''.join(cells)}</table:table-row>")
        tables.append(f'<table:table table:name="{escape(name)}">{"".join(lines)}</table:table>')
    body = "".join(tables)
    if spanned > 1:
        body = body.replace(
            "<table:table-cell ", f'<table:table-cell table:number-rows-spanned="{spanned}" ', 1
        )
    spaces = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"'
        for short in ("office", "table", "text")
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    entry = f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
            f"{entry}</manifest:manifest>",
        )
        archive.writestr("meta.xml", "<m><dc:date>2025-12-03T10:00:00</dc:date></m>")
        archive.writestr(
            "content.xml",
            f"<office:document-content {spaces}><office:body><office:spreadsheet>{body}"
            "</office:spreadsheet></office:body></office:document-content>",
        )


def test_a_workbook_saved_as_ods_is_read_with_its_day_and_not_with_merged_cells(taken: Office) -> None:
    """LibreOffice writes text cells as such, the day of saving into meta.xml, merged cells as spans."""
    _fill(taken, DECIDED)
    path = taken.folder / "corrections.xlsx"
    book = openpyxl.load_workbook(path)
    sheets = {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book}
    path.unlink()
    _write_ods(path.with_suffix(".ods"), sheets)
    taken.take_in()
    assert (_codes(taken), taken.account["decisions"]["applied"]) == ([], 2)
    assert {entry["when"] for entry in taken.account["decisions"]["log"]} == {"2025-12-03"}
    _write_ods(path.with_suffix(".ods"), sheets, spanned=2)
    taken.take_in()
    assert _codes(taken) == ["decision_merged", "decisions_unread"]


def test_only_possible_decisions_are_offered(taken: Office) -> None:
    sheet = openpyxl.load_workbook(taken.processed / "quarantine.xlsx")["karantina"]
    offered = {
        row: rule.formula1
        for rule in sheet.data_validations.dataValidation
        for area in rule.sqref.ranges
        for row in range(area.min_row, area.max_row + 1)
    }
    rows = {row["Kode alasan"]: n for n, row in enumerate(read_lines(sheet), start=2)}
    assert offered[rows["conflicting_repeat"]] == '"betulkan,hapus,id baru,terima apa adanya"'
    assert offered[rows["out_of_range"]] == '"betulkan,hapus,id baru"'
    assert sheet.protection.sheet
    code, decision = _columns(sheet)["Kode baris"], _columns(sheet)["keputusan"]
    assert sheet.cell(2, code).protection.locked
    assert not sheet.cell(2, decision).protection.locked
    for name in ("tanggal", "nilai_baru"):  # LibreOffice in en_US made 12 March of a typed 03/12/2025
        assert sheet.cell(2, _columns(sheet)[name]).number_format == "@"


def test_two_periods_have_their_own_workbooks(office: Office) -> None:
    office.region += "\n[periods.2026]\nstarts = 2026-02-01\nends = 2026-11-30\n"
    office.defaults(without=["enrolments"])
    _run(office)
    guide = openpyxl.load_workbook(office.processed / "quarantine.xlsx")["petunjuk"]
    assert any("corrections_2025.xlsx" in str(cell.value) for cell in guide["A"])
    _fill(office, {(7, "unknown_course"): {"keputusan": "hapus"}}, name="corrections_2025.xlsx")
    office.take_in()
    assert office.account["decisions"]["applied"] == 1


_KINDS = ("betulkan", "hapus", "id baru", "terima apa adanya", "", "entah")
_VALUES = ("", 5, 700, PEOPLE[5], "C2", "=1", "tidak", 1.5)


@settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(choices=st.lists(st.tuples(st.sampled_from(_KINDS), st.sampled_from(_VALUES)), min_size=5, max_size=5))
def test_whatever_is_decided_no_row_is_lost(taken: Office, choices: Iterable[tuple[str, Any]]) -> None:
    (taken.folder / "corrections.xlsx").unlink(missing_ok=True)
    _run(taken)
    rows = sum(entry["rows"] for entry in taken.account["files"])
    open_lines = [(3, "exact_repeat"), *((row, reason) for (_, row), reason in taken.reasons().items())]
    random.Random(5).shuffle(open_lines)  # noqa: S311
    _fill(
        taken, {k: {"keputusan": w, "nilai_baru": v} for k, (w, v) in zip(open_lines, choices, strict=False)}
    )
    taken.take_in()
    totals = taken.account["totals"]
    assert totals["rows"] == rows
    assert rows == sum(totals[n] for n in ("accepted", "corrected", "quarantined", "duplicates"))
    _counts(taken)
    journal = taken.account["decisions"]
    assert journal["applied"] in (0, journal["read"])
    assert (journal["applied"] == 0) == (bool(taken.account["problems"]) or journal["read"] == 0)
    stored = taken.table("enrolments", all_files=True)["source_row"].nunique()
    assert stored == taken.entry("hadir.csv")["accepted"] + taken.entry("hadir.csv")["corrected"]


@pytest.mark.parametrize("kind", ["folder", "pipe"])
def test_what_bears_the_name_of_the_decisions_but_is_no_file_is_named(office: Office, kind: str) -> None:
    office.defaults()
    path = office.folder / "corrections.xlsx"
    path.mkdir() if kind == "folder" else os.mkfifo(path)
    office.take_in()
    first = office.account["problems"][0]
    assert (first["code"], first["file"], first["fields"]) == ("file_special", path.name, {"content": kind})
    assert len(find_fingerprint(office.folder, period="2025")) == 64
