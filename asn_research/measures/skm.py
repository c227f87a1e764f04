"""Citizen satisfaction index (SKM/IKM) by the dated rule, with the uncertainty the rule leaves out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from asn_research.contract.rule import Rule
from asn_research.errors import InputError, TooFewObservationsError
from asn_research.measures.input import Array, check_choice, check_level, read_values
from asn_research.models.result import Estimate

WEIGHTS = ("exact", "3", "2")


@dataclass(frozen=True, slots=True, kw_only=True)
class SkmIndex:
    """Index of one unit or service.

    ``estimate`` holds the index (25 to 100) with its standard error over respondents and its bootstrap
    interval; ``letter`` the class of the rounded index; ``elements`` the mean of each element (NRR);
    ``lowest`` the element with the lowest mean (the first in the alphabet where several tie);
    ``class_probabilities`` the share of bootstrap draws in each class; ``rounded`` the index that an office
    gets with the printed weight of two decimals, and ``rounded_letter`` its class. ``n_incomplete`` counts
    respondents who left out an element: their other answers are used.
    """

    estimate: Estimate
    letter: str
    elements: pd.Series
    lowest: str
    class_probabilities: dict[str, float]
    rounded: float
    rounded_letter: str
    n_incomplete: int

    @property
    def class_differs(self) -> bool:
        """Whether the office's rounded weight puts the unit into another class."""
        return self.letter != self.rounded_letter


@dataclass(frozen=True, eq=False)
class SkmAnswers:
    """Answers of one survey as numbers: one row per respondent, one column per element, NaN where missing.

    What several indices of the same respondents share is computed once: pass the same object to
    :func:`estimate_skm` and :func:`estimate_skm_change`.
    """

    elements: tuple[str, ...]
    values: Array
    rule: Rule
    _drawn: dict[tuple[int, int], Array] = field(default_factory=dict, init=False, repr=False)

    def __len__(self) -> int:
        return len(self.values)

    def of_respondents(self, rows: NDArray[np.bool_]) -> SkmAnswers:
        """The answers of some respondents."""
        return SkmAnswers(self.elements, self.values[rows], self.rule)

    def of_element(self, name: str) -> SkmAnswers:
        """The answers about one element."""
        place = self.elements.index(name)
        return SkmAnswers((name,), self.values[:, place : place + 1], self.rule)

    @cached_property
    def known(self) -> Array:
        """The respondents who answered anything.

        Raises
        ------
        InputError
            An answer lies outside the scale.
        TooFewObservationsError
            Fewer than two respondents, or an element nobody answered.
        """
        missing = np.isnan(self.values)
        values, missing = self.values[~missing.all(axis=1)], missing[~missing.all(axis=1)]
        low, high = self.rule["scale_minimum"], self.rule["scale_maximum"]
        outside = (values < low) | (values > high)
        if outside.any():
            named = [self.elements[j] for j in np.flatnonzero(outside.any(axis=0))]
            raise InputError(f"{int(outside.sum())} answers lie outside {low} to {high}: {named}.")
        if len(values) < 2:
            message = f"an index with an interval needs 2 respondents, found {len(values)}."
            raise TooFewObservationsError(message)
        if empty := [self.elements[j] for j in np.flatnonzero(missing.all(axis=0))]:
            raise TooFewObservationsError(f"nobody answered {empty}: the index is not defined.")
        return values

    @cached_property
    def means(self) -> Array:
        """The mean of each element over those who answered it."""
        return np.asarray(np.nanmean(self.known, axis=0), dtype=float)

    @cached_property
    def spread(self) -> float:
        """Linearised standard error of the sum of the means; exact for complete answers."""
        values, n = self.known, len(self.known)
        counts = (~np.isnan(values)).sum(axis=0)
        influence = np.nansum((values - self.means) / counts, axis=1)
        return math.sqrt(n / (n - 1) * float((influence**2).sum()))

    def draw(self, draws: int, seed: int) -> Array:
        """Bootstrap sums of the means, over the distinct answer patterns: the order of rows is irrelevant."""
        if (draws, seed) not in self._drawn:
            self._drawn[draws, seed] = _draw_sums(self.known, self.means, draws, seed)
        return self._drawn[draws, seed]


