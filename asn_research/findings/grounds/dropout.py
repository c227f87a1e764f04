"""People who were tested before and not after: how many, from where, and what a gain could be with them."""

from __future__ import annotations

import math

import pandas as pd

from asn_research.contract.threshold import ATTRITION_NOTABLE_SHARE, BASELINE_ADJUSTABLE_SD
from asn_research.errors import EstimationError
from asn_research.findings.finding import Cell
from asn_research.findings.grounds.people import GainPeople
from asn_research.models.bounds import estimate_bounds

_LOWEST, _HIGHEST = 0.0, 100.0


def describe_dropout(people: GainPeople) -> dict[str, Cell]:
    """The numbers about those lost, for the details of a gain; empty where their loss is not notable.

    Notable are at least the minimum cell of people who are a fifth of those tested before, or who started
    more than 0.25 standard deviations from the others. ``lost_unchanged`` is the gain (or the difference in
    gains) of all who started if the scores of those lost did not change; ``lost_low`` and ``lost_high`` hold
    whatever score between 0 and 100 they would have had (Horowitz and Manski 2000).
    """
    started = people.answered.dropna(subset=["pre"])
    lost = started[started["post"].isna()]
    if len(lost) < people.minimum:
        return {}
    share, step = len(lost) / len(started), people.lost_difference_sd
    is_apart = step is not None and abs(step) > BASELINE_ADJUSTABLE_SD
    if share < ATTRITION_NOTABLE_SHARE and not is_apart:
        return {}
    try:
        low, high = _bounds(started, compared=people.compared)
    except EstimationError:
        return {}
    unchanged = started["post"].fillna(started["pre"]) - started["pre"]
    sides = [float(unchanged[started["trained"] == side].mean()) for side in (1.0, 0.0)]
    return {
        "lost": len(lost),
        "lost_started": len(started),
        "lost_share": share,
        "lost_difference_sd": step if is_apart else None,
        "lost_unchanged": sides[0] - sides[1] if people.compared else sides[0],
        "lost_low": low,
        "lost_high": high,
    }


def _bounds(started: pd.DataFrame, *, compared: bool) -> tuple[float, float]:
    """The worst and the best case for the gain, or for the difference in gains."""
    fit = estimate_bounds(
        started,
        outcome="post",
        treatment="trained" if compared else None,
        lowest=_LOWEST,
        highest=_HIGHEST,
        unit="points",
    )
    before = [float(started.loc[started["trained"] == side, "pre"].mean()) for side in (1.0, 0.0)]
    offset = before[0] - before[1] if compared else before[0]
    ends = (fit["lower"].estimate - offset, fit["upper"].estimate - offset)
    return ends if all(map(math.isfinite, ends)) else (math.nan, math.nan)
