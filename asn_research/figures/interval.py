"""Estimates as dots with their confidence intervals, one row each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from statistics import median

from matplotlib.figure import Figure

from asn_research.figures import style
from asn_research.figures.chart import (
    Column,
    RowChart,
    axis_digits,
    draw_dots,
    draw_lines,
    drawn_rows,
    left_out_note,
    new_chart,
    nice_ticks,
)
from asn_research.figures.wording import extremes_text, headline_text, join, level_text
from asn_research.findings.finding import Finding, Row
from asn_research.findings.grounds.axis import is_change, number, reference_of, unit_of
from asn_research.findings.wordings.label import bound_mark, count_head, own_phrase
from asn_research.language import Language, format_count, phrase
from asn_research.language.catalogue import has_phrase
from asn_research.language.quantity import format_quantity

_LEAST_SPAN = {"share": 0.2, "percentage_points": 0.1, "scale": 1.0, "alpha": 0.2}
_STROKE_PT = 6.0
_WIDEST = 4.0  # an interval is cut at this many median half-widths from its estimate


def axis_label(finding: Finding, unit: str, language: Language) -> str:
    """What the axis counts: the question's own words, else its unit."""
    reference = format_quantity(reference_of(finding), unit, language)
    own = own_phrase("axis", finding, language, reference=reference)
    key = f"figure.unit_{unit}"
    return own or (phrase(key, language) if has_phrase(key) else "")


def _rows(finding: Finding) -> list[Row]:
    """The rows that are drawn; all pairs, and some of many regions, stand in the table only."""
    shown = tuple(row for row in finding.rows if row.get("role") not in {"pair", "listed"})
    return drawn_rows(replace(finding, rows=shown), "estimate")


def interval_ends(rows: Sequence[Row]) -> list[tuple[float, float]]:
    """The interval of each row; NaN where an end is missing, infinite where it has no upper end."""
    ends = [
        (number(row.get("conf_low")), math.inf if row.get("unbounded") else number(row.get("conf_high")))
        for row in rows
    ]
    return [(low, high) if low <= high else (math.nan, math.nan) for low, high in ends]


