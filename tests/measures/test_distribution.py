"""The short way to tails and quantiles gives the numbers of scipy.stats, bit for bit."""

import numpy as np
import pytest
from scipy import stats

from asn_research.measures import distribution as short

X = np.array([-40.0, -3.2, -1e-9, 0.0, 0.4, 1.96, 7.5, 40.0, np.nan])
P = np.array([1e-12, 0.025, 0.3, 0.5, 0.8, 0.975, 1 - 1e-9])
DF = (0.7, 1.0, 4.3, 29.0, 1e5)


@pytest.mark.parametrize("tail", ["pdf", "cdf", "sf"])
def test_normal_tails(tail):
    np.testing.assert_array_equal(getattr(short, f"normal_{tail}")(X), getattr(stats.norm, tail)(X))


@pytest.mark.parametrize("df", [*DF, np.inf, np.nan])
def test_t(df):
    np.testing.assert_array_equal(short.t_sf(X, df), stats.t.sf(X, df))
    np.testing.assert_array_equal(short.t_ppf(P, df), stats.t.ppf(P, df))
    np.testing.assert_array_equal(short.t_isf(P, df), stats.t.isf(P, df))


@pytest.mark.parametrize("df", DF)
def test_f_and_chi_squared(df):
    np.testing.assert_array_equal(short.f_sf(X, 3.0, df), stats.f.sf(X, 3.0, df))
    np.testing.assert_array_equal(short.f_ppf(P, 3.0, df), stats.f.ppf(P, 3.0, df))
    np.testing.assert_array_equal(short.chi2_sf(X, df), stats.chi2.sf(X, df))
    np.testing.assert_array_equal(short.chi2_ppf(P, df), stats.chi2.ppf(P, df))


def test_normal_quantiles():
    np.testing.assert_array_equal(short.normal_ppf(P), stats.norm.ppf(P))
    np.testing.assert_array_equal(short.normal_isf(P), stats.norm.isf(P))


@pytest.mark.parametrize("df", [1.0, 5.6, 29.0, 9000.0])
def test_noncentral_t_and_where_the_short_way_does_not_converge(df):
    for noncentrality in np.linspace(-8, 45, 107):
        ours = short.noncentral_t_sf(2.1, df, float(noncentrality))
        assert ours == stats.nct.sf(2.1, df, noncentrality)
