"""Columns of raw cells to columns of values: every different cell is read once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from asn_research.contract.column import Column, Kind
from asn_research.contract.vocabulary import fold
from asn_research.ingest.values.date import Order, find_orders, is_half_converted, read_date, read_span
from asn_research.ingest.values.number import find_decimal, read_number, scale_amount
from asn_research.ingest.values.reading import Reading, clean, is_blank, is_missing, read_error
from asn_research.ingest.values.term import read_answer, read_flag, read_scale_words, read_term

NUMERIC: Final = frozenset({Kind.NUMBER, Kind.INTEGER, Kind.MONEY, Kind.SHARE})
_YEAR: Final = re.compile(r"(?<!\d)(19|20)\d{2}(?!\d)")
_OUT_OF: Final = re.compile(r"^(\d{1,3}(?:[.,]\d{1,2})?) ?/ ?(\d{1,3})$")
_MISSING: Final = Reading()
_NARROW: Final = 10


@dataclass(frozen=True, slots=True)
class Notation:
    """How a sheet writes its numbers and dates, as far as its unambiguous cells show.

    ``narrow`` says that no score is above 10, so that they are not on the scale from 0 to 100 for certain;
    ``unsigned`` that the reader of the file drops percent signs, so that 85% stands as 0.85; ``late`` that
    the workbook counts its days from 1904; ``guarded`` that its cells took only scores from 0 to 100, so
    that 0.85 is less than a point.
    """

    decimals: frozenset[str] = frozenset()
    orders: frozenset[Order] = frozenset()
    declared: Order | None = "day-first"
    narrow: bool = False
    answers: Mapping[int, Mapping[str, int | None]] = field(default_factory=dict)
    unsigned: bool = False
    late: bool = False
    guarded: bool = False


@dataclass(frozen=True, slots=True)
class Cells:
    """A column of raw cells, kept as its different values and, for every row, the number of its value."""

    uniques: list[Any]
    codes: NDArray[np.intp]

    @classmethod
    def of(cls, cells: Sequence[Any]) -> Cells:
        array = np.empty(len(cells), dtype=object)
        array[:] = cells
        codes, uniques = pd.factorize(array, use_na_sentinel=False)
        if any(isinstance(value, bool) or value in (0, 1) for value in uniques if not isinstance(value, str)):
            array[:] = [str(value).upper() if isinstance(value, bool) else value for value in cells]
            codes, uniques = pd.factorize(array, use_na_sentinel=False)
        return cls(list(uniques), codes)

    def take(self, readings: Sequence[Reading]) -> ReadColumn:
        """One reading for every different value, laid out over the rows."""
        values = fill([reading.value for reading in readings])
        reasons, repairs = [reading.reason for reading in readings], [reading.repair for reading in readings]
        return ReadColumn(values[self.codes], is_filled(values)[self.codes], self.codes, reasons, repairs)


@dataclass(frozen=True, slots=True)
class ReadColumn:
    """A column that was read: values, one per row, None where there is none.

    ``filled`` tells where there is a value; ``codes`` gives for every row the number of its cell among the
    different cells, to which ``reasons_of`` and ``repairs_of`` belong.
    """

    values: NDArray[np.object_]
    filled: NDArray[np.bool_]
    codes: NDArray[np.intp]
    reasons_of: list[str]
    repairs_of: list[str]

    @property
    def reasons(self) -> NDArray[np.object_]:
        """Why there is no value, one per row."""
        return fill(self.reasons_of)[self.codes]

    @property
    def repairs(self) -> NDArray[np.object_]:
        """What was repaired, one per row."""
        return fill(self.repairs_of)[self.codes]

    @property
    def faulty(self) -> NDArray[np.intp]:
        """The rows that have a reason."""
        return self._find(self.reasons_of)

    @property
    def repaired(self) -> NDArray[np.intp]:
        """The rows in which something was repaired."""
        return self._find(self.repairs_of)

    def _find(self, texts: list[str]) -> NDArray[np.intp]:
        if not any(texts):
            return np.empty(0, dtype=np.intp)
        return np.flatnonzero(np.array([bool(text) for text in texts], dtype=bool)[self.codes])


def is_filled(values: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Where a column holds something: neither None nor an empty text."""
    return np.asarray(~(pd.isna(values) | (values == "")), dtype=bool)


