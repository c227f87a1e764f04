"""Attendance lists with a column for every session: which columns they are, and what their marks count."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from asn_research.contract.vocabulary import fold
from asn_research.contract.word import spell_out
from asn_research.ingest.layouts.layout import COUNTED, Heading, Layout
from asn_research.ingest.values.date import read_date
from asn_research.ingest.values.reading import clean, is_blank

_FEWEST: Final = 2
"""So many columns of marks make an attendance list; one alone says whether somebody came at all."""
_PRESENT: Final = frozenset({"h", "hadir", "v", "1", "ya", "y", "present", "hdr"})
_ABSENT: Final = frozenset(
    {
        "s", "i", "a", "sakit", "izin", "ijin", "alpa", "alpha", "alfa", "tk", "tanpa keterangan", "cuti",
        "c", "tidak hadir", "th", "0", "tidak", "tdk", "absen", "absent", "mangkir", "tdk hadir",
    }
)  # fmt: skip
_TICKS: Final = frozenset("√✓✔☑●•")
_DASHES: Final = frozenset("-–—✗✘×")
_NUMBERED: Final = re.compile(
    r"^(?:(?:tanggal|pertemuan|sesi|hari|hadir|tatap muka|tm|mp|p|s|h|day|session|meeting|minggu|ke|"
    r"kehadiran|presensi)\s*)*(?:\d{1,2}|[ivx]{1,4})$"
)
_BARE: Final = re.compile(r"^(?:\d{1,2}|[ivx]{1,4})$")
_ROMAN: Final = re.compile(r"^[ivx]{1,4}$")
_SAYS_SO: Final = re.compile(
    r"\b(?:hadir|kehadiran|daftar hadir|presensi|absen|absensi|attendance|tanggal|pertemuan|sesi|tatap muka|"
    r"hari ke|session|meeting)\b"
)
_SUMS: Final = frozenset(
    {"jumlah", "total", "rekap", "rekapitulasi", "persen", "persentase", "keterangan", "sum"}
)
_OWN_MARKS: Final = frozenset(
    {"h", "hadir", "hdr", "s", "i", "sakit", "izin", "ijin", "alpa", "tk", "tidak hadir"}
)
_DAY: Final = re.compile(r"^(?:(?:senin|selasa|rabu|kamis|jum ?at|sabtu|minggu|sen|sel|rab|kam|jum)\b\s*)?"
                         r"\d{1,2}(?:\s+(?:\d{1,2}|[a-z]{3,9}))?(?:\s+\d{2,4})?$")  # fmt: skip

Sample = Callable[[int], Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Counted:
    """Sessions held and attended by row, and cells that say neither: row, number of the mark, reason."""

    held: list[int | None]
    attended: list[int | None]
    faults: list[tuple[int, int, str]] = field(default_factory=list)


def read_mark(value: Any) -> bool | None:
    """Whether a mark says that somebody was there; None where it says neither.

    Examples
    --------
    >>> read_mark("H"), read_mark("√"), read_mark("sakit"), read_mark("x") is None
    (True, True, False, True)
    """
    if isinstance(value, (int, float)):
        return {0: False, 1: True}.get(int(value)) if float(value).is_integer() else None
    text = clean(str(value))
    if text in _TICKS:
        return True
    if text in _DASHES:
        return False
    word = fold(text)
    return True if word in _PRESENT else False if word in _ABSENT else None


def is_session(heading: Heading) -> bool:
    """Whether a heading names one session: a date, a number, or "Pertemuan 3"."""
    if _SUMS & set(spell_out(heading.full).split()):
        return False
    for text in (heading.own, heading.full):
        folded = fold(text)
        if _NUMBERED.match(folded) or _DAY.match(folded) or not read_date(text, order="day-first").reason:
            return True
    return False


def match_marks(layout: Layout, *, texts: Sequence[str], sample: Sample) -> None:
    """Find the columns of an attendance list where the sheet does not count the sessions itself.

    Columns that are only numbered, and cells of 0 and 1, may also be the answers of a test: something must
    say that they are about attendance: the marks themselves, the headings above or the ``texts`` around.
    """
    if all(name in layout.columns for name in COUNTED) or any(name in layout.fixed for name in COUNTED):
        return
    marks = _find_run([heading for heading in layout.rest if is_session(heading)])
    values = [value for heading in marks for value in sample(heading.column)]
    if len(marks) < _FEWEST or not _are_marks(values) or not _are_attendance(marks, texts, sample):
        return
    layout.marks = tuple(heading.column for heading in marks)
    layout.rest = [heading for heading in layout.rest if heading not in marks]
    for name in COUNTED:
        layout.contested.pop(name, None)
    layout.unsure = {
        column: left
        for column, names in layout.unsure.items()
        if (left := tuple(name for name in names if name not in COUNTED))
    }


def _is_roman(heading: Heading) -> bool:
    """Whether a heading is a bare Roman number: after sessions 1 to 8 an "I" counts permissions."""
    return bool(_ROMAN.match(fold(heading.own)))


def _find_run(headings: Sequence[Heading]) -> list[Heading]:
    """The columns of one list: side by side, or under one heading; of several lists none is certain."""
    runs: list[list[Heading]] = []
    for heading in headings:
        last = runs[-1][-1] if runs else None
        beside = last and (heading.column == last.column + 1 or (heading.parents or None) == last.parents)
        if last and beside and _is_roman(heading) == _is_roman(last):
            runs[-1].append(heading)
        else:
            runs.append([heading])
    lists = [run for run in runs if len(run) >= _FEWEST]
    return lists[0] if len(lists) == 1 else []


def _are_attendance(marks: Sequence[Heading], texts: Sequence[str], sample: Sample) -> bool:
    if any(_SAYS_SO.search(fold(text)) for text in (*texts, *(heading.parents for heading in marks))):
        return True
    if any(_SAYS_SO.search(fold(heading.own)) or not _BARE.match(fold(heading.own)) for heading in marks):
        return True
    said = {fold(str(value)) for heading in marks for value in sample(heading.column)}
    return len(said & _OWN_MARKS) > 1


def _are_marks(values: Sequence[Any]) -> bool:
    read = [read_mark(value) for value in values if not is_blank(value)]
    return True in read and read.count(None) * 4 <= len(read)


def count_sessions(marks: Sequence[Sequence[Any]]) -> Counted:
    """Count an attendance list: for every session the marks of all people, in the order of the rows.

    A blank cell means "not there" where all marks of the list only tick off who was; where absence has marks
    of its own it says nothing, and its row waits. A session without any mark was not held.
    """
    rows = len(marks[0]) if marks else 0
    held = [not all(map(is_blank, column)) for column in marks]
    read = [[None if is_blank(value) else read_mark(value) for value in column] for column in marks]
    only_ticks = not any(value is False for column in read for value in column)
    counted = Counted([None] * rows, [None] * rows)
    for row in range(rows):
        if all(is_blank(column[row]) for column in marks) and not only_ticks:
            counted.faults.append((row, 0, "missing_value"))
            continue
        attended = 0
        for place, column in enumerate(read):
            if not held[place]:
                continue
            blank = is_blank(marks[place][row])
            if column[row] is None and not (blank and only_ticks):
                counted.faults.append((row, place, "missing_value" if blank else "unknown_term"))
            attended += column[row] is True
        counted.held[row], counted.attended[row] = sum(held), attended
    return counted
