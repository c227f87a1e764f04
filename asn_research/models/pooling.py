"""Random-effects pooling of estimates from several regions, courses or studies."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import optimize

from asn_research.errors import BoundaryWarning, ConvergenceError, InputError, TooFewObservationsError
from asn_research.measures.distribution import chi2_ppf, chi2_sf, normal_ppf, t_ppf
from asn_research.models.argument import (
    Vector,
    check_choice,
    check_columns,
    check_level,
    check_rank,
    read_column,
)
from asn_research.models.result import Fit
from asn_research.models.wald import Label, wald_estimates

METHODS = ("FE", "DL", "PM", "REML", "ML", "HE", "SJ")
TESTS = ("z", "KH", "mKH")
_METHOD_NAMES = {
    "FE": "common effect (inverse variance)",
    "DL": "random effects, DerSimonian-Laird",
    "PM": "random effects, Paule-Mandel",
    "REML": "random effects, REML",
    "ML": "random effects, ML",
    "HE": "random effects, Hedges",
    "SJ": "random effects, Sidik-Jonkman",
}
_POOLED = ("estimate", "std_error", "conf_low", "conf_high", "p_value")
_HETEROGENEITY = ("tau2", "i2", "q", "q_p_value")


@dataclass(frozen=True, slots=True)
class _Studies:
    """Effects (k), sampling variances (k) and the design (k × p) of a pooling."""

    y: Vector
    v: Vector
    x: Vector
    names: tuple[str, ...]

    @property
    def df(self) -> int:
        return len(self.y) - len(self.names)


def pool(
    data: pd.DataFrame,
    *,
    estimate: str = "estimate",
    std_error: str = "std_error",
    variance: str | None = None,
    method: str = "REML",
    test: str = "mKH",
    moderator: str | None = None,
    conf_level: float = 0.95,
) -> Fit:
    r"""Pool independent estimates of the same quantity, allowing that the true values differ.

    Use it across regions, where four regions can never be four clusters. With few regions keep the defaults:
    REML for the heterogeneity and the modified Knapp-Hartung interval, which keeps its level where the
    DerSimonian-Laird interval is too short.

    Parameters
    ----------
    data : DataFrame
        One row per independent estimate; stacked ``tidy()`` rows of one term fit as they are.
    estimate, std_error : str
        Columns of the estimates and of their standard errors (same unit, standard errors above 0).
    variance : str, optional
        Column of sampling variances, used instead of ``std_error``.
    method : {"REML", "DL", "PM", "ML", "HE", "SJ", "FE"}
        How the between-estimate variance :math:`\tau^2` is estimated; ``"FE"`` sets it to zero.
    test : {"mKH", "KH", "z"}
        Modified Knapp-Hartung (scale factor at least 1), raw Knapp-Hartung, or normal.
    moderator : str, optional
        One numeric column: a meta-regression is fitted, and the terms are its intercept and slope.
    conf_level : float, default 0.95
        Level of all intervals, between 0 and 1.

    Returns
    -------
    Fit
        Term ``pooled`` (or ``Intercept`` and the moderator). ``statistics`` holds ``k``, ``q``, ``q_df``,
        ``q_p_value``; ``tau2`` with its Q-profile interval ``tau2_low``/``tau2_high``; ``i2`` (a share from
        0 to 1) and ``h2`` from :math:`\tau^2`, ``i2_q`` and ``h2_q`` from Q; ``kh_scale``. Without moderator
        the prediction intervals ``prediction_<normal|t|kh>_<low|high>``: normal quantile; t with k − 2
        degrees of freedom and the model's standard error; t with k − 1 and the standard error of ``test``.
        With a moderator ``r2`` (share of heterogeneity explained) and ``qm`` of the moderator test.

    Raises
    ------
    InputError
        Missing columns, standard errors that are not above 0, mixed units, unknown method or test.
    TooFewObservationsError
        Fewer than two estimates (three with a moderator).
    SingularDesignError
        The moderator does not vary.

    Warns
    -----
    BoundaryWarning
        The estimated :math:`\tau^2` is zero: the interval then assumes that no differences exist.

    Notes
    -----
    :math:`\hat\mu = \sum w_i y_i / \sum w_i` with :math:`w_i = 1/(v_i + \hat\tau^2)`. Knapp-Hartung
    multiplies the variance by :math:`q = \sum w_i (y_i - \hat\mu)^2 / (k - 1)` and uses t
    with k − 1 degrees of freedom; the modified form uses :math:`\max(1, q)`.

    References
    ----------
    DerSimonian & Laird (1986), doi:10.1016/0197-2456(86)90046-2; Knapp & Hartung (2003),
    doi:10.1002/sim.1482; Viechtbauer (2005), doi:10.3102/10769986030003261; Viechtbauer (2007),
    doi:10.1002/sim.2514; Higgins, Thompson & Spiegelhalter (2009), doi:10.1111/j.1467-985X.2008.00552.x;
    Röver, Knapp & Friede (2015), doi:10.1186/s12874-015-0091-1.

    Examples
    --------
    >>> gains = pd.DataFrame({"estimate": [2.1, 6.0, 5.2, 9.3], "std_error": [1.2, 1.5, 0.9, 2.0]})
    >>> round(pool(gains)["pooled"].estimate, 2)
    5.36
    """
    check_choice("method", method, METHODS)
    check_choice("test", test, TESTS)
    check_level(conf_level)
    studies = _read_studies(data, estimate, std_error, variance, moderator)
    tau2 = between_variance(studies.y, studies.v, studies.x, method=method)
    remarks = _boundary_remarks(tau2, method)
    beta, cov, scale = _weighted(studies, tau2)
    statistics = _heterogeneity(studies, tau2, conf_level) | {"kh_scale": scale}
    factor = {"z": 1.0, "KH": scale, "mKH": max(1.0, scale)}[test]
    if moderator is None:
        statistics |= _prediction(float(beta[0]), float(cov[0, 0]), tau2, len(studies.y), factor, conf_level)
    else:
        statistics |= _moderation(studies, tau2, method, beta, cov * factor)
    df = math.inf if test == "z" else float(studies.df)
    label = _label(data, method, test, moderator, conf_level)
    estimates = wald_estimates(studies.names, beta, cov * factor, df=df, label=label)
    return Fit(estimates=estimates, vcov=cov * factor, statistics=statistics, warnings=remarks)


def check_influence(data: pd.DataFrame, **options: object) -> pd.DataFrame:
    """Pool again leaving each estimate out in turn, to see whether one region carries the result.

    Parameters
    ----------
    data : DataFrame
        As in :func:`pool`, with at least three rows.
    **options
        The keyword arguments of :func:`pool`, except ``moderator``.

    Returns
    -------
    DataFrame
        One row per estimate left out, in the order and with the index of ``data``: ``estimate``,
        ``std_error``, ``conf_low``, ``conf_high``, ``p_value``, ``tau2``, ``i2``, ``q`` and ``q_p_value``.

    Raises
    ------
    TooFewObservationsError
        Fewer than three estimates.

    Examples
    --------
    >>> gains = pd.DataFrame({"estimate": [4.1, 6.0, 5.2], "std_error": [1.2, 1.5, 0.9]}, index=list("abc"))
    >>> check_influence(gains, method="DL").round(2).loc["b", "estimate"].item()
    4.8
    """
    if "moderator" in options:
        raise InputError("check_influence pools without a moderator; leave that argument out.")
    check_columns(data, ())
    if len(data) < 3:
        raise TooFewObservationsError(f"leaving one out needs at least 3 estimates, found {len(data)}.")
    rows = []
    for position in range(len(data)):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", BoundaryWarning)
            fit = pool(data.loc[np.arange(len(data)) != position], **options)  # type: ignore[arg-type]
        pooled = fit["pooled"]
        shown = {name: getattr(pooled, name) for name in _POOLED}
        rows.append(shown | {name: fit.statistics[name] for name in _HETEROGENEITY})
    return pd.DataFrame(rows, index=data.index).astype(float)


def between_variance(y: Vector, v: Vector, x: Vector, *, method: str) -> float:
    """Between-estimate variance of effects ``y`` (k) with variances ``v`` (k) around design ``x`` (k × p)."""
    df = len(y) - x.shape[1]
    if method == "FE" or df < 1:
        return 0.0
    if method == "HE":
        hat = x @ np.linalg.pinv(x)
        residual = y - hat @ y
        return max(0.0, float((residual**2 - (1 - np.diag(hat)) * v).sum() / df))
    if method == "SJ":
        return _sidik_jonkman(y, v, x)
    moment = _moment_tau2(y, v, x)
    if method == "DL":
        return max(0.0, moment)
    if method == "PM":
        return _q_root(y, v, x, float(df))
    return _likelihood_tau2(y, v, x, restricted=method == "REML")


def _read_studies(
    data: pd.DataFrame, estimate: str, std_error: str, variance: str | None, moderator: str | None
) -> _Studies:
    spread = variance or std_error
    wanted = [estimate, spread] + ([moderator] if moderator else [])
    check_columns(data, wanted)
    if "unit" in data.columns and len(data["unit"].unique()) > 1:
        raise InputError(
            f"estimates in different units cannot be pooled: {sorted(map(str, data['unit'].unique()))}."
        )
    y, s = read_column(data, estimate), read_column(data, spread)
    columns = [np.ones(len(y))] + ([read_column(data, moderator)] if moderator else [])
    x = np.column_stack(columns)
    if np.isnan(y).any() or np.isnan(s).any() or np.isnan(x).any():
        raise InputError(f"columns {wanted} must not have missing values; drop or explain those rows first.")
    if (s <= 0).any():
        raise InputError(f"{spread!r} must be above 0 everywhere; found {float(s.min())!r}.")
    if len(y) < 1 + x.shape[1]:
        raise TooFewObservationsError(f"pooling needs at least {1 + x.shape[1]} estimates, found {len(y)}.")
    names = ("Intercept", moderator) if moderator else ("pooled",)
    check_rank(x, names)
    return _Studies(y=y, v=s if variance else s**2, x=x, names=names)


def _solve(y: Vector, v: Vector, x: Vector, tau2: float) -> tuple[Vector, Vector, Vector]:
    """Weighted least squares: coefficients, their covariance and the weights."""
    w = 1.0 / (v + tau2)
    cov = np.linalg.inv(x.T @ (w[:, None] * x))
    return cov @ (x.T @ (w * y)), np.asarray(cov, dtype=float), w


def _q(y: Vector, v: Vector, x: Vector, tau2: float) -> float:
    beta, _, w = _solve(y, v, x, tau2)
    return float((w * (y - x @ beta) ** 2).sum())


def _moment_tau2(y: Vector, v: Vector, x: Vector) -> float:
    w = 1.0 / v
    cov = np.linalg.inv(x.T @ (w[:, None] * x))
    trace = w.sum() - np.trace(cov @ (x.T @ ((w**2)[:, None] * x)))
    return float((_q(y, v, x, 0.0) - (len(y) - x.shape[1])) / trace)


def _q_root(y: Vector, v: Vector, x: Vector, target: float) -> float:
    """The τ² at which the generalised Q equals ``target`` (0 when Q is below it already at zero)."""
    if _q(y, v, x, 0.0) <= target:
        return 0.0
    upper = float(v.max() + np.var(y))
    while _q(y, v, x, upper) > target:
        upper *= 4.0
    return float(optimize.brentq(lambda t: _q(y, v, x, t) - target, 0.0, upper, xtol=1e-300, rtol=1e-13))


def _sidik_jonkman(y: Vector, v: Vector, x: Vector) -> float:
    residual = y - x @ np.linalg.pinv(x) @ y
    start = float((residual**2).mean())
    if start == 0:
        return 0.0
    return float(start * _q(y, v, x, start) / (len(y) - x.shape[1]))


def _likelihood_tau2(y: Vector, v: Vector, x: Vector, *, restricted: bool) -> float:
    """Minimise the (restricted) deviance over τ² ≥ 0; the scale of the data sets the search range."""
    scale = float(v.mean() + np.var(y))
    objective = _deviance(y, v, x, restricted=restricted)
    grid = np.concatenate([[0.0], np.geomspace(1e-6, 100.0, 80)]) * scale
    values = np.array([objective(t) for t in grid])
    best = int(values.argmin())
    if best == len(grid) - 1:
        raise ConvergenceError(
            "the likelihood of the between-estimate variance has no maximum in a sensible range."
        )
    low, high = grid[max(best - 1, 0)], grid[best + 1]
    slope = _deviance_slope(y, v, x, restricted=restricted)
    if slope(low) < 0 < slope(high):
        return float(optimize.brentq(slope, low, high, xtol=1e-300, rtol=1e-12))
    return float(grid[best])


def _deviance(y: Vector, v: Vector, x: Vector, *, restricted: bool) -> Callable[[float], float]:
    def value(tau2: float) -> float:
        beta, cov, w = _solve(y, v, x, tau2)
        out = -np.log(w).sum() + (w * (y - x @ beta) ** 2).sum()
        return float(out - np.linalg.slogdet(cov)[1] if restricted else out)

    return value


def _deviance_slope(y: Vector, v: Vector, x: Vector, *, restricted: bool) -> Callable[[float], float]:
    def value(tau2: float) -> float:
        beta, cov, w = _solve(y, v, x, tau2)
        out = w.sum() - (w**2 * (y - x @ beta) ** 2).sum()
        if restricted:
            out -= np.trace(cov @ (x.T @ ((w**2)[:, None] * x)))
        return float(out)

    return value


def _weighted(studies: _Studies, tau2: float) -> tuple[Vector, Vector, float]:
    beta, cov, w = _solve(studies.y, studies.v, studies.x, tau2)
    return beta, cov, float((w * (studies.y - studies.x @ beta) ** 2).sum()) / studies.df


def _heterogeneity(studies: _Studies, tau2: float, conf_level: float) -> dict[str, float]:
    y, v, x, df = studies.y, studies.v, studies.x, studies.df
    q = _q(y, v, x, 0.0)
    w = 1.0 / v
    cov = np.linalg.inv(x.T @ (w[:, None] * x))
    typical = float(df / (w.sum() - np.trace(cov @ (x.T @ ((w**2)[:, None] * x)))))
    tail = (1 - conf_level) / 2
    low = _q_root(y, v, x, float(chi2_ppf(1 - tail, df)))
    high = _q_root(y, v, x, float(chi2_ppf(tail, df)))
    return {
        "k": float(len(y)),
        "q": q,
        "q_df": float(df),
        "q_p_value": float(chi2_sf(q, df)),
        "tau2": tau2,
        "tau2_low": low,
        "tau2_high": high,
        "i2": tau2 / (tau2 + typical),
        "i2_low": low / (low + typical),
        "i2_high": high / (high + typical),
        "h2": (tau2 + typical) / typical,
        "i2_q": max(0.0, (q - df) / q) if q > 0 else 0.0,
        "h2_q": q / df,
    }


def _prediction(
    mean: float, variance: float, tau2: float, k: int, factor: float, conf_level: float
) -> dict[str, float]:
    """Where the true value of a new region should lie, in three ways; NaN where k is too small."""
    tail = (1 + conf_level) / 2
    spread = math.sqrt(tau2 + variance)
    half = {
        "normal": float(normal_ppf(tail)) * spread,
        "t": float(t_ppf(tail, k - 2)) * spread if k > 2 else math.nan,
        "kh": float(t_ppf(tail, k - 1)) * math.sqrt(tau2 + variance * factor),
    }
    return {
        f"prediction_{name}_{side}": mean + sign * width
        for name, width in half.items()
        for side, sign in (("low", -1.0), ("high", 1.0))
    }


def _moderation(studies: _Studies, tau2: float, method: str, beta: Vector, cov: Vector) -> dict[str, float]:
    without = between_variance(studies.y, studies.v, studies.x[:, :1], method=method)
    return {
        "tau2_without_moderator": without,
        "r2": max(0.0, (without - tau2) / without) if without > 0 else math.nan,
        "qm": float(beta[1] ** 2 / cov[1, 1]),
    }


def _boundary_remarks(tau2: float, method: str) -> tuple[str, ...]:
    if tau2 > 0 or method == "FE":
        return ()
    text = (
        f"the between-estimate variance is estimated at zero ({method}); true values may differ all the same."
    )
    warnings.warn(text, BoundaryWarning, stacklevel=3)
    return (text,)


def _label(data: pd.DataFrame, method: str, test: str, moderator: str | None, conf_level: float) -> Label:
    def shared(column: str) -> str:
        values = list(data[column].unique()) if column in data.columns else []
        return str(values[0]) if len(values) == 1 else ""

    kind = "meta-regression" if moderator else "pooled"
    return Label(
        n_obs=len(data),
        conf_level=conf_level,
        outcome=shared("outcome"),
        unit=shared("unit"),
        estimand=f"{kind} {shared('estimand')}".strip(),
        method=_METHOD_NAMES[method],
        vcov_type={"z": "model", "KH": "Knapp-Hartung", "mKH": "modified Knapp-Hartung"}[test],
    )
