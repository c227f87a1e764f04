"""A question that reports answer, as one declarative row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from asn_research.errors import InputError
from asn_research.findings.finding import Finding

if TYPE_CHECKING:
    from asn_research.findings.grounds.evidence import RegionEvidence
    from asn_research.findings.grounds.past import PastPeriod
    from asn_research.ingest.store import RegionData


class Level(StrEnum):
    """The levels of evaluation, in the order of the report."""

    REACH = "reach"
    NEEDS = "needs"
    REACTION = "reaction"
    LEARNING = "learning"
    BEHAVIOUR = "behaviour"
    RESULTS = "results"
    COST = "cost"
    VOICES = "voices"
    CONDITIONS = "conditions"
    DECISIONS = "decisions"
    TIME = "time"
    APPENDIX = "appendix"
    ACROSS = "across"


Answer = Callable[["RegionData"], Finding]
"""From a region's clean tables to a finding."""

Conclusion = Callable[["RegionData", Mapping[str, Finding]], Finding]
"""From a region and the findings of other questions to a finding."""

Succession = Callable[["RegionData", Mapping[str, Finding], "PastPeriod | None"], Finding]
"""From a region, its findings and those of its last period to a finding."""

Comparison = Callable[[Sequence["RegionEvidence"]], Finding]
"""From the findings of several regions to a finding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question: what it estimates, from what, how it is drawn, and who may call it causal.

    ``needs`` names the tables without which the question stays open; ``answer`` turns a region's clean tables
    into a finding. A question about other answers has ``conclude`` instead, which also gets the findings of
    the questions named in ``draws_on``; one about the time since the last period has ``follow``, which gets
    all other findings and those of the last period; one across regions has ``compare``. ``figure`` and
    ``table`` name the drawing and the table (empty: none); ``causal_from`` is the lowest design grade whose
    wording may speak of an effect (6: never).
    """

    id: str
    level: Level
    estimand: str
    outcome: str
    unit: str
    sample: str
    model: str
    needs: tuple[str, ...]
    answer: Answer | None = None
    conclude: Conclusion | None = None
    draws_on: tuple[str, ...] = ()
    follow: Succession | None = None
    compare: Comparison | None = None
    figure: str = ""
    table: str = ""
    causal_from: int = 3

    def __post_init__(self) -> None:
        ways = (self.answer, self.conclude, self.follow, self.compare)
        if sum(way is not None for way in ways) != 1:
            raise InputError(f"question {self.id} must have exactly one way to be answered")
