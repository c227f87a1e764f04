"""Words: terms in their many spellings, yes and no, and answers whose words tell which scale it is."""

from __future__ import annotations

import pytest

from asn_research.contract.column import TABLES, Column
from asn_research.ingest.values.term import find_nearest_term, find_term
from asn_research.ingest.values.value import Cells, Notation, read_cells

RESPONSE = TABLES["reactions"]["response"]
ELEMENT = TABLES["citizen_surveys"]["u4"]
COMPLETED = TABLES["enrolments"]["completed"]


def read(column: Column, *cells: object) -> list[object]:
    found = read_cells(Cells.of(cells), column, notation=Notation())
    return [reason or value for value, reason in zip(found.values, found.reasons, strict=True)]


@pytest.mark.parametrize(
    ("table", "column", "cell", "code"),
    [
        ("participants", "grade", "Penata Muda (III/a)", "III/a"),
        ("participants", "grade", "III / a", "III/a"),
        ("participants", "grade", "iii/A ", "III/a"),
        ("participants", "sex", "Lk.", "male"),
        ("participants", "sex", "P", "female"),
        ("participants", "education", "S.1", "s1"),
        ("participants", "employment", "PNS (Pegawai Negeri Sipil)", "PNS"),
        ("courses", "method", "2. Praktik (proyek kecil)", "practice"),
        ("courses", "method", "PRAKTEK\u00a0LANGSUNG", "practice"),
        ("assessments", "wave", "Pre-Test", "pre"),
        ("assessments", "wave", "3 bulan setelah diklat", "followup"),
        ("assessments", "wave", "Setelah pelatihan", "post"),
        ("assessments", "source", "Penilaian Atasan Langsung", "supervisor"),
        ("appraisals", "result", "Dibawah Ekspektasi", "below"),
    ],
)
def test_terms(table: str, column: str, cell: str, code: str) -> None:
    assert read(TABLES[table][column], cell) == [code]


@pytest.mark.parametrize(
    ("table", "column", "cell"),
    [
        ("participants", "grade", "Penata Muda (III/b)"),  # rank and grade contradict each other
        ("courses", "method", "Ceramah dan praktik"),
        ("courses", "method", "lihat lampiran"),
        ("assessments", "wave", "Pre/Post"),
        ("appraisals", "result", "Baik"),
    ],
)
def test_no_guessing_of_terms(table: str, column: str, cell: str) -> None:
    assert read(TABLES[table][column], cell) == ["unknown_term"]


@pytest.mark.parametrize(
    ("cell", "meant"),
    [("Ya", True), ("Tidak lulus", False), ("belum", False), ("√", True), (1.0, True), (False, False),
     ("tidak hadir", None), ("", None), ("mungkin", "not_a_flag"), (2, "not_a_flag")],
)  # fmt: skip
def test_flags(cell: object, meant: object) -> None:
    assert read(COMPLETED, cell) == [meant]


def test_a_cross_beside_ticks_says_nothing() -> None:
    assert read(COMPLETED, "x", None) == [True, None]
    assert read(COMPLETED, "x", "✓") == ["not_a_flag", True]


def test_answers_in_words_and_numbers() -> None:
    cells = [
        "SS",
        "Setuju",
        "N",
        "TS",
        "sangat tidak setuju",
        "5",
        4.0,
        "5 – Sangat Setuju",
        "Setuju (4)",
        "(2) Tidak setuju",
    ]
    assert read(RESPONSE, *cells) == [5, 4, 3, 2, 1, 5, 4, 5, 4, 2]


def test_the_same_word_on_different_scales() -> None:
    assert read(RESPONSE, "STS", "TS", "KS", "S", "SS") == [1, 2, 3, 4, 5]
    assert read(RESPONSE, "TS", "KS", "CS", "S", "SS") == [1, 2, 3, 4, 5]
    assert read(RESPONSE, "kurang setuju", "setuju") == ["answer_ambiguous", 4]
    assert read(RESPONSE, "kurang setuju", "3 - kurang setuju") == [3, 3]
    assert read(RESPONSE, "Tidak baik", "Kurang baik", "Cukup", "Baik", "Sangat baik") == [1, 2, 3, 4, 5]


def test_number_and_word_must_agree() -> None:
    """A real form labels its fifth category as the fourth; nobody can say which of the two was meant."""
    assert read(RESPONSE, "4: SANGAT BAIK (SB)", "Baik") == ["answer_contradiction", 4]
    assert read(RESPONSE, "5 - Tidak Setuju", "[2] Kurang setuju") == ["answer_contradiction", 2]


def test_four_point_answers_of_citizens() -> None:
    assert read(ELEMENT, "Gratis", "Murah", "Cukup mahal", "Sangat mahal") == [4, 3, 2, 1]
    assert read(ELEMENT, "Sangat baik", "Baik", "Kurang baik", "Tidak baik") == [4, 3, 2, 1]
    assert read(ELEMENT, 5, "3. Wajar", "lumayan") == ["out_of_range", 3, "unknown_answer"]


@pytest.mark.parametrize(
    ("vocabulary", "text"), [("wave", "Sebelom"), ("wave", "Ssudah"), ("competency", "Ketrampilan tehnis")]
)
def test_a_mistyped_term_of_a_score_waits_for_a_decision(vocabulary: str, text: str) -> None:
    assert find_term(vocabulary, text) is None
    assert find_nearest_term(vocabulary, text)
