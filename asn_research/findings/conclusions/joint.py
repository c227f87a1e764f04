"""Numbers and voices side by side: where both speak, where only one does, where one is silent."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from asn_research.contract.threshold import THEME_RAISED_SHARE
from asn_research.findings.answers.voice import VOICE_TABLES, Voices, rank_themes, read_voices
from asn_research.findings.disclosures.suppression import tell_part
from asn_research.findings.finding import Caveat, Cell, Finding, Row, Sample, Status
from asn_research.findings.grounds.draft import answer, leave_open, withhold
from asn_research.models.result import Estimate

if TYPE_CHECKING:
    from asn_research.ingest.store import RegionData

_QUESTION = "joint_display"
_LEVELS: Final = ("share", "scale")

VERDICTS: Final = ("agree", "differ", "beside", "silent")
"""What numbers and voices say together.

``agree`` and ``differ`` need a change that its interval can make clear; a level, such as attendance, has no
direction and is set ``beside`` the voices to be read with them; ``silent``: only one of the two speaks.
"""


@dataclass(frozen=True)
class Topic:
    """Something that both informants and numbers can speak about."""

    name: str
    words: tuple[str, ...]
    questions: tuple[str, ...]


@cache
def read_topics() -> tuple[Topic, ...]:
    """The topics of ``joint.toml``, in their order."""
    text = files("asn_research.findings.conclusions").joinpath("joint.toml").read_text(encoding="utf-8")
    return tuple(
        Topic(name, tuple(topic["words"]), tuple(topic["questions"]))
        for name, topic in tomllib.loads(text).items()
    )


JOINT_QUESTIONS: Final = tuple(
    dict.fromkeys(question for topic in read_topics() for question in topic.questions)
)
"""The questions whose numbers are set beside voices."""


def conclude_joint_display(data: RegionData, known: Mapping[str, Finding]) -> Finding:
    """Themes beside the numbers about the same topic, with what the two say together."""
    voices = read_voices(data)
    if voices is None:
        return withhold(data, _QUESTION, tables=VOICE_TABLES)
    if voices.agreed.empty:
        return leave_open(data, _QUESTION, table="interviews")
    minimum = data.region.disclosure.minimum_cell
    rows = [*_raised(voices, known, minimum=minimum), *_unraised(voices, known)]
    counts = {verdict: sum(row["verdict"] == verdict for row in rows) for verdict in VERDICTS}
    details: dict[str, Cell] = {**counts, "topics": len(rows), "raised_share": THEME_RAISED_SHARE}
    agreement = Estimate(
        term="agree", estimate=counts["agree"] / len(rows), n_obs=len(rows), outcome="topic", unit="share",
        estimand="share of topics on which numbers and voices agree", method="count",
    )  # fmt: skip
    return answer(
        data,
        _QUESTION,
        results=(agreement,),
        sample=Sample(people=voices.people, rows=len(voices.agreed), tables=VOICE_TABLES),
        caveats=(Caveat(code="joint_direction"), Caveat(code="joint_mapping")),
        rows=tuple(rows),
        details=details,
    )


def told_share(count: int, total: int, *, minimum: int) -> float:
    """The share that readers are told: the end of its band where the count itself is not.

    What is concluded from a share must not tell more than the share itself does.
    """
    part = tell_part(count, total, minimum=minimum)
    return 0.0 if part.untold else part.told / part.base


def topic_of(theme: str) -> Topic | None:
    """The topic to which a theme belongs by its words."""
    text = theme.casefold()
    return next((topic for topic in read_topics() if any(word in text for word in topic.words)), None)


def _raised(voices: Voices, known: Mapping[str, Finding], *, minimum: int) -> list[Row]:
    rows: list[Row] = []
    for theme, told in rank_themes(voices).items():
        topic = topic_of(theme)
        share = told_share(told, voices.people, minimum=minimum)
        found = _number(topic, known)
        says = "nothing" if found is None else direction_of(found)
        verdict, code = _verdict(says, raised=share >= THEME_RAISED_SHARE)
        row: Row = {"label": theme, "n": told, "total": voices.people, "share": told / voices.people}
        rows.append(row | _number_cells(found) | {"verdict": verdict, "verdict_code": code})
    return rows


def _unraised(voices: Voices, known: Mapping[str, Finding]) -> list[Row]:
    """Topics of which the numbers speak clearly and nobody did."""
    spoken = {topic.name for theme in rank_themes(voices) if (topic := topic_of(theme)) is not None}
    rows: list[Row] = []
    told: set[str] = set()
    for topic in read_topics():
        found = _number(topic, known)
        if topic.name in spoken or found is None or direction_of(found) in ("unclear", "level"):
            continue
        if found.question not in told:
            told.add(found.question)
            row: Row = {"label_code": f"finding.topic_{topic.name}"}
            rows.append(row | _number_cells(found) | {"verdict": "silent", "verdict_code": "voices_silent"})
    return rows


def _number(topic: Topic | None, known: Mapping[str, Finding]) -> Finding | None:
    for question in topic.questions if topic else ():
        found = known.get(question)
        if found is None or found.status is not Status.ESTIMATED:
            continue
        if isinstance(found.headline, Estimate) and f"bound_{found.headline.term}" not in found.details:
            return found
    return None


def direction_of(finding: Finding) -> str:
    """What a headline says: ``up``, ``down``, ``unclear`` by its interval, or a ``level`` without a zero."""
    headline = finding.headline
    if not isinstance(headline, Estimate):
        return "unclear"
    if headline.unit in _LEVELS:
        return "level"
    if not math.isfinite(headline.conf_low) or headline.conf_low <= 0 <= headline.conf_high:
        return "unclear"
    return "up" if headline.conf_low > 0 else "down"


def _number_cells(found: Finding | None) -> Row:
    if found is None or not isinstance(found.headline, Estimate):
        return {"question": None, "estimate": None, "conf_low": None, "conf_high": None, "unit": None}
    headline = found.headline
    ends = {
        name: value if math.isfinite(value) else None
        for name, value in (("conf_low", headline.conf_low), ("conf_high", headline.conf_high))
    }
    return {"question": found.question, "estimate": headline.estimate, **ends, "unit": headline.unit}


def _verdict(says: str, *, raised: bool) -> tuple[str, str]:
    """The verdict on a theme beside a number, and the code of the phrase that says why."""
    if says == "nothing":
        return "silent", "numbers_silent"
    if says == "level":
        return "beside", "level_raised" if raised else "level_quiet"
    if says == "unclear":
        return ("differ", "voices_only") if raised else ("agree", "both_quiet")
    return ("agree", "both_speak") if raised else ("differ", "numbers_only")
