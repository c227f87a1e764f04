"""Answers about reach, in words."""

from __future__ import annotations

import math

from asn_research.contract.threshold import BASELINE_ADJUSTABLE_SD
from asn_research.findings.finding import Finding
from asn_research.findings.grounds.axis import number
from asn_research.findings.wordings.part import (
    Wording,
    amount,
    begin,
    bounds,
    count,
    estimate_of,
    interval,
    say,
    share,
    share_interval,
)
from asn_research.language import Language, format_count, format_number, format_percent


def _coverage(finding: Finding, language: Language) -> list[str]:
    text = say(
        "answer_coverage",
        language,
        share=format_percent(estimate_of(finding).estimate, language),
        trained=count(finding.details["trained"], language),
        eligible=count(finding.details["eligible"], language),
    )
    unlisted = number(finding.details["unlisted"])
    if unlisted > 0:
        return [text, say("coverage_unlisted", language, unlisted=format_count(unlisted, language))]
    return [text]


def _training_hours(finding: Finding, language: Language) -> list[str]:
    text = say(
        "answer_training_hours",
        language,
        share=share(finding, estimate_of(finding), language),
        people=count(finding.sample.people, language),
        required=count(finding.details["required_jp"], language),
        mean=format_number(estimate_of(finding, "mean_hours").estimate, language),
    )
    return [begin(text)]


def _mean_share(finding: Finding, language: Language) -> list[str]:
    mean = estimate_of(finding)
    text = say(
        f"answer_{finding.question}",
        language,
        share=share(finding, mean, language),
        interval=share_interval(finding, mean, language),
        people=count(finding.sample.people, language),
        rows=count(finding.sample.rows, language),
    )
    return [begin(text)]


def _match_rate(finding: Finding, language: Language) -> list[str]:
    rate = estimate_of(finding)
    text = say(
        "answer_match_rate",
        language,
        share=amount(rate.estimate, "share", language),
        interval=interval(rate, language),
        before=count(finding.details["measured_before"], language),
    )
    difference = number(finding.details.get("pre_difference_sd"))
    if math.isnan(difference):
        return [text]
    side = "close" if abs(difference) <= BASELINE_ADJUSTABLE_SD else "higher" if difference > 0 else "lower"
    sd = format_number(abs(difference), language, digits=2)
    return [text, say(f"match_difference_{side}", language, sd=sd)]


def _drivers(finding: Finding, language: Language) -> list[str]:
    clear = [
        say(
            "driver_part",
            language,
            name=say(f"driver_{e.term}", language),
            change=format_number(100 * e.estimate, language, sign=True),
            **dict(
                zip(
                    ("low", "high"),
                    bounds(100 * e.conf_low, 100 * e.conf_high, "points", language, sign=True),
                    strict=True,
                )
            ),
        )
        for e in finding.estimates
        if e.term in {"relevance", "commitment", "distance"} and e.conf_low * e.conf_high > 0
    ]
    tested = any(math.isfinite(e.conf_low) for e in finding.estimates)
    key = "answer_participation_drivers" + ("" if clear else "_none" if tested else "_untested")
    sizes = {name: count(getattr(finding.sample, name), language) for name in ("people", "rows")}
    return [say(key, language, parts="; ".join(clear), **sizes)]


REACH_WORDINGS: dict[str, Wording] = {
    "coverage": _coverage,
    "training_hours": _training_hours,
    "attendance": _mean_share,
    "completion": _mean_share,
    "participation_drivers": _drivers,
    "match_rate": _match_rate,
}
