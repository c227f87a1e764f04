"""Small-study asymmetry of pooled estimates: Egger's regression and trim-and-fill."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd

from asn_research.errors import BoundaryWarning, InputError, NoVariationError, TooFewObservationsError
from asn_research.models.argument import Vector, check_choice, check_columns, check_level, read_column
from asn_research.models.pooling import METHODS, between_variance, pool
from asn_research.models.result import Estimate, Fit
from asn_research.models.wald import Label, wald_estimate

_MAX_ROUNDS = 200


def check_asymmetry(
    data: pd.DataFrame,
    *,
    estimate: str = "estimate",
    std_error: str = "std_error",
    variance: str | None = None,
    conf_level: float = 0.95,
) -> Estimate:
    r"""Egger's test: do less precise estimates tend to be larger?

    Use it with ten estimates or more; with four regions it has next to no power.

    Parameters
    ----------
    data : DataFrame
        One row per independent estimate.
    estimate, std_error : str
        Columns of the estimates and of their standard errors (above 0).
    variance : str, optional
        Column of sampling variances, used instead of ``std_error``.
    conf_level : float, default 0.95

    Returns
    -------
    Estimate
        Slope of the estimates on their standard errors, weighted by inverse variance, t with k − 2 degrees of
        freedom; 0 means symmetry.

    Raises
    ------
    TooFewObservationsError
        Fewer than three estimates.
    NoVariationError
        All standard errors are equal.
    InputError
        Missing columns or values, or standard errors that are not above 0.

    References
    ----------
    Egger, Davey Smith, Schneider & Minder (1997), doi:10.1136/bmj.315.7109.629.

    Examples
    --------
    >>> frame = pd.DataFrame({"estimate": [0.1, 0.2, 0.5, 0.4], "std_error": [0.05, 0.1, 0.3, 0.2]})
    >>> round(check_asymmetry(frame).estimate, 2)
    1.8
    """
    check_level(conf_level)
    y, v = _read(data, estimate, std_error, variance)
    k = len(y)
    if k < 3:
        raise TooFewObservationsError(f"Egger's test needs at least 3 estimates, found {k}.")
    se = np.sqrt(v)
    if np.ptp(se) <= 1e-12 * se.max():
        raise NoVariationError("Egger's test needs standard errors that differ.")
    x = np.column_stack([np.ones(k), se])
    cov = np.linalg.inv(x.T @ (x / v[:, None]))
    beta = cov @ (x.T @ (y / v))
    scale = float(((y - x @ beta) ** 2 / v).sum() / (k - 2))
    error = float(np.sqrt(scale * cov[1, 1]))
    label = Label(
        n_obs=k,
        conf_level=conf_level,
        estimand="small-study asymmetry",
        method="Egger regression, inverse-variance weights",
        vcov_type="model",
    )
    return wald_estimate("std_error", float(beta[1]), error, df=float(k - 2), label=label)


def estimate_filled(
    data: pd.DataFrame,
    *,
    estimate: str = "estimate",
    std_error: str = "std_error",
    variance: str | None = None,
    method: str = "DL",
    side: str | None = None,
    conf_level: float = 0.95,
) -> Fit:
    r"""Pool after trim-and-fill: how far would the mean move if the missing mirror images existed?

    A sensitivity analysis, not a correction: asymmetry has other causes than unpublished results.

    Parameters
    ----------
    data, estimate, std_error, variance, conf_level
        As in :func:`asn_research.models.pooling.pool`.
    method : {"DL", "REML", "PM", "ML", "HE", "SJ", "FE"}
        Estimator of the between-estimate variance, in the trimming as in the result.
    side : {"left", "right"}, optional
        Where estimates are thought missing; by default opposite to the side to which imprecise ones lean.

    Returns
    -------
    Fit
        The pooled mean of observed and filled estimates (normal interval); ``statistics["n_filled"]`` is
        their number by the :math:`L_0` estimator, ``statistics["filled_left"]`` is 1 when they lie on the
        left.

    Raises
    ------
    TooFewObservationsError
        Fewer than three estimates.

    Notes
    -----
    :math:`L_0 = [4 T_n - k(k+1)] / (2k - 1)` with :math:`T_n` the rank sum of the estimates above the mean.

    References
    ----------
    Duval & Tweedie (2000), doi:10.1111/j.0006-341X.2000.00455.x.

    Examples
    --------
    >>> frame = pd.DataFrame({"estimate": [0.1, 0.2, 0.9, 0.7, 0.5], "std_error": [0.05, 0.1, 0.4, 0.3, 0.2]})
    >>> estimate_filled(frame).statistics["n_filled"]
    2.0
    """
    check_choice("method", method, METHODS)
    y, v = _read(data, estimate, std_error, variance)
    if len(y) < 3:
        raise TooFewObservationsError(f"trim-and-fill needs at least 3 estimates, found {len(y)}.")
    if side is None:
        side = "right" if _lean(y, v, method) < 0 else "left"
    check_choice("side", side, ("left", "right"))
    sign = 1.0 if side == "left" else -1.0
    order = np.argsort(sign * y, kind="stable")
    y, v = sign * y[order], v[order]
    n_filled, centre = _trim(y, v, method)
    mirrored = 2 * centre - y[len(y) - n_filled :]
    filled = pd.DataFrame(
        {"y": sign * np.concatenate([y, mirrored]), "v": np.concatenate([v, v[len(v) - n_filled :]])}
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", BoundaryWarning)
        fit = pool(filled, estimate="y", variance="v", method=method, test="z", conf_level=conf_level)
    statistics = fit.statistics | {"n_filled": float(n_filled), "filled_left": float(side == "left")}
    return Fit(estimates=fit.estimates, vcov=fit.vcov, statistics=statistics, warnings=fit.warnings)


def _read(data: pd.DataFrame, estimate: str, std_error: str, variance: str | None) -> tuple[Vector, Vector]:
    spread = variance or std_error
    check_columns(data, [estimate, spread])
    y, s = read_column(data, estimate), read_column(data, spread)
    if np.isnan(y).any() or np.isnan(s).any() or (s <= 0).any():
        raise InputError(f"{estimate!r} must not be missing and {spread!r} must be above 0 everywhere.")
    return y, s if variance else s**2


def _centre(y: Vector, v: Vector, method: str) -> float:
    w = 1.0 / (v + between_variance(y, v, np.ones((len(y), 1)), method=method))
    return float((w * y).sum() / w.sum())


def _lean(y: Vector, v: Vector, method: str) -> float:
    """Slope of the estimates on their standard errors in a random-effects meta-regression."""
    if np.ptp(v) <= 1e-12 * v.max():
        return 0.0
    x = np.column_stack([np.ones(len(y)), np.sqrt(v)])
    w = 1.0 / (v + between_variance(y, v, x, method=method))
    return float(np.linalg.solve(x.T @ (w[:, None] * x), x.T @ (w * y))[1])


def _trim(y: Vector, v: Vector, method: str) -> tuple[int, float]:
    """Number of estimates to fill and the centre of the trimmed set; ``y`` ascending, missing on the left."""
    from scipy import stats

    k, n_filled = len(y), 0
    centre = _centre(y, v, method)
    for _ in range(_MAX_ROUNDS):
        centre = _centre(y[: k - n_filled], v[: k - n_filled], method)
        ranks = stats.rankdata(np.abs(y - centre), method="ordinal")
        above = float(ranks[y > centre].sum())
        found = max(0, round((4 * above - k * (k + 1)) / (2 * k - 1)))  # Duval & Tweedie's L0
        found = min(found, k - 1)
        if found == n_filled:
            break
        n_filled = found
    return n_filled, centre
