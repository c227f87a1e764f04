"""Behaviour at work: what superiors and observers see, before and after the training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from asn_research.errors import EstimationError
from asn_research.findings.answers.learning import distribution_rows
from asn_research.findings.disclosures.disclosure import gate_rows
from asn_research.findings.finding import Caveat, Cell, Finding, Row, Sample
from asn_research.findings.grounds.basis import read_outcomes
from asn_research.findings.grounds.design_grade import grade_people
from asn_research.findings.grounds.draft import answer, leave_open, refuse_error, withhold
from asn_research.findings.grounds.estimation import (
    cluster_caveats,
    detectable,
    estimate_mean,
    finite,
    has_interval,
)
from asn_research.findings.grounds.people import GAIN_TABLES, GainPeople
from asn_research.findings.grounds.rating import (
    KNOWING_GRADE,
    RATER_SOURCES,
    RatedChange,
    RatedPeople,
    fit_change,
    name_raters,
    pair_ratings,
    read_rated,
)
from asn_research.models.result import Estimate

if TYPE_CHECKING:
    from asn_research.ingest.store import RegionData

_TASK = "daily_task"
_TASK_SOURCES = ("supervisor", "task", "observer", "peer", "test", "self")
_SIDES = (("group:trained", 1.0), ("group:comparison", 0.0))


def answer_supervisor_change(data: RegionData) -> Finding:
    """The change in what superiors say of their staff, over all competencies that they rate."""
    return answer_rated(data, "supervisor_change", source="supervisor")


def answer_observation_change(data: RegionData) -> Finding:
    """The change in what observers see at work."""
    return answer_rated(data, "observation_change", source="observer")


def answer_rated(data: RegionData, question: str, *, source: str) -> Finding:
    """The change in ratings of a source: one number over its competencies, and each of them."""
    people = read_rated(data, source=source)
    if not people:
        return _unanswered(data, question, source)
    rated = pair_ratings(data, people)
    sample = _sample(rated)
    try:
        headline = fit_change(
            rated.together, compared=rated.compared, term=_term(rated), outcome=f"rating:{source}"
        )
        rows = _rows(rated, headline)
    except EstimationError as error:
        return refuse_error(data, question, error, sample=sample)
    gated = gate_rows(rows, minimum=people[0].minimum, within="group")
    return answer(
        data,
        question,
        results=(headline.estimate, *headline.sides, *([headline.other] if headline.other else [])),
        design_grade=_grade(data, rated),
        sample=sample,
        caveats=_caveats(data, rated, headline),
        rows=gated.rows,
        disclosure=gated.disclosure,
        details=_details(rated, headline),
    )


def _unanswered(data: RegionData, question: str, source: str, *, competency: str = "") -> Finding:
    """Open where nobody was rated twice; withheld where too few were."""
    for wave in ("post", "followup"):
        outcomes = read_outcomes(data, wave_to=wave)
        chosen = outcomes[outcomes["source"] == source] if source else outcomes
        if competency:
            chosen = chosen[chosen["competency"] == competency]
        if len(chosen):
            return withhold(data, question, tables=GAIN_TABLES)
    return leave_open(data, question, table="assessments")


def _term(rated: RatedPeople) -> str:
    return "difference" if rated.compared else "mean_change"


def _rows(rated: RatedPeople, headline: RatedChange) -> list[Row]:
    """Each competency: its change, or the change of both sides and their difference."""
    rows: list[Row] = []
    for people in rated.people:
        own = rated.ratings[rated.ratings["competency"] == people.competency]
        change = headline
        if len(rated.people) > 1:
            change = fit_change(own, compared=rated.compared, term="row", outcome=people.outcome)
        code = f"competency:{people.competency}"
        if not rated.compared:
            rows.append(_row(code, change.estimate, own))
            continue
        for (label, side), found in zip(_SIDES, change.sides, strict=True):
            rows.append(_row(label, found, own[own["trained"] == side]) | {"group": code})
        difference = _row("finding.label_difference", change.estimate, own)
        rows.append(difference | {"group": code})
    return rows


def _row(code: str, found: Estimate, ratings: pd.DataFrame) -> Row:
    return {
        "label_code": code,
        "n": int(ratings["person"].nunique()),
        "estimate": found.estimate,
        "conf_low": finite(found.conf_low),
        "conf_high": finite(found.conf_high),
    }


def _sample(rated: RatedPeople) -> Sample:
    excluded = {}
    if len(rated.people) == 1:
        [single] = rated.people
        excluded = single.excluded(single.matched if rated.compared else single.trained)
    people = int(rated.ratings["person"].nunique())
    return Sample(people=people, rows=2 * len(rated.ratings), tables=GAIN_TABLES, excluded=excluded)


def _grade(data: RegionData, rated: RatedPeople) -> int:
    """The grade of the design, at most an association where raters may know who was trained."""
    grade = min(grade_people(data, people).grade for people in rated.people) if rated.compared else 1
    knowing = rated.people[0].source in RATER_SOURCES
    return min(grade, KNOWING_GRADE) if knowing else grade


def _caveats(data: RegionData, rated: RatedPeople, change: RatedChange) -> tuple[Caveat, ...]:
    source = rated.people[0].source
    found = []
    if source in RATER_SOURCES:
        found.append(Caveat(code="raters_not_blind"))
    elif source == "self":
        found.append(Caveat(code="self_rating"))
    if source in RATER_SOURCES and not rated.raters:
        found.append(Caveat(code="raters_unknown"))
    other = change.other
    if other is not None and has_interval(other):
        fields: dict[str, Cell] = {"plain": other.estimate, "low": other.conf_low, "high": other.conf_high}
        found.append(Caveat(code="rated_cr2" if rated.raters >= 2 else "rated_cr2_batch", fields=fields))
    if change.estimate.n_clusters:
        found.extend(name_raters(cluster_caveats(change.estimate.n_clusters)))
    reasons = sorted({code for people in rated.people for code in grade_people(data, people).reasons})
    return (*found, *change.caveats, *(Caveat(code=code) for code in reasons))


def _details(rated: RatedPeople, change: RatedChange) -> dict[str, Cell]:
    people = rated.people[0]
    return {
        "source": people.source,
        "wave_to": people.wave_to,
        "competencies": "; ".join(one.competency for one in rated.people),
        "compared": rated.compared,
        "trained": rated.count(),
        "comparison": rated.count(0.0) if rated.compared else None,
        "raters": rated.raters,
        "mde": detectable(change.estimate),
        "unit": "points",
        **change.details,
    }


def answer_task_performance(data: RegionData) -> Finding:
    """The change in how daily tasks are done, and how many meet what their post requires."""
    question = "task_performance"
    found = (read_rated(data, source=source, competencies=(_TASK,)) for source in _TASK_SOURCES)
    people = max((part[0] for part in found if part), key=lambda one: len(one.trained), default=None)
    if people is None:
        return _unanswered(data, question, "", competency=_TASK)
    rated = pair_ratings(data, [people])
    sample = people.sample(people.matched if rated.compared else people.trained)
    try:
        headline = fit_change(
            rated.ratings, compared=rated.compared, term=_term(rated), outcome=people.outcome
        )
        reach, shares = reach_standard(data, people)
    except EstimationError as error:
        return refuse_error(data, question, error, sample=sample)
    trained = people.trained
    return answer(
        data,
        question,
        results=(headline.estimate, *headline.sides, *reach, *([headline.other] if headline.other else [])),
        design_grade=_grade(data, rated),
        sample=sample,
        caveats=_caveats(data, rated, headline),
        rows=_task_rows(people),
        details={
            **_details(rated, headline),
            **shares,
            "mean_wave:pre": float(trained["pre"].mean()),
            f"mean_wave:{people.wave_to}": float(trained["post"].mean()),
        },
    )


def _task_rows(people: GainPeople) -> tuple[Row, ...]:
    rows = distribution_rows(people.trained, minimum=people.minimum)
    later = f"wave:{people.wave_to}"
    return tuple({**row, "series": later} if row["series"] == "wave:post" else row for row in rows)


def reach_standard(data: RegionData, people: GainPeople) -> tuple[list[Estimate], dict[str, Cell]]:
    """The change in the share of trained people who meet what their post requires, and the two shares.

    Empty where no standard is declared; a share is missing where it would tell of fewer people than the
    minimum cell.
    """
    trained = people.trained
    required = required_scores(data, trained, competency=people.competency)
    if required.isna().all():
        return [], {}
    known = trained[required.notna()]
    level = required[required.notna()]
    reached = {wave: (known[wave] >= level).astype(float) for wave in ("pre", "post")}
    frame = pd.DataFrame({"change": reached["post"] - reached["pre"], "cluster": known["cluster"]})
    change = estimate_mean(
        frame, "change", clusters="cluster", term="reach_change", unit="points", outcome=people.outcome,
        estimand="change in share meeting the standard",
    )  # fmt: skip
    shares: dict[str, Cell] = {}
    for wave, name in (("pre", "reach_before"), ("post", "reach_after")):
        shares[name] = shown_share(int(reached[wave].sum()), len(known), minimum=people.minimum)
    change = replace(change, unit="percentage_points")
    return [change], shares


def shown_share(count: int, total: int, *, minimum: int) -> float | None:
    """A share of people, or None where it or its rest would speak of fewer people than allowed."""
    return count / total if min(count, total - count) >= minimum else None


def required_scores(data: RegionData, frame: pd.DataFrame, *, competency: str) -> pd.Series[float]:
    """What each person's post requires in a competency; missing where no standard is declared."""
    positions: Sequence[object] = (
        frame["position_type"].tolist() if "position_type" in frame else [None] * len(frame)
    )
    values = [
        data.region.standard(competency, str(position) if isinstance(position, str) else None)
        for position in positions
    ]
    return pd.Series(values, index=frame.index, dtype=float)
