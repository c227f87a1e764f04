"""Deviations from the plan: each is found where it is made, and none where none is."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from asn_research.findings.conclusions.deviation import WEAKER_DESIGN
from asn_research.findings.finding import Finding, Row
from asn_research.findings.wordings.deviation import done_text, planned_text, point_text, why_text
from asn_research.findings.wordings.sentence import answer_sentence
from asn_research.language import LANGUAGES
from asn_research.language.catalogue import has_phrase
from tests.findings.conftest import answer_one
from tests.findings.world import FakeRegion, make_region

DATED = datetime.date(2025, 1, 10)


def deviations(data: FakeRegion) -> Finding:
    return answer_one(data, "plan_deviations")


def codes(found: Finding) -> list[str]:
    """What was found, once every sentence about it has been written."""
    for row in found.rows:
        for language in LANGUAGES:
            for write in (point_text, planned_text, done_text, why_text):
                text = write(row, language)
                assert text
                assert "{" not in text
                assert "None" not in text
    return [str(row["code"]) for row in found.rows]


def changed(data: FakeRegion, **tables: pd.DataFrame) -> FakeRegion:
    return replace(data, tables={**data.tables, **tables})


def dated(design: str = "one_group", **settings: Any) -> FakeRegion:
    return make_region(design, **{"written_on": DATED, **settings})


@pytest.fixture(scope="module")
def kept() -> Finding:
    return deviations(dated())


def test_a_plan_that_was_kept_has_no_deviations(kept: Finding) -> None:
    assert kept.rows == ()
    assert kept.estimates[0].estimate == 0
    assert answer_sentence(kept, "en") == "No deviations: everything was done as planned."
    assert answer_sentence(kept, "id").startswith("Tidak ada penyimpangan")


def test_the_digest_and_date_of_the_plan_are_in_the_finding(kept: Finding) -> None:
    details = kept.details
    assert details["plan_digest"] == dated().plan.digest
    assert details["plan_written"] == "2025-01-10"
    other = dated(clusters="unit")
    assert deviations(other).details["plan_digest"] != details["plan_digest"]


@pytest.mark.parametrize(
    ("written", "first", "code"),
    [
        (None, None, "plan_undated"),
        (datetime.date(2025, 3, 1), None, "plan_after_start"),
        (datetime.date(2025, 3, 1), "2025-06-01", "plan_after_start"),
        (datetime.date(2025, 7, 1), "2025-06-01", "plan_after_data"),
    ],
)
def test_a_plan_without_date_or_too_late_is_said(
    written: datetime.date | None, first: str | None, code: str
) -> None:
    data = dated(written_on=written)
    scores = data.tables["assessments"]
    if first:
        day = pd.Series(pd.Timestamp(first), index=scores.index).where(scores["wave"] == "post")
        data = changed(data, assessments=scores.assign(date=day))
    assert codes(deviations(data)) == [code]


def test_a_covariate_that_is_empty_sparse_or_constant_is_said_with_its_reason() -> None:
    data = dated(covariates=["position_type", "sex", "education", "service_years"])
    people = data.tables["participants"]
    some = np.arange(len(people)) % 4 == 0
    people = people.assign(
        sex=pd.Series("male", index=people.index, dtype="string"),
        education=pd.Series(pd.NA, index=people.index, dtype="string"),
        service_years=people["service_years"].where(some),
    )
    found = deviations(changed(data, participants=people))
    assert codes(found) == ["covariate"] * 3
    rows = {str(row["name"]).rpartition("_")[2]: row["why"] for row in found.rows}
    assert rows == {"sex": "constant", "education": "empty", "years": "sparse"}


def test_an_absent_reference_one_method_and_equal_attendance_are_said() -> None:
    assert codes(deviations(dated(reference_method="seminar"))) == ["reference"]
    data = dated()
    one = changed(
        data,
        courses=data.tables["courses"].assign(method="lecture"),
        enrolments=data.tables["enrolments"].assign(sessions_attended=8),
    )
    assert codes(deviations(one)) == ["one_method", "equal_attendance"]


def test_few_clusters_and_unknown_batches_are_said() -> None:
    assert codes(deviations(dated(people=80, batches=4))) == ["few_clusters"]
    data = dated()
    left_out = deviations(changed(data, enrolments=data.tables["enrolments"].iloc[20:]))
    assert codes(left_out) == ["cluster_unknown"]
    row = left_out.rows[0]
    assert 10 <= int(str(row["count"])) <= 20
    assert f"{row['count']} of {row['total']} people were grouped by work unit" in done_text(row, "en")
    assert done_text(row, "en") in answer_sentence(left_out, "en")


def test_a_few_people_are_not_counted_below_the_minimum_cell() -> None:
    data = dated()
    row = deviations(changed(data, enrolments=data.tables["enrolments"].iloc[4:])).rows[0]
    assert (row["few"], row["count"]) == (True, 10)
    assert done_text(row, "en").startswith("Fewer than 10 of ")


def test_a_primary_outcome_without_scores_is_said() -> None:
    data = dated()
    scores = data.tables["assessments"]
    without = scores[(scores["competency"] != "technical_skill") | (scores["source"] != "test")]
    found = deviations(changed(data, assessments=without))
    row = next(row for row in found.rows if row["code"] == "primary_open")
    assert row["others"] is True
    assert row["why"] == "no_data"
    assert "other outcomes" in done_text(row, "en")


def test_a_design_that_the_data_do_not_carry_is_said() -> None:
    found = deviations(dated("matched", baseline_difference=6.0, seed=5))
    assert codes(found) == ["design"]
    row = found.rows[0]
    assert (row["reason"], row["grade"]) == ("baseline_differs", 2)
    assert codes(deviations(dated("matched", seed=5))) == []


@pytest.mark.parametrize("reason", WEAKER_DESIGN)
def test_every_reason_to_weaken_a_design_has_its_sentence(reason: str) -> None:
    assert has_phrase(f"finding.caveat_{reason}")
    row: Row = {"code": "design", "design": "staggered", "reason": reason, "grade": 2}
    assert why_text(row, "id") != why_text(row, "en")


def test_a_covariate_known_for_most_but_for_few_of_those_used_is_sparse() -> None:
    """Attendance, and so the place in the regression, is known for the others only."""
    data = dated(covariates=["education"])
    people, enrolments = data.tables["participants"].copy(), data.tables["enrolments"].copy()
    trained = people.index[people["group"] == "trained"]
    known = trained[: int(0.6 * len(trained))]
    people["education"] = pd.array([None] * len(people), dtype="string")
    people.loc[known, "education"] = [f"s{1 + i % 2}" for i in range(len(known))]
    gone = enrolments["person_id"].isin(people.loc[known[10:], "person_id"])
    enrolments["sessions_attended"] = enrolments["sessions_attended"].mask(gone)
    found = deviations(changed(data, participants=people, enrolments=enrolments))
    assert [row["why"] for row in found.rows if row["code"] == "covariate"] == ["sparse"]
