"""What goes with attendance: relevance, commitment, the distance between them, position."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from asn_research.errors import EstimationError
from asn_research.findings.finding import Caveat, Finding, Row, Sample
from asn_research.findings.grounds.basis import read_item_scores, read_participation
from asn_research.findings.grounds.design_grade import ASSOCIATION_GRADE
from asn_research.findings.grounds.draft import answer, leave_open, refuse_error, withhold
from asn_research.findings.grounds.estimation import (
    CLUSTERED_VCOV,
    count_clusters,
    finite,
    join_cluster_caveats,
    listen,
)
from asn_research.models.regression import fit_ols
from asn_research.models.result import Estimate, Fit

if TYPE_CHECKING:
    from asn_research.ingest.store import RegionData

_QUESTION = "participation_drivers"
_TABLES = ("participants", "courses", "enrolments", "reactions")
_LABELS = {
    "relevance": "item:relevance",
    "commitment": "item:commitment",
    "distance": "finding.label_distance",
}


def answer_participation_drivers(data: RegionData) -> Finding:
    """Regression of the share of sessions attended on what participants said and on their position."""
    minimum = data.region.disclosure.minimum_cell
    answers = read_item_scores(data)
    if not {"relevance", "commitment"} <= set(answers.columns):
        return leave_open(data, _QUESTION, table="reactions")
    frame, unlinked = _link(data, answers)
    sizes = frame["position_type"].value_counts()
    small = [name for name in sizes.index if int(sizes[name]) < minimum]
    kept = frame[~frame["position_type"].isin(small)].reset_index(drop=True)
    if kept["person_id"].nunique() < minimum:
        return withhold(data, _QUESTION, tables=_TABLES) if len(frame) else _open(data)
    excluded = {"not_linked": unlinked, "incomplete": len(frame) - len(kept)}
    sample = Sample(
        people=int(kept["person_id"].nunique()),
        rows=len(kept),
        tables=_TABLES,
        excluded={reason: count for reason, count in excluded.items() if count},
    )
    try:
        heard = listen(lambda: _fit(kept))
    except EstimationError as error:
        return refuse_error(data, _QUESTION, error, sample=sample)
    estimates = [_named(e) for e in heard.value.estimates if e.term != "Intercept"]
    reference = str(kept["position_type"].value_counts().index[0])
    clusters = count_clusters(kept, "batch")
    return answer(
        data,
        _QUESTION,
        results=tuple(estimates),
        design_grade=ASSOCIATION_GRADE,
        sample=sample,
        caveats=(
            Caveat(code="answers_after"),
            Caveat(code="linked_respondents"),
            *join_cluster_caveats(clusters, heard.caveats),
        ),
        rows=tuple(_row(e, reference, kept) for e in estimates),
        details={"unit": "share", "reference_position": reference},
    )


def _open(data: RegionData) -> Finding:
    return leave_open(data, _QUESTION, table="reactions")


def _link(data: RegionData, answers: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Enrolments with the answers of the same person about the same course, and answers without one."""
    participation = read_participation(data)
    asked = answers.dropna(subset=["relevance", "commitment"]).rename(columns={"respondent_id": "person_id"})
    asked = asked[["person_id", "course_id", "relevance", "commitment"]]
    linked = participation.merge(asked, on=["person_id", "course_id"], how="inner")
    frame = linked.dropna(subset=["participation_share", "position_type"]).reset_index(drop=True)
    frame["distance"] = (frame["relevance"] - frame["commitment"]).abs()
    return frame, len(asked) - len(linked)


def _fit(frame: pd.DataFrame) -> Fit:
    terms = [name for name in _LABELS if len(frame[name].unique()) > 1]
    sizes = frame["position_type"].value_counts()
    levels = [str(name) for name in sizes.index[1:]]
    dummies = {f"position_{level}": (frame["position_type"] == level).astype(float) for level in levels}
    formula = " + ".join([*terms, *dummies]) or "1"
    rows = frame.assign(**dummies)
    return fit_ols(f"participation_share ~ {formula}", rows, clusters="batch", vcov=CLUSTERED_VCOV)


def _named(estimate: Estimate) -> Estimate:
    return replace(
        estimate, unit="share", outcome="participation_share", estimand="difference in share attended"
    )


def _row(estimate: Estimate, reference: str, frame: pd.DataFrame) -> Row:
    label = _LABELS.get(estimate.term)
    count = len(frame)
    if label is None:
        level = estimate.term.removeprefix("position_")
        label = f"position_type:{level} - position_type:{reference}"
        count = int(frame["position_type"].isin([level, reference]).sum())
    return {
        "label_code": label,
        "n": count,
        "estimate": estimate.estimate,
        "conf_low": finite(estimate.conf_low),
        "conf_high": finite(estimate.conf_high),
    }
