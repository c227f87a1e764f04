"""Files of other offices, made outside the shipped simulation: nothing wrong, nothing lost, nearly all read.

The builder (:mod:`.other_town`) draws headings, words, layouts and files of one office from a seed, with the
truth beside them; each other test is one layout that offices are known to send.
"""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fsspec
import pytest
from typer.testing import CliRunner

from asn_research.errors import IntakeError
from asn_research.ingest.intake import take_in
from asn_research.ingest.proposal import draft_mappings

from .conftest import KEY
from .office import ASSESSMENTS, PEOPLE, REGION, Office
from .other_town import judge, make_office

RECOVERED_SHARE = 0.95
SEEDS = range(100, 105)
OTHER_REGION = REGION.replace("ends = 2025-11-30", 'ends = 2025-12-31\ndesign = "matched"')
SCORES = ["competency", "source", "wave", "score"]
T, A = "technical_skill", "professional_attitude"


def test_offices_of_other_towns_come_in(tmp_path: Path) -> None:
    recoverable = recovered = 0
    wrong: list[str] = []
    missed: list[str] = []
    for seed in SEEDS:
        office = make_office(seed)
        folder = tmp_path / str(seed) / "contoh"
        (folder / "2025").mkdir(parents=True)
        (folder / "region.toml").write_text(OTHER_REGION, encoding="utf-8")
        office.write(folder / "2025")
        account = take_in(folder, period="2025", processed=tmp_path / "processed" / str(seed))
        verdict = judge(office, account, tmp_path / "processed" / str(seed) / "contoh" / "2025", KEY)
        recoverable += verdict.recoverable
        recovered += verdict.recovered
        wrong += [f"{seed} {line}" for line in verdict.wrong]
        missed += [f"{seed} {line}" for line in verdict.missed]
        for entry in account["files"]:
            parts = ("accepted", "corrected", "quarantined", "duplicates")
            assert entry["rows"] == sum(entry[part] for part in parts)
    assert wrong == []
    assert recovered / recoverable >= RECOVERED_SHARE, missed


def _scores(office: Office) -> list[list[Any]]:
    return office.table("assessments")[SCORES].drop_duplicates().to_numpy().tolist()  # type: ignore[no-any-return]


def _waves_above_competencies(office: Office) -> None:
    rows = [
        ["REKAP NILAI TES"],
        ["No", "NIP", "Pre-Test", "", "Post-Test", ""],
        ["", "", "Teknis", "Sikap", "Teknis", "Sikap"],
        *[[i + 1, nip, 50, 60, 70, 80] for i, nip in enumerate(PEOPLE)],
    ]
    office.workbook("n.xlsx", {"Nilai": rows}, merges={"Nilai": ["A2:A3", "B2:B3", "C2:D2", "E2:F2"]})


def _sources_side_by_side(office: Office) -> None:
    rows = [["PENILAIAN SIKAP PROFESIONAL SESUDAH PELATIHAN"], ["NIP", "Diri Sendiri", "Atasan"]]
    office.workbook("n.xlsx", {"Penilaian": [*rows, *[[nip, 50, 60] for nip in PEOPLE]]})


def _wave_in_the_name_of_the_file(office: Office) -> None:
    for wave, score in (("pretest", 50), ("posttest", 70)):
        office.csv(f"nilai_{wave}.csv", [["NIP", "Keterampilan Teknis"], *[[nip, score] for nip in PEOPLE]])


def _kind_of_test_tells_the_wave(office: Office) -> None:
    head = ["NIP", "Kompetensi", "Jenis Tes", "Nilai"]
    office.csv(
        "n.csv",
        [head, *[[n, "Teknis", w, s] for n in PEOPLE for w, s in (("Pre-Test", 50), ("Post-Test", 70))]],
    )


def _abbreviated_and_mistyped(office: Office) -> None:
    office.csv(
        "n.csv",
        [
            ["NIP", "Jns. Kompetnsi", "Sumebr Penilaian", "Nilai Sblm", "Nilai Ssdh"],
            *[[n, "Teknis", "Tes", 50, 70] for n in PEOPLE],
        ],
    )


