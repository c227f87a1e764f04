"""Shares of a whole as bars from 0 to 100 per cent."""

from __future__ import annotations

import math

import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from asn_research.figures import style
from asn_research.figures.chart import Column, drawn_rows, left_out_note, new_chart
from asn_research.figures.interval import axis_label
from asn_research.figures.wording import extremes_text, headline_text, join, level_text
from asn_research.findings.axis import number
from asn_research.findings.finding import Finding, Row
from asn_research.language import Language, format_count, phrase
from asn_research.language.quantity import format_quantity


def _of_total(row: Row, language: Language) -> str:
    """Of how many the share is taken: ``45/60`` where both are known, else the total alone."""
    count, total = number(row.get("n")), number(row.get("total"))
    if math.isnan(total):
        return "" if math.isnan(count) else format_count(count, language)
    if math.isnan(count):
        return format_count(total, language)
    return f"{format_count(count, language)}/{format_count(total, language)}"


def draw_share(finding: Finding, language: Language) -> Figure | None:
    """Bars of shares, with their interval where there is one, or None when no row has a share.

    Rows carry ``share`` (0 to 1), ``n`` and ``total`` (people), a label, and may carry an interval.
    """
    rows = drawn_rows(finding, "share")
    if not rows:
        return None
    values = tuple(format_quantity(number(row.get("share")), "share", language) for row in rows)
    totals = tuple(_of_total(row, language) for row in rows)
    columns = [Column("", values, bold=True)]
    if any(totals):
        columns.append(Column(phrase("figure.head_people", language), totals))
    chart = new_chart(
        rows,
        language,
        columns=columns,
        axis_label=axis_label(finding, "share", language),
        note=left_out_note(finding, len(rows), language),
    )
    axes = chart.axes
    axes.set_xlim(0.0, 1.0)
    ticks = [0.0, 0.25, 0.5, 0.75, 1.0]
    axes.set_xticks(ticks, [format_quantity(tick, "share", language) for tick in ticks])
    height = 11.0 if len(rows) <= 16 else 9.0
    frame = pd.DataFrame(
        {"y": chart.centers, "share": [number(row.get("share")) for row in rows], "all": 1.0}
    )
    for column, color in (("all", style.TRACK), ("share", style.ACCENT)):
        sns.barplot(
            frame,
            x=column,
            y="y",
            orient="h",
            native_scale=True,
            errorbar=None,
            color=color,
            saturation=1,
            ax=axes,
        )
    colors = [style.TRACK] * len(rows) + [style.code_color(str(row.get("label_code") or "")) for row in rows]
    for bar, color, center in zip(axes.patches, colors, [*chart.centers, *chart.centers], strict=True):
        bar.set(facecolor=color, edgecolor="none", linewidth=0, height=height, y=center - height / 2)
    for row, y in zip(rows, chart.centers, strict=True):
        low, high = number(row.get("conf_low")), number(row.get("conf_high"))
        if low <= high:
            for width, color in ((3.6, style.PAPER), (1.6, style.INK)):
                axes.plot([low, high], [y, y], color=color, linewidth=width, solid_capstyle="butt", zorder=3)
    axes.set_ylim(chart.height, 0.0)
    axes.set_xlim(0.0, 1.0)
    axes.set(xlabel="", ylabel="")
    axes.set_yticks([])
    return style.finish(chart.figure)


def describe_share(finding: Finding, language: Language) -> str:
    """The figure in words: its extremes by name, then the headline."""
    rows = drawn_rows(finding, "share")
    if not rows:
        return ""
    level = level_text(finding, language)
    extremes = extremes_text(rows, "share", "share", language, kind="share", level=level)
    main = headline_text(finding, language) if len(rows) > 1 else ""
    return join(extremes, main, left_out_note(finding, len(rows), language))
