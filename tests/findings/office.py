"""What the offices of a made region leave behind beside scores: surveys, requests, projects, budgets."""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd

CHANGED_ON = datetime.date(2025, 4, 1)
WAITING_DAYS = 12.0
WAITING_DROP_DAYS = 4.0
ON_TIME_SHARE = 0.6
COST_PER_SEAT = 2_000_000.0
_MONTHS = 24
_MONTHS_BEFORE = 12


def make_eligible(rng: np.random.Generator, units: tuple[str, ...], people: int) -> pd.DataFrame:
    """Listed staff who were neither trained nor measured; more of them in the later units."""
    size = people // 6
    weights = np.arange(1, len(units) + 1, dtype=float)
    return pd.DataFrame(
        {
            "person_id": [f"E{i:016x}" for i in range(size)],
            "unit": rng.choice(units, size, p=weights / weights.sum()),
            "employment": "PNS",
            "position_type": "general",
            "sex": rng.choice(["male", "female"], size),
            "service_years": rng.integers(1, 30, size).astype(float),
            "group": "eligible",
        }
    )


def make_surveys(
    rng: np.random.Generator, units: tuple[str, ...], people: int, *, rise: float
) -> pd.DataFrame:
    """Two surveys of every unit; the share of answers one step higher rises by ``rise`` in the second.

    The true change of the index is ``25 · rise`` points.
    """
    frames = []
    for wave, lift in (("pre", 0.0), ("post", rise)):
        size = people // 10 * len(units)
        general = rng.random(size)
        answers = {
            f"u{element}": 2 + (0.7 * general + 0.3 * rng.random(size) > 0.4).astype(int)
            + (rng.random(size) < 0.3 + lift).astype(int)
            for element in range(1, 10)
        }  # fmt: skip
        frame = pd.DataFrame({"unit": np.resize(units, size), "service": "Surat keterangan", **answers})
        frames.append(frame.assign(wave=wave, date=pd.Timestamp("2025-02-03"), comment=pd.NA))
    table = pd.concat(frames, ignore_index=True)
    return table.assign(response_id=[f"R{i:05d}" for i in range(len(table))])


def make_requests(rng: np.random.Generator, people: int, *, drop: float) -> pd.DataFrame:
    """A permit log of two years; from ``CHANGED_ON`` on the median is ``drop`` days lower."""
    rows = []
    begins = pd.Timestamp(CHANGED_ON) - pd.DateOffset(months=_MONTHS_BEFORE)
    until = begins + pd.DateOffset(months=_MONTHS) - pd.Timedelta(days=1)
    for month in range(_MONTHS):
        start = begins + pd.DateOffset(months=month)
        size = people // 10
        median = WAITING_DAYS - (drop if month >= _MONTHS_BEFORE else 0.0)
        days = np.round(median * np.exp(rng.normal(0, 0.3, size)))
        submitted = start + pd.to_timedelta(rng.integers(0, 28, size), unit="D")
        completed = pd.Series(submitted + pd.to_timedelta(days, unit="D"))
        frame = pd.DataFrame({"submitted_on": submitted, "completed_on": completed.where(completed <= until)})
        rows.append(frame)
    table = pd.concat(rows, ignore_index=True)
    names = [f"P{i:05d}" for i in range(len(table))]
    return table.assign(request_id=names, unit="Dinas Perizinan", service="Izin usaha", standard_days=14.0)


def make_projects(rng: np.random.Generator, participants: pd.DataFrame, people: int) -> pd.DataFrame:
    """Projects led by listed people, ``ON_TIME_SHARE`` of them finished in time."""
    size = people // 4
    leaders = participants.iloc[: max(size, 1)].reset_index(drop=True)
    size = len(leaders)
    planned = pd.Timestamp("2025-08-01") + pd.to_timedelta(rng.integers(0, 60, size), unit="D")
    late = np.where(rng.random(size) < ON_TIME_SHARE, -3, rng.integers(1, 20, size))
    cost = rng.integers(50, 200, size) * 1e6
    return pd.DataFrame(
        {
            "project_id": [f"J{i:03d}" for i in range(size)],
            "unit": leaders["unit"],
            "person_id": leaders["person_id"],
            "planned_start": pd.Timestamp("2025-03-03"),
            "actual_start": pd.Timestamp("2025-03-05"),
            "planned_finish": planned,
            "actual_finish": planned + pd.to_timedelta(late, unit="D"),
            "planned_cost_idr": cost,
            "actual_cost_idr": cost * np.where(np.arange(size) % 2 == 0, 0.98, 1.04),
            "physical_progress_share": 1.0,
        }
    )


def make_budgets(seats: int) -> pd.DataFrame:
    """This year's and next year's training line; next year's buys half as many seats."""
    return pd.DataFrame(
        {
            "year": [2025, 2025, 2026],
            "line": ["Penyelenggaraan pelatihan", "Honorarium", "Penyelenggaraan pelatihan"],
            "planned_idr": [seats * COST_PER_SEAT, 1e8, seats // 2 * COST_PER_SEAT],
            "realised_idr": [seats * COST_PER_SEAT, 9e7, np.nan],
            "planned_participants": pd.array([seats, pd.NA, seats // 2], dtype="Int64"),
        }
    )
