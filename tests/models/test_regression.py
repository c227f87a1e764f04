"""The regression against statsmodels, its invariances, its remarks and its refusals."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from asn_research.errors import (
    FewClustersWarning,
    FewTreatedClustersWarning,
    HighLeverageWarning,
    InputError,
    NoVariationError,
    SingularDesignError,
    TooFewClustersError,
    TooFewObservationsError,
)
from asn_research.models.regression import estimate_joint_test, fit_ols
from asn_research.models.result import TIDY_COLUMNS

# The same formula in two programs: only rounding separates them.
RTOL, ATOL = 1e-9, 1e-12
NUMBERS = ["estimate", "std_error", "statistic", "p_value", "conf_low", "conf_high", "df"]


def people(n: int = 120, seed: int = 5, n_clusters: int = 40) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    g = np.arange(n) % n_clusters
    x = rng.normal(50, 10, n)
    d = ((g % 2) == 0).astype(int)
    y = 10 + 0.5 * x + 3 * d + rng.normal(0, 4, n) + rng.normal(0, 2, n_clusters)[g]
    kind = np.array(["a", "b", "c"])[rng.integers(0, 3, n)]
    return pd.DataFrame({"y": y, "x": x, "d": d, "g": g, "kind": kind, "w": rng.uniform(0.5, 2, n)})


@pytest.mark.parametrize("vcov", ["iid", "HC0", "HC1", "HC2", "HC3"])
def test_robust_errors_equal_statsmodels(vcov: str) -> None:
    frame = people()
    ours = fit_ols("y ~ x + d", frame, vcov=vcov)
    theirs = smf.ols("y ~ x + d", frame).fit(cov_type="nonrobust" if vcov == "iid" else vcov, use_t=True)
    tidy = ours.tidy().set_index("term")
    for name in ("Intercept", "x", "d"):
        row = tidy.loc[name]
        low, high = theirs.conf_int().loc[name]
        expected = [
            theirs.params[name],
            theirs.bse[name],
            theirs.tvalues[name],
            theirs.pvalues[name],
            low,
            high,
            117,
        ]
        np.testing.assert_allclose(row[NUMBERS].astype(float), expected, rtol=1e-8, atol=1e-12)
    numbers = ours.statistics
    assert numbers["r_squared"] == pytest.approx(theirs.rsquared, rel=RTOL)
    assert numbers["adj_r_squared"] == pytest.approx(theirs.rsquared_adj, rel=RTOL)
    assert numbers["log_likelihood"] == pytest.approx(theirs.llf, rel=RTOL)
    assert numbers["aic"] == pytest.approx(theirs.aic + 2, rel=RTOL)  # statsmodels does not count sigma


def test_weighted_and_clustered_errors_equal_statsmodels() -> None:
    frame = people()
    ours = fit_ols("y ~ x + d", frame, vcov="CR1S", clusters="g", weights="w")
    theirs = smf.wls("y ~ x + d", frame, weights=frame["w"]).fit(
        cov_type="cluster", cov_kwds={"groups": frame["g"]}
    )
    np.testing.assert_allclose(ours.vcov, theirs.cov_params(), rtol=1e-8, atol=ATOL)
    np.testing.assert_allclose(ours.statistics["log_likelihood"], theirs.llf, rtol=RTOL)


def test_two_way_errors_equal_their_three_parts() -> None:
    frame = people().assign(h=lambda f: np.arange(len(f)) // 12, both=lambda f: f.g * 100 + f.h)
    parts = [fit_ols("y ~ x", frame, vcov="CR0", clusters=c).vcov for c in ("g", "h", "both")]
    ours = fit_ols("y ~ x", frame, vcov="CR0", clusters=["g", "h"])
    np.testing.assert_allclose(ours.vcov, parts[0] + parts[1] - parts[2], rtol=RTOL, atol=ATOL)
    assert ours["x"].n_clusters == 10
    assert ours["x"].df == 9


@pytest.mark.parametrize("vcov", ["CR1", "CR2", "CR2E", "CR3"])
def test_rows_labels_and_units_do_not_matter(vcov: str) -> None:
    frame = people()
    base = fit_ols("y ~ x + C(kind)", frame, vcov=vcov, clusters="g").tidy()[NUMBERS].to_numpy()
    other = frame.sample(frac=1.0, random_state=1).assign(g=lambda f: "batch " + (99 - f.g).astype(str))
    np.testing.assert_allclose(
        fit_ols("y ~ x + C(kind)", other, vcov=vcov, clusters="g").tidy()[NUMBERS].to_numpy(),
        base,
        rtol=1e-8,
        atol=ATOL,
    )
    scaled = frame.assign(y=frame.y * 1000.0, x=frame.x / 7.0)
    again = fit_ols("y ~ x + C(kind)", scaled, vcov=vcov, clusters="g")
    first = fit_ols("y ~ x + C(kind)", frame, vcov=vcov, clusters="g")
    assert again["x"].estimate == pytest.approx(first["x"].estimate * 7000.0, rel=1e-9)
    assert again["x"].std_error == pytest.approx(first["x"].std_error * 7000.0, rel=1e-8)
    assert again["x"].p_value == pytest.approx(first["x"].p_value, rel=1e-6, abs=1e-12)


def test_cr2_equals_the_t_test_of_cluster_means_when_clusters_are_alike() -> None:
    # Bell and McCaffrey: with equal clusters and a cluster-level treatment nothing but the means matters.
    frame = people(n=120, n_clusters=12)
    fit = fit_ols("y ~ d", frame, clusters="g")["d"]
    means = frame.groupby("g")[["y", "d"]].mean()
    one, two = (means.y[means.d == v] for v in (1, 0))
    pooled = np.sqrt((one.var() + two.var()) / 6)
    assert fit.estimate == pytest.approx(one.mean() - two.mean(), rel=1e-10)
    assert fit.std_error == pytest.approx(pooled, rel=1e-10)
    assert fit.df == pytest.approx(10.0, rel=1e-8)


def test_joint_test_with_one_term_is_the_t_test_squared() -> None:
    frame = people()
    for kind, clusters in (("iid", None), ("HC2", None), ("CR1", "g"), ("CR2", "g")):
        single = fit_ols("y ~ x + d", frame, vcov=kind, clusters=clusters)["d"]
        joint = estimate_joint_test("y ~ x + d", frame, terms=["d"], vcov=kind, clusters=clusters).statistics
        assert joint["f_statistic"] == pytest.approx(single.statistic**2, rel=1e-9)
        assert joint["df_denom"] == pytest.approx(single.df, rel=1e-8)
        assert joint["p_value"] == pytest.approx(single.p_value, rel=1e-8)


def test_joint_f_equals_the_comparison_of_nested_models() -> None:
    frame = people()
    terms = ["C(kind)[T.b]", "C(kind)[T.c]"]
    joint = estimate_joint_test("y ~ x + C(kind)", frame, terms=terms, vcov="iid").statistics
    wide, narrow = (fit_ols(f, frame, vcov="iid").statistics for f in ("y ~ x + C(kind)", "y ~ x"))
    by_hand = (narrow["ss_residual"] - wide["ss_residual"]) / 2 / wide["sigma"] ** 2
    assert joint["f_statistic"] == pytest.approx(by_hand, rel=1e-8)


def test_cr2_covers_with_ten_unequal_clusters() -> None:
    # 400 worlds with a true slope of zero: the 95 % interval misses in 5 % ± 2 % (binomial error 1.1 %).
    rng = np.random.default_rng(11)
    g = np.repeat(np.arange(10), [3, 4, 5, 6, 8, 10, 12, 15, 20, 25])
    d = (g % 2).astype(float)
    missed = {"CR0": 0, "CR2": 0}
    for _ in range(400):
        frame = pd.DataFrame({"y": rng.normal(size=10)[g] + rng.normal(size=len(g)), "d": d, "g": g})
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for kind in missed:
                missed[kind] += fit_ols("y ~ d", frame, vcov=kind, clusters="g")["d"].p_value < 0.05
    assert missed["CR2"] / 400 < 0.075
    assert missed["CR0"] > missed["CR2"]


def test_missing_rows_and_zero_weights_are_dropped_and_counted() -> None:
    frame = people()
    frame.loc[3, "x"] = np.nan
    frame.loc[5, "w"] = 0.0
    fit = fit_ols("y ~ x", frame, weights="w", vcov="HC1")
    assert fit["x"].n_obs == 118
    assert fit.statistics["n_dropped"] == 2
    assert tuple(fit.tidy().columns) == TIDY_COLUMNS


def test_below_six_clusters_there_is_no_inference() -> None:
    frame = people(n=60, n_clusters=5)
    with pytest.warns(FewClustersWarning, match="5 clusters"):
        fit = fit_ols("y ~ x", frame, clusters="g")
    assert fit["x"].std_error > 0
    assert np.isnan([fit["x"].p_value, fit["x"].conf_low, fit["x"].df]).all()
    assert "5 clusters" in fit.warnings[0]
    with pytest.raises(TooFewClustersError):
        estimate_joint_test("y ~ x", frame, terms=["x"], clusters="g")


def test_few_treated_clusters_are_said() -> None:
    frame = people().assign(d=lambda f: (f.g < 2).astype(int))
    with pytest.warns(FewTreatedClustersWarning, match=r"d \(2\)"):
        fit_ols("y ~ d", frame, clusters="g")


def test_one_treated_cluster_is_not_tested() -> None:
    # CR2 gives it many degrees of freedom and a tiny p-value: the errors of the one cluster are fitted away.
    frame = people().assign(d=lambda f: (f.g == 0).astype(int))
    with pytest.warns(FewTreatedClustersWarning, match="One cluster alone identifies d"):
        fit = fit_ols("y ~ d", frame, clusters="g")
    assert np.isnan([fit["d"].p_value, fit["d"].conf_low, fit["d"].conf_high]).all()
    assert fit["Intercept"].p_value < 0.05


def test_dominant_observations_and_clusters_are_said() -> None:
    with pytest.warns(HighLeverageWarning, match="1 observations"):
        fit_ols("y ~ x", people().assign(x=lambda f: f.x.where(f.index > 0, 9000.0)), vcov="HC2")
    with pytest.warns(HighLeverageWarning, match="x"):
        fit_ols("y ~ x", people().assign(x=lambda f: f.x * np.where(f.g == 0, 100.0, 1.0)), clusters="g")


@pytest.mark.parametrize(
    ("error", "arguments"),
    [
        (InputError, {"formula": "y ~ unknown"}),
        (InputError, {"formula": "y ~ ("}),
        (InputError, {"formula": "x + d"}),
        (InputError, {"vcov": "HC9"}),
        (InputError, {"vcov": "CR2"}),
        (InputError, {"vcov": "HC1", "clusters": "g"}),
        (InputError, {"clusters": "nowhere"}),
        (InputError, {"conf_level": 95}),
        (InputError, {"formula": "y ~ np.log(x * 0)"}),
        (InputError, {"weights": "minus"}),
        (SingularDesignError, {"formula": "y ~ x + I(2 * x)"}),
        (SingularDesignError, {"formula": "y ~ x + C(g)", "absorb": "g"}),
        (NoVariationError, {"formula": "same ~ x"}),
        (TooFewObservationsError, {"formula": "y ~ empty"}),
        (TooFewObservationsError, {"formula": "y ~ C(row)"}),
        (TooFewClustersError, {"clusters": "same"}),
    ],
)
def test_refusals(error: type[Exception], arguments: dict[str, object]) -> None:
    frame = people().assign(minus=-1.0, same=1.0, empty=np.nan, row=lambda f: f.index)
    with pytest.raises(error):
        fit_ols(**{"formula": "y ~ x", **arguments}, data=frame)  # type: ignore[arg-type]


def test_a_joint_test_of_no_or_unknown_terms_is_refused() -> None:
    for terms in ([], ["z"]):
        with pytest.raises(InputError):
            estimate_joint_test("y ~ x", people(), terms=terms)
