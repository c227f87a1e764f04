"""Hostile files: each gives one problem that names it, the rest comes in, and no row is lost."""

from __future__ import annotations

import io
import os
import socket
import sys
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from asn_research.ingest.files import limit
from asn_research.ingest.files.source import read_file, show_name
from asn_research.ingest.files.trial import Ending, try_reading
from asn_research.language.catalogue import has_phrase

from .hostile import (
    FILES,
    HEAD,
    SHEET,
    cell,
    changed,
    open_cell,
    open_document,
    plain,
    sheet,
    without_request,
)
from .office import PEOPLE, Office

posix = pytest.mark.skipif(os.name != "posix", reason="such entries exist on POSIX systems only")


def problems(path: Path) -> list[tuple[str, str | None]]:
    return [(problem.code, problem.place.file) for problem in read_file(path, folder=path.parent).problems]


def read(tmp_path: Path, content: bytes, name: str = "nilai.xlsx") -> list[list[object]]:
    path = tmp_path / name
    path.write_bytes(content)
    raw = read_file(path, folder=tmp_path)
    assert raw.problems == []
    return raw.grids[0].rows


@pytest.mark.parametrize("name", FILES)
def test_each_gives_one_problem_that_names_it_and_says_what_to_do(tmp_path: Path, name: str) -> None:
    content, code = FILES[name]
    path = tmp_path / name
    path.write_bytes(content)
    raw = read_file(path, folder=tmp_path)
    assert [(problem.code, problem.place.file) for problem in raw.problems] == [(code, name)]
    assert raw.grids == []
    assert raw.problems[0].remedy
    assert has_phrase(f"intake.problem_{code}")


def test_the_rest_goes_on_and_every_row_is_accounted_for(office: Office) -> None:
    office.defaults()
    chosen = [name for name in FILES if name not in {"bom.xlsx", "panjang.csv", "ulang.xlsx"}]
    for name in chosen:
        office.write(name, FILES[name][0])
    account = office.take_in()
    assert {(p["file"], p["code"]) for p in account["problems"]} == {(n, FILES[n][1]) for n in chosen}
    totals = account["totals"]
    assert totals["rows"] == totals["accepted"] == 10 + 3 + 10 + 10
    assert len(office.table("participants", all_files=True)) == len(PEOPLE)


def test_one_bad_sheet_does_not_take_the_others_with_it(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["a"])
    book.create_sheet("Kedua").append(["b"])
    out = io.BytesIO()
    book.save(out)
    path = tmp_path / "dua.xlsx"
    path.write_bytes(changed({SHEET: HEAD + b"<sheetData><row>"}, out.getvalue()))
    raw = read_file(path, folder=tmp_path)
    assert [grid.sheet for grid in raw.grids] == ["Kedua"]
    assert [(p.code, p.place.sheet) for p in raw.problems] == [("sheet_damaged", "Sheet")]


def test_formatted_but_empty_rows_and_columns_are_no_obstacle(tmp_path: Path) -> None:
    blank = b"".join(
        b'<row r="%d"><c r="A%d" s="1"/><c r="XFD%d" s="1"/></row>' % (n, n, n) for n in range(2, 3000)
    )
    far = b'<row r="1048576"><c r="XFD1048576" s="1"/></row>'
    assert read(tmp_path, sheet(b'<row r="1">' + cell("A1", "7") + b"</row>" + blank + far)) == [[7.0]]
    assert read(tmp_path, b"a;b" + b";" * 16_000 + b"\n1;2" + b";" * 16_000 + b"\n", "a.csv")[1][:2] == [
        "1",
        "2",
    ]


@pytest.mark.parametrize("reference", ["A1:XFD1048576", "C3:A1", "A1"])
def test_a_sheet_that_lies_about_its_extent_is_read_as_it_is(tmp_path: Path, reference: str) -> None:
    stated = f'<dimension ref="{reference}"/>'.encode()
    content = HEAD + stated + b'<sheetData><row r="2">' + cell("B2", "7") + b"</row></sheetData></worksheet>"
    assert read(tmp_path, changed({SHEET: content})) == [["", ""], ["", 7.0]]


def test_prefixed_names_are_read_like_others(tmp_path: Path) -> None:
    """Some libraries write x:c for every cell; errors and percentages must not be overlooked there."""
    content = (
        b'<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:sheetData>'
        b'<x:row r="1"><x:c r="A1"><x:v>4</x:v></x:c><x:c r="B1" t="e"><x:v>#REF!</x:v></x:c>'
        b'<x:c r="C1"><x:f>A1</x:f></x:c></x:row></x:sheetData></x:worksheet>'
    )
    assert read(tmp_path, changed({SHEET: content})) == [[4.0, "#REF!", "=?"]]


def test_results_that_were_never_calculated_do_not_count(tmp_path: Path) -> None:
    """Libraries write 0 as the result of every formula, and ask the next program to calculate."""
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["NIP", "Nilai"])
        page.write_formula(1, 1, "=AVERAGE(C2:D2)")
        page.write_number(1, 2, 80)
    assert read(tmp_path, path.read_bytes())[1] == ["", "=?", 80.0]
    formula = b'<row r="1"><c r="A1"><f>1+1</f><v>2</v></c></row>'
    assert read(tmp_path, sheet(formula)) == [["=?"]]  # openpyxl asks for it as well
    assert read(tmp_path, without_request(sheet(formula))) == [[2.0]]


