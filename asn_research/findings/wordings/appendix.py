"""Answers of the appendix, in words."""

from __future__ import annotations

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
    return [text, _clear(finding, language)]


def _clear(finding: Finding, language: Language) -> str:
    details = finding.details
    if not details["tested"]:
        return say("ways_bare", language)
    key = "ways_clear" if details["tested"] == details["ways"] else "ways_clear_some"
    return say(key, language, **{name: count(details[name], language) for name in ("clear", "tested")})


APPENDIX_WORDINGS: dict[str, Wording] = {
    "specification_curve": _ways,
    "method_specification_curve": _ways,
}
