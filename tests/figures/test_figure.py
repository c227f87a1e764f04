"""Every kind of figure: what it shows, what it says in words, and that it holds under hostile rows."""

from __future__ import annotations

import itertools
import re
import sys
import threading

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.text import Text

from asn_research.figures import style, to_svg
from asn_research.figures.chart import MAXIMUM_ROWS, axis_digits, nice_ticks
from asn_research.figures.figure import KINDS
from asn_research.findings.finding import Finding
from asn_research.language import LANGUAGES, Language
from tests.figures.example import (
    ALL_SUPPRESSED,
    EXAMPLES,
    HOSTILE,
    METHODS,
    NAN,
    UNITS,
    interval_row,
    make_finding,
)

TALLEST_INCHES = 9.7  # the height of an A4 page within its margins
LARGEST_BYTES = 40_000  # twenty of them, as base64, leave room in a report of 1.5 MB
_DPI = 288  # fine enough that hinting of the typeface does not move edges
_SLACK = 0.5 * _DPI / 72  # half a point; boxes of text reach a little beyond its ink


def texts_of(figure: Figure) -> list[Text]:
    found = [
        t for t in figure.findobj(Text) if isinstance(t, Text) and t.get_visible() and t.get_text().strip()
    ]
    bare = [axis for axes in figure.axes if not axes.axison for axis in (axes.xaxis, axes.yaxis)]
    unseen = [t for axis in bare for t in axis.findobj(Text)]
    return [t for t in found if t.figure is not None and t not in unseen]


def drawn(finding: Finding, kind: str, language: Language = "id") -> Figure:
    figure = KINDS[kind][0](finding, language)
    assert figure is not None
    return figure


def boxes_of(figure: Figure) -> list[PolyCollection]:
    return [d for d in figure.axes[0].collections if isinstance(d, PolyCollection)]


def corners_of(figure: Figure) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """The lower and the upper corner of every box, in numbers of the axes."""
    corners = [path.vertices for boxes in boxes_of(figure) for path in boxes.get_paths()]
    return [(tuple(c.min(axis=0)), tuple(c.max(axis=0))) for c in corners]


def assert_tidy(figure: Figure) -> None:
    """No text is cut, small, in another typeface, or on top of another."""
    figure.set_dpi(_DPI)
    canvas = FigureCanvasAgg(figure)
    figure.draw_without_rendering()
    boxes = []
    for text in texts_of(figure):
        box = text.get_window_extent(canvas.get_renderer())
        if box.width == 0 or not _shown(text):
            continue
        assert box.x0 >= -_SLACK, text
        assert box.y0 >= -_SLACK, text
        assert box.x1 <= figure.bbox.width + _SLACK, text
        assert box.y1 <= figure.bbox.height + _SLACK, text
        assert text.get_fontsize() >= style.SMALL
        assert "DejaVuSans" in str(text.get_fontproperties().get_file())
        boxes.append((text, box))
    for (first, a), (second, b) in itertools.combinations(boxes, 2):
        across = min(a.x1, b.x1) - max(a.x0, b.x0)
        down = min(a.y1, b.y1) - max(a.y0, b.y0)
        assert across <= 2 * _SLACK or down <= 5 * _SLACK, (first, second)


def _shown(text: Text) -> bool:
    """Tick labels outside the axis are made but never drawn."""
    axes = text.axes
    if axes is None or text not in [*axes.get_xticklabels(), *axes.get_yticklabels()]:
        return True
    low, high = sorted(axes.get_xlim()) if text in axes.get_xticklabels() else sorted(axes.get_ylim())
    place = text.get_position()[0 if text in axes.get_xticklabels() else 1]
    return bool(low <= place <= high)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_figure_is_tidy_and_described(kind: str, language: Language) -> None:
    finding = EXAMPLES[kind]
    figure = drawn(finding, kind, language)
    assert figure.get_figwidth() <= 5.4
    assert_tidy(figure)
    assert len(to_svg(figure)) < LARGEST_BYTES
    words = KINDS[kind][1](finding, language)
    assert 1 <= len(re.findall(r"[.] |[.]$", words)) <= 3
    assert re.search(r"\d", words)
    assert "figure." not in words
    assert not re.search(r"\d\.\d(?!\d\d)" if language == "id" else r"\d,\d(?!\d\d)", words)


@pytest.mark.parametrize("kind", KINDS)
def test_the_two_languages_differ(kind: str) -> None:
    assert KINDS[kind][1](EXAMPLES[kind], "id") != KINDS[kind][1](EXAMPLES[kind], "en")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rows", [(), ALL_SUPPRESSED])
def test_nothing_to_show_is_no_figure_and_no_words(kind: str, rows: tuple[object, ...]) -> None:
    finding = make_finding(rows)  # type: ignore[arg-type]
    assert KINDS[kind][0](finding, "id") is None
    assert KINDS[kind][1](finding, "id") == ""


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_rows_still_make_a_tidy_figure(name: str) -> None:
    kind, finding = HOSTILE[name]
    figure = drawn(finding, kind)
    assert_tidy(figure)
    assert figure.get_figheight() <= TALLEST_INCHES


def test_words_name_the_extremes_the_headline_and_the_people() -> None:
    words = KINDS["interval"][1](make_finding(METHODS), "id")
    assert "tertinggi Praktik +12,6 (+10,4 sampai +14,8)" in words
    assert "terendah Ceramah +5,2" in words
    assert "+8,4 (+6,9 sampai +9,9); 151 orang" in words
    words = KINDS["interval"][1](make_finding(METHODS), "en")
    assert "highest Practice +12.6 (+10.4 to +14.8)" in words


