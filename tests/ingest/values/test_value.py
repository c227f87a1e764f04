"""Cells as real offices fill them in, each with what it means: a value, or that it has to wait.

The cells were made up before the rules that read them were looked at.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from ..office import ASSESSMENTS, COURSES, DEFAULTS, ENROLMENTS, PARTICIPANTS, PEOPLE, Office, Rows

WAITS = object()
NOTHING = None

SCORES: list[tuple[str, Any]] = [
    ("80,5", 80.5), ("80,50", 80.5), ("\u00a080 ", 80), ("'80", 80), ("80%", 80), ("80,5 %", 80.5),
    ("85 / 100", 85), ("90/100", 90), ("077", 77), ("+78", 78), ("0", 0), ("100,0", 100), ("８０", 80),
    ("7O", WAITS), ("8 0", WAITS), ("80..5", WAITS), ("80,5,3", WAITS), ("85-90", WAITS), (">80", WAITS),
    ("105", WAITS), ("100,01", WAITS), ("-5", WAITS), ("1e2", WAITS), ("0,805", WAITS), ("=40+2", WAITS),
    ("80 atau 75", WAITS), ("lulus", WAITS), ("80?", WAITS), ("★★★★", WAITS), ("#N/A", WAITS),
]  # fmt: skip
DAYS: list[tuple[str, Any]] = [
    ("13/03/2025", "2025-03-13"), ("5-3-25", "2025-03-05"), ("05.03.2025", "2025-03-05"),
    ("Rabu, 5 Maret 2025", "2025-03-05"), ("Jum'at, 7 Maret 2025", "2025-03-07"), ("12-Mar-25", "2025-03-12"),
    ("12 Pebruari 2025", "2025-02-12"), ("12 Agst 2025", "2025-08-12"), ("5 Nopember 2025", "2025-11-05"),
    ("2025-03-12T23:30:00+07:00", "2025-03-12"), ("12 Maret 2025 08.00 WITA", "2025-03-12"),
    ("45728", "2025-03-12"), ("31/02/2025", WAITS), ("Maret 2025", WAITS), ("12-15 Maret 2025", WAITS),
    ("Senin, 12 Maret 2025", WAITS), ("12/03/1025", WAITS), ("#VALUE!", WAITS),
]  # fmt: skip
RANKS: list[tuple[str, Any]] = [
    ("IIIa", "III/a"), ("III-a", "III/a"), ("3/a", "III/a"), ("3a", "III/a"), ("Gol. III/a", "III/a"),
    ("Penata Muda Tk. I", "III/b"), ("pengatur muda tk.1", "II/b"), ("Penata, III/c", "III/c"),
    ("Pembina Utama Muda - IV/c", "IV/c"), ("Penata Muda (III/c)", WAITS), ("V/a", WAITS), ("3", WAITS),
]  # fmt: skip
POSTS: list[tuple[str, Any]] = [
    ("Camat", "administrator"), ("Kasubbag", "supervisor"), ("Lurah", "supervisor"), ("JFU", "general"),
    ("Kepala Dinas", "senior_executive"), ("Sekretaris Dinas", "administrator"),
    ("Fungsional Ahli Muda", "functional"), ("Eselon IV.a", "supervisor"),
]  # fmt: skip
SUMS: list[tuple[str, Any]] = [
    ("Rp 15.000.000,00", 15e6), ("Rp15.000.000,-", 15e6), ("15,000,000", 15e6), ("15 juta", 15e6),
    ("15.000.000,50", 15000000.5), ("-", NOTHING), ("15,000.000", WAITS), ("15.00.000", WAITS),
    ("USD 1,000", WAITS), ("15.000.000 - 20.000.000", WAITS),
]  # fmt: skip
ENDS: list[tuple[str, Any]] = [
    ("Ya", True), ("tdk lulus", False), ("✔", True), ("Belum", False), ("0", False), ("x", WAITS),
    ("mungkin", WAITS), ("dalam proses", NOTHING),
]  # fmt: skip
EXPECTED: list[tuple[str, Any]] = [
    ("Sesuai Ekspetasi", "meets"), ("diatas espektasi", "above"), ("DI BAWAH EKSPEKTASI", "below"),
    ("Baik", WAITS), ("sesuai/di atas", WAITS),
]  # fmt: skip


def people(count: int) -> list[str]:
    return [f"19800{1 + n // 28 % 9}{1 + n % 28:02d}2005011{7 + n:03d}" for n in range(count)]


def test_messy_cells_come_in_right_or_wait(office: Office) -> None:
    """One office, every cell in a row of its own; no value may be another than the one it means."""
    many = people(len(SCORES))
    staff = [
        [*PARTICIPANTS[0], "Golongan", "Jenis Jabatan"],
        *[[*row, "III/a", "Pelaksana"] for row in PARTICIPANTS[1:]],
        *[[nip, "Dinas", "L", "Peserta", "III/a", "Pelaksana"] for nip in many],
    ]
    for n, (cell, _) in enumerate(RANKS):
        staff[11 + n][4] = cell
    for n, (cell, _) in enumerate(POSTS):
        staff[11 + n][5] = cell
    courses = [[*COURSES[0], "Biaya (Rp)"], *[[*row, "1.000.000"] for row in COURSES[1:]]]
    courses += [[f"B{n}", f"Diklat Biaya {n}", "I", "Ceramah", 20, c] for n, (c, _) in enumerate(SUMS)]
    score = [[*ASSESSMENTS[0], "Tanggal"]]
    score += [[n, "C1", "Teknis", "Tes", "Pre", c, ""] for n, (c, _) in zip(many, SCORES, strict=True)]
    score += [[n, "C2", "Teknis", "Tes", "Pre", 60, c] for n, (c, _) in zip(many, DAYS, strict=False)]
    held = [[*ENROLMENTS[0], "Selesai"]]
    held += [[n, "C1", 10, 8, c] for n, (c, _) in zip(many, ENDS, strict=False)]
    skp = [["NIP", "Tahun", "Hasil Kerja", "Perilaku Kerja"]]
    skp += [[n, 2024, c, "Sesuai ekspektasi"] for n, (c, _) in zip(many, EXPECTED, strict=False)]
    files: dict[str, Rows] = {
        "peserta.csv": staff, "pelatihan.csv": courses, "nilai.csv": score, "hadir.csv": held, "skp.csv": skp,
    }  # fmt: skip
    for name, rows in files.items():
        office.csv(name, rows)
    office.take_in()
    assert office.account["problems"] == []
    check(office, "assessments", "score", 2, SCORES)
    check(office, "assessments", "date", 2 + len(SCORES), DAYS)
    check(office, "participants", "grade", 12, RANKS)
    check(office, "participants", "position_type", 12, POSTS)
    check(office, "courses", "cost_idr", 5, SUMS)
    check(office, "enrolments", "completed", 2, ENDS)
    check(office, "appraisals", "result", 2, EXPECTED)


def check(office: Office, table: str, column: str, first: int, truth: list[tuple[str, Any]]) -> None:
    frame = office.table(table)
    found = {int(row): value for row, value in zip(frame["source_row"], frame[column], strict=True)}
    for number, (cell, meant) in enumerate(truth, start=first):
        if meant is WAITS:
            assert number not in found, (column, cell, found.get(number))
            continue
        assert number in found, (column, cell)
        value = found[number]
        if column == "date":
            value = f"{value:%Y-%m-%d}"
        assert pd.isna(value) if meant is NOTHING else value == meant, (column, cell, value)


@pytest.mark.parametrize("unit", ["1-10", "skala 1-5"])
def test_scores_of_another_scale_are_asked_about(office: Office, unit: str) -> None:
    office.defaults(without=["assessments"])
    office.csv("nilai.csv", [*ASSESSMENTS])
    office.csv(
        "tugas.csv", [[*ASSESSMENTS[0][:5], f"Nilai ({unit})"], *[[*r[:5], 4] for r in ASSESSMENTS[1:]]]
    )
    office.take_in()
    assert {problem["file"] for problem in office.account["problems"]} == {"tugas.csv"}
    assert set(office.table("assessments")["score"]) == {60}


def test_scores_of_which_none_is_above_ten_wait(office: Office) -> None:
    office.defaults(without=["assessments"])
    office.csv("nilai.csv", [ASSESSMENTS[0], *[[*row[:5], "8,5"] for row in ASSESSMENTS[1:]]])
    office.take_in()
    assert set(office.reasons().values()) == {"scale_unclear"}
    assert len(office.reasons()) == len(PEOPLE) == len(DEFAULTS["assessments"]) - 1