def _two_levels_again_on_every_page(office: Office) -> None:
    head = [["NIP", "Nilai Tes Teknis", ""], ["", "Pre", "Post"]]
    rows = [*head, *[[n, 50, 70] for n in PEOPLE[:5]], *head, *[[n, 50, 70] for n in PEOPLE[5:]]]
    office.workbook("n.xlsx", {"N": rows}, merges={"N": ["A1:A2", "B1:C1"]})


@pytest.mark.parametrize(
    ("send", "scores"),
    [
        (
            _waves_above_competencies,
            [
                [T, "test", "pre", 50],
                [A, "test", "pre", 60],
                [T, "test", "post", 70],
                [A, "test", "post", 80],
            ],
        ),
        (_sources_side_by_side, [[A, "self", "post", 50], [A, "supervisor", "post", 60]]),
        (_wave_in_the_name_of_the_file, [[T, "test", "post", 70], [T, "test", "pre", 50]]),
        (_kind_of_test_tells_the_wave, [[T, "test", "pre", 50], [T, "test", "post", 70]]),
        (_abbreviated_and_mistyped, [[T, "test", "pre", 50], [T, "test", "post", 70]]),
        (_two_levels_again_on_every_page, [[T, "test", "pre", 50], [T, "test", "post", 70]]),
    ],
)
def test_scores_in_the_layouts_of_other_offices(
    office: Office, send: Callable[[Office], None], scores: list[list[Any]]
) -> None:
    office.defaults(without=["assessments"])
    send(office)
    account = office.take_in()
    assert _scores(office) == scores
    assert account["problems"] == []


def test_lists_side_by_side_and_a_budget_in_millions(office: Office) -> None:
    office.defaults(without=["participants"])
    half = len(PEOPLE) // 2
    pairs = zip(PEOPLE[:half], PEOPLE[half:], strict=True)
    office.workbook(
        "data.xlsx",
        {
            "Peserta": [
                ["No", "NIP", "OPD", "", "No", "NIP", "OPD"],
                *[[i, a, "Dinas", "", i + half, b, "Badan"] for i, (a, b) in enumerate(pairs, start=1)],
            ],
            "Anggaran": [
                ["REALISASI ANGGARAN TAHUN 2025"],
                ["(dalam jutaan rupiah)"],
                ["No", "Uraian", "Pagu", "Realisasi"],
                [1, "Honor", 125, "120,5"],
                [2, "Sewa", "80,25", "75 juta"],
                ["", "Jumlah", 205.25, 195.5],
            ],
            "SKP 2024": [
                ["NIP", "Hasil Kerja", "Perilaku Kerja", "Predikat"],
                *[[nip, "Sesuai Ekspektasi", "Di atas Ekspektasi", "Baik"] for nip in PEOPLE],
            ],
        },
    )
    account = office.take_in()
    people = office.table("participants")
    assert people["unit"].tolist() == ["Dinas"] * half + ["Badan"] * half
    assert people["source_row"].tolist() == [*range(2, 2 + half)] * 2
    budget = office.table("budgets")
    assert budget[["year", "planned_idr", "realised_idr"]].to_numpy().tolist() == [
        [2025, 125e6, 120.5e6],
        [2025, 80.25e6, 75e6],
    ]
    assert set(office.table("appraisals")["year"]) == {2024}
    assert {
        (a["sheet"], a["column"], a["value"]) for a in account["assumptions"] if a["column"] == "year"
    } == {
        ("Anggaran", "year", "2025"),
        ("SKP 2024", "year", "2024"),
    }


def test_other_units_and_scales_are_not_read_as_if_they_were_right(office: Office) -> None:
    office.defaults(without=["courses"])
    office.csv(
        "kursus.csv",
        [
            ["Kode", "Nama Pelatihan", "Metode", "Durasi (hari)", "Jumlah JP"],
            ["C1", "Diklat Contoh", "Ceramah", 3, 24],
            ["C2", "Diklat Lain", "Praktik", 4, "4 hari"],
        ],
    )
    office.csv(
        "sepuluh.csv", [["NIP", "Pre Test (1-10)", "Post Test (1-10)"], *[[nip, 6, 7] for nip in PEOPLE]]
    )
    office.csv("diam.csv", [["NIP", "Pre Test", "Post Test"], *[[nip, "6,5", 7] for nip in PEOPLE]])
    account = office.take_in()
    assert office.table("courses")["hours_jp"].tolist() == [24]
    assert office.reasons()["kursus.csv", 3] == "wrong_unit"
    assert {office.reasons()["diam.csv", row] for row in range(2, 12)} == {"scale_unclear"}
    assert {(p["file"], p["code"]) for p in account["problems"]} == {
        ("sepuluh.csv", "table_not_recognised"),
        ("sepuluh.csv", "heading_unit"),
    }


