"""Appraisal predicates (SKP) from result and behaviour: ordinal, counted and never averaged."""

from __future__ import annotations

import math

import pandas as pd

from asn_research.contract.rule import Rule
from asn_research.errors import InputError, TooFewObservationsError
from asn_research.measures.distribution import normal_ppf
from asn_research.measures.input import check_level
from asn_research.models.result import Estimate


def measure_predicate(
    data: pd.DataFrame, *, rule: Rule, result: str = "result", behaviour: str = "behaviour"
) -> pd.Series:
    """Predicate of each appraisal by the matrix of the rule, as an ordered category.

    Parameters
    ----------
    data : DataFrame
        One row per person and year; both ratings are ``below``, ``meets`` or ``above`` the expectation.
    rule : Rule
        ``read_rule("skp", on=...)``.
    result, behaviour : str
        Columns of the two ratings; where one is missing the predicate is missing.

    Returns
    -------
    Series
        Ordered from the lowest to the highest predicate. It has no mean: use :func:`measure_share_at_least`.

    Raises
    ------
    InputError
        Unknown columns or ratings.

    References
    ----------
    PermenPAN-RB 6/2022.

    Examples
    --------
    >>> import datetime
    >>> from asn_research.contract.rule import read_rule
    >>> rated = pd.DataFrame({"result": ["above", "below"], "behaviour": ["above", "meets"]})
    >>> measure_predicate(rated, rule=read_rule("skp", on=datetime.date(2025, 1, 1))).tolist()
    ['very_good', 'needs_improvement']
    """
    absent = [name for name in (result, behaviour) if name not in data.columns]
    if absent:
        raise InputError(f"the data have no column {absent}; they have {list(data.columns)}.")
    matrix = {(row, column): code for row, cells in rule["matrix"].items() for column, code in cells.items()}
    ratings = sorted({row for row, _ in matrix})
    for name in (result, behaviour):
        strange = sorted(map(str, set(data[name].dropna()) - set(ratings)))
        if strange:
            raise InputError(f"{name!r} must hold {', '.join(ratings)}; found {strange[:5]}.")
    pairs = zip(data[result], data[behaviour], strict=True)
    order = [str(predicate["code"]) for predicate in rule["predicates"]]
    values = [matrix.get(pair) for pair in pairs]
    return pd.Series(
        pd.Categorical(values, categories=order, ordered=True), index=data.index, name="predicate"
    )


def count_predicates(predicates: pd.Series) -> pd.DataFrame:
    """How many appraisals have each predicate, from the lowest to the highest, empty ones included.

    Examples
    --------
    >>> kinds = pd.CategoricalDtype(["good", "very_good"], ordered=True)
    >>> count_predicates(pd.Series(["good", "good"], dtype=kinds))["count"].tolist()
    [2, 0]
    """
    _check_ordered(predicates)
    counts = predicates.value_counts(sort=False).reindex(predicates.cat.categories)
    total = int(counts.sum())
    frame = counts.rename_axis("predicate").rename("count").reset_index()
    frame["share"] = frame["count"] / total if total else math.nan
    return frame


def measure_share_at_least(
    predicates: pd.Series, *, predicate: str = "good", conf_level: float = 0.95
) -> Estimate:
    """Share of appraisals with this predicate or a higher one, with Wilson's interval.

    Parameters
    ----------
    predicates : Series
        Ordered category, as :func:`measure_predicate` returns it; missing ones are left out.
    predicate : str, default "good"
        The lowest predicate that counts.
    conf_level : float, default 0.95
        Level of the interval.

    Raises
    ------
    InputError
        The predicates are not an ordered category, or do not know ``predicate``.
    TooFewObservationsError
        No appraisal.

    References
    ----------
    Wilson (1927), doi:10.1080/01621459.1927.10502953.

    Examples
    --------
    >>> kinds = pd.CategoricalDtype(["poor", "good", "very_good"], ordered=True)
    >>> rated = pd.Series(["poor", "good", "good", "very_good"], dtype=kinds)
    >>> measure_share_at_least(rated).estimate
    0.75
    """
    check_level(conf_level)
    _check_ordered(predicates)
    order = list(predicates.cat.categories)
    if predicate not in order:
        raise InputError(f"there is no predicate {predicate!r}; known are {order}.")
    codes = predicates.cat.codes[predicates.notna()]
    n = len(codes)
    if n == 0:
        raise TooFewObservationsError("there is no appraisal with both ratings.")
    share = float((codes >= order.index(predicate)).mean())
    z = float(normal_ppf((1 + conf_level) / 2))
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return Estimate(
        term=f"at_least_{predicate}", estimate=share, std_error=math.sqrt(share * (1 - share) / n),
        conf_low=0.0 if share == 0 else middle - half, conf_high=1.0 if share == 1 else middle + half,
        conf_level=conf_level, n_obs=n, outcome="predicate", unit="share", estimand="share_at_least",
        method="Wilson",
    )  # fmt: skip


def _check_ordered(predicates: pd.Series) -> None:
    if not (isinstance(predicates.dtype, pd.CategoricalDtype) and predicates.dtype.ordered):
        raise InputError("predicates must be an ordered category, as measure_predicate returns it.")
