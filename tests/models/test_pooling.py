"""Pooling: published results, textbook identities, invariances, simulated truth, refusals."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.meta_analysis import combine_effects

from asn_research.errors import (
    BoundaryWarning,
    InputError,
    SingularDesignError,
    TooFewObservationsError,
)
from asn_research.models.asymmetry import check_asymmetry, estimate_filled
from asn_research.models.pooling import METHODS, check_influence, pool
from asn_research.models.result import TIDY_COLUMNS

# The 13 BCG trials (Colditz and others 1994): log risk ratios, variances, absolute latitude.
DATA = Path(__file__).parents[1] / "reference" / "data"
BCG = pd.read_csv(DATA / "dat_bcg.csv")[["yi", "vi", "ablat"]].rename(columns={"yi": "y", "vi": "v"})
CLOSE = {"rel": 1e-10, "abs": 1e-12}  # the same arithmetic in another order
PRINTED = {"rel": 0, "abs": 6e-5}  # four printed decimals


def test_published_bcg_pooling() -> None:
    """Viechtbauer (2010), Journal of Statistical Software 36(3), section 3: REML, Q, I², H²."""
    fit = pool(BCG, estimate="y", variance="v", test="z")
    assert fit["pooled"].estimate == pytest.approx(-0.7145, **PRINTED)
    assert fit["pooled"].std_error == pytest.approx(0.1798, **PRINTED)
    assert fit.statistics["tau2"] == pytest.approx(0.3132, **PRINTED)
    assert fit.statistics["q"] == pytest.approx(152.2330, **PRINTED)
    assert 100 * fit.statistics["i2"] == pytest.approx(92.22, abs=0.006, rel=0)
    assert fit.statistics["h2"] == pytest.approx(12.86, abs=0.006, rel=0)


def test_agrees_with_statsmodels() -> None:
    """DerSimonian-Laird, Paule-Mandel and raw Knapp-Hartung of an independent implementation."""
    for ours, theirs in (("DL", "dl"), ("PM", "iterated")):
        fit = pool(BCG, estimate="y", variance="v", method=ours, test="KH")
        other = combine_effects(
            BCG["y"].to_numpy(), BCG["v"].to_numpy(), method_re=theirs, use_t=True, atol=1e-12
        )
        assert fit.statistics["tau2"] == pytest.approx(other.tau2, rel=1e-5, abs=0)  # their iteration stops
        assert fit["pooled"].estimate == pytest.approx(other.mean_effect_re, rel=1e-6, abs=0)
        assert fit["pooled"].std_error == pytest.approx(other.sd_eff_w_re_hksj, rel=1e-6, abs=0)


def test_equal_variances_have_a_closed_form() -> None:
    """With equal variances the mean is the plain mean and every moment estimator is s² − v."""
    y = np.array([1.0, 3.0, 2.0, 6.0, 8.0])
    frame = pd.DataFrame({"y": y, "v": 0.5})
    for method in ("DL", "PM", "REML", "HE"):
        fit = pool(frame, estimate="y", variance="v", method=method, test="KH")
        assert fit.statistics["tau2"] == pytest.approx(y.var(ddof=1) - 0.5, rel=1e-9, abs=0)
        assert fit["pooled"].estimate == pytest.approx(y.mean(), **CLOSE)
        # Knapp-Hartung is then the one-sample t test
        assert fit["pooled"].std_error == pytest.approx(y.std(ddof=1) / math.sqrt(5), **CLOSE)


def test_q_profile_limits_solve_their_equation() -> None:
    statistics = pool(BCG, estimate="y", variance="v").statistics
    for limit, quantile in (("tau2_low", 0.975), ("tau2_high", 0.025)):
        w = 1 / (BCG["v"] + statistics[limit])
        mean = (w * BCG["y"]).sum() / w.sum()
        assert stats.chi2.cdf((w * (BCG["y"] - mean) ** 2).sum(), 12) == pytest.approx(
            quantile, rel=1e-8, abs=0
        )


@pytest.mark.parametrize("method", METHODS)
def test_order_labels_and_units_do_not_matter(method: str) -> None:
    fit = pool(BCG, estimate="y", variance="v", method=method)
    shuffled = BCG.sample(frac=1, random_state=3).set_index(pd.Index(list("abcdefghijklm")))
    again = pool(shuffled, estimate="y", variance="v", method=method)
    scaled = pool(BCG.assign(y=1000 * BCG["y"], v=1e6 * BCG["v"]), estimate="y", variance="v", method=method)
    for name in ("estimate", "std_error", "conf_low", "conf_high"):
        value = getattr(fit["pooled"], name)
        assert getattr(again["pooled"], name) == pytest.approx(value, rel=1e-9, abs=0)
        assert getattr(scaled["pooled"], name) == pytest.approx(1000 * value, rel=1e-7, abs=0)
    assert list(fit.tidy().columns) == list(TIDY_COLUMNS)


@pytest.mark.filterwarnings("ignore::asn_research.errors.BoundaryWarning")
def test_modified_interval_is_never_shorter_than_the_raw_one() -> None:
    rng = np.random.default_rng(8)
    for _ in range(50):
        frame = pd.DataFrame({"estimate": rng.normal(0, 1, 4), "std_error": rng.uniform(0.2, 2, 4)})
        raw, modified = (pool(frame, method="PM", test=t)["pooled"] for t in ("KH", "mKH"))
        assert modified.std_error >= raw.std_error * (1 - 1e-12)


@pytest.mark.filterwarnings("ignore::asn_research.errors.BoundaryWarning")
def test_interval_and_prediction_cover_the_truth_with_four_regions() -> None:
    """Four regions, true mean 5 and spread 2: the default covers, DerSimonian-Laird with z does not."""
    rng = np.random.default_rng(20)
    hits = {"mKH": 0, "z": 0}
    predicted, worlds = 0, 150
    for _ in range(worlds):
        se = rng.uniform(0.5, 1.5, 4)
        y = rng.normal(5, 2, 4) + rng.normal(0, se)
        frame = pd.DataFrame({"estimate": y, "std_error": se})
        fit = pool(frame)
        hits["mKH"] += fit["pooled"].conf_low <= 5 <= fit["pooled"].conf_high
        naive = pool(frame, method="DL", test="z")["pooled"]
        hits["z"] += naive.conf_low <= 5 <= naive.conf_high
        new = rng.normal(5, 2)
        predicted += fit.statistics["prediction_kh_low"] <= new <= fit.statistics["prediction_kh_high"]
    assert hits["mKH"] / worlds == pytest.approx(0.95, abs=0.045, rel=0)  # 2.5 simulation errors
    assert hits["z"] / worlds < 0.92
    assert predicted / worlds == pytest.approx(0.95, abs=0.05, rel=0)


def test_leave_one_out_is_pooling_without_the_row() -> None:
    table = check_influence(BCG, estimate="y", variance="v", method="DL", test="z")
    fit = pool(BCG.drop(index=4), estimate="y", variance="v", method="DL", test="z")
    assert table.loc[4, "estimate"] == pytest.approx(fit["pooled"].estimate, **CLOSE)
    assert table.loc[4, "tau2"] == pytest.approx(fit.statistics["tau2"], **CLOSE)
    assert table.index.equals(BCG.index)


def test_moderator_reproduces_the_published_latitude_slope() -> None:
    """van Houwelingen, Arends & Stijnen (2002) and the metafor manual: slope −0.0291, τ² 0.0764."""
    fit = pool(BCG, estimate="y", variance="v", moderator="ablat", test="z")
    assert fit["ablat"].estimate == pytest.approx(-0.0291, **PRINTED)
    assert fit.statistics["tau2"] == pytest.approx(0.0764, abs=1e-4, rel=0)


def test_zero_heterogeneity_is_stated() -> None:
    frame = pd.DataFrame({"estimate": [1.0, 1.1, 0.9], "std_error": [1.0, 1.0, 1.0]})
    with pytest.warns(BoundaryWarning, match="zero"):
        fit = pool(frame)
    assert fit.statistics["tau2"] == 0
    assert fit.warnings


def test_egger_is_the_regression_on_precision() -> None:
    """Regressing y / se on 1 / se, the intercept is the slope of the weighted regression."""
    se = np.sqrt(BCG["v"])
    x = np.column_stack([np.ones(13), 1 / se])
    expected = np.linalg.lstsq(x, BCG["y"] / se, rcond=None)[0][0]
    assert check_asymmetry(BCG, estimate="y", variance="v").estimate == pytest.approx(
        expected, rel=1e-9, abs=0
    )


def test_trim_and_fill_mirrors_what_was_cut() -> None:
    """Cut the left side of a symmetric set and the filled mean comes back towards its centre, 0."""
    z = np.linspace(-2, 2, 21)
    se = 0.1 + 0.2 * np.abs(z)
    whole = pd.DataFrame({"estimate": z, "std_error": se})
    cut = whole[whole["estimate"] > -1.05]
    filled = estimate_filled(cut, method="FE")
    assert filled.statistics["filled_left"] == 1
    assert filled.statistics["n_filled"] >= 3
    assert abs(filled["pooled"].estimate) < abs(pool(cut, method="FE")["pooled"].estimate)


def test_refusals() -> None:
    good = pd.DataFrame({"estimate": [1.0, 2.0], "std_error": [1.0, 1.0]})
    with pytest.raises(TooFewObservationsError):
        pool(good.head(1))
    with pytest.raises(InputError, match="above 0"):
        pool(good.assign(std_error=[1.0, 0.0]))
    with pytest.raises(InputError, match="missing"):
        pool(good.assign(estimate=[1.0, np.nan]))
    with pytest.raises(InputError, match="units"):
        pool(good.assign(unit=["points", "sd"]))
    with pytest.raises(InputError, match="method"):
        pool(good, method="reml")
    with pytest.raises(InputError, match="no column"):
        pool(good.drop(columns="std_error"))
    with pytest.raises(SingularDesignError):
        pool(pd.concat([good, good]).assign(x=1.0), moderator="x")
