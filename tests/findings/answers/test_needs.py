"""Needs: gaps and what closed of them, counted by hand; nothing is told by the place of a hidden row."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from asn_research.findings.finding import Caveat, Finding, Status
from asn_research.findings.wordings.sentence import answer_sentence
from asn_research.models.result import Estimate
from tests.findings.conftest import Findings, answer_one
from tests.findings.world import FakeRegion, make_region


def estimate(finding: Finding, term: str | None = None) -> Estimate:
    found = finding.headline if term is None else finding[term]
    assert isinstance(found, Estimate)
    return found


def wide_scores(data: FakeRegion) -> pd.DataFrame:
    scores = data.tables["assessments"]
    test = scores[(scores["competency"] == "technical_skill") & (scores["source"] == "test")]
    wide = test.pivot_table(index="person_id", columns="wave", values="score")
    people = data.tables["participants"].set_index("person_id").reindex(wide.index)
    required = people["position_type"].map({"supervisor": 70.0}).fillna(66.0).astype(float)
    return wide.assign(required=required, group=people["group"])


def test_the_gap_is_the_mean_distance_to_what_posts_require(one_group: Findings) -> None:
    wide = wide_scores(make_region("one_group")).dropna(subset=["pre"])
    above = wide["pre"] - wide["required"]
    found = one_group["competency_gaps"]
    assert estimate(found).estimate == pytest.approx(float(above.mean()), rel=1e-12)
    assert found.details["below_share"] == pytest.approx(float((above < 0).mean()), rel=1e-12)
    assert found.details["short_below"] == pytest.approx(float(-above[above < 0].mean()), rel=1e-12)


def test_rounded_gaps_are_not_told_beside_scores_that_they_seem_to_contradict(one_group: Findings) -> None:
    exact = one_group["competency_gaps"]
    rounded = Caveat(code="points_rounded", fields={"minimum": 10, "step": 2})
    found = replace(exact, caveats=(*exact.caveats, rounded))
    assert " against " in answer_sentence(exact, "en")
    assert " against " not in answer_sentence(found, "en")
    assert " sekitar " in answer_sentence(found, "id")


def test_what_closed_is_the_share_of_all_missing_points(compared: Findings) -> None:
    wide = wide_scores(make_region("matched")).dropna(subset=["pre", "post"])
    for side, term in (("trained", "closed"), ("comparison", "comparison")):
        part = wide[wide["group"] == side]
        short = {wave: (part["required"] - part[wave]).clip(lower=0).sum() for wave in ("pre", "post")}
        found = estimate(compared["needs_met"], f"{term}:technical_skill")
        assert found.estimate == pytest.approx(1 - short["post"] / short["pre"], rel=1e-9)


def test_without_any_change_it_is_not_clear_that_needs_were_met(null_world: Findings) -> None:
    found = null_world["needs_met"]
    assert estimate(found).conf_low < 0 < estimate(found).conf_high
    assert "belum jelas" in answer_sentence(found, "id")
    assert "not clear" in answer_sentence(found, "en")


def test_next_year_counts_everybody_who_is_below(one_group: Findings) -> None:
    wide = wide_scores(make_region("one_group"))
    last = wide["post"].fillna(wide["pre"])
    below = int((last < wide["required"]).sum())
    found = one_group["needs_met"]
    assert found.details["most_left"] == "technical_skill"
    assert found.details["most_left_people"] == below


def test_without_standards_the_question_says_where_to_declare_them() -> None:
    data = make_region("one_group", people=60, batches=6)
    bare = FakeRegion(data.region.model_copy(update={"standards": {}}), data.period, data.tables)
    for question in ("competency_gaps", "needs_met"):
        found = answer_one(bare, question)
        assert found.status is Status.NO_DATA
        assert "region.toml" in answer_sentence(found, "id")


def test_hidden_units_stand_last_by_name() -> None:
    data = make_region("one_group", people=100, batches=10, seed=3)
    rows = [row for row in answer_one(data, "competency_gaps").rows if row["group"] == "finding.group_unit"]
    hidden = [bool(row.get("suppressed")) for row in rows]
    assert any(hidden)
    assert not all(hidden)
    assert hidden == sorted(hidden)
    names = [str(row["label"]) for row in rows if row.get("suppressed")]
    assert names == sorted(names)


def test_an_independent_measure_speaks_before_a_self_rating(one_group: Findings) -> None:
    found = one_group["competency_gaps"]
    assert found.details["source"] == "test"
    assert "gap_self_rated" not in [caveat.code for caveat in found.caveats]
