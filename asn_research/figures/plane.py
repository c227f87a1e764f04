"""The frame of figures with two axes: numbers on both, the vertical one named at the top left."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from asn_research.figures import style
from asn_research.figures.chart import axis_digits, nice_ticks
from asn_research.language import Language
from asn_research.language.quantity import format_quantity

_EDGE = 4.0
_GAP = 10.0


def new_plane(
    language: Language,
    *,
    x: tuple[float, float],
    y: tuple[float, float],
    units: tuple[str, str],
    labels: tuple[str, str],
    note: str = "",
    labels_pt: float = 0.0,
    height_pt: float = 150.0,
) -> tuple[Figure, Axes]:
    """Axes over the ranges ``x`` and ``y`` in their ``units``, named by ``labels``.

    ``labels_pt`` keeps room above the axes for direct labels; ``note`` stands below.
    """
    x_ticks, y_ticks = nice_ticks(*x, most=6), nice_ticks(*y, most=5)
    y_texts = [format_quantity(t, units[1], language, digits=axis_digits(y_ticks, units[1])) for t in y_ticks]
    left = _EDGE + max(style.text_width(text, style.SMALL) for text in y_texts) + 8.0
    x_lines = style.wrap(labels[0], style.WIDTH_PT - 2 * _EDGE, size=style.SMALL)
    y_lines = style.wrap(labels[1], style.WIDTH_PT - 2 * _EDGE, size=style.SMALL)
    notes = style.wrap(note, style.WIDTH_PT - 2 * _EDGE, size=style.SMALL, lines=4) if note else []
    top = 10.0 + 12.0 * len(y_lines) + labels_pt
    bottom = 22.0 + 12.0 * len(x_lines) + (4.0 + 12.0 * len(notes) if notes else 0.0)
    total = height_pt + top + bottom
    figure, axes = style.new_figure(total, left=left, right=14.0, top=top, bottom=bottom)
    axes.set(xlim=x, ylim=y)
    axes.set_xticks(
        x_ticks,
        [format_quantity(t, units[0], language, digits=axis_digits(x_ticks, units[0])) for t in x_ticks],
    )
    axes.set_yticks(y_ticks, y_texts)
    axes.grid(axis="y", color=style.GRID, linewidth=0.8)
    axes.spines["bottom"].set(visible=True, color=style.MUTED, linewidth=0.8)
    middle = (left + style.WIDTH_PT - 14.0) / 2
    for i, line in enumerate(y_lines):
        _write(figure, _EDGE, total - 8.0 - 12.0 * i, line, "left")
    for i, line in enumerate(x_lines):
        _write(figure, middle, bottom - 26.0 - 12.0 * i, line, "center")
    for i, line in enumerate(notes):
        _write(figure, _EDGE, 12.0 * (len(notes) - i) - 6.0, line, "left")
    return figure, axes


def _write(figure: Figure, x_pt: float, y_pt: float, text: str, align: str) -> None:
    height = figure.get_figheight() * 72
    figure.text(
        x_pt / style.WIDTH_PT,
        y_pt / height,
        text,
        ha=align,
        va="center_baseline",
        fontsize=style.SMALL,
        color=style.MUTED,
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
    places = []
    for i, ((x, _, _), width) in enumerate(zip(ordered, widths, strict=True)):
        line = start + (x - low) / (high - low) * span
        last = i == len(ordered) - 1
        places.append(line + 4.0 if last else line - 4.0 - width if i == 0 else line - width / 2)
    edge = _EDGE
    for i, width in enumerate(widths):
        places[i] = max(places[i], edge)
        edge = places[i] + width + _GAP
    edge = style.WIDTH_PT - _EDGE
    for i in reversed(range(len(widths))):
        places[i] = min(places[i], edge - widths[i])
        edge = places[i] - _GAP
    for (_, text, color), place in zip(ordered, places, strict=True):
        axes.annotate(
            text,
            (place / style.WIDTH_PT, 1.0),
            xycoords=("figure fraction", "axes fraction"),
            xytext=(0.0, 8.0),
            textcoords="offset points",
            ha="left",
            va="center_baseline",
            color=color,
            fontsize=style.SIZE,
            fontweight="bold",
            annotation_clip=False,
        )
