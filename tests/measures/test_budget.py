"""Unit costs and seats."""

from __future__ import annotations

import pandas as pd
import pytest

from asn_research.errors import InputError
from asn_research.measures.budget import measure_seats, measure_unit_cost

COURSES = pd.DataFrame(
    {"course_id": ["b", "a", "c"], "cost_idr": [8e6, 6e6, None], "hours_jp": [10.0, 20.0, 5.0]}
)
SEATS = pd.DataFrame(
    {
        "person_id": ["p", "q", "q", "p", "r"],
        "course_id": ["a", "a", "a", "c", "c"],
        "completed": [True, False, True, None, True],
    }
)


def test_people_count_once_and_missing_costs_stay_missing() -> None:
    out = measure_unit_cost({"courses": COURSES, "enrolments": SEATS}).set_index("course_id")
    assert out.loc["a", ["participants", "completers"]].tolist() == [2, 2]
    assert out.loc["a", "cost_per_participant_idr"] == 3e6
    assert out.loc["a", "cost_per_hour_idr"] == 150_000
    assert out["cost_per_participant_idr"].isna().tolist() == [False, True, True]  # nobody came; no cost
    assert out.loc["c", "completers"] == 1
    mixed = measure_unit_cost({"courses": COURSES[::-1], "enrolments": SEATS[::-1]}).set_index("course_id")
    pd.testing.assert_frame_equal(mixed, out)


def test_refusals() -> None:
    with pytest.raises(InputError, match="enrolments"):
        measure_unit_cost({"courses": COURSES})
    with pytest.raises(InputError, match="more than once"):
        measure_unit_cost({"courses": pd.concat([COURSES, COURSES]), "enrolments": SEATS})
    with pytest.raises(InputError, match="negative"):
        measure_unit_cost({"courses": COURSES.assign(cost_idr=-1.0), "enrolments": SEATS})
    with pytest.raises(InputError, match="hours_jp"):
        measure_unit_cost({"courses": COURSES.drop(columns="hours_jp"), "enrolments": SEATS})


def test_seats_are_whole_and_a_budget_for_three_buys_three() -> None:
    assert measure_seats(3 * 333_333.1, cost_per_participant_idr=333_333.1) == 3
    assert measure_seats(0, cost_per_participant_idr=1) == 0
    for budget, cost in ((-1, 1), (1, 0), (float("nan"), 1)):
        with pytest.raises(InputError):
            measure_seats(budget, cost_per_participant_idr=cost)
