"""Courses by batch, and who took part in making them."""

from __future__ import annotations

import datetime

import pandas as pd

from asn_research.simulation.chance import Chance
from asn_research.simulation.person import make_name
from asn_research.simulation.setting import Offer, Setting

_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")
_ROLES = ("design", "teaching", "evaluation", "funding")


_CLOSED = (
    (datetime.date(2024, 4, 1), datetime.date(2024, 4, 19)),
    (datetime.date(2025, 3, 24), datetime.date(2025, 4, 11)),
)  # the weeks around Idul Fitri, when nobody trains


def _monday(day: datetime.date) -> datetime.date:
    """The next Monday on which a course can begin."""
    day += datetime.timedelta(days=(7 - day.weekday()) % 7)
    for first, last in _CLOSED:
        if first <= day <= last:
            return _monday(last)
    return day


def _start_dates(setting: Setting, *, early: int, late: int) -> list[datetime.date]:
    """Mondays, evenly spread: early batches before the second measurement, late ones after it."""
    first, last = setting.pre_on, setting.post_on - datetime.timedelta(days=12)
    days = [first + (last - first) * place / max(early - 1, 1) for place in range(early)]
    first, last = setting.post_on + datetime.timedelta(days=30), setting.ends - datetime.timedelta(days=14)
    days += [first + (last - first) * place / max(late - 1, 1) for place in range(late)]
    return [_monday(day) for day in days]


def _plan(setting: Setting) -> list[tuple[Offer, bool, int]]:
    """Every batch as (offer, late, number), the offers taking turns so that no method has one season."""
    plan: list[tuple[Offer, bool, int]] = []
    for late in (False, True):
        most = max(setting.scale * (offer.late if late else offer.batches) for offer in setting.offers)
        for turn in range(most):
            for offer in setting.offers:
                own = setting.scale * offer.batches
                if turn < (setting.scale * offer.late if late else own):
                    plan.append((offer, late, turn + 1 + (own if late else 0)))
    return plan


def make_courses(setting: Setting, chance: Chance) -> pd.DataFrame:
    """Every batch of every course, with what only the world knows: ``late``, ``appeal``, ``batch_effect``.

    Returns
    -------
    DataFrame
        Columns of the courses table, and ``sessions``, ``late``, ``appeal`` (standard deviations) and
        ``batch_effect`` (points).
    """
    plan = _plan(setting)
    early = sum(not late for _, late, _ in plan)
    starts = _start_dates(setting, early=early, late=len(plan) - early)
    per_batch = setting.trained // max(early, 1)
    names = chance.named("speaker")
    speakers = [f"Dr. {make_name(names, sex)}, M.Si." for sex in ("male", "female") * max(2, early // 4)]
    chosen = chance.pick(speakers, len(plan))
    costs = chance.integers(-8, 8, len(plan))
    effects = chance.normal(len(plan), sd=setting.truth.batch_sd)
    return pd.DataFrame(
        [
            {
                "course_id": f"{offer.code}-{number:02d}",
                "title": offer.title,
                "topic": offer.topic,
                "method": offer.method,
                "delivery": offer.delivery,
                "hours_jp": float(offer.hours_jp),
                "start_date": start,
                "end_date": start + datetime.timedelta(days=max(1, -(-offer.hours_jp // 8) - 1)),
                "batch": _ROMAN[number - 1] if number <= len(_ROMAN) else str(number),
                "speaker_id": speaker,
                "provider": offer.provider,
                "curriculum_reviewed_on": offer.reviewed_on,
                "cost_idr": float(offer.cost_idr + 250_000 * int(cost)),
                "seats": per_batch + 1,
                "sessions": offer.sessions,
                "late": late,
                "appeal": offer.appeal,
                "batch_effect": float(effect),
            }
            for (offer, late, number), start, speaker, cost, effect in zip(
                plan, starts, chosen, costs, effects, strict=True
            )
        ]
    )


def make_stakeholders(courses: pd.DataFrame, chance: Chance) -> pd.DataFrame:
    """Who designed, taught, evaluated and paid each batch."""
    rows: list[dict[str, str]] = []
    for course_id in courses["course_id"]:
        rows += [
            {"course_id": course_id, "party": "government", "role": role} for role in ("design", "funding")
        ]
        for party, probability in (("university", 0.6), ("private", 0.25), ("community", 0.3)):
            if chance.once(probability):
                rows.append({"course_id": course_id, "party": party, "role": chance.one(_ROLES[:3])})
    return pd.DataFrame(rows, columns=["course_id", "party", "role"])
