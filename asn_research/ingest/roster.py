"""The people whose names stand in raw tables."""

from __future__ import annotations

from typing import Final

from asn_research.contract.heading import read_lexicon
from asn_research.ingest.header import Block
from asn_research.ingest.layout import Layout
from asn_research.ingest.name import is_person
from asn_research.ingest.source import Grid

_NAME_WORDS: Final = frozenset({"nama", "name", "full", "participant"})
_PERSON_WORDS: Final = frozenset(
    [
     "kepala", "atasan", "pejabat", "penilai", "pimpinan", "ketua", "penanggung", "mentor",
     "pembimbing", "coach", "supervisor", "head", "petugas",
    ]
)  # fmt: skip


def find_names(grid: Grid, block: Block) -> set[str]:
    """Names of people in a block, to be taken out of free text; they are stored nowhere.

    A column headed as one of names is taken as it is; where people are named in other words (narasumber,
    atasan, kepala), only what looks like a person's name.
    """
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
        cells = {
            row[heading.column]
            for row in grid.rows[block.first : block.end]
            if heading.column < len(row) and isinstance(row[heading.column], str)
        }
        names |= cells if named else {cell for cell in cells if is_person(cell)}
    return names


def _label_columns(layout: Layout) -> set[int]:
    persons = {"rater_id", "speaker_id", "coder_id", "person_id", "respondent_id"}
    return {index for name, index in layout.columns.items() if name not in persons}
