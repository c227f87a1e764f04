"""Wilcoxon's signed-rank test of gains, for scores that are far from normal."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from asn_research.errors import NoVariationError, TooFewObservationsError
from asn_research.measures.distribution import normal_sf
from asn_research.measures.input import read_values
from asn_research.models.result import Estimate


def measure_signed_rank(data: pd.DataFrame, *, pre: str, post: str, exact: bool = False) -> Estimate:
    r"""Signed-rank test that gains are symmetric about zero.

    Parameters
    ----------
    data : DataFrame
        One row per person; incomplete pairs are left out, zero gains are dropped (Wilcoxon's rule).
    pre, post : str
        Columns of the scores before and after.
    exact : bool, default False
        Enumerate the distribution (no ties, up to 50 gains); otherwise the normal approximation with
        tie and continuity correction.

    Returns
    -------
    Estimate
        ``estimate`` is the pseudomedian of the gains (Hodges-Lehmann, over the gains that are not zero),
        ``statistic`` is V, the sum of the ranks of positive gains.

    Raises
    ------
    TooFewObservationsError
        No complete pair.
    NoVariationError
        Every gain is zero.

    References
    ----------
    Wilcoxon (1945), doi:10.2307/3001968; Hollander & Wolfe (1999), Nonparametric Statistical Methods.

    Examples
    --------
    >>> scores = pd.DataFrame({"pre": [1.0, 2.0, 3.0, 4.0], "post": [2.0, 4.5, 6.0, 9.0]})
    >>> measure_signed_rank(scores, pre="pre", post="post").statistic
    10.0
    """
    from scipy import stats

    pairs = read_values(data, [pre, post]).dropna()
    if pairs.empty:
        raise TooFewObservationsError("the signed-rank test needs complete pairs, found none.")
    gains = (pairs[post] - pairs[pre]).to_numpy()
    unit = float(np.abs(gains).max()) or 1.0
    gains = np.round(gains / unit, 10) * unit  # gains equal on paper stay equal after subtraction
    kept = gains[gains != 0]
    if not len(kept):
        raise NoVariationError(f"all {len(gains)} gains are zero.")
    ranks = stats.rankdata(np.abs(kept))
    v, n = float(ranks[kept > 0].sum()), len(kept)
    ties = np.unique(ranks, return_counts=True)[1]
    if exact and len(ties) == n and n <= 50:
        p, method = float(stats.wilcoxon(kept, method="exact").pvalue), "Wilcoxon signed rank, exact"
    else:
        variance = n * (n + 1) * (2 * n + 1) / 24 - float((ties**3 - ties).sum()) / 48
        distance = v - n * (n + 1) / 4
        z = (distance - math.copysign(0.5, distance) * (distance != 0)) / math.sqrt(variance)
        p, method = min(1.0, float(2 * normal_sf(abs(z)))), "Wilcoxon signed rank, normal, corrected"
    i, j = np.triu_indices(n)
    return Estimate(
        term="pseudomedian", estimate=float(np.median((kept[i] + kept[j]) / 2)), statistic=v, p_value=p,
        n_obs=len(gains), outcome=f"{post} - {pre}", estimand="pseudomedian_gain", method=method,
    )  # fmt: skip
