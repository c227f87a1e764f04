"""Waiting times of requests, in months counted from a date of change."""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd

from asn_research.errors import InputError

_COLUMNS = ("service", "submitted_on", "completed_on")


def measure_waiting(requests: pd.DataFrame, *, changed_on: datetime.date, service: str = "") -> pd.DataFrame:
    """How long each request has waited, and in which month around a change it came in.

    Parameters
    ----------
    requests : DataFrame
        One row per request with ``service``, ``submitted_on`` and ``completed_on`` (missing while open).
    changed_on : date
        Day from which requests count as after the change.
    service : str, optional
        Only requests of this service (capitals and outer blanks do not matter).

    Returns
    -------
    DataFrame
        One row per request: ``month`` (0 is the month that begins on ``changed_on``, negative before),
        ``starts`` (its first day), ``days`` waited until completion or until the last date of the log, and
        ``finished`` (1 completed, 0 still open). Ordered by submission.

    Raises
    ------
    InputError
        A column is missing, or a request was completed before it was submitted.

    Examples
    --------
    >>> day = pd.Timestamp
    >>> log = pd.DataFrame({"service": ["Izin"] * 2, "submitted_on": [day("2025-03-30"), day("2025-04-02")],
    ...                     "completed_on": [day("2025-04-09"), pd.NaT]})
    >>> measure_waiting(log, changed_on=datetime.date(2025, 4, 1))[["month", "days", "finished"]].values
    array([[-1., 10.,  1.],
           [ 0.,  7.,  0.]])
    """
    absent = [name for name in _COLUMNS if name not in requests.columns]
    if absent:
        raise InputError(f"the requests have no column {', '.join(absent)}.")
    named = requests["service"].astype("string").str.strip().str.casefold()
    kept = requests[(named == service.strip().casefold()).fillna(False)] if service else requests
    submitted, completed = (pd.to_datetime(kept[name]) for name in ("submitted_on", "completed_on"))
    wrong = int((completed < submitted).sum())
    if wrong:
        raise InputError(f"{wrong} requests were completed before they were submitted.")
    last = pd.concat([submitted, completed]).max()
    days = (completed.fillna(last) - submitted).dt.days
    month = (
        (submitted.dt.year - changed_on.year) * 12
        + (submitted.dt.month - changed_on.month)
        - (submitted.dt.day < changed_on.day)
    )
    frame = pd.DataFrame(
        {
            "submitted_on": submitted,
            "month": month.astype(float),
            "days": days.astype(float),
            "finished": completed.notna().astype(float),
        }
    )
    frame = frame.sort_values(["submitted_on", "days", "finished"], kind="stable", ignore_index=True)
    change = pd.Timestamp(changed_on)
    starts = {m: change + pd.DateOffset(months=int(m)) for m in np.unique(frame["month"])}
    return frame.assign(starts=frame["month"].map(starts)).drop(columns="submitted_on")