def element_weight(n_elements: int, *, rounding: str = "exact") -> float:
    """Weight of an element: one over their number, exact or as printed with three or two decimals.

    Examples
    --------
    >>> element_weight(9, rounding="2")
    0.11
    """
    check_choice("rounding", rounding, WEIGHTS)
    if n_elements < 1:
        raise InputError(f"an index needs at least one element, found {n_elements}.")
    return 1 / n_elements if rounding == "exact" else round(1 / n_elements, int(rounding))


def classify_skm(index: float, *, rule: Rule) -> str:
    """Letter of an index: rounded half up to the decimals of the rule, then compared with the lower bounds.

    The rule leaves gaps (88.30 | 88.31); rounding first leaves none.

    Parameters
    ----------
    index : float
        Between the lowest bound of the rule and 100.
    rule : Rule
        ``read_rule("skm", on=...)``.

    Raises
    ------
    InputError
        An index outside the classes.

    Examples
    --------
    >>> import datetime
    >>> from asn_research.contract.rule import read_rule
    >>> classify_skm(88.305, rule=read_rule("skm", on=datetime.date(2025, 1, 1)))
    'A'
    """
    rounded = _round(index, int(rule["rounding_decimals"]))
    highest = float(rule["scale_maximum"]) * float(rule["index_factor"])
    bounds = sorted(((float(c["minimum"]), str(c["letter"])) for c in rule["classes"]), reverse=True)
    for minimum, letter in bounds:
        if minimum <= rounded <= highest:
            return letter
    raise InputError(f"an index of {index!r} lies outside the classes, {bounds[-1][0]} to {highest}.")


def _round(value: float, decimals: int) -> float:
    if not math.isfinite(value):
        raise InputError(f"an index must be a number, found {value!r}.")
    return float(Decimal(repr(round(float(value), 9))).quantize(Decimal(10) ** -decimals, ROUND_HALF_UP))


def measure_skm(
    data: pd.DataFrame,
    *,
    elements: Sequence[str],
    rule: Rule,
    weight_rounding: str = "exact",
    draws: int = 2000,
    seed: int = 0,
    conf_level: float = 0.95,
) -> SkmIndex:
    r"""Satisfaction index (IKM) of the respondents of one unit, service or wave.

    Parameters
    ----------
    data : DataFrame
        One row per respondent.
    elements : sequence of str
        Columns of the elements, chosen by name and never by position; answers from 1 to 4. Nine by the
        rule; another number is weighted by one over that number.
    rule : Rule
        ``read_rule("skm", on=...)``.
    weight_rounding : {"exact", "3", "2"}
        1/9, or 0.111, or 0.11 to reproduce an office's figure (whose maximum is then 99.9 or 99).
    draws : int, default 2000
        Bootstrap draws of respondents, at least 100.
    seed : int, default 0
        Seed of the draws; the order of rows does not matter.
    conf_level : float, default 0.95
        Level of the percentile interval.

    Returns
    -------
    SkmIndex
        See there.

    Raises
    ------
    InputError
        Answers outside the scale, unknown columns, or too few draws.
    TooFewObservationsError
        Fewer than two respondents, or an element nobody answered.

    Notes
    -----
    :math:`IKM = 25 \sum_j w\, \bar x_j` with :math:`w = 1/9`.

    References
    ----------
    PermenPAN-RB 14/2017, Lampiran, chapter III.

    Examples
    --------
    >>> import datetime
    >>> from asn_research.contract.rule import read_rule
    >>> answers = pd.DataFrame({f"u{i}": [3, 4, 3, 4] for i in range(1, 10)})
    >>> rule = read_rule("skm", on=datetime.date(2025, 1, 1))
    >>> index = measure_skm(answers, elements=list(answers), rule=rule)
    >>> round(index.estimate.estimate, 2), index.letter
    (87.5, 'B')
    """
    return estimate_skm(
        read_answers(data, elements=elements, rule=rule),
        weight_rounding=weight_rounding, draws=draws, seed=seed, conf_level=conf_level,
    )  # fmt: skip


