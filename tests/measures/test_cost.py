"""Cost-effectiveness: Fieller sets by inversion, quadrants, acceptability, invariances, refusals."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from asn_research.errors import InputError, NoVariationError, TooFewObservationsError
from asn_research.measures.cost import (
    Increment,
    estimate_acceptability,
    estimate_cost_per_effect,
    estimate_fieller,
    estimate_net_benefit,
    measure_increment,
    resample_increment,
)
from asn_research.models.result import Estimate

CHANCE = np.random.default_rng(21)
FRAME = pd.DataFrame(
    {"gain": CHANCE.normal(5, 3, 80), "cost": CHANCE.normal(100, 20, 80), "arm": [0, 1] * 40}
)
FRAME.loc[FRAME.arm == 1, ["gain", "cost"]] += [4, 30]
KEYS = {"effect": "gain", "cost": "cost", "arm": "arm"}
SURE = Increment(n_treated=50, n_control=50, effect=2.0, cost=10.0, effect_std_error=0.3,
                 cost_std_error=1.0, covariance=0.1)  # fmt: skip


def test_increment_by_hand() -> None:
    increment = measure_increment(FRAME, **KEYS)
    one, two = FRAME[FRAME.arm == 1], FRAME[FRAME.arm == 0]
    assert increment.effect == pytest.approx(one.gain.mean() - two.gain.mean(), rel=1e-12)
    assert increment.covariance == pytest.approx(
        (one.gain.cov(one.cost) + two.gain.cov(two.cost)) / 40, rel=1e-10
    )
    assert increment.cost_std_error == pytest.approx(
        math.sqrt((one.cost.var() + two.cost.var()) / 40), rel=1e-12
    )
    assert measure_increment(FRAME[::-1], **KEYS) == increment
    swapped = measure_increment(FRAME, **KEYS, treated=0)
    assert swapped.icer == pytest.approx(increment.icer, rel=1e-12)


@pytest.mark.parametrize(
    ("effect", "cost", "position"),
    [
        (1, 1, "north_east"),
        (1, -1, "south_east_dominant"),
        (-1, 1, "north_west_dominated"),
        (-1, -1, "south_west"),
    ],
)
def test_positions_on_the_plane(effect: float, cost: float, position: str) -> None:
    assert replace(SURE, effect=float(effect), cost=float(cost)).position == position


def test_fieller_limits_are_where_the_test_just_rejects() -> None:
    ratio = estimate_fieller(SURE)
    assert ratio.kind == "interval"
    assert ratio.low < SURE.icer < ratio.high
    for limit in (ratio.low, ratio.high):
        # H0: cost - limit * effect = 0 has p = .05 exactly at each limit, whatever the variances are.
        assert estimate_net_benefit(SURE, threshold=limit).p_value == pytest.approx(0.05, rel=1e-8)


def test_fieller_sets_that_are_not_intervals() -> None:
    unsure = replace(SURE, effect=0.3)
    outside = estimate_fieller(unsure)
    assert outside.kind == "complement"
    assert not outside.bounded
    assert not outside.low < unsure.icer < outside.high  # the estimate lies in the set, outside the gap
    nothing = estimate_fieller(replace(SURE, effect=0.1, cost=0.1))
    assert (nothing.kind, nothing.low, nothing.high) == ("line", -math.inf, math.inf)


def test_acceptability_at_the_ratio_is_one_half_and_at_zero_the_chance_to_save() -> None:
    assert estimate_acceptability(SURE, threshold=SURE.icer) == pytest.approx(0.5, abs=1e-12)
    assert estimate_acceptability(SURE, threshold=0) == pytest.approx(stats.norm.cdf(-10), rel=1e-9)


def test_bootstrap_plane_agrees_with_the_normal_one() -> None:
    increment, plane = measure_increment(FRAME, **KEYS), resample_increment(FRAME, **KEYS, draws=3000, seed=1)
    low, high = plane.interval("effects")
    assert (high - low) / 3.92 == pytest.approx(increment.effect_std_error, rel=0.06)
    threshold = increment.icer * 1.1
    found = float(plane.acceptability([threshold])["acceptability"].iloc[0])
    assert found == pytest.approx(estimate_acceptability(increment, threshold=threshold), abs=0.04)
    assert sum(plane.quadrants().values()) == pytest.approx(1)
    curve = plane.acceptability([0, 5, 10, 50])["acceptability"]
    assert curve.is_monotonic_increasing
    again = resample_increment(FRAME[::-1], **KEYS, draws=3000, seed=1)
    assert again.interval("ratios") == plane.interval("ratios")


def test_cost_per_effect_says_when_no_price_is_excluded() -> None:
    effect = Estimate(term="g_av", estimate=0.4, conf_low=0.2, conf_high=0.8, unit="sd")
    price = estimate_cost_per_effect(effect, cost_per_person=1_000_000)
    assert (price.estimate, price.conf_low, price.conf_high) == pytest.approx((250_000, 125_000, 500_000))
    unsure = estimate_cost_per_effect(replace(effect, conf_low=-0.1), cost_per_person=1_000_000)
    assert unsure.conf_high == math.inf
    with pytest.raises(NoVariationError):
        estimate_cost_per_effect(replace(effect, estimate=-0.1), cost_per_person=1_000_000)
    with pytest.raises(InputError):
        estimate_cost_per_effect(effect, cost_per_person=0)


def test_refusals() -> None:
    with pytest.raises(InputError, match="two values"):
        measure_increment(FRAME.assign(arm=1), **KEYS)
    with pytest.raises(InputError, match="two values"):
        measure_increment(FRAME.assign(arm=["a", "b"] * 40), **KEYS)
    with pytest.raises(TooFewObservationsError):
        measure_increment(FRAME.iloc[[0, 1, 3]], **KEYS)
    with pytest.raises(InputError):
        estimate_net_benefit(SURE, threshold=-1)
    with pytest.raises(InputError):
        resample_increment(FRAME, **KEYS, draws=3)
