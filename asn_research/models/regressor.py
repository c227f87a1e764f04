"""Columns of a frame as regressors: numbers, 0/1 treatments, dummies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from asn_research.errors import InputError, NoVariationError
from asn_research.models.design import Array


def number_column(kept: pd.DataFrame, name: str) -> Array:
    """A column as numbers; refuses text and infinity."""
    try:
        values = kept[name].to_numpy(dtype=float)
    except (TypeError, ValueError) as error:
        raise InputError(f"{name} must hold numbers: {error}") from error
    if np.isinf(values).any():
        raise InputError(f"{name} holds {int(np.isinf(values).sum())} infinite values; correct or drop them.")
    return values


def binary_column(kept: pd.DataFrame, name: str) -> Array:
    """A 0/1 or true/false column as numbers; refuses other values and a column without variation."""
    values = number_column(kept, name)
    found = np.unique(values)
    if not set(found) <= {0.0, 1.0}:
        raise InputError(f"{name} must be 0/1 or true/false; found {', '.join(f'{v:g}' for v in found[:5])}.")
    if len(found) < 2:
        raise NoVariationError(f"{name} is {found[0]:g} in all {len(values)} rows; there is no comparison.")
    return values


def varying_column(kept: pd.DataFrame, name: str) -> Array:
    """A column as numbers; refuses a constant."""
    values = number_column(kept, name)
    if np.ptp(values) == 0.0:
        raise NoVariationError(f"{name} is {values[0]:g} in all {len(values)} rows, so it explains nothing.")
    return values


def dummy_columns(values: pd.Series, name: str, reference: str | None = None) -> Iterable[tuple[str, Array]]:
    """0/1 columns ``name[level]`` in the order of the levels' names, without the reference (or the first)."""
    text = values.astype(str).to_numpy()
    levels = sorted(set(text))
    if len(levels) < 2:
        raise NoVariationError(f"{values.name} is {levels[0]!r} in all rows; there is nothing to compare.")
    if reference is not None and reference not in levels:
        found = ", ".join(levels)
        raise InputError(f"The reference {reference!r} is not among the values of {values.name}: {found}.")
    base = levels[0] if reference is None else reference
    for level in levels:
        if level != base:
            yield f"{name}[{level}]", (text == level).astype(float)


def covariate_columns(kept: pd.DataFrame, covariates: Sequence[str]) -> Iterable[tuple[str, Array]]:
    """Numbers as they are; text, categories and true/false as dummies."""
    for name in covariates:
        column = kept[name]
        if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
            yield name, varying_column(kept, name)
        else:
            yield from dummy_columns(column, name)
