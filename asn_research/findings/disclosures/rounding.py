"""Numbers told in steps, where the exact one would give single people's results away."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from asn_research.contract.threshold import ROUNDED_POINTS
from asn_research.findings.finding import Caveat, Finding
from asn_research.models.result import Estimate

Way = Callable[[float], float]
_STEPS = (0.02, 0.05, 0.1, 0.2, 0.25, 0.5)
"""Steps in which a mean of answers from 1 to 5 may be told, the finest first."""
_ROUNDED_RATIO = 0.1
"""The step of a ratio of two means that are themselves told in steps."""
_HOUR_STEPS = (0.5, 1.0, 2.0, 5.0, 10.0)
"""Steps in which mean hours may be told: half an hour to half of the 20 that are required in a year."""
_SMALLEST_ANSWER = 1
_DECIMALS = 6
"""Decimals of a multiple of a step, so that it does not end in those of binary fractions."""


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
    least 10 people, one person's score stays open by at least 20 points. Ratios of two such means are told
    to the next tenth: with an exact ratio and an exact difference both means would be known.
    """
    nothing: dict[str, Any] = dict.fromkeys(("std_error", "statistic", "p_value"), math.nan)
    results = tuple(
        replace(r, **nothing, estimate=_to_step(r.estimate), conf_low=_to_step(r.conf_low, math.floor),
                conf_high=_to_step(r.conf_high, math.ceil))
        if isinstance(r, Estimate) and r.unit == "points"
        else round_estimate(r, _ROUNDED_RATIO) if isinstance(r, Estimate) else r
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


def answer_step(counts: Sequence[int], cells: Sequence[tuple[int, int]], *, minimum: int) -> float:
    """The step to which the mean of answers on a scale is told beside how they are spread.

    Parameters
    ----------
    counts : sequence of int
        Answers by value; the first is of the value 1.
    cells : sequence of (int, int)
        First and last position of the cells in which the spread is told, as
        :func:`asn_research.findings.disclosures.disclosure.merge_cells` joins them; the outer ones reach to
        the ends.
    minimum : int
        The minimum cell.

    Returns
    -------
    float
        0 where the cells tell every answer anyway. Else the smallest of a few steps with which at least
        ``minimum`` sums of all answers agree with what is told, or the largest step.

    Notes
    -----
    The exact mean times its people is the sum of all answers. Less the answers that are told exactly, it is
    the sum of a joined cell: 29 of ten people who said 1 to 3 means that one of them said 2.

    Examples
    --------
    >>> answer_step([0, 1, 9, 20, 17], [(0, 2), (3, 3), (4, 4)], minimum=10)
    0.5
    >>> answer_step([10, 0, 0, 20, 17], [(0, 0), (3, 3), (4, 4)], minimum=10)
    0.0
    """
    people, last = sum(counts), len(counts) - 1
    inside = [
        (sum(counts[low : high + 1]), 0 if i == 0 else low, last if i == len(cells) - 1 else high)
        for i, (low, high) in enumerate(cells)
    ]
    least = sum(size * (low + _SMALLEST_ANSWER) for size, low, _ in inside)
    most = sum(size * (high + _SMALLEST_ANSWER) for size, _, high in inside)
    if least == most:
        return 0.0
    mean = sum(size * (i + _SMALLEST_ANSWER) for i, size in enumerate(counts)) / people
    for step in _STEPS:
        told = to_step(mean, step)
        first = max(least, math.ceil(people * (told - step / 2)))
        if min(most, math.floor(people * (told + step / 2))) - first + 1 >= min(minimum, most - least + 1):
            return step
    return _STEPS[-1]


def hours_step(hours: Sequence[float], *, minimum: int) -> float:
    """The step to which mean hours are told, so that they do not tell how few people have none.

    Examples
    --------
    >>> hours_step([24.0] * 29 + [0.0] * 8, minimum=10), hours_step([24.0] * 60 + [0.0] * 20, minimum=10)
    (10.0, 0.0)
    """
    without = sum(value <= 0 for value in hours)
    if min(without, len(hours) - without) >= minimum:
        return 0.0
    needed = minimum * max(hours) / len(hours)
    return next((step for step in _HOUR_STEPS if step >= needed), _HOUR_STEPS[-1])


def round_estimate(found: Estimate, step: float) -> Estimate:
    """An estimate told to the next multiple of a step, its interval outwards; itself with a step of 0."""
    if not step:
        return found
    nothing: dict[str, Any] = dict.fromkeys(("std_error", "statistic", "p_value"), math.nan)
    return replace(
        found,
        **nothing,
        estimate=to_step(found.estimate, step),
        conf_low=to_step(found.conf_low, step, math.floor),
        conf_high=to_step(found.conf_high, step, math.ceil),
    )


def to_step(value: float, step: float, way: Way = round) -> float:
    """A number as a multiple of a step; itself with a step of 0, or where it is not finite."""
    if not step or not math.isfinite(value):
        return value
    return round(step * float(way(value / step)), _DECIMALS)


def _to_step(value: float, way: Way = round) -> float:
    return to_step(value, ROUNDED_POINTS, way)
