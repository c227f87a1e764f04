"""Age of curricula by dates that can be counted."""

from __future__ import annotations

import pandas as pd
import pytest

from asn_research.errors import InputError, TooFewObservationsError
from asn_research.measures.curriculum import measure_curriculum_age


def courses(*rows: tuple[str, str, str | None]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["title", "start_date", "curriculum_reviewed_on"])
    return frame.assign(
        start_date=pd.to_datetime(frame["start_date"]),
        curriculum_reviewed_on=pd.to_datetime(frame["curriculum_reviewed_on"]),
    )


def test_age_runs_from_the_last_review_to_the_last_batch() -> None:
    ages = measure_curriculum_age(
        courses(
            ("B", "2025-03-01", "2021-03-01"),
            ("A", "2025-01-01", "2023-01-01"),
            ("A", "2025-12-31", "2025-01-01"),
        )
    )
    assert ages["title"].tolist() == ["A", "B"]
    assert ages["batches"].tolist() == [2, 1]
    # 364 and 1,461 days of 365.25 days a year; exact arithmetic up to floating point.
    assert ages["age_years"].tolist() == pytest.approx([364 / 365.25, 4.0], abs=1e-12, rel=1e-12)


def test_a_review_after_the_course_says_nothing_about_it() -> None:
    ages = measure_curriculum_age(
        courses(
            ("A", "2025-01-01", "2025-06-01"), ("B", "2025-01-01", "2024-01-01"), ("C", "2025-01-01", None)
        )
    )
    assert ages["title"].tolist() == ["B"]


def test_bad_input_is_refused() -> None:
    with pytest.raises(TooFewObservationsError):
        measure_curriculum_age(courses(("A", "2025-01-01", None)))
    with pytest.raises(InputError, match="title"):
        measure_curriculum_age(courses(("A", "2025-01-01", "2024-01-01")).drop(columns="title"))
