"""Repeated rows: word-for-word repeats are dropped, contradicting ones are all set aside."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pandas as pd

from asn_research.contract.column import Table
from asn_research.ingest.ledger import Ledger
from asn_research.ingest.record import ROW, Issue


def settle_repeats(table: Table, records: pd.DataFrame, ledger: Ledger) -> pd.DataFrame:
    """The records without repeats.

    Records are repeats when they agree in the key of their table. Where they agree in everything, the first
    stands; where they differ, nobody can say which is right, and the rows of all of them, the first included,
    are quarantined with the columns in which they differ.
    """
    records = records[~ledger.is_bad(records[ROW])]
    names = list(table.names)
    key = [name for name in table.key if name in records]
    if not records.duplicated(subset=key).any():
        return records
    repeated = records[records.duplicated(subset=key, keep=False)]
    conflicting = _find_conflicts(repeated, key, [name for name in names if name not in key])
    ledger.quarantine(_make_issues(table, conflicting, ledger))
    records = records[~ledger.is_bad(records[ROW])]
    repeated = repeated[~ledger.is_bad(repeated[ROW])]
    again = repeated.duplicated(subset=names)
    extra = records.index.isin(repeated.index[again])
    _note_repeats(repeated, again.to_numpy(), names, records.loc[~extra, ROW].to_numpy(), ledger)
    return records[~extra]


def _find_conflicts(repeated: pd.DataFrame, key: list[str], others: list[str]) -> dict[int, set[str]]:
    """Rows of records that share a key but differ, with the columns in which they differ."""
    group = repeated.groupby(key, sort=False, dropna=False).ngroup().to_numpy()
    rows = repeated[ROW].to_numpy()
    _, first = np.unique(group, return_index=True)
    conflicting: dict[int, set[str]] = defaultdict(set)
    for name in others:
        codes, _ = pd.factorize(repeated[name], use_na_sentinel=False)
        different = np.unique(group[codes != codes[first[group]]])
        for row in np.unique(rows[np.isin(group, different)]):
            conflicting[int(row)].add(name)
    return conflicting


def _make_issues(table: Table, conflicting: dict[int, set[str]], ledger: Ledger) -> list[Issue]:
    issues = []
    for row, columns in sorted(conflicting.items()):
        ordered = [name for name in table.names if name in columns]
        issues.append(
            Issue(
                row, ordered[0], "conflicting_repeat", "", ledger.address(row, ordered[0]), ", ".join(ordered)
            )
        )
    return issues


def _note_repeats(
    records: pd.DataFrame, extra: np.ndarray, names: list[str], standing: np.ndarray, ledger: Ledger
) -> None:
    """Rows all of whose records stand elsewhere already, with the row that had them first.

    ``records`` are those that share a key with others, ``extra`` which of them repeat an earlier one, and
    ``standing`` the rows of all records that stay.
    """
    if not extra.any():
        return
    group = records.groupby(names, sort=False, dropna=False).ngroup().to_numpy()
    rows = records[ROW].to_numpy()
    first: dict[int, int] = {}
    for number, row, repeated in zip(group, rows, extra, strict=True):
        if not repeated:
            first[int(number)] = int(row)
    whole = set(rows[extra]) - set(standing)
    ledger.repeat(
        {
            int(row): first[int(number)]
            for number, row, repeated in zip(group, rows, extra, strict=True)
            if repeated and row in whole and first[int(number)] != row
        }
    )
