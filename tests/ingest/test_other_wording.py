"""Whole offices in wordings and layouts of their own, each cell compared with what the office meant."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from asn_research.contract.column import TABLES
from asn_research.contract.template import write_template
from asn_research.errors import IntakeError
from asn_research.ingest.proposal import draft_mappings

from .office import PEOPLE, Office

START, END = datetime.date(2025, 3, 17), datetime.date(2025, 3, 19)
COURSE = ["Pelatihan Tata Naskah Dinas", "Ceramah", 24, START, END]
SIGNED = [
    [],
    ["", "", "Sleman, 15 Desember 2025"],
    ["", "", "Kepala Bidang,"],
    [],
    ["", "", "Drs. FULAN, M.Si."],
]
CONSTANT = """
[[tables.assessments]]
file = "*"
columns = { competency = { value = "technical_skill" }, source = { value = "test" } }
"""
TRUTH: dict[str, tuple[list[str], list[Any]]] = {
    "participants": (["unit", "grade", "sex"], ["Dinas Contoh", "III/a", "male"]),
    "courses": (
        ["title", "method", "hours_jp", "start_date", "end_date"],
        ["Pelatihan Tata Naskah Dinas", "lecture", 24, "2025-03-17", "2025-03-19"],
    ),
    "enrolments": (["sessions_held", "sessions_attended"], [8, 7]),
    "assessments": (["wave", "score"], [["pre", 50], ["post", 70]]),
}


def _men() -> list[str]:
    return [nip for nip in PEOPLE if nip[14] == "1"]


def _spaced(nip: str) -> str:
    return f"{nip[:8]} {nip[8:14]} {nip[14]} {nip[15:]}"


def _titled_workbook(office: Office) -> None:
    """Titles, line breaks, stacked headings, a row of column numbers, a sum and a signature."""
    people = [[n + 1, "Fulan", nip, "III/a", "Dinas Contoh", "L"] for n, nip in enumerate(_men())]
    heads = [
        "No.",
        "Nama Pegawai\n(beserta gelar)",
        "NIP / NI PPPK",
        "Pangkat/\nGol. Ruang",
        "SKPK\nAsal",
        "L/P",
    ]
    numbers = [f"({n})" for n in range(1, 7)]
    attendance = ["NIP", "Kode Diklat", "Wajib Hadir (kali)", "Hadir (kali)", "Tidak Hadir (kali)"]
    held = [[nip, "NSK-01", 8, 7, 1] for nip in _men()]
    scores = [[n + 1, nip, "NSK-01", 50, 70, 20] for n, nip in enumerate(_men())]
    top, below = ["No", "NIP", "Kode Diklat", "NILAI TES", "", ""], ["", "", "", "PRA", "PASCA", "Kenaikan"]
    office.workbook(
        "Laporan Bangkom.xlsx",
        {
            "Sheet1": [["DAFTAR PESERTA"], ["TAHUN ANGGARAN 2025"], [], heads, numbers, *people, *SIGNED],
            "Sheet2": [
                ["Kode\nDiklat", "Uraian Kegiatan\nDiklat", "Cara\nPenyampaian", "Bobot Jam\nPelajaran",
                 "Tanggal Pelaksanaan", ""],
                ["", "", "", "", "Dibuka", "Ditutup"],
                ["NSK-01", *COURSE],
            ],
            "Sheet3": [attendance, *held],
            "Sheet4": [["REKAP NILAI"], top, below, *scores, ["Rata-rata", "", "", 50, 70, 20], *SIGNED],
        },
    )  # fmt: skip


def _stacked_sheet(office: Office) -> None:
    """All tables below each other on one sheet, moved one column to the right."""
    blocks = [
        (["A. DATA APARATUR"], ["No", "Nama Aparatur", "N.I.P.", "Seksi/Bagian", "Gol", "JK"],
         [[1, "Fulan", _spaced(nip), "Dinas Contoh", "III/a", "L"] for nip in _men()]),
        (["B. PELATIHAN"], ["No", "Kode", "Nama Diklat", "Metode", "Lama (JP)", "Mulai", "Selesai"],
         [[1, "NSK-01", COURSE[0], "Ceramah", 24, "17 Maret 2025", "19 Maret 2025"]]),
        (["C. KEHADIRAN"], ["No", "N.I.P.", "Kode Pelatihan", "Banyaknya Tatap Muka", "Banyaknya Hadir"],
         [[1, _spaced(nip), "NSK-01", 8, 7] for nip in _men()]),
        (["D. HASIL TES"], ["No", "N.I.P.", "Kode Pelatihan", "Nilai Sebelum Kursus", "Nilai Sesudah Kursus"],
         [[1, _spaced(nip), "NSK-01", 50, 70] for nip in _men()]),
    ]  # fmt: skip
    rows: list[Sequence[Any]] = [["KECAMATAN CONTOH"], []]
    for title, head, lines in blocks:
        rows += [["", *title], ["", *head], *[["", *line] for line in lines], [], []]
    office.workbook("Laporan Kecamatan.xlsx", {"Data": rows})


def _english_exports(office: Office) -> None:
    """English headings in files of tabs and UTF-16, days in the order of the year, forms' "80 / 100"."""
    files: dict[str, list[Sequence[Any]]] = {
        "people": [
            ["#", "Civil Servant ID (NIP)", "Directorate/Office", "Civil Service Rank", "Gender (L/P)"],
            *[[n, f"'{nip}", "Dinas Contoh", "III/a", "L"] for n, nip in enumerate(_men())],
        ],
        "catalogue": [
            ["Course No.", "Name of Course", "Teaching Approach", "Credit Hours (JP)", "Date Commenced",
             "Date Completed", "Maximum Participants"],
            ["NSK-01", *COURSE, 30],
        ],
        "attendance": [
            ["Civil Servant ID (NIP)", "Course No.", "No. of Sessions Conducted", "No. of Sessions Attended"],
            *[[f"'{nip}", "NSK-01", 8, 7] for nip in _men()],
        ],
        "results": [
            ["ID number", "Course short name", "Quiz: Pre-Test (Real)", "Quiz: Post-Test (Real)"],
            *[[f"'{nip}", "NSK-01", "50 / 100", "70 / 100"] for nip in _men()],
        ],
    }  # fmt: skip
    for name, rows in files.items():
        office.csv(f"{name}.csv", rows, delimiter="\t", encoding="utf-16")


