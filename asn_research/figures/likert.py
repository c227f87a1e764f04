"""Answers from 1 to 5 as stacked bars around the neutral answer."""

from __future__ import annotations

import math
from collections.abc import Sequence

from matplotlib.figure import Figure

from asn_research.figures import style
from asn_research.figures.chart import Column, RowChart, draw_boxes, draw_lines, left_out_note, new_chart
from asn_research.figures.lettering import Words
from asn_research.figures.wording import headline_text, join
from asn_research.findings.finding import Finding, Row
from asn_research.findings.grounds.axis import number
from asn_research.findings.wordings.label import count_head, row_label
from asn_research.language import Language, format_count, phrase
from asn_research.language.quantity import format_quantity

_BAR_PT = 16.0
_NEUTRAL = 3


def answers_by_row(finding: Finding) -> list[tuple[Row, list[Row]]]:
    """One entry per item, in the order of the finding: its first row, and its answers from low to high."""
    items: dict[tuple[str, str], list[Row]] = {}
    for row in finding.rows:
        if not math.isnan(number(row.get("share"))):
            key = (str(row.get("group")), str(row.get("label") or row.get("label_code")))
            items.setdefault(key, []).append(row)
    return [(rows[0], sorted(rows, key=lambda row: number(row.get("response")))) for rows in items.values()]


def answer_range(row: Row) -> tuple[int, int]:
    """The lowest and the highest answer that a row counts: rare answers are joined with their neighbours."""
    response = int(number(row.get("response")))
    low, high = number(row.get("response_low")), number(row.get("response_high"))
    return (response if math.isnan(low) else int(low), response if math.isnan(high) else int(high))


def _left_of_neutral(answers: Sequence[Row]) -> float:
    """The share that stands left of the middle: answers below neutral, and half of what holds neutral."""
    total = 0.0
    for row in answers:
        low, high = answer_range(row)
        part = 1.0 if high < _NEUTRAL else 0.0 if low > _NEUTRAL else 0.5
        total += part * number(row.get("share"))
    return total


def draw_likert(finding: Finding, language: Language) -> Figure | None:
    """Stacked bars, one per item, with the mean at the right; None when there are no answers.

    Rows carry ``response`` (1 to 5), optionally ``response_low`` and ``response_high`` where answers were
    joined, ``share``, ``mean`` and ``total``; rows of one label form one bar.
    """
    items = answers_by_row(finding)
    if not items:
        return None
    firsts = [first for first, _ in items]
    means = tuple(format_quantity(number(first.get("mean")), "scale", language) for first in firsts)
    counts = tuple(format_count(number(first.get("total")), language) for first in firsts)
    joined = any(answer_range(r)[0] != answer_range(r)[1] for _, answers in items for r in answers)
    chart = new_chart(
        firsts,
        language,
        columns=[
            Column(phrase("figure.head_mean", language), means, bold=True),
            Column(count_head(finding, language), counts),
        ],
        note=join(
            left_out_note(finding, 0, language), phrase("figure.note_joined", language) if joined else ""
        ),
        legend_pt=20.0,
        axis_pt=0.0,
    )
    lefts = [_left_of_neutral(answers) for _, answers in items]
    widest_left = max(lefts)
    widest_right = max(
        sum(number(r.get("share")) for r in a) - x for (_, a), x in zip(items, lefts, strict=True)
    )
    chart.axes.set_xlim(-widest_left - 0.01, widest_right + 0.01)
    for (_, answers), left, center in zip(items, lefts, chart.centers, strict=True):
        _stack(chart, answers, -left, center, language=language)
    draw_lines(chart.axes, [((0.0, 0.0), (0.0, chart.height))], colors=style.INK, widths=0.8, zorder=0.9)
    _legend(chart, language)
    return chart.figure


def _stack(
    chart: RowChart, answers: Sequence[Row], left: float, center: float, *, language: Language
) -> None:
    axes = chart.axes
    low, high = axes.get_xlim()
    points = axes.get_position().width * style.WIDTH_PT / (high - low)
    boxes, colors = [], []
    for row in answers:
        share = number(row.get("share"))
        response = int(number(row.get("response")))
        boxes.append((left, center - _BAR_PT / 2, left + share, center + _BAR_PT / 2))
        colors.append(style.LIKERT[response - 1])
        text = format_quantity(share, "share", language)
        if style.text_width(text, style.SMALL) + 5.0 < share * points:
            ink, middle = style.LIKERT_INK[response - 1], left + share / 2
            words = Words(
                middle, center, text, color=ink, transform=axes.transData, align="center", size=style.SMALL
            )
            chart.figure.add_artist(words)
        left += share
    draw_boxes(axes, boxes, colors=colors, edges=style.PAPER, zorder=2)


def _legend(chart: RowChart, language: Language) -> None:
    """Five swatches with their numbers above the bars, between the words for the lowest and the highest."""
    words = (phrase("figure.likert_low", language), phrase("figure.likert_high", language))
    y = -30.0 + _BAR_PT / 2
    x = 4.0
    x += style.text_width(words[0], style.SMALL)
    chart.write(x, y, words[0], color=style.MUTED, align="right", size=style.SMALL, bold=False)
    x += 6.0
    boxes = [(x + 21.0 * i, y - 6.5, x + 21.0 * i + 20.0, y + 6.5) for i in range(len(style.LIKERT))]
    draw_boxes(chart.axes, boxes, colors=style.LIKERT, transform=chart.across)
    for i, ink in enumerate(style.LIKERT_INK):
        middle = x + 21.0 * i + 10.0
        chart.write(middle, y, str(i + 1), color=ink, align="center", size=style.SMALL, bold=False)
    x += 21.0 * len(style.LIKERT)
    chart.write(x + 5.0, y, words[1], color=style.MUTED, align="left", size=style.SMALL, bold=False)


def describe_likert(finding: Finding, language: Language) -> str:
    """The figure in words: the items with the highest and the lowest mean, then the headline."""
    items = [first for first, _ in answers_by_row(finding) if not math.isnan(number(first.get("mean")))]
    if not items:
        return ""
    ordered = sorted(items, key=lambda row: number(row.get("mean")))
    text = phrase(
        "figure.alt_likert",
        language,
        count=format_count(len(items), language),
        high_label=row_label(ordered[-1], language),
        high=format_quantity(number(ordered[-1].get("mean")), "scale", language),
        low_label=row_label(ordered[0], language),
        low=format_quantity(number(ordered[0].get("mean")), "scale", language),
    )
    return join(text, headline_text(finding, language))
