"""The codebook: every table, column and term of the contract, for people, generated from the contract."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from html import escape
from importlib.resources import files
from pathlib import Path

import xlsxwriter

from asn_research.contract.column import TABLES, Column, Kind, Label, Table
from asn_research.contract.vocabulary import Vocabulary, read_vocabulary

_TITLE = Label("Buku kode data", "Codebook")
_INTRO = Label(
    "Dua belas tabel yang dibaca dari berkas kantor. Empat tabel wajib; tabel lain boleh tidak ada, dan "
    "laporan menyebut pertanyaan mana yang karenanya tetap terbuka. Nama kolom di berkas kantor boleh "
    "berbeda: ejaan yang lazim dikenali.",
    "The twelve tables that are read from office files. Four are required; any other may be missing, and the "
    "report then says which question stays open. Offices may name their columns differently: the usual "
    "spellings are recognised.",
)
_TABLE_HEADINGS = (
    Label("Kolom", "Column"),
    Label("Arti", "Meaning"),
    Label("Jenis", "Kind"),
    Label("Wajib", "Required"),
    Label("Isi yang sah", "Valid values"),
    Label("Catatan", "Note"),
)
_TERM_HEADINGS = (Label("Kode", "Code"), Label("Arti", "Meaning"), Label("Ejaan lain", "Other spellings"))
_KINDS = {
    Kind.PERSON: Label("nomor orang", "person number"),
    Kind.CODE: Label("kode", "code"),
    Kind.TEXT: Label("teks pendek", "short text"),
    Kind.REMARK: Label("teks bebas", "free text"),
    Kind.TERM: Label("istilah", "term"),
    Kind.NUMBER: Label("bilangan", "number"),
    Kind.INTEGER: Label("bilangan bulat", "whole number"),
    Kind.MONEY: Label("rupiah", "rupiah"),
    Kind.SHARE: Label("bagian (0–1 atau persen)", "share (0–1 or per cent)"),
    Kind.FLAG: Label("ya/tidak", "yes/no"),
    Kind.DATE: Label("tanggal", "date"),
}
_YES = Label("ya", "yes")
_NO = Label("tidak", "no")
_REQUIRED = Label("wajib", "required")
_OPTIONAL = Label("boleh tidak ada", "optional")
_ROW = Label("Satu baris per", "One row per")
_TERMS = Label("Istilah", "Terms")


def kind_label(column: Column) -> Label:
    """What kind of cells a column has, in words."""
    return _KINDS[column.kind]


def valid_values(column: Column, language: str) -> str:
    """What a column may hold, in a few words; empty where anything is valid."""
    if column.terms:
        vocabulary = read_vocabulary(column.terms)
        labels = {code: vocabulary.label(code, language) for code in vocabulary.codes}
        return ", ".join(code if code == label else f"{code} ({label})" for code, label in labels.items())
    return column.limits


def _column_rows(table: Table, language: str) -> Iterator[tuple[str, ...]]:
    for column in table.columns:
        yield (
            column.name,
            column.label.in_language(language),
            kind_label(column).in_language(language),
            (_YES if column.required else _NO).in_language(language),
            valid_values(column, language),
            column.note.in_language(language),
        )


def _term_rows(vocabulary: Vocabulary, language: str) -> Iterator[tuple[str, ...]]:
    for code in vocabulary.codes:
        others = sorted(spelling for spelling, leads_to in vocabulary.spellings.items() if leads_to == code)
        yield code, vocabulary.label(code, language), ", ".join(others)


def used_vocabularies() -> tuple[Vocabulary, ...]:
    """The lists of terms that columns draw on, in the order of the tables."""
    names = dict.fromkeys(
        column.terms for table in TABLES.values() for column in table.columns if column.terms
    )
    return tuple(read_vocabulary(name) for name in names)


def _html_table(caption: str, headings: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    head = "".join(f'<th scope="col">{escape(heading)}</th>' for heading in headings)
    body = "".join(
        f'<tr><th scope="row"><code>{escape(first)}</code></th>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in rest)
        + "</tr>"
        for first, *rest in rows
    )
    title = escape(caption)
    table = f"<table><caption>{title}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f'<div class="scroll" tabindex="0" role="region" aria-label="{title}">{table}</div>'


def codebook_html(language: str = "id") -> str:
    """The codebook as one self-contained page.

    Parameters
    ----------
    language : {"id", "en"}

    Examples
    --------
    >>> "<h1>Codebook</h1>" in codebook_html("en")
    True
    """
    headings = tuple(heading.in_language(language) for heading in _TABLE_HEADINGS)
    parts, links = [], []
    for table in TABLES.values():
        label = table.label.in_language(language)
        required = (_REQUIRED if table.required else _OPTIONAL).in_language(language)
        caption = f"{_ROW.in_language(language)} {table.row.in_language(language)}; {required}."
        links.append(f'<li><a href="#{table.name}">{escape(label)}</a></li>')
        parts.append(f'<h2 id="{table.name}">{escape(label)} <code>{table.name}</code></h2>')
        parts.append(_html_table(caption, headings, _column_rows(table, language)))
    term_headings = tuple(heading.in_language(language) for heading in _TERM_HEADINGS)
    for vocabulary in used_vocabularies():
        label = f"{_TERMS.in_language(language)}: {vocabulary.name}"
        parts.append(f"<h2>{escape(label)}</h2>")
        parts.append(_html_table(label, term_headings, _term_rows(vocabulary, language)))
    return _page(language, "".join(links), "".join(parts))


def _page(language: str, links: str, body: str) -> str:
    title = _TITLE.in_language(language)
    style = files("asn_research.contract").joinpath("codebook.css").read_text(encoding="utf-8")
    head = (
        '<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title} – asn_research</title><style>{style}</style>"
    )
    intro = f"<header><h1>{title}</h1><p>{escape(_INTRO.in_language(language))}</p></header>"
    contents = f'<nav aria-label="{title}"><ul>{links}</ul></nav>'
    return (
        f'<!DOCTYPE html>\n<html lang="{language}"><head>{head}</head>'
        f"<body>{intro}{contents}<main>{body}</main></body></html>\n"
    )


def write_codebook_workbook(path: Path, language: str = "id") -> None:
    """Write the codebook as a workbook: one sheet of columns, one of terms.

    Parameters
    ----------
    path : Path
        The .xlsx file to write.
    language : {"id", "en"}
    """
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"title": _TITLE.in_language(language), "created": datetime.datetime(2025, 1, 1)})
        bold = book.add_format({"bold": True, "bottom": 1})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        tables = [
            (table.label.in_language(language), *row)
            for table in TABLES.values()
            for row in _column_rows(table, language)
        ]
        terms = [(v.name, *row) for v in used_vocabularies() for row in _term_rows(v, language)]
        table_head = [Label("Tabel", "Table"), *_TABLE_HEADINGS]
        term_head = [Label("Daftar", "List"), *_TERM_HEADINGS]
        for name, head, rows in ((_TITLE, table_head, tables), (_TERMS, term_head, terms)):
            sheet = book.add_worksheet(name.in_language(language))
            sheet.write_row(0, 0, [heading.in_language(language) for heading in head], bold)
            for number, row in enumerate(rows, start=1):
                sheet.write_row(number, 0, row, wrapped)
            sheet.set_column(0, len(head) - 1, 28)
            sheet.freeze_panes(1, 0)
            sheet.autofilter(0, 0, len(rows), len(head) - 1)
