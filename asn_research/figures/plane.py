"""The frame of figures with two axes: numbers on both, the vertical one named at the top left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import ScaledTranslation, Transform, blended_transform_factory

from asn_research.figures import style
from asn_research.figures.chart import axis_digits, draw_lines, nice_ticks
from asn_research.figures.lettering import Words
from asn_research.language import Language
from asn_research.language.quantity import format_quantity

_EDGE = 4.0
_GAP = 10.0


Ticks = tuple[Sequence[float], Sequence[str]]
"""Places on an axis, and what stands there."""


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis of a plane: from where to where it reaches, in which unit, and what it counts.

    ``ticks`` are round numbers where they are not given.
    """

    low: float
    high: float
    unit: str
    label: str
    ticks: Ticks | None = None

    def read_ticks(self, language: Language, *, most: int) -> Ticks:
        """The ticks that are given, or at most so many round numbers as their unit is written."""
        if self.ticks is not None:
            return self.ticks
        ticks = nice_ticks(self.low, self.high, most=most)
        digits = axis_digits(ticks, self.unit)
        return ticks, [format_quantity(tick, self.unit, language, digits=digits) for tick in ticks]


def new_plane(
    language: Language,
    *,
    x: Axis,
    y: Axis,
    note: str = "",
    labels_pt: float = 0.0,
    height_pt: float = 150.0,
) -> tuple[Figure, Axes]:
    """Axes over the ranges of ``x`` and ``y``.

    ``labels_pt`` keeps room above the axes for direct labels; ``note`` stands below.
    """
    y_ticks, y_texts = y.read_ticks(language, most=5)
    left = _EDGE + max(style.text_width(text, style.SMALL) for text in y_texts) + 8.0
    x_lines = style.wrap(x.label, style.WIDTH_PT - 2 * _EDGE, size=style.SMALL)
    y_lines = style.wrap(y.label, style.WIDTH_PT - 2 * _EDGE, size=style.SMALL)
    notes = style.wrap(note, style.WIDTH_PT - 2 * _EDGE, size=style.SMALL, lines=4) if note else []
    top = 10.0 + 12.0 * len(y_lines) + labels_pt
    bottom = 22.0 + 12.0 * len(x_lines) + (4.0 + 12.0 * len(notes) if notes else 0.0)
    total = height_pt + top + bottom
    figure, axes = style.new_figure(total, left=left, right=14.0, top=top, bottom=bottom, bare=True)
    axes.set_xlim(x.low, x.high)
    axes.set_ylim(y.low, y.high)
    _rule(axes, x.read_ticks(language, most=6), (y_ticks, y_texts))
    middle = (left + style.WIDTH_PT - 14.0) / 2
    for i, line in enumerate(y_lines):
        _write(figure, _EDGE, total - 8.0 - 12.0 * i, line, "left")
    for i, line in enumerate(x_lines):
        _write(figure, middle, bottom - 26.0 - 12.0 * i, line, "center")
    for i, line in enumerate(notes):
        _write(figure, _EDGE, 12.0 * (len(notes) - i) - 6.0, line, "left")
    return figure, axes


def _rule(axes: Axes, x_ticks: Ticks, y_ticks: Ticks) -> None:
    """Write the numbers of both axes, with a line across from each of the vertical one and one below."""
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    for tick, text in zip(*x_ticks, strict=True):
        _letter(axes, (tick, bottom), text, moved=(0.0, -8.0), align="center")
    for tick, text in zip(*y_ticks, strict=True):
        _letter(axes, (left, tick), text, moved=(-4.0, 0.0), align="right")
    grid = [((left, tick), (right, tick)) for tick in y_ticks[0] if bottom <= tick <= top]
    draw_lines(axes, grid, colors=style.GRID, widths=0.8, zorder=0.8)
    draw_lines(axes, [((left, bottom), (right, bottom))], colors=style.MUTED, widths=0.8, zorder=2.5)


def _letter(
    axes: Axes, place: tuple[float, float], text: str, *, moved: tuple[float, float], align: str
) -> None:
    """Write a number of an axis, so many points from a place on it."""
    transform = axes.transData + _shift(axes, *moved)
    _figure(axes).add_artist(
        Words(*place, text, color=style.MUTED, transform=transform, align=align, size=style.SMALL)
    )


def _shift(axes: Axes, x_pt: float, y_pt: float) -> Transform:
    return ScaledTranslation(x_pt / 72, y_pt / 72, _figure(axes).dpi_scale_trans)


def _figure(axes: Axes) -> Figure:
    figure = axes.get_figure(root=True)
    if figure is None:
        raise ValueError("axes without a figure")
    return figure


def _write(figure: Figure, x_pt: float, y_pt: float, text: str, align: str) -> None:
    height = figure.get_figheight() * 72
    figure.add_artist(
        Words(
            x_pt / style.WIDTH_PT,
            y_pt / height,
            text,
            color=style.MUTED,
            transform=figure.transFigure,
            align=align,
            size=style.SMALL,
        )
    )


def write_marks(axes: Axes, marks: Sequence[tuple[float, str, str]]) -> None:
    """Bold labels above the axes for vertical lines, each given as place, text and colour.

    The lowest stands left of its line, the highest right of its own, others in the middle of theirs; labels
    that would be cut or would touch are moved aside.
    """
    low, high = axes.get_xlim()
    box = axes.get_position()
    start, span = box.x0 * style.WIDTH_PT, box.width * style.WIDTH_PT
    ordered = sorted(marks, key=lambda mark: mark[0])
    widths = [style.text_width(text, style.SIZE, bold=True) for _, text, _ in ordered]
    places, sides = [], []
    for i, ((x, _, _), width) in enumerate(zip(ordered, widths, strict=True)):
        line = start + (x - low) / (high - low) * span
        last = i == len(ordered) - 1
        places.append(line + 4.0 if last else line - 4.0 - width if i == 0 else line - width / 2)
        sides.append("left" if last else "right" if i == 0 else "center")
    edge = _EDGE
    for i, width in enumerate(widths):
        places[i] = max(places[i], edge)
        edge = places[i] + width + _GAP
    edge = style.WIDTH_PT - _EDGE
    for i in reversed(range(len(widths))):
        places[i] = min(places[i], edge - widths[i])
        edge = places[i] - _GAP
    figure = _figure(axes)
    across = blended_transform_factory(figure.transFigure, axes.transAxes + _shift(axes, 0.0, 8.0))
    parts = {"left": 0.0, "center": 0.5, "right": 1.0}
    for (_, text, color), place, width, side in zip(ordered, places, widths, sides, strict=True):
        x = (place + parts[side] * width) / style.WIDTH_PT
        figure.add_artist(Words(x, 1.0, text, color=color, transform=across, align=side, bold=True))
