"""The workbook in which an office sees, and decides about, its rows that were set aside."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import xlsxwriter

from asn_research.contract.column import TABLES, Kind, Table
from asn_research.ingest.decisions.correction import CHOICES, ENTERED, KEPT, Entry
from asn_research.ingest.decisions.excerpt import Excerpts, explain, list_terms, show_value
from asn_research.ingest.decisions.page import write_guide, write_sheet
from asn_research.ingest.decisions.revision import REPEAT, Line, list_possible
from asn_research.ingest.records.ledger import Ledger, Status
from asn_research.ingest.records.record import Issue
from asn_research.ingest.values.term import find_nearest_term
from asn_research.language import phrase

_COLUMNS: Final = (
    "file", "sheet", "row", "cell", "column", "value", "explanation", "difference", "group", "content",
    *ENTERED, "explanation_en", "table", "reason", "period", "code",
)  # fmt: skip
_REPEATED: Final = (
    "file", "sheet", "row", "cell", "first_file", "first_sheet", "first_row", "content", *ENTERED, "table",
    "period", "code",
)  # fmt: skip
_REPAIRED: Final = ("file", "sheet", "row", "table", "kind")
_KEPT: Final = ("file", "sheet", "row", "cell", *ENTERED, "period", "code")
MASK: Final = "•••"
_HARMLESS: Final = re.compile(r"^(?:#[A-Z0-9/]+[!?]?|=\?|(?:Rp\.? ?)?[\d\s.,:/%+\-–−]+)$")
_LONG: Final = 9
_OPTIONS: Final = {
    **dict.fromkeys(("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False),
    "in_memory": True,  # else its parts are written to temporary files, and left there where a disk is full
}
_EPOCH: Final = datetime.datetime(2000, 1, 1)


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
    region: str,
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
    region, period, file
        The folders of region and period, and the name of the file that the filled workbook is saved as.
    typed
        By code, what was typed into the workbook that this one replaces and saved nowhere else; it is kept.
    """
    workbook = xlsxwriter.Workbook(str(path), _OPTIONS)
    workbook.set_properties({"created": _EPOCH})
    write_guide(workbook, region=region, period=period, file=file)
    left = dict(typed)
    waiting = sorted((line for line in lines if line.issue.reason != REPEAT), key=partial(_order, ledger))
    groups = dict.fromkeys(line.issue.group for line in waiting if line.issue.group >= 0)
    numbers = {group: number for number, group in enumerate(groups, start=1)}
    excerpts = Excerpts(ledger)
    rows = [_describe(line, ledger, left, period, excerpts) for line in waiting]
    for row, line in zip(rows, waiting, strict=True):
        row["group"] = numbers.get(line.issue.group, "")
    write_sheet(workbook, "karantina", _COLUMNS, rows, offers=[_offer(line, ledger) for line in waiting])
    repeats = [line for line in lines if line.issue.reason == REPEAT]
    rows = [_describe(line, ledger, left, period, excerpts) for line in repeats]
    write_sheet(workbook, "duplikat", _REPEATED, rows, offers=[_offer(line, ledger) for line in repeats])
    write_sheet(workbook, "perbaikan", _REPAIRED, _list_repairs(ledger))
    if left:
        write_sheet(workbook, KEPT, _KEPT, [_show_entry(entry) for entry in left.values()])
    workbook.close()


def _order(ledger: Ledger, line: Line) -> tuple[Any, ...]:
    """Rows with the same fault one below the other, to be decided in one go; so are those of a group."""
    issue, table = line.issue, ledger.segment(line.issue.row).table
    known = table.names.index(issue.column) if issue.column in table.names else -1
    group = issue.group if issue.group >= 0 else issue.row
    return (
        list(TABLES).index(table.name), known, issue.column, issue.reason, show_value(issue.value), group,
        issue.row,
    )  # fmt: skip


def _describe(
    line: Line, ledger: Ledger, left: dict[str, Entry], period: str, excerpts: Excerpts
) -> dict[str, Any]:
    """Everything that the workbook says about a row, by column."""
    issue, table = line.issue, ledger.segment(line.issue.row).table
    file, sheet, row = ledger.place(issue.row)
    first = ledger.place(ledger.repeats.get(issue.row, issue.row))
    return {
        "file": file, "sheet": sheet, "row": row, "cell": issue.cell, "table": table.label.id,
        "column": table[issue.column].label.id if issue.column in table.names else "",
        "value": show_value(issue.value), "reason": issue.reason, "difference": issue.difference,
        "explanation": explain(issue, table, "id"), "explanation_en": explain(issue, table, "en"),
        "content": excerpts.show(issue.row), "period": period, "code": f"{line.code}-{line.check}",
        **dict(zip(("first_file", "first_sheet", "first_row"), first, strict=True)),
        **dict(zip(ENTERED, _entered(line, left), strict=True)),
    }  # fmt: skip


def _entered(line: Line, left: dict[str, Entry]) -> Sequence[Any]:
    """The cells that the office fills: as decided, as typed and not saved elsewhere, or empty."""
    typed = left.pop(line.code, None)
    if typed is not None:
        return typed.typed
    return line.correction.entry.typed if line.correction is not None else [""] * len(ENTERED)


def _offer(line: Line, ledger: Ledger) -> dict[str, tuple[str, ...]]:
    """What the drop-down lists of a row offer: decisions that are possible, and terms for a new value."""
    table, issue = ledger.segment(line.issue.row).table, line.issue
    possible = list_possible(line, ledger)
    offered = {"keputusan": tuple(word for word, decision in CHOICES.items() if decision in possible)}
    if issue.reason == "unknown_term" and issue.column in table.names:
        offered["nilai_baru"] = tuple(list_terms(table[issue.column], "id"))
    return offered


def _show_entry(entry: Entry) -> dict[str, Any]:
    named = dict(zip(("file", "sheet", "row", "cell"), entry.named, strict=True))
    return {
        **named,
        "period": entry.period,
        "code": entry.label,
        **dict(zip(ENTERED, entry.typed, strict=True)),
    }


def _list_repairs(ledger: Ledger) -> list[dict[str, Any]]:
    status = ledger.statuses()
    rows = []
    for row, kind in sorted(set(ledger.repairs)):
        if status[row] == Status.CORRECTED:
            file, sheet, number = ledger.place(row)
            label = ledger.segment(row).table.label.id
            done = phrase(f"intake.repair_{kind}", "id")
            rows.append({"file": file, "sheet": sheet, "row": number, "table": label, "kind": done})
    return rows
