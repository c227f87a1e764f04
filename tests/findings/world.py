"""A small region made by hand, with known truth, in the shape that the store hands to findings."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from asn_research.contract.region import Region
from asn_research.ingest.store import RegionData
from tests.findings.office import (
    CHANGED_ON,
    COST_PER_SEAT,
    WAITING_DROP_DAYS,
    make_budgets,
    make_eligible,
    make_projects,
    make_requests,
    make_surveys,
)
from tests.findings.voice_table import make_interviews, make_stakeholders, review_dates
from tests.findings.workplace import STANDARDS, add_workplace

UNITS = (
    "Dinas Kesehatan",
    "Dinas Pendidikan",
    "Dinas Sosial",
    "Dinas Perhubungan",
    "Sekretariat Daerah",
    "Badan Keuangan Daerah",
    "Badan Kepegawaian",
    "Inspektorat",
)
POSITIONS = ("general", "functional", "supervisor")
METHODS = ("lecture", "discussion", "simulation", "practice")
METHOD_POINTS = {"lecture": 0.0, "discussion": 2.0, "simulation": 5.0, "practice": 8.0}
TITLES = {
    "lecture": "Tata naskah dinas",
    "discussion": "Etika pelayanan",
    "simulation": "Pelayanan prima",
    "practice": "Pengelolaan kegiatan",
}


@dataclass(frozen=True)
class FakeRegion(RegionData):
    """A region's data that no file was read for."""

    intake: Mapping[str, Any] = field(default_factory=dict)


def make_region_settings(design: str = "one_group", *, minimum_cell: int = 10, **plan: Any) -> Region:
    """A region.toml as it would be read."""
    return Region.model_validate(
        {
            "folder": "contoh",
            "region": {
                "name": "Kota Contoh",
                "level": "kota",
                "kemendagri_code": "13.75",
                "bps_code": "1375",
                "synthetic": True,
            },
            "periods": {
                "2025": {
                    "starts": datetime.date(2025, 2, 1),
                    "ends": datetime.date(2025, 11, 30),
                    "design": design,
                    "eligible": 400,
                }
            },
            "plan": {"covariates": ["position_type"], **plan},
            "service_time": {"service": "Izin usaha", "changed_on": CHANGED_ON},
            "disclosure": {"minimum_cell": minimum_cell},
            "standards": STANDARDS,
        }
    )


def make_region(
    design: str = "one_group",
    *,
    people: int = 240,
    batches: int = 16,
    gain: float = 6.0,
    slope: float = 1.5,
    background: float = 2.0,
    baseline_difference: float = 0.0,
    points: float = 1.0,
    rise: float = 0.2,
    drop: float = WAITING_DROP_DAYS,
    seed: int = 20250301,
    **settings: Any,
) -> FakeRegion:
    """A region with known truth.

    ``gain`` is what a lecture adds in points, ``slope`` what 10 percentage points of participation add,
    ``background`` what everybody gains anyway; ``METHOD_POINTS`` come on top. Citizens' satisfaction rises by
    ``25 · rise`` points of the index, waiting times fall by ``drop`` days.
    """
    rng = np.random.default_rng(seed)
    courses = _courses(batches)
    has_comparison = design != "one_group"
    trained = np.arange(people) % 2 == 0 if has_comparison else np.ones(people, dtype=bool)
    person = np.array([f"P{i:016x}" for i in rng.permutation(people)])
    batch = np.arange(people) // (2 if has_comparison else 1) % batches
    ability = rng.normal(60.0, 8.0, people) + np.where(trained, 0.0, baseline_difference)
    share = rng.integers(5, 11, people) / 10
    participants = pd.DataFrame(
        {
            "person_id": person,
            "unit": rng.choice(UNITS, people),
            "employment": rng.choice(["PNS", "PPPK"], people, p=[0.8, 0.2]),
            "position_type": rng.choice(POSITIONS, people, p=[0.5, 0.35, 0.15]),
            "sex": rng.choice(["male", "female"], people),
            "service_years": rng.integers(1, 30, people).astype(float),
            "group": np.where(trained, "trained", "comparison"),
        }
    )
    method = courses["method"].to_numpy()[batch]
    extra = points * np.array([METHOD_POINTS[name] for name in method])
    batch_part = rng.normal(0.0, 1.0, batches)[batch]
    truth = np.where(trained, gain + extra + slope * (share - 0.75) * 10 + batch_part, 0.0) + background
    enrolled = np.flatnonzero(trained)
    enrolments = pd.DataFrame(
        {
            "person_id": person[enrolled],
            "course_id": courses["course_id"].to_numpy()[batch[enrolled]],
            "sessions_held": 10,
            "sessions_attended": (share[enrolled] * 10).round().astype(int),
            "engagement_rating": rng.integers(2, 6, enrolled.size).astype(float),
            "completed": pd.array(share[enrolled] >= 0.6, dtype="boolean"),
        }
    )
    office = np.random.default_rng(seed + 1)
    seats = courses["course_id"].map(enrolments["course_id"].value_counts()).fillna(0).astype(int)
    tables = {
        "participants": pd.concat([participants, make_eligible(office, UNITS, people)], ignore_index=True),
        "courses": courses.assign(
            seats=seats, cost_idr=seats * COST_PER_SEAT, curriculum_reviewed_on=review_dates(courses)
        ),
        "enrolments": enrolments,
        "assessments": _assessments(rng, person, ability, truth),
        "reactions": _reactions(rng, enrolments, share[enrolled]),
        "citizen_surveys": make_surveys(office, UNITS, people, rise=rise),
        "service_requests": make_requests(office, people, drop=drop),
        "projects": make_projects(office, participants, people),
        "budgets": make_budgets(int(seats.sum())),
        "interviews": make_interviews(people),
        "stakeholders": make_stakeholders(courses),
    }
    tables |= add_workplace(
        tables, seed=seed + 7, people=participants, ability=ability, truth=truth, gained=truth - background
    )
    region = make_region_settings(design, **settings)
    return FakeRegion(region, "2025", {name: _typed(frame) for name, frame in tables.items()})