def cut_ends(rows: Sequence[Row], ends: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """The intervals, cut where one would be so wide that the others could not be told apart."""
    estimates = [number(row.get("estimate")) for row in rows]
    open_ended = any(high == math.inf for _, high in ends)
    halves = [
        max(e - low, high - e if high < math.inf else 0.0)
        for e, (low, high) in zip(estimates, ends, strict=True)
        if low <= high
    ]
    if len(halves) < 3 and not open_ended:
        return list(ends)
    widest = max(_WIDEST * median(halves), max(estimates) - min(estimates))
    return [
        (max(low, e - widest), min(high, e + widest)) if low <= high else (low, high)
        for e, (low, high) in zip(estimates, ends, strict=True)
    ]


def draw_interval(finding: Finding, language: Language) -> Figure | None:
    """Dots with intervals, or None when no row has an estimate.

    Rows carry ``estimate``, ``conf_low``, ``conf_high``, ``n`` and a label; rows of one ``group`` stand under
    its heading. A row without an interval is drawn hollow.
    """
    rows = _rows(finding)
    if not rows:
        return None
    unit, reference = unit_of(finding), reference_of(finding)
    ends = interval_ends(rows)
    shown = cut_ends(rows, ends)
    signed = is_change(finding)
    values = tuple(
        bound_mark(r) + format_quantity(number(r.get("estimate")), unit, language, sign=signed) for r in rows
    )
    columns = [Column("", values, bold=True)]
    if any(row.get("n") is not None for row in rows):
        counts = tuple("" if r.get("n") is None else format_count(number(r["n"]), language) for r in rows)
        columns.append(Column(count_head(finding, language), counts))
    hollow = phrase("figure.note_no_interval", language) if any(math.isnan(low) for low, _ in ends) else ""
    clipped = any(s != e for s, e in zip(shown, ends, strict=True) if e[0] <= e[1])
    arrow = phrase("figure.note_clipped", language) if clipped else ""
    chart = new_chart(
        rows,
        language,
        columns=columns,
        axis_label=axis_label(finding, unit, language),
        note=join(left_out_note(finding, len(rows), language), hollow, arrow),
    )
    _scale(chart, rows, shown, unit=unit, reference=reference, language=language)
    _mark(chart, rows, shown=shown, ends=ends)
    return chart.figure


def _scale(
    chart: RowChart,
    rows: Sequence[Row],
    shown: Sequence[tuple[float, float]],
    *,
    unit: str,
    reference: float,
    language: Language,
) -> None:
    known = [number(row.get("estimate")) for row in rows] + [end for ends in shown for end in ends]
    known = [value for value in [*known, reference] if not math.isnan(value)]
    low, high = min(known), max(known)
    pad = 0.05 * (high - low) or max(0.1 * abs(high), 1e-6)
    low, high = _widen(low - pad, high + pad, unit)
    ticks = nice_ticks(low, high, most=3 if unit == "idr" else 5)
    digits = axis_digits(ticks, unit)
    chart.axes.set_xlim(low, high)
    chart.rule(ticks, [format_quantity(t, unit, language, digits=digits) for t in ticks])
    if not math.isnan(reference):
        line = ((reference, 0.0), (reference, chart.height))
        draw_lines(chart.axes, [line], colors=style.MUTED, widths=1.2, zorder=1.5)


def _widen(low: float, high: float, unit: str) -> tuple[float, float]:
    """An axis wide enough that small differences look small."""
    missing = _LEAST_SPAN.get(unit, 0.0) - (high - low)
    return (low - missing / 2, high + missing / 2) if missing > 0 else (low, high)


def _color(row: Row) -> str:
    """Flagged rows stand out, rows that only accompany are quiet, methods keep their colour."""
    if row.get("flagged"):
        return style.FLAG
    if row.get("role") == "pooled":
        return style.INK
    if row.get("role") in ("background", "sensitivity", "other"):
        return style.QUIET
    code = str(row.get("label_code") or "")
    return style.code_color(code.split(" - ")[0] if row.get("role") == "contrast" else code)


def _mark(
    chart: RowChart,
    rows: Sequence[Row],
    *,
    shown: Sequence[tuple[float, float]],
    ends: Sequence[tuple[float, float]],
) -> None:
    """Draw intervals with a stroke at each end, an arrow where one is cut, and dots."""
    colors = [_color(row) for row in rows]
    lines: list[tuple[str, float, tuple[tuple[float, float], tuple[float, float]]]] = []
    for y, color, (low, high), true_ends in zip(chart.centers, colors, shown, ends, strict=True):
        if math.isnan(low):
            continue
        lines.append((color, 2.2, ((low, y), (high, y))))
        for end, true_end, marker in zip((low, high), true_ends, "<>", strict=True):
            if end != true_end:
                chart.axes.plot([end], [y], marker=marker, color=color, markersize=6, mew=1.6, zorder=2)
            else:
                lines.append((color, 1.6, ((end, y - _STROKE_PT / 2), (end, y + _STROKE_PT / 2))))
    if lines:
        inks, widths, places = zip(*lines, strict=True)
        draw_lines(chart.axes, places, colors=inks, widths=widths, zorder=2)
    faces = [style.PAPER if math.isnan(low) else ink for ink, (low, _) in zip(colors, shown, strict=True)]
    estimates = [number(row.get("estimate")) for row in rows]
    places = tuple(zip(estimates, chart.centers, strict=True))
    draw_dots(chart.axes, places, faces=faces, edges=colors)


def describe_interval(finding: Finding, language: Language) -> str:
    """The figure in words: its extremes by name, then the headline."""
    rows = _rows(finding)
    if not rows:
        return ""
    unit = unit_of(finding)
    signed = is_change(finding)
    level = level_text(finding, language)
    if rows[0].get("role") == "contrast":
        rows = [row for row in rows if row.get("group") == rows[0].get("group")]
    extremes = extremes_text(rows, "estimate", unit, language, kind="interval", level=level, sign=signed)
    main = headline_text(finding, language, sign=signed) if len(rows) > 1 else ""
    return join(extremes, main, left_out_note(finding, len(rows), language))
