"""Drawings as SVG: true to the figure, the same bytes, words as words, nothing a stranger wrote as markup."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.text import Text

from asn_research.figures import style, to_svg
from asn_research.figures.figure import KINDS
from asn_research.figures.lettering import LINE_PT, Words
from tests.figures.example import EXAMPLES, interval_row, make_finding

NAMESPACE = "{http://www.w3.org/2000/svg}"


def blank(*, bare: bool = True) -> tuple[Figure, mpl.axes.Axes]:
    """A figure of 360 by 100 points whose axes reach from 20 to 340 across and from 20 to 90 up."""
    figure, axes = style.new_figure(100, left=20, right=20, top=10, bottom=20, bare=bare)
    axes.set(xlim=(0, 1), ylim=(0, 1))
    return figure, axes


def elements(figure: Figure, tag: str) -> list[ElementTree.Element]:
    root = ElementTree.fromstring(to_svg(figure))  # noqa: S314  (our own bytes)
    return list(root.iter(NAMESPACE + tag))


def write(figure: Figure, text: str, **options: object) -> None:
    words = Words(0.5, 0.5, text, color=style.INK, transform=figure.transFigure, **options)  # type: ignore[arg-type]
    figure.add_artist(words)


def test_same_figure_same_bytes_and_no_trace_of_clock_or_settings() -> None:
    def draw() -> bytes:
        figure, axes = blank(bare=False)
        axes.plot([0, 1], [0, 1])
        axes.text(0.5, 0.5, "$x^2$ & <b>")
        return to_svg(style.finish(figure))

    before = dict(mpl.rcParams)
    first, second = draw(), draw()
    assert first == second
    assert b"metadata" not in first
    assert b" id=" not in first
    assert dict(mpl.rcParams) == before


def test_the_resolution_of_a_figure_changes_neither_the_drawing_nor_itself() -> None:
    figure, axes = blank()
    axes.plot([0, 1], [0, 1])
    first = to_svg(figure)
    figure.set_dpi(200)
    assert to_svg(figure) == first
    assert figure.dpi == 200


def test_what_strangers_wrote_is_text_and_never_markup() -> None:
    hostile = "Dinas --> <script>alert(1)</script> ]]> &amp; \" ' $x$"
    figure, axes = blank()
    write(figure, hostile)
    axes.text(0.2, 0.2, hostile, parse_math=False)
    assert [element.text for element in elements(figure, "text")] == [hostile, hostile]
    assert not elements(figure, "script")


@pytest.mark.parametrize("kind", KINDS)
def test_every_word_of_a_figure_is_in_its_drawing(kind: str) -> None:
    figure = KINDS[kind][0](EXAMPLES[kind], "id")
    assert figure is not None
    written = ["".join(element.itertext()) for element in elements(figure, "text")]
    words = [t.get_text().replace("\n", " ") for t in figure.findobj(Words) if isinstance(t, Text)]
    assert words
    assert {word for word in words if word.strip()} <= set(written)


def test_places_in_the_drawing_are_those_of_the_figure() -> None:
    figure, axes = blank()
    axes.add_collection(LineCollection([((0.0, 0.0), (1.0, 0.5))], colors="#ff0000", linewidths=2))
    line = next(e for e in elements(figure, "path") if e.get("stroke") == "#ff0000")
    assert line.get("d") == "M20 80L340 45"  # 20 points from left and bottom of 100; half of 70 points up
    assert line.get("stroke-width") == "2"


def test_a_dot_is_one_circle_in_its_place() -> None:
    figure, axes = blank()
    axes.plot([0.5], [0.5], "o", color="#00ff00", markersize=8, markeredgewidth=0)
    (dot,) = elements(figure, "circle")
    assert (dot.get("cx"), dot.get("cy"), dot.get("r"), dot.get("fill")) == ("180", "45", "4", "#00ff00")


def test_lines_of_a_label_are_one_text_around_its_place() -> None:
    figure, _ = blank()
    write(figure, "Dinas Kesehatan\ndan Keluarga", size=10.0)
    (label,) = elements(figure, "text")
    assert "".join(label.itertext()) == "Dinas Kesehatan dan Keluarga"
    (second,) = label
    assert float(second.get("dy", 0)) == LINE_PT
    middle_of_first = float(label.get("y", 0)) - 3.6  # half the height of a capital of 10 points
    assert middle_of_first + LINE_PT / 2 == pytest.approx(50.0, rel=0, abs=0.01)


@pytest.mark.parametrize(("align", "anchor"), [("left", None), ("center", "middle"), ("right", "end")])
@pytest.mark.parametrize("plain", [False, True])
def test_words_keep_their_anchor_whatever_the_typeface(align: str, anchor: str | None, plain: bool) -> None:
    figure, axes = blank()
    if plain:
        axes.text(0.5, 0.5, "A", ha=align)
    else:
        write(figure, "A", align=align)
    (text,) = elements(figure, "text")
    assert text.get("text-anchor") == anchor
    assert text.get("x") == "180"


def test_nothing_is_drawn_outside_the_axes_it_belongs_to() -> None:
    figure, axes = blank()
    axes.plot([-5, 5], [0.5, 0.5], color="#123456")
    axes.axvspan(-3, 0.5, color="#654321", linewidth=0)
    for element in elements(figure, "path"):
        if element.get("stroke") == "#123456" or element.get("fill") == "#654321":
            xs = [float(x) for x in re.findall(r"[ML](-?[\d.]+) ", element.get("d", ""))]
            assert min(xs) >= 19.0
            assert max(xs) <= 341.0


def test_missing_places_are_left_out() -> None:
    figure, axes = blank()
    axes.plot([0, 0.5, np.nan, 1], [0, 0.5, 0.5, np.nan], color="#123456")
    (line,) = (e for e in elements(figure, "path") if e.get("stroke") == "#123456")
    assert line.get("d") == "M20 80L180 45"


def test_a_dashed_and_a_pale_line_stay_so() -> None:
    figure, axes = blank()
    axes.plot([0, 1], [0, 1], color="#123456", alpha=0.5, linestyle=(0, (4, 2)), linewidth=2)
    (line,) = (e for e in elements(figure, "path") if e.get("stroke") == "#123456")
    assert line.get("stroke-dasharray") == "8 4"  # in line widths
    assert line.get("stroke-opacity") == "0.5"


def test_a_name_that_was_cut_to_fit_is_marked_as_a_name_and_a_whole_one_is_not() -> None:
    long = "Unit Pelaksana Teknis " * 9 + "Berdampak"
    figure = KINDS["interval"][0](make_finding([interval_row(long, 1, 1), interval_row("RSUD", 2, 1)]), "id")
    assert figure is not None
    cut = [element for element in elements(figure, "text") if element.get("data-claims")]
    assert len(cut) == 1
    assert "".join(cut[0].itertext()).endswith("…")


def test_the_text_of_a_drawing_can_be_read_alone() -> None:
    figure = KINDS["interval"][0](EXAMPLES["interval"], "id")
    assert figure is not None
    alone = re.sub(r"<[^>]+>", "", to_svg(figure).decode()).split()
    assert "Ceramah" in alone
