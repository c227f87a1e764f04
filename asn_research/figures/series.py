"""A monthly series with its trend before and after a change, and the earlier trend continued."""

from __future__ import annotations

import math

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from asn_research.figures import style
from asn_research.figures.chart import draw_dots, draw_lines, drawn_rows, left_out_note
from asn_research.figures.interval import axis_label
from asn_research.figures.plane import Axis, new_plane, write_marks
from asn_research.figures.wording import headline_text, join
from asn_research.findings.finding import Finding, Row
from asn_research.findings.grounds.axis import number, unit_of
from asn_research.findings.wordings.label import month_label
from asn_research.language import Language, format_count, phrase
from asn_research.language.quantity import format_quantity

_MOST_TICKS = 5
_STEPS = (1, 2, 3, 6, 12, 24)


def _months(finding: Finding) -> list[Row]:
    rows = [row for row in drawn_rows(finding, "estimate") if not math.isnan(number(row.get("x")))]
    return sorted(rows, key=lambda row: number(row.get("x")))


def _month_ticks(rows: list[Row], language: Language) -> tuple[list[float], list[str]]:
    """At most five months with equal steps, the month of the change among them."""
    places = [number(row.get("x")) for row in rows]
    named = {number(row.get("x")): month_label(str(row.get("label")), language) for row in rows}
    step = next((s for s in _STEPS if (places[-1] - places[0]) / s < _MOST_TICKS), _STEPS[-1])
    shown = [x for x in places if x % step == 0]
    return shown, [named[x] for x in shown]


def draw_series(finding: Finding, language: Language) -> Figure | None:
    """Monthly values with intervals, the trend on both sides of the change, and the earlier one continued.

    Rows carry ``x`` (months from the change), ``label`` (``2025-04``), ``role`` (before, after),
    ``estimate``, ``conf_low``, ``conf_high``, ``fitted`` and ``expected``. None when nothing may be drawn.
    """
    rows = _months(finding)
    if not rows:
        return None
    unit = unit_of(finding)
    columns = ("estimate", "conf_high", "fitted", "expected")
    known = [number(row.get(column)) for row in rows for column in columns]
    highest = max(value for value in known if not math.isnan(value))
    places = [number(row.get("x")) for row in rows]
    month = phrase("figure.axis_month", language)
    figure, axes = new_plane(
        language,
        x=Axis(places[0] - 1.0, places[-1] + 1.0, "count", month, ticks=_month_ticks(rows, language)),
        y=Axis(0.0, 1.06 * highest, unit, axis_label(finding, unit, language)),
        note=join(phrase("figure.note_series", language), left_out_note(finding, len(rows), language)),
        labels_pt=18.0,
    )
    _draw_months(axes, rows)
    _draw_trends(axes, rows)
    after = [row for row in rows if row.get("role") == "after"]
    if after:
        changed = month_label(str(after[0].get("label")), language)
        change = [((-0.5, 0.0), (-0.5, axes.get_ylim()[1]))]
        draw_lines(axes, change, colors=style.FLAG, widths=1.4, zorder=1.6)
        write_marks(axes, [(-0.5, phrase("figure.mark_changed", language, month=changed), style.FLAG)])
    return figure


def _draw_months(axes: Axes, rows: list[Row]) -> None:
    ends = [(number(row.get("conf_low")), number(row.get("conf_high"))) for row in rows]
    places = [number(row.get("x")) for row in rows]
    bars = [((x, low), (x, high)) for (low, high), x in zip(ends, places, strict=True) if low <= high]
    draw_lines(axes, bars, colors=style.BEFORE, widths=1.4, zorder=2)
    heights = [number(row.get("estimate")) for row in rows]
    draw_dots(axes, list(zip(places, heights, strict=True)), faces=style.QUIET, across_pt=4.9)


def _draw_trends(axes: Axes, rows: list[Row]) -> None:
    for role, column, dashes in (
        ("before", "fitted", ""),
        ("after", "fitted", ""),
        ("after", "expected", "--"),
    ):
        part = [row for row in rows if row.get("role") == role]
        if part:
            axes.plot(
                [number(row.get("x")) for row in part],
                [number(row.get(column)) for row in part],
                color=style.ACCENT,
                linewidth=2.2 if not dashes else 1.6,
                linestyle=dashes or "-",
                zorder=4,
            )


def describe_series(finding: Finding, language: Language) -> str:
    """The figure in words: how many months, when it breaks, the level on both sides, then the headline."""
    rows = _months(finding)
    sides = {role: finding.details.get(f"mean_{role}") for role in ("before", "after")}
    if not rows or None in sides.values():
        return ""
    unit = unit_of(finding)
    changed = next(row for row in rows if row.get("role") == "after")
    text = phrase(
        "figure.alt_series_months",
        language,
        count=format_count(len(rows), language),
        changed=month_label(str(changed.get("label")), language),
        **{role: format_quantity(number(value), unit, language) for role, value in sides.items()},
    )
    return join(
        text, headline_text(finding, language, sign=True), left_out_note(finding, len(rows), language)
    )