@pytest.mark.parametrize("send", [_titled_workbook, _stacked_sheet, _english_exports])
def test_an_office_comes_in_whole(tmp_path: Path, send: Callable[[Office], None]) -> None:
    office = Office(tmp_path)
    office.region += CONSTANT
    send(office)
    account = office.take_in()
    assert (account["quarantine"], account["problems"]) == ([], [])
    assert len(office.table("participants")) == len(_men())
    for table, (columns, cells) in TRUTH.items():
        if send is _english_exports and table == "participants":
            columns, cells = columns[:1], cells[:1]
        frame = office.table(table)[columns].drop_duplicates()
        found = frame.astype({name: str for name in columns if name.endswith("_date")}).to_numpy().tolist()
        assert found == (cells if isinstance(cells[0], list) else [cells])


@pytest.mark.parametrize("furniture", ["survey service", "survey tool"])
def test_answers_of_survey_services_are_linked_by_employee_number(tmp_path: Path, furniture: str) -> None:
    office = Office(tmp_path)
    office.defaults()
    questions = ["Materi mudah dipahami", "Instruktur menjelaskan dengan baik", "Fasilitas panitia memadai"]
    answers = ["Setuju", "Sangat Setuju", "Netral"]
    if furniture == "survey service":
        top = ["Respondent ID", "Nomor Induk Pegawai (NIP) Anda", "Kode pelatihan yang Anda ikuti",
               "Seberapa setuju Anda?", "", ""]  # fmt: skip
        below = ["", "Open-Ended Response", "Open-Ended Response", *questions]
        rows = [top, below, *[[11_800_000 + n, nip, "C1", *answers] for n, nip in enumerate(PEOPLE)]]
    else:
        head = ["id. Response ID", "submitdate. Date submitted", "G01Q01. NIP", "G01Q02. Kode Pelatihan"]
        numbered = [f"G02Q0{n}. {question}" for n, question in enumerate(questions, start=1)]
        rows = [[*head, *numbered], *[[n, START, nip, "C1", *answers] for n, nip in enumerate(PEOPLE)]]
    office.workbook("results.xlsx", {"Sheet": rows})
    office.take_in()
    found = office.table("reactions")
    assert found[["item", "response"]].drop_duplicates().to_numpy().tolist() == [
        ["material", 4], ["speaker", 5], ["facilities", 3]
    ]  # fmt: skip
    assert set(found["respondent_id"]) == set(office.table("participants", all_files=True)["person_id"])