def fill(parts: Sequence[Any]) -> NDArray[np.object_]:
    """An array of some objects, whatever they are."""
    array = np.empty(len(parts), dtype=object)
    array[:] = parts
    return array


def find_notation(columns: Sequence[tuple[Cells, Column]], *, declared: Order | None) -> Notation:
    """What the unambiguous cells of a sheet say about all its numbers, dates and answers."""
    decimals: set[str] = set()
    orders: set[Order] = set()
    answers: dict[int, list[Any]] = {}
    for cells, column in columns:
        if column.kind in NUMERIC:
            decimals |= find_decimal(cells.uniques)
        elif column.kind is Kind.DATE:
            orders |= find_orders(cells.uniques)
        size = answer_size(column)
        if size:
            answers.setdefault(size, []).extend(cells.uniques)
    words = {size: read_scale_words(values, size=size) for size, values in answers.items()}
    scores = [(cells, column) for cells, column in columns if column.unit == "points"]
    return Notation(frozenset(decimals), frozenset(orders), declared, _is_narrow(scores), words)


def _is_narrow(scores: Sequence[tuple[Cells, Column]]) -> bool:
    """Whether there are scores and none is above 10."""
    highest = 0.0
    for cells, column in scores:
        for value in cells.uniques:
            number = read_number(value, column, decimals=frozenset({","})).value
            highest = max(highest, number or 0.0)
            if highest > _NARROW:
                return False
    return highest > 0


def answer_size(column: Column) -> int:
    """The number of answers of a column of answers, or 0 for other columns."""
    return int(column.maximum) if column.minimum == 1 and column.maximum in (4, 5) else 0


def read_cells(
    cells: Cells, column: Column, *, notation: Notation, heading: str = "", scale: float = 1
) -> ReadColumn:
    """Read a column of any kind but persons.

    Parameters
    ----------
    cells
        The raw cells.
    column
        The column of the contract that they belong to.
    notation
        How the sheet writes numbers and dates; what the column itself shows goes before it.
    heading
        The heading in the file, where a percent sign may stand.
    scale
        What amounts of rupiah are to be multiplied by, where a heading or title says so.
    """
    readings = [Reading(reason=error) if (error := read_error(value)) else None for value in cells.uniques]
    rest = [value for value, known in zip(cells.uniques, readings, strict=True) if known is None]
    fresh = iter(_read_values(rest, column, notation, heading, scale))
    return cells.take([known or next(fresh) for known in readings])


def _read_values(
    values: list[Any], column: Column, notation: Notation, heading: str, scale: float
) -> list[Reading]:
    if column.kind is Kind.DATE:
        return _read_dates(values, notation)
    if column.kind is Kind.TERM:
        return [_or_missing(read_term(v, column), v) if not is_blank(v) else _MISSING for v in values]
    if column.kind is Kind.FLAG:
        return [_or_missing(reading, v) for reading, v in zip(_read_flags(values), values, strict=True)]
    if column.kind is Kind.CODE:
        return [_MISSING if is_missing(v) else read_code(v) for v in values]
    if column.kind in {Kind.TEXT, Kind.REMARK}:
        return [_MISSING if is_missing(v) else Reading(_as_text(v)) for v in values]
    if column.kind is Kind.SHARE:
        return _read_shares(values, column, notation, heading)
    if column.kind is Kind.MONEY and scale != 1:
        return _read_scaled(values, column, notation, scale)
    return _read_numbers(values, column, notation)


def _read_scaled(values: list[Any], column: Column, notation: Notation, scale: float) -> list[Reading]:
    """Amounts that a heading gives in thousands or millions."""
    decimals = find_decimal(values) or notation.decimals
    return [
        _MISSING
        if is_missing(v)
        else scale_amount(read_number(v, column, decimals=decimals, scaled=True), scale, v)
        for v in values
    ]


