"""What can be said when outcomes are missing and nothing is assumed about those who are missing."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy import optimize

from asn_research.errors import InputError, NoVariationError, TooFewObservationsError
from asn_research.measures.distribution import normal_cdf, normal_ppf
from asn_research.models.argument import Vector, check_level, read_binary, read_column
from asn_research.models.result import Estimate, Fit
from asn_research.models.wald import Label, wald_estimate

_FEWEST = 3  # observed outcomes an arm (or the group) needs


def estimate_bounds(
    data: pd.DataFrame,
    *,
    outcome: str,
    treatment: str | None = None,
    assigned: bool = False,
    lowest: float | None = None,
    highest: float | None = None,
    conf_level: float = 0.95,
    unit: str = "",
) -> Fit:
    r"""Bounds for an effect, or for the mean of one group, when some outcomes are missing.

    With ``assigned=True`` (a lottery) these are Lee's bounds for those who would be observed either way: the
    arm that kept more people is trimmed by the excess, from above and from below. Without assignment Lee's
    bounds mean nothing; Manski's worst and best case fill every missing outcome with the lowest and the
    highest possible score. Without ``treatment`` the bounds are those of the group's mean.

    Parameters
    ----------
    data : DataFrame
        Everyone who should have been observed.
    outcome : str
        Outcome; missing where it was not observed.
    treatment : str, optional
        0/1 column.
    assigned : bool, default False
        Whether treatment was assigned by lottery and affects being observed in one direction only.
    lowest, highest : float, optional
        Smallest and largest possible outcome; needed unless ``assigned``.
    conf_level : float, default 0.95
        Level of the Imbens-Manski interval, which covers the effect (not the whole set of bounds).
    unit : str, default ""

    Returns
    -------
    Fit
        Terms ``lower`` and ``upper``; both rows carry the same Imbens-Manski interval. ``statistics`` holds
        ``observed_share`` (or ``observed_share_treated`` and ``observed_share_control``), ``trim_share``
        (Lee; 0 when nothing is trimmed), ``n_trimmed`` and ``observed_difference``, the effect among the
        observed.

    Raises
    ------
    InputError
        Unknown columns, a treatment that is not 0/1, missing or wrong limits, assignment without treatment.
    NoVariationError
        One arm only.
    TooFewObservationsError
        Fewer than 3 observed outcomes in an arm or left after trimming.

    Notes
    -----
    Lee: with observed shares :math:`p_1 > p_0` the treated are trimmed by :math:`q = 1 - p_0 / p_1`; the
    lower bound keeps outcomes up to the :math:`1 - q` quantile (type 7), the upper bound those from the
    :math:`q` quantile. Standard errors by Lee's proposition 3, with the trimmed share estimated. The
    interval is :math:`[\hat L - c\,s_L, \hat U + c\,s_U]` with :math:`\Phi(c + (\hat U - \hat L)/\max s) -
    \Phi(-c)` equal to the level.

    References
    ----------
    Lee (2009), doi:10.1111/j.1467-937X.2009.00536.x; Imbens & Manski (2004),
    doi:10.1111/j.1468-0262.2004.00555.x; Horowitz & Manski (2000), doi:10.1080/01621459.2000.10473902.

    Examples
    --------
    >>> post = [7.0, 8, 9, 6, 8, None, 5, 6, 7, 4, None, None]
    >>> frame = pd.DataFrame({"won": [1] * 6 + [0] * 6, "post": post})
    >>> fit = estimate_bounds(frame, outcome="post", treatment="won", assigned=True)
    >>> round(fit["lower"].estimate, 2), round(fit["upper"].estimate, 2)
    (1.75, 2.5)
    """
    check_level(conf_level)
    y = read_column(data, outcome)
    if assigned and treatment is None:
        raise InputError("assigned=True needs the column of the treatment.")
    t = np.ones(len(y)) if treatment is None else read_binary(data, treatment)
    y, t = y[~np.isnan(t)], t[~np.isnan(t)]
    for arm in np.unique(t):
        _check_count(y[t == arm], f"arm {arm:g}" if treatment else "the group")
    if assigned:
        low, high, errors, statistics = _lee(y, t)
        method = "Lee bounds"
    else:
        limits = _limits(y, outcome, lowest, highest)
        low, high, errors, statistics = _manski(y, t, *limits, two=treatment is not None)
        method = "Manski bounds"
    label = Label(
        n_obs=len(y),
        conf_level=conf_level,
        outcome=outcome,
        unit=unit,
        estimand="effect among the always observed" if assigned else "effect" if treatment else "mean",
        method=method,
        vcov_type="Imbens-Manski",
    )
    return _fit(low, high, errors, statistics, label)


def estimate_shifted_mean(
    data: pd.DataFrame, *, outcome: str, shift: float, conf_level: float = 0.95, unit: str = ""
) -> Fit:
    """Mean of one group if the missing had scored ``shift`` more (or less) than the observed on average.

    Parameters
    ----------
    data : DataFrame
        Everyone who should have been observed.
    outcome : str
        Outcome; missing where it was not observed.
    shift : float
        Assumed difference of the missing from the observed, in units of the outcome.
    conf_level : float, default 0.95
    unit : str, default ""

    Returns
    -------
    Fit
        Term ``mean``; ``statistics["tipping_shift"]`` is the shift at which the mean would be zero.

    Raises
    ------
    TooFewObservationsError
        Fewer than 3 observed outcomes.
    InputError
        ``shift`` is not finite.

    Notes
    -----
    Delta adjustment: mean + (1 − p)·shift with p the observed share, whose uncertainty is included.

    Examples
    --------
    >>> gains = pd.DataFrame({"gain": [4.0, 6, 5, 9, None, None]})
    >>> round(estimate_shifted_mean(gains, outcome="gain", shift=-3.0)["mean"].estimate, 2)
    5.0
    """
    check_level(conf_level)
    if not math.isfinite(shift):
        raise InputError(f"shift must be a finite number, found {shift!r}.")
    y = read_column(data, outcome)
    _check_count(y, "the group")
    seen = y[~np.isnan(y)]
    share = len(seen) / len(y)
    value = float(seen.mean()) + (1 - share) * shift
    error = math.sqrt(float(seen.var(ddof=1)) / len(seen) + shift**2 * share * (1 - share) / len(y))
    label = Label(
        n_obs=len(y),
        conf_level=conf_level,
        outcome=outcome,
        unit=unit,
        estimand="mean",
        method=f"delta adjustment, missing shifted by {shift:g}",
        vcov_type="model",
    )
    estimate = wald_estimate("mean", value, error, df=float(len(seen) - 1), label=label)
    tipping = -float(seen.mean()) / (1 - share) if share < 1 else math.inf
    statistics = {"observed_share": share, "tipping_shift": tipping}
    return Fit(estimates=(estimate,), vcov=np.array([[error**2]]), statistics=statistics)


def _check_count(y: Vector, name: str) -> None:
    count = int((~np.isnan(y)).sum())
    if count < _FEWEST:
        raise TooFewObservationsError(f"{name} has {count} observed outcomes; bounds need {_FEWEST} or more.")


def _limits(y: Vector, outcome: str, lowest: float | None, highest: float | None) -> tuple[float, float]:
    if lowest is None or highest is None:
        raise InputError("bounds without assignment need the lowest and the highest possible outcome.")
    if not (math.isfinite(lowest) and math.isfinite(highest) and lowest < highest):
        raise InputError(f"lowest and highest must be finite and in order, found {lowest!r} and {highest!r}.")
    if np.isnan(y).all():
        raise TooFewObservationsError(f"{outcome!r} was observed in none of {len(y)} rows.")
    if np.nanmin(y) < lowest or np.nanmax(y) > highest:
        raise InputError(
            f"{outcome!r} goes from {np.nanmin(y):g} to {np.nanmax(y):g}, outside {lowest:g} to {highest:g}."
        )
    return lowest, highest


def _lee(y: Vector, t: Vector) -> tuple[float, float, tuple[float, float], dict[str, float]]:
    seen = ~np.isnan(y)
    share = [float(seen[t == arm].mean()) for arm in (0, 1)]
    observed = [y[seen & (t == arm)] for arm in (0, 1)]
    more = int(share[1] >= share[0])
    q = 1 - share[1 - more] / share[more]
    full, other = observed[more], observed[1 - more]
    counts = [int((t == arm).sum()) for arm in (0, 1)]
    bottom = full[full <= np.quantile(full, 1 - q)]  # type 7, numpy's default
    top = full[full >= np.quantile(full, q)]
    _check_count(bottom, "the trimmed arm")
    _check_count(top, "the trimmed arm")
    spread = float(other.var(ddof=1)) / len(other)
    errors = [
        math.sqrt(_trimmed_variance(kept, cut, share, counts, more, len(full)) + spread)
        for kept, cut in ((bottom, bottom.max()), (top, top.min()))
    ]
    means = [float(bottom.mean()), float(top.mean())]
    base = float(other.mean())
    if more == 1:
        low, high = means[0] - base, means[1] - base
    else:
        low, high = base - means[1], base - means[0]
        errors.reverse()
    statistics = {
        "observed_share_treated": share[1],
        "observed_share_control": share[0],
        "trim_share": q,
        "n_trimmed": float(len(full) - len(bottom)),
        "observed_difference": float(observed[1].mean() - observed[0].mean()),
    }
    return low, high, (errors[0], errors[1]), statistics


def _trimmed_variance(
    kept: Vector, cut: float, share: list[float], counts: list[int], more: int, n_full: int
) -> float:
    """Variance of a trimmed mean: of the kept, of the cut, and of the share trimmed (Lee, proposition 3)."""
    keep = share[1 - more] / share[more]
    q = 1 - keep
    distance = float(cut - kept.mean())
    within = float(kept.var(ddof=1)) / (n_full * keep)
    of_cut = distance**2 * q / (n_full * keep)
    relative = sum((1 - share[arm]) / (share[arm] * counts[arm]) for arm in (0, 1))
    return within + of_cut + distance**2 * relative


def _manski(
    y: Vector, t: Vector, lowest: float, highest: float, *, two: bool
) -> tuple[float, float, tuple[float, float], dict[str, float]]:
    seen = ~np.isnan(y)
    filled = [np.where(seen, y, value) for value in (lowest, highest)]
    if not two:
        means = [float(f.mean()) for f in filled]
        errors = [math.sqrt(float(f.var(ddof=1)) / len(f)) for f in filled]
        statistics = {"observed_share": float(seen.mean()), "observed_mean": float(y[seen].mean())}
        return means[0], means[1], (errors[0], errors[1]), statistics
    worst = [filled[0][t == 1], filled[1][t == 0]]
    best = [filled[1][t == 1], filled[0][t == 0]]
    ends = [(float(a.mean() - b.mean()), math.sqrt(_error2(a) + _error2(b))) for a, b in (worst, best)]
    statistics = {
        "observed_share_treated": float(seen[t == 1].mean()),
        "observed_share_control": float(seen[t == 0].mean()),
        "observed_difference": float(y[seen & (t == 1)].mean() - y[seen & (t == 0)].mean()),
    }
    return ends[0][0], ends[1][0], (ends[0][1], ends[1][1]), statistics


def _error2(values: Vector) -> float:
    return float(values.var(ddof=1)) / len(values)


def _fit(
    low: float, high: float, errors: tuple[float, float], statistics: dict[str, float], label: Label
) -> Fit:
    if not max(errors) > 0:
        raise NoVariationError("the outcome does not vary, so the bounds have no standard error.")
    critical = _imbens_manski(high - low, max(errors), label.conf_level)
    ends = (low - critical * errors[0], high + critical * errors[1])
    estimates = tuple(
        _with_interval(wald_estimate(term, value, error, df=math.inf, label=label), ends)
        for term, value, error in (("lower", low, errors[0]), ("upper", high, errors[1]))
    )
    return Fit(estimates=estimates, vcov=np.diag(np.square(errors)), statistics=statistics)


def _imbens_manski(width: float, error: float, conf_level: float) -> float:
    """Critical value c with Φ(c + width / error) − Φ(−c) = level; z two-sided when the width is zero."""

    def excess(c: float) -> float:
        return float(normal_cdf(c + width / error) - normal_cdf(-c)) - conf_level

    return float(optimize.brentq(excess, 0.0, float(normal_ppf((1 + conf_level) / 2)) + 1e-9))


def _with_interval(estimate: Estimate, ends: tuple[float, float]) -> Estimate:
    """A bound with the interval of the effect; a test of one bound against zero would answer nothing."""
    return replace(estimate, statistic=math.nan, p_value=math.nan, conf_low=ends[0], conf_high=ends[1])
