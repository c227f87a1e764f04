"""Who was measured before but not after, and how they differ from those who were measured twice."""

from __future__ import annotations

import math

import pandas as pd
from scipy import optimize

from asn_research.errors import InputError
from asn_research.measures.distribution import normal_pdf, normal_ppf


def measure_match(gains: pd.DataFrame) -> pd.DataFrame:
    """How many people with a score before also have one after, by group.

    Parameters
    ----------
    gains : DataFrame
        As :func:`~asn_research.measures.score.measure_gains` returns it: ``pre``, ``post``, ``group``.

    Returns
    -------
    DataFrame
        One row per group that occurs, in alphabetical order: ``group``, ``measured_before``, ``matched``,
        ``match_share`` (0 to 1), ``only_after`` (a score after without one before), and the mean and spread
        of the score before of ``matched`` and of ``lost`` people: ``pre_matched``, ``pre_lost``,
        ``pre_difference_sd`` (matched minus lost, in standard deviations of all scores before of the group;
        missing where a side has fewer than two people or nothing varies).

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"group": ["trained"] * 4, "pre": [50.0, 60.0, 40.0, 42.0],
    ...                       "post": [60.0, 70.0, None, None]})
    >>> round(float(measure_match(frame)["match_share"].iloc[0]), 2)
    0.5
    """
    missing = [name for name in ("pre", "post", "group") if name not in gains]
    if missing:
        raise InputError(f"the gains have no column {', '.join(missing)}.")
    rows = [_match_row(str(group), part) for group, part in gains.groupby("group", sort=True)]
    columns = [
        "group",
        "measured_before",
        "matched",
        "match_share",
        "only_after",
        "pre_matched",
        "pre_lost",
        "pre_difference_sd",
    ]
    return pd.DataFrame(rows, columns=columns)


def _match_row(group: str, part: pd.DataFrame) -> dict[str, object]:
    before, after = part["pre"].notna(), part["post"].notna()
    matched, lost = part.loc[before & after, "pre"], part.loc[before & ~after, "pre"]
    spread = float(part.loc[before, "pre"].std())
    enough = len(matched) > 1 and len(lost) > 1 and spread > 0
    return {
        "group": group,
        "measured_before": int(before.sum()),
        "matched": len(matched),
        "match_share": len(matched) / int(before.sum()) if before.any() else math.nan,
        "only_after": int((after & ~before).sum()),
        "pre_matched": float(matched.mean()) if len(matched) else math.nan,
        "pre_lost": float(lost.mean()) if len(lost) else math.nan,
        "pre_difference_sd": float(matched.mean() - lost.mean()) / spread if enough else math.nan,
    }


def measure_attrition_bound(overall: float, *, cautious: bool = True) -> float:
    r"""The largest difference in attrition between two groups whose possible bias is still tolerable.

    Parameters
    ----------
    overall : float
        Share of people lost in both groups together, 0 to 1.
    cautious : bool, default True
        The cautious boundary, for programmes that may themselves make people leave; else the optimistic one.

    Returns
    -------
    float
        Difference of the shares lost, 0 to 1; 0 where even equal shares are too many.

    Raises
    ------
    InputError
        If ``overall`` is outside 0 to 1.

    Notes
    -----
    With :math:`m(a) = \varphi(\Phi^{-1}(a)) / (1 - a)` and shares lost :math:`a_t, a_c` whose mean is
    ``overall``, the bias :math:`|\alpha_t m(a_t) - \alpha_c m(a_c)|` in standard deviations must not exceed
    0.055 (cautious; :math:`\alpha` 0.45 and 0.39) or 0.054 (optimistic; 0.27 and 0.22), after the model of
    the What Works Clearinghouse attrition boundary.

    Examples
    --------
    >>> round(measure_attrition_bound(0.20), 3)
    0.054
    """
    if not 0.0 <= overall <= 1.0:
        raise InputError(f"overall attrition must lie between 0 and 1; found {overall!r}.")
    high, low, tolerance = (0.45, 0.39, 0.055) if cautious else (0.27, 0.22, 0.054)
    widest = 2 * min(overall, 1 - overall)

    def excess(difference: float) -> float:
        more, less = overall + difference / 2, overall - difference / 2
        return high * _selection(more) - low * _selection(less) - tolerance

    if overall in (0.0, 1.0) or excess(0.0) >= 0:
        return 0.0
    if excess(widest * (1 - 1e-9)) <= 0:
        return widest
    return float(optimize.brentq(excess, 0.0, widest * (1 - 1e-9), xtol=1e-10))


def _selection(share: float) -> float:
    """Mean of a standard normal variable above its ``share`` quantile."""
    if share <= 0.0:
        return 0.0
    return float(normal_pdf(normal_ppf(share))) / (1 - share)
