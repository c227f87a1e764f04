"""Interrupted series, breaks and completion times: closed forms, R, invariances, truth, refusals."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from asn_research.errors import (
    ConvergenceError,
    InputError,
    NoVariationError,
    SingularDesignError,
    TooFewObservationsError,
)
from asn_research.models.result import TIDY_COLUMNS
from asn_research.models.series import (
    MODELS,
    estimate_break,
    fit_series,
    fit_series_formula,
    newey_west_lags,
)
from asn_research.models.survival import estimate_completion, estimate_median_time

DATA = Path(__file__).parents[1] / "reference" / "data"


def permits(n: int = 60, seed: int = 2, phi: float = 0.4, level: float = -5.0) -> pd.DataFrame:
    """Days per permit: a trend, a season, an autoregressive error, and a drop of ``level`` at month 31."""
    rng = np.random.default_rng(seed)
    error = np.zeros(n)
    for i in range(1, n):
        error[i] = phi * error[i - 1] + rng.normal(0, 1)
    month = np.arange(1, n + 1)
    days = (
        30 + 0.1 * month + 2 * (month % 12 == 0) + level * (month >= 31) - 0.05 * np.clip(month - 31, 0, None)
    )
    return pd.DataFrame({"month": month, "season": month % 12, "days": days + error})


def test_exact_series_gives_exact_changes() -> None:
    """Without noise (but for one pair that cancels) level and slope change come back as put in."""
    month = np.arange(1, 21)
    after = month >= 11
    y = 10 + 2 * month - 4.0 * after - 1.5 * after * (month - 11)
    y = y + np.where(month == 20, 1e-9, 0)
    fit = fit_series(pd.DataFrame({"m": month, "y": y}), outcome="y", time="m", changed_at=11)
    for term, value in (("trend", 2.0), ("level_change", -4.0), ("slope_change", -1.5)):
        assert fit[term].estimate == pytest.approx(value, rel=0, abs=1e-8)


def test_newey_west_is_its_formula() -> None:
    """Bartlett weights 1 − l/(L+1), factor n / (n − k), written out."""
    frame = permits()
    fit = fit_series_formula(frame, formula="days ~ month", time="month", lags=3)
    x = np.column_stack([np.ones(60), frame["month"]])
    bread = np.linalg.inv(x.T @ x)
    residual = frame["days"].to_numpy() - x @ (bread @ x.T @ frame["days"].to_numpy())
    score = x * residual[:, None]
    meat = score.T @ score
    for lag in (1, 2, 3):
        cross = score[lag:].T @ score[:-lag]
        meat += (1 - lag / 4) * (cross + cross.T)
    expected = np.sqrt(np.diag(bread @ meat @ bread) * 60 / 58)
    found = [e.std_error for e in fit.estimates]
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=0)


def test_autoregressive_likelihood_is_at_its_maximum() -> None:
    """The restricted likelihood written with dense matrices has no better φ near the one found."""
    frame = permits()
    fit = fit_series_formula(frame, formula="days ~ month", time="month", model="ar1")
    x, y = sm.add_constant(frame["month"].to_numpy(float)), frame["days"].to_numpy()

    def deviance(phi: float) -> float:
        v = phi ** np.abs(np.subtract.outer(np.arange(60), np.arange(60)))
        inverse = np.linalg.inv(v)
        information = x.T @ inverse @ x
        beta = np.linalg.solve(information, x.T @ inverse @ y)
        rss = (y - x @ beta) @ inverse @ (y - x @ beta)
        return float(np.linalg.slogdet(v)[1] + np.linalg.slogdet(information)[1] + 58 * math.log(rss))

    best = fit.statistics["phi"]
    assert deviance(best) <= min(deviance(best - 1e-3), deviance(best + 1e-3))
    v = best ** np.abs(np.subtract.outer(np.arange(60), np.arange(60)))
    gls = sm.GLS(y, x, sigma=v).fit()
    np.testing.assert_allclose([e.estimate for e in fit.estimates], gls.params, rtol=1e-8, atol=0)
    np.testing.assert_allclose([e.std_error for e in fit.estimates], gls.bse, rtol=1e-8, atol=0)


@pytest.mark.parametrize("model", MODELS)
def test_order_labels_and_units_do_not_matter(model: str) -> None:
    frame = permits()
    options = {"outcome": "days", "time": "month", "changed_at": 31, "model": model}
    fit = fit_series(frame, **options)
    again = fit_series(frame.sample(frac=1, random_state=4).rename(index=str), **options)
    later = fit_series(frame.assign(month=frame["month"] + 2000), **(options | {"changed_at": 2031}))
    hours = fit_series(frame.assign(days=24 * frame["days"]), **options)
    factor = 1 if model == "quasi_poisson" else 24
    for term in ("level_change", "slope_change"):
        for name in ("estimate", "std_error"):
            value = getattr(fit[term], name)
            assert getattr(again[term], name) == pytest.approx(value, rel=1e-7, abs=0)
            assert getattr(later[term], name) == pytest.approx(value, rel=1e-5, abs=0)
            assert getattr(hours[term], name) == pytest.approx(factor * value, rel=1e-5, abs=0) or factor == 1
    assert list(fit.tidy().columns) == list(TIDY_COLUMNS)


def test_autoregressive_interval_covers_where_the_classical_one_does_not() -> None:
    hits = {"ar1": 0, "ols": 0}
    refused = 0
    for seed in range(60):
        frame = permits(96, seed=seed, phi=0.6)
        for model in hits:
            try:
                fit = fit_series(frame, outcome="days", time="month", changed_at=31, model=model)
            except ConvergenceError:  # a likelihood that rises to a random walk is refused, not guessed
                refused += 1
                continue
            hits[model] += fit["level_change"].conf_low <= -5 <= fit["level_change"].conf_high
    assert refused <= 2
    assert hits["ar1"] >= 51  # of 60; 0.95 less 2.5 simulation errors and what estimating φ costs
    assert hits["ols"] < hits["ar1"]


def test_break_of_the_nile() -> None:
    """Zeileis and others (2003): break after 1898, F 75.93."""
    found = estimate_break(pd.read_csv(DATA / "nile.csv"), formula="flow ~ 1", time="year")
    assert found["break_time"] == 1898
    assert found["sup_f"] == pytest.approx(75.93, abs=0.005, rel=0)


def test_lags_rule() -> None:
    assert [newey_west_lags(n) for n in (20, 100, 192)] == [2, 4, 4]


def test_series_refusals() -> None:
    frame = permits()
    with pytest.raises(TooFewObservationsError, match="before and after"):
        fit_series(frame, outcome="days", time="month", changed_at=59)
    with pytest.raises(InputError, match="more than once"):
        fit_series(pd.concat([frame, frame.tail(1)]), outcome="days", time="month", changed_at=31)
    with pytest.raises(InputError, match="equally spaced"):
        fit_series(frame.drop(index=20), outcome="days", time="month", changed_at=31)
    with pytest.raises(NoVariationError):
        fit_series(frame.assign(days=3.0), outcome="days", time="month", changed_at=31)
    with pytest.raises(InputError, match="model"):
        fit_series(frame, outcome="days", time="month", changed_at=31, model="arima")
    with pytest.raises(InputError, match="counts"):
        fit_series(frame.assign(days=-1.0 - frame["month"]), outcome="days", time="month", changed_at=31,
                   model="quasi_poisson")  # fmt: skip
    with pytest.raises(SingularDesignError):
        fit_series(
            frame.assign(z=frame["month"]), outcome="days", time="month", changed_at=31, covariates=["z"]
        )
    with pytest.raises(InputError, match="lags"):
        fit_series(frame, outcome="days", time="month", changed_at=31, lags=80)
    with pytest.raises(InputError, match="trim"):
        estimate_break(frame, formula="days ~ 1", trim=0.6)


AML = {  # acute myelogenous leukaemia, Miller (1997) Survival Analysis, p. 49: weeks, relapse observed
    "maintained": ([9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161], [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0]),
    "not": ([5, 5, 8, 8, 12, 16, 23, 27, 30, 33, 43, 45], [1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1]),
}


@pytest.mark.parametrize(
    ("group", "expected"), [("maintained", (31, 18, math.inf)), ("not", (23, 8, math.inf))]
)
def test_median_time_of_the_aml_study(group: str, expected: tuple[float, float, float]) -> None:
    """R survival, print(survfit(Surv(time, status) ~ x, aml)): 31 (18, NA) and 23 (8, NA), log intervals."""
    frame = pd.DataFrame(dict(zip(("weeks", "relapse"), AML[group], strict=True)))
    fit = estimate_median_time(frame, duration="weeks", finished="relapse", transform="log", unit="weeks")
    assert (fit.estimate, fit.conf_low, fit.conf_high) == expected


def test_without_open_requests_the_curve_is_the_share_completed() -> None:
    days = np.array([4.0, 1, 7, 2, 2, 9, 5])
    frame = pd.DataFrame({"days": days, "done": True})
    table = estimate_completion(frame, duration="days", finished="done")
    for row in table.itertuples():
        assert row.completed_share == pytest.approx((days <= row.time).mean(), rel=0, abs=1e-12)
    assert estimate_median_time(frame, duration="days", finished="done").estimate == np.median(days)


def test_open_requests_lengthen_the_median() -> None:
    """Exponential waiting with mean 10, drawn at day 8: truth 6.9, the finished alone say 3.4."""
    rng = np.random.default_rng(6)
    wait = rng.exponential(10, 3000)
    frame = pd.DataFrame({"days": np.minimum(wait, 8.0), "done": wait <= 8})
    fit = estimate_median_time(frame, duration="days", finished="done")
    assert fit.conf_low <= 10 * math.log(2) <= fit.conf_high
    assert frame.loc[frame["done"], "days"].median() < 4


def test_completion_refusals() -> None:
    frame = pd.DataFrame({"days": [1.0, 2, 3, 4], "done": [1, 0, 0, 0]})
    with pytest.raises(NoVariationError, match="longer than"):
        estimate_median_time(frame, duration="days", finished="done")
    with pytest.raises(NoVariationError, match="nothing"):
        estimate_median_time(frame.assign(done=0), duration="days", finished="done")
    with pytest.raises(InputError, match="negative"):
        estimate_median_time(frame.assign(days=-1.0), duration="days", finished="done")
    with pytest.raises(InputError, match="0 or 1"):
        estimate_median_time(frame.assign(done=[1, 2, 0, 1]), duration="days", finished="done")
    with pytest.raises(TooFewObservationsError):
        estimate_median_time(frame.assign(days=np.nan), duration="days", finished="done")
    with pytest.raises(InputError, match="share"):
        estimate_median_time(frame, duration="days", finished="done", share=1.0)
