"""Projects delivered in time and within their budget."""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd

from asn_research.errors import InputError

_COLUMNS = ("project_id", "planned_finish", "actual_finish", "planned_cost_idr", "actual_cost_idr")


def measure_delivery(projects: pd.DataFrame, *, until: datetime.date) -> pd.DataFrame:
    """Whether each project was finished in time and within its planned cost.

    Parameters
    ----------
    projects : DataFrame
        One row per project with the columns of the contract.
    until : date
        Day on which the list was drawn; what is not finished then is late if it was due before.

    Returns
    -------
    DataFrame
        ``projects`` with ``on_time`` and ``on_budget`` (boolean; missing where it cannot be told yet) and
        ``late_days`` (actual minus planned finish, negative when early; missing while unfinished).

        A project without an actual finish is late when it was due before ``until`` and undecided otherwise.
        Its cost is undecided while it runs, unless it has spent more than planned already.

    Raises
    ------
    InputError
        A column is missing or a project stands twice.

    Examples
    --------
    >>> day = pd.Timestamp
    >>> list_ = pd.DataFrame({"project_id": ["a", "b"], "planned_finish": [day("2025-05-01")] * 2,
    ...                       "actual_finish": [day("2025-05-04"), pd.NaT],
    ...                       "planned_cost_idr": [10.0, 10.0], "actual_cost_idr": [9.0, np.nan]})
    >>> found = measure_delivery(list_, until=datetime.date(2025, 4, 1))
    >>> found["on_time"].tolist(), found["late_days"].tolist()[0]
    ([False, <NA>], 3.0)
    """
    absent = [name for name in _COLUMNS if name not in projects.columns]
    if absent:
        raise InputError(f"the projects have no column {', '.join(absent)}.")
    repeated = projects["project_id"][projects["project_id"].duplicated()].unique().tolist()
    if repeated:
        raise InputError(f"these projects stand more than once: {repeated[:5]}.")
    planned, actual = (pd.to_datetime(projects[name]) for name in ("planned_finish", "actual_finish"))
    finished, due = actual.notna(), planned < pd.Timestamp(until)
    on_time = (actual <= planned).astype("boolean").mask(~finished & due, False)
    budget, spent = (
        projects[name].astype("Float64").astype(float) for name in ("planned_cost_idr", "actual_cost_idr")
    )
    on_budget = (spent <= budget).astype("boolean")
    return projects.assign(
        on_time=on_time.mask(~finished & ~due),
        on_budget=on_budget.mask(spent.isna() | (~finished & (spent <= budget))),
        late_days=(actual - planned).dt.days.astype(float).where(finished, np.nan),
    )
