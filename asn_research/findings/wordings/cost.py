"""Answers about cost, in words; what a gain cost is told as strongly as the gain itself."""

from __future__ import annotations

import math

from asn_research.findings.finding import Cell, Finding
from asn_research.findings.grounds.axis import number
from asn_research.findings.wordings.label import row_label
from asn_research.findings.wordings.part import (
    Wording,
    amount,
    count,
    estimate_of,
    interval,
    level,
    outcome_name,
    points,
    say,
)
from asn_research.language import Language, format_money, format_number
from asn_research.models.result import Estimate


def _money(value: Cell, language: Language) -> str:
    return format_money(number(value), language)


def _participant(finding: Finding, language: Language) -> list[str]:
    details = finding.details
    found = [
        say(
            "answer_cost_per_participant",
            language,
            participant=_money(estimate_of(finding).estimate, language),
            courses=count(details["courses"], language),
            seats=count(details["seats"], language),
            total=_money(details["total_idr"], language),
        )
    ]
    for estimate in finding.estimates[1:]:
        name = estimate.term.removeprefix("cost_per_")
        found.append(say(f"cost_{name}", language, **{name: _money(estimate.estimate, language)}))
    shown = [row for row in finding.rows if not row.get("suppressed")]
    if len(shown) > 1:
        ordered = sorted(shown, key=lambda row: number(row["amount"]))
        names = {"most": ordered[-1], "least": ordered[0]}
        fields = {name: row_label(row, language).lower() for name, row in names.items()}
        fields |= {f"{name}_cost": _money(row["amount"], language) for name, row in names.items()}
        found.append(say("cost_range", language, **fields))
    return found


def _price(finding: Finding, language: Language) -> list[str]:
    price, size = estimate_of(finding), estimate_of(finding, "gain_sd")
    details = finding.details
    compared = bool(details["compared"])
    step = format_number(number(details["step_sd"]), language)
    found = [
        say(
            "price_difference" if compared else "price_own",
            language,
            step=step,
            outcome=outcome_name(details["competency"], details["source"], language),
            price=_money(price.estimate, language),
            interval=_money_interval(price, language),
            people=count(finding.sample.people, language),
        ),
        say(
            "price_from",
            language,
            cost=_money(details["cost_per_participant"], language),
            size=amount(size.estimate, "sd", language),
        ),
    ]
    if finding.design_grade == 1:
        return [*found, say("price_claim_1", language)]
    if size.conf_low > 0:
        gain = points(details["gain_points"], language)
        return [*found, say(f"claim_{finding.design_grade}_up", language, points=gain)]
    return found


def _money_interval(price: Estimate, language: Language) -> str:
    if not math.isfinite(price.conf_low):
        return interval(price, language)
    fields = {"level": level(price, language), "low": format_money(price.conf_low, language)}
    if not math.isfinite(price.conf_high):
        return say("interval_money_open", language, **fields)
    return say("interval_money", language, high=format_money(price.conf_high, language), **fields)


def _seats(finding: Finding, language: Language) -> list[str]:
    details = finding.details
    seats = estimate_of(finding).estimate
    found = [
        say(
            "answer_seats_under_budget",
            language,
            year=str(details["year"]),
            budget=_money(details["budget_idr"], language),
            seats=count(seats, language),
            cost=_money(details["cost_per_participant"], language),
            planned=count(details["planned"], language),
        )
    ]
    waiting = number(details.get("waiting"))
    if math.isfinite(waiting):
        key = "seats_scarce" if waiting > seats else "seats_enough"
        found.append(say(key, language, waiting=count(waiting, language)))
    if "lottery_mde" in details:
        found.append(
            say(
                "seats_lottery",
                language,
                seats=count(seats, language),
                compared=count(details["lottery_compared"], language),
                mde=points(details["lottery_mde"], language),
                sd=amount(number(details["lottery_mde_sd"]), "sd", language),
                power=amount(number(details["lottery_power_share"]), "share", language),
            )
        )
    return found


COST_WORDINGS: dict[str, Wording] = {
    "cost_per_participant": _participant,
    "cost_effectiveness": _price,
    "seats_under_budget": _seats,
}
