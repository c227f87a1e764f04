"""Attendance lists with a column for every session: counted where they are certain, asked about where not."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from asn_research.errors import IntakeError
from asn_research.ingest.layouts.attendance import count_sessions, read_mark

from ..office import PEOPLE, Office

DAYS = [datetime.date(2025, 3, day) for day in (3, 4, 5, 6)]
COUNTS = ["sessions_held", "sessions_attended"]


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def _send(office: Office, heads: Sequence[Any], marks: Sequence[Sequence[Any]], title: str) -> None:
    office.defaults(without=["enrolments"])
    top = ["No", "Nama", "NIP", "Tanggal Pertemuan", *[""] * (len(heads) - 1), "Jumlah", ""]
    below = ["", "", "", *heads, "H", "A"]
    rows = [
        [n + 1, "Fulan", nip, *line, sum(mark in ("H", "√", 1) for mark in line), 0]
        for n, (nip, line) in enumerate(zip(PEOPLE, marks, strict=False))
    ]
    sheet = [
        [title],
        ["Diklat Contoh Angkatan I"],
        [],
        top,
        below,
        *rows,
        [],
        ["Keterangan: H = hadir, A = alpa"],
    ]
    office.workbook("Daftar Hadir.xlsx", {"Absensi": sheet})


@pytest.mark.parametrize(
    "heads", [DAYS, [1, 2, 3, 4], ["I", "II", "III", "IV"], ["Sesi 1", "Sesi 2", "Sesi 3", "Sesi 4"]]
)
def test_letters_under_days_and_numbers_are_counted(office: Office, heads: list[Any]) -> None:
    _send(office, heads, [["H", "H", "S", "H"], ["H", "A", "I", "H"], ["H", "H", "H", "H"]], "DAFTAR HADIR")
    office.take_in()
    assert office.table("enrolments")[COUNTS].to_numpy().tolist() == [[4, 3], [4, 2], [4, 4]]
    assert set(office.table("enrolments")["course_id"]) == {"C1"}


def test_a_blank_among_ticks_is_absence_but_not_among_letters(office: Office) -> None:
    _send(office, DAYS, [["√", "", "√", "√"], ["√", "√", "√", "√"]], "DAFTAR HADIR")
    office.take_in()
    assert office.table("enrolments")[COUNTS].to_numpy().tolist() == [[4, 3], [4, 4]]
    _send(office, DAYS, [["H", "", "A", "H"], ["H", "H", "H", "DL"], ["H", "H", "H", "H"]], "DAFTAR HADIR")
    account = office.take_in()
    assert office.table("enrolments")[COUNTS].to_numpy().tolist() == [[4, 4]]
    reasons = {(entry["cell"], entry["reason"]) for entry in account["quarantine"]}
    assert ("E6", "missing_value") in reasons
    assert ("G7", "unknown_term") in reasons


def test_sums_beside_the_sessions_are_no_sessions(office: Office) -> None:
    office.defaults(without=["enrolments"])
    head = ["NIP", "Kode Pelatihan", "1", "2", "3", "I", "S", "H"]
    rows = [[nip, "C1", "H", "H", "I", 1, 0, 2] for nip in PEOPLE]
    office.workbook("Presensi.xlsx", {"Presensi": [head, *rows]})
    office.take_in()
    assert office.table("enrolments")[COUNTS].drop_duplicates().to_numpy().tolist() == [[3, 2]]


def test_right_and_wrong_answers_are_no_attendance(office: Office) -> None:
    office.defaults(without=["enrolments"])
    head = ["NIP", "Kode Pelatihan", *map(str, range(1, 7))]
    rows = [[nip, "C1", 1, 0, 1, 1, 0, 1] for nip in PEOPLE]
    office.workbook("Analisis Butir Soal.xlsx", {"Butir": [head, *rows]})
    with pytest.raises(IntakeError) as caught:
        office.take_in()
    assert "enrolments" in str(caught.value)


def test_marks() -> None:
    assert all(read_mark(mark) is True for mark in ("H", "hadir", "√", 1))
    assert all(read_mark(mark) is False for mark in ("Sakit", "I", "-", 0))
    assert all(read_mark(mark) is None for mark in ("x", "P", "T", 2, 0.5, "DL"))


def test_every_row_is_counted_or_has_a_fault() -> None:
    counted = count_sessions([["H", "", "A"], ["H", "H", "?"], ["", "", ""]])
    assert (counted.held, counted.attended) == ([2, 2, 2], [2, 1, 0])
    assert counted.faults == [(1, 0, "missing_value"), (2, 1, "unknown_term")]
