"""Means told in steps, where another answer about almost the same people would give single ones away."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from asn_research.contract.threshold import ROUNDED_POINTS
from asn_research.findings.finding import Caveat, Finding
from asn_research.models.result import Estimate

Way = Callable[[float], float]


def round_points(finding: Finding, *, details: Sequence[str], minimum: int) -> Finding:
    """An answer in points rounded so that its difference to one about almost the same people tells nothing.

    Parameters
    ----------
    finding : Finding
        An answer in points of a scale from 0 to 100.
    details : sequence of str
        Names of its further means.
    minimum : int
        The minimum cell, for the reservation that tells readers.

    Notes
    -----
    A mean of n people told to the next ``ROUNDED_POINTS`` leaves their sum open by n times as much: with at
    least 10 people, one person's score stays open by at least 20 points.
    """
    nothing: dict[str, Any] = dict.fromkeys(("std_error", "statistic", "p_value"), math.nan)
    results = tuple(
        replace(r, **nothing, estimate=_to_step(r.estimate), conf_low=_to_step(r.conf_low, math.floor),
                conf_high=_to_step(r.conf_high, math.ceil))
        if isinstance(r, Estimate) and r.unit == "points" else r
        for r in finding.results
    )  # fmt: skip
    ways: dict[str, Way] = {"estimate": round, "conf_low": math.floor, "conf_high": math.ceil}
    rows = tuple(
        {k: _to_step(v, ways[k]) if k in ways and isinstance(v, float) else v for k, v in row.items()}
        for row in finding.rows
    )
    told = {
        k: _to_step(v) if k in details and isinstance(v, float) else v for k, v in finding.details.items()
    }
    caveat = Caveat(code="points_rounded", fields={"minimum": minimum, "step": ROUNDED_POINTS})
    return replace(finding, results=results, rows=rows, details=told, caveats=(*finding.caveats, caveat))


def _to_step(value: float, way: Way = round) -> float:
    return ROUNDED_POINTS * float(way(value / ROUNDED_POINTS)) if math.isfinite(value) else value
