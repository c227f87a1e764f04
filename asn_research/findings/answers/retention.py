"""What is left at follow-up, and whether it goes with mentoring."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from asn_research.errors import EstimationError
from asn_research.findings.disclosures.disclosure import gate_rows, merge_cells
from asn_research.findings.disclosures.rounding import round_points, to_step
from asn_research.findings.finding import Caveat, Cell, Finding, Row, Sample
from asn_research.findings.grounds.design_grade import ASSOCIATION_GRADE
from asn_research.findings.grounds.draft import answer, leave_open, refuse, refuse_error, withhold
from asn_research.findings.grounds.estimation import (
    CLUSTERED_VCOV,
    cluster_caveats,
    count_clusters,
    detectable,
    finite,
    interval_cells,
    listen,
    without_inference,
)
from asn_research.findings.grounds.gain import trained_gain
from asn_research.findings.grounds.people import GAIN_TABLES, read_gain_people, read_primary_people
from asn_research.models.ratio import estimate_ratio
from asn_research.models.regression import fit_ols
from asn_research.models.result import Estimate, Fit, NotEstimable, Reason

if TYPE_CHECKING:
    from asn_research.ingest.store import RegionData

_PER_HOURS = 10.0
_END_HOURS = 5.0
"""The outer ends of hours reach to the next multiple of this."""
_SELECTED_SD = 0.25
"""From this difference on, those with a follow-up are said to be other people (WWC: above 0.25 SD)."""
_SHOWN = ("end_gain", "since_end", "kept_gain")
_MEANS = {"mean_pre": "pre", "mean_post": "end", "mean_followup": "later"}


def answer_retention(data: RegionData) -> Finding:
    """The score at follow-up against the end of the training and against the beginning."""
    primary = data.plan.primary
    end = read_primary_people(data)
    later = read_gain_people(data, competency=primary.competency, source=primary.source, wave_to="followup")
    frame = _three_waves(end.trained, later.trained)
    if later.everyone["post"].isna().all():
        return leave_open(data, "retention", table="assessments")
    if len(frame) < end.minimum:
        return withhold(data, "retention", tables=GAIN_TABLES)
    sample = _sample(frame, rows=3 * len(frame), no_followup=len(end.trained) - len(frame))
    try:
        changes = _changes(frame, outcome=end.outcome)
        kept = _kept_share(frame, changes["end_gain"])
    except EstimationError as error:
        return refuse_error(data, "retention", error, sample=sample)
    told = answer(
        data,
        "retention",
        results=(*changes.values(), *kept),
        design_grade=1,
        sample=sample,
        caveats=(
            *end.caveats(frame),
            *_selection(end.trained, frame, minimum=end.minimum),
            *cluster_caveats(count_clusters(frame, "cluster")),
            Caveat(code="followup_only_trained"),
        ),
        rows=gate_rows(_change_rows(changes, people=len(frame)), minimum=end.minimum).rows,
        details={
            "competency": primary.competency,
            "source": primary.source,
            **{name: float(frame[column].mean()) for name, column in _MEANS.items()},
            "mde": detectable(changes["since_end"]),
            "unit": "points",
        },
    )
    if not 0 < len(end.trained) - len(frame) < end.minimum:
        return told
    return round_points(told, details=tuple(_MEANS), minimum=end.minimum)


def _sample(frame: pd.DataFrame, *, rows: int, **excluded: int) -> Sample:
    """The people of an answer, and those left out by reason; reasons that do not occur are not told."""
    return Sample(
        people=len(frame),
        rows=rows,
        tables=GAIN_TABLES,
        excluded={reason: count for reason, count in excluded.items() if count},
    )


def _change_rows(changes: Mapping[str, Estimate], *, people: int) -> list[Row]:
    return [
        {
            "label_code": f"finding.retention_{term}",
            "n": people,
            "estimate": changes[term].estimate,
            "conf_low": finite(changes[term].conf_low),
            "conf_high": finite(changes[term].conf_high),
        }
        for term in _SHOWN
    ]


def _three_waves(end: pd.DataFrame, later: pd.DataFrame) -> pd.DataFrame:
    """Trained people with a score before, at the end and at follow-up."""
    found = later.set_index("person_id")["post"]
    frame = end[end["person_id"].isin(found.index)].rename(columns={"post": "end"})
    frame = frame.assign(later=frame["person_id"].map(found).astype(float)).drop(columns=["gain"])
    return frame.reset_index(drop=True)


def _changes(frame: pd.DataFrame, *, outcome: str) -> dict[str, Estimate]:
    """The three changes between three waves, the one since the end of the training first."""
    pairs = {"since_end": ("end", "later"), "kept_gain": ("pre", "later"), "end_gain": ("pre", "end")}
    return {
        term: trained_gain(frame.assign(gain=frame[last] - frame[first]), outcome=outcome, term=term)
        for term, (first, last) in pairs.items()
    }


def _kept_share(frame: pd.DataFrame, gain: Estimate) -> tuple[Estimate, ...]:
    """The share of the gain that is left; only where there clearly was a gain."""
    if not gain.conf_low > 0:
        return ()
    columns = frame.assign(kept=frame["later"] - frame["pre"], had=frame["end"] - frame["pre"])
    ratio = estimate_ratio(columns, numerator="kept", denominator="had", clusters="cluster")
    return (replace(ratio, term="kept_share", estimand="share of the gain left at follow-up"),)


def _selection(end: pd.DataFrame, frame: pd.DataFrame, *, minimum: int) -> tuple[Caveat, ...]:
    """A reservation where people without a follow-up had other scores at the end of the training."""
    gone = end[~end["person_id"].isin(frame["person_id"])]
    spread = float(end["post"].std())
    if len(gone) < minimum or not spread > 0:
        return ()
    difference = float(frame["end"].mean() - gone["post"].mean()) / spread
    if abs(difference) < _SELECTED_SD:
        return ()
    side = "higher" if difference > 0 else "lower"
    fields: dict[str, Cell] = {"difference_sd": abs(difference)}
    return (Caveat(code=f"followup_selected_{side}", fields=fields),)


def answer_mentoring_effect(data: RegionData) -> Finding:
    """What goes with mentoring hours: the change since the training, or the gain without a follow-up."""
    question = "mentoring_effect"
    frame, wave = _mentored(data)
    minimum = data.region.disclosure.minimum_cell
    if frame["change"].isna().all():
        return leave_open(data, question, table="assessments")
    if not (frame["mentoring_hours"].fillna(0.0) > 0).any():
        return leave_open(data, question, table="enrolments")
    known = frame.dropna(subset=["change", "mentoring_hours", "participation_share", "method"])
    mentored = int((known["mentoring_hours"] > 0).sum())
    if mentored < minimum:
        return withhold(data, question, tables=GAIN_TABLES)
    sample = _sample(known, rows=len(known), incomplete=len(frame) - len(known))
    if known["mentoring_hours"].nunique() < 2:
        refusal = NotEstimable(term=question, reason=Reason.NO_VARIATION, detail="all had equal hours")
        return refuse(data, question, refusal, sample=sample)
    try:
        change, ancova = (_slope(known, start=start) for start in (None, "start"))
    except EstimationError as error:
        return refuse_error(data, question, error, sample=sample)
    return answer(
        data,
        question,
        results=(change, ancova),
        design_grade=ASSOCIATION_GRADE,
        sample=sample,
        caveats=(
            Caveat(code="mentoring_chosen"),
            *((Caveat(code="mentoring_no_followup"),) if wave == "post" else ()),
            *cluster_caveats(count_clusters(known, "cluster")),
        ),
        rows=_hour_rows(known, minimum=minimum),
        details={
            "wave_to": wave,
            "competency": data.plan.primary.competency,
            "source": data.plan.primary.source,
            "hours": _PER_HOURS,
            "mentored": mentored if len(known) - mentored >= minimum or mentored == len(known) else None,
            "mean_hours": float(known.loc[known["mentoring_hours"] > 0, "mentoring_hours"].mean()),
            "mde": detectable(change),
            "unit": "points",
        },
    )


def _mentored(data: RegionData) -> tuple[pd.DataFrame, str]:
    """Trained people with their change since the training (since before it without a follow-up)."""
    primary = data.plan.primary
    end = read_primary_people(data)
    later = read_gain_people(data, competency=primary.competency, source=primary.source, wave_to="followup")
    frame = _three_waves(end.trained, later.trained)
    if len(frame) >= end.minimum:
        return frame.assign(change=frame["later"] - frame["end"], start=frame["end"]), "followup"
    frame = end.trained
    return frame.assign(change=frame["gain"], start=frame["pre"]), "post"


def _slope(frame: pd.DataFrame, *, start: str | None) -> Estimate:
    """Points per ten hours of mentoring, at equal attendance and method; ANCOVA with the ``start`` score."""
    rows = frame.assign(
        hours=frame["mentoring_hours"].astype(float) / _PER_HOURS,
        share=frame["participation_share"].astype(float),
        method=frame["method"].astype(str),
    )
    terms = ["hours"]
    terms += ["share"] if _differs(rows["share"]) else []
    terms += ["C(method)"] if _differs(rows["method"]) else []
    terms += [start] if start else []
    clustered = count_clusters(rows, "cluster") >= 2
    formula = f"change ~ {' + '.join(terms)}"
    by, vcov = ("cluster", CLUSTERED_VCOV) if clustered else (None, None)
    fit: Fit = listen(lambda: fit_ols(formula, rows, clusters=by, vcov=vcov)).value
    found = fit["hours"] if clustered else without_inference(fit["hours"])
    model = "ancova" if start else "change"
    return replace(
        found,
        term="ancova:mentoring" if start else "mentoring",
        unit="points",
        estimand="change per 10 hours of mentoring",
        method=f"gain_{model}",
    )


def _differs(column: pd.Series) -> bool:
    return bool((column != column.iloc[0]).any())


def _hour_rows(frame: pd.DataFrame, *, minimum: int) -> tuple[Row, ...]:
    """The mean change by hours of mentoring: none, and the others joined until each holds enough people.

    The outer ends reach to the next five hours, so that they do not tell the fewest and the most hours.
    """
    hours = frame["mentoring_hours"].astype(float)
    values = sorted(set(hours))
    counts = [int((hours == value).sum()) for value in values]
    first = [(0, 0)] if values[0] == 0.0 and counts[0] >= minimum else []
    rest = merge_cells(counts[len(first) :], minimum=minimum)
    cells = first + [(a + len(first), b + len(first)) for a, b in rest]
    rows: list[Row] = []
    for low, high in cells:
        part = frame[hours.between(values[low], values[high])]
        row: Row = {"n": len(part), "label_code": "finding.label_no_mentoring"}
        if values[high] > 0.0:
            label = _range(
                to_step(values[low], _END_HOURS if low == len(first) else 0.0, math.floor),
                to_step(values[high], _END_HOURS if high == len(values) - 1 else 0.0, math.ceil),
            )
            row = {"n": len(part), "label": label, "group": "finding.group_mentoring_hours"}
        row |= {"estimate": float(part["change"].mean())}
        rows.append(row | interval_cells(part, "change", clusters="cluster"))
    return gate_rows(rows, minimum=minimum).rows


def _range(low: float, high: float) -> str:
    """Some hours as text; nobody without any is among them."""
    ends = [str(max(math.floor(low), 1)), str(math.ceil(high))]
    return ends[0] if ends[0] == ends[1] else "–".join(ends)
