"""What a design can detect: power, smallest detectable effect and sample size."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from scipy import optimize

from asn_research.errors import ConvergenceError, InputError, TooFewClustersError, TooFewObservationsError
from asn_research.measures.distribution import noncentral_t_sf, t_isf, t_ppf
from asn_research.models.argument import check_choice
from asn_research.models.result import Estimate

KINDS = ("paired", "two_group", "clustered")
ALTERNATIVES = ("two_sided", "greater", "less")


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyDesign:
    r"""A design whose power is asked for; effects are in standard deviations of the score.

    Parameters
    ----------
    kind : {"paired", "two_group", "clustered"}
        The same people before and after; two groups with the score before as covariate (ANCOVA); whole
        batches or units assigned to one of two groups, with the score before as covariate.
    n : int
        People in all (measured twice).
    correlation : float, default 0
        Between the score before and after, in (-1, 1).
    treated_share : float, default 0.5
        Share of people (clustered: of clusters) in the trained group.
    clusters : int, optional
        Number of clusters of a clustered design, at least 3.
    icc : float, default 0
        Share of the variance that lies between clusters, 0 to 1.
    size_variation : float, default 0
        Coefficient of variation of the cluster sizes.

    Notes
    -----
    Standard error in standard deviations of the score: paired
    :math:`\sqrt{2 (1 - r) / n}`, df n - 1; two groups :math:`\sqrt{(1 - r^2) / (n p (1 - p))}`, df n - 3;
    clustered the same times :math:`\sqrt{1 + ((1 + cv^2) m - 1) icc}` with m = n / clusters, df clusters - 2.

    References
    ----------
    Borm, Fransen & Lemmens (2007), doi:10.1016/j.jclinepi.2007.02.006; Eldridge, Ashby & Kerry (2006),
    doi:10.1093/ije/dyl129.

    Examples
    --------
    >>> round(StudyDesign(kind="paired", n=20, correlation=0.6).std_error, 3)
    0.2
    """

    kind: str
    n: int
    correlation: float = 0.0
    treated_share: float = 0.5
    clusters: int | None = None
    icc: float = 0.0
    size_variation: float = 0.0

    def __post_init__(self) -> None:
        check_choice("kind", self.kind, KINDS)
        if not -1 < self.correlation < 1:
            raise InputError(
                f"the correlation must lie strictly between -1 and 1, found {self.correlation!r}."
            )
        if not 0 < self.treated_share < 1:
            raise InputError(
                f"treated_share must lie strictly between 0 and 1, found {self.treated_share!r}."
            )
        if not (0 <= self.icc <= 1 and self.size_variation >= 0):
            raise InputError("the icc must lie between 0 and 1, and size_variation must not be negative.")
        if (self.kind == "clustered") != (self.clusters is not None):
            raise InputError("clusters belong to a clustered design, and only to it.")
        if self.clusters is not None and self.clusters < 3:
            raise TooFewClustersError(f"a clustered design needs at least 3 clusters, found {self.clusters}.")
        if self.n < (4 if self.kind != "paired" else 2) or (self.clusters or 0) > self.n:
            raise TooFewObservationsError(f"{self.n} people are too few for this {self.kind} design.")

    @property
    def df(self) -> float:
        if self.clusters is not None:
            return float(self.clusters - 2)
        return float(self.n - 1 if self.kind == "paired" else self.n - 3)

    @property
    def std_error(self) -> float:
        if self.kind == "paired":
            return math.sqrt(2 * (1 - self.correlation) / self.n)
        variance = (1 - self.correlation**2) / (self.n * self.treated_share * (1 - self.treated_share))
        if self.clusters is not None:
            variance *= 1 + ((1 + self.size_variation**2) * self.n / self.clusters - 1) * self.icc
        return math.sqrt(variance)


def estimate_power(design: StudyDesign, *, effect: float, alpha: float = 0.05) -> float:
    """Probability that a two-sided t test finds a true effect of this size.

    Parameters
    ----------
    design : StudyDesign
        The design.
    effect : float
        True effect in standard deviations of the score.
    alpha : float, default 0.05
        Two-sided level.

    Raises
    ------
    InputError
        An effect that is not finite, or a level outside (0, 1).

    Examples
    --------
    >>> design = StudyDesign(kind="two_group", n=60, correlation=0.6)
    >>> round(estimate_power(design, effect=0.6), 2)
    0.81
    """
    if not math.isfinite(effect):
        raise InputError(f"the effect must be a finite number, found {effect!r}.")
    return power_of_t(effect / design.std_error, df=design.df, alpha=alpha)


def estimate_mde(
    design: StudyDesign, *, power: float = 0.80, alpha: float = 0.05, exact: bool = False
) -> Estimate:
    r"""Smallest true effect that the design finds with the wanted probability.

    Print it beside every null result: an effect below it could easily have been missed.

    Parameters
    ----------
    design : StudyDesign
        The design.
    power : float, default 0.80
        Wanted probability, above ``alpha`` and below 1.
    alpha : float, default 0.05
        Two-sided level.
    exact : bool, default False
        Invert the noncentral t instead of using Bloom's multiplier; 1 % larger at 4 degrees of freedom,
        the same from 20 on.

    Returns
    -------
    Estimate
        Term ``mde`` in standard deviations of the score; no interval, as it is not estimated from data.

    Notes
    -----
    Bloom's multiplier: :math:`(t_{1-\alpha/2} + t_{power})` times the standard error.

    References
    ----------
    Bloom (1995), doi:10.1177/0193841X9501900504.

    Examples
    --------
    >>> round(estimate_mde(StudyDesign(kind="paired", n=60, correlation=0.6)).estimate, 2)
    0.33
    """
    _check_alpha(alpha)
    if not alpha < power < 1:
        raise InputError(f"the wanted power must lie between alpha and 1, found {power!r}.")
    if exact:
        ncp = solve_power(lambda x: power_of_t(x, df=design.df, alpha=alpha), power=power, low=0.0, high=10.0)
    else:
        ncp = float(t_isf(alpha / 2, design.df) + t_ppf(power, design.df))
    return Estimate(
        term="mde", estimate=ncp * design.std_error, df=design.df, n_obs=design.n,
        n_clusters=design.clusters, unit="sd", estimand="minimum_detectable_effect",
        method=f"{'noncentral t' if exact else 'Bloom multiplier'}, power {power:g}, level {alpha:g}",
    )  # fmt: skip


def estimate_sample_size(
    design: StudyDesign, *, effect: float, power: float = 0.80, alpha: float = 0.05
) -> int:
    """Fewest people (clustered: clusters, at the cluster size of ``design``) that reach the power.

    Parameters
    ----------
    design : StudyDesign
        Its ``n`` is ignored, except for the cluster size n / clusters.
    effect : float
        True effect in standard deviations of the score, not 0.
    power, alpha : float
        Wanted probability and two-sided level.

    Raises
    ------
    InputError
        An effect of zero or not finite, or a power that does not lie between alpha and 1.
    ConvergenceError
        More than ten million would be needed.

    Examples
    --------
    >>> estimate_sample_size(StudyDesign(kind="paired", n=10, correlation=0.6), effect=0.33)
    60
    """
    if effect == 0:
        raise InputError("no sample size detects an effect of zero.")
    if not alpha < power < 1:
        raise InputError(f"the wanted power must lie between alpha and 1, found {power!r}.")
    size = design.n / design.clusters if design.clusters is not None else 1.0

    def reached(count: int) -> bool:
        if design.clusters is None:
            trial = replace(design, n=count)
        else:
            trial = replace(design, clusters=count, n=max(4, round(count * size)))
        return estimate_power(trial, effect=effect, alpha=alpha) >= power

    low = {"paired": 2, "two_group": 4, "clustered": 3}[design.kind]
    high = low
    while not reached(high):
        low, high = high, high * 2
        if high > 10_000_000:
            raise ConvergenceError(f"an effect of {effect!r} needs more than ten million.")
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if reached(middle) else (middle, high)
    return low if reached(low) else high


def power_of_t(
    noncentrality: float,
    *,
    df: float,
    alpha: float = 0.05,
    alternative: str = "two_sided",
    strict: bool = True,
) -> float:
    """Power of a t test whose statistic has this noncentrality: effect over standard error.

    ``strict`` counts rejections in the wrong direction too (R's pwr does; its power.t.test does not).

    Examples
    --------
    >>> round(power_of_t(0.2 * 60**0.5, df=59, alpha=0.10), 6)
    0.455582
    """
    check_choice("alternative", alternative, ALTERNATIVES)
    _check_alpha(alpha)
    if not df > 0:
        raise InputError(f"a t test needs degrees of freedom above 0, found {df!r}.")
    if alternative == "less":
        noncentrality = -noncentrality
    if alternative != "two_sided":
        return _upper_t(float(t_isf(alpha, df)), df, noncentrality)
    critical = float(t_isf(alpha / 2, df))
    near = _upper_t(critical, df, abs(noncentrality))
    return near + (_upper_t(critical, df, -abs(noncentrality)) if strict else 0.0)


def _upper_t(critical: float, df: float, noncentrality: float) -> float:
    if noncentrality < -8:  # the far tail, where the noncentral t is numerically zero or undefined
        return 0.0
    return noncentral_t_sf(critical, df, noncentrality)


def solve_power(function: Callable[[float], float], *, power: float, low: float, high: float) -> float:
    """The effect, or the number of observations, at which an increasing power function reaches ``power``.

    Parameters
    ----------
    function : callable
        Power as an increasing function of one number.
    power : float
        Wanted power, strictly between 0 and 1.
    low, high : float
        Where to start; ``high`` is doubled until it suffices.

    Raises
    ------
    InputError
        The power is reached below ``low`` already, or lies outside (0, 1).
    ConvergenceError
        The power is not reached.

    Examples
    --------
    >>> needed = lambda n: power_of_t(0.5 * (n / 2) ** 0.5, df=2 * n - 2)
    >>> round(solve_power(needed, power=0.8, low=2, high=100), 4)
    63.7656
    """
    if not 0 < power < 1:
        raise InputError(f"the wanted power must lie strictly between 0 and 1, found {power!r}.")
    if function(low) > power:
        raise InputError(f"the power at {low!r} is {function(low):.3f} already, above the wanted {power!r}.")
    for _ in range(60):
        if function(high) >= power:
            return float(optimize.brentq(lambda x: function(x) - power, low, high, xtol=1e-10, rtol=1e-12))
        high *= 2
    raise ConvergenceError(f"a power of {power!r} is not reached up to {high:g}.")


def _check_alpha(alpha: float) -> None:
    if not 0 < alpha < 1:
        raise InputError(f"the level alpha must lie strictly between 0 and 1, found {alpha!r}.")
