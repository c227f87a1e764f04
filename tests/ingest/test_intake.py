"""Whole files through the intake, in the forms in which offices send them."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asn_research.errors import IntakeError, RegionError
from asn_research.ingest.records.course import read_batch

from .office import ASSESSMENTS, COURSES, PARTICIPANTS, PEOPLE, REGION, Office

SCORES = ["competency", "source", "wave", "score"]


def test_bppk_form_with_two_level_header(office: Office) -> None:
    """The form of a ministry's training agency (layout facts only): titles, merged headings, footer."""
    office.defaults(without=["assessments"])
    people = [
        [i + 1, f"Nama {i}", nip, "Dinas", 95, 80, 60 + i, 70.5 + i, ""] for i, nip in enumerate(PEOPLE[:5])
    ]
    office.workbook(
        "rekap.xlsx",
        {
            "Rekap Nilai": [
                ["REKAPITULASI NILAI"],
                ["DIKLAT CONTOH ANGKATAN II"],
                ["TAHUN ANGGARAN 2014"],
                [],
                ["No", "Nama", "NIP", "Instansi", "Nilai", "", "", "", "Keterangan"],
                ["", "", "", "", "Kehadiran", "Aktivitas", "Pre-Test", "Post-Test", ""],
                *people,
                ["Keterangan:", "", "", "", "", "", "Jakarta,         Mei 2014"],
                ["", "", "", "", "", "", "Kepala Bidang Penyelenggaraan"],
                [],
                ["", "", "", "", "", "", "NIP 196501011990031001"],
            ]
        },
        merges={"Rekap Nilai": ["A1:I1", "A2:I2", "A3:I3", "E5:H5", *(f"{c}5:{c}6" for c in "ABCDI")]},
    )
    office.take_in()
    scores = office.table("assessments")
    assert scores["course_id"].unique().tolist() == ["C2"]
    assert scores[SCORES].head(2).to_numpy().tolist() == [
        ["technical_skill", "test", "pre", 60.0],
        ["technical_skill", "test", "post", 70.5],
    ]
    assert scores["source_row"].tolist() == [row for row in range(7, 12) for _ in range(2)]
    entry = office.entry("rekap.xlsx", "Rekap Nilai")
    assert (entry["rows"], entry["accepted"], entry["left_out"]) == (5, 5, 10)
    assert [a["column"] for a in office.account["assumptions"] if a["file"] == "rekap.xlsx"] == ["competency"]


@pytest.mark.parametrize(
    ("first", "second"),
    [("Nilai Awal", "Nilai Akhir"), ("Skor awal (0-100)", "Skor akhir (0-100)"), ("Pre", "Post"),
     ("Sebelum", "Sesudah"), ("Tes Awal", "Tes Akhir"), ("T0", "T1"), ("Pretest Score", "Posttest Score"),
     ("Nilai sebelum pelatihan", "Nilai setelah pelatihan")],
)  # fmt: skip
def test_waves_side_by_side(office: Office, first: str, second: str) -> None:
    office.defaults(without=["assessments"])
    office.csv(
        "nilai.csv", [["NIP", "Nama", first, second, "Selisih"], [PEOPLE[0], "x", "60,5", "71", "10,5"]]
    )
    office.take_in()
    scores = office.table("assessments")
    assert scores[["wave", "score"]].to_numpy().tolist() == [["pre", 60.5], ["post", 71.0]]
    assert set(scores["source"]) == {"test"}


def test_three_levels_of_headings(office: Office) -> None:
    office.defaults(without=["assessments"])
    office.workbook(
        "nilai.xlsx",
        {
            "Nilai": [
                ["No", "NIP", "Keterampilan Teknis", "", "", "", "Sikap Profesional", ""],
                ["", "", "Tes", "", "Atasan", "", "Diri Sendiri", ""],
                ["", "", "Pre", "Post", "Pre", "Post", "Pre", "Post"],
                [1, PEOPLE[0], 60, 70, "65,5", "70,5", "-", "80"],
            ]
        },
        merges={"Nilai": ["A1:A3", "B1:B3", "C1:F1", "G1:H1", "C2:D2", "E2:F2", "G2:H2"]},
    )
    office.take_in()
    assert office.table("assessments")[SCORES].to_numpy().tolist() == [
        ["technical_skill", "test", "pre", 60.0],
        ["technical_skill", "test", "post", 70.0],
        ["technical_skill", "supervisor", "pre", 65.5],
        ["technical_skill", "supervisor", "post", 70.5],
        ["professional_attitude", "self", "post", 80.0],
    ]


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [("utf-8", ","), ("utf-8-sig", ";"), ("cp1252", ";"), ("utf-16", "\t"), ("utf-8", "|")],
)
def test_csv_dialects(office: Office, encoding: str, delimiter: str) -> None:
    office.defaults(without=["participants"])
    rows = [[*row, "Étienne"] for row in PARTICIPANTS]
    rows[0] = [*PARTICIPANTS[0], "Nama"]
    office.csv("peserta.csv", rows, delimiter=delimiter, encoding=encoding)
    office.take_in()
    assert len(office.table("participants")) == len(PEOPLE)


