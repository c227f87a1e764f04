"""What the measures accept: numeric columns, levels and options, with named refusals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from asn_research.errors import InputError
from asn_research.models.result import Estimate, Fit

Array = NDArray[np.float64]


def check_frame(data: pd.DataFrame) -> pd.DataFrame:
    """Refuse what is no data frame."""
    if not isinstance(data, pd.DataFrame):
        raise InputError(f"data must be a pandas DataFrame, found {type(data).__name__}.")
    return data


def check_columns(data: pd.DataFrame, names: Sequence[str]) -> None:
    """Refuse a frame that lacks one of ``names``, naming all that are missing."""
    check_frame(data)
    missing = [name for name in names if name not in data.columns]
    if missing:
        raise InputError(
            f"the data have no column {', '.join(map(repr, missing))}; they have {list(data.columns)}."
        )
    if not data.columns.is_unique and (twice := [n for n in names if (data.columns == n).sum() > 1]):
        raise InputError(f"the data have more than one column {', '.join(map(repr, twice))}; rename one.")


def read_column(data: pd.DataFrame, name: str) -> Array:
    """One numeric column as floats; missing stays NaN, text and infinity are refused."""
    check_columns(data, [name])
    try:
        column = data[name]
        if column.dtype != float:
            column = pd.to_numeric(column)
        values = column.to_numpy(dtype=float, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise InputError(f"column {name!r} must be numeric: {error}") from error
    if np.isinf(values).any():
        raise InputError(f"column {name!r} holds {int(np.isinf(values).sum())} infinite values.")
    return np.asarray(values, dtype=float)


def read_values(data: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """The named columns as floats; missing stays NaN, all that is not a finite number is refused."""
    check_columns(data, columns)
    if len(set(columns)) < len(columns):
        raise InputError(f"columns must differ, found {list(columns)}.")
    return pd.DataFrame({name: read_column(data, name) for name in columns}, index=data.index)


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


def collect(estimates: Sequence[Estimate], statistics: dict[str, float], **rest: Any) -> Fit:
    """A fit of measures that were not estimated jointly: their covariances are unknown, hence NaN."""
    vcov = np.full((len(estimates), len(estimates)), np.nan)
    for i, estimate in enumerate(estimates):
        vcov[i, i] = estimate.std_error**2
    return Fit(estimates=tuple(estimates), vcov=vcov, statistics=statistics, **rest)
