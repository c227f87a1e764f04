"""The stream of chance: frozen, independent of numpy's distributions, with the moments it promises."""

from __future__ import annotations

import numpy as np

from asn_research.simulation.chance import Chance


def test_stream_is_frozen() -> None:
    # PCG64 of SeedSequence([7, crc32("a")]); any change would change data/raw
    assert Chance(7, "a").integers(0, 999, 5).tolist() == [617, 412, 293, 249, 402]


def test_labels_name_independent_streams() -> None:
    first, second = Chance(7, "a").uniform(2000), Chance(7, "b").uniform(2000)
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.08  # 3.5 standard errors of zero correlation
    assert np.array_equal(Chance(7, "a").uniform(3), Chance(7).named("a").uniform(3))


def test_drawing_one_by_one_uses_the_same_stream() -> None:
    options = list("abcdef")
    one = Chance(3, "x")
    assert [one.one(options) for _ in range(6)] == Chance(3, "x").pick(options, 6)


def test_moments() -> None:
    chance = Chance(11, "moments")
    normal = chance.normal(20_000, mean=5, sd=2)
    assert abs(normal.mean() - 5) < 0.05  # 3.5 standard errors
    assert abs(normal.std() - 2) < 0.04
    trials = np.full(20_000, 8)
    hits = chance.binomial(trials, np.full(20_000, 0.25))
    assert abs(hits.mean() - 2) < 0.035
    assert abs(hits.var() - 1.5) < 0.06
    assert hits.max() <= 8
    weighted = chance.positions([1, 0, 3], 8_000)
    assert set(weighted.tolist()) == {0, 2}
    assert abs((weighted == 2).mean() - 0.75) < 0.02


def test_whole_numbers_include_both_ends_and_orders_are_permutations() -> None:
    chance = Chance(2, "whole")
    assert set(chance.integers(1, 3, 200).tolist()) == {1, 2, 3}
    assert sorted(chance.order(50).tolist()) == list(range(50))
    assert chance.binomial(np.array([0, 4]), np.array([0.5, 1.0])).tolist() == [0, 4]
