"""Dates as offices write them: Indonesian and English months, either order, serial numbers."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from typing import Any, Final, Literal

from asn_research.contract.vocabulary import fold
from asn_research.ingest.values.reading import Reading, clean

Order = Literal["day-first", "month-first"]

_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "januari january jan", "februari february pebruari feb peb", "maret march mar mrt", "april apr",
            "mei may", "juni june jun", "juli july jul", "agustus august agt aug ags agu agst",
            "september sept sep", "oktober october okt oct", "november nopember nov nop",
            "desember december des dec",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_WEEKDAYS: Final = {
    name: number
    for number, names in enumerate(
        (
            "senin monday mon sen", "selasa tuesday tue sel", "rabu wednesday wed rab",
            "kamis thursday thu kam", "jumat friday fri jum", "sabtu saturday sat sab",
            "minggu ahad sunday sun min",
        )
    )
    for name in names.split()
}  # fmt: skip
_FRIDAY: Final = re.compile(r"jum['’`‘ ]at", re.IGNORECASE)
_BESIDE: Final = frozenset(_WEEKDAYS) | {"hari", "tanggal", "tgl", "pukul", "jam", "wib", "wita", "wit"}
_TIME: Final = re.compile(
    r"[\sT,]+\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:\.\d+)?)?\s*(?:am|pm)?\s*(?:z|wib|wita|wit|(?:gmt|utc)?\s*[+-]?\d{0,2}:?\d{0,2})?$",
    re.IGNORECASE,
)
_NUMERIC: Final = re.compile(r"^(\d{1,4})\s*[/.\-\s]\s*(\d{1,2})\s*[/.\-\s]\s*(\d{1,4})$")
_COMPACT: Final = re.compile(r"^(19|20)\d{6}$")
_SERIAL: Final = range(32874, 58440)
"""Spreadsheet serial numbers of 1990-01-01 to 2059-12-31."""
_EPOCH: Final = datetime.date(1899, 12, 30)
_LATE: Final = 1462
"""Days from that one to 1904-01-01, from which some workbooks count."""
_YEARS: Final = range(1940, 2101)
_LONGEST: Final = 100
"""Letters of a cell that is looked at: no day, and no first and last day, takes more."""
_TO: Final = re.compile(
    r"\s*(?<![a-z])(?:s\s?/\s?d|s\.\s?d\.?|sd|sampai dengan|sampai|hingga|to)(?![a-z])\s*|\s[-–—]\s",
    re.IGNORECASE,
)
_DASH: Final = re.compile(r"[-–—]")
_BARE_DAY: Final = re.compile(r"\d{1,2}")
_NAMED_DAYS: Final = re.compile(
    rf"([a-z'’`‘]+)(?:{_TO.pattern}|[-–—])([a-z'’`‘]+)[\s,/]+(?=\d)", re.IGNORECASE
)


def _split(value: Any) -> tuple[int, int, int] | None:
    """The three numbers of a numeric date with its year last, before their order is decided."""
    if not isinstance(value, str) or len(value) > _LONGEST:
        return None
    match = _NUMERIC.match(_TIME.sub("", clean(value).lstrip("'’")))
    if match is None or len(match.group(1)) > 2 or len(match.group(3)) not in {2, 4}:
        return None
    first, second, year = (int(part) for part in match.groups())
    return first, second, year + 2000 if len(match.group(3)) == 2 else year


def find_orders(values: Iterable[Any]) -> frozenset[Order]:
    """The orders of day and month that the unambiguous dates among some cells show.

    Examples
    --------
    >>> sorted(find_orders(["25/03/2025", "03/04/2025"]))
    ['day-first']
    """
    orders: set[Order] = set()
    for value in values:
        parts = _split(value)
        if parts and parts[0] > 12 >= parts[1]:
            orders.add("day-first")
        elif parts and parts[1] > 12 >= parts[0]:
            orders.add("month-first")
    return frozenset(orders)


def is_half_converted(values: Iterable[Any]) -> bool:
    """Whether a spreadsheet of the other locale turned half of a column's dates round.

    Opened with month-first settings, a day-first file keeps ``25/03/2025`` as text and silently turns
    ``03/04/2025`` into the fourth of March. The trace: all texts have a first number above 12, and all true
    dates have a day of 12 or less.
    """
    days = [value.day for value in values if isinstance(value, datetime.date)]
    parts = [found for value in values if (found := _split(value))]
    return len(days) >= 3 and bool(parts) and max(days) <= 12 and all(p[0] > 12 >= p[1] for p in parts)


def read_date(
    value: Any, *, order: Order | None, half_converted: bool = False, late: bool = False
) -> Reading:
    """The date in one cell.

    ``order`` is what the file or the region says about ``03/04/2025``; ``late`` that the workbook counts its
    days from 1904. Several days, such as "17 s.d. 19 Maret 2025", are none; :func:`read_span` reads them.
    """
    if isinstance(value, datetime.datetime):
        value = value.date()
    if isinstance(value, datetime.date):
        return (
            Reading(reason="date_half_converted")
            if half_converted
            else _make(value.year, value.month, value.day)
        )
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return Reading(reason="not_a_date")
    if isinstance(value, (int, float)):
        return _from_serial(float(value) + (_LATE if late else 0))
    if len(value) > _LONGEST:
        return Reading(reason="not_a_date")
    reading = _from_text(clean(value).lstrip("'’"), order, late=late)
    if reading.reason == "not_a_date" and (span := read_span(value, order=order)) is not None:
        return Reading(reason="date_span" if span.value else span.reason)
    return reading


def _from_text(text: str, order: Order | None, *, late: bool = False) -> Reading:
    """The one day that a text without spaces at its ends says."""
    if re.fullmatch(r"\d{5}(?:[.,]\d+)?", text):
        return Reading(reason="date_ambiguous") if late else _from_serial(float(text.replace(",", ".")))
    text = _TIME.sub("", text).strip(" ,")
    if _COMPACT.match(text):
        return _make(int(text[:4]), int(text[4:6]), int(text[6:]))
    numeric = _NUMERIC.match(text)
    if numeric:
        return _from_numbers(numeric, text, order)
    return _from_words(text)


def read_span(value: Any, *, order: Order | None) -> Reading | None:
    """The first and the last day in one cell, as a pair; None where it does not name two.

    What the first day leaves out, its month or year, is that of the last. A span that would end before it
    begins is not read.

    Parameters
    ----------
    value
        The raw cell.
    order
        What the file or the region says about ``03/04/2025``.

    Examples
    --------
    >>> read_span("17 s.d. 19 Maret 2025", order="day-first").value
    (datetime.date(2025, 3, 17), datetime.date(2025, 3, 19))
    >>> read_span("30 Desember s/d 2 Januari 2026", order="day-first").reason
    'dates_reversed'
    >>> read_span("17, 19 Maret 2025", order="day-first") is None
    True
    """
    if not isinstance(value, str) or len(value) > _LONGEST:
        return None
    text = clean(value).lstrip("'’")
    named = _NAMED_DAYS.match(text)
    rest = text[named.end() :] if named else text
    parts = _TO.split(rest)
    if len(parts) == 1:
        parts = _DASH.split(rest)
    if len(parts) != 2:
        return None
    last = _from_text(parts[1].strip(), order)
    first = _read_first(parts[0].strip(), last.value, order) if last.value else last
    if first.value is None:
        return None if first.reason in {"not_a_date", "date_incomplete"} else Reading(reason=first.reason)
    if last.value < first.value:
        return Reading(reason="dates_reversed")
    if named and not _fall_on((first.value, last.value), named.groups()):
        return Reading(reason="date_weekday")
    return Reading((first.value, last.value))


def _read_first(text: str, last: datetime.date, order: Order | None) -> Reading:
    """The first day of a span, completed by its last."""
    if _BARE_DAY.fullmatch(text):
        return _make(last.year, last.month, int(text))
    reading = _from_text(text, order)
    if reading.reason in {"date_incomplete", "not_a_date"}:
        return _from_text(f"{text} {last.year}", order)
    return reading


def _fall_on(days: Iterable[datetime.date], names: Iterable[str]) -> bool:
    """Whether days fall on the days of the week that are named."""
    named = (_WEEKDAYS.get(fold(_FRIDAY.sub("jumat", name))) for name in names)
    return all(day.weekday() == weekday for day, weekday in zip(days, named, strict=True))


def _from_serial(number: float) -> Reading:
    if not _SERIAL.start <= number < _SERIAL.stop:
        return Reading(reason="not_a_date")
    return Reading(_EPOCH + datetime.timedelta(days=int(number)), "", "serial_date")


def _from_numbers(match: re.Match[str], text: str, order: Order | None) -> Reading:
    if len(match.group(1)) == 4:
        return (
            _make(*(int(part) for part in match.groups()))
            if len(match.group(3)) <= 2
            else Reading(reason="not_a_date")
        )
    parts = _split(text)
    if parts is None:
        return Reading(reason="not_a_date")
    first, second, year = parts
    if first > 12 or first == second:
        return _make(year, second, first)
    if second > 12:
        return _make(year, first, second)
    if order is None:
        return Reading(reason="date_ambiguous")
    return _make(year, second, first) if order == "day-first" else _make(year, first, second)


def _from_words(text: str) -> Reading:
    text = _FRIDAY.sub("jumat", text)
    words = [word for word in re.findall(r"[a-z]+|\d+", fold(text)) if word not in _BESIDE]
    words = [word for word in words if word not in {"st", "nd", "rd", "th"}]
    months = [_MONTHS[word] for word in words if word in _MONTHS]
    numbers = [word for word in words if word.isdigit()]
    if len(months) != 1 or len(months) + len(numbers) != len(words):
        return Reading(reason="not_a_date")
    if len(numbers) == 1:
        return Reading(reason="date_incomplete")
    if len(numbers) != 2:
        return Reading(reason="not_a_date")
    day, year = numbers
    if len(day) == 4:
        day, year = year, day
    if len(year) == 2:
        year = f"20{year}"
    reading = _make(int(year), months[0], int(day))
    named = [_WEEKDAYS[word] for word in re.findall(r"[a-z]+", fold(text)) if word in _WEEKDAYS]
    if reading.value is not None and any(reading.value.weekday() != weekday for weekday in named):
        return Reading(reason="date_weekday")
    return reading


def _make(year: int, month: int, day: int) -> Reading:
    if year not in _YEARS:
        return Reading(reason="date_implausible")
    try:
        return Reading(datetime.date(year, month, day))
    except ValueError:
        return Reading(reason="date_impossible")
