"""Phrases inside texts: the longest ones that are found, whatever stands around them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from asn_research.contract.heading import read_lexicon
from asn_research.contract.phrase import Span, find_spans

WORD = st.sampled_from(["satu", "dua", "tiga"])
PHRASES = st.dictionaries(
    st.lists(WORD, min_size=1, max_size=4).map(tuple), st.sampled_from("xyz"), max_size=8
)


def test_a_phrase_inside_a_longer_one_is_no_find_of_its_own() -> None:
    phrases = {("tes",): "test", ("pre", "tes"): "pre", ("tes", "akhir"): "post"}
    assert find_spans("nilai pre tes akhir tes", phrases) == [
        Span(1, 3, "pre"), Span(2, 4, "post"), Span(4, 5, "test"),
    ]  # fmt: skip


@given(st.lists(WORD, max_size=12), PHRASES)
def test_what_is_found_is_everything_that_no_longer_find_holds(
    words: list[str], phrases: dict[tuple[str, ...], str]
) -> None:
    size = range(len(words) + 1)
    found = [
        Span(i, j, phrases[key])
        for i in size
        for j in size
        if i < j and (key := tuple(words[i:j])) in phrases
    ]
    whole = [span for span in found if not any(span.inside(other) for other in found)]
    assert find_spans(" ".join(words), phrases) == whole


def test_endless_texts_are_looked_through_in_no_time() -> None:
    assert read_lexicon().find_score("pre test " * 10_000) is not None
