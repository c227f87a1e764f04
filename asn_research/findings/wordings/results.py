"""Answers about results, in words; a series speaks of what goes with a change, never of more."""

from __future__ import annotations

import datetime

from asn_research.findings.finding import Finding
from asn_research.findings.grounds.axis import number
from asn_research.findings.wordings.label import code_label
from asn_research.findings.wordings.part import (
    Wording,
    amount,
    count,
    direction,
    estimate_of,
    interval,
    null_result,
    points,
    say,
)
from asn_research.language import Language, format_date, format_number, format_percent

_LETTERS = ("A", "B", "C", "D")
_SURE = 0.995
_NOTICEABLE = 0.005


def _satisfaction(finding: Finding, language: Language) -> list[str]:
    change, details = estimate_of(finding), finding.details
    text = say(
        f"satisfaction_{direction(change)}",
        language,
        points=amount(abs(change.estimate), "index", language),
        signed=format_number(change.estimate, language, digits=2, sign=True),
        before=amount(number(details["before"]), "index", language),
        after=amount(number(details["after"]), "index", language),
        class_before=say(f"class_{details['class_before']}", language),
        class_after=say(f"class_{details['class_after']}", language),
        interval=interval(change, language),
        people=count(finding.sample.people, language),
    )
    lowest = say(
        "lowest_element",
        language,
        element=code_label(str(details["lowest_element"]), language),
        value=amount(number(details["lowest_element_index"]), "index", language),
    )
    return [text, say("claim_service_1", language), *_classes(finding, language), lowest]


def _classes(finding: Finding, language: Language) -> list[str]:
    """How sure the class is: after the training always, before it only where it is unsure."""
    after, before = (_probabilities(finding, wave) for wave in ("after", "before"))
    likely = max(after, key=lambda letter: after[letter])
    if after[likely] >= _SURE:
        found = [say("class_sure", language, letter=likely)]
    else:
        found = [say("class_unsure", language, parts=_parts(after, language))]
    if max(before.values()) < _SURE:
        found.append(say("class_unsure_before", language, parts=_parts(before, language)))
    return found


def _probabilities(finding: Finding, wave: str) -> dict[str, float]:
    return {letter: number(finding.details[f"probability_{wave}_{letter}"]) for letter in _LETTERS}


def _parts(chances: dict[str, float], language: Language) -> str:
    known = [(letter, share) for letter, share in chances.items() if share >= _NOTICEABLE]
    return ", ".join(
        say("class_part", language, letter=letter, share=format_percent(share, language))
        for letter, share in known
    )


def _waiting(finding: Finding, language: Language) -> list[str]:
    level, slope = finding.estimates[:2]
    details = finding.details
    changed = datetime.date.fromisoformat(str(details["changed_on"]))
    side = direction(level)
    text = say(
        f"waiting_{side}",
        language,
        date=format_date(changed, language),
        service=str(details["service"]),
        days=points(level.estimate, language),
        signed=format_number(level.estimate, language, sign=True),
        interval=interval(level, language),
        months_before=count(details["months_before"], language),
        months_after=count(details["months_after"], language),
    )
    medians = say(
        "waiting_medians",
        language,
        before=_days(estimate_of(finding, "median_before").estimate, language),
        after=_days(estimate_of(finding, "median_after").estimate, language),
        requests=count(details["requests"], language),
    )
    found = [text, medians]
    null = null_result(finding, language, key="waiting_mde")
    found += [null] if null else []
    if direction(slope) in {"up", "down"}:
        days = format_number(abs(slope.estimate), language, digits=2)
        found.append(say(f"waiting_slope_{direction(slope)}", language, days=days))
    return found


def _days(value: float, language: Language) -> str:
    """Days, with a decimal only where there is one."""
    return format_number(value, language, digits=0 if value == round(value) else 1)


def _delivery(finding: Finding, language: Language) -> list[str]:
    details = finding.details
    on_time = estimate_of(finding)
    found = [
        say(
            "answer_project_delivery",
            language,
            on_time=format_percent(on_time.estimate, language),
            interval=interval(on_time, language),
            decided=count(details["decided"], language),
        )
    ]
    for budget in finding.estimates[1:]:
        share = format_percent(budget.estimate, language)
        found.append(say("delivery_budget", language, on_budget=share, interval=interval(budget, language)))
    late = number(details.get("median_late_days"))
    if late > 0:
        found.append(say("delivery_late", language, days=_days(late, language)))
    shares = {
        str(row["group"]).rpartition("_")[2]: number(row["share"])
        for row in finding.rows
        if row.get("label_code") == "finding.delivery_on_time"
        and not (row.get("suppressed") or row.get("bound"))
    }
    if {"trained", "other"} <= set(shares):
        parts = {name: format_percent(shares[name], language) for name in ("trained", "other")}
        found.append(say("delivery_leaders", language, **parts))
    return found


def _exposure(finding: Finding, language: Language) -> list[str]:
    slope, details = estimate_of(finding), finding.details
    side = direction(slope)
    text = say(
        f"exposure_{side}",
        language,
        units=count(details["units"], language),
        points=amount(abs(slope.estimate), "index", language),
        signed=format_number(slope.estimate, language, digits=2, sign=True),
        interval=interval(slope, language, unit="index"),
        people=count(finding.sample.people, language),
    )
    null = null_result(finding, language, key="exposure_mde")
    return [text, null] if null else [text]


RESULTS_WORDINGS: dict[str, Wording] = {
    "service_satisfaction": _satisfaction,
    "service_time": _waiting,
    "project_delivery": _delivery,
    "exposure_service": _exposure,
}
