"""The template: one workbook that an office fills in, generated from the contract."""

from __future__ import annotations

import datetime
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import xlsxwriter

from asn_research.contract.column import TABLES, Column, Kind, Label, Table
from asn_research.contract.vocabulary import Vocabulary, read_vocabulary
from asn_research.errors import InputError, Place, Problem

ROWS: Final = 2_000
"""Rows of each sheet that carry drop-downs and checks; further rows are read all the same."""

GUIDE: Final = Label("Petunjuk", "Guide")
TERMS: Final = Label("Daftar istilah", "List of terms")
_FLAGS: Final = "ya_tidak"
_YES_NO: Final = Label("Ya|Tidak", "Yes|No")
_INTRO: Final = (
    Label(
        "Setiap lembar memuat satu baris per butir. Lembar Peserta, Pelatihan, Kehadiran, dan Penilaian "
        "wajib; lembar lain boleh dibiarkan kosong.",
        "Every sheet holds one row per item. The sheets Participants, Courses, Enrolments and Assessments "
        "are required; any other may stay empty.",
    ),
    Label(
        "Kolom berlatar gelap wajib diisi. Jangan mengubah judul kolom. Pilih dari daftar bila ada.",
        "Columns with a dark heading must be filled. Leave the headings as they are. Choose from the list "
        "where there is one.",
    ),
    Label(
        "NIP dan NI PPPK diketik sebagai teks 18 angka. Tanggal diketik hari/bulan/tahun, lalu tampil dengan "
        "nama bulan; bila bulan dan harinya tertukar, ketik bulan/hari/tahun. Uang ditulis rupiah penuh. "
        "Yang tidak ada dibiarkan kosong, bukan nol.",
        "Type employee numbers as text of 18 digits and dates as day/month/year; they are shown with the "
        "name of the month, and where month and day are exchanged, type month/day/year. Write money in whole "
        "rupiah. Leave empty what is not there; do not write zero.",
    ),
    Label(
        "Simpan berkas ini di folder data mentah daerah Anda, di dalam folder masa pelatihannya, lalu "
        "jalankan asn-research check.",
        "Save this file in the folder of raw data of your region, inside the folder of its period, and "
        "run asn-research check.",
    ),
)
_HEADINGS: Final = (
    Label("Isian", "Entry"),
    Label("Cara mengisi", "How to fill it in"),
    Label("Contoh", "Example"),
)
_REQUIRED: Final = Label("wajib", "required")
_LINE: Final = 15
_WIDTHS: Final = (48, 60, 34)
_KINDS: Final[Mapping[Kind, Label]] = {
    Kind.PERSON: Label(
        "nomor pegawai atau kode orang, sebagai teks", "employee number or code of a person, as text"
    ),
    Kind.CODE: Label(
        "kode buatan kantor, sama di semua lembar", "a code of the office, the same on all sheets"
    ),
    Kind.TEXT: Label("teks pendek", "short text"),
    Kind.REMARK: Label("teks bebas, tanpa nama orang", "free text without names of people"),
    Kind.TERM: Label("pilih dari daftar", "choose from the list"),
    Kind.NUMBER: Label("bilangan", "number"),
    Kind.INTEGER: Label("bilangan bulat", "whole number"),
    Kind.MONEY: Label("rupiah penuh", "whole rupiah"),
    Kind.SHARE: Label("bagian dari 0 sampai 1", "a share from 0 to 1"),
    Kind.FLAG: Label("Ya atau Tidak", "Yes or No"),
    Kind.DATE: Label("tanggal", "date"),
}
_EXAMPLES: Final[Mapping[str, str]] = {
    "person_id": "198503152010011005", "unit": "Dinas Perizinan", "birth_year": "1985",
    "service_years": "12,5", "course_id": "ADM-01", "title": "Pelatihan Arsip Dasar", "hours_jp": "24",
    "start_date": "10/03/2025", "end_date": "14/03/2025", "batch": "I", "speaker_id": "Narasumber 1",
    "provider": "BPSDM Provinsi", "curriculum_reviewed_on": "15/01/2025", "cost_idr": "12500000",
    "seats": "40", "sessions_held": "10", "sessions_attended": "9", "engagement_rating": "4",
    "mentoring_hours": "1,5", "rater_id": "Penilai 1", "date": "10/03/2025", "score": "72,5",
    "respondent_id": "198503152010011005", "response": "4", "comment": "Penjelasannya mudah dipahami.",
    "year": "2025", "response_id": "SKM-0001", "service": "Izin usaha", "u1": "3", "u2": "4", "u3": "3",
    "u4": "4", "u5": "3", "u6": "4", "u7": "4", "u8": "3", "u9": "3", "request_id": "REG-0001",
    "submitted_on": "10/03/2025", "completed_on": "17/03/2025", "standard_days": "7",
    "project_id": "PRY-01", "planned_start": "06/01/2025", "actual_start": "13/01/2025",
    "planned_finish": "30/06/2025", "actual_finish": "14/07/2025", "planned_cost_idr": "250000000",
    "actual_cost_idr": "240000000", "physical_progress_share": "0,8", "excerpt_id": "K-001",
    "interview_id": "W-01", "role": "Kepala seksi", "question": "Apa yang berubah?",
    "text": "Berkas kini lebih cepat ditemukan.", "coder_id": "Pengode 1", "theme": "Kecepatan layanan",
    "line": "Belanja kursus dan pelatihan", "planned_idr": "500000000", "realised_idr": "450000000",
    "planned_participants": "120",
}  # fmt: skip
"""One entry for every column without a list: within its limits, and those of a row agree with each other."""
_DATES: Final[Mapping[str, str]] = {"id": "[$-421]d mmmm yyyy", "en": "[$-809]d mmmm yyyy"}
"""Days with the name of the month: whoever types 03/04 where the program reads 4 March sees it at once."""
_FAULT: Final = Label("Periksa isian ini", "Check this entry")