LACKING = [("courses", "title", "Nma pltihn"), ("enrolments", "sessions_held", "Jmlh ss")]
TEMPLATE = {
    "participants": [[nip, "Dinas Contoh", "PNS"] for nip in PEOPLE],
    "courses": [
        ["C1", "Diklat Contoh", "Administrasi", "Ceramah", "Tatap muka", 20, START, END, "I", "Budi"]
    ],
    "enrolments": [[nip, "C1", 10, 8] for nip in PEOPLE],
    "assessments": [[nip, "C1", "Keterampilan teknis", "Tes", None, "Sebelum", START, 60] for nip in PEOPLE],
}


@pytest.mark.parametrize(("name", "column", "written"), LACKING)
def test_a_sheet_of_the_template_with_one_spoilt_heading_is_asked_about_by_its_name(
    tmp_path: Path, name: str, column: str, written: str
) -> None:
    office, table = Office(tmp_path), TABLES[name]
    path = office.folder / "2025" / "templat.xlsx"
    path.parent.mkdir(parents=True)
    write_template(path, "id")
    book = openpyxl.load_workbook(path)
    for each, rows in TEMPLATE.items():
        sheet = book[TABLES[each].label.id]
        for number, row in enumerate(rows, start=2):
            for place, value in enumerate(row, start=1):
                sheet.cell(number, place, value)
    heading = next(c for c in book[table.label.id][1] if c.value == table[column].label.id)
    heading.value = written
    book.save(path)
    with pytest.raises(IntakeError) as caught:
        office.take_in()
    assert f"it looks like {table.name}" in str(caught.value)
    drafts = draft_mappings(office.folder, period="2025")
    office.region += "\n".join(draft.toml() for draft in drafts) + "\n"
    account = office.take_in()
    assert (account["quarantine"], account["problems"]) == ([], [])
    assert len(office.table(table.name)) == len(TEMPLATE[table.name])


def test_number_below_the_name_and_ditto_marks(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.defaults(without=["participants", "assessments"])
    people = [[f"Fulan, S.E.\nNIP. {_spaced(nip)}", "Dinas Contoh", "III/a"] for nip in PEOPLE]
    people[3][1], people[4][1] = "s.d.a", "idem"
    office.workbook("peserta.xlsx", {"Peserta": [["Nama / NIP", "Unit Kerja", "Golongan"], *people]})
    scores = [[nip, "C1", 50, 70] for nip in PEOPLE]
    office.workbook("nilai.xlsx", {"Nilai": [["NIP", "Kode Pelatihan", "Pre Test", "Post Test"], *scores]})
    account = office.take_in()
    assert set(office.table("participants")["unit"]) == {"Dinas Contoh"}
    assert len(office.table("participants")) == len(PEOPLE) - 2
    places = [
        (entry["cell"], entry["reason"]) for entry in account["quarantine"] if entry["file"] == "peserta.xlsx"
    ]
    assert places == [("B5", "missing_value"), ("B6", "missing_value")]


def test_no_competency_is_assumed_under_a_heading_that_may_name_another(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.defaults()
    top, below = ["NIP", "Kode Pelatihan", "WAWASAN KEBANGSAAN", ""], ["", "", "Sebelum", "Sesudah"]
    office.workbook("n.xlsx", {"Rekap": [top, below, *[[nip, "C1", 50, 70] for nip in PEOPLE]]})
    account = office.take_in()
    assert len(office.table("assessments")) == 0
    (problem,) = account["problems"]
    assert (problem["code"], problem["file"]) == ("table_not_recognised", "n.xlsx")
    assert "competency" in problem["remedy"]
