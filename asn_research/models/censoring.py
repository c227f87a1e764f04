"""Weights that let those who stayed stand for those who left."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pandas as pd

from asn_research.errors import HighLeverageWarning, InputError
from asn_research.models.argument import Vector, check_choice, read_binary, read_design
from asn_research.models.propensity import LINKS, fit_binary

_HEAVY = 0.1


def estimate_retention_weights(
    data: pd.DataFrame,
    *,
    formula: str,
    stabilise: str | None = None,
    link: str = "logit",
    largest: float | None = None,
) -> pd.DataFrame:
    r"""Inverse-probability-of-censoring weights: how many people each observed person stands for.

    Use them when follow-up scores are missing for reasons that what was measured before can explain;
    they do nothing against reasons that were not measured (see the bounds for those). Weight the outcome
    model of the observed with them.

    Parameters
    ----------
    data : DataFrame
        Everyone who should have been observed.
    formula : str
        ``"observed ~ pre + method"`` with a 0/1 (or true/false) column on the left.
    stabilise : str, optional
        Right side of the numerator model, e.g. ``"method"`` or ``"1"``; weights then average about 1.
    link : {"logit", "probit"}
    largest : float, optional
        Weights above this value are set to it (state it in the report).

    Returns
    -------
    DataFrame
        With the index of ``data``: ``probability`` of being observed and ``weight`` (0 for those not
        observed, missing where a covariate is missing).

    Raises
    ------
    NoOverlapError
        A combination of covariates is never observed.
    NoVariationError
        All or none are observed.
    InputError
        The left side is not 0/1, or ``largest`` is below 1.

    Warns
    -----
    HighLeverageWarning
        One person carries more than a tenth of the weight.

    References
    ----------
    Robins, Rotnitzky & Zhao (1995), doi:10.1080/01621459.1995.10476493; Seaman & White (2013),
    doi:10.1177/0962280210395740.

    Examples
    --------
    >>> people = pd.DataFrame({"pre": [50.0, 52, 58, 61, 66, 70], "observed": [1, 0, 1, 0, 1, 1]})
    >>> weights = estimate_retention_weights(people, formula="observed ~ pre")["weight"]
    >>> round(float(weights.sum()))
    6
    """
    check_choice("link", link, LINKS)
    if largest is not None and not largest >= 1:
        raise InputError(f"largest must be at least 1, found {largest!r}.")
    name = formula.partition("~")[0].strip()
    values = read_binary(data, name)
    frame = data.reset_index(drop=True).assign(**{name: values})
    design = read_design(frame, formula=formula)
    p = fit_binary(design.y, _scaled(design.x), link=link).probability
    numerator = np.ones(len(p))
    if stabilise is not None:
        above = read_design(frame.iloc[design.rows].reset_index(drop=True), formula=f"{name} ~ {stabilise}")
        if len(above.rows) < len(p):
            raise InputError("the columns of stabilise must be complete where those of the formula are.")
        numerator = fit_binary(above.y, _scaled(above.x), link=link).probability
    weight = np.where(design.y == 1, numerator / p, 0.0)
    if largest is not None:
        weight = np.minimum(weight, largest)
    _warn_heavy(weight)
    out = pd.DataFrame({"probability": math.nan, "weight": math.nan}, index=data.index)
    out.iloc[design.rows, 0] = p
    out.iloc[design.rows, 1] = weight
    return out


def _scaled(x: Vector) -> Vector:
    """Orthonormal columns: probabilities do not change, and the search does not see the units."""
    return np.linalg.qr(x)[0] * math.sqrt(len(x))


def _warn_heavy(weight: Vector) -> None:
    share = float(weight.max() / weight.sum())
    if share > _HEAVY and np.count_nonzero(weight) >= 1 / _HEAVY:
        text = f"one person carries {share:.0%} of the weight; few of those who left have a counterpart."
        warnings.warn(text, HighLeverageWarning, stacklevel=3)
