"""Wild cluster bootstrap: p-values and intervals that hold with few clusters."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from asn_research.contract.threshold import MINIMUM_CLUSTERS
from asn_research.errors import FewTreatedClustersWarning, InputError
from asn_research.models.covariance import cluster_leverage, coefficient_covariance, sum_by_cluster
from asn_research.models.design import Array, Codes, Design, LeastSquares, build_design, solve_design
from asn_research.models.regression import check_clusters, treated_remarks
from asn_research.models.result import Estimate, Fit

Distribution = Literal["auto", "rademacher", "webb"]

_ENUMERATED_CLUSTERS = 12
_BLOCK_FLOATS = 4_000_000
_TIE = 1e-10
_WEBB = np.sqrt(np.array([0.5, 1.0, 1.5]))
_BISECTIONS = 60
_DOUBLINGS = 40


def wild_bootstrap(
    formula: str,
    data: pd.DataFrame,
    *,
    term: str,
    clusters: str,
    distribution: Distribution = "auto",
    n_draws: int = 9999,
    seed: int = 0,
    conf_level: float = 0.95,
) -> Fit:
    """Test one coefficient and give its interval by the restricted wild cluster bootstrap-t.

    Use it beside CR2 with 6 to 30 clusters. It does not help when only one or two clusters are treated: then
    use :func:`asn_research.models.randomisation.estimate_randomisation_test`.

    Parameters
    ----------
    formula : str
        As in :func:`asn_research.models.regression.fit_ols`.
    data : DataFrame
        One row per observation; incomplete rows are dropped and counted.
    term : str
        The coefficient, by the name that ``fit_ols`` gives it.
    clusters : str
        Column of the clusters, at least six.
    distribution : {"auto", "rademacher", "webb"}
        Signs drawn per cluster. ``"auto"`` and ``"rademacher"`` use all 2^G sign patterns up to 12 clusters,
        and ``n_draws`` random ones above; ``"webb"`` draws from six points.
    n_draws : int, default 9999
        Number of random draws, at least 99.
    seed : int, default 0
        Seed of the draws; clusters are put in an order that labels and rows do not influence.
    conf_level : float, default 0.95
        Level of the interval, found by inverting the test.

    Returns
    -------
    Fit
        One estimate with a CR1 standard error, the bootstrap p-value that counts ties (``>=``) and the
        interval; ``df`` is NaN. An interval without end is NaN and is said in ``warnings``. ``statistics``:
        p_value_ge, p_value_gt, n_draws, enumerated (1 or 0).

    Raises
    ------
    InputError, TooFewClustersError, TooFewObservationsError, SingularDesignError, NoVariationError

    Notes
    -----
    Cameron, Gelbach and Miller (2008, doi:10.1162/rest.90.3.414); six points: Webb (2023,
    doi:10.1111/caje.12661). Residuals ũ come from the fit under the null; t* uses the same cluster-robust
    variance as t, so constant factors cancel.

    Examples
    --------
    >>> frame = pd.DataFrame({"y": [1, 2, 2, 3, 4, 4, 5, 7.0], "x": [0, 1] * 4, "g": list("abcdefgh")})
    >>> wild_bootstrap("y ~ x", frame, term="x", clusters="g").statistics["n_draws"]
    256.0
    """
    design = build_design(formula, data, clusters=clusters)
    return bootstrap_design(
        design, term=term, distribution=distribution, n_draws=n_draws, seed=seed, conf_level=conf_level
    )


def bootstrap_design(
    design: Design,
    *,
    term: str,
    distribution: Distribution = "auto",
    n_draws: int = 9999,
    seed: int = 0,
    conf_level: float = 0.95,
) -> Fit:
    """:func:`wild_bootstrap` on a design with one way of clustering."""
    _check_request(design, term, distribution, n_draws, conf_level)
    check_clusters(design, "CR1", needed=MINIMUM_CLUSTERS)
    solution = solve_design(design)
    pieces = _null_pieces(solution, term)
    enumerated = distribution != "webb" and pieces.n_clusters <= _ENUMERATED_CLUSTERS
    if enumerated:
        draws, n_used = _sign_patterns(pieces.n_clusters), 2.0**pieces.n_clusters
    else:
        draws, n_used = _random_draws(pieces, distribution, n_draws, seed), float(n_draws)
    test = _Inversion.of(pieces, draws, added=0 if enumerated else 1)
    ge, gt = test.p_values(0.0)
    low, high = test.end(-1.0, 1.0 - conf_level), test.end(1.0, 1.0 - conf_level)
    remarks = [sentence for _, sentence in treated_remarks(design, design.clusters[0])]
    if not (math.isfinite(low) and math.isfinite(high)):
        low = high = math.nan
        remarks.append(f"The {conf_level:.0%} bootstrap interval of {term} has no end: too few clusters.")
    for sentence in remarks:
        warnings.warn(sentence, FewTreatedClustersWarning, stacklevel=3)
    kind = "webb" if distribution == "webb" else "rademacher"
    estimate = _bootstrap_estimate(solution, term, kind)
    numbers = {"p_value_ge": ge, "p_value_gt": gt, "n_draws": n_used, "enumerated": float(enumerated)}
    return Fit(
        estimates=(replace(estimate, p_value=ge, conf_low=low, conf_high=high, conf_level=conf_level),),
        vcov=np.array([[estimate.std_error**2]]),
        statistics={**numbers, "n_dropped": float(design.n_dropped)},
        warnings=tuple(remarks),
    )


def _bootstrap_estimate(solution: LeastSquares, term: str, kind: str) -> Estimate:
    """The coefficient with its CR1 error, before the bootstrap adds p-value and interval."""
    design = solution.design
    position = design.names.index(term)
    error = math.sqrt(float(coefficient_covariance(solution, vcov="CR1")[position, position]))
    value = float(solution.coef[position])
    return Estimate(
        term=term,
        estimate=value,
        std_error=error,
        statistic=value / error,
        n_obs=len(design.y),
        n_clusters=design.n_clusters,
        outcome=design.outcome,
        estimand="coefficient",
        method=f"wild_bootstrap_{kind}",
        vcov_type="CR1",
    )


def _check_request(design: Design, term: str, distribution: str, n_draws: int, conf_level: float) -> None:
    if term not in design.names:
        raise InputError(f"No term {term!r}; the terms are {', '.join(design.names)}.")
    if distribution not in ("auto", "rademacher", "webb"):
        raise InputError(f"distribution must be auto, rademacher or webb; found {distribution!r}.")
    if n_draws < 99:
        raise InputError(f"n_draws must be at least 99; found {n_draws}.")
    if not 0.0 < conf_level < 1.0:
        raise InputError(f"conf_level must lie between 0 and 1; found {conf_level}.")
    if len(design.clusters) != 1 or design.absorbed is not None:
        raise InputError("The wild bootstrap needs one column of clusters and no absorbed effect.")


@dataclass(frozen=True, slots=True)
class _Pieces:
    """Per cluster: scores (G, k) of the restricted residuals ũ(r) = ũ0 - r ũ1, and S_g t (G, k)."""

    estimate: float
    std_error: float
    direction: Array
    scores_null: Array
    scores_slope: Array
    weights: Array

    @property
    def n_clusters(self) -> int:
        return len(self.weights)


def _null_pieces(solution: LeastSquares, term: str) -> _Pieces:
    design = solution.design
    codes = design.clusters[0]
    position = design.names.index(term)
    direction = solution.transform[position]
    others = np.delete(design.x, position, axis=1)
    column = design.x[:, position]
    null, slope = (_residuals(others, target, design.weights) for target in (design.y, column))
    weights = np.ones_like(null) if design.weights is None else design.weights
    left = solution.basis * weights[:, None]
    scores_null = sum_by_cluster(left * null[:, None], codes)
    scores_slope = sum_by_cluster(left * slope[:, None], codes)
    parts = np.concatenate([share @ direction for share in cluster_leverage(solution, codes)])
    order = _label_free_order(codes, scores_null @ direction, scores_slope @ direction)
    error = math.sqrt(float(coefficient_covariance(solution, vcov="CR0")[position, position]))
    value = float(solution.coef[position])
    return _Pieces(value, error, direction, scores_null[order], scores_slope[order], parts[order])


def _residuals(x: Array, y: Array, weights: Array | None) -> Array:
    root = np.ones_like(y) if weights is None else np.sqrt(weights)
    if x.shape[1] == 0:
        return y.copy()
    return np.asarray(y - x @ np.linalg.lstsq(x * root[:, None], y * root, rcond=None)[0])


def _label_free_order(codes: Codes, *keys: Array) -> Codes:
    """Clusters by size and scores, so that neither their labels nor the order of rows changes the draws."""
    return np.lexsort((*keys[::-1], np.bincount(codes)))


def _sign_patterns(n_clusters: int) -> Iterator[Array]:
    """All sign patterns with a plus for the first cluster; the mirrored half has the same |t*|."""
    number = 2 ** (n_clusters - 1)
    bits = (np.arange(number)[:, None] >> np.arange(n_clusters - 1)) & 1
    yield np.hstack([np.ones((number, 1)), 1.0 - 2.0 * bits])


def _random_draws(pieces: _Pieces, distribution: str, n_draws: int, seed: int) -> Iterator[Array]:
    rng = np.random.default_rng(seed)
    step = max(1, _BLOCK_FLOATS // pieces.n_clusters)
    for start in range(0, n_draws, step):
        shape = (min(step, n_draws - start), pieces.n_clusters)
        signs = rng.integers(0, 2, size=shape) * 2.0 - 1.0
        if distribution == "webb":
            signs = signs * _WEBB[rng.integers(0, 3, size=shape)]
        yield np.asarray(signs, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class _Inversion:
    """Bootstrap t* of all draws as a function of the null r: numerator linear, variance quadratic in r."""

    pieces: _Pieces
    added: int
    numerator: tuple[Array, Array]
    variance: tuple[Array, Array, Array]

    @classmethod
    def of(cls, pieces: _Pieces, draws: Iterator[Array], *, added: int) -> _Inversion:
        scores = (pieces.scores_null, pieces.scores_slope)
        own = [score @ pieces.direction for score in scores]
        gram = pieces.weights.T @ pieces.weights
        rows: list[tuple[Array, ...]] = []
        for v in draws:
            total = [v @ score for score in scores]
            cross = [(v * a) @ pieces.weights for a in own]

            def form(
                i: int, j: int, v: Array = v, total: list[Array] = total, cross: list[Array] = cross
            ) -> Array:
                square = (v * v) @ (own[i] * own[j])
                mixed = np.einsum("dk,dk->d", cross[i], total[j]) + np.einsum("dk,dk->d", cross[j], total[i])
                return np.asarray(
                    square - mixed + np.einsum("dk,kl,dl->d", total[i], gram, total[j], optimize=True)
                )

            rows.append((v @ own[0], v @ own[1], form(0, 0), form(0, 1), form(1, 1)))
        parts = [np.concatenate(column) for column in zip(*rows, strict=True)]
        return cls(pieces, added, (parts[0], parts[1]), (parts[2], parts[3], parts[4]))

    def p_values(self, null: float) -> tuple[float, float]:
        """Two-sided p-values counting ties and not counting them.

        The observed sign pattern is one of the enumerated; to random draws it is added, so that p is never 0.
        """
        t = abs(self.pieces.estimate - null) / self.pieces.std_error
        top = np.abs(self.numerator[0] - null * self.numerator[1])
        square = self.variance[0] - 2.0 * null * self.variance[1] + null**2 * self.variance[2]
        bottom = np.sqrt(np.maximum(square, 0.0))
        ties = int((top >= t * (1.0 - _TIE) * bottom).sum())
        strict = int((top > t * (1.0 + _TIE) * bottom).sum())
        return (ties + self.added) / (len(top) + self.added), (strict + self.added) / (len(top) + self.added)

    def end(self, side: float, alpha: float) -> float:
        """The end of the nulls with p > alpha on one side of the estimate, infinite if there is none."""

        def rejected(distance: float) -> bool:
            return self.p_values(self.pieces.estimate + side * distance)[0] <= alpha

        return self.pieces.estimate + side * first_rejection(rejected, self.pieces.std_error)


def first_rejection(rejected: Callable[[float], bool], step: float) -> float:
    """The smallest distance at which a test rejects, by doubling and bisection; infinite if it never does."""
    far = step
    for _ in range(_DOUBLINGS):
        if rejected(far):
            break
        far *= 2.0
    else:
        return math.inf
    near = 0.0 if far == step else far / 2.0
    for _ in range(_BISECTIONS):
        middle = 0.5 * (near + far)
        near, far = (near, middle) if rejected(middle) else (middle, far)
    return far