def read_answers(data: pd.DataFrame, *, elements: Sequence[str], rule: Rule) -> SkmAnswers:
    """The answers in some columns, for :func:`estimate_skm` and :func:`estimate_skm_change`.

    Raises
    ------
    InputError
        Unknown or repeated columns, or what is no finite number.
    """
    return SkmAnswers(tuple(elements), read_values(data, list(elements)).to_numpy(), rule)


def estimate_skm(
    answers: SkmAnswers,
    *,
    weight_rounding: str = "exact",
    draws: int = 2000,
    seed: int = 0,
    conf_level: float = 0.95,
) -> SkmIndex:
    """The index of answers that have been read; everything else as in :func:`measure_skm`."""
    _check_interval(draws, conf_level)
    values, rule, total = answers.known, answers.rule, float(answers.means.sum())
    k = len(answers.elements)
    factor = float(rule["index_factor"]) * element_weight(k, rounding=weight_rounding)
    rounded = float(rule["index_factor"]) * element_weight(k, rounding="2") * total
    index = factor * total
    drawn = factor * answers.draw(draws, seed)
    low, high = np.quantile(drawn, [(1 - conf_level) / 2, (1 + conf_level) / 2])
    lowest_bound = min(float(c["minimum"]) for c in rule["classes"])
    estimate = Estimate(
        term="ikm", estimate=index, std_error=factor * answers.spread, conf_low=float(low),
        conf_high=float(high), conf_level=conf_level, n_obs=len(values), unit="index", outcome="ikm",
        estimand="satisfaction_index", method=f"weight {weight_rounding}, percentile bootstrap",
    )  # fmt: skip
    means = pd.Series(answers.means, index=list(answers.elements), name="nrr")
    return SkmIndex(
        estimate=estimate,
        letter=classify_skm(max(index, lowest_bound), rule=rule),
        elements=means,
        lowest=min(zip(answers.means.tolist(), answers.elements, strict=True))[1],
        class_probabilities=_class_shares(drawn, rule),
        rounded=rounded,
        rounded_letter=classify_skm(max(rounded, lowest_bound), rule=rule),
        n_incomplete=int(np.isnan(values).any(axis=1).sum()),
    )


def measure_skm_change(
    before: pd.DataFrame,
    after: pd.DataFrame,
    *,
    elements: Sequence[str],
    rule: Rule,
    draws: int = 2000,
    seed: int = 0,
    conf_level: float = 0.95,
) -> Estimate:
    """Change of the index between two surveys with different respondents, exact weights.

    Parameters
    ----------
    before, after : DataFrame
        One row per respondent, as in :func:`measure_skm`.
    elements, rule, draws, seed, conf_level
        As in :func:`measure_skm`; the two surveys are drawn independently.

    Returns
    -------
    Estimate
        Index points (the index runs from 25 to 100), percentile interval.

    Raises
    ------
    InputError, TooFewObservationsError
        As in :func:`measure_skm`.

    Examples
    --------
    >>> import datetime
    >>> from asn_research.contract.rule import read_rule
    >>> rule = read_rule("skm", on=datetime.date(2025, 1, 1))
    >>> one, two = pd.DataFrame({"u1": [2, 3, 3]}), pd.DataFrame({"u1": [3, 4, 3]})
    >>> round(measure_skm_change(one, two, elements=["u1"], rule=rule).estimate, 2)
    16.67
    """
    first, second = (read_answers(side, elements=elements, rule=rule) for side in (before, after))
    return estimate_skm_change(first, second, draws=draws, seed=seed, conf_level=conf_level)


