"""Match rates, and the attrition boundary against the values published for it."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from asn_research.errors import InputError
from asn_research.measures.attrition import measure_attrition_bound, measure_match

# Largest tolerable differential attrition in percentage points by overall attrition in per cent: What Works
# Clearinghouse, attrition standard, cautious and optimistic boundary.
CAUTIOUS = {5: 6.1, 10: 6.3, 15: 5.9, 20: 5.4, 25: 4.8, 30: 4.1, 40: 2.6, 50: 1.0, 57: 0.0}
OPTIMISTIC = {10: 10.9, 15: 10.7, 20: 10.0, 25: 9.2, 30: 8.2, 40: 6.1, 50: 3.8, 57: 2.1}


@pytest.mark.parametrize(("overall", "bound"), CAUTIOUS.items())
def test_the_cautious_boundary_is_the_published_one(overall: int, bound: float) -> None:
    # the published table is rounded to 0.1 and its constants to two decimals: 0.15 points
    found = 100 * measure_attrition_bound(overall / 100)
    assert found == pytest.approx(bound, abs=0.15, rel=0)


@pytest.mark.parametrize(("overall", "bound"), OPTIMISTIC.items())
def test_the_optimistic_boundary_is_the_published_one(overall: int, bound: float) -> None:
    found = 100 * measure_attrition_bound(overall / 100, cautious=False)
    assert found == pytest.approx(bound, abs=0.25, rel=0)


def test_the_boundary_ends_at_nobody_and_everybody() -> None:
    assert measure_attrition_bound(0.0) == 0.0
    assert measure_attrition_bound(1.0) == 0.0
    with pytest.raises(InputError, match="between 0 and 1"):
        measure_attrition_bound(1.2)


def test_matched_and_lost_people_are_compared() -> None:
    frame = pd.DataFrame(
        {
            "group": ["trained"] * 5 + ["comparison"] * 2,
            "pre": [50.0, 60.0, 40.0, 42.0, math.nan, 55.0, 57.0],
            "post": [60.0, 70.0, math.nan, math.nan, 61.0, 56.0, 58.0],
        }
    )
    found = measure_match(frame).set_index("group")
    assert found.index.tolist() == ["comparison", "trained"]
    assert found.loc["trained", ["measured_before", "matched", "only_after"]].tolist() == [4, 2, 1]
    assert found.loc["trained", "match_share"] == 0.5
    spread = frame.loc[:3, "pre"].std()
    assert found.loc["trained", "pre_difference_sd"] == pytest.approx((55 - 41) / spread, rel=1e-12, abs=0)
    assert math.isnan(float(str(found.loc["comparison", "pre_difference_sd"])))


def test_missing_columns_are_named() -> None:
    with pytest.raises(InputError, match="post"):
        measure_match(pd.DataFrame({"pre": [1.0], "group": ["trained"]}))
