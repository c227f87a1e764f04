"""Controlled terms and the many ways in which offices spell them."""

from __future__ import annotations

import difflib
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from rapidfuzz import process
from rapidfuzz.distance import Indel

from asn_research.contract.column import Label
from asn_research.errors import InputError

_NOT_WORD = re.compile(r"[^0-9a-z]+")
_NEAR = 0.6
_NEARLY = 0.59  # the library refuses some that come to the limit exactly


@lru_cache(maxsize=100_000)
def fold(text: str) -> str:
    """Text without case, accents, punctuation and repeated spaces, for comparing spellings.

    >>> fold("  Pra‑Pelatihan\\u00a0(Tes) ")
    'pra pelatihan tes'
    """
    plain = unicodedata.normalize("NFKD", text)
    plain = "".join(character for character in plain if not unicodedata.combining(character))
    return _NOT_WORD.sub(" ", plain.casefold()).strip()


def nearest(text: str, known: Iterable[str]) -> str | None:
    """The known spelling that is closest to ``text``, or None when nothing is close.

    Close is a Ratcliff-Obershelp similarity of 0.6 or more. Its matching blocks are a common subsequence, so
    that the normalised Indel similarity is never smaller: comparing by that first leaves few to look at.

    >>> nearest("diskusi klompok", ["diskusi kelompok", "praktik"])
    'diskusi kelompok'
    """
    likely = process.extract_iter(text, [*known], scorer=Indel.normalized_similarity, score_cutoff=_NEARLY)
    found = difflib.get_close_matches(text, sorted(spelling for spelling, _, _ in likely), n=1, cutoff=_NEAR)
    return found[0] if found else None


@dataclass(frozen=True)
class Vocabulary:
    """One list of terms: labels by code, and every spelling that leads to a code."""

    name: str
    labels: Mapping[str, Label]
    spellings: Mapping[str, str]

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(self.labels)

    def find(self, text: str) -> str | None:
        """The code that a spelling stands for, or None; never a guess."""
        return self.spellings.get(fold(text))

    def label(self, code: str, language: str = "id") -> str:
        """The label of a code in a language; the code itself where it is not a term."""
        return self.labels[code].in_language(language) if code in self.labels else code


def _build(name: str, terms: Mapping[str, Mapping[str, object]]) -> Vocabulary:
    labels: dict[str, Label] = {}
    spellings: dict[str, str] = {}
    for code, term in terms.items():
        labels[code] = Label(str(term["id"]), str(term["en"]))
        synonyms = term["synonyms"]
        spelled = synonyms if isinstance(synonyms, list) else []
        for spelling in (code, *labels[code], *spelled):
            other = spellings.setdefault(fold(str(spelling)), code)
            if other != code:
                raise InputError(f"vocabulary {name}: {spelling!r} stands for both {other} and {code}")
    return Vocabulary(name, labels, spellings)


@cache
def _read_vocabularies() -> dict[str, Vocabulary]:
    text = files("asn_research.contract").joinpath("terms.toml").read_text(encoding="utf-8")
    return {name: _build(name, terms) for name, terms in tomllib.loads(text).items()}


def read_vocabulary(name: str) -> Vocabulary:
    """The vocabulary of that name.

    Examples
    --------
    >>> read_vocabulary("method").find("Praktek langsung")
    'practice'
    """
    vocabularies = _read_vocabularies()
    if name not in vocabularies:
        raise InputError(f"there is no vocabulary {name!r}; known are {', '.join(vocabularies)}")
    return vocabularies[name]


def term_label(vocabulary: str, code: str, language: str = "id") -> str:
    """The label of one term, as readers see it."""
    return read_vocabulary(vocabulary).label(code, language)


def check_term(vocabulary: str, code: str) -> str:
    """The code itself when it is a term of the vocabulary.

    Raises
    ------
    InputError
        Otherwise, naming the nearest term or all of them.
    """
    known = read_vocabulary(vocabulary).codes
    if code in known:
        return code
    hint = nearest(code, known)
    advice = f"did you mean {hint!r}?" if hint else f"known are {', '.join(known)}"
    raise InputError(f"{code!r} is not a {vocabulary}; {advice}")
