"""Two groups before and after: the words and the drawing hold the numbers of the finding."""

from __future__ import annotations

import pytest

from asn_research.figures.comparison import describe_comparison, draw_comparison
from asn_research.findings.finding import Finding
from asn_research.language import LANGUAGES, format_number
from tests.figures.example import make_finding, sides
from tests.figures.test_figure import texts_of
from tests.findings.conftest import answer_one
from tests.findings.world import make_region


@pytest.fixture(scope="module")
def compared() -> Finding:
    return answer_one(make_region("matched"), "background_change")


def test_the_expected_score_is_that_before_and_the_change_of_the_compared() -> None:
    words = describe_comparison(
        make_finding(sides((57.8, 68.2), (58.6, 62.1)), question="background_change"), "en"
    )
    assert "the trained from 57.8 to 68.2, the compared from 58.6 to 62.1" in words
    assert "would have reached 61.3; the difference is +6.9 (+4.9 to +8.9)" in words  # 57.8 + (62.1 - 58.6)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_mean_of_the_finding_is_in_the_words_and_the_drawing(compared: Finding, language: str) -> None:
    figure = draw_comparison(compared, language)  # type: ignore[arg-type]
    assert figure is not None
    drawn = " ".join(text.get_text().replace("\n", " ") for text in texts_of(figure))
    words = describe_comparison(compared, language)  # type: ignore[arg-type]
    for row in compared.rows[:2]:
        before, after = (format_number(float(str(row[wave])), language) for wave in ("before", "after"))  # type: ignore[arg-type]
        assert before in words
        assert after in words
        assert after in drawn


def test_rows_agree_with_the_estimates(compared: Finding) -> None:
    for row in compared.rows[:2]:
        before, after, change = (float(str(row[name])) for name in ("before", "after", "estimate"))
        # a mean of differences and a difference of means
        assert after - before == pytest.approx(change, rel=1e-9, abs=1e-9)
        assert float(str(row["before_low"])) < before < float(str(row["before_high"]))


def test_a_group_that_may_not_be_shown_leaves_no_drawing() -> None:
    rows = list(sides((57.8, 68.2), (58.6, 62.1)))
    hidden = {**rows[1], "before": None, "after": None, "suppressed": True}
    for left in ((rows[0], hidden, rows[2]), rows[:2], ()):
        finding = make_finding(left, question="background_change")
        assert draw_comparison(finding, "id") is None
        assert describe_comparison(finding, "id") == ""
