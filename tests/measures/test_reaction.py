"""Reactions: scales, favourable answers, and answers that belong to no known course."""

from __future__ import annotations

import pandas as pd
import pytest

from asn_research.errors import InputError
from asn_research.measures.reaction import measure_item_scores, measure_reactions, measure_satisfaction

COURSES = pd.DataFrame({"course_id": ["k"], "title": ["Etika"], "method": ["lecture"]})


def tables(rows: list[tuple[str, str, str, int]]) -> dict[str, pd.DataFrame]:
    answers = pd.DataFrame(rows, columns=["respondent_id", "course_id", "item", "response"])
    return {"reactions": answers.astype({"response": "Int64"}), "courses": COURSES}


def test_favourable_starts_at_four() -> None:
    found = measure_reactions(tables([("a", "k", "material", r) for r in (1, 3, 4, 5)]))
    assert found["favourable"].tolist() == [False, False, True, True]


def test_the_scale_is_the_mean_of_its_items_when_half_are_answered() -> None:
    rows = [
        ("a", "k", item, r) for item, r in (("material", 4), ("speaker", 5), ("method", 3), ("facilities", 4))
    ]
    rows += [("b", "k", "material", 2), ("b", "k", "relevance", 5)]
    rows += [("c", "k", "material", 2), ("c", "k", "speaker", 4)]
    found = measure_satisfaction(tables(rows)).set_index("respondent_id")["satisfaction"]
    assert found["a"] == 4.0
    assert pd.isna(found["b"])
    assert found["c"] == 3.0


def test_answers_about_an_unknown_course_are_kept() -> None:
    found = measure_item_scores(tables([("a", "gone", "material", 4), ("b", "k", "material", 2)]))
    assert found["respondent_id"].tolist() == ["a", "b"]
    assert pd.isna(found.loc[0, "title"])


def test_missing_tables_are_named() -> None:
    with pytest.raises(InputError, match="reactions"):
        measure_reactions({"courses": COURSES})
