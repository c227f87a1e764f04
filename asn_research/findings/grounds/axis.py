"""What the numbers in a finding's rows mean: their unit, their reference, the level of their intervals."""

from __future__ import annotations

import math

from asn_research.findings.finding import Cell, Finding
from asn_research.findings.grounds.estimation import CONF_LEVEL


def number(value: Cell) -> float:
    """A cell as a number; NaN where it is missing, suppressed, infinite or no number.

    >>> number(None), number(3)
    (nan, 3.0)
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return math.nan
    return float(value)


def unit_of(finding: Finding) -> str:
    """The unit of a finding's rows: the one named in its details, else that of its headline.

    Differences between shares are ``percentage_points``.
    """
    unit = _unit(finding)
    return "percentage_points" if unit == "share" and is_change(finding) else unit


def _unit(finding: Finding) -> str:
    named = finding.details.get("unit")
    if named is not None:
        return str(named)
    return finding.headline.unit if finding.headline is not None else ""


def reference_of(finding: Finding) -> float:
    """The value that rows are compared with: named in the details, else zero; NaN for scores from 1 to 5."""
    if "reference" in finding.details:
        return number(finding.details["reference"])
    return math.nan if _unit(finding) == "scale" else 0.0


def is_change(finding: Finding) -> bool:
    """Whether the values are changes or differences, whose sign is always written."""
    return reference_of(finding) == 0.0


def level_of(finding: Finding) -> float:
    """The confidence level of the intervals in a finding's rows: named in the details, else the usual one.

    The headline may carry another: an interval widened for a family of comparisons.
    """
    level = number(finding.details.get("conf_level"))
    return CONF_LEVEL if math.isnan(level) else level
