"""The frame of figures that have one line per row: labels left, marks in the middle, values right."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from matplotlib.axes import Axes
from matplotlib.collections import CircleCollection, LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import Affine2D, Transform, blended_transform_factory

from asn_research.figures import style
from asn_research.figures.lettering import Words
from asn_research.findings.finding import Finding, Row
from asn_research.findings.grounds.axis import number
from asn_research.findings.wordings.label import group_label, row_label
from asn_research.language import Language, format_count, phrase

MAXIMUM_ROWS: Final = 30
"""Rows one figure draws; of more, the lowest and the highest are drawn and the table shows all."""

_TALLEST_PT: Final = 600.0
_DENSITIES: Final = ((24.0, 9.0, 4), (16.0, 4.0, 4), (16.0, 4.0, 1))
_FEWEST_TICKS: Final = 3
_MANY_ROWS: Final = 16
_LABEL_PT: Final = 128.0
_GAP: Final = 10.0
_EDGE: Final = 4.0


def drawn_rows(finding: Finding, column: str) -> list[Row]:
    """The rows that have a number in ``column``, group by group, at most ``MAXIMUM_ROWS``.

    Of more rows the lowest and the highest are kept, and the pooled ones, which all others lead to.
    """
    rows = [row for row in finding.rows if not math.isnan(number(row.get(column)))]
    groups = list(dict.fromkeys(_group(row) for row in rows))
    rows.sort(key=lambda row: groups.index(_group(row)))
    if len(rows) <= MAXIMUM_ROWS:
        return rows
    pooled = [i for i, row in enumerate(rows) if row.get("role") == "pooled"][:MAXIMUM_ROWS]
    single = sorted(set(range(len(rows))) - set(pooled), key=lambda i: (number(rows[i].get(column)), i))
    room = MAXIMUM_ROWS - len(pooled)
    kept = {*pooled, *single[: room - room // 2], *single[len(single) - room // 2 :]}
    return [row for i, row in enumerate(rows) if i in kept]


def _group(row: Row) -> str:
    return str(row.get("group") or row.get("group_code") or "")


def left_out_note(finding: Finding, drawn: int, language: Language) -> str:
    """Which rows of the finding the figure does not show, as a note; empty when it shows all."""
    suppressed = sum(1 for row in finding.rows if row.get("suppressed"))
    notes = []
    if suppressed:
        notes.append(phrase("figure.note_suppressed", language, count=format_count(suppressed, language)))
    if drawn == MAXIMUM_ROWS and len(finding.rows) - suppressed > drawn:
        total = format_count(len(finding.rows) - suppressed, language)
        notes.append(phrase("figure.note_capped", language, drawn=format_count(drawn, language), total=total))
    return " ".join(notes)


@dataclass(frozen=True)
class RowChart:
    """A figure whose vertical axis counts points from the top; ``centers`` are the middles of its rows."""

    figure: Figure
    axes: Axes
    centers: tuple[float, ...]
    rows: tuple[Row, ...]
    height: float

    @cached_property
    def across(self) -> Transform:
        """Points from the left edge of the figure across, the rows' axis down."""
        points = Affine2D().scale(1 / 72) + self.figure.dpi_scale_trans
        return blended_transform_factory(points, self.axes.transData)

    def write(
        self, x_pt: float, y: float, text: str, *, color: str, align: str, size: float, bold: bool
    ) -> Words:
        """Write at a distance in points from the left edge of the figure and a height of the rows' axis."""
        words = Words(x_pt, y, text, color=color, transform=self.across, align=align, size=size, bold=bold)
        self.figure.add_artist(words)
        return words

    def rule(self, ticks: Sequence[float], texts: Sequence[str], *, grid: bool = True) -> None:
        """Write the numbers of the horizontal axis below the rows, with a line up from each."""
        below, place = self.height + 8.0, self.axes.transData
        for tick, text in zip(ticks, texts, strict=True):
            words = Words(
                tick, below, text, color=style.MUTED, transform=place, align="center", size=style.SMALL
            )
            self.figure.add_artist(words)
        if grid:
            lines = [((tick, 0.0), (tick, self.height)) for tick in ticks]
            draw_lines(self.axes, lines, colors=style.GRID, widths=0.8, zorder=0.8)

    def draw_bars(self, starts: Sequence[float], ends: Sequence[float], colors: Sequence[str]) -> None:
        """Draw one bar in every row, lower where there are many."""
        height = 11.0 if len(self.rows) <= _MANY_ROWS else 9.0
        boxes = [
            (start, center - height / 2, end, center + height / 2)
            for center, start, end in zip(self.centers, starts, ends, strict=True)
        ]
        draw_boxes(self.axes, boxes, colors=colors)


