"""Cost: prices by hand, the truth of a made world inside the interval, refusals where nothing was bought."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from scipy import stats

from asn_research.findings.finding import Disclosure, Finding, Status
from asn_research.findings.wordings.sentence import answer_sentence
from asn_research.models.result import Estimate, NotEstimable, Reason
from asn_research.tables.kind import LAYOUTS
from tests.findings.conftest import Findings, answer_one
from tests.findings.office import COST_PER_SEAT
from tests.findings.world import make_region

GAIN = 6.0 + 3.75  # of training in the made world, methods averaged


def estimate(finding: Finding, term: str | None = None) -> Estimate:
    found = finding.headline if term is None else finding[term]
    assert isinstance(found, Estimate)
    return found


def test_every_seat_of_the_made_world_cost_the_same(one_group: Findings) -> None:
    found = one_group["cost_per_participant"]
    # a quotient of whole rupiah
    assert estimate(found).estimate == pytest.approx(COST_PER_SEAT, rel=1e-12, abs=0)
    for row in found.rows:
        assert row["amount"] == pytest.approx(COST_PER_SEAT, rel=1e-12, abs=0)
    assert sum(int(str(row["n"])) for row in found.rows) == found.details["seats"]
    assert "Rp\u00a02.000.000 per peserta" in answer_sentence(found, "id")
    assert math.isnan(estimate(found).conf_low)


def test_cost_per_hour_and_per_completer_follow_from_the_tables() -> None:
    data = make_region("one_group", people=80, batches=8)
    found = answer_one(data, "cost_per_participant")
    enrolments = data.tables["enrolments"].merge(data.tables["courses"][["course_id", "hours_jp"]])
    total = COST_PER_SEAT * len(enrolments)
    # sums in another order
    assert estimate(found, "cost_per_hour").estimate == pytest.approx(
        total / enrolments["hours_jp"].sum(), rel=1e-12, abs=0
    )
    assert estimate(found, "cost_per_completer").estimate == pytest.approx(
        total / enrolments["completed"].sum(), rel=1e-12, abs=0
    )


@pytest.mark.parametrize(("world", "gain"), [("one_group", GAIN + 2.0), ("compared", GAIN)])
def test_the_true_price_lies_in_the_interval(world: str, gain: float, request: pytest.FixtureRequest) -> None:
    found: Finding = request.getfixturevalue(world)["cost_effectiveness"]
    price, size = estimate(found), estimate(found, "gain_sd")
    spread = float(str(found.details["gain_points"])) / size.estimate
    truth = COST_PER_SEAT * 0.1 / (gain / spread)
    assert price.conf_low < truth < price.conf_high
    # the limits are those of the gain, inverted
    assert price.estimate * size.estimate == pytest.approx(0.1 * COST_PER_SEAT, rel=1e-12, abs=0)
    assert price.conf_low * size.conf_high == pytest.approx(0.1 * COST_PER_SEAT, rel=1e-12, abs=0)
    assert price.conf_high * size.conf_low == pytest.approx(0.1 * COST_PER_SEAT, rel=1e-12, abs=0)


def test_a_price_is_told_as_strongly_as_the_gain(one_group: Findings, compared: Findings) -> None:
    alone, against = one_group["cost_effectiveness"], compared["cost_effectiveness"]
    assert (alone.design_grade, against.design_grade) == (1, 3)
    assert "Tanpa kelompok pembanding" in answer_sentence(alone, "id")
    assert "konsisten dengan pengaruh" in answer_sentence(against, "id")
    assert "di atas kelompok pembanding" in answer_sentence(against, "id")


def test_where_scores_fell_no_price_is_told() -> None:
    data = make_region("one_group", gain=-8.0, points=0.0, slope=0.0, background=0.0)
    found = answer_one(data, "cost_effectiveness")
    assert isinstance(found.headline, NotEstimable)
    assert found.headline.reason is Reason.NO_VARIATION
    assert "tidak naik" in answer_sentence(found, "id")


def test_a_gain_that_may_be_zero_has_no_upper_price() -> None:
    data = make_region("one_group", gain=2.0, points=0.0, slope=0.0, background=0.0, people=60, batches=8)
    found = answer_one(data, "cost_effectiveness")
    assert estimate(found).conf_high == math.inf
    assert found.rows[0]["unbounded"] is True
    assert found.rows[0]["conf_high"] is None
    assert "tanpa batas atas" in answer_sentence(found, "id")


def test_the_budget_buys_what_it_pays_for(one_group: Findings) -> None:
    found = one_group["seats_under_budget"]
    assert estimate(found).estimate == 120.0  # half of the 240 seats of this year
    assert found.details["planned"] == 120
    assert found.details["waiting"] == 400 - 240
    assert found.details["year"] == 2026
    assert "diundi" in answer_sentence(found, "id")


def test_what_a_lottery_could_show_follows_the_formula(one_group: Findings) -> None:
    """Two groups, score before as covariate: the usual multiplier of the standard error."""
    details = one_group["seats_under_budget"].details
    trained, waiting = 120, 40
    r = float(str(one_group["learning_gain"].details["r_pre_post"]))
    error = math.sqrt((1 - r**2) * (1 / trained + 1 / waiting))
    df = trained + waiting - 3
    multiplier = stats.t.ppf(0.975, df) + stats.t.ppf(0.8, df)
    assert details["lottery_compared"] == waiting
    # the multiplier approximates the noncentral t to a hundredth at these degrees of freedom
    assert details["lottery_mde_sd"] == pytest.approx(multiplier * error, rel=0.01, abs=0)


def test_without_costs_the_questions_stay_open() -> None:
    data = make_region("one_group", people=60, batches=6)
    courses = data.tables["courses"].assign(cost_idr=float("nan"))
    bare = replace(data, tables={**data.tables, "courses": courses})
    for name in ("cost_per_participant", "cost_effectiveness", "seats_under_budget"):
        found = answer_one(bare, name)
        assert found.status is Status.NO_DATA
        assert found.details["missing"] == "courses"


def test_costs_per_completer_that_are_withheld_are_said_to_be() -> None:
    data = make_region("one_group", people=80, batches=8)
    data.tables["enrolments"]["completed"] = True  # nobody is left over, which would tell of each
    found = answer_one(data, "cost_per_participant")
    assert "cost_per_completer" not in {e.term for e in found.estimates}
    assert "completers_withheld" in {caveat.code for caveat in found.caveats}
    assert found.disclosure is not Disclosure.OPEN


def test_a_column_that_is_not_told_has_no_head() -> None:
    rows = tuple(
        {"label": name, "amount": 2e6, "per_completer": None, "per_hour": 9e4, "n": 40} for name in "AB"
    )
    found = Finding(
        question="cost_per_participant", region="a", period="2025", status=Status.ESTIMATED, rows=rows
    )
    heads = [column.head for column in LAYOUTS["cost"](found, "en").columns]
    assert heads == ["Per participant", "Per hour", "Enrolments"]


@pytest.mark.parametrize("question", ["cost_effectiveness", "minimum_detectable_effect"])
def test_equal_scores_before_leave_no_spread_to_tell_a_change_in(question: str) -> None:
    data = make_region("one_group", people=80, batches=8)
    scores = data.tables["assessments"]
    scores["score"] = scores["score"].mask(scores["wave"] == "pre", 60.0)
    found = answer_one(data, question)
    assert found.status is Status.NOT_ESTIMABLE
    assert isinstance(found.headline, NotEstimable)
    assert found.headline.reason is Reason.NO_VARIATION
    assert answer_sentence(found, "id")


def test_a_lottery_that_is_not_told_has_no_reservation() -> None:
    data = make_region("one_group")
    codes = {caveat.code for caveat in answer_one(data, "seats_under_budget").caveats}
    assert "lottery_assumptions" in codes
    del data.tables["assessments"]
    found = answer_one(data, "seats_under_budget")
    assert "lottery_mde" not in found.details
    assert "lottery_assumptions" not in {caveat.code for caveat in found.caveats}
