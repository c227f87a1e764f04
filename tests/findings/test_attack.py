"""Somebody who reads several answers together: what they tell jointly of a few people or of one batch."""

from __future__ import annotations

import itertools
import math

import pandas as pd
import pytest

from asn_research.findings.answer import answer_question
from asn_research.findings.answers import retention
from asn_research.findings.catalogue import question
from asn_research.findings.disclosures.disclosure import merge_cells
from asn_research.findings.disclosures.rounding import answer_step, hours_step, round_estimate, to_step
from asn_research.findings.finding import Finding
from asn_research.findings.grounds import estimation
from asn_research.models.result import Estimate
from tests.findings.world import FakeRegion, make_region

MINIMUM = 10
QUESTIONS = (
    "learning_gain", "attitude_gain", "satisfaction", "course_flags", "training_hours", "retention",
    "mentoring_effect", "method_effect", "participation_slope", "supervisor_change", "competency_gains",
)  # fmt: skip
Findings = dict[str, Finding]


@pytest.fixture(scope="module")
def small() -> FakeRegion:
    """47 people in six batches of seven or eight."""
    return make_region(people=47, batches=6, seed=47)


@pytest.fixture(scope="module")
def told(small: FakeRegion) -> Findings:
    found: Findings = {}
    for name in QUESTIONS:
        found[name] = answer_question(small, question(name), known=found)  # type: ignore[arg-type]
    return found


def batch_means(data: FakeRegion, *, competency: str, source: str) -> set[float]:
    scores = data.tables["assessments"]
    own = scores[(scores["competency"] == competency) & (scores["source"] == source)]
    wide = own.pivot_table(index="person_id", columns="wave", values="score")
    courses = data.tables["enrolments"].set_index("person_id")["course_id"]
    gains = (wide["post"] - wide["pre"]).dropna()
    return set(gains.groupby(courses).mean())


def numbers(finding: Finding) -> list[float]:
    """Every number that an answer tells."""
    values = [*finding.details.values(), *(v for row in finding.rows for v in row.values())]
    values += [v for caveat in finding.caveats for v in caveat.fields.values()]
    for result in finding.estimates:
        values += [result.estimate, result.std_error, result.conf_low, result.conf_high]
    return [v for v in values if isinstance(v, float) and math.isfinite(v)]


GAINS = {"learning_gain": ("technical_skill", "test"), "attitude_gain": ("professional_attitude", "self")}


@pytest.mark.parametrize("name", GAINS)
def test_no_number_is_the_mean_of_one_small_batch(name: str, small: FakeRegion, told: Findings) -> None:
    """The ends of a wild bootstrap over six batches are the lowest and the highest batch mean."""
    competency, source = GAINS[name]
    means = batch_means(small, competency=competency, source=source)
    assert len(means) == 6
    assert not any(math.isclose(x, m, abs_tol=1e-4) for x in numbers(told[name]) for m in means)
    assert "bootstrap_withheld" in [caveat.code for caveat in told[name].caveats]


