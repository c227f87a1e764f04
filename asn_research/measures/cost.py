"""What a training cost, and what a unit of its effect cost, with the uncertainty of the ratio."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from asn_research.errors import InputError, NoVariationError, TooFewObservationsError
from asn_research.measures.distribution import normal_cdf, normal_ppf, normal_sf
from asn_research.measures.input import Array, check_level, read_values
from asn_research.models.result import Estimate

QUADRANTS = ("north_east", "south_east_dominant", "north_west_dominated", "south_west")


@dataclass(frozen=True, slots=True, kw_only=True)
class Increment:
    """Differences between a programme and its comparison, with the covariance of the two means.

    ``effect`` and ``cost`` are programme minus comparison; ``covariance`` is that of the two differences.
    """

    n_treated: int
    n_control: int
    effect: float
    cost: float
    effect_std_error: float
    cost_std_error: float
    covariance: float

    @property
    def icer(self) -> float:
        """Extra cost of one extra unit of effect; infinite where the effects are equal."""
        return self.cost / self.effect if self.effect != 0 else math.copysign(math.inf, self.cost)

    @property
    def position(self) -> str:
        """Quadrant of the cost-effectiveness plane; a ratio means something in the first and last only."""
        return QUADRANTS[(0 if self.effect >= 0 else 2) + (0 if self.cost > 0 else 1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class RatioSet:
    """Fieller's confidence set of a ratio.

    ``kind`` is ``interval`` (from ``low`` to ``high``), ``complement`` (everything below ``low`` or above
    ``high``: the effect could be zero) or ``line`` (every number; the limits are infinite).
    """

    kind: str
    low: float
    high: float
    conf_level: float

    @property
    def bounded(self) -> bool:
        return self.kind == "interval"


def measure_increment(
    data: pd.DataFrame, *, effect: str, cost: str, arm: str, treated: object = 1
) -> Increment:
    """Difference in mean effect and mean cost between two arms.

    Parameters
    ----------
    data : DataFrame
        One row per person with effect, cost and arm; incomplete rows are left out.
    effect, cost : str
        Numeric columns, one unit each.
    arm : str
        Column with exactly two values.
    treated : object, default 1
        The value of ``arm`` that stands for the programme.

    Returns
    -------
    Increment
        Variances are not pooled between the arms.

    Raises
    ------
    InputError
        Unknown columns, or not two arms one of which is ``treated``.
    TooFewObservationsError
        Fewer than two people in an arm.

    References
    ----------
    O'Brien & Briggs (2002), doi:10.1191/0962280202sm305ra.

    Examples
    --------
    >>> frame = pd.DataFrame({"gain": [1, 2, 4, 5], "cost": [1, 3, 6, 8], "arm": [0, 0, 1, 1]})
    >>> round(measure_increment(frame, effect="gain", cost="cost", arm="arm").icer, 3)
    1.667
    """
    one, two = _split(data, effect, cost, arm, treated)
    spread = [np.cov(part, rowvar=False) / len(part) for part in (one, two)]
    total = spread[0] + spread[1]
    difference = one.mean(axis=0) - two.mean(axis=0)
    return Increment(
        n_treated=len(one),
        n_control=len(two),
        effect=float(difference[0]),
        cost=float(difference[1]),
        effect_std_error=math.sqrt(total[0, 0]),
        cost_std_error=math.sqrt(total[1, 1]),
        covariance=float(total[0, 1]),
    )


def _split(data: pd.DataFrame, effect: str, cost: str, arm: str, treated: object) -> tuple[Array, Array]:
    values = read_values(data, [effect, cost])
    if arm not in data.columns:
        raise InputError(f"the data have no column {arm!r}; they have {list(data.columns)}.")
    kept = values.notna().all(axis=1) & data[arm].notna()
    found = list(pd.unique(data.loc[kept, arm]))
    if len(found) != 2 or treated not in found:
        raise InputError(f"{arm!r} must hold two values, one of them {treated!r}; found {found[:5]}.")
    first = data[arm] == treated
    parts = [values[kept & first].to_numpy(), values[kept & ~first].to_numpy()]
    if min(map(len, parts)) < 2:
        raise TooFewObservationsError(f"each arm needs 2 people, found {[len(part) for part in parts]}.")
    one, two = (part[np.lexsort(part.T[::-1])] for part in parts)
    return one, two


def estimate_fieller(increment: Increment, *, conf_level: float = 0.95) -> RatioSet:
    r"""Fieller's confidence set of the cost of one unit of effect.

    Where the effect could be zero the set has no finite limits: say so instead of printing an interval.

    Notes
    -----
    The set of R with :math:`(\Delta C - R \Delta E)^2 \le z^2 (v_C - 2 R c + R^2 v_E)`.

    References
    ----------
    Fieller (1954), J. R. Statist. Soc. B 16:175-185.

    Examples
    --------
    >>> sure = Increment(n_treated=50, n_control=50, effect=2.0, cost=10.0, effect_std_error=0.2,
    ...                  cost_std_error=1.0, covariance=0.0)
    >>> estimate_fieller(sure).bounded
    True
    """
    check_level(conf_level)
    z2 = float(normal_ppf((1 + conf_level) / 2)) ** 2
    a = increment.effect**2 - z2 * increment.effect_std_error**2
    b = increment.effect * increment.cost - z2 * increment.covariance
    c = increment.cost**2 - z2 * increment.cost_std_error**2
    discriminant = b**2 - a * c
    if a == 0 or discriminant < 0:
        return RatioSet(kind="line", low=-math.inf, high=math.inf, conf_level=conf_level)
    roots = sorted((b + sign * math.sqrt(discriminant)) / a for sign in (-1, 1))
    kind = "interval" if a > 0 else "complement"
    return RatioSet(kind=kind, low=roots[0], high=roots[1], conf_level=conf_level)


def estimate_net_benefit(increment: Increment, *, threshold: float, conf_level: float = 0.95) -> Estimate:
    r"""Net benefit at a price of one unit of effect: :math:`\lambda \Delta E - \Delta C`.

    Parameters
    ----------
    increment : Increment
        From :func:`measure_increment`.
    threshold : float
        What one unit of effect is worth, in the unit of cost, 0 or more.
    conf_level : float, default 0.95
        Level of the normal interval.

    Returns
    -------
    Estimate
        Its normal ``statistic`` gives the acceptability, see :func:`estimate_acceptability`.

    References
    ----------
    Stinnett & Mullahy (1998), doi:10.1177/0272989X98018002S09.

    Examples
    --------
    >>> sure = Increment(n_treated=50, n_control=50, effect=2.0, cost=10.0, effect_std_error=0.2,
    ...                  cost_std_error=1.0, covariance=0.0)
    >>> estimate_net_benefit(sure, threshold=6.0).estimate
    2.0
    """
    check_level(conf_level)
    if not (threshold >= 0 and math.isfinite(threshold)):
        raise InputError(f"the threshold must be 0 or more, found {threshold!r}.")
    value = threshold * increment.effect - increment.cost
    variance = (
        threshold**2 * increment.effect_std_error**2
        + increment.cost_std_error**2
        - 2 * threshold * increment.covariance
    )
    if variance <= 0:
        raise NoVariationError("costs and effects do not vary: the net benefit has no uncertainty.")
    error = math.sqrt(variance)
    half = float(normal_ppf((1 + conf_level) / 2)) * error
    return Estimate(
        term="net_benefit", estimate=value, std_error=error, statistic=value / error, df=math.inf,
        p_value=float(2 * normal_sf(abs(value / error))), conf_low=value - half, conf_high=value + half,
        conf_level=conf_level, n_obs=increment.n_treated + increment.n_control, unit="cost",
        estimand="incremental_net_benefit", method=f"normal, threshold {threshold:g}",
    )  # fmt: skip


def estimate_acceptability(increment: Increment, *, threshold: float) -> float:
    """Probability that the programme is worth its cost at this threshold, by the normal approximation.

    Examples
    --------
    >>> even = Increment(n_treated=50, n_control=50, effect=2.0, cost=10.0, effect_std_error=0.2,
    ...                  cost_std_error=1.0, covariance=0.0)
    >>> estimate_acceptability(even, threshold=5.0)
    0.5
    """
    return float(normal_cdf(estimate_net_benefit(increment, threshold=threshold).statistic))


@dataclass(frozen=True, slots=True, kw_only=True)
class CostPlane:
    """Bootstrap draws on the cost-effectiveness plane: ``effects`` and ``costs`` of each draw."""

    effects: Array
    costs: Array

    def quadrants(self) -> dict[str, float]:
        """Share of draws in each quadrant; effect to the east, cost to the north."""
        east, north = self.effects > 0, self.costs > 0
        masks = (east & north, east & ~north, ~east & north, ~east & ~north)
        return {name: float(mask.mean()) for name, mask in zip(QUADRANTS, masks, strict=True)}

    def acceptability(self, thresholds: Sequence[float]) -> pd.DataFrame:
        """Acceptability curve: share of draws with a positive net benefit at each threshold."""
        shares = [float((value * self.effects - self.costs > 0).mean()) for value in thresholds]
        return pd.DataFrame({"threshold": list(thresholds), "acceptability": shares})

    def interval(self, part: str, *, conf_level: float = 0.95) -> tuple[float, float]:
        """Percentile interval of ``"effects"``, ``"costs"`` or ``"ratios"``.

        The interval of the ratios means something only where nearly all draws lie in one quadrant.
        """
        check_level(conf_level)
        if part not in ("effects", "costs", "ratios"):
            raise InputError(f"part must be effects, costs or ratios, found {part!r}.")
        draws = self.costs / self.effects if part == "ratios" else getattr(self, part)
        low, high = np.quantile(draws, [(1 - conf_level) / 2, (1 + conf_level) / 2])
        return float(low), float(high)


def resample_increment(
    data: pd.DataFrame,
    *,
    effect: str,
    cost: str,
    arm: str,
    treated: object = 1,
    draws: int = 10_000,
    seed: int = 0,
) -> CostPlane:
    """Bootstrap the two differences, drawing people within each arm.

    Parameters
    ----------
    data, effect, cost, arm, treated
        As in :func:`measure_increment`.
    draws : int, default 10000
        Bootstrap draws, at least 100.
    seed : int, default 0
        Seed; the order of rows does not matter.

    Examples
    --------
    >>> frame = pd.DataFrame({"gain": [1, 2, 4, 5], "cost": [1, 3, 6, 8], "arm": [0, 0, 1, 1]})
    >>> plane = resample_increment(frame, effect="gain", cost="cost", arm="arm", draws=200)
    >>> plane.quadrants()["north_east"]
    1.0
    """
    if draws < 100:
        raise InputError(f"a bootstrap needs at least 100 draws, found {draws}.")
    chance = np.random.default_rng(seed)
    means = []
    for part in _split(data, effect, cost, arm, treated):
        rows = [part[chance.integers(0, len(part), len(part))].mean(axis=0) for _ in range(draws)]
        means.append(np.array(rows))
    difference = means[0] - means[1]
    return CostPlane(effects=difference[:, 0], costs=difference[:, 1])


def estimate_cost_per_effect(effect: Estimate, *, cost_per_person: float, step: float = 0.1) -> Estimate:
    """What it costs to move one person by ``step`` in the unit of the effect, the unit cost being known.

    Parameters
    ----------
    effect : Estimate
        Effect per person, e.g. ``g_av`` in standard deviations.
    cost_per_person : float
        In rupiah, above 0.
    step : float, default 0.1
        Size of the improvement that is priced.

    Returns
    -------
    Estimate
        The interval inverts that of the effect. Where that includes zero, or the effect is not positive,
        the upper limit is infinite: no price is high enough to be excluded.

    Raises
    ------
    InputError
        A cost or a step that is not above 0.
    NoVariationError
        An effect of zero or below: nothing was bought.

    Examples
    --------
    >>> found = Estimate(term="g_av", estimate=0.5, conf_low=0.25, conf_high=1.0)
    >>> estimate_cost_per_effect(found, cost_per_person=2_000_000.0).estimate
    400000.0
    """
    if not (cost_per_person > 0 and step > 0):
        raise InputError(f"cost and step must be above 0, found {cost_per_person!r} and {step!r}.")
    if not effect.estimate > 0:
        raise NoVariationError(f"the effect is {effect.estimate!r}: a cost per unit of it has no meaning.")
    price = cost_per_person * step
    return Estimate(
        term="cost_per_effect", estimate=price / effect.estimate,
        conf_low=price / effect.conf_high if effect.conf_high > 0 else math.nan,
        conf_high=price / effect.conf_low if effect.conf_low > 0 else math.inf,
        conf_level=effect.conf_level, n_obs=effect.n_obs, n_clusters=effect.n_clusters,
        outcome=effect.outcome, unit="idr", estimand="cost_per_effect",
        method=f"known cost, inverted interval, step {step:g} {effect.unit}".rstrip(),
    )  # fmt: skip
