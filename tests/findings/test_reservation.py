"""Reservations on page one: what needs no training, who was lost, who is not on the list."""

from __future__ import annotations

import datetime
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pandas as pd
import pytest

from asn_research.findings.answers.background import answer_learning_gain
from asn_research.findings.answers.reach import _months, answer_coverage
from asn_research.findings.finding import Finding
from asn_research.findings.grounds.draft import quarantine_caveats
from asn_research.findings.grounds.dropout import describe_dropout
from asn_research.findings.grounds.people import GainPeople
from asn_research.findings.wordings.learning import method_short
from asn_research.findings.wordings.part import bounds
from asn_research.findings.wordings.sentence import answer_sentence, caveat_sentences, reading_sentence
from asn_research.findings.wordings.summary import summarise
from asn_research.language import phrase
from asn_research.models.result import Estimate
from tests.findings.conftest import Findings
from tests.findings.world import make_region


def estimate_in(finding: Finding, term: str) -> Estimate:
    found = finding[term]
    assert isinstance(found, Estimate)
    return found


def test_the_gain_of_one_group_carries_what_needs_no_training(one_group: Findings) -> None:
    gain, background = one_group["learning_gain"], one_group["background_change"]
    own = estimate_in(gain, "mean_gain").estimate
    parts = [float(str(gain.details[name])) for name in ("background", "remaining")]
    assert sum(parts) == pytest.approx(own, rel=1e-9, abs=1e-9)
    assert parts[1] == estimate_in(background, "remaining").estimate
    assert any("dapat muncul tanpa pelatihan" in s for s in summarise([gain], "id").sentences)


@pytest.mark.parametrize(
    ("low", "expected", "text"),
    [
        (-1.1, 8.2, "sisanya, 0,9 poin, belum dapat dibedakan dari nol (selang −1,1 sampai 3,0)"),
        (0.4, 8.2, "tersisa 0,9 poin (selang 0,4 sampai 3,0)"),
        (None, 8.2, "tersisa 0,9 poin, tanpa selang"),
        (-9.0, 9.5, "dapat muncul tanpa pelatihan: perubahan yang dapat diperkirakan"),
    ],
)
def test_what_remains_is_told_by_its_interval(
    low: float | None, expected: float, text: str, one_group: Findings
) -> None:
    gain = one_group["learning_gain"]
    own = replace(estimate_in(gain, "mean_gain"), estimate=9.1)
    remaining = {"remaining": 0.9, "remaining_low": low, "remaining_high": None if low is None else 3.0}
    details = {**gain.details, "background": expected, "background_selection": "lower_half", **remaining}
    finding = replace(gain, details=details, results=(own,))
    assert text in answer_sentence(finding, "id")


def test_a_comparison_group_needs_no_estimated_background(compared: Findings) -> None:
    assert "background" not in compared["learning_gain"].details


@pytest.mark.parametrize(("lost", "code"), [(40.0, "lost_lower"), (80.0, "lost_higher"), (60.5, "")])
def test_lost_people_who_started_elsewhere_are_named(lost: float, code: str) -> None:
    """Twenty kept at 55 and 65, ten lost: the difference in standard deviations by hand."""
    pre = [55.0, 65.0] * 10 + [lost - 1, lost + 1] * 5
    frame = pd.DataFrame(
        {"pre": pre, "post": [70.0] * 20 + [float("nan")] * 10, "group": "trained", "trained": 1.0}
    )
    frame["gain"] = frame["post"] - frame["pre"]
    people = GainPeople(frame, frame.iloc[:0], minimum=10, competency="technical_skill", source="test")
    caveats = people.lost_caveats()
    assert [caveat.code for caveat in caveats] == ([code] if code else [])
    if caveats:
        expected = abs(60.0 - lost) / float(pd.Series(pre).std())
        assert caveats[0].fields["difference_sd"] == pytest.approx(expected, rel=1e-9, abs=1e-12)
    few = replace(people, minimum=11)
    assert few.lost_caveats() == ()


def lost_ten(*, compared: bool) -> GainPeople:
    """Twenty trained kept at 55 and 65 reach 70, ten are lost at 40; perhaps twelve compared stay at 60."""
    pre = [55.0, 65.0] * 10 + [40.0] * 10 + [60.0] * 12
    post = [70.0] * 20 + [float("nan")] * 10 + [60.0] * 12
    frame = pd.DataFrame({"pre": pre, "post": post, "trained": [1.0] * 30 + [0.0] * 12})
    frame["gain"] = frame["post"] - frame["pre"]
    kept = frame if compared else frame[frame["trained"] == 1.0]
    return GainPeople(kept, frame.iloc[:0], minimum=10, competency="technical_skill", source="test")


def test_what_a_gain_could_be_with_those_lost_is_bounded_by_hand() -> None:
    found = describe_dropout(lost_ten(compared=False))
    assert (found["lost"], found["lost_started"]) == (10, 30)
    by_hand = {
        "lost_share": 10 / 30,
        "lost_unchanged": 20 * 10 / 30,
        "lost_low": (20 * 70 + 10 * 0) / 30 - (20 * 60 + 10 * 40) / 30,
        "lost_high": (20 * 70 + 10 * 100) / 30 - (20 * 60 + 10 * 40) / 30,
    }
    for name, value in by_hand.items():
        assert float(str(found[name])) == pytest.approx(value, rel=1e-12, abs=1e-12), name
    beside = describe_dropout(lost_ten(compared=True))
    assert beside["lost_share"] == pytest.approx(10 / 42, rel=1e-12, abs=0)
    for name in ("lost_unchanged", "lost_low", "lost_high"):  # the compared neither changed nor left
        assert float(str(beside[name])) == pytest.approx(float(str(found[name])), rel=1e-9, abs=1e-9)
    assert describe_dropout(replace(lost_ten(compared=False), minimum=11)) == {}


