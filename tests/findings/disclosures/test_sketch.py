"""Sketches: arithmetic in the field against whole numbers, and counts of what differs against sets."""

from __future__ import annotations

import numpy as np
import pytest

from asn_research.findings.disclosures.sketch import count_different, multiply, sum_powers

PRIME = 2**61 - 1


def draw(count: int, *, seed: int) -> list[int]:
    return [int(mark) for mark in np.random.default_rng(seed).integers(1, PRIME, count)]


def test_products_in_the_field_are_those_of_whole_numbers() -> None:
    edges = [0, 1, 2**30, 2**31 - 1, 2**31, 2**60, PRIME - 2, PRIME - 1]
    pairs = [(a, b) for a in edges for b in edges]
    pairs += zip(draw(5_000, seed=1), draw(5_000, seed=2), strict=True)
    first, second = (np.array(side, dtype=np.uint64) for side in zip(*pairs, strict=True))
    assert multiply(first, second).tolist() == [a * b % PRIME for a, b in pairs]


def test_sums_of_powers_are_those_of_whole_numbers() -> None:
    marks = draw(300, seed=3)
    assert sum_powers(marks, 40) == tuple(sum(pow(m, k, PRIME) for m in marks) % PRIME for k in range(1, 41))
    assert sum_powers([], 3) == (0, 0, 0)


@pytest.mark.parametrize("different", [0, 1, 2, 9, 19, 20])
def test_what_differs_is_counted_exactly_up_to_half_the_sums(different: int) -> None:
    same, others = draw(500, seed=4), draw(different, seed=5)
    gone = different // 2
    first, second = sum_powers(same + others[:gone], 40), sum_powers(same + others[gone:], 40)
    assert count_different(first, second) == different


def test_of_more_that_differ_at_least_half_the_sums_are_told() -> None:
    first, second = draw(200, seed=6), draw(200, seed=7)
    assert count_different(sum_powers(first, 40), sum_powers(second, 40)) >= 20
