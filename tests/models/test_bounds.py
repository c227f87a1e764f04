"""Bounds and attrition: Lee's algebra, known worlds, the published boundary, refusals."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from scipy import stats

from asn_research.errors import InputError, NoOverlapError, NoVariationError, TooFewObservationsError
from asn_research.models.attrition import check_attrition, fit_attrition
from asn_research.models.bounds import estimate_bounds, estimate_shifted_mean
from asn_research.models.result import TIDY_COLUMNS

DATA = Path(__file__).parents[1] / "reference" / "data"


def lottery(n: int = 2000, seed: int = 9) -> pd.DataFrame:
    """Effect 3 for everyone; winners stay more often, and those who stay only because they won score low."""
    rng = np.random.default_rng(seed)
    won = rng.integers(0, 2, n)
    strength = rng.normal(0, 1, n)
    stays = strength + rng.normal(0, 1, n) + 0.5 * won > -0.5
    post = 60 + 5 * strength + 3 * won + rng.normal(0, 3, n)
    return pd.DataFrame({"won": won, "post": np.where(stays, post, np.nan)})


def test_nsw_lee_bounds() -> None:
    """NSW log earnings among the employed, R package leebounds: −0.1493 to 0.4171."""
    frame = pd.read_csv(DATA / "nsw_mixtape.csv")
    frame["y"] = np.log(frame["re78"].where(frame["re78"] > 0))
    fit = estimate_bounds(frame, outcome="y", treatment="treat", assigned=True)
    assert fit["lower"].estimate == pytest.approx(-0.149289925, rel=1e-7, abs=0)
    assert fit["upper"].estimate == pytest.approx(0.417069991, rel=1e-7, abs=0)


def test_equal_retention_needs_no_trimming() -> None:
    """Nothing is trimmed: both bounds are the difference and the interval is the normal one."""
    frame = lottery().dropna()
    fit = estimate_bounds(frame, outcome="post", treatment="won", assigned=True)
    arms = [frame.loc[frame["won"] == arm, "post"] for arm in (0, 1)]
    difference = arms[1].mean() - arms[0].mean()
    error = math.sqrt(sum(arm.var() / len(arm) for arm in arms))
    for term in ("lower", "upper"):
        assert fit[term].estimate == pytest.approx(difference, rel=1e-10, abs=0)
        assert fit[term].std_error == pytest.approx(error, rel=1e-10, abs=0)
    assert fit["lower"].conf_low == pytest.approx(difference - stats.norm.ppf(0.975) * error, rel=1e-6, abs=0)


def test_lee_bounds_hold_the_truth_and_the_observed_difference_does_not() -> None:
    hits, misses = 0, 0
    for seed in range(60):
        fit = estimate_bounds(lottery(seed=seed), outcome="post", treatment="won", assigned=True)
        hits += fit["lower"].conf_low <= 3 <= fit["lower"].conf_high
        misses += abs(fit.statistics["observed_difference"] - 3) > 0.3
    assert hits >= 54  # of 60; 0.95 less 1.8 simulation errors
    assert misses > 45


def test_swapping_arms_mirrors_the_bounds() -> None:
    frame = lottery()
    fit = estimate_bounds(frame, outcome="post", treatment="won", assigned=True)
    swapped = estimate_bounds(
        frame.assign(won=1 - frame["won"]), outcome="post", treatment="won", assigned=True
    )
    assert swapped["lower"].estimate == pytest.approx(-fit["upper"].estimate, rel=1e-10, abs=0)
    assert swapped["lower"].std_error == pytest.approx(fit["upper"].std_error, rel=1e-10, abs=0)
    assert swapped["lower"].conf_high == pytest.approx(-fit["lower"].conf_low, rel=1e-8, abs=0)


def test_order_labels_and_units_do_not_matter() -> None:
    frame = lottery()
    for options in ({"assigned": True}, {"lowest": 0.0, "highest": 120.0}):
        fit = estimate_bounds(frame, outcome="post", treatment="won", **options)
        again = estimate_bounds(
            frame.sample(frac=1, random_state=3), outcome="post", treatment="won", **options
        )
        wide = {k: v * 10 if k != "assigned" else v for k, v in options.items()}
        scaled = estimate_bounds(
            frame.assign(post=10 * frame["post"]), outcome="post", treatment="won", **wide
        )
        for name in ("estimate", "std_error", "conf_low", "conf_high"):
            value = getattr(fit["lower"], name)
            assert getattr(again["lower"], name) == pytest.approx(value, rel=1e-9, abs=0)
            assert getattr(scaled["lower"], name) == pytest.approx(10 * value, rel=1e-9, abs=0)
        assert list(fit.tidy().columns) == list(TIDY_COLUMNS)


def test_manski_width_is_the_missing_share_times_the_range() -> None:
    """Width of the mean's bounds = (1 − p)·(K1 − K0); of the effect's = (1 − p1 + 1 − p0)·(K1 − K0)."""
    frame = lottery()
    lost = frame["post"].isna()
    one = estimate_bounds(frame, outcome="post", lowest=0, highest=120)
    assert one["upper"].estimate - one["lower"].estimate == pytest.approx(120 * lost.mean(), rel=1e-10, abs=0)
    two = estimate_bounds(frame, outcome="post", treatment="won", lowest=0, highest=120)
    width = 120 * lost.groupby(frame["won"]).mean().sum()
    assert two["upper"].estimate - two["lower"].estimate == pytest.approx(width, rel=1e-10, abs=0)


def test_shift_is_linear_and_tips_where_it_says() -> None:
    frame = pd.DataFrame({"gain": [4.0, 6, 5, 9, None, None]})
    at = estimate_shifted_mean(frame, outcome="gain", shift=0.0)
    assert at["mean"].estimate == 6
    assert at["mean"].std_error == pytest.approx(np.std([4, 6, 5, 9], ddof=1) / 2, rel=1e-12, abs=0)
    tipped = estimate_shifted_mean(frame, outcome="gain", shift=at.statistics["tipping_shift"])
    assert tipped["mean"].estimate == pytest.approx(0, rel=0, abs=1e-12)


def test_bounds_refuse() -> None:
    frame = lottery(100)
    with pytest.raises(InputError, match="lowest"):
        estimate_bounds(frame, outcome="post", treatment="won")
    with pytest.raises(InputError, match="outside"):
        estimate_bounds(frame, outcome="post", lowest=60, highest=61)
    with pytest.raises(InputError, match="treatment"):
        estimate_bounds(frame, outcome="post", assigned=True)
    with pytest.raises(NoVariationError):
        estimate_bounds(frame.assign(won=1), outcome="post", treatment="won", assigned=True)
    with pytest.raises(InputError, match="0 and 1"):
        estimate_bounds(frame.assign(won=2 * frame["won"]), outcome="post", treatment="won", assigned=True)
    with pytest.raises(TooFewObservationsError):
        estimate_bounds(frame.assign(post=np.nan), outcome="post", lowest=0, highest=1)
    with pytest.raises(InputError, match="finite"):
        estimate_shifted_mean(frame, outcome="post", shift=math.inf)


@pytest.mark.parametrize(
    ("lost_treated", "lost_control", "level"),
    [
        (0.20, 0.20, "low"),
        (0.22, 0.18, "low"),
        (0.24, 0.16, "moderate"),
        (0.30, 0.10, "high"),
        (0.7, 0.7, "high"),
    ],
)
def test_attrition_verdict(lost_treated: float, lost_control: float, level: str) -> None:
    """At 20 % overall the boundary is 5.4 (cautious) and 10.0 points (optimistic), as the handbook prints."""
    rows = [
        (arm, i >= round(100 * lost))
        for arm, lost in ((1, lost_treated), (0, lost_control))
        for i in range(100)
    ]
    frame = pd.DataFrame(rows, columns=["won", "seen"])
    verdict = check_attrition(frame, observed="seen", treatment="won")
    assert verdict.level == level
    assert verdict.overall_share == pytest.approx((lost_treated + lost_control) / 2, rel=1e-12, abs=0)
    if verdict.overall_share == 0.2:
        assert verdict.cautious_bound == pytest.approx(0.054, abs=5e-4, rel=0)
        assert verdict.optimistic_bound == pytest.approx(0.100, abs=5e-4, rel=0)


def test_who_leaves_agrees_with_statsmodels() -> None:
    frame = lottery(400).assign(age=np.random.default_rng(1).normal(2000, 8, 400))
    frame["lost"] = frame["post"].isna()
    fit = fit_attrition(frame, formula="lost ~ won + age")
    other = smf.logit("lost ~ won + age", frame.assign(lost=frame["lost"].astype(int))).fit(disp=0, tol=1e-12)
    for term in ("won", "age"):
        assert fit[term].estimate == pytest.approx(other.params[term], rel=1e-6, abs=0)
        assert fit[term].std_error == pytest.approx(other.bse[term], rel=1e-6, abs=0)


def test_attrition_refuses() -> None:
    frame = pd.DataFrame({"won": [1, 0, 1, 0, 1, 0], "seen": [1, 1, 0, 0, 1, 1]})
    with pytest.raises(InputError, match="without missing"):
        check_attrition(frame.assign(seen=np.nan), observed="seen", treatment="won")
    with pytest.raises(NoVariationError):
        check_attrition(frame.assign(won=1), observed="seen", treatment="won")
    with pytest.raises(NoOverlapError):
        fit_attrition(frame.assign(z=frame["seen"]), formula="seen ~ z")