def test_methods_that_do_not_differ_from_the_reference_are_called_unclear(one_group: Findings) -> None:
    finding = one_group["method_effect"]
    wide = [
        replace(r, conf_low=-1.0, conf_high=9.0)
        if isinstance(r, Estimate) and r.term.startswith("method[") else r
        for r in finding.results
    ]  # fmt: skip
    pair = "method:practice - method:discussion"
    unclear = replace(finding, results=tuple(wide), details={**finding.details, "clear_pairs": pair})
    text = method_short(unclear, "id")
    assert "belum jelas" in text
    assert text.endswith("yang jelas berbeda hanya: praktik lebih tinggi daripada diskusi kelompok.")
    bare = replace(unclear, details={**finding.details, "clear_pairs": ""})
    assert "belum jelas" in method_short(bare, "id")
    assert "not clear" in answer_sentence(bare, "en")
    reading = reading_sentence(finding, "id")
    assert "Holm" in reading
    assert "CR2" in reading


def test_a_bound_near_zero_shows_its_side() -> None:
    assert bounds(-0.02, 1.2, "points", "id") == ("−0,02", "1,20")
    assert bounds(0.0, 1.2, "points", "id") == ("0,0", "1,2")
    assert bounds(0.004, 0.5, "share", "en") == ("0.4", "50.0")


def test_readings_tell_of_intervals_only_where_there_are_some(one_group: Findings) -> None:
    finding = one_group["attendance"]
    without = tuple({**row, "conf_low": None, "conf_high": None} for row in finding.rows)
    assert "garis" not in reading_sentence(replace(finding, rows=without), "id")
    after = replace(one_group["confidence_gain"], details={"one_wave": True})
    assert "nol" not in reading_sentence(after, "id")


def test_people_beyond_the_list_count_as_not_trained(one_group: Findings) -> None:
    finding = one_group["coverage"]
    details = {**finding.details, "eligible": 290, "listed": 179, "unlisted": 111}
    told = answer_sentence(replace(finding, details=details), "id")
    assert "111 orang tidak ada pada daftar peserta dan dihitung belum dilatih." in told
    whole = replace(finding, details={**details, "listed": 290, "unlisted": 0})
    assert "tidak ada pada daftar" not in answer_sentence(whole, "id")


def test_a_list_with_many_rows_set_aside_is_told(one_group: Findings) -> None:
    def read(aside: int) -> Any:
        files = [
            {"table": "participants", "rows": 100, "quarantined": aside},
            {"table": "assessments", "rows": 100, "quarantined": 90},
        ]
        return quarantine_caveats(cast(Any, SimpleNamespace(intake={"files": files})))

    assert read(4) == ()
    told = replace(one_group["coverage"], caveats=read(5))
    assert caveat_sentences(told, "en")[0].startswith("5 of 100 rows of the list of participants (5%)")


@pytest.mark.parametrize(
    ("starts", "ends", "months"),
    [
        (datetime.date(2025, 1, 1), datetime.date(2025, 12, 31), 12),
        (datetime.date(2024, 3, 15), datetime.date(2025, 3, 14), 12),
        (datetime.date(2024, 3, 15), datetime.date(2025, 3, 15), 13),
        (datetime.date(2024, 1, 1), datetime.date(2025, 6, 30), 18),
    ],
)
def test_months_of_a_period(starts: datetime.date, ends: datetime.date, months: int) -> None:
    periods = {"x": SimpleNamespace(starts=starts, ends=ends)}
    data = SimpleNamespace(region=SimpleNamespace(periods=periods), period="x")
    assert _months(cast(Any, data)) == months


def test_one_person_is_no_people() -> None:
    assert phrase("finding.key_people", "en", people="1") == "1 person"
    assert phrase("finding.key_people", "en", people="41") == "41 people"
    assert phrase("finding.key_people", "en", people="1.1") == "1.1 people"
    assert phrase("finding.excluded_no_post", "en", count="1") == "1 person without a score after"


def test_people_marked_as_trained_without_a_course_are_told_where_they_count_and_where_not() -> None:
    data = make_region(people=120, batches=8)
    left_out = data.tables["enrolments"]["person_id"].iloc[:12]
    enrolments = data.tables["enrolments"]
    tables = {**data.tables, "enrolments": enrolments[~enrolments["person_id"].isin(left_out)]}
    scores = tables["assessments"]
    if "course_id" in scores:
        tables["assessments"] = scores.assign(course_id=scores["course_id"].where(
            ~scores["person_id"].isin(left_out)))  # fmt: skip
    short = replace(data, tables=tables)
    codes = {
        question: {caveat.code for caveat in finding.caveats}
        for question, finding in (
            ("coverage", answer_coverage(short)), ("gain", answer_learning_gain(short)),
        )
    }  # fmt: skip
    assert "trained_without_attendance" in codes["coverage"]
    assert "trained_without_course" in codes["gain"]
    whole = {caveat.code for caveat in answer_learning_gain(data).caveats}
    assert "trained_without_course" not in whole
