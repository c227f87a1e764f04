"""Amounts of money or people as bars from zero, their values written beside them."""

from __future__ import annotations

from matplotlib.figure import Figure

from asn_research.figures import style
from asn_research.figures.chart import Column, draw_lines, drawn_rows, left_out_note, new_chart
from asn_research.figures.interval import axis_label
from asn_research.figures.wording import extremes_text, join
from asn_research.findings.finding import Finding
from asn_research.findings.grounds.axis import number, unit_of
from asn_research.language import Language
from asn_research.language.quantity import format_quantity


def draw_amount(finding: Finding, language: Language) -> Figure | None:
    """Bars of amounts, or None when no row has one; the value of each stands at the right.

    Rows carry ``amount`` (0 or more, in the finding's unit) and a label. The axis has no numbers: every bar
    has its own.
    """
    rows = drawn_rows(finding, "amount")
    if not rows:
        return None
    unit = unit_of(finding)
    amounts = [number(row.get("amount")) for row in rows]
    values = tuple(format_quantity(value, unit, language) for value in amounts)
    chart = new_chart(
        rows,
        language,
        columns=[Column("", values, bold=True)],
        axis_label=axis_label(finding, unit, language),
        note=left_out_note(finding, len(rows), language),
        axis_pt=8.0,
    )
    top = max([*amounts, 0.0]) or 1.0
    chart.axes.set_xlim(0.0, top)
    colors = [style.code_color(str(row.get("label_code") or "")) for row in rows]
    chart.draw_bars([0.0] * len(rows), amounts, colors)
    draw_lines(chart.axes, [((0.0, 0.0), (0.0, chart.height))], colors=style.MUTED, widths=1.2, zorder=2)
    return chart.figure


def describe_amount(finding: Finding, language: Language) -> str:
    """The figure in words: its highest and lowest bar by name."""
    rows = drawn_rows(finding, "amount")
    if not rows:
        return ""
    extremes = extremes_text(rows, "amount", unit_of(finding), language, kind="amount", level="")
    return join(extremes, left_out_note(finding, len(rows), language))
