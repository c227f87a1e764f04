"""Grade 4: made worlds of a staggered start in which the diagnostics must pass, and those in which not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from asn_research.findings.grounds.design_grade import DesignGrade, grade_design
from asn_research.findings.grounds.people import read_primary_people
from asn_research.findings.grounds.stage import check_stages
from asn_research.findings.wordings.sentence import answer_sentence
from asn_research.language.catalogue import has_phrase
from asn_research.models.rollout import fit_rollout
from tests.findings.conftest import answer_one
from tests.findings.world import FakeRegion, make_region

TESTED_ON = pd.Timestamp("2025-08-01")


def make_stages(
    *,
    people: int = 480,
    next_share: float = 0.5,
    drift: float = 0.0,
    early: float = 0.0,
    never: bool = True,
    dated: bool = True,
    noise: float = 0.0,
    seed: int = 11,
) -> FakeRegion:
    """A region that trains in stages: half before the second test, of the others some next, some later.

    ``next_share`` of those who wait are trained next, after the second test; their scores after are moved by
    ``drift`` points; of them the share ``early`` began before the test. Without ``never`` the others are
    trained later still; ``noise`` (standard deviation, points) is added to the scores after.
    """
    data = make_region("staggered", people=people, batches=16, seed=seed)
    rng = np.random.default_rng(seed)
    tables = dict(data.tables)
    listed = tables["participants"]
    waiting = listed.loc[listed["group"] == "comparison", "person_id"].to_numpy()
    upcoming = waiting[: round(next_share * len(waiting))]
    began = upcoming[: round(early * len(upcoming))]
    courses, enrolments, scores = tables["courses"], tables["enrolments"], tables["assessments"]
    starts = {"N1": "2025-09-01", "N2": "2025-11-03", "N0": "2025-06-02"}
    model = courses.iloc[[0]].assign(batch="9")
    added = [model.assign(course_id=code, start_date=pd.Timestamp(day)) for code, day in starts.items()]
    tables["courses"] = pd.concat([courses, *added], ignore_index=True)
    stage = dict.fromkeys(waiting, "" if never else "N2") | dict.fromkeys(upcoming, "N1")
    stage |= dict.fromkeys(began, "N0")
    late = [person for person, code in stage.items() if code]
    rows = enrolments.iloc[[0] * len(late)].assign(person_id=late, course_id=[stage[p] for p in late])
    rows = rows.astype({"person_id": "string", "course_id": "string"})
    tables["enrolments"] = pd.concat([enrolments, rows], ignore_index=True)
    after = (scores["wave"] == "post").to_numpy()
    moved = scores["score"] + drift * (after & scores["person_id"].isin(upcoming).to_numpy())
    moved = moved + rng.normal(0, 1, len(scores)) * noise * after
    scores = scores.assign(score=moved.clip(0, 100))
    if dated:
        scores = scores.assign(date=np.where(after, TESTED_ON, TESTED_ON - pd.Timedelta(days=180)))
    tables["assessments"] = scores
    return replace(data, tables=tables)


def grade(data: FakeRegion) -> DesignGrade:
    return grade_design(data)  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", [11, 12, 13])
@pytest.mark.parametrize("never", [True, False])
def test_stages_that_wait_alike_reach_grade_four(seed: int, never: bool) -> None:
    found = grade(make_stages(seed=seed, never=never))
    assert (found.grade, found.reasons) == (4, ("design_staggered",))
    assert abs(found.numbers["placebo_sd"]) < 0.25
    assert found.numbers["contradicted_share"] == 0


@pytest.mark.parametrize(
    ("world", "reason", "expected"),
    [
        ({"dated": False}, "stages_undated", 3),
        ({"drift": 5.0}, "stages_drift", 2),
        ({"drift": -5.0}, "stages_drift", 2),
        ({"early": 0.5}, "stages_contradicted", 3),
        ({"next_share": 0.0}, "stages_few", 3),
        ({"next_share": 0.02}, "stages_few", 3),
        ({"people": 240, "noise": 14.0, "seed": 5}, "stages_vague", 3),
    ],
)
def test_each_failed_diagnostic_lowers_the_grade_with_its_reason(
    world: dict[str, float], reason: str, expected: int
) -> None:
    found = grade(make_stages(**world))  # type: ignore[arg-type]
    assert found.reasons == (reason,)
    assert found.grade == expected
    assert all(has_phrase(f"finding.caveat_{code}") for code in found.reasons)


def test_conditions_of_a_comparison_come_first() -> None:
    data = make_stages()
    scores, people = data.tables["assessments"], data.tables["participants"]
    gone = people.loc[people["group"] == "comparison", "person_id"].iloc[-90:]
    lost = scores[~((scores["wave"] == "post") & scores["person_id"].isin(gone))]
    found = grade(replace(data, tables={**data.tables, "assessments": lost}))
    assert found.grade == 2
    assert found.reasons == ("attrition_differs",)


def test_a_few_slips_in_dates_are_borne() -> None:
    assert grade(make_stages(early=0.02)).grade == 4


def test_the_placebo_is_that_of_the_rollout_estimator() -> None:
    """ATT(g, t) of the next stage before its start, from the public estimator, with opposite sign."""
    data = make_stages(drift=1.0)
    people = read_primary_people(data)  # type: ignore[arg-type]
    waiting = people.comparison.assign(start=np.where(people.comparison["course_id"].notna(), 3.0, np.nan))
    rng = np.random.default_rng(0)
    waves = {1.0: waiting["pre"], 2.0: waiting["post"], 3.0: waiting["post"] + rng.normal(0, 3, len(waiting))}
    panel = pd.concat(
        [waiting[["person_id", "start", "cluster"]].assign(t=t, y=score) for t, score in waves.items()],
        ignore_index=True,
    )
    fit = fit_rollout(panel, outcome="y", person="person_id", period="t", start="start", clusters="cluster")
    found = check_stages(data, people)  # type: ignore[arg-type]
    # the same four means
    assert found.numbers["placebo"] == pytest.approx(-fit["att[3,1]"].estimate, rel=1e-9, abs=1e-9)


def test_words_follow_the_grade() -> None:
    passed, drifted = (answer_one(make_stages(drift=d), "learning_gain") for d in (0.0, 5.0))
    assert (passed.design_grade, drifted.design_grade) == (4, 2)
    assert "is estimated to have changed" in answer_sentence(passed, "en")
    assert "is associated with" in answer_sentence(drifted, "en")
    assert "diperkirakan berpengaruh" in answer_sentence(passed, "id")
