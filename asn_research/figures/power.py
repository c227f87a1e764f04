"""The smallest change that could be detected, by number of people."""

from __future__ import annotations

import math

import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from asn_research.figures import style
from asn_research.figures.chart import draw_dots, draw_lines
from asn_research.figures.interval import axis_label
from asn_research.figures.plane import Axis, new_plane, write_marks
from asn_research.findings.finding import Finding, Row
from asn_research.findings.grounds.axis import number, unit_of
from asn_research.language import Language, format_count, phrase
from asn_research.language.quantity import format_quantity


def _points(finding: Finding) -> list[Row]:
    rows = [r for r in finding.rows if not any(math.isnan(number(r.get(c))) for c in ("n", "mde"))]
    return sorted(rows, key=lambda row: number(row.get("n")))


def _current(rows: list[Row]) -> Row | None:
    return next((row for row in rows if row.get("current")), None)


def draw_power(finding: Finding, language: Language) -> Figure | None:
    """A falling line with the present number of people marked; None when there are no points.

    Rows carry ``n`` (people), ``mde`` (in the unit of the finding) and ``current`` (true for one).
    """
    rows = _points(finding)
    if not rows:
        return None
    unit = unit_of(finding)
    ns, mdes = [number(row.get("n")) for row in rows], [number(row.get("mde")) for row in rows]
    wide = 0.05 * (ns[-1] - ns[0]) or 1.0
    figure, axes = new_plane(
        language,
        x=Axis(max(0.0, ns[0] - wide), ns[-1] + wide, "people", phrase("figure.unit_people", language)),
        y=Axis(0.0, 1.1 * max(mdes), unit, axis_label(finding, unit, language)),
        labels_pt=18.0,
    )
    frame = pd.DataFrame({"n": ns, "mde": mdes})
    sns.lineplot(
        frame, x="n", y="mde", ax=axes, color=style.ACCENT, linewidth=2.0, marker="o", errorbar=None, mew=0
    )
    current = _current(rows)
    if current is not None:
        n, mde = number(current.get("n")), number(current.get("mde"))
        draw_lines(axes, [((n, 0.0), (n, axes.get_ylim()[1]))], colors=style.MUTED, widths=1.0, zorder=1.5)
        draw_dots(axes, [(n, mde)], faces=style.FLAG, edges=style.PAPER, across_pt=10.0, zorder=4)
        text = phrase(
            "figure.power_now",
            language,
            count=format_count(n, language),
            value=format_quantity(mde, unit, language),
        )
        write_marks(axes, [(n, text, style.FLAG)])
    axes.set(xlabel="", ylabel="")
    return figure


def describe_power(finding: Finding, language: Language) -> str:
    """The figure in words: the present number of people, and both ends of the line."""
    rows = _points(finding)
    if not rows:
        return ""
    shown = [rows[0], rows[-1]] if len(rows) > 1 else [rows[0]]
    current = _current(rows)
    parts = [current, *(row for row in shown if row is not current)] if current is not None else shown
    unit = unit_of(finding)
    texts = [
        phrase(
            "figure.power_point",
            language,
            count=format_count(number(row.get("n")), language),
            value=format_quantity(number(row.get("mde")), unit, language),
        )
        for row in parts
    ]
    return phrase("figure.alt_power", language, parts="; ".join(texts))
