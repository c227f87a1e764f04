"""Answers of the appendix, in words."""

from __future__ import annotations

import math

from asn_research.findings.finding import Finding
from asn_research.findings.grounds.axis import number
from asn_research.findings.wordings.label import code_label
from asn_research.findings.wordings.part import Wording, count, estimate_of, say
from asn_research.language import Language, format_number


def _ways(finding: Finding, language: Language) -> list[str]:
    """How many declared ways agree in sign, and between which numbers they lie."""
    details = finding.details
    first, _, second = str(details.get("contrast") or "").partition(" - ")
    names = {"first": code_label(first, language), "second": code_label(second, language)}
    numbers = {
        "low": details["lowest"],
        "high": details["highest"],
        "headline": estimate_of(finding).estimate,
    }
    side = "all" if details["agree"] == details["ways"] else "some"
    text = say(
        f"answer_{finding.question}_{side}",
        language,
        contrast=say("ways_contrast", language, **{k: v.lower() for k, v in names.items()}) if second else "",
        **{name: count(details[name], language) for name in ("ways", "agree")},
        **{name: format_number(number(v), language, sign=True) for name, v in numbers.items()},
    )
    return [text, *_end(finding, language), *_clear(finding, language)]


def _end(finding: Finding, language: Language) -> list[str]:
    """Whether the main answer is the highest or the lowest of all ways, as readers see these numbers."""
    details = finding.details
    shown = {end: format_number(number(details[end]), language) for end in ("lowest", "highest")}
    if shown["lowest"] == shown["highest"]:
        return []
    main = format_number(estimate_of(finding).estimate, language)
    ways = count(details["ways"], language)
    return [say(f"ways_main_{end}", language, ways=ways) for end, value in shown.items() if value == main]


def _clear(finding: Finding, language: Language) -> list[str]:
    """In how many ways the direction is clear; where in some only, also whether in the main one."""
    details = finding.details
    if not details["tested"]:
        return [say("ways_bare", language)]
    key = "ways_clear" if details["tested"] == details["ways"] else "ways_clear_some"
    text = say(key, language, **{name: count(details[name], language) for name in ("clear", "tested")})
    if details["clear"] == 0 or details["clear"] == details["tested"]:
        return [text]
    main = next(row for row in finding.rows if row.get("headline"))
    low, high = number(main.get("conf_low")), number(main.get("conf_high"))
    if math.isnan(low) or math.isnan(high):
        return [text]
    return [text, say("ways_main_unclear" if low <= 0 <= high else "ways_main_clear", language)]


APPENDIX_WORDINGS: dict[str, Wording] = {
    "specification_curve": _ways,
    "method_specification_curve": _ways,
}
