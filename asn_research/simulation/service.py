"""What offices deliver: permit requests, projects and budgets."""

from __future__ import annotations

import calendar
import datetime

import numpy as np
import pandas as pd

from asn_research.simulation.chance import Chance
from asn_research.simulation.setting import Setting


def _months(first: datetime.date, last: datetime.date) -> list[datetime.date]:
    months: list[datetime.date] = []
    year, month = first.year, first.month
    while (year, month) <= (last.year, last.month):
        months.append(datetime.date(year, month, 1))
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return months


def expected_days(setting: Setting, month: int, when: datetime.date) -> float:
    """Mean waiting time of requests that come in at ``when``, the ``month``-th of the log."""
    truth, changed = setting.truth, setting.changed_on
    wave = truth.waiting_season_days * float(np.sin(2 * np.pi * (when.month - 1) / 12))
    drop = truth.waiting_drop_days if changed and when >= changed else 0.0
    return truth.waiting_days + truth.waiting_trend_days * month + wave - drop


def make_service_requests(setting: Setting, chance: Chance) -> pd.DataFrame:
    """A permit log with seasons and a level drop; requests that were not ready at its end stay open."""
    if setting.requests_from is None or setting.requests_until is None:
        return pd.DataFrame()
    unit, service = next(iter(setting.services.items()))
    rows: list[dict[str, object]] = []
    for place, month in enumerate(_months(setting.requests_from, setting.requests_until)):
        size = round(setting.requests_a_month * (1 + 0.15 * float(chance.normal(1)[0])))
        days = np.sort(chance.integers(1, calendar.monthrange(month.year, month.month)[1], size))
        mean = expected_days(setting, place, month)
        waits = np.maximum(1, np.round(mean * np.exp(chance.normal(size, sd=0.32) - 0.32**2 / 2)))
        forgotten = chance.happens(0.008, size)
        for day, wait, lost in zip(days, waits, forgotten, strict=True):
            submitted = month.replace(day=int(day))
            done = submitted + datetime.timedelta(days=int(wait))
            rows.append(
                {
                    "request_id": f"PRM/{month.year}/{len(rows) + 1:05d}",
                    "unit": unit,
                    "service": service,
                    "submitted_on": submitted,
                    "completed_on": None if lost or done > setting.requests_until else done,
                    "standard_days": 14.0,
                }
            )
    return pd.DataFrame(rows)


def make_projects(
    people: pd.DataFrame, learners: pd.DataFrame, setting: Setting, chance: Chance
) -> pd.DataFrame:
    """Small projects of the units; those led by people who gained more are later by fewer days."""
    leaders = people[people["group"] != "eligible"].iloc[
        chance.order(int((people["group"] != "eligible").sum()))
    ]
    leaders = leaders.head(setting.projects).reset_index(drop=True)
    caused = leaders["person_id"].map(learners.set_index("person_id")["caused"]).fillna(0.0).to_numpy()
    size = len(leaders)
    span = max(30, (setting.ends - setting.starts).days - 150)
    begins, lasts = chance.integers(0, span, size), chance.integers(45, 130, size)
    late_start = chance.integers(0, 9, size)
    late_end = np.round(12 - 0.9 * caused + chance.normal(size, sd=7)).astype(np.int64)
    costs = chance.integers(15, 240, size)
    spent = np.clip(1.02 - 0.006 * caused + chance.normal(size, sd=0.06), 0.6, 1.3)
    rows: list[dict[str, object]] = []
    for i in range(size):
        start = setting.starts + datetime.timedelta(days=int(begins[i]))
        finish = start + datetime.timedelta(days=int(lasts[i]))
        actual = start + datetime.timedelta(days=int(late_start[i]))
        done = max(actual + datetime.timedelta(days=20), finish + datetime.timedelta(days=int(late_end[i])))
        finished = done <= setting.ends
        pace = (setting.ends - actual).days / max((done - actual).days, 1)
        rows.append(
            {
                "project_id": f"KEG-{setting.period}-{i + 1:03d}",
                "unit": leaders["unit"][i],
                "person_id": leaders["person_id"][i],
                "planned_start": start,
                "actual_start": actual,
                "planned_finish": finish,
                "actual_finish": done if finished else None,
                "planned_cost_idr": float(costs[i]) * 1_250_000,
                "actual_cost_idr": float(round(costs[i] * 1_250_000 * spent[i], -3)) if finished else None,
                "physical_progress_share": 1.0 if finished else round(min(0.98, max(0.05, pace)), 2),
            }
        )
    return pd.DataFrame(rows)


def make_budgets(courses: pd.DataFrame, setting: Setting) -> pd.DataFrame:
    """Budget lines of the year and of the next one: what was planned, what was spent, for how many people."""
    spent = float(courses.loc[~courses["late"], "cost_idr"].sum())
    year, seats = setting.starts.year, setting.trained
    lines = (
        (year, "Penyelenggaraan pelatihan ASN", 1.06, 1.00, round(1.15 * seats)),
        (year, "Honorarium narasumber", 0.18, 0.17, None),
        (year, "Perjalanan dinas peserta", 0.12, 0.09, None),
        (year, "Evaluasi pascapelatihan", 0.03, 0.02, None),
        (year + 1, "Penyelenggaraan pelatihan ASN", 0.95, None, round(0.95 * seats)),
        (year + 1, "Evaluasi pascapelatihan", 0.04, None, None),
    )
    return pd.DataFrame(
        [
            {
                "year": when,
                "line": line,
                "planned_idr": float(round(planned * spent, -5)),
                "realised_idr": None if realised is None else float(round(realised * spent, -4)),
                "planned_participants": people,
            }
            for when, line, planned, realised, people in lines
        ]
    )