Point = tuple[float, float]


def draw_lines(
    axes: Axes,
    lines: Sequence[tuple[Point, Point]],
    *,
    colors: str | Sequence[str],
    widths: float | Sequence[float],
    zorder: float,
    dashed: bool = False,
) -> None:
    """Draw straight lines between pairs of places, all at once."""
    drawn = LineCollection(lines, colors=colors, linewidths=widths, zorder=zorder, capstyle="butt")
    if dashed:
        drawn.set_linestyle((0.0, (4.0, 2.0)))
    axes.add_collection(drawn, autolim=False)


def draw_boxes(
    axes: Axes,
    boxes: Sequence[tuple[float, float, float, float]],
    *,
    colors: str | Sequence[str],
    edges: str = "none",
    zorder: float = 1.0,
    transform: Transform | None = None,
) -> None:
    """Draw upright boxes from one corner to the opposite one, all at once."""
    corners = [((x, y), (right, y), (right, top), (x, top)) for x, y, right, top in boxes]
    drawn = PolyCollection(corners, facecolors=colors, edgecolors=edges, linewidths=1.0, zorder=zorder)
    if transform is not None:
        drawn.set_transform(transform)
        drawn.set_clip_on(False)
    axes.add_collection(drawn, autolim=False)


def draw_dots(
    axes: Axes,
    places: Sequence[Point],
    *,
    faces: str | Sequence[str],
    edges: str | Sequence[str] = "none",
    across_pt: float = 7.2,
    zorder: float = 3.0,
) -> None:
    """Draw dots of one size, all at once."""
    area = math.pi * across_pt**2 / 4
    dots = CircleCollection(
        [area],
        offsets=places,
        offset_transform=axes.transData,
        facecolors=faces,
        edgecolors=edges,
        linewidths=0.0 if edges == "none" else 1.6,
        zorder=zorder,
    )
    axes.add_collection(dots, autolim=False)


def _column_width(head: str, values: Sequence[str], *, bold: bool) -> float:
    widths = [style.text_width(v, style.SIZE, bold=bold) for v in values]
    return max([style.text_width(head, style.SMALL), *widths])


@dataclass(frozen=True)
class Column:
    """One column of values at the right of a chart: its head, and one text per row."""

    head: str
    values: tuple[str, ...]
    bold: bool = False


def _label_width(labels: Sequence[str], groups: Sequence[str]) -> float:
    longest = max((style.text_width(style.drawable(label)) for label in labels), default=0.0)
    return min(_LABEL_PT, max(longest, 40.0)) if not groups or longest > 0 else 40.0


def new_chart(
    rows: Sequence[Row],
    language: Language,
    *,
    columns: Sequence[Column] = (),
    axis_label: str = "",
    note: str = "",
    legend_pt: float = 0.0,
    axis_pt: float = 20.0,
) -> RowChart:
    """A chart with the rows' labels, group headings and columns of values written, ready for its marks.

    ``legend_pt`` keeps room above the rows, ``axis_pt`` below them; ``note`` stands below the axis.
    """
    labels = [row_label(row, language) for row in rows]
    groups = [group_label(row, language) for row in rows]
    label_width = _label_width(labels, [g for g in groups if g])
    widths = [_column_width(column.head, column.values, bold=column.bold) for column in columns]
    left = _EDGE + label_width + _GAP
    right = sum(width + _GAP for width in widths) + _EDGE

    wrapped, centers, headings = _fit(labels, groups, width=label_width)
    bottom_of_rows = centers[-1][1]
    axis_lines = style.wrap(axis_label, style.WIDTH_PT - 2 * _EDGE, size=style.SMALL) if axis_label else []
    note_lines = style.wrap(note, style.WIDTH_PT - 2 * _EDGE, size=style.SMALL, lines=4) if note else []
    top = legend_pt + (18.0 if any(column.head for column in columns) else 6.0)
    bottom = axis_pt + 12.0 * len(axis_lines) + (4.0 + 12.0 * len(note_lines) if note_lines else 0.0)
    figure, axes = style.new_figure(
        bottom_of_rows + top + bottom, left=left, right=right, top=top, bottom=bottom, bare=True
    )
    axes.set_ylim(bottom_of_rows, 0.0)
    chart = RowChart(figure, axes, tuple(c for c, _ in centers), tuple(rows), bottom_of_rows)
    _write_labels(chart, labels, wrapped, headings)
    _write_columns(chart, columns, widths)
    _write_below(
        chart, axis_lines, note_lines, start=axis_pt + 4.0, middle=(left + style.WIDTH_PT - right) / 2
    )
    return chart


