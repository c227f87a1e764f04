"""A design: outcome, regressors, weights and clusters as arrays, and its least-squares solution."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from asn_research.errors import InputError, NoVariationError, SingularDesignError, TooFewObservationsError

Array = NDArray[np.float64]
Codes = NDArray[np.intp]

_RANK_TOLERANCE = 1e-10
_PLAIN = re.compile(r"(\w+) ~ (1|[^\W\d]\w*(?: \+ [^\W\d]\w*)*)")
"""Formulas that are an outcome and a sum of columns, or an outcome alone."""
_MARKS = re.compile(r"\x1b\[[\d;]*m|[⧛⧚]")
"""Colours and brackets with which a parser of formulas points at a place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """What a linear model sees.

    ``y`` is (n,), ``x`` (n, k) with one name per column, ``weights`` (n,) or None, ``clusters`` one (n,)
    array of codes 0..G-1 for each way of clustering, ``absorbed`` the codes of an absorbed effect or None,
    ``rows`` the positions in the caller's frame of the n rows used, ``n_dropped`` how many were incomplete.
    """

    y: Array
    x: Array
    names: tuple[str, ...]
    outcome: str
    rows: Codes
    weights: Array | None = None
    clusters: tuple[Codes, ...] = ()
    absorbed: Codes | None = None
    n_dropped: int = 0

    @property
    def n_clusters(self) -> int | None:
        """Clusters of the way that has fewest; None without clusters."""
        return min((count_codes(codes) for codes in self.clusters), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeastSquares:
    """The solution of a design.

    ``basis`` Z (n, k) = X L has Z'WZ = I, ``transform`` L (k, k) has L L' = (X'WX)⁻¹, so coefficient
    covariances are L S L' for a k × k matrix S in the coordinates of the basis.
    """

    design: Design
    coef: Array
    residuals: Array
    basis: Array
    transform: Array
    df_residual: int

    @property
    def weighted_residuals(self) -> Array:
        weights = self.design.weights
        return self.residuals if weights is None else self.residuals * weights

    @property
    def ss_residual(self) -> float:
        return float(self.residuals @ self.weighted_residuals)


def count_codes(codes: Codes) -> int:
    """Number of groups of an array of codes 0..G-1."""
    return int(codes.max()) + 1 if codes.size else 0


def build_design(
    formula: str,
    data: pd.DataFrame,
    *,
    clusters: str | Sequence[str] | None = None,
    weights: str | None = None,
    absorb: str | None = None,
) -> Design:
    """Evaluate a formula on the complete rows of a frame.

    Raises
    ------
    InputError
        Unknown column, unreadable formula, negative weight or a value that is not finite.
    TooFewObservationsError
        No complete row.
    """
    names = [clusters] if isinstance(clusters, str) else list(clusters or ())
    extra = [name for name in (*names, weights, absorb) if name is not None]
    plain = _plain_columns(formula, data)
    if plain:
        kept, rows = complete_rows(data, [*plain, *extra], weights=weights)
        y, x = kept[plain[0]].to_numpy(dtype=float), np.ones((len(rows), len(plain)))
        for place, name in enumerate(plain[1:], start=1):
            x[:, place] = kept[name].to_numpy(dtype=float)
        outcome, columns = plain[0], ("Intercept", *plain[1:])
    else:
        kept, rows, y, x, outcome, columns = _evaluate(formula, data, extra, weights=weights, absorb=absorb)
    return checked_design(
        Design(
            y=y,
            x=x,
            names=columns,
            outcome=outcome,
            rows=rows,
            weights=None if weights is None else kept[weights].to_numpy(dtype=float),
            clusters=tuple(group_codes(kept[name]) for name in names),
            absorbed=None if absorb is None else group_codes(kept[absorb]),
            n_dropped=len(data) - len(kept),
        )
    )


def mean_design(values: Array, *, clusters: pd.Series | None = None, outcome: str = "value") -> Design:
    """The design of a mean: complete ``values`` (n,), a constant, and clusters if they are told."""
    if not len(values):
        raise TooFewObservationsError(f"No row has a value of {outcome}; 0 rows were given.")
    return checked_design(
        Design(
            y=values,
            x=np.ones((len(values), 1)),
            names=("Intercept",),
            outcome=outcome,
            rows=np.arange(len(values)),
            clusters=() if clusters is None else (group_codes(clusters),),
        )
    )


def _plain_columns(formula: str, data: pd.DataFrame) -> tuple[str, ...]:
    """Outcome and regressors of a formula that is a sum of columns of numbers; else empty.

    Such a formula needs no parser, which would cost more than the regression itself.
    """
    if not isinstance(formula, str):
        raise InputError(
            f"The formula comes first and is text such as 'gain ~ method'; found a {type(formula).__name__}."
        )
    found = _PLAIN.fullmatch(formula)
    if not found or not isinstance(data, pd.DataFrame):
        return ()
    named = (found[1], *(() if found[2] == "1" else found[2].split(" + ")))
    numbers = (np.dtype(float), np.dtype(np.int64))
    if len(set(named)) < len(named) or not data.columns.is_unique:
        return ()
    return named if all(name in data.columns and data[name].dtype in numbers for name in named) else ()


def _evaluate(
    formula: str, data: pd.DataFrame, extra: Sequence[str], *, weights: str | None, absorb: str | None
) -> tuple[pd.DataFrame, Codes, Array, Array, str, tuple[str, ...]]:
    """Complete rows of a formula's columns, their positions, outcome, regressors, and the names of both."""
    from formulaic import Formula
    from formulaic.errors import FormulaicError

    try:
        # With an absorbed effect the constant stays in, so that categories are coded against a reference.
        parsed = Formula(formula if absorb is None else f"{formula} + 1")
        needed = sorted(str(name) for name in parsed.required_variables)
    except (FormulaicError, SyntaxError) as error:
        told = " ".join(_MARKS.sub("", str(error)).split())
        raise InputError(f"The formula {formula!r} cannot be read: {told}") from error
    kept, rows = complete_rows(data, [*needed, *extra], weights=weights)
    try:
        matrices = parsed.get_model_matrix(kept, context={}, output="numpy", na_action="ignore")
        left, right = matrices.lhs, matrices.rhs
    except (FormulaicError, AttributeError, ValueError, TypeError, NameError) as error:
        raise InputError(f"The formula {formula!r} cannot be evaluated on these data: {error}") from error
    outcome = str(left.model_spec.column_names[0])
    if left.shape[1] != 1 or outcome.endswith("]"):  # formulaic makes a column of each value of a text
        found = _found_left(kept, [str(name) for name in parsed.lhs.required_variables], left.shape[1])
        raise InputError(f"The left side of {formula!r} must be one numeric outcome; {found}.")
    columns = tuple(str(name) for name in right.model_spec.column_names)
    return kept, rows, np.asarray(left, dtype=float)[:, 0], np.asarray(right, dtype=float), outcome, columns


def _found_left(kept: pd.DataFrame, names: Sequence[str], n_columns: int) -> str:
    """What stands on the left of a formula instead of numbers."""
    for name in names:
        if not pd.api.types.is_numeric_dtype(kept[name]):
            return f"{name} is of type {kept[name].dtype}; pd.to_numeric makes numbers of it"
    return f"it has {n_columns} columns"


def complete_rows(
    data: pd.DataFrame, columns: Sequence[str], *, weights: str | None = None
) -> tuple[pd.DataFrame, Codes]:
    """The needed columns of the rows that have them all (and a positive weight), with their positions."""
    if not isinstance(data, pd.DataFrame):
        raise InputError(f"data must be a pandas data frame; it is a {type(data).__name__}.")
    wanted = list(dict.fromkeys(columns))
    unknown = [name for name in wanted if name not in data.columns]
    if unknown:
        found = ", ".join(map(str, data.columns[:30]))
        raise InputError(
            f"The data have no column {', '.join(map(repr, unknown))}. Its columns are: {found}."
        )
    if not data.columns.is_unique and (twice := [n for n in wanted if (data.columns == n).sum() > 1]):
        raise InputError(f"The data have more than one column {', '.join(map(repr, twice))}; rename one.")
    keep = np.ones(len(data), dtype=bool)
    for name in wanted:
        keep &= data[name].notna().to_numpy()
    if weights is not None:
        values = pd.to_numeric(data[weights], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
        if bool((values[keep] < 0).any()) or not bool(np.isfinite(values[keep]).all()):
            raise InputError(f"The weights in {weights!r} must be finite and not negative.")
        keep &= values > 0
    rows = np.flatnonzero(keep)
    if rows.size == 0:
        raise TooFewObservationsError(f"No row has all of {', '.join(wanted)}; {len(data)} rows were given.")
    kept = data if list(data.columns) == wanted else data[wanted]
    return (kept if rows.size == len(data) else kept.iloc[rows]), rows


def group_codes(values: pd.Series) -> Codes:
    """Codes 0..G-1 in order of first appearance; estimates do not depend on this order."""
    codes, _ = pd.factorize(values)
    return codes.astype(np.intp)


def checked_design(design: Design) -> Design:
    """Refuse values that are not finite; without its absorbed effect the design is left as it is."""
    for name, column in ((design.outcome, design.y), *zip(design.names, design.x.T, strict=True)):
        bad = np.flatnonzero(~np.isfinite(column))
        if bad.size:
            where = ", ".join(str(int(design.rows[i])) for i in bad[:5])
            raise InputError(
                f"{name} is not finite in {bad.size} rows (positions {where}); drop or correct them."
            )
    return design if design.absorbed is None else demeaned_design(design, design.absorbed)


def demeaned_design(design: Design, codes: Codes) -> Design:
    """Take out the (weighted) mean of each group: the within transformation (Frisch-Waugh-Lovell)."""
    weights = np.ones_like(design.y) if design.weights is None else design.weights
    total = np.bincount(codes, weights)

    def within(column: Array) -> Array:
        return np.asarray(column - (np.bincount(codes, weights * column) / total)[codes])

    keep = [i for i, name in enumerate(design.names) if name != "Intercept"]
    if not keep:
        raise InputError("Nothing is left to estimate once the fixed effect is absorbed; add a regressor.")
    x = np.column_stack([within(design.x[:, i]) for i in keep])
    scale = np.abs(design.x[:, keep]).max(axis=0)
    constant = [
        design.names[i] for i, c, s in zip(keep, x.T, scale, strict=True) if np.abs(c).max() <= 1e-12 * s
    ]
    if constant:
        raise SingularDesignError(f"{', '.join(constant)} does not vary within the absorbed effect.")
    return replace(design, y=within(design.y), x=x, names=tuple(design.names[i] for i in keep))


def solve_design(design: Design) -> LeastSquares:
    """Ordinary or weighted least squares by QR.

    Raises
    ------
    TooFewObservationsError
        No degree of freedom is left.
    SingularDesignError
        Columns are collinear; the message names them.
    NoVariationError
        The outcome is constant.
    """
    n, k = design.x.shape
    effects = 0 if design.absorbed is None else count_codes(design.absorbed)
    df = n - k - effects
    if df <= 0:
        raise TooFewObservationsError(
            f"{n} complete rows cannot estimate {k + effects} coefficients and an error."
        )
    if float(np.ptp(design.y)) <= 1e-14 * float(np.abs(design.y).max(initial=0.0)):
        raise NoVariationError(f"{design.outcome} is the same in all {n} rows, so nothing can be estimated.")
    root = None if design.weights is None else np.sqrt(design.weights)
    x = design.x if root is None else design.x * root[:, None]
    size = np.sqrt(np.einsum("ij,ij->j", x, x))
    zero = [name for name, s in zip(design.names, size, strict=True) if s == 0]
    if zero:
        raise SingularDesignError(
            f"{', '.join(zero)} is zero in all rows, so its coefficient is not identified."
        )
    q, r = np.linalg.qr(x / size)
    dependent = np.abs(np.diag(r)) < _RANK_TOLERANCE
    if dependent.any():
        names = ", ".join(name for name, flag in zip(design.names, dependent, strict=True) if flag)
        raise SingularDesignError(
            f"{names} is a combination of the other regressors; leave it or another out."
        )
    transform = np.linalg.solve(r, np.eye(k)) / size[:, None]
    coef = transform @ (q.T @ (design.y if root is None else design.y * root))
    return LeastSquares(
        design=design,
        coef=coef,
        residuals=design.y - design.x @ coef,
        basis=q if root is None else q / root[:, None],
        transform=transform,
        df_residual=df,
    )
