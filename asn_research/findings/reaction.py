"""Reaction: what participants thought of their courses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from asn_research.contract.threshold import ALPHA_ACCEPTABLE
from asn_research.errors import EstimationError
from asn_research.findings.basis import read_item_scores, read_reactions
from asn_research.findings.disclosure import gate_rows, merge_cells
from asn_research.findings.draft import answer, leave_open, refuse_error, withhold
from asn_research.findings.estimation import (
    cluster_caveats,
    count_clusters,
    estimate_mean,
    estimate_share,
    finite,
    interval_cells,
    listen,
)
from asn_research.findings.finding import Caveat, Finding, Row, Sample
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
    rows = [
        row
        for item in _SHOWN_ITEMS
        for row in _likert_rows(answers[answers["item"] == item], item, minimum=minimum)
    ]
    means = {str(row["label_code"]): row["mean"] for row in rows}
    best, worst = (
        max(means, key=lambda code: _number(means[code])),
        min(means, key=lambda code: _number(means[code])),
    )
    return answer(
        data,
        "satisfaction",
        results=(mean,),
        sample=sample,
        caveats=(Caveat(code="opinion_not_learning"), *cluster_caveats(count_clusters(scale, "batch"))),
        rows=tuple(rows),
        details={
            "best": best, "best_mean": means[best], "worst": worst, "worst_mean": means[worst],
            "items": len(means),
        },
    )  # fmt: skip


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else float("nan")


def _likert_rows(answers: pd.DataFrame, item: str, *, minimum: int) -> list[Row]:
    """The spread of the answers to one item; rare answers are joined with their neighbours."""
    total = int(answers["respondent_id"].nunique())
    if total < minimum:
        return []
    counts = [int((answers["response"] == response).sum()) for response in range(1, 6)]
    shared: Row = {"label_code": f"item:{item}", "mean": float(answers["response"].mean()), "total": total}
    shared |= interval_cells(answers, "response", clusters="batch")
    rows: list[Row] = []
    for first, last in merge_cells(counts, minimum=minimum):
        count = sum(counts[first : last + 1])
        occupied = [r + 1 for r in range(first, last + 1) if counts[r]]
        row: Row = {"response": max(occupied, key=lambda r: counts[r - 1])}
        row |= _joined_range(counts, first, last)
        rows.append({**shared, **row, "count": count, "share": count / sum(counts), "n": count})
    return rows


def _joined_range(counts: Sequence[int], first: int, last: int) -> Row:
    """The answers that a cell stands for; a joined one at an end hides what the extreme answer was."""
    if first == last:
        return {"response_low": first + 1, "response_high": last + 1}
    low = 1 if not any(counts[:first]) else first + 1
    high = len(counts) if not any(counts[last + 1 :]) else last + 1
    return {"response_low": low, "response_high": high}


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
    found = [
        (_course_mean(part, item), _people(part))
        for item in ("material", "speaker")
        for _, part in answers[answers["item"] == item].groupby("title", sort=True)
    ]
    rows = [_course_row(mean, people=people) for mean, people in found]
    gated = gate_rows(rows, minimum=minimum, within="group")
    judged = [row for row in gated.rows if not row.get("suppressed")]
    if not judged:
        return withhold(data, "course_flags", tables=_TABLES)
    flagged = [row for row in judged if row["flagged"]]
    hidden = [bool(row.get("suppressed")) for row in gated.rows]
    return answer(
        data,
        "course_flags",
        results=tuple(mean for (mean, _), out in zip(found, hidden, strict=True) if not out),
        sample=Sample(people=people, rows=len(answers), tables=_TABLES),
        caveats=(
            Caveat(code="opinion_not_learning"),
            Caveat(code="many_courses", fields={"count": len(judged)}),
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


def _course_row(mean: Estimate, *, people: int) -> Row:
    return {
        "label": mean.term.split(": ", 1)[1],
        "group": f"item:{mean.outcome}",
        "n": people,
        "estimate": mean.estimate,
        "conf_low": finite(mean.conf_low),
        "conf_high": finite(mean.conf_high),
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
    gated = gate_rows(_relevance_rows(answers), minimum=minimum, people="total")
    return answer(
        data,
        "perceived_relevance",
        results=(share,),
        sample=sample,
        caveats=(Caveat(code="opinion_not_learning"), *cluster_caveats(count_clusters(answers, "batch"))),
        rows=gated.rows,
        disclosure=gated.disclosure,
        details={"mean": float(answers["response"].mean())},
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
    return sorted(rows, key=lambda row: (-_number(row["share"]), str(row["label"])))


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
