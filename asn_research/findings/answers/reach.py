"""Reach: who was trained, for how long, who came and who finished."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import pandas as pd

from asn_research.contract.rule import read_rule
from asn_research.errors import EstimationError
from asn_research.findings.disclosures.disclosure import gate_rows
from asn_research.findings.disclosures.rounding import hours_step, to_step
from asn_research.findings.finding import Caveat, Finding, Row, Sample
from asn_research.findings.grounds.basis import read_participation, read_training_hours
from asn_research.findings.grounds.draft import answer, leave_open, quarantine_caveats, refuse_error, withhold
from asn_research.findings.grounds.estimation import (
    cluster_caveats,
    count_clusters,
    estimate_mean,
    interval_cells,
)
from asn_research.models.result import Estimate

if TYPE_CHECKING:
    from asn_research.ingest.store import RegionData

_YEAR = 12
_REACH = ("participants", "courses", "enrolments")


def minimum_of(data: RegionData) -> int:
    """The region's minimum cell."""
    return data.region.disclosure.minimum_cell


def share_rows(
    frame: pd.DataFrame, column: str, *, by: str, vocabulary: str = "", group: str = ""
) -> list[Row]:
    """One row per level of ``by``: how many have ``column``; the largest level first."""
    counts = frame.groupby(by)[column].agg(["sum", "size"]).reset_index()
    counts = counts.sort_values(["size", by], ascending=[False, True], kind="stable")
    rows: list[Row] = []
    for level, count, total in counts[[by, "sum", "size"]].itertuples(index=False):
        row: Row = {"label_code": f"{vocabulary}:{level}"} if vocabulary else {"label": str(level)}
        if group:
            row["group"] = group
        row |= {"share": float(count) / int(total), "n": int(count), "total": int(total)}
        rows.append(row)
    return rows


def answer_coverage(data: RegionData) -> Finding:
    """Trained people of those who could have been trained, by unit and kind of position."""
    people = read_training_hours(data)
    trained, listed = int(people["attended"].sum()), len(people)
    declared = data.region.periods[data.period].eligible
    total = max(declared or 0, listed)
    minimum = minimum_of(data)
    if total < minimum or trained < minimum:
        return withhold(data, "coverage", tables=_REACH)
    caveats = [Caveat(code="count_not_sample")]
    caveats += quarantine_caveats(data)
    whole_list = declared is None or listed >= declared
    composition = trained == listed
    if not whole_list:
        caveats.append(
            Caveat(code="list_shorter_than_eligible", fields={"listed": listed, "eligible": total})
        )
    if composition:
        caveats.append(Caveat(code="only_trained_listed"))
    if "group" in people and (people["group"].eq("trained") & ~people["attended"]).any():
        caveats.append(Caveat(code="trained_without_attendance"))
    rows = _coverage_rows(people, composition=composition)
    gated = gate_rows(rows, minimum=minimum, people="n" if composition else "total", within="group")
    share = Estimate(
        term="coverage", estimate=trained / total, n_obs=total, unit="share", outcome="trained",
        estimand="trained people per eligible person", method="count",
    )  # fmt: skip
    return answer(
        data,
        "coverage",
        results=(share,),
        sample=Sample(people=total, rows=listed, tables=_REACH),
        caveats=tuple(caveats),
        rows=gated.rows,
        disclosure=gated.disclosure,
        details={
            "trained": trained, "listed": listed, "eligible": total, "unlisted": max(total - listed, 0),
            "composition": composition,
            "listed_only": listed < total,
        },
    )  # fmt: skip


def _coverage_rows(people: pd.DataFrame, *, composition: bool) -> list[Row]:
    rows: list[Row] = []
    for by, vocabulary in (("position_type", "position_type"), ("unit", "")):
        known = people.dropna(subset=[by])
        group = f"finding.group_{by}"
        if composition:
            rows += [
                {
                    **row,
                    "share": float(str(row["total"])) / len(known),
                    "n": row["total"],
                    "total": len(known),
                }
                for row in share_rows(known, "attended", by=by, vocabulary=vocabulary, group=group)
            ]
        else:
            rows += share_rows(known, "attended", by=by, vocabulary=vocabulary, group=group)
    return rows


