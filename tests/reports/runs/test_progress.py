"""Time left is what is left at the pace so far, larger regions taking longer."""

from __future__ import annotations

import pytest

from asn_research.reports.runs.order import Task
from asn_research.reports.runs.progress import Pace

SMALL, LARGE = Task("kecil", "2025"), Task("besar", "2025")


def test_there_is_no_guess_before_there_is_a_pace() -> None:
    assert Pace(workers=1).seconds_left({SMALL: 1}, {}) is None


def test_time_left_follows_size_workers_and_what_is_under_way() -> None:
    pace = Pace(workers=1)
    pace.add(500_000, 4.0)
    assert pace.seconds_left({LARGE: 1_500_000}, {}) == pytest.approx(8.0)
    assert pace.seconds_left({LARGE: 1_500_000}, {LARGE: 6.0}) == pytest.approx(2.0)
    assert pace.seconds_left({LARGE: 1_500_000}, {LARGE: 60.0}) == 0.0
    two = Pace(workers=2)
    two.add(500_000, 4.0)
    assert two.seconds_left({SMALL: 500_000, LARGE: 500_000}, {}) == pytest.approx(4.0)