def test_words_say_how_many_rows_are_withheld_but_not_which_number() -> None:
    words = KINDS["share"][1](make_finding(UNITS, unit="share"), "id")
    assert words.endswith("Tidak ditampilkan agar tidak seorang pun dapat dikenali: 1.")
    assert "RSUD" not in words


def test_a_method_has_the_same_colour_in_every_kind_of_figure() -> None:
    shares = [
        {"label_code": f"method:{c}", "share": 0.5, "n": 20, "total": 40} for c in ("practice", "online")
    ]
    bars = boxes_of(drawn(make_finding(shares, unit="share"), "share"))[-1]
    dots = drawn(make_finding([METHODS[3]]), "interval").axes[0].collections[-1]
    assert tuple(bars.get_facecolor()[0]) == tuple(dots.get_facecolor()[0])


def test_an_interval_is_as_long_as_its_numbers() -> None:
    drawings = drawn(make_finding(METHODS), "interval").axes[0].collections
    lines = [line for d in drawings if isinstance(d, LineCollection) for line in d.get_segments()]
    ends = [tuple(line[:, 0]) for line in lines]
    for row in METHODS:
        assert (row["conf_low"], row["conf_high"]) in ends


def test_a_row_without_interval_is_hollow_and_says_so() -> None:
    rows = [*METHODS, interval_row("RSUD", 3.0, NAN)]
    figure = drawn(make_finding(rows), "interval")
    faces = figure.axes[0].collections[-1].get_facecolor()
    assert tuple(faces[-1]) == (1.0, 1.0, 1.0, 1.0)
    assert any("Lingkaran kosong" in text.get_text() for text in texts_of(figure))


def test_of_many_rows_the_extremes_are_drawn_in_their_order() -> None:
    rows = [interval_row(f"Unit {i}", float(i), 1.0) for i in range(60)]
    figure = drawn(make_finding(rows), "interval")
    names = [t.get_text() for t in texts_of(figure) if t.get_text().startswith("Unit")]
    assert names == [f"Unit {i}" for i in [*range(15), *range(45, 60)]]
    assert len(names) == MAXIMUM_ROWS
    assert any("30 dari 60" in text.get_text() for text in texts_of(figure))


def test_the_mean_of_many_rows_is_always_drawn() -> None:
    rows = [interval_row(f"Unit {i}", float(i), 1.0) for i in range(60)]
    rows.insert(30, interval_row("Semua unit", 30.0, 1.0, role="pooled"))
    names = [t.get_text() for t in texts_of(drawn(make_finding(rows), "interval"))]
    assert "Semua unit" in names
    assert [n for n in names if n.startswith("Unit")] == [f"Unit {i}" for i in [*range(15), *range(46, 60)]]


def test_likert_bars_hold_every_answer_and_meet_in_the_middle() -> None:
    figure = drawn(EXAMPLES["likert"], "likert")
    by_row: dict[float, list[tuple[float, float]]] = {}
    for (x, y), (right, top) in corners_of(figure):
        if top - y == pytest.approx(16.0, rel=1e-9, abs=0):
            by_row.setdefault(round(y, 3), []).append((x, right - x))
    for parts in by_row.values():
        assert sum(width for _, width in parts) == pytest.approx(1.0, rel=1e-9, abs=1e-9)
        for (x, width), (following, _) in itertools.pairwise(sorted(parts)):
            assert x + width == pytest.approx(following, rel=0, abs=1e-9)
    first = sorted(by_row[min(by_row)])
    assert first[0][0] == pytest.approx(-(0.03 + 0.12 / 2), rel=0, abs=1e-9)


def test_distribution_areas_are_shares_whatever_the_width_of_bins() -> None:
    rows = [
        {"series": "wave:pre", "bin_low": 0.0, "bin_high": 50.0, "count": 20, "share": 0.5},
        {"series": "wave:pre", "bin_low": 50.0, "bin_high": 60.0, "count": 20, "share": 0.5},
    ]
    finding = make_finding(rows, **{"mean_wave:pre": 42.0})
    figure = drawn(finding, "distribution")
    outline = figure.axes[0].patches[0].get_path().vertices
    assert outline[:, 1].max() == pytest.approx(0.5, rel=1e-9, abs=0)
    assert 0.1 in [pytest.approx(y, rel=1e-9, abs=0) for y in outline[:, 1]]


def test_drawing_in_threads_gives_the_same_bytes_and_opens_no_window() -> None:
    expected = {kind: to_svg(drawn(finding, kind)) for kind, finding in EXAMPLES.items()}
    found: list[tuple[str, bytes]] = []

    def work(kind: str) -> None:
        found.append((kind, to_svg(drawn(EXAMPLES[kind], kind))))

    threads = [threading.Thread(target=work, args=(kind,)) for kind in ("interval", "share", "likert") * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert all(expected[kind] == svg for kind, svg in found)
    assert sys.modules["matplotlib.pyplot"].get_fignums() == []


@pytest.mark.parametrize(("low", "high"), [(0, 1), (-3.2, 14.7), (0.31, 0.34), (-1e-6, 1e-6), (99, 12345)])
def test_ticks_are_few_round_and_inside(low: float, high: float) -> None:
    ticks = nice_ticks(low, high)
    assert 2 <= len(ticks) <= 5
    assert all(low - 1e-9 <= tick <= high + 1e-9 for tick in ticks)


def test_axis_digits_tell_ticks_apart() -> None:
    assert axis_digits([0.0, 0.25, 0.5], "share") == 0
    assert axis_digits([0.0, 2.5, 5.0], "points") == 1
