"""How long ago the curriculum of a course was looked at when the course was taught."""

from __future__ import annotations

import pandas as pd

from asn_research.errors import InputError, TooFewObservationsError

_DAYS_A_YEAR = 365.25
_NEEDED = ("title", "start_date", "curriculum_reviewed_on")


def measure_curriculum_age(courses: pd.DataFrame) -> pd.DataFrame:
    """The age of each curriculum, in years, when its course was last taught.

    Parameters
    ----------
    courses : DataFrame
        One row per course and batch with ``title``, ``start_date`` and ``curriculum_reviewed_on``. Batches
        without one of the dates, or reviewed after they started, say nothing and are left out.

    Returns
    -------
    DataFrame
        One row per title in alphabetical order: ``title``, ``age_years`` (from the last review before the
        last batch), ``batches``.

    Raises
    ------
    InputError
        If a column is missing.
    TooFewObservationsError
        If no batch has both dates.

    Examples
    --------
    >>> frame = pd.DataFrame({"title": ["A", "A"], "start_date": pd.to_datetime(["2025-01-01", "2025-07-01"]),
    ...                       "curriculum_reviewed_on": pd.to_datetime(["2024-07-01", "2024-07-01"])})
    >>> measure_curriculum_age(frame)["age_years"].round(2).tolist()
    [1.0]
    """
    missing = [name for name in _NEEDED if name not in courses.columns]
    if missing:
        raise InputError(f"courses need the columns {missing}; they have {list(courses.columns)}.")
    known = courses.dropna(subset=list(_NEEDED))
    known = known[known["curriculum_reviewed_on"] <= known["start_date"]]
    if known.empty:
        raise TooFewObservationsError("no course has a start and a date of its last curriculum review.")
    rows = known.groupby("title", sort=True).agg(
        taught=("start_date", "max"), reviewed=("curriculum_reviewed_on", "max"), batches=("title", "size")
    )
    age = (rows["taught"] - rows["reviewed"]).dt.days / _DAYS_A_YEAR
    return pd.DataFrame(
        {
            "title": rows.index.astype(str),
            "age_years": age.to_numpy(dtype=float),
            "batches": rows["batches"].to_numpy(dtype=int),
        }
    )
