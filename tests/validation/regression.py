"""The headline regressions for many worlds at once, written apart from the library.

A second implementation of the same formulas, hundreds of worlds to one matrix product: ten thousand worlds
in a cell take seconds. The tests hold it to the library's public functions, interval by interval.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from tests.validation.world import Worlds

LEVEL = 0.95
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(40)
_SINE_SQUARED = np.sin((_NODES + 1.0) * np.pi / 4.0) ** 2


@dataclass(frozen=True)
class Regressions:
    """Least squares of w worlds with a common division into G batches.

    ``z`` (w, n, k) is an orthonormal basis, ``turn`` (w, k, k) leads from it to coefficients, ``share``
    (w, G, k, k) are Z_g'Z_g, ``ones`` (w, G, k) are 1'Z_g, ``scores`` (w, G, k) are Z_g'e_g.
    """

    sizes: np.ndarray
    starts: np.ndarray
    coef: np.ndarray
    residuals: np.ndarray
    z: np.ndarray
    turn: np.ndarray
    share: np.ndarray
    ones: np.ndarray
    scores: np.ndarray

    @classmethod
    def of(cls, worlds: Worlds) -> Regressions:
        sizes = np.bincount(worlds.batch)
        starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        lower = np.linalg.cholesky(np.swapaxes(worlds.x, 1, 2) @ worlds.x)
        turn = np.swapaxes(np.linalg.inv(lower), 1, 2)
        z = worlds.x @ turn
        inner = np.einsum("wnk,wn->wk", z, worlds.gain)
        e = worlds.gain - np.einsum("wnk,wk->wn", z, inner)

        def by_batch(values: np.ndarray) -> np.ndarray:
            return np.add.reduceat(values, starts, axis=1)

        return cls(
            sizes=sizes,
            starts=starts,
            coef=np.einsum("wij,wj->wi", turn, inner),
            residuals=e,
            z=z,
            turn=turn,
            share=by_batch(z[..., :, None] * z[..., None, :]),
            ones=by_batch(z),
            scores=by_batch(z * e[..., None]),
        )

    @property
    def square(self) -> np.ndarray:
        """e'e of each world."""
        return (self.residuals**2).sum(axis=1)


def missed(worlds: Worlds, term: int, truth: float, vcov: str) -> np.ndarray:
    """Whether the 95 % interval of each world misses the truth."""
    fit = Regressions.of(worlds)
    t = fit.turn[:, term, :]
    n, k = fit.z.shape[1:]
    g = len(fit.sizes)
    distance = (fit.coef[:, term] - truth) ** 2
    if vcov in ("CR2", "CR2E", "CR3"):
        a = np.einsum("wgij,wj->wgi", _power(np.eye(k) - fit.share, -1.0 if vcov == "CR3" else -0.5), t)
        variance = ((a * fit.scores).sum(axis=2) ** 2).sum(axis=1)
        if vcov == "CR2E":
            return _missed_exactly(fit, t, a, distance / variance)
        df = _satterthwaite(fit, a) if vcov == "CR2" else g - 1
    elif vcov == "CR1S":
        factor = g / (g - 1) * (n - 1) / (n - k)
        variance, df = factor * (np.einsum("wgk,wk->wg", fit.scores, t) ** 2).sum(axis=1), g - 1
    else:
        df, line = n - k, np.einsum("wnk,wk->wn", fit.z, t)
        own = fit.residuals**2 if vcov == "HC1" else fit.square[:, None] / n
        variance = n / (n - k) * (line**2 * own).sum(axis=1)
    return np.asarray(distance > variance * stats.t.ppf((1 + LEVEL) / 2, df) ** 2)


def _power(matrices: np.ndarray, exponent: float) -> np.ndarray:
    values, vectors = np.linalg.eigh(matrices)
    return np.asarray((vectors * values[..., None, :] ** exponent) @ np.swapaxes(vectors, -1, -2))


def _satterthwaite(fit: Regressions, a: np.ndarray) -> np.ndarray:
    r = np.einsum("wgij,wgj->wgi", fit.share, a)
    p = -r @ np.swapaxes(r, 1, 2)
    np.einsum("wgg->wg", p)[:] += (a * r).sum(axis=2)
    return np.asarray(np.einsum("wgg->w", p) ** 2 / (p**2).sum(axis=(1, 2)))


def _working_model(fit: Regressions) -> tuple[np.ndarray, np.ndarray]:
    """Variances (w, G) within batches and their ratio (w,) to the variance between them."""
    n, k, g = *fit.z.shape[1:], len(fit.sizes)
    sums = np.add.reduceat(fit.residuals, fit.starts, axis=1)
    within = np.add.reduceat(fit.residuals**2, fit.starts, axis=1) - sums**2 / fit.sizes
    pooled = within.sum(axis=1) / (n - g)
    shared = n - (fit.ones**2).sum(axis=(1, 2))
    cross = ((np.diag(fit.sizes) - fit.ones @ np.swapaxes(fit.ones, 1, 2)) ** 2).sum(axis=(1, 2))
    # (n - k) σ² + shared τ² = e'e and shared σ² + cross τ² = Σ (1'e_g)², solved for τ².
    between = ((n - k) * (sums**2).sum(axis=1) - shared * fit.square) / ((n - k) * cross - shared**2)
    return (within + pooled[:, None]) / fit.sizes, np.maximum(between, 0.0) / pooled


def _missed_exactly(fit: Regressions, t: np.ndarray, a: np.ndarray, square: np.ndarray) -> np.ndarray:
    variances, ratio = _working_model(fit)
    r = np.einsum("wgij,wgj->wgi", fit.share, a)
    spread = np.einsum("wg,wgij->wij", variances, fit.share)
    scaled = variances[..., None] * r
    cross = scaled @ np.swapaxes(r, 1, 2)
    p = r @ spread @ np.swapaxes(r, 1, 2) - cross - np.swapaxes(cross, 1, 2)
    np.einsum("wgg->wg", p)[:] += (a * scaled).sum(axis=2)
    sums = -fit.ones @ np.swapaxes(r, 1, 2)
    np.einsum("wgg->wg", sums)[:] += (fit.ones * a).sum(axis=2)
    p += ratio[:, None, None] * (np.swapaxes(sums, 1, 2) @ (variances[..., None] * sums))
    total = np.einsum("wg,wgk,wk->wg", np.sqrt(variances), fit.ones, t)
    v = np.einsum("wi,wij,wj->w", t, spread, t) + ratio * (total**2).sum(axis=1)
    law = np.maximum(np.linalg.eigvalsh(p), 0.0) * (square / v)[:, None]
    chance = np.zeros(len(v))
    for node, weight in zip(_SINE_SQUARED, _WEIGHTS, strict=True):
        chance += 0.5 * weight * np.exp(-0.5 * np.log1p(law / node).sum(axis=1))
    beyond = square > stats.t.ppf((1 + LEVEL) / 2, len(fit.sizes) - 1) ** 2  # never more than G - 1 degrees
    return np.asarray((chance < 1 - LEVEL) & beyond)
