"""The specification curve: every declared way, none chosen by its result, the headline among them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from asn_research.findings.conclusions.specification import CHOICES, Specification, declare_ways
from asn_research.findings.finding import Disclosure, Finding, Status
from asn_research.findings.grounds.people import label_clusters, read_primary_people
from asn_research.findings.wordings.sentence import answer_sentences, caveat_sentences
from asn_research.models.completion import weigh_completion
from asn_research.models.gain import GainColumns, fit_gain
from asn_research.models.result import Estimate, NotEstimable, Reason
from tests.findings.conftest import Findings, answer_one
from tests.findings.world import FakeRegion, make_region

CURVES = {"specification_curve": "learning_gain", "method_specification_curve": "method_effect"}
HEADLINE = Specification(model="change", covariates="plan", missing="complete", clusters="batch")


def headline(finding: Finding) -> Estimate:
    assert isinstance(finding.headline, Estimate)
    return finding.headline


def test_every_combination_is_declared_once_whatever_the_result() -> None:
    ways = declare_ways(HEADLINE, fixed=())
    assert len(ways.all) == len(set(ways.all)) == np.prod([len(known) for known in CHOICES.values()])
    assert HEADLINE in ways.all
    fewer = declare_ways(HEADLINE, fixed=("missing", "covariates"))
    assert {way.covariates for way in fewer.all} == {"plan"}
    assert len(fewer.all) == 4


@pytest.mark.parametrize("world", ["one_group", "compared"])
@pytest.mark.parametrize("curve", CURVES)
def test_the_headline_is_marked_and_is_the_number_told_elsewhere(
    world: str, curve: str, request: pytest.FixtureRequest
) -> None:
    findings: Findings = request.getfixturevalue(world)
    found, told = findings[curve], headline(findings[CURVES[curve]])
    marked = [row for row in found.rows if row["headline"]]
    assert len(marked) == 1
    for name in ("estimate", "conf_low", "conf_high"):
        # the same computation by another path: equal up to rounding
        assert marked[0][name] == pytest.approx(getattr(told, name), rel=1e-9, abs=1e-9)
    assert headline(found).estimate == marked[0]["estimate"]


@pytest.mark.parametrize(("low", "said"), [(-1.0, "itself contains zero"), (0.5, "itself leaves out zero")])
def test_where_only_some_ways_are_clear_it_is_told_whether_the_main_answer_is(
    low: float, said: str, compared: Findings
) -> None:
    found = compared["specification_curve"]
    rows = tuple({**row, "conf_low": low, "conf_high": 9.0} if row["headline"] else row for row in found.rows)
    mixed = replace(found, rows=rows, details={**found.details, "clear": 3, "tested": 16})
    assert said in " ".join(answer_sentences(mixed, "en"))
    whole = replace(mixed, details={**found.details, "clear": 16, "tested": 16})
    assert "itself" not in " ".join(answer_sentences(whole, "en"))


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (-2.0, 0.0, "the highest of the 16 ways: none comes to more"),
        (0.0, 2.0, "the lowest of the 16 ways: none comes to less"),
        (-2.0, 1e-12, "the highest of the 16 ways"),
        (-1.0, 1.0, ""),
        (0.0, 0.0, ""),
        (0.0, 1e-12, ""),
    ],
)
def test_a_main_answer_at_an_end_of_all_ways_is_told_as_such(
    low: float, high: float, said: str, compared: Findings
) -> None:
    found = compared["specification_curve"]
    main = headline(found).estimate
    ends = {"lowest": main + low, "highest": main + high}
    text = " ".join(answer_sentences(replace(found, details={**found.details, **ends}), "en"))
    assert said in text
    assert ("none comes" in text) == bool(said)


@pytest.mark.parametrize("curve", CURVES)
def test_rows_are_all_the_ways_in_order_and_the_sentence_counts_them(curve: str, compared: Findings) -> None:
    found = compared[curve]
    values = [float(str(row["estimate"])) for row in found.rows]
    assert len(found.rows) == 16
    assert len({tuple(row[choice] for choice in CHOICES) for row in found.rows}) == 16
    assert values == sorted(values)
    agree = sum(value * headline(found).estimate > 0 for value in values)
    clear = sum(
        float(str(row["conf_low"])) > 0 or float(str(row["conf_high"])) < 0
        for row in found.rows
        if row["conf_low"] is not None
    )
    assert (found.details["ways"], found.details["agree"], found.details["clear"]) == (16, agree, clear)
    assert (found.details["lowest"], found.details["highest"]) == (values[0], values[-1])
    text = " ".join(answer_sentences(found, "en"))
    assert f"{clear} of 16 ways" in text
    assert ("All 16" in text or "all 16" in text) == (agree == 16)


def test_each_way_is_what_the_public_estimator_gives(compared: Findings) -> None:
    data = make_region("matched")
    people = read_primary_people(data)  # type: ignore[arg-type]
    started = people.everyone.dropna(subset=["pre"])
    seen = started.assign(seen=started["post"].notna().astype(float))
    frame = people.matched.assign(
        weight=weigh_completion(seen, observed="seen", covariate="pre", by="trained"),
        batch_cluster=label_clusters(people.matched, by="batch"),
        unit_cluster=label_clusters(people.matched, by="unit"),
    )
    kind = headline(compared["learning_gain"]).vcov_type
    for row in compared["specification_curve"].rows:
        is_weighted = row["missing"] == "weighted"
        columns = GainColumns(
            method=None,
            participation=None,
            treatment="trained",
            weights="weight" if is_weighted else None,
        )
        told = fit_gain(
            frame,
            columns=columns,
            model=row["model"],  # type: ignore[arg-type]
            covariates=("position_type",) if row["covariates"] == "plan" else (),
            clusters=f"{row['clusters']}_cluster",
            vcov="CR2" if is_weighted else kind,
        )["trained"]
        assert row["estimate"] == pytest.approx(told.estimate, rel=1e-8, abs=1e-9), row
        # the same formulas in another order of sums; with weights, another working model behind CR2
        slack = 0.1 * told.std_error if is_weighted else 1e-8
        for name in ("conf_low", "conf_high"):
            assert row[name] == pytest.approx(getattr(told, name), rel=0, abs=slack), row
        assert (row["n"], row["n_clusters"]) == (told.n_obs, told.n_clusters)


def test_one_group_varies_only_what_can_matter(one_group: Findings) -> None:
    found = one_group["specification_curve"]
    assert len(found.rows) == 4
    assert {row["model"] for row in found.rows} == {row["covariates"] for row in found.rows} == {None}
    assert "ways_one_group" in [caveat.code for caveat in found.caveats]
    assert all(caveat_sentences(found, "id"))


def without_gaps(data: FakeRegion) -> FakeRegion:
    """The same region, everyone without a score after left out altogether."""
    scores = data.tables["assessments"]
    scores = scores[scores["wave"].isin(["pre", "post"])]
    counts = scores.groupby(["person_id", "competency", "source"])["wave"].transform("nunique")
    return replace(data, tables={**data.tables, "assessments": scores[counts == 2]})


def test_where_nobody_was_lost_weights_are_no_way_of_their_own() -> None:
    found = answer_one(without_gaps(make_region("matched")), "specification_curve")
    assert len(found.rows) == 8
    assert {row["missing"] for row in found.rows} == {None}


def test_where_no_choice_matters_the_curve_is_refused_with_its_reason() -> None:
    data = without_gaps(make_region("one_group"))
    people = data.tables["participants"].assign(unit="Dinas Sosial")
    courses = data.tables["courses"].assign(batch="1", course_id="K01")
    enrolled = data.tables["enrolments"].assign(course_id="K01")
    tables = {**data.tables, "participants": people, "courses": courses.iloc[:1], "enrolments": enrolled}
    found = answer_one(replace(data, tables=tables), "specification_curve")
    assert found.status is Status.NOT_ESTIMABLE
    assert isinstance(found.headline, NotEstimable)
    assert found.headline.reason is Reason.NO_VARIATION


def test_below_six_batches_those_ways_have_no_interval(few_batches: Findings) -> None:
    found = few_batches["specification_curve"]
    by = {str(row["clusters"]): row["conf_low"] for row in found.rows}
    assert by["batch"] is None
    assert by["unit"] is not None
    assert found.details["tested"] == 2
    assert "2 ways that can be given one" in " ".join(answer_sentences(found, "en"))


def test_small_groups_and_missing_scores_are_not_told(tiny: Findings, empty: Findings) -> None:
    for curve in CURVES:
        assert tiny[curve].status is Status.SUPPRESSED
        assert tiny[curve].disclosure is Disclosure.SUPPRESSED
        assert empty[curve].status is Status.NO_DATA


def test_a_world_in_which_the_ways_disagree_says_so() -> None:
    # Selection on low scores: the change score credits the return to the mean, ANCOVA does not.
    data = make_region("matched", gain=-4.0, slope=0.0, points=0.0, baseline_difference=14.0, seed=8)
    found = answer_one(data, "specification_curve")
    signs = {str(row["model"]): float(str(row["estimate"])) for row in found.rows}
    assert signs["change"] * signs["ancova"] < 0 or found.details["agree"] == 16
    text = answer_sentences(found, "en")[0]
    assert str(found.details["agree"]) in text
