"""Problems reach the reader in the reader's language, and never stop a page from being made."""

from __future__ import annotations

from asn_research.errors import Place, Problem
from asn_research.reports.publications.problem import notice, problem_record, read_problem

MISSING = Problem(
    "table_missing",
    "the required table enrolments was found in no file.",
    Place("kalianda/2025"),
    "A sheet with these headings makes one: NIP.",
    {"table": "enrolments", "headings": "NIP"},
)


def test_a_known_problem_is_told_in_both_languages() -> None:
    assert "tabel wajib Kehadiran (enrolments) tidak ditemukan" in notice(MISSING, "id").text
    assert "the required table Enrolments (enrolments)" in notice(MISSING, "en").text
    assert "NIP" in notice(MISSING, "id").remedy
    assert str(notice(MISSING, "en")).startswith("kalianda/2025: ")


def test_an_unknown_problem_keeps_the_words_it_was_raised_with() -> None:
    told = notice(Problem("never_heard_of", "something was odd.", Place("a.csv"), "Look."), "id")
    assert (told.place, told.text, told.remedy) == ("a.csv", "something was odd.", "Look.")


def test_a_problem_that_lacks_the_fields_of_its_message_keeps_its_words() -> None:
    assert notice(Problem("table_missing", "raised without fields."), "id").text == "raised without fields."


def test_empty_fields_have_a_message_without_holes() -> None:
    nothing = Problem("table_not_recognised", "no table.", fields={"table": "", "missing": ""})
    assert notice(nothing, "en").text == "no table was recognised on this sheet. Its rows were not read."


def test_a_problem_survives_json() -> None:
    assert read_problem(problem_record(MISSING)) == MISSING
