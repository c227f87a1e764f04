"""Amounts of money or people as bars from zero, their values written beside them."""

from __future__ import annotations

import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from asn_research.figures import style
from asn_research.figures.chart import Column, drawn_rows, left_out_note, new_chart
from asn_research.figures.interval import axis_label
from asn_research.figures.wording import extremes_text, join
from asn_research.findings.axis import number, unit_of
from asn_research.findings.finding import Finding
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
    axes = chart.axes
    top = max([*amounts, 0.0]) or 1.0
    height = 11.0 if len(rows) <= 16 else 9.0
    frame = pd.DataFrame({"y": chart.centers, "amount": amounts})
    sns.barplot(
        frame,
        x="amount",
        y="y",
        orient="h",
        native_scale=True,
        errorbar=None,
        color=style.ACCENT,
        saturation=1,
        ax=axes,
    )
    for bar, row, center in zip(axes.patches, rows, chart.centers, strict=True):
        color = style.code_color(str(row.get("label_code") or ""))
        bar.set(facecolor=color, edgecolor="none", linewidth=0, height=height, y=center - height / 2)
    axes.set_ylim(chart.height, 0.0)
    axes.set_xlim(0.0, top)
    axes.set(xlabel="", ylabel="")
    axes.set_xticks([])
    axes.set_yticks([])
    axes.axvline(0.0, color=style.MUTED, linewidth=1.2)
    return style.finish(chart.figure)


def describe_amount(finding: Finding, language: Language) -> str:
    """The figure in words: its highest and lowest bar by name."""
    rows = drawn_rows(finding, "amount")
    if not rows:
        return ""
    extremes = extremes_text(rows, "amount", unit_of(finding), language, kind="amount", level="")
    return join(extremes, left_out_note(finding, len(rows), language))
