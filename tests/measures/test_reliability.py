"""Reliability: closed forms, known loadings recovered, invariances, refusals."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from asn_research.errors import InputError, NoVariationError, SingularDesignError, TooFewObservationsError
from asn_research.measures.factor import fit_factors, measure_omega
from asn_research.measures.intraclass import ICC_FORMS, measure_icc
from asn_research.measures.reliability import (
    estimate_disattenuated,
    measure_alpha,
    measure_items,
    measure_scale,
    read_items,
)
from asn_research.models.result import TIDY_COLUMNS, Estimate

CHANCE = np.random.default_rng(5)
TRAIT = CHANCE.normal(size=4000)
ITEMS = pd.DataFrame({f"q{i}": TRAIT + CHANCE.normal(size=4000) for i in range(4)})


def test_alpha_of_parallel_items_is_spearman_brown() -> None:
    # Four parallel items with reliability 1/2 each: alpha = omega = 4 * .5 / (1 + 3 * .5) = 0.8.
    alpha, omega = measure_alpha(ITEMS)["alpha"], measure_omega(ITEMS)["omega"]
    for found in (alpha, omega):
        assert found.estimate == pytest.approx(0.8, abs=0.015)  # 3 standard errors of 4,000 people
        assert found.conf_low < 0.8 < found.conf_high
    assert omega.std_error == pytest.approx((alpha.conf_high - alpha.conf_low) / 3.92, rel=0.05)


def test_alpha_of_two_items_is_by_hand() -> None:
    pair = pd.DataFrame({"a": [1.0, 2, 3, 4], "b": [2.0, 1, 4, 3]})
    # variances 5/3 each, covariance 1: alpha = 2 * (1 - (10/3) / (10/3 + 2)) = 0.75
    assert measure_alpha(pair)["alpha"].estimate == pytest.approx(0.75, rel=1e-12)
    assert math.isnan(measure_items(pair)["alpha_if_dropped"].iloc[0])


def test_order_of_people_and_items_and_the_unit_do_not_matter() -> None:
    answers = ITEMS.iloc[:60]
    first, second = measure_alpha(answers), measure_alpha(answers.iloc[::-1, ::-1] * 25 + 7)
    names = ["estimate", "conf_low", "conf_high"]
    np.testing.assert_allclose(first.tidy()[names], second.tidy()[names], rtol=1e-10, atol=1e-12)
    one, two = measure_omega(answers), measure_omega(answers.iloc[::-1, ::-1] * 25 + 7)
    np.testing.assert_allclose(one.tidy()[names], two.tidy()[names], rtol=1e-5, atol=1e-7)  # optimiser


def test_reversed_items_are_turned_and_listwise_differs_from_pairwise() -> None:
    answers = pd.DataFrame({"a": [1.0, 2, 3, 5, 4], "b": [5.0, 4, 3, 2, 1], "c": [1.0, 2, 3, 4, None]})
    keys = {"reverse": ["b"], "scale": (1.0, 5.0)}
    assert read_items(answers, **keys)["b"].tolist() == [1.0, 2, 3, 4, 5]
    listwise, pairwise = measure_alpha(answers, **keys), measure_alpha(answers, **keys, missing="pairwise")
    assert listwise.statistics["n_complete"] == 4
    assert listwise["alpha"].estimate != pairwise["alpha"].estimate
    assert math.isnan(pairwise["alpha"].conf_low)
    scores = measure_scale(read_items(answers, **keys), minimum_items=3)
    assert scores.isna().tolist() == [False] * 4 + [True]


def test_factor_model_recovers_loadings_and_correlation() -> None:
    chance = np.random.default_rng(8)
    first = chance.normal(size=5000)
    second = 0.6 * first + 0.8 * chance.normal(size=5000)
    loadings = [0.9, 0.7, 0.5]
    data = {f"a{i}": b * first + chance.normal(size=5000) * 0.6 for i, b in enumerate(loadings)}
    data |= {f"b{i}": -b * second + chance.normal(size=5000) * 0.6 for i, b in enumerate(loadings)}
    frame = pd.DataFrame(data)
    fit = fit_factors(frame, factors={"A": ["a0", "a1", "a2"], "B": ["b0", "b1", "b2"]})
    for i, b in enumerate(loadings):
        assert fit[f"A=~a{i}"].estimate == pytest.approx(b, abs=0.05)
        assert abs(fit[f"B=~b{i}"].estimate) == pytest.approx(b, abs=0.05)
    assert abs(fit["A~~B"].estimate) == pytest.approx(0.6, abs=0.05)
    assert fit.statistics["df"] == 8
    assert fit.statistics["p_value"] > 0.001  # the model is true
    assert tuple(fit.tidy().columns) == TIDY_COLUMNS


def test_saturated_factor_model_fits_exactly() -> None:
    fit = measure_omega(ITEMS, items=["q0", "q1", "q2"])
    assert fit.statistics["chisq"] == pytest.approx(0, abs=1e-5)
    assert fit.statistics["rmsea"] == 0


def test_factor_refusals() -> None:
    with pytest.raises(SingularDesignError, match="4 parameters"):
        measure_omega(ITEMS, items=["q0", "q1"])
    with pytest.raises(TooFewObservationsError):
        measure_omega(ITEMS.iloc[:4])
    with pytest.raises(SingularDesignError, match="collinear"):
        measure_omega(ITEMS.assign(total=ITEMS.sum(axis=1)))
    with pytest.raises(InputError):
        measure_omega(ITEMS, items=list(ITEMS), factors={"A": list(ITEMS)})


def test_alpha_refusals() -> None:
    with pytest.raises(NoVariationError, match="q9"):
        measure_alpha(ITEMS.assign(q9=1.0))
    with pytest.raises(InputError, match="at least two"):
        measure_alpha(ITEMS[["q0"]])
    with pytest.raises(InputError, match="scale"):
        measure_alpha(ITEMS, reverse=["q0"])
    with pytest.raises(InputError, match="outside"):
        measure_alpha(pd.DataFrame({"a": [1, 2, 3, 9], "b": [1, 2, 3, 4]}), scale=(1, 5))
    with pytest.raises(InputError, match="numeric"):
        measure_alpha(pd.DataFrame({"a": list("xyz"), "b": [1, 2, 3]}))


def test_a_constant_shift_of_one_rater_hurts_agreement_but_not_consistency() -> None:
    chance = np.random.default_rng(3)
    truth = chance.normal(size=50)
    ratings = pd.DataFrame({f"r{i}": truth + 0.5 * chance.normal(size=50) for i in range(3)})
    plain, shifted = measure_icc(ratings), measure_icc(ratings.assign(r0=ratings.r0 + 3))
    assert shifted["ICC3"].estimate == pytest.approx(plain["ICC3"].estimate, rel=1e-10)
    assert shifted["ICC2"].estimate < plain["ICC2"].estimate - 0.2
    mixed = measure_icc(ratings.iloc[::-1, ::-1] * 10)
    np.testing.assert_allclose(mixed.tidy()["estimate"], plain.tidy()["estimate"], rtol=1e-9, atol=1e-12)
    for form in ICC_FORMS:
        assert plain[form].conf_low < plain[form].estimate < plain[form].conf_high
    assert plain["ICC3"].conf_low < 0.8 < plain["ICC3"].conf_high  # 1 / (1 + 0.25)


def test_icc_refusals() -> None:
    with pytest.raises(NoVariationError, match="infinite"):
        measure_icc(pd.DataFrame({"a": [1.0, 2, 3], "b": [2.0, 3, 4]}))
    with pytest.raises(NoVariationError, match="equal"):
        measure_icc(pd.DataFrame({"a": [1.0, 1], "b": [1.0, 1]}))
    with pytest.raises(TooFewObservationsError):
        measure_icc(pd.DataFrame({"a": [1.0, None], "b": [1.0, 2]}))


def test_disattenuation_divides_by_the_root_of_the_reliability() -> None:
    effect = Estimate(term="d_av", estimate=0.3, std_error=0.1, conf_low=0.1, conf_high=0.5, p_value=0.01)
    corrected = estimate_disattenuated(effect, reliability=0.36)
    assert (corrected.estimate, corrected.conf_low) == pytest.approx((0.5, 1 / 6), rel=1e-12)
    assert corrected.p_value == effect.p_value
    with pytest.raises(InputError):
        estimate_disattenuated(effect, reliability=0.0)
