"""Shares of a whole as bars from 0 to 100 per cent."""

from __future__ import annotations

import math

from matplotlib.figure import Figure

from asn_research.figures import style
from asn_research.figures.chart import Column, draw_lines, drawn_rows, left_out_note, new_chart
from asn_research.figures.interval import axis_label
from asn_research.figures.wording import extremes_text, headline_text, join, level_text
from asn_research.findings.finding import Finding, Row
from asn_research.findings.grounds.axis import number
from asn_research.findings.wordings.label import bound_mark, count_head
from asn_research.language import Language, format_count
from asn_research.language.quantity import format_quantity


def _of_total(row: Row, language: Language) -> str:
    """Of how many the share is taken: ``45/60`` where both are known, else the total alone."""
    count, total = number(row.get("n")), number(row.get("total"))
    if math.isnan(total):
        return "" if math.isnan(count) else format_count(count, language)
    if math.isnan(count):
        return format_count(total, language)
    return f"{bound_mark(row)}{format_count(count, language)}/{format_count(total, language)}"


def draw_share(finding: Finding, language: Language) -> Figure | None:
    """Bars of shares, with their interval where there is one, or None when no row has a share.

    Rows carry ``share`` (0 to 1), ``n`` and ``total`` (people), a label, and may carry an interval.
    """
    rows = drawn_rows(finding, "share")
    if not rows:
        return None
    values = tuple(
        bound_mark(row) + format_quantity(number(row.get("share")), "share", language) for row in rows
    )
    totals = tuple(_of_total(row, language) for row in rows)
    columns = [Column("", values, bold=True)]
    if any(totals):
        columns.append(Column(count_head(finding, language), totals))
    chart = new_chart(
        rows,
        language,
        columns=columns,
        axis_label=axis_label(finding, "share", language),
        note=left_out_note(finding, len(rows), language),
    )
    chart.axes.set_xlim(0.0, 1.0)
    ticks = [0.0, 0.25, 0.5, 0.75, 1.0]
    chart.rule(ticks, [format_quantity(tick, "share", language) for tick in ticks], grid=False)
    nothing, all_of_it = [0.0] * len(rows), [1.0] * len(rows)
    chart.draw_bars(nothing, all_of_it, [style.TRACK] * len(rows))
    colors = [style.code_color(str(row.get("label_code") or "")) for row in rows]
    chart.draw_bars(nothing, [number(row.get("share")) for row in rows], colors)
    ends = [(number(row.get("conf_low")), number(row.get("conf_high"))) for row in rows]
    lines = [((low, y), (high, y)) for (low, high), y in zip(ends, chart.centers, strict=True) if low <= high]
    for width, color in ((3.6, style.PAPER), (1.6, style.INK)):
        draw_lines(chart.axes, lines, colors=color, widths=width, zorder=3)
    return chart.figure


def describe_share(finding: Finding, language: Language) -> str:
    """The figure in words: its extremes by name, then the headline."""
    rows = drawn_rows(finding, "share")
    if not rows:
        return ""
    level = level_text(finding, language)
    extremes = extremes_text(rows, "share", "share", language, kind="share", level=level)
    main = headline_text(finding, language) if len(rows) > 1 else ""
    return join(extremes, main, left_out_note(finding, len(rows), language))
