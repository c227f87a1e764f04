"""Which rows of some columns are alike."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray


def number_groups(columns: Iterable[ArrayLike]) -> NDArray[np.int64]:
    """The number of the group of each row: rows that agree in all columns, by their first appearance.

    Parameters
    ----------
    columns : iterable of array-like of equal length
        At least one; missing values are alike.

    Examples
    --------
    >>> number_groups([np.array(["a", "b", "a", None], dtype=object), [1, 1, 1, 2]]).tolist()
    [0, 1, 0, 2]
    """
    group: NDArray[np.int64] | None = None
    for column in columns:
        codes, uniques = pd.factorize(np.asarray(column), use_na_sentinel=True)
        codes = np.where(codes < 0, len(uniques), codes)
        if group is not None:
            codes, _ = pd.factorize(group * (len(uniques) + 1) + codes)
        group = np.asarray(codes, dtype=np.int64)
    if group is None:
        raise ValueError("there are no columns to group rows by")
    return np.asarray(pd.factorize(group)[0], dtype=np.int64)
