"""One look for every figure: size, type, colours, and the same bytes for the same numbers.

Nothing here touches matplotlib's or pyplot's global state, except :func:`to_svg`, which must set the salt of
SVG identifiers and does so under a lock.
"""

from __future__ import annotations

import io
import re
import threading
from functools import cache
from pathlib import Path
from typing import Final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, get_font
from matplotlib.text import Text
from matplotlib.textpath import TextToPath

WIDTH_PT: Final = 360.0
"""Width of every figure in points (5 inches): 10-point text stays above 9 pixels on a 350-pixel phone."""

SIZE: Final = 10.0
"""Size of labels and values, in points."""

SMALL: Final = 9.0
"""Size of axis numbers and notes, in points."""

LINE_PT: Final = 12.5
"""Distance between two lines of one label, in points."""

INK: Final = "#1F2A33"
MUTED: Final = "#55616B"
GRID: Final = "#DDE2E6"
TRACK: Final = "#EDF0F2"
PAPER: Final = "#FFFFFF"
ACCENT: Final = "#1F5F8B"
QUIET: Final = "#7F8C96"

METHOD_COLORS: Final[dict[str, str]] = {
    "lecture": "#2D6996",
    "discussion": "#A5961E",
    "simulation": "#A53C5A",
    "practice": "#00A5A5",
    "seminar": "#F06969",
    "workshop": "#5A6900",
    "classroom": "#3C2D87",
    "mentoring": "#9687E1",
    "online": "#691E5A",
    "blended": "#4B3C0F",
}
"""Found by search: at least 3:1 against white, and at least 20 apart in CIELAB for readers with normal sight,
protanopia, deuteranopia and tritanopia alike."""
BEFORE: Final = "#9AA5AE"
AFTER: Final = ACCENT
FLAG: Final = "#A6481E"
LIKERT: Final = ("#A6481E", "#E9B189", "#D2D7DB", "#8DBBD9", "#1F5F8B")
LIKERT_INK: Final = (PAPER, INK, INK, INK, PAPER)

_COMPACTIONS: Final = tuple(
    (re.compile(pattern, re.DOTALL), replacement)
    for pattern, replacement in (
        (r"<metadata>.*?</metadata>", ""),
        (r"<!--.*?-->", ""),
        (r"<!DOCTYPE.*?>", ""),
        (r'<g id="[^"]*"', "<g"),
        (r"DejaVuSans-Bold-", "b"),
        (r"DejaVuSans-", "r"),
        (r"\s*\n\s*", " "),
        (r"> <", "><"),
        (r"<g/>", ""),
        (r"(?<=[ \"])([MLQCz]) (?=[-\d\"])", r"\1"),
        (r" (?=[MLQCz])(?=[MLQC][-\d]|z)", ""),
    )
)
_GLYPH_PLACE: Final = re.compile(r' transform="translate\(([-\d.]+) 0\)"/>')
_FOLDER = Path(mpl.get_data_path()) / "fonts" / "ttf"
_lock = threading.Lock()


@cache
def _font_file(bold: bool) -> str:
    return str(_FOLDER / ("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"))


def font(size: float = SIZE, *, bold: bool = False) -> FontProperties:
    """The typeface of all figures at a size in points: the DejaVu Sans that comes with matplotlib."""
    return FontProperties(fname=_font_file(bold), size=size)


def method_color(code: str) -> str:
    """The colour of a training method: the same in every figure of every region.

    >>> method_color("method:lecture") == method_color("lecture")
    True
    """
    return METHOD_COLORS.get(code.removeprefix("method:"), ACCENT)


def code_color(code: str) -> str:
    """The colour of a row by its code: the method's own colour, the accent for everything else."""
    return method_color(code) if code.startswith("method:") and " " not in code else ACCENT


def drawable(text: str) -> str:
    """Text on one line, in characters that the typeface has; others become a question mark.

    >>> drawable("Dinas  Kesehatan\\n☃ 中")
    'Dinas Kesehatan ☃ ?'
    """
    known = get_font(_font_file(False))
    line = " ".join(text.split())
    return "".join(c if c.isprintable() and known.get_char_index(ord(c)) else "?" for c in line)


def text_width(text: str, size: float = SIZE, *, bold: bool = False) -> float:
    """Width of one line of text, in points."""
    width, _, _ = TextToPath().get_text_width_height_descent(text, font(size, bold=bold), ismath=False)
    return float(width)


def wrap(text: str, width_pt: float, *, size: float = SIZE, lines: int = 3, bold: bool = False) -> list[str]:
    """Text broken at spaces into at most ``lines`` lines; what does not fit ends in an ellipsis."""

    def fits(line: str) -> bool:
        return text_width(line, size, bold=bold) <= width_pt

    found: list[str] = []
    words = drawable(text).split(" ")
    while words and len(found) < lines:
        count = 1
        while count < len(words) and fits(" ".join(words[: count + 1])):
            count += 1
        line, rest = " ".join(words[:count]), words[count:]
        if rest and len(found) == lines - 1:
            line, rest = " ".join(words) + " ", []
        if not fits(line.rstrip()):
            while len(line) > 1 and not fits(line.rstrip() + "…"):
                line = line[:-1]
            line = line.rstrip() + "…"
        found.append(line)
        words = rest
    return found or [""]


def new_figure(
    height_pt: float, *, left: float, right: float, top: float, bottom: float
) -> tuple[Figure, Axes]:
    """A figure of the common width with one axes; all margins in points."""
    figure = Figure(figsize=(WIDTH_PT / 72, height_pt / 72), dpi=72, facecolor=PAPER)
    width, height = (WIDTH_PT - left - right) / WIDTH_PT, (height_pt - top - bottom) / height_pt
    axes = figure.add_axes((left / WIDTH_PT, bottom / height_pt, width, height), facecolor="none")
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.tick_params(length=0, pad=4, labelsize=SMALL, labelcolor=MUTED)
    axes.set_axisbelow(True)
    return figure, axes


def finish(figure: Figure) -> Figure:
    """Give every text the common typeface, and show stranger text as it stands (no formulas)."""
    for text in figure.findobj(Text):
        bold = text.get_fontweight() in ("bold", 700)
        text.set_fontproperties(font(float(text.get_fontsize()), bold=bold))
        text.set_parse_math(False)
    return figure


def to_svg(figure: Figure) -> bytes:
    """The figure as SVG, text as outlines: the same figure gives the same bytes.

    Examples
    --------
    >>> figure, _ = new_figure(100, left=20, right=20, top=10, bottom=20)
    >>> to_svg(figure) == to_svg(figure)
    True
    """
    buffer = io.BytesIO()
    with _lock, mpl.rc_context({"svg.hashsalt": "asn-research", "svg.fonttype": "path"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return compact(buffer.getvalue().decode()).encode()


def compact(svg: str) -> str:
    """The same drawing in about half the bytes, so that a whole report stays a mail attachment.

    Takes out metadata, comments (which repeat every text), line breaks and the names of groups, shortens the
    names of glyphs, and rounds their places to a tenth of a hundredth of the type size.
    """
    for pattern, replacement in _COMPACTIONS:
        svg = pattern.sub(replacement, svg)
    return _GLYPH_PLACE.sub(lambda match: f' x="{float(match[1]):.1f}"/>'.replace(".0", ""), svg)
