"""Scores before and after as two binned distributions with their means."""

from __future__ import annotations

import math

from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Polygon

from asn_research.figures import style
from asn_research.figures.chart import draw_lines
from asn_research.figures.interval import axis_label
from asn_research.figures.plane import Axis, new_plane, write_marks
from asn_research.figures.wording import headline_text, join
from asn_research.findings.finding import Finding, Row
from asn_research.findings.grounds.axis import number, unit_of
from asn_research.findings.wordings.label import code_label
from asn_research.language import Language, phrase
from asn_research.language.quantity import format_quantity

_PER = 10.0  # heights are shares per this many units of the score


def _series(finding: Finding) -> dict[str, list[Row]]:
    """The drawable bins of each series, in the order of the finding."""
    found: dict[str, list[Row]] = {}
    for row in finding.rows:
        low, high, share = (number(row.get(name)) for name in ("bin_low", "bin_high", "share"))
        if low < high and not math.isnan(share):
            found.setdefault(str(row.get("series")), []).append(row)
    return found


def _height(row: Row) -> float:
    """The share in a bin per ten units of the score, so that bins of different width compare."""
    return _PER * number(row.get("share")) / (number(row.get("bin_high")) - number(row.get("bin_low")))


def _outline(rows: list[Row]) -> list[tuple[float, float]]:
    """The stepped outline over the bins from the first to the last edge; between bins it lies at zero."""
    places: list[tuple[float, float]] = []
    for row in sorted(rows, key=lambda row: number(row.get("bin_low"))):
        low, high, height = number(row.get("bin_low")), number(row.get("bin_high")), _height(row)
        if places and low > places[-1][0]:
            places += [(places[-1][0], 0.0), (low, 0.0)]
        elif not places:
            places.append((low, 0.0))
        places += [(low, height), (high, height)]
    return [*places, (places[-1][0], 0.0)]


def _range(series: dict[str, list[Row]]) -> tuple[float, float]:
    """From the lowest to the highest bin that holds anybody."""
    occupied = [row for rows in series.values() for row in rows if _height(row) > 0]
    if not occupied:
        return 0.0, 100.0
    return min(number(row.get("bin_low")) for row in occupied), max(
        number(row.get("bin_high")) for row in occupied
    )


def draw_distribution(finding: Finding, language: Language) -> Figure | None:
    """Two distributions over each other, or None when there are no bins.

    Rows carry ``series`` (``wave:pre``, ``wave:post``), ``bin_low``, ``bin_high`` and ``share``; the details
    carry ``mean_<series>``. Bins may differ in width: the area shows the share.
    """
    series = _series(finding)
    if not series:
        return None
    unit = unit_of(finding)
    tallest = max(_height(row) for rows in series.values() for row in rows)
    low, high = _range(series)
    margin = 0.02 * (high - low)
    figure, axes = new_plane(
        language,
        x=Axis(low - margin, high + margin, "bound", axis_label(finding, unit, language)),
        y=Axis(0.0, 1.08 * (tallest or 1.0), "share", phrase("figure.axis_density", language)),
        labels_pt=16.0,
    )
    colors = dict(zip(series, (style.BEFORE, style.AFTER, style.FLAG), strict=False))
    for name, rows in series.items():
        area = Polygon(_outline(rows), closed=False, facecolor=(*to_rgb(colors[name]), 0.35))
        area.set(edgecolor=colors[name], linewidth=1.6)
        axes.add_patch(area)
    _means(axes, finding, list(series), language)
    return figure


def _means(axes: Axes, finding: Finding, names: list[str], language: Language) -> None:
    inks = dict(zip(names, (style.MUTED, style.AFTER, style.FLAG), strict=False))
    marks = []
    for name in names:
        mean = number(finding.details.get(f"mean_{name}"))
        if math.isnan(mean):
            continue
        line = ((mean, 0.0), (mean, axes.get_ylim()[1]))
        draw_lines(axes, [line], colors=inks[name], widths=1.6, zorder=2, dashed=name == names[0])
        text = f"{code_label(name, language)} {format_quantity(mean, unit_of(finding), language)}"
        marks.append((mean, text, inks[name]))
    write_marks(axes, marks)


def describe_distribution(finding: Finding, language: Language) -> str:
    """The figure in words: the means and the commonest bin of each series, then the headline."""
    parts = []
    for name, rows in _series(finding).items():
        peak = max(rows, key=_height)
        ends = (format_quantity(number(peak.get(k)), "bound", language) for k in ("bin_low", "bin_high"))
        mean = format_quantity(number(finding.details.get(f"mean_{name}")), unit_of(finding), language)
        parts.append(
            phrase(
                "figure.alt_series",
                language,
                name=code_label(name, language),
                mean=mean,
                share=format_quantity(number(peak.get("share")), "share", language),
                **dict(zip(("low", "high"), ends, strict=True)),
            )
        )
    if not parts:
        return ""
    text = phrase("figure.alt_distribution", language, parts="; ".join(parts))
    return join(text, headline_text(finding, language, sign=True))
