"""Answers about reactions, in words."""

from __future__ import annotations

from asn_research.findings.finding import Finding
from asn_research.findings.grounds.axis import number
from asn_research.findings.wordings.label import code_label
from asn_research.findings.wordings.part import (
    Wording,
    amount,
    begin,
    count,
    estimate_of,
    interval,
    say,
    share,
    share_interval,
)
from asn_research.language import Language, format_number


def _satisfaction(finding: Finding, language: Language) -> list[str]:
    mean = estimate_of(finding)
    text = say(
        "answer_satisfaction",
        language,
        mean=amount(mean.estimate, "scale", language),
        interval=interval(mean, language),
        people=count(finding.sample.people, language),
    )
    if number(finding.details["items"]) < 2:
        return [text]
    names = (code_label(str(finding.details[side]), language).lower() for side in ("best", "worst"))
    means = (amount(number(finding.details[f"{s}_mean"]), "scale", language) for s in ("best", "worst"))
    fields = dict(zip(("best", "worst"), names, strict=True))
    fields |= dict(zip(("best_mean", "worst_mean"), means, strict=True))
    return [text, say("satisfaction_items", language, **fields)]


def _course_flags(finding: Finding, language: Language) -> list[str]:
    details = finding.details
    judged = count(details["judged"], language)
    reference = format_number(number(details["reference"]), language)
    if not details["flagged"]:
        return [say("answer_course_flags_none", language, judged=judged, reference=reference)]
    parts = [
        say(f"flagged_{item}", language, titles=str(details[f"flagged_{item}"]))
        for item in ("material", "speaker")
        if details[f"flagged_{item}"]
    ]
    flagged = count(details["flagged"], language)
    head = say("answer_course_flags", language, judged=judged, flagged=flagged, reference=reference)
    return [head, *parts]


def _relevance(finding: Finding, language: Language) -> list[str]:
    agreeing = estimate_of(finding)
    text = say(
        "answer_perceived_relevance",
        language,
        share=share(finding, agreeing, language),
        interval=share_interval(finding, agreeing, language),
        people=count(finding.sample.people, language),
        mean=amount(number(finding.details["mean"]), "scale", language),
    )
    return [begin(text)]


def _reliability(finding: Finding, language: Language) -> list[str]:
    alpha = estimate_of(finding)
    enough = number(finding.details["reference"])
    verdict = "enough" if alpha.conf_low >= enough else "short" if alpha.conf_high < enough else "open"
    text = say(
        f"answer_reaction_reliability_{verdict}",
        language,
        alpha=amount(alpha.estimate, "sd", language),
        interval=interval(alpha, language, unit="sd"),
        items=count(finding.details["items"], language),
        people=count(finding.sample.people, language),
        answers=count(alpha.n_obs, language),
        reference=format_number(enough, language, digits=2),
    )
    return [text]


REACTION_WORDINGS: dict[str, Wording] = {
    "satisfaction": _satisfaction,
    "course_flags": _course_flags,
    "perceived_relevance": _relevance,
    "reaction_reliability": _reliability,
}
