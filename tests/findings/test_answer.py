"""Answers: the truth of a made world is found, states are right, JSON keeps everything."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from asn_research.contract.threshold import MINIMUM_CLUSTERS
from asn_research.errors import InputError, NoVariationError
from asn_research.findings.answer import answer_question, answer_questions
from asn_research.findings.catalogue import QUESTIONS, question
from asn_research.findings.finding import Finding, Status, read_findings
from asn_research.findings.wordings.summary import summarise
from asn_research.language import LANGUAGES, Language
from asn_research.models.result import Estimate, NotEstimable, Reason
from tests.findings.conftest import Findings, answer_all, answer_one
from tests.findings.world import METHOD_POINTS, FakeRegion, make_region

WORLDS = ("one_group", "compared", "few_batches", "tiny", "empty", "null_world")


def estimate(finding: Finding, term: str | None = None) -> Estimate:
    found = finding.headline if term is None else finding[term]
    assert isinstance(found, Estimate)
    return found


def covers(found: Estimate, truth: float) -> bool:
    return found.conf_low <= truth <= found.conf_high


@pytest.mark.parametrize("world", WORLDS)
def test_findings_survive_json(world: str, request: pytest.FixtureRequest) -> None:
    findings: Findings = request.getfixturevalue(world)
    records = [record for finding in findings.values() for record in finding.as_records()]
    text = json.dumps(records, allow_nan=False)
    again = read_findings(json.loads(text))
    assert json.dumps([r for f in again for r in f.as_records()], allow_nan=False) == text


def test_the_catalogue_has_every_question_of_the_first_levels() -> None:
    expected = {
        "coverage", "training_hours", "attendance", "completion", "participation_drivers", "match_rate",
        "satisfaction", "course_flags", "perceived_relevance", "reaction_reliability", "learning_gain",
        "competency_gains", "attitude_gain", "method_effect", "participation_slope", "confidence_gain",
        "heterogeneity", "background_change", "minimum_detectable_effect",
    }  # fmt: skip
    assert expected <= {q.id for q in QUESTIONS}
    with pytest.raises(InputError, match="no question"):
        question("learning_gains")


def test_everything_is_estimated_where_the_data_are(one_group: Findings, compared: Findings) -> None:
    for findings in (one_group, compared):
        later = {"change_since_last_period"}
        assert all(f.status is Status.ESTIMATED for name, f in findings.items() if name not in later)


def test_the_truth_of_one_group_is_found(one_group: Findings) -> None:
    gain = one_group["learning_gain"]
    # 6 by training, 3.75 on average by method, 2 of background: what rose, not what training gave
    assert covers(estimate(gain), 6.0 + 3.75 + 2.0)
    assert gain.design_grade == 1
    for method, points in METHOD_POINTS.items():
        if method != "lecture":
            assert covers(estimate(one_group["method_effect"], f"method[{method}]"), points)
    assert covers(estimate(one_group["participation_slope"]), 1.5)


def test_the_comparison_takes_the_background_off(compared: Findings) -> None:
    gain = compared["learning_gain"]
    assert covers(estimate(gain), 6.0 + 3.75)
    assert not covers(estimate(gain, "mean_gain"), 6.0 + 3.75 - 4)
    assert covers(estimate(gain, "comparison_gain"), 2.0)
    assert gain.design_grade == 3
    assert covers(estimate(compared["background_change"]), 2.0)


def test_participation_is_driven_by_what_drives_it(one_group: Findings) -> None:
    found = one_group["participation_drivers"]
    assert estimate(found, "relevance").conf_low > 0
    assert estimate(found, "commitment").conf_low > 0


def test_both_models_stand_side_by_side(one_group: Findings, compared: Findings) -> None:
    groups = [row["group"] for row in one_group["method_effect"].rows]
    assert (
        groups
        == ["finding.group_model_change"] * 3
        + ["finding.group_model_ancova"] * 3
        + ["finding.group_all_pairs"] * 6
    )
    assert estimate(one_group["method_effect"]).method == "gain_change"
    assert estimate(compared["learning_gain"]).method == "gain_change"
    lottery = answer_one(make_region("lottery"), "learning_gain")
    assert estimate(lottery).method == "gain_ancova"
    assert estimate(lottery, "change:trained").method == "gain_change"


def test_below_six_batches_nothing_is_tested(few_batches: Findings) -> None:
    for name in ("learning_gain", "attendance", "satisfaction", "competency_gains"):
        for found in few_batches[name].estimates:
            assert (found.n_clusters or 0) < MINIMUM_CLUSTERS
            assert np.isnan([found.p_value, found.conf_low, found.conf_high]).all()
        assert np.isfinite(estimate(few_batches[name]).estimate)
    refused = few_batches["minimum_detectable_effect"].headline
    assert isinstance(refused, NotEstimable)
    assert refused.reason is Reason.TOO_FEW_CLUSTERS


def test_missing_tables_and_scores_leave_questions_open(empty: Findings) -> None:
    assert empty["satisfaction"].status is Status.NO_DATA
    assert empty["satisfaction"].details["missing"] == "reactions"
    assert empty["learning_gain"].status is Status.NO_DATA
    assert empty["learning_gain"].details["missing"] == "assessments"
    assert empty["coverage"].status is Status.ESTIMATED


def test_one_method_and_equal_attendance_are_refused_with_their_reason() -> None:
    data = make_region("one_group", people=120, batches=8)
    tables = dict(data.tables)
    tables["courses"] = tables["courses"].assign(method="lecture")
    tables["enrolments"] = tables["enrolments"].assign(sessions_attended=8)
    changed = FakeRegion(data.region, data.period, tables)
    for name in ("method_effect", "participation_slope"):
        refused = answer_one(changed, name).headline
        assert isinstance(refused, NotEstimable)
        assert refused.reason is Reason.NO_VARIATION
    assert answer_one(changed, "learning_gain").status is Status.ESTIMATED


def test_an_absent_reference_method_is_replaced_and_said() -> None:
    found = answer_one(make_region("one_group", reference_method="seminar"), "method_effect")
    assert found.details["reference_method"] != "seminar"
    assert "reference_absent" in [caveat.code for caveat in found.caveats]


def test_without_self_ratings_confidence_is_told_as_a_level() -> None:
    data = make_region("one_group")
    tables = dict(data.tables)
    scores = tables["assessments"]
    tables["assessments"] = scores[scores["source"] != "self"]
    changed = FakeRegion(data.region, data.period, tables)
    found = answer_one(changed, "confidence_gain")
    assert estimate(found).unit == "share"
    assert found.caveats[0].code == "one_wave"
    assert answer_one(changed, "attitude_gain").status is Status.NO_DATA


@pytest.mark.parametrize(
    ("design", "difference", "grade"),
    [("one_group", 0.0, 1), ("matched", 0.0, 3), ("matched", 6.0, 2), ("waiting_list", 0.0, 3),
     ("staggered", 0.0, 3), ("lottery", 0.0, 5), ("lottery", 6.0, 5)],
)  # fmt: skip
def test_the_grade_follows_from_design_and_data(design: str, difference: float, grade: int) -> None:
    found = answer_one(make_region(design, baseline_difference=difference, seed=5), "learning_gain")
    assert found.design_grade == grade
    assert found.caveats[-1].code == (
        {1: "one_group", 2: "baseline_differs"}.get(grade)
        or ("stages_undated" if design == "staggered" else f"design_{design}")
    )


def test_uneven_dropout_lowers_the_grade() -> None:
    data = make_region("matched", seed=5)
    tables = dict(data.tables)
    scores = tables["assessments"]
    people = tables["participants"]
    gone = people.loc[people["group"] == "comparison", "person_id"].iloc[:40]
    tables["assessments"] = scores[~((scores["wave"] == "post") & scores["person_id"].isin(gone))]
    found = answer_one(FakeRegion(data.region, data.period, tables), "learning_gain")
    assert found.design_grade == 2
    assert "attrition_differs" in [caveat.code for caveat in found.caveats]


def test_neither_order_nor_pseudonyms_matter(one_group: Findings) -> None:
    data = make_region("one_group")
    names = {name: f"Q{i:04d}" for i, name in enumerate(sorted(data.tables["participants"]["person_id"]))}
    shuffled = {}
    for table, frame in data.tables.items():
        mixed = frame.sample(frac=1, random_state=7).reset_index(drop=True)
        for column in {"person_id", "respondent_id"} & set(mixed.columns):
            mixed[column] = mixed[column].map(names).astype("string")
        shuffled[table] = mixed
    again = answer_all(FakeRegion(data.region, data.period, shuffled))
    for question_id, finding in one_group.items():
        other = again[question_id]
        assert [e.term for e in finding.estimates] == [e.term for e in other.estimates], question_id
        for one, two in zip(finding.estimates, other.estimates, strict=True):
            # rounding of sums in another order; zero needs the absolute part
            assert one.estimate == pytest.approx(two.estimate, rel=1e-9, abs=1e-9)
            if np.isfinite(one.conf_low):
                assert one.conf_low == pytest.approx(two.conf_low, rel=1e-7, abs=1e-9)
        assert [set(row) for row in finding.rows] == [set(row) for row in other.rows]


def test_holm_is_applied_over_the_family(one_group: Findings) -> None:
    rows = one_group["competency_gains"].rows
    raw = np.array([float(str(row["p_value"])) for row in rows])
    holm = np.array([float(str(row["p_holm"])) for row in rows])
    order = np.argsort(raw)
    expected = np.minimum(1, np.maximum.accumulate(raw[order] * np.arange(len(raw), 0, -1)))
    assert holm[order] == pytest.approx(expected, rel=1e-12, abs=0)


def test_people_of_the_family_are_those_its_numbers_speak_of(compared: Findings, one_group: Findings) -> None:
    for findings in (compared, one_group):
        found = findings["competency_gains"]
        assert found.sample.people >= max(int(str(row["n"])) for row in found.rows)
        assert found.sample.rows == 2 * sum(int(str(row["n"])) for row in found.rows)


def test_a_refusal_that_an_estimator_raises_goes_through_the_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Finding] = []

    def gate(finding: Finding, **_: object) -> Finding:
        seen.append(finding)
        return finding

    def refuse(data: object) -> Finding:
        raise NoVariationError("all of them completed")

    monkeypatch.setattr("asn_research.findings.answer.gate_finding", gate)
    asked = replace(question("completion"), answer=refuse)
    answer_question(make_region("one_group", people=40, batches=4), asked)
    assert [finding.status for finding in seen] == [Status.NOT_ESTIMABLE]


def test_only_pns_count_for_the_duty_of_twenty_hours() -> None:
    data = make_region("one_group", people=60, batches=6)
    tables = dict(data.tables)
    employment = pd.Series(["PNS"] * 30 + ["PPPK"] * 30, dtype="string")
    tables["participants"] = tables["participants"].assign(employment=employment)
    found = answer_one(FakeRegion(data.region, data.period, tables), "training_hours")
    assert found.sample.people == 30


def test_a_question_that_an_estimator_refuses_carries_the_reason() -> None:
    data = make_region("one_group", people=60, batches=6)
    tables = dict(data.tables)
    tables["reactions"] = tables["reactions"].assign(response=4)
    refused = answer_one(FakeRegion(data.region, data.period, tables), "reaction_reliability").headline
    assert isinstance(refused, NotEstimable)
    assert refused.reason is Reason.NO_VARIATION


def test_answers_are_the_same_twice(compared: Findings) -> None:
    again = answer_all(make_region("matched"))
    records = [[f.as_records() for f in found.values()] for found in (compared, again)]
    assert json.dumps(records[0]) == json.dumps(records[1])


def test_a_period_without_comparison_scores_is_read_as_one_group() -> None:
    data = make_region("matched")
    tables = dict(data.tables)
    people = tables["participants"]
    trained = people.loc[people["group"] == "trained", "person_id"]
    scores = tables["assessments"]
    tables["assessments"] = scores[scores["person_id"].isin(trained)]
    found = answer_one(replace(data, tables=tables), "learning_gain")
    assert found.design_grade == 1
    assert found.details["compared"] is False


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_template_nobody_has_filled_in_is_told_as_such(language: Language) -> None:
    data = make_region("one_group")
    empty = replace(data, tables={name: frame.iloc[:0] for name, frame in data.tables.items()})
    short = summarise(answer_questions(empty), language)  # type: ignore[arg-type]
    assert len(short.sentences) == 1
    assert not re.search(r"\d", short.sentences[0])
    assert short.open_groups
    assert short.key_figures == ()
