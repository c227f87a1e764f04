"""A training that started in stages: whether those who wait for it show what would have happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from asn_research.contract.threshold import (
    BASELINE_ADJUSTABLE_SD,
    MINIMUM_CLUSTERS,
    PLACEBO_INFORMATIVE_SD,
    STAGES_CONTRADICTED_SHARE,
)
from asn_research.errors import EstimationError
from asn_research.findings.grounds.estimation import CLUSTERED_VCOV, has_interval, listen
from asn_research.findings.grounds.people import GainPeople
from asn_research.models.gain import GainColumns, fit_gain
from asn_research.models.result import Estimate

if TYPE_CHECKING:
    from asn_research.ingest.store import RegionData

_SITES_PER_SIDE = 2
_NEVER = pd.Timestamp("2200-01-01")
_NEXT = GainColumns(method=None, participation=None, treatment="next")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stages:
    """What the diagnostics of a staggered start found: the first that failed (or none), and their numbers."""

    failed: str = ""
    numbers: Mapping[str, float] = field(default_factory=dict)


def check_stages(data: RegionData, people: GainPeople) -> Stages:
    """Diagnose a staggered start: may those not yet trained stand for the trained without training?

    Returns
    -------
    Stages
        ``failed`` names the first diagnostic that is not passed, empty where all are:

        ``stages_undated``
            The starts of courses or the days of measurement are not known, so nobody can tell who was
            trained before which measurement.
        ``stages_contradicted``
            More than 5 per cent were trained after the measurement that is to show it, or were compared when
            their training had begun (anticipation).
        ``stages_few``
            Fewer than three stages (trained, next, later or never) with the minimum cell of people and two
            clusters each, or fewer than six clusters among those who wait.
        ``stages_drift``
            The placebo fails: before anybody among them was trained, those trained next changed otherwise
            than those after them, by more than 0.25 standard deviations or by an interval without zero.
        ``stages_vague``
            The placebo passes, but its interval reaches further than half a standard deviation either side,
            so that it could not have failed.

    Notes
    -----
    The placebo is ATT(g, t) of Callaway and Sant'Anna (2021, doi:10.1016/j.jeconom.2020.12.001) for the next
    stage in the period before its start, with those trained after it as controls: the same number as from
    :func:`asn_research.models.rollout.fit_rollout` with opposite sign, with the errors of all headlines. It
    needs the two measurements only. Where nobody stays untrained, the later half of those who wait are the
    controls.
    """
    timed = _timed(data, people)
    if timed is None:
        return Stages(failed="stages_undated")
    contradicted = float((timed["trained"] != (timed["start"] <= timed["measured"])).mean())
    waiting = _waiting(timed)
    numbers = {"contradicted_share": contradicted, "waiting": float(len(waiting))}
    if contradicted > STAGES_CONTRADICTED_SHARE:
        return Stages(failed="stages_contradicted", numbers=numbers)
    if _are_few(people, waiting):
        return Stages(failed="stages_few", numbers=numbers)
    placebo = _placebo(waiting)
    if placebo is None:
        return Stages(failed="stages_few", numbers=numbers)
    spread = float(people.matched["pre"].std())
    half = (placebo.conf_high - placebo.conf_low) / 2
    numbers |= {
        "placebo": placebo.estimate,
        "placebo_sd": placebo.estimate / spread,
        "reach_sd": half / spread,
    }
    is_apart = placebo.conf_low > 0 or placebo.conf_high < 0
    if is_apart or abs(placebo.estimate) > BASELINE_ADJUSTABLE_SD * spread:
        return Stages(failed="stages_drift", numbers=numbers)
    if half > PLACEBO_INFORMATIVE_SD * spread:
        return Stages(failed="stages_vague", numbers=numbers)
    return Stages(numbers=numbers)


def _timed(data: RegionData, people: GainPeople) -> pd.DataFrame | None:
    """Matched people with the start of their course and the day of their later score; None if unknown.

    People without a course start never.
    """
    scores, courses = data.tables["assessments"], data.tables["courses"]
    if "date" not in scores or "start_date" not in courses:
        return None
    wanted = (
        (scores["competency"] == people.competency)
        & (scores["source"] == people.source)
        & (scores["wave"] == people.wave_to)
    ).fillna(False)
    days = pd.to_datetime(scores["date"])[wanted].groupby(scores["person_id"][wanted].astype(str)).max()
    starts = pd.to_datetime(courses["start_date"]).groupby(courses["course_id"].astype(str)).min()
    frame = people.matched
    course = frame["course_id"].astype("string")
    start = course.map(starts)
    measured = frame["person_id"].astype(str).map(days)
    if measured.isna().any() or (start.isna() & course.notna()).any():
        return None
    return frame.assign(
        start=pd.to_datetime(start).fillna(_NEVER),
        measured=pd.to_datetime(measured),
        trained=frame["trained"] == 1.0,
    )


def _waiting(timed: pd.DataFrame) -> pd.DataFrame:
    """The compared, with a column ``next``: 1 for those trained first among them, 0 for the others."""
    waiting = timed[~timed["trained"]]
    never = waiting["start"] == _NEVER
    if never.any() or waiting.empty:
        return waiting.assign(next=(~never).astype(float))
    # Nobody stays untrained: the start that divides those who wait most evenly, the earlier of equal ones.
    reached = waiting["start"].value_counts(normalize=True).sort_index().cumsum()
    last = reached.index[int((reached - 0.5).abs().iloc[:-1].argmin())] if len(reached) > 1 else _NEVER
    return waiting.assign(next=(waiting["start"] <= last).astype(float))


def _are_few(people: GainPeople, waiting: pd.DataFrame) -> bool:
    """Whether a stage has too few people or clusters, or the waiting too few clusters together."""
    sides = [waiting[waiting["next"] == side] for side in (1.0, 0.0)]
    stages = [people.trained, *sides]
    return (
        min(map(len, stages)) < people.minimum
        or min(stage["cluster"].nunique() for stage in stages) < _SITES_PER_SIDE
        or waiting["cluster"].nunique() < MINIMUM_CLUSTERS
    )


def _placebo(waiting: pd.DataFrame) -> Estimate | None:
    """The difference in gains between the next stage and the later ones, before either was trained."""
    try:
        fit = listen(partial(fit_gain, waiting, columns=_NEXT, clusters="cluster", vcov=CLUSTERED_VCOV)).value
    except EstimationError:
        return None
    found: Estimate = fit["next"]
    return found if has_interval(found) and np.isfinite(found.df) else None
