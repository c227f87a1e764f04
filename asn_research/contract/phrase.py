"""Phrases of known meaning inside longer texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from asn_research.contract.word import Words, spell_out


@dataclass(frozen=True, slots=True)
class Span:
    """Words ``start`` to ``end`` (exclusive) of a text, and the code they stand for."""

    start: int
    end: int
    code: str

    def inside(self, other: Span) -> bool:
        return (
            other.start <= self.start
            and self.end <= other.end
            and other.end - other.start > self.end - self.start
        )


def find_spans(text: str, phrases: Mapping[Words, str]) -> list[Span]:
    """Where phrases stand in a text, without those that are part of a longer one found there."""
    words = spell_out(text).split()
    longest = _longest(phrases)
    spans: list[Span] = []
    reached = 0  # what ends here or before is part of a phrase that was found
    for start in range(len(words)):
        for end in range(min(len(words), start + longest), max(start, reached), -1):
            if (code := phrases.get(tuple(words[start:end]))) is not None:
                spans.append(Span(start, end, code))
                reached = end
                break
    return spans


class Phrases(dict[Words, str]):
    """Codes by phrase, with the length of the longest phrase."""

    def __init__(self, phrases: Mapping[Words, str]) -> None:
        super().__init__(phrases)
        self.longest = max(map(len, phrases), default=0)


def _longest(phrases: Mapping[Words, str]) -> int:
    return phrases.longest if isinstance(phrases, Phrases) else max(map(len, phrases), default=0)
