"""Who a row is about: checking employee numbers, and replacing them by pseudonyms."""

from __future__ import annotations

import datetime
import hmac
import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from asn_research.contract.vocabulary import fold
from asn_research.ingest.values.reading import Reading, clean, read_error

_PREFIXES: Final = {"rater_id": "R", "speaker_id": "S", "coder_id": "C"}
_LENGTH: Final = 18
_PRECISE: Final = 15
_FLOAT_STEP: Final = 32
"""Between 2^57 and 2^58, where all employee numbers lie, floats are 32 apart."""
_EXPONENT: Final = re.compile(r"^\d(?:[.,]\d+)?e\+?\d+$", re.IGNORECASE)
_NAMED: Final = re.compile(
    r"^[^\d]{2,80}?(?:\bNIP(?:PPK|PK|3K)?|\bNI\s?PPPK|[/(])[\s.:]*(\d[\d .]{17,24})\)?$", re.IGNORECASE
)
"""A name and the number below or behind it in one cell, as under "Nama / NIP"."""
_PREFIX: Final = re.compile(r"^(?:nip|ni\s*pppk|nippppk|nipppk|ni)\b\s*[.:]*\s*", re.IGNORECASE)
_SEPARATORS: Final = re.compile(r"[\s.\-–_'’`\"/]+")
_FLOAT_TAIL: Final = re.compile(r"^(\d{15,})[.,]0+$")
_AGE_AT_APPOINTMENT: Final = range(18, 61)
_BIRTH_YEARS: Final = range(1940, 2011)
_FIRST_APPOINTMENT: Final = 1960
_PPPK_CODES: Final = range(21, 100)
_PNS_MONTHS: Final = range(1, 13)
_SEXES: Final = range(1, 3)
_FEBRUARY: Final = 2
_MONTH_DAYS: Final = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 0])
"""By the number of the month; none in months that there are not."""


@dataclass(frozen=True, slots=True)
class EmployeeNumber:
    """What the digits of a NIP or NI PPPK say: birth, year of appointment, employment and sex.

    Digits 1–8 are the date of birth, 9–12 the year of appointment, 13–14 its month (PNS, 01–12) or the kind
    of contract (PPPK, 21 and above), 15 the sex, 16–18 a serial number beginning at 001.
    """

    digits: str
    born: datetime.date
    appointed: int
    employment: str
    sex: str


def read_employee_number(value: Any, *, latest_year: int) -> Reading:
    """The 18 digits in one cell, checked; ``latest_year`` is the last year in which anyone can be appointed.

    Examples
    --------
    >>> read_employee_number("19860926 201505 1 001", latest_year=2025)
    Reading(value='198609262015051001', reason='', repair='nip_separators')
    >>> read_employee_number(1.99009132025242e17, latest_year=2025).reason
    'nip_precision_lost'
    """
    if type(value) is str and len(value) == _LENGTH and value.isascii() and value.isdigit():
        reason = _check_digits(value, latest_year)
        return Reading(reason=reason) if reason else Reading(value)
    error = read_error(value)
    if error:
        return Reading(reason=error)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return Reading(reason="nip_precision_lost" if abs(value) >= 10**_PRECISE else "nip_length")
    if not isinstance(value, str):
        return Reading(reason="nip_not_digits")
    text = clean(value)
    if _EXPONENT.match(text) or _FLOAT_TAIL.match(text):
        return Reading(reason="nip_precision_lost")
    beside = _NAMED.match(text)
    digits = _SEPARATORS.sub("", beside.group(1) if beside else _PREFIX.sub("", text.lstrip("'’")))
    if not digits.isascii() or not digits.isdigit():
        return Reading(reason="nip_not_digits")
    reason = _check_digits(digits, latest_year)
    if reason:
        return Reading(reason=reason)
    return Reading(digits, "", _repair(value, digits))


def _repair(value: str, digits: str) -> str:
    if value == digits:
        return ""
    if value.strip("'’") == digits:
        return "apostrophe"
    return "nip_separators" if clean(value) != digits else "spaces"


def _check_digits(digits: str, latest_year: int) -> str:
    """The reason why 18 digits cannot be an employee number, or an empty text."""
    if len(digits) != _LENGTH:
        return {9: "nip_old", 16: "nip_is_nik"}.get(len(digits), "nip_length")
    if digits.endswith("000"):
        return "nip_precision_lost"
    try:
        born = datetime.date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return "nip_birth_date"
    appointed, kind = int(digits[8:12]), int(digits[12:14])
    if born.year not in _BIRTH_YEARS:
        return "nip_birth_date"
    if not _FIRST_APPOINTMENT <= appointed <= latest_year or appointed - born.year not in _AGE_AT_APPOINTMENT:
        return "nip_appointment"
    if not (1 <= kind <= 12 or kind in _PPPK_CODES):
        return "nip_contract_digits"
    return "" if digits[14] in "12" else "nip_sex_digit"