def answer_training_hours(data: RegionData) -> Finding:
    """Share of civil servants (PNS) with the training hours that the rule grants each year."""
    rule = read_rule("training_hours", on=data.region.periods[data.period].ends)
    needed = float(rule["minimum_jp_per_year"])
    people = read_training_hours(data)
    covered = people[people["attended"]].copy()
    known = covered["employment"].notna().any()
    if known:
        covered = covered[covered["employment"].isin(list(rule["applies_to"]))]
    if len(covered) < minimum_of(data):
        return withhold(data, "training_hours", tables=_REACH)
    covered["enough"] = covered["credited_jp"] >= needed
    count = int(covered["enough"].sum())
    share = Estimate(
        term="at_least_required_hours", estimate=count / len(covered), n_obs=len(covered), unit="share",
        outcome="credited_jp", estimand="share of trained people with the required hours", method="count",
    )  # fmt: skip
    step = hours_step([float(hours) for hours in covered["credited_jp"]], minimum=minimum_of(data))
    hours = Estimate(
        term="mean_hours", estimate=to_step(float(covered["credited_jp"].mean()), step), n_obs=len(covered),
        unit="hours", outcome="credited_jp", estimand="mean credited hours of trained people",
        method="count",
    )  # fmt: skip
    rows = share_rows(
        covered.dropna(subset=["position_type"]), "enough", by="position_type", vocabulary="position_type"
    )
    gated = gate_rows(rows, minimum=minimum_of(data), people="total")
    caveats = [Caveat(code="count_not_sample"), Caveat(code="only_these_courses")]
    if step:
        caveats.append(Caveat(code="hours_rounded", fields={"minimum": minimum_of(data), "step_hours": step}))
    months = _months(data)
    if months > _YEAR:
        caveats.append(Caveat(code="longer_than_year", fields={"months": months}))
    if not known:
        caveats.append(Caveat(code="employment_unknown"))
    return answer(
        data,
        "training_hours",
        results=(share, hours),
        sample=Sample(people=len(covered), rows=len(data.tables["enrolments"]), tables=_REACH),
        caveats=tuple(caveats),
        rows=gated.rows,
        disclosure=gated.disclosure,
        details={"required_jp": needed, "rule_source": rule.source},
    )


def _months(data: RegionData) -> int:
    """The length of the period in months, begun ones counted in full."""
    declared = data.region.periods[data.period]
    starts, after = declared.starts, declared.ends + datetime.timedelta(days=1)
    whole = (after.year - starts.year) * _YEAR + after.month - starts.month
    return whole + (after.day > starts.day)


def _mean_by(frame: pd.DataFrame, column: str, *, by: str, clusters: str) -> list[Row]:
    """Mean of a column per term of ``by``, with intervals that respect the batches; the largest first."""
    rows: list[Row] = []
    sizes = frame.groupby(by).size().reset_index(name="size")
    for level in sizes.sort_values(["size", by], ascending=[False, True], kind="stable")[by]:
        part = frame[frame[by] == level]
        row: Row = {"label_code": f"{by}:{level}", "n": int(part["person_id"].nunique())}
        row |= {"enrolments": len(part), "count": round(float(part[column].sum()))}
        row |= {"clusters": count_clusters(part, clusters), "estimate": float(part[column].mean())}
        row |= interval_cells(part, column, clusters=clusters, unit="share")
        rows.append(row)
    return rows


def answer_attendance(data: RegionData) -> Finding:
    """Mean share of sessions attended by those enrolled."""
    frame = read_participation(data).dropna(subset=["participation_share"])
    return _answer_enrolment_mean(data, "attendance", frame, "participation_share")


def answer_completion(data: RegionData) -> Finding:
    """Share of enrolments that were completed."""
    frame = read_participation(data)
    unknown = int(frame["completed"].isna().sum())
    frame = frame.dropna(subset=["completed"]).copy()
    if frame.empty:
        return leave_open(data, "completion", table="enrolments")
    frame["completed_share"] = frame["completed"].astype(float)
    return _answer_enrolment_mean(data, "completion", frame, "completed_share", unknown=unknown)


def _answer_enrolment_mean(
    data: RegionData, question: str, frame: pd.DataFrame, column: str, *, unknown: int = 0
) -> Finding:
    minimum = minimum_of(data)
    people = int(frame["person_id"].nunique())
    if people < minimum:
        return withhold(data, question, tables=_REACH)
    excluded = {"not_recorded": unknown} if unknown else {}
    sample = Sample(people=people, rows=len(frame), tables=_REACH, excluded=excluded)
    try:
        mean = estimate_mean(
            frame, column, clusters="batch", term=question, unit="share", outcome=column,
            estimand=f"mean {column} per enrolment",
        )  # fmt: skip
    except EstimationError as error:
        return refuse_error(data, question, error, sample=sample)
    rows = _mean_by(frame.dropna(subset=["method"]), column, by="method", clusters="batch")
    details: dict[str, float | int | str | None] = {"unit": "share"}
    if question == "completion":
        rows = [{**row, "share": row["estimate"], "total": row["enrolments"]} for row in rows]
        rows = [{**row, "n": row["count"]} for row in rows]
    else:
        details |= {"reference": None, "engagement": _mean_or_none(frame["engagement_rating"])}
    gated = gate_rows(rows, minimum=minimum, people="total" if question == "completion" else "n")
    return answer(
        data,
        question,
        results=(mean,),
        sample=sample,
        caveats=cluster_caveats(count_clusters(frame, "batch")),
        rows=gated.rows,
        disclosure=gated.disclosure,
        details=details,
    )


def _mean_or_none(values: pd.Series[float]) -> float | None:
    return float(values.mean()) if values.notna().any() else None
