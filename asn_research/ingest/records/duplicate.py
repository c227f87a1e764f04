"""Repeated rows: word-for-word repeats are dropped, contradicting ones are all set aside."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from asn_research.contract.column import Table
from asn_research.ingest.records.group import number_groups
from asn_research.ingest.records.ledger import Ledger
from asn_research.ingest.records.record import ROW, Issue

_LISTS: Final = frozenset({"participants", "courses"})
"""Tables that say what somebody or something is, and which offices repeat in part on other sheets."""


def settle_repeats(table: Table, records: pd.DataFrame, ledger: Ledger) -> pd.DataFrame:
    """The records without repeats.

    Records are repeats when they agree in the key of their table. Where they agree in everything, the first
    stands; where they differ, nobody can say which is right, and the rows of all of them, the first included,
    are quarantined with the columns in which they differ. A person or course that another sheet lists again
    with less said about it, and nothing else, is a repeat of the row that says all.
    """
    records = records[~ledger.is_bad(records[ROW])]
    names = list(table.names)
    key = [name for name in table.key if name in records]
    group = _number_groups(records, key)
    if not len(group) or np.max(size := np.bincount(group)) < 2:
        return records
    repeated = records[size[group] > 1]
    others = [name for name in names if name not in key]
    if table.name in _LISTS:
        repeated = _fill_covered(repeated, key, others)
    if sure := ledger.sure("conflicting_repeat"):
        repeated = _side_with(table, repeated, key, sure, ledger)
    conflicting = _find_conflicts(repeated, key, others)
    ledger.quarantine(_make_issues(table, repeated, conflicting, ledger))
    records = records[~ledger.is_bad(records[ROW])]
    repeated = repeated[~ledger.is_bad(repeated[ROW])]
    again = repeated.duplicated(subset=names)
    extra = records.index.isin(repeated.index[again])
    _note_repeats(repeated, again.to_numpy(), names, records.loc[~extra, ROW].to_numpy(), ledger)
    return records[~extra]


def _fill_covered(repeated: pd.DataFrame, key: list[str], others: list[str]) -> pd.DataFrame:
    """Repeats with the empty cells of a row filled from one that says all its group says, which comes first.

    Nothing is filled where two rows of a group contradict each other, or where none of them says all.
    """
    cells, group = repeated[others], _number_groups(repeated, key)
    if cells.notna().to_numpy().all():
        return repeated
    grouped = cells.groupby(group)
    agree = (grouped.transform("nunique") <= 1).all(axis=1)
    whole = (cells.notna() == (grouped.transform("count") > 0)).all(axis=1)
    covered = agree & whole.groupby(group).transform("any")
    filled = repeated.copy()
    filled.loc[covered, others] = grouped.transform("first")[covered]
    last = (covered & ~whole).to_numpy()
    return pd.concat([filled[~last], filled[last]])


def _find_conflicts(repeated: pd.DataFrame, key: list[str], others: list[str]) -> dict[int, set[str]]:
    """Rows of records that share a key but differ, with the columns in which they differ."""
    group = _number_groups(repeated, key)
    rows = repeated[ROW].to_numpy()
    _, first = np.unique(group, return_index=True)
    conflicting: dict[int, set[str]] = defaultdict(set)
    for name in others:
        codes, _ = pd.factorize(repeated[name], use_na_sentinel=False)
        different = np.unique(group[codes != codes[first[group]]])
        for row in np.unique(rows[np.isin(group, different)]):
            conflicting[int(row)].add(name)
    return conflicting


def _side_with(
    table: Table, repeated: pd.DataFrame, key: list[str], sure: set[int], ledger: Ledger
) -> pd.DataFrame:
    """Repeats without those that contradict a row which an office said is the right one."""
    conflicting = _find_conflicts(repeated, key, [name for name in table.names if name not in key])
    group = _number_groups(repeated, key)
    rows = repeated[ROW].to_numpy()
    right = np.isin(rows, sorted(sure))
    wrong = np.isin(group, group[right]) & ~right & np.isin(rows, sorted(conflicting))
    beaten = {int(row): conflicting[int(row)] for row in np.unique(rows[wrong])}
    issues = _make_issues(table, repeated, beaten, ledger)
    ledger.quarantine([replace(issue, reason="superseded") for issue in issues])
    return repeated[~ledger.is_bad(rows)]


def _number_groups(repeated: pd.DataFrame, key: list[str]) -> NDArray[np.int64]:
    return number_groups(repeated[name].to_numpy() for name in key)


def _make_issues(
    table: Table, repeated: pd.DataFrame, conflicting: dict[int, set[str]], ledger: Ledger
) -> list[Issue]:
    """Each contradicting row with its group, named by its first row, and the differences within it."""
    if not conflicting:
        return []
    group = _number_groups(repeated, [name for name in table.key if name in repeated])
    touched = np.isin(group, group[np.isin(repeated[ROW].to_numpy(), sorted(conflicting))])
    repeated, group = repeated[touched], group[touched]
    rows = repeated[ROW].to_numpy()
    first = pd.Series(rows).groupby(group).transform("min").to_numpy()
    groups: dict[int, int] = {}
    for row, number in zip(rows, first, strict=True):
        groups[int(row)] = min(int(number), groups.get(int(row), int(number)))
    shown = _list_values(repeated, group, {name for names in conflicting.values() for name in names})
    issues = []
    for row, columns in sorted(conflicting.items()):
        ordered = [name for name in table.names if name in columns]
        texts = [f"{table[name].label.id}: {shown.get((row, name), '')}" for name in ordered]
        address = ledger.address(row, ordered[0])
        issues.append(
            Issue(row, ordered[0], "conflicting_repeat", "", address, "; ".join(texts), groups[row])
        )
    return issues


def _list_values(
    repeated: pd.DataFrame, group: NDArray[np.int64], names: set[str]
) -> dict[tuple[int, str], str]:
    """For each row and column the different values of its group, in the order of the rows."""
    listed: dict[tuple[int, str], str] = {}
    for name in sorted(names):
        values: dict[int, dict[str, None]] = defaultdict(dict)
        for number, value in zip(group, repeated[name], strict=True):
            values[int(number)][_show(value)] = None
        for number, row in zip(group, repeated[ROW], strict=True):
            if len(values[int(number)]) > 1:
                listed[int(row), name] = " ≠ ".join(values[int(number)])
    return listed


def _show(value: Any) -> str:
    if value is None or value != value:
        return "–"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _note_repeats(
    records: pd.DataFrame, extra: np.ndarray, names: list[str], standing: np.ndarray, ledger: Ledger
) -> None:
    """Rows all of whose records stand elsewhere already, with the row that had them first.

    ``records`` are those that share a key with others, ``extra`` which of them repeat an earlier one, and
    ``standing`` the rows of all records that stay.
    """
    if not extra.any():
        return
    group = _number_groups(records, names)
    rows = records[ROW].to_numpy()
    first: dict[int, int] = {}
    for number, row, repeated in zip(group, rows, extra, strict=True):
        if not repeated:
            first[int(number)] = int(row)
    stands = np.zeros(ledger.size, dtype=bool)
    stands[standing] = True
    whole = set(rows[extra & ~stands[rows]].tolist())
    ledger.repeat(
        {
            int(row): first[int(number)]
            for number, row, repeated in zip(group, rows, extra, strict=True)
            if repeated and row in whole and first[int(number)] != row
        }
    )
