"""What an office sees of a row about which it decides: its cells under the office's own headings."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any, Final

from asn_research.contract.column import Column, Label, Table
from asn_research.contract.vocabulary import read_vocabulary
from asn_research.ingest.files.cell import cell_address
from asn_research.ingest.records.ledger import Ledger
from asn_research.ingest.records.record import Issue, Segment
from asn_research.ingest.values.reading import clean, is_blank
from asn_research.ingest.values.term import find_nearest_term
from asn_research.language import phrase

_TRUE: Final = Label("Ya", "Yes")
_FALSE: Final = Label("Tidak", "No")
_LONGEST: Final = 80
_TERMS: Final = 8


def show_value(value: Any) -> str:
    """A raw cell as text."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return clean(str(value)) if value is not None else ""


class Excerpts:
    """Raw rows in words: their cells in the order of the sheet, each under its heading."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._faults: dict[tuple[int, str], Any] = {
            (issue.row, issue.cell): issue.value
            for segment in ledger.segments
            for issue in segment.issues
            if issue.cell
        }
        self._columns: dict[int, dict[int, tuple[str, Any]]] = {}

    def show(self, row: int) -> str:
        """One row; cells that could not be read as they stand, empty ones left out."""
        segment = self._ledger.segment(row)
        said = [
            f"{clean(segment.headings.get(index, ''))}: {text[:_LONGEST]}"
            for index, text in sorted(self._read(segment, row))
            if text
        ]
        return "; ".join(dict.fromkeys(said))

    def _read(self, segment: Segment, row: int) -> Iterator[tuple[int, str]]:
        position = row - segment.offset
        number = int(segment.source_rows[position]) - 1
        if segment.offset not in self._columns:
            self._columns[segment.offset] = _list_columns(segment)
        for index, (name, values) in self._columns[segment.offset].items():
            terms = segment.table[name].terms if name in segment.table.names else None
            fault = self._faults.get((row, cell_address(number, index)))
            yield index, _show(values[position], terms) if fault is None else show_value(fault)


def _list_columns(segment: Segment) -> dict[int, tuple[str, Any]]:
    """The columns that were read and those of names, by their place in the sheet."""
    columns: dict[int, tuple[str, Any]] = {index: ("", names) for index, names in segment.people.items()}
    for name, index in segment.positions.items():
        if name in segment.frame:
            columns[index] = name, segment.frame[name].to_numpy()
    for index, (_, read) in zip(segment.wide_columns, segment.wide, strict=True):
        columns[index] = "", read.values
    return columns


def _show(value: Any, terms: str | None) -> str:
    """A value that was read, as an office writes it."""
    if value is None or value != value or is_blank(value):
        return ""
    if terms:
        vocabulary = read_vocabulary(terms)
        return vocabulary.label(value, "id") if value in vocabulary.codes else show_value(value)
    if isinstance(value, bool):
        return (_TRUE if value else _FALSE).id
    if isinstance(value, (datetime.date, datetime.datetime)):
        return f"{value:%d/%m/%Y}"
    return show_value(value).replace(".", ",") if isinstance(value, float) else show_value(value)


def explain(issue: Issue, table: Table, language: Any) -> str:
    """Why a row waits, with the limits of its column or the terms that may be meant."""
    text = phrase(f"intake.reason_{issue.reason}", language)
    column = table[issue.column] if issue.column in table.names else None
    if column is None:
        return text
    if issue.reason == "out_of_range" and column.limits:
        return f"{text} {phrase('intake.hint_limits', language, limits=column.limits)}"
    if issue.reason == "unknown_term" and column.terms:
        near = find_nearest_term(column.terms, issue.value)
        key = "hint_nearest" if near else "hint_terms"
        labels = list_terms(column, language, near=near)
        shown = ", ".join(labels[:_TERMS]) + (" …" if len(labels) > _TERMS else "")
        return f"{text} {phrase(f'intake.{key}', language, terms=shown)}"
    return text


def list_terms(column: Column, language: Any, *, near: str = "") -> list[str]:
    """The words of a column's list, or the one that comes nearest."""
    if not column.terms:
        return []
    vocabulary = read_vocabulary(column.terms)
    return [vocabulary.label(code, language) for code in ([near] if near else vocabulary.codes)]
