"""How a count inside a group is told, so that neither it nor its rest nor a neighbour can be found out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

DOMINANCE_SHARE = 0.10
"""The p of the p%-rule: how closely the largest contributor may be estimated by the second largest."""


class Bound(StrEnum):
    """Which end of a band is told instead of a count."""

    MOST = "most"
    LEAST = "least"


@dataclass(frozen=True, slots=True)
class Part:
    """What readers are told of a count inside a group of ``base`` people: it lies in ``low`` to ``high``."""

    base: int
    low: int
    high: int

    @property
    def exact(self) -> bool:
        """Whether the count itself is told."""
        return self.low == self.high

    @property
    def untold(self) -> bool:
        """Whether nothing is told but the size of the group."""
        return not self.exact and self.low == 0 and self.high == self.base

    @property
    def bound(self) -> Bound | None:
        """The end that is told of a band; None of an exact or an untold count."""
        if self.exact or self.untold:
            return None
        return Bound.MOST if self.low == 0 else Bound.LEAST

    @property
    def told(self) -> int:
        """The number that is told: the count, or the end of its band."""
        return self.low if self.bound is Bound.LEAST else self.high


def least_counted(minimum: int) -> int:
    """The size from which on something is told of counts inside a group."""
    return 2 * minimum - 1


def tell_part(count: int, base: int, *, minimum: int) -> Part:
    """How a count inside a group is told.

    Parameters
    ----------
    count, base : int
        People with something, and people in all.
    minimum : int
        The minimum cell.

    Returns
    -------
    Part
        The count itself where it and its rest are both at least ``minimum``; else the band of the
        ``minimum`` lowest or highest counts that are possible; nothing where the group is so small that
        the two bands would meet (fewer than ``2 · minimum − 1`` people).

    Notes
    -----
    Nobody and everybody are told like few and almost everybody: that all of a group have something is a
    statement about each of them.

    Examples
    --------
    >>> tell_part(41, 45, minimum=10), tell_part(41, 45, minimum=10).bound
    (Part(base=45, low=36, high=45), <Bound.LEAST: 'least'>)
    >>> tell_part(30, 45, minimum=10).exact, tell_part(9, 12, minimum=10).untold
    (True, True)
    """
    if min(count, base - count) >= minimum:
        return Part(base, count, count)
    if base < least_counted(minimum):
        return Part(base, 0, base)
    if count < minimum:
        return Part(base, 0, minimum - 1)
    return Part(base, base - minimum + 1, base)


def tell_parts(
    counts: Sequence[int],
    bases: Sequence[int],
    *,
    minimum: int,
    total: Part | None = None,
    rest: int = 0,
) -> list[Part]:
    """How the counts inside several groups are told whose sum readers know.

    Parameters
    ----------
    counts, bases : sequence of int
        As in :func:`tell_part`, one per group.
    minimum : int
        The minimum cell.
    total : Part, optional
        What is told of all groups together; None where nothing is.
    rest : int
        People of the total who are in none of the groups shown.

    Returns
    -------
    list of Part
        As :func:`tell_part` tells each, but with further groups untold, the smallest first, until what the
        total leaves open for every count that is not told exactly is at least ``minimum`` numbers wide (of
        smaller groups: every number is possible).

    Examples
    --------
    The first could be found by subtracting the second from the total, so neither is told:

    >>> tell_parts([8, 28], [24, 48], minimum=10, total=Part(72, 36, 36))
    [Part(base=24, low=0, high=24), Part(base=48, low=0, high=48)]
    """
    parts = [tell_part(count, base, minimum=minimum) for count, base in zip(counts, bases, strict=True)]
    if total is None:
        return parts
    order = sorted(range(len(parts)), key=lambda i: (bases[i], i))
    while not _is_safe(parts, total, rest, minimum):
        left = next((i for i in order if not parts[i].untold), None)
        if left is None:
            break
        parts[left] = Part(bases[left], 0, bases[left])
    return parts


def open_numbers(parts: Sequence[Part], total: Part, rest: int = 0) -> list[tuple[int, int]]:
    """The lowest and highest value of each count that agrees with all that is told, the rest's last."""
    cells = [*parts, Part(rest, 0, rest)]
    low, high = sum(cell.low for cell in cells), sum(cell.high for cell in cells)
    return [(max(c.low, total.low - (high - c.high)), min(c.high, total.high - (low - c.low))) for c in cells]


def _is_safe(parts: Sequence[Part], total: Part, rest: int, minimum: int) -> bool:
    if total.untold:
        return True
    cells = [*parts, Part(rest, 0, rest)]
    return all(
        part.exact or high - low + 1 >= min(minimum, part.base + 1)
        for part, (low, high) in zip(cells, open_numbers(parts, total, rest), strict=True)
    )


def is_dominated(values: Sequence[float], *, share: float = DOMINANCE_SHARE) -> bool:
    """Whether a sum of amounts gives its largest contributor away to the second largest: the p%-rule.

    Parameters
    ----------
    values : sequence of float
        What each contributor adds, 0 or more.
    share : float
        The p of the rule as a share.

    Returns
    -------
    bool
        True where all but the two largest add up to less than ``share`` of the largest; so it is with one or
        two contributors, and with a sum of nothing it is not.

    Notes
    -----
    Whoever adds ``x2`` knows that ``x1`` is at most the sum less ``x2``; the error of that guess is what all
    others add.

    Examples
    --------
    >>> is_dominated([100.0, 60.0, 5.0]), is_dominated([100.0, 60.0, 40.0])
    (True, False)
    """
    ordered = sorted((value for value in values if value > 0 and math.isfinite(value)), reverse=True)
    return bool(ordered) and sum(ordered[2:]) < share * ordered[0]
