"""How people take part and what they learn: the part of the world whose truth the models must find again."""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd

from asn_research.simulation.chance import Chance, Flags, Numbers
from asn_research.simulation.person import make_nip
from asn_research.simulation.setting import Instrument, Setting

_SPREAD = 0.55  # own deviation of a person's log-odds of attending, beside commitment and relevance


def choose_people(people: pd.DataFrame, setting: Setting, chance: Chance) -> pd.DataFrame:
    """Give people their true score and their group: trained, comparison, or listed as eligible.

    Where low scorers are selected, those with the lowest *observed* score before training are trained, so
    that their next score rises by itself: regression to the mean.

    Returns
    -------
    DataFrame
        The people who stand in the files, trained first, with ``group``, ``ability`` (true score) and
        ``observed`` (the test before training, unrounded).
    """
    truth, size = setting.truth, len(people)
    people = people.copy()
    people["ability"] = chance.normal(size, mean=truth.ability_mean, sd=truth.ability_sd)
    people["observed"] = people["ability"] + chance.normal(size, sd=truth.error_sd)
    people["commitment"] = chance.normal(size)
    people["relevance"] = 0.4 * people["commitment"] + chance.normal(size, sd=0.84**0.5)
    order = chance.order(size)
    if truth.lowest_selected:
        order = np.argsort(people["observed"].to_numpy(), kind="stable")
    groups = (
        ["trained"] * setting.trained + ["comparison"] * setting.comparison + ["eligible"] * setting.listed
    )
    ends = np.cumsum([setting.trained, setting.comparison, setting.listed])
    chosen = np.concatenate([np.sort(block) for block in np.split(order[: ends[-1]], ends[:-1])])
    people = people.iloc[chosen].reset_index(drop=True)
    people["group"] = groups
    moved = (people["group"] == "comparison") * truth.comparison_sd * truth.ability_sd
    people["ability"] += moved
    people["observed"] += moved
    return people


def _places(count: int, batches: int, chance: Chance) -> Numbers:
    """A batch for each of ``count`` people, all batches as equal in size as can be."""
    return np.asarray(np.resize(np.arange(batches), count)[chance.order(count)])


def learn(people: pd.DataFrame, courses: pd.DataFrame, setting: Setting, chance: Chance) -> pd.DataFrame:
    """Attendance and true gain of everybody who is trained or compared.

    Returns
    -------
    DataFrame
        People with ``course_id`` (the later batch for those who wait, missing for a matched group),
        ``sessions_held``, ``sessions_attended``, ``share``, ``caused`` (points that training added),
        ``gain`` (all of the true gain) and ``mentoring_hours``.
    """
    truth = setting.truth
    learners = people[people["group"] != "eligible"].reset_index(drop=True)
    trained = (learners["group"] == "trained").to_numpy()
    early, late = courses[~courses["late"]], courses[courses["late"]]
    place = np.full(len(learners), -1)
    place[trained] = early.index.to_numpy()[_places(int(trained.sum()), len(early), chance)]
    if len(late):
        place[~trained] = late.index.to_numpy()[_places(int((~trained).sum()), len(late), chance)]
    own = courses.reindex(place).reset_index(drop=True)
    learners["course_id"] = own["course_id"]
    held = own["sessions"].fillna(0).astype(np.int64).to_numpy()
    base = float(np.log(truth.mean_share / (1 - truth.mean_share)))
    logit = base + 0.25 + truth.commitment_logit * learners["commitment"].to_numpy()
    logit = logit + truth.relevance_logit * learners["relevance"].to_numpy()
    logit = logit - 0.5 * (learners["position_type"] == "administrator").to_numpy()
    logit = logit + chance.normal(len(learners), sd=_SPREAD)
    attended = chance.binomial(np.where(trained, held, 0), 1 / (1 + np.exp(-logit)))
    learners["sessions_held"] = np.where(trained, held, 0)
    learners["sessions_attended"] = attended
    learners["share"] = np.where(trained, attended / np.maximum(held, 1), 0.0)
    points = own["method"].map(dict(truth.method_points)).fillna(0.0).to_numpy(dtype=np.float64)
    slope = truth.participation_points * 10 * (learners["share"].to_numpy() - truth.mean_share)
    effect = own["batch_effect"].fillna(0.0).to_numpy(dtype=np.float64)
    learners["caused"] = np.where(trained, points + slope + effect, 0.0)
    deviation = chance.normal(len(learners), sd=truth.own_sd)
    learners["gain"] = truth.background_points + learners["caused"] + deviation
    mentored = chance.happens(setting.mentored_share, len(learners)) & (learners["share"] >= 0.5).to_numpy()
    hours = np.where(mentored, 2.0 * chance.integers(1, 6, len(learners)), 0.0)
    learners["mentoring_hours"] = hours
    return learners


