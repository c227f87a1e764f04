"""Bootstrap intervals of any statistic: percentile, basic, normal and bias-corrected accelerated (BCa)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from asn_research.errors import InputError, NoVariationError, TooFewClustersError, TooFewObservationsError
from asn_research.measures.distribution import normal_cdf, normal_ppf
from asn_research.models.argument import check_columns, check_level, read_column
from asn_research.models.result import Estimate, Fit

Array = NDArray[np.float64]
Rows = NDArray[np.intp]
Statistic = Callable[[Array], float]


def resample(
    data: pd.DataFrame,
    *,
    columns: Sequence[str],
    statistic: Statistic,
    draws: int = 9999,
    seed: int = 0,
    strata: str | None = None,
    clusters: str | None = None,
    conf_level: float = 0.95,
) -> Fit:
    r"""Bootstrap a statistic that has no ready interval, such as a median gain or a ratio.

    Parameters
    ----------
    data : DataFrame
        One row per observation; rows with a missing value in a used column are left out.
    columns : sequence of str
        Numeric columns handed to ``statistic``, in this order.
    statistic : callable
        From an array (rows × columns) to one finite number; must not depend on the order of rows.
    draws : int, default 9999
        Bootstrap draws, at least 100.
    seed : int, default 0
        Seed; the result depends on it and on the values, never on the order of rows or on labels.
    strata : str, optional
        Column of groups whose sizes stay fixed.
    clusters : str, optional
        Column of clusters that are drawn whole, at least six; not together with ``strata``.
    conf_level : float, default 0.95
        Level of the intervals.

    Returns
    -------
    Fit
        Terms ``percentile``, ``bca``, ``basic`` and ``normal``: the same estimate with each interval. BCa is
        the one to report. ``statistics``: ``bias``, ``std_error``, ``bias_correction`` (z0),
        ``acceleration`` and ``jackknife_std_error`` (leaving out one row, or one cluster), ``draws``.

    Raises
    ------
    InputError
        Unknown columns, too few draws, both ``strata`` and ``clusters``, or a statistic that is not finite.
    TooFewObservationsError
        Fewer than three complete rows, or a stratum with one.
    TooFewClustersError
        Fewer than six clusters.
    NoVariationError
        The statistic is the same in every draw.

    Notes
    -----
    :math:`a = \sum l_i^3 / (6 (\sum l_i^2)^{3/2})` with jackknife influences
    :math:`l_i = \bar\theta_{(\cdot)} - \hat\theta_{(i)}`; limits are the quantiles at
    :math:`\Phi(z_0 + (z_0 + z) / (1 - a (z_0 + z)))`.

    References
    ----------
    Efron (1987), doi:10.1080/01621459.1987.10478410; Efron & Tibshirani (1993), An Introduction to the
    Bootstrap, equations 14.9 to 14.15; Davison & Hinkley (1997), doi:10.1017/CBO9780511802843.

    Examples
    --------
    >>> frame = pd.DataFrame({"gain": [1.0, 4.0, 2.0, 8.0, 5.0, 3.0, 7.0, 2.0]})
    >>> fit = resample(frame, columns=["gain"], statistic=lambda x: float(x.mean()), draws=999)
    >>> fit["bca"].estimate
    4.0
    """
    check_level(conf_level)
    if draws < 100:
        raise InputError(f"a bootstrap interval needs at least 100 draws, found {draws}.")
    if strata is not None and clusters is not None:
        raise InputError("draw within strata or whole clusters, not both.")
    values, groups = _read(data, columns, strata or clusters)
    parts: list[Rows] = [np.flatnonzero(groups == label) for label in range(int(groups.max()) + 1)]
    units: list[Rows] = parts if clusters is not None else list(np.arange(len(values))[:, None])
    if clusters is not None and len(units) < 6:
        raise TooFewClustersError(f"a bootstrap of clusters needs at least 6, found {len(units)}.")
    if strata is not None and min(map(len, parts)) < 2:
        raise TooFewObservationsError("every stratum needs at least two rows.")
    theta = _evaluate(statistic, values)
    chance = np.random.default_rng(seed)
    drawn = np.array(
        [
            _evaluate(statistic, values[_draw(chance, units, None if strata is None else parts)])
            for _ in range(draws)
        ]
    )
    left_out = np.array([_evaluate(statistic, np.delete(values, unit, axis=0)) for unit in units])
    n_clusters = len(units) if clusters is not None else None
    return _summarise(theta, np.sort(drawn), left_out, conf_level, len(values), n_clusters)


def _read(data: pd.DataFrame, columns: Sequence[str], group: str | None) -> tuple[Array, Array]:
    """Values (n × k) and group numbers (n) in an order that follows from the values alone."""
    check_columns(data, [*columns, *([group] if group else [])])
    values = np.column_stack([read_column(data, name) for name in columns])
    kept = ~np.isnan(values).any(axis=1)
    if group:
        kept &= data[group].notna().to_numpy()
    values = values[kept]
    if len(values) < 3:
        raise TooFewObservationsError(f"a bootstrap needs 3 complete rows, found {len(values)}.")
    if group is None:
        return values[np.lexsort(values.T[::-1])], np.zeros(len(values))
    labels = data[group].to_numpy()[kept]
    members = [values[labels == label] for label in pd.unique(labels)]
    members = [part[np.lexsort(part.T[::-1])] for part in members]
    members.sort(key=lambda part: (len(part), part.tobytes()))
    numbers = np.repeat(np.arange(len(members)), [len(part) for part in members])
    return np.concatenate(members), numbers.astype(float)


def _draw(chance: np.random.Generator, units: list[Rows], strata: list[Rows] | None) -> Rows:
    if strata is not None:
        return np.concatenate([part[chance.integers(0, len(part), len(part))] for part in strata])
    chosen = chance.integers(0, len(units), len(units))
    if all(len(unit) == 1 for unit in units):
        return chosen
    return np.concatenate([units[i] for i in chosen])


def _evaluate(statistic: Statistic, values: Array) -> float:
    value = float(statistic(values))
    if not math.isfinite(value):
        raise InputError(f"the statistic is {value!r} in a sample of {len(values)} rows; it must be finite.")
    return value


def _summarise(
    theta: float, drawn: Array, left_out: Array, conf_level: float, n: int, n_clusters: int | None
) -> Fit:
    if drawn[0] == drawn[-1]:
        raise NoVariationError("the statistic is the same in every draw.")
    # Draws equal to the estimate count half, so that a discrete statistic is not called biased.
    tolerance = 1e-12 * max(abs(theta), float(drawn[-1] - drawn[0]))
    below = float((drawn < theta - tolerance).mean() + (np.abs(drawn - theta) <= tolerance).mean() / 2)
    z0 = float(normal_ppf(min(max(below, 0.5 / len(drawn)), 1 - 0.5 / len(drawn))))
    influence = left_out.mean() - left_out
    spread = float((influence**2).sum())
    acceleration = float((influence**3).sum() / (6 * spread**1.5)) if spread > 0 else 0.0
    tails = np.array([(1 - conf_level) / 2, (1 + conf_level) / 2])
    z = normal_ppf(tails)
    adjusted = normal_cdf(z0 + (z0 + z) / (1 - acceleration * (z0 + z)))
    low, high = _quantile(drawn, tails)
    error, bias = float(drawn.std(ddof=1)), float(drawn.mean()) - theta
    intervals = {
        "percentile": (low, high),
        "bca": _quantile(drawn, adjusted),
        "basic": (2 * theta - high, 2 * theta - low),
        "normal": (theta - bias + float(z[0]) * error, theta - bias + float(z[1]) * error),
    }
    estimates = tuple(
        Estimate(
            term=name, estimate=theta, std_error=error, conf_low=limits[0], conf_high=limits[1],
            conf_level=conf_level, n_obs=n, n_clusters=n_clusters, estimand="statistic",
            method=f"bootstrap, {name}, {len(drawn)} draws",
        )
        for name, limits in intervals.items()
    )  # fmt: skip
    units = len(left_out)
    statistics = {
        "bias": bias, "std_error": error, "bias_correction": z0, "acceleration": acceleration,
        "jackknife_std_error": math.sqrt((units - 1) / units * spread), "draws": float(len(drawn)),
    }  # fmt: skip
    return Fit(estimates=estimates, vcov=np.full((4, 4), error**2), statistics=statistics)


def _quantile(drawn: Array, probabilities: Array) -> tuple[float, float]:
    """Quantiles at (R + 1) p, interpolated (Davison & Hinkley 1997, section 5.2.2)."""
    low, high = np.quantile(drawn, probabilities, method="weibull")
    return float(low), float(high)
