"""Binned averages along a quantity, with the fitted line through people."""

from __future__ import annotations

import math

import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from asn_research.figures import style
from asn_research.figures.chart import draw_dots, draw_lines, drawn_rows, left_out_note
from asn_research.figures.interval import axis_label
from asn_research.figures.plane import new_plane
from asn_research.figures.wording import headline_text, join, level_text, range_text
from asn_research.findings.finding import Finding, Row
from asn_research.findings.grounds.axis import is_change, number, unit_of
from asn_research.findings.wordings.label import own_phrase
from asn_research.language import Language, format_count, phrase
from asn_research.language.quantity import format_quantity


def x_unit_of(finding: Finding) -> str:
    """The unit of the horizontal axis: named in the details, else a share."""
    return str(finding.details.get("x_unit") or "share")


def _bins(finding: Finding) -> list[Row]:
    rows = [row for row in drawn_rows(finding, "estimate") if not math.isnan(number(row.get("x_mean")))]
    return sorted(rows, key=lambda row: number(row.get("x_mean")))


def _line(finding: Finding, ends: tuple[float, float]) -> tuple[float, float] | None:
    """The heights of the fitted line at two places, or None when the finding has no line."""
    slope, intercept = (number(finding.details.get(name)) for name in ("slope", "intercept"))
    if math.isnan(slope) or math.isnan(intercept):
        return None
    return intercept + slope * ends[0], intercept + slope * ends[1]


def draw_line(finding: Finding, language: Language) -> Figure | None:
    """Averages of bins with their intervals, and the fitted line; None when no bin has an average.

    Rows carry ``x_low``, ``x_high``, ``x_mean``, ``estimate``, ``conf_low``, ``conf_high`` and ``n``; the
    details carry ``slope`` (per unit of x) and ``intercept``.
    """
    rows = _bins(finding)
    if not rows:
        return None
    xs = [number(row.get("x_mean")) for row in rows]
    lows = [number(row.get("x_low")) for row in rows if not math.isnan(number(row.get("x_low")))]
    highs = [number(row.get("x_high")) for row in rows if not math.isnan(number(row.get("x_high")))]
    span = (min([*xs, *lows]), max([*xs, *highs]))
    fitted = _line(finding, span)
    known = [number(row.get(c)) for row in rows for c in ("estimate", "conf_low", "conf_high")]
    known = [y for y in [*known, *(fitted or ()), 0.0] if not math.isnan(y)]
    pad = 0.06 * (max(known) - min(known)) or 1.0
    wide = 0.04 * (span[1] - span[0]) or 0.05
    unit = unit_of(finding)
    figure, axes = new_plane(
        language,
        x=(span[0] - wide, span[1] + wide),
        y=(min(known) - pad * (min(known) < 0), max(known) + pad),
        units=(x_unit_of(finding), unit),
        labels=(
            own_phrase("x", finding, language) or phrase("figure.axis_participation", language),
            axis_label(finding, unit, language),
        ),
        note=join(
            own_phrase("note", finding, language) or phrase("figure.note_line", language),
            left_out_note(finding, len(rows), language),
        ),
        labels_pt=4.0,
    )
    draw_lines(
        axes,
        [((axes.get_xlim()[0], 0.0), (axes.get_xlim()[1], 0.0))],
        colors=style.MUTED,
        widths=1.0,
        zorder=1.5,
    )
    if fitted:
        line = pd.DataFrame({"x": span, "y": fitted})
        sns.lineplot(line, x="x", y="y", ax=axes, color=style.FLAG, linewidth=1.8, errorbar=None, zorder=2)
    ends = [(number(row.get("conf_low")), number(row.get("conf_high"))) for row in rows]
    bars = [((x, low), (x, high)) for (low, high), x in zip(ends, xs, strict=True) if low <= high]
    draw_lines(axes, bars, colors=style.ACCENT, widths=2.2, zorder=3)
    heights = [number(row.get("estimate")) for row in rows]
    draw_dots(axes, list(zip(xs, heights, strict=True)), faces=style.ACCENT, zorder=4)
    axes.set(xlabel="", ylabel="")
    return figure


def describe_line(finding: Finding, language: Language) -> str:
    """The figure in words: the averages of the first and the last bin, then the headline."""
    rows = _bins(finding)
    if not rows:
        return ""
    unit, signed = unit_of(finding), is_change(finding)
    ends = {
        name: format_quantity(number(row.get("x_mean")), x_unit_of(finding), language)
        for name, row in (("first_x", rows[0]), ("last_x", rows[-1]))
    }
    text = phrase(
        "figure.alt_line",
        language,
        level=level_text(finding, language),
        count=format_count(len(rows), language),
        first=range_text(rows[0], "estimate", unit, language, sign=signed),
        last=range_text(rows[-1], "estimate", unit, language, sign=signed),
        **ends,
    )
    return join(text, headline_text(finding, language, sign=signed))
