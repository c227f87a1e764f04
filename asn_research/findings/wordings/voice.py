"""Answers about voices and conditions, in words."""

from __future__ import annotations

from asn_research.findings.answers.voice import ALL_ROLES
from asn_research.findings.conclusions.joint import VERDICTS
from asn_research.findings.finding import Finding, Row
from asn_research.findings.grounds.axis import number
from asn_research.findings.wordings.label import code_label, row_label
from asn_research.findings.wordings.part import Wording, amount, bounded, count, estimate_of, interval, say
from asn_research.language import Language, format_number, format_percent
from asn_research.models.result import Estimate


def _themes(finding: Finding, language: Language) -> list[str]:
    rows = [row for row in finding.rows if row["group"] == ALL_ROLES and not row.get("suppressed")]
    first, *rest = rows
    people = count(finding.sample.people, language)
    text = [
        say(
            "answer_interview_themes",
            language,
            first=first["label"],
            share=_raised_by(first, language),
            people=people,
        )
    ]
    if rest:
        told = {"second": rest[0]["label"], "share": _raised_by(rest[0], language)}
        text.append(say("themes_next", language, **told))
    return [*text, *(_quotation(row, language) for row in rows if row.get("quote"))]


def _raised_by(row: Row, language: Language) -> str:
    """The share of informants who raised a theme, as it may be told."""
    return bounded(format_percent(number(row["share"]), language), row.get("bound"), language)


def _quotation(row: Row, language: Language) -> str:
    return say("theme_quote", language, theme=row["label"], role=row["quote_role"], quote=row["quote"])


def _agreement(finding: Finding, language: Language) -> list[str]:
    alpha = estimate_of(finding)
    reference, firm = number(finding.details["reference"]), number(finding.details["firm"])
    text = [
        say(
            f"answer_coder_agreement_{_verdict(alpha, reference, firm)}",
            language,
            alpha=amount(alpha.estimate, "sd", language),
            interval=interval(alpha, language, unit="sd"),
            excerpts=count(finding.details["excerpts"], language),
            reference=format_number(reference, language, digits=2),
            firm=format_number(firm, language, digits=2),
        )
    ]
    if len(finding.estimates) > 1:
        kappa = finding.estimates[1]
        fields = {
            "kappa": amount(kappa.estimate, "sd", language),
            "interval": interval(kappa, language, unit="sd"),
        }
        text.append(say("coding_kappa", language, **fields))
    themes = [row for row in finding.rows if row.get("label")]
    if len(themes) > 1:
        lowest = min(themes, key=lambda row: number(row["estimate"]))
        fields = {"theme": str(lowest["label"]), "alpha": amount(number(lowest["estimate"]), "sd", language)}
        text.append(say("coding_lowest", language, **fields))
    return text


def _verdict(alpha: Estimate, reference: float, firm: float) -> str:
    """Judged on the interval, not on the point."""
    if alpha.conf_low >= firm:
        return "firm"
    if alpha.conf_low >= reference:
        return "tentative"
    return "short" if alpha.conf_high < reference else "open"


def _joint(finding: Finding, language: Language) -> list[str]:
    numbers = {name: count(finding.details[name], language) for name in ("topics", *VERDICTS)}
    text = [say("answer_joint_display", language, **numbers)]
    for verdict in VERDICTS:
        names = [row_label(row, language) for row in finding.rows if row["verdict"] == verdict]
        if names:
            text.append(say(f"joint_{verdict}", language, names="; ".join(names)))
    return text


def _stakeholders(finding: Finding, language: Language) -> list[str]:
    share = estimate_of(finding)
    text = say(
        "answer_stakeholder_roles",
        language,
        outside=count(finding.details["outside"], language),
        courses=count(finding.details["courses"], language),
        share=amount(share.estimate, "share", language),
    )
    alone = str(finding.details["government_only"])
    if not alone:
        return [text]
    roles = ", ".join(code_label(code, language).lower() for code in alone.split("; "))
    return [text, say("stakeholder_alone", language, roles=roles)]


def _curriculum(finding: Finding, language: Language) -> list[str]:
    details = finding.details
    fields = {
        "titles": count(details["titles"], language),
        "limit": format_number(number(details["limit_years"]), language, digits=0),
        "median": amount(estimate_of(finding).estimate, "years", language),
    }
    if not details["old"]:
        return [say("answer_curriculum_age_none", language, **fields)]
    text = say("answer_curriculum_age", language, old=count(details["old"], language), **fields)
    return [text, say("curriculum_old", language, titles=details["old_titles"])]


VOICE_WORDINGS: dict[str, Wording] = {
    "interview_themes": _themes,
    "coder_agreement": _agreement,
    "joint_display": _joint,
    "stakeholder_roles": _stakeholders,
    "curriculum_age": _curriculum,
}