def estimate_skm_change(
    before: SkmAnswers,
    after: SkmAnswers,
    *,
    draws: int = 2000,
    seed: int = 0,
    conf_level: float = 0.95,
) -> Estimate:
    """The change between answers that have been read; everything else as in :func:`measure_skm_change`."""
    _check_interval(draws, conf_level)
    factor = float(before.rule["index_factor"]) * element_weight(len(before.elements))
    first, second = before.known, after.known
    drawn = factor * after.draw(draws, seed + 1) - factor * before.draw(draws, seed)
    low, high = np.quantile(drawn, [(1 - conf_level) / 2, (1 + conf_level) / 2])
    return Estimate(
        term="ikm_change", estimate=factor * float(after.means.sum() - before.means.sum()),
        std_error=math.hypot(factor * before.spread, factor * after.spread),
        conf_low=float(low), conf_high=float(high), conf_level=conf_level, n_obs=len(first) + len(second),
        unit="index", outcome="ikm", estimand="change of the satisfaction index",
        method="weight exact, percentile bootstrap",
    )  # fmt: skip


def _check_interval(draws: int, conf_level: float) -> None:
    check_level(conf_level)
    if draws < 100:
        raise InputError(f"an interval needs at least 100 draws, found {draws}.")


def _class_shares(drawn: Array, rule: Rule) -> dict[str, float]:
    """Share of draws in each class, rounded half up as :func:`classify_skm` rounds."""
    scale = 10 ** int(rule["rounding_decimals"])
    rounded = np.floor(drawn * scale + 0.5 + 5e-10 * scale)
    bounds = sorted((round(float(c["minimum"]) * scale), str(c["letter"])) for c in rule["classes"])
    place = np.searchsorted([bound for bound, _ in bounds], rounded, side="right")
    counts = np.bincount(np.maximum(place, 1), minlength=len(bounds) + 1)[1:]
    shares = {letter: float(count / len(drawn)) for (_, letter), count in zip(bounds, counts, strict=True)}
    return {str(c["letter"]): shares[str(c["letter"])] for c in rule["classes"]}


def _draw_sums(values: Array, means: Array, draws: int, seed: int) -> Array:
    """Sums of the means of all elements in samples of respondents drawn with replacement."""
    filled = np.where(np.isnan(values), 0.0, values)
    patterns, counts = np.unique(filled, axis=0, return_counts=True)
    chance = np.random.default_rng(seed)
    weights = chance.multinomial(len(values), counts / len(values), size=draws).astype(float)
    totals = weights @ patterns
    if not np.isnan(values).any():  # everybody drawn answered everything
        return np.asarray((totals / len(values)).sum(axis=1), dtype=float)
    answered = weights @ (patterns > 0)
    # An element that no drawn respondent answered keeps its mean over the sample.
    drawn = np.divide(totals, answered, out=np.broadcast_to(means, totals.shape).copy(), where=answered > 0)
    return np.asarray(drawn.sum(axis=1), dtype=float)


def required_respondents(population: int, *, margin: float = 0.05, share: float = 0.5) -> int:
    r"""Respondents that the guideline's table (Krejcie and Morgan) asks for.

    Parameters
    ----------
    population : int
        People served, at least 1.
    margin : float, default 0.05
        Margin of error of a share.
    share : float, default 0.5
        Share assumed in the population.

    Notes
    -----
    :math:`s = \chi^2 N P (1 - P) / (d^2 (N - 1) + \chi^2 P (1 - P))` with :math:`\chi^2 = 3.841`.

    References
    ----------
    Krejcie & Morgan (1970), doi:10.1177/001316447003000308.

    Examples
    --------
    >>> required_respondents(1000)
    278
    """
    if population < 1 or not 0 < margin < 1 or not 0 < share < 1:
        raise InputError("population must be at least 1; margin and share must lie between 0 and 1.")
    chi2 = 3.841
    size = chi2 * population * share * (1 - share)
    return math.floor(size / (margin**2 * (population - 1) + chi2 * share * (1 - share)) + 0.5)
