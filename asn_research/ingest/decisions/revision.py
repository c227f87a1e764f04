"""Decisions of an office applied to its rows: all of them or none, each to the row it names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
import pandas as pd

from asn_research.contract.column import Column, Kind
from asn_research.errors import Place, Problem
from asn_research.ingest.decisions.correction import Correction, Corrections, Decision
from asn_research.ingest.decisions.seal import Seal
from asn_research.ingest.files.cell import cell_address
from asn_research.ingest.files.problem import make_problem
from asn_research.ingest.records.ledger import Ledger, Status
from asn_research.ingest.records.record import Issue, Segment, find_column, read_value
from asn_research.ingest.values.value import is_filled

REPEAT: Final = "exact_repeat"
"""The reason under which a row that repeats another word for word stands in the workbook."""
_ACCEPTABLE: Final = frozenset(
    {"conflicting_repeat", "nip_sex_mismatch", "nip_birth_mismatch", "nip_employment_mismatch", REPEAT}
)
_IDENTITIES: Final = frozenset({Kind.PERSON, Kind.CODE})
Tables = dict[str, pd.DataFrame]


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the workbook: what is wrong with which row, its code, and the decision if there is one.

    ``check`` binds the code to the place that stands beside it in the workbook.
    """

    issue: Issue
    code: str
    check: str = ""
    correction: Correction | None = None


@dataclass(slots=True)
class Outcome:
    """Rows and tables after all decisions, or as they came in where the decisions were refused."""

    ledger: Ledger
    tables: Tables
    lines: list[Line]
    applied: list[Line] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    read: int = 0


def apply_corrections(
    segments: list[Segment],
    corrections: Corrections,
    *,
    settle: Callable[[Ledger], Tables],
    key: bytes,
    period: str,
    latest_year: int,
) -> Outcome:
    """Settle all rows, with the decisions that an office took about them.

    A decision may bring up the next question about its row: a corrected number may be of somebody nobody has
    listed. Decisions about such questions are applied in further rounds, until none is left.

    Parameters
    ----------
    segments
        The rows as they were read from the files.
    corrections
        The decisions about the period.
    settle
        Links the records of all rows and sets aside those that contradict each other.
    key
        Of the codes that name rows.
    period, latest_year
        The period and the year it ends in.

    Returns
    -------
    Outcome
        With ``problems`` where anything is wrong with any decision; then none was applied.
    """
    first = Ledger(segments)
    tables = settle(first)
    seal = Seal(key, period, first)
    waiting = list_lines(first, seal)  # before any other: it numbers rows that say the same
    if not corrections.found and not corrections.problems:
        return Outcome(first, tables, waiting, read=corrections.count)
    revision = _Revision(latest_year)
    mixed = _find_mixed(corrections.found, seal)
    pending = {c.code: c for c in corrections.found if c.code not in mixed}
    ledger, settled = first, tables
    applied: list[Line] = []
    while matched := _match(ledger, seal, pending):
        for line in matched:
            revision.add(line, ledger)
        applied += matched
        ledger = revision.make_ledger(segments)
        settled = settle(ledger)
    problems = [*corrections.problems, *revision.problems, *_find_contradicted(applied, ledger)]
    problems += [make_problem("decision_mixed", place) for place in mixed.values()]
    problems += _tell_stale(list(pending.values()), applied)
    if problems:
        told = "decisions_refused" if corrections.count else "decisions_unread"
        problems.append(make_problem(told, Place(problems[0].place.file), count=str(corrections.count)))
        known = {line.code: line.correction for line in applied}
        lines = [replace(line, correction=known.get(line.code)) for line in waiting]
        return Outcome(first, tables, lines, [], problems, corrections.count)
    return Outcome(ledger, settled, [*applied, *list_lines(ledger, seal)], applied, [], corrections.count)


