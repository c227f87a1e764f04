"""Gains of people: which scores are paired, and which course stands behind them."""

from __future__ import annotations

import pandas as pd
import pytest

from asn_research.errors import InputError
from asn_research.measures.score import list_outcomes, measure_gains
from tests.findings.world import make_region

Tables = dict[str, pd.DataFrame]


def scores(rows: list[tuple[str, str | None, str, float]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["person_id", "course_id", "wave", "score"])
    frame["course_id"] = frame["course_id"].astype("string")
    return frame.assign(competency="integrity", source="test")


@pytest.fixture
def tables() -> Tables:
    return {
        "participants": pd.DataFrame(
            {"person_id": ["a", "b"], "unit": ["X", "Y"], "group": ["trained", None]}
        ),
        "courses": pd.DataFrame(
            {
                "course_id": ["long", "short"],
                "title": ["L", "S"],
                "method": ["lecture", "practice"],
                "hours_jp": [20.0, 10.0],
            }
        ),
        "enrolments": pd.DataFrame(
            {
                "person_id": ["a", "a", "b"],
                "course_id": ["long", "short", "short"],
                "sessions_held": [10, 10, 10],
                "sessions_attended": [5, 10, 10],
            }
        ),
    }


def gains(tables: Tables, rows: list[tuple[str, str | None, str, float]]) -> pd.DataFrame:
    found = measure_gains({**tables, "assessments": scores(rows)}, competency="integrity", source="test")
    return found.set_index("person_id")


def test_without_a_course_the_longest_enrolment_stands_behind_the_score(tables: Tables) -> None:
    found = gains(tables, [("a", None, "pre", 50), ("a", None, "post", 62), ("b", None, "pre", 40)])
    assert found.loc["a", "gain"] == 12
    assert found.loc["a", "method"] == "lecture"
    assert found.loc["a", "participation_share"] == 0.5
    assert bool(found.loc["a", "course_ambiguous"])
    assert pd.isna(found.loc["b", "gain"])
    assert found.loc["b", "group"] == "trained"


def test_a_course_named_by_the_scores_is_believed(tables: Tables) -> None:
    found = gains(tables, [("a", "short", "pre", 50), ("a", "short", "post", 58)])
    assert found.loc["a", "method"] == "practice"
    assert not found.loc["a", "course_ambiguous"]


def test_scores_of_two_courses_are_not_mixed(tables: Tables) -> None:
    rows = [("a", "short", "pre", 50.0), ("a", "short", "post", 58.0)]
    rows += [("a", "long", "pre", 40.0), ("a", "long", "post", 60.0)]
    found = gains(tables, rows)
    assert found.loc["a", "method"] == "lecture"
    assert found.loc["a", "gain"] == 20


def test_several_raters_are_averaged(tables: Tables) -> None:
    rows = [("a", None, "pre", 50.0), ("a", None, "pre", 60.0), ("a", None, "post", 70.0)]
    assert gains(tables, rows).loc["a", "gain"] == 15


def test_people_unknown_to_the_list_are_kept_last(tables: Tables) -> None:
    rows = [("z", None, "pre", 50.0), ("z", None, "post", 55.0), ("a", None, "pre", 50.0)]
    found = gains(tables, rows)
    assert found.index.tolist() == ["a", "z"]
    assert found.loc["z", "gain"] == 5
    assert pd.isna(found.loc["z", "unit"])


def test_assessments_without_a_course_column_are_read(tables: Tables) -> None:
    frame = scores([("a", None, "pre", 50.0), ("a", None, "post", 55.0)]).drop(columns="course_id")
    found = measure_gains({**tables, "assessments": frame}, competency="integrity", source="test")
    assert found["gain"].tolist() == [5.0]


def test_an_outcome_nobody_has_gives_no_rows(tables: Tables) -> None:
    found = measure_gains(
        {**tables, "assessments": scores([("a", None, "pre", 50.0)])}, competency="leadership", source="test"
    )
    assert found.empty
    assert "gain" in found


def test_outcomes_are_counted_by_people_with_both_waves() -> None:
    tables = make_region("one_group").tables
    found = list_outcomes(tables)
    assert found["competency"].tolist() == sorted(found["competency"].tolist())
    scores = tables["assessments"]
    for row in found.itertuples():
        own = scores[(scores["competency"] == row.competency) & (scores["source"] == row.source)]
        waves = [set(own.loc[own["wave"] == wave, "person_id"]) for wave in ("pre", "post")]
        assert row.people == len(waves[0] & waves[1]) > 0
    assert (found["people"] < 240).all()


def test_a_misspelt_outcome_names_the_nearest() -> None:
    tables = make_region("one_group").tables
    with pytest.raises(InputError, match="technical_skill"):
        measure_gains(tables, competency="technical_skil", source="test")


def test_gains_do_not_depend_on_row_order() -> None:
    data = make_region("one_group")
    mixed = {name: frame.sample(frac=1, random_state=3) for name, frame in data.tables.items()}
    one = measure_gains(data.tables, competency="technical_skill", source="test").set_index("person_id")
    two = measure_gains(mixed, competency="technical_skill", source="test").set_index("person_id")
    pd.testing.assert_frame_equal(one.sort_index(), two.sort_index(), rtol=1e-12, atol=1e-12)


def test_a_missing_table_is_named(tables: Tables) -> None:
    with pytest.raises(InputError, match="assessments"):
        measure_gains(tables, competency="integrity", source="test")
