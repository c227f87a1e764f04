"""Deliveries by hand: finished, late, running, and lists that cannot be judged."""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd
import pytest

from asn_research.errors import InputError
from asn_research.measures.project import measure_delivery

UNTIL = datetime.date(2025, 6, 30)


def listed(**columns: object) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "project_id": ["a", "b", "c", "d", "e"],
            "planned_finish": pd.to_datetime(["2025-05-01"] * 3 + ["2025-07-31"] * 2),
            "actual_finish": pd.to_datetime(["2025-05-01", "2025-05-02", None, "2025-06-01", None]),
            "planned_cost_idr": [100.0] * 5,
            "actual_cost_idr": [100.0, 101.0, 60.0, np.nan, 120.0],
        }
    )
    return frame.assign(**columns)


def test_each_kind_of_project_is_judged_as_it_should() -> None:
    found = measure_delivery(listed(), until=UNTIL)
    assert found["on_time"].tolist() == [True, False, False, True, pd.NA]
    assert found["on_budget"].tolist() == [True, False, pd.NA, pd.NA, False]
    days = found["late_days"].tolist()
    assert days[:2] == [0.0, 1.0]
    assert np.isnan(days[2])
    assert days[3] == -60.0


def test_the_order_of_projects_does_not_matter() -> None:
    mixed = listed().iloc[::-1]
    again = measure_delivery(mixed, until=UNTIL).iloc[::-1]
    pd.testing.assert_frame_equal(again, measure_delivery(listed(), until=UNTIL))


def test_a_list_without_dates_or_with_repeats_is_refused() -> None:
    with pytest.raises(InputError, match="planned_finish"):
        measure_delivery(listed().drop(columns="planned_finish"), until=UNTIL)
    with pytest.raises(InputError, match="more than once"):
        measure_delivery(listed(project_id=["a", "a", "c", "d", "e"]), until=UNTIL)
