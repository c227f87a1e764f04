"""Reaction: what participants thought of their courses."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from asn_research.contract.threshold import ALPHA_ACCEPTABLE
from asn_research.errors import EstimationError
from asn_research.findings.disclosures.disclosure import gate_rows, merge_cells
from asn_research.findings.disclosures.rounding import answer_step, round_estimate, to_step
from asn_research.findings.finding import Caveat, Cell, Finding, Row, Sample
from asn_research.findings.grounds.axis import number
from asn_research.findings.grounds.basis import read_item_scores, read_reactions
from asn_research.findings.grounds.draft import answer, leave_open, refuse_error, withhold
from asn_research.findings.grounds.estimation import (
    cluster_caveats,
    count_clusters,
    estimate_mean,
    estimate_share,
    finite,
    interval_cells,
    listen,
)
from asn_research.measures.reaction import (
    REVIEW_BELOW,
    SATISFACTION_ITEMS,
    score_satisfaction,
)
from asn_research.measures.reliability import measure_alpha, measure_items
from asn_research.models.result import Estimate

if TYPE_CHECKING:
    from asn_research.ingest.store import RegionData

_TABLES = ("reactions", "courses")
_NEUTRAL = 3
_SHOWN_ITEMS = (*SATISFACTION_ITEMS, "overall")


def answer_satisfaction(data: RegionData) -> Finding:
    """Mean satisfaction, and how the answers to each item are spread."""
    minimum = data.region.disclosure.minimum_cell
    scale = score_satisfaction(read_item_scores(data)).dropna(subset=["satisfaction"])
    answers = read_reactions(data)
    answers = answers[answers["item"].isin(_SHOWN_ITEMS)].dropna(subset=["response"])
    if scale.empty:
        return leave_open(data, "satisfaction", table="reactions")
    people = int(scale["respondent_id"].nunique())
    if people < minimum:
        return withhold(data, "satisfaction", tables=_TABLES)
    sample = Sample(people=people, rows=len(answers), tables=_TABLES)
    try:
        mean = estimate_mean(
            scale, "satisfaction", clusters="batch", term="satisfaction", unit="scale",
            outcome="satisfaction", estimand="mean of the satisfaction scale (1 to 5)",
        )  # fmt: skip
    except EstimationError as error:
        return refuse_error(data, "satisfaction", error, sample=sample)
    steps = answer_steps(answers, minimum=minimum)
    rows = [
        row
        for item in _SHOWN_ITEMS
        for row in _likert_rows(answers[answers["item"] == item], item, minimum=minimum)
    ]
    if not rows:
        return withhold(data, "satisfaction", tables=_TABLES)
    items = _item_details(rows)
    return answer(
        data,
        "satisfaction",
        results=(round_estimate(mean, max(steps.values()) if items["items"] == 1 else 0.0),),
        sample=sample,
        caveats=(
            Caveat(code="opinion_not_learning"),
            *cluster_caveats(count_clusters(scale, "batch")),
            *_rounded(steps.values(), minimum),
        ),
        rows=tuple(rows),
        details=items,
    )


def _item_details(rows: Sequence[Row]) -> dict[str, Cell]:
    """How many items were rated, and which best and worst."""
    means = {str(row["label_code"]): number(row["mean"]) for row in rows}
    best, worst = max(means, key=means.__getitem__), min(means, key=means.__getitem__)
    return {
        "best": best,
        "best_mean": means[best],
        "worst": worst,
        "worst_mean": means[worst],
        "items": len(means),
    }


def _likert_rows(answers: pd.DataFrame, item: str, *, minimum: int) -> list[Row]:
    """The spread of the answers to one item; rare answers are joined with their neighbours."""
    total = int(answers["respondent_id"].nunique())
    if total < minimum:
        return []
    counts = _answer_counts(answers)
    step = _answer_step(counts, minimum=minimum)
    mean = to_step(float(answers["response"].mean()), step)
    shared: Row = {"label_code": f"item:{item}", "mean": mean, "total": total}
    ends = interval_cells(answers, "response", clusters="batch")
    shared |= {
        "conf_low": _end(ends["conf_low"], step, math.floor),
        "conf_high": _end(ends["conf_high"], step, math.ceil),
    }
    rows: list[Row] = []
    cells = merge_cells(counts, minimum=minimum)
    for first, last in cells:
        count = sum(counts[first : last + 1])
        low = 1 if (first, last) == cells[0] else first + 1
        high = len(counts) if (first, last) == cells[-1] else last + 1
        row: Row = {"response": min(range(low, high + 1), key=lambda r: abs(r - _NEUTRAL))}
        row |= {"response_low": low, "response_high": high}
        rows.append({**shared, **row, "count": count, "share": count / sum(counts), "n": count})
    return rows


def _answer_counts(answers: pd.DataFrame) -> list[int]:
    return [int((answers["response"] == response).sum()) for response in range(1, 6)]


def _answer_step(counts: Sequence[int], *, minimum: int) -> float:
    return answer_step(counts, merge_cells(counts, minimum=minimum), minimum=minimum)


def answer_steps(answers: pd.DataFrame, *, minimum: int) -> dict[str, float]:
    """The step to which the mean of each item is told, in every answer about it; 0 where it is exact."""
    counts = {str(item): _answer_counts(part) for item, part in answers.groupby("item", sort=True)}
    return {
        item: _answer_step(found, minimum=minimum) for item, found in counts.items() if sum(found) >= minimum
    }


def _end(value: object, step: float, way: Callable[[float], float]) -> float | None:
    """An end of an interval told in steps, within the scale."""
    return (
        min(max(to_step(value, step, way), 1.0), 5.0) if isinstance(value, float) and step else _known(value)
    )


def _known(value: object) -> float | None:
    return value if isinstance(value, float) else None


def _rounded(steps: Collection[float], minimum: int) -> tuple[Caveat, ...]:
    """The reservation that means of answers are told in steps."""
    if not any(steps):
        return ()
    return (Caveat(code="answers_rounded", fields={"minimum": minimum, "step_index": max(steps)}),)


def answer_course_flags(data: RegionData) -> Finding:
    """Courses whose material or speaker participants do not find good enough."""
    minimum = data.region.disclosure.minimum_cell
    answers = read_reactions(data)
    answers = answers[answers["item"].isin(("material", "speaker"))].dropna(subset=["response", "title"])
    if answers.empty:
        return leave_open(data, "course_flags", table="reactions")
    people = _people(answers)
    if people < minimum:
        return withhold(data, "course_flags", tables=_TABLES)
    steps = answer_steps(answers, minimum=minimum)
    found = [
        (_course_mean(part, item), _people(part))
        for item in ("material", "speaker")
        for _, part in answers[answers["item"] == item].groupby("title", sort=True)
    ]
    rows = [_course_row(mean, people=people, step=steps.get(mean.outcome, 0.0)) for mean, people in found]
    gated = gate_rows(rows, minimum=minimum, within="group")
    judged = [row for row in gated.rows if not row.get("suppressed")]
    if not judged:
        return withhold(data, "course_flags", tables=_TABLES)
    flagged = [row for row in judged if row["flagged"]]
    hidden = [bool(row.get("suppressed")) for row in gated.rows]
    return answer(
        data,
        "course_flags",
        results=tuple(
            round_estimate(mean, steps.get(mean.outcome, 0.0))
            for (mean, _), out in zip(found, hidden, strict=True)
            if not out
        ),
        sample=Sample(people=people, rows=len(answers), tables=_TABLES),
        caveats=(
            Caveat(code="opinion_not_learning"),
            Caveat(code="many_courses", fields={"count": len(judged)}),
            *_rounded(steps.values(), minimum),
        ),
        rows=gated.rows,
        disclosure=gated.disclosure,
        details={
            "unit": "scale", "reference": REVIEW_BELOW, "flagged": len(flagged), "judged": len(judged),
            "flagged_material": _titles(flagged, "item:material"),
            "flagged_speaker": _titles(flagged, "item:speaker"),
        },
    )  # fmt: skip


def _titles(rows: list[Row], group: str) -> str:
    return "; ".join(str(row["label"]) for row in rows if row["group"] == group)


def _people(answers: pd.DataFrame) -> int:
    return int(answers["respondent_id"].nunique())


def _course_mean(answers: pd.DataFrame, item: str) -> Estimate:
    """The mean of one item for one course; people of a course are taken as independent."""
    labels: dict[str, Any] = {"term": f"{item}: {answers['title'].iloc[0]}", "unit": "scale", "outcome": item}
    try:
        return estimate_mean(answers, "response", estimand="mean answer of a course", **labels)
    except EstimationError:
        mean = float(answers["response"].mean())
        return Estimate(estimate=mean, n_obs=len(answers), method="mean", **labels)


def _course_row(mean: Estimate, *, people: int, step: float) -> Row:
    """A course as it is told; whether it is flagged is decided by its exact interval."""
    return {
        "label": mean.term.split(": ", 1)[1],
        "group": f"item:{mean.outcome}",
        "n": people,
        "estimate": to_step(mean.estimate, step),
        "conf_low": _end(finite(mean.conf_low), step, math.floor),
        "conf_high": _end(finite(mean.conf_high), step, math.ceil),
        "flagged": mean.conf_high < REVIEW_BELOW,
    }


def answer_perceived_relevance(data: RegionData) -> Finding:
    """Share of participants who call the material relevant to their work, by course."""
    minimum = data.region.disclosure.minimum_cell
    answers = read_reactions(data)
    answers = answers[answers["item"] == "relevance"].dropna(subset=["response"])
    if answers.empty:
        return leave_open(data, "perceived_relevance", table="reactions")
    people = _people(answers)
    if people < minimum:
        return withhold(data, "perceived_relevance", tables=_TABLES)
    answers = answers.assign(agree=answers["favourable"].astype(float))
    sample = Sample(people=people, rows=len(answers), tables=_TABLES)
    try:
        share = estimate_mean(
            answers, "agree", clusters="batch", term="relevant", unit="share", outcome="relevance",
            estimand="share of answers 4 or 5",
        )  # fmt: skip
    except EstimationError as error:
        return refuse_error(data, "perceived_relevance", error, sample=sample)
    step = _answer_step(_answer_counts(answers), minimum=minimum)
    gated = gate_rows(_relevance_rows(answers), minimum=minimum, people="total")
    return answer(
        data,
        "perceived_relevance",
        results=(share,),
        sample=sample,
        caveats=(
            Caveat(code="opinion_not_learning"),
            *cluster_caveats(count_clusters(answers, "batch")),
            *_rounded([step], minimum),
        ),
        rows=gated.rows,
        disclosure=gated.disclosure,
        details={"mean": to_step(float(answers["response"].mean()), step)},
    )


def _relevance_rows(answers: pd.DataFrame) -> list[Row]:
    rows: list[Row] = []
    known = answers.dropna(subset=["title"])
    for title in sorted(known["title"].unique()):
        part = known[known["title"] == title]
        count, total = int(part["agree"].sum()), len(part)
        share = estimate_share(count, total, term="relevant")
        rows.append(
            {
                "label": str(title), "share": share.estimate, "n": count, "total": total,
                "conf_low": share.conf_low, "conf_high": share.conf_high,
            }
        )  # fmt: skip
    return sorted(rows, key=lambda row: (-number(row["share"]), str(row["label"])))


def answer_reaction_reliability(data: RegionData) -> Finding:
    """Whether the satisfaction items measure one thing: Cronbach's alpha with Feldt's interval."""
    minimum = data.region.disclosure.minimum_cell
    wide = read_item_scores(data)
    items = [name for name in SATISFACTION_ITEMS if name in wide]
    if len(items) < 2:
        return leave_open(data, "reaction_reliability", table="reactions")
    complete = wide.dropna(subset=items)
    if len(complete) < minimum:
        return withhold(data, "reaction_reliability", tables=_TABLES)
    people = int(complete["respondent_id"].nunique())
    excluded = {"incomplete": len(wide) - len(complete)}
    sample = Sample(
        people=people, rows=len(complete) * len(items), tables=_TABLES,
        excluded={reason: count for reason, count in excluded.items() if count},
    )  # fmt: skip
    try:
        alpha: Estimate = listen(lambda: measure_alpha(complete, items=items)).value["alpha"]
        parts = measure_items(complete, items=items)
    except EstimationError as error:
        return refuse_error(data, "reaction_reliability", error, sample=sample)
    alpha = replace(alpha, unit="alpha", outcome="satisfaction", estimand="Cronbach's alpha")
    rows: list[Row] = [
        {
            "label_code": "finding.scale_satisfaction", "group": "finding.group_scale", "n": len(complete),
            "estimate": alpha.estimate, "conf_low": alpha.conf_low, "conf_high": alpha.conf_high,
        }
    ]  # fmt: skip
    for item, without in zip(parts["item"], parts["alpha_if_dropped"], strict=True):
        row: Row = {"label_code": f"item:{item}", "group": "finding.group_if_dropped", "n": len(complete)}
        rows.append(row | {"estimate": finite(float(without)), "conf_low": None, "conf_high": None})
    return answer(
        data,
        "reaction_reliability",
        results=(alpha,),
        sample=sample,
        rows=tuple(rows),
        details={"unit": "alpha", "reference": ALPHA_ACCEPTABLE, "items": len(items)},
    )
