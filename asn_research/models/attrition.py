"""Did as many leave one group as the other, and did the same people leave?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from asn_research.errors import InputError, TooFewObservationsError
from asn_research.measures.attrition import measure_attrition_bound
from asn_research.models.argument import check_level, read_binary, read_column, read_design
from asn_research.models.propensity import fit_binary
from asn_research.models.result import Fit
from asn_research.models.wald import Label, wald_estimates


@dataclass(frozen=True, slots=True, kw_only=True)
class AttritionVerdict:
    """Attrition of two assigned groups against the boundary of the What Works Clearinghouse.

    Shares run from 0 to 1. ``level`` is ``low`` (within the cautious boundary), ``moderate`` (within the
    optimistic boundary only: low where the programme cannot itself make people leave) or ``high``.
    ``fisher_p_value`` and ``chi2_p_value`` (Pearson, without continuity correction) test equal attrition.
    """

    lost_share_treated: float
    lost_share_control: float
    overall_share: float
    difference: float
    cautious_bound: float
    optimistic_bound: float
    level: str
    fisher_p_value: float
    chi2_p_value: float
    n_treated: int
    n_control: int
    n_observed: int


def check_attrition(data: pd.DataFrame, *, observed: str, treatment: str) -> AttritionVerdict:
    """Judge overall and differential attrition of two groups that were assigned.

    For one group there is nothing to compare: report its match rate instead.

    Parameters
    ----------
    data : DataFrame
        Everyone assigned, observed at follow-up or not.
    observed : str
        Column that is 1 (true) where the outcome was observed, 0 (false) where not.
    treatment : str
        0/1 column.

    Returns
    -------
    AttritionVerdict

    Raises
    ------
    InputError
        Columns missing, not 0/1, or with missing values.
    NoVariationError
        One group only.

    References
    ----------
    What Works Clearinghouse, Standards Handbook, attrition standard; boundary as in
    :func:`asn_research.measures.attrition.measure_attrition_bound`.

    Examples
    --------
    >>> people = pd.DataFrame({"won": [1] * 50 + [0] * 50, "seen": [1] * 42 + [0] * 8 + [1] * 40 + [0] * 10})
    >>> check_attrition(people, observed="seen", treatment="won").level
    'low'
    """
    from scipy import stats

    t = read_binary(data, treatment)
    seen = _read_observed(data, observed)
    if np.isnan(t).any():
        raise InputError(f"column {treatment!r} must not have missing values.")
    counts = np.array([[((t == arm) & (seen == value)).sum() for value in (1, 0)] for arm in (1, 0)])
    lost = [float(row[1] / row.sum()) for row in counts]
    overall = float(counts[:, 1].sum() / len(t))
    difference = abs(lost[0] - lost[1])
    bounds = [measure_attrition_bound(overall, cautious=cautious) for cautious in (True, False)]
    some_lost = 0 < overall < 1
    return AttritionVerdict(
        lost_share_treated=lost[0],
        lost_share_control=lost[1],
        overall_share=overall,
        difference=difference,
        cautious_bound=bounds[0],
        optimistic_bound=bounds[1],
        level=_level(overall, difference, bounds[0], bounds[1]),
        fisher_p_value=float(stats.fisher_exact(counts)[1]),
        chi2_p_value=float(stats.chi2_contingency(counts, correction=False)[1]) if some_lost else 1.0,
        n_treated=int(counts[0].sum()),
        n_control=int(counts[1].sum()),
        n_observed=int(counts[:, 0].sum()),
    )


def fit_attrition(data: pd.DataFrame, *, formula: str, conf_level: float = 0.95) -> Fit:
    """Who leaves: logistic regression of being lost (or observed) on what was known before.

    Parameters
    ----------
    data : DataFrame
        Everyone who should have been observed.
    formula : str
        ``"lost ~ pre + treated"`` with a 0/1 (or true/false) column on its left.
    conf_level : float, default 0.95

    Returns
    -------
    Fit
        Log odds ratios with maximum likelihood standard errors.

    Raises
    ------
    InputError
        The left side is not 0/1, or the formula cannot be read.
    NoVariationError
        All or none are lost.
    NoOverlapError
        A combination of covariates is always, or never, lost.
    TooFewObservationsError
        Not more people than coefficients.

    Examples
    --------
    >>> people = pd.DataFrame({"pre": [50.0, 52, 58, 61, 66, 70], "lost": [1, 0, 1, 1, 0, 0]})
    >>> round(fit_attrition(people, formula="lost ~ pre")["pre"].estimate, 2)
    -0.14
    """
    check_level(conf_level)
    name = formula.partition("~")[0].strip()
    lost = read_binary(data, name)
    design = read_design(data.assign(**{name: lost}), formula=formula)
    n, k = design.x.shape
    if n <= k:
        raise TooFewObservationsError(f"{formula!r} needs more than {k} complete rows, found {n}.")
    q, r = np.linalg.qr(design.x)
    p = fit_binary(design.y, q * np.sqrt(n))
    inverse = np.linalg.inv(r)
    information = q.T @ ((p.probability * (1 - p.probability))[:, None] * q)
    vcov = inverse @ np.linalg.inv(information) @ inverse.T
    label = Label(
        n_obs=n,
        conf_level=conf_level,
        outcome=name,
        unit="log odds",
        estimand="log odds ratio",
        method="logistic regression",
        vcov_type="model",
    )
    beta = inverse @ p.gamma * np.sqrt(n)
    return Fit(estimates=wald_estimates(design.names, beta, vcov, df=np.inf, label=label), vcov=vcov)


def _read_observed(data: pd.DataFrame, observed: str) -> NDArray[np.bool_]:
    values = read_column(data, observed)
    if not np.isin(values, (0.0, 1.0)).all():
        raise InputError(f"column {observed!r} must hold 0 and 1 only, without missing values.")
    return np.asarray(values == 1)


def _level(overall: float, difference: float, cautious: float, optimistic: float) -> str:
    if overall == 0 or (difference <= cautious and cautious > 0):
        return "low"
    return "moderate" if difference <= optimistic and optimistic > 0 else "high"
