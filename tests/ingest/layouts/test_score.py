"""Scores side by side: of which wave they are, their own dates, and what is asked rather than passed over."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from asn_research.ingest.proposal import draft_mappings

from ..office import PEOPLE, Office

SCORES = ["source", "wave", "score"]


@pytest.fixture
def office(tmp_path: Path) -> Office:
    office = Office(tmp_path)
    office.defaults(without=["assessments"])
    return office


def _send(
    office: Office, heads: Sequence[Any], cells: Sequence[Any], *more: Sequence[Any]
) -> list[list[Any]]:
    rows = [["NIP", "Kode Pelatihan", *heads], *more, *[[nip, "C1", *cells] for nip in PEOPLE]]
    office.workbook("n.xlsx", {"Rekap": rows})
    office.take_in()
    frame = office.table("assessments")[SCORES].drop_duplicates()
    return frame.to_numpy().tolist()  # type: ignore[no-any-return]


def test_pasca_is_the_second_of_two_and_the_third_of_three(office: Office) -> None:
    two = _send(office, ["Nilai Pra-Pelatihan", "Nilai Pasca-Pelatihan"], [50, 70])
    assert two == [["test", "pre", 50], ["test", "post", 70]]
    three = _send(office, ["Pre Test", "Post Test", "Evaluasi Pascapelatihan"], [50, 70, 65])
    assert [line[1:] for line in three] == [["pre", 50], ["post", 70], ["followup", 65]]


def test_pasca_in_rows_follows_the_rows_beside_it(office: Office) -> None:
    head = ["NIP", "Kode Pelatihan", "Kompetensi", "Sumber", "Tahap Evaluasi", "Nilai Akhir"]
    waves = (("Pra Pelatihan", 50), ("Pasca Pelatihan", 70))
    rows = [[nip, "C1", "Keterampilan teknis", "Tes", wave, score] for nip in PEOPLE for wave, score in waves]
    office.csv("n.csv", [head, *rows])
    office.take_in()
    assert office.table("assessments")[SCORES].drop_duplicates().to_numpy().tolist() == [
        ["test", "pre", 50],
        ["test", "post", 70],
    ]


def test_the_dates_of_each_wave(office: Office) -> None:
    below = ["", "", "Tanggal", "Nilai", "Tanggal", "Nilai"]
    heads = ["Sebelum Pelatihan", "", "Setelah Pelatihan", ""]
    _send(office, heads, ["3 Maret 2025", 50, "5 Maret 2025", 70], below)
    dates = office.table("assessments")[["wave", "date", "score"]].astype(str).drop_duplicates()
    assert dates.to_numpy().tolist() == [["pre", "2025-03-03", "50.0"], ["post", "2025-03-05", "70.0"]]


def test_a_final_mark_is_asked_about_and_never_a_second_post_test(office: Office) -> None:
    assert _send(office, ["Pre Test", "Post Test", "Nilai Akhir"], [50, 70, 60]) == [
        ["test", "pre", 50],
        ["test", "post", 70],
    ]
    asked = [problem for problem in office.account["problems"] if problem["code"] == "heading_unsure"]
    assert ["Nilai Akhir" in problem["message"] for problem in asked] == [True]


def test_a_score_that_is_not_understood_is_asked_about_and_the_drafted_line_settles_it(
    office: Office,
) -> None:
    assert _send(office, ["Pre Test", "Post Test Wxyz"], [50, 70]) == [["test", "pre", 50]]
    assert [problem["code"] for problem in office.account["problems"]] == ["heading_unsure"]
    (draft,) = draft_mappings(office.folder, period="2025")
    lines = draft.toml().replace("# wide.post", "wide.post")
    office.region += f"\n{lines}\n"
    settled = _send(office, ["Pre Test", "Post Test Wxyz"], [50, 70])
    assert settled == [["test", "pre", 50], ["test", "post", 70]]
    assert office.account["problems"] == []
