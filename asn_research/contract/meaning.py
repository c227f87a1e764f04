"""What a heading means by the words it is made of: each column needs some concepts and bears a few others."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Final

from asn_research.contract.column import TABLES, Kind
from asn_research.contract.word import heading_forms, spell_out, word_bag

_SMALL: Final = "small"
_LONGEST: Final = 9
"""Headings of more words are sentences: whole questions are read by their phrases, not word by word."""

_UNKNOWN: Final = 2
AGAINST: Final = frozenset(
    {
        "tidak", "belum", "bukan", "non", "tanpa", "selisih", "sisa", "maksimal", "minimal", "maksimum",
        "minimum", "rata", "bobot", "persen", "persentase", "target", "rencana", "realisasi", "standar",
        "kumulatif", "atasan", "anak", "istri", "suami", "pasangan", "keluarga", "pemohon", "wali", "darah",
    }
)  # fmt: skip
"""Words that make something else of the words beside them; they must stand in both headings or in neither."""

Phrase = tuple[str, ...]


_AMOUNTS: Final = frozenset({Kind.NUMBER, Kind.INTEGER, Kind.MONEY, Kind.SHARE})
_COUNTING: Final = frozenset({"jumlah", "total", "besar", "besaran", "persen"})
_COUNTED: Final = frozenset({"peserta", "pegawai", "responden"})


def is_changed(text: str, table: str, name: str) -> bool:
    """Whether words that may stand beside most names of columns make something else of this one.

    Examples
    --------
    >>> is_changed("jumlah angkatan", "courses", "batch")
    True
    >>> is_changed("realisasi peserta", "budgets", "realised_idr")
    True
    """
    if name not in TABLES[table].names:
        return False
    kind, words = TABLES[table][name].kind, set(word_bag(text))
    return bool(words & (_COUNTED if kind is Kind.MONEY else set() if kind in _AMOUNTS else _COUNTING))


@dataclass(frozen=True, slots=True)
class Meaning:
    """The concepts that a column's heading needs, one of several sets, and those that it may hold too."""

    needs: tuple[frozenset[str], ...]
    may: frozenset[str]

    def fits(self, parts: Sequence[frozenset[str]]) -> bool:
        """Whether every part of a heading is borne, and one of the sets is covered by it as a whole.

        Each needed concept must have a part of its own: "Waktu" alone is not both a time and a date.
        """
        for need in self.needs:
            borne = need | self.may | {_SMALL}
            if all(part & borne for part in parts) and _is_covered(sorted(need), list(parts)):
                return True
        return False


def _is_covered(need: Sequence[str], parts: list[frozenset[str]]) -> bool:
    if not need:
        return True
    first, *rest = need
    return any(
        first in part and _is_covered(rest, parts[:index] + parts[index + 1 :])
        for index, part in enumerate(parts)
    )


@dataclass(frozen=True)
class Meanings:
    """The concepts of all words and phrases, and the meanings of the columns of each table."""

    phrases: Mapping[Phrase, frozenset[str]]
    longest: int
    tables: Mapping[str, Mapping[str, Meaning]]

    def split(self, text: str) -> tuple[frozenset[str], ...]:
        """The concepts of a spelt-out text, longest phrases first; an unknown word gives an empty set."""
        words, start = text.split(), 0
        parts: list[frozenset[str]] = []
        while start < len(words):
            for end in range(min(len(words), start + self.longest), start, -1):
                if (concepts := self.phrases.get(tuple(words[start:end]))) is not None:
                    parts.append(concepts)
                    start = end
                    break
            else:
                parts.append(frozenset())
                start += 1
        return tuple(parts)


@cache
def read_meanings() -> Meanings:
    """The content of meanings.toml.

    Examples
    --------
    >>> find_meaning("enrolments", "Banyaknya Tatap Muka yang Diikuti")
    'sessions_attended'
    >>> find_meaning("enrolments", "Banyaknya Tatap Muka yang Tidak Diikuti") is None
    True
    """
    text = files("asn_research.contract").joinpath("meanings.toml").read_text(encoding="utf-8")
    declared = tomllib.loads(text)
    phrases: dict[Phrase, set[str]] = {}
    for concept, spelled in declared["concept"].items():
        for phrase in spelled:
            phrases.setdefault(tuple(spell_out(phrase).split()), set()).add(concept)
    return Meanings(
        {phrase: frozenset(concepts) for phrase, concepts in phrases.items() if phrase},
        max(map(len, phrases)),
        {table: _read_table(table, declared) for table in TABLES},
    )


def _read_table(table: str, declared: Mapping[str, Any]) -> dict[str, Meaning]:
    names = set(TABLES[table].names)
    own = declared["table"].get(table, {})
    linked = {"_title", "_batch"} if "course_id" in names and table != "courses" else set()
    common = {name: said for name, said in declared["any"].items() if name in names | linked}
    return {
        name: Meaning(tuple(frozenset(need.split()) for need in said["need"]), frozenset(said["may"].split()))
        for name, said in (common | own).items()
    }


@lru_cache(maxsize=50_000)
def _split_forms(heading: str) -> tuple[tuple[frozenset[str], ...], ...]:
    """The concepts of each form of a heading whose words are all known, the same for every table."""
    forms = (form for form in heading_forms(heading) if len(form.split()) <= _LONGEST)
    return tuple(parts for parts in map(read_meanings().split, forms) if all(parts))


def find_meaning(table: str, heading: str) -> str | None:
    """The one column of a table that all words of a heading speak of; None where it is none or several.

    Parameters
    ----------
    table
        Name of the table.
    heading
        The heading as it stands in the file.

    Examples
    --------
    >>> find_meaning("participants", "SKPK Asal"), find_meaning("courses", "Waktu Berakhirnya Kegiatan")
    ('unit', 'end_date')
    >>> find_meaning("courses", "Jumlah Narasumber") is None
    True
    """
    for parts in _split_forms(heading):
        columns = read_meanings().tables[table]
        found = {name for name, meaning in columns.items() if meaning.fits(parts)}
        if found:
            return found.pop() if len(found) == 1 else None
    return None


@lru_cache(maxsize=50_000)
def means_beside(table: str, heading: str, column: str) -> bool:
    """Whether a heading means a column but for a word or two that nothing is known about.

    Good enough only for a label that the table needs and nothing else can be, never for numbers: an unknown
    word may turn a count round.

    Examples
    --------
    >>> means_beside("service_requests", "Unit Penelaah", "unit")
    True
    """
    meanings = read_meanings()
    meaning = meanings.tables[table].get(column)
    for form in heading_forms(heading):
        parts = meanings.split(form)
        known = [part for part in parts if part]
        if meaning and 0 < len(parts) - len(known) <= _UNKNOWN and meaning.fits(known):
            return not set(form.split()) & AGAINST
    return False
