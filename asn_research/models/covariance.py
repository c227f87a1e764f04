"""Covariance of least-squares coefficients: classical, HC0-HC3, CR0-CR3, with their degrees of freedom.

Everything is computed in the whitened coordinates of :class:`LeastSquares`, where a cluster enters only
through k × k matrices, so that a million rows in fifteen thousand clusters cost little more than the fit.

Sources: MacKinnon and White (1985) for HC0-HC3, doi:10.1016/0304-4076(85)90158-7; Bell and McCaffrey (2002)
and Pustejovsky and Tipton (2018), doi:10.1080/07350015.2016.1247004, for CR2, its Satterthwaite degrees of
freedom and the HTZ test; Cameron, Gelbach and Miller (2011), doi:10.1198/jbes.2010.07136, for two ways.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from asn_research.errors import InputError
from asn_research.models.design import Array, Codes, LeastSquares, count_codes

HC_TYPES = ("iid", "HC0", "HC1", "HC2", "HC3")
CR_TYPES = ("CR0", "CR1", "CR1S", "CR2", "CR2E", "CR3")
ADJUSTED_TYPES = ("CR2", "CR2E", "CR3")
"""Adjusted for leverage. CR2E is CR2 with other degrees of freedom: see the module ``working_model``."""

_UNIT_LEVERAGE = 1e-10
_BLOCK_FLOATS = 4_000_000
_BINCOUNT_COLUMNS = 12


@dataclass(frozen=True, slots=True)
class ClusterBlock:
    """Some clusters after the CR2 adjustment, in the coordinates of the basis.

    ``scores`` (b, k) are Z'WA e; with a contrast t the working-model covariance between clusters g and h is
    P_gh = [g = h] t'd_g t + (r_g t)'K(r_h t), for ``inner`` d (b, k, k), ``outer`` r (b, p, k) and the K of
    :func:`outer_metric`.
    """

    scores: Array
    inner: Array
    outer: Array


def coefficient_covariance(fit: LeastSquares, *, vcov: str) -> Array:
    """Covariance matrix (k, k) of the coefficients of ``fit``, of the type ``vcov``."""
    if vcov in HC_TYPES:
        meat = _independent_meat(fit, vcov)
    elif vcov in CR_TYPES:
        meat = _clustered_meat(fit, vcov)
    else:
        raise InputError(f"vcov must be one of {', '.join(HC_TYPES + CR_TYPES)}; found {vcov!r}.")
    return np.asarray(fit.transform @ meat @ fit.transform.T)


def _independent_meat(fit: LeastSquares, vcov: str) -> Array:
    n, k = fit.basis.shape
    if vcov == "iid":
        return np.eye(k) * (fit.ss_residual / fit.df_residual)
    e = fit.weighted_residuals
    if vcov == "HC1":
        e = e * np.sqrt(n / fit.df_residual)
    if vcov in ("HC2", "HC3"):
        room = 1.0 - leverage(fit)
        power = 0.5 if vcov == "HC2" else 1.0
        alone = room < _UNIT_LEVERAGE
        e = np.where(alone, 0.0, e / np.where(alone, 1.0, room) ** power)
    scores = fit.basis * e[:, None]
    return np.asarray(scores.T @ scores)


def leverage(fit: LeastSquares) -> Array:
    """Diagonal of the hat matrix (n,), absorbed effects included."""
    h = np.einsum("ij,ij->i", fit.basis, fit.basis)
    weights = np.ones_like(h) if fit.design.weights is None else fit.design.weights
    h = h * weights
    codes = fit.design.absorbed
    if codes is not None:
        h = h + weights / np.bincount(codes, weights)[codes]
    return np.asarray(h)


def _clustered_meat(fit: LeastSquares, vcov: str) -> Array:
    ways = fit.design.clusters
    if not ways:
        raise InputError(f"vcov={vcov!r} needs clusters; name the column that holds them.")
    if len(ways) == 1:
        return _one_way_meat(fit, ways[0], vcov)
    if len(ways) > 2 or vcov in ADJUSTED_TYPES:
        raise InputError("Clustering in two ways is available for CR0, CR1 and CR1S and for two columns.")
    both = np.unique(np.column_stack(ways), axis=0, return_inverse=True)[1].astype(np.intp).reshape(-1)
    parts = _one_way_meat(fit, ways[0], vcov) + _one_way_meat(fit, ways[1], vcov)
    # Cells of one row each take White's HC0, as in Petersen (2009); larger cells the correction asked for.
    single = count_codes(both) == len(both)
    return np.asarray(parts - _one_way_meat(fit, both, "CR0" if single else vcov))


def _one_way_meat(fit: LeastSquares, codes: Codes, vcov: str) -> Array:
    n_clusters = count_codes(codes)
    if vcov in ("CR2", "CR2E"):
        return np.asarray(sum(block.scores.T @ block.scores for block in cluster_blocks(fit, codes)))
    scores = sum_by_cluster(fit.basis * fit.weighted_residuals[:, None], codes)
    if vcov == "CR3":
        return np.asarray(sum(part.T @ part for part in _jackknife_scores(fit, codes, scores)))
    factor = 1.0
    if vcov in ("CR1", "CR1S"):
        factor = n_clusters / (n_clusters - 1.0)
    if vcov == "CR1S":
        factor *= (len(fit.residuals) - 1.0) / _nested_df_residual(fit, codes)
    return np.asarray(factor * scores.T @ scores)


def _nested_df_residual(fit: LeastSquares, codes: Codes) -> float:
    """n - k, where effects absorbed within clusters count as one parameter: they cost no information."""
    absorbed = fit.design.absorbed
    if absorbed is None or not is_nested(absorbed, codes):
        return float(fit.df_residual)
    return float(fit.df_residual + count_codes(absorbed) - 1)


def is_nested(inner: Codes, outer: Codes) -> bool:
    """Whether each group of ``inner`` lies in one group of ``outer``."""
    first = np.full(count_codes(inner), -1, dtype=np.intp)
    first[inner] = outer
    return bool((first[inner] == outer).all())


def sum_by_cluster(values: Array, codes: Codes) -> Array:
    """Sums (G, k) of the rows of ``values`` (n, k) by cluster."""
    n_clusters = count_codes(codes)
    return np.column_stack([np.bincount(codes, column, minlength=n_clusters) for column in values.T])


def cluster_leverage(fit: LeastSquares, codes: Codes) -> Iterator[Array]:
    """Z_g'WZ_g in blocks (b, k, k) of clusters in the order of their codes; they add up to the identity."""
    n_clusters, k = count_codes(codes), fit.basis.shape[1]
    step = max(1, _BLOCK_FLOATS // (k * k))
    left = fit.basis if fit.design.weights is None else fit.basis * fit.design.weights[:, None]
    if k <= _BINCOUNT_COLUMNS:
        whole = np.empty((n_clusters, k, k))
        for i in range(k):
            for j in range(i, k):
                whole[:, i, j] = whole[:, j, i] = np.bincount(
                    codes, left[:, i] * fit.basis[:, j], minlength=n_clusters
                )
        for start in range(0, n_clusters, step):
            yield whole[start : start + step]
        return
    members = cluster_members(codes)
    for start in range(0, n_clusters, step):
        yield np.stack([left[rows].T @ fit.basis[rows] for rows in members[start : start + step]])


def cluster_members(codes: Codes) -> list[Codes]:
    """Row positions of each cluster, in the order of the codes."""
    order = np.argsort(codes, kind="stable")
    return np.split(order, np.cumsum(np.bincount(codes))[:-1])


def symmetric_power(matrices: Array, power: float) -> Array:
    """Power of positive semi-definite matrices (b, k, k); directions with eigenvalue zero stay at zero."""
    values, vectors = np.linalg.eigh(matrices)
    kept = values > _UNIT_LEVERAGE
    powered = np.where(kept, np.where(kept, values, 1.0) ** power, 0.0)
    return np.asarray((vectors * powered[..., None, :]) @ np.swapaxes(vectors, -1, -2))


def _jackknife_scores(fit: LeastSquares, codes: Codes, scores: Array) -> Iterator[Array]:
    start = 0
    for share in cluster_leverage(fit, codes):
        stop = start + len(share)
        inverse = symmetric_power(np.eye(share.shape[1]) - share, -1.0)
        yield np.einsum("gij,gj->gi", inverse, scores[start:stop])
        start = stop


def cluster_blocks(fit: LeastSquares, codes: Codes) -> Iterator[ClusterBlock]:
    """Clusters with the CR2 adjustment A = B^(-1/2) under an identity working model (P&T 2018)."""
    if fit.design.absorbed is not None and not is_nested(fit.design.absorbed, codes):
        raise InputError(
            "CR2 needs an absorbed effect that lies within clusters; else write C(...) in the formula."
        )
    if fit.design.weights is not None:
        yield from _weighted_blocks(fit, codes)
        return
    scores = sum_by_cluster(fit.basis * fit.residuals[:, None], codes)
    start = 0
    for share in cluster_leverage(fit, codes):
        stop = start + len(share)
        # H = ZZ' is a projection, so Z_g'(I - H_gg)^(-1/2) = (I - Z_g'Z_g)^(-1/2) Z_g': k × k suffices.
        root = symmetric_power(np.eye(share.shape[1]) - share, -0.5)
        outer = share @ root
        yield ClusterBlock(np.einsum("gij,gj->gi", root, scores[start:stop]), root @ outer, outer)
        start = stop


def _weighted_blocks(fit: LeastSquares, codes: Codes) -> Iterator[ClusterBlock]:
    """The same with weights, where I - H is no projection: B = I + F C F' with F = [Z, WZ] (n_g × 2k)."""
    weights = fit.design.weights
    assert weights is not None  # noqa: S101 - the caller has looked
    core = outer_metric(fit)
    for rows in cluster_members(codes):
        z, w = fit.basis[rows], weights[rows]
        wz = z * w[:, None]
        u, s, vt = np.linalg.svd(np.hstack([z, wz]), full_matrices=False)
        sv = s[:, None] * vt
        change = symmetric_power(np.eye(len(s)) + sv @ core @ sv.T, -0.5) - np.eye(len(s))
        adjusted = wz + u @ (change @ (u.T @ wz))
        outer = np.vstack([z.T @ adjusted, wz.T @ adjusted])
        yield ClusterBlock((fit.residuals[rows] @ adjusted)[None], (adjusted.T @ adjusted)[None], outer[None])


def outer_metric(fit: LeastSquares) -> Array:
    """The matrix K of :class:`ClusterBlock`."""
    k = fit.basis.shape[1]
    weights = fit.design.weights
    if weights is None:
        return -np.eye(k)
    wz = fit.basis * weights[:, None]
    return np.block([[wz.T @ wz, -np.eye(k)], [-np.eye(k), np.zeros((k, k))]])


def satterthwaite_df(fit: LeastSquares, contrasts: Array) -> Array:
    """Degrees of freedom (m,) of CR2 variances of ``contrasts`` (m, k): (tr P)² / ||P||² (P&T 2018)."""
    t = fit.transform.T @ contrasts.T
    metric = outer_metric(fit)
    trace, square = np.zeros(t.shape[1]), np.zeros(t.shape[1])
    cross = np.zeros((t.shape[1], len(metric), len(metric)))
    for block in cluster_blocks(fit, fit.design.clusters[0]):
        d = ((block.inner @ t) * t).sum(axis=1)
        r = np.swapaxes(block.outer @ t, 1, 2)
        own = ((r @ metric) * r).sum(axis=2)
        trace += (d + own).sum(axis=0)
        square += (d * d + 2.0 * d * own).sum(axis=0)
        rm = np.swapaxes(r, 0, 1)
        cross += np.swapaxes(rm, 1, 2) @ rm
    turned = metric @ cross
    square += np.einsum("mij,mji->m", turned, turned)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(trace > 1e-12, trace**2 / square, np.nan))


