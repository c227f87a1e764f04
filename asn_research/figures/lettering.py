"""Words in figures: the typeface they are measured in, their width, their lines.

Figures carry their words as text, not as outlines, so that readers can select, search and enlarge them, and
each reader's own typeface writes them. Places are kept for DejaVu Sans, which comes with matplotlib and is
the widest of the typefaces that readers have: in any other the words need less room, never more.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
from matplotlib.font_manager import FontProperties
from matplotlib.ft2font import FT2Font, LoadFlags
from matplotlib.text import Text
from matplotlib.transforms import Transform

SIZE: Final = 10.0
"""Size of labels and values, in points."""

SMALL: Final = 9.0
"""Size of axis numbers and notes, in points."""

LINE_PT: Final = 12.5
"""Distance between two lines of one label, in points."""

FAMILY: Final = (
    "system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans','Liberation Sans',Arial,'DejaVu Sans',sans-serif"
)
"""The typefaces of words in a drawing: those of the pages."""

BASELINE: Final = 0.36
"""How far the baseline lies below the middle of a line, in type sizes: half the height of a capital."""

_MEASURED_PT: Final = 100.0
_FOLDER = Path(mpl.get_data_path()) / "fonts" / "ttf"


@cache
def _font_file(bold: bool) -> str:
    return str(_FOLDER / ("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"))


@cache
def _face(bold: bool) -> FT2Font:
    """The typeface at the size in which it is measured, apart from the one that matplotlib draws with."""
    face = FT2Font(_font_file(bold))
    face.set_size(_MEASURED_PT, 72.0)
    return face


@cache
def font(size: float = SIZE, *, bold: bool = False) -> FontProperties:
    """The typeface of all figures at a size in points: the DejaVu Sans that comes with matplotlib."""
    return FontProperties(fname=_font_file(bold), size=size, weight="bold" if bold else "normal")


@cache
def _advance(character: str, bold: bool) -> float:
    """Width of a character in type sizes; a whole one where the typeface does not have it."""
    if not _face(bold).get_char_index(ord(character)):
        return 1.0
    glyph = _face(bold).load_char(ord(character), flags=LoadFlags.NO_HINTING)
    return float(glyph.linearHoriAdvance) / (65_536.0 * _MEASURED_PT)


def drawable(text: str) -> str:
    """Text on one line, in characters that the typeface has; others become a question mark.

    >>> drawable("Dinas  Kesehatan\\n☃ 中")
    'Dinas Kesehatan ☃ ?'
    """
    line = " ".join(text.split())
    return line if line.isascii() and line.isprintable() else "".join(map(_known, line))


@cache
def _known(character: str) -> str:
    has = character.isprintable() and _face(False).get_char_index(ord(character))
    return character if has else "?"


def text_width(text: str, size: float = SIZE, *, bold: bool = False) -> float:
    """Width of one line of text, in points.

    >>> round(text_width("nnnn"), 2)
    25.35
    """
    return size * sum(_advance(character, bold) for character in text)


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


class Words(Text):
    """Words at a place of a figure, their middle on it: one line, or several with ``LINE_PT`` between them.

    ``is_name`` marks a name as somebody else wrote it that was cut or changed to fit; it claims nothing.
    A renderer that keeps words as text (it has ``write_words``) is handed them without a layout; every other
    draws them as matplotlib draws text.
    """

    def __init__(
        self,
        x: float,
        y: float,
        text: str,
        *,
        color: str,
        transform: Transform,
        align: str = "left",
        size: float = SIZE,
        bold: bool = False,
    ) -> None:
        several = "\n" in text
        super().__init__(
            x,
            y,
            text,
            color=color,
            fontproperties=font(size, bold=bold),
            ha=align,
            va="center" if several else "center_baseline",
            linespacing=LINE_PT / size if several else 1.0,
            parse_math=False,
            transform=transform,
            clip_on=False,
            zorder=4.0,
        )
        self.bold = bold
        self.is_name = False

    def draw(self, renderer: Any) -> None:
        """Hand the words to the renderer."""
        write = getattr(renderer, "write_words", None)
        if write is None:
            super().draw(renderer)
        elif self.get_visible() and self.get_text().strip():
            write(self)
