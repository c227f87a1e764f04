"""Time until a request is completed, counting those that are still open."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from asn_research.errors import InputError, NoVariationError, TooFewObservationsError
from asn_research.measures.distribution import normal_ppf
from asn_research.models.argument import Vector, check_choice, check_level, read_column
from asn_research.models.result import Estimate

if TYPE_CHECKING:
    from statsmodels.duration.survfunc import SurvfuncRight

_TRANSFORMS = ("log-log", "log", "plain")


def estimate_median_time(
    data: pd.DataFrame,
    *,
    duration: str,
    finished: str,
    share: float = 0.5,
    transform: str = "log-log",
    conf_level: float = 0.95,
    unit: str = "days",
) -> Estimate:
    r"""Time by which half of the requests are completed (Kaplan-Meier), open requests counted as open.

    The mean of the completed requests alone is too short: it drops exactly the slow ones.

    Parameters
    ----------
    data : DataFrame
        One row per request.
    duration : str
        Column of waiting times so far, at least 0: until completion, or until the data were drawn.
    finished : str
        Column that is 1 (true) where the request was completed, 0 (false) where it is still open.
    share : float, default 0.5
        Share completed, between 0 and 1; 0.5 is the median.
    transform : {"log-log", "log", "plain"}
        Scale of the pointwise intervals of the survival curve from which the interval is read.
    conf_level : float, default 0.95
    unit : str, default "days"

    Returns
    -------
    Estimate
        Term ``median_time`` (or ``time_<share>``). The interval is that of Brookmeyer and Crowley; an upper
        limit that the data do not reach is infinite.

    Raises
    ------
    NoVariationError
        Nothing was completed, or fewer than ``share`` were, so that the time is not reached.
    TooFewObservationsError
        No row with a duration.
    InputError
        Negative durations, a ``finished`` column that is not 0/1, or a missing ``finished``.

    References
    ----------
    Kaplan & Meier (1958), doi:10.1080/01621459.1958.10501452; Brookmeyer & Crowley (1982),
    doi:10.2307/2530286.

    Examples
    --------
    >>> log = pd.DataFrame({"days": [3.0, 5, 5, 8, 10, 12], "done": [1, 1, 0, 1, 1, 0]})
    >>> estimate_median_time(log, duration="days", finished="done").estimate
    8.0
    """
    from statsmodels.duration.survfunc import SurvfuncRight

    check_choice("transform", transform, _TRANSFORMS)
    check_level(conf_level)
    if not 0 < share < 1:
        raise InputError(f"share must lie strictly between 0 and 1, found {share!r}.")
    time, event = _read(data, duration, finished)
    curve = SurvfuncRight(time, event)
    value = _crossing(curve, np.asarray(curve.surv_prob), share)
    if not math.isfinite(value):
        done = 1 - float(curve.surv_prob[-1])
        raise NoVariationError(
            f"only {done:.0%} are completed within the time observed; the time until {share:.0%} is longer "
            f"than {time.max():g} {unit}."
        )
    lower, upper = _bands(curve, transform, conf_level)
    low, high = _crossing(curve, lower, share), _crossing(curve, upper, share)
    return Estimate(
        term="median_time" if share == 0.5 else f"time_{share:g}",
        estimate=value,
        conf_low=low,
        conf_high=high,
        conf_level=conf_level,
        n_obs=len(time),
        outcome=duration,
        unit=unit,
        estimand="quantile of completion time",
        method="Kaplan-Meier",
        vcov_type=f"Greenwood, {transform}",
    )


def estimate_completion(data: pd.DataFrame, *, duration: str, finished: str) -> pd.DataFrame:
    """The Kaplan-Meier curve: share completed by each time, with Greenwood's standard error.

    Parameters
    ----------
    data, duration, finished
        As in :func:`estimate_median_time`.

    Returns
    -------
    DataFrame
        One row per time at which something was completed: ``time``, ``completed_share``, ``std_error``,
        ``n_open`` (waiting just before) and ``n_completed``.

    Raises
    ------
    InputError, TooFewObservationsError, NoVariationError
        As in :func:`estimate_median_time`.

    Examples
    --------
    >>> log = pd.DataFrame({"days": [3.0, 5, 5, 8], "done": [1, 1, 0, 1]})
    >>> estimate_completion(log, duration="days", finished="done")["completed_share"].round(2).tolist()
    [0.25, 0.5, 1.0]
    """
    from statsmodels.duration.survfunc import SurvfuncRight

    curve = SurvfuncRight(*_read(data, duration, finished))
    return pd.DataFrame(
        {
            "time": curve.surv_times,
            "completed_share": 1 - curve.surv_prob,
            "std_error": curve.surv_prob_se,
            "n_open": curve.n_risk.astype(int),
            "n_completed": curve.n_events.astype(int),
        }
    )


def _read(data: pd.DataFrame, duration: str, finished: str) -> tuple[Vector, Vector]:
    time, event = read_column(data, duration), read_column(data, finished)
    known = ~np.isnan(time)
    time, event = time[known], event[known]
    if not len(time):
        raise TooFewObservationsError(f"no row has a value in {duration!r}.")
    if (time < 0).any():
        count = int((time < 0).sum())
        raise InputError(f"{count} durations in {duration!r} are negative; the smallest is {time.min():g}.")
    if not np.isin(event, (0.0, 1.0)).all():
        raise InputError(f"{finished!r} must be 0 or 1 in every row with a duration.")
    if not event.any():
        raise NoVariationError("nothing was completed within the time observed.")
    return time, event


def _bands(curve: SurvfuncRight, transform: str, conf_level: float) -> tuple[Vector, Vector]:
    """Pointwise limits of the survival curve on the chosen scale; unknown (NaN) where nobody is left."""
    survival, error = np.asarray(curve.surv_prob), np.asarray(curve.surv_prob_se)
    z = float(normal_ppf((1 + conf_level) / 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        if transform == "plain":
            lower, upper = survival - z * error, survival + z * error
        elif transform == "log":
            factor = np.exp(z * error / survival)
            lower, upper = survival / factor, survival * factor
        else:
            factor = np.exp(z * error / np.abs(survival * np.log(survival)))
            lower, upper = survival**factor, survival ** (1 / factor)
    gone = survival <= 0
    return np.where(gone, np.nan, lower), np.where(gone, np.nan, upper)


def _crossing(curve: SurvfuncRight, level: Vector, share: float) -> float:
    """First time at which a curve is at most 1 − share, midway to the next time where it equals it."""
    times = np.asarray(curve.surv_times, dtype=float)
    reached = np.flatnonzero(level <= 1 - share + 1e-12)
    if not len(reached):
        return math.inf
    first = int(reached[0])
    if abs(level[first] - (1 - share)) <= 1e-12 and first + 1 < len(times):
        return float(times[first] + times[first + 1]) / 2
    return float(times[first])