def test_decimal_commas_do_not_pass_for_delimiters(office: Office) -> None:
    office.defaults(without=["assessments"])
    rows = [ASSESSMENTS[0], *[[*row[:-1], f"6{i},{i}"] for i, row in enumerate(ASSESSMENTS[1:])]]
    office.csv("nilai.csv", rows)
    office.take_in()
    assert office.table("assessments")["score"].tolist() == [float(f"6{i}.{i}") for i in range(10)]


def test_column_numbers_totals_and_signatures_are_left_out(office: Office) -> None:
    office.defaults(without=["enrolments"])
    office.workbook(
        "absensi.xlsx",
        {
            "Absensi": [
                ["DAFTAR HADIR"],
                ["NO", "NAMA", "NIP", "KODE PELATIHAN", "JML SESI", "JML HADIR"],
                ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)"],
                *[[i + 1, "x", nip, "C1", 10, 9] for i, nip in enumerate(PEOPLE[:4])],
                ["Jumlah", "", "", "", 40, 36],
                ["Rata-rata", "", "", "", 10, 9],
                [],
                ["", "", "", "", "Mengetahui,"],
                ["", "", "", "", "Kepala BKPSDM"],
                ["", "", "NIP. 19650101 199003 1 001"],
            ]
        },
    )
    office.take_in()
    entry = office.entry("absensi.xlsx", "Absensi")
    assert (entry["rows"], entry["accepted"], entry["left_out"]) == (4, 4, 9)


def test_a_row_without_its_number_is_not_forgotten(office: Office) -> None:
    office.defaults(without=["enrolments"])
    office.csv("hadir.csv", [["NIP", "Kode Pelatihan", "Jumlah Sesi", "Hadir"], ["", "C1", 10, 9]])
    office.take_in()
    assert office.reasons() == {("hadir.csv", 2): "missing_value"}


def test_tables_below_each_other_on_one_sheet(office: Office) -> None:
    office.defaults(without=["courses", "enrolments"])
    office.workbook(
        "data.xlsx",
        {
            "Data": [
                ["DAFTAR PELATIHAN"], *COURSES, [],
                ["KEHADIRAN"], ["NIP", "Kode Pelatihan", "Jumlah Sesi", "Hadir"],
                *[[nip, "C2", 10, 8] for nip in PEOPLE],
            ]
        },
    )  # fmt: skip
    office.take_in()
    assert len(office.table("courses")) == 3
    assert office.table("enrolments")["source_row"].tolist() == list(range(9, 19))


def test_courses_named_by_title_and_batch(office: Office) -> None:
    office.defaults(without=["enrolments"])
    office.csv(
        "hadir.csv",
        [
            ["NIP", "Nama Diklat", "Angkatan", "Jumlah Sesi", "Hadir"],
            [PEOPLE[0], "DIKLAT CONTOH", "2", 10, 8],
            [PEOPLE[1], "Contoh", "Angkatan I", 10, 8],
            [PEOPLE[2], "Diklat Contoh", "", 10, 8],
            [PEOPLE[3], "Etika Pelayanan", "", 10, 8],
            [PEOPLE[4], "Diklat Lain", "I", 10, 8],
            [PEOPLE[5], "Diklat Contoh", "III", 10, 8],
        ],
    )
    office.take_in()
    assert office.table("enrolments")["course_id"].tolist() == ["C2", "C1", "C3"]
    assert office.reasons() == {
        ("hadir.csv", 4): "course_ambiguous",
        ("hadir.csv", 6): "unknown_course",
        ("hadir.csv", 7): "unknown_course",
    }


