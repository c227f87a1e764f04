"""The workbook in which an office sees, and decides about, its rows that were set aside."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import xlsxwriter

from asn_research.contract.column import TABLES, Kind, Table
from asn_research.ingest.correction import CHOICES, ENTERED, GUIDE, KEPT, Entry
from asn_research.ingest.ledger import Ledger, Status
from asn_research.ingest.reading import clean
from asn_research.ingest.record import Issue
from asn_research.ingest.revision import REPEAT, Line
from asn_research.ingest.term import find_nearest_term
from asn_research.language import phrase

_COLUMNS: Final = (
    "row", "file", "sheet", "table", "cell", "column", "reason", "explanation", "value", "difference",
    "group", "period", "code", *ENTERED,
)  # fmt: skip
_REPEATED: Final = (
    "row", "file", "sheet", "table", "cell", "first_file", "first_sheet", "first_row", "period", "code",
    *ENTERED,
)  # fmt: skip
_WIDTHS: Final = {
    "row": 7, "sheet": 18, "table": 14, "cell": 8, "column": 18, "reason": 22, "explanation": 60,
    "group": 10, "first_row": 10, "period": 9, "code": 18, "tanggal": 13, "keputusan": 19, "nilai_baru": 20,
    "petugas": 18, "first_sheet": 18, "kind": 40,
}  # fmt: skip
_WIDTH: Final = 26
_DANGEROUS: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n", "|", "%")
MASK: Final = "•••"
_HARMLESS: Final = re.compile(r"^(?:#[A-Z0-9/]+[!?]?|=\?|(?:Rp\.? ?)?[\d\s.,:/%+\-–−]+)$")
_LONG: Final = 9
_MAXIMUM_TEXT: Final = 32_000
_GUIDE_LINES: Final = 9
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
    return MASK


def name_nearest(issue: Issue, table: Table) -> str:
    """The code of the term that comes nearest to a word which is none; empty where none is near."""
    if issue.reason != "unknown_term" or issue.column not in table.names:
        return ""
    return find_nearest_term(table[issue.column].terms, issue.value)


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


def write_workbook(
    path: Path,
    ledger: Ledger,
    lines: Sequence[Line],
    *,
    period: str,
    file: str,
    typed: Mapping[str, Entry],
) -> None:
    """Write the quarantine workbook: how to fill it, rows to decide about, repeated rows, repairs made.

    Parameters
    ----------
    path
        The workbook.
    ledger, lines
        The rows, and what there is to decide about them.
    period, file
        The period, and the name of the file that the filled workbook is saved as.
    typed
        By code, what was typed into the workbook that this one replaces and saved nowhere else; it is kept.
    """
    workbook = xlsxwriter.Workbook(
        str(path), {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    workbook.set_properties({"created": _EPOCH})
    pages = _Pages(workbook, period)
    pages.write_guide(file)
    left = dict(typed)
    grouped = sorted((line for line in lines if line.issue.reason != REPEAT), key=_order)
    numbers = {
        group: number
        for number, group in enumerate(
            dict.fromkeys(line.issue.group for line in grouped if line.issue.group >= 0), start=1
        )
    }
    rows = [
        [*_quarantine_row(line.issue, ledger, numbers), period, line.code, *_entered(line, left)]
        for line in grouped
    ]
    pages.write("karantina", _COLUMNS, rows)
    repeats = [
        [*_repeat_row(line.issue, ledger), period, line.code, *_entered(line, left)]
        for line in lines
        if line.issue.reason == REPEAT
    ]
    pages.write("duplikat", _REPEATED, repeats)
    pages.write("perbaikan", ("row", "file", "sheet", "table", "kind"), _repair_rows(ledger))
    if left:
        columns = ("period", "file", "sheet", "row", "cell", "code", *ENTERED)
        pages.write(KEPT, columns, [[e.period, *e.named, e.code, *e.typed] for e in left.values()])
    workbook.close()


def _order(line: Line) -> tuple[int, int]:
    """Rows that contradict each other one below the other, where the first of them stands."""
    issue = line.issue
    return (issue.group if issue.group >= 0 else issue.row), issue.row


def _entered(line: Line, left: dict[str, Entry]) -> list[Any]:
    """The cells that the office fills: as decided, as typed and not saved elsewhere, or empty."""
    typed = left.pop(line.code, None)
    if typed is not None:
        return list(typed.typed)
    return list(line.correction.entry.typed) if line.correction is not None else [""] * len(ENTERED)


@dataclass(frozen=True, slots=True)
class _Pages:
    """The sheets of the workbook while it is written."""

    workbook: Any
    period: str

    def write_guide(self, file: str) -> None:
        """How to fill the workbook, where to save it, and the cell for the number of decisions."""
        sheet = self.workbook.add_worksheet(GUIDE)
        title = self.workbook.add_format({"bold": True, "font_size": 14})
        wrapped = self.workbook.add_format({"text_wrap": True, "valign": "top"})
        entry = self.workbook.add_format({"bg_color": "#FFF8E1", "border": 1})
        sheet.set_column(0, 0, 100, wrapped)
        sheet.set_column(1, 1, 14)
        sheet.write_string(0, 0, phrase("intake.guide_title", "id"), title)
        for number in range(1, _GUIDE_LINES + 1):
            text = phrase(f"intake.guide_{number}", "id", file=file, period=self.period)
            sheet.write_string(number, 0, neutralise(text), wrapped)
        sheet.write_string(_GUIDE_LINES + 2, 0, phrase("intake.guide_count", "id"))
        sheet.write_blank(_GUIDE_LINES + 2, 1, None, entry)

    def write(self, name: str, columns: Sequence[str], rows: list[list[Any]]) -> None:
        """A sheet of rows under their headings; cells to fill are yellow and offer the decisions."""
        sheet = self.workbook.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        bold = self.workbook.add_format(
            {"bold": True, "bg_color": "#E7ECEF", "text_wrap": True, "valign": "top"}
        )
        entry = self.workbook.add_format({"bg_color": "#FFF8E1"})
        for index, column in enumerate(columns):
            sheet.set_column(index, index, _WIDTHS.get(column, _WIDTH))
            sheet.write_string(0, index, phrase(f"intake.column_{column}", "id"), bold)
        for number, row in enumerate(rows, start=1):
            for index, value in enumerate(row):
                _write_cell(sheet, number, index, value, entry if columns[index] in ENTERED else None)
        if rows:
            sheet.autofilter(0, 0, len(rows), len(columns) - 1)
        if "keputusan" in columns and name != KEPT:
            index, last = columns.index("keputusan"), max(len(rows), 1)
            sheet.data_validation(1, index, last, index, _offer(list(CHOICES)))


def _offer(words: list[str]) -> dict[str, Any]:
    """A drop-down list that warns of other words, and lets those through that are known in English."""
    return {
        "validate": "list", "source": words, "error_type": "warning",
        "input_title": phrase("intake.column_keputusan", "id"),
        "input_message": phrase("intake.guide_prompt", "id"),
    }  # fmt: skip


def _write_cell(sheet: Any, row: int, column: int, value: Any, form: Any) -> None:
    if isinstance(value, (datetime.date, datetime.time)):
        value = value.isoformat()[:10]
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value, form)
    elif isinstance(value, (int, float)) and math.isfinite(value):
        sheet.write_number(row, column, value, form)
    elif value in ("", None):
        if form is not None:
            sheet.write_blank(row, column, None, form)
    else:
        sheet.write_string(row, column, neutralise(str(value))[:_MAXIMUM_TEXT], form)


def _quarantine_row(issue: Issue, ledger: Ledger, numbers: Mapping[int, int]) -> list[Any]:
    file, sheet, row = ledger.place(issue.row)
    table = ledger.segment(issue.row).table
    label = table[issue.column].label.id if issue.column in table.names else ""
    return [
        row, file, sheet, table.label.id, issue.cell, label, issue.reason,
        phrase(f"intake.reason_{issue.reason}", "id"), show_value(issue.value), issue.difference,
        numbers.get(issue.group, ""),
    ]  # fmt: skip


def _repeat_row(issue: Issue, ledger: Ledger) -> list[Any]:
    file, sheet, row = ledger.place(issue.row)
    first_file, first_sheet, first_row = ledger.place(ledger.repeats.get(issue.row, issue.row))
    label = ledger.segment(issue.row).table.label.id
    return [row, file, sheet, label, issue.cell, first_file, first_sheet, first_row]


def _repair_rows(ledger: Ledger) -> list[list[Any]]:
    status = ledger.statuses()
    rows = []
    for row, kind in sorted(set(ledger.repairs)):
        if status[row] == Status.CORRECTED:
            file, sheet, number = ledger.place(row)
            label = ledger.segment(row).table.label.id
            rows.append([number, file, sheet, label, phrase(f"intake.repair_{kind}", "id")])
    return rows
