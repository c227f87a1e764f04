"""Which course a row speaks of: by its code, by title and batch, or by the titles above its table."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from asn_research.contract.column import TABLES
from asn_research.contract.vocabulary import fold
from asn_research.ingest.records.group import number_groups
from asn_research.ingest.records.ledger import Ledger
from asn_research.ingest.records.record import ROW, Issue

_BATCH: Final = re.compile(
    r"\b(?:angkatan|batch|gelombang|gel|cohort|angkt|akt)\s*(?:ke\s*)?([ivxlc]+|\d+)\b"
)
_KIND: Final = re.compile(r"^(?:pelatihan|diklat|bimtek|bimbingan teknis|workshop|kursus|training|course)\s+")
_ROMAN: Final = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_ROMAN_FORM: Final = re.compile(r"^(?:x[cl]|l?x{0,3})(?:i[xv]|v?i{0,3})$")


def read_batch(text: str) -> str:
    """A batch in one form, whether written in Arabic or Roman numerals, with or without the word.

    Examples
    --------
    >>> read_batch("Angkatan II"), read_batch("02"), read_batch("Batch 2"), read_batch("A")
    ('2', '2', '2', 'a')
    """
    folded = fold(text)
    match = _BATCH.search(folded)
    bare = match.group(1) if match else re.sub(r"^ke\s*", "", folded)
    if bare.isdigit():
        return bare.lstrip("0") or "0"
    if bare and _ROMAN_FORM.match(bare):
        numbers = [_ROMAN[letter] for letter in bare]
        return str(sum(-n if n < max(numbers[i + 1 :], default=0) else n for i, n in enumerate(numbers)))
    return bare


def split_title(text: str) -> tuple[str, str]:
    """A title without its batch, folded, and the batch that stands in it, if any.

    Examples
    --------
    >>> split_title("Pelatihan Tata Naskah Dinas Angkatan III")
    ('tata naskah dinas', '3')
    """
    folded = fold(text)
    match = _BATCH.search(folded)
    batch = read_batch(match.group(0)) if match else ""
    title = " ".join(_BATCH.sub(" ", folded).split())
    return _KIND.sub("", title), batch


@dataclass(slots=True)
class CourseIndex:
    """The courses of a region and period, to be found by code or by title and batch."""

    codes: dict[str, str] = field(default_factory=dict)
    titles: dict[str, dict[str, set[str]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(set))
    )

    @classmethod
    def of(cls, courses: pd.DataFrame) -> CourseIndex:
        """Index the records of the table of courses."""
        index = cls()
        clashing: set[str] = set()
        for code, title, batch in zip(courses["course_id"], courses["title"], courses["batch"], strict=True):
            if not isinstance(code, str):
                continue
            known = index.codes.setdefault(fold(code), code)
            if known != code and fold(known) == fold(code) and known.casefold() != code.casefold():
                clashing.add(fold(code))
            if isinstance(title, str):
                name, within = split_title(title)
                number = read_batch(batch) if isinstance(batch, str) else within
                index.titles[name][number].add(known)
        for code in clashing:
            del index.codes[code]
        return index

    def find(self, code: str | None, title: str | None, batch: str | None) -> tuple[str | None, str]:
        """The code of a course, or None and the reason why there is none."""
        if code is not None:
            if fold(code) in self.codes:
                return self.codes[fold(code)], ""
            found, reason = self.find_title(code, batch)
            return (found, "") if found else (None, reason)
        if title is not None:
            if fold(title) in self.codes:
                return self.codes[fold(title)], ""
            return self.find_title(title, batch)
        return None, "missing_value"

    def find_title(self, title: str, batch: str | None) -> tuple[str | None, str]:
        """The code of the one course of that title and batch."""
        name, within = split_title(title)
        number = read_batch(batch) if batch is not None else within
        batches = self.titles.get(name)
        if not batches:
            return None, "unknown_course"
        codes = batches.get(number, set()) if number else set().union(*batches.values())
        if len(codes) == 1:
            return next(iter(codes)), ""
        return None, "course_ambiguous" if codes else "unknown_course"

    def find_in(self, texts: Sequence[str], batch: str | None = None) -> str | None:
        """The one course that titles above a table, or the names of sheet and file, speak of."""
        for text in (*texts, " ".join(reversed(texts))):
            folded = f" {fold(text)} "
            codes = {code for key, code in self.codes.items() if f" {key} " in folded and len(key) > 2}
            if len(codes) == 1:
                return codes.pop()
        numbers = {number for text in texts if (number := split_title(text)[1])}
        number = batch if batch is not None else numbers.pop() if len(numbers) == 1 else ""
        for text in texts:
            folded = f" {fold(text)} "
            names = [name for name in self.titles if name and f" {name} " in folded]
            longest = [
                n for n in names if not any(n != other and f" {n} " in f" {other} " for other in names)
            ]
            if len(longest) == 1:
                return self.find_title(longest[0], number or None)[0]
        return None


def make_course_id(title: str, batch: str | None) -> str:
    """A code for a course that has none: its title and batch.

    >>> make_course_id("Tata Naskah Dinas", "II")
    'tata-naskah-dinas-2'
    """
    name, within = split_title(title)
    number = read_batch(batch) if batch else within
    return "-".join([*name.split(), *([number] if number else [])])


def link_courses(
    records: pd.DataFrame, index: CourseIndex, contexts: Sequence[Sequence[str]], owners: NDArray[np.intp]
) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """For every record the code of its course, or None and the reason.

    ``contexts`` gives the titles around each part of a sheet, ``owners`` the number of the part that each
    record is from; the titles count only where the row itself names no course.
    """
    columns = [_column(records, name) for name in ("course_id", "_title", "_batch")]
    group = number_groups([*columns, owners])
    _, first = np.unique(group, return_index=True)
    codes, reasons = (np.empty(len(first), dtype=object) for _ in range(2))
    for number, row in enumerate(first.tolist()):
        code, title, batch = (column[row] for column in columns)
        codes[number], reasons[number] = _link_one(index, code, title, batch, contexts[owners[row]])
    return codes[group], reasons[group]


def _link_one(
    index: CourseIndex, code: str | None, title: str | None, batch: str | None, context: Sequence[str]
) -> tuple[str | None, str]:
    found, reason = index.find(code, title, batch)
    if reason == "missing_value":
        inside = index.find_in(context, read_batch(batch) if batch is not None else None)
        return (inside, "") if inside else (None, reason)
    if code is not None and title is not None and found is not None:
        other, _ = index.find_title(title, batch)
        if other is not None and other != found:
            return None, "course_contradiction"
    return found, reason


def _column(records: pd.DataFrame, name: str) -> NDArray[np.object_]:
    values = np.full(len(records), None, dtype=object)
    if name in records:
        values[:] = [value if isinstance(value, str) else None for value in records[name]]
    return values


def name_courses(courses: pd.DataFrame) -> None:
    """Give courses that an office lists without codes one of their title and batch, in place."""
    nameless = courses["course_id"].isna() & courses["title"].notna()
    courses.loc[nameless, "course_id"] = [
        make_course_id(title, batch if isinstance(batch, str) else None)
        for title, batch in zip(courses.loc[nameless, "title"], courses.loc[nameless, "batch"], strict=True)
    ]


def link_tables(tables: Mapping[str, pd.DataFrame], ledger: Ledger) -> None:
    """Put the code of its course into every record that speaks of one, in place.

    Rows whose course is not known, or may be one of several, are quarantined; where a table can do without
    a course, only those that name one.

    Parameters
    ----------
    tables
        Records by table, with ``courses`` among them.
    ledger
        The account of the rows.
    """
    index = CourseIndex.of(tables["courses"])
    contexts = [segment.context for segment in ledger.segments]
    for name, frame in tables.items():
        if name == "courses" or "course_id" not in TABLES[name].names:
            continue
        codes, reasons = link_courses(frame, index, contexts, ledger.owners(frame[ROW]))
        needed = TABLES[name]["course_id"].required
        doubtful = np.flatnonzero((reasons != "") & (needed | (reasons != "missing_value")))
        issues = dict(zip(frame[ROW].to_numpy()[doubtful].tolist(), reasons[doubtful].tolist(), strict=True))
        named = [column for column in ("course_id", "_title") if column in frame] if issues else []
        written = {column: dict(zip(frame[ROW], frame[column], strict=True)) for column in named}
        for row, reason in issues.items():
            found = [(column, written[column][row]) for column in named if written[column][row]]
            source, value = found[0] if found else ("course_id", "")
            ledger.quarantine([Issue(row, "course_id", reason, value, ledger.address(row, source))])
        frame["course_id"] = pd.Series(codes, index=frame.index, dtype=object)
