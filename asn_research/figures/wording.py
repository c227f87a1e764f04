"""Alternative text: what a figure shows, in one to three sentences made from its numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence

from asn_research.findings.axis import level_of, number
from asn_research.findings.finding import Finding, Row
from asn_research.findings.label import row_label
from asn_research.language import Language, format_count, format_percent, phrase
from asn_research.language.quantity import format_quantity
from asn_research.models.result import Estimate


def level_text(finding: Finding, language: Language) -> str:
    """The confidence level in words."""
    return format_percent(level_of(finding), language)


def range_text(row: Row, column: str, unit: str, language: Language, *, sign: bool = False) -> str:
    """A row's value with its interval where it has one."""
    value, low, high = (number(row.get(name)) for name in (column, "conf_low", "conf_high"))
    text = format_quantity(value, unit, language, sign=sign)
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
        high_label=row_label(high, language),
        high=range_text(high, column, unit, language, sign=sign),
        low_label=row_label(low, language),
        low=range_text(low, column, unit, language, sign=sign),
    )


def headline_text(finding: Finding, language: Language, *, sign: bool = False) -> str:
    """The headline estimate with its interval and number of people; empty where there is none."""
    headline = finding.headline
    if not isinstance(headline, Estimate) or not math.isfinite(headline.estimate):
        return ""
    row: Row = {
        "estimate": headline.estimate,
        "conf_low": headline.conf_low,
        "conf_high": headline.conf_high,
    }
    people = finding.sample.people
    return phrase(
        "figure.alt_headline",
        language,
        value=range_text(row, "estimate", headline.unit, language, sign=sign),
        people=phrase("figure.alt_people", language, count=format_count(people, language)) if people else "",
    )


def join(*sentences: str) -> str:
    """Sentences as one text, without the empty ones."""
    return " ".join(sentence for sentence in sentences if sentence)
