"""Adjusted p-values: order relations, brute-force closed testing, error rates, refusals."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.multitest import multipletests

from asn_research.errors import InputError, NoVariationError
from asn_research.models.multiplicity import METHODS, adjust_p_values, adjust_romano_wolf

P = np.array([0.011, 0.024, 0.6, 0.033, 0.002, 0.024, 0.9, 0.04])
EXACT = {"rtol": 1e-12, "atol": 1e-15}  # products of the same few numbers


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [("holm", "holm"), ("bonferroni", "bonferroni"), ("hochberg", "simes-hochberg"), ("hommel", "hommel"),
     ("BH", "fdr_bh"), ("BY", "fdr_by"), ("sidak", "sidak"), ("holm_sidak", "holm-sidak")],
)  # fmt: skip
def test_same_as_statsmodels(ours: str, theirs: str) -> None:
    np.testing.assert_allclose(adjust_p_values(P, method=ours), multipletests(P, method=theirs)[1], **EXACT)


def closed(p: np.ndarray, test: str) -> np.ndarray:
    """Closed testing by brute force: the largest local p-value of all subsets that hold the hypothesis."""
    out = np.zeros(len(p))
    for size in range(1, len(p) + 1):
        for subset in combinations(range(len(p)), size):
            part = np.sort(p[list(subset)])
            local = (part * size / np.arange(1, size + 1)).min() if test == "simes" else part[0] * size
            for i in subset:
                out[i] = max(out[i], min(local, 1.0))
    return out


@pytest.mark.parametrize(("method", "local"), [("hommel", "simes"), ("holm", "bonferroni")])
def test_step_methods_are_closed_tests(method: str, local: str) -> None:
    for seed in range(5):
        p = np.random.default_rng(seed).uniform(size=7) ** 2
        np.testing.assert_allclose(adjust_p_values(p, method=method), closed(p, local), **EXACT)


@pytest.mark.parametrize("method", METHODS)
def test_order_labels_and_bounds(method: str) -> None:
    series = pd.Series(P, index=list("abcdefgh"))
    adjusted = adjust_p_values(series, method=method)
    assert (adjusted >= series).all()
    assert (adjusted <= 1).all()
    shuffled = adjust_p_values(series[::-1], method=method)
    pd.testing.assert_series_equal(shuffled[::-1], adjusted, rtol=1e-12)
    assert adjust_p_values([0.03], method=method).iloc[0] == pytest.approx(0.03, rel=1e-12)


def test_sharper_methods_are_never_larger() -> None:
    tables = {method: adjust_p_values(P, method=method) for method in METHODS}
    order = ["BH", "hommel", "hochberg", "holm", "bonferroni"]
    for small, large in [*pairwise(order), ("BH", "BY"), ("sidak", "bonferroni")]:
        assert (tables[small] <= tables[large] + 1e-15).all()


@pytest.mark.parametrize("bad", [[], [0.1, float("nan")], [1.2], [-0.1, 0.5], [[0.1]]])
def test_refusals(bad: list[float]) -> None:
    with pytest.raises(InputError):
        adjust_p_values(bad)


def test_romano_wolf_of_identical_tests_is_one_test_and_of_many_keeps_its_level() -> None:
    chance = np.random.default_rng(1)
    one = chance.normal(size=(999, 1))
    same = adjust_romano_wolf([2.0, 2.0, 2.0], draws=np.repeat(one, 3, axis=1))
    alone = adjust_romano_wolf([2.0], draws=one)
    assert same.tolist() == [alone.iloc[0]] * 3  # where Holm would triple it
    rejected = 0
    for _ in range(300):
        t = np.sqrt(0.5) * (chance.normal(size=5) + chance.normal())
        null = np.sqrt(0.5) * (chance.normal(size=(399, 5)) + chance.normal(size=(399, 1)))
        rejected += bool((adjust_romano_wolf(t, draws=null) <= 0.05).any())
    assert rejected / 300 <= 0.09  # 3 standard errors of 300 families above 0.05


def test_romano_wolf_is_monotone_and_keeps_labels() -> None:
    chance = np.random.default_rng(6)
    t = pd.Series([0.5, -3.5, 2.0], index=["a", "b", "c"])
    null = chance.normal(size=(999, 3))
    adjusted = adjust_romano_wolf(t, draws=null)
    assert adjusted["b"] <= adjusted["c"] <= adjusted["a"]
    swapped = adjust_romano_wolf(t[::-1], draws=null[:, ::-1])
    pd.testing.assert_series_equal(swapped[::-1], adjusted)
    with pytest.raises(InputError):
        adjust_romano_wolf(t, draws=null[:, :2])
    with pytest.raises(NoVariationError):
        adjust_romano_wolf(t, draws=np.ones((99, 3)))
