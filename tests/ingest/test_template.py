"""The template, filled at random within what it asks for and read back: nothing is quarantined or lost."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from asn_research.contract.column import TABLES, Column, Kind
from asn_research.contract.template import write_template
from asn_research.contract.vocabulary import read_vocabulary
from asn_research.errors import InputError, IntakeError

from .office import Office

COURSES = ("ADM-01", "ETK-02", "TI-03")
UNITS = ("Dinas Perizinan", "Kecamatan Utara", "Sekretariat")
TEXTS = ("Pelatihan dasar", "Izin usaha", "Warga", "Belanja kursus", "Kecepatan", "Apa yang berubah?")
REMARKS = ("Lebih cepat dari biasanya.", "Ruangannya panas", "1 + 1 = 2", "<b>baik</b>")
LANGUAGES = ("id", "en")


def employee_number(number: int, sex: str) -> str:
    birth = datetime.date(1970, 1, 1) + datetime.timedelta(days=97 * number)
    return f"{birth:%Y%m%d}20{10 + number % 10:02d}{1 + number % 12:02d}{sex}{number + 1:03d}"


PEOPLE = tuple(employee_number(number, "12"[number % 2]) for number in range(40))


def cell(draw: st.DrawFn, column: Column, language: str) -> Any:
    """A value that the sheet's own check would let through."""
    if not column.required and draw(st.booleans()):
        return None
    if column.name == "course_id":
        return draw(st.sampled_from(COURSES))
    if column.name == "unit":
        return draw(st.sampled_from(UNITS))
    low, high = column.minimum or 0, column.maximum or 10**9
    match column.kind:
        case Kind.PERSON:
            return draw(st.sampled_from(PEOPLE))
        case Kind.TERM:
            assert column.terms
            vocabulary = read_vocabulary(column.terms)
            return vocabulary.label(draw(st.sampled_from(vocabulary.codes)), language)
        case Kind.FLAG:
            return draw(st.sampled_from(("Ya", "Tidak") if language == "id" else ("Yes", "No")))
        case Kind.INTEGER | Kind.MONEY:
            return draw(st.integers(int(low), int(high)))
        case Kind.NUMBER | Kind.SHARE:
            return draw(st.floats(low, high, allow_nan=False).map(lambda value: round(value, 2)))
        case Kind.DATE:
            return draw(st.dates(datetime.date(2024, 6, 1), datetime.date(2025, 12, 31)))
        case Kind.REMARK:
            return draw(st.sampled_from(REMARKS))
        case Kind.TEXT:
            return draw(st.sampled_from(TEXTS))
        case Kind.CODE:
            return f"K{draw(st.integers(1, 999))}"


@st.composite
def filled(draw: st.DrawFn, language: str) -> dict[str, list[list[Any]]]:
    """Rows for every table that agree with each other and repeat no key."""
    sheets = {}
    for table in TABLES.values():
        size = len(COURSES) if table.name == "courses" else draw(st.integers(1 if table.required else 0, 6))
        people = [row[0] for row in sheets.get("participants", [])]
        rows: list[list[Any]] = []
        keys = set()
        for number in range(size):
            record = {column.name: cell(draw, column, language) for column in table.columns}
            agree(record, number, people)
            key = tuple(record[name] for name in table.key)
            if key not in keys:
                rows.append([record[name] for name in table.names])
            keys.add(key)
        sheets[table.name] = rows
    return sheets


