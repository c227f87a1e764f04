"""A world: a setting after chance has spoken, with its truth beside its clean tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from asn_research.contract.column import TABLES, Kind
from asn_research.errors import InputError
from asn_research.simulation.chance import Chance
from asn_research.simulation.course import make_courses, make_stakeholders
from asn_research.simulation.example import SETTINGS
from asn_research.simulation.feedback import make_appraisals, make_citizen_surveys, make_reactions
from asn_research.simulation.interview import make_interviews
from asn_research.simulation.learning import choose_people, learn, make_assessments, make_enrolments
from asn_research.simulation.person import make_people
from asn_research.simulation.service import make_budgets, make_projects, make_service_requests
from asn_research.simulation.setting import Setting, Truth

SEED = 20250110
"""The seed of the example regions that are shipped."""


@dataclass(frozen=True)
class World:
    """A synthetic region and period.

    Attributes
    ----------
    setting : Setting
        What was decided beforehand.
    truth : Truth
        The parameters; the same object as ``setting.truth``.
    tables : mapping of str to DataFrame
        Clean canonical tables with the columns of the contract, persons named by their number, rows in the
        order in which an office would write them.
    people : DataFrame
        Everybody who stands in the files, with name, true score (``ability``), unrounded test before training
        (``observed``), ``commitment`` and ``relevance`` in standard deviations.
    latent : DataFrame
        The trained and the compared, with ``course_id``, ``share``, ``caused`` and ``gain`` (points).
    scores : DataFrame
        The assessments with ``true_score``, in the order of ``tables["assessments"]``.
    """

    setting: Setting
    truth: Truth
    tables: Mapping[str, pd.DataFrame]
    people: pd.DataFrame
    latent: pd.DataFrame
    scores: pd.DataFrame

    @property
    def names(self) -> Mapping[str, str]:
        """Name by number, for the columns of names that offices keep."""
        return dict(zip(self.people["person_id"], self.people["name"], strict=True))


def _canonical(name: str, table: pd.DataFrame) -> pd.DataFrame:
    """Columns in the order and with the kinds of the contract."""
    clean = pd.DataFrame(index=table.index)
    for column in TABLES[name].columns:
        values: Any = table[column.name] if column.name in table else pd.Series(None, index=table.index)
        if column.kind is Kind.DATE:
            clean[column.name] = pd.to_datetime(values).astype("datetime64[s]")
        elif column.kind in (Kind.NUMBER, Kind.MONEY, Kind.SHARE):
            clean[column.name] = pd.to_numeric(values).astype("float64")
        elif column.kind is Kind.INTEGER:
            clean[column.name] = pd.to_numeric(values).astype("Int64")
        elif column.kind is Kind.FLAG:
            clean[column.name] = values.astype("boolean")
        else:
            clean[column.name] = values.astype("string")
    return clean


def _population(setting: Setting, chance: Chance, seed: int) -> pd.DataFrame:
    """The pool; where people return from an earlier period, they come first in it."""
    people = make_people(setting, chance.named("people"), size=setting.pool - setting.returning)
    if setting.earlier is None or not setting.returning:
        return people
    before = make_world(setting.earlier, seed=seed).people
    back = before.iloc[chance.named("returning").order(len(before))[: setting.returning]].copy()
    back["service_years"] += float(setting.starts.year - setting.earlier.starts.year)
    both = pd.concat([back[people.columns], people], ignore_index=True)
    return both.drop_duplicates("person_id", ignore_index=True)


def make_world(setting: Setting, *, seed: int = SEED) -> World:
    """The world that a setting and a seed stand for: always the same one.

    Parameters
    ----------
    setting : Setting
        The region, its courses, instruments and truth.
    seed : int
        Non-negative.

    Examples
    --------
    >>> world = make_world(SETTINGS["sawahlunto", "2025"])
    >>> len(world.tables["participants"])
    102
    """
    chance = Chance(seed, setting.folder, setting.period)
    population = _population(setting, chance, seed)
    people = choose_people(population, setting, chance.named("choice"))
    courses = make_courses(setting, chance.named("course"))
    latent = learn(people, courses, setting, chance.named("learning"))
    enrolments = make_enrolments(latent, courses, chance.named("enrolment"))
    scores = make_assessments(latent, courses, setting, chance.named("assessment"))
    listed = people.sort_values(["unit", "name", "person_id"], kind="stable", ignore_index=True)
    tables = {
        "participants": listed,
        "courses": courses,
        "enrolments": enrolments,
        "assessments": scores,
        "reactions": make_reactions(enrolments, latent, courses, chance.named("reaction")),
    }
    if "appraisals" in setting.tables:
        tables["appraisals"] = make_appraisals(listed, latent, setting, chance.named("appraisal"))
    if "citizen_surveys" in setting.tables:
        tables["citizen_surveys"] = make_citizen_surveys(setting, chance.named("survey"))
    if "service_requests" in setting.tables:
        tables["service_requests"] = make_service_requests(setting, chance.named("request"))
    if "projects" in setting.tables:
        tables["projects"] = make_projects(people, latent, setting, chance.named("project"))
    if "interviews" in setting.tables:
        tables["interviews"] = make_interviews(setting, chance.named("interview"))
    if "stakeholders" in setting.tables:
        tables["stakeholders"] = make_stakeholders(courses, chance.named("stakeholder"))
    if "budgets" in setting.tables:
        tables["budgets"] = make_budgets(courses, setting)
    clean = {name: _canonical(name, tables[name]) for name in TABLES if name in setting.tables}
    return World(setting, setting.truth, clean, people, latent, scores)


def simulate_world(
    region: str,
    *,
    seed: int,
    period: str | None = None,
    scale: int = 1,
    truth: Truth | None = None,
) -> World:
    """Another world of an example region, for tests and for studies of coverage.

    Parameters
    ----------
    region : str
        Folder name of an example region.
    seed : int
        Non-negative; every seed gives another world with the same truth.
    period : str, optional
        Default: the last one.
    scale : int
        How many times as many people and batches; batches keep their size.
    truth : Truth, optional
        Other parameters.

    Raises
    ------
    InputError
        If there is no such region or period, or ``scale`` is not positive.
    """
    periods = sorted(when for folder, when in SETTINGS if folder == region)
    if not periods or (period is not None and period not in periods):
        known = ", ".join(f"{folder} {when}" for folder, when in SETTINGS)
        raise InputError(f"there is no example region {region!r} with period {period!r}; known are {known}")
    if scale < 1:
        raise InputError(f"scale must be a positive whole number, found {scale}")
    setting = SETTINGS[region, period or periods[-1]]
    return make_world(
        replace(
            setting,
            scale=scale,
            pool=setting.pool * scale,
            trained=setting.trained * scale,
            comparison=setting.comparison * scale,
            listed=setting.listed * scale,
            truth=truth or setting.truth,
        ),
        seed=seed,
    )
