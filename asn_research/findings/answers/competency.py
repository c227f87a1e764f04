"""Every competency that was measured twice, as one family of gains."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from asn_research.errors import EstimationError
from asn_research.findings.disclosures.disclosure import gate_rows
from asn_research.findings.finding import Caveat, Cell, Finding, Row, Sample
from asn_research.findings.grounds.basis import read_outcomes
from asn_research.findings.grounds.design_grade import grade_people
from asn_research.findings.grounds.draft import answer, leave_open, withhold
from asn_research.findings.grounds.estimation import adjust_holm, finite, is_clear
from asn_research.findings.grounds.gain import estimate_differences, trained_gain
from asn_research.findings.grounds.people import GAIN_TABLES, GainPeople, read_gain_people
from asn_research.models.result import Estimate

if TYPE_CHECKING:
    from asn_research.ingest.store import RegionData


def answer_competency_gains(data: RegionData) -> Finding:
    """The gain in every outcome that enough people have twice, as one family (Holm).

    Differences to the comparison group where every outcome has one, else the gains of the trained alone.
    """
    family = _family(data)
    compared = bool(family) and all(people.compared for people in family)
    found = [(people, _headline(data, people, compared=compared)) for people in family]
    known = [(people, estimate) for people, estimate in found if estimate is not None]
    if not known:
        if read_outcomes(data).empty:
            return leave_open(data, "competency_gains", table="assessments")
        return withhold(data, "competency_gains", tables=GAIN_TABLES)
    adjusted = adjust_holm([estimate.p_value for _, estimate in known])
    rows = [
        _family_row(people, estimate, p_holm, compared=compared)
        for (people, estimate), p_holm in zip(known, adjusted, strict=True)
    ]
    gated = gate_rows(rows, minimum=data.region.disclosure.minimum_cell)
    used = [people.matched if compared else people.trained for people, _ in known]
    grade, reservations = _grade(data, [people for people, _ in known], compared=compared)
    return answer(
        data,
        "competency_gains",
        results=tuple(estimate for _, estimate in known),
        design_grade=grade,
        sample=Sample(
            people=_count_people(used),
            rows=sum(2 * len(frame) for frame in used),
            tables=GAIN_TABLES,
        ),
        caveats=(*_holm(adjusted), *reservations),
        rows=gated.rows,
        disclosure=gated.disclosure,
        details={
            **_family_details(rows),
            "trained": _count_people(people.trained for people, _ in known),
            "compared": compared,
            "adjusted": bool(finite(adjusted[0]) is not None),
        },
    )


def _grade(
    data: RegionData, family: Sequence[GainPeople], *, compared: bool
) -> tuple[int, tuple[Caveat, ...]]:
    """The grade of a family, that of its weakest outcome (1 where only some are compared), and why."""
    if not compared and any(people.compared for people in family):
        return 1, (Caveat(code="own_gains_only"),)
    grades = [grade_people(data, people) for people in family]
    reasons = sorted({code for grade in grades for code in grade.reasons})
    return min(grade.grade for grade in grades), tuple(Caveat(code=code) for code in reasons)


def _family_details(rows: Sequence[Row]) -> dict[str, Cell]:
    """How many outcomes clearly rose and fell, and which changed most."""
    changes = [float(str(row["estimate"])) for row in rows]
    clear = [change for row, change in zip(rows, changes, strict=True) if is_clear(row["p_holm"])]
    largest = max(range(len(rows)), key=lambda i: abs(changes[i]))
    return {
        "family": len(rows),
        "up": sum(change > 0 for change in clear),
        "down": sum(change < 0 for change in clear),
        "largest": largest,
        "largest_outcome": str(rows[largest]["outcome"]),
        "unit": "points",
    }


def _count_people(frames: Iterable[pd.DataFrame]) -> int:
    """How many people there are in several frames, each counted once."""
    return len(set().union(*(frame["person_id"] for frame in frames)))


def _holm(adjusted: list[float]) -> tuple[Caveat, ...]:
    return (Caveat(code="holm", fields={"family": len(adjusted)}),) if finite(adjusted[0]) is not None else ()


def _family(data: RegionData) -> list[GainPeople]:
    """The measured outcomes with enough people; the primary one first, then by name."""
    primary = (data.plan.primary.competency, data.plan.primary.source)
    outcomes = read_outcomes(data)[["competency", "source"]].itertuples(index=False, name=None)
    ordered = sorted(outcomes, key=lambda pair: (pair != primary, pair))
    found = [read_gain_people(data, competency=str(c), source=str(s)) for c, s in ordered]
    return [people for people in found if len(people.trained) >= people.minimum]


def _headline(data: RegionData, people: GainPeople, *, compared: bool) -> Estimate | None:
    """The headline of one outcome, named by the outcome; None where it cannot be estimated."""
    try:
        if compared:
            return replace(estimate_differences(data, people)[0], term=people.outcome)
        return trained_gain(people.trained, outcome=people.outcome, term=people.outcome)
    except EstimationError:
        return None


def _family_row(people: GainPeople, estimate: Estimate, p_holm: float, *, compared: bool) -> Row:
    return {
        "label_code": f"competency:{people.competency}",
        "group": f"source:{people.source}",
        "outcome": people.outcome,
        "n": len(people.matched) if compared else len(people.trained),
        "estimate": estimate.estimate,
        "conf_low": finite(estimate.conf_low),
        "conf_high": finite(estimate.conf_high),
        "p_value": finite(estimate.p_value),
        "p_holm": finite(p_holm),
    }