def agree(record: dict[str, Any], number: int, people: list[str]) -> None:
    """What the rules about several cells ask for: order of dates, hours and sessions, own codes."""
    if "title" in record:
        record |= {"course_id": COURSES[number], "batch": "I", "title": TEXTS[number]}
    if "sessions_held" in record:
        record["sessions_attended"] = min(record["sessions_attended"], record["sessions_held"])
    for first, last in (
        ("start_date", "end_date"), ("submitted_on", "completed_on"), ("planned_start", "planned_finish"),
        ("actual_start", "actual_finish"),
    ):  # fmt: skip
        if record.get(first) and record.get(last) and record[first] > record[last]:
            record[first], record[last] = record[last], record[first]
    for code in ("response_id", "request_id", "project_id", "excerpt_id"):
        if code in record:
            record[code] = f"{code[0].upper()}-{number:03d}"
    if not people:
        if "employment" in record:  # what the number itself says must not be contradicted
            record |= {"person_id": PEOPLE[number], "birth_year": None, "sex": None, "employment": None}
        return
    for person in ("person_id", "respondent_id"):
        if record.get(person):
            record[person] = people[PEOPLE.index(record[person]) % len(people)]


def fill(path: Path, sheets: dict[str, list[list[Any]]], language: str) -> None:
    book = openpyxl.load_workbook(path)
    for name, rows in sheets.items():
        sheet = book[TABLES[name].label.in_language(language)]
        for number, row in enumerate(rows, start=2):
            for column, value in enumerate(row, start=1):
                if value is not None:
                    sheet.cell(number, column).value = value
                    if isinstance(value, str):
                        sheet.cell(number, column).data_type = "s"
    book.save(path)