def test_courses_without_codes_get_one(office: Office) -> None:
    office.defaults(without=["courses", "enrolments", "assessments"])
    office.csv("pelatihan.csv", [row[1:] for row in COURSES])
    office.csv(
        "hadir.csv",
        [["NIP", "Pelatihan", "Angkatan", "Sesi", "Hadir"], [PEOPLE[0], "Diklat Contoh", "II", 10, 8]],
    )
    office.csv("nilai.csv", [["NIP", "Pre Test", "Post Test"], [PEOPLE[0], 50, 60]])
    office.take_in()
    assert office.table("enrolments")["course_id"].tolist() == ["contoh-2"]


def test_survey_elements_go_by_name_not_by_position(office: Office) -> None:
    office.defaults()
    office.csv(
        "skm.csv",
        [
            ["No Responden", "Unit Layanan", "Periode", "U1 Persyaratan", "U2 Prosedur", "U3 Waktu",
             "U4 Biaya", "U5 Produk", "U6 Kompetensi", "U7 Perilaku", "U8 Sarana Prasarana",
             "U9 Penanganan Pengaduan"],
            ["A1", "Dinas Contoh", "Sebelum", 1, 2, 3, 4, 1, 2, 3, 4, 1],
        ],
    )  # fmt: skip
    office.take_in()
    row = office.table("citizen_surveys").iloc[0]
    assert (row["u8"], row["u9"]) == (1, 4)
    assert [row[f"u{n}"] for n in range(1, 8)] == [1, 2, 3, 4, 1, 2, 3]


def test_questions_of_a_form_and_anonymous_answers(office: Office) -> None:
    office.defaults()
    office.csv(
        "evaluasi.csv",
        [
            ["Timestamp", "Pelatihan apa yang Anda ikuti?", "Bagaimana penilaian Anda terhadap materi?",
             "Bagaimana kualitas narasumber?", "Apakah metode pelatihan sudah tepat?",
             "Seberapa sesuai materi pelatihan dengan pekerjaan Anda?", "Saran untuk perbaikan"],
            ["04/03/2025 10:11:12", "Etika Pelayanan", "Sangat Baik", "5 - Sangat Baik", "Cukup", "Kurang",
             "Hubungi 0812-3456-7890"],
        ],
        delimiter="\t",
    )  # fmt: skip
    office.take_in()
    answers = office.table("reactions")
    assert dict(zip(answers["item"], answers["response"], strict=True)) == {
        "material": 5, "speaker": 5, "method": 3, "relevance": 2,
    }  # fmt: skip
    assert answers["respondent_id"].nunique() == 1
    assert answers["comment"].unique().tolist() == ["Hubungi [telepon]"]


def test_a_mapping_of_the_region_settles_a_strange_layout(office: Office) -> None:
    office.region = REGION + (
        '\n[[tables.assessments]]\nfile = "aneh*.csv"\nheader_row = 3\n'
        'columns = { person_id = "Kunci", competency = { value = "leadership" }, '
        'source = { value = "task" } }\n'
        'wide = { pre = "A", post = "B" }\n'
    )
    office.defaults()
    office.csv("aneh_1.csv", [["x"], [""], ["Kunci", "A", "B"], [PEOPLE[0], 50, 61]])
    office.take_in()
    assert office.table("assessments")[SCORES].to_numpy().tolist() == [
        ["leadership", "task", "pre", 50.0],
        ["leadership", "task", "post", 61.0],
    ]


def test_a_mapping_that_names_no_heading_is_reported(office: Office) -> None:
    office.region = (
        REGION + '\n[[tables.assessments]]\nfile = "zz_a*.csv"\ncolumns = { date = "Tgl Ujian" }\n'
    )
    office.defaults()
    assert [p["code"] for p in office.take_in()["problems"]] == ["mapping_unmatched"]


def test_repeats(office: Office) -> None:
    office.defaults(without=["enrolments"])
    office.csv(
        "hadir.csv",
        [
            ["NIP", "Kode Pelatihan", "Jumlah Sesi", "Hadir"],
            [PEOPLE[0], "C1", 10, 8], [PEOPLE[1], "C1", 10, 8], [PEOPLE[0], "C1", 10, 8],
            [PEOPLE[1], "C1", 10, 7], [PEOPLE[2], "C1", 10, 11], [PEOPLE[3], "C9", 10, 8],
            ["199912312024011001", "C1", 10, 8],
        ],
    )  # fmt: skip
    office.take_in()
    entry = office.entry("hadir.csv")
    assert (entry["rows"], entry["accepted"], entry["quarantined"], entry["duplicates"]) == (7, 1, 5, 1)
    assert office.reasons() == {
        ("hadir.csv", 3): "conflicting_repeat",
        ("hadir.csv", 5): "conflicting_repeat",
        ("hadir.csv", 6): "attended_more_than_held",
        ("hadir.csv", 7): "unknown_course",
        ("hadir.csv", 8): "unknown_person",
    }


