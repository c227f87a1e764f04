"""Synthetic civil servants: names, numbers (NIP and NI PPPK) and what a personnel register says of them."""

from __future__ import annotations

import datetime
import tomllib
from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd

from asn_research.simulation.chance import Chance, Whole
from asn_research.simulation.setting import Setting

_LADDER = (
    "II/a", "II/b", "II/c", "II/d", "III/a", "III/b", "III/c", "III/d", "IV/a", "IV/b",
)  # fmt: skip
_ENTRY = {"sma": 0, "d3": 2, "s1": 4, "s2": 5}
_CEILING = {"administrator": 9, "supervisor": 7, "functional": 8, "general": 6}
_FLOOR = {"administrator": 7, "supervisor": 5, "functional": 0, "general": 0}
_CONTRACT_GRADES: dict[str, str] = {"sma": "V", "d3": "VII", "s1": "IX", "s2": "X"}
_POSITIONS = ("administrator", "supervisor", "functional", "general")
_EDUCATIONS: dict[str, tuple[float, float, float, float]] = {
    "administrator": (0.0, 0.0, 0.5, 0.5),
    "supervisor": (0.0, 0.1, 0.65, 0.25),
    "functional": (0.0, 0.25, 0.6, 0.15),
    "general": (0.4, 0.3, 0.28, 0.02),
}
_LEVELS = ("sma", "d3", "s1", "s2")


@cache
def _names() -> dict[str, list[str]]:
    text = files("asn_research.simulation").joinpath("name.toml").read_text(encoding="utf-8")
    return {str(kind): list(names) for kind, names in tomllib.loads(text).items()}


def make_name(chance: Chance, sex: str) -> str:
    """A random combination of common names: nobody in particular."""
    names = _names()
    return f"{chance.one(names[sex])} {chance.one(names['family'])}"


def make_nip(birth: datetime.date, appointed: tuple[int, int], *, sex: str, serial: int) -> str:
    """An 18-digit number as the personnel agency builds it.

    Date of birth, then year and month of appointment (PNS) or year and contract digits (PPPK: 21, part-time
    24), then the sex digit, then a serial number. Synthetic people have serial numbers from 900, so that
    they are known as such at a glance.

    Examples
    --------
    >>> make_nip(datetime.date(1986, 9, 26), (2015, 5), sex="male", serial=901)
    '198609262015051901'
    """
    year, kind = appointed
    return f"{birth:%Y%m%d}{year:04d}{kind:02d}{1 if sex == 'male' else 2}{serial:03d}"


def _birth_dates(chance: Chance, ages: Whole, *, year: int) -> list[datetime.date]:
    months, days = chance.integers(1, 12, len(ages)), chance.integers(1, 28, len(ages))
    return [
        datetime.date(int(year - age), int(month), int(day))
        for age, month, day in zip(ages, months, days, strict=True)
    ]


def _grade(position: str, education: str, *, employment: str, years: int) -> str:
    """The grade that schooling and a promotion every four years lead to, within the limits of the post."""
    if employment == "PPPK":
        return _CONTRACT_GRADES[education]
    step = _ENTRY[education] + years // 4
    return _LADDER[max(_FLOOR[position], min(_CEILING[position], step))]


def _numbers(frame: pd.DataFrame, chance: Chance) -> list[str]:
    """Different numbers for everybody: a serial that is taken moves on to the next free one."""
    serials = chance.integers(900, 989, len(frame))
    taken: set[str] = set()
    numbers: list[str] = []
    for row, serial in zip(frame.to_dict("records"), serials, strict=True):
        number = ""
        for step in range(10):
            number = make_nip(
                row["birth"],
                row["appointed"],
                sex=row["sex"],
                serial=int(serial) + step,
            )
            if number not in taken:
                break
        taken.add(number)
        numbers.append(number)
    return numbers


def _make_careers(
    chance: Chance, *, size: int, year: int
) -> tuple[list[str], list[str], list[datetime.date], list[tuple[int, int]]]:
    """Positions, employments, dates of birth, and year with month or contract digits of appointment."""
    positions = chance.pick(_POSITIONS, size, weights=(0.06, 0.16, 0.38, 0.40))
    employments = chance.pick(("PNS", "PPPK"), size, weights=(0.8, 0.2))
    employments = [
        "PNS" if position in ("administrator", "supervisor") else employment
        for position, employment in zip(positions, employments, strict=True)
    ]
    floor = {"administrator": 40, "supervisor": 33, "functional": 25, "general": 24}
    low = np.array([floor[position] for position in positions])
    ages = (low + np.floor(chance.uniform(size) * (57 - low))).astype(np.int64)
    births = _birth_dates(chance, ages, year=year)
    starts = (21 + np.floor(chance.uniform(size) * 9)).astype(np.int64)
    months = chance.integers(1, 12, size)
    contracts = chance.pick((21, 24), size, weights=(0.9, 0.1))
    contract = chance.integers(max(2021, year - 4), year - 1, size)
    appointed = [
        (int(contract[i]), contracts[i]) if employments[i] == "PPPK"
        else (min(births[i].year + int(starts[i]) + 1, year - 1), int(months[i]))
        for i in range(size)
    ]  # fmt: skip
    return positions, employments, births, appointed


def make_people(setting: Setting, chance: Chance, *, size: int) -> pd.DataFrame:
    """``size`` people with register columns, name and number.

    Returns
    -------
    DataFrame
        Columns of the participants table without ``group``, and ``name``.
    """
    year = setting.starts.year
    positions, employments, births, appointed = _make_careers(chance, size=size, year=year)
    sexes = chance.pick(("male", "female"), size, weights=(0.48, 0.52))
    education = [_LEVELS[int(chance.positions(_EDUCATIONS[position], 1)[0])] for position in positions]
    grades = [
        _grade(position, schooling, employment=employment, years=year - when[0])
        for position, schooling, employment, when in zip(
            positions, education, employments, appointed, strict=True
        )
    ]
    frame = pd.DataFrame(
        {
            "unit": chance.pick(tuple(setting.units), size, weights=tuple(setting.units.values())),
            "employment": employments,
            "grade": grades,
            "position_type": positions,
            "sex": sexes,
            "birth": births,
            "birth_year": [birth.year for birth in births],
            "education": education,
            "appointed": appointed,
            "service_years": [float(year - when[0]) for when in appointed],
        }
    )
    frame.insert(0, "person_id", _numbers(frame, chance.named("number")))
    names = chance.named("name")
    frame["name"] = [make_name(names, sex) for sex in sexes]
    return frame.drop(columns=["birth", "appointed"])
