"""Deviations from the plan, in words: what was planned, what was done, why."""

from __future__ import annotations

import datetime

from asn_research.findings.finding import Finding, Row
from asn_research.findings.wordings.label import code_label
from asn_research.findings.wordings.part import Wording, count, outcome_name, say
from asn_research.language import Language, format_date, phrase
from asn_research.language.catalogue import has_phrase

_DATES = ("written", "starts", "first")
_COUNTS = ("count", "total", "needed", "grade")
_CODES = ("planned", "used", "name")


def point_text(row: Row, language: Language) -> str:
    """What a deviation is about, in a few words."""
    return say(f"deviation_{row['code']}", language, **_fields(row, language))


def planned_text(row: Row, language: Language) -> str:
    """What the plan declares."""
    return say(f"deviation_{row['code']}_planned", language, **_fields(row, language))


def done_text(row: Row, language: Language) -> str:
    """What was done instead."""
    variant = "_others" if row.get("others") else "_few" if row.get("few") else f"_{row.get('clusters')}"
    key = f"deviation_{row['code']}_done"
    known = key + variant if has_phrase(f"finding.{key}{variant}") else key
    return say(known, language, **_fields(row, language))


def why_text(row: Row, language: Language) -> str:
    """Why it was done so."""
    if row["code"] == "design":
        return say(f"caveat_{row['reason']}", language)
    variant = f"_{row['why']}" if row.get("why") else ""
    return say(f"deviation_{row['code']}_why{variant}", language, **_fields(row, language))


def _fields(row: Row, language: Language) -> dict[str, str]:
    """The values of a row as running text writes them."""
    found = {name: _date(str(row[name]), language) for name in _DATES if row.get(name)}
    found |= {name: count(row[name], language) for name in _COUNTS if row.get(name) is not None}
    found |= {name: code_label(str(row[name]), language).lower() for name in _CODES if row.get(name)}
    if row.get("design"):
        found["design"] = phrase(f"report.design_{row['design']}", language)
    if row.get("clusters"):
        found["clusters"] = phrase(f"report.clusters_{row['clusters']}", language)
    if row.get("competency"):
        found["outcome"] = outcome_name(row["competency"], row["source"], language)
    return found


def _date(text: str, language: Language) -> str:
    return format_date(datetime.date.fromisoformat(text), language)


def _deviations(finding: Finding, language: Language) -> list[str]:
    if not finding.rows:
        return [say("answer_plan_deviations_none", language)]
    lead = say("answer_plan_deviations", language, count=count(finding.details["deviations"], language))
    return [lead, *(f"{done_text(row, language)} {why_text(row, language)}" for row in finding.rows)]


DEVIATION_WORDINGS: dict[str, Wording] = {"plan_deviations": _deviations}
