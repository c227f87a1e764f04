"""The frame of figures with two axes: numbers on both, the vertical one named at the top left."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from asn_research.figures import style
from asn_research.figures.chart import axis_digits, nice_ticks
from asn_research.language import Language
from asn_research.language.quantity import format_quantity

_EDGE = 4.0


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


def write_beside(axes: Axes, x: float, text: str, *, color: str, right: bool, row: int = 0) -> None:
    """A bold label above the axes beside the line at ``x``, on its other side where it would be cut."""
    width = style.text_width(text, style.SIZE, bold=True) + 6.0
    low, high = axes.get_xlim()
    box = axes.get_position()
    start, span = box.x0 * style.WIDTH_PT, box.width * style.WIDTH_PT
    place = start + (x - low) / (high - low) * span
    if right and place + width > style.WIDTH_PT - _EDGE:
        right = False
    elif not right and place - width < _EDGE:
        right = True
    axes.annotate(
        text,
        (x, 1.0),
        xycoords=("data", "axes fraction"),
        xytext=(4.0 if right else -4.0, 8.0 + 13.0 * row),
        textcoords="offset points",
        ha="left" if right else "right",
        va="center_baseline",
        color=color,
        fontsize=style.SIZE,
        fontweight="bold",
        annotation_clip=False,
    )
