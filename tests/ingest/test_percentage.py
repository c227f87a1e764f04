"""Percentages in workbooks whose reader drops the sign: shares come in, scores that may be 85% do not."""

from __future__ import annotations

import io
from typing import Any

import pytest

from asn_research.ingest.files.cell import find_special_cells

from .hostile import binary_workbook, open_cell, open_document
from .office import ASSESSMENTS, ENROLMENTS, PEOPLE, Office, Rows

PERCENT = "0.0%"
OLD_ERRORS = {"#N/A": 42, "#DIV/0!": 7}
Cell = tuple[Any, str]
SHOWN: list[Cell] = [
    (85, "0"), (0.9, PERCENT), (1, PERCENT), (0.725, PERCENT), (0, PERCENT), (64.5, "0.0"), (7, "0"),
    ("50,5", "@"), ("90%", "@"), (1.2, PERCENT),
]  # fmt: skip
READ = {2: 85, 6: 0, 7: 64.5, 8: 7, 9: 50.5, 10: 90}
IN_DOUBT = {3, 4, 5, 11}


def scores(shown: list[Cell]) -> list[list[Any]]:
    return [list(ASSESSMENTS[0]), *[[*row[:-1], c] for row, c in zip(ASSESSMENTS[1:], shown, strict=True)]]


def old_workbook(rows: Rows) -> bytes:
    """An .xls file; a pair is a value and the format it is shown in."""
    xlwt = pytest.importorskip("xlwt", reason="writes .xls files")
    book = xlwt.Workbook()
    sheet = book.add_sheet("Nilai")
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            value, shown = cell if isinstance(cell, tuple) else (cell, "General")
            if value in OLD_ERRORS:
                sheet.row(number).set_cell_error(column, OLD_ERRORS[value])
                continue
            sheet.write(number, column, value, xlwt.easyxf(num_format_str=shown))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def binary(rows: Rows) -> bytes:
    """An .xlsb file of the same; its reader looks at no formats, so that it needs none."""
    return binary_workbook([[c[0] if isinstance(c, tuple) else c for c in row] for row in rows])


def free_workbook(rows: Rows) -> bytes:
    """An .ods file of the same."""
    end = "</table:table-row><table:table-row>"
    return open_document(end.join("".join(map(_free_cell, row)) for row in rows))


def _free_cell(cell: Any) -> str:
    value, shown = cell if isinstance(cell, tuple) else (cell, "")
    if isinstance(value, str):
        return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'
    return open_cell(str(value), "percentage" if shown == PERCENT else "float")


KINDS = pytest.mark.parametrize(
    ("name", "write"), [("n.xls", old_workbook), ("n.xlsb", binary), ("n.ods", free_workbook)]
)


@KINDS
def test_scores_that_may_be_percentages_wait_and_all_others_come_in(
    office: Office, name: str, write: Any
) -> None:
    office.defaults(without=["assessments"])
    office.write(name, write(scores(SHOWN)))
    office.take_in()
    assert {row: reason for (_, row), reason in office.reasons().items()} == dict.fromkeys(
        sorted(IN_DOUBT), "percent_unclear"
    )
    table = office.table("assessments")
    assert dict(zip(table["source_row"], table["score"], strict=True)) == READ
    assert office.account["problems"] == []


@KINDS
def test_wide_scores_are_doubted_column_by_column(office: Office, name: str, write: Any) -> None:
    head = ["NIP", "Kode Pelatihan", "Kompetensi", "Sumber Nilai", "Nilai Awal", "Nilai Akhir"]
    rows = [[nip, "C1", "Keterampilan teknis", "Tes", 60, 80] for nip in PEOPLE]
    rows[3][5] = (0.85, PERCENT)
    rows[4][5] = (1, PERCENT)
    office.defaults(without=["assessments"])
    office.write(name, write([head, *rows]))
    office.take_in()
    assert {row: reason for (_, row), reason in office.reasons().items()} == dict.fromkeys(
        (5, 6), "percent_unclear"
    )
    assert set(office.table("assessments")["score"]) == {60, 80}


@KINDS
def test_shares_stay_and_counts_in_percent_wait(office: Office, name: str, write: Any) -> None:
    held = [*ENROLMENTS[0][:2], "Jumlah Sesi", "Sesi Dihadiri"]
    rows = [[nip, "C1", 10, 8] for nip in PEOPLE]
    rows[1][3], rows[2][3] = (0.8, PERCENT), (1, PERCENT)
    office.defaults(without=["enrolments"])
    office.write(name, write([held, *rows]))
    works = [
        ["Kode Proyek", "OPD", "Rencana Mulai", "Rencana Selesai", "Rencana Biaya", "Progres Fisik"],
        *[[f"P-{n}", "Dinas", "2025-03-01", "2025-09-30", 5000000, (n / 10, PERCENT)] for n in range(11)],
    ]
    office.write(f"p{name}", write(works))
    office.take_in()
    assert {row: reason for (_, row), reason in office.reasons().items()} == dict.fromkeys(
        (3, 4), "percent_unclear"
    )
    projects = office.table("projects")
    assert projects["physical_progress_share"].tolist() == [n / 10 for n in range(11)]


@pytest.mark.parametrize(("name", "write"), [("n.xls", old_workbook), ("n.xlsb", binary)])
def test_error_cells_of_binary_workbooks_are_not_empty_cells(office: Office, name: str, write: Any) -> None:
    office.defaults(without=["assessments"])
    rows = scores([("#N/A", "0"), (85, "0"), ("#DIV/0!", "0"), *[(60, "0")] * 7])
    office.write(name, write(rows))
    office.take_in()
    assert office.reasons() == {(name, 2): "spreadsheet_error", (name, 4): "spreadsheet_error"}
    assert office.table("assessments")["source_row"].tolist() == [3, *range(5, 12)]


def test_a_score_below_one_waits_also_where_percent_signs_are_read(office: Office) -> None:
    office.defaults(without=["assessments"])
    rows = scores([(85, ""), (0.5, ""), (1, ""), (0, ""), *[(60, "")] * 6])
    plain = [[cell[0] if isinstance(cell, tuple) else cell for cell in row] for row in rows]
    office.workbook("n.xlsx", {"Nilai": plain})
    office.write("a.ods", open_document(open_cell("1")))
    office.take_in()
    assert office.reasons() == {("n.xlsx", 3): "fraction"}
    assert office.table("assessments")["score"].tolist()[:3] == [85, 1, 0]


def test_an_error_cell_that_holds_nothing_makes_no_rows() -> None:
    sheet = b'<row><c r="A1" t="e"><v>#N/A</v></c><c r="B999999999" t="e"/></row>'
    assert find_special_cells(sheet, percent=frozenset()) == {(0, 0): "#N/A"}