def hotelling_df(fit: LeastSquares, contrasts: Array) -> float:
    """Degrees of freedom of the Wishart approximation behind the HTZ test (P&T 2018).

    The CR2 variance of ``contrasts`` (q, k) is compared in the metric of its expectation under the working
    model; for q = 1 the result equals :func:`satterthwaite_df`.
    """
    codes, metric = fit.design.clusters[0], outer_metric(fit)
    t = fit.transform.T @ contrasts.T
    blocks = list(cluster_blocks(fit, codes))
    d = np.concatenate([t.T @ block.inner @ t for block in blocks])
    r = np.concatenate([block.outer @ t for block in blocks])
    expected = (d + np.swapaxes(r, 1, 2) @ metric @ r).sum(axis=0)
    root = symmetric_power(expected[None], -0.5)[0]
    d, r = root @ d @ root, r @ root
    own = np.swapaxes(r, 1, 2) @ metric @ r
    total = 0.0
    for s in range(t.shape[1]):
        for u in range(t.shape[1]):
            total += float((d[:, s, s] * d[:, u, u] + d[:, s, u] ** 2).sum())
            total += float(
                (d[:, s, s] * own[:, u, u] + d[:, u, u] * own[:, s, s] + 2 * d[:, s, u] * own[:, s, u]).sum()
            )
            cross = np.einsum("gi,gj->ij", r[:, :, s], r[:, :, u])
            turned = metric @ cross
            total += float(
                np.trace(turned @ metric @ cross.T) + np.trace(metric @ cross.T @ metric @ cross.T)
            )
    q = t.shape[1]
    return float(q * (q + 1.0) / total)


def lone_directions(fit: LeastSquares, codes: Codes) -> Array:
    """Which coefficients (k,) one cluster alone identifies, such as the dummy of a cluster."""
    alone = np.zeros(fit.basis.shape[1], dtype=bool)
    limit = 1e-8 * np.sqrt(np.einsum("ij,ij->i", fit.transform, fit.transform))
    for share in cluster_leverage(fit, codes):
        values, vectors = np.linalg.eigh(share)
        for g, i in np.argwhere(values > 1.0 - _UNIT_LEVERAGE):
            alone |= np.abs(fit.transform @ vectors[g, :, i]) > limit
    return alone


def partial_leverage(fit: LeastSquares, codes: Codes) -> Array:
    """The largest share (k,) of a coefficient's own variation that lies in one cluster."""
    norm = np.einsum("ij,ij->i", fit.transform, fit.transform)
    largest = np.zeros(len(norm))
    for share in cluster_leverage(fit, codes):
        parts = np.einsum("ij,gjk,ik->gi", fit.transform, share, fit.transform, optimize=True)
        largest = np.maximum(largest, parts.max(axis=0) / norm)
    return largest