def _read_flags(values: list[Any]) -> list[Reading]:
    """Yes and no; a cross says yes only where no tick or other yes stands beside it in the column."""
    flags = [read_flag(value) for value in values]
    crosses = [isinstance(value, str) and fold(value) == "x" for value in values]
    ticked = any(flag and flag.value for flag, cross in zip(flags, crosses, strict=True) if not cross)
    return [
        flag if flag and not (cross and ticked) else Reading(reason="not_a_flag")
        for flag, cross in zip(flags, crosses, strict=True)
    ]


def _or_missing(reading: Reading, value: Any) -> Reading:
    """A word of the list goes before the same word for a missing value: ``belum`` under ``lulus`` says no."""
    return _MISSING if reading.reason and is_missing(value) else reading


def read_days(cells: Cells, column: Column, *, notation: Notation) -> tuple[ReadColumn, ReadColumn]:
    """First and last days of a column whose cells may hold both, as "17 s.d. 19 Maret 2025".

    Parameters
    ----------
    cells, column, notation
        As for :func:`read_cells`.

    Returns
    -------
    (ReadColumn, ReadColumn)
        The column as :func:`read_cells` reads it but for first days, and last days where cells hold both.
    """
    read = read_cells(cells, column, notation=notation)
    order = _find_order(cells.uniques, notation)
    spans = [
        read_span(cell, order=order) if reason == "date_span" else None
        for cell, reason in zip(cells.uniques, read.reasons_of, strict=True)
    ]
    first, last = (
        cells.take([_MISSING if span is None else Reading(span.value[end]) for span in spans])
        for end in (0, 1)
    )
    values = np.where(first.filled, first.values, read.values)
    reasons = [reason if span is None else "" for span, reason in zip(spans, read.reasons_of, strict=True)]
    return replace(read, values=values, filled=is_filled(values), reasons_of=reasons), last


def _find_order(values: Sequence[Any], notation: Notation) -> Order | None:
    """Day or month first: as the column shows, else as the sheet does, else as the region declares."""
    orders = find_orders(values) or notation.orders
    if not orders:
        return notation.declared
    return next(iter(orders)) if len(orders) == 1 else None


def _read_dates(values: list[Any], notation: Notation) -> list[Reading]:
    order = _find_order(values, notation)
    half = is_half_converted(values)
    return [
        _MISSING if is_missing(v) else read_date(v, order=order, half_converted=half, late=notation.late)
        for v in values
    ]


def _read_numbers(values: list[Any], column: Column, notation: Notation) -> list[Reading]:
    decimals = find_decimal(values) or notation.decimals
    size = answer_size(column)
    if size:
        words = read_scale_words(values, size=size)
        sheet = notation.answers.get(size, {})
        words = {word: number if number is not None else sheet.get(word) for word, number in words.items()}
        return [
            _or_missing(_read_rating(v, column, words, decimals), v) if not is_blank(v) else _MISSING
            for v in values
        ]
    if column.unit == "year":
        return [_MISSING if is_missing(v) else read_year(v, column) for v in values]
    if column.unit == "points":
        values = _part_fractions(values)
    readings = [_MISSING if is_missing(v) else read_number(v, column, decimals=decimals) for v in values]
    if column.unit == "points" and not notation.guarded:
        if notation.narrow:
            return [Reading(reason="scale_unclear") if reading.value else reading for reading in readings]
        readings = [
            Reading(reason="fraction") if reading.value and 0 < reading.value < 1 else reading
            for reading in readings
        ]
    return _doubt_percentages(values, readings, column) if notation.unsigned else readings


