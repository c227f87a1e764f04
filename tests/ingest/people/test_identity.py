"""Employee numbers: every trap of spreadsheets, and pseudonyms that only the key opens."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asn_research.ingest.people.identity import (
    find_float_images,
    find_sound,
    is_float_column,
    make_pseudonym,
    parse_employee_number,
    read_employee_number,
)
from asn_research.ingest.values.reading import Reading

from ..office import ASSESSMENTS, DEFAULTS, PARTICIPANTS, PEOPLE, Office

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


def neighbours(office: Office) -> tuple[str, str]:
    """Two colleagues of whom one has the number that the other's becomes in floating point."""
    image = str(int(float(PPPK)))
    for table, rows in DEFAULTS.items():
        if rows[0][0] == "NIP":
            like = rows[1][1:]
            added = [[number, *like] for number in (PPPK, image)]
            if table == "participants":
                added = [[number, like[0], "P", *like[2:]] for number in (PPPK, image)]
            office.csv(f"{table}.csv", [*rows, *added])
    return PPPK, image


def test_colleagues_with_neighbouring_numbers_both_come_in(office: Office) -> None:
    office.defaults(without=["participants", "enrolments", "assessments"])
    neighbours(office)
    office.take_in()
    assert office.reasons() == {}
    assert office.table("participants")["person_id"].nunique() == len(PEOPLE) + 2


def test_a_damaged_number_beside_the_true_one_of_another_file_waits(office: Office) -> None:
    office.defaults(without=["participants"])
    sheet = [*PARTICIPANTS, [PPPK, PARTICIPANTS[1][1], "P", "Peserta"]]
    office.csv("peserta.csv", sheet)
    image = str(int(float(PPPK)))
    office.csv("nilai.csv", [ASSESSMENTS[0], [image, *ASSESSMENTS[1][1:]]])
    office.take_in()
    assert office.reasons() == {("nilai.csv", 2): "nip_precision_lost"}


def test_neighbours_do_not_excuse_a_sheet_of_damaged_numbers(office: Office) -> None:
    office.defaults(without=["participants", "enrolments", "assessments"])
    _, image = neighbours(office)
    office.csv("susulan.csv", [ASSESSMENTS[0], [image, "C2", *ASSESSMENTS[1][2:]]])
    office.take_in()
    assert office.reasons() == {("susulan.csv", 2): "nip_precision_lost"}


def test_all_numbers_at_once_are_judged_as_each_by_itself() -> None:
    born = [f"{year}{month:02d}{day:02d}" for year in (1939, 1940, 1996, 2000, 2010, 2011)
            for month in range(14) for day in (0, 1, 28, 29, 30, 31, 32)]  # fmt: skip
    rest = ("2010011001", "2018121999", "2019132001", "2025202001", "2026211001", "2025991001",
            "2020003001", "2024012000", "1960011001", "1959011001")  # fmt: skip
    cells = [f"{day}{end}" for day in born for end in rest]
    cells += ["", " 199602292018121999", "1996022920181219990", "١٩٩٦٠٢٢٩٢٠١٨١٢١٩٩٩", 1.996e17, None]
    ours = [cell for cell in cells if isinstance(cell, str) and cell.isascii()]
    for year in (2024, 2025):
        expected = {cell for cell in ours if read_employee_number(cell, latest_year=year) == Reading(cell)}
        assert find_sound(ours, latest_year=year) == expected != set()
    assert find_sound(cells, latest_year=2025) == frozenset()  # foreign digits: each is read by itself
