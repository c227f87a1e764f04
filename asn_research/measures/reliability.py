"""How consistently several items, or several raters, measure one thing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from asn_research.errors import InputError, NoVariationError, TooFewObservationsError
from asn_research.measures.distribution import f_ppf
from asn_research.measures.input import Array, check_choice, check_frame, check_level, collect, read_values
from asn_research.models.result import Estimate, Fit


def read_items(
    data: pd.DataFrame,
    *,
    items: Sequence[str] | None = None,
    reverse: Sequence[str] = (),
    scale: tuple[float, float] | None = None,
) -> pd.DataFrame:
    """The items of a scale as numbers, all keyed in the same direction.

    Parameters
    ----------
    data : DataFrame
        One row per person.
    items : sequence of str, optional
        Columns of the scale; all columns by default. At least two.
    reverse : sequence of str
        Items worded the other way round; each becomes ``minimum + maximum - x``.
    scale : tuple of float, optional
        Lowest and highest possible answer; needed to reverse, and checked where given.

    Raises
    ------
    InputError
        Fewer than two items, unknown items, answers outside ``scale``, or ``reverse`` without ``scale``.

    Examples
    --------
    >>> answers = pd.DataFrame({"a": [1.0, 5.0], "b": [5.0, 1.0]})
    >>> read_items(answers, reverse=["b"], scale=(1, 5))["b"].tolist()
    [1.0, 5.0]
    """
    names = list(check_frame(data).columns if items is None else items)
    if len(names) < 2:
        raise InputError(f"a scale needs at least two items, found {names}.")
    unknown = [name for name in reverse if name not in names]
    if unknown:
        raise InputError(f"the items to reverse are not in the scale: {unknown}; its items are {names}.")
    answers = read_values(data, names)
    if scale is not None:
        outside = (answers < scale[0]) | (answers > scale[1])
        if outside.to_numpy().any():
            raise InputError(
                f"{int(outside.to_numpy().sum())} answers lie outside {scale[0]} to {scale[1]}: "
                f"{[name for name in names if outside[name].any()]}."
            )
    if reverse:
        if scale is None:
            raise InputError("reversing items needs scale=(minimum, maximum).")
        answers[list(reverse)] = scale[0] + scale[1] - answers[list(reverse)]
    return answers


def measure_scale(answers: pd.DataFrame, *, minimum_items: int = 1) -> pd.Series:
    """Score of each person: the mean of the items that were answered.

    Parameters
    ----------
    answers : DataFrame
        One row per person, one numeric column per item, as :func:`read_items` returns it.
    minimum_items : int, default 1
        People with fewer answers get no score (NaN).

    Examples
    --------
    >>> measure_scale(pd.DataFrame({"a": [1.0, 4.0], "b": [3.0, None]})).tolist()
    [2.0, 4.0]
    """
    if not 1 <= minimum_items <= answers.shape[1]:
        raise InputError(f"minimum_items must lie between 1 and {answers.shape[1]}, found {minimum_items}.")
    return answers.mean(axis=1).where(answers.notna().sum(axis=1) >= minimum_items).rename("score")


def measure_alpha(
    data: pd.DataFrame,
    *,
    items: Sequence[str] | None = None,
    reverse: Sequence[str] = (),
    scale: tuple[float, float] | None = None,
    missing: str = "listwise",
    conf_level: float = 0.95,
) -> Fit:
    r"""Cronbach's alpha of a scale, with Feldt's interval.

    Parameters
    ----------
    data : DataFrame
        One row per person, one column per item.
    items, reverse, scale
        As in :func:`read_items`.
    missing : {"listwise", "pairwise"}
        People with all items only, or every pair of items with whoever answered both. The interval is
        given for listwise only: pairwise alpha has no sample size.
    conf_level : float, default 0.95
        Level of the interval.

    Returns
    -------
    Fit
        Terms ``alpha`` and ``alpha_standardised``. ``statistics``: ``n_items``, ``n_complete``,
        ``n_incomplete``, ``average_r`` (mean correlation of the items, from the covariance matrix of alpha).

    Raises
    ------
    InputError
        As in :func:`read_items`; unknown ``missing``; pairwise items that are never answered together.
    TooFewObservationsError
        Fewer than three complete people.
    NoVariationError
        An item is constant, or the total score is.

    Notes
    -----
    :math:`\alpha = \frac{k}{k-1} (1 - \sum s_j^2 / s_T^2)`; limits
    :math:`1 - (1 - \alpha) F_{1 \mp \gamma/2}(n-1, (n-1)(k-1))`.

    References
    ----------
    Cronbach (1951), doi:10.1007/BF02310555; Feldt (1965), doi:10.1007/BF02289499.

    Examples
    --------
    >>> answers = pd.DataFrame({"a": [1, 2, 3, 4, 5], "b": [2, 2, 3, 5, 4], "c": [1, 3, 3, 4, 4]})
    >>> round(measure_alpha(answers)["alpha"].estimate, 3)
    0.938
    """
    check_level(conf_level)
    check_choice("missing", missing, ("listwise", "pairwise"))
    answers = read_items(data, items=items, reverse=reverse, scale=scale)
    complete = answers.dropna()
    n, k = complete.shape
    if n < 3:
        raise TooFewObservationsError(f"alpha needs 3 people who answered all {k} items, found {n}.")
    covariance = _covariance(complete if missing == "listwise" else answers)
    deviations = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(deviations, deviations)
    alpha = _alpha(covariance)
    low = high = math.nan
    if missing == "listwise":
        tail, dfs = (1 - conf_level) / 2, (n - 1, (n - 1) * (k - 1))
        low = 1 - (1 - alpha) * float(f_ppf(1 - tail, *dfs))
        high = 1 - (1 - alpha) * float(f_ppf(tail, *dfs))
    first = Estimate(
        term="alpha", estimate=alpha, conf_low=low, conf_high=high, conf_level=conf_level, n_obs=n,
        unit="share", estimand="reliability", method=f"Cronbach alpha, Feldt interval, {missing}",
        df=float(n - 1),
    )  # fmt: skip
    second = replace(
        first, term="alpha_standardised", estimate=_alpha(correlation), conf_low=math.nan,
        conf_high=math.nan, method=f"standardised alpha, {missing}", df=math.nan,
    )  # fmt: skip
    statistics = {
        "n_items": float(k), "n_complete": float(n), "n_incomplete": float(len(answers) - n),
        "average_r": float(correlation[np.triu_indices(k, 1)].mean()),
    }  # fmt: skip
    return collect([first, second], statistics)


def measure_items(
    data: pd.DataFrame,
    *,
    items: Sequence[str] | None = None,
    reverse: Sequence[str] = (),
    scale: tuple[float, float] | None = None,
) -> pd.DataFrame:
    """Which items hold a scale together: one row per item, over the people who answered all of them.

    Parameters
    ----------
    data, items, reverse, scale
        As in :func:`read_items`.

    Returns
    -------
    DataFrame
        ``item``, ``mean``, ``sd``, ``missing_share`` (of all people), ``item_rest_r`` (correlation with the
        sum of the other items), ``alpha_if_dropped`` (missing for a scale of two items).

    Raises
    ------
    TooFewObservationsError
        Fewer than three complete people.
    NoVariationError
        An item, or the sum of the others, is constant.

    Examples
    --------
    >>> answers = pd.DataFrame({"a": [1, 2, 3, 4, 5], "b": [2, 2, 3, 5, 4], "c": [1, 3, 3, 4, 4]})
    >>> measure_items(answers)["alpha_if_dropped"].round(3).tolist()
    [0.877, 0.933, 0.909]
    """
    answers = read_items(data, items=items, reverse=reverse, scale=scale)
    complete = answers.dropna()
    n, k = complete.shape
    if n < 3:
        raise TooFewObservationsError(f"item statistics need 3 people who answered all {k} items, found {n}.")
    covariance = _covariance(complete)
    total = complete.sum(axis=1)
    rows = []
    for j, name in enumerate(complete.columns):
        rest = total - complete[name]
        others = np.delete(np.delete(covariance, j, 0), j, 1)
        if np.ptp(rest.to_numpy()) == 0:
            raise NoVariationError(f"the sum of the items other than {name!r} is constant.")
        rows.append(
            {
                "item": name,
                "mean": float(complete[name].mean()),
                "sd": float(complete[name].std(ddof=1)),
                "missing_share": float(answers[name].isna().mean()),
                "item_rest_r": float(np.corrcoef(complete[name], rest)[0, 1]),
                "alpha_if_dropped": _alpha(others) if k > 2 else math.nan,
            }
        )
    return pd.DataFrame(rows)


def _covariance(answers: pd.DataFrame) -> Array:
    constant = [str(name) for name in answers if np.ptp(answers[name].dropna().to_numpy()) == 0]
    if constant:
        raise NoVariationError(f"the items {constant} are constant over {len(answers)} people.")
    covariance = answers.cov().to_numpy()
    if np.isnan(covariance).any():
        raise InputError("some items were never answered by the same people; use missing='listwise'.")
    return np.asarray(covariance, dtype=float)


def _alpha(covariance: Array) -> float:
    k, total = len(covariance), float(covariance.sum())
    if total <= 1e-12 * float(np.trace(covariance)):
        raise NoVariationError("the total score of the items does not vary.")
    return k / (k - 1) * (1 - float(np.trace(covariance)) / total)


def estimate_disattenuated(
    effect: Estimate, *, reliability: float, other_reliability: float = 1.0
) -> Estimate:
    r"""What an effect in standard deviations, or a correlation, would be without measurement error.

    A sensitivity figure only: print it beside the observed value, never instead of it.

    Parameters
    ----------
    effect : Estimate
        Standardised effect of an unreliable outcome, or a correlation.
    reliability : float
        Reliability of the outcome, above 0 and up to 1, taken as known.
    other_reliability : float, default 1
        Reliability of the other variable of a correlation.

    Returns
    -------
    Estimate
        The effect, its standard error and its interval divided by
        :math:`\sqrt{r_{yy} r_{xx}}`; the test is unchanged.

    Raises
    ------
    InputError
        A reliability outside (0, 1].

    References
    ----------
    Spearman (1904), doi:10.2307/1412159.

    Examples
    --------
    >>> seen = Estimate(term="d_z", estimate=0.4, conf_low=0.2, conf_high=0.6)
    >>> round(estimate_disattenuated(seen, reliability=0.64).estimate, 3)
    0.5
    """
    for value in (reliability, other_reliability):
        if not 0 < value <= 1:
            raise InputError(f"a reliability must lie above 0 and up to 1, found {value!r}.")
    factor = 1 / math.sqrt(reliability * other_reliability)
    return replace(
        effect,
        term=f"{effect.term}_disattenuated",
        estimate=effect.estimate * factor,
        std_error=effect.std_error * factor,
        conf_low=effect.conf_low * factor,
        conf_high=effect.conf_high * factor,
        method=f"{effect.method}, disattenuated".lstrip(", "),
    )