def list_lines(ledger: Ledger, seal: Seal) -> list[Line]:
    """Everything about which an office may decide: what set rows aside, then repeats of rows."""
    issues = sorted(
        dict.fromkeys(issue for issue in ledger.issues if issue.reason != "dropped"),
        key=lambda issue: (issue.row, issue.cell, issue.column, issue.reason),
    )
    status = ledger.statuses()
    for row in sorted(ledger.repeats):
        if status[row] == Status.DUPLICATE:
            column = find_identity(ledger.segment(row)) or ""
            issues.append(Issue(row, column, REPEAT, "", ledger.address(row, column)))
    lines = []
    for issue in issues:
        code = seal.code(issue)
        lines.append(Line(issue, code, seal.check(code, (*ledger.place(issue.row), issue.cell))))
    return lines


def list_possible(line: Line, ledger: Ledger) -> tuple[Decision, ...]:
    """What may be decided about a row of the workbook."""
    issue, segment = line.issue, ledger.segment(line.issue.row)
    possible = [d for d in (Decision.CORRECT, Decision.NEW_ID) if _find_target(segment, issue, d)]
    accept = [Decision.ACCEPT] if issue.reason in _ACCEPTABLE else []
    return (*accept, *possible, Decision.DROP)


def _find_mixed(found: Sequence[Correction], seal: Seal) -> dict[str, Place]:
    """Decisions beside which another place stands than the one that their code was written for."""
    entries = [correction.entry for correction in found]
    return {e.code: e.place for e in entries if e.check and e.check != seal.check(e.code, e.named)}


def _tell_stale(pending: Sequence[Correction], applied: Sequence[Line]) -> list[Problem]:
    """Decisions that name no row: each by itself, but one sentence where none of many names any."""
    if len(pending) > 1 and not applied:
        place = Place(pending[0].place.file, pending[0].place.sheet)
        return [make_problem("decision_strange", place, count=str(len(pending)))]
    return [make_problem("decision_stale", correction.place) for correction in pending]


def _match(ledger: Ledger, seal: Seal, pending: dict[str, Correction]) -> list[Line]:
    """Lines that decisions name by their code; those are done with."""
    matched = []
    for line in list_lines(ledger, seal) if pending else ():
        correction = pending.get(line.code)
        if correction is not None:
            matched.append(replace(line, correction=correction))
            del pending[line.code]
    return matched


def _find_contradicted(applied: Sequence[Line], ledger: Ledger) -> list[Problem]:
    """Rows that were all said to be the right one, although they contradict each other."""
    still = {issue.row: issue.group for issue in ledger.issues if issue.reason == "conflicting_repeat"}
    groups: dict[int, list[Correction]] = defaultdict(list)
    for line in applied:
        accepted = line.correction is not None and line.correction.decision is Decision.ACCEPT
        if (
            line.correction
            and accepted
            and line.issue.reason == "conflicting_repeat"
            and line.issue.row in still
        ):
            groups[still[line.issue.row]].append(line.correction)
    return [
        _tell_contradiction(correction, others[0] if others[0] is not correction else others[-1])
        for others in groups.values()
        for correction in others
    ]


def _tell_contradiction(correction: Correction, other: Correction) -> Problem:
    """A decision that contradicts another one, and where that one stands."""
    place = other.place
    where = (place.sheet, place.cell) if place.file == correction.place.file else (str(place),)
    return make_problem("decision_contradicts", correction.place, other=" › ".join(filter(None, where)))


def find_identity(segment: Segment) -> str | None:
    """The column that says whose or which row this is, where the sheet has it."""
    for name in segment.table.key:
        if segment.table[name].kind in _IDENTITIES:
            return name if name in segment.frame else None
    return None


