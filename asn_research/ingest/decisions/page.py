"""The sheets of the workbook of decisions while they are written: layout, drop-down lists, protection."""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from asn_research.ingest.decisions.correction import ENTERED, GUIDE, KEPT
from asn_research.ingest.files.cell import neutralise
from asn_research.language import LANGUAGES, phrase

MOST_ROWS: Final = 1_000_000
"""Rows of one sheet; a spreadsheet has room for 1,048,576."""
_MAXIMUM_TEXT: Final = 32_000
_MAXIMUM_LIST: Final = 255
"""Letters that a drop-down list without a sheet of its own may have."""
_GUIDE_LINES: Final = 12
_GUIDE_WIDTHS: Final = (76, 76)
_WIDTH: Final = 22
_WIDTHS: Final = {
    "sheet": 12, "row": 7, "cell": 7, "column": 16, "value": 22, "explanation": 40, "difference": 24,
    "group": 10, "content": 60, "first_sheet": 12, "first_row": 10, "kind": 60, "tanggal": 13,
    "keputusan": 19, "alasan": 26, "petugas": 18, "explanation_en": 40, "table": 14, "period": 8, "code": 24,
}  # fmt: skip
_TECHNICAL: Final = frozenset({"explanation_en", "table", "reason", "period", "code"})
_WRAPPED: Final = ("explanation", "difference", "content", "kind")
_TYPED: Final = frozenset({"tanggal", "nilai_baru"})
"""Cells that keep what is typed: a program in American English takes 03/12/2025 for the twelfth of March."""
_LINE: Final = 15
_MOST_LINES: Final = 6
_FROZEN: Final = 4
_ALLOWED: Final = dict.fromkeys(("autofilter", "sort", "format_columns", "format_rows"), True)


def write_guide(workbook: Any, *, region: str, period: str, file: str) -> None:
    """How to fill the workbook and where to save it, whose it is, and a cell for the number of decisions."""
    sheet = workbook.add_worksheet(GUIDE)
    title = workbook.add_format({"bold": True, "font_size": 14})
    texts = [
        workbook.add_format({"text_wrap": True, "valign": "top", "italic": name}) for name in (False, True)
    ]
    entry = workbook.add_format({"bg_color": "#FFF8E1", "border": 1, "align": "left"})
    for column, width in enumerate(_GUIDE_WIDTHS):
        sheet.set_column(column, column, width)
    for column, language in enumerate(LANGUAGES):
        sheet.write_string(0, column, phrase("intake.guide_title", language), title)
    answers = {"guide_region": region, "guide_period": period, "guide_count": ""}
    for number, (key, answer) in enumerate(answers.items(), start=1):
        sheet.write_string(number, 0, _in_both(f"intake.{key}", " · "), texts[0])
        if answer:
            sheet.write_string(number, 1, neutralise(answer))
        else:
            sheet.write_blank(number, 1, None, entry)
    for number in range(1, _GUIDE_LINES + 1):
        row, lines = number + len(answers) + 1, 1
        for column, language in enumerate(LANGUAGES):
            text = phrase(f"intake.guide_{number}", language, file=file, period=period)
            sheet.write_string(row, column, neutralise(text), texts[column])
            lines = max(lines, _count_lines(text, _GUIDE_WIDTHS[column]))
        sheet.set_row(row, _LINE * lines + 3)
    _set_up_printing(sheet)


def write_sheet(
    workbook: Any,
    name: str,
    columns: Sequence[str],
    rows: Sequence[Mapping[str, Any]],
    *,
    offers: Sequence[Mapping[str, tuple[str, ...]]] = (),
) -> None:
    """A sheet of rows under headings in both languages; only the yellow cells can be typed into.

    ``offers`` gives the drop-down lists of each row by column. The protection has no password. Rows that a
    sheet has no room for stand in further ones: "karantina 2", and so on.
    """
    for start in range(0, len(rows) or 1, MOST_ROWS):
        part = slice(start, start + MOST_ROWS)
        label = f"{name} {start // MOST_ROWS + 1}" if start else name
        _write_part(workbook, label, columns, rows[part], offers=offers[part])