def test_errors_and_percentages_of_a_workbook(office: Office) -> None:
    """The fast reader shows an error as an empty cell and 85% as 0.85; neither may become a value."""
    import openpyxl

    office.defaults(without=["assessments"])
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Nilai"
    sheet.append(["NIP", "Pre Test", "Post Test"])
    for nip, pre, post in zip(PEOPLE, (60, 61, 62), ("#DIV/0!", "=1+1", 0.85), strict=False):
        sheet.append([nip, pre, post])
    sheet["C2"].data_type = "e"
    sheet["C4"].number_format = "0%"
    (office.folder / "2025").mkdir(parents=True, exist_ok=True)
    book.save(office.folder / "2025" / "nilai.xlsx")
    office.take_in()
    assert office.reasons() == {("nilai.xlsx", 2): "spreadsheet_error", ("nilai.xlsx", 3): "formula"}
    assert office.table("assessments")["score"].tolist() == [62.0, 85.0]


def test_a_missing_table_is_named_with_what_makes_one(office: Office) -> None:
    office.defaults(without=["enrolments"])
    with pytest.raises(IntakeError, match=r"enrolments.*Sesi dihadiri"):
        office.take_in()


def test_what_cannot_be_read_is_reported_and_the_rest_goes_on(office: Office) -> None:
    office.defaults()
    office.write("rusak.xlsx", b"PK\x03\x04 no workbook")
    office.write("nol.csv", b"NIP;Nilai\n\x00;1\n")
    office.write("surat.pdf", b"%PDF")
    office.csv("aneh.csv", [["Alpha", "Beta", "Gamma"], [1, 2, 3]])
    account = office.take_in()
    assert {(p["file"], p["code"]) for p in account["problems"]} == {
        ("rusak.xlsx", "file_damaged"), ("nol.csv", "text_nul"),
        ("surat.pdf", "file_kind"), ("aneh.csv", "table_not_recognised"),
    }  # fmt: skip


def test_an_unknown_period_is_refused(office: Office) -> None:
    office.region = REGION.replace("2025]", "2024]")
    office.defaults()
    with pytest.raises(RegionError, match="2024"):
        office.take_in()


def test_the_account_names_nobody(office: Office) -> None:
    office.defaults(without=["assessments"])
    private_name = "Fulan Bin Fulan, S.Sos"
    office.csv(
        "nilai.csv",
        [
            ["Nama", "NIP", "Penilai", "Kompetensi", "Sumber Nilai", "Waktu", "Nilai"],
            [private_name, PEOPLE[0][:-1], private_name, "Teknis", "Tes", "Pre", 50],
            [private_name, PEOPLE[1], private_name, private_name, "Tes", "Pre", 105],
            [private_name, PEOPLE[2], private_name, "Teknis", PEOPLE[3], "Pre", "hubungi 081234567890"],
            [private_name, PEOPLE[3], private_name, "Teknis", "Tes", "Pre", 70],
        ],
    )
    office.take_in()
    stored = [path for path in office.processed.iterdir() if path.name != "quarantine.xlsx"]
    for path in stored:
        content = path.read_bytes()
        for private in (private_name.encode(), b"Fulan", b"081234567890", *(nip.encode() for nip in PEOPLE)):
            assert private not in content, path.name
    assert json.loads((office.processed / "intake.json").read_text())["totals"]["quarantined"] == 3


