"""Cost: what a seat cost, and what a tenth of a standard deviation of gain cost."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from asn_research.errors import EstimationError
from asn_research.findings.answers.reach import minimum_of
from asn_research.findings.disclosures.disclosure import GatedRows, gate_rows
from asn_research.findings.disclosures.suppression import is_dominated, tell_part
from asn_research.findings.finding import Caveat, Cell, Disclosure, Finding, Row, Sample
from asn_research.findings.grounds.design_grade import grade_people
from asn_research.findings.grounds.draft import answer, leave_open, refuse_error, withhold
from asn_research.findings.grounds.estimation import cluster_caveats, count_clusters, finite
from asn_research.findings.grounds.gain import headline_gain
from asn_research.findings.grounds.people import GAIN_TABLES, GainPeople, read_primary_people
from asn_research.measures.budget import measure_unit_cost
from asn_research.measures.cost import estimate_cost_per_effect
from asn_research.models.result import Estimate

if TYPE_CHECKING:
    from asn_research.ingest.store import RegionData

_TABLES = ("courses", "enrolments")
STEP_SD = 0.1
"""The improvement that is priced, in standard deviations of the score before."""


def read_unit_cost(data: RegionData) -> pd.DataFrame:
    """One row per course that has a cost and participants, with its method and hours."""
    return data.once("unit_cost", lambda: _unit_cost(data))


def _unit_cost(data: RegionData) -> pd.DataFrame:
    costs = measure_unit_cost(data.tables)
    courses = data.tables["courses"][["course_id", "method", "hours_jp"]]
    costs = costs.merge(courses, how="left", on="course_id")
    return costs[costs["cost_idr"].notna() & (costs["participants"] > 0)].reset_index(drop=True)


def cost_per_seat(costs: pd.DataFrame) -> float:
    """Cost of all courses over all their participants, in rupiah."""
    return float(costs["cost_idr"].sum()) / int(costs["participants"].sum())


def answer_cost_per_participant(data: RegionData) -> Finding:
    """Course cost per participant, per completer and per participant and training hour."""
    question = "cost_per_participant"
    costs = read_unit_cost(data)
    if costs.empty:
        return leave_open(data, question, table="courses")
    seats = int(costs["participants"].sum())
    if seats < minimum_of(data):
        return withhold(data, question, tables=_TABLES)
    whole = _unit_costs(costs)
    minimum = minimum_of(data)
    methods = [
        {"label_code": f"method:{method}", **_unit_costs(part)}
        for method, part in costs.groupby("method", sort=True)
    ]
    methods.sort(key=lambda row: -float(str(row["amount"])))
    methods = _without_completers(methods, costs, minimum=minimum)
    whole = whole if _tells_completers(costs, minimum=minimum) else {**whole, "per_completer": None}
    gated = gate_rows(methods, minimum=minimum, hide=_dominated(methods, costs))
    withheld = any(row["per_completer"] is None for row in (whole, *methods))
    return answer(
        data,
        question,
        results=tuple(
            _count(term, whole[column], seats, estimand)
            for term, column, estimand in (
                ("cost_per_participant", "amount", "course cost per participant"),
                ("cost_per_completer", "per_completer", "course cost per completer"),
                ("cost_per_hour", "per_hour", "course cost per participant and training hour"),
            )
            if whole[column] is not None
        ),
        sample=Sample(people=_people(data, costs), rows=len(costs) + seats, tables=_TABLES),
        caveats=_cost_caveats(data, costs, withheld=withheld),
        rows=gated.rows,
        disclosure=_disclosure(gated, withheld=withheld),
        details={
            "unit": "idr",
            "total_idr": float(costs["cost_idr"].sum()),
            "seats": seats,
            "courses": len(costs),
        },
    )


def _disclosure(gated: GatedRows, *, withheld: bool) -> Disclosure:
    is_open = gated.disclosure is Disclosure.OPEN
    return Disclosure.PARTLY_SUPPRESSED if withheld and is_open else gated.disclosure


def _cost_caveats(data: RegionData, costs: pd.DataFrame, *, withheld: bool) -> tuple[Caveat, ...]:
    """What the costs leave out, and that those per completer are not told."""
    caveats = [Caveat(code="cost_full_count"), Caveat(code="cost_courses_only")]
    unknown = int(data.tables["enrolments"]["course_id"].nunique()) - len(costs)
    if unknown > 0:
        caveats.append(Caveat(code="cost_unknown", fields={"count": unknown}))
    return (*caveats, Caveat(code="completers_withheld")) if withheld else tuple(caveats)


def _dominated(methods: list[Row], costs: pd.DataFrame) -> set[int]:
    """Positions of methods whose cost would give away what one course, and who held it, was paid."""
    sums = {f"method:{method}": part["cost_idr"].tolist() for method, part in costs.groupby("method")}
    return {i for i, row in enumerate(methods) if is_dominated(sums[str(row["label_code"])])}


def _tells_completers(costs: pd.DataFrame, *, minimum: int) -> bool:
    """Whether the cost per completer would tell of a count of completers that may be told."""
    seats, completers = int(costs["participants"].sum()), int(costs["completers"].sum())
    return tell_part(completers, seats, minimum=minimum).exact


def _without_completers(methods: list[Row], costs: pd.DataFrame, *, minimum: int) -> list[Row]:
    """Rows without the cost per completer where that of any method would tell too much, or of one course."""
    parts = [part for _, part in costs.groupby("method", sort=True)]
    if all(_tells_completers(part, minimum=minimum) for part in parts):
        return methods
    return [{**row, "per_completer": None} for row in methods]


def _people(data: RegionData, costs: pd.DataFrame) -> int:
    enrolments = data.tables["enrolments"]
    return int(enrolments.loc[enrolments["course_id"].isin(costs["course_id"]), "person_id"].nunique())


def _unit_costs(costs: pd.DataFrame) -> dict[str, Cell]:
    """Cost per participant (``amount``), per completer and per participant and hour of some courses."""
    total = float(costs["cost_idr"].sum())
    completers = int(costs["completers"].sum())
    timed = costs[costs["hours_jp"].astype(float) > 0]
    hours = float((timed["participants"] * timed["hours_jp"].astype(float)).sum())
    return {
        "amount": cost_per_seat(costs),
        "per_completer": total / completers if completers else None,
        "per_hour": float(timed["cost_idr"].sum()) / hours if hours else None,
        "n": int(costs["participants"].sum()),
    }


def _count(term: str, value: Cell, seats: int, estimand: str) -> Estimate:
    return Estimate(
        term=term, estimate=float(str(value)), n_obs=seats, outcome="cost_idr", unit="idr",
        estimand=estimand, method="count",
    )  # fmt: skip


def answer_cost_effectiveness(data: RegionData) -> Finding:
    """What a gain of a tenth of a standard deviation cost per person, all methods and each of them."""
    question = "cost_effectiveness"
    people = read_primary_people(data)
    costs = read_unit_cost(data)
    if costs.empty:
        return leave_open(data, question, table="courses")
    if people.everyone["pre"].isna().all() or people.everyone["post"].isna().all():
        return leave_open(data, question, table="assessments")
    if len(people.trained) < people.minimum:
        return withhold(data, question, tables=GAIN_TABLES)
    shown = people.matched if people.compared else people.trained
    sample = people.sample(shown)
    try:
        spread = people.spread_before
        size = _in_sd(headline_gain(data, people), spread)
        price = estimate_cost_per_effect(size, cost_per_person=cost_per_seat(costs), step=STEP_SD)
    except EstimationError as error:
        return refuse_error(data, question, error, sample=sample)
    grade = grade_people(data, people)
    rows = [_price_row(price, n=len(people.trained), label_code="finding.cost_all_methods")]
    rows += _method_rows(data, people, costs, spread=spread)
    gated = gate_rows(rows[1:], minimum=people.minimum, hide=_dominated(rows[1:], costs))
    return answer(
        data,
        question,
        results=(price, size),
        design_grade=grade.grade,
        sample=sample,
        caveats=(
            *_price_caveats(rows),
            *cluster_caveats(count_clusters(shown, "cluster")),
            *(Caveat(code=code) for code in grade.reasons),
        ),
        rows=(rows[0], *gated.rows),
        disclosure=gated.disclosure,
        details={
            "unit": "idr", "reference": None, "compared": people.compared,
            "cost_per_participant": cost_per_seat(costs), "step_sd": STEP_SD,
            "competency": people.competency, "source": people.source,
            "gain_points": size.estimate * spread,
        },
    )  # fmt: skip


def _price_caveats(rows: list[Row]) -> list[Caveat]:
    found = [Caveat(code="cost_known"), Caveat(code="cost_courses_only")]
    if any(row.get("unbounded") for row in rows):
        found.append(Caveat(code="price_unbounded"))
    return found


def _in_sd(gain: Estimate, spread: float) -> Estimate:
    """A gain in points as one in standard deviations of the score before, which are taken as known."""
    return replace(
        gain,
        term="gain_sd",
        estimate=gain.estimate / spread,
        std_error=gain.std_error / spread,
        conf_low=gain.conf_low / spread,
        conf_high=gain.conf_high / spread,
        unit="sd",
    )


def _method_rows(data: RegionData, people: GainPeople, costs: pd.DataFrame, *, spread: float) -> list[Row]:
    """Each method's own gain at its own cost; methods without a gain have no price and are left out."""
    rows = []
    methods = people.trained["method"].dropna()
    for method in sorted(set(methods) & set(costs["method"].dropna())):
        keep = (people.everyone["method"] == method) | (people.everyone["trained"] == 0.0)
        part = replace(people, everyone=people.everyone[keep].reset_index(drop=True))
        if part.compared is not people.compared or len(part.trained) < 2:
            continue
        own = costs[costs["method"] == method]
        try:
            size = _in_sd(headline_gain(data, part), spread)
            price = estimate_cost_per_effect(size, cost_per_person=cost_per_seat(own), step=STEP_SD)
        except EstimationError:
            continue
        rows.append(_price_row(price, n=len(part.trained), label_code=f"method:{method}"))
    return sorted(rows, key=lambda row: float(str(row["estimate"])))


def _price_row(price: Estimate, *, n: int, label_code: str) -> Row:
    low, high = finite(price.conf_low), finite(price.conf_high)
    return {
        "label_code": label_code,
        "estimate": price.estimate,
        "conf_low": low,
        "conf_high": high,
        "unbounded": low is not None and high is None,
        "n": n,
    }
