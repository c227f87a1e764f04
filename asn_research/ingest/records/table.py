"""Records as stored tables: pseudonyms instead of people, scrubbed remarks, one type per column."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

import numpy as np
import pandas as pd

from asn_research.contract.agency import name_key
from asn_research.contract.column import PROVENANCE, TABLES, Kind, Table
from asn_research.ingest.people.identity import Pseudonyms
from asn_research.ingest.people.text import Scrubber, is_personal_code, scrub_label
from asn_research.ingest.records.ledger import Ledger
from asn_research.ingest.records.record import ROW

_TYPES: Final[dict[Kind, Any]] = {
    Kind.NUMBER: "float64", Kind.MONEY: "float64", Kind.SHARE: "float64", Kind.INTEGER: "Int64",
    Kind.FLAG: "boolean", Kind.DATE: "datetime64[s]",
}  # fmt: skip
_TEXT: Final = pd.StringDtype(na_value=np.nan)
_HARMONISED: Final = ("unit", "title", "service", "provider", "theme", "line")


def finish_table(
    table: Table, records: pd.DataFrame, ledger: Ledger, *, people: Pseudonyms, scrubber: Scrubber
) -> pd.DataFrame:
    """The stored form of a table's records, in the order of the raw rows."""
    records = records.sort_values(ROW, kind="stable")
    columns: dict[str, object] = {}
    for column in table.columns:
        values = records[column.name]
        if column.kind is Kind.PERSON:
            values = _map(values, partial(people.find, column=column.name))
        elif column.kind is Kind.REMARK:
            values = _map(values, scrubber.scrub)
        elif column.kind is Kind.TEXT:
            values = _map(values, scrub_label)
        elif column.kind is Kind.CODE:
            values = _map(values, partial(_hide_code, people))
        columns[column.name] = _typed(values, column.kind)
    places = _places(records, ledger)
    frame = pd.DataFrame(columns, index=records.index).reset_index(drop=True)
    for name, place in zip(PROVENANCE, places, strict=True):
        frame[name] = place
    return frame


def _hide_code(people: Pseudonyms, code: str) -> str:
    """A code as it is, or a pseudonym where an office used a number of a person as its code."""
    return people.find(code) if is_personal_code(code) else code


def _map(values: pd.Series, function: Callable[[str], str]) -> pd.Series:
    codes, uniques = pd.factorize(values)
    made = np.empty(len(uniques) + 1, dtype=object)
    made[:-1] = [function(value) for value in uniques]
    made[-1] = np.nan  # the code of a missing value is -1
    return pd.Series(made[codes], index=values.index)


def _typed(values: pd.Series, kind: Kind) -> pd.Series:
    if kind is Kind.DATE:
        return pd.to_datetime(values).astype("datetime64[s]")
    if kind in {Kind.NUMBER, Kind.MONEY, Kind.SHARE, Kind.INTEGER}:
        numbers: pd.Series = pd.to_numeric(values).astype(_TYPES[kind])
        return numbers
    if kind is Kind.FLAG:
        return values.where(values.notna(), None).astype("boolean")
    return values.astype(_TEXT)


def _places(records: pd.DataFrame, ledger: Ledger) -> tuple[pd.Series, pd.Series, pd.Series]:
    owners = ledger.owners(records[ROW])
    files = np.array([segment.file for segment in ledger.segments], dtype=object)
    sheets = np.array([segment.sheet for segment in ledger.segments], dtype=object)
    return (
        pd.Series(files[owners], dtype="str"),
        pd.Series(sheets[owners], dtype="str"),
        pd.Series(ledger.raw_rows(records[ROW]), dtype="int64"),
    )


def harmonise(tables: Mapping[str, pd.DataFrame], *, units: Mapping[str, str] | None = None) -> None:
    """Give names that differ only in case, accents, spaces or punctuation one spelling: the most frequent.

    "DINAS KESEHATAN" and "Dinas Kesehatan " are one unit in all tables; of equally frequent spellings the one
    that sorts first stands. ``units`` are the names that the office decided upon for its units, by
    :func:`~asn_research.contract.agency.name_key`.
    """
    for name in _HARMONISED:
        frames = [frame for table, frame in tables.items() if name in TABLES[table].names]
        counts: dict[str, Counter[str]] = {}
        for frame in frames:
            for spelling, count in frame[name].value_counts().items():
                counts.setdefault(name_key(str(spelling)), Counter())[str(spelling)] += int(count)
        chosen = {
            folded: min(spellings, key=lambda s: (-spellings[s], s)) for folded, spellings in counts.items()
        }
        if name == "unit":
            chosen |= units or {}
        changes = {
            s: chosen[folded]
            for folded, spellings in counts.items()
            for s in spellings
            if s != chosen[folded]
        }
        if changes:
            for frame in frames:
                frame[name] = frame[name].replace(changes)
