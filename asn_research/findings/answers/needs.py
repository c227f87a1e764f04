"""What posts require, what people reach, and what is left for the next programme."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from asn_research.errors import EstimationError
from asn_research.findings.answers.behaviour import required_scores, shown_share
from asn_research.findings.disclosures.disclosure import gate_rows
from asn_research.findings.disclosures.rounding import round_points
from asn_research.findings.finding import Caveat, Cell, Finding, Row, Sample
from asn_research.findings.grounds.basis import read_outcomes
from asn_research.findings.grounds.draft import answer, leave_open, refuse_error, withhold
from asn_research.findings.grounds.estimation import (
    cluster_caveats,
    count_clusters,
    estimate_mean,
    finite,
    interval_cells,
)
from asn_research.findings.grounds.people import GAIN_TABLES, GainPeople, read_gain_people
from asn_research.models.ratio import estimate_ratio
from asn_research.models.result import Estimate

if TYPE_CHECKING:
    from asn_research.ingest.store import RegionData

_SOURCES = ("test", "task", "observer", "supervisor", "peer", "self")
"""Which source speaks for a competency where several measured it: the most independent first."""

_MARGINS = ("position_type", "unit")


@dataclass(frozen=True)
class Needed:
    """People with a score in a competency for which their posts require one.

    ``frame`` holds everybody with a score before: ``required``, ``above`` (score less what is required),
    ``short`` (points missing, 0 where none), ``below`` (0 or 1), ``unit`` and ``position_type``.
    """

    people: GainPeople
    frame: pd.DataFrame

    @property
    def competency(self) -> str:
        return self.people.competency

    @cached_property
    def trained(self) -> pd.DataFrame:
        return self.frame[self.frame["trained"] == 1.0].reset_index(drop=True)

    @cached_property
    def compared(self) -> pd.DataFrame:
        return self.frame[self.frame["trained"] == 0.0].reset_index(drop=True)


def answer_competency_gaps(data: RegionData) -> Finding:
    """The score before the training against what the post requires, by competency, position and unit."""
    question = "competency_gaps"
    minimum = data.region.disclosure.minimum_cell
    found = _read_needed(data)
    needed = [one for one in found if len(one.frame) >= minimum]
    if not found:
        return leave_open(data, question, table="assessments")
    if not needed:
        return withhold(data, question, tables=GAIN_TABLES)
    main = needed[0]
    sample = Sample(people=len(main.frame), rows=sum(len(one.frame) for one in needed), tables=GAIN_TABLES)
    try:
        results = [_mean_above(one) for one in needed]
    except EstimationError as error:
        return refuse_error(data, question, error, sample=sample)
    rows = [*_competency_rows(needed, results), *_margin_rows(main)]
    gated = gate_rows(rows, minimum=minimum, within="group")
    found_gaps = answer(
        data,
        question,
        results=tuple(results),
        sample=sample,
        caveats=(
            Caveat(code="gap_measured_with_error"),
            *_source_caveats(needed),
            *cluster_caveats(count_clusters(main.frame, "unit")),
        ),
        rows=_ordered(gated.rows),
        disclosure=gated.disclosure,
        details={
            **_gap_details(main, minimum=minimum),
            "competency": main.competency,
            "source": main.people.source,
            **_widest(needed, results),
            "unit": "points",
        },
    )
    if not any(_is_nearly_gain(one, minimum=minimum) for one in needed):
        return found_gaps
    means = ("widest_estimate", "mean_score", "short_below")
    return round_points(found_gaps, details=means, minimum=minimum)


def _is_nearly_gain(needed: Needed, *, minimum: int) -> bool:
    """Whether gains are told of almost the same people: those who have a score after, too."""
    people = needed.people
    sizes = (len(people.trained), len(people.matched))
    return any(0 < len(needed.frame) - size < minimum for size in sizes)


def _read_needed(data: RegionData, *, both_waves: bool = False) -> list[Needed]:
    """Competencies with a declared standard and scores before; the primary one first, then by name."""
    outcomes = _measured(data)
    found = []
    for competency in sorted(outcomes, key=lambda c: (c != data.plan.primary.competency, c)):
        people = _best_source(data, competency, outcomes[competency], both_waves=both_waves)
        if people is None:
            continue
        frame = (
            people.everyone if both_waves else pd.concat([people.everyone, people.rest], ignore_index=True)
        )
        frame = frame.assign(required=required_scores(data, frame, competency=competency))
        frame = frame.dropna(subset=["pre", "required", *(["post"] if both_waves else [])])
        frame = frame.assign(unit=frame["unit"].astype("string").fillna("?"))
        if len(frame):
            found.append(Needed(people, _shortfalls(frame)))
    return found


def _measured(data: RegionData) -> dict[str, list[str]]:
    """The sources of every competency that was measured before and for which a standard is declared."""
    scores = data.tables["assessments"]
    before = scores[scores["wave"] == "pre"]
    pairs = before[["competency", "source"]].drop_duplicates().itertuples(index=False, name=None)
    found: dict[str, list[str]] = {}
    for competency, source in pairs:
        if data.region.standard(str(competency)) is not None:
            found.setdefault(str(competency), []).append(str(source))
    return found


def _best_source(
    data: RegionData, competency: str, sources: Sequence[str], *, both_waves: bool
) -> GainPeople | None:
    """The people of a competency, measured in the most independent way that enough people have."""
    minimum = data.region.disclosure.minimum_cell
    ordered = sorted(sources, key=lambda s: _SOURCES.index(s) if s in _SOURCES else len(_SOURCES))
    column = "gain" if both_waves else "pre"
    some: GainPeople | None = None
    for source in ordered:
        wave = _later(data, competency, source)
        people = read_gain_people(data, competency=competency, source=source, wave_to=wave)
        size = int(people.everyone[column].notna().sum())
        if size >= minimum:
            return people
        if size and some is None:
            some = people
    return some


def _later(data: RegionData, competency: str, source: str) -> str:
    """The wave after the training; the follow-up where this outcome was measured again only then."""
    for wave in ("post", "followup"):
        outcomes = read_outcomes(data, wave_to=wave)
        if ((outcomes["competency"] == competency) & (outcomes["source"] == source)).any():
            return wave
    return "post"


def _shortfalls(frame: pd.DataFrame) -> pd.DataFrame:
    above = frame["pre"] - frame["required"]
    later = frame["post"] - frame["required"]
    return frame.assign(
        above=above,
        short=(-above).clip(lower=0.0),
        below=(above < 0).astype(float),
        short_after=(-later).clip(lower=0.0),
        below_after=(later < 0).astype(float).where(later.notna()),
    ).reset_index(drop=True)


def _mean_above(needed: Needed) -> Estimate:
    return estimate_mean(
        needed.frame, "above", clusters="unit", term=f"gap:{needed.competency}", unit="points",
        outcome=needed.people.outcome, estimand="mean score less what the post requires",
    )  # fmt: skip


def _competency_rows(needed: Sequence[Needed], results: Sequence[Estimate]) -> list[Row]:
    return [
        {
            "label_code": f"competency:{one.competency}",
            "group": "finding.group_competency",
            "role": "contrast",
            "n": len(one.frame),
            "estimate": found.estimate,
            "conf_low": finite(found.conf_low),
            "conf_high": finite(found.conf_high),
        }
        for one, found in zip(needed, results, strict=True)
    ]


def _widest(needed: Sequence[Needed], results: Sequence[Estimate]) -> dict[str, Cell]:
    """In which of the competencies people are furthest below, or least above, what posts require."""
    one, gap = min(zip(needed, results, strict=True), key=lambda pair: pair[1].estimate)
    return {
        "family": len(needed),
        "widest": one.competency,
        "widest_source": one.people.source,
        "widest_estimate": gap.estimate,
    }


def _ordered(rows: Sequence[Row]) -> tuple[Row, ...]:
    """Rows margin by margin, each in its own order."""
    groups = list(dict.fromkeys(str(row["group"]) for row in rows))
    return tuple(sorted(rows, key=lambda row: (groups.index(str(row["group"])), *_place(row))))


def _place(row: Row) -> tuple[float, str]:
    """Order within a margin: competencies as they come, else the widest gap first; emptied rows last.

    They stand there by name: the place of an emptied row must not tell its value.
    """
    if row["group"] == "finding.group_competency":
        return 0.0, ""
    value = row.get("estimate")
    name = str(row.get("label") or row.get("label_code"))
    return (float(value), name) if isinstance(value, float) else (math.inf, name)


def _margin_rows(needed: Needed) -> list[Row]:
    """The main competency by position and by unit."""
    rows: list[Row] = []
    for name in _MARGINS:
        if name not in needed.frame:
            continue
        frame = needed.frame[list(dict.fromkeys([name, "unit", "above"]))]
        known = frame[frame[name].notna() & (frame[name] != "?")]
        if known[name].nunique() < 2:
            continue
        for level in sorted(known[name].unique()):
            part = known[known[name] == level]
            clusters = "unit" if name == "position_type" else None
            row: Row = {"group": f"finding.group_{name}", "role": "contrast", "n": len(part)}
            row |= {"estimate": float(part["above"].mean())}
            row |= {"label": str(level)} if name == "unit" else {"label_code": f"{name}:{level}"}
            rows.append(row | interval_cells(part, "above", clusters=clusters))
    return rows


def _gap_details(needed: Needed, *, minimum: int) -> dict[str, Cell]:
    frame = needed.frame
    below = int(frame["below"].sum())
    share = shown_share(below, len(frame), minimum=minimum)
    return {
        "below_share": share,
        "short_below": float(frame.loc[frame["below"] == 1.0, "short"].mean()) if share else None,
        "mean_score": float(frame["pre"].mean()),
        "mean_required": float(frame["required"].mean()),
    }


def _source_caveats(needed: Sequence[Needed]) -> tuple[Caveat, ...]:
    """A reservation where a competency is known from what people say of themselves only."""
    own = any(one.people.source == "self" for one in needed)
    return (Caveat(code="gap_self_rated"),) if own else ()


def answer_needs_met(data: RegionData) -> Finding:
    """Which part of the shortfall of trained people was gone after the training, and what is left."""
    question = "needs_met"
    minimum = data.region.disclosure.minimum_cell
    found = _read_needed(data, both_waves=True)
    needed = [one for one in found if one.trained["below"].sum() >= minimum]
    if not found:
        return leave_open(data, question, table="assessments")
    if not needed:
        return withhold(data, question, tables=GAIN_TABLES)
    main = needed[0]
    own = main.trained
    sample = main.people.sample(own)
    others = [one for one in needed if _has_comparison(one)]
    try:
        shares = [_closed(one.trained, term=f"closed:{one.competency}", one=one) for one in needed]
        rest = [_closed(one.compared, term=f"comparison:{one.competency}", one=one) for one in others]
    except EstimationError as error:
        return refuse_error(data, question, error, sample=sample)
    rows = [_closed_row(one, share, side="trained") for one, share in zip(needed, shares, strict=True)]
    rows += [_closed_row(one, share, side="comparison") for one, share in zip(others, rest, strict=True)]
    gated = gate_rows(rows, minimum=minimum, within="group")
    return answer(
        data,
        question,
        results=(*shares, *rest),
        sample=sample,
        caveats=(
            Caveat(code="shortfall_returns"),
            *_source_caveats(needed),
            *cluster_caveats(count_clusters(own, "cluster")),
        ),
        rows=gated.rows,
        disclosure=gated.disclosure,
        details={
            **_left_details(own, minimum=minimum),
            **_most_left(data, needed),
            "competency": main.competency,
            "source": main.people.source,
            "wave_to": main.people.wave_to,
            "compared": _has_comparison(main),
            "family": len(needed),
            "unit": "share",
            "reference": None,
        },
    )


def _has_comparison(needed: Needed) -> bool:
    people = needed.people
    return people.compared and bool(needed.compared["below"].sum() >= people.minimum)


def _closed(frame: pd.DataFrame, *, term: str, one: Needed) -> Estimate:
    """One less the shortfall after per shortfall before, over all points that were missing."""
    columns = frame.assign(gone=frame["short"] - frame["short_after"])
    ratio = estimate_ratio(columns, numerator="gone", denominator="short", clusters="cluster")
    return replace(
        ratio,
        term=term,
        outcome=one.people.outcome,
        estimand="share of the shortfall gone after the training",
    )


def _closed_row(one: Needed, share: Estimate, *, side: str) -> Row:
    frame = one.trained if side == "trained" else one.compared
    return {
        "label_code": f"competency:{one.competency}",
        "group": f"group:{side}",
        "n": len(frame),
        "estimate": share.estimate,
        "conf_low": finite(share.conf_low),
        "conf_high": finite(share.conf_high),
    }


def _most_left(data: RegionData, needed: Sequence[Needed]) -> dict[str, Cell]:
    """The competency in which most people stay below what their posts require; None where untold."""
    minimum = data.region.disclosure.minimum_cell
    left = [(one.competency, _left(data, one, minimum=minimum)) for one in needed]
    competency, people = max(left, key=lambda pair: pair[1] or 0)
    return {"most_left": competency if people is not None else None, "most_left_people": people}


def _left(data: RegionData, one: Needed, *, minimum: int) -> int | None:
    """People for next year's programme: everybody whose last score is below what the post requires.

    None where they, or the others, are fewer than the minimum cell.
    """
    people = pd.concat([one.people.everyone, one.people.rest], ignore_index=True)
    required = required_scores(data, people, competency=one.competency)
    last = (people["post"].fillna(people["pre"]) - required).dropna()
    below = int((last < 0).sum())
    return below if min(below, len(last) - below) >= minimum else None


def _left_details(own: pd.DataFrame, *, minimum: int) -> dict[str, Cell]:
    below = int(own["below_after"].sum())
    share = shown_share(below, len(own), minimum=minimum)
    return {
        "trained": len(own),
        "below_before_share": shown_share(int(own["below"].sum()), len(own), minimum=minimum),
        "below_after_share": share,
        "short_after": float(own.loc[own["below_after"] == 1.0, "short_after"].mean()) if share else None,
    }
