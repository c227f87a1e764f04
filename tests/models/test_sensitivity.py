"""Sensitivity: published values, defining properties, invariances, refusals."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from asn_research.errors import InputError, NoVariationError, TooFewObservationsError
from asn_research.models.robustness import estimate_robustness
from asn_research.models.selection import estimate_oster
from asn_research.models.sensitivity import SCALES, estimate_e_value, estimate_tipping_point


def participants(n: int = 400, seed: int = 3) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    drive, luck = rng.normal(size=(2, n))
    age = 40 + 8 * rng.normal(size=n)
    dose = 0.5 * drive + 0.02 * age + rng.normal(size=n)
    unit = np.array(list("abcd"))[rng.integers(0, 4, n)]
    gain = 0.8 * dose + 0.6 * drive + 0.03 * age + luck
    return pd.DataFrame({"drive": drive, "age": age, "dose": dose, "gain": gain, "unit": unit})


def test_published_e_values() -> None:
    """VanderWeele & Ding (2017): 3.9 (1.8, 8.7) gives 7.26 and 3.0; 0.80 (0.71, 0.91) gives 1.81 and 1.43."""
    high = estimate_e_value(3.9, conf_low=1.8, conf_high=8.7)
    low = estimate_e_value(0.80, conf_low=0.71, conf_high=0.91)
    found = [high.estimate, high.limit, low.estimate, low.limit]
    np.testing.assert_allclose(found, [7.26, 3.0, 1.81, 1.43], rtol=0, atol=0.005)


@pytest.mark.parametrize("scale", [s for s in SCALES if s != "smd"])
def test_e_value_of_a_ratio_and_its_inverse_are_equal(scale: str) -> None:
    for ratio in (1.2, 2.5, 7.0):
        up, down = estimate_e_value(ratio, scale=scale), estimate_e_value(1 / ratio, scale=scale)
        assert up.estimate == pytest.approx(down.estimate, rel=1e-10, abs=0)
    assert estimate_e_value(1.0, scale=scale).estimate == 1


def test_e_value_solves_the_bias_formula() -> None:
    """A confounder with both ratios equal to E moves RR exactly to 1: E² / (2E − 1) = RR."""
    for ratio in (1.3, 2.0, 5.0):
        e = estimate_e_value(ratio).estimate
        assert e**2 / (2 * e - 1) == pytest.approx(ratio, rel=1e-12, abs=0)


def test_e_value_of_an_interval_with_the_null_is_one() -> None:
    assert estimate_e_value(1.4, conf_low=0.9, conf_high=2.2).limit == 1
    assert estimate_e_value(0.5, scale="smd", std_error=0.4).limit == 1
    assert math.isnan(estimate_e_value(2.0).limit)


def test_oster_delta_and_beta_invert_each_other() -> None:
    """At δ = δ*(β) the adjusted effects include β, and δ = 0 leaves the long coefficient."""
    frame = participants()
    options = {"formula": "gain ~ dose + age + drive", "treatment": "dose", "r_squared_max": 0.9}
    for target in (0.0, 0.3):
        delta = estimate_oster(frame, beta_null=target, **options).delta
        made = estimate_oster(frame, delta=delta, **options)
        roots = (made.beta, *made.beta_alternatives)
        assert min(abs(root - target) for root in roots) < 1e-8
    none = estimate_oster(frame, delta=0.0, **options)
    assert none.beta == pytest.approx(none.coef_long, rel=1e-10, abs=0)


def test_oster_recovers_equal_selection() -> None:
    """Large sample in which the unobserved is exactly as selected as the observed: δ = 1 gives the truth."""
    rng = np.random.default_rng(1)
    n = 400_000
    seen, hidden, noise, own = rng.normal(size=(4, n))
    frame = pd.DataFrame({"seen": seen, "dose": seen + hidden + own})
    frame["gain"] = 1.0 * frame["dose"] + seen + hidden + noise
    r_max = 1 - noise.var() / frame["gain"].var()
    made = estimate_oster(frame, formula="gain ~ dose + seen", treatment="dose", r_squared_max=r_max)
    assert made.coef_long > 1.2
    roots = (made.beta, *made.beta_alternatives)
    assert min(abs(root - 1.0) for root in roots) < 0.02  # sampling error


def test_robustness_value_removes_the_estimate() -> None:
    """An omitted variable with partial R² equal to the robustness value on both sides leaves exactly zero."""
    made = estimate_robustness(participants(), formula="gain ~ dose + age + drive", treatment="dose")
    rv = made.robustness_value
    bias = math.sqrt(rv * rv / (1 - rv)) * made.std_error * math.sqrt(made.df)
    assert bias == pytest.approx(abs(made.estimate), rel=1e-10, abs=0)
    assert made.robustness_value_alpha < rv
    other = smf.ols("gain ~ dose + age + drive", participants()).fit()
    assert made.estimate == pytest.approx(other.params["dose"], rel=1e-9, abs=0)
    assert made.std_error == pytest.approx(other.bse["dose"], rel=1e-9, abs=0)


def test_benchmark_of_a_variable_really_left_out() -> None:
    """A copy of the benchmark, orthogonal to the rest: one time as strong predicts the change it causes."""
    rng = np.random.default_rng(2)
    n = 200_000
    a, b, own, noise = rng.normal(size=(4, n))
    frame = pd.DataFrame({"a": a, "dose": 0.3 * a + 0.3 * b + own})
    frame["gain"] = frame["dose"] + 0.5 * a + 0.5 * b + noise
    made = estimate_robustness(
        frame, formula="gain ~ dose + a", treatment="dose", benchmarks=["a"], multiples=[1]
    )
    assert made.benchmarks["estimate"][0] == pytest.approx(1.0, abs=0.02, rel=0)


def test_order_labels_and_units_do_not_matter() -> None:
    frame = participants()
    options = {"formula": "gain ~ dose + age + C(unit)", "treatment": "dose"}
    fit = estimate_robustness(frame, benchmarks=["age", "C(unit)"], **options)
    changed = frame.sample(frac=1, random_state=5)
    changed = changed.assign(age=365 * changed["age"], gain=100 * changed["gain"], dose=changed["dose"] / 7)
    again = estimate_robustness(changed, benchmarks=["age", "C(unit)"], **options)
    assert again.robustness_value == pytest.approx(fit.robustness_value, rel=1e-9, abs=0)
    numbers = ["r2_treatment", "bound_outcome", "statistic"]
    np.testing.assert_allclose(again.benchmarks[numbers], fit.benchmarks[numbers], rtol=1e-7, atol=0)
    first, second = (estimate_oster(f, **options).delta for f in (frame, changed))
    assert second == pytest.approx(first, rel=1e-8, abs=0)


def test_tipping_point_is_where_the_interval_touches() -> None:
    point = estimate_tipping_point(6.0, std_error=2.0, df=10, imbalance=0.5)
    assert point.shift_to_null == 6
    assert point.shift_to_insignificance == pytest.approx(6 - 2 * 2.22814, rel=0, abs=1e-4)  # t table
    assert point.confounder_effect == 12
    assert estimate_tipping_point(1.0, std_error=2.0).shift_to_insignificance == 0
    mirrored = estimate_tipping_point(-6.0, std_error=2.0, df=10)
    assert mirrored.shift_to_insignificance == -point.shift_to_insignificance


def test_refusals() -> None:
    frame = participants(50)
    with pytest.raises(InputError, match="above 0"):
        estimate_e_value(-1.0)
    with pytest.raises(InputError, match="enclose"):
        estimate_e_value(2.0, conf_low=2.5)
    with pytest.raises(InputError, match="scale"):
        estimate_e_value(2.0, scale="or")
    with pytest.raises(InputError, match="smd"):
        estimate_e_value(2.0, std_error=0.1)
    with pytest.raises(InputError, match="controls"):
        estimate_oster(frame, formula="gain ~ dose", treatment="dose")
    with pytest.raises(InputError, match="not a term"):
        estimate_oster(frame, formula="gain ~ dose + age", treatment="attendance")
    with pytest.raises(InputError, match="r_squared_max"):
        estimate_oster(frame, formula="gain ~ dose + age", treatment="dose", r_squared_max=0.01)
    with pytest.raises(InputError, match="covariate"):
        estimate_robustness(frame, formula="gain ~ dose + age", treatment="dose", benchmarks=["sex"])
    with pytest.raises(TooFewObservationsError):
        estimate_robustness(frame.head(4), formula="gain ~ dose + age", treatment="dose")
    with pytest.raises(NoVariationError):
        estimate_robustness(frame.assign(gain=frame["dose"]), formula="gain ~ dose + age", treatment="dose")
    with pytest.raises(InputError, match="std_error"):
        estimate_tipping_point(1.0, std_error=0.0)
