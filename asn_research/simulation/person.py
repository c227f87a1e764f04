"""Synthetic civil servants: names, numbers (NIP and NI PPPK) and what a personnel register says of them."""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd

from asn_research.simulation.chance import Chance, Whole
from asn_research.simulation.setting import Setting

_MALE = (
    "Agus Ahmad Andi Ari Arif Bagus Bambang Bayu Budi Dedi Deni Dwi Eko Fajar Feri Galih Hadi Hendra Heri Indra "
    "Irwan Joko Kurnia Lukman Mulyadi Nanang Nugroho Rahmat Reza Rizki Roni Rudi Slamet Sugeng Suryadi Teguh "
    "Taufik Wahyu Wawan Yanto Yusuf Zainal"
).split()
_FEMALE = (
    "Ani Anisa Ayu Citra Desi Dewi Diah Dina Eka Elin Endang Erna Fitri Gita Hana Indah Intan Kartika Lestari "
    "Lina Maya Mega Nia Nina Novi Nurul Putri Rahma Ratna Rina Rini Sari Siti Sri Susi Tika Tuti Umi Wati Widya "
    "Yanti Yuni Yulia"
).split()
_FAMILY = (
    "Akbar Anggraini Bachtiar Darmawan Effendi Firdaus Gunawan Hakim Halim Handayani Harahap Hartono Hidayat "
    "Iskandar Ismail Kusuma Lubis Mahendra Maulana Munir Nasution Oktaviani Permana Prasetyo Pratama Purnomo "
    "Putra Rahayu Rahman Ramadhan Ritonga Saputra Saragih Setiawan Siregar Suharto Susanto Syahputra Tanjung "
    "Utami Wibowo Wijaya Yulianti"
).split()
_GRADES: dict[str, tuple[tuple[str, ...], tuple[float, ...]]] = {
    "senior_executive": (("IV/b", "IV/c"), (0.6, 0.4)),
    "administrator": (("III/d", "IV/a", "IV/b"), (0.3, 0.5, 0.2)),
    "supervisor": (("III/b", "III/c", "III/d"), (0.2, 0.4, 0.4)),
    "functional": (("II/d", "III/a", "III/b", "III/c", "III/d", "IV/a"), (0.1, 0.3, 0.25, 0.2, 0.1, 0.05)),
    "general": (("II/a", "II/b", "II/c", "II/d", "III/a", "III/b"), (0.1, 0.15, 0.25, 0.2, 0.2, 0.1)),
}
_CONTRACT_GRADES: dict[str, str] = {"sma": "V", "d3": "VII", "s1": "IX", "s2": "X"}
_POSITIONS = ("administrator", "supervisor", "functional", "general")
_EDUCATIONS: dict[str, tuple[float, float, float, float]] = {
    "administrator": (0.0, 0.0, 0.5, 0.5),
    "supervisor": (0.0, 0.1, 0.65, 0.25),
    "functional": (0.0, 0.25, 0.6, 0.15),
    "general": (0.4, 0.3, 0.28, 0.02),
}
_LEVELS = ("sma", "d3", "s1", "s2")


def make_name(chance: Chance, sex: str) -> str:
    """A random combination of common given names: nobody in particular."""
    given = _MALE if sex == "male" else _FEMALE
    return f"{chance.one(given)} {chance.one(_FAMILY)}"


def make_nip(
    birth: datetime.date, appointed: tuple[int, int], *, sex: str, employment: str, serial: int
) -> str:
    """An 18-digit number as the personnel agency builds it.

    Date of birth, then year and month of appointment (PNS) or year and contract digits 21 (PPPK), then the sex
    digit, then a serial number. Synthetic people have serial numbers from 900, which real registers do not
    reach.

    Examples
    --------
    >>> make_nip(datetime.date(1986, 9, 26), (2015, 5), sex="male", employment="PNS", serial=901)
    '198609262015051901'
    """
    year, month = appointed
    middle = f"{year:04d}{month if employment == 'PNS' else 21:02d}"
    return f"{birth:%Y%m%d}{middle}{1 if sex == 'male' else 2}{serial:03d}"


def _birth_dates(chance: Chance, ages: Whole, *, year: int) -> list[datetime.date]:
    months, days = chance.integers(1, 12, len(ages)), chance.integers(1, 28, len(ages))
    return [
        datetime.date(int(year - age), int(month), int(day))
        for age, month, day in zip(ages, months, days, strict=True)
    ]


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
                employment=row["employment"],
                serial=int(serial) + step,
            )
            if number not in taken:
                break
        taken.add(number)
        numbers.append(number)
    return numbers


def make_people(setting: Setting, chance: Chance, *, size: int) -> pd.DataFrame:
    """``size`` people with register columns, name and number; the first rows may have come from before.

    Returns
    -------
    DataFrame
        Columns of the participants table without ``group``, and ``name``.
    """
    year = setting.starts.year
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
    contract = chance.integers(max(2021, year - 4), year - 1, size)
    appointed = [
        (int(contract[i]), 21) if employments[i] == "PPPK"
        else (min(births[i].year + int(starts[i]) + 1, year - 1), int(months[i]))
        for i in range(size)
    ]  # fmt: skip
    sexes = chance.pick(("male", "female"), size, weights=(0.48, 0.52))
    education = [_LEVELS[int(chance.positions(_EDUCATIONS[position], 1)[0])] for position in positions]
    grades = [
        _CONTRACT_GRADES[education[i]] if employments[i] == "PPPK"
        else chance.pick(_GRADES[positions[i]][0], 1, weights=_GRADES[positions[i]][1])[0]
        for i in range(size)
    ]  # fmt: skip
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
