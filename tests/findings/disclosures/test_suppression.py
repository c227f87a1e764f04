"""Counts inside groups: what is told leaves enough open, by trying out every possibility."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asn_research.findings.disclosures.suppression import Bound, Part, is_dominated, tell_part, tell_parts


@pytest.mark.parametrize(
    ("count", "base", "told"),
    [
        (30, 45, (30, 30)),
        (41, 45, (36, 45)),
        (45, 45, (36, 45)),
        (4, 45, (0, 9)),
        (0, 45, (0, 9)),
        (10, 20, (10, 10)),
        (9, 19, (0, 9)),
        (10, 19, (10, 19)),
        (9, 18, (0, 18)),
        (7, 12, (0, 12)),
    ],
)
def test_a_count_is_told_by_its_size_and_that_of_its_rest(
    count: int, base: int, told: tuple[int, int]
) -> None:
    part = tell_part(count, base, minimum=10)
    assert (part.low, part.high) == told
    assert part.low <= count <= part.high


def test_the_two_bands_never_meet_and_say_which_end_they_are() -> None:
    low, high = tell_part(3, 19, minimum=10), tell_part(17, 19, minimum=10)
    assert (low.bound, high.bound) == (Bound.MOST, Bound.LEAST)
    assert low.high < high.low
    assert (low.told, high.told) == (9, 10)


CELLS = st.lists(st.integers(1, 9).flatmap(lambda b: st.tuples(st.integers(0, b), st.just(b))), max_size=4)


@settings(max_examples=150, deadline=None)
@given(CELLS.filter(bool), st.integers(0, 4), st.integers(0, 4), st.integers(2, 3))
def test_all_that_agrees_with_what_is_told_leaves_the_minimum_open(
    cells: list[tuple[int, int]], rest: int, more: int, minimum: int
) -> None:
    """The truth by enumeration: every combination of counts that fits, without any formula."""
    counts, bases = [c for c, _ in cells], [b for _, b in cells]
    inside = min(more, rest)
    total = tell_part(sum(counts) + inside, sum(bases) + rest, minimum=minimum)
    parts = tell_parts(counts, bases, minimum=minimum, total=total, rest=rest)
    ranges = [range(part.low, part.high + 1) for part in [*parts, Part(rest, 0, rest)]]
    fitting = [one for one in product(*ranges) if total.low <= sum(one) <= total.high]
    assert (*counts, inside) in fitting
    if all(part.untold for part in parts):
        return
    for position, part in enumerate([*parts, Part(rest, 0, rest)]):
        if not part.exact:
            assert len({one[position] for one in fitting}) >= min(minimum, part.base + 1)


def test_without_a_known_total_no_further_count_is_hidden() -> None:
    parts = tell_parts([8, 28], [24, 48], minimum=10)
    assert [part.exact for part in parts] == [False, True]


@pytest.mark.parametrize(
    ("values", "dominated"),
    [
        ([100.0], True),
        ([100.0, 100.0], True),
        ([100.0, 60.0, 9.0], True),
        ([100.0, 60.0, 10.0], False),
        ([5.0, 5.0, 5.0, 5.0], False),
        ([0.0, 0.0], False),
        ([], False),
    ],
)
def test_the_p_percent_rule(values: list[float], dominated: bool) -> None:
    assert is_dominated(values) is dominated
    assert is_dominated(values[::-1]) is dominated
