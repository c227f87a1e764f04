"""Whatever is done to a sound file, the answer is rows that are all accounted for, or problems that name it.

The same changes every time; ``FUZZ_EXAMPLES=2000 python -m pytest tests/ingest/test_fuzz.py`` tries more.
"""

from __future__ import annotations

import contextlib
import io
import os
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openpyxl
import pandas as pd
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asn_research.contract.region import read_region
from asn_research.errors import AsnResearchError, RegionError, StoreError
from asn_research.ingest.files.source import read_file
from asn_research.ingest.store import open_region, read_tables

from .hostile import SHEET, TEXTS, changed
from .office import ASSESSMENTS, COURSES, DEFAULTS, ENROLMENTS, PARTICIPANTS, PEOPLE, REGION, Office

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "0"))
CHECKS = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large]


def fuzz(count: int) -> settings:
    return settings(
        max_examples=EXAMPLES or count, derandomize=True, deadline=None, database=None,
        suppress_health_check=CHECKS,
    )  # fmt: skip


def workbook(rows: Any) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def plain_workbook(rows: Any) -> bytes:
    """With a part of shared texts, as spreadsheets write them."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        page = book.add_worksheet()
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    return out.getvalue()


def part(content: bytes, name: str) -> bytes:
    return zipfile.ZipFile(io.BytesIO(content)).read(name)


WORKBOOK = plain_workbook(ASSESSMENTS)
CSV = "\r\n".join(";".join(map(str, row)) for row in PARTICIPANTS).encode()
TRAPS = st.sampled_from(
    [
        "=1+1", "+62", "-", "@x", "\t", "1e308", "-1e308", "inf", "nan", "1" * 400, "'", '"', "\u202e", "🙂",
        "<script>", "#REF!", "31/02/2025", "0000-00-00", "1900-01-00", "9999999999", "½", "٣", "NULL", "=?",
    ]
)  # fmt: skip
CELL = st.one_of(
    st.none(), st.booleans(),
    st.integers(-(10**20), 10**20), st.floats(allow_nan=False, allow_infinity=False),
    st.dates(), st.datetimes(), TRAPS,
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12), st.sampled_from(PEOPLE),
)  # fmt: skip
CHANGES = st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=8)


def damage(content: bytes, changes: list[tuple[int, int]], cut: int = 0) -> bytes:
    """Bytes changed at some places, and a piece cut off the end."""
    made = bytearray(content)
    for place, value in changes:
        made[place % len(made)] = value
    return bytes(made[: len(made) - cut % len(made)])


def answered(content: bytes, name: str) -> None:
    """Reading gives grids, problems that name the file, or both; never an exception."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        raw = read_file(path, folder=path.parent)
        assert raw.grids or raw.problems
        assert all(problem.place.file == name and problem.remedy for problem in raw.problems)


def copies() -> dict[str, list[list[Any]]]:
    """The tables of the small office, to be changed."""
    return {name: [list(row) for row in rows] for name, rows in DEFAULTS.items()}


def taken_in(tables: dict[str, Any], *, as_workbooks: bool) -> None:
    """Every row is accepted, corrected, quarantined or a duplicate; or the intake says what is missing."""
    with TemporaryDirectory() as name:
        office = Office(Path(name))
        for table, rows in tables.items():
            if as_workbooks:
                office.write(f"{table}.xlsx", workbook(rows))
            else:
                office.csv(f"{table}.csv", rows)
        try:
            account = office.take_in()
        except AsnResearchError:
            return
        totals = account["totals"]
        counted = sum(totals[kind] for kind in ("accepted", "corrected", "quarantined", "duplicates"))
        assert totals["rows"] == counted
        for entry in account["files"]:
            written = len(tables[entry["file"].partition(".")[0]])
            assert entry["rows"] + entry["left_out"] <= max(written, 1)
            assert {"file", "sheet", "row", "reason"} <= {*entry, "row", "reason"}
        told = {(issue["file"], issue["row"]) for issue in account["quarantine"]}
        assert len(told) == totals["quarantined"]


@fuzz(40)
@given(CHANGES, st.integers(0, 400))
def test_bytes_of_a_workbook(changes: list[tuple[int, int]], cut: int) -> None:
    answered(damage(WORKBOOK, changes, cut if cut > 200 else 0), "nilai.xlsx")


@fuzz(50)
@given(
    st.sampled_from([SHEET, TEXTS, "xl/workbook.xml", "xl/styles.xml", "xl/_rels/workbook.xml.rels"]), CHANGES
)
def test_bytes_inside_a_workbook(name: str, changes: list[tuple[int, int]]) -> None:
    answered(changed({name: damage(part(WORKBOOK, name), changes)}, WORKBOOK), "nilai.xlsx")


