"""The people a gain is computed from: those trained, those compared, those who could not be used."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from asn_research.contract.threshold import BASELINE_ADJUSTABLE_SD
from asn_research.errors import NoVariationError
from asn_research.findings.finding import Caveat, Sample
from asn_research.findings.grounds.basis import read_region_scores
from asn_research.measures.attrition import measure_match

if TYPE_CHECKING:
    from asn_research.ingest.store import RegionData

GAIN_TABLES = ("participants", "courses", "enrolments", "assessments")
COMPARED_DESIGNS = ("waiting_list", "matched", "staggered", "lottery")
"""The designs that have people to compare with."""


@dataclass(frozen=True, eq=False)
class GainPeople:
    """Everyone with a score of one outcome.

    ``everyone`` is the frame of :func:`~asn_research.measures.score.measure_gains` for trained and compared
    people with a ``cluster`` column and a 0/1 column ``trained``; ``rest`` the same frame for people of other
    groups; ``minimum`` the region's minimum cell; ``wave_to`` the later of the two waves.
    """

    everyone: pd.DataFrame
    rest: pd.DataFrame
    minimum: int
    competency: str
    source: str
    wave_to: str = "post"

    @property
    def outcome(self) -> str:
        """The outcome as ``competency:source``."""
        return f"{self.competency}:{self.source}"

    @cached_property
    def matched(self) -> pd.DataFrame:
        """People with both scores."""
        return self.everyone[self.everyone["gain"].notna()]

    @cached_property
    def trained(self) -> pd.DataFrame:
        """Trained people with both scores."""
        return self.matched[self.matched["trained"] == 1.0]

    @cached_property
    def comparison(self) -> pd.DataFrame:
        """Compared people with both scores."""
        return self.matched[self.matched["trained"] == 0.0]

    @property
    def compared(self) -> bool:
        """Whether both sides are large enough to be told apart."""
        return min(len(self.trained), len(self.comparison)) >= self.minimum

    @cached_property
    def spread_before(self) -> float:
        """The standard deviation of the trained people's scores before, in which changes can be told.

        Raises
        ------
        NoVariationError
            If all of them started from the same score.
        """
        spread = float(self.trained["pre"].std())
        if not spread > 0:
            raise NoVariationError("all trained people have the same score before")
        return spread

    def excluded(self, people: pd.DataFrame) -> dict[str, int]:
        """Who is missing from an analysis of ``people``, by reason; reasons that do not occur are left out.

        Where only trained people are analysed, those compared are not missing from it.
        """
        wanted = self.everyone[self.everyone["trained"].isin(people["trained"].unique())]
        lost = wanted[~wanted["person_id"].isin(people["person_id"])]
        counts = {
            "no_pre": int(lost["pre"].isna().sum()),
            "no_post": int(lost["post"].isna().sum()),
            "other_group": len(self.rest),
        }
        return {reason: count for reason, count in counts.items() if count}

    def sample(self, people: pd.DataFrame) -> Sample:
        """The description of an analysis of ``people``."""
        missing = self.excluded(people)
        return Sample(people=len(people), rows=2 * len(people), tables=GAIN_TABLES, excluded=missing)

    def caveats(self, people: pd.DataFrame) -> tuple[Caveat, ...]:
        """Reservations that hold for every use of these people."""
        found = []
        ambiguous = int(people["course_ambiguous"].sum())
        if ambiguous:
            found.append(Caveat(code="course_ambiguous", fields={"count": ambiguous}))
        if (people["course_id"].isna() & (people["trained"] == 1.0)).any():
            found.append(Caveat(code="trained_without_course"))
        if self.source == "self":
            found.append(Caveat(code="self_rating"))
        return tuple(found)

    @property
    def answered(self) -> pd.DataFrame:
        """The people an answer speaks for: both sides where they are compared, else the trained."""
        return self.everyone if self.compared else self.everyone[self.everyone["trained"] == 1.0]

    @cached_property
    def lost_difference_sd(self) -> float | None:
        """How the people measured twice differed before from those who were lost.

        In standard deviations of all their scores before; None where nobody or fewer than the minimum cell
        were lost.
        """
        rows = measure_match(self.answered.assign(group="all"))
        if rows.empty:
            return None
        row = rows.iloc[0]
        if int(row["measured_before"]) - int(row["matched"]) < self.minimum:
            return None
        difference = float(row["pre_difference_sd"])
        return difference if math.isfinite(difference) else None

    def lost_caveats(self) -> tuple[Caveat, ...]:
        """The reservation that those without a score after started from elsewhere (WWC: above 0.25 SD)."""
        difference = self.lost_difference_sd
        if difference is None or abs(difference) <= BASELINE_ADJUSTABLE_SD:
            return ()
        code = "lost_lower" if difference > 0 else "lost_higher"
        return (Caveat(code=code, fields={"difference_sd": abs(difference)}),)


def read_gain_people(
    data: RegionData, *, competency: str, source: str, wave_from: str = "pre", wave_to: str = "post"
) -> GainPeople:
    """The people with a score of an outcome before or after, clustered as the plan says.

    A compared person has no batch and is clustered by unit; so is a trained person whose batch is unknown.
    Several questions share the same people, so they are read once.
    """
    asked = (competency, source, wave_from, wave_to)
    return data.once(("people", *asked), lambda: _read(data, *asked))


def _read(data: RegionData, competency: str, source: str, wave_from: str, wave_to: str) -> GainPeople:
    frame = read_region_scores(data).gains(
        competency=competency, source=source, wave_from=wave_from, wave_to=wave_to
    )
    wanted = ["trained", "comparison"] if data.design in COMPARED_DESIGNS else ["trained"]
    kept = frame[frame["group"].isin(wanted)].reset_index(drop=True)
    kept["trained"] = (kept["group"] == "trained").astype(float)
    kept["cluster"] = label_clusters(kept, by=data.plan.clusters)
    rest = frame[~frame["group"].isin(wanted)]
    return GainPeople(
        everyone=kept,
        rest=rest.reset_index(drop=True),
        minimum=data.region.disclosure.minimum_cell,
        competency=competency,
        source=source,
        wave_to=wave_to,
    )


def read_primary_people(data: RegionData) -> GainPeople:
    """The people with a score of the outcome that the plan declares primary."""
    primary = data.plan.primary
    return read_gain_people(data, competency=primary.competency, source=primary.source)


def label_clusters(frame: pd.DataFrame, *, by: str) -> pd.Series[str]:
    """The cluster of every person: batch or unit; by unit too where a batch is unknown or has no meaning."""
    unit = ("unit " + frame["unit"].astype("string")).fillna("unit ?")
    if by == "unit":
        return unit
    batch = frame["batch"].astype("string")
    return batch.where(batch.notna() & (frame["trained"] == 1.0), unit)