def test_the_order_of_files_decides_nothing_but_the_order_of_rows(office: Office) -> None:
    office.defaults()
    first = office.take_in()
    again = office.take_in()
    assert first == again


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.integers(0, 2**16),
    cells=st.lists(
        st.one_of(
            st.sampled_from(
                ["", "-", "105", "85,5", "#DIV/0!", "=1+1", "Jumlah", "Total", "NIP", "x" * 300, "31/02/2025",
                 "C1",
                 PEOPLE[0], PEOPLE[1] + "\u00a0", "1,99E+17", "Sangat setuju", "\u200b", "(1)", "Keterangan:"]
            ),
            st.text(st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters=";\""), max_size=9),
        ),
        max_size=12,
    ),
)  # fmt: skip
def test_rows_are_conserved_whatever_stands_in_the_cells(office: Office, seed: int, cells: list[str]) -> None:
    """Rows of the file are data or left out; data rows are one of four things, never two, never none."""
    chance = random.Random(seed)  # noqa: S311
    rows = [list(map(str, row)) for row in ASSESSMENTS]
    for cell in cells:
        row = chance.randrange(1, len(rows))
        rows[row][chance.randrange(len(rows[row]))] = cell
    office.defaults()
    office.csv("nilai.csv", rows)
    office.take_in()
    entries = [e for e in office.account["files"] if e["file"] == "nilai.csv"]
    assert sum(e["rows"] + e["left_out"] for e in entries) == len(rows)
    for e in entries:
        assert e["rows"] == e["accepted"] + e["corrected"] + e["quarantined"] + e["duplicates"]


def test_files_and_sheets_named_after_people_are_named_otherwise_everywhere(office: Office) -> None:
    office.defaults(without=["participants"])
    nip, other = PEOPLE[0], PEOPLE[1]
    head = ["NIP", "Nama", "OPD", "Kelompok"]
    office.workbook(
        f"peserta {nip}.xlsx", {"Siti Rahmawati": [head, [nip, "Siti Rahmawati, S.Sos", "Dinas", "Peserta"]]}
    )
    office.csv(f"peserta {other}.csv", [head, [other, "Andi Wijaya", "Dinas", "Peserta"]])
    office.csv("lain Siti Rahmawati.csv", [["Alpha", "Beta", "Gamma"], [1, 2, 3]])
    office.write(f"nilai {nip}.xlsx", b"x")
    account = office.take_in()
    stored = office.table("participants", all_files=True)
    assert set(stored["source_file"]) == {"peserta [NIP].xlsx", "peserta [NIP].csv"}
    assert set(stored["source_sheet"]) == {"[nama]", ""}
    text = str(account)
    assert not any(private in text for private in (nip, other, "Rahmawati", "Wijaya"))
    assert {(p["file"], p["code"]) for p in account["problems"]} >= {
        ("lain [nama].csv", "file_named"), ("nilai [NIP].xlsx", "file_disguised"),
    }  # fmt: skip


def test_first_and_last_days_in_one_cell_are_both_stored(office: Office) -> None:
    office.defaults(without=["courses"])
    days = ["Tanggal Pelaksanaan", "17 s.d. 19 Maret 2025", "28 Februari - 2 Maret 2025", "5 Mei 2025"]
    office.csv("c.csv", [[*row, day] for row, day in zip(COURSES, days, strict=True)])
    office.take_in()
    courses = office.table("courses")
    assert courses["start_date"].dt.strftime("%d/%m").tolist() == ["17/03", "28/02", "05/05"]
    assert courses["end_date"].dt.strftime("%d/%m").fillna("").tolist() == ["19/03", "02/03", ""]
    assert office.reasons() == {}


def test_first_and_last_days_wait_where_the_last_has_a_column_of_its_own(office: Office) -> None:
    office.defaults(without=["courses"])
    days = [["Tanggal Mulai", "Tanggal Selesai"], ["17 s.d. 19 Maret 2025", "20/03/2025"],
            ["18/03/2025", "19/03/2025"], ["05/05/2025", ""]]  # fmt: skip
    office.csv("c.csv", [[*row, *more] for row, more in zip(COURSES, days, strict=True)])
    office.take_in()
    assert office.reasons() == {("c.csv", 2): "date_span"}


def test_merged_cells_beside_and_below_a_table_do_no_harm(office: Office) -> None:
    office.defaults(without=["courses"])
    office.workbook("c.xlsx", {"Pelatihan": COURSES}, merges={"Pelatihan": ["C60:C64", "K2:K4", "B70:B9999"]})
    office.take_in()
    assert len(office.table("courses")) == 3


@pytest.mark.parametrize("batch", ["9" * 5_000, "Angkatan " + "0" * 5_000 + "2", "²"])
def test_endless_or_strange_numbers_of_batches_are_read(batch: str) -> None:
    assert read_batch(batch)
