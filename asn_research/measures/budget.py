"""What a seat cost, and how many seats a budget buys."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd

from asn_research.errors import InputError
from asn_research.measures.input import Array


def measure_unit_cost(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Cost of each course per participant, per completer and per participant and training hour.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        ``courses`` (``course_id``, ``cost_idr``, ``hours_jp``) and ``enrolments`` (``person_id``,
        ``course_id``, ``completed``).

    Returns
    -------
    DataFrame
        One row per course, by ``course_id``: ``cost_idr``, ``participants`` (people, each once),
        ``completers``, ``cost_per_participant_idr``, ``cost_per_completer_idr``, ``cost_per_hour_idr``.
        A cost is missing where the office gave none, and where nobody came or completed.

    Raises
    ------
    InputError
        A table or a column is missing, a course stands twice, or a cost is negative.

    Examples
    --------
    >>> courses = pd.DataFrame({"course_id": ["a"], "cost_idr": [6e6], "hours_jp": [20.0]})
    >>> seats = pd.DataFrame({"person_id": ["p", "q", "q"], "course_id": ["a"] * 3,
    ...                       "completed": [True, False, False]})
    >>> measure_unit_cost({"courses": courses, "enrolments": seats})["cost_per_participant_idr"].tolist()
    [3000000.0]
    """
    courses = _table(tables, "courses", ("course_id", "cost_idr", "hours_jp"))
    enrolments = _table(tables, "enrolments", ("person_id", "course_id", "completed"))
    repeated = courses["course_id"][courses["course_id"].duplicated()].unique().tolist()
    if repeated:
        raise InputError(f"these courses stand more than once: {repeated[:5]}.")
    marked = enrolments.assign(completed=enrolments["completed"].astype("boolean").fillna(False))
    people = marked.groupby(["course_id", "person_id"], sort=True)["completed"].max()
    counts = people.groupby(level="course_id").agg(participants="size", completers="sum")
    out = courses[["course_id", "cost_idr", "hours_jp"]].merge(
        counts.reset_index(), how="left", on="course_id"
    )
    out = out.sort_values("course_id", ignore_index=True)
    cost = pd.to_numeric(out["cost_idr"]).to_numpy(dtype=float, na_value=np.nan)
    if (cost < 0).any():
        raise InputError(f"{int((cost < 0).sum())} courses have a negative cost.")
    hours = pd.to_numeric(out["hours_jp"]).to_numpy(dtype=float, na_value=np.nan)
    for name in ("participants", "completers"):
        out[name] = out[name].fillna(0).astype(int)
    participants, completers = out["participants"].to_numpy(float), out["completers"].to_numpy(float)
    out["cost_idr"] = cost
    out["cost_per_participant_idr"] = _ratio(cost, participants)
    out["cost_per_completer_idr"] = _ratio(cost, completers)
    out["cost_per_hour_idr"] = _ratio(cost, participants * hours)
    return out.drop(columns="hours_jp")


def measure_seats(budget_idr: float, *, cost_per_participant_idr: float) -> int:
    """Whole seats that a budget buys at a known cost per participant.

    Parameters
    ----------
    budget_idr : float
        Planned or realised budget, 0 or more.
    cost_per_participant_idr : float
        Above 0.

    Raises
    ------
    InputError
        A negative budget, or a cost that is not above 0.

    Examples
    --------
    >>> measure_seats(10_000_000, cost_per_participant_idr=3_000_000)
    3
    """
    if not (math.isfinite(budget_idr) and budget_idr >= 0):
        raise InputError(f"the budget must be 0 or more, found {budget_idr!r}.")
    if not (math.isfinite(cost_per_participant_idr) and cost_per_participant_idr > 0):
        raise InputError(f"the cost per participant must be above 0, found {cost_per_participant_idr!r}.")
    return math.floor(budget_idr / cost_per_participant_idr + 1e-9)


def _ratio(top: Array, bottom: Array) -> Array:
    return np.asarray(np.divide(top, bottom, out=np.full(len(top), np.nan), where=bottom > 0))


def _table(tables: Mapping[str, pd.DataFrame], name: str, columns: tuple[str, ...]) -> pd.DataFrame:
    if name not in tables:
        raise InputError(f"the unit cost needs the table {name!r}.")
    absent = [column for column in columns if column not in tables[name].columns]
    if absent:
        raise InputError(f"the table {name!r} has no column {', '.join(absent)}.")
    return tables[name]
