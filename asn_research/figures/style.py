"""One look for every figure: size, type and colours.

Nothing here touches matplotlib's or pyplot's global state.
"""

from __future__ import annotations

from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

from asn_research.figures.bare import BareAxes
from asn_research.figures.lettering import LINE_PT, SIZE, SMALL, drawable, font, text_width, wrap
from asn_research.figures.svg import to_svg

__all__ = [
    "ACCENT", "AFTER", "BEFORE", "DARK", "FLAG", "GRID", "INK", "LIKERT", "LIKERT_INK", "LINE_PT",
    "METHOD_COLORS", "MUTED", "PAPER", "QUIET", "SIZE", "SMALL", "TRACK", "WIDTH_PT", "code_color",
    "dark_rules", "drawable", "finish", "font", "method_color", "new_figure", "text_width", "to_svg", "wrap",
]  # fmt: skip

WIDTH_PT: Final = 360.0
"""Width of every figure in points (5 inches): 10-point text stays above 9 pixels on a 350-pixel phone."""

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
BEFORE: Final = "#87939D"
AFTER: Final = ACCENT
FLAG: Final = "#A6481E"
LIKERT: Final = ("#A6481E", "#E9B189", "#D2D7DB", "#8DBBD9", "#1F5F8B")
LIKERT_INK: Final = (PAPER, INK, INK, INK, PAPER)

DARK: Final[dict[str, str]] = {
    INK: "#E6EBEF",
    MUTED: "#A3B0BA",
    GRID: "#2E3841",
    TRACK: "#232C34",
    PAPER: "#12181D",
    ACCENT: "#79B8E3",
    QUIET: "#8D9AA5",
    BEFORE: "#6F7C87",
    FLAG: "#F0905F",
    LIKERT[1]: "#8A4B2B",
    LIKERT[2]: "#46515A",
    LIKERT[3]: "#2C5F83",
    METHOD_COLORS["lecture"]: "#7CACCA",
    METHOD_COLORS["discussion"]: "#C9D861",
    METHOD_COLORS["simulation"]: "#E2828F",
    METHOD_COLORS["practice"]: "#71E1D0",
    METHOD_COLORS["seminar"]: "#B94C4D",
    METHOD_COLORS["workshop"]: "#939231",
    METHOD_COLORS["classroom"]: "#775FC1",
    METHOD_COLORS["mentoring"]: "#B2A1FE",
    METHOD_COLORS["online"]: "#985D80",
    METHOD_COLORS["blended"]: "#F0C89B",
}
"""What each colour becomes on dark pages: of the same family, and apart by the same rule."""


def method_color(code: str) -> str:
    """The colour of a training method: the same in every figure of every region.

    >>> method_color("method:lecture") == method_color("lecture")
    True
    """
    return METHOD_COLORS.get(code.removeprefix("method:"), ACCENT)


def code_color(code: str) -> str:
    """The colour of a row by its code: the method's own colour, the accent for everything else."""
    return method_color(code) if code.startswith("method:") and " " not in code else ACCENT


def dark_rules(scope: str) -> str:
    """Style rules that show the drawings inside ``scope`` in the colours of a dark page.

    Drawings keep their light colours as attributes, which any rule overrides: one drawing serves both grounds
    and paper, and stands alone wherever it is copied to.

    >>> dark_rules("figure").split("}")[0]
    'figure [fill="#1f2a33"]{fill:#e6ebef'
    """
    return "".join(
        f'{scope} [{name}="{light.lower()}"]{{{name}:{dark.lower()}}}'
        for light, dark in DARK.items()
        for name in ("fill", "stroke")
    )


def new_figure(
    height_pt: float, *, left: float, right: float, top: float, bottom: float, bare: bool = False
) -> tuple[Figure, Axes]:
    """A figure of the common width with one axes; all margins in points.

    ``bare`` axes have no ticks, no frame and no background: what the figure writes and rules itself costs a
    tenth of what matplotlib's axes cost.
    """
    figure = Figure(figsize=(WIDTH_PT / 72, height_pt / 72), dpi=72, facecolor=PAPER)
    width, height = (WIDTH_PT - left - right) / WIDTH_PT, (height_pt - top - bottom) / height_pt
    place = (left / WIDTH_PT, bottom / height_pt, width, height)
    if bare:
        bare_axes = BareAxes(figure, place, facecolor="none")
        return figure, figure.add_axes(bare_axes)
    axes = figure.add_axes(place, facecolor="none")
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
