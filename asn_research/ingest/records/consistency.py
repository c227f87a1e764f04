"""What must agree between columns and tables: employee numbers, courses, people, dates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from asn_research.ingest.people.identity import find_float_images, is_float_multiple, parse_employee_number
from asn_research.ingest.records.ledger import Ledger
from asn_research.ingest.records.record import ROW, Issue

_PERSON_TABLES: Final = ("enrolments", "assessments", "appraisals")
_ORDERED: Final = {
    "courses": ("start_date", "end_date"),
    "service_requests": ("submitted_on", "completed_on"),
}
_ORDERED_PROJECTS: Final = (("planned_start", "planned_finish"), ("actual_start", "actual_finish"))


def check_consistency(tables: Mapping[str, pd.DataFrame], ledger: Ledger) -> None:
    """Set aside all rows that contradict themselves or speak of people nobody has listed."""
    issues = _check_images(tables, ledger)
    if "participants" in tables:
        issues += _check_numbers(tables["participants"], ledger)
    if "enrolments" in tables:
        issues += _check_sessions(tables["enrolments"], ledger)
    for name, (first, second) in _ORDERED.items():
        if name in tables:
            issues += _check_order(tables[name], first, second, ledger)
    for first, second in _ORDERED_PROJECTS:
        if "projects" in tables:
            issues += _check_order(tables["projects"], first, second, ledger)
    ledger.quarantine(issues)
    ledger.quarantine(_check_people(tables, ledger))


def _persons(frame: pd.DataFrame) -> pd.Series:
    name = "respondent_id" if "respondent_id" in frame else "person_id"
    return frame[name] if name in frame else pd.Series(dtype=object)


def _check_images(tables: Mapping[str, pd.DataFrame], ledger: Ledger) -> list[Issue]:
    """Rows about numbers that another number becomes in floating point.

    Colleagues appointed together have neighbouring numbers, so that one may be the image of the other by
    chance. Whoever stands beside the other in one list of participants is somebody else; so are the rows
    about both, in sheets that did not pass through floating point.
    """
    known: set[object] = set()
    for frame in tables.values():
        known.update(_persons(frame).unique())
    images = find_float_images(str(person) for person in known if _is_number(person))
    if not images:
        return []
    colleagues = _find_colleagues(tables, ledger)
    issues = []
    for frame in tables.values():
        people = _persons(frame)
        found = people.isin(images).to_numpy(dtype=bool)
        if not found.any():
            continue
        owners = ledger.owners(frame[ROW])
        whole = {
            owner
            for owner in set(owners[found].tolist())
            if not all(map(is_float_multiple, people[owners == owner].dropna().unique()))
        }
        for row, person, owner in zip(frame[ROW][found], people[found], owners[found], strict=True):
            if person in colleagues and int(owner) in whole:
                continue
            address = ledger.address(int(row), str(people.name))
            issues.append(Issue(int(row), str(people.name), "nip_precision_lost", "", address))
    return list(dict.fromkeys(issues))


def _find_colleagues(tables: Mapping[str, pd.DataFrame], ledger: Ledger) -> set[str]:
    """Images of numbers that stand in one list of participants with the number they are the image of."""
    if "participants" not in tables:
        return set()
    people = _persons(tables["participants"])
    lists = people.groupby(ledger.owners(tables["participants"][ROW])).unique()
    return {image for numbers in lists for image in find_float_images(filter(_is_number, numbers))}


def _is_number(person: object) -> bool:
    return isinstance(person, str) and len(person) == 18 and person.isdigit()


def _check_numbers(participants: pd.DataFrame, ledger: Ledger) -> list[Issue]:
    """Sex, year of birth and employment as declared, against what the number says."""
    issues = []
    for person, row, sex, born, employment in zip(
        *(participants[n] for n in ("person_id", ROW, "sex", "birth_year", "employment")), strict=True
    ):
        if not isinstance(person, str):
            continue
        number = parse_employee_number(person)
        year = number.born.year
        found = (
            ("nip_sex_mismatch", "sex", isinstance(sex, str) and sex != number.sex),
            ("nip_birth_mismatch", "birth_year", born is not None and born == born and int(born) != year),
            (
                "nip_employment_mismatch",
                "employment",
                isinstance(employment, str) and employment != number.employment,
            ),
        )
        issues += [
            Issue(int(row), column, reason, person, ledger.address(int(row), column))
            for reason, column, wrong in found
            if wrong
        ]
    return issues


def _check_sessions(enrolments: pd.DataFrame, ledger: Ledger) -> list[Issue]:
    held = pd.to_numeric(enrolments["sessions_held"])
    attended = pd.to_numeric(enrolments["sessions_attended"])
    wrong = enrolments[(attended > held).to_numpy()]
    return [
        Issue(int(row), "sessions_attended", "attended_more_than_held", value,
              ledger.address(int(row), "sessions_attended"))
        for row, value in zip(wrong[ROW], wrong["sessions_attended"], strict=True)
    ]  # fmt: skip


def _check_order(frame: pd.DataFrame, first: str, second: str, ledger: Ledger) -> list[Issue]:
    begins, ends = pd.to_datetime(frame[first]), pd.to_datetime(frame[second])
    wrong = frame[(ends < begins).to_numpy()]
    return [
        Issue(int(row), second, "dates_reversed", value, ledger.address(int(row), second))
        for row, value in zip(wrong[ROW], wrong[second], strict=True)
    ]


def _check_people(tables: Mapping[str, pd.DataFrame], ledger: Ledger) -> list[Issue]:
    """Rows about people that the list of participants does not have.

    People count as listed also where their own row is in quarantine for another reason, so that one wrong
    cell does not take a person's scores with it.
    """
    if "participants" not in tables:
        return []
    known = set(tables["participants"]["person_id"].dropna())
    issues = []
    for name in (*_PERSON_TABLES, "reactions"):
        frame = tables.get(name)
        if frame is None:
            continue
        people = _persons(frame)
        strange = set(filter(_is_number, set(people.unique()) - known))
        if not strange:
            continue
        unknown = people.isin(strange) & ~ledger.is_bad(frame[ROW])
        rows = frame.loc[unknown, ROW].to_numpy()
        values = people[unknown].to_numpy()
        positions, first = np.unique(rows, return_index=True)
        column = str(people.name)
        issues += [
            Issue(int(row), column, "unknown_person", values[index], ledger.address(int(row), column))
            for row, index in zip(positions, first, strict=True)
        ]
    return issues
