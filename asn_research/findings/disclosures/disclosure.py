"""The minimum cell: no number about fewer people than the region allows, not even by subtraction."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass

from asn_research.findings.finding import Disclosure, Row

KEPT = frozenset({"label", "label_code", "group", "group_code", "role", "response", "series", "component"})
"""Cells of a row that name it and tell nothing of its people."""


@dataclass(frozen=True, slots=True)
class GatedRows:
    """Rows that may be published, and how many of them were emptied."""

    rows: tuple[Row, ...]
    suppressed: int

    @property
    def disclosure(self) -> Disclosure:
        if not self.suppressed:
            return Disclosure.OPEN
        return Disclosure.SUPPRESSED if self.suppressed == len(self.rows) else Disclosure.PARTLY_SUPPRESSED


def gate_rows(
    rows: Sequence[Row],
    *,
    minimum: int,
    people: str = "n",
    within: str | None = None,
    hide: Collection[int] = (),
) -> GatedRows:
    """Empty the rows that describe fewer than ``minimum`` people, and as many more as subtraction demands.

    Use it on every table of numbers about people before it becomes part of a finding.

    Parameters
    ----------
    rows : sequence of dict
        Rows in the order in which they are shown; ``people`` names the count of people a row describes.
        Rows that describe nobody (a count of 0) are left out.
    minimum : int
        The smallest number of people that may be described.
    within : str, optional
        Column that separates rows with margins of their own (a total over the rows of one ``group``).
    hide : collection of int
        Positions of rows that are emptied whatever their size, such as those of a dominated sum.

    Returns
    -------
    GatedRows
        Emptied rows keep their labels; their numbers are None and ``suppressed`` is true.

    Notes
    -----
    A single emptied row, or several that describe fewer than ``minimum`` people together, could be found by
    subtracting the others from a published total. Further rows are therefore emptied, the smallest first
    (of equal ones the first), until at least two are empty and they describe at least ``minimum`` people.

    Examples
    --------
    >>> rows = [{"label": "A", "n": 40}, {"label": "B", "n": 3}, {"label": "C", "n": 12}]
    >>> [row["n"] for row in gate_rows(rows, minimum=10).rows]
    [40, None, None]
    """
    places = [position for position, row in enumerate(rows) if _count(row, people) > 0]
    shown = [rows[position] for position in places]
    forced = {i for i, position in enumerate(places) if position in hide}
    margins: dict[Hashable, list[int]] = {}
    for position, row in enumerate(shown):
        margins.setdefault(row.get(within) if within else None, []).append(position)
    hidden = {
        position
        for positions in margins.values()
        for position in _hidden(
            [0 if p in forced else _count(shown[p], people) for p in positions], positions, minimum
        )
    }
    gated = tuple(empty_row(row) if position in hidden else dict(row) for position, row in enumerate(shown))
    return GatedRows(gated, len(hidden))


def merge_cells(counts: Sequence[int], *, minimum: int) -> list[tuple[int, int]]:
    """Neighbouring cells of a distribution joined until each holds ``minimum`` people or nobody.

    Parameters
    ----------
    counts : sequence of int
        People in each cell, in the natural order of the cells.

    Returns
    -------
    list of (int, int)
        First and last position of every joined cell; cells at both ends that hold nobody are left out.
        Empty when all cells together hold fewer than ``minimum``.

    Examples
    --------
    >>> merge_cells([2, 3, 8, 40, 12, 1], minimum=10)
    [(0, 2), (3, 3), (4, 5)]
    """
    occupied = [position for position, count in enumerate(counts) if count > 0]
    if sum(counts) < minimum or not occupied:
        return []
    cells: list[tuple[int, int]] = []
    start, held = occupied[0], 0
    for position in range(occupied[0], occupied[-1] + 1):
        held += counts[position]
        if held >= minimum:
            cells.append((start, position))
            start, held = position + 1, 0
    if start <= occupied[-1]:
        first, _ = cells.pop()
        cells.append((first, occupied[-1]))
    return cells


def _count(row: Row, people: str) -> int:
    value = row[people]
    return int(value) if isinstance(value, int | float) else 0


def _hidden(counts: list[int], positions: list[int], minimum: int) -> set[int]:
    order = sorted(range(len(counts)), key=lambda i: (counts[i], i))
    small = [i for i in order if counts[i] < minimum]
    if not small:
        return set()
    chosen, held = 0, 0
    for i in order:
        if chosen >= max(2, len(small)) and held >= minimum:
            break
        chosen, held = chosen + 1, held + counts[i]
    return {positions[i] for i in order[:chosen]}


def empty_row(row: Row) -> Row:
    """A row that keeps its labels and nothing else."""
    kept: Row = {key: value if key in KEPT else None for key, value in row.items()}
    return kept | {"suppressed": True}
