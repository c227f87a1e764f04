"""Intraclass correlations: how far several raters give the same target the same score."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from asn_research.errors import InputError, NoVariationError, TooFewObservationsError
from asn_research.measures.distribution import f_ppf, f_sf
from asn_research.measures.input import Array, check_frame, check_level, collect, read_values
from asn_research.models.result import Estimate, Fit

ICC_FORMS = ("ICC1", "ICC2", "ICC3", "ICC1k", "ICC2k", "ICC3k")


def measure_icc(data: pd.DataFrame, *, raters: Sequence[str] | None = None, conf_level: float = 0.95) -> Fit:
    r"""The six intraclass correlations of Shrout and Fleiss, with F tests and intervals.

    ``ICC1``: each target has its own raters. ``ICC2``: the same raters, a sample of possible ones, and
    differences in level count as disagreement. ``ICC3``: only these raters, consistency. The forms ending
    in ``k`` hold for the mean of all raters. Choose the form by the design, not by the value.

    Parameters
    ----------
    data : DataFrame
        One row per target, one column per rater. Rows with a missing rating are left out and counted.
    raters : sequence of str, optional
        Rater columns, at least two; all columns by default.
    conf_level : float, default 0.95
        Level of the intervals.

    Returns
    -------
    Fit
        Terms of :data:`ICC_FORMS`, F in ``statistic``, its denominator degrees of freedom in ``df``.
        ``statistics``: ``df1``, ``df2_one_way``, ``df2_two_way``, ``ms_between``, ``ms_within``,
        ``ms_raters``, ``ms_error``, ``n_targets``, ``n_raters``, ``n_incomplete``.

    Raises
    ------
    InputError
        Fewer than two raters.
    TooFewObservationsError
        Fewer than two complete targets.
    NoVariationError
        All ratings are equal, or all raters agree perfectly (F is infinite).

    References
    ----------
    Shrout & Fleiss (1979), doi:10.1037/0033-2909.86.2.420; McGraw & Wong (1996),
    doi:10.1037/1082-989X.1.1.30, table 7.

    Examples
    --------
    >>> scores = pd.DataFrame({"J1": [9, 6, 8, 7, 10, 6], "J2": [2, 1, 4, 1, 5, 2],
    ...                        "J3": [5, 3, 6, 2, 6, 4], "J4": [8, 2, 8, 6, 9, 7]})
    >>> round(measure_icc(scores)["ICC2"].estimate, 2)
    0.29
    """
    check_level(conf_level)
    names = list(check_frame(data).columns if raters is None else raters)
    if len(names) < 2:
        raise InputError(f"an intraclass correlation needs at least two raters, found {names}.")
    ratings = read_values(data, names)
    complete = ratings.dropna().to_numpy()
    n, k = complete.shape
    if n < 2:
        raise TooFewObservationsError(f"intraclass correlations need 2 targets rated by all, found {n}.")
    squares = _mean_squares(complete)
    values = _values(squares, n, k)
    limits = _limits(squares, n, k, values["ICC2"], (1 - conf_level) / 2)
    dfs = {"ICC1": n * (k - 1), "ICC2": (n - 1) * (k - 1), "ICC3": (n - 1) * (k - 1)}
    estimates = []
    for form in ICC_FORMS:
        single = form.removesuffix("k")
        f = squares["ms_between"] / squares["ms_within" if single == "ICC1" else "ms_error"]
        low, high = limits[single]
        if form.endswith("k"):
            low, high = _spearman_brown(low, k), _spearman_brown(high, k)
        estimates.append(
            Estimate(
                term=form, estimate=values[form], statistic=f, df=float(dfs[single]), conf_low=low,
                p_value=float(f_sf(f, n - 1, dfs[single])), conf_high=high, conf_level=conf_level,
                n_obs=n, unit="share", estimand="intraclass_correlation", method="Shrout-Fleiss ANOVA",
            )
        )  # fmt: skip
    counts = {"n_targets": n, "n_raters": k, "n_incomplete": len(ratings) - n, "df1": n - 1,
              "df2_one_way": n * (k - 1), "df2_two_way": (n - 1) * (k - 1)}  # fmt: skip
    return collect(estimates, squares | {key: float(value) for key, value in counts.items()})


def _mean_squares(ratings: Array) -> dict[str, float]:
    n, k = ratings.shape
    grand = ratings.mean()
    between = k * float(((ratings.mean(axis=1) - grand) ** 2).sum())
    raters = n * float(((ratings.mean(axis=0) - grand) ** 2).sum())
    total = float(((ratings - grand) ** 2).sum())
    if total == 0:
        raise NoVariationError(f"all {n * k} ratings are equal.")
    error = total - between - raters
    if error <= 1e-12 * total:
        raise NoVariationError("raters differ by a constant only: the error variance is zero and F infinite.")
    return {
        "ms_between": between / (n - 1),
        "ms_within": (total - between) / (n * (k - 1)),
        "ms_raters": raters / (k - 1),
        "ms_error": error / ((n - 1) * (k - 1)),
    }


def _values(squares: dict[str, float], n: int, k: int) -> dict[str, float]:
    b, w = squares["ms_between"], squares["ms_within"]
    j, e = squares["ms_raters"], squares["ms_error"]
    return {
        "ICC1": (b - w) / (b + (k - 1) * w),
        "ICC2": (b - e) / (b + (k - 1) * e + k * (j - e) / n),
        "ICC3": (b - e) / (b + (k - 1) * e),
        "ICC1k": (b - w) / b,
        "ICC2k": (b - e) / (b + (j - e) / n),
        "ICC3k": (b - e) / b,
    }


def _limits(
    squares: dict[str, float], n: int, k: int, icc2: float, tail: float
) -> dict[str, tuple[float, float]]:
    """Limits of the single-rater forms; McGraw & Wong (1996), table 7."""
    out = {}
    for form, noise, df2 in (("ICC1", "ms_within", n * (k - 1)), ("ICC3", "ms_error", (n - 1) * (k - 1))):
        f = squares["ms_between"] / squares[noise]
        low = f / float(f_ppf(1 - tail, n - 1, df2))
        high = f * float(f_ppf(1 - tail, df2, n - 1))
        out[form] = ((low - 1) / (low + k - 1), (high - 1) / (high + k - 1))
    b, j, e = squares["ms_between"], squares["ms_raters"], squares["ms_error"]
    ratio = j / e
    shared = n * (1 + (k - 1) * icc2) - k * icc2
    df = (k - 1) * (n - 1) * (k * icc2 * ratio + shared) ** 2
    df /= (n - 1) * k**2 * icc2**2 * ratio**2 + shared**2
    upper = float(f_ppf(1 - tail, n - 1, df))
    lower = float(f_ppf(1 - tail, df, n - 1))
    spread = k * j + (k * n - k - n) * e
    out["ICC2"] = (
        n * (b - upper * e) / (upper * spread + n * b),
        n * (lower * b - e) / (spread + n * lower * b),
    )
    return out


def _spearman_brown(value: float, k: int) -> float:
    """Reliability of the mean of k raters from that of one."""
    return float(np.divide(k * value, 1 + (k - 1) * value))
