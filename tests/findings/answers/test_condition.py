"""Who takes part and how old curricula are, counted by hand in the made-up region."""

from __future__ import annotations

import pandas as pd
import pytest

from asn_research.contract.threshold import CURRICULUM_REVIEW_YEARS
from asn_research.findings.finding import Finding, Status
from asn_research.findings.wordings.sentence import answer_sentence
from tests.findings.conftest import answer_one
from tests.findings.world import FakeRegion, make_region

Findings = dict[str, Finding]


@pytest.fixture(scope="module")
def region() -> FakeRegion:
    return make_region("one_group")


def changed(region: FakeRegion, **tables: pd.DataFrame) -> FakeRegion:
    return FakeRegion(region.region, region.period, {**region.tables, **tables})


def test_parties_are_counted_once_per_course(region: FakeRegion) -> None:
    """Sixteen courses: the government designs all, a university teaches each fourth."""
    twice = pd.concat([region.tables["stakeholders"]] * 2, ignore_index=True)
    for data in (region, changed(region, stakeholders=twice)):
        finding = answer_one(data, "stakeholder_roles")
        rows = {(row["group"], row["label_code"]): (row["n"], row["total"]) for row in finding.rows}
        assert rows == {
            ("stakeholder_role:design", "party:government"): (16, 16),
            ("stakeholder_role:teaching", "party:university"): (4, 16),
            ("stakeholder_role:funding", "party:government"): (16, 16),
        }
        assert finding.estimates[0].estimate == 4 / 16
        assert "4 of 16 courses (25%)" in answer_sentence(finding, "en")


def test_courses_without_a_record_are_told(region: FakeRegion) -> None:
    parties = region.tables["stakeholders"]
    some = parties[parties["course_id"] != parties["course_id"].iloc[0]]
    finding = answer_one(changed(region, stakeholders=some), "stakeholder_roles")
    assert finding.estimates[0].estimate == 3 / 16
    assert [c.fields.get("count") for c in finding.caveats if c.code == "courses_without_parties"] == [1]
    strange = parties.assign(course_id="another programme")
    assert answer_one(changed(region, stakeholders=strange), "stakeholder_roles").status is Status.NO_DATA


def test_old_curricula_are_named(region: FakeRegion) -> None:
    """One title of four was reviewed five years before its course, the others one year before."""
    finding = answer_one(region, "curriculum_age")
    old = [row["label"] for row in finding.rows if row["flagged"]]
    assert old == [region.tables["courses"]["title"].iloc[0]]
    assert finding.details["old"] == 1
    assert finding.rows[0]["amount"] == max(float(str(row["amount"])) for row in finding.rows)
    # Reviewed 366 days before each batch, so 366 / 365.25 years before the last one.
    assert finding.estimates[0].estimate == pytest.approx(366 / 365.25, abs=1e-9, rel=1e-9)
    assert str(old[0]) in answer_sentence(finding, "id")


def test_no_old_curriculum_is_said_plainly(region: FakeRegion) -> None:
    courses = region.tables["courses"]
    recent = courses.assign(curriculum_reviewed_on=courses["start_date"] - pd.Timedelta(days=30))
    finding = answer_one(changed(region, courses=recent), "curriculum_age")
    assert finding.details["old"] == 0
    assert f"{CURRICULUM_REVIEW_YEARS:.0f} tahun" in answer_sentence(finding, "id")
    undated = courses.assign(curriculum_reviewed_on=pd.NaT)
    assert answer_one(changed(region, courses=undated), "curriculum_age").status is Status.NO_DATA