@pytest.mark.parametrize("language", LANGUAGES)
@settings(
    max_examples=2,
    deadline=None,
    phases=[Phase.generate],  # one example takes a second: none is wasted on making it smaller
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
def test_a_filled_template_comes_in_whole(
    tmp_path_factory: pytest.TempPathFactory, language: str, data: st.DataObject
) -> None:
    sheets = data.draw(filled(language))
    office = Office(tmp_path_factory.mktemp("office"))
    (office.folder / "2025").mkdir(parents=True)
    path = office.folder / "2025" / "templat.xlsx"
    write_template(path, language)
    fill(path, sheets, language)
    totals = office.take_in()["totals"]
    assert office.account["quarantine"] == []
    assert office.account["problems"] == []
    assert totals["rows"] == totals["accepted"] + totals["corrected"] == sum(map(len, sheets.values()))
    assert [name for name, rows in sheets.items() if rows and len(office.table(name)) != len(rows)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_sheets_follow_the_contract_and_carry_their_lists(tmp_path: Path, language: str) -> None:
    path = tmp_path / "templat.xlsx"
    write_template(path, language)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames[1:-1] == [table.label.in_language(language) for table in TABLES.values()]
    terms = book[book.sheetnames[-1]]
    for table in TABLES.values():
        sheet = book[table.label.in_language(language)]
        assert [c.value for c in sheet[1]] == [column.label.in_language(language) for column in table.columns]
        lists = {
            str(rule.sqref).split(":")[0].rstrip("0123456789"): rule.formula1
            for rule in sheet.data_validations.dataValidation
            if rule.type == "list"
        }
        for number, column in enumerate(table.columns, start=1):
            if column.terms:
                area = lists[openpyxl.utils.get_column_letter(number)].split("!")[1].replace("$", "")
                words = [row[0].value for row in terms[area]]
                vocabulary = read_vocabulary(column.terms)
                assert words == [vocabulary.label(code, language) for code in vocabulary.codes]


def test_a_low_score_waits_in_any_sheet_but_that_of_the_template(tmp_path: Path) -> None:
    office = Office(tmp_path)
    (office.folder / "2025").mkdir(parents=True)
    path = office.folder / "2025" / "templat.xlsx"
    row = [PEOPLE[0], None, "Keterampilan teknis", "Tes", None, "Sebelum", None]
    for last, reasons in (("Nilai (0–100)", []), ("Nilai", ["fraction"])):
        path.unlink(missing_ok=True)
        write_template(path, "id")
        sheets = {name: [] for name in TABLES} | {
            "assessments": [[*row, 0.85], [*row[:5], "Sesudah", None, 80]]
        }
        sheets["participants"] = [[PEOPLE[0], UNITS[0], *[None] * 8]]
        fill(path, sheets, "id")
        book = openpyxl.load_workbook(path)
        book["Penilaian"]["H1"].value = last
        book.save(path)
        office.take_in()
        assert [entry["reason"] for entry in office.account["quarantine"]] == reasons


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_examples_make_rows_that_come_in(tmp_path: Path, language: str) -> None:
    """The examples of the guide, typed as text in the row of their column: all of them are read."""
    office = Office(tmp_path)
    (office.folder / "2025").mkdir(parents=True)
    path = office.folder / "2025" / "templat.xlsx"
    write_template(path, language)
    book = openpyxl.load_workbook(path)
    guide = {row[0]: row[2] for row in book[book.sheetnames[0]].iter_rows(min_row=7, values_only=True)}
    for table in TABLES.values():
        name = table.label.in_language(language)
        sheet = book[name]
        for number, column in enumerate(table.columns, start=1):
            sheet.cell(2, number).value = guide[f"{name}: {column.label.in_language(language)}"]
    book.save(path)
    totals = office.take_in()["totals"]
    assert (office.account["quarantine"], office.account["problems"]) == ([], [])
    assert totals["rows"] == totals["accepted"] == len(TABLES)


def test_the_month_of_a_day_is_shown_by_its_name(tmp_path: Path) -> None:
    """LibreOffice and Excel in American English take a typed 03/12/2025 for 12 March: it must be seen."""
    for language, code in (("id", "$-421"), ("en", "$-809")):
        path = tmp_path / f"{language}.xlsx"
        write_template(path, language)
        sheet = openpyxl.load_workbook(path)[TABLES["courses"].label.in_language(language)]
        number = TABLES["courses"].names.index("start_date") + 1
        letter = openpyxl.utils.get_column_letter(number)
        assert sheet.column_dimensions[letter].number_format == f"[{code}]d mmmm yyyy"


def test_sheets_exported_one_by_one_come_in_with_their_guide(tmp_path: Path) -> None:
    """LibreOffice writes `templat-Petunjuk.csv` beside the tables, and no sheet name is left in it."""
    office = Office(tmp_path)
    office.defaults()
    write_template(tmp_path / "templat.xlsx")
    guide = openpyxl.load_workbook(tmp_path / "templat.xlsx")["Petunjuk"]
    rows = [["" if cell is None else f'"{cell}"' for cell in row] for row in guide.values]
    office.csv("templat-Petunjuk.csv", rows, delimiter=",", end="\n")
    assert office.take_in()["problems"] == []


def test_an_empty_template_is_no_row_and_no_problem(tmp_path: Path) -> None:
    office = Office(tmp_path)
    (office.folder / "2025").mkdir(parents=True)
    write_template(office.folder / "2025" / "templat.xlsx")
    account = office.take_in()
    assert (account["totals"]["rows"], account["problems"]) == (0, [])


def test_a_required_heading_written_otherwise_is_looked_for_on_the_sheet_of_that_name(tmp_path: Path) -> None:
    office = Office(tmp_path)
    (office.folder / "2025").mkdir(parents=True)
    path = office.folder / "2025" / "templat.xlsx"
    write_template(path)
    book = openpyxl.load_workbook(path)
    sheet = book["Pelatihan"]
    (heading,) = [cell for cell in sheet[1] if cell.value == "Jam pelajaran (JP)"]
    heading.value = "jampel"
    for column, text in enumerate(("ARS-1", "Arsip Dasar", "Administrasi", "Ceramah", "Tatap muka", "20"), 1):
        sheet.cell(2, column, text)
    book.save(path)
    with pytest.raises(IntakeError) as caught:
        office.take_in()
    missing, asked = caught.value.problems
    assert (missing.code, missing.fields["table"]) == ("table_missing", "courses")
    assert asked.place.sheet == "Pelatihan"
    assert "Jam pelajaran (JP)" in asked.remedy


def test_a_file_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "templat.xlsx"
    path.write_text("isi kantor")
    with pytest.raises(InputError, match="there already"):
        write_template(path)
    assert path.read_text() == "isi kantor"
