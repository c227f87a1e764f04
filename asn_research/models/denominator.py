"""Degrees of freedom for the fixed effects of a multilevel model: Satterthwaite and Kenward-Roger."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from asn_research.errors import InputError
from asn_research.models.argument import Vector
from asn_research.models.random_effect import MixedLikelihood, Profile

_LARGEST_BLOCK = 3000
_Array = NDArray[np.floating[Any]]


def satterthwaite_df(model: MixedLikelihood, theta: Vector, sigma: float) -> Vector:
    r"""Satterthwaite degrees of freedom of every coefficient.

    :math:`\nu = 2 (l'Vl)^2 / (g' A g)` with :math:`g` the gradient of :math:`l'Vl` in the covariance
    parameters and :math:`A` their asymptotic covariance, twice the inverse Hessian of the deviance.
    Kuznetsova, Brockhoff & Christensen (2017), doi:10.18637/jss.v082.i13.
    """
    profiles: dict[bytes, Profile] = {}

    def profile(v: Vector) -> Profile:
        """The profile at ``v`` without its σ, once for all points that share it."""
        key = v[:-1].tobytes()
        if key not in profiles:
            profiles[key] = model.profile(v[:-1])
        return profiles[key]

    point = np.append(theta, sigma)
    steps = np.append(np.full(len(theta), 0.01) * np.maximum(1.0, np.abs(theta)), 0.01 * sigma)
    hessian = _hessian(lambda v: model.deviance_of(profile(v), float(v[-1])), point, steps)
    scale = np.outer(steps, steps)  # a Hessian in steps is free of units
    values, vectors = np.linalg.eigh(hessian * scale)
    positive = values > 1e-8 * values.max()
    covariance = 2 * (vectors[:, positive] / values[positive]) @ vectors[:, positive].T * scale

    def variances(v: Vector) -> Vector:
        return np.diag(model.coefficient_covariance(profile(v), float(v[-1])))

    gradient = _jacobian(variances, point, steps)
    spread = np.einsum("ij,jk,ik->i", gradient, covariance, gradient)
    return np.asarray(2 * variances(point) ** 2 / spread, dtype=float)


def kenward_roger(model: MixedLikelihood, theta: Vector, sigma: float) -> tuple[Vector, Vector]:
    """Kenward-Roger adjusted covariance of the coefficients and their degrees of freedom.

    Kenward & Roger (1997), doi:10.2307/2533558; for one contrast at a time. The covariance of the outcome is
    linear in its (co)variance components, so the second-derivative term vanishes.
    """
    x = model.q
    covariance = np.linalg.inv(model.profile(theta).precision) * sigma**2
    blocks = _blocks(model)
    n_parts = 1 + sum(term.size for term in model.terms)
    p, information = x.shape[1], np.zeros((n_parts, n_parts))
    first = np.zeros((n_parts, p, p))
    second = np.zeros((n_parts, n_parts, p, p))
    lam = model.factor(theta)
    for rows in blocks:
        z = model.z[rows].toarray() @ lam
        inverse = np.linalg.inv(sigma**2 * (np.eye(len(rows)) + z @ z.T))
        parts = _derivatives(model, rows)
        solved = [inverse @ part for part in parts]
        vx = inverse @ x[rows]
        for i, part in enumerate(parts):
            first[i] -= vx.T @ part @ vx
            for j, other in enumerate(solved):
                information[i, j] += float((solved[i] * other.T).sum())
                second[i, j] += vx.T @ part @ other @ vx
    for i in range(n_parts):
        for j in range(n_parts):
            information[i, j] += -2 * np.trace(covariance @ second[i, j]) + np.trace(
                covariance @ first[i] @ covariance @ first[j]
            )
    weight = 2 * np.linalg.pinv(information)
    correction = sum(
        weight[i, j] * (second[i, j] - first[i] @ covariance @ first[j])
        for i in range(n_parts)
        for j in range(n_parts)
    )
    adjusted = covariance + 2 * covariance @ correction @ covariance
    inverse_r = np.linalg.inv(model.r)
    df = np.array([_contrast_df(row, covariance, first, weight) for row in inverse_r])  # one row each
    return np.asarray(inverse_r @ adjusted @ inverse_r.T, dtype=float), df


def _contrast_df(contrast: _Array, covariance: _Array, first: _Array, weight: _Array) -> float:
    """Denominator degrees of freedom of a single contrast (numerator 1)."""
    direction = covariance @ contrast
    scale = float(contrast @ direction)
    slopes = np.array([direction @ part @ direction for part in first]) / scale
    spread = float(slopes @ weight @ slopes)
    return (
        2 / spread if spread > 0 else math.inf
    )  # with one numerator degree of freedom A1 = A2, and m = 2 / A


def _blocks(model: MixedLikelihood) -> list[NDArray[np.int64]]:
    """Rows that share no random effect with other rows, block by block."""
    pattern = abs(model.z)
    _, labels = connected_components(pattern.T @ pattern, directed=False)
    row_label = labels[np.asarray(pattern.argmax(axis=1)).ravel()]
    blocks = [np.flatnonzero(row_label == label) for label in np.unique(row_label)]
    largest = max(len(rows) for rows in blocks)
    if largest > _LARGEST_BLOCK:
        raise InputError(
            f"Kenward-Roger needs dense blocks of at most {_LARGEST_BLOCK} connected rows, found {largest}; "
            "use df_method='satterthwaite'."
        )
    return blocks


def _derivatives(model: MixedLikelihood, rows: NDArray[np.int64]) -> list[Vector]:
    """Derivatives of the outcome's covariance in each (co)variance component and in σ², for some rows."""
    out: list[Vector] = []
    for term in model.terms:
        same = term.codes[rows][:, None] == term.codes[rows][None, :]
        values = (term.values / term.scale)[rows]
        for i, j in zip(*np.tril_indices(len(term.names)), strict=True):
            product = np.outer(values[:, i], values[:, j])
            out.append(same * (product if i == j else product + product.T))
    return [*out, np.eye(len(rows))]


def _hessian(function: Callable[[Vector], float], point: Vector, steps: Vector) -> Vector:
    """Central second differences, extrapolated once (Richardson)."""
    rough, fine = _second(function, point, steps), _second(function, point, steps / 2)
    return (4 * fine - rough) / 3


def _second(function: Callable[[Vector], float], point: Vector, steps: Vector) -> Vector:
    m = len(point)
    shift = np.diag(steps)
    centre = function(point)
    out = np.empty((m, m))
    for i in range(m):
        ahead, behind = function(point + shift[i]), function(point - shift[i])
        out[i, i] = (ahead - 2 * centre + behind) / steps[i] ** 2
        for j in range(i):
            corners = (
                function(point + shift[i] + shift[j])
                - function(point + shift[i] - shift[j])
                - function(point - shift[i] + shift[j])
                + function(point - shift[i] - shift[j])
            )
            out[i, j] = out[j, i] = corners / (4 * steps[i] * steps[j])
    return out


def _jacobian(function: Callable[[Vector], Vector], point: Vector, steps: Vector) -> Vector:
    """Central differences, extrapolated once: one row per output, one column per parameter."""
    columns = []
    for step in np.diag(steps):
        size = float(np.abs(step).sum())
        rough = (function(point + step) - function(point - step)) / (2 * size)
        fine = (function(point + step / 2) - function(point - step / 2)) / size
        columns.append((4 * fine - rough) / 3)
    return np.column_stack(columns)
