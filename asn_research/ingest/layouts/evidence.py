"""What the cells below a heading say about it, where the heading alone does not settle what it stands for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final

from asn_research.contract.column import Column, Kind, Table
from asn_research.contract.overlap import weigh_table
from asn_research.contract.word import word_bag
from asn_research.ingest.people.identity import read_employee_number
from asn_research.ingest.values.date import read_date
from asn_research.ingest.values.number import read_number
from asn_research.ingest.values.reading import clean, is_missing
from asn_research.ingest.values.term import find_term, read_flag

FITTING: Final = 0.8
"""Share of the different cells below a heading that a column must be able to read to be meant by it."""
UNFIT: Final = 0.5
"""A list of terms that can read less than this share of the cells is not what the heading stands for."""
SHARED: Final = 0.7
"""Share of its meaning that a heading must have in common with a column of numbers, dates or texts."""
HINTED: Final = 0.25
"""The same for a column of terms, whose words leave less doubt."""
MARGIN: Final = 0.15
"""By how much that share must exceed the one of every other column that the cells fit."""
OTHERS: Final = frozenset({"atasan", "anak", "istri", "suami", "pasangan", "keluarga", "wali", "ayah"})
"""Words that say whom else a column is about; the tables of scores alone have columns of other people."""
_OF_OTHERS: Final = frozenset({"assessments"})
_LATEST: Final = 2100
_TERM_LENGTH: Final = 60
_LETTERS: Final = 3

Sample = Callable[[int], Sequence[Any]]


def fits(values: Sequence[Any], column: Column) -> float:
    """Share of different cells, from 0 to 1, that a column can read; 0 where there are none."""
    known = [value for value in values if not is_missing(value)]
    if not known:
        return 0.0
    return sum(_reads(value, column) for value in known) / len(known)


def _reads(value: Any, column: Column) -> bool:
    text = clean(value) if isinstance(value, str) else ""
    if column.kind is Kind.TERM:
        shown = text or (str(int(value)) if isinstance(value, float) and value.is_integer() else str(value))
        return len(shown) <= _TERM_LENGTH and find_term(column.terms or "", shown) is not None
    if column.kind is Kind.DATE:
        return not read_date(value, order="day-first").reason
    if column.kind is Kind.FLAG:
        return read_flag(value) is not None
    if column.kind is Kind.PERSON:
        return not read_employee_number(value, latest_year=_LATEST).reason
    if column.kind in {Kind.TEXT, Kind.REMARK}:
        return any(map(str.isalpha, text))
    if column.kind is Kind.CODE:
        return bool(text) or isinstance(value, (int, float))
    return not read_number(value, column, decimals=frozenset({","})).reason


def _are_words(values: Sequence[Any]) -> bool:
    """Whether all cells are words: single letters and digits are terms of too many things."""
    return all(
        isinstance(v, str) and sum(map(str.isalpha, v)) >= _LETTERS for v in values if not is_missing(v)
    )


def count_codes(values: Sequence[Any], column: Column) -> int:
    """How many different terms of a column's list the cells hold."""
    shown = [clean(value) for value in values if isinstance(value, str) and not is_missing(value)]
    return len({code for text in shown if (code := find_term(column.terms or "", text))})


def find_by_values(
    table: Table, free: Collection[str], headings: Mapping[int, str], sample: Sample
) -> tuple[dict[str, int], dict[int, tuple[str, ...]]]:
    """Columns that headings stand for by what they share with them and by the cells below.

    Parameters
    ----------
    table
        The table.
    free
        Its columns that no heading names.
    headings
        The headings that are left, by their column in the file.
    sample
        Different cells below a column of the file.

    Returns
    -------
    (dict, dict)
        Columns of the file by column of the table; and what a column of the file may stand for where that is
        more than one thing, or where two headings claim the same.
    """
    claims: dict[str, list[int]] = {}
    unsure: dict[int, tuple[str, ...]] = {}
    for position, heading in headings.items():
        likely = _weigh(table, free, heading, sample(position))
        if not likely:
            continue
        (best, share), *others = likely
        if all(share - other >= MARGIN for _, other in others):
            claims.setdefault(best, []).append(position)
        else:
            unsure[position] = tuple(name for name, _ in likely)
    found = {name: positions[0] for name, positions in claims.items() if len(positions) == 1}
    unsure |= {
        position: (name,)
        for name, positions in claims.items()
        if len(positions) > 1
        for position in positions
    }
    return found, unsure


def _weigh(
    table: Table, free: Collection[str], heading: str, values: Sequence[Any]
) -> list[tuple[str, float]]:
    """The free columns that a heading may stand for, with the share of meaning, the greatest first."""
    words = weigh_table(table.name)
    if set(word_bag(heading)) & OTHERS and table.name not in _OF_OTHERS:
        return []
    lists = [c for c in table.columns if c.kind is Kind.TERM and fits(values, c) >= FITTING]
    likely = []
    for name in free:
        column = table[name]
        share = words.share(heading, name)
        if column.kind is Kind.TERM:
            alone = lists == [column] and _are_words(values) and count_codes(values, column) > 1
            if column in lists and (share >= HINTED or alone):
                likely.append((name, 1.0 if alone else share))
        elif column.kind is Kind.PERSON:
            if name == "person_id" and fits(values, column) >= FITTING:
                likely.append((name, 1.0))
        elif share >= SHARED and fits(values, column) >= FITTING:
            likely.append((name, share))
    return sorted(likely, key=lambda entry: (-entry[1], entry[0]))
