"""What estimators ask of their arguments, and the named refusals when it is not so."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from asn_research.errors import InputError, NoVariationError, SingularDesignError, TooFewObservationsError
from asn_research.models.design import Design, build_design

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


def check_columns(data: pd.DataFrame, names: Sequence[str]) -> None:
    """Refuse a frame that lacks one of ``names``, naming all that are missing."""
    if not isinstance(data, pd.DataFrame):
        raise InputError(f"data must be a pandas DataFrame, found {type(data).__name__}.")
    missing = [name for name in names if name not in data.columns]
    if missing:
        raise InputError(
            f"the data have no column {', '.join(map(repr, missing))}; they have {list(data.columns)}."
        )


def check_level(conf_level: float) -> float:
    """Refuse a confidence level outside (0, 1)."""
    if not 0 < conf_level < 1:
        raise InputError(f"conf_level must lie strictly between 0 and 1, found {conf_level!r}.")
    return conf_level


def check_choice(name: str, value: str, choices: Sequence[str]) -> str:
    """Refuse an option that is not among ``choices``."""
    if value not in choices:
        raise InputError(f"{name} must be one of {', '.join(choices)}; found {value!r}.")
    return value


def read_column(data: pd.DataFrame, name: str) -> Vector:
    """One numeric column as floats; missing stays NaN, text and infinity are refused."""
    check_columns(data, [name])
    try:
        values = pd.to_numeric(data[name]).to_numpy(dtype=float, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise InputError(f"column {name!r} must be numeric: {error}") from error
    if np.isinf(values).any():
        raise InputError(f"column {name!r} holds {int(np.isinf(values).sum())} infinite values.")
    return np.asarray(values, dtype=float)


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
