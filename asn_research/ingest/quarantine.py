"""The workbook in which an office sees, and decides about, its rows that were set aside."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import xlsxwriter

from asn_research.contract.column import TABLES, Kind
from asn_research.ingest.ledger import Ledger, Status
from asn_research.ingest.reading import clean
from asn_research.ingest.record import Issue
from asn_research.language import phrase

DECISIONS: Final = ("perbaiki", "buang", "id baru", "benar apa adanya")
_COLUMNS: Final = (
    "row", "file", "sheet", "table", "cell", "column", "reason", "explanation", "value", "difference",
    "keputusan", "nilai_baru", "alasan", "petugas",
)  # fmt: skip
_WIDTHS: Final = (7, 26, 18, 14, 8, 18, 22, 60, 26, 26, 16, 20, 26, 18)
_ENTERED: Final = 4
_DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
_MASK: Final = "•••"
_HARMLESS: Final = re.compile(r"^(?:#[A-Z0-9/]+[!?]?|=\?|(?:Rp\.? ?)?[\d\s.,:/%+\-–−]+)$")
_LONG: Final = 9
_MAXIMUM_TEXT: Final = 32_000
_EPOCH: Final = datetime.datetime(2000, 1, 1)


def neutralise(text: str) -> str:
    """Text that no spreadsheet takes for a formula.

    >>> neutralise("=HYPERLINK(1)")
    "'=HYPERLINK(1)"
    """
    return f"'{text}" if text.startswith(_DANGEROUS) else text


def mask_value(issue: Issue, table: str) -> str:
    """The raw value of an issue as it may stand outside the workbook: numbers, dates and error codes only.

    Words are masked whatever the column, since people write names in every column; so are long numbers.
    """
    kind = TABLES[table][issue.column].kind if issue.column in TABLES[table].names else Kind.TEXT
    text = show_value(issue.value)
    identifying = kind in {Kind.PERSON, Kind.REMARK, Kind.CODE, Kind.TEXT} or issue.reason.startswith("nip")
    digits = sum(character.isdigit() for character in text)
    if not text or (_HARMLESS.match(text) and digits < _LONG and not identifying):
        return text
    return _MASK


def show_value(value: Any) -> str:
    """A raw cell as text."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return clean(str(value)) if value is not None else ""


def order_issues(ledger: Ledger) -> list[Issue]:
    """All issues in the order of files, sheets, rows and cells, each once."""
    return sorted(
        dict.fromkeys(ledger.issues), key=lambda issue: (issue.row, issue.cell, issue.column, issue.reason)
    )


def write_workbook(path: Path, ledger: Ledger) -> None:
    """Write the quarantine workbook: rows to decide about, repeated rows, and repairs that were made."""
    workbook = xlsxwriter.Workbook(
        str(path), {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    workbook.set_properties({"created": _EPOCH})
    bold = workbook.add_format({"bold": True, "bg_color": "#E7ECEF", "text_wrap": True, "valign": "top"})
    entry = workbook.add_format({"bg_color": "#FFF8E1"})
    rows = [_quarantine_row(issue, ledger) for issue in order_issues(ledger)]
    sheet = _write_sheet(workbook, "karantina", _COLUMNS, _WIDTHS, rows, bold)
    last = max(len(rows), 1)
    for column in range(len(_COLUMNS) - _ENTERED, len(_COLUMNS)):
        for row in range(1, last + 1):
            sheet.write_blank(row, column, None, entry)
    decision = len(_COLUMNS) - _ENTERED
    sheet.data_validation(1, decision, last, decision, {"validate": "list", "source": list(DECISIONS)})
    _write_sheet(
        workbook, "duplikat", ("row", "file", "sheet", "table", "first_file", "first_sheet", "first_row"),
        (7, 26, 18, 14, 26, 18, 10), _repeat_rows(ledger), bold,
    )  # fmt: skip
    _write_sheet(
        workbook, "perbaikan", ("row", "file", "sheet", "table", "kind"), (7, 26, 18, 14, 40),
        _repair_rows(ledger), bold,
    )  # fmt: skip
    workbook.close()


def _write_sheet(
    workbook: Any, name: str, columns: Sequence[str], widths: Sequence[int], rows: list[list[Any]], bold: Any
) -> Any:
    sheet = workbook.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    for index, (column, width) in enumerate(zip(columns, widths, strict=True)):
        sheet.set_column(index, index, width)
        sheet.write_string(0, index, phrase(f"intake.column_{column}", "id"), bold)
    for number, row in enumerate(rows, start=1):
        for index, value in enumerate(row):
            if isinstance(value, int):
                sheet.write_number(number, index, value)
            else:
                sheet.write_string(number, index, neutralise(value)[:_MAXIMUM_TEXT])
    if rows:
        sheet.autofilter(0, 0, len(rows), len(columns) - 1)
    return sheet


def _quarantine_row(issue: Issue, ledger: Ledger) -> list[Any]:
    file, sheet, row = ledger.place(issue.row)
    table = ledger.segment(issue.row).table
    label = table[issue.column].label.id if issue.column in table.names else ""
    return [
        row, file, sheet, table.label.id, issue.cell, label, issue.reason,
        phrase(f"intake.reason_{issue.reason}", "id"), show_value(issue.value), issue.difference,
    ]  # fmt: skip


def _repeat_rows(ledger: Ledger) -> list[list[Any]]:
    rows = []
    status = ledger.statuses()
    for row, first in sorted(ledger.repeats.items()):
        if status[row] == Status.DUPLICATE:
            file, sheet, number = ledger.place(row)
            first_file, first_sheet, first_number = ledger.place(first)
            label = ledger.segment(row).table.label.id
            rows.append([number, file, sheet, label, first_file, first_sheet, first_number])
    return rows


def _repair_rows(ledger: Ledger) -> list[list[Any]]:
    status = ledger.statuses()
    rows = []
    for row, kind in sorted(set(ledger.repairs)):
        if status[row] == Status.CORRECTED:
            file, sheet, number = ledger.place(row)
            label = ledger.segment(row).table.label.id
            rows.append([number, file, sheet, label, phrase(f"intake.repair_{kind}", "id")])
    return rows
