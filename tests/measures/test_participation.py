"""Participation and training hours, by hand-made tables whose answers can be counted on fingers."""

from __future__ import annotations

import pandas as pd
import pytest

from asn_research.errors import InputError
from asn_research.measures.participation import (
    assign_courses,
    measure_batch,
    measure_participation,
    measure_training_hours,
)

Tables = dict[str, pd.DataFrame]


@pytest.fixture
def tables() -> Tables:
    return {
        "participants": pd.DataFrame(
            {"person_id": list("abcd"), "unit": ["X", "X", "Y", "Y"], "group": ["trained"] * 3 + ["eligible"]}
        ).astype("string"),
        "courses": pd.DataFrame(
            {
                "course_id": ["k1", "k2", "k3"],
                "title": ["Etika", "Etika", "Tata Naskah"],
                "method": ["lecture", "practice", "practice"],
                "hours_jp": [20.0, 10.0, 10.0],
                "start_date": pd.to_datetime(["2025-05-01", "2025-04-01", "2025-03-01"]),
                "batch": pd.array(["I", "I", pd.NA], dtype="string"),
            }
        ),
        "enrolments": pd.DataFrame(
            {
                "person_id": ["a", "a", "b", "c", "c"],
                "course_id": ["k1", "k2", "k2", "k2", "k3"],
                "sessions_held": pd.array([10, 5, 5, 5, 4], dtype="Int64"),
                "sessions_attended": pd.array([8, 5, 0, 4, 4], dtype="Int64"),
                "completed": pd.array([True, False, False, pd.NA, pd.NA], dtype="boolean"),
            }
        ),
    }


def test_shares_are_sessions_attended_of_sessions_held(tables: Tables) -> None:
    found = measure_participation(tables)
    assert found["participation_share"].tolist() == [0.8, 1.0, 0.0, 0.8, 1.0]
    assert found["unit"].tolist() == ["X", "X", "X", "Y", "Y"]


def test_hours_count_when_completed_and_in_proportion_where_unknown(tables: Tables) -> None:
    found = measure_training_hours(tables).set_index("person_id")
    # a: 20 completed, 10 not; b: nothing; c: 0.8 of 10 and 1.0 of 10, completion unknown; d: not enrolled
    assert found["credited_jp"].to_dict() == {"a": 20.0, "b": 0.0, "c": 18.0, "d": 0.0}
    assert found["attended"].to_dict() == {"a": True, "b": False, "c": True, "d": False}


def test_without_a_completion_column_hours_are_proportional(tables: Tables) -> None:
    tables["enrolments"] = tables["enrolments"].drop(columns="completed")
    found = measure_training_hours(tables).set_index("person_id")
    assert found.loc["a", "credited_jp"] == pytest.approx(16 + 10, rel=1e-12, abs=0)


def test_a_course_is_assigned_by_hours_then_start(tables: Tables) -> None:
    assigned = assign_courses(measure_participation(tables))
    assert assigned["course_id"].to_dict() == {"a": "k1", "c": "k3", "b": "k2"}
    assert assigned["course_ambiguous"].to_dict() == {"a": True, "c": True, "b": False}


def test_assignment_does_not_depend_on_row_order(tables: Tables) -> None:
    frame = measure_participation(tables)
    one = assign_courses(frame)["course_id"].sort_index()
    other = assign_courses(frame.iloc[::-1])["course_id"].sort_index()
    pd.testing.assert_series_equal(one, other)


def test_equal_batch_numbers_of_different_courses_are_different_batches(tables: Tables) -> None:
    courses = tables["courses"].assign(title=["Etika", "ETIKA ", "Tata Naskah"])
    assert measure_batch(courses).tolist() == ["etika · I", "etika · I", "k3"]
    renamed = courses.assign(title=["Etika", "Pelayanan", "Tata Naskah"])
    assert measure_batch(renamed).nunique() == 3


def test_a_missing_table_is_named(tables: Tables) -> None:
    del tables["courses"]
    with pytest.raises(InputError, match="courses"):
        measure_participation(tables)