def test_without_the_guard_the_ends_of_the_bootstrap_are_batch_means(
    small: FakeRegion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(estimation, "_TELLING_CLUSTERS", 0)
    finding = answer_question(small, question("attitude_gain"))  # type: ignore[arg-type]
    means = batch_means(small, competency="professional_attitude", source="self")
    ends = [float(str(finding.details[f"bootstrap_{side}"])) for side in ("low", "high")]
    assert ends == pytest.approx([min(means), max(means)], rel=1e-6)


def test_where_no_inference_is_given_no_error_tells_two_batches_apart(told: Findings) -> None:
    few = [e for f in told.values() for e in f.estimates if e.n_clusters and e.n_clusters < 6]
    assert len(few) > 5
    assert all(math.isnan(e.std_error) and math.isnan(e.statistic) for e in few)


def spreads(people: int, cells: list[tuple[int, int, int]], low: float, high: float) -> list[list[int]]:
    """All ways in which the answers of joined cells can be spread that agree with a mean between two ends."""
    ways = []
    for cell in cells:
        size, first, last = cell
        values = range(first, last + 1)
        ways.append([c for c in itertools.product(range(size + 1), repeat=len(values)) if sum(c) == size])
    found = []
    for chosen in itertools.product(*ways):
        total = sum(
            n * value
            for counts, (_, first, _) in zip(chosen, cells, strict=True)
            for value, n in enumerate(counts, first)
        )
        if low * people - 1e-6 <= total <= high * people + 1e-6:
            found.append([n for counts in chosen for n in counts])
    return found


def test_the_mean_and_the_spread_of_answers_leave_rare_answers_open(
    small: FakeRegion, told: Findings
) -> None:
    """The exact mean would tell that of ten people who said 1 to 3 one said 2 and nine said 3."""
    reactions = small.tables["reactions"]
    exact = float(reactions.loc[reactions["item"] == "speaker", "response"].mean())
    rows = [row for row in told["satisfaction"].rows if row["label_code"] == "item:speaker"]
    cells = [tuple(int(str(row[k])) for k in ("count", "response_low", "response_high")) for row in rows]
    assert (cells[0][1], cells[-1][2]) == (1, 5)
    people = int(str(rows[0]["total"]))
    assert {tuple(way[:2]) for way in spreads(people, cells, exact, exact)} == {(0, 1)}
    mean, half = float(str(rows[0]["mean"])), 0.25
    assert abs(mean - exact) <= half
    seconds = {way[1] for way in spreads(people, cells, mean - half, mean + half)}
    assert len(seconds) >= MINIMUM
    for row in (r for r in told["course_flags"].rows if not r.get("suppressed")):
        assert float(str(row["estimate"])) == to_step(float(str(row["estimate"])), 0.05)


@pytest.mark.parametrize(
    "counts", [[0, 0, 0, 0, 47], [0, 0, 0, 2, 45], [12, 0, 0, 0, 35], [3, 8, 20, 40, 101]]
)
def test_every_step_leaves_as_many_sums_as_the_minimum_cell_asks(counts: list[int]) -> None:
    cells = merge_cells(counts, minimum=MINIMUM)
    step = answer_step(counts, cells, minimum=MINIMUM)
    people = sum(counts)
    total = sum(n * (i + 1) for i, n in enumerate(counts))
    told = to_step(total / people, step)
    sizes = [sum(counts[a : b + 1]) for a, b in cells]
    lows = [1 if i == 0 else a + 1 for i, (a, _) in enumerate(cells)]
    highs = [5 if i == len(cells) - 1 else b + 1 for i, (_, b) in enumerate(cells)]
    least = sum(n * low for n, low in zip(sizes, lows, strict=True))
    most = sum(n * high for n, high in zip(sizes, highs, strict=True))
    open_sums = [s for s in range(least, most + 1) if abs(s / people - told) <= step / 2 + 1e-12]
    assert total in open_sums
    assert len(open_sums) >= MINIMUM


def test_mean_hours_do_not_tell_how_few_have_none(small: FakeRegion, told: Findings) -> None:
    """Courses have 24 or 16 hours; 20 of 37 have at least 20, so the exact mean tells who many have none."""
    hours = next(e for e in told["training_hours"].estimates if e.term == "mean_hours")
    people, enough = 37, 20
    half = hours_step([24.0] * 29 + [0.0] * 8, minimum=MINIMUM) / 2
    assert hours.n_obs == people
    agree = [
        none
        for none in range(people - enough + 1)
        if abs((enough * 24 + (people - enough - none) * 16) / people - hours.estimate) <= half
    ]
    assert len(agree) >= MINIMUM


def lost_gain(told: Findings) -> tuple[float, int]:
    """The gain of the few who were not followed up, from three answers together."""
    parts = [(float(str(r["n"])), float(str(r["estimate"]))) for r in told["mentoring_effect"].rows]
    people = sum(n for n, _ in parts)
    since_end = sum(n * mean for n, mean in parts) / people
    kept = next(e for e in told["retention"].estimates if e.term == "kept_share")
    gain = next(e for e in told["learning_gain"].estimates if e.term == "mean_gain")
    few = (gain.n_obs or 0) - int(people)
    end_gain = since_end / (kept.estimate - 1)
    return (gain.estimate * (gain.n_obs or 0) - end_gain * people) / few, few


def true_lost_gain(data: FakeRegion) -> float:
    scores = data.tables["assessments"]
    own = scores[(scores["competency"] == "technical_skill") & (scores["source"] == "test")]
    wide = own.pivot_table(index="person_id", columns="wave", values="score")
    lost = wide[wide["followup"].isna()].dropna(subset=["pre", "post"])
    return float((lost["post"] - lost["pre"]).mean())


def test_three_answers_together_do_not_tell_the_gain_of_three_people(
    small: FakeRegion, told: Findings, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, few = lost_gain(told)
    assert few == 3
    assert abs(found - true_lost_gain(small)) > 5
    monkeypatch.setattr("asn_research.findings.disclosures.rounding._ROUNDED_RATIO", 0.0)
    found, _ = lost_gain({**told, "retention": retention.answer_retention(small)})  # type: ignore[arg-type]
    assert found == pytest.approx(true_lost_gain(small), abs=1e-6), "with the exact share it is found"


def test_an_estimate_without_step_stays_as_it_is() -> None:
    exact = Estimate(term="a", estimate=3.14159, std_error=0.1, conf_low=3.0, conf_high=3.3)
    assert round_estimate(exact, 0.0) is exact
    assert round_estimate(exact, 0.1).conf_low == pytest.approx(3.0)
    assert pd.isna(round_estimate(exact, 0.1).std_error)


@pytest.mark.parametrize("answer", [1, 5])
def test_that_all_answered_alike_is_not_told(answer: int) -> None:
    """That nobody, or everybody, calls a course relevant is a statement about each of them."""
    data = make_region(people=47, batches=6, seed=47)
    reactions = data.tables["reactions"]
    alike = reactions["response"].mask(reactions["item"] == "relevance", answer)
    data.tables["reactions"] = reactions.assign(response=alike)
    finding = answer_question(data, question("perceived_relevance"))  # type: ignore[arg-type]
    assert finding.status.value == "suppressed"
    assert "same in all" not in str(finding.as_records())
