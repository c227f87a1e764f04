"""Interrupted time series: did the level or the slope of a series change when something started?"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import optimize

from asn_research.contract.threshold import SERIES_POINTS_EACH_SIDE
from asn_research.errors import (
    ConvergenceError,
    InputError,
    NoVariationError,
    TooFewObservationsError,
)
from asn_research.models.argument import (
    Vector,
    check_choice,
    check_columns,
    check_level,
    read_column,
    read_design,
)
from asn_research.models.design import Design
from asn_research.models.result import Fit
from asn_research.models.wald import Label, wald_estimates

MODELS = ("newey_west", "ols", "ar1", "quasi_poisson")
_METHODS = {
    "newey_west": "least squares",
    "ols": "least squares",
    "ar1": "generalised least squares, AR(1), REML",
    "quasi_poisson": "quasi-Poisson, log link",
}


def fit_series(
    data: pd.DataFrame,
    *,
    outcome: str,
    time: str,
    changed_at: float,
    season: str | None = None,
    covariates: Sequence[str] = (),
    model: str = "newey_west",
    lags: int | None = None,
) -> Fit:
    r"""Interrupted time series: level change and slope change at a known date.

    Use it for a service measured at regular times before and after one dated change (a coaching
    programme, a new procedure). It cannot tell the change from anything else that happened at that date.

    Parameters
    ----------
    data : DataFrame
        One row per period, in any order; every period once.
    outcome : str
        Column of the outcome (a count for ``model="quasi_poisson"``).
    time : str
        Column of equally spaced times (1, 2, 3, ... or years).
    changed_at : float
        First time that is after the change.
    season : str, optional
        Column of the season (month, quarter): one indicator per season.
    covariates : sequence of str
        Further numeric columns.
    model : {"newey_west", "ols", "ar1", "quasi_poisson"}
        Autocorrelation-robust errors, classical errors, AR(1) errors by REML, or counts.
    lags : int, optional
        Newey-West lags; by default :func:`newey_west_lags`.

    Returns
    -------
    Fit
        Terms ``Intercept``, ``trend`` (per period before), ``level_change`` (at the first period after),
        ``slope_change`` (per period), seasons and covariates; ``statistics`` as in
        :func:`fit_series_formula`, with ``n_before`` and ``n_after``.

    Raises
    ------
    TooFewObservationsError
        Fewer than 3 periods before or after the change.
    InputError
        Repeated or unevenly spaced times, unknown columns or options.
    NoVariationError
        The outcome is constant.
    SingularDesignError
        Too many seasons or covariates for the periods.

    Notes
    -----
    :math:`y_t = b_0 + b_1 t + b_2 D_t + b_3 D_t (t - t_0) + \ldots` with :math:`D_t = 1` from
    :math:`t_0` on.

    References
    ----------
    Wagner, Soumerai, Zhang & Ross-Degnan (2002), doi:10.1046/j.1365-2710.2002.00430.x; Newey & West (1987),
    doi:10.2307/1913610.

    Examples
    --------
    >>> days = [20.0, 21, 20, 22, 21, 15, 14, 14, 12, 12]
    >>> log = pd.DataFrame({"month": range(1, 11), "days": days})
    >>> fit = fit_series(log, outcome="days", time="month", changed_at=6)
    >>> round(fit["level_change"].estimate, 2), round(fit["slope_change"].estimate, 2)
    (-6.7, -1.1)
    """
    wanted = [outcome, time, *covariates] + ([season] if season else [])
    check_columns(data, wanted)
    frame = data[wanted].dropna().sort_values(time, kind="stable").reset_index(drop=True)
    clock = read_column(frame, time)
    after = (clock >= changed_at).astype(float)
    if min(after.sum(), (1 - after).sum()) < SERIES_POINTS_EACH_SIDE:
        raise TooFewObservationsError(
            f"an interrupted series needs {SERIES_POINTS_EACH_SIDE} periods before and after "
            f"{changed_at:g}; found {int((1 - after).sum())} and {int(after.sum())}."
        )
    start = float(clock[after == 1].min())
    columns = {"trend": clock - clock[0], "level_change": after, "slope_change": after * (clock - start)}
    frame = frame.assign(**columns)
    right = [*columns, *map(_quoted, covariates)] + ([f"C({_quoted(season)})"] if season else [])
    formula = f"{_quoted(outcome)} ~ {' + '.join(right)}"
    fit = fit_series_formula(frame, formula=formula, time=time, model=model, lags=lags)
    sides = {"n_before": float((1 - after).sum()), "n_after": float(after.sum())}
    return Fit(
        estimates=fit.estimates, vcov=fit.vcov, statistics=fit.statistics | sides, warnings=fit.warnings
    )


def fit_series_formula(
    data: pd.DataFrame,
    *,
    formula: str,
    time: str | None = None,
    model: str = "newey_west",
    lags: int | None = None,
    conf_level: float = 0.95,
) -> Fit:
    """A regression on a time series with any right side; :func:`fit_series` writes the usual one.

    Parameters
    ----------
    data : DataFrame
        One row per period; rows with a missing value are dropped.
    formula : str
        ``"log(drivers) ~ t + law + C(month)"``.
    time : str, optional
        Column that orders the rows (equally spaced); without it the rows are in order already.
    model, lags
        As in :func:`fit_series`.
    conf_level : float, default 0.95

    Returns
    -------
    Fit
        ``statistics`` holds ``durbin_watson`` and ``sigma`` for least squares, ``lags`` for Newey-West,
        ``phi`` (autocorrelation) and ``sigma`` for AR(1), ``dispersion`` for counts.

    Raises
    ------
    InputError, TooFewObservationsError, NoVariationError, SingularDesignError, ConvergenceError

    Notes
    -----
    Newey-West with Bartlett weights and the factor n / (n − k); t with n − k degrees of freedom throughout.

    Examples
    --------
    >>> log = pd.DataFrame({"t": range(8), "law": [0] * 4 + [1] * 4, "y": [5.0, 6, 5, 6, 3, 4, 3, 3]})
    >>> round(fit_series_formula(log, formula="y ~ law", time="t")["law"].estimate, 2)
    -2.25
    """
    check_choice("model", model, MODELS)
    check_level(conf_level)
    design = read_design(_ordered(data, time), formula=formula)
    n, k = design.x.shape
    if n <= k:
        raise TooFewObservationsError(f"{formula!r} needs more than {k} complete periods, found {n}.")
    if np.ptp(design.y) <= 1e-14 * np.abs(design.y).max(initial=0.0):
        raise NoVariationError(f"{design.outcome} is the same in all {n} periods.")
    if lags is not None and not 0 <= lags < n:
        raise InputError(f"lags must lie between 0 and {n - 1}, found {lags!r}.")
    if model == "quasi_poisson":
        beta, vcov, statistics = _quasi_poisson(design)
    elif model == "ar1":
        beta, vcov, statistics = _autoregressive(design)
    else:
        beta, vcov, statistics = _least_squares(design, newey_west_lags(n) if lags is None else lags, model)
    label = Label(
        n_obs=n,
        conf_level=conf_level,
        outcome=design.outcome,
        estimand="interrupted time series",
        method=_METHODS[model],
        vcov_type=f"Newey-West, {int(statistics['lags'])} lags" if model == "newey_west" else "model",
    )
    estimates = wald_estimates(design.names, beta, vcov, df=float(n - k), label=label)
    return Fit(estimates=estimates, vcov=vcov, statistics=statistics)


def newey_west_lags(n_obs: int) -> int:
    """The usual number of lags for a series of ``n_obs`` periods: 4 (n / 100)^(2/9), rounded down.

    >>> newey_west_lags(100)
    4
    """
    return int(4 * (n_obs / 100) ** (2 / 9) + 1e-12)


def estimate_break(
    data: pd.DataFrame, *, formula: str, time: str | None = None, trim: float = 0.15
) -> dict[str, float]:
    """Where a series breaks when nobody says where: the largest Chow F over all dates (sup-F).

    A description, not a test: the F of a date chosen by the data does not follow the F distribution.

    Parameters
    ----------
    data : DataFrame
        One row per period.
    formula : str
        Model whose coefficients may all change, ``"flow ~ 1"`` for a change of the mean.
    time : str, optional
        Column that orders the rows.
    trim : float, default 0.15
        Share of the periods at each end that cannot be the break, above 0 and below 0.5.

    Returns
    -------
    dict
        ``sup_f`` (Chow statistic: difference of the residual sums of squares over the residual variance
        of the broken model), ``n_before`` (periods up to and with the last before the break),
        ``break_time`` (their last time; the position counted from 1 without ``time``) and ``rss``, the
        residual sum of squares then.

    Raises
    ------
    TooFewObservationsError
        A side would have fewer periods than coefficients plus one.
    InputError
        ``trim`` out of range, repeated or unevenly spaced times.

    References
    ----------
    Andrews (1993), doi:10.2307/2951764; Zeileis, Kleiber, Krämer & Hornik (2003),
    doi:10.1016/S0167-9473(03)00030-6.

    Examples
    --------
    >>> log = pd.DataFrame({"year": range(2001, 2021), "y": [5.0, 6] * 5 + [2.0, 3] * 5})
    >>> estimate_break(log, formula="y ~ 1", time="year")["break_time"]
    2010.0
    """
    if not 0 < trim < 0.5:
        raise InputError(f"trim must lie between 0 and 0.5, found {trim!r}.")
    frame = _ordered(data, time)
    design = read_design(frame, formula=formula)
    n, k = design.x.shape
    first = max(math.floor(trim * n), k + 1)
    if n - 2 * first < 1:
        raise TooFewObservationsError(f"{n} periods are too few for a break with {k} coefficients a side.")
    whole = _rss(design.y, design.x)
    candidates = range(first, n - first + 1)
    split = np.array(
        [_rss(design.y[:i], design.x[:i]) + _rss(design.y[i:], design.x[i:]) for i in candidates]
    )
    if not split.min() > 1e-20 * float((design.y**2).sum()):
        raise NoVariationError("the series is reproduced exactly on both sides of a break.")
    f = (whole - split) / (split / (n - 2 * k))
    best = int(f.argmax())
    position = candidates[best]
    last = position if time is None else float(frame[time].iloc[design.rows[position - 1]])
    return {
        "sup_f": float(f[best]),
        "n_before": float(position),
        "break_time": float(last),
        "rss": float(split[best]),
    }


def _quoted(name: str) -> str:
    return name if name.isidentifier() else f"`{name}`"


def _ordered(data: pd.DataFrame, time: str | None) -> pd.DataFrame:
    if time is None:
        return data
    clock = read_column(data, time)
    if np.isnan(clock).any():
        raise InputError(f"column {time!r} must not have missing values.")
    order = np.argsort(clock, kind="stable")
    gaps = np.diff(clock[order])
    if len(gaps) and (gaps <= 0).any():
        repeated = clock[order][1:][gaps <= 0][0]
        raise InputError(f"column {time!r} has the time {repeated:g} more than once; every period once.")
    if len(gaps) and np.ptp(gaps) > 1e-6 * gaps.max():
        raise InputError(
            f"column {time!r} is not equally spaced: steps from {gaps.min():g} to {gaps.max():g}; add the "
            "missing periods or number the periods."
        )
    return data.iloc[order].reset_index(drop=True)


def _least_squares(design: Design, lags: int, model: str) -> tuple[Vector, Vector, dict[str, float]]:
    from statsmodels.regression.linear_model import OLS
    from statsmodels.stats.sandwich_covariance import cov_hac
    from statsmodels.stats.stattools import durbin_watson

    fit = OLS(design.y, design.x).fit()
    statistics = {"durbin_watson": float(durbin_watson(fit.resid)), "sigma": math.sqrt(float(fit.scale))}
    if model == "ols":
        return np.asarray(fit.params), np.asarray(fit.cov_params()), statistics
    vcov = cov_hac(fit, nlags=lags, use_correction=True)
    return np.asarray(fit.params), np.asarray(vcov), statistics | {"lags": float(lags)}


def _quasi_poisson(design: Design) -> tuple[Vector, Vector, dict[str, float]]:
    from statsmodels.genmod.families import Poisson
    from statsmodels.genmod.generalized_linear_model import GLM

    if (design.y < 0).any():
        raise InputError(f"{design.outcome} must be counts (0 or above) for model='quasi_poisson'.")
    fit = GLM(design.y, design.x, family=Poisson()).fit(scale="X2", tol=1e-12, maxiter=200)
    if not fit.converged:
        raise ConvergenceError("the quasi-Poisson model did not converge.")
    return np.asarray(fit.params), np.asarray(fit.cov_params()), {"dispersion": float(fit.scale)}


def _autoregressive(design: Design) -> tuple[Vector, Vector, dict[str, float]]:
    """GLS with AR(1) errors; the autocorrelation maximises the restricted likelihood."""
    n, k = design.x.shape
    q, r = np.linalg.qr(design.x)

    def whiten(phi: float, column: Vector) -> Vector:
        first = math.sqrt(1 - phi**2) * column[:1]
        return np.concatenate([first, column[1:] - phi * column[:-1]])

    def solve(phi: float) -> tuple[Vector, Vector, float]:
        x, y = whiten(phi, q), whiten(phi, design.y)
        precision = x.T @ x
        beta = np.asarray(np.linalg.solve(precision, x.T @ y), dtype=float)
        return beta, precision, float(((y - x @ beta) ** 2).sum())

    def deviance(z: float) -> float:
        phi = math.tanh(z)
        _, precision, rss = solve(phi)
        return float((n - k) * math.log(rss) + np.linalg.slogdet(precision)[1] - math.log(1 - phi**2))

    grid = np.linspace(-4, 4, 81)
    values = np.array([deviance(z) for z in grid])
    dips = 1 + np.flatnonzero((values[1:-1] <= values[:-2]) & (values[1:-1] <= values[2:]))
    if not len(dips):  # the likelihood only rises towards a random walk or a pure alternation
        raise ConvergenceError("the autocorrelation is estimated at ±1: model a trend or the differences.")
    start = int(dips[values[dips].argmin()])
    found = optimize.minimize_scalar(
        deviance, bounds=(grid[start - 1], grid[start + 1]), method="bounded", options={"xatol": 1e-10}
    )
    phi = math.tanh(float(found.x))
    beta, precision, rss = solve(phi)
    inverse = np.linalg.inv(r)
    variance = rss / (n - k)
    vcov = variance * inverse @ np.linalg.inv(precision) @ inverse.T
    return inverse @ beta, vcov, {"phi": phi, "sigma": math.sqrt(variance / (1 - phi**2))}


def _rss(y: Vector, x: Vector) -> float:
    beta = np.linalg.lstsq(x, y, rcond=None)[0]
    return float(((y - x @ beta) ** 2).sum())