@dataclass(slots=True)
class _Revision:
    """What decisions change, by position of the rows in the ledger."""

    latest_year: int
    cells: dict[int, dict[tuple[str, int], Any]] = field(default_factory=lambda: defaultdict(dict))
    dropped: set[int] = field(default_factory=set)
    confirmed: set[tuple[int, str]] = field(default_factory=set)
    decided: dict[int, Correction] = field(default_factory=dict)
    set_by: dict[tuple[int, str, int], Correction] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def add(self, line: Line, ledger: Ledger) -> None:
        """Note a decision, or what is wrong with it."""
        correction, issue = line.correction, line.issue
        if correction is None:
            return
        decision, segment = correction.decision, ledger.segment(issue.row)
        before = self.decided.setdefault(issue.row, correction)
        if (before.decision is Decision.DROP) != (decision is Decision.DROP):
            self.problems.append(_tell_contradiction(correction, before))
        elif decision is Decision.DROP:
            if issue.reason != REPEAT:
                self.dropped.add(issue.row)
        elif decision is Decision.ACCEPT:
            if issue.reason not in _ACCEPTABLE:
                self._refuse(correction, issue)
            elif issue.reason != REPEAT:
                self.confirmed.add((issue.row, issue.reason))
        else:
            target = _find_target(segment, issue, decision)
            if target is None:
                self._refuse(correction, issue)
            else:
                self._set(correction, issue, segment, target)

    def _refuse(self, correction: Correction, issue: Issue) -> None:
        self.problems.append(make_problem("decision_impossible", correction.place, reason=issue.reason))

    def _set(self, correction: Correction, issue: Issue, segment: Segment, target: tuple[str, int]) -> None:
        column = find_column(segment.table, target[0])
        reading = read_value(correction.value, column, segment.table, latest_year=self.latest_year)
        if reading.reason:
            self.problems.append(_tell_fault(correction, column, reading.reason))
            return
        changes = self.cells[issue.row]
        before = self.set_by.setdefault((issue.row, *target), correction)
        if target in changes and changes[target] != reading.value:
            self.problems.append(_tell_contradiction(correction, before))
        changes[target] = reading.value

    def make_ledger(self, segments: list[Segment]) -> Ledger:
        """The account of the rows as the decisions leave them."""
        rows = sorted(self.cells)
        revised = []
        for segment in segments:
            own = [row for row in rows if 0 <= row - segment.offset < len(segment.source_rows)]
            revised.append(_revise(segment, {row: self.cells[row] for row in own}) if own else segment)
        return Ledger(revised, dropped=frozenset(self.dropped), confirmed=frozenset(self.confirmed))


def _tell_fault(correction: Correction, column: Column, reason: str) -> Problem:
    """Why a new value cannot be used: outside which limits, or what it is not."""
    place = correction.entry.answer
    if reason != "out_of_range" or not column.limits:
        return make_problem("decision_value", place, reason=reason)
    return make_problem("decision_outside", place, column=column.label.id, limits=column.limits)


def _find_target(segment: Segment, issue: Issue, decision: Decision) -> tuple[str, int] | None:
    """What a new value replaces: a column (-1), or one of the columns that are turned into rows."""
    if decision is Decision.NEW_ID:
        name = find_identity(segment)
        return (name, -1) if name else None
    if issue.reason == REPEAT or not issue.column:
        return None
    source_row = int(segment.source_rows[issue.row - segment.offset])
    for number, index in enumerate(segment.wide_columns):
        if issue.cell and issue.cell == cell_address(source_row - 1, index):
            return issue.column, number
    if segment.wide and issue.column == segment.value:
        return None
    if issue.cell or issue.column == "course_id" or issue.column in segment.frame:
        return issue.column, -1
    return None


def _revise(segment: Segment, changes: Mapping[int, Mapping[tuple[str, int], Any]]) -> Segment:
    """A segment with new values in some of its cells, which no longer keep their rows from being read."""
    frame, wide = segment.frame.copy(), list(segment.wide)
    settled: set[tuple[int, str, str]] = set()
    for row, given in changes.items():
        position = row - segment.offset
        for (name, number), value in given.items():
            address = segment.cell(row, name)
            if number < 0:
                frame[name] = _put(frame.get(name), position, value, len(frame))
            else:
                fixed, read = wide[number]
                values = _put(read.values, position, value)
                wide[number] = fixed, replace(read, values=values, filled=is_filled(values))
                index = segment.wide_columns[number]
                address = cell_address(int(segment.source_rows[position]) - 1, index)
            settled.add((row, name, address))
    issues = [i for i in segment.issues if (i.row, i.column, i.cell) not in settled]
    repairs = [*segment.repairs, *((row, "decision") for row in changes)]
    return replace(segment, frame=frame, wide=wide, issues=issues, repairs=repairs)


def _put(values: Any, position: int, value: Any, size: int = 0) -> Any:
    array = np.empty(size, dtype=object) if values is None else np.array(values, dtype=object)
    array[position] = value
    return array
