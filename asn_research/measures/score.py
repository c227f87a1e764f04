"""Scores of people before and after, one definition of the gain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from asn_research.contract.vocabulary import check_term
from asn_research.errors import InputError
from asn_research.measures.participation import (
    Tables,
    assign_courses,
    measure_participation,
    sum_training_hours,
)

_COURSE_COLUMNS = (
    "course_id",
    "title",
    "topic",
    "method",
    "batch",
    "hours_jp",
    "participation_share",
    "mentoring_hours",
    "course_ambiguous",
)


def list_outcomes(tables: Tables, *, wave_from: str = "pre", wave_to: str = "post") -> pd.DataFrame:
    """Which competencies were measured how, and for how many people in both waves.

    Returns
    -------
    DataFrame
        ``competency``, ``source``, ``people`` (with a score in both waves), in alphabetical order.

    Examples
    --------
    >>> import pandas as pd
    >>> scores = pd.DataFrame({"person_id": ["a", "a"], "competency": ["integrity"] * 2,
    ...                        "source": ["self"] * 2, "wave": ["pre", "post"], "score": [60.0, 70.0]})
    >>> list_outcomes({"assessments": scores}).to_dict("records")
    [{'competency': 'integrity', 'source': 'self', 'people': 1}]
    """
    return _count_outcomes(_assessments(tables), wave_from, wave_to)


def measure_gains(
    tables: Tables, *, competency: str, source: str, wave_from: str = "pre", wave_to: str = "post"
) -> pd.DataFrame:
    """Score before, score after and gain of every person, with the course behind it.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Clean tables; ``assessments``, ``enrolments``, ``courses`` and ``participants`` are read.
    competency, source : str
        Codes of the outcome, such as ``"technical_skill"`` measured by ``"test"``.
    wave_from, wave_to : str
        The waves that are compared.

    Returns
    -------
    DataFrame
        One row per person with a score in at least one of the waves, in the order of ``participants``
        (people who are not in it last): ``person_id``, ``pre``, ``post`` (0 to 100 points), ``gain``
        (``post - pre``, missing where one of them is), ``course_id``, ``title``, ``topic``, ``method``,
        ``batch``, ``hours_jp``, ``participation_share``, ``mentoring_hours``, ``course_ambiguous``,
        ``credited_jp``, ``attended`` and the columns of ``participants``.

    Raises
    ------
    InputError
        If a table is missing, or ``competency``, ``source`` or a wave is no term of the contract.

    Notes
    -----
    The course of a person is the one that the scores themselves name, when all of them name the same one;
    otherwise it follows from enrolment (:func:`~asn_research.measures.participation.assign_courses`: the
    course with most hours, ties by start date), and ``course_ambiguous`` tells where there was a choice.
    Scores that name another course are left out unless the person has no others. Several scores of one
    person in one wave (several raters) are averaged.

    A person without a group counts as trained when enrolled.

    Examples
    --------
    >>> import pandas as pd
    >>> scores = pd.DataFrame({"person_id": ["a", "a"], "competency": ["integrity"] * 2,
    ...                        "source": ["test"] * 2, "wave": ["pre", "post"], "score": [60.0, 72.0]})
    >>> people = pd.DataFrame({"person_id": ["a"], "unit": ["X"], "group": ["trained"]})
    >>> courses = pd.DataFrame({"course_id": ["c"], "title": ["T"], "method": ["lecture"], "hours_jp": [9.0]})
    >>> enrolments = pd.DataFrame({"person_id": ["a"], "course_id": ["c"], "sessions_held": [10],
    ...                            "sessions_attended": [8]})
    >>> tables = {"assessments": scores, "participants": people, "courses": courses, "enrolments": enrolments}
    >>> measure_gains(tables, competency="integrity", source="test")["gain"].tolist()
    [12.0]
    """
    return read_scores(tables).gains(
        competency=competency, source=source, wave_from=wave_from, wave_to=wave_to
    )


@dataclass(frozen=True)
class Scores:
    """The scores of a region with the courses behind them, read once for all its outcomes.

    ``assessments`` with text and numbers as such, the frame of
    :func:`~asn_research.measures.participation.measure_participation`, one row per person with the credited
    hours, and the course of each person by enrolment.
    """

    assessments: pd.DataFrame
    participation: pd.DataFrame
    people: pd.DataFrame
    assigned: pd.DataFrame

    @cached_property
    def _outcomes(self) -> Mapping[Any, Any]:
        """Positions of the scores of each competency and source."""
        return self.assessments.groupby(["competency", "source"], sort=False).indices

    def outcomes(self, *, wave_from: str = "pre", wave_to: str = "post") -> pd.DataFrame:
        """:func:`list_outcomes` of these scores."""
        return _count_outcomes(self.assessments, wave_from, wave_to)

    def gains(
        self, *, competency: str, source: str, wave_from: str = "pre", wave_to: str = "post"
    ) -> pd.DataFrame:
        """:func:`measure_gains` of these scores."""
        waves = [wave_from, wave_to]
        check_term("competency", competency)
        check_term("source", source)
        for wave in waves:
            check_term("wave", wave)
        scores = self.assessments.iloc[self._outcomes.get((competency, source), [])]
        scores = scores[scores["wave"].isin(waves)]
        assigned = _courses_of(scores, self.participation, self.assigned)
        scores = _own_scores(scores, assigned)
        means = scores.pivot_table(
            index="person_id", columns="wave", values="score", aggfunc="mean", sort=False
        ).reindex(columns=waves)
        known = self.people[self.people["person_id"].isin(means.index)]
        strangers = means.index[~means.index.isin(known["person_id"])]
        frame = pd.concat([known, pd.DataFrame({"person_id": strangers})], ignore_index=True)
        frame["person_id"] = frame["person_id"].astype("string")
        people = pd.Index(frame["person_id"])
        at = means.index.get_indexer(people)
        frame.insert(1, "pre", _taken(means[wave_from], at).astype(float))
        frame.insert(2, "post", _taken(means[wave_to], at).astype(float))
        frame.insert(3, "gain", frame["post"] - frame["pre"])
        at = assigned.index.get_indexer(people)
        for name in _COURSE_COLUMNS:
            frame[name] = _taken(assigned[name], at)
        frame["course_ambiguous"] = frame["course_ambiguous"].fillna(False).astype(bool)
        frame["attended"] = frame["attended"].fillna(False).astype(bool)
        enrolled = frame["course_id"].notna()
        frame["group"] = frame["group"].where(frame["group"].notna(), enrolled.map({True: "trained"}))
        return frame


def _taken(column: pd.Series[Any], positions: NDArray[np.intp]) -> Any:
    """The values of a column at ``positions``; missing at -1."""
    values = column.to_numpy() if isinstance(column.dtype, np.dtype) else column.array
    return pd.api.extensions.take(values, positions, allow_fill=True)


def read_scores(tables: Tables, *, participation: pd.DataFrame | None = None) -> Scores:
    """Scores, participation and courses of a region, for several outcomes at once.

    ``participation`` is the frame of :func:`~asn_research.measures.participation.measure_participation` where
    it was made before.

    Raises
    ------
    InputError
        If a table is missing.
    """
    assessments = _assessments(tables)
    if participation is None:
        participation = measure_participation(tables)
    people = sum_training_hours(participation, tables["participants"]).drop(columns=["courses_taken"])
    return Scores(assessments, participation, people, assign_courses(participation))


def _count_outcomes(scores: pd.DataFrame, wave_from: str, wave_to: str) -> pd.DataFrame:
    waves = scores[scores["wave"].isin([wave_from, wave_to])]
    both = waves.groupby(["competency", "source", "person_id"])["wave"].nunique().eq(2)
    counts = both.groupby(level=["competency", "source"]).sum().astype(int)
    return counts.rename("people").reset_index().query("people > 0").reset_index(drop=True)


def _courses_of(scores: pd.DataFrame, participation: pd.DataFrame, assigned: pd.DataFrame) -> pd.DataFrame:
    """The course of each person: the one their scores name, else by enrolment (``assigned``)."""
    named = scores.dropna(subset=["course_id"]).groupby("person_id")["course_id"].agg(["nunique", "first"])
    single = named.loc[named["nunique"] == 1, "first"]
    own = participation["course_id"] == participation["person_id"].map(single).astype("string")
    columns = [name for name in _COURSE_COLUMNS if name != "course_ambiguous"]
    told = participation.loc[own.fillna(False), ["person_id", *columns]]
    told = told.drop_duplicates("person_id").set_index("person_id")
    told["course_ambiguous"] = False
    rest = assigned.loc[~assigned.index.isin(told.index), list(_COURSE_COLUMNS)]
    return pd.concat([told, rest])


def _own_scores(scores: pd.DataFrame, assigned: pd.DataFrame) -> pd.DataFrame:
    """Scores of the person's own course; all of them where none names it."""
    own = scores["person_id"].map(assigned["course_id"]).astype("string")
    fits = (scores["course_id"].isna() | (scores["course_id"] == own)).fillna(True).astype(bool)
    any_fits = fits.groupby([scores["person_id"], scores["wave"]]).transform("any")
    return scores[fits | ~any_fits]


def _assessments(tables: Tables) -> pd.DataFrame:
    if "assessments" not in tables:
        raise InputError("the table 'assessments' is needed and missing.")
    frame = tables["assessments"].reset_index(drop=True)
    if "course_id" not in frame:
        frame["course_id"] = pd.Series(pd.NA, index=frame.index, dtype="string")
    text = dict.fromkeys(("person_id", "competency", "source", "wave", "course_id"), "string")
    return frame.astype(text).assign(score=frame["score"].astype("Float64").astype(float))
