"""Weights for people measured twice, so that they also stand for those who were lost."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special

from asn_research.errors import NoOverlapError, TooFewObservationsError
from asn_research.models.argument import Vector, read_binary, read_column

_CERTAIN = 11.5  # an index beyond which a probability lies within 1e-5 of 0 or 1
_STEPS = 100
_TOLERANCE = 1e-12


def weigh_completion(
    data: pd.DataFrame, *, observed: str, covariate: str, by: str | None = None
) -> pd.Series[float]:
    r"""Inverse probabilities of having been measured again, given the first measurement.

    Use them as weights of a regression on the people measured twice, beside the unweighted one: where the two
    differ, the answer depends on who was lost. Valid when, among people with the same first score, chance
    decided who was lost. An error computed with these weights takes them as known.

    Parameters
    ----------
    data : DataFrame
        Everyone who was measured first.
    observed : str
        0/1 column: measured again or not.
    covariate : str
        The first measurement, a number without gaps.
    by : str, optional
        Column of groups that lose people in their own ways; each has its own model.

    Returns
    -------
    Series
        On the index of ``data``: :math:`1 / \hat p_i` of people measured again, where :math:`\hat p_i` is
        their fitted logistic probability; missing for the others. One where a group lost nobody.

    Raises
    ------
    InputError
        A column is missing, not a number, or ``observed`` not 0/1.
    TooFewObservationsError
        The first measurement has gaps.
    NoOverlapError
        The first measurement separates those who stayed from those who were lost.

    References
    ----------
    Seaman & White (2013), doi:10.1177/0962280210395740.

    Examples
    --------
    >>> people = pd.DataFrame({"pre": [1.0, 1, 1, 1, 2, 2, 2, 2], "seen": [1, 1, 0, 0, 1, 1, 1, 0]})
    >>> weigh_completion(people, observed="seen", covariate="pre").round(3).tolist()
    [2.0, 2.0, nan, nan, 1.333, 1.333, 1.333, nan]
    """
    seen, first = read_binary(data, observed), read_column(data, covariate)
    if np.isnan(first).any() or np.isnan(seen).any():
        raise TooFewObservationsError(f"{covariate} and {observed} must be known for everyone.")
    codes = np.zeros(len(data), dtype=np.intp) if by is None else pd.factorize(data[by])[0]
    weights = np.full(len(data), np.nan)
    for code in np.unique(codes):
        rows = codes == code
        weights[rows] = _inverse(seen[rows], first[rows])
    return pd.Series(np.where(seen == 1.0, weights, np.nan), index=data.index, name="weight")


def _inverse(seen: Vector, first: Vector) -> Vector:
    """Inverse fitted probabilities of one group."""
    if seen.all() or not seen.any():
        return np.ones(len(seen))
    spread = float(np.std(first))
    x = np.ones((len(seen), 1))
    if spread > 0:
        x = np.column_stack([x, (first - first.mean()) / spread])
    index = x @ _logit(seen, x)
    if np.abs(index).max() > _CERTAIN:
        raise NoOverlapError("the first measurement separates those who stayed from those who were lost.")
    return np.asarray(1.0 + np.exp(-index))


def _logit(seen: Vector, x: Vector) -> Vector:
    """Coefficients of a logistic regression by Newton's method (maximum likelihood)."""
    beta = np.zeros(x.shape[1])
    for _ in range(_STEPS):
        p = special.expit(x @ beta)
        score, weight = x.T @ (seen - p), p * (1.0 - p)
        if np.abs(score).max() < _TOLERANCE * len(seen) or np.abs(x @ beta).max() > _CERTAIN:
            break
        beta = beta + np.linalg.solve(x.T @ (weight[:, None] * x), score)
    return beta