def test_titles_of_posts_are_no_kind_of_post_and_a_misspelt_term_is_no_term(office: Office) -> None:
    office.defaults(without=["participants", "courses"])
    posts = [
        "Analis Kepegawaian",
        "Guru",
        "Bendahara",
        "Camat",
        "Arsiparis",
        "Auditor",
        "Sopir",
        "Bidan",
        "Lurah",
        "Juru Bayar",
    ]
    office.csv(
        "p.csv",
        [
            ["NIP", "OPD", "Jabatan", "Status"],
            *[[n, "Dinas", p, "Aktif"] for n, p in zip(PEOPLE, posts, strict=True)],
        ],
    )
    office.csv(
        "k.csv",
        [
            ["Kode", "Judul", "Metode", "JP"],
            ["C1", "Diklat Contoh", "Ceramha", 24],
            ["C2", "Arsip", "Praktik", 20],
        ],
    )
    account = office.take_in()
    assert len(office.table("participants")) == len(PEOPLE)
    assert [entry["headings"] for entry in account["unread"]] == [["Jabatan", "Status"]]
    wrong = next(entry for entry in account["quarantine"] if entry["file"] == "k.csv")
    assert (wrong["row"], wrong["reason"], wrong["nearest"]) == (2, "unknown_term", "lecture")


def test_where_it_is_not_sure_it_asks_with_the_lines_that_settle_it(office: Office) -> None:
    office.defaults(without=["assessments"])
    rows = [
        ["NIP", "Kompetensi", "Sumber", "Waktu", "Nilai Tes", "Nilai Ujian"],
        *[[n, "Teknis", "Tes", "Pre", 60, 70] for n in PEOPLE],
    ]
    office.csv("dua [nilai].csv", rows)
    with pytest.raises(IntakeError) as caught:
        office.take_in()
    asked = next(p for p in caught.value.problems if p.place.file == "dua [nilai].csv")
    assert asked.place.cell == "A1"
    settled = tomllib.loads(asked.fields["lines"])["tables"]["assessments"][0]
    assert settled["columns"] == {"score": "Nilai Tes"}
    assert '# columns.score = "Nilai Ujian"' in asked.fields["lines"]
    office.region = f"{REGION}\n{asked.fields['lines']}\n"
    office.take_in()
    assert set(office.table("assessments")["score"]) == {60.0}


def _strange(office: Office) -> None:
    """Three layouts in words that no list knows."""
    office.defaults(without=["courses", "assessments", "enrolments"])
    office.workbook(
        "pelatihan [2025].xlsx",
        {
            'Kursus "A"': [
                ["DAFTAR"],
                [],
                ["Sandi", "Perihal", "Aneka Cara", "Bobot JP-nya", "Lainnya"],
                ["C1", "Diklat Contoh", "Ceramah", 20, "x"],
                ["C2", "Etika", "Praktik", 24, "y"],
                ["C3", "Arsip", "Diskusi", 24, "y"],
            ]
        },
    )
    office.csv(
        "nilai.csv",
        [
            ["Kunci", "Ranah", "Oleh Siapa", "Kapan", "Poin Didapat"],
            *[[nip, "Teknis", "Tes", "Pre", 60 + i] for i, nip in enumerate(PEOPLE)],
            *[[nip, "Sikap", "Atasan", "Post", 70 + i] for i, nip in enumerate(PEOPLE)],
        ],
    )
    office.csv(
        "hadir.csv",
        [
            ["NIP", "Kode Pelatihan", "Banyak Jadwal Temu", "Datang Berapa Kali"],
            *[[nip, "C1", 10, 8] for nip in PEOPLE],
        ],
    )
    (office.folder / "region.toml").write_text(office.region, encoding="utf-8")


