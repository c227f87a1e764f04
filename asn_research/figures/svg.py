"""Drawings as SVG: small, the same words to eyes and machines, the same bytes for the same figure.

matplotlib's own SVG names every group and clip path, draws letters as outlines and counts in millionths of a
point. This renderer writes shapes to a hundredth of a point and words as words, and needs no identifiers, so
that many drawings can stand in one page.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from functools import cache
from typing import Any, Final

import numpy as np
from matplotlib.backend_bases import GraphicsContextBase, RendererBase
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Affine2D, Transform

from asn_research.figures.lettering import BASELINE, FAMILY, LINE_PT, Words, text_width

_LETTERS: Final = {
    Path.MOVETO: "M",
    Path.LINETO: "L",
    Path.CURVE3: "Q",
    Path.CURVE4: "C",
    Path.CLOSEPOLY: "z",
}
_ANCHORS: Final = {"left": "", "center": ' text-anchor="middle"', "right": ' text-anchor="end"'}
_UNIT: Final = np.asarray(Path.unit_circle().vertices, dtype=float) * [1.0, -1.0]
_DESCENT: Final = 0.2
_SLACK: Final = 0.5
_SIZE: Final = 10.0
_BOLD: Final = 600


def _text(value: float) -> str:
    """A number to a hundredth, without needless characters."""
    written = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if written == "-0" else written


@cache
def _hex(color: tuple[float, ...]) -> str:
    red, green, blue = color[:3]
    return str(to_hex((red, green, blue)))


def _color(name: str, color: Sequence[float]) -> str:
    seen = "" if len(color) < 4 or color[3] >= 1 else f' {name}-opacity="{_text(float(color[3]))}"'
    return f' {name}="{_hex(tuple(map(float, color)))}"{seen}'


class SvgRenderer(RendererBase):
    """What a matplotlib figure is drawn on to become SVG; lengths in points."""

    def __init__(self, width: float, height: float) -> None:
        super().__init__()
        self.width, self.height = width, height
        self.pieces: list[str] = []
        self._down = Affine2D().scale(1.0, -1.0).translate(0.0, height)

    def get_canvas_width_height(self) -> tuple[float, float]:
        """Width and height of the drawing."""
        return self.width, self.height

    def get_text_width_height_descent(
        self,
        s: str,
        prop: FontProperties,
        ismath: Any,  # noqa: ARG002  (words are never formulas)
    ) -> tuple[float, float, float]:
        """Room that one line of text takes."""
        size = float(prop.get_size_in_points())
        return text_width(s, size, bold=_is_bold(prop)), (2 * BASELINE + _DESCENT) * size, _DESCENT * size

    def draw_path(
        self, gc: GraphicsContextBase, path: Path, transform: Transform, rgbFace: Any = None
    ) -> None:
        """Write a line or a shape."""
        paint = self._paint(gc, rgbFace)
        if not paint:
            return
        placed = (transform + self._down).transform_path(path)
        circle = _circle(placed)
        if circle:
            self.pieces.append(f"<circle {circle}{paint}/>")
            return
        written = _written(self._clipped(placed, gc, filled=rgbFace is not None))
        if written:
            self.pieces.append(f'<path d="{written}"{paint}/>')

    def _paint(self, gc: GraphicsContextBase, face: Any) -> str:
        """How it is filled and stroked; empty when neither would be seen."""
        paint = ""
        if face is not None and (len(face) < 4 or face[3] > 0):
            opacity = gc.get_alpha() if gc.get_forced_alpha() else (*face, 1.0)[3]
            paint += _color("fill", (*face[:3], opacity))
        ink, width = gc.get_rgb(), gc.get_linewidth()
        if width > 0 and (len(ink) < 4 or ink[3] > 0):
            paint += _color("stroke", ink)
            paint += f' stroke-width="{_text(width)}"' if width != 1 else ""
            offset, given = gc.get_dashes()
            if given is not None:
                dashes = np.asarray(given, dtype=float).tolist()
                paint += f' stroke-dasharray="{" ".join(map(_text, dashes))}"'
                paint += f' stroke-dashoffset="{_text(float(offset))}"' if offset else ""
        return paint

    def _clipped(self, placed: Path, gc: GraphicsContextBase, *, filled: bool) -> Path:
        """The part of a path within the rectangle it is clipped to."""
        box = gc.get_clip_rectangle()
        if box is None:
            return placed
        inside = box.transformed(self._down)
        points = np.asarray(placed.vertices, dtype=float)
        low, high = points.min(axis=0) + _SLACK, points.max(axis=0) - _SLACK
        if inside.contains(*low) and inside.contains(*high):
            return placed
        return placed.clip_to_bbox(inside) if filled else placed.cleaned(clip=_corners(inside), curves=True)

    def write_words(self, words: Words) -> None:
        """Write words at their place."""
        x, y = _place(words)
        lines = words.get_text().split("\n")
        size = float(words.get_fontsize())
        first = self.height - y + BASELINE * size - LINE_PT * (len(lines) - 1) / 2
        anchor = words.get_horizontalalignment()
        name = ' data-claims="name"' if words.is_name else ""
        look = self._look(size, words.bold, words.get_color(), anchor) + name
        self._write(x, first, lines, look)

    def draw_text(
        self,
        gc: GraphicsContextBase,
        x: float,
        y: float,
        s: str,
        prop: FontProperties,
        angle: float,
        ismath: Any = False,  # noqa: ARG002  (words are never formulas)
        mtext: Text | None = None,
    ) -> None:
        """Write a line of text whose layout matplotlib has made; it keeps its anchor in any typeface."""
        anchor = "left"
        if mtext is not None and angle == 0:
            anchor = mtext.get_horizontalalignment()
            x, _ = _place(mtext)
        size = float(prop.get_size_in_points())
        look = self._look(size, _is_bold(prop), gc.get_rgb(), anchor)
        look += f' transform="rotate({_text(-angle)} {_text(x)} {_text(y)})"' if angle else ""
        self._write(x, y, [s], look)

    def _look(self, size: float, bold: bool, color: Any, anchor: str) -> str:
        look = f"{_ANCHORS[anchor]}{_color('fill', _rgba(color))}"
        look += f' font-size="{_text(size)}"' if size != _SIZE else ""
        return look + (' font-weight="700"' if bold else "")

    def _write(self, x: float, y: float, lines: Sequence[str], look: str) -> None:
        written = [html.escape(line, quote=False) for line in lines]
        for i in range(1, len(written)):
            written[i] = f' <tspan x="{_text(x)}" dy="{_text(LINE_PT)}">{written[i]}</tspan>'
        self.pieces.append(f'<text x="{_text(x)}" y="{_text(y)}"{look}>{"".join(written)}</text>')

    def as_svg(self) -> str:
        """The drawing as one SVG element."""
        width, height = _text(self.width), _text(self.height)
        newline = "\n"  # keeps words apart for whoever reads the text alone
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}pt" height="{height}pt"'
            f' viewBox="0 0 {width} {height}" fill="none" stroke-linejoin="round" font-size="{_text(_SIZE)}"'
            f' font-family="{FAMILY}" style="font-variant-numeric:lining-nums tabular-nums">'
            f"{newline.join(self.pieces)}</svg>"
        )


def to_svg(figure: Figure) -> bytes:
    """The figure as SVG, words as words: the same figure gives the same bytes.

    Examples
    --------
    >>> figure = Figure(figsize=(2, 1))
    >>> to_svg(figure) == to_svg(figure)
    True
    """
    dpi = figure.dpi
    figure.dpi = 72.0
    try:
        renderer = SvgRenderer(figure.get_figwidth() * 72, figure.get_figheight() * 72)
        figure.draw(renderer)
    finally:
        figure.dpi = dpi
    return renderer.as_svg().encode()


def _place(text: Text) -> tuple[float, float]:
    """Where a text is anchored, in points."""
    x, y = np.asarray(text.get_transform().transform(text.get_unitless_position()), dtype=float)
    return float(x), float(y)


def _is_bold(prop: FontProperties) -> bool:
    weight = prop.get_weight()
    heavy = isinstance(weight, (int, float)) and weight >= _BOLD
    return heavy or str(weight) in ("bold", "semibold", "heavy", "black") or "-Bold" in str(prop.get_file())


@cache
def _named_color(color: str) -> tuple[float, ...]:
    return tuple(int(to_hex(color)[i : i + 2], 16) / 255 for i in (1, 3, 5))


def _rgba(color: Any) -> Sequence[float]:
    return _named_color(color) if isinstance(color, str) else color


def _corners(box: Any) -> tuple[float, float, float, float]:
    return float(box.xmin), float(box.ymin), float(box.xmax), float(box.ymax)


def _circle(placed: Path) -> str:
    """Middle and radius of a path that is matplotlib's circle, else an empty text."""
    points = np.asarray(placed.vertices, dtype=float)[:-1]
    if placed.codes is None or len(points) != len(_UNIT) - 1:
        return ""
    low, high = points.min(axis=0), points.max(axis=0)
    middle, radius = (low + high) / 2, float(high[0] - low[0]) / 2
    if np.abs(points - (middle + radius * _UNIT[:-1])).max() > 0.01:
        return ""
    return f'cx="{_text(middle[0])}" cy="{_text(middle[1])}" r="{_text(radius)}"'


def _written(path: Path) -> str:
    """A path in the words of SVG; empty when it has no length."""
    parts, last = [], ""
    for points, code in path.iter_segments(simplify=False, remove_nans=True):
        if code == Path.CLOSEPOLY:
            parts.append("z")
            last = ""
            continue
        place = " ".join(_text(float(v)) for v in points)
        if code == Path.LINETO and place == last:
            continue
        parts.append(_LETTERS[code] + place)
        last = place
    return "".join(parts) if len(parts) > 1 else ""
