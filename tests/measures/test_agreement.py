"""Agreement beyond chance: special cases that must coincide, invariances and refusals."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from asn_research.errors import InputError, NoVariationError, TooFewObservationsError
from asn_research.measures.agreement import (
    count_agreement,
    count_categories,
    measure_fleiss_kappa,
    measure_kappa,
    measure_percent_agreement,
)
from asn_research.measures.krippendorff import measure_krippendorff_alpha

CODES = pd.DataFrame({"a": list("xxyyzzxyzx"), "b": list("xxyyzxxyzy")})


def test_weights_of_two_categories_change_nothing() -> None:
    table = count_agreement(pd.DataFrame({"a": [0, 0, 1, 1, 1], "b": [0, 1, 1, 1, 0]}), raters=("a", "b"))
    plain = measure_kappa(table)
    for weights in ("linear", "quadratic"):
        weighted = measure_kappa(table, weights=weights)
        assert (weighted.estimate, weighted.std_error) == pytest.approx((plain.estimate, plain.std_error))


def test_counts_and_rows_give_the_same_kappa() -> None:
    counts = CODES.value_counts().rename("n").reset_index()
    one = measure_kappa(count_agreement(CODES, raters=("a", "b")))
    two = measure_kappa(count_agreement(counts[::-1], raters=("b", "a"), count="n"))
    assert one.estimate == pytest.approx(two.estimate, rel=1e-12)
    assert one.std_error == pytest.approx(two.std_error, rel=1e-12)


def test_standard_error_of_kappa_agrees_with_a_bootstrap() -> None:
    chance = np.random.default_rng(2)
    truth = chance.integers(0, 3, 400)
    data = pd.DataFrame(
        {"a": truth, "b": np.where(chance.random(400) < 0.7, truth, chance.integers(0, 3, 400))}
    )
    kappa = measure_kappa(count_agreement(data, raters=("a", "b")), weights="quadratic")
    drawn = [
        measure_kappa(
            count_agreement(data.iloc[chance.integers(0, 400, 400)], raters=("a", "b")), weights="quadratic"
        ).estimate
        for _ in range(200)
    ]
    assert kappa.std_error == pytest.approx(np.std(drawn), rel=0.2)  # 200 draws: 5 % standard error


def test_fleiss_kappa_of_two_raters_is_scotts_pi() -> None:
    kappa = measure_fleiss_kappa(count_categories(CODES, raters=["a", "b"]))
    agreed = measure_percent_agreement(count_agreement(CODES, raters=("a", "b")))
    shares = pd.concat([CODES.a, CODES.b]).value_counts(normalize=True)
    chance = float((shares**2).sum())
    assert kappa["kappa"].estimate == pytest.approx((agreed - chance) / (1 - chance), rel=1e-12)


def test_krippendorff_of_complete_nominal_codes_is_corrected_scott() -> None:
    # alpha = 1 - (1 - 1/n_codes) * (1 - pi) for two coders without missing codes
    pi = measure_fleiss_kappa(count_categories(CODES, raters=["a", "b"]))["kappa"].estimate
    alpha = measure_krippendorff_alpha(CODES, draws=0).estimate
    assert alpha == pytest.approx(1 - (1 - 1 / 20) * (1 - pi), rel=1e-12)


@pytest.mark.parametrize("scale", ["nominal", "ordinal", "interval", "ratio"])
def test_krippendorff_does_not_depend_on_order(scale: str) -> None:
    codes = pd.DataFrame({"a": [1, 2, 3, 3, None, 1], "b": [1, 2, 3, 2, 4, 1], "c": [None, 3, 3, 2, 4, 2]})
    one = measure_krippendorff_alpha(codes, scale=scale, draws=200, seed=4)
    two = measure_krippendorff_alpha(codes.iloc[::-1, ::-1], scale=scale, draws=200, seed=4)
    assert one == two
    assert one.conf_low <= one.estimate <= one.conf_high


def test_krippendorff_units_with_one_code_carry_nothing() -> None:
    codes = pd.DataFrame({"a": [1, 2, 3, 3], "b": [1, 2, 3, 2]})
    more = pd.concat([codes, pd.DataFrame({"a": [9, None], "b": [None, 7]})])
    assert (
        measure_krippendorff_alpha(more, draws=0).estimate
        == measure_krippendorff_alpha(codes, draws=0).estimate
    )


def test_krippendorff_interval_ignores_shift_and_ratio_ignores_scale() -> None:
    codes = pd.DataFrame({"a": [1.0, 2, 4, 3, 5], "b": [1.0, 3, 4, 3, 4]})
    interval = measure_krippendorff_alpha(codes, scale="interval", draws=0).estimate
    moved = measure_krippendorff_alpha(codes * 3 + 10, scale="interval", draws=0).estimate
    assert moved == pytest.approx(interval, rel=1e-10)
    ratio = measure_krippendorff_alpha(codes, scale="ratio", draws=0).estimate
    assert measure_krippendorff_alpha(codes * 3, scale="ratio", draws=0).estimate == pytest.approx(ratio)


def test_random_coding_has_no_agreement() -> None:
    chance = np.random.default_rng(9)
    codes = pd.DataFrame(chance.integers(0, 4, (3000, 3)), columns=list("abc"))
    assert measure_krippendorff_alpha(codes, draws=0).estimate == pytest.approx(0, abs=0.03)
    fleiss = measure_fleiss_kappa(count_categories(codes, raters=list("abc")))["kappa"]
    assert abs(fleiss.statistic) < 3


def test_refusals() -> None:
    same = pd.DataFrame({"a": ["x", "x"], "b": ["x", "x"]})
    with pytest.raises(NoVariationError):
        measure_kappa(count_agreement(same, raters=("a", "b")))
    with pytest.raises(NoVariationError):
        measure_krippendorff_alpha(same)
    with pytest.raises(NoVariationError):
        measure_fleiss_kappa(count_categories(same, raters=["a", "b"]))
    with pytest.raises(TooFewObservationsError):
        measure_krippendorff_alpha(pd.DataFrame({"a": [1, None], "b": [None, 2]}))
    with pytest.raises(InputError, match="numeric"):
        measure_krippendorff_alpha(CODES, scale="interval")
    with pytest.raises(InputError, match="same number"):
        measure_fleiss_kappa(pd.DataFrame({"p": [1, 2], "q": [2, 2]}))
    with pytest.raises(InputError, match="categories"):
        count_agreement(CODES, raters=("a", "b"), categories=["x", "y"])
    with pytest.raises(InputError, match="3 × 3"):
        measure_kappa(count_agreement(CODES, raters=("a", "b")), weights=np.zeros((2, 2)))
    assert math.isfinite(measure_kappa(count_agreement(CODES, raters=("a", "b"))).std_error)
