"""Covariances against the textbook formulas on full n × n matrices, and against theorems."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from asn_research.errors import InputError
from asn_research.models.covariance import (
    coefficient_covariance,
    hotelling_df,
    is_nested,
    leverage,
    satterthwaite_df,
)
from asn_research.models.design import LeastSquares, build_design, solve_design

# Two exact computations of the same matrix: they differ by rounding, amplified by an inverse square root.
CLOSE = {"rtol": 1e-8, "atol": 1e-12}


def hostile_frame(seed: int = 3) -> pd.DataFrame:
    """Clusters of one to nine rows, a treatment of whole clusters, a lone dummy, skewed weights."""
    rng = np.random.default_rng(seed)
    sizes = np.array([1, 2, 3, 9, 4, 4, 6, 5, 2, 7])
    g = np.repeat(np.arange(len(sizes)), sizes)
    x = rng.normal(size=len(g)) + 0.5 * g
    d = (g % 3 == 0).astype(float)
    own = (g == 3).astype(float)
    y = 1.0 + x + d + rng.normal(size=len(g)) * (1 + d) + rng.normal(size=10)[g]
    weight = rng.uniform(0.2, 3.0, size=len(g))
    return pd.DataFrame({"y": y, "x": x, "d": d, "own": own, "g": g, "w": weight})


def power(matrix: np.ndarray, exponent: float) -> np.ndarray:
    values, vectors = np.linalg.eigh(matrix)
    kept = values > 1e-10
    return (vectors[:, kept] * values[kept] ** exponent) @ vectors[:, kept].T


def brute_force(fit: LeastSquares) -> tuple[np.ndarray, np.ndarray]:
    """CR2 and the tensor P of Pustejovsky and Tipton (2018), written with n × n matrices."""
    design = fit.design
    x, codes = design.x, design.clusters[0]
    n = len(design.y)
    w = np.ones(n) if design.weights is None else design.weights
    bread = np.linalg.inv(x.T @ (w[:, None] * x))
    residual_maker = np.eye(n) - x @ bread @ (x * w[:, None]).T
    spread = residual_maker @ residual_maker.T
    vectors = np.zeros((codes.max() + 1, n, x.shape[1]))
    meat = np.zeros((x.shape[1], x.shape[1]))
    for g in range(codes.max() + 1):
        rows = np.flatnonzero(codes == g)
        adjust = power(spread[np.ix_(rows, rows)], -0.5)
        left = bread @ (x[rows] * w[rows, None]).T @ adjust
        score = left @ fit.residuals[rows]
        meat += np.outer(score, score)
        vectors[g] = residual_maker[rows].T @ left.T
    return meat, np.einsum("gns,hnt->ghst", vectors, vectors)


@pytest.mark.parametrize("weights", [None, "w"])
@pytest.mark.parametrize("formula", ["y ~ x + d", "y ~ 0 + x + d + own", "y ~ x*d + own"])
def test_cr2_and_its_degrees_of_freedom_equal_the_full_matrix_formulas(
    formula: str, weights: str | None
) -> None:
    fit = solve_design(build_design(formula, hostile_frame(), clusters="g", weights=weights))
    covariance, tensor = brute_force(fit)
    free = [i for i, name in enumerate(fit.design.names) if name != "own"]
    np.testing.assert_allclose(
        coefficient_covariance(fit, vcov="CR2")[np.ix_(free, free)], covariance[np.ix_(free, free)], **CLOSE
    )
    contrasts = np.eye(len(fit.design.names))[free]
    own = np.einsum("ghss->sgh", tensor)[free]
    expected = np.einsum("sgg->s", own) ** 2 / np.einsum("sgh,sgh->s", own, own)
    np.testing.assert_allclose(satterthwaite_df(fit, contrasts), expected, **CLOSE)


@pytest.mark.parametrize("weights", [None, "w"])
def test_hotelling_degrees_of_freedom_equal_the_full_sum(weights: str | None) -> None:
    fit = solve_design(build_design("y ~ x + d", hostile_frame(), clusters="g", weights=weights))
    tensor = brute_force(fit)[1][:, :, 1:, 1:]
    root = power(np.einsum("ggst->st", tensor), -0.5)
    tensor = np.einsum("as,ghst,tb->ghab", root, tensor, root)
    variance = sum(
        (tensor[:, :, s, s] * tensor[:, :, t, t] + tensor[:, :, s, t] * tensor[:, :, t, s]).sum()
        for s in range(2)
        for t in range(2)
    )
    assert hotelling_df(fit, np.eye(3)[1:]) == pytest.approx(6.0 / variance, rel=1e-8)


def test_hotelling_with_one_contrast_is_satterthwaite() -> None:
    fit = solve_design(build_design("y ~ x + d", hostile_frame(), clusters="g"))
    one = np.eye(3)[2:]
    assert hotelling_df(fit, one) == pytest.approx(satterthwaite_df(fit, one)[0], rel=1e-10)


def test_cr2_is_unbiased_when_errors_are_independent_and_equal() -> None:
    # E[V] = σ² (X'X)⁻¹ holds exactly: E[ee'] = σ² (I - H), so the mean is computed, not simulated.
    fit = solve_design(build_design("y ~ x + d", hostile_frame(), clusters="g"))
    _, tensor = brute_force(fit)
    expected = np.einsum("ggst->st", tensor)
    np.testing.assert_allclose(expected, fit.transform @ fit.transform.T, rtol=1e-9, atol=1e-12)


def test_every_row_its_own_cluster_gives_white() -> None:
    frame = hostile_frame().assign(g=np.arange(43))
    fit = solve_design(build_design("y ~ x + d", frame, clusters="g"))
    for clustered, white in (("CR0", "HC0"), ("CR2", "HC2"), ("CR3", "HC3")):
        np.testing.assert_allclose(
            coefficient_covariance(fit, vcov=clustered), coefficient_covariance(fit, vcov=white), rtol=1e-10
        )


def test_weights_of_one_change_nothing() -> None:
    frame = hostile_frame().assign(one=2.0)
    plain = solve_design(build_design("y ~ x + d", frame, clusters="g"))
    weighted = solve_design(build_design("y ~ x + d", frame, clusters="g", weights="one"))
    for kind in ("CR0", "CR1", "CR1S", "CR2", "CR3", "HC0", "HC2", "HC3"):
        np.testing.assert_allclose(
            coefficient_covariance(weighted, vcov=kind), coefficient_covariance(plain, vcov=kind), rtol=1e-9
        )
    np.testing.assert_allclose(
        satterthwaite_df(weighted, np.eye(3)), satterthwaite_df(plain, np.eye(3)), rtol=1e-8
    )


def test_many_columns_and_few_columns_take_the_same_road() -> None:
    frame = hostile_frame().assign(h=lambda f: np.arange(len(f)) % 14)
    narrow = solve_design(build_design("y ~ x + d", frame, clusters="g"))
    wide = solve_design(build_design("y ~ x + d + C(h)", frame, clusters="g"))
    assert wide.basis.shape[1] > 12 >= narrow.basis.shape[1]
    for fit in (narrow, wide):
        np.testing.assert_allclose(coefficient_covariance(fit, vcov="CR2"), brute_force(fit)[0], **CLOSE)


def test_absorbed_effects_give_what_dummies_give() -> None:
    frame = hostile_frame().assign(u=lambda f: f.g * 10 + np.arange(len(f)) % 2)
    absorbed = solve_design(build_design("y ~ x + w", frame, clusters="g", absorb="u"))
    dummies = solve_design(build_design("y ~ x + w + C(u)", frame, clusters="g"))
    at = [dummies.design.names.index(name) for name in ("x", "w")]
    for kind in ("CR0", "CR1", "CR2", "CR3"):
        np.testing.assert_allclose(
            coefficient_covariance(absorbed, vcov=kind),
            coefficient_covariance(dummies, vcov=kind)[np.ix_(at, at)],
            **CLOSE,
        )
    np.testing.assert_allclose(leverage(absorbed), leverage(dummies), **CLOSE)
    np.testing.assert_allclose(
        satterthwaite_df(absorbed, np.eye(2)),
        satterthwaite_df(dummies, np.eye(len(dummies.coef))[at]),
        **CLOSE,
    )


def test_nesting() -> None:
    assert is_nested(np.array([0, 0, 1, 2]), np.array([0, 0, 0, 1]))
    assert not is_nested(np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1]))


def test_refusals() -> None:
    frame = hostile_frame().assign(h=lambda f: np.arange(len(f)) % 4)
    with pytest.raises(InputError, match="lies within clusters"):
        coefficient_covariance(
            solve_design(build_design("y ~ x", frame, clusters="g", absorb="h")), vcov="CR2"
        )
    plain = solve_design(build_design("y ~ x", frame))
    with pytest.raises(InputError, match="needs clusters"):
        coefficient_covariance(plain, vcov="CR1")
    with pytest.raises(InputError, match="HC4"):
        coefficient_covariance(plain, vcov="HC4")
