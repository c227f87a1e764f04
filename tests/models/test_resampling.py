"""Bootstrap intervals: the mean's theory, invariances, coverage, designs and refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from asn_research.errors import InputError, NoVariationError, TooFewClustersError, TooFewObservationsError
from asn_research.models.resampling import resample

CHANCE = np.random.default_rng(12)
FRAME = pd.DataFrame({"x": CHANCE.gamma(2, 3, 40), "g": np.repeat(np.arange(8), 5)})


def mean(values: np.ndarray) -> float:
    return float(values[:, 0].mean())


def test_jackknife_and_spread_of_a_mean_are_known() -> None:
    fit = resample(FRAME, columns=["x"], statistic=mean, draws=4000)
    error = FRAME.x.std() / np.sqrt(40)
    assert fit.statistics["jackknife_std_error"] == pytest.approx(error, rel=1e-10)
    assert fit.statistics["std_error"] == pytest.approx(error * np.sqrt(39 / 40), rel=0.04)
    gaps = FRAME.x - FRAME.x.mean()
    # The acceleration of a mean is its skewness over 6 root n (Efron 1987).
    skewness = float((gaps**3).mean() / (gaps**2).mean() ** 1.5)
    assert fit.statistics["acceleration"] == pytest.approx(skewness / (6 * np.sqrt(40)), rel=1e-10)
    # Skewed to the right: BCa reaches further up than the percentile interval.
    assert fit["bca"].conf_high > fit["percentile"].conf_high


def test_order_of_rows_and_labels_do_not_matter_and_the_seed_does() -> None:
    one = resample(FRAME, columns=["x"], statistic=mean, draws=200, clusters="g", seed=1).tidy()
    mixed = FRAME.sample(frac=1, random_state=1).assign(g=lambda d: "unit " + (99 - d.g).astype(str))
    two = resample(mixed, columns=["x"], statistic=mean, draws=200, clusters="g", seed=1).tidy()
    np.testing.assert_allclose(one["conf_low"], two["conf_low"], rtol=1e-12, atol=1e-12)
    three = resample(FRAME, columns=["x"], statistic=mean, draws=200, clusters="g", seed=2).tidy()
    assert one["conf_low"].tolist() != three["conf_low"].tolist()
    assert one["n_clusters"].tolist() == [8] * 4


def test_percentile_and_bca_follow_a_monotone_transformation() -> None:
    plain = resample(FRAME, columns=["x"], statistic=mean, draws=999)
    logged = resample(FRAME, columns=["x"], statistic=lambda v: float(np.log(mean(v))), draws=999)
    assert np.exp(logged["percentile"].conf_high) == pytest.approx(plain["percentile"].conf_high, rel=1e-3)


def test_strata_keep_their_sizes() -> None:
    frame = FRAME.assign(arm=[0] * 10 + [1] * 30)

    def count(values: np.ndarray) -> float:
        return float(values[:, 1].sum() + 1e-3 * values[:, 0].mean())

    fit = resample(frame, columns=["x", "arm"], statistic=count, draws=100, strata="arm")
    assert round(fit["percentile"].conf_low) == round(fit["percentile"].conf_high) == 30


def test_coverage_of_the_bca_interval_of_a_mean() -> None:
    chance, inside = np.random.default_rng(3), 0
    for i in range(150):
        frame = pd.DataFrame({"x": chance.normal(5, 2, 30)})
        found = resample(frame, columns=["x"], statistic=mean, draws=300, seed=i)["bca"]
        inside += found.conf_low <= 5 <= found.conf_high
    assert 0.87 <= inside / 150 <= 0.99  # 3 standard errors of 150 around the known 0.93 at n = 30


def test_refusals() -> None:
    keys = {"columns": ["x"], "statistic": mean}
    with pytest.raises(TooFewClustersError):
        resample(FRAME[FRAME.g < 5], **keys, clusters="g")
    with pytest.raises(TooFewObservationsError):
        resample(FRAME.head(2), **keys)
    with pytest.raises(NoVariationError):
        resample(FRAME.assign(x=1.0), **keys, draws=100)
    with pytest.raises(InputError, match="100 draws"):
        resample(FRAME, **keys, draws=5)
    with pytest.raises(InputError, match="both"):
        resample(FRAME, **keys, strata="g", clusters="g")
    with pytest.raises(InputError, match="finite"):
        resample(FRAME, columns=["x"], statistic=lambda v: float("nan"))