def _write_part(
    workbook: Any,
    name: str,
    columns: Sequence[str],
    rows: Sequence[Mapping[str, Any]],
    *,
    offers: Sequence[Mapping[str, tuple[str, ...]]],
) -> None:
    sheet = workbook.add_worksheet(name)
    heading = {"bold": True, "bg_color": "#E7ECEF", "text_wrap": True, "valign": "top", "border": 1}
    heads = {
        True: workbook.add_format({**heading, "bg_color": "#FFE082"}),
        False: workbook.add_format(heading),
    }
    for index, column in enumerate(columns):
        sheet.set_column(index, index, _WIDTHS.get(column, _WIDTH))
        text = _in_both(f"intake.column_{column}", "\n")
        sheet.write_string(0, index, text, heads[column in ENTERED])
    sheet.set_row(0, 3 * _LINE)
    _write_rows(workbook, sheet, columns, rows)
    if rows:
        sheet.autofilter(0, 0, len(rows), len(columns) - 1)
    for column in ENTERED if name != KEPT else ():
        _offer(sheet, column, columns, [offer.get(column, ()) for offer in offers])
    sheet.freeze_panes(1, _FROZEN)
    sheet.protect("", _ALLOWED)
    _set_up_printing(sheet)
    sheet.repeat_rows(0)


def _write_rows(workbook: Any, sheet: Any, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
    forms = {name: workbook.add_format(form) for name, form in _FORMS.items()}
    shapes = {column: _find_form(column) for column in columns}
    for number, row in enumerate(rows, start=1):
        lines = 1
        for index, column in enumerate(columns):
            value = row.get(column, "")
            if value in ("", None) and column not in ENTERED:
                continue
            _write_cell(sheet, number, index, value, forms[shapes[column]])
            if column in _WRAPPED:
                lines = max(lines, _count_lines(str(value), _WIDTHS[column]))
        sheet.set_row(number, _LINE * min(lines, _MOST_LINES))


_YELLOW: Final = {
    "valign": "top", "bg_color": "#FFF8E1", "border": 1, "border_color": "#E0C97F", "locked": False,
}  # fmt: skip
_FORMS: Final[Mapping[str, Mapping[str, Any]]] = {
    "plain": {"valign": "top"},
    "wrapped": {"valign": "top", "text_wrap": True},
    "technical": {"valign": "top", "font_color": "#8A8A8A", "font_size": 9},
    "entry": {**_YELLOW, "text_wrap": True},
    "text": {**_YELLOW, "num_format": "@"},
}


def _find_form(column: str) -> str:
    if column in ENTERED:
        return "text" if column in _TYPED else "entry"
    return "wrapped" if column in _WRAPPED else "technical" if column in _TECHNICAL else "plain"


def _offer(sheet: Any, column: str, columns: Sequence[str], offers: Sequence[tuple[str, ...]]) -> None:
    """Drop-down lists of a column: a warning at other words, since some of those are known in English."""
    index, first = columns.index(column) if column in columns else -1, 1
    for words, rows in groupby(offers):
        last = first + len(list(rows)) - 1
        if words and index >= 0 and _fits(words):
            told = {"input_title": phrase("intake.column_keputusan", "id"),
                    "input_message": phrase("intake.guide_prompt", "id")}  # fmt: skip
            rule = {"validate": "list", "source": list(words), "error_type": "warning"}
            sheet.data_validation(first, index, last, index, rule | (told if column == "keputusan" else {}))
        first = last + 1


def _fits(words: Sequence[str]) -> bool:
    return len(",".join(words)) <= _MAXIMUM_LIST and not any("," in word for word in words)


def _write_cell(sheet: Any, row: int, column: int, value: Any, form: Any) -> None:
    if isinstance(value, (datetime.date, datetime.time)):
        value = value.isoformat()[:10]
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value, form)
    elif isinstance(value, (int, float)) and math.isfinite(value):
        sheet.write_number(row, column, value, form)
    elif value in ("", None):
        sheet.write_blank(row, column, None, form)
    else:
        sheet.write_string(row, column, neutralise(str(value))[:_MAXIMUM_TEXT], form)


def _in_both(key: str, between: str) -> str:
    return between.join(dict.fromkeys(phrase(key, language) for language in ("id", "en")))


def _count_lines(text: str, width: int) -> int:
    """About how many lines a text takes in a column: words that do not fit at an end go to the next line."""
    return math.ceil(len(text) / (width * 0.92)) or 1


def _set_up_printing(sheet: Any) -> None:
    """On A4, all columns on one page."""
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
