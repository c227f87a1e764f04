"""Several questions at once: adjusted p-values that keep the error of the whole family."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from asn_research.errors import InputError, NoVariationError
from asn_research.models.argument import check_choice

Vector = NDArray[np.float64]
METHODS = (
    "holm", "bonferroni", "hochberg", "hommel", "BH", "BY", "sidak", "holm_sidak", "none",
)  # fmt: skip


def adjust_p_values(p_values: pd.Series | ArrayLike, *, method: str = "holm") -> pd.Series:
    r"""Adjusted p-values of a family of tests; compare them with the level directly.

    Use ``"holm"`` for the outcomes declared in the plan (it holds under any dependence), ``"BH"`` for
    exploration, where a share of false discoveries is tolerable.

    Parameters
    ----------
    p_values : Series or array
        One p-value per test, each between 0 and 1, none missing: the size of the family must be known.
    method : {"holm", "bonferroni", "hochberg", "hommel", "BH", "BY", "sidak", "holm_sidak", "none"}
        Family-wise error: Holm and Bonferroni under any dependence; Hochberg, Hommel, Šidák under positive
        dependence or independence. False discovery rate: BH, and BY under any dependence.

    Returns
    -------
    Series
        In the order and with the index of the input; between 0 and 1, never below the raw value.

    Raises
    ------
    InputError
        An empty family, a missing value, a value outside [0, 1], or an unknown method.

    References
    ----------
    Holm (1979), Scand. J. Statist. 6:65-70; Hochberg (1988), doi:10.1093/biomet/75.4.800; Hommel (1988),
    doi:10.1093/biomet/75.2.383; Benjamini & Hochberg (1995), doi:10.1111/j.2517-6161.1995.tb02031.x;
    Benjamini & Yekutieli (2001), doi:10.1214/aos/1013699998; Šidák (1967),
    doi:10.1080/01621459.1967.10482935.

    Examples
    --------
    >>> adjust_p_values([0.01, 0.04, 0.03], method="holm").tolist()
    [0.03, 0.06, 0.06]
    """
    check_choice("method", method, METHODS)
    index = p_values.index if isinstance(p_values, pd.Series) else None
    p = np.asarray(p_values, dtype=float)
    if p.ndim != 1 or not len(p):
        raise InputError(f"p_values must be a list of at least one number, found shape {p.shape}.")
    bad = ~((p >= 0) & (p <= 1))
    if bad.any():
        raise InputError(f"p-values must lie between 0 and 1; {int(bad.sum())} of {len(p)} do not.")
    order = np.argsort(p, kind="stable")
    adjusted = np.empty_like(p)
    adjusted[order] = np.clip(_ADJUST[method](p[order]), p[order], 1.0)
    return pd.Series(adjusted, index=index, name=f"p_{method}")


def _step_down(p: Vector) -> Vector:
    return np.asarray(np.maximum.accumulate(p * np.arange(len(p), 0, -1)))


def _step_up(p: Vector, factors: Vector) -> Vector:
    return np.asarray(np.minimum.accumulate((p * factors)[::-1])[::-1])


def _holm_sidak(p: Vector) -> Vector:
    return np.asarray(np.maximum.accumulate(-np.expm1(np.arange(len(p), 0, -1) * _log1m(p))))


def _sidak(p: Vector) -> Vector:
    return np.asarray(-np.expm1(len(p) * _log1m(p)))


def _log1m(p: Vector) -> Vector:
    return np.asarray(np.log1p(-np.minimum(p, 1 - 1e-16)))


def _bh(p: Vector) -> Vector:
    return _step_up(p, len(p) / np.arange(1, len(p) + 1))


def _by(p: Vector) -> Vector:
    return _step_up(p, len(p) / np.arange(1, len(p) + 1) * float((1 / np.arange(1, len(p) + 1)).sum()))


def _hommel(p: Vector) -> Vector:
    """Smallest level at which Hommel's closed test rejects: the largest Simes bound over nested subsets.

    For each subset size m, the Simes p-value of the m largest p-values bounds those among them; the others
    are bounded by min(m p, that Simes value); the adjusted value is the maximum over m.
    """
    n = len(p)
    adjusted = np.array(p)
    for m in range(2, n + 1):
        tail = p[n - m :]
        simes = float((m * tail / np.arange(1, m + 1)).min())
        bound = np.minimum(m * p, simes)
        bound[n - m :] = simes
        adjusted = np.maximum(adjusted, bound)
    return adjusted


_ADJUST: dict[str, Callable[[Vector], Vector]] = {
    "none": lambda p: p,
    "bonferroni": lambda p: p * len(p),
    "holm": _step_down,
    "hochberg": lambda p: _step_up(p, np.arange(len(p), 0, -1).astype(float)),
    "hommel": _hommel,
    "BH": _bh,
    "BY": _by,
    "sidak": _sidak,
    "holm_sidak": _holm_sidak,
}


def adjust_romano_wolf(statistics: pd.Series | ArrayLike, *, draws: ArrayLike) -> pd.Series:
    r"""Stepdown p-values of Romano and Wolf, which use how the tests depend on each other.

    Sharper than Holm where outcomes are correlated, as several competencies of the same people are.

    Parameters
    ----------
    statistics : Series or array
        Absolute or signed t statistic of each of k tests.
    draws : array (b × k)
        The same statistics in b draws in which every null hypothesis holds: centred bootstrap
        (:math:`t^* = (\hat\theta^* - \hat\theta) / se^*`) or permutations, all tests from the same draw.

    Returns
    -------
    Series
        Two-sided adjusted p-values, :math:`(1 + \#\{max \ge |t|\}) / (b + 1)`, monotone along the steps.

    Raises
    ------
    InputError
        Shapes that do not fit, or values that are not finite.
    NoVariationError
        A test whose draws are all equal.

    References
    ----------
    Romano & Wolf (2005), doi:10.1198/016214504000000539; Romano & Wolf (2016),
    doi:10.1016/j.spl.2016.02.012, algorithm 3.1.

    Examples
    --------
    >>> chance = np.random.default_rng(3).normal(size=(999, 2))
    >>> bool((adjust_romano_wolf([4.0, 0.1], draws=chance) < 0.05).iloc[0])
    True
    """
    index = statistics.index if isinstance(statistics, pd.Series) else None
    observed = np.abs(np.asarray(statistics, dtype=float))
    null = np.abs(np.asarray(draws, dtype=float))
    if observed.ndim != 1 or not len(observed) or null.ndim != 2 or null.shape[1] != len(observed):
        raise InputError(f"{observed.shape} statistics need draws of shape (b, k), found {null.shape}.")
    if not len(null) or not (np.isfinite(observed).all() and np.isfinite(null).all()):
        raise InputError("statistics and draws must be finite, and there must be at least one draw.")
    if len(null) > 1 and (np.ptp(null, axis=0) == 0).any():
        raise NoVariationError("the draws of a test are all equal.")
    order = np.argsort(-observed, kind="stable")
    largest = np.maximum.accumulate(null[:, order[::-1]], axis=1)[:, ::-1]
    counts = (largest >= observed[order]).sum(axis=0)
    adjusted = np.empty_like(observed)
    adjusted[order] = np.maximum.accumulate((1 + counts) / (len(null) + 1))
    return pd.Series(adjusted, index=index, name="p_romano_wolf")
