"""What is expected of each raw row agrees with what stands in the written files."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from asn_research.contract.column import TABLES
from asn_research.simulation.example import SETTINGS
from asn_research.simulation.mess import MESSES
from asn_research.simulation.office import OfficeFile, OfficeFiles
from asn_research.simulation.world import World

RAW = Path(__file__).parents[2] / "data" / "raw"
Offices = dict[tuple[str, str], OfficeFiles]


def _lines(folder: Path, file: OfficeFile, sheet: str) -> list[list[object]]:
    """The lines of a file as an independent reader sees them."""
    path = folder / file.name
    if file.is_workbook:
        workbook = CalamineWorkbook.from_path(str(path))
        return workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    text = path.read_bytes().decode(file.encoding)
    return [list(line) for line in csv.reader(io.StringIO(text, newline=""), delimiter=file.delimiter)]


@pytest.mark.parametrize(("region", "period"), SETTINGS)
def test_expected_rows_stand_where_they_are_said_to(offices: Offices, region: str, period: str) -> None:
    files = offices[region, period]
    grids = {
        (file.name, sheet.name if file.is_workbook else ""): (
            _lines(RAW / region / period, file, sheet.name),
            sheet,
        )
        for file in files.files
        for sheet in file.sheets
    }
    for row in files.expected:
        lines, sheet = grids[row.file, row.sheet]
        if not {"person_id", "respondent_id"} & set(sheet.columns) or "nip" in " ".join(row.messes):
            continue
        if sheet.table == "projects" or not row.records:
            continue
        column = next(
            place for place, one in enumerate(sheet.columns) if one in ("person_id", "respondent_id")
        )
        person = row.records[0].values[sheet.columns[column]]
        assert lines[row.row - 1][column] == person, row


@pytest.mark.parametrize(("region", "period"), SETTINGS)
def test_recoverable_rows_hold_every_record_that_no_other_mess_took(
    offices: Offices, worlds: dict[tuple[str, str], World], region: str, period: str
) -> None:
    expected, world = offices[region, period].expected, worlds[region, period]
    for name, table in world.tables.items():
        kept = Counter(
            record.table
            for row in expected
            if row.recoverable
            for record in row.records
            if record.table == name
        )[name]
        spoilt = {
            (row.file, row.sheet, tuple(record.values.items()))
            for row in expected
            if row.status == "quarantined" and row.reason != "unknown_person"
            for record in row.records
            if record.table == name
        }
        assert kept + len(spoilt) == len(table), name


@pytest.mark.parametrize(("region", "period"), SETTINGS)
def test_shares_of_lost_rows_are_those_of_offices(offices: Offices, region: str, period: str) -> None:
    counts = Counter(row.status for row in offices[region, period].expected)
    total = sum(counts.values())
    assert 0.005 < counts["quarantined"] / total < 0.03
    assert 0.005 < counts["duplicate"] / total < 0.02
    assert counts["corrected"] > 0


def test_every_mess_befalls_some_row_with_its_outcome(offices: Offices) -> None:
    seen: dict[str, set[tuple[str, str]]] = {}
    for files in offices.values():
        for row in files.expected:
            for name in row.messes:
                seen.setdefault(name, set()).add((row.status, row.reason))
    assert set(seen) == set(MESSES) | {"repeated"}
    for name, mess in MESSES.items():
        assert seen[name] == {(mess.status, mess.reason)}


def test_no_lost_participant_makes_other_rows_unknown(offices: Offices) -> None:
    for files in offices.values():
        lost = {
            record.values["person_id"]
            for row in files.expected
            if row.table == "participants" and row.status == "quarantined"
            for record in row.records
        }
        elsewhere = {
            record.values.get("person_id", record.values.get("respondent_id"))
            for row in files.expected
            if row.table != "participants"
            for record in row.records
        }
        assert lost
        assert not lost & elsewhere


def test_records_name_columns_of_the_contract(offices: Offices) -> None:
    for files in offices.values():
        for row in files.expected:
            for record in row.records:
                assert set(record.values) <= set(TABLES[record.table].names)


def test_bppk_form_has_its_merged_two_line_header() -> None:
    path = RAW / "kalianda" / "2025" / "Evaluasi Diklat ASN Kec. Kalianda 2025.xlsx"
    lines = (
        CalamineWorkbook.from_path(str(path))
        .get_sheet_by_name("Rekap Nilai")
        .to_python(skip_empty_area=False)
    )
    assert lines[0][0] == "REKAPITULASI NILAI"
    assert lines[3][:6] == ["No", "Nama", "NIP", "Nama Diklat", "Angkatan", "Nilai"]
    assert lines[4][5:8] == ["Pre-Test", "Post-Test", "Pasca 3 Bulan"]


def test_sawahlunto_has_its_header_in_row_four() -> None:
    path = RAW / "sawahlunto" / "2025" / "Rekap Nilai Pre Post.xlsx"
    lines = CalamineWorkbook.from_path(str(path)).get_sheet_by_name("Rekap").to_python(skip_empty_area=False)
    assert lines[3][-3:] == ["Nilai Awal", "Nilai Akhir", "Ket."]


def test_bukittinggi_mixes_two_encodings() -> None:
    folder = RAW / "bukittinggi" / "2025"
    contents = {path.name: path.read_bytes() for path in folder.glob("*.csv")}
    assert any(content.startswith(b"\xef\xbb\xbf") for content in contents.values())
    with pytest.raises(UnicodeDecodeError):
        contents["peserta.csv"].decode("utf-8")
    assert "–" in contents["peserta.csv"].decode("cp1252")


def test_writing_a_grid_twice_gives_the_same_bytes(offices: Offices) -> None:
    for file in offices["sawahlunto", "2025"].files:
        assert file.content() == file.content()
