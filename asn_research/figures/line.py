"""Binned averages along a quantity, with the fitted line through people."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from asn_research.figures import style
from asn_research.figures.chart import draw_dots, draw_lines, drawn_rows, left_out_note
from asn_research.figures.interval import axis_label
from asn_research.figures.plane import Axis, new_plane
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
    unit, span = unit_of(finding), _span(rows)
    fitted = _line(finding, span)
    low, high = _heights(rows, fitted or ())
    wide = 0.04 * (span[1] - span[0]) or 0.05
    x_label = own_phrase("x", finding, language) or phrase("figure.axis_participation", language)
    figure, axes = new_plane(
        language,
        x=Axis(span[0] - wide, span[1] + wide, x_unit_of(finding), x_label),
        y=Axis(low, high, unit, axis_label(finding, unit, language)),
        note=join(
            own_phrase("note", finding, language) or phrase("figure.note_line", language),
            left_out_note(finding, len(rows), language),
        ),
        labels_pt=4.0,
    )
    left, right = axes.get_xlim()
    draw_lines(axes, [((left, 0.0), (right, 0.0))], colors=style.MUTED, widths=1.0, zorder=1.5)
    if fitted:
        line = pd.DataFrame({"x": span, "y": fitted})
        sns.lineplot(line, x="x", y="y", ax=axes, color=style.FLAG, linewidth=1.8, errorbar=None, zorder=2)
    _draw_bins(axes, rows)
    axes.set(xlabel="", ylabel="")
    return figure


def _span(rows: list[Row]) -> tuple[float, float]:
    """From where to where the bins reach on the horizontal axis."""
    ends = [number(row.get(name)) for row in rows for name in ("x_low", "x_mean", "x_high")]
    known = [end for end in ends if not math.isnan(end)]
    return min(known), max(known)


def _heights(rows: list[Row], fitted: Sequence[float]) -> tuple[float, float]:
    """The vertical axis: over zero, all bins with their intervals and the fitted line."""
    ends = [number(row.get(name)) for row in rows for name in ("estimate", "conf_low", "conf_high")]
    known = [height for height in [*ends, *fitted, 0.0] if not math.isnan(height)]
    low, high = min(known), max(known)
    pad = 0.06 * (high - low) or 1.0
    return low - pad * (low < 0), high + pad


def _draw_bins(axes: Axes, rows: list[Row]) -> None:
    """A dot for each bin, on its interval."""
    xs = [number(row.get("x_mean")) for row in rows]
    ends = [(number(row.get("conf_low")), number(row.get("conf_high"))) for row in rows]
    bars = [((x, low), (x, high)) for (low, high), x in zip(ends, xs, strict=True) if low <= high]
    draw_lines(axes, bars, colors=style.ACCENT, widths=2.2, zorder=3)
    heights = [number(row.get("estimate")) for row in rows]
    draw_dots(axes, list(zip(xs, heights, strict=True)), faces=style.ACCENT, zorder=4)


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
