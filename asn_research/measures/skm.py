"""Citizen satisfaction index (SKM/IKM) by the dated rule, with the uncertainty the rule leaves out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pandas as pd

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
    check_level(conf_level)
    if draws < 100:
        raise InputError(f"an interval needs at least 100 draws, found {draws}.")
    answers = _read_answers(data, elements, rule)
    values, n, k = answers.to_numpy(), len(answers), len(elements)
    means = answers.mean()
    factor = float(rule["index_factor"]) * element_weight(k, rounding=weight_rounding)
    rounded = float(rule["index_factor"]) * element_weight(k, rounding="2") * float(means.sum())
    index = factor * float(means.sum())
    drawn = _draw_indices(values, factor, draws, seed)
    low, high = np.quantile(drawn, [(1 - conf_level) / 2, (1 + conf_level) / 2])
    lowest_bound = min(float(c["minimum"]) for c in rule["classes"])
    estimate = Estimate(
        term="ikm", estimate=index, std_error=_standard_error(values, factor), conf_low=float(low),
        conf_high=float(high), conf_level=conf_level, n_obs=n, unit="index", outcome="ikm",
        estimand="satisfaction_index", method=f"weight {weight_rounding}, percentile bootstrap",
    )  # fmt: skip
    named = sorted((float(mean), str(name)) for name, mean in means.items())
    return SkmIndex(
        estimate=estimate,
        letter=classify_skm(max(index, lowest_bound), rule=rule),
        elements=means.rename("nrr"),
        lowest=named[0][1],
        class_probabilities=_class_shares(drawn, rule),
        rounded=rounded,
        rounded_letter=classify_skm(max(rounded, lowest_bound), rule=rule),
        n_incomplete=int(answers.isna().any(axis=1).sum()),
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
    check_level(conf_level)
    if draws < 100:
        raise InputError(f"an interval needs at least 100 draws, found {draws}.")
    factor = float(rule["index_factor"]) * element_weight(len(elements))
    first, second = (_read_answers(side, elements, rule).to_numpy() for side in (before, after))
    drawn = _draw_indices(second, factor, draws, seed + 1) - _draw_indices(first, factor, draws, seed)
    low, high = np.quantile(drawn, [(1 - conf_level) / 2, (1 + conf_level) / 2])
    change = factor * float(np.nanmean(second, axis=0).sum() - np.nanmean(first, axis=0).sum())
    return Estimate(
        term="ikm_change", estimate=change,
        std_error=math.hypot(_standard_error(first, factor), _standard_error(second, factor)),
        conf_low=float(low), conf_high=float(high), conf_level=conf_level, n_obs=len(first) + len(second),
        unit="index", outcome="ikm", estimand="change of the satisfaction index",
        method="weight exact, percentile bootstrap",
    )  # fmt: skip


def _read_answers(data: pd.DataFrame, elements: Sequence[str], rule: Rule) -> pd.DataFrame:
    answers = read_values(data, list(elements)).dropna(how="all")
    outside = (answers < rule["scale_minimum"]) | (answers > rule["scale_maximum"])
    if outside.to_numpy().any():
        raise InputError(
            f"{int(outside.to_numpy().sum())} answers lie outside {rule['scale_minimum']} to "
            f"{rule['scale_maximum']}: {[name for name in elements if outside[name].any()]}."
        )
    if len(answers) < 2:
        raise TooFewObservationsError(f"an index with an interval needs 2 respondents, found {len(answers)}.")
    empty = [name for name in elements if answers[name].isna().all()]
    if empty:
        raise TooFewObservationsError(f"nobody answered {empty}: the index is not defined.")
    return answers


def _class_shares(drawn: Array, rule: Rule) -> dict[str, float]:
    """Share of draws in each class, rounded half up as :func:`classify_skm` rounds."""
    scale = 10 ** int(rule["rounding_decimals"])
    rounded = np.floor(drawn * scale + 0.5 + 5e-10 * scale)
    bounds = sorted((round(float(c["minimum"]) * scale), str(c["letter"])) for c in rule["classes"])
    place = np.searchsorted([bound for bound, _ in bounds], rounded, side="right")
    counts = np.bincount(np.maximum(place, 1), minlength=len(bounds) + 1)[1:]
    shares = {letter: float(count / len(drawn)) for (_, letter), count in zip(bounds, counts, strict=True)}
    return {str(c["letter"]): shares[str(c["letter"])] for c in rule["classes"]}


def _standard_error(values: Array, factor: float) -> float:
    """Linearised standard error; with complete answers that of the mean of the respondents' own indices."""
    n = len(values)
    counts = (~np.isnan(values)).sum(axis=0)
    influence = np.nansum((values - np.nanmean(values, axis=0)) / counts, axis=1)
    return factor * math.sqrt(n / (n - 1) * float((influence**2).sum()))


def _draw_indices(values: Array, factor: float, draws: int, seed: int) -> Array:
    """Bootstrap over the distinct answer patterns, which makes the order of respondents irrelevant."""
    filled = np.where(np.isnan(values), 0.0, values)
    patterns, counts = np.unique(filled, axis=0, return_counts=True)
    chance = np.random.default_rng(seed)
    weights = chance.multinomial(len(values), counts / len(values), size=draws).astype(float)
    totals = weights @ patterns
    if not np.isnan(values).any():  # everybody drawn answered everything
        return np.asarray(factor * (totals / len(values)).sum(axis=1), dtype=float)
    answered = weights @ (patterns > 0)
    # An element that no drawn respondent answered keeps its mean over the sample.
    means = np.divide(totals, answered, out=np.broadcast_to(np.nanmean(values, axis=0), totals.shape).copy(),
                      where=answered > 0)  # fmt: skip
    return np.asarray(factor * means.sum(axis=1), dtype=float)


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
