"""The law of t under the working model: against full matrices, Imhof's integral, theorems and known truth."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, stats

from asn_research.errors import InputError
from asn_research.models.covariance import satterthwaite_df
from asn_research.models.design import LeastSquares, build_design, solve_design
from asn_research.models.gain import estimate_mean_gain
from asn_research.models.regression import coefficient_df, estimate_joint_test, fit_ols
from asn_research.models.working_model import (
    WorkingModel,
    estimate_working_model,
    exact_df,
    exceedance,
    variance_laws,
)
from tests.models.test_covariance import brute_force, hostile_frame

# The same law by two routes: rounding, amplified by an inverse square root and by a root finder.
CLOSE = {"rtol": 1e-7, "atol": 1e-10}


def hostile_fit() -> LeastSquares:
    return solve_design(build_design("y ~ x + d", hostile_frame(), clusters="g"))


def full_covariance(fit: LeastSquares, model: WorkingModel) -> np.ndarray:
    """Ω (n, n) of the working model, entry by entry."""
    codes = fit.design.clusters[0]
    same = codes[:, None] == codes[None, :]
    return (np.eye(len(codes)) + model.ratio * same) * model.variances[codes][:, None] * same


def imhof(law: np.ndarray, square: float) -> float:
    """P(Z² - q Σ λ_j χ²_j > 0) by Imhof (1961, doi:10.1093/biomet/48.3-4.419, eq. 3.2)."""
    weights = np.concatenate([[1.0], -square * law])

    def integrand(u: float) -> float:
        angle = 0.5 * np.arctan(weights * u).sum()
        return math.sin(angle) / (u * math.exp(0.25 * np.log1p((weights * u) ** 2).sum()))

    return 0.5 + integrate.quad(integrand, 0.0, np.inf, limit=2000, epsabs=1e-11)[0] / math.pi


@pytest.mark.parametrize("df", [1, 2, 5, 11, 40, 299])
def test_equal_parts_give_the_t_distribution(df: int) -> None:
    # A variance that is χ²_df / df is Student's case: P(|t_df| > c), a textbook tail.
    for critical in (1.0, 2.0, 4.5):
        expected = 2.0 * stats.t.sf(critical, df)
        assert exceedance(np.full(df, 1.0 / df), critical**2)[0] == pytest.approx(
            expected, rel=1e-7, abs=1e-11
        )  # 32 nodes


def test_the_tail_equals_imhofs_integral() -> None:
    # Imhof inverts the characteristic function of the indefinite form: another formula, oscillating.
    for law in (np.array([0.6, 0.3, 0.2, 0.01]), np.array([0.9, 0.02, 0.02]), np.full(9, 0.13)):
        for square in (1.0, 4.0, 12.0):
            assert exceedance(law, square)[0] == pytest.approx(imhof(law, square), rel=1e-6, abs=1e-8)


def test_the_law_equals_that_of_full_matrices() -> None:
    fit = hostile_fit()
    model = estimate_working_model(fit)
    omega = full_covariance(fit, model)
    design = fit.design
    bread = np.linalg.inv(design.x.T @ design.x)
    vectors = score_vectors(fit)
    for s, law in enumerate(variance_laws(fit, np.eye(3), model)):
        line = design.x @ bread[s]
        expected = np.linalg.eigvalsh(vectors[s] @ omega @ vectors[s].T) / (line @ omega @ line)
        np.testing.assert_allclose(law, np.maximum(expected, 0.0), **CLOSE)


def score_vectors(fit: LeastSquares) -> np.ndarray:
    """p_g (k, G, n) of the CR2 variance Σ (p_g'y)², from the definition."""
    x, codes = fit.design.x, fit.design.clusters[0]
    bread = np.linalg.inv(x.T @ x)
    residual_maker = np.eye(len(x)) - x @ bread @ x.T
    found = np.zeros((x.shape[1], codes.max() + 1, len(x)))
    for g in range(codes.max() + 1):
        rows = np.flatnonzero(codes == g)
        values, turn = np.linalg.eigh(residual_maker[np.ix_(rows, rows)])
        root = turn[:, values > 1e-10] * values[values > 1e-10] ** -0.5 @ turn[:, values > 1e-10].T
        found[:, g] = bread @ x[rows].T @ root @ residual_maker[rows]
    return found


def test_independent_equal_errors_give_satterthwaites_degrees_of_freedom() -> None:
    # Those are proven against clubSandwich in tests/reference: (Σλ)² / Σλ² of the law under Ω = I.
    fit = hostile_fit()
    laws = variance_laws(fit, np.eye(3), WorkingModel(np.ones(10), 0.0))
    found = [law.sum() ** 2 / (law**2).sum() for law in laws]
    np.testing.assert_allclose(found, satterthwaite_df(fit, np.eye(3)), **CLOSE)
    np.testing.assert_allclose([law.sum() for law in laws], 1.0, **CLOSE)  # CR2 is unbiased there
    _, tensor = brute_force(fit)
    np.testing.assert_allclose(found[1], np.trace(tensor[:, :, 1, 1]) ** 2 / (tensor[:, :, 1, 1] ** 2).sum())


def test_equal_batches_give_the_t_test_of_their_means() -> None:
    # The classical results: G - 1 for one group, G - 2 for two, whatever the likeness within batches.
    rng = np.random.default_rng(5)
    g = np.repeat(np.arange(12), 8)
    y = rng.normal(size=12)[g] + rng.normal(size=96)
    means = pd.Series(y).groupby(g).mean()
    one = estimate_mean_gain(y, clusters=g, vcov="CR2E")["mean_gain"]
    interval = stats.t.interval(0.95, 11, means.mean(), means.std() / math.sqrt(12))
    frame = pd.DataFrame({"y": y, "d": (g % 2).astype(float), "g": g})
    two = fit_ols("y ~ d", frame, clusters="g", vcov="CR2E")["d"]
    # Variances of batches are estimated, so weights of the law differ a little and degrees stay below.
    assert 8.0 < one.df <= 11.0
    assert 7.0 < two.df <= 11.0
    assert two.p_value == pytest.approx(stats.ttest_ind(means[1::2], means[::2]).pvalue, abs=0.02, rel=0.2)
    assert (one.conf_low, one.conf_high) == pytest.approx(interval, abs=0.03, rel=0.05)


def test_equal_variances_of_equal_batches_give_it_exactly() -> None:
    g = np.repeat(np.arange(12), 8)
    frame = pd.DataFrame({"y": np.random.default_rng(5).normal(size=96), "d": (g % 2).astype(float), "g": g})
    fit = solve_design(build_design("y ~ d", frame, clusters="g"))
    for ratio in (0.0, 0.1, 3.0):
        law = variance_laws(fit, np.array([[0.0, 1.0]]), WorkingModel(np.ones(12), ratio))[0]
        np.testing.assert_allclose(np.sort(law)[2:], 0.1, **CLOSE)
        np.testing.assert_allclose(np.sort(law)[:2], 0.0, **CLOSE)


def test_the_moments_have_the_expectations_that_are_used() -> None:
    # E[e'e] and E[Σ(1'e_g)²] under σ²I + τ²11', by n × n matrices: solving them returns σ² and τ².
    fit = hostile_fit()
    codes, n = fit.design.clusters[0], len(fit.residuals)
    groups = (codes[:, None] == np.arange(10)).astype(float)
    maker = np.eye(n) - fit.basis @ fit.basis.T
    ones = groups.T @ fit.basis
    lost, cross = (ones**2).sum(), np.diag(groups.sum(axis=0)) - ones @ ones.T
    for omega, first, second in (
        (np.eye(n), n - 3, n - lost),
        (groups @ groups.T, n - lost, (cross**2).sum()),
    ):
        spread = maker @ omega @ maker
        assert np.trace(spread) == pytest.approx(first, rel=1e-9)
        assert np.trace(groups.T @ spread @ groups) == pytest.approx(second, rel=1e-9)


def test_the_working_model_finds_what_was_put_in() -> None:
    rng = np.random.default_rng(8)
    sizes = rng.integers(5, 60, size=1500)
    g = np.repeat(np.arange(1500), sizes)
    x = rng.normal(size=len(g))
    y = 3.0 * x + math.sqrt(0.25) * rng.normal(size=1500)[g] + rng.normal(size=len(g))
    model = estimate_working_model(
        solve_design(build_design("y ~ x", pd.DataFrame({"y": y, "x": x, "g": g}), clusters="g"))
    )
    assert model.ratio == pytest.approx(0.25, abs=0.03, rel=0)  # error of a variance: 0.25 √(2/1500) = 0.009
    assert model.icc == pytest.approx(0.2, abs=0.02, rel=0)
    assert float(np.mean(model.variances)) == pytest.approx(1.0, abs=0.05, rel=0)


def test_it_holds_its_level_where_satterthwaite_is_too_wide_or_too_narrow() -> None:
    """Two treated of six unequal batches: P(reject a true zero) by the law itself, no simulation."""
    g = np.repeat(np.arange(6), [5, 8, 11, 17, 26, 40])
    frame = pd.DataFrame({"y": np.arange(107.0) % 7, "d": np.isin(g, [2, 3]) * 1.0, "g": g})
    fit = solve_design(build_design("y ~ d", frame, clusters="g"))
    truth = WorkingModel(np.ones(6), 1 / 9)
    satterthwaite = satterthwaite_df(fit, np.eye(2))
    laws = variance_laws(fit, np.eye(2), truth)
    sizes = [
        exceedance(law, stats.t.ppf(0.975, df) ** 2)[0] for law, df in zip(laws, satterthwaite, strict=True)
    ]
    assert sizes[1] < 0.03  # the difference: far too wide
    alone = solve_design(build_design("y ~ 1", frame, clusters="g"))
    law = variance_laws(alone, np.eye(1), truth)[0]
    df = satterthwaite_df(alone, np.eye(1))[0]
    assert exceedance(law, stats.t.ppf(0.975, df) ** 2)[0] > 0.055  # the mean: too narrow


def test_interval_and_p_value_agree_and_follow_the_level() -> None:
    frame = hostile_frame()
    fit = hostile_fit()
    law = variance_laws(fit, np.eye(3), estimate_working_model(fit))[1]
    for level in (0.8, 0.95, 0.99):
        found = fit_ols("y ~ x + d", frame, clusters="g", vcov="CR2E", conf_level=level)["x"]
        square = ((found.conf_high - found.estimate) / found.std_error) ** 2
        assert exceedance(law, square)[0] == pytest.approx(1.0 - level, rel=1e-6, abs=1e-9) or found.df == 9.0
        assert found.std_error == fit_ols("y ~ x + d", frame, clusters="g", vcov="CR2")["x"].std_error
        assert (found.p_value < 1.0 - level) == (not found.conf_low <= 0.0 <= found.conf_high)


def test_hostile_data_give_numbers_or_nan_and_never_more_than_g_minus_one() -> None:
    g = np.repeat(np.arange(7), [1, 1, 1, 2, 3, 4, 1])
    for y in (np.arange(13.0) % 3, g.astype(float), np.where(g == 5, 1e6, np.arange(13.0))):
        found = estimate_mean_gain(y, clusters=g, vcov="CR2E")["mean_gain"]
        assert 0.0 < found.df <= 6.0
        assert found.conf_low < found.estimate < found.conf_high
    single = estimate_mean_gain(np.arange(8.0), clusters=np.arange(8), vcov="CR2E")["mean_gain"]
    assert single.df == pytest.approx(7.0, rel=1e-9)  # every person a cluster: the paired t test


def test_below_six_clusters_there_is_no_inference() -> None:
    found = estimate_mean_gain(np.arange(10.0), clusters=np.repeat(range(5), 2), vcov="CR2E")["mean_gain"]
    assert math.isnan(found.df)
    assert math.isnan(found.p_value)


def test_many_clusters_take_satterthwaites_degrees_of_freedom() -> None:
    g = np.repeat(np.arange(301), 2)
    frame = pd.DataFrame({"y": np.random.default_rng(1).normal(size=602), "g": g})
    fit = solve_design(build_design("y ~ 1", frame, clusters="g"))
    np.testing.assert_array_equal(exact_df(fit, np.eye(1)), satterthwaite_df(fit, np.eye(1)))


def test_joint_test_is_that_of_cr2() -> None:
    frame = hostile_frame()
    one, other = (
        estimate_joint_test("y ~ x + d", frame, terms=["x", "d"], vcov=kind, clusters="g").statistics
        for kind in ("CR2", "CR2E")
    )
    assert one["p_value"] == other["p_value"]


def test_refusals() -> None:
    frame = hostile_frame().assign(h=lambda f: np.arange(len(f)) % 4, u=lambda f: f.g * 2 + (f.index % 2))
    with pytest.raises(InputError, match="weights"):
        fit_ols("y ~ x", frame, clusters="g", weights="w", vcov="CR2E")
    with pytest.raises(InputError, match="absorbed"):
        fit_ols("y ~ x", frame, clusters="g", absorb="u", vcov="CR2E")
    with pytest.raises(InputError, match="two ways"):
        fit_ols("y ~ x", frame, clusters=["g", "h"], vcov="CR2E")
    with pytest.raises(InputError, match="needs clusters"):
        fit_ols("y ~ x", frame, vcov="CR2E")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert np.isnan(
            coefficient_df(
                solve_design(build_design("y ~ x", frame[frame.g < 4], clusters="g")), "CR2E", np.eye(2)
            )
        ).all()
