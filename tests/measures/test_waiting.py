"""Waiting times: months around a change, open requests, and logs that contradict themselves."""

from __future__ import annotations

import datetime

import pandas as pd
import pytest

from asn_research.errors import InputError
from asn_research.measures.waiting import measure_waiting

CHANGED = datetime.date(2025, 4, 1)


def log(submitted: list[str], completed: list[str | None], service: str = "Izin usaha") -> pd.DataFrame:
    return pd.DataFrame(
        {
            "service": service,
            "submitted_on": pd.to_datetime(submitted),
            "completed_on": pd.to_datetime(completed),
        }
    )


def test_open_requests_wait_until_the_log_ends() -> None:
    found = measure_waiting(log(["2025-03-01", "2025-04-10"], [None, "2025-04-20"]), changed_on=CHANGED)
    assert found["days"].tolist() == [50.0, 10.0]
    assert found["finished"].tolist() == [0.0, 1.0]
    assert found["month"].tolist() == [-1.0, 0.0]


def test_months_begin_on_the_day_of_the_change() -> None:
    days = ["2025-03-14", "2025-03-15", "2025-04-14", "2025-04-15", "2024-03-15"]
    found = measure_waiting(log(days, days), changed_on=datetime.date(2025, 3, 15))
    assert sorted(found["month"]) == [-12.0, -1.0, 0.0, 0.0, 1.0]
    assert found["starts"].dt.day.unique().tolist() == [15]


def test_only_the_named_service_counts() -> None:
    both = pd.concat([log(["2025-03-01"], ["2025-03-05"]), log(["2025-03-01"], ["2025-03-09"], "KTP")])
    found = measure_waiting(both, changed_on=CHANGED, service=" izin usaha ")
    assert found["days"].tolist() == [4.0]
    assert measure_waiting(both, changed_on=CHANGED, service="IMB").empty


def test_the_order_of_requests_does_not_matter() -> None:
    table = log(["2025-03-01", "2025-04-10", "2025-03-05"], ["2025-03-09", "2025-04-20", None])
    pd.testing.assert_frame_equal(
        measure_waiting(table, changed_on=CHANGED), measure_waiting(table.iloc[::-1], changed_on=CHANGED)
    )


def test_contradictions_are_refused() -> None:
    with pytest.raises(InputError, match="before they were submitted"):
        measure_waiting(log(["2025-03-09"], ["2025-03-01"]), changed_on=CHANGED)
    with pytest.raises(InputError, match="completed_on"):
        measure_waiting(log(["2025-03-09"], [None]).drop(columns="completed_on"), changed_on=CHANGED)
