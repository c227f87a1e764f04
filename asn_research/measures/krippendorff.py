"""Krippendorff's alpha: agreement of any number of coders, any scale, with missing codes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from asn_research.errors import InputError, NoVariationError, TooFewObservationsError
from asn_research.measures.input import Array, check_choice, check_frame, check_level, read_values
from asn_research.models.result import Estimate

SCALES = ("nominal", "ordinal", "interval", "ratio")


def measure_krippendorff_alpha(
    data: pd.DataFrame,
    *,
    coders: Sequence[str] | None = None,
    scale: str = "nominal",
    draws: int = 2000,
    seed: int = 0,
    conf_level: float = 0.95,
) -> Estimate:
    r"""Krippendorff's alpha with a bootstrap interval over units.

    From .80 the coding is firm, from .667 tentative; below, themes should not be counted.

    Parameters
    ----------
    data : DataFrame
        One row per unit, one column per coder; missing codes are allowed, and units with fewer than two
        codes carry no information and are left out.
    coders : sequence of str, optional
        Coder columns, at least two; all columns by default.
    scale : {"nominal", "ordinal", "interval", "ratio"}
        How far two codes are apart. All but nominal need numbers.
    draws : int, default 2000
        Bootstrap draws of units; 0 for no interval.
    seed : int, default 0
        Seed of the draws; the result does not depend on the order of rows or columns.
    conf_level : float, default 0.95
        Level of the percentile interval.

    Returns
    -------
    Estimate
        ``n_obs`` is the number of units with at least two codes.

    Raises
    ------
    InputError
        Fewer than two coders, an unknown scale, text on a numeric scale, negative values on a ratio scale.
    TooFewObservationsError
        No unit has two codes.
    NoVariationError
        All codes are equal: agreement and chance cannot be told apart.

    Notes
    -----
    :math:`\alpha = 1 - D_o / D_e` from the coincidence matrix, where a unit with m codes adds each of its
    ordered pairs with weight 1 / (m - 1). Draws in which all codes are equal count as perfect agreement.

    References
    ----------
    Krippendorff (2011), Computing Krippendorff's alpha-reliability; Hayes & Krippendorff (2007),
    doi:10.1080/19312450709336664.

    Examples
    --------
    >>> codes = pd.DataFrame({"a": [1, 2, 3, 3], "b": [1, 2, 3, 2]})
    >>> round(measure_krippendorff_alpha(codes, draws=0).estimate, 3)
    0.667
    """
    check_level(conf_level)
    check_choice("scale", scale, SCALES)
    if draws < 0:
        raise InputError(f"draws must be 0 or more, found {draws}.")
    counts, values = _count_codes(data, coders, scale)
    alpha = _alpha(counts, np.ones((1, len(counts))), scale, values)[0]
    low = high = error = float("nan")
    if draws:
        chosen = np.random.default_rng(seed).integers(0, len(counts), size=(draws, len(counts)))
        weights = np.array([np.bincount(row, minlength=len(counts)) for row in chosen], dtype=float)
        spread = _alpha(counts, weights, scale, values)
        low, high = (float(x) for x in np.quantile(spread, [(1 - conf_level) / 2, (1 + conf_level) / 2]))
        error = float(spread.std(ddof=1)) if draws > 1 else error
    return Estimate(
        term="alpha", estimate=float(alpha), std_error=error, conf_low=low, conf_high=high,
        conf_level=conf_level, n_obs=len(counts), unit="share", estimand="agreement_beyond_chance",
        method=f"Krippendorff alpha, {scale}, percentile bootstrap of units",
    )  # fmt: skip


def _count_codes(data: pd.DataFrame, coders: Sequence[str] | None, scale: str) -> tuple[Array, Array]:
    """How often each value (v) was given to each unit (u × v), in an order that rows cannot change."""
    names = list(check_frame(data).columns if coders is None else coders)
    absent = [name for name in names if name not in data.columns]
    if absent or len(names) < 2:
        raise InputError(f"agreement needs two coder columns that exist; found {names}, unknown {absent}.")
    if scale == "nominal":
        codes = data[names].where(data[names].isna(), data[names].astype(str))
    else:
        codes = read_values(data, names)
    cells, known = codes.to_numpy(dtype=object), codes.notna().to_numpy()
    levels = sorted(set(cells[known].tolist()))
    if scale == "ratio" and levels and float(levels[0]) < 0:
        raise InputError(f"ratio codes must be 0 or more, found {levels[0]}.")
    counts = np.zeros((len(cells), len(levels)))
    place = {level: position for position, level in enumerate(levels)}
    rows, columns = np.nonzero(known)
    given = np.array([place[cell] for cell in cells[rows, columns]], dtype=np.intp)
    np.add.at(counts, (rows, given), 1.0)
    counts = counts[counts.sum(axis=1) >= 2] if counts.size else counts
    if not len(counts) or not counts.size:
        raise TooFewObservationsError("no unit was coded by two coders.")
    if (counts.sum(axis=0) > 0).sum() < 2:
        raise NoVariationError("all codes are equal: alpha is undefined.")
    if scale == "nominal":
        counts = _without_names(counts)
    order = np.lexsort(counts.T[::-1])
    return counts[order], np.array(levels if scale != "nominal" else range(len(levels)), dtype=float)


def _without_names(counts: Array) -> Array:
    """Nominal codes ordered by frequency and company, so that their names do not steer the draws."""
    together = counts.T @ counts
    return np.asarray(counts[:, np.lexsort([*np.sort(together, axis=1).T, counts.sum(axis=0)])])


def _distance(scale: str, values: Array, margin: Array) -> Array:
    """Squared distance of every pair of values (v × v)."""
    apart = np.subtract.outer(values, values)
    if scale == "nominal":
        return np.asarray(apart != 0, dtype=float)
    if scale == "interval":
        return np.asarray(apart**2, dtype=float)
    if scale == "ratio":
        total = np.add.outer(values, values)
        return np.asarray(
            np.divide(apart, total, out=np.zeros_like(apart), where=total != 0) ** 2, dtype=float
        )
    upto = np.cumsum(margin)
    middle = upto - margin / 2  # the ranks between two values, half of each end: |middle_c - middle_k|
    return np.asarray(np.subtract.outer(middle, middle) ** 2, dtype=float)


def _alpha(counts: Array, weights: Array, scale: str, values: Array) -> Array:
    """Alpha for each set of unit weights (d × u); complete agreement where nothing varies.

    Summing the coincidence matrix over units leaves the code counts as its margin, so the matrix itself is
    never needed: a unit's disagreement is its sum over pairs, divided by its number of codes less one.
    """
    margins = weights @ counts
    if scale == "ordinal" and len(weights) > 1:  # distances follow the margin, so each draw has its own
        return np.concatenate([_alpha(counts, row[None], scale, values) for row in weights])
    distance = _distance(scale, values, margins[0])
    apart = np.einsum("uv,vw,uw->u", counts, distance, counts, optimize=True) / (counts.sum(axis=1) - 1)
    total = margins.sum(axis=1)
    observed = weights @ apart / total
    chance = ((margins @ distance) * margins).sum(axis=1) / (total * (total - 1))
    return np.asarray(1 - np.divide(observed, chance, out=np.zeros_like(observed), where=chance > 0))
