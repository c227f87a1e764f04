"""How many people's data changed between two publications, from a few numbers that tell nothing of anybody.

The number of people may stay as it is while one of them is replaced or one score corrected; the difference of
two publications then tells of that person alone. A sketch of the data stands in the ledger of releases: sums
of powers of one mark for each person. From two sketches follows how many marks differ, not which.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Part = tuple[Sequence[int], Sequence[int]]
Sketch = Mapping[str, Part]
"""By table the sums of powers over marks of people with their rows, and over marks of people alone."""

_PRIME: Final = 2**61 - 1
_PRIME_BITS, _LOW_BITS, _UP_BITS, _HALF_BITS = (np.uint64(bits) for bits in (61, 31, 30, 32))
_LOW, _UP, _HALF = (np.uint64(2**bits - 1) for bits in (31, 30, 32))
_PERSONS: Final = ("person_id", "respondent_id")
_SOURCE: Final = "source_"
_MARK_BYTES: Final = 16
_WIDTH: Final = 16


def make_sketch(tables: Mapping[str, pd.DataFrame], *, minimum: int) -> dict[str, Part]:
    """The sketch of the clean tables about people.

    Parameters
    ----------
    tables : mapping of DataFrame
        Clean tables by name; those without people are left out.
    minimum : int
        The minimum cell; changes of fewer people are counted exactly.

    Returns
    -------
    dict
        By table two tuples of sums of powers in the field of 2^61 - 1 elements. They do not depend on the
        order of rows, nor on where in the files they stood.
    """
    found: dict[str, Part] = {}
    for name, frame in sorted(tables.items()):
        column = next((column for column in _PERSONS if column in frame), None)
        if column is None:
            continue
        rows = _person_rows(frame, column)
        found[name] = (
            sum_powers([_mark(name, person, *lines) for person, lines in rows.items()], 4 * minimum),
            sum_powers([_mark(name, person) for person in rows], 4 * minimum),
        )
    return found


def _person_rows(frame: pd.DataFrame, column: str) -> dict[str, list[str]]:
    """What the table holds of each person, in an order of its own."""
    columns = sorted(c for c in frame.columns if c != column and not str(c).startswith(_SOURCE))
    rows: dict[str, list[str]] = {}
    cells = [frame[c].astype("string").fillna("").tolist() for c in columns]
    for person, *values in zip(frame[column].astype("string").fillna("").tolist(), *cells, strict=True):
        rows.setdefault(person, []).append("\x1f".join(values))
    return {person: sorted(lines) for person, lines in rows.items()}


def _mark(*parts: str) -> int:
    digest = hashlib.sha256("\x1e".join(parts).encode()).digest()
    return int.from_bytes(digest[:_MARK_BYTES]) % (_PRIME - 1) + 1


def sum_powers(marks: Collection[int], count: int) -> tuple[int, ...]:
    """The sums of the first ``count`` powers of some numbers in the field of 2^61 - 1 elements.

    >>> sum_powers([2, 3], 3)
    (5, 13, 35)
    """
    known = np.array(list(marks), dtype=np.uint64)
    powers, sums = np.ones_like(known), []
    for _ in range(count):
        powers = multiply(powers, known)
        low, high = int((powers & _HALF).sum()), int((powers >> _HALF_BITS).sum())
        sums.append(((high << int(_HALF_BITS)) + low) % _PRIME)
    return tuple(sums)


def multiply(first: NDArray[np.uint64], second: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Products, element by element, in the field of 2^61 - 1 elements.

    Notes
    -----
    Of factors below 2^61 the upper 30 and the lower 31 bits are multiplied apart; with p = 2^61 - 1,
    2^62 = 2 and 2^61 = 1 modulo p, so that no part of the sum reaches 2^64.
    """
    up, low = first >> _LOW_BITS, first & _LOW
    other_up, other_low = second >> _LOW_BITS, second & _LOW
    middle = low * other_up + up * other_low
    carried = (middle >> _UP_BITS) + ((middle & _UP) << _LOW_BITS)
    total = 2 * (up * other_up) + carried + low * other_low
    total = (total >> _PRIME_BITS) + (total & np.uint64(_PRIME))
    return np.where(total >= _PRIME, total - np.uint64(_PRIME), total)


def count_different(first: Sequence[int], second: Sequence[int]) -> int:
    """How many marks are in one of two sets only; at least half the length of the sums where many are.

    Notes
    -----
    The differences of the sums are a linear recurrent sequence whose order is the number of marks that
    differ. Berlekamp and Massey's algorithm finds it (Massey 1969, doi:10.1109/TIT.1969.1054260).

    Examples
    --------
    >>> count_different(sum_powers([2, 3, 5, 7], 12), sum_powers([2, 3, 5, 11], 12))
    2
    """
    values = [(a - b) % _PRIME for a, b in zip(first, second, strict=False)]
    current, before = [1], [1]
    order, gap, last = 0, 1, 1
    for n, value in enumerate(values):
        error = (value + sum(c * values[n - i] for i, c in enumerate(current) if 0 < i <= order)) % _PRIME
        if not error:
            gap += 1
            continue
        factor = error * pow(last, _PRIME - 2, _PRIME) % _PRIME
        kept = current
        size = max(len(current), len(before) + gap)
        current = current + [0] * (size - len(current))
        for i, coefficient in enumerate(before):
            current[i + gap] = (current[i + gap] - factor * coefficient) % _PRIME
        if 2 * order <= n:
            order, before, last, gap = n + 1 - order, kept, error, 1
        else:
            gap += 1
    return order


def count_changed(first: Sketch, second: Sketch, tables: Collection[str]) -> int | None:
    """How many people's data differ in some tables, at least; None where two sketches cannot be compared.

    People who joined or left and people whose rows are others count alike. Who changed in one table may have
    changed in another, so that the largest number of any table is told, not the sum.
    """
    known = [name for name in tables if name in first or name in second]
    changed = [_changed_in(first.get(name), second.get(name)) for name in known]
    return max((n for n in changed if n is not None), default=0) if known and None not in changed else None


def _changed_in(first: Part | None, second: Part | None) -> int | None:
    if first is None or second is None or len(first[0]) != len(second[0]):
        return None
    moved = count_different(first[1], second[1])
    return moved + max(count_different(first[0], second[0]) - moved, 0) // 2


def write_sketch(sketch: Sketch) -> dict[str, list[str]]:
    """A sketch as text: hexadecimal, as a long number might be taken for that of a person."""
    return {
        name: ["".join(f"{n:0{_WIDTH}x}" for n in sums) for sums in part] for name, part in sketch.items()
    }


def read_sketch(record: Mapping[str, Sequence[str]]) -> dict[str, Part]:
    """The inverse of :func:`write_sketch`.

    Raises
    ------
    ValueError
        If a part is no such text.
    """

    def read(text: str) -> tuple[int, ...]:
        return tuple(int(text[i : i + _WIDTH], 16) for i in range(0, len(text), _WIDTH))

    found: dict[str, Part] = {}
    for name, (rows, persons) in record.items():
        found[str(name)] = (read(rows), read(persons))
    return found
