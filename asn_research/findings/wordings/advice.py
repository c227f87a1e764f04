"""Recommendations in words."""

from __future__ import annotations

from asn_research.findings.finding import Finding, Row
from asn_research.findings.grounds.axis import number
from asn_research.findings.wordings.label import code_label
from asn_research.findings.wordings.part import Wording, count, say
from asn_research.language import Language, format_count, format_number, format_percent
from asn_research.language.catalogue import has_phrase


def advice_text(row: Row, language: Language) -> str:
    """One recommendation of a finding's row, as a sentence."""
    subjects = code_label(str(row["title"]), language) if row.get("title") else ""
    reasons = str(row["evidence"]).split("; ")
    own = f"advice_{row['rule']}_{reasons[0]}"  # a rule with several reasons, of which only one holds here
    key = own if len(reasons) == 1 and has_phrase(f"finding.{own}") else f"advice_{row['rule']}"
    return say(key, language, subjects=subjects, number=_basis(row, language))


def strength_text(row: Row, language: Language) -> str:
    """How well a recommendation is founded, in a word."""
    return say(f"strength_{row['strength']}", language)


def change_text(row: Row, language: Language) -> str:
    """What would change a recommendation."""
    return say(f"change_{row['rule']}", language)


def evidence_text(row: Row, language: Language) -> str:
    """The questions whose findings a recommendation rests on."""
    return "; ".join(say(f"question_{question}", language) for question in str(row["evidence"]).split("; "))


def _basis(row: Row, language: Language) -> str:
    value = number(row.get("estimate"))
    if row.get("unit") == "share":
        return format_percent(value, language)
    if row.get("unit") == "people":
        return format_count(value, language)
    return format_number(value, language, sign=True)


def _recommendations(finding: Finding, language: Language) -> list[str]:
    if not finding.rows:
        return [say("answer_recommendations_none", language)]
    lead = say("answer_recommendations", language, advice=count(finding.details["advice"], language))
    return [lead, *(advice_text(row, language) for row in finding.rows)]


ADVICE_WORDINGS: dict[str, Wording] = {"recommendations": _recommendations}
