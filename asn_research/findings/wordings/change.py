"""The answer over time, in words: what changed, and whether only the data did."""

from __future__ import annotations

from asn_research.findings.finding import Finding, Row
from asn_research.findings.grounds.axis import number
from asn_research.findings.wordings.label import row_label
from asn_research.findings.wordings.part import Wording, count, say
from asn_research.language import Language, format_count
from asn_research.language.quantity import format_quantity

_NAMED = 4


def _change(finding: Finding, language: Language) -> list[str]:
    details = finding.details
    period = str(details["before"])
    clear = [row for row in finding.rows if row.get("clear")]
    told = {"period": period, "family": count(details["family"], language)}
    if not number(details["family"]):
        found = [say("change_untested", language, period=period, numbers=count(details["numbers"], language))]
    elif clear:
        names = "; ".join(_part(row, language) for row in clear[:_NAMED])
        if len(clear) > _NAMED:
            more = format_count(len(clear) - _NAMED, language)
            names = say("names_and_more", language, names=names, count=more)
        found = [say("change_some", language, clear=format_count(len(clear), language), names=names, **told)]
    else:
        found = [say("change_none", language, **told)]
    main = [row for row in finding.rows if row["question"] == "learning_gain" and not row.get("clear")]
    found += [say("change_main", language, part=_part(row, language)) for row in main]
    return [*found, *_grade(finding, language), *_source(finding, language)]


def _part(row: Row, language: Language) -> str:
    unit = str(row["unit"])
    values = {name: format_quantity(number(row.get(name)), unit, language) for name in ("before", "now")}
    return say("change_part", language, label=row_label(row, language), **values)


def _grade(finding: Finding, language: Language) -> list[str]:
    before, now = finding.details["grade_before"], finding.details["grade_now"]
    if before is None or now is None or before == now:
        return []
    grades = {"before": count(before, language), "now": count(now, language)}
    return [say("change_grade", language, **grades)]


def _source(finding: Finding, language: Language) -> list[str]:
    """Whether data, code or rules changed, and what the latter did to the numbers."""
    details = finding.details
    code, rules = bool(details["code_changed"]), bool(details["rules_changed"])
    kind = "both" if code and rules else "code" if code else "rules" if rules else "same"
    found = [say(f"change_source_{kind}", language)]
    if kind == "same":
        return found
    if not details["recomputed"]:
        return [*found, say("change_not_recomputed", language)]
    return [*found, say("change_restated", language, count=count(details["restated"], language))]


CHANGE_WORDINGS: dict[str, Wording] = {"change_since_last_period": _change}
