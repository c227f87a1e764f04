"""The account of every raw row: what became of it, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Set
from enum import IntEnum
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from asn_research.errors import Place, Problem, RowConservationError
from asn_research.ingest.records.record import Issue, Segment

DECIDED: Final = frozenset({"dropped", "superseded"})
"""Reasons why a row is set aside for good: an office decided about it, or for another row."""


class Status(IntEnum):
    """What became of a row; exactly one of them holds."""

    ACCEPTED = 0
    CORRECTED = 1
    QUARANTINED = 2
    DUPLICATE = 3


class Ledger:
    """All raw rows of a region and period, by position, with their issues and repairs."""

    def __init__(
        self,
        segments: list[Segment],
        *,
        dropped: Set[int] = frozenset(),
        confirmed: Set[tuple[int, str]] = frozenset(),
    ) -> None:
        """Begin the account; rows that an office dropped, and doubts it cleared up, are known by position."""
        self.segments = segments
        self.dropped = dropped
        self.confirmed = confirmed
        self.size = sum(len(segment.source_rows) for segment in segments)
        self.issues: list[Issue] = []
        self.repairs: list[tuple[int, str]] = []
        self.repeats: dict[int, int] = {}
        self._bad = np.zeros(self.size, dtype=bool)
        self._owner = np.repeat(np.arange(len(segments)), [len(segment.source_rows) for segment in segments])
        for segment in segments:
            self.repairs += segment.repairs
            self.quarantine(segment.issues)
        self.issues += [Issue(row, "", "dropped") for row in sorted(dropped)]
        self._bad[sorted(dropped)] = True

    def quarantine(self, issues: list[Issue]) -> None:
        """Set rows aside, each with its reason, but for rows and doubts that were decided about."""
        if self.dropped or self.confirmed:
            issues = [
                issue
                for issue in issues
                if issue.row not in self.dropped
                and (issue.reason == "conflicting_repeat" or (issue.row, issue.reason) not in self.confirmed)
            ]
        self.issues += issues
        self._bad[[issue.row for issue in issues]] = True

    def repeat(self, rows: dict[int, int]) -> None:
        """Note rows that say nothing beyond another row: position by position of the first."""
        self.repeats.update(rows)

    def is_bad(self, rows: NDArray[Any] | pd.Series) -> NDArray[np.bool_]:
        """Whether rows are set aside."""
        return np.asarray(self._bad[np.asarray(rows, dtype=np.int64)])

    def sure(self, reason: str) -> set[int]:
        """Rows that an office said are right in spite of a doubt."""
        return {row for row, doubt in self.confirmed if doubt == reason}

    def segment(self, row: int) -> Segment:
        """The segment that a row belongs to."""
        return self.segments[int(self._owner[row])]

    def owners(self, rows: NDArray[Any] | pd.Series) -> NDArray[np.intp]:
        """Number of the segment of each row."""
        return np.asarray(self._owner[np.asarray(rows, dtype=np.int64)])

    def raw_rows(self, rows: NDArray[Any] | pd.Series) -> NDArray[np.int64]:
        """Row number in its file of each row."""
        numbers = [segment.source_rows for segment in self.segments]
        return np.concatenate([np.empty(0, dtype=np.int64), *numbers])[np.asarray(rows, dtype=np.int64)]

    def place(self, row: int) -> tuple[str, str, int]:
        """File, sheet and raw row number of a row."""
        segment = self.segment(row)
        return segment.file, segment.sheet, int(segment.source_rows[row - segment.offset])

    def address(self, row: int, column: str) -> str:
        """Address of the cell a column was read from in a row."""
        return self.segment(row).cell(row, column)

    def statuses(self) -> NDArray[np.int8]:
        """The status of every row."""
        status = np.full(self.size, Status.ACCEPTED, dtype=np.int8)
        status[[row for row, _ in self.repairs]] = Status.CORRECTED
        status[list(self.repeats)] = Status.DUPLICATE
        status[self._bad] = Status.QUARANTINED
        return status

    def count(self) -> list[dict[str, Any]]:
        """Rows by file, sheet and table, and what became of them.

        Raises
        ------
        RowConservationError
            If the rows of a block differ from the sum of the four statuses.
        """
        status = self.statuses()
        counts: list[dict[str, Any]] = []
        for segment in self.segments:
            rows = status[segment.offset : segment.offset + len(segment.source_rows)]
            entry: dict[str, Any] = {
                "file": segment.file, "sheet": segment.sheet, "table": segment.table.name,
                "rows": len(segment.source_rows),
                "accepted": int(np.sum(rows == Status.ACCEPTED)),
                "corrected": int(np.sum(rows == Status.CORRECTED)),
                "quarantined": int(np.sum(rows == Status.QUARANTINED)),
                "duplicates": int(np.sum(rows == Status.DUPLICATE)),
                "left_out": segment.left_out,
            }  # fmt: skip
            check_conservation(entry)
            counts.append(entry)
        return counts

    def waiting(self) -> int:
        """Rows set aside about which nobody has decided yet."""
        return len({issue.row for issue in self.issues if issue.reason not in DECIDED})

    def count_repairs(self) -> dict[str, int]:
        """Cells repaired in rows that were kept, by kind of repair."""
        status = self.statuses()
        kept = Counter(kind for row, kind in self.repairs if status[row] == Status.CORRECTED)
        return dict(sorted(kept.items()))


def check_conservation(entry: dict[str, Any]) -> None:
    """Stop where rows in differ from accepted + corrected + quarantined + duplicates."""
    parts = {name: int(entry[name]) for name in ("accepted", "corrected", "quarantined", "duplicates")}
    if sum(parts.values()) != entry["rows"]:
        shown = " + ".join(f"{count} {name}" for name, count in parts.items())
        raise RowConservationError(
            Problem("rows_lost", f"{entry['rows']} rows came in, but {shown} were accounted for.",
                    Place(entry["file"], entry["sheet"]), "Nothing was stored.")
        )  # fmt: skip
