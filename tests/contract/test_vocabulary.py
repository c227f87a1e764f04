"""Terms: every label leads back to its code, and nothing is guessed."""

from __future__ import annotations

import difflib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asn_research.contract.column import TABLES, Kind
from asn_research.contract.vocabulary import fold, nearest, read_vocabulary
from asn_research.errors import InputError

NAMES = sorted({c.terms for t in TABLES.values() for c in t.columns if c.terms})


@pytest.mark.parametrize("name", NAMES)
def test_codes_and_labels_lead_back_to_their_code(name: str) -> None:
    vocabulary = read_vocabulary(name)
    for code, label in vocabulary.labels.items():
        assert vocabulary.find(code) == vocabulary.find(label.id) == vocabulary.find(label.en) == code


@pytest.mark.parametrize(
    ("name", "spelling", "code"),
    [
        ("method", "CERAMAH ", "lecture"),
        ("method", "Diskusi Kelompok", "discussion"),
        ("method", "proyek kecil", "practice"),
        ("method", "tatap\u00a0muka", "classroom"),
        ("employment", "P3K", "PPPK"),
        ("grade", "IIIc", "III/c"),
        ("sex", "Lk.", "male"),
        ("wave", "Pre-Test", "pre"),
        ("expectation", "Dibawah Ekspektasi", "below"),
        ("education", "S.1", "s1"),
    ],
)
def test_spellings_of_offices_are_known(name: str, spelling: str, code: str) -> None:
    assert read_vocabulary(name).find(spelling) == code


@given(st.text(max_size=20))
def test_unknown_words_are_not_guessed(text: str) -> None:
    vocabulary = read_vocabulary("method")
    assert vocabulary.find(text) in {None, vocabulary.spellings.get(fold(text))}
    assert vocabulary.find("x" + fold(text) + "q") is None


@given(st.text(max_size=30))
def test_folding_is_idempotent(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_nearest_is_close_or_nothing() -> None:
    assert nearest("lecturre", ["lecture", "seminar"]) == "lecture"
    assert nearest("zzz", ["lecture", "seminar"]) is None


@pytest.mark.parametrize("word", ["kktakt", "citrbk", "dinr", "disskusi klompok", "praktik", "", "zzz"])
def test_nearest_leaves_nothing_out_that_the_slower_comparison_finds(word: str) -> None:
    known = {"kota", "city", "dinas", *read_vocabulary("method").spellings}
    slow = difflib.get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    assert nearest(word, known) == (slow[0] if slow else None)


def test_unknown_vocabulary_is_an_error() -> None:
    with pytest.raises(InputError, match="method"):
        read_vocabulary("methods")


def test_every_column_has_both_labels_and_terms_where_controlled() -> None:
    for table in TABLES.values():
        for column in table.columns:
            assert column.label.id
            assert column.label.en
            assert (column.kind is Kind.TERM) == (column.terms is not None)
        assert set(table.key) <= set(table.names)
