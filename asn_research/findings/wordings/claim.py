"""Claims in words: which words are stronger than a design grade allows, in both languages.

The closed list stands in ``claim.toml``. A text is read word by word, whoever wrote it: the guard of a
finished report does not trust the phrase table that made it.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

from asn_research.findings.finding import Finding
from asn_research.language import LANGUAGES

ASSOCIATION: Final = 2
_MASK: Final = " · "
_SHORTEST_NAME: Final = 2
_INVISIBLE: Final = frozenset({"Cf", "Mn", "Me"})
_HYPHENS: Final = {ord(hyphen): "-" for hyphen in "\u2010\u2011\u2012\u2043\ufe63\uff0d"}
_SHOWN = 40
_LETTER: Final = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Claim:
    """A word that claims more than it may: the word, the words around it, and the lowest grade it needs."""

    word: str
    context: str
    needs: int


@dataclass(frozen=True, slots=True)
class _Pattern:
    expression: re.Pattern[str]
    grade: int


def find_claims(text: str, *, grade: int, names: Iterable[str] = ()) -> tuple[Claim, ...]:
    """The words of a text that need a higher design grade than it has.

    Both languages are read in every text, so a claim cannot hide in the other one.

    Parameters
    ----------
    text : str
        Plain text.
    grade : int
        The design grade of what the text speaks about, 1 to 5.
    names : iterable of str
        Titles, units and quotations as other people wrote them; they name and do not claim.

    Examples
    --------
    >>> [claim.word for claim in find_claims("Pelatihan berdampak pada nilai.", grade=1)]
    ['berdampak']
    >>> find_claims("Scores rose after the training.", grade=1)
    ()
    """
    return tuple(claim for claim in _claims(text, frozenset(names)) if claim.needs > grade)


@lru_cache(maxsize=8192)
def _claims(text: str, names: frozenset[str]) -> tuple[Claim, ...]:
    """Every word of a text that claims anything: pages say the same words in many places."""
    if _LETTER.search(text) is None:
        return ()
    left = _plain(text)
    named = _names(names)
    return _claims_in(left if named is None else named.sub(_MASK, left))


@lru_cache(maxsize=8192)
def _claims_in(left: str) -> tuple[Claim, ...]:
    """The same of a text without names, which reports of other regions say too."""
    if _any_pattern().search(left) is None:
        return ()
    found: list[tuple[int, Claim]] = []
    for pattern in _patterns():
        matches = list(pattern.expression.finditer(left))
        for match in matches:
            start, end = max(0, match.start() - _SHOWN), match.end() + _SHOWN
            claim = Claim(match.group(), left[start:end].strip(), pattern.grade)
            found.append((match.start(), claim))
        if matches:  # same length, so that positions and contexts stay those of the text
            left = pattern.expression.sub(lambda match: "·" * len(match.group()), left)
    return tuple(claim for _, claim in sorted(found, key=lambda pair: (pair[0], pair[1].needs)))


def wording_grade(finding: Finding, *, causal_from: int) -> int:
    """The grade whose words a finding may use.

    That is its design grade; below the grade from which its question may be called causal, at most that of
    an association.
    """
    if finding.design_grade >= causal_from:
        return finding.design_grade
    return min(finding.design_grade, ASSOCIATION)


@lru_cache(maxsize=8192)
def _plain(text: str) -> str:
    """Lower case, single blanks, plain hyphens; without accents and invisible characters inside words."""
    if text.isascii():
        return " ".join(text.lower().split())
    normal = unicodedata.normalize("NFKD", text.translate(_HYPHENS)).casefold()
    invisible = {c for c in set(normal) if unicodedata.category(c) in _INVISIBLE}
    shown = "".join(c for c in normal if c not in invisible) if invisible else normal
    return " ".join(shown.split())


@lru_cache(maxsize=8)
def _names(names: frozenset[str]) -> re.Pattern[str] | None:
    """One expression for all names, the longest first; None where there are none."""
    known = sorted({_plain(name) for name in names}, key=lambda name: (-len(name), name))
    either = "|".join(re.escape(name) for name in known if len(name) > _SHORTEST_NAME)
    return re.compile(rf"(?<!\w)(?:{either})(?!\w)") if either else None


@cache
def _patterns() -> tuple[_Pattern, ...]:
    return tuple(_Pattern(_expression(either), grade) for grade, either in _word_lists())


@cache
def _any_pattern() -> re.Pattern[str]:
    """All words that claim, and the silent ones: most texts have none of them."""
    return _expression("|".join(either for _, either in _word_lists()))


def _word_lists() -> list[tuple[int, str]]:
    """The words of each grade and language as one pattern; ``<subject>`` is what may be credited in it."""
    file = files("asn_research.findings.wordings").joinpath("claim.toml")
    closed = tomllib.loads(file.read_text(encoding="utf-8"))
    lists = [(0, closed["silent"]), *((claim["grade"], claim) for claim in closed["claim"])]
    return [
        (grade, "|".join(words[language]).replace("<subject>", closed["subject"][language]))
        for grade, words in lists
        for language in LANGUAGES
    ]


def _expression(either: str) -> re.Pattern[str]:
    """Patterns of whole words, whose groups are not remembered: they are found in half the time."""
    grouped = re.sub(r"(?<!\\)\((?!\?)", "(?:", either)
    return re.compile(rf"(?<!\w)(?:{grouped})(?!\w)")
