"""Parts of sentences that several answers share: intervals, outcomes, directions, claims."""

from __future__ import annotations

import math
from collections.abc import Callable

from asn_research.contract.vocabulary import term_label
from asn_research.findings.finding import Cell, Finding
from asn_research.findings.grounds.axis import number
from asn_research.language import Language, format_count, format_level, format_number, format_percent, phrase
from asn_research.models.result import Estimate

Wording = Callable[[Finding, Language], list[str]]
"""From an estimated finding to its answer, sentence by sentence; the first says what was found."""

_MOST_FURTHER_DIGITS = 3


def say(key: str, language: Language, **fields: object) -> str:
    """A phrase of the findings' own catalogue."""
    return phrase(f"finding.{key}", language, **fields)


def estimate_of(finding: Finding, term: str | None = None) -> Estimate:
    """The headline estimate, or the one with a term."""
    found = finding.headline if term is None else finding[term]
    if not isinstance(found, Estimate):
        raise KeyError(f"finding {finding.question} has no estimate {term or 'as headline'}")
    return found


def amount(value: float, unit: str, language: Language) -> str:
    """A number as running text writes it, without its unit's word."""
    if unit == "share":
        return format_percent(value, language)
    return format_number(value, language, digits=2 if unit in {"scale", "sd", "index"} else 1)


def share(finding: Finding, estimate: Estimate, language: Language) -> str:
    """A share in running text; the end of its band where only that may be told."""
    return bounded(amount(estimate.estimate, "share", language), bound_of(finding, estimate), language)


def share_interval(finding: Finding, estimate: Estimate, language: Language) -> str:
    """The interval of a share in words; of one told as the end of its band it is not shown."""
    if bound_of(finding, estimate):
        return say("interval_withheld", language)
    return interval(estimate, language)


def begin(text: str) -> str:
    """A sentence with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def bound_of(finding: Finding, estimate: Estimate) -> Cell:
    """Which end of a band an estimate is; None where it is told as it is."""
    return finding.details.get(f"bound_{estimate.term}")


def bounded(text: str, bound: Cell, language: Language) -> str:
    """A number in words as the end of a band, or as it is."""
    return say(f"bound_{bound}", language, value=text) if bound else text


def interval(estimate: Estimate, language: Language, *, unit: str | None = None) -> str:
    """The interval in words, or why there is none."""
    unit = unit or estimate.unit
    if not (math.isfinite(estimate.conf_low) and math.isfinite(estimate.conf_high)):
        return say("no_interval", language)
    low, high = bounds(estimate.conf_low, estimate.conf_high, unit, language)
    key = "interval_share" if unit == "share" else "interval"
    return say(key, language, level=level(estimate, language), low=low, high=high)


def bounds(low: float, high: float, unit: str, language: Language, *, sign: bool = False) -> tuple[str, str]:
    """The ends of an interval; with more decimals where one would round to zero and hide its side of it."""
    scale = 100 if unit == "share" else 1
    ends = [scale * low, scale * high]
    digits = {"share": 0, "scale": 2, "sd": 2, "index": 2}.get(unit, 1)
    most = digits + _MOST_FURTHER_DIGITS
    while digits < most and any(end != 0 and round(end, digits) == 0 for end in ends):
        digits += 1
    first, second = (format_number(end, language, digits=digits, sign=sign) for end in ends)
    return first, second


def level(estimate: Estimate, language: Language) -> str:
    """The confidence level of an estimate."""
    return format_level(estimate.conf_level, language)


def direction(estimate: Estimate) -> str:
    """``up``, ``down`` or ``unclear`` by the interval; ``bare`` where there is none."""
    if not math.isfinite(estimate.conf_low):
        return "bare"
    if estimate.conf_low > 0:
        return "up"
    return "down" if estimate.conf_high < 0 else "unclear"


def null_result(finding: Finding, language: Language, *, key: str = "null_mde", scale: float = 1.0) -> str:
    """What could have been seen where the headline is not clear; empty elsewhere."""
    mde = scale * number(finding.details.get("mde"))
    if direction(estimate_of(finding)) != "unclear" or math.isnan(mde):
        return ""
    return say(key, language, mde=points(mde, language))


def outcome_name(competency: Cell, source: Cell, language: Language) -> str:
    """An outcome in running text: ``keterampilan teknis (tes)``."""
    name = term_label("competency", str(competency), language).lower()
    return say("outcome", language, competency=name, source=say(f"source_{source}", language))


def count(value: Cell, language: Language) -> str:
    """A whole number of people or things."""
    return format_count(number(value), language)


def points(value: Cell, language: Language) -> str:
    """Points with one decimal and no sign."""
    return format_number(abs(number(value)), language)
