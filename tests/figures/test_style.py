"""The look: colours that everybody can tell apart, text that everybody can read, the same bytes."""

from __future__ import annotations

import itertools

import pytest

from asn_research.contract.vocabulary import read_vocabulary
from asn_research.figures import style
from tests.figures.vision import contrast, nearest_pair

SEEN_APART = 20.0  # CIELAB; about 2.3 is just noticeable, 10 is clear side by side, 20 is clear apart
NEIGHBOURS_APART = 15.0  # segments of one bar touch and carry their numbers
TEXT_CONTRAST = 4.5  # WCAG 2, 1.4.3
SHAPE_CONTRAST = 3.0  # WCAG 2, 1.4.11


def test_the_measure_of_contrast_agrees_with_its_definition() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21.0, rel=1e-6, abs=1e-6)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, rel=0, abs=0.01)  # the known near miss


def test_the_measure_of_distance_sees_what_red_green_blindness_hides() -> None:
    distance, sight, *_ = nearest_pair(["#B07A00", "#6F8F00"])
    assert distance < SEEN_APART
    assert sight in ("protanopia", "deuteranopia")


def test_every_method_has_its_own_colour_for_every_sight() -> None:
    assert set(style.METHOD_COLORS) == set(read_vocabulary("method").codes)
    distance, sight, first, second = nearest_pair(list(style.METHOD_COLORS.values()))
    assert distance >= SEEN_APART, (sight, first, second)


@pytest.mark.parametrize("color", [*style.METHOD_COLORS.values(), style.ACCENT, style.FLAG, style.QUIET])
def test_marks_stand_out_from_the_paper(color: str) -> None:
    assert contrast(color, style.PAPER) >= SHAPE_CONTRAST


@pytest.mark.parametrize("color", [style.INK, style.MUTED, style.ACCENT, style.FLAG])
def test_text_stands_out_from_the_paper(color: str) -> None:
    assert contrast(color, style.PAPER) >= TEXT_CONTRAST


def test_answers_can_be_told_from_their_neighbours_and_read() -> None:
    for first, second in itertools.pairwise(style.LIKERT):
        assert nearest_pair([first, second])[0] >= NEIGHBOURS_APART
    for color, ink in zip(style.LIKERT, style.LIKERT_INK, strict=True):
        assert contrast(color, ink) >= TEXT_CONTRAST


def test_flagged_plain_and_quiet_marks_can_be_told_apart() -> None:
    assert nearest_pair([style.ACCENT, style.FLAG, style.QUIET])[0] >= SEEN_APART
    assert nearest_pair([style.BEFORE, style.AFTER])[0] >= SEEN_APART


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
