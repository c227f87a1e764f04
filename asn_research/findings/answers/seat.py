"""Cost: the seats that a budget buys, and how their scarcity could become evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from asn_research.errors import EstimationError
from asn_research.findings.answers.cost import cost_per_seat, read_unit_cost
from asn_research.findings.answers.reach import minimum_of
from asn_research.findings.finding import Caveat, Cell, Finding, Row, Sample
from asn_research.findings.grounds.basis import read_training_hours
from asn_research.findings.grounds.draft import answer, leave_open, withhold
from asn_research.findings.grounds.estimation import POWER
from asn_research.findings.grounds.people import read_primary_people
from asn_research.measures.budget import measure_seats
from asn_research.models.power import StudyDesign, estimate_mde
from asn_research.models.result import Estimate

if TYPE_CHECKING:
    from asn_research.ingest.store import RegionData

_QUESTION = "seats_under_budget"
_TABLES = ("budgets", "courses", "enrolments", "participants")


@dataclass(frozen=True)
class _Plan:
    """The training lines of one budget year: those that name a number of participants."""

    year: int
    budget_idr: float
    planned: int


def answer_seats_under_budget(data: RegionData) -> Finding:
    """How many seats the next budget buys at the present cost, and how many people wait for one."""
    plan = _next_plan(data)
    costs = read_unit_cost(data)
    if plan is None:
        return leave_open(data, _QUESTION, table="budgets")
    if costs.empty:
        return leave_open(data, _QUESTION, table="courses")
    people = read_training_hours(data)
    trained = int(people["attended"].sum())
    if trained < minimum_of(data):
        return withhold(data, _QUESTION, tables=_TABLES)
    eligible = max(data.region.periods[data.period].eligible or 0, len(people))
    waiting = eligible - trained
    cost = cost_per_seat(costs)
    seats = measure_seats(plan.budget_idr, cost_per_participant_idr=cost)
    bought = Estimate(
        term="seats", estimate=float(seats), n_obs=int(costs["participants"].sum()), outcome="seats",
        unit="people", estimand="seats bought at the present cost per participant", method="count",
    )  # fmt: skip
    lottery = _lottery(data, seats, waiting)
    known = {"bought": seats, "planned": plan.planned}
    if waiting >= minimum_of(data):
        known["waiting"] = waiting
    return answer(
        data,
        _QUESTION,
        results=(bought,),
        sample=Sample(people=trained, rows=len(data.tables["budgets"]), tables=_TABLES),
        caveats=(
            Caveat(code="seats_same_cost"),
            *((Caveat(code="lottery_assumptions"),) if lottery else ()),
        ),
        rows=tuple(_row(name, count) for name, count in known.items()),
        details={
            "unit": "people",
            "year": plan.year,
            "budget_idr": plan.budget_idr,
            "planned": plan.planned,
            "cost_per_participant": cost,
            "waiting": known.get("waiting"),
            **lottery,
        },
    )


def _row(name: str, count: int) -> Row:
    return {"label_code": f"finding.seats_{name}", "amount": float(count)}


def _next_plan(data: RegionData) -> _Plan | None:
    """The last year whose lines name participants."""
    lines = data.tables["budgets"]
    lines = lines[lines["planned_participants"].notna() & lines["planned_idr"].notna()]
    if lines.empty:
        return None
    year = int(lines["year"].max())
    last = lines[lines["year"] == year]
    return _Plan(year, float(last["planned_idr"].sum()), int(last["planned_participants"].sum()))


def _lottery(data: RegionData, seats: int, waiting: int) -> dict[str, Cell]:
    """What could be seen if the seats were drawn by lot and as many of those who wait were measured."""
    compared = min(waiting - seats, seats)
    if compared < minimum_of(data) or "assessments" not in data.tables:
        return {}
    matched = _trained_scores(data)
    if len(matched) < minimum_of(data):
        return {}
    correlation, spread = float(matched["pre"].corr(matched["post"])), float(matched["post"].std())
    try:
        design = StudyDesign(
            kind="two_group",
            n=seats + compared,
            correlation=correlation,
            treated_share=seats / (seats + compared),
        )
        mde = estimate_mde(design, power=POWER, exact=True).estimate
    except EstimationError:
        return {}
    return {
        "lottery_compared": compared,
        "lottery_mde": mde * spread,
        "lottery_mde_sd": mde,
        "lottery_power_share": POWER,
    }


def _trained_scores(data: RegionData) -> pd.DataFrame:
    try:
        return read_primary_people(data).trained
    except EstimationError:
        return pd.DataFrame()
