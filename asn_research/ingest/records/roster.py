"""The people whose names stand in raw tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from asn_research.contract.heading import read_lexicon
from asn_research.ingest.files.source import Grid
from asn_research.ingest.layouts.header import Block
from asn_research.ingest.layouts.layout import Layout
from asn_research.ingest.people.name import is_person
from asn_research.ingest.values.reading import is_missing

_NAME_WORDS: Final = frozenset({"nama", "name", "full", "participant"})
_PERSON_WORDS: Final = frozenset(
    [
     "kepala", "atasan", "pejabat", "penilai", "pimpinan", "ketua", "penanggung", "mentor",
     "pembimbing", "coach", "supervisor", "head", "petugas",
    ]
)  # fmt: skip


def find_names(grid: Grid, block: Block, data: Iterable[int]) -> set[str]:
    """Names of people in a block, to be taken out of free text; they are stored nowhere.

    In the rows of data, counted from zero, a column headed as one of names is taken as it is. Where people
    are named in other words (narasumber, atasan, kepala), and in footers and signatures, only what looks
    like a person's name: a note such as "Keterangan: data per Desember" names nobody.
    """
    rows = set(data)
    names: set[str] = set()
    ignored = read_lexicon().ignored
    labels = _label_columns(block.layout)
    others = {block.layout.columns.get(name) for name in ("rater_id", "speaker_id", "coder_id")}
    for heading in block.headings:
        words = heading.own.casefold().split()
        if not words or heading.column in labels:
            continue
        known = " ".join(words) in ignored or heading.column in block.layout.columns.values()
        named = words[0] in _NAME_WORDS and known
        if not named and heading.column not in others and words[0] not in _PERSON_WORDS:
            continue
        for index in range(block.first, min(block.end, len(grid.rows))):
            row = grid.rows[index]
            cell = row[heading.column] if heading.column < len(row) else None
            if not isinstance(cell, str) or cell in names or is_missing(cell):
                continue
            if (named and index in rows) or is_person(cell):
                names.add(cell)
    return names


def read_people(grid: Grid, block: Block, rows: Sequence[int]) -> dict[int, list[Any]]:
    """The cells of the columns of names that are read for nothing else, by column, one for each row."""
    ignored = read_lexicon().ignored
    taken = set(block.layout.columns.values())
    people = {}
    for heading in block.headings:
        words = heading.own.casefold().split()
        if words and words[0] in _NAME_WORDS and heading.column not in taken and " ".join(words) in ignored:
            column, seen = heading.column, dict[Any, Any]()  # each name is kept once, however often it stands
            lines = (grid.rows[row] for row in rows)
            cells = (line[column] if column < len(line) else "" for line in lines)
            people[column] = [seen.setdefault(cell, cell) for cell in cells]
    return people


def _label_columns(layout: Layout) -> set[int]:
    persons = {"rater_id", "speaker_id", "coder_id", "person_id", "respondent_id"}
    return {index for name, index in layout.columns.items() if name not in persons}
