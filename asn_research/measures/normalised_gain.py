"""Hake's normalised gain: the share of the possible improvement that was reached."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pandas as pd

from asn_research.errors import AsnResearchWarning, InputError, NoVariationError, TooFewObservationsError
from asn_research.measures.distribution import t_ppf, t_sf
from asn_research.measures.input import Array, check_level, collect, read_values
from asn_research.models.result import Estimate, Fit

LOW, HIGH = 0.3, 0.7  # Hake's bands of the normalised gain


def measure_normalised_gain(
    data: pd.DataFrame, *, pre: str, post: str, maximum: float, minimum: float = 0.0, conf_level: float = 0.95
) -> Fit:
    r"""Normalised gain of a class and of its people.

    Offered because users expect it. It depends on the score before, is undefined for a person who starts
    at the maximum, and the mean of individual values is not the class value: never the headline.

    Parameters
    ----------
    data : DataFrame
        One row per person; incomplete pairs are left out and counted.
    pre, post : str
        Columns of the scores before and after, between ``minimum`` and ``maximum``.
    maximum, minimum : float
        Ends of the scale.
    conf_level : float, default 0.95
        Level of the intervals.

    Returns
    -------
    Fit
        Terms ``class_average`` (linearised interval of the ratio of means), ``individual_mean`` and
        ``normalised_change`` (Marx & Cummings: a loss is divided by what could be lost). ``statistics``:
        ``n_pairs``, ``n_incomplete``, ``n_at_maximum`` (individual gain undefined), ``n_change_undefined``
        (at the same end of the scale both times), ``n_losses``, ``sd_individual``, ``sd_change``, and the
        numbers of people below 0.3 (``n_low``), to 0.7 (``n_medium``) and from 0.7 (``n_high``).

    Raises
    ------
    InputError
        Scores outside the scale.
    TooFewObservationsError
        Fewer than two complete pairs, or fewer than two below the maximum before.
    NoVariationError
        Everybody starts at the maximum.

    Warns
    -----
    AsnResearchWarning
        Somebody starts at the maximum; their number is in ``n_at_maximum``.

    Notes
    -----
    :math:`\langle g \rangle = (\overline{post} - \overline{pre}) / (max - \overline{pre})`.

    References
    ----------
    Hake (1998), doi:10.1119/1.18809; Marx & Cummings (2007), doi:10.1119/1.2372468.

    Examples
    --------
    >>> scores = pd.DataFrame({"pre": [40.0, 50.0, 60.0], "post": [70.0, 80.0, 70.0]})
    >>> fit = measure_normalised_gain(scores, pre="pre", post="post", maximum=100)
    >>> round(fit["class_average"].estimate, 3)
    0.467
    """
    check_level(conf_level)
    values = read_values(data, [pre, post])
    pairs = values.dropna()
    before, after = pairs[pre].to_numpy(), pairs[post].to_numpy()
    n = len(pairs)
    if n < 2:
        raise TooFewObservationsError(f"normalised gains need 2 complete pairs, found {n}.")
    outside = (pairs < minimum).any(axis=1) | (pairs > maximum).any(axis=1)
    if not minimum < maximum or outside.any():
        raise InputError(
            f"scores must lie between {minimum} and {maximum}; {int(outside.sum())} of {n} pairs do not."
        )
    full = before == maximum
    if full.all():
        raise NoVariationError(f"all {n} people start at the maximum {maximum}: no gain is possible.")
    individual = (after - before)[~full] / (maximum - before[~full])
    change = _normalised_change(before - minimum, after - minimum, maximum - minimum)
    defined = change[~np.isnan(change)]
    if min(len(individual), len(defined)) < 2:
        raise TooFewObservationsError(f"only {len(individual)} of {n} people start below the maximum.")
    remarks = _remark(int(full.sum()), n)
    common = {"conf_level": conf_level, "outcome": f"{post} - {pre}", "unit": "share"}
    room = maximum - before.mean()
    g = float((after.mean() - before.mean()) / room)
    residual = (after - before - g * (maximum - before)) / room
    estimates = [
        _mean_estimate("class_average", g, residual, "ratio of means, linearised", common),
        _mean_estimate("individual_mean", float(individual.mean()), individual, "t", common),
        _mean_estimate("normalised_change", float(defined.mean()), defined, "t", common),
    ]
    statistics = {
        "n_pairs": n, "n_incomplete": len(values) - n, "n_at_maximum": int(full.sum()),
        "n_change_undefined": n - len(defined), "n_losses": int((after < before).sum()),
        "sd_individual": float(individual.std(ddof=1)), "sd_change": float(defined.std(ddof=1)),
        "n_low": int((individual < LOW).sum()),
        "n_medium": int(((individual >= LOW) & (individual < HIGH)).sum()),
        "n_high": int((individual >= HIGH).sum()),
    }  # fmt: skip
    return collect(estimates, {key: float(value) for key, value in statistics.items()}, warnings=remarks)


def _normalised_change(before: Array, after: Array, span: float) -> Array:
    """Marx & Cummings (2007), equation 1; NaN for a person at the same end of the scale both times."""
    change = np.zeros(len(before))
    up, down = after > before, after < before
    change[up] = (after - before)[up] / (span - before[up])
    change[down] = (after - before)[down] / before[down]
    change[(after == before) & ((before == 0) | (before == span))] = np.nan
    return change


def _mean_estimate(
    term: str, value: float, spread: Array, method: str, common: dict[str, object]
) -> Estimate:
    n = len(spread)
    error = float(spread.std(ddof=1)) / math.sqrt(n)
    half = float(t_ppf((1 + float(str(common["conf_level"]))) / 2, n - 1)) * error
    statistic = value / error if error > 0 else math.nan
    return Estimate(
        term=term, estimate=value, std_error=error, conf_low=value - half, conf_high=value + half,
        statistic=statistic, p_value=float(2 * t_sf(abs(statistic), n - 1)), df=float(n - 1), n_obs=n,
        estimand="normalised_gain", method=method, **common,  # type: ignore[arg-type]
    )  # fmt: skip


def _remark(n_full: int, n: int) -> tuple[str, ...]:
    if not n_full:
        return ()
    text = f"{n_full} of {n} people start at the maximum: their individual normalised gain is undefined."
    warnings.warn(text, AsnResearchWarning, stacklevel=3)
    return (text,)
