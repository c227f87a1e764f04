"""Newton steps over variance ratios: multilevel models whose random effects are uncorrelated.

With one number per level and term the outcome's covariance, in units of σ², is ``V = I + Σ γ_k Z_k Z_k'``:
linear in the ratios γ of the variances to that of the residual. Slope and curvature of the profiled deviance
then follow from one factorisation, and a ratio of zero is an ordinary point with a slope of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from asn_research.models.argument import Vector
from asn_research.models.random_effect import MixedLikelihood

LARGEST = 1500
"""Random effects up to which the dense matrices of a step are quick."""

_STEPS = 60
_HALVINGS = 30
_SETTLED = 1e-6  # after a relative step of this size the error is its square
_NOISE = 1e-13  # relative rounding error of a deviance


@dataclass(frozen=True, slots=True)
class _Shape:
    """Slope and curvature of the deviance in the ratios; ``information`` is never negative."""

    slope: Vector
    curvature: Vector
    information: Vector


def has_ratios(model: MixedLikelihood) -> bool:
    """Whether the model's random effects are uncorrelated and few enough for Newton steps."""
    return bool(model.levels) and sum(model.levels) <= LARGEST


def search_ratios(model: MixedLikelihood, start: Vector) -> tuple[Vector, float]:
    """Relative standard deviations √γ where the deviance is smallest near a start, and the deviance there.

    Projected Newton steps: a ratio at zero that the deviance would push below stays there (Bertsekas 1982,
    doi:10.1137/0320018). Where the curvature is not that of a minimum, the average information takes its
    place (Gilmour, Thompson & Cullis 1995, doi:10.2307/2533274).
    """
    ratios = np.asarray(start, dtype=float) ** 2
    deviance = model.deviance(np.sqrt(ratios))
    for _ in range(_STEPS):
        shape = _shape(model, ratios)
        free = (ratios > 0) | (shape.slope < 0)
        step = np.zeros(len(ratios))
        step[free] = -_solve(shape, free)
        tried, found = _shorten(model, ratios, step, deviance)
        moved = np.abs(tried - ratios)
        ratios, deviance = tried, found
        if (moved <= _SETTLED * ratios).all():
            break
    return np.sqrt(ratios), deviance


def _solve(shape: _Shape, free: NDArray[np.bool_]) -> Vector:
    """The Newton step's opposite in the free ratios."""
    slope = shape.slope[free]
    try:
        factor = linalg.cho_factor(shape.curvature[np.ix_(free, free)])
        return np.asarray(linalg.cho_solve(factor, slope), dtype=float)
    except linalg.LinAlgError:
        return np.asarray(np.linalg.pinv(shape.information[np.ix_(free, free)]) @ slope, dtype=float)


def _shorten(model: MixedLikelihood, ratios: Vector, step: Vector, deviance: float) -> tuple[Vector, float]:
    """Ratios along a step, halved until the deviance does not rise; where it always does, where it began."""
    most = deviance + _NOISE * abs(deviance)
    for halvings in range(_HALVINGS):
        tried = np.maximum(ratios + step / 2**halvings, 0.0)
        found = model.deviance(np.sqrt(tried))
        if found <= most:
            return tried, found
    return ratios, deviance


def _shape(model: MixedLikelihood, ratios: Vector) -> _Shape:
    r"""Slope and curvature of the profiled deviance.

    With :math:`P = V^{-1} - V^{-1}X(X'V^{-1}X)^{-1}X'V^{-1}`, :math:`a_k = Z_k'Py` and
    :math:`W_{kl} = Z_k'PZ_l` (for ML :math:`V^{-1}` instead of :math:`P` in the traces): slope
    :math:`\mathrm{tr} W_{kk} - N a_k'a_k / y'Py`, curvature :math:`-\|W_{kl}\|^2 + N (2 a_k'W_{kl}a_l / y'Py
    - a_k'a_k a_l'a_l / (y'Py)^2)`.
    """
    scale = np.repeat(np.sqrt(ratios), model.levels)
    starts = np.cumsum([0, *model.levels[:-1]])
    zz = model.zz if model.dense else model.zz.toarray()
    lower = np.linalg.cholesky(scale[:, None] * zz * scale + np.eye(len(scale)))
    sides = np.column_stack([zz, model.zx, model.zy])
    whitened = linalg.solve_triangular(lower, scale[:, None] * sides, lower=True, check_finite=False)
    q = len(scale)
    reduced = sides - whitened[:, :q].T @ whitened  # Z'V⁻¹ [Z, X, y]
    inverse, across, toward = reduced[:, :q], reduced[:, q:-1], reduced[:, -1]
    white_x, white_y = whitened[:, q:-1], whitened[:, -1]
    precision = np.eye(model.p) - white_x.T @ white_x
    right = model.xy - white_x.T @ white_y
    beta = np.linalg.solve(precision, right)
    fitted = toward - across @ beta
    rss = model.yy - white_y @ white_y - right @ beta
    projected = inverse - across @ np.linalg.solve(precision, across.T)
    traced = projected if model.restricted else inverse

    def blocks(matrix: Vector) -> Vector:
        return np.asarray(np.add.reduceat(np.add.reduceat(matrix, starts, axis=0), starts, axis=1))

    squares = np.add.reduceat(fitted**2, starts)
    crossed = model.denominator / rss * blocks(fitted[:, None] * projected * fitted)
    level = model.denominator / rss**2 * np.outer(squares, squares)
    return _Shape(
        slope=np.add.reduceat(np.diag(traced), starts) - model.denominator / rss * squares,
        curvature=2 * crossed - level - blocks(traced**2),
        information=crossed - level,
    )