def _courses(batches: int) -> pd.DataFrame:
    methods = [METHODS[i % len(METHODS)] for i in range(batches)]
    return pd.DataFrame(
        {
            "course_id": [f"K{i + 1:02d}" for i in range(batches)],
            "title": [TITLES[name] for name in methods],
            "topic": ["administration"] * batches,
            "method": methods,
            "hours_jp": [24.0 if i % 3 else 16.0 for i in range(batches)],
            "start_date": pd.date_range("2025-03-03", periods=batches, freq="7D"),
            "batch": [f"{i // len(METHODS) + 1}" for i in range(batches)],
            "speaker_id": [f"S{i % 5:016x}" for i in range(batches)],
        }
    )


def _assessments(
    rng: np.random.Generator, person: np.ndarray, ability: np.ndarray, truth: np.ndarray
) -> pd.DataFrame:
    """Tests of technical skill and leadership and self-ratings of attitude; some scores after are missing."""
    frames = []
    spread = {("technical_skill", "test"): 1.0, ("leadership", "test"): 0.5, ("technical_skill", "self"): 0.6,
              ("professional_attitude", "self"): 0.4}  # fmt: skip
    for (competency, source), strength in spread.items():
        noise = rng.normal(0.0, 4.0, (2, person.size))
        pre, post = ability + noise[0], ability + strength * truth + noise[1]
        kept = rng.random(person.size) > np.where(post < 60, 0.15, 0.05)
        for wave, score, rows in (("pre", pre, np.ones_like(kept)), ("post", post, kept)):
            frames.append(
                pd.DataFrame(
                    {
                        "person_id": person[rows],
                        "competency": competency,
                        "source": source,
                        "wave": wave,
                        "score": np.clip(score[rows], 0, 100).round(1),
                    }
                )
            )
    return pd.concat(frames, ignore_index=True)


def _reactions(rng: np.random.Generator, enrolments: pd.DataFrame, share: np.ndarray) -> pd.DataFrame:
    size = len(enrolments)
    mood = rng.normal(0.0, 0.6, size)
    centre = {"material": 4.0, "speaker": 4.2, "method": 3.9, "facilities": 3.6, "confidence": 3.9}
    answers = {item: 0.0 * share + mean + mood for item, mean in centre.items()}
    answers["relevance"] = 3.8 + 3.0 * (share - 0.75) + 0.5 * mood
    answers["commitment"] = 3.7 + 4.0 * (share - 0.75)
    frames = [
        pd.DataFrame(
            {
                "respondent_id": enrolments["person_id"],
                "course_id": enrolments["course_id"],
                "item": item,
                "response": np.clip(np.round(level + rng.normal(0, 0.6, size)), 1, 5).astype(int),
                "comment": "Bagus",
            }
        )
        for item, level in answers.items()
    ]
    return pd.concat(frames, ignore_index=True)


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    """Columns of the types that the store keeps."""
    frame = frame.copy()
    for name in frame.columns:
        if frame[name].dtype == object or str(frame[name].dtype) == "str":
            frame[name] = frame[name].astype("string")
        elif pd.api.types.is_integer_dtype(frame[name]):
            frame[name] = frame[name].astype("Int64")
    return frame.assign(source_file="contoh.csv", source_sheet="", source_row=np.arange(len(frame)) + 2)
