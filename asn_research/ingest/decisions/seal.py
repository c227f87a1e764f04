"""Codes by which a decision names a row and what is wrong with it, wherever the row stands."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any, Final

from asn_research.ingest.decisions.correction import as_text
from asn_research.ingest.files.cell import cell_address
from asn_research.ingest.records.ledger import Ledger
from asn_research.ingest.records.record import Issue

_CODE: Final = 16
_CHECK: Final = 4


class Seal:
    """Codes of the rows of a period.

    A code is a keyed hash over file, sheet, column, reason and everything that was read in the row, not over
    where in the sheet it stands: rows may move in a new version of the file. When the row holds other values,
    the code is another one. Rows that say the same are numbered in the order of the files.
    """

    def __init__(self, key: bytes, period: str, ledger: Ledger) -> None:
        self._key = key
        self._period = period
        self._ledger = ledger
        self._columns: dict[int, list[tuple[str, Any]]] = {}
        self._read: dict[int, list[str]] = defaultdict(list)
        self._given: dict[tuple[int, str, str, str], str] = {}
        self._alike: Counter[str] = Counter()
        for segment in ledger.segments:
            for issue in segment.issues:
                self._read[issue.row].append(f"{issue.column}\0{issue.value!s}")

    def code(self, issue: Issue) -> str:
        """The code of one issue of one row; the same as long as the rows are those that came in."""
        name = issue.row, issue.cell, issue.column, issue.reason
        if name not in self._given:
            file, sheet, _ = self._ledger.place(issue.row)
            said = [file, sheet, self._position(issue), issue.column, issue.reason, str(issue.value)]
            message = json.dumps([self._period, *said, *self._content(issue.row)], ensure_ascii=False)
            self._given[name] = self._hash(f"{message}{self._alike[message] or ''}", _CODE)
            self._alike[message] += 1
        return self._given[name]

    def check(self, code: str, named: Sequence[Any]) -> str:
        """A few letters that bind a code to the file, sheet, row and cell that stand beside it.

        Whoever sorts some columns of a workbook and not the others is found out by them.
        """
        return self._hash("\0".join([code, *map(as_text, named)]), _CHECK)

    def _hash(self, text: str, letters: int) -> str:
        return hmac.new(self._key, text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:letters]

    def _position(self, issue: Issue) -> int:
        """Which of the columns that are turned into rows an issue is about; -1 for any other column."""
        segment = self._ledger.segment(issue.row)
        number = int(segment.source_rows[issue.row - segment.offset]) - 1
        cells = [cell_address(number, index) for index in segment.wide_columns] if issue.cell else []
        return cells.index(issue.cell) if issue.cell in cells else -1

    def _content(self, row: int) -> list[str]:
        """What was read in a row, sorted: it is the same when columns change places."""
        segment = self._ledger.segment(row)
        if segment.offset not in self._columns:
            values = [(name, segment.frame[name].to_numpy()) for name in sorted(map(str, segment.frame))]
            wide = [(f"wide {n}", read.values) for n, (_, read) in enumerate(segment.wide)]
            self._columns[segment.offset] = [*values, *wide]
        position = row - segment.offset
        said = ((name, _as_said(values[position])) for name, values in self._columns[segment.offset])
        return [*(f"{name}\0{text}" for name, text in said if text), *sorted(set(self._read.get(row, [])))]


def _as_said(value: Any) -> str:
    """A value as text, whatever type holds it; empty where there is none."""
    if value is None or value != value:
        return ""
    return as_text(value)
