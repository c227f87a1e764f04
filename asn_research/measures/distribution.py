"""Tails and quantiles of the normal, t, F and chi-squared distributions.

They are the functions of :mod:`scipy.special` that :mod:`scipy.stats` calls behind its distributions, without
the checks of its arguments: a hundredth of the time for one number, and nothing of that package to load.
``cdf`` is the lower tail, ``sf`` the upper tail, ``ppf`` and ``isf`` their inverses.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy import special


def normal_pdf(x: Any) -> Any:
    """Density of the standard normal."""
    return np.exp(-(x**2) / 2.0) / math.sqrt(2.0 * math.pi)


def normal_cdf(x: Any) -> Any:
    """Lower tail of the standard normal."""
    return special.ndtr(x)


def normal_sf(x: Any) -> Any:
    """Upper tail of the standard normal."""
    return special.ndtr(-x)


def normal_ppf(p: Any) -> Any:
    """Quantile of the standard normal with lower tail ``p``.

    Examples
    --------
    >>> round(float(normal_ppf(0.975)), 4)
    1.96
    """
    return special.ndtri(p)


def normal_isf(p: Any) -> Any:
    """Quantile of the standard normal with upper tail ``p``."""
    return -special.ndtri(p)


def t_sf(x: Any, df: Any) -> Any:
    """Upper tail of Student's t; infinite ``df`` is the normal."""
    return special.stdtr(df, -x)


def t_ppf(p: Any, df: Any) -> Any:
    """Quantile of Student's t with lower tail ``p``.

    Examples
    --------
    >>> round(float(t_ppf(0.975, 10)), 4)
    2.2281
    """
    return special.stdtrit(df, p)


def t_isf(p: Any, df: Any) -> Any:
    """Quantile of Student's t with upper tail ``p``."""
    return -special.stdtrit(df, p)


def noncentral_t_cdf(x: Any, df: Any, noncentrality: Any) -> Any:
    """Lower tail of the noncentral t."""
    return special.nctdtr(df, noncentrality, x)


def noncentral_t_sf(x: float, df: float, noncentrality: float) -> float:
    """Upper tail of the noncentral t: by symmetry the lower tail of its mirror image.

    Where that fails to converge (a noncentrality far beyond ``x``), the slower way of scipy.stats.
    """
    found = float(special.nctdtr(df, -noncentrality, -x))
    if not math.isnan(found):
        return found
    from scipy import stats

    return float(stats.nct.sf(x, df, noncentrality))


def f_sf(x: Any, df_num: Any, df_denom: Any) -> Any:
    """Upper tail of the F distribution; 1 below zero."""
    return special.fdtrc(df_num, df_denom, np.maximum(x, 0.0))


def f_ppf(p: Any, df_num: Any, df_denom: Any) -> Any:
    """Quantile of the F distribution with lower tail ``p``."""
    return special.fdtri(df_num, df_denom, p)


def chi2_sf(x: Any, df: Any) -> Any:
    """Upper tail of the chi-squared distribution; 1 below zero."""
    return special.chdtrc(df, np.maximum(x, 0.0))


def chi2_ppf(p: Any, df: Any) -> Any:
    """Quantile of the chi-squared distribution with lower tail ``p``."""
    return 2.0 * special.gammaincinv(df / 2.0, p)
