"""The look: colours that everybody can tell apart, text that everybody can read, the same bytes."""

from __future__ import annotations

import itertools
import re

import pytest

from asn_research.contract.vocabulary import read_vocabulary
from asn_research.figures import style
from asn_research.reports.pages import page
from tests.figures.vision import contrast, hue_apart, nearest_pair

SEEN_APART = 20.0  # CIELAB; about 2.3 is just noticeable, 10 is clear side by side, 20 is clear apart
NEIGHBOURS_APART = 15.0  # segments of one bar touch and carry their numbers
TEXT_CONTRAST = 4.5  # WCAG 2, 1.4.3
SHAPE_CONTRAST = 3.0  # WCAG 2, 1.4.11
SAME_FAMILY = 25.0  # degrees of hue in CIELAB


def test_the_measure_of_contrast_agrees_with_its_definition() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21.0, rel=1e-6, abs=1e-6)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, rel=0, abs=0.01)  # the known near miss


def test_the_measure_of_distance_sees_what_red_green_blindness_hides() -> None:
    distance, sight, *_ = nearest_pair(["#B07A00", "#6F8F00"])
    assert distance < SEEN_APART
    assert sight in ("protanopia", "deuteranopia")


LIGHT = {color: color for color in style.DARK}
GROUNDS = pytest.mark.parametrize("shown", [LIGHT, style.DARK], ids=["light", "dark"])


@GROUNDS
def test_every_method_has_its_own_colour_for_every_sight(shown: dict[str, str]) -> None:
    assert set(style.METHOD_COLORS) == set(read_vocabulary("method").codes)
    distance, sight, first, second = nearest_pair([shown[c] for c in style.METHOD_COLORS.values()])
    assert distance >= SEEN_APART, (sight, first, second)


@GROUNDS
@pytest.mark.parametrize(
    "color", [*style.METHOD_COLORS.values(), style.ACCENT, style.FLAG, style.QUIET, style.BEFORE]
)
def test_marks_stand_out_from_the_paper(color: str, shown: dict[str, str]) -> None:
    assert contrast(shown[color], shown[style.PAPER]) >= SHAPE_CONTRAST


@GROUNDS
@pytest.mark.parametrize("color", [style.INK, style.MUTED, style.ACCENT, style.FLAG])
def test_text_stands_out_from_the_paper(color: str, shown: dict[str, str]) -> None:
    assert contrast(shown[color], shown[style.PAPER]) >= TEXT_CONTRAST


@GROUNDS
def test_answers_can_be_told_from_their_neighbours_and_read(shown: dict[str, str]) -> None:
    for first, second in itertools.pairwise(style.LIKERT):
        assert nearest_pair([shown[first], shown[second]])[0] >= NEIGHBOURS_APART
    for color, ink in zip(style.LIKERT, style.LIKERT_INK, strict=True):
        assert contrast(shown[color], shown[ink]) >= TEXT_CONTRAST


@GROUNDS
def test_flagged_plain_and_quiet_marks_can_be_told_apart(shown: dict[str, str]) -> None:
    assert nearest_pair([shown[c] for c in (style.ACCENT, style.FLAG, style.QUIET)])[0] >= SEEN_APART
    assert nearest_pair([shown[c] for c in (style.BEFORE, style.AFTER)])[0] >= SEEN_APART


@pytest.mark.parametrize("method", style.METHOD_COLORS)
def test_a_method_keeps_its_colour_family_on_a_dark_page(method: str) -> None:
    light = style.METHOD_COLORS[method]
    assert hue_apart(light, style.DARK[light]) <= SAME_FAMILY


def test_every_colour_that_is_drawn_has_a_dark_one_and_the_page_shares_them() -> None:
    named = {style.INK, style.MUTED, style.GRID, style.TRACK, style.PAPER, style.ACCENT, style.QUIET}
    drawn = named | {style.BEFORE, style.AFTER, style.FLAG, *style.LIKERT, *style.METHOD_COLORS.values()}
    assert drawn == set(style.DARK)
    rules = style.dark_rules("svg")
    assert all(f'[fill="{c.lower()}"]{{fill:{style.DARK[c].lower()}}}' in rules for c in drawn)
    light, _, dark = page.style().partition("prefers-color-scheme: dark")
    for name, color in {"ink": style.INK, "muted": style.MUTED, "accent": style.ACCENT}.items():
        assert f"--{name}: {color.lower()};" in light
        assert f"--{name}: {style.DARK[color].lower()};" in dark


PAIRS = (
    ("ink", "paper"), ("muted", "paper"), ("accent", "paper"), ("soft", "paper"), ("ink", "wash"),
    ("muted", "wash"), ("accent", "wash"), ("accent", "accent-wash"), ("ink", "accent-wash"),
    ("warn-ink", "warn-wash"), ("ink", "warn-wash"), ("stop-ink", "stop-wash"), ("ink", "good-wash"),
    ("paper", "muted"), ("code-word", "wash"), ("code-text", "wash"),
)  # fmt: skip


@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_every_text_of_a_page_can_be_read_on_its_ground(text: str, ground: str) -> None:
    for colors in page_colors():
        assert contrast(colors[text], colors[ground]) >= TEXT_CONTRAST


def test_the_outline_of_the_focus_is_seen() -> None:
    for colors in page_colors():
        assert contrast(colors["focus"], colors["paper"]) >= SHAPE_CONTRAST


def page_colors() -> list[dict[str, str]]:
    """The colours of pages by name, light and dark."""
    blocks = re.findall(r":root \{(.*?)\}", page.style(), re.DOTALL)[:2]
    found = [dict(re.findall(r"--([a-z-]+): (#(?:[0-9a-f]{3}|[0-9a-f]{6}));", block)) for block in blocks]
    assert found[0].keys() == found[1].keys()
    return [{name: _long(color) for name, color in colors.items()} for colors in found]


def _long(color: str) -> str:
    return color if len(color) == 7 else "#" + "".join(2 * digit for digit in color[1:])


def test_wrapped_lines_fit_and_keep_every_word() -> None:
    text = "Dinas Penanaman Modal, Pelayanan Terpadu Satu Pintu dan Tenaga Kerja"
    lines = style.wrap(text, 120, lines=6)
    assert " ".join(lines) == text
    assert all(style.text_width(line) <= 120 for line in lines)


@pytest.mark.parametrize(
    "text", ["Pemberdayaan" * 8, "satu dua tiga empat lima enam tujuh delapan", "  ", ""]
)
def test_what_does_not_fit_is_cut_visibly(text: str) -> None:
    lines = style.wrap(text, 60, lines=2)
    assert 1 <= len(lines) <= 2
    assert all(style.text_width(line) <= 60 for line in lines)
    if text.strip():
        assert lines[-1].endswith("…")


def test_what_the_typeface_lacks_has_a_width_too() -> None:
    assert style.text_width("a\t中") > style.text_width("a") + 15.0


def test_text_is_drawn_on_one_line_in_known_characters() -> None:
    assert style.drawable("a\n\tb\u0007\u200b 中 é") == "a b?? ? é"
