"""Answers about learning, in words; claims are chosen by the design grade."""

from __future__ import annotations

import math

from asn_research.findings.axis import number
from asn_research.findings.finding import Finding
from asn_research.findings.wording.part import (
    Wording,
    amount,
    count,
    direction,
    estimate_of,
    interval,
    outcome_name,
    points,
    say,
)
from asn_research.language import Language, format_number


def _gain(finding: Finding, language: Language) -> list[str]:
    compared = finding.details["compared"]
    parts = _difference(finding, language) if compared else [own_gain(finding, language)]
    found = [parts[0], _claim(finding, language), *parts[1:], _null(finding, language)]
    return [part for part in found if part]


def own_gain(finding: Finding, language: Language) -> str:
    """The gain of the trained group: what rose by how much, from where to where."""
    gain = estimate_of(finding, "mean_gain")
    details = finding.details
    return say(
        f"gain_{direction(gain)}",
        language,
        outcome=outcome_name(details["competency"], details["source"], language),
        points=points(gain.estimate, language),
        signed=format_number(gain.estimate, language, sign=True),
        pre=amount(number(details["mean_pre"]), "points", language),
        post=amount(number(details["mean_post"]), "points", language),
        interval=interval(gain, language),
        people=count(details["trained"], language),
    )


def _difference(finding: Finding, language: Language) -> list[str]:
    found, details = estimate_of(finding), finding.details
    text = say(
        f"difference_{direction(found)}",
        language,
        outcome=outcome_name(details["competency"], details["source"], language),
        own=format_number(estimate_of(finding, "mean_gain").estimate, language, sign=True),
        rest=format_number(estimate_of(finding, "comparison_gain").estimate, language, sign=True),
        points=points(found.estimate, language),
        signed=format_number(found.estimate, language, sign=True),
        interval=interval(found, language),
        trained=count(details["trained"], language),
        comparison=count(details["comparison"], language),
    )
    other = [e for e in finding.estimates if e.term.endswith(":difference")]
    if other and other[0].estimate * found.estimate < 0:
        return [text, lord(found.estimate, other[0].estimate, language)]
    return [text]


def lord(headline: float, other: float, language: Language) -> str:
    """Lord's paradox in a sentence."""
    values = (format_number(value, language, sign=True) for value in (headline, other))
    return say("lord", language, **dict(zip(("headline", "other"), values, strict=True)))


def _claim(finding: Finding, language: Language) -> str:
    """What the design allows to be said about an answer whose direction is clear."""
    found = estimate_of(finding)
    side = direction(found)
    if finding.design_grade == 1:
        return say("claim_1", language)
    if side not in {"up", "down"}:
        return ""
    return say(f"claim_{finding.design_grade}_{side}", language, points=points(found.estimate, language))


def _null(finding: Finding, language: Language) -> str:
    """A null result with what could have been seen."""
    mde = number(finding.details.get("mde"))
    if direction(estimate_of(finding)) != "unclear" or math.isnan(mde):
        return ""
    return say("null_mde", language, mde=points(mde, language))


LEARNING_WORDINGS: dict[str, Wording] = {
    "learning_gain": _gain,
    "attitude_gain": _gain,
}
