"""Employee numbers: every trap of spreadsheets, and pseudonyms that only the key opens."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asn_research.ingest.identity import (
    find_float_images,
    is_float_column,
    make_pseudonym,
    parse_employee_number,
    read_employee_number,
)

PNS = "198609262015051001"
PPPK = "199009132025242014"


def reason(value: object) -> str:
    return read_employee_number(value, latest_year=2025).reason


@pytest.mark.parametrize(
    ("cell", "repair"),
    [
        (PNS, ""),
        (PPPK, ""),
        ("19860926 201505 1 001", "nip_separators"),
        ("19860926.201505.1.001", "nip_separators"),
        ("19860926-201505-1-001", "nip_separators"),
        ("NIP. 19860926 201505 1 001", "nip_separators"),
        ("NIP: 198609262015051001", "nip_separators"),
        ("'198609262015051001", "apostrophe"),
        ("’198609262015051001", "apostrophe"),
        ("198609262015051001\u00a0", "spaces"),
        ("\u200b198609262015051001", "spaces"),
        ("19860926\u00a0201505\u00a01\u00a0001", "nip_separators"),
    ],
)
def test_certain_repairs(cell: str, repair: str) -> None:
    found = read_employee_number(cell, latest_year=2025)
    assert (found.value, found.repair) == ("".join(filter(str.isdigit, cell)), repair)


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        (float(PPPK), "nip_precision_lost"),
        (int(PPPK), "nip_precision_lost"),
        ("1,99009E+17", "nip_precision_lost"),
        ("1.99009132025242E+17", "nip_precision_lost"),
        ("199009132025242000", "nip_precision_lost"),
        ("199009132025242014.0", "nip_precision_lost"),
        ("19900913202524201", "nip_length"),
        ("1990091320252420140", "nip_length"),
        ("130123456", "nip_old"),
        ("1371012609860001", "nip_is_nik"),
        ("19900913202524201A", "nip_not_digits"),
        ("199O09132025242014", "nip_not_digits"),
        ("199013132025242014", "nip_birth_date"),
        ("199002302025242014", "nip_birth_date"),
        ("199009132027242014", "nip_appointment"),
        ("199009131995012014", "nip_appointment"),
        ("199009132025152014", "nip_contract_digits"),
        ("199009132025002014", "nip_contract_digits"),
        ("199009132025243014", "nip_sex_digit"),
        ("#REF!", "spreadsheet_error"),
        ("١٩٩٠٠٩١٣٢٠٢٥٢٤٢٠١٤", "nip_not_digits"),
        (True, "nip_not_digits"),
    ],
)
def test_damaged_numbers(cell: object, why: str) -> None:
    assert reason(cell) == why


def test_what_the_digits_say() -> None:
    number = parse_employee_number(PPPK)
    assert (number.born.isoformat(), number.appointed, number.employment, number.sex) == (
        "1990-09-13", 2025, "PPPK", "female",
    )  # fmt: skip
    assert parse_employee_number(PNS).employment == "PNS"


def test_the_float_image_of_a_known_number_is_found() -> None:
    image = str(int(float(PPPK)))
    assert image == "199009132025242016"  # facts/domain.md, section 5
    assert find_float_images([PPPK, image, PNS]) == {image}
    assert find_float_images([image, PNS]) == set()


def test_a_column_that_passed_through_floating_point_is_recognised() -> None:
    numbers = [f"19860926201505{sex}{serial:03d}" for sex in (1, 2) for serial in range(1, 60)]
    assert not is_float_column(numbers)
    assert is_float_column(str(int(float(number))) for number in numbers)


def test_pseudonyms_depend_on_key_and_agency_alone() -> None:
    one = make_pseudonym(b"k" * 16, PNS, agency="13.75")
    assert one == make_pseudonym(b"k" * 16, PNS, agency="13.75")
    assert one != make_pseudonym(b"K" * 16, PNS, agency="13.75")
    assert one != make_pseudonym(b"k" * 16, PNS, agency="13.73")
    assert (one[0], len(one)) == ("P", 17)
    assert make_pseudonym(b"k" * 16, "x", agency="a", column="rater_id")[0] == "R"


@given(
    st.one_of(
        st.text(max_size=25), st.text("0123456789 .'", min_size=15, max_size=25), st.floats(), st.integers()
    )
)
def test_whatever_is_accepted_is_sound(cell: object) -> None:
    found = read_employee_number(cell, latest_year=2025)
    assert bool(found.reason) != bool(found.value)
    if found.value:
        assert len(found.value) == 18
        assert parse_employee_number(found.value).appointed <= 2025