def write_template(path: Path, language: str = "id") -> None:
    """Write the workbook that an office fills in: a guide, a sheet for every table, and the lists of terms.

    Headings are those that intake knows; what is filled in from the lists and within the stated limits is
    accepted.

    Parameters
    ----------
    path : Path
        The .xlsx file to write; it is not overwritten.
    language : {"id", "en"}

    Raises
    ------
    InputError
        If there is such a file already, or its name does not end in .xlsx.
    """
    if path.suffix.casefold() != ".xlsx":
        raise InputError(Problem("template_kind", "a template is a .xlsx file.", Place(path.name)))
    if path.exists():
        remedy = "Choose another name, so that nothing filled in is lost."
        raise InputError(Problem("template_exists", "the file is there already.", Place(path.name), remedy))
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"title": "asn_research", "created": datetime.datetime(2025, 1, 1)})
        _write_guide(book, language)
        ranges = _term_ranges(language)
        for table in TABLES.values():
            _write_sheet(book, table, ranges, language)
        _write_terms(book, language)


def is_guide(rows: Sequence[Sequence[Any]]) -> bool:
    """Whether a sheet is the guide of a template, whatever name an export gave to it.

    >>> is_guide([["Petunjuk"], ["Isian", "Cara mengisi", "Contoh"]])
    True
    """
    heads = {tuple(label.in_language(language) for label in _HEADINGS) for language in ("id", "en")}
    return any(tuple(row[: len(_HEADINGS)]) in heads for row in rows[: len(_INTRO) + 5])


def is_template_sheet(table: Table, headings: Sequence[str]) -> bool:
    """Whether the headings of a sheet are those of the template, all of them in their order.

    Its cells take nothing but what their heading says, so that a score of 0.5 there is half a point.
    """
    return any(
        list(headings) == [column.label.in_language(language) for column in table.columns]
        for language in ("id", "en")
    )


def _vocabularies() -> list[Vocabulary]:
    names = dict.fromkeys(column.terms for table in TABLES.values() for column in table.columns)
    return [read_vocabulary(name) for name in names if name]


def _term_lists(language: str) -> dict[str, list[str]]:
    lists = {v.name: [v.label(code, language) for code in v.codes] for v in _vocabularies()}
    return lists | {_FLAGS: _YES_NO.in_language(language).split("|")}


def _term_ranges(language: str) -> dict[str, str]:
    """Where the words of each list stand on the sheet of terms: one below the other in its first column."""
    ranges, top = {}, 1
    for name, words in _term_lists(language).items():
        ranges[name] = f"$A${top}:$A${top + len(words) - 1}"
        top += len(words)
    return ranges


def _write_terms(book: Any, language: str) -> None:
    sheet = book.add_worksheet(TERMS.in_language(language))
    sheet.write_column(0, 0, [word for words in _term_lists(language).values() for word in words])
    sheet.hide()


