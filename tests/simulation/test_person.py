"""Synthetic people: numbers that are structurally sound and plainly made up."""

from __future__ import annotations

import datetime

import pandas as pd
import pytest

from asn_research.contract.vocabulary import read_vocabulary
from asn_research.simulation.example import SETTINGS
from asn_research.simulation.person import make_nip
from asn_research.simulation.world import World


def _check(nip: str, sex: str, employment: str) -> None:
    assert len(nip) == 18
    assert nip.isdigit()
    born = datetime.datetime.strptime(nip[:8], "%Y%m%d").date()  # raises for an impossible date
    appointed, kind = int(nip[8:12]), int(nip[12:14])
    assert 18 <= appointed - born.year <= 58
    assert kind in (21, 24) if employment == "PPPK" else 1 <= kind <= 12
    assert nip[14] == ("1" if sex == "male" else "2")
    assert 900 <= int(nip[15:]) <= 999


@pytest.mark.parametrize(("region", "period"), SETTINGS)
def test_numbers_agree_with_the_register(
    worlds: dict[tuple[str, str], World], region: str, period: str
) -> None:
    people = worlds[region, period].people
    assert people["person_id"].is_unique
    for row in people.to_dict("records"):
        _check(row["person_id"], row["sex"], row["employment"])
        assert int(row["person_id"][:4]) == row["birth_year"]
        assert row["service_years"] == int(period) - int(row["person_id"][8:12])
        assert row["service_years"] >= 0


@pytest.mark.parametrize(("region", "period"), SETTINGS)
def test_rater_numbers_are_sound_too(worlds: dict[tuple[str, str], World], region: str, period: str) -> None:
    raters = worlds[region, period].tables["assessments"]["rater_id"].dropna().unique()
    for rater in raters:
        if str(rater).isdigit():
            _check(str(rater), "male" if rater[14] == "1" else "female", "PNS")
        else:
            assert str(rater).startswith("Pengamat ")


@pytest.mark.parametrize(("region", "period"), SETTINGS)
def test_register_uses_the_terms_of_the_contract(
    worlds: dict[tuple[str, str], World], region: str, period: str
) -> None:
    table = worlds[region, period].tables["participants"]
    for column in ("employment", "grade", "position_type", "sex", "education", "group"):
        assert set(table[column]) <= set(read_vocabulary(column).codes)


def test_contract_numbers_carry_the_contract_digits() -> None:
    nip = make_nip(datetime.date(1990, 9, 13), (2025, 21), sex="female", serial=914)
    assert nip == "199009132025212914"


def test_people_return_in_the_next_period(worlds: dict[tuple[str, str], World]) -> None:
    before, after = (worlds["tangerang_selatan", period].people for period in ("2024", "2025"))
    both = before.merge(after, on="person_id", suffixes=("_before", "_after"))
    assert len(both) >= 60
    pd.testing.assert_series_equal(
        both["service_years_before"] + 1, both["service_years_after"], check_names=False
    )
    assert (both["unit_before"] == both["unit_after"]).all()
