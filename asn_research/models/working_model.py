"""A working model of the errors within clusters, and the exact law of t = b / SE(CR2) under it.

Satterthwaite's approximation (Bell and McCaffrey 2002) assumes independent, equal errors and replaces the
law of the CR2 variance by one chi-squared. With few clusters of unequal size both cost coverage: likeness
within clusters makes intervals too narrow, and a handful of treated clusters makes them far too wide. Here
the working model is estimated and the law of t under it is computed without approximating the variance.

Sources: Imbens and Kolesár (2016, doi:10.1162/REST_a_00552) for degrees of freedom under equicorrelated
errors estimated from the residuals; McCaffrey and Bell (2006, doi:10.1002/sim.2502) for the law of t as a
ratio of quadratic forms in place of Satterthwaite's approximation.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

from asn_research.errors import InputError
from asn_research.measures.distribution import t_ppf
from asn_research.models.covariance import cluster_leverage, satterthwaite_df, sum_by_cluster, symmetric_power
from asn_research.models.design import Array, LeastSquares, count_codes

_EXACT_CLUSTERS = 300
"""Above this many clusters Satterthwaite's degrees of freedom serve: the law costs G³ and adds little."""

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(32)
_SINE_SQUARED = np.sin((_NODES[:, None] + 1.0) * np.pi / 4.0) ** 2
_NOTHING = 1e-12
_TOLERANCE = 1e-7
"""Of a Newton step, whose error is squared by the step after it: the last one is exact to rounding."""
_STEPS = 100
_ALIKE = 1e8
"""The variance between clusters over that within where nothing varies within."""


@dataclass(frozen=True, slots=True)
class WorkingModel:
    """Errors of cluster g have the covariance s_g² (I + θ 11').

    ``variances`` s² (G,) are positive and ``ratio`` θ >= 0 is the variance between clusters over that within.
    """

    variances: Array
    ratio: float

    @property
    def icc(self) -> float:
        """The intraclass correlation θ / (1 + θ)."""
        return self.ratio / (1.0 + self.ratio)


def estimate_working_model(fit: LeastSquares) -> WorkingModel:
    """The working model from the residuals of an unweighted regression with one way of clustering.

    θ by moments: e'e and the sum over clusters of (1'e_g)² equal their expectations under equicorrelated
    errors, and a negative θ becomes 0 (Imbens and Kolesár 2016, with the loss of degrees of freedom by the
    regression counted). s_g² is the residual variance within the cluster, to which the variance within all
    clusters lends one degree of freedom, so that a cluster of one person has a variance too.
    """
    codes = fit.design.clusters[0]
    sizes = np.bincount(codes).astype(float)
    n, k = fit.basis.shape
    sums = np.bincount(codes, fit.residuals)
    within = np.maximum(np.bincount(codes, fit.residuals**2) - sums**2 / sizes, 0.0)
    pooled = float(within.sum()) / max(n - len(sizes), 1)
    if pooled <= _NOTHING * fit.ss_residual / n:  # every cluster is one person, or its people are all alike
        return WorkingModel(np.ones_like(sizes), 0.0 if n == len(sizes) else _ALIKE)
    ones = sum_by_cluster(fit.basis, codes)
    cross = -ones @ ones.T
    cross.flat[:: len(sizes) + 1] += sizes
    shared, total = n - float((ones**2).sum()), float((cross**2).sum())
    # E[e'e] = (n - k) σ² + shared τ²;  E[Σ (1'e_g)²] = shared σ² + total τ²
    determinant = (n - k) * total - shared**2
    known = determinant > _NOTHING * n * total
    tau = ((n - k) * float(sums @ sums) - shared * fit.ss_residual) / determinant if known else 0.0
    return WorkingModel((within + pooled) / sizes, max(tau, 0.0) / pooled)