@fuzz(40)
@given(CHANGES, st.integers(0, 300))
def test_bytes_of_a_text(changes: list[tuple[int, int]], cut: int) -> None:
    answered(damage(CSV, changes, cut), "peserta.csv")


@fuzz(40)
@given(st.binary(min_size=1, max_size=300), st.sampled_from(["a.xlsx", "a.csv", "a.ods", "a.tsv"]))
def test_any_bytes_under_any_name(content: bytes, name: str) -> None:
    answered(content, name)


@fuzz(40)
@given(CHANGES, st.integers(0, 60))
def test_bytes_of_region_toml(changes: list[tuple[int, int]], cut: int) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name) / "contoh"
        folder.mkdir()
        (folder / "region.toml").write_bytes(damage(REGION.encode(), changes, cut))
        try:
            read_region(folder)
        except RegionError as error:
            places = {problem.place.file for problem in error.problems}
        else:
            places = {"contoh/region.toml"}
        assert places == {"contoh/region.toml"}


@fuzz(7)
@given(st.data(), st.booleans())
def test_cells_and_headings(data: st.DataObject, as_workbooks: bool) -> None:
    tables: dict[str, list[list[Any]]] = {
        name: [list(row) for row in rows] for name, rows in DEFAULTS.items()
    }
    for _ in range(data.draw(st.integers(1, 12))):
        rows = tables[data.draw(st.sampled_from(sorted(tables)))]
        row = rows[data.draw(st.integers(0, len(rows) - 1))]
        row[data.draw(st.integers(0, len(row) - 1))] = data.draw(CELL)
    taken_in(tables, as_workbooks=as_workbooks)


@fuzz(4)
@given(st.data())
def test_rows_moved_repeated_and_cut(data: st.DataObject) -> None:
    tables: dict[str, list[list[Any]]] = {
        name: [list(row) for row in rows] for name, rows in DEFAULTS.items()
    }
    rows = tables[data.draw(st.sampled_from(sorted(tables)))]
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(rows)))
        made = data.draw(st.one_of(st.sampled_from(rows), st.lists(CELL, max_size=8)))
        rows.insert(place, list(made))
    taken_in(tables, as_workbooks=True)


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Office:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASN_RESEARCH_KEY", "5f" * 32)
        office = Office(tmp_path_factory.mktemp("office"))
        office.defaults()
        office.take_in()
    return office


@fuzz(40)
@given(CHANGES, st.integers(0, 500))
def test_bytes_of_a_stored_table(stored: Office, changes: list[tuple[int, int]], cut: int) -> None:
    """Read as it is it is whole or refused; opened as a region it is made again."""
    region = read_region(stored.folder)
    path = stored.processed / "assessments.parquet"
    sound = path.read_bytes()
    try:
        path.write_bytes(damage(sound, changes, cut if cut > 250 else 0))
        with contextlib.suppress(StoreError):
            frame = read_tables(stored.processed, region=region, period="2025").tables["assessments"]
            assert len(frame.columns) == 11
    finally:
        path.write_bytes(sound)


@pytest.mark.parametrize("edit", ["schema", "extra", "type", "added", "account"])
def test_tables_edited_by_hand_are_made_again(tmp_path: Path, edit: str) -> None:
    office = Office(tmp_path)
    office.defaults()
    (office.folder / "region.toml").write_text(office.region, encoding="utf-8")
    folders = {"raw": office.root / "raw", "processed": office.root / "processed"}
    before = open_region("contoh", **folders)
    path = office.processed / "assessments.parquet"
    frame = pd.read_parquet(path)
    edited = {
        "schema": frame.drop(columns="score"),
        "extra": pd.concat([frame, frame.tail(1)]),
        "type": frame.assign(score="a"),
    }
    if edit in edited:
        edited[edit].to_parquet(path, index=False)
    elif edit == "added":
        frame.to_parquet(office.processed / "reactions.parquet", index=False)
    else:
        (office.processed / "intake.json").write_text("{}")
    after = open_region("contoh", **folders)
    assert list(after) == list(before)
    assert all(after[name].equals(before[name]) for name in before)


def test_the_defaults_come_in_whole() -> None:
    """Or the tests above would show nothing."""
    taken_in(copies(), as_workbooks=True)
    assert len(COURSES) + len(ENROLMENTS) == 15
