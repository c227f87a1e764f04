"""Rows are grouped as pandas groups them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asn_research.ingest.records.group import number_groups

CELLS = st.one_of(st.none(), st.sampled_from(["a", "b", "ab", ""]), st.sampled_from([0.0, 1.0, 2.5]))


@given(st.lists(st.tuples(CELLS, CELLS, st.integers(0, 2)), max_size=12))
def test_rows_that_agree_in_all_columns_share_a_number(rows: list[tuple[object, ...]]) -> None:
    frame = pd.DataFrame(rows, columns=["x", "y", "z"], dtype=object)
    expected = frame.groupby(["x", "y", "z"], sort=False, dropna=False).ngroup().tolist() if rows else []
    assert number_groups(frame[name].to_numpy() for name in frame).tolist() == expected


def test_many_columns_of_many_values_do_not_overflow() -> None:
    values = np.arange(5_000)
    assert number_groups([values] * 20).tolist() == values.tolist()


def test_without_columns_there_is_nothing_to_group_by() -> None:
    with pytest.raises(ValueError, match="no columns"):
        number_groups([])
