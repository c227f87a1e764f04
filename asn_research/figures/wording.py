"""Alternative text: what a figure shows, in one to three sentences made from its numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence

from asn_research.findings.finding import Finding, Row
from asn_research.findings.grounds.axis import level_of, number, unit_of
from asn_research.findings.wordings.label import group_label, own_phrase, row_label
from asn_research.findings.wordings.part import bound_of, bounded
from asn_research.language import Language, format_count, format_level, phrase
from asn_research.language.quantity import format_quantity
from asn_research.models.result import Estimate


def level_text(finding: Finding, language: Language) -> str:
    """The confidence level in words."""
    return format_level(level_of(finding), language)


def range_text(row: Row, column: str, unit: str, language: Language, *, sign: bool = False) -> str:
    """A row's value with its interval where it has one."""
    value, low, high = (number(row.get(name)) for name in (column, "conf_low", "conf_high"))
    text = bounded(format_quantity(value, unit, language, sign=sign), row.get("bound"), language)
    if row.get("unbounded") and not math.isnan(low):
        start = format_quantity(low, unit, language, sign=sign)
        return phrase("figure.alt_range_open", language, value=text, low=start)
    if math.isnan(low) or math.isnan(high):
        return text
    ends = (format_quantity(end, unit, language, sign=sign) for end in (low, high))
    return phrase("figure.alt_range", language, value=text, **dict(zip(("low", "high"), ends, strict=True)))


def extremes_text(
    rows: Sequence[Row],
    column: str,
    unit: str,
    language: Language,
    *,
    kind: str,
    level: str,
    sign: bool = False,
) -> str:
    """The highest and the lowest row of a figure by name, or its only row."""
    if len(rows) == 1:
        value = range_text(rows[0], column, unit, language, sign=sign)
        label = row_label(rows[0], language)
        return phrase(f"figure.alt_{kind}_one", language, level=level, label=label, value=value)
    ordered = sorted(rows, key=lambda row: number(row.get(column)))
    low, high = ordered[0], ordered[-1]
    return phrase(
        f"figure.alt_{kind}",
        language,
        level=level,
        count=format_count(len(rows), language),
        high_label=row_name(high, rows, language),
        high=range_text(high, column, unit, language, sign=sign),
        low_label=row_name(low, rows, language),
        low=range_text(low, column, unit, language, sign=sign),
    )


def headline_text(finding: Finding, language: Language, *, sign: bool = False) -> str:
    """The headline estimate with its interval and number of people.

    Empty where there is none, or where its interval is of another confidence level than the figure's.
    """
    headline = finding.headline
    if not isinstance(headline, Estimate) or not math.isfinite(headline.estimate):
        return ""
    if headline.conf_level != level_of(finding):
        return ""
    row: Row = {
        "estimate": headline.estimate,
        "conf_low": headline.conf_low,
        "conf_high": headline.conf_high,
        "bound": bound_of(finding, headline),
    }
    people = finding.sample.people
    unit = unit_of(finding) if headline.unit == "share" and sign else headline.unit
    if " per " in headline.unit:
        name = own_phrase("per_ten", finding, language) or phrase("figure.alt_per_ten", language)
    else:
        name = _name_of(headline, finding, language)
    return phrase(
        "figure.alt_headline",
        language,
        name=f" {name}" if name else "",
        value=range_text(row, "estimate", unit, language, sign=sign),
        people=phrase("figure.alt_people", language, count=format_count(people, language)) if people else "",
    )


def _name_of(headline: Estimate, finding: Finding, language: Language) -> str:
    """The label of the row that is the headline; else whether it is a difference to the comparison group."""
    for row in finding.rows:
        if row.get("estimate") == headline.estimate:
            return row_name(row, finding.rows, language)
    return phrase("figure.alt_compared", language) if finding.details.get("compared") else ""


def row_name(row: Row, rows: Sequence[Row], language: Language) -> str:
    """A row's label, with its group where the rows stand in several."""
    label, group = row_label(row, language), group_label(row, language)
    several = len({str(other.get("group") or other.get("group_code")) for other in rows}) > 1
    return f"{label} ({group})" if several and group else label


def join(*sentences: str) -> str:
    """Sentences as one text, without the empty ones."""
    return " ".join(sentence for sentence in sentences if sentence)
