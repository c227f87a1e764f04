"""Yearly appraisals (SKP): ordinal predicates, compared as order and never averaged."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from asn_research.contract.rule import read_rule
from asn_research.errors import EstimationError
from asn_research.findings.disclosures.disclosure import gate_rows
from asn_research.findings.finding import Caveat, Cell, Finding, Row, Sample
from asn_research.findings.grounds.design_grade import grade_people
from asn_research.findings.grounds.draft import answer, leave_open, refuse_error, withhold
from asn_research.findings.grounds.estimation import (
    CLUSTERED_VCOV,
    cluster_caveats,
    count_clusters,
    detectable,
    estimate_mean,
    finite,
    listen,
    without_inference,
)
from asn_research.findings.grounds.people import COMPARED_DESIGNS, GainPeople
from asn_research.findings.grounds.rating import KNOWING_GRADE
from asn_research.measures.appraisal import measure_predicate
from asn_research.models.regression import fit_ols
from asn_research.models.result import Estimate, Fit

if TYPE_CHECKING:
    from asn_research.ingest.store import RegionData

_TABLES = ("participants", "appraisals")
_GOOD = "good"
_YEARS = ("before", "after")


def answer_appraisal_shift(data: RegionData) -> Finding:
    """Whether appraisals moved up more often than down, and more so than in the comparison group."""
    question = "appraisal_shift"
    minimum = data.region.disclosure.minimum_cell
    frame, years = _appraised(data)
    both = frame.dropna(subset=["before", "after"])
    trained = both[both["trained"] == 1.0]
    if trained.empty:
        return leave_open(data, question, table="appraisals")
    if len(trained) < minimum:
        return withhold(data, question, tables=_TABLES)
    people = _as_people(frame, minimum=minimum)
    shown = both if people.compared else trained
    sample = Sample(people=len(shown), rows=2 * len(shown), tables=_TABLES, excluded=_excluded(frame))
    try:
        results = _shifts(both, compared=people.compared)
    except EstimationError as error:
        return refuse_error(data, question, error, sample=sample)
    grade = grade_people(data, people)
    return answer(
        data,
        question,
        results=results,
        design_grade=min(grade.grade, KNOWING_GRADE),
        sample=sample,
        caveats=(
            Caveat(code="appraisal_ordinal"),
            Caveat(code="raters_not_blind"),
            *cluster_caveats(count_clusters(shown, "unit")),
            *(Caveat(code=code) for code in grade.reasons),
        ),
        rows=gate_rows(_rows(results, both), minimum=minimum).rows,
        details={
            "compared": people.compared,
            "year_before": str(years[0]),
            "year_after": str(years[1]),
            "trained": len(trained),
            "comparison": int(len(both) - len(trained)) if people.compared else None,
            **_counts(trained, minimum=minimum),
            "mde": detectable(results[0]),
            "unit": "share",
        },
    )


def _appraised(data: RegionData) -> tuple[pd.DataFrame, tuple[int, int]]:
    """One row per trained or compared person: predicate codes of both years, order of change, unit."""
    period = data.region.periods[data.period]
    appraisals = data.tables["appraisals"].dropna(subset=["person_id", "year"])
    year = appraisals["year"].astype(int)
    earlier = year[year < period.starts.year]
    years = (int(earlier.max()) if len(earlier) else period.starts.year - 1, period.starts.year)
    people = data.tables["participants"]
    groups = ["trained", "comparison"] if data.design in COMPARED_DESIGNS else ["trained"]
    frame = people[people["group"].isin(groups)][["person_id", "unit", "group"]].reset_index(drop=True)
    for name, chosen in zip(_YEARS, years, strict=True):
        rule = read_rule("skp", on=max(datetime.date(chosen, 12, 31), datetime.date(2022, 12, 31)))
        rows = appraisals[year == chosen].drop_duplicates("person_id")
        text = rows[["result", "behaviour"]].astype(object).where(rows[["result", "behaviour"]].notna(), None)
        codes = measure_predicate(text, rule=rule).cat.codes.astype(float).where(lambda code: code >= 0)
        frame[name] = frame["person_id"].map(pd.Series(codes.to_numpy(), index=rows["person_id"]))
    frame["trained"] = (frame["group"] == "trained").astype(float)
    frame["unit"] = frame["unit"].astype("string").fillna("?")
    moved = frame["after"] - frame["before"]
    frame["up"] = (moved > 0).astype(float).where(moved.notna())
    frame["down"] = (moved < 0).astype(float).where(moved.notna())
    frame["shift"] = frame["up"] - frame["down"]
    return frame, years


def _excluded(frame: pd.DataFrame) -> dict[str, int]:
    missing = int((frame["before"].isna() | frame["after"].isna()).sum())
    return {"no_appraisal": missing} if missing else {}


def _as_people(frame: pd.DataFrame, *, minimum: int) -> GainPeople:
    """The appraised as the grade sees them: predicates by their rank among all, which is order alone."""
    ranks = {name: frame[name].rank(pct=True) for name in _YEARS}
    everyone = frame.assign(
        pre=ranks["before"], post=ranks["after"], cluster=frame["unit"], gain=frame["shift"]
    )
    return GainPeople(everyone, frame.iloc[:0], minimum, "appraisal", "supervisor")


def _shifts(both: pd.DataFrame, *, compared: bool) -> tuple[Estimate, ...]:
    """How much more often predicates rose than fell: against the comparison first, then on each side."""
    sides = {"trained": both[both["trained"] == 1.0], "comparison": both[both["trained"] == 0.0]}
    labels: dict[str, Any] = {"unit": "percentage_points", "outcome": "predicate"}
    own = [
        estimate_mean(
            part,
            "shift",
            clusters="unit",
            term=f"{side}_shift",
            estimand="share up minus share down",
            **labels,
        )
        for side, part in sides.items()
        if side == "trained" or compared
    ]
    if not compared:
        return tuple(own)
    rows = both.assign(cluster=both["unit"].astype(str))
    clustered = count_clusters(rows, "cluster") >= 2
    by, vcov = ("cluster", CLUSTERED_VCOV) if clustered else (None, None)
    fit: Fit = listen(lambda: fit_ols("shift ~ trained", rows, clusters=by, vcov=vcov)).value
    found = fit["trained"] if clustered else without_inference(fit["trained"])
    difference = replace(
        found,
        term="difference",
        estimand="difference in share up minus share down",
        method="OLS, CR2",
        **labels,
    )
    return (difference, *own)


def _counts(trained: pd.DataFrame, *, minimum: int) -> dict[str, Cell]:
    """Shares that rose, stayed and fell, and that are at least good; each only where no cell is too small."""
    total = len(trained)
    parts = {"up": int(trained["up"].sum()), "down": int(trained["down"].sum())}
    parts["same"] = total - sum(parts.values())
    open_cells = min(parts.values()) >= minimum
    cells: dict[str, Cell] = {
        f"{name}_share": count / total if open_cells else None for name, count in parts.items()
    }
    good = _codes().index(_GOOD)
    at_least = {name: int((trained[name] >= good).sum()) for name in _YEARS}
    safe = all(min(n, total - n) >= minimum for n in at_least.values())
    for name, count in at_least.items():
        cells[f"good_{name}"] = count / total if safe else None
    return cells


def _codes() -> list[str]:
    rule = read_rule("skp", on=datetime.date(2022, 12, 31))
    return [str(predicate["code"]) for predicate in rule["predicates"]]


def _rows(results: Sequence[Estimate], both: pd.DataFrame) -> list[Row]:
    """The balance of each side, and their difference."""
    labels = {"trained_shift": "group:trained", "comparison_shift": "group:comparison"}
    sides = {"trained_shift": 1.0, "comparison_shift": 0.0}
    rows: list[Row] = []
    for found in sorted(results, key=lambda one: one.term == "difference"):
        code = labels.get(found.term, "finding.label_difference")
        part = both if found.term == "difference" else both[both["trained"] == sides[found.term]]
        row: Row = {"label_code": code, "n": len(part), "estimate": found.estimate}
        row |= {"conf_low": finite(found.conf_low), "conf_high": finite(found.conf_high)}
        rows.append(row)
    return rows
