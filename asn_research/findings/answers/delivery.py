"""Results: projects finished in time and within their budget."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from asn_research.findings.disclosures.disclosure import GatedRows, gate_rows
from asn_research.findings.finding import Caveat, Finding, Row, Sample
from asn_research.findings.grounds.basis import read_training_hours
from asn_research.findings.grounds.draft import answer, leave_open, withhold
from asn_research.findings.grounds.estimation import estimate_share
from asn_research.measures.project import measure_delivery
from asn_research.models.result import Estimate

if TYPE_CHECKING:
    from asn_research.ingest.store import RegionData

_QUESTION = "project_delivery"
_TABLES = ("projects", "participants", "courses", "enrolments")
_ASPECTS = ("on_time", "on_budget")


def answer_project_delivery(data: RegionData) -> Finding:
    """Share of projects finished in time and within budget, by whether their leader was trained."""
    minimum = data.region.disclosure.minimum_cell
    projects = measure_delivery(data.tables["projects"], until=data.region.periods[data.period].ends)
    projects = projects.assign(leader=_leaders(data, projects))
    decided = projects.dropna(subset=["on_time"])
    if decided.empty:
        return leave_open(data, _QUESTION, table="projects")
    if len(decided) < minimum:
        return withhold(data, _QUESTION, tables=_TABLES)
    shares = [share for aspect in _ASPECTS if (share := _share(projects, aspect, minimum=minimum))]
    gated = _rows(projects, minimum=minimum)
    late = projects.loc[projects["late_days"].notna(), "late_days"]
    return answer(
        data,
        _QUESTION,
        results=tuple(shares),
        sample=Sample(
            people=0,
            rows=len(projects),
            tables=_TABLES,
            excluded={"project_undecided": len(projects) - len(decided)},
        ),
        caveats=(
            Caveat(code="projects_small"),
            *((Caveat(code="projects_by_leader"),) if len(gated.rows) > len(_ASPECTS) else ()),
        ),
        rows=gated.rows,
        disclosure=gated.disclosure,
        details={
            "projects": len(projects),
            "decided": len(decided),
            "median_late_days": float(late.median()) if len(late) >= minimum else None,
        },
    )


def _rows(projects: pd.DataFrame, *, minimum: int) -> GatedRows:
    """All projects, those of trained leaders and those of others."""
    rows = [
        row
        for part, group in (
            (projects, "finding.group_all_projects"),
            (projects[projects["leader"] == "trained"], "finding.group_leader_trained"),
            (projects[projects["leader"] == "other"], "finding.group_leader_other"),
        )
        for aspect in _ASPECTS
        if (row := _row(part, aspect, group=group))
    ]
    unknown = int(projects["leader"].isna().sum())
    kept = _without_subtraction(rows, unknown=unknown, minimum=minimum)
    return gate_rows(kept, minimum=minimum, people="total", within="group")


def _leaders(data: RegionData, projects: pd.DataFrame) -> pd.Series[str]:
    """``trained`` or ``other``; missing where the project names nobody of the list."""
    people = read_training_hours(data).set_index("person_id")["attended"]
    attended = projects["person_id"].map(people.astype("boolean"))
    return attended.map({True: "trained", False: "other"}).astype("string")


def _share(projects: pd.DataFrame, aspect: str, *, minimum: int) -> Estimate | None:
    known = projects[aspect].dropna()
    if len(known) < minimum:
        return None
    return estimate_share(
        int(known.sum()), len(known), term=aspect, outcome=aspect, estimand=f"share of projects {aspect}"
    )


def _row(projects: pd.DataFrame, aspect: str, *, group: str) -> Row | None:
    known = projects[aspect].dropna()
    if known.empty:
        return None
    share = estimate_share(int(known.sum()), len(known), term=aspect)
    return {
        "label_code": f"finding.delivery_{aspect}",
        "group": group,
        "share": share.estimate,
        "conf_low": share.conf_low,
        "conf_high": share.conf_high,
        "n": int(known.sum()),
        "total": len(known),
    }


def _without_subtraction(rows: list[Row], *, unknown: int, minimum: int) -> list[Row]:
    """Groups of leaders are left out where one of them, or the rest, is small: the total would reveal it."""
    parts = [row for row in rows if row["group"] != "finding.group_all_projects"]
    small = unknown in range(1, minimum) or any(int(str(row["total"])) < minimum for row in parts)
    one_group = len({row["group"] for row in parts}) < 2
    return (
        [row for row in rows if row["group"] == "finding.group_all_projects"] if small or one_group else rows
    )
