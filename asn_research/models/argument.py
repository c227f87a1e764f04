"""What estimators ask of their arguments, and the named refusals when it is not so."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from asn_research.errors import InputError, NoVariationError, SingularDesignError, TooFewObservationsError
from asn_research.measures.input import check_choice, check_columns, check_level, read_column
from asn_research.models.design import Design, build_design

__all__ = [
    "check_choice",
    "check_columns",
    "check_level",
    "check_rank",
    "read_binary",
    "read_column",
    "read_design",
    "read_position",
]

Vector = NDArray[np.float64]
_RANK_TOLERANCE = 1e-10  # relative to the largest singular value of the column-scaled matrix


def read_design(data: pd.DataFrame, *, formula: str, keep: Sequence[str] = ()) -> Design:
    """The design of a formula on the rows that are complete in it and in the columns ``keep``, of full rank.

    Raises
    ------
    InputError
        The formula cannot be read, names an unknown column, or yields values that are not finite.
    TooFewObservationsError
        No complete row, or fewer rows than coefficients.
    SingularDesignError
        The regressors are collinear.

    Examples
    --------
    >>> frame = pd.DataFrame({"y": [1.0, 2.0, 4.0], "x": [0.0, 1.0, 2.0]})
    >>> read_design(frame, formula="y ~ x").names
    ('Intercept', 'x')
    """
    check_columns(data, keep)
    design = build_design(formula, data, clusters=tuple(keep) or None)
    n, k = design.x.shape
    if n < k:
        raise TooFewObservationsError(f"{formula!r} needs at least {k} complete rows, found {n}.")
    if k:
        check_rank(design.x, design.names)
    return design


def read_position(design: Design, term: str) -> int:
    """The column of a term, or a refusal that names the terms there are."""
    if term not in design.names:
        raise InputError(f"{term!r} is not a term; the terms are: {', '.join(design.names)}.")
    return design.names.index(term)


def read_binary(data: pd.DataFrame, name: str) -> Vector:
    """One 0/1 (or true/false) column with both values present; missing stays NaN."""
    values = read_column(data, name)
    seen = set(np.unique(values[~np.isnan(values)]).tolist())
    if not seen <= {0.0, 1.0}:
        raise InputError(f"column {name!r} must hold 0 and 1 only; found {sorted(seen)[:5]}.")
    if len(seen) < 2:
        raise NoVariationError(f"column {name!r} must hold both 0 and 1; found only {sorted(seen)}.")
    return values


def check_rank(x: Vector, names: Sequence[str]) -> None:
    """Refuse collinear columns; the verdict does not depend on their units."""
    scale = np.sqrt((x**2).sum(axis=0))
    if (scale == 0).any():
        zero = [name for name, s in zip(names, scale, strict=True) if s == 0]
        raise SingularDesignError(f"the regressors {zero} are zero in every row.")
    values = np.linalg.svd(x / scale, compute_uv=False)
    if values[-1] < _RANK_TOLERANCE * values[0]:
        rank = int((values > _RANK_TOLERANCE * values[0]).sum())
        raise SingularDesignError(
            f"the regressors are collinear: {len(names)} columns, rank {rank}: {list(names)}."
        )