def test_drafted_lines_make_a_strange_layout_come_in(office: Office) -> None:
    _strange(office)
    with pytest.raises(IntakeError):
        office.take_in()
    drafts = draft_mappings(office.folder, period="2025")
    office.region += "".join(f"\n{draft.toml()}\n" for draft in drafts)
    account = office.take_in()
    assert account["problems"] == []
    assert account["totals"]["accepted"] == account["totals"]["rows"] == 3 + 4 * len(PEOPLE)
    assert office.table("courses")[["course_id", "title", "hours_jp"]].to_numpy().tolist() == [
        ["C1", "Diklat Contoh", 20],
        ["C2", "Etika", 24],
        ["C3", "Arsip", 24],
    ]
    assert office.table("enrolments")[
        ["sessions_held", "sessions_attended"]
    ].drop_duplicates().to_numpy().tolist() == [[10, 8]]
    assert draft_mappings(office.folder, period="2025") == ()


def test_the_command_prints_the_lines(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    from asn_research.cli import app

    _strange(office)
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    raw, away = str(office.root / "raw"), str(office.root / "processed")
    result = CliRunner().invoke(app, ["check", "contoh", "--suggest", "--raw", raw, "--processed", away])
    assert result.exit_code == 0, result.output
    lines = tomllib.loads(result.stdout)["tables"]
    assert {name: len(entries) for name, entries in lines.items()} == {
        "assessments": 1,
        "courses": 1,
        "enrolments": 1,
    }
    assert lines["courses"][0]["sheet"] == 'Kursus "A"'
    assert not office.processed.exists()


def test_lines_are_drafted_for_files_at_a_url(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    from asn_research.cli import app

    _strange(office)
    shelf = fsspec.filesystem("memory")
    for path in office.folder.rglob("*.*"):
        shelf.pipe(f"/kantor/raw/{path.relative_to(office.root / 'raw').as_posix()}", path.read_bytes())
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    away = str(office.root / "processed")
    words = ["check", "contoh", "--suggest", "--raw", "memory://kantor/raw", "--processed", away]
    result = CliRunner().invoke(app, words)
    shelf.store.clear()
    assert result.exit_code == 0, result.output
    assert sorted(tomllib.loads(result.stdout)["tables"]) == ["assessments", "courses", "enrolments"]


def test_nothing_is_called_settled_that_could_not_be_looked_at(office: Office) -> None:
    office.defaults()
    office.take_in()
    assert draft_mappings(office.folder, period="2025") == ()
    office.write("rusak.xlsx", b"PK")
    with pytest.raises(IntakeError, match=r"rusak\.xlsx"):
        draft_mappings(office.folder, period="2025")
    shutil.rmtree(office.folder / "2025")
    with pytest.raises(IntakeError, match="folder of the period"):
        draft_mappings(office.folder, period="2025")


def test_the_contract_of_likeness_holds_for_every_known_heading() -> None:
    """A heading with one slip of the pen leads to its own column or to none, never to another."""
    from asn_research.contract.heading import read_lexicon

    lexicon = read_lexicon()
    wrong = []
    for table, spellings in lexicon.columns.items():
        for spelling, column in list(spellings.items())[::7]:
            word = max(spelling.split(), key=len)
            if len(word) < 7 or not word.isalpha():
                continue
            slip = spelling.replace(word, word[:3] + word[4] + word[3] + word[5:])
            found = lexicon.find_column(table, slip) or lexicon.find_like(table, slip).code
            if found not in {None, column}:
                wrong.append((table, slip, column, found))
    assert wrong == []


def test_rows_already_read_elsewhere_are_repeats(office: Office) -> None:
    office.defaults()
    office.csv("lagi.csv", ASSESSMENTS, delimiter="|")
    office.take_in()
    entry = next(e for e in office.account["files"] if e["file"] == "zz_assessments.csv")
    assert (entry["rows"], entry["duplicates"]) == (len(PEOPLE), len(PEOPLE))
