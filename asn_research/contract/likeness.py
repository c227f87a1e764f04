"""How like a known spelling a misspelt heading must be: the one place where both limits are set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from rapidfuzz import fuzz
from rapidfuzz.distance import DamerauLevenshtein

LIKENESS: Final = 0.8
"""Share of its letters in which every word of a heading must agree with the word that it is taken for: one
letter wrong, missing, extra or exchanged with its neighbour in a word of five to nine, two in longer ones."""
MARGIN: Final = 0.1
"""By how much the mean likeness of the best column must exceed that of every other column of the table, and
of the headings that are known to hold nothing of it."""
SHORTEST: Final = 5
"""Shorter words, such as "u8", "pre" or "sesi", must agree in every letter: one letter makes another word."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """What a heading may stand for: codes with the likeness of their best spelling, the most like first."""

    candidates: tuple[tuple[str, float], ...] = ()

    @property
    def code(self) -> str | None:
        """The one code that is like enough, and more so than any other by the margin; else None."""
        if not self.candidates:
            return None
        (best, likeness), *others = self.candidates
        return best if all(likeness - other >= MARGIN for _, other in others) else None


def find_like(text: str, known: Mapping[str, str], *, sound: frozenset[str] = frozenset()) -> Likeness:
    """The codes whose spellings are like a heading, word by word.

    Parameters
    ----------
    text
        The heading, spelt out (see :func:`asn_research.contract.word.spell_out`).
    known
        Code by spelling, spelt out as well.
    sound
        Words that are right as they are: they stand for no other word.

    Examples
    --------
    >>> find_like("jumalh hadir", {"jumlah hadir": "attended", "jumlah sesi": "held"}).code
    'attended'
    >>> find_like("tanggal selsai", {"tanggal selesai": "end", "tanggal mulai": "start"}).code
    'end'
    >>> find_like("kode", {"mode": "delivery"}).code is None
    True
    """
    words = text.split()
    found: dict[str, float] = {}
    for spelling, code in known.items():
        other = spelling.split()
        if len(words) == len(other):
            likeness = _compare(words, other, sound) or _compare(sorted(words), sorted(other), sound)
        else:
            likeness = _compare_joined(words, other)
        if likeness >= LIKENESS:
            found[code] = max(likeness, found.get(code, 0.0))
    return Likeness(tuple(sorted(found.items(), key=lambda entry: (-entry[1], entry[0]))))


def _compare(words: Sequence[str], other: Sequence[str], sound: frozenset[str]) -> float:
    """Mean likeness of two headings of as many words; 0 where one word is too unlike."""
    total = 0.0
    for word, known in zip(words, other, strict=True):
        likeness = float(word == known) if word in sound else like_words(word, known)
        if likeness < LIKENESS:
            return 0.0
        total += likeness
    return total / max(len(words), 1)


def _compare_joined(words: Sequence[str], other: Sequence[str]) -> float:
    """Whether two headings differ only in where their words part: "Nara Sumber" and "Narasumber"."""
    joined = "".join(words)
    return 0.99 if len(joined) >= SHORTEST and joined == "".join(other) else 0.0


def like_words(word: str, known: str) -> float:
    """Share of letters in which two words agree, from 0 to 1; short words are alike only when the same."""
    if word == known:
        return 1.0
    if min(len(word), len(known)) < SHORTEST or word[0] != known[0]:
        return 0.0
    if not (word.isalpha() and known.isalpha()):
        return 0.0
    if abs(len(word) - len(known)) > 1 and (word.startswith(known) or known.startswith(word)):
        return 0.0  # an ending makes another word: "penilai" and "penilaian"
    return float(DamerauLevenshtein.normalized_similarity(word, known, score_cutoff=LIKENESS))


def correct_words(words: Sequence[str], known: Iterable[str]) -> list[str]:
    """Words with each unknown one replaced by the one known word that it is like, if there is just one."""
    known = known if isinstance(known, frozenset) else frozenset(known)
    return [word if word in known else _correct(word, known) for word in words]


@lru_cache(maxsize=20_000)
def _correct(word: str, known: frozenset[str]) -> str:
    if len(word) < SHORTEST or not word.isalpha():
        return word
    like = find_like(word, {other: other for other in known if abs(len(other) - len(word)) <= 2})
    return like.code or word


def resemble(text: str, spellings: Iterable[str]) -> float:
    """How far a heading agrees with the nearest of some spellings in its letters, from 0 to 1.

    Only for proposals that a person decides about; nothing is read by it.

    >>> round(resemble("nama diklatt", ["nama diklat", "judul"]), 2)
    0.96
    """
    return max((fuzz.ratio(text.casefold(), spelling) for spelling in spellings), default=0.0) / 100
