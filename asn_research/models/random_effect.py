"""Random parts of a multilevel formula, their design and their profiled likelihood.

The model is ``y = X β + Z b + ε`` with ``b ~ N(0, σ² Λ Λ')``: the relative factor ``Λ`` repeats one lower
triangular matrix per level of a grouping column, so a variance of exactly zero is inside the parameter
space.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import linalg, sparse
from scipy.sparse.linalg import splu

from asn_research.errors import InputError, TooFewClustersError, TooFewObservationsError
from asn_research.models.argument import Vector, check_columns

_DENSE = 60  # random effects up to which dense arrays are faster


@dataclass(frozen=True, slots=True)
class RandomTerm:
    """One ``(terms | group)``: column names, levels, level codes (n), values (n × columns), their scale."""

    group: str
    names: tuple[str, ...]
    levels: tuple[str, ...]
    codes: NDArray[np.int64]
    values: Vector
    scale: Vector

    @property
    def size(self) -> int:
        """Number of covariance parameters of the relative factor."""
        return len(self.names) * (len(self.names) + 1) // 2

    def design(self) -> sparse.csc_matrix:
        """The sparse design with columns scaled to root mean square 1, so that units do not matter."""
        n, k = self.values.shape
        rows = np.repeat(np.arange(n), k)
        columns = (self.codes[:, None] * k + np.arange(k)).ravel()
        shape = (n, k * len(self.levels))
        return sparse.csc_matrix(((self.values / self.scale).ravel(), (rows, columns)), shape=shape)

    def factor(self, theta: Vector) -> Vector:
        """The lower triangular relative factor of the scaled columns."""
        k = len(self.names)
        lower = np.zeros((k, k))
        lower[np.tril_indices(k)] = theta
        return lower

    def covariance(self, theta: Vector) -> Vector:
        """Relative covariance matrix (in units of σ²) of the columns as the user gave them."""
        lower = self.factor(theta) / self.scale[:, None]
        return np.asarray(lower @ lower.T, dtype=float)


def split_formula(formula: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The fixed part of a formula and its random parts as (terms, group) pairs.

    ``(x || g)`` is read as ``(1 | g) + (0 + x | g)`` and ``(1 | a/b)`` as ``(1 | a) + (1 | a:b)``.
    """
    spans = [span for span in _parentheses(formula) if "|" in formula[span[0] : span[1]]]
    if not spans:
        raise InputError(f"{formula!r} has no random part: add one such as '(1 | batch)'.")
    fixed, parts = formula, []
    for start, stop in reversed(spans):
        fixed = fixed[:start] + fixed[stop:]
    for start, stop in spans:
        terms, _, group = formula[start + 1 : stop - 1].partition("|")
        double = group.startswith("|")
        for nested in _nested(group.lstrip("|").strip()):
            parts += [(piece, nested) for piece in (_uncorrelated(terms) if double else [terms.strip()])]
    outcome, _, right = fixed.partition("~")
    kept = [term for term in (t.strip() for t in re.split(r"\+(?![^(]*\))", right)) if term]
    return f"{outcome.strip()} ~ {' + '.join(kept) or '1'}", tuple(parts)


def group_columns(parts: tuple[tuple[str, str], ...]) -> list[str]:
    """The columns that the grouping factors are made of, each once, in order."""
    return list(dict.fromkeys(name for _, group in parts for name in group.split(":")))


def read_random_terms(data: pd.DataFrame, parts: tuple[tuple[str, str], ...]) -> tuple[RandomTerm, ...]:
    """Evaluate the random parts on complete data."""
    out = []
    for terms, group in parts:
        check_columns(data, group.split(":"))
        names, values = _evaluate(terms, group, data)
        codes, levels = _levels(data, group)
        scale = np.sqrt((values**2).mean(axis=0))
        if (scale == 0).any() or not np.isfinite(values).all():
            raise InputError(f"the random part ({terms} | {group}) has a column of zeros or infinite values.")
        term = RandomTerm(group, names, levels, codes, values, scale)
        _check_levels(term, len(data))
        out.append(term)
    return tuple(out)


def _evaluate(terms: str, group: str, data: pd.DataFrame) -> tuple[tuple[str, ...], Vector]:
    """Names and values of the columns of one random part."""
    if terms == "1":
        return ("Intercept",), np.ones((len(data), 1))
    import formulaic
    from formulaic.errors import FormulaicError

    try:
        matrix = formulaic.model_matrix(terms, data, output="pandas", na_action="raise")
    except (FormulaicError, KeyError, SyntaxError, TypeError, ValueError) as error:
        raise InputError(f"the random part ({terms} | {group}) cannot be evaluated: {error}") from error
    return tuple(map(str, matrix.columns)), matrix.to_numpy(dtype=float)


