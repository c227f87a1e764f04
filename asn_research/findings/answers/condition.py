"""Conditions: who takes part in making the courses, and how old the curricula are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from asn_research.contract.threshold import CURRICULUM_REVIEW_YEARS
from asn_research.errors import TooFewObservationsError
from asn_research.findings.finding import Caveat, Finding, Row, Sample
from asn_research.findings.grounds.draft import answer, leave_open
from asn_research.measures.curriculum import measure_curriculum_age
from asn_research.models.result import Estimate

if TYPE_CHECKING:
    from asn_research.ingest.store import RegionData

_GOVERNMENT = "government"
_ROLES = ("design", "teaching", "evaluation", "funding")
_PARTIES = ("government", "university", "private", "community")


def answer_stakeholder_roles(data: RegionData) -> Finding:
    """Share of courses in which each party has a role, and in which anyone from outside has one."""
    roles = data.tables["stakeholders"].dropna(subset=["course_id", "party", "role"])
    courses = set(data.tables["courses"]["course_id"].astype(str))
    roles = roles[roles["course_id"].astype(str).isin(courses)].drop_duplicates(
        ["course_id", "party", "role"]
    )
    if roles.empty:
        return leave_open(data, "stakeholder_roles", table="stakeholders")
    total = len(courses)
    outside = int(roles.loc[roles["party"] != _GOVERNMENT, "course_id"].nunique())
    listed = int(roles["course_id"].nunique())
    rows = [_role_row(roles, party, role, total) for role in _ROLES for party in _PARTIES]
    caveats = [Caveat(code="full_count_courses")]
    if listed < total:
        caveats.append(Caveat(code="courses_without_parties", fields={"count": total - listed}))
    alone = [
        role for role in _ROLES if set(roles.loc[roles["role"] == role, "party"].astype(str)) == {_GOVERNMENT}
    ]
    return answer(
        data,
        "stakeholder_roles",
        results=(
            Estimate(
                term="outside", estimate=outside / total, n_obs=total, outcome="party", unit="share",
                estimand="share of courses with a party from outside the government", method="count",
            ),
        ),
        sample=Sample(rows=len(roles), tables=("stakeholders", "courses")),
        caveats=tuple(caveats),
        rows=tuple(row for row in rows if row["n"]),
        details={
            "courses": total, "outside": outside, "unit": "share",
            "government_only": "; ".join(f"stakeholder_role:{role}" for role in alone),
        },
    )  # fmt: skip


def _role_row(roles: pd.DataFrame, party: str, role: str, total: int) -> Row:
    part = roles[(roles["party"] == party) & (roles["role"] == role)]
    count = int(part["course_id"].nunique())
    return {
        "label_code": f"party:{party}",
        "group": f"stakeholder_role:{role}",
        "share": count / total,
        "n": count,
        "total": total,
    }


def answer_curriculum_age(data: RegionData) -> Finding:
    """Years since the curriculum of each course was last reviewed, when it was last taught."""
    courses = data.tables["courses"]
    try:
        ages = measure_curriculum_age(courses)
    except TooFewObservationsError:
        return leave_open(data, "curriculum_age", table="courses")
    ages = ages.sort_values(["age_years", "title"], ascending=[False, True])
    old = ages[ages["age_years"] > CURRICULUM_REVIEW_YEARS]
    unknown = int(courses["title"].nunique()) - len(ages)
    rows: list[Row] = [
        {"label": str(age["title"]), "amount": float(age["age_years"]),
         "flagged": float(age["age_years"]) > CURRICULUM_REVIEW_YEARS}
        for _, age in ages.iterrows()
    ]  # fmt: skip
    caveats = [Caveat(code="curriculum_convention", fields={"years": round(CURRICULUM_REVIEW_YEARS)})]
    if unknown:
        caveats.append(Caveat(code="curriculum_unknown", fields={"count": unknown}))
    return answer(
        data,
        "curriculum_age",
        results=(
            Estimate(
                term="median_age", estimate=float(ages["age_years"].median()), n_obs=len(ages),
                outcome="curriculum_age", unit="years", estimand="median age of a curriculum", method="count",
            ),
        ),
        sample=Sample(rows=len(courses), tables=("courses",)),
        caveats=tuple(caveats),
        rows=tuple(rows),
        details={
            "unit": "years", "old": len(old), "titles": len(ages), "limit_years": CURRICULUM_REVIEW_YEARS,
            "old_titles": "; ".join(str(title) for title in old["title"]),
        },
    )  # fmt: skip
