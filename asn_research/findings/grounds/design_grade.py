"""The design grade: how strong a claim the declared design and the data themselves allow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from asn_research.contract.threshold import BASELINE_ADJUSTABLE_SD
from asn_research.findings.grounds.people import GainPeople, read_primary_people
from asn_research.findings.grounds.stage import check_stages
from asn_research.models.attrition import check_attrition
from asn_research.models.balance import wwc_effect_size

if TYPE_CHECKING:
    from asn_research.ingest.store import RegionData

ASSOCIATION_GRADE = 2
"""Grade of comparisons within the trained group: adjusted, but nobody was assigned to them by design."""

_CEILING = {"one_group": 1, "waiting_list": 3, "matched": 3, "staggered": 4, "lottery": 5}
_SITES_PER_ARM = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignGrade:
    """A grade from 1 to 5 (Maryland scale), the codes of its reasons, and the numbers behind them."""

    grade: int
    reasons: tuple[str, ...] = ()
    numbers: Mapping[str, float] = field(default_factory=dict)


def grade_design(data: RegionData) -> DesignGrade:
    """The grade of a region's primary outcome.

    Returns
    -------
    DesignGrade
        1 for one group before and after; 2 for a comparison that fails the conditions of grade 3 and is
        told with adjustment only; 3 for a comparison group whose baseline differs by at most 0.25 standard
        deviations (WWC), whose attrition is within bounds and that has at least two batches or units a side
        (EPOC); 4 for a staggered start that also passes
        :func:`~asn_research.findings.grounds.stage.check_stages`, which falls to 2 where those who wait
        drifted apart before their turn and to 3 where that cannot be seen; 5 for a lottery whose attrition is
        within bounds, whatever chance did to its baseline.
    """
    return grade_people(data, read_primary_people(data))


def grade_people(data: RegionData, people: GainPeople) -> DesignGrade:
    """The grade of one outcome; see :func:`grade_design`."""
    return data.once(("grade", people), lambda: _grade(data, people))


def _grade(data: RegionData, people: GainPeople) -> DesignGrade:
    if data.design == "one_group":
        return DesignGrade(grade=1, reasons=("one_group",))
    if not people.compared:
        return DesignGrade(grade=1, reasons=("comparison_too_small",))
    numbers = _numbers(people)
    reasons = []
    drawn = data.design == "lottery"
    if not drawn and abs(numbers["baseline_difference_sd"]) > BASELINE_ADJUSTABLE_SD:
        reasons.append("baseline_differs")
    if numbers["differential_attrition"] > numbers["differential_attrition_bound"]:
        reasons.append("attrition_differs")
    if numbers["smallest_side_clusters"] < _SITES_PER_ARM:
        reasons.append("few_sites")
    if data.design == "staggered" and not reasons:
        return _grade_stages(data, people, numbers)
    grade = 2 if reasons else _CEILING[data.design]
    return DesignGrade(grade=grade, reasons=tuple(reasons) or (f"design_{data.design}",), numbers=numbers)


def _grade_stages(data: RegionData, people: GainPeople, numbers: Mapping[str, float]) -> DesignGrade:
    """4 where every diagnostic of a staggered start is passed; 2 where the placebo failed; else 3."""
    stages = check_stages(data, people)
    known = {**numbers, **stages.numbers}
    if not stages.failed:
        return DesignGrade(grade=_CEILING["staggered"], reasons=("design_staggered",), numbers=known)
    grade = 2 if stages.failed == "stages_drift" else 3
    return DesignGrade(grade=grade, reasons=(stages.failed,), numbers=known)


def _numbers(people: GainPeople) -> dict[str, float]:
    """Baseline difference, attrition and clusters of the two sides."""
    trained, other = (side["pre"].to_numpy(dtype=float) for side in (people.trained, people.comparison))
    scores = people.everyone[["pre", "post", "trained"]].dropna(subset=["pre"])
    attrition = check_attrition(
        scores.assign(observed=scores["post"].notna().astype(float)), observed="observed", treatment="trained"
    )
    sides = people.matched.groupby("trained")["cluster"].nunique()
    return {
        "baseline_difference_sd": wwc_effect_size(trained, other),
        "overall_attrition": attrition.overall_share,
        "differential_attrition": attrition.difference,
        "differential_attrition_bound": attrition.cautious_bound,
        "smallest_side_clusters": float(sides.min()),
    }
