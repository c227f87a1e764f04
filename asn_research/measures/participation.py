"""Who took part in what: sessions attended, completion, training hours, and the course of each person."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from asn_research.contract.vocabulary import fold
from asn_research.errors import InputError

Tables = Mapping[str, pd.DataFrame]
_COURSE_COLUMNS = ("course_id", "title", "topic", "method", "delivery", "hours_jp", "start_date", "batch")
_PERSON_COLUMNS = (
    "person_id",
    "unit",
    "employment",
    "grade",
    "position_type",
    "sex",
    "birth_year",
    "education",
    "service_years",
    "group",
)


def measure_participation(tables: Tables) -> pd.DataFrame:
    """One row per person and course, with the share of sessions attended.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Clean tables; ``enrolments``, ``courses`` and ``participants`` are read.

    Returns
    -------
    DataFrame
        In the order of ``enrolments``: ``person_id``, ``course_id``, ``participation_share`` (0 to 1:
        sessions attended divided by sessions held), ``completed`` (boolean, missing where not recorded),
        ``engagement_rating`` (1 to 5), ``mentoring_hours``, the course's ``title``, ``topic``, ``method``,
        ``delivery``, ``hours_jp``, ``start_date``, ``batch`` (made unique, see :func:`measure_batch`),
        ``credited_jp`` (see :func:`measure_training_hours`) and the person's columns of ``participants``.

    Raises
    ------
    InputError
        If one of the three tables is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> tables = {
    ...     "participants": pd.DataFrame({"person_id": ["a"], "unit": ["X"], "group": ["trained"]}),
    ...     "courses": pd.DataFrame({"course_id": ["c"], "title": ["T"], "method": ["lecture"],
    ...                              "hours_jp": [20.0]}),
    ...     "enrolments": pd.DataFrame({"person_id": ["a"], "course_id": ["c"], "sessions_held": [10],
    ...                                 "sessions_attended": [8], "completed": [True]}),
    ... }
    >>> measure_participation(tables)["participation_share"].tolist()
    [0.8]
    """
    enrolments = _table(tables, "enrolments")
    frame = pd.DataFrame(
        {
            "person_id": enrolments["person_id"].astype("string"),
            "course_id": enrolments["course_id"].astype("string"),
            "participation_share": _numbers(enrolments, "sessions_attended")
            / _numbers(enrolments, "sessions_held"),
            "completed": _flags(enrolments, "completed"),
            "engagement_rating": _numbers(enrolments, "engagement_rating"),
            "mentoring_hours": _numbers(enrolments, "mentoring_hours"),
        }
    )
    courses = _course_columns(_table(tables, "courses"))
    people = _person_columns(_table(tables, "participants"))
    frame = frame.merge(courses, on="course_id", how="left").merge(people, on="person_id", how="left")
    frame["credited_jp"] = _credited(frame)
    return frame


def measure_batch(courses: pd.DataFrame) -> pd.Series[str]:
    """The batch of each course as one text that is unique in the region.

    Offices number batches within a course ("Angkatan I" of every course), so the batch is told by title and
    number together; a course without a batch number is its own batch.

    Examples
    --------
    >>> import pandas as pd
    >>> courses = pd.DataFrame({"course_id": ["c"], "title": ["Etika  Layanan"], "batch": ["I"]})
    >>> measure_batch(courses).tolist()
    ['etika layanan · I']
    """
    code = courses["course_id"].astype("string")
    if "batch" not in courses:
        return code
    batch = courses["batch"].astype("string")
    title = courses["title"].astype("string").fillna("").map(fold)
    return (title + " · " + batch).where(batch.notna(), code).astype("string")


def measure_training_hours(tables: Tables) -> pd.DataFrame:
    """Training hours (JP) credited to every person in the period.

    A completed course counts with all its hours, a course that was not completed with none (no certificate,
    no hours); where completion is not recorded, the hours count in proportion to the sessions attended.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        ``enrolments``, ``courses`` and ``participants``.

    Returns
    -------
    DataFrame
        One row per person of ``participants``, in its order: its columns, ``credited_jp``, ``courses_taken``
        (courses with at least one session attended) and ``attended`` (whether there is one).

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"person_id": ["a", "b"], "unit": ["X", "X"], "group": ["trained"] * 2})
    >>> courses = pd.DataFrame({"course_id": ["c"], "title": ["T"], "method": ["lecture"], "hours_jp": [9.0]})
    >>> enrolments = pd.DataFrame({"person_id": ["a"], "course_id": ["c"], "sessions_held": [10],
    ...                            "sessions_attended": [8], "completed": [True]})
    >>> tables = {"participants": people, "courses": courses, "enrolments": enrolments}
    >>> measure_training_hours(tables)["credited_jp"].tolist()
    [9.0, 0.0]
    """
    return sum_training_hours(measure_participation(tables), _table(tables, "participants"))


def sum_training_hours(participation: pd.DataFrame, participants: pd.DataFrame) -> pd.DataFrame:
    """:func:`measure_training_hours` from a frame of :func:`measure_participation`."""
    took_part = participation["participation_share"] > 0
    by_person = participation.assign(took_part=took_part).groupby("person_id", sort=False)
    sums = by_person.agg(credited_jp=("credited_jp", "sum"), courses_taken=("took_part", "sum"))
    people = _person_columns(participants)
    people["credited_jp"] = people["person_id"].map(sums["credited_jp"]).fillna(0.0).astype(float)
    people["courses_taken"] = people["person_id"].map(sums["courses_taken"]).fillna(0).astype(int)
    people["attended"] = people["courses_taken"] > 0
    return people


def assign_courses(participation: pd.DataFrame) -> pd.DataFrame:
    """The one course that each person's scores are attributed to.

    A person enrolled in several courses is assigned the one with most hours, then the one that started
    first, then the first course code.

    Parameters
    ----------
    participation : DataFrame
        As :func:`measure_participation` returns it.

    Returns
    -------
    DataFrame
        Indexed by ``person_id``: the row of that course, and ``course_ambiguous`` (whether the person was
        enrolled in more than one).

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"person_id": ["a", "a"], "course_id": ["c", "d"], "hours_jp": [10.0, 20.0],
    ...                      "start_date": pd.to_datetime(["2025-01-01", "2025-02-01"])})
    >>> assign_courses(rows)["course_id"].tolist()
    ['d']
    """
    count = participation.groupby("person_id", sort=False)["course_id"].nunique()
    ordered = participation.sort_values(
        ["hours_jp", "start_date", "course_id"],
        ascending=[False, True, True],
        kind="stable",
        na_position="last",
    )
    chosen = ordered.drop_duplicates("person_id").set_index("person_id")
    chosen["course_ambiguous"] = count.reindex(chosen.index).gt(1).to_numpy(dtype=bool)
    return chosen


def _credited(frame: pd.DataFrame) -> pd.Series[float]:
    hours = frame["hours_jp"].astype(float)
    recorded = frame["completed"].notna()
    passed = frame["completed"].fillna(False).astype(bool)
    partly = hours * frame["participation_share"]
    return hours.where(passed, 0.0).where(recorded, partly).astype(float)


def _course_columns(courses: pd.DataFrame) -> pd.DataFrame:
    frame = courses.reindex(columns=list(_COURSE_COLUMNS)).copy()
    frame["batch"] = measure_batch(courses)
    for name in ("course_id", "title", "topic", "method", "delivery"):
        frame[name] = frame[name].astype("string")
    frame["hours_jp"] = frame["hours_jp"].astype(float)
    frame["start_date"] = pd.to_datetime(frame["start_date"])
    return frame.drop_duplicates("course_id")


def _person_columns(participants: pd.DataFrame) -> pd.DataFrame:
    frame = participants.reindex(columns=list(_PERSON_COLUMNS)).copy()
    for name in _PERSON_COLUMNS:
        numeric = name in {"birth_year", "service_years"}
        frame[name] = frame[name].astype("Float64").astype(float) if numeric else frame[name].astype("string")
    return frame.drop_duplicates("person_id").reset_index(drop=True)


def _numbers(frame: pd.DataFrame, name: str) -> pd.Series[float]:
    if name not in frame:
        return pd.Series(np.nan, index=frame.index, dtype=float)
    return frame[name].astype("Float64").astype(float)


def _flags(frame: pd.DataFrame, name: str) -> pd.Series[bool]:
    if name not in frame:
        return pd.Series(pd.NA, index=frame.index, dtype="boolean")
    return frame[name].astype("boolean")


def _table(tables: Tables, name: str) -> pd.DataFrame:
    if name not in tables:
        raise InputError(f"the table {name!r} is needed and missing; there are {', '.join(sorted(tables))}.")
    return tables[name].reset_index(drop=True)
