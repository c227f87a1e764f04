"""What was done unlike the plan: computed from the plan, the data and the answers, never typed."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

import pandas as pd

from asn_research.contract.threshold import MINIMUM_CLUSTERS
from asn_research.findings.answers.method import KNOWN_SHARE
from asn_research.findings.finding import Caveat, Cell, Finding, Row, Sample, Status
from asn_research.findings.grounds.draft import answer
from asn_research.findings.grounds.estimation import has_interval
from asn_research.findings.grounds.people import read_primary_people
from asn_research.models.result import Estimate, NotEstimable, Reason

if TYPE_CHECKING:
    from asn_research.ingest.store import RegionData

DEVIATION_QUESTIONS: Final = ("learning_gain", "competency_gains", "method_effect", "participation_slope")
"""The answers that a plan is about."""

WEAKER_DESIGN: Final = (
    "comparison_too_small", "baseline_differs", "attrition_differs", "few_sites", "stages_undated",
    "stages_contradicted", "stages_few", "stages_vague", "stages_drift",
)  # fmt: skip
"""Reasons for which a declared design is told as a weaker one."""

Findings = Mapping[str, Finding]


def conclude_plan_deviations(data: RegionData, known: Findings) -> Finding:
    """Every point at which the report could not do what the plan declares.

    Parameters
    ----------
    known : mapping of Finding
        The findings of :data:`DEVIATION_QUESTIONS`.
    """
    rows = tuple(
        {"label_code": f"finding.deviation_{row['code']}", **row} for row in list_deviations(data, known)
    )
    gain = known.get("learning_gain")
    count = Estimate(
        term="deviations", estimate=float(len(rows)), outcome="plan", unit="count",
        estimand="points of the plan that were not kept", method="count",
    )  # fmt: skip
    is_apart = bool(data.plan.covariates) and bool(gain and gain.details.get("compared"))
    details: dict[str, Cell] = {
        "unit": "count",
        "deviations": len(rows),
        "plan_digest": data.plan.digest,
        "plan_written": data.plan.written_on.isoformat() if data.plan.written_on else None,
    }
    return answer(
        data,
        "plan_deviations",
        results=(count,),
        design_grade=gain.design_grade if gain else 1,
        sample=Sample(),
        caveats=(Caveat(code="covariates_in_methods"),) if is_apart else (),
        rows=rows,
        details=details,
    )


def list_deviations(data: RegionData, known: Findings) -> list[Row]:
    """The deviations in the order of the plan: its date, outcome, design, reference, covariates, clusters."""
    return [
        *_dates(data),
        *_primary(data, known),
        *_design(data, known),
        *_methods(data, known),
        *_covariates(data, known),
        *_clusters(data, known),
    ]


def _dates(data: RegionData) -> Iterator[Row]:
    """A plan that bears no date, or one later than what it plans."""
    written, starts = data.plan.written_on, data.region.periods[data.period].starts
    if written is None:
        yield {"code": "plan_undated"}
    elif written > starts:
        first = _first_result(data)
        is_seen = first is not None and first <= written
        yield {
            "code": "plan_after_data" if is_seen else "plan_after_start",
            "written": written.isoformat(),
            "starts": starts.isoformat(),
            "first": first.isoformat() if first is not None else None,
        }


def _first_result(data: RegionData) -> datetime.date | None:
    """The first day on which the primary outcome was measured after the training, where days are known."""
    scores = data.tables.get("assessments", pd.DataFrame())
    if "date" not in scores or scores.empty:
        return None
    primary = data.plan.primary
    wanted = (scores["competency"] == primary.competency) & (scores["source"] == primary.source)
    first = pd.to_datetime(scores.loc[(wanted & (scores["wave"] != "pre")).fillna(False), "date"]).min()
    return None if pd.isna(first) else first.date()


def _primary(data: RegionData, known: Findings) -> Iterator[Row]:
    """A primary outcome without an answer."""
    gain = known.get("learning_gain")
    if gain is None or gain.status is Status.ESTIMATED:
        return
    others = known.get("competency_gains")
    yield {
        "code": "primary_open",
        "competency": data.plan.primary.competency,
        "source": data.plan.primary.source,
        "others": bool(others is not None and others.status is Status.ESTIMATED),
        "why": gain.status.value,
    }


def _design(data: RegionData, known: Findings) -> Iterator[Row]:
    """A declared design that the data do not carry."""
    gain = known.get("learning_gain")
    if gain is None or gain.status is not Status.ESTIMATED:
        return
    given = [caveat.code for caveat in gain.caveats]
    for reason in WEAKER_DESIGN:
        if reason in given:
            yield {"code": "design", "design": data.design, "reason": reason, "grade": gain.design_grade}


def _methods(data: RegionData, known: Findings) -> Iterator[Row]:
    """A reference method that does not occur, one method only, or equal attendance of all."""
    method, slope = known.get("method_effect"), known.get("participation_slope")
    for finding in (method, slope):
        given = finding.caveats if finding is not None else ()
        used = [caveat.fields["reference"] for caveat in given if caveat.code == "reference_absent"]
        if used:
            planned = f"method:{data.plan.reference_method}"
            yield {"code": "reference", "planned": planned, "used": used[0]}
            break
    if _is_constant(method):
        yield {"code": "one_method"}
    if _is_constant(slope):
        yield {"code": "equal_attendance"}


def _is_constant(finding: Finding | None) -> bool:
    refusal = finding.headline if finding is not None else None
    return isinstance(refusal, NotEstimable) and refusal.reason is Reason.NO_VARIATION


def _covariates(data: RegionData, known: Findings) -> Iterator[Row]:
    """Covariates of the plan that were left out, each with what its column holds."""
    dropped = dict.fromkeys(
        str(caveat.fields["name"])
        for question in ("method_effect", "participation_slope")
        if question in known
        for caveat in known[question].caveats
        if caveat.code == "covariate_dropped"
    )
    frame = read_primary_people(data).trained.dropna(subset=["method", "participation_share"])
    for name in dropped:
        column = frame[name.removeprefix("finding.covariate_")]
        share = float(column.notna().mean()) if len(column) else 0.0
        why = "empty" if share == 0.0 else "sparse" if share < KNOWN_SHARE else "constant"
        yield {"code": "covariate", "name": name, "why": why}


def _clusters(data: RegionData, known: Findings) -> Iterator[Row]:
    """People whose planned cluster is unknown, and fewer clusters than inference needs."""
    gain = known.get("learning_gain")
    main = gain.headline if gain is not None else None
    if not isinstance(main, Estimate):
        return
    level = data.plan.clusters
    column = read_primary_people(data).trained[level]
    unknown = int(column.isna().sum())
    if unknown:
        minimum = data.region.disclosure.minimum_cell
        yield {
            "code": "cluster_unknown",
            "clusters": level,
            "few": unknown < minimum,
            "count": unknown if unknown >= minimum else minimum,
            "total": len(column),
        }
    if not has_interval(main):
        yield {
            "code": "few_clusters",
            "clusters": level,
            "count": main.n_clusters,
            "needed": MINIMUM_CLUSTERS,
        }