Centers = list[tuple[float, float]]
Headings = list[tuple[float, str]]


def _fit(
    labels: Sequence[str], groups: Sequence[str], *, width: float
) -> tuple[list[list[str]], Centers, Headings]:
    """Labels wrapped and rows placed, as roomy as the tallest figure allows."""
    for least, padding, lines in _DENSITIES:
        wrapped = [style.wrap(label, width, lines=lines) for label in labels]
        heights = [max(least, len(label) * style.LINE_PT + padding) for label in wrapped]
        centers, headings = _place(heights, groups)
        if centers[-1][1] <= _TALLEST_PT:
            break
    return wrapped, centers, headings


def _place(heights: Sequence[float], groups: Sequence[str]) -> tuple[Centers, Headings]:
    """Middle and lower edge of each row, middle and text of each group heading, in points from the top."""
    position, last = 0.0, ""
    centers: list[tuple[float, float]] = []
    headings: list[tuple[float, str]] = []
    for height, group in zip(heights, groups, strict=True):
        if group and group != last:
            position += 6.0 if centers else 0.0
            headings.append((position + 10.0, group))
            position += 20.0
        last = group
        centers.append((position + height / 2, position + height))
        position += height
    return centers, headings


def _write_labels(
    chart: RowChart,
    labels: Sequence[str],
    wrapped: Sequence[Sequence[str]],
    headings: Sequence[tuple[float, str]],
) -> None:
    for center, label, lines in zip(chart.centers, labels, wrapped, strict=True):
        text = "\n".join(lines)
        words = chart.write(_EDGE, center, text, color=style.INK, align="left", size=style.SIZE, bold=False)
        words.is_name = text.split() != label.split()
    for center, text in headings:
        line = style.wrap(text, style.WIDTH_PT - 2 * _EDGE, lines=1, bold=True)[0]
        # Paper behind the heading, so that no line of the axis runs through its words.
        edge = _EDGE + style.text_width(line, bold=True) + 1.0
        box = (_EDGE - 1.0, center - 6.5, edge, center + 6.5)
        draw_boxes(chart.axes, [box], colors=style.PAPER, zorder=3.5, transform=chart.across)
        words = chart.write(_EDGE, center, line, color=style.INK, align="left", size=style.SIZE, bold=True)
        words.is_name = line.split() != text.split()


def _write_columns(chart: RowChart, columns: Sequence[Column], widths: Sequence[float]) -> None:
    edge = style.WIDTH_PT - _EDGE
    for column, width in reversed(list(zip(columns, widths, strict=True))):
        if column.head:
            chart.write(
                edge, -9.0, column.head, color=style.MUTED, align="right", size=style.SMALL, bold=False
            )
        for center, value in zip(chart.centers, column.values, strict=True):
            color = style.INK if column.bold else style.MUTED
            chart.write(edge, center, value, color=color, align="right", size=style.SIZE, bold=column.bold)
        edge -= width + _GAP


def _write_below(
    chart: RowChart, axis_lines: Sequence[str], note_lines: Sequence[str], *, start: float, middle: float
) -> None:
    y = chart.height + start + 0.0
    longest = max((style.text_width(line, style.SMALL) for line in axis_lines), default=0.0)
    center = min(max(middle, _EDGE + longest / 2), style.WIDTH_PT - _EDGE - longest / 2)
    for line in axis_lines:
        chart.write(center, y, line, color=style.MUTED, align="center", size=style.SMALL, bold=False)
        y += 12.0
    y += 4.0
    for line in note_lines:
        chart.write(_EDGE, y, line, color=style.MUTED, align="left", size=style.SMALL, bold=False)
        y += 12.0


def nice_ticks(low: float, high: float, *, most: int = 5) -> list[float]:
    """At most ``most`` round numbers between two bounds, and three where that can be."""
    slack = 1e-9 * (high - low)
    ticks: list[float] = []
    for bins in range(most - 1, 2 * most):
        found = MaxNLocator(nbins=bins, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
        inside = [float(tick) for tick in found if low - slack <= tick <= high + slack]
        if len(inside) > most:
            break
        ticks = inside
        if len(ticks) >= _FEWEST_TICKS:
            break
    return ticks


def axis_digits(ticks: Sequence[float], unit: str) -> int:
    """The decimals that tell the ticks of an axis apart."""
    scale = 100.0 if unit in ("share", "percentage_points") else 1.0
    for digits in range(6):
        if all(abs(t * scale * 10**digits - round(t * scale * 10**digits)) < 1e-6 for t in ticks):
            return digits
    return 6