@dataclass(frozen=True, slots=True)
class Profile:
    """What the likelihood needs at one value of ``theta``, β and σ profiled out."""

    beta: Vector  # on the orthogonal columns, relative to least squares
    precision: Vector  # X'V⁻¹X in units of 1/σ²
    modes: Vector  # spherical random effects
    rss: float
    log_det: float  # log |I + Λ'Z'ZΛ|
    log_det_x: float  # log |X'V⁻¹X|, original columns


@dataclass(frozen=True, slots=True)
class Inner:
    """Λ, a solver of (I + Λ'Z'ZΛ) x = right, and log |I + Λ'Z'ZΛ|."""

    factor: Any
    solve: Callable[[Vector], Vector]
    log_det: float


class MixedLikelihood:
    """Profiled Gaussian likelihood of a multilevel model, from cross-products only.

    Bates, Mächler, Bolker & Walker (2015), doi:10.18637/jss.v067.i01, equations 33 to 42.
    """

    def __init__(self, y: Vector, x: Vector, terms: tuple[RandomTerm, ...], *, restricted: bool) -> None:
        self.terms, self.restricted = terms, restricted
        self.n, self.p = len(y), int(x.shape[1])
        self.q, self.r = np.linalg.qr(x)
        self.start_beta = self.q.T @ y
        residual = y - self.q @ self.start_beta
        self.z = sparse.hstack([term.design() for term in terms], format="csc")
        self.dense = self.z.shape[1] <= _DENSE
        self.zz = (self.z.T @ self.z).toarray() if self.dense else (self.z.T @ self.z).tocsc()
        self.places = _places(terms) if self.dense else []
        self.levels = [len(term.levels) for term in terms] if all(term.size == 1 for term in terms) else []
        self.zx = np.asarray(self.z.T @ self.q)
        self.zy = np.asarray(self.z.T @ residual)
        self.xy = self.q.T @ residual
        self.yy = float(residual @ residual)

    @property
    def denominator(self) -> int:
        return self.n - self.p if self.restricted else self.n

    def bounds(self) -> list[tuple[float, float]]:
        """0 for the diagonal of each factor, free below it."""
        out = []
        for term in self.terms:
            rows, columns = np.tril_indices(len(term.names))
            out += [(0.0 if i == j else -1e3, 1e3) for i, j in zip(rows, columns, strict=True)]
        return out

    def pieces(self, theta: Vector) -> list[Vector]:
        """``theta`` cut into one part per random term."""
        cuts = np.cumsum([term.size for term in self.terms])[:-1]
        return np.split(np.asarray(theta, dtype=float), cuts)

    def factor(self, theta: Vector) -> Any:
        """The whole relative factor Λ."""
        if self.dense:
            lam = np.zeros(self.zz.shape)
            for rows, columns, positions in self.places:
                lam[rows, columns] = np.asarray(theta)[positions]
            return lam
        blocks = [
            sparse.kron(sparse.identity(len(term.levels)), term.factor(piece))
            for term, piece in zip(self.terms, self.pieces(theta), strict=True)
        ]
        return sparse.block_diag(blocks, format="csc")

    def inner(self, theta: Vector) -> Inner:
        """Λ and the factorisation of I + Λ'Z'ZΛ: dense where that is small, sparse elsewhere."""
        if self.levels and not self.dense:  # one number per level: Λ is diagonal
            scale = np.repeat(np.asarray(theta, dtype=float), self.levels)
            lam: Any = sparse.diags_array(scale, format="csc")
            inner = self.zz.copy()
            inner.data *= scale[inner.indices]
            inner.data *= np.repeat(scale, np.diff(inner.indptr))
        else:
            lam = self.factor(theta)
            inner = lam.T @ self.zz @ lam
        if isinstance(lam, np.ndarray):
            cholesky = linalg.cho_factor(inner + np.eye(len(lam)), lower=True, check_finite=False)
            log_det = 2 * float(np.log(np.diag(cholesky[0])).sum())
            return Inner(lam, lambda right: linalg.cho_solve(cholesky, right, check_finite=False), log_det)
        lu = splu(
            (inner + sparse.identity(lam.shape[0])).tocsc(),
            permc_spec="MMD_AT_PLUS_A",
            diag_pivot_thresh=0.0,
            options={"SymmetricMode": True},
        )
        return Inner(lam, lu.solve, float(np.log(np.abs(lu.U.diagonal())).sum()))

    def profile(self, theta: Vector) -> Profile:
        inner = self.inner(theta)
        zx, zy = inner.factor.T @ self.zx, inner.factor.T @ self.zy
        solved_x, solved_y = inner.solve(zx), inner.solve(zy)
        precision = np.eye(self.p) - zx.T @ solved_x
        right = self.xy - zx.T @ solved_y
        beta = np.linalg.solve(precision, right)
        return Profile(
            beta=beta,
            precision=precision,
            modes=solved_y - solved_x @ beta,
            rss=float(self.yy - zy @ solved_y - right @ beta),
            log_det=inner.log_det,
            log_det_x=float(np.linalg.slogdet(precision)[1] + 2 * np.log(np.abs(np.diag(self.r))).sum()),
        )

    def deviance(self, theta: Vector, sigma: float | None = None) -> float:
        """−2 log (restricted) likelihood at ``theta``; ``sigma`` is profiled out unless it is given."""
        return self.deviance_of(self.profile(theta), sigma)

    def deviance_of(self, at: Profile, sigma: float | None = None) -> float:
        """The :meth:`deviance` at a profile that is known already."""
        if not at.rss > 0:
            return math.inf
        variance = at.rss / self.denominator if sigma is None else sigma**2
        value = at.log_det + self.denominator * math.log(2 * math.pi * variance) + at.rss / variance
        return value + at.log_det_x if self.restricted else value

    def coefficients(self, at: Profile) -> Vector:
        """β of the original columns."""
        return np.asarray(linalg.solve_triangular(self.r, self.start_beta + at.beta), dtype=float)

    def coefficient_covariance(self, at: Profile, sigma: float) -> Vector:
        """Covariance of β of the original columns."""
        inverse = linalg.solve_triangular(self.r, np.eye(self.p))
        return np.asarray(sigma**2 * inverse @ np.linalg.inv(at.precision) @ inverse.T, dtype=float)


