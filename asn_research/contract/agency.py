"""Names of work units: when two spellings are one name, and when two names are probably one unit."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from functools import cache
from importlib.resources import files
from itertools import combinations, islice, product
from typing import Final

from rapidfuzz.distance import OSA

from asn_research.contract.vocabulary import fold

_PART: Final = re.compile(r"[a-z]+|[0-9]+")
_ROMAN: Final = re.compile(r"(x{0,3})(ix|iv|v?i{0,3})")
_TENS: Final = {"ix": 9, "iv": 4}
_JOINING: Final = frozenset({"dan", "serta", "and"})
_MOST_FORMS: Final = 8
_MOST_WORDS: Final = 20
"""Longer texts are no names of units."""
_INITIALS: Final = 3
"""So many letters at least, as BKD: two letters are the initials of too much."""
_LONG_WORD: Final = 6
"""One letter makes another word of a shorter one."""
_MOST_ALIKE: Final = 60
"""Of more names that share a feature it is no mark of a slip of the pen."""
Form = tuple[str, ...]


def name_key(name: str) -> str:
    """What the spellings of one name have in common; a name without Latin letters is its own key.

    >>> name_key("DINAS  KESEHATAN.") == name_key("Dinas Kesehatan")
    True
    """
    return fold(name) or name


def pair_units(names: Iterable[str], *, suffixes: Iterable[str] = ()) -> tuple[tuple[str, str], ...]:
    """Pairs of names that are probably one unit, in alphabetical order; the office has to be asked.

    Two names make a pair where they have the same letters but for spaces, abbreviations of general usage
    (``agencies.toml``) and words such as "dan"; where one is the initials of the other; or where they differ
    in one letter of one long word. Names whose numbers differ, Roman ones included, never do.

    Parameters
    ----------
    names
        Names of units in any spelling.
    suffixes
        What may stand after a name without making another unit of it: names of the region.

    Examples
    --------
    >>> pair_units(["Dinas Kesehatan", "DINKES", "Puskesmas I", "Puskesmas II"])
    (('DINKES', 'Dinas Kesehatan'),)
    >>> pair_units(["BPBD", "Badan Penanggulangan Bencana Daerah", "Dinas Sosial"])
    (('BPBD', 'Badan Penanggulangan Bencana Daerah'),)
    """
    ends = [fold(suffix).split() for suffix in suffixes]
    words = {name: _words(name, ends) for name in sorted(set(names))}
    spelt = {name: _forms(said) for name, said in words.items() if 1 <= len(said) <= _MOST_WORDS}
    single = {name: words[name][0] for name in spelt if len(words[name]) == 1}
    return tuple(sorted(_pair_letters(spelt) | _pair_initials(spelt, single) | _pair_slips(spelt)))


def _pair_letters(spelt: Mapping[str, list[Form]]) -> set[tuple[str, str]]:
    """Names of the same letters and numbers."""
    alike: dict[Hashable, set[str]] = defaultdict(set)
    for name, forms in spelt.items():
        for form in forms:
            letters = "".join(word for word in form if word.isalpha())
            alike[letters, tuple(word for word in form if not word.isalpha())].add(name)
    groups = (sorted(group) for group in alike.values() if len(group) <= _MOST_ALIKE)
    return {pair for group in groups for pair in combinations(group, 2)}


def _pair_initials(spelt: Mapping[str, list[Form]], single: Mapping[str, str]) -> set[tuple[str, str]]:
    """Names of one word, and those whose initials it is."""
    short: dict[str, list[str]] = defaultdict(list)
    for name, word in single.items():
        short[word].append(name)
    pairs = set()
    for name, forms in spelt.items():
        for form in forms:
            if len(form) >= _INITIALS and all(word.isalpha() for word in form):
                for other in short.get("".join(word[0] for word in form), ())[:_MOST_ALIKE]:
                    if other != name:
                        pairs.add((min(name, other), max(name, other)))
    return pairs


def _pair_slips(spelt: Mapping[str, list[Form]]) -> set[tuple[str, str]]:
    """Names that differ in one letter, missing, extra, wrong or exchanged, of one long word."""
    slips: dict[Hashable, set[tuple[str, str]]] = defaultdict(set)
    for name, forms in spelt.items():
        for form in forms:
            for place, word in enumerate(form):
                if len(word) < _LONG_WORD or not word.isalpha():
                    continue
                rest = (*form[:place], "", *form[place + 1 :])
                for less in (word, *(word[:cut] + word[cut + 1 :] for cut in range(len(word)))):
                    slips[rest, less].add((name, word))
    return {
        (one, other)
        for slip in slips.values()
        if 2 <= len(slip) <= _MOST_ALIKE
        for (one, first), (other, second) in combinations(sorted(slip), 2)
        if one != other and OSA.distance(first, second) == 1
    }


@cache
def _read_short() -> Mapping[str, tuple[str, ...]]:
    text = files("asn_research.contract").joinpath("agencies.toml").read_text(encoding="utf-8")
    return {short: tuple(full) for short, full in tomllib.loads(text)["short"].items()}


def _words(name: str, ends: Iterable[list[str]]) -> list[str]:
    """The words of a name, without that of its region behind it."""
    words = fold(name).split()
    for end in ends:
        if end and len(words) > len(end) and words[-len(end) :] == end:
            return words[: -len(end)]
    return words


def _forms(words: list[str]) -> list[Form]:
    """What a name may say when it is spelt out, numbers apart."""
    short, choices, place = _read_short(), list[tuple[str, ...]](), 0
    while place < len(words):
        two = " ".join(words[place : place + 2])
        taken = two if two in short else words[place]
        choices.append(short.get(taken, (taken,)))
        place += taken.count(" ") + 1
    spelt = (" ".join(choice) for choice in islice(product(*choices), _MOST_FORMS))
    return list(dict.fromkeys(form for text in spelt if (form := _split(text))))


def _split(text: str) -> Form:
    """The words and numbers of a folded text, Roman numerals as digits, without words that only join."""
    return tuple(_number(part) for part in _PART.findall(text) if part not in _JOINING)


def _number(part: str) -> str:
    if part.isdigit():
        return part.lstrip("0") or "0"
    roman = _ROMAN.fullmatch(part)
    if roman is None:
        return part
    ones = roman.group(2)
    value = 10 * len(roman.group(1)) + _TENS.get(ones, 5 * ones.count("v") + ones.count("i"))
    return str(value)
