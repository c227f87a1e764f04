"""Answers about needs, in words."""

from __future__ import annotations

import math
from dataclasses import replace

from asn_research.contract.vocabulary import term_label
from asn_research.findings.finding import Finding
from asn_research.findings.grounds.axis import number
from asn_research.findings.wordings.part import (
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
from asn_research.language import Language, format_number, format_percent
from asn_research.models.result import Estimate


def _gaps(finding: Finding, language: Language) -> list[str]:
    details, gap = finding.details, estimate_of(finding)
    is_below = gap.estimate < 0
    shown = replace(gap, conf_low=-gap.conf_high, conf_high=-gap.conf_low) if is_below else gap
    is_rounded = any(caveat.code == "points_rounded" for caveat in finding.caveats)
    text = say(
        f"gaps_{'below' if is_below else 'above'}{'_rounded' if is_rounded else ''}",
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
    outcome = outcome_name(details["competency"], details["source"], language)
    people = count(finding.sample.people, language)
    found = [_closed("needs", closed, language, outcome=outcome, people=people)]
    if details["compared"]:
        rest = estimate_of(finding, f"comparison:{details['competency']}")
        found.append(_closed("needs_compared", rest, language))
    if details.get("below_after_share") is not None:
        share = format_percent(number(details["below_after_share"]), language)
        found.append(
            say("needs_left", language, share=share, points=points(details["short_after"], language))
        )
    if details.get("most_left") is not None and math.isfinite(number(details["most_left_people"])):
        competency = term_label("competency", str(details["most_left"]), language).lower()
        left = count(details["most_left_people"], language)
        found.append(say("needs_most", language, competency=competency, people=left))
    return found


def _closed(key: str, closed: Estimate, language: Language, **fields: str) -> str:
    """The share of a shortfall that was closed, or by how much it grew, or that neither is clear."""
    side = direction(closed)
    shown = closed
    if side == "unclear":
        key = f"{key}_unclear"
    elif closed.estimate < 0:
        key = f"{key}_widened"
        shown = replace(closed, conf_low=-closed.conf_high, conf_high=-closed.conf_low)
    elif key == "needs":
        key = "needs_closed"
    share = format_percent(abs(closed.estimate), language)
    signed = format_number(100 * closed.estimate, language, digits=0, sign=True)
    return say(key, language, share=share, signed=signed, interval=interval(shown, language), **fields)


NEEDS_WORDINGS: dict[str, Wording] = {"competency_gaps": _gaps, "needs_met": _needs}