def make_enrolments(learners: pd.DataFrame, courses: pd.DataFrame, chance: Chance) -> pd.DataFrame:
    """Attendance records of the trained; about one in thirty attends a second course as well."""
    trained = learners[learners["group"] == "trained"]
    second = trained[chance.happens(0.033, len(trained))].copy()
    early = courses[~courses["late"]]
    choices = np.asarray(early["course_id"])[chance.integers(0, len(early) - 1, len(second))]
    second["course_id"] = choices
    second = second[second["course_id"].to_numpy() != trained.loc[second.index, "course_id"].to_numpy()]
    held = second["course_id"].map(courses.set_index("course_id")["sessions"]).to_numpy(dtype=np.int64)
    second["sessions_held"] = held
    second["sessions_attended"] = np.minimum(
        held, np.round(second["share"].to_numpy() * held).astype(np.int64)
    )
    second["mentoring_hours"] = 0.0
    both = pd.concat([trained, second], ignore_index=True)
    share = both["sessions_attended"] / both["sessions_held"]
    rating = 3.4 + 0.55 * both["commitment"] + chance.normal(len(both), sd=0.6)
    both["engagement_rating"] = rating.round().clip(1, 5)
    both["completed"] = share >= 0.75
    order = both["course_id"].map({code: place for place, code in enumerate(courses["course_id"])})
    both = both.assign(_order=order).sort_values(["_order", "name", "person_id"], kind="stable")
    columns = ["person_id", "course_id", "sessions_held", "sessions_attended", "engagement_rating"]
    table: pd.DataFrame = both[[*columns, "completed", "mentoring_hours"]].reset_index(drop=True)
    return table


def _raters(
    people: pd.DataFrame, setting: Setting, instrument: Instrument, chance: Chance
) -> list[list[str]]:
    """For every rater seat the rater of each person: one supervisor per unit, or observers drawn in turn."""
    if instrument.source == "observer":
        observers = [f"Pengamat {number}" for number in range(1, 9)]
        first = chance.integers(0, 7, len(people))
        return [[observers[(int(one) + 3 * seat) % 8] for one in first] for seat in range(instrument.raters)]
    heads: dict[str, str] = {}
    for place, unit in enumerate(setting.units):
        birth = datetime.date(1968 + place % 9, 1 + place % 12, 1 + (7 * place) % 28)
        heads[unit] = make_nip(
            birth,
            (birth.year + 25, 1 + (5 * place) % 12),
            sex="male" if place % 2 else "female",
            serial=990 + place % 10,
        )
    return [[heads[unit] for unit in people["unit"]] for _ in range(instrument.raters)]