def _places(
    terms: tuple[RandomTerm, ...],
) -> list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]]:
    """Where each covariance parameter stands in Λ: rows, columns and positions in theta, per term."""
    out, start, parameter = [], 0, 0
    for term in terms:
        k, n_levels = len(term.names), len(term.levels)
        i, j = np.tril_indices(k)
        shift = start + k * np.arange(n_levels)[:, None]
        positions = np.broadcast_to(parameter + np.arange(len(i)), (n_levels, len(i)))
        out.append(((shift + i).ravel(), (shift + j).ravel(), positions.ravel()))
        start, parameter = start + k * n_levels, parameter + term.size
    return out


def _parentheses(formula: str) -> list[tuple[int, int]]:
    spans, depth, start = [], 0, 0
    for position, sign in enumerate(formula):
        if sign == "(":
            depth += 1
            start = position if depth == 1 else start
        elif sign == ")":
            depth -= 1
            if depth == 0:
                spans.append((start, position + 1))
    if depth:
        raise InputError(f"the parentheses of {formula!r} do not close.")
    return spans


def _nested(group: str) -> list[str]:
    names = [name.strip() for name in group.split("/")]
    return [":".join(names[: i + 1]).replace(" ", "") for i in range(len(names))]


def _uncorrelated(terms: str) -> list[str]:
    pieces = [piece.strip() for piece in terms.split("+")]
    slopes = [piece for piece in pieces if piece not in ("0", "1")]
    return (["1"] if "0" not in pieces else []) + [f"0 + {slope}" for slope in slopes]


def _levels(data: pd.DataFrame, group: str) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    columns = [data[name].astype(str).to_numpy(dtype=object) for name in group.split(":")]
    labels = (
        columns[0] if len(columns) == 1 else np.array([":".join(row) for row in zip(*columns, strict=True)])
    )
    codes, levels = pd.factorize(labels.astype(object), sort=True)
    return codes.astype(np.int64), tuple(map(str, levels))


def _check_levels(term: RandomTerm, n_obs: int) -> None:
    n_levels, k = len(term.levels), len(term.names)
    if n_levels < 2:
        raise TooFewClustersError(f"the group {term.group!r} has {n_levels} level, a random effect needs 2.")
    if n_levels * k >= n_obs:
        raise TooFewObservationsError(
            f"{n_levels} levels of {term.group!r} with {k} random effects each need more than {n_levels * k} "
            f"rows, found {n_obs}."
        )
