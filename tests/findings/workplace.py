"""What a made region shows at work: ratings by superiors and observers, follow-up, mentoring, appraisals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

RATED_SHARE = 0.5
"""How much of a change in the test shows at work, in the eyes of superiors and observers."""

SELF_EXCESS = 5.0
"""Points by which people rate themselves higher than their superiors do."""

FADING_SHARE = 0.2
"""Share of what the training gave that is gone at follow-up."""

MENTORING_POINTS = 0.4
"""What an hour of mentoring adds at follow-up."""

STANDARDS = {"technical_skill": {"default": 66.0, "supervisor": 70.0}, "daily_task": 62.0}

_RATER_SD = 3.0
_NOISE_SD = 3.0
_OBSERVERS = 8
_EXPECTATIONS = np.array(["below", "meets", "above"])


def make_ratings(
    rng: np.random.Generator,
    *,
    person: np.ndarray,
    unit: Sequence[str],
    ability: np.ndarray,
    truth: np.ndarray,
) -> pd.DataFrame:
    """Superiors rate tasks and attitude of a third of the people, two observers communication of a seventh.

    Superiors and observers differ in severity, which is the same before and after.
    """
    size = person.size
    names = sorted(set(unit))
    head = np.array([names.index(one) for one in unit])
    third, seventh = np.arange(size) // 2 % 3 == 0, np.arange(size) // 2 % 7 == 0
    frames = []
    severity = rng.normal(0.0, _RATER_SD, len(names))[head]
    for competency, level in (("daily_task", ability), ("professional_attitude", ability - SELF_EXCESS)):
        for wave, gain in (("pre", 0.0), ("post", RATED_SHARE * truth)):
            score = level + gain + rng.normal(0.0, _NOISE_SD, size)
            score = score + (severity if competency == "daily_task" else 0.0)
            raters = np.array([f"A{place:016x}" for place in head])
            frames.append(_rating(person, raters, score, third, (competency, "supervisor", wave)))
    first = rng.integers(0, _OBSERVERS, size)
    strict = rng.normal(0.0, _RATER_SD, _OBSERVERS)
    for seat in (0, 3):
        who = (first + seat) % _OBSERVERS
        raters = np.array([f"O{place:016x}" for place in who])
        for wave, gain in (("pre", 0.0), ("post", RATED_SHARE * truth)):
            score = ability + gain + strict[who] + rng.normal(0.0, _NOISE_SD, size)
            frames.append(_rating(person, raters, score, seventh, ("communication", "observer", wave)))
    return pd.concat(frames, ignore_index=True)


def _rating(
    person: np.ndarray, raters: np.ndarray, score: np.ndarray, kept: np.ndarray, keys: tuple[str, str, str]
) -> pd.DataFrame:
    competency, source, wave = keys
    frame = pd.DataFrame({"person_id": person, "rater_id": raters, "score": np.clip(score, 0, 100).round(1)})
    return frame.assign(competency=competency, source=source, wave=wave)[kept]


def make_followup(
    rng: np.random.Generator,
    *,
    person: np.ndarray,
    ability: np.ndarray,
    truth: np.ndarray,
    gained: np.ndarray,
    hours: np.ndarray,
) -> pd.DataFrame:
    """The test of the trained some months later: part of what the training gave is gone, mentoring added."""
    level = ability + truth - FADING_SHARE * gained + MENTORING_POINTS * hours
    score = np.clip(level + rng.normal(0.0, 4.0, person.size), 0, 100).round(1)
    frame = pd.DataFrame({"person_id": person, "score": score})
    frame = frame.assign(competency="technical_skill", source="test", wave="followup")
    return frame[rng.random(person.size) > 0.1]


def make_hours(rng: np.random.Generator, size: int) -> np.ndarray:
    """Half of the trained are mentored for two to twelve hours."""
    return np.where(rng.random(size) < 0.5, 2.0 * rng.integers(1, 7, size), 0.0)


def make_appraisals(
    rng: np.random.Generator, *, person: np.ndarray, ability: np.ndarray, gained: np.ndarray
) -> pd.DataFrame:
    """Appraisals of two years; those who learned more are a little more often above the expectation."""
    frames = []
    for year, push in ((2024, 0.0), (2025, 0.03)):
        row: dict[str, object] = {"person_id": person, "year": year}
        for name in ("result", "behaviour"):
            value = (ability - ability.mean()) / 12 + push * gained + rng.normal(0.0, 0.8, person.size)
            row[name] = _EXPECTATIONS[np.searchsorted([-1.2, 0.9], value)]
        frames.append(pd.DataFrame(row))
    return pd.concat(frames, ignore_index=True)


def add_workplace(
    tables: dict[str, pd.DataFrame],
    *,
    seed: int,
    people: pd.DataFrame,
    ability: np.ndarray,
    truth: np.ndarray,
    gained: np.ndarray,
) -> dict[str, pd.DataFrame]:
    """The tables with what shows at work; ``gained`` is the part of ``truth`` that training gave."""
    rng = np.random.default_rng(seed)
    person = people["person_id"].to_numpy()
    trained = (people["group"] == "trained").to_numpy()
    enrolments = tables["enrolments"].assign(mentoring_hours=make_hours(rng, len(tables["enrolments"])))
    hours = (
        people["person_id"].map(enrolments.set_index("person_id")["mentoring_hours"]).fillna(0.0).to_numpy()
    )
    scores = [
        tables["assessments"],
        make_ratings(rng, person=person, unit=people["unit"].tolist(), ability=ability, truth=truth),
        make_followup(
            rng, person=person[trained], ability=ability[trained], truth=truth[trained],
            gained=gained[trained], hours=hours[trained],
        ),
    ]  # fmt: skip
    return {
        "enrolments": enrolments,
        "assessments": pd.concat(scores, ignore_index=True),
        "appraisals": make_appraisals(rng, person=person, ability=ability, gained=gained),
    }