def exact_df(fit: LeastSquares, contrasts: Array, *, conf_level: float = 0.95) -> Array:
    """Degrees of freedom (m,) at which t has the exact critical value of CR2 under the working model.

    With l'y the estimate, v its variance and p_g'y the adjusted score of cluster g, t² is distributed as
    Z² / Σ λ_j χ²_j with λ the eigenvalues of the covariances p_g'Ωp_h over v; the critical value c solves
    P(t² > c²) = 1 - ``conf_level``, and the degrees of freedom solve t_df = c. They are at most G - 1.

    Raises
    ------
    InputError
        Weights or an absorbed effect: there the law is not derived; ask for CR2.
    """
    if fit.design.weights is not None or fit.design.absorbed is not None:
        raise InputError("CR2E takes neither weights nor an absorbed effect; ask for CR2.")
    n_clusters = count_codes(fit.design.clusters[0])
    if n_clusters > _EXACT_CLUSTERS:
        return satterthwaite_df(fit, contrasts)
    model = estimate_working_model(fit)
    with np.errstate(over="ignore"):
        found = [
            _equivalent_df(law, 1.0 - conf_level, n_clusters - 1.0)
            for law in variance_laws(fit, contrasts, model)
        ]
    return np.array(found)


def variance_laws(fit: LeastSquares, contrasts: Array, model: WorkingModel) -> list[Array]:
    """For each of ``contrasts`` (m, k) the λ (G,) of V(CR2) / v ~ Σ λ_j χ²_j; empty where v or V is 0."""
    codes = fit.design.clusters[0]
    share = np.concatenate(list(cluster_leverage(fit, codes)))
    root = symmetric_power(np.eye(share.shape[1]) - share, -0.5)
    ones = sum_by_cluster(fit.basis, codes)
    variances = model.variances[:, None]
    spread = (variances[:, :, None] * share).sum(axis=0)
    laws = []
    for t in contrasts @ fit.transform:
        a = root @ t
        r = (share @ a[:, :, None])[:, :, 0]
        scaled = variances * r
        # p_g is Z_g a_g in its own cluster and -Z_h r_g everywhere; own and sums are its parts in Ω.
        cross, sums = (0.5 * r @ spread - scaled) @ r.T, -ones @ r.T
        sums.flat[:: len(sums) + 1] += (ones * a).sum(axis=1)
        p = cross + cross.T
        p.flat[:: len(p) + 1] += (a * scaled).sum(axis=1)
        if model.ratio > 0.0:
            p += model.ratio * sums.T @ (variances * sums)
        v = float(t @ spread @ t) + model.ratio * float(model.variances @ (ones @ t) ** 2)
        known = v > 0.0 and float(np.trace(p)) > _NOTHING * v
        laws.append(np.maximum(np.linalg.eigvalsh(p), 0.0) / v if known else np.empty(0))
    return laws


def exceedance(law: Array, square: float) -> tuple[float, float]:
    """P(Z² / Σ λ_j χ²_j > ``square``), λ being ``law``, and its derivative by the logarithm of ``square``.

    Given the sum S, P(Z² > q S) = (2/π) ∫ exp(-q S / (2 sin²θ)) dθ over (0, π/2) (Craig 1991); the mean over
    S is the moment generating function of the chi-squared sum, which leaves one smooth integral.
    """
    grown = 1.0 + square * law / _SINE_SQUARED
    parts = _WEIGHTS / np.sqrt(grown.prod(axis=1))  # where the product is infinite, nothing is left
    slopes = parts @ (len(law) - (1.0 / grown).sum(axis=1))
    return float(0.5 * parts.sum()), float(-0.25 * slopes)


def _equivalent_df(law: Array, alpha: float, highest: float) -> float:
    """Degrees of freedom whose t has the critical value of the law, at most ``highest``."""
    if not law.size:
        return float("nan")
    total = float(law.sum())  # the start: Satterthwaite's approximation of the law
    square = float(t_ppf(1.0 - alpha / 2.0, max(total**2 / float(law @ law), 1.0))) ** 2 / total
    for _ in range(_STEPS):  # log P bends little in log q, so a few of Newton's steps suffice
        chance, slope = exceedance(law, square)
        step = math.log(alpha / chance) * chance / slope
        square *= math.exp(step)
        if abs(step) < _TOLERANCE:
            break
    if square <= float(t_ppf(1.0 - alpha / 2.0, highest)) ** 2:
        return highest
    return min(float(special.stdtridf(1.0 - alpha / 2.0, math.sqrt(square))), highest)
