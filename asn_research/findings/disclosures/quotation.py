"""Quotations by rule: short, said under an agreed theme, and naming or placing nobody."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import pandas as pd

MAXIMUM_WORDS: Final = 25
_MINIMUM_WORDS: Final = 4

_POSTS: Final = frozenset(
    [
        "kepala", "wakil", "sekretaris", "bendahara", "camat", "lurah", "bupati", "walikota", "wali", "kadis",
        "kabid", "kabag", "kasi", "kasubag", "kasubbag", "asisten", "direktur", "ketua", "inspektur", "head",
        "secretary", "mayor", "director", "bapak", "ibu", "pak", "bu",
    ]
)  # fmt: skip
_WORD: Final = re.compile(r"[^\W\d_][\w'’-]*")
_SENTENCE_END: Final = re.compile(r"[.!?:;]\s*[\"“”']?\s*$")
_SHORT_WORD: Final = 4
_GENERAL: Final = frozenset(
    [
        "dinas", "badan", "kantor", "bagian", "bidang", "kecamatan", "kelurahan", "kabupaten", "daerah",
        "pelayanan", "layanan", "sekretariat",
    ]
)  # fmt: skip


def is_quotable(text: str, *, places: Iterable[str] = ()) -> bool:
    """Whether a text may be quoted.

    It may not when it is longer than 25 words, holds a number or a placeholder of scrubbed text, names a post
    that one person holds, has a capitalised word inside a sentence (a name, a place, a day), or names a unit.

    Parameters
    ----------
    text : str
        Free text, already scrubbed at intake.
    places : iterable of str
        Names of units and places that would tell where the speaker works.

    Examples
    --------
    >>> is_quotable("Waktunya terlalu sore, peserta sudah lelah.")
    True
    >>> is_quotable("Menurut Siti waktunya terlalu sore.")
    False
    """
    words = [(match.start(), match.group()) for match in _WORD.finditer(text)]
    if not _MINIMUM_WORDS <= len(text.split()) <= MAXIMUM_WORDS or re.search(r"[\d\[\]@<>“”]", text):
        return False
    folded = {word.casefold() for _, word in words}
    if folded & _POSTS or folded & _place_words(places):
        return False
    return not any(
        word[0].isupper() and start > 0 and not _SENTENCE_END.search(text[:start]) for start, word in words
    )


def choose_quotation(spoken: pd.DataFrame, *, places: Iterable[str] = ()) -> pd.Series[str] | None:
    """The quotation of a theme: said by most informants, then the shortest, then the first by alphabet.

    Parameters
    ----------
    spoken : DataFrame
        Excerpts of one theme with ``text``, ``role`` and ``interview_id``.

    Returns
    -------
    Series or None
        ``text`` and ``role``; None where nothing may be quoted.
    """
    named = tuple(places)
    kept = spoken[[is_quotable(str(text), places=named) for text in spoken["text"]]]
    if kept.empty:
        return None
    told = kept.groupby(["text", "role"])["interview_id"].nunique().reset_index(name="told")
    told["length"] = told["text"].str.len()
    ordered = told.sort_values(["told", "length", "text", "role"], ascending=[False, True, True, True])
    return ordered.iloc[0]


def _place_words(places: Iterable[str]) -> set[str]:
    """The telling words of unit names: ``Dinas Kesehatan`` gives ``kesehatan``."""
    words = {word.group().casefold() for place in places for word in _WORD.finditer(place)}
    return {word for word in words if len(word) > _SHORT_WORD} - _GENERAL