def test_cells_that_nothing_closes_are_searched_once(tmp_path: Path) -> None:
    """A pattern that looks for an end from each of them would take hours."""
    cells = b'<c r="A1" t="e">' * 200_000
    path = tmp_path / "a.xlsx"
    path.write_bytes(sheet(cells + b"</c>"))
    assert problems(path) == [("sheet_damaged", "a.xlsx")]


@posix
def test_what_is_no_file_or_lies_elsewhere_is_told_of_and_not_opened(office: Office, tmp_path: Path) -> None:
    office.defaults()
    period = office.folder / "2025"
    elsewhere = tmp_path / "rahasia.csv"
    elsewhere.write_text("NIP;Nilai\n1;2\n")
    os.mkfifo(period / "pipa.csv")
    (period / "luar.csv").symlink_to(elsewhere)
    (period / "naik.csv").symlink_to("../../../rahasia.csv")
    (period / "folder").symlink_to(tmp_path, target_is_directory=True)
    (period / "putus.csv").symlink_to(period / "tiada.csv")
    (period / "putar.csv").symlink_to(period / "putar.csv")
    (period / "nol.csv").symlink_to("/dev/zero")
    (period / "map.xlsx").mkdir()
    with socket.socket(socket.AF_UNIX) as listening:
        here = Path.cwd()
        os.chdir(period)  # names of sockets are short
        try:
            listening.bind("soket.csv")
        finally:
            os.chdir(here)
        found = {(p["file"], p["code"]) for p in office.take_in()["problems"]}
    assert found == {
        ("pipa.csv", "file_special"), ("luar.csv", "file_outside"), ("naik.csv", "file_outside"),
        ("folder", "file_outside"), ("putus.csv", "file_special"), ("putar.csv", "file_permission"),
        ("nol.csv", "file_outside"), ("map.xlsx", "file_special"), ("soket.csv", "file_special"),
    }  # fmt: skip
    assert office.account["totals"]["rows"] == 33


@posix
@pytest.mark.skipif(os.name == "posix" and os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_told_of(office: Office) -> None:
    office.defaults()
    closed = office.folder / "2025" / "tertutup.csv"
    closed.write_text("NIP\n")
    closed.chmod(0)
    assert {(p["file"], p["code"]) for p in office.take_in()["problems"]} == {
        ("tertutup.csv", "file_permission")
    }


def test_a_file_that_cannot_be_opened_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "nilai.csv"
    path.write_text("NIP\n")
    opened = Path.open

    def refuse(self: Path, *more: object, **named: object) -> object:
        if self.name == "nilai.csv":
            raise PermissionError(13, "no", str(self))
        return opened(self, *more, **named)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", refuse)
    assert problems(path) == [("file_permission", "nilai.csv")]


NAMES = [
    "baris\nbaru.csv", "kanan\u202exslx.csv", "-rf.csv", "<script>alert(1)</script>.csv", "a" * 251 + ".csv",
    "tanda \"petik' & dan.csv", "$(touch x).csv", "  .csv", "emoji 🙂.csv",
]  # fmt: skip


@posix
def test_strange_names_are_files_like_others(office: Office) -> None:
    office.defaults()
    period = office.folder / "2025"
    raw = [os.fsencode(name) for name in NAMES if "/" not in name] + [b"rusak\xff\xfe.csv"]
    for number, name in enumerate(raw):
        nip = f"1990010120150110{11 + number:02d}"
        text = f"NIP;OPD;Kelompok\n{nip};Dinas;Peserta\n"
        with open(os.path.join(os.fsencode(period), name), "w", encoding="utf-8") as stream:  # noqa: PTH118, PTH123
            stream.write(text)
    account = office.take_in()
    assert account["problems"] == []
    assert account["totals"]["accepted"] == 33 + len(raw)
    shown = set(office.table("participants")["source_file"])
    assert {"baris\\nbaru.csv", "kanan\\u202exslx.csv", "rusak\\udcff\\udcfe.csv"} <= shown
    assert all(name.isprintable() for name in shown)
    assert len(shown) == len(raw)


def test_shown_names_stay_different() -> None:
    names = ["a\nb", "a\\nb", "a\\\nb", "ab"]
    assert len({show_name(name) for name in names}) == len(names)


def test_older_kinds_are_read_on_trial_with_little_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(plain())
    assert try_reading(path) is Ending.WELL
    if sys.platform == "linux":
        path.write_bytes(sheet(b'<row r="1">' + cell("A1") + cell("XFD1048576") + b"</row>"))
        assert try_reading(path) is Ending.EXHAUSTED


def test_the_limits_are_those_the_documents_name() -> None:
    text = (Path(__file__).parents[2] / "docs" / "hostile_input.md").read_text(encoding="utf-8")
    for name, value in vars(limit).items():
        if name.startswith(("MAXIMUM", "TRIAL", "RATIO")):
            counted = name in {"MAXIMUM_CELLS", "MAXIMUM_LINE"} or value < limit.MEGABYTE
            shown = f"{value:,}" if counted else f"{value // limit.MEGABYTE:,} MB"
            assert f"`{name}` | {shown} |" in text, name


def test_open_documents_are_read_unless_their_numbers_could_mean_something_else(tmp_path: Path) -> None:
    path = tmp_path / "nilai.ods"
    assert read(tmp_path, open_document(open_cell("85.5") + open_cell("7")), path.name) == [[85.5, 7.0]]
    path.write_bytes(open_document(open_cell("0", "error")))
    assert problems(path) == [("file_errors", "nilai.ods")]
    path.write_bytes(open_document(open_cell("1", repeated=5_000)))
    assert problems(path) == [("sheet_too_wide", "nilai.ods")]
