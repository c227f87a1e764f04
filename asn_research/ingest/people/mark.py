"""Marks of the participants' names: enough to recognise a name in a finished page, not to read one.

A mark is a keyed hash of two neighbouring words of a name, made with the key of the pseudonyms. It stands
beside the clean tables, so that a report can be searched for names although no name is kept.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import pandas as pd

from asn_research.contract.vocabulary import fold
from asn_research.errors import KeyFileError, Problem
from asn_research.ingest.people.key import mark_key, read_key
from asn_research.ingest.people.text import name_words

_LENGTH: Final = 12
_LABELS: Final = ("unit", "title", "service", "provider", "theme", "role", "line")
_CAPITALISED: Final = re.compile(r"[A-ZÀ-Þ][\w'’]+(?:[ \u00a0][A-ZÀ-Þ][\w'’]+)+")
_LABEL: Final = re.compile(r"[^\W\d_][\w'’]*")


def make_marks(names: Iterable[str], *, key: bytes, shown: Iterable[str] = ()) -> list[str]:
    """The marks of some names, sorted.

    Parameters
    ----------
    names : iterable of str
        Names as the office wrote them, with or without titles; of a name with one word there is no mark.
    key : bytes
        The key of the pseudonyms.
    shown : iterable of str
        Names of units, courses and services, which reports do show; what stands in them is no mark.
    """
    pairs = {pair for name in names for pair in _pairs(name_words(name))}
    public = {pair for label in shown for pair in _pairs([fold(w) for w in _LABEL.findall(label)])}
    return sorted(_mark(pair, key) for pair in pairs - public)


def list_labels(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """The names of units, courses, services, providers and themes in some clean tables."""
    labels = {
        str(label)
        for table in tables.values()
        for column in _LABELS
        if column in table
        for label in table[column].dropna().unique()
    }
    return sorted(labels)


@dataclass(frozen=True)
class NameMarks:
    """The marks of a region's names, and the key that they were made with."""

    marks: frozenset[str]
    key: bytes

    def find(self, text: str) -> int | None:
        """The place of the first name in a text; names are looked for among words with a capital."""
        if not self.marks:
            return None
        seen: set[str] = set()
        for match in _CAPITALISED.finditer(text):
            run = match.group()
            if run in seen:
                continue
            seen.add(run)
            if any(_mark(pair, self.key) in self.marks for pair in _pairs(fold(run).split())):
                return match.start()
        return None


def _pairs(words: Sequence[str]) -> set[tuple[str, str]]:
    return set(pairwise(words))


def _mark(pair: tuple[str, str], key: bytes) -> str:
    return hmac.digest(key, f"name\0{' '.join(pair)}".encode(), "sha256").hex()[:_LENGTH]


def read_marks(account: Mapping[str, Any]) -> NameMarks | None:
    """The marks that an intake left, with the key they were made with; None where it left none.

    Raises
    ------
    KeyFileError
        If the key of the pseudonyms is another now: nobody could tell a name from other words.
    """
    marks = frozenset(account.get("names") or ())
    if not marks:
        return None
    key = read_key()
    if account.get("key") != mark_key(key):
        message = "the names of these tables were marked with another key of the pseudonyms."
        remedy = "Put back the key they were made with, or take the raw files in again."
        raise KeyFileError(Problem("key_other", message, remedy=remedy))
    return NameMarks(marks, key)