def _part_fractions(values: list[Any]) -> list[Any]:
    """Scores such as ``85/100`` as ``85 / 100``, where no other cell has another number below the stroke."""
    texts = [clean(value).lstrip("'’ ") if isinstance(value, str) else "" for value in values]
    parted = [_OUT_OF.match(text) for text in texts]
    if {match.group(2) for match in parted if match} != {"100"}:
        return values
    return [
        f"{match.group(1)} / 100" if match else value for match, value in zip(parted, values, strict=True)
    ]


def _doubt_percentages(values: list[Any], readings: list[Reading], column: Column) -> list[Reading]:
    """Scores and counts without what may be a percentage whose sign the reader of the file drops.

    Of scores that is every number from above 0 to 1, and those up to 10 with decimals: 1.2 may be 120%. A
    count is 1 more often than not, so that 1 is in doubt only beside fractions.
    """
    if column.unit != "points" and column.kind is not Kind.INTEGER:
        return readings
    plain = [value if isinstance(value, (int, float)) else 0 for value in values]
    if column.unit != "points" and not any(0 < number < 1 for number in plain):
        return readings
    broken = _NARROW if column.unit == "points" else 1
    return [
        Reading(reason="percent_unclear")
        if 0 < number <= 1 or (1 < number < broken and not float(number).is_integer())
        else reading
        for number, reading in zip(plain, readings, strict=True)
    ]


def _read_rating(
    value: Any, column: Column, words: Mapping[str, int | None], decimals: frozenset[str]
) -> Reading:
    reading = read_answer(value, column, words=words)
    if reading.reason and column.kind is Kind.NUMBER:
        plain = read_number(value, column, decimals=decimals)
        return reading if plain.reason else plain
    return reading


def read_year(value: Any, column: Column) -> Reading:
    """A year, also where it stands in words such as ``TA 2025`` or at the end of a date."""
    if hasattr(value, "year"):
        return read_number(value.year, column, decimals=frozenset())
    if isinstance(value, str):
        years = {match.group(0) for match in _YEAR.finditer(value)}
        if len(years) != 1:
            return Reading(reason="not_a_year")
        return read_number(float(years.pop()), column, decimals=frozenset())
    return read_number(value, column, decimals=frozenset())


def _read_shares(values: list[Any], column: Column, notation: Notation, heading: str) -> list[Reading]:
    """Shares: a column without percent signs may hold 0 to 1 or 0 to 100, which no cell shows alone."""
    decimals = find_decimal(values) or notation.decimals
    readings = [_MISSING if is_missing(v) else read_number(v, column, decimals=decimals) for v in values]
    signed = [isinstance(v, str) and ("%" in v or "persen" in v.casefold()) for v in values]
    plain = [r.value for r, s in zip(readings, signed, strict=True) if not s and r.value is not None]
    percent = "%" in heading or "persen" in fold(heading).split()
    above = any(number > 1 for number in plain)
    result = []
    for value, reading, sign in zip(values, readings, signed, strict=True):
        number = reading.value
        if notation.unsigned and above and isinstance(value, (int, float)) and 0 < value <= 1:
            result.append(Reading(reason="share_ambiguous"))
        elif number is None or sign or number == 0 or not (percent or above):
            result.append(_in_share(reading))
        elif above and (percent or number > 1):
            result.append(_in_share(Reading(number / 100, "", reading.repair)))
        else:
            result.append(Reading(reason="share_ambiguous"))
    return result


def _in_share(reading: Reading) -> Reading:
    if reading.value is not None and not 0 <= reading.value <= 1:
        return Reading(reason="out_of_range")
    return reading


def read_code(value: Any) -> Reading:
    """An identifier as text; what a spreadsheet made of it (a fraction, a date) is not undone by guessing."""
    if isinstance(value, (int, float)):
        return Reading(str(int(value))) if float(value).is_integer() else Reading(reason="code_damaged")
    if not isinstance(value, str):
        return Reading(reason="code_damaged")
    text = clean(value)
    bare = text.lstrip("'’")
    repair = "apostrophe" if bare != text else "spaces" if text != value else ""
    return Reading(bare, "", repair)


def _as_text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return clean(str(value)).lstrip("'’") if isinstance(value, str) else str(value)
