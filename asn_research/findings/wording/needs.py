"""Answers about needs, in words."""

from __future__ import annotations

import math
from dataclasses import replace

from asn_research.contract.vocabulary import term_label
from asn_research.findings.axis import number
from asn_research.findings.finding import Finding
from asn_research.findings.wording.part import (
    Wording,
    amount,
    count,
    estimate_of,
    interval,
    outcome_name,
    points,
    say,
)
from asn_research.language import Language, format_percent
from asn_research.models.result import Estimate


def _gaps(finding: Finding, language: Language) -> list[str]:
    details, gap = finding.details, estimate_of(finding)
    is_below = gap.estimate < 0
    shown = replace(gap, conf_low=-gap.conf_high, conf_high=-gap.conf_low) if is_below else gap
    text = say(
        "gaps_below" if is_below else "gaps_above",
        language,
        outcome=outcome_name(details["competency"], details["source"], language),
        points=points(gap.estimate, language),
        score=amount(number(details["mean_score"]), "points", language),
        required=amount(number(details["mean_required"]), "points", language),
        interval=interval(shown, language),
        people=count(finding.sample.people, language),
    )
    found = [text]
    if details.get("below_share") is not None:
        share = format_percent(number(details["below_share"]), language)
        found.append(
            say("gaps_share", language, share=share, points=points(details["short_below"], language))
        )
    if details["widest"] != details["competency"] and number(details["widest_estimate"]) < 0:
        outcome = outcome_name(details["widest"], details["widest_source"], language)
        missing = points(details["widest_estimate"], language)
        family = count(details["family"], language)
        found.append(say("gaps_widest", language, outcome=outcome, points=missing, family=family))
    return found


def _needs(finding: Finding, language: Language) -> list[str]:
    details, closed = finding.details, estimate_of(finding)
    found = [
        say(
            "needs_closed" if closed.estimate >= 0 else "needs_widened",
            language,
            outcome=outcome_name(details["competency"], details["source"], language),
            share=format_percent(abs(closed.estimate), language),
            interval=interval(_turned(closed), language),
            people=count(finding.sample.people, language),
        )
    ]
    if details["compared"]:
        rest = estimate_of(finding, f"comparison:{details['competency']}")
        key = "needs_compared" if rest.estimate >= 0 else "needs_compared_widened"
        share = format_percent(abs(rest.estimate), language)
        found.append(say(key, language, share=share, interval=interval(_turned(rest), language)))
    if details.get("below_after_share") is not None:
        share = format_percent(number(details["below_after_share"]), language)
        found.append(
            say("needs_left", language, share=share, points=points(details["short_after"], language))
        )
    if details.get("most_left") is not None and math.isfinite(number(details["most_left_people"])):
        competency = term_label("competency", str(details["most_left"]), language).lower()
        people = count(details["most_left_people"], language)
        found.append(say("needs_most", language, competency=competency, people=people))
    return found


def _turned(closed: Estimate) -> Estimate:
    """The interval of a growth where the share closed is negative."""
    if closed.estimate >= 0:
        return closed
    return replace(closed, conf_low=-closed.conf_high, conf_high=-closed.conf_low)


NEEDS_WORDINGS: dict[str, Wording] = {"competency_gaps": _gaps, "needs_met": _needs}
