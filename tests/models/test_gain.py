"""The gain regression: against the formula interface, closed forms and simulated truth."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from asn_research.errors import InputError, NoVariationError, TooFewClustersError, TooFewObservationsError
from asn_research.models.gain import GainColumns, estimate_contrasts, estimate_mean_gain, fit_gain
from asn_research.models.regression import fit_ols

NUMBERS = ["estimate", "std_error", "p_value", "conf_low", "conf_high", "df"]


def trainees(n: int = 300, seed: int = 8) -> pd.DataFrame:
    """Twenty batches; true effects: simulation +4, blended +2, 10 points from no to full participation."""
    rng = np.random.default_rng(seed)
    batch = rng.integers(0, 20, n)
    method = np.array(["lecture", "simulation", "blended"])[batch % 3]
    share = rng.uniform(0.3, 1.0, n)
    pre = rng.normal(60, 10, n)
    gain = 2 + 4 * (method == "simulation") + 2 * (method == "blended") + 10 * share
    post = pre + gain + rng.normal(0, 4, n) + rng.normal(0, 1, 20)[batch]
    agency = np.array(["health", "roads"])[rng.integers(0, 2, n)]
    columns = {"pre": pre, "post": post, "method": method, "participation_share": share, "batch": batch}
    return pd.DataFrame({**columns, "agency": agency})


@pytest.mark.parametrize("model", ["change", "ancova"])
def test_it_is_the_regression_one_would_write_by_hand(model: str) -> None:
    frame = trainees()
    ours = fit_gain(frame, model=model, clusters="batch", covariates=["agency"])  # type: ignore[arg-type]
    right = "C(method, contr.treatment('lecture')) + I(participation_share * 10) + agency"
    written = f"I(post - pre) ~ {right}" if model == "change" else f"post ~ {right} + pre"
    theirs = fit_ols(written, frame, clusters="batch")
    pairs = {
        "Intercept": "Intercept",
        "method[blended]": "C(method, contr.treatment('lecture'))[T.blended]",
        "method[simulation]": "C(method, contr.treatment('lecture'))[T.simulation]",
        "participation_share": "I(participation_share * 10)",
        "agency[roads]": "agency[T.roads]",
    } | ({"baseline": "pre"} if model == "ancova" else {})
    assert [e.term for e in ours.estimates] == list(pairs)
    one, two = ours.tidy().set_index("term"), theirs.tidy().set_index("term")
    for mine, other in pairs.items():
        # Equal up to the rounding of two orders of columns.
        np.testing.assert_allclose(
            one.loc[mine, NUMBERS].astype(float), two.loc[other, NUMBERS].astype(float), rtol=1e-7, atol=1e-12
        )


def test_it_finds_the_effects_that_were_put_in() -> None:
    fit = fit_gain(trainees(n=6000), clusters="batch")
    for term, truth in (("method[simulation]", 4.0), ("method[blended]", 2.0), ("participation_share", 1.0)):
        assert abs(fit[term].estimate - truth) < 3.5 * fit[term].std_error
    assert fit["participation_share"].unit == "points per 10 percentage points"
    assert fit["method[simulation]"].estimand == "method_difference"


def test_two_methods_alone_are_a_difference_of_mean_gains() -> None:
    frame = trainees().query("method != 'blended'")
    fit = fit_gain(frame, columns=GainColumns(participation=None))["method[simulation]"]
    gain = frame.post - frame.pre
    one, two = gain[frame.method == "simulation"], gain[frame.method == "lecture"]
    assert fit.estimate == pytest.approx(one.mean() - two.mean(), rel=1e-10)
    assert fit.std_error == pytest.approx(math.sqrt(one.var() / len(one) + two.var() / len(two)), rel=1e-10)


def test_ancova_and_change_with_the_baseline_are_the_same_model() -> None:
    frame = trainees().assign(pre_again=lambda f: f.pre)
    change = fit_gain(frame, covariates=["pre_again"])
    ancova = fit_gain(frame, model="ancova")
    assert change["method[simulation]"].estimate == pytest.approx(
        ancova["method[simulation]"].estimate, rel=1e-9
    )
    assert change["pre_again"].estimate == pytest.approx(ancova["baseline"].estimate - 1.0, rel=1e-8)


def test_a_treatment_replaces_the_method() -> None:
    frame = trainees().assign(trained=lambda f: f.batch < 10)
    columns = GainColumns(treatment="trained", method=None, participation=None)
    fit = fit_gain(frame, columns=columns, clusters="batch")
    gain = frame.post - frame.pre
    assert fit["trained"].estimate == pytest.approx(
        gain[frame.trained].mean() - gain[~frame.trained].mean(), rel=1e-9
    )


def test_missing_people_are_counted() -> None:
    frame = trainees()
    frame.loc[[1, 2, 3], "post"] = np.nan
    frame.loc[4, "batch"] = np.nan
    fit = fit_gain(frame, clusters="batch")
    assert (fit.statistics["n_dropped"], fit["Intercept"].n_obs) == (4, 296)


def test_contrasts_are_the_fits_with_other_references() -> None:
    frame = trainees()
    contrasts = estimate_contrasts(frame, clusters="batch")
    assert [e.term for e in contrasts.estimates] == [
        "lecture - blended",
        "simulation - blended",
        "simulation - lecture",
    ]
    for estimate in contrasts.estimates:
        method, reference = estimate.term.split(" - ")
        direct = fit_gain(frame, reference=reference, clusters="batch")[f"method[{method}]"]
        for name in NUMBERS:
            assert getattr(estimate, name) == pytest.approx(getattr(direct, name), rel=1e-7, abs=1e-12)


def test_contrasts_carry_holm_p_values() -> None:
    fit = estimate_contrasts(trainees(), clusters="batch")
    raw = sorted((e.p_value, e.term) for e in fit.estimates)
    running = 0.0
    for i, (p, term) in enumerate(raw):
        running = max(running, min(1.0, (3 - i) * p))
        assert fit.statistics[f"p_value_holm[{term}]"] == pytest.approx(running, rel=1e-12)


def test_the_mean_gain_without_clusters_is_the_paired_t_test() -> None:
    frame = trainees(n=30)
    fit = estimate_mean_gain(frame.post - frame.pre)["mean_gain"]
    test = stats.ttest_rel(frame.post, frame.pre)
    interval = test.confidence_interval()
    expected = [test.statistic, test.pvalue, interval.low, interval.high, test.df]
    found = [fit.statistic, fit.p_value, fit.conf_low, fit.conf_high, fit.df]
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-14)


def test_the_mean_gain_of_equal_batches_is_the_t_test_of_their_means() -> None:
    rng = np.random.default_rng(2)
    gain, batch = rng.normal(5, 2, 80) + np.repeat(rng.normal(0, 1, 8), 10), np.repeat(list("abcdefgh"), 10)
    fit = estimate_mean_gain(gain, clusters=batch)["mean_gain"]
    means = gain.reshape(8, 10).mean(axis=1)
    assert fit.std_error == pytest.approx(means.std(ddof=1) / math.sqrt(8), rel=1e-10)
    assert fit.df == pytest.approx(7.0, rel=1e-9)
    assert fit.n_clusters == 8


@pytest.mark.parametrize(
    ("error", "change", "arguments"),
    [
        (InputError, {}, {"reference": "mentoring"}),
        (InputError, {}, {"model": "median"}),
        (InputError, {"participation_share": np.linspace(40, 100, 300)}, {}),
        (InputError, {"pre": "high"}, {}),
        (InputError, {}, {"columns": GainColumns(baseline="before")}),
        (InputError, {}, {"columns": GainColumns(treatment="agency")}),
        (InputError, {"agency": 3}, {"columns": GainColumns(treatment="agency", method=None)}),
        (NoVariationError, {"method": "lecture"}, {}),
        (NoVariationError, {"participation_share": 0.9}, {}),
        (NoVariationError, {"agency": "health"}, {"covariates": ["agency"]}),
        (NoVariationError, {"agency": 1}, {"columns": GainColumns(treatment="agency", method=None)}),
        (TooFewObservationsError, {"post": np.nan}, {}),
        (TooFewClustersError, {"batch": "a"}, {"clusters": "batch"}),
    ],
)
def test_refusals(error: type[Exception], change: dict[str, object], arguments: dict[str, object]) -> None:
    with pytest.raises(error):
        fit_gain(trainees().assign(**change), **arguments)  # type: ignore[arg-type]


def test_refusals_of_contrasts_and_means() -> None:
    with pytest.raises(InputError):
        estimate_contrasts(trainees(), columns=GainColumns(method=None))
    with pytest.raises(InputError, match="adjust must be one of holm"):
        estimate_contrasts(trainees(), adjust="bonf")
    with pytest.raises(InputError):
        estimate_mean_gain([1.0, 2.0], clusters=["a"])
    with pytest.raises(TooFewObservationsError):
        estimate_mean_gain([1.0])
    with pytest.raises(NoVariationError):
        estimate_mean_gain([3.0, 3.0, 3.0])