def _write_guide(book: Any, language: str) -> None:
    sheet = book.add_worksheet(GUIDE.in_language(language))
    title = book.add_format({"bold": True, "font_size": 14})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    bold = book.add_format({"bold": True, "bottom": 1})
    for number, width in enumerate(_WIDTHS):
        sheet.set_column(number, number, width, wrapped)
    sheet.write(0, 0, GUIDE.in_language(language), title)
    for number, text in enumerate(_INTRO, start=1):
        sheet.merge_range(number, 0, number, 2, text.in_language(language), wrapped)
        sheet.set_row(number, _LINE * _count_lines(text.in_language(language), sum(_WIDTHS)) + 6)
    top = len(_INTRO) + 2
    sheet.write_row(top, 0, [heading.in_language(language) for heading in _HEADINGS], bold)
    rows = [(table, column) for table in TABLES.values() for column in table.columns]
    for number, (table, column) in enumerate(rows, start=top + 1):
        entry = f"{table.label.in_language(language)}: {column.label.in_language(language)}"
        texts = (entry, _instruction(column, language), _example(column, language))
        sheet.write_row(number, 0, texts, wrapped)
        sheet.set_row(number, _LINE * max(map(_count_lines, texts, _WIDTHS)))
    sheet.freeze_panes(top + 1, 0)
    _set_up_printing(sheet, top)


def _count_lines(text: str, width: int) -> int:
    """Lines that a text takes in a column, one letter per unit of its width."""
    return len(textwrap.wrap(text, width - 2)) or 1


def _set_up_printing(sheet: Any, top: int) -> None:
    """On A4, all columns on one page, the headings on every page."""
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(top)


def _instruction(column: Column, language: str) -> str:
    parts = [
        _REQUIRED.in_language(language) if column.required else "",
        _KINDS[column.kind].in_language(language),
        column.limits,
        column.note.in_language(language),
    ]
    return "; ".join(part for part in parts if part)


def _example(column: Column, language: str) -> str:
    if column.terms:
        vocabulary = read_vocabulary(column.terms)
        return vocabulary.label(vocabulary.codes[0], language)
    if column.kind is Kind.FLAG:
        return _YES_NO.in_language(language).split("|")[0]
    example = _EXAMPLES[column.name]
    decimal = column.kind in {Kind.NUMBER, Kind.SHARE} and language == "en"
    return example.replace(",", ".") if decimal else example


def _write_sheet(book: Any, table: Table, ranges: Mapping[str, str], language: str) -> None:
    sheet = book.add_worksheet(table.label.in_language(language))
    heads = {
        True: book.add_format(
            {"bold": True, "bg_color": "#1B5E8C", "font_color": "#FFFFFF", "text_wrap": True}
        ),
        False: book.add_format({"bold": True, "bg_color": "#DCE6EE", "text_wrap": True}),
    }
    formats = {
        Kind.DATE: book.add_format({"num_format": _DATES[language]}),
        Kind.MONEY: book.add_format({"num_format": "#,##0"}),
        Kind.PERSON: book.add_format({"num_format": "@"}),
        Kind.CODE: book.add_format({"num_format": "@"}),
    }
    lines = 1
    for number, column in enumerate(table.columns):
        label = column.label.in_language(language)
        width = _find_width(column, language)
        lines = max(lines, _count_lines(label, width))
        sheet.set_column(number, number, width, formats.get(column.kind))
        sheet.write_string(0, number, label, heads[column.required])
        sheet.write_comment(0, number, _instruction(column, language), {"x_scale": 2})
        if rule := _validation(column, ranges, language):
            sheet.data_validation(1, number, ROWS, number, rule)
    sheet.set_row(0, _LINE * lines + 3)
    sheet.freeze_panes(1, 1)
    _set_up_printing(sheet, 0)


def _find_width(column: Column, language: str) -> int:
    """Wide enough for the heading and for what is entered below it: nobody checks digits that are cut off."""
    texts = [column.label.in_language(language), _EXAMPLES.get(column.name, "")]
    if column.terms:
        vocabulary = read_vocabulary(column.terms)
        texts += [vocabulary.label(code, language) for code in vocabulary.codes]
    least = 20 if column.kind is Kind.DATE else 12
    return max(least, min(30, max(map(len, texts)) + 4))


def _validation(column: Column, ranges: Mapping[str, str], language: str) -> dict[str, Any] | None:
    """The check that the spreadsheet program makes while a cell is filled in."""
    told = {
        "error_title": _FAULT.in_language(language),
        "error_message": _instruction(column, language)[:255],
    }
    listed = column.terms or (_FLAGS if column.kind is Kind.FLAG else None)
    if listed:
        source = f"='{TERMS.in_language(language)}'!{ranges[listed]}"
        return told | {"validate": "list", "source": source}
    if column.kind is Kind.DATE:
        first = datetime.date(1990, 1, 1)
        return told | {"validate": "date", "criteria": ">=", "value": first}
    kind = "integer" if column.kind is Kind.INTEGER else "decimal"
    if column.minimum is None:
        return None
    if column.maximum is None:
        return told | {"validate": kind, "criteria": ">=", "value": column.minimum}
    return told | {
        "validate": kind, "criteria": "between", "minimum": column.minimum, "maximum": column.maximum,
    }  # fmt: skip
