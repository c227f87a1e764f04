"""Words of headings: abbreviations written out, and words of one meaning made one."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from asn_research.contract.vocabulary import fold

Words = tuple[str, ...]

_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_REFUSED = re.compile(r"^[(\[]\W*(?:tidak|belum|bukan|non|tanpa|not)\b", re.IGNORECASE)
_NUMBERING = re.compile(r"^\s*(?:\d{1,2}|[a-zA-Z]|(?:[a-zA-Z]{1,3}\d{1,3}){1,3}[a-zA-Z]?)\s*[.):]\s+")


@cache
def read_headers() -> Mapping[str, Any]:
    """The content of headers.toml."""
    text = files("asn_research.contract").joinpath("headers.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def _abbreviations() -> dict[str, str]:
    return {short: word for word, shorts in read_headers()["words"]["short"].items() for short in shorts}


@cache
def _same_words() -> dict[str, str]:
    return {other: word for word, others in read_headers()["words"]["same"].items() for other in others}


@cache
def _small_words() -> frozenset[str]:
    return frozenset(read_headers()["words"]["small"]["words"])


@cache
def _modifiers() -> frozenset[str]:
    return frozenset(read_headers()["words"]["modifiers"]["words"])


@lru_cache(maxsize=100_000)
def spell_out(text: str) -> str:
    """Folded text with its abbreviations written out.

    >>> spell_out("Tgl. Mulai"), spell_out("Nilai Sblm")
    ('tanggal mulai', 'nilai sebelum')
    """
    short = _abbreviations()
    return " ".join([short.get(word, word) for word in fold(text.replace("%", " persen ")).split()])


@cache
def heading_forms(heading: str) -> tuple[str, ...]:
    """The forms of a heading, spelt out: whole, without brackets, without its numbering."""
    plain = _NUMBERING.sub("", heading)
    forms = (heading, _leave_brackets(heading), plain, _leave_brackets(plain))
    return tuple(dict.fromkeys(form for form in map(spell_out, forms) if form))


def _leave_brackets(heading: str) -> str:
    """A heading without its brackets, unless they turn its meaning round: "Hadir (tidak)" is not "Hadir"."""
    return _BRACKETS.sub(lambda match: match.group() if _REFUSED.match(match.group()) else " ", heading)


@cache
def word_bag(text: str) -> Words:
    """The words of a heading that carry its meaning, in alphabetical order.

    All words for a course are one word, so that "Nama Kegiatan Pembinaan" is "nama pelatihan"; small words
    and forms of address are left out. "Jumlah" below a merged "Sesi" and "Jumlah Sesi" are the same bag.
    """
    same, small = _same_words(), _small_words()
    return tuple(sorted({same.get(word, word) for word in spell_out(text).split() if word not in small}))


@cache
def word_core(text: str) -> Words:
    """The bag of a heading without the words that may stand beside any column's name.

    >>> word_core("Status Kelompok") == word_core("kelompok")
    True
    """
    return tuple(word for word in word_bag(text) if word not in _modifiers())
