"""Every question of the catalogue can be drawn, described, captioned and tabulated from real answers."""

from __future__ import annotations

import re
from functools import cache

import pytest

from asn_research.figures import alt_text, caption, draw
from asn_research.figures.figure import KINDS
from asn_research.findings.answer import answer_question
from asn_research.findings.catalogue import QUESTIONS, question
from asn_research.findings.finding import Finding
from asn_research.language import LANGUAGES, Language
from asn_research.tables import table_html
from asn_research.tables.kind import LAYOUTS
from tests.figures.test_figure import assert_tidy, texts_of
from tests.findings.world import FakeRegion, make_region

RAW_KEY = re.compile(r"\b(figure|finding|term|method|item|competency|wave|group)[.:]\w")
CASES = [
    *((q.id, "one_group") for q in QUESTIONS if q.follow is None),
    *((name, "waiting_list") for name in ("learning_gain", "competency_gains", "background_change")),
]


@cache
def region(design: str) -> FakeRegion:
    return make_region(design)


@cache
def answered(identifier: str, design: str) -> Finding:
    return answer_question(region(design), question(identifier))  # type: ignore[arg-type]


def test_every_question_names_known_kinds() -> None:
    assert {q.figure for q in QUESTIONS} <= {"", *KINDS}
    assert {q.table for q in QUESTIONS} <= {"", *LAYOUTS}


@pytest.mark.parametrize(("identifier", "design"), CASES)
def test_an_answer_is_drawn_tidily(identifier: str, design: str) -> None:
    figure = draw(answered(identifier, design), "id")
    if not question(identifier).figure:
        assert figure is None
        return
    assert figure is not None
    assert_tidy(figure)
    assert not any(RAW_KEY.search(text.get_text()) for text in texts_of(figure))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("identifier", "design"), CASES)
def test_an_answer_is_described_captioned_and_tabulated(
    identifier: str, design: str, language: Language
) -> None:
    finding = answered(identifier, design)
    words, title, table = (
        alt_text(finding, language),
        caption(finding, language),
        table_html(finding, language),
    )
    assert title != identifier
    assert title in table.replace("&#x27;", "'")
    assert bool(words) == bool(question(identifier).figure)
    for text in (words, title, table):
        assert text or text is words
        assert not RAW_KEY.search(text)
    assert not re.search(r"\d\.\d(?!\d\d)" if language == "id" else r"\d,\d(?!\d\d)", words)
