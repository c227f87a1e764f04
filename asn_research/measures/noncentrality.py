"""The noncentrality of a t statistic: what exact intervals of standardised effects are made of."""

from __future__ import annotations

import math

from scipy import optimize

from asn_research.errors import ConvergenceError, InputError
from asn_research.measures.distribution import noncentral_t_cdf, noncentral_t_sf, normal_ppf
from asn_research.measures.input import check_level


def estimate_noncentrality(statistic: float, *, df: float, conf_level: float = 0.95) -> tuple[float, float]:
    """Exact interval of the noncentrality of a t statistic, by inverting the noncentral t distribution.

    Parameters
    ----------
    statistic : float
        Observed t.
    df : float
        Its degrees of freedom, above 0.
    conf_level : float, default 0.95
        Two-sided level.

    Returns
    -------
    tuple of float
        Lower and upper limit; divide by ``sqrt(n)`` (paired) or ``sqrt(n1 n2 / (n1 + n2))`` for d.

    References
    ----------
    Steiger & Fouladi (1997), Noncentrality interval estimation, in Harlow et al., What if there were no
    significance tests?

    Examples
    --------
    >>> low, high = estimate_noncentrality(4.062127683382037, df=9)
    >>> round(low / 10**0.5, 6), round(high / 10**0.5, 6)
    (0.414628, 2.118017)
    """
    check_level(conf_level)
    if not (math.isfinite(statistic) and df > 0):
        raise InputError(f"the interval needs a finite t and df above 0, found t={statistic!r}, df={df!r}.")
    tail = (1 - conf_level) / 2
    return (_invert_t(statistic, df, 1 - tail), _invert_t(statistic, df, tail))


def _invert_t(statistic: float, df: float, probability: float) -> float:
    """The noncentrality at which P(T <= statistic) equals ``probability``."""

    def distance(noncentrality: float) -> float:
        # Boost evaluates the far tail of a negative statistic badly; reflect it to the right.
        if statistic < 0:
            return noncentral_t_sf(-statistic, df, -noncentrality) - probability
        return float(noncentral_t_cdf(statistic, df, noncentrality)) - probability

    start = statistic - float(normal_ppf(probability)) * math.sqrt(1 + statistic**2 / (2 * df))
    width = 1.0 + abs(start) / 4
    for _ in range(60):
        low, high = distance(start - width), distance(start + width)
        if math.isfinite(low) and math.isfinite(high) and low >= 0 >= high:
            return float(optimize.brentq(distance, start - width, start + width, xtol=1e-11, rtol=1e-13))
        width *= 1.5
    raise ConvergenceError(f"no noncentrality was found for t={statistic!r}, df={df!r}.")
