"""The ratio of two means of the same people, with an interval that may have no end."""

from __future__ import annotations

import math
import warnings
from dataclasses import replace

import pandas as pd

from asn_research.contract.threshold import MINIMUM_CLUSTERS
from asn_research.errors import FewClustersWarning, InputError, NoVariationError
from asn_research.measures.distribution import t_ppf
from asn_research.models.argument import check_columns, check_level, read_column
from asn_research.models.regression import fit_ols
from asn_research.models.result import Estimate


def estimate_ratio(
    data: pd.DataFrame,
    *,
    numerator: str,
    denominator: str,
    clusters: str | None = None,
    conf_level: float = 0.95,
) -> Estimate:
    r"""The mean of one column divided by the mean of another, with Fieller's interval.

    Use it for a share of a total that is itself measured: which part of a shortfall was closed, which part of
    a gain was kept. A mean of individual ratios is another, less stable quantity.

    Parameters
    ----------
    data : DataFrame
        One row per person; rows in which either column is missing are left out.
    numerator, denominator : str
        Columns in the same unit.
    clusters : str, optional
        Column of batches or units; then the covariance is CR2 and the interval has Satterthwaite degrees of
        freedom, and there is none below six clusters. Without it, people are independent (HC2).
    conf_level : float, default 0.95
        Level of the interval.

    Returns
    -------
    Estimate
        ``unit`` is ``share``. The interval is missing where the denominator could be zero at this level:
        Fieller's set then has no finite ends.

    Raises
    ------
    InputError
        A column is missing, or no row is complete.
    NoVariationError
        The mean of the denominator is zero.

    Notes
    -----
    The set of R with :math:`(\bar a - R \bar b)^2 \le t^2 (v_{aa} - 2 R v_{ab} + R^2 v_{bb})`. The standard
    error is that of the linearised ratio.

    References
    ----------
    Fieller (1954), J. R. Statist. Soc. B 16:175-185.

    Examples
    --------
    >>> frame = pd.DataFrame({"closed": [4.0, 6, 5, 5], "gap": [10.0, 11, 9, 10]})
    >>> estimate_ratio(frame, numerator="closed", denominator="gap").estimate
    0.5
    """
    names = [numerator, denominator, *([clusters] if clusters else [])]
    check_level(conf_level)
    check_columns(data, names)
    rows = data[names].dropna()
    if rows.empty:
        raise InputError(f"no row has both {numerator!r} and {denominator!r}.")
    frame = pd.DataFrame({"a": read_column(rows, numerator), "b": read_column(rows, denominator)})
    frame["both"] = frame["a"] + frame["b"]
    by = None
    if clusters:
        frame["cluster"] = rows[clusters].astype(str).to_numpy()
        by = "cluster" if frame["cluster"].nunique() >= 2 else None
    # Too few clusters are answered by a missing interval, not by a warning for each of the three fits.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FewClustersWarning)
        fits = [fit_ols(f"{name} ~ 1", frame, clusters=by) for name in ("a", "b", "both")]
    top, bottom, both = (fit.estimates[0] for fit in fits)
    if bottom.estimate == 0:
        raise NoVariationError(f"the mean of {denominator!r} is zero, so nothing can be divided by it.")
    v_a, v_b, v_both = (found.std_error**2 for found in (top, bottom, both))
    v_ab = (v_both - v_a - v_b) / 2
    ratio = top.estimate / bottom.estimate
    variance = max(v_a - 2 * ratio * v_ab + ratio**2 * v_b, 0.0)
    known = not clusters or (top.n_clusters or 0) >= MINIMUM_CLUSTERS
    df = top.df if math.isfinite(top.df) else bottom.df
    low, high = (math.nan, math.nan)
    if known and math.isfinite(df):
        t2 = float(t_ppf((1 + conf_level) / 2, df)) ** 2
        low, high = _ends(top.estimate, bottom.estimate, covariance=(v_a, v_ab, v_b), t2=t2)
    return replace(
        top,
        term="ratio",
        estimate=ratio,
        std_error=math.sqrt(variance) / abs(bottom.estimate),
        statistic=math.nan,
        p_value=math.nan,
        conf_low=low,
        conf_high=high,
        conf_level=conf_level,
        outcome=numerator,
        unit="share",
        estimand=f"mean of {numerator} per mean of {denominator}",
        method="ratio of means, Fieller",
    )


def _ends(
    top: float, bottom: float, *, covariance: tuple[float, float, float], t2: float
) -> tuple[float, float]:
    """The ends of Fieller's set; missing where it is unbounded."""
    v_a, v_ab, v_b = covariance
    a, b, c = bottom**2 - t2 * v_b, top * bottom - t2 * v_ab, top**2 - t2 * v_a
    if a <= 0:
        return math.nan, math.nan
    root = math.sqrt(max(b * b - a * c, 0.0))
    return (b - root) / a, (b + root) / a
