"""Effect sizes against published numbers, theorems and hostile input."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import special, stats

from asn_research.errors import InputError, NoVariationError, TooFewObservationsError
from asn_research.measures.effect_size import (
    GroupSummary,
    PairSummary,
    hedges_factor,
    measure_group_effect,
    measure_group_effect_from_summary,
    measure_paired_effect,
    measure_paired_effect_from_summary,
)
from asn_research.measures.noncentrality import estimate_noncentrality
from asn_research.models.result import TIDY_COLUMNS

# Student (1908), the sleep data: extra hours of sleep of ten patients under two drugs (public domain).
SLEEP = pd.DataFrame(
    {
        "pre": [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0],
        "post": [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4],
    }
)
EXACT = {"rtol": 1e-9, "atol": 1e-12}  # the same arithmetic on both sides


def test_student_1908_as_printed_by_r() -> None:
    gain = measure_paired_effect(SLEEP, pre="pre", post="post")["gain"]
    # R's help page of t.test prints t = 4.0621, df = 9, p = 0.002833, interval 0.7001142 to 2.4598858.
    assert round(gain.statistic, 4) == 4.0621
    assert gain.df == 9
    assert round(gain.p_value, 6) == 0.002833
    assert round(gain.conf_low, 7) == 0.7001142
    assert round(gain.conf_high, 7) == 2.4598858


def test_summary_gives_what_the_data_give() -> None:
    raw = measure_paired_effect(SLEEP, pre="pre", post="post")
    keys = ("mean_pre", "mean_post", "sd_pre", "sd_post", "correlation")
    told = measure_paired_effect_from_summary(PairSummary(10, *(raw.statistics[k] for k in keys)))
    names = ["estimate", "conf_low", "conf_high", "p_value"]
    np.testing.assert_allclose(told.tidy()[names], raw.tidy()[names], **EXACT)


@pytest.mark.parametrize(("pre", "post"), [("pre", "post"), ("post", "pre")])
def test_units_and_order_of_people_change_nothing_but_points(pre: str, post: str) -> None:
    first = measure_paired_effect(SLEEP, pre=pre, post=post)
    second = measure_paired_effect(SLEEP[::-1] * 7 + 3, pre=pre, post=post)
    assert second["gain"].estimate == pytest.approx(7 * first["gain"].estimate, rel=1e-12)
    names = ["estimate", "conf_low", "conf_high"]
    np.testing.assert_allclose(second.tidy()[names][1:], first.tidy()[names][1:], rtol=1e-8, atol=1e-10)


def test_swapping_before_and_after_mirrors_the_exact_interval() -> None:
    there = measure_paired_effect(SLEEP, pre="pre", post="post")["d_z"]
    back = measure_paired_effect(SLEEP, pre="post", post="pre")["d_z"]
    assert (back.conf_low, back.conf_high) == pytest.approx((-there.conf_high, -there.conf_low), rel=1e-8)


@pytest.mark.parametrize("t", [-30.0, -2.5, 0.0, 0.3, 4.0, 40.0])
@pytest.mark.parametrize("df", [3, 30, 900])
def test_noncentrality_limits_leave_the_right_tails(t: float, df: int) -> None:
    low, high = estimate_noncentrality(t, df=df)
    sign = -1 if t < 0 else 1  # evaluated on the right, where the distribution function is accurate
    outer = sorted([sign * low, sign * high])
    assert stats.nct.sf(sign * t, df, outer[0]) == pytest.approx(0.025, rel=1e-5)
    assert stats.nct.cdf(sign * t, df, outer[1]) == pytest.approx(0.025, rel=1e-5)


def test_hedges_factor_is_the_gamma_ratio_and_tends_to_one() -> None:
    df = 12.0
    closed = special.gamma(df / 2) / (math.sqrt(df / 2) * special.gamma((df - 1) / 2))
    assert hedges_factor(df) == pytest.approx(closed, rel=1e-12)
    assert hedges_factor(1e7) == pytest.approx(1, abs=1e-7)
    assert hedges_factor(df, exact=False) == 1 - 3 / 47


def test_exact_interval_of_d_covers_a_known_effect() -> None:
    chance, true, n = np.random.default_rng(11), 0.5, 15
    inside = 0
    for _ in range(400):
        gains = chance.normal(true, 1, n)
        low, high = estimate_noncentrality(float(stats.ttest_1samp(gains, 0).statistic), df=n - 1)
        inside += low / math.sqrt(n) <= true <= high / math.sqrt(n)
    assert 0.925 <= inside / 400 <= 0.975  # 2.3 standard errors of 400 draws around 0.95


def test_two_groups_against_scipy_and_by_hand() -> None:
    frame = pd.DataFrame({"y": [1.0, 2, 3, 4, 5, 3, 5, 7, 9], "g": list("aaaaabbbb")})
    fit = measure_group_effect(frame, outcome="y", group="g", treated="b")
    one, two = frame.y[5:], frame.y[:5]
    assert fit["difference"].p_value == pytest.approx(stats.ttest_ind(one, two).pvalue, rel=1e-10)
    welch = stats.ttest_ind(one, two, equal_var=False)
    assert fit["difference_welch"].p_value == pytest.approx(welch.pvalue, rel=1e-10)
    assert fit["d_s"].estimate == pytest.approx(3 / math.sqrt((4 * 2.5 + 3 * 20 / 3) / 7), rel=1e-12)
    assert fit["g_s"].estimate == pytest.approx(fit["d_s"].estimate * hedges_factor(7), rel=1e-12)


def test_labels_of_groups_only_name_them() -> None:
    frame = pd.DataFrame({"y": [1.0, 2, 4, 3, 5, 8], "g": [0, 0, 0, 1, 1, 1]})
    first = measure_group_effect(frame, outcome="y", group="g", treated=1).tidy()
    renamed = frame.assign(g=frame.g.map({0: "z", 1: "a"}))
    second = measure_group_effect(renamed, outcome="y", group="g", treated="a").tidy()
    pd.testing.assert_frame_equal(first, second)
    assert tuple(first.columns) == TIDY_COLUMNS


def test_refusals() -> None:
    with pytest.raises(TooFewObservationsError, match="found 2 of 3"):
        measure_paired_effect(pd.DataFrame({"a": [1, 2, 3], "b": [2, 4, None]}), pre="a", post="b")
    with pytest.raises(NoVariationError):
        measure_paired_effect(pd.DataFrame({"a": [1, 2, 3], "b": [2, 3, 4]}), pre="a", post="b")
    with pytest.raises(InputError, match="no column 'c'"):
        measure_paired_effect(SLEEP, pre="pre", post="c")
    with pytest.raises(InputError, match="infinite"):
        measure_paired_effect(SLEEP.replace(0.0, math.inf), pre="pre", post="post")
    with pytest.raises(InputError, match="conf_level"):
        measure_paired_effect(SLEEP, pre="pre", post="post", conf_level=95)
    with pytest.raises(InputError):
        measure_group_effect_from_summary(GroupSummary(5, 1.0, 0.0), GroupSummary(5, 2.0, 0.0))
    with pytest.raises(InputError):
        hedges_factor(1)
