"""Answer scales written in words, and the number a word stands for."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

from asn_research.contract.vocabulary import fold

_SIZES = {4: "four", 5: "five"}


@cache
def read_scales(size: int) -> tuple[dict[str, int], ...]:
    """Every known scale with that many answers, as number by folded word; empty for other sizes."""
    if size not in _SIZES:
        return ()
    text = files("asn_research.contract").joinpath("scales.toml").read_text(encoding="utf-8")
    return tuple(
        {fold(word): number for number, words in enumerate(scale, start=1) for word in words.split("|")}
        for scale in tomllib.loads(text)[_SIZES[size]]["scales"]
    )


def read_answers(
    words: Iterable[str], *, size: int, numbered: Mapping[str, int] | None = None
) -> dict[str, int | None]:
    """The number of each word, given all words used together; None where scales differ about it.

    "Kurang setuju" is 2 on one printed scale and 3 on another, so the other words decide: of the scales that
    hold the word, only those count that hold all words which any of them has, and only numbers on which they
    agree are given. Words of no scale are left out.

    Parameters
    ----------
    words
        Answers in words, in any spelling.
    size
        Number of answers of the scale, 4 or 5.
    numbered
        Words that were written together with their number, as in "2 – Tidak puas".

    Examples
    --------
    >>> read_answers(["KS", "TS", "STS", "SS"], size=5)
    {'ks': 3, 'ts': 2, 'sts': 1, 'ss': 5}
    >>> read_answers(["kurang setuju", "setuju"], size=5)
    {'kurang setuju': None, 'setuju': 4}
    """
    scales = read_scales(size)
    seen = {fold(word): number for word, number in (numbered or {}).items()}
    agreeing = [s for s in scales if all(s.get(word, number) == number for word, number in seen.items())]
    known = list(dict.fromkeys(w for w in map(fold, words) if any(w in scale for scale in scales)))
    answers: dict[str, int | None] = {}
    for word in known:
        having = [s for s in agreeing if word in s] or [s for s in scales if word in s]
        related = [other for other in known if any(other in scale for scale in having)]
        whole = [scale for scale in having if all(other in scale for other in related)]
        numbers = {scale[word] for scale in (whole or having)}
        answers[word] = numbers.pop() if len(numbers) == 1 else None
    return answers