def find_sound(values: Iterable[Any], *, latest_year: int) -> frozenset[str]:
    """Those of some cells that hold 18 digits of a sound employee number and nothing else, all at once.

    :func:`read_employee_number` says what is wrong with each of the others, or what is to be repaired.

    Examples
    --------
    >>> sorted(find_sound(["198609262015051001", "19860926 201505 1 001", 7.0], latest_year=2025))
    ['198609262015051001']
    """
    plain = [value for value in values if type(value) is str and len(value) == _LENGTH and value.isdigit()]
    joined = "".join(plain)
    if not joined or not joined.isascii():
        return frozenset()
    digits = np.frombuffer(joined.encode(), dtype=np.uint8).reshape(-1, _LENGTH).astype(np.int64) - ord("0")
    year, month, day = _number(digits, 0, 4), _number(digits, 4, 6), _number(digits, 6, 8)
    appointed, kind, serial = _number(digits, 8, 12), _number(digits, 12, 14), _number(digits, 15, 18)
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    days = _MONTH_DAYS[np.minimum(month, len(_MONTH_DAYS) - 1)] + (leap & (month == _FEBRUARY))
    sound = (
        _within(year, _BIRTH_YEARS) & (day >= 1) & (day <= days) & (serial > 0)
        & (appointed >= _FIRST_APPOINTMENT) & (appointed <= latest_year)
        & _within(appointed - year, _AGE_AT_APPOINTMENT)
        & (_within(kind, _PNS_MONTHS) | _within(kind, _PPPK_CODES)) & _within(digits[:, 14], _SEXES)
    )  # fmt: skip
    return frozenset(plain) if sound.all() else frozenset(itertools.compress(plain, sound.tolist()))


def _number(digits: NDArray[np.int64], start: int, end: int) -> NDArray[np.int64]:
    """The numbers that some columns of digits write."""
    return np.asarray(digits[:, start:end] @ 10 ** np.arange(end - start - 1, -1, -1))


def _within(numbers: NDArray[np.int64], span: range) -> NDArray[np.bool_]:
    return np.asarray((numbers >= span.start) & (numbers < span.stop))


def parse_employee_number(digits: str) -> EmployeeNumber:
    """The parts of 18 digits that passed the checks."""
    return EmployeeNumber(
        digits,
        datetime.date(int(digits[:4]), int(digits[4:6]), int(digits[6:8])),
        int(digits[8:12]),
        "PNS" if int(digits[12:14]) <= 12 else "PPPK",
        "male" if digits[14] == "1" else "female",
    )


def find_float_images(numbers: Iterable[str]) -> frozenset[str]:
    """Numbers that are what another of the numbers becomes when it passes through a floating-point cell.

    They have all 18 digits, so only their neighbour shows that they are damaged:
    ``int(float("199009132025242014"))`` is 199009132025242016.
    """
    known = np.array([int(number) for number in set(numbers)], dtype=np.int64)
    images = known[known % _FLOAT_STEP > 0].astype(np.float64).astype(np.int64)
    return frozenset(map(str, np.intersect1d(images, known).tolist()))


def is_float_multiple(number: str) -> bool:
    """Whether a number may have passed through floating point as it is: only multiples of 32 do."""
    return number.isdigit() and int(number) % _FLOAT_STEP == 0


def is_float_column(numbers: Iterable[str]) -> bool:
    """Whether a column of different numbers passed through floating point: far too many multiples of 32."""
    different = set(numbers)
    multiples = sum(int(number[-5:]) % _FLOAT_STEP == 0 for number in different)  # 32 divides 100,000
    return multiples >= 4 and multiples * 3 > len(different)


def make_pseudonym(key: bytes, identity: str, *, agency: str, column: str = "person_id") -> str:
    """The pseudonym of a person within an agency: a letter and 16 hexadecimal digits of a keyed HMAC-SHA256.

    A plain hash could be reversed by trying all employee numbers; with a secret key it cannot.
    """
    message = f"{agency}\0{identity}".encode()
    return _PREFIXES.get(column, "P") + hmac.digest(key, message, "sha256").hex()[:16]


class Pseudonyms:
    """The pseudonyms of an agency's people under one key; each is made once, however many tables name it."""

    def __init__(self, key: bytes, agency: str) -> None:
        self.key, self.agency = key, agency
        self._made: dict[tuple[str, str], str] = {}

    def find(self, identity: str, *, column: str = "person_id") -> str:
        """:func:`make_pseudonym` of a person in a column."""
        prefix = _PREFIXES.get(column, "")
        made = self._made.get((prefix, identity))
        if made is None:
            made = make_pseudonym(self.key, identity, agency=self.agency, column=column)
            self._made[prefix, identity] = made
        return made


def read_name(value: Any) -> Reading:
    """Someone known by a name or a code of the office, such as a speaker: folded, to become a pseudonym."""
    error = read_error(value)
    if error:
        return Reading(reason=error)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = clean(str(value))
    digits = _SEPARATORS.sub("", _PREFIX.sub("", text.lstrip("'’")))
    if isinstance(value, int) and abs(value) >= 10**_PRECISE:
        return Reading(reason="nip_precision_lost")
    if digits.isascii() and digits.isdigit() and len(digits) == _LENGTH:
        return Reading(digits)
    folded = fold(text)
    return Reading(folded) if folded else Reading(reason="not_a_name")
