"""Answers across regions, in words; claims are chosen by the weakest design among them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from asn_research.contract.vocabulary import term_label
from asn_research.findings.finding import Cell, Finding, Row
from asn_research.findings.grounds.axis import number
from asn_research.findings.wordings.part import (
    Wording,
    count,
    direction,
    estimate_of,
    interval,
    level,
    outcome_name,
    points,
    say,
)
from asn_research.language import Language, format_count, format_number
from asn_research.language.quantity import format_quantity

_NAMED = 4
_FEW = 10


def _pooled(finding: Finding, language: Language) -> list[str]:
    found, details = estimate_of(finding), finding.details
    competency, _, source = found.outcome.partition(":")
    kind = "difference" if details["compared"] else "gain"
    text = say(
        f"pooled_{kind}_{direction(found)}",
        language,
        regions=count(details["regions"], language),
        outcome=outcome_name(competency, source, language),
        points=points(found.estimate, language),
        signed=format_number(found.estimate, language, sign=True),
        interval=interval(found, language),
        people=count(finding.sample.people, language),
    )
    tau = points(details["tau"], language)
    spread = say("pooled_no_spread", language, regions=count(details["regions"], language))
    if tau != points(0.0, language):
        ends = {end: points(details[f"tau_{end}"], language) for end in ("low", "high")}
        spread = say("pooled_spread", language, tau=tau, **ends)
    parts = [
        text,
        _beside(finding, language),
        _claim(finding, language),
        spread,
        _without(details, language),
        _compared(finding, language),
    ]
    return [part for part in parts if part]


def _claim(finding: Finding, language: Language) -> str:
    """What the designs allow to be said; without comparison groups everywhere, what they do not."""
    found = estimate_of(finding)
    side = direction(found)
    if _difference_rows(finding):
        return say("pooled_claim_part", language) if _rises_alone(finding) else ""
    if not finding.details["compared"] or finding.design_grade == 1:
        return say("pooled_claim_own", language)
    if side not in {"up", "down"}:
        return ""
    return say(f"claim_{finding.design_grade}_{side}", language, points=points(found.estimate, language))


def _without(known: Mapping[str, Cell], language: Language) -> str:
    """How far the pooled value moves when one region is left out."""
    if "most_region" not in known:
        return ""
    return say(
        "pooled_without",
        language,
        low=format_number(number(known["without_low"]), language),
        high=format_number(number(known["without_high"]), language),
        region=str(known["most_region"]),
    )


def _difference_rows(finding: Finding) -> list[Row]:
    """The regions with a comparison group, where others have none."""
    group = "finding.group_region_differences"
    if finding.details["compared"]:
        return []
    return [row for row in finding.rows if row.get("group") == group and row.get("label") is not None]


def _rises_alone(finding: Finding) -> bool:
    """Whether scores rose clearly over all regions, and in every comparison group as well."""
    return direction(estimate_of(finding)) == "up" and bool(finding.details.get("alone_rose"))


def _beside(finding: Finding, language: Language) -> str:
    """What the gain over all regions must be read with: the differences to comparison groups, and theirs."""
    rows = _difference_rows(finding)
    if not rows:
        return ""
    pooled = next((e for e in finding.estimates if e.term == "pooled_difference"), None)
    if pooled is None:
        is_up = _rises_alone(finding) and all(number(row.get("conf_low")) > 0 for row in rows)
        each = [_parts([row], "points", language) for row in rows]
        parts = say("beside_two", language, first=each[0], second=each[1]) if len(each) == 2 else each[0]
        text = say(f"beside_parts_{'up' if is_up else 'any'}", language, parts=parts)
    else:
        is_up = _rises_alone(finding) and direction(pooled) == "up"
        text = say(
            f"beside_pooled_{'up' if is_up else 'any'}",
            language,
            count=format_count(len(rows), language),
            points=points(pooled.estimate, language),
            signed=format_number(pooled.estimate, language, sign=True),
            interval=interval(pooled, language),
        )
    return say("beside", language, differences=text, alone=_alone(finding, language))


def _alone(finding: Finding, language: Language) -> str:
    """How far the comparison groups themselves rose, and what that leaves open."""
    details = finding.details
    if "alone_low" not in details:
        return say("alone_unknown", language)
    rises = _rises_alone(finding)
    low, high = (
        format_number(number(details[end]), language, sign=not rises) for end in ("alone_low", "alone_high")
    )
    span = low if low == high else say("alone_range", language, low=low, high=high)
    return say("alone_rose" if rises else "alone_changed", language, span=span)


def _compared(finding: Finding, language: Language) -> str:
    """The regions with a comparison group one by one, where their mean alone was told before."""
    rows = _difference_rows(finding)
    if not any(estimate.term == "pooled_difference" for estimate in finding.estimates):
        return ""
    if len(rows) <= _NAMED:
        return say("pooled_compared_parts", language, parts=_parts(rows, "points", language))
    return say("pooled_compared_range", language, **_range(rows, "estimate", "points", language))


def _parts(rows: Sequence[Row], unit: str, language: Language, *, prefix: str = "conf") -> str:
    """Regions by name with their value and its interval."""
    column = "estimate" if prefix == "conf" else prefix
    return "; ".join(
        say(
            "region_part_interval",
            language,
            region=str(row["label"]),
            signed=format_quantity(number(row.get(column)), unit, language, sign=True),
            low=format_quantity(number(row.get(f"{prefix}_low")), unit, language, sign=True),
            high=format_quantity(number(row.get(f"{prefix}_high")), unit, language, sign=True),
        )
        for row in rows
    )


def _range(rows: Sequence[Row], column: str, unit: str, language: Language) -> dict[str, str]:
    """How many regions, and their lowest and highest value without names."""
    values = sorted(number(row.get(column)) for row in rows)
    return {
        "count": format_count(len(values), language),
        "low": format_quantity(values[0], unit, language, sign=True),
        "high": format_quantity(values[-1], unit, language, sign=True),
    }


def _methods(finding: Finding, language: Language) -> list[str]:
    details = finding.details
    found = []
    for estimate in finding.estimates[:3]:
        first, _, second = estimate.term.partition(" - ")
        found.append(
            say(
                f"pooled_method_{direction(estimate)}",
                language,
                first=term_label("method", first, language).lower(),
                second=term_label("method", second, language).lower(),
                points=points(estimate.estimate, language),
                signed=format_number(estimate.estimate, language, sign=True),
                interval=interval(estimate, language),
                regions=format_count(estimate.n_obs, language),
            )
        )
    if number(details["pairs"]) < 2:
        return found
    clear = count(details["clear"], language) if details["clear"] else say("none", language)
    return [
        *found,
        say("pooled_method_family", language, pairs=count(details["pairs"], language), clear=clear),
    ]


def _comparison(finding: Finding, language: Language) -> list[str]:
    details = finding.details
    clear = int(number(details["clear"]))
    kind = "pairs" if details["in_pairs"] else "others"
    family = count(details["family"], language)
    if not clear:
        return [say(f"regions_{kind}_none", language, family=family), say("regions_not_alike", language)]
    rows = [row for row in finding.rows if row.get("role") == "pair"]
    rows.sort(key=lambda row: number(row.get("p_holm")))
    names = _some(_parts(rows[: min(clear, _NAMED)], "points", language), clear, language)
    text = say(
        f"regions_{kind}_some", language, clear=format_count(clear, language), family=family, names=names
    )
    return [text, say("regions_rest", language)] if clear < number(details["family"]) else [text]


def _some(names: str, total: int, language: Language) -> str:
    """Names, and how many more there are."""
    if total <= _NAMED:
        return names
    return say("names_and_more", language, names=names, count=format_count(total - _NAMED, language))


def _services(finding: Finding, language: Language) -> list[str]:
    measured = [row for row in finding.rows if not math.isnan(number(row.get("estimate")))]
    waiting = [row for row in finding.rows if not math.isnan(number(row.get("wait")))]
    found = [_index_text(measured, language)]
    details = finding.details
    if number(details["family"]):
        clear = int(number(details["clear"]))
        family = count(details["family"], language)
        names = str(details["clear_names"])
        told = {"clear": format_count(clear, language), "family": family, "names": names}
        found.append(say("services_differ", language, **told) if clear else say("services_alike", language))
    if waiting:
        found.append(_waiting_text(waiting, language))
    return [*found, say("services_claim", language)]


def _index_text(rows: Sequence[Row], language: Language) -> str:
    if not rows:
        return say("services_no_index", language)
    if len(rows) <= _NAMED:
        return say("services_index", language, parts=_parts(rows, "index", language))
    ends = _range(rows, "estimate", "index", language)
    return say("services_index_range", language, regions=ends["count"], low=ends["low"], high=ends["high"])


def _waiting_text(rows: Sequence[Row], language: Language) -> str:
    if len(rows) <= _NAMED:
        return say("services_waiting", language, parts=_parts(rows, "days", language, prefix="wait"))
    ends = _range(rows, "wait", "days", language)
    return say("services_waiting_range", language, regions=ends["count"], low=ends["low"], high=ends["high"])


def _transfer(finding: Finding, language: Language) -> list[str]:
    expected, details = estimate_of(finding), finding.details
    regions = count(details["regions"], language)
    numbers = {
        name: format_number(value, language, sign=True)
        for name, value in (
            ("low", expected.conf_low), ("high", expected.conf_high), ("expected", expected.estimate),
        )
    }  # fmt: skip
    key = "transfer_compared" if details["compared"] else "transfer_own"
    found = [say(key, language, level=level(expected, language), **numbers)]
    if number(details["regions"]) < _FEW:
        found.append(say("transfer_wide", language, regions=regions))
    held = count(details["held"], language) if details["held"] else say("none", language)
    found.append(say("transfer_held", language, held=held, regions=regions))
    if not details["compared"]:
        found.append(say("pooled_claim_own", language))
    return found


ACROSS_WORDINGS: dict[str, Wording] = {
    "pooled_gain": _pooled,
    "pooled_method_effect": _methods,
    "region_comparison": _comparison,
    "service_comparison": _services,
    "transferability": _transfer,
}