def _measured(
    learners: pd.DataFrame, setting: Setting, instrument: Instrument, chance: Chance
) -> dict[str, Numbers]:
    """True values of a competency at each wave; the primary one is the ability itself."""
    truth, size = setting.truth, len(learners)
    level = learners["ability"].to_numpy()
    if instrument is not setting.instruments[0]:
        z = (level - truth.ability_mean) / truth.ability_sd
        own = chance.normal(size, sd=(1 - instrument.loading**2) ** 0.5)
        level = instrument.mean + instrument.sd * (instrument.loading * z + own)
    kept = (
        learners["caused"] * (1 - truth.fading_share) + truth.mentoring_points * learners["mentoring_hours"]
    )
    follow = instrument.factor * (learners["gain"] - learners["caused"] + kept)
    return {
        "pre": level,
        "post": level + instrument.factor * learners["gain"].to_numpy() + instrument.inflation,
        "followup": level + follow.to_numpy(),
    }


def _absent(learners: pd.DataFrame, setting: Setting, chance: Chance, *, wave: str) -> Flags:
    """Who has no score: hardly anybody before, weak people after, and more of everybody at follow-up."""
    size, truth = len(learners), setting.truth
    if wave == "pre":
        return chance.happens(0.015, size)
    weak = (learners["ability"] + learners["gain"]).to_numpy()
    z = (weak - weak.mean()) / max(float(weak.std()), 1e-9)
    base = np.log(truth.dropout_share / (1 - truth.dropout_share)) + (1.3 if wave == "followup" else 0.0)
    return chance.happens(1 / (1 + np.exp(-(base + truth.dropout_logit * z))), size)


def _wave_dates(
    learners: pd.DataFrame, courses: pd.DataFrame, setting: Setting
) -> dict[str, list[datetime.date]]:
    """The trained are tested when their course begins, ends and 13 weeks later, the others together."""
    begun = dict(zip(courses["course_id"], courses["start_date"], strict=True))
    ended = dict(zip(courses["course_id"], courses["end_date"], strict=True))
    trained = learners["group"] == "trained"
    later = datetime.timedelta(weeks=13)
    pairs = list(zip(trained, learners["course_id"], strict=True))
    return {
        "pre": [begun[code] if is_trained else setting.pre_on for is_trained, code in pairs],
        "post": [ended[code] if is_trained else setting.post_on for is_trained, code in pairs],
        "followup": [
            ended[code] + later if is_trained else setting.post_on + later for is_trained, code in pairs
        ],
    }


def make_assessments(
    learners: pd.DataFrame, courses: pd.DataFrame, setting: Setting, chance: Chance
) -> pd.DataFrame:
    """All scores, measured with error, with the gaps that real files have.

    Returns
    -------
    DataFrame
        Columns of the assessments table, and ``true_score``.
    """
    dates = _wave_dates(learners, courses, setting)
    missing = {wave: _absent(learners, setting, chance.named(wave), wave=wave) for wave in dates}
    parts: list[pd.DataFrame] = []
    for instrument in setting.instruments:
        stream = chance.named(instrument.competency, instrument.source)
        values = _measured(learners, setting, instrument, stream)
        raters = _raters(learners, setting, instrument, stream)
        wanted = (learners["group"] == "trained").to_numpy() | instrument.comparison
        for wave in instrument.waves:
            for seat in raters or [[""] * len(learners)]:
                error = stream.normal(len(learners), sd=instrument.error_sd)
                score = values[wave] + error
                if instrument is setting.instruments[0]:
                    error = stream.normal(len(learners), sd=setting.truth.error_sd)
                    score = values[wave] + error
                    score = learners["observed"].to_numpy() if wave == "pre" else score
                part = pd.DataFrame(
                    {
                        "person_id": learners["person_id"],
                        "course_id": learners["course_id"],
                        "competency": instrument.competency,
                        "source": instrument.source,
                        "rater_id": [rater or None for rater in seat],
                        "wave": wave,
                        "date": dates[wave],
                        "score": np.round(np.clip(score, 0, 100), 1),
                        "true_score": values[wave],
                    }
                )
                parts.append(part[wanted & ~missing[wave]])
    return pd.concat(parts, ignore_index=True)
