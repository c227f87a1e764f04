"""Lists in which other offices keep their tables: below titles, above footers, several on one sheet."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any, Final

from .other_office import OtherOffice, Page, Values
from .other_spelling import HEADINGS, NAMES

ROMAN: Final = {"1": "I", "2": "II"}
UNITS_IN_CELLS: Final = {
    "sessions_held": "{} sesi",
    "sessions_attended": "{} sesi",
    "service_years": "{} tahun",
    "hours_jp": "{} JP",
    "standard_days": "{} hari",
    "mentoring_hours": "{} jam",
}


def long_page(
    office: OtherOffice,
    table: str,
    *,
    name: str = "",
    records: Sequence[Values] | None = None,
    without: Sequence[str] = (),
    plain: bool = False,
    title: str = "",
    text: bool = False,
) -> Page:
    """A list with one record a row, below titles and above footers as the office likes it."""
    c = office.chance
    records = office.records[table] if records is None else records
    columns = [column for column in records[0] if column not in without]
    page = Page(name or table)
    left = 0 if plain else c.choice([0, 0, 0, 1, 2])
    counted, named = (
        not plain and c.random() < 0.5,
        table in {"participants", "enrolments", "assessments"} and c.random() < 0.5,
    )
    headings = [_dress(office, office.heading(table, column), text) for column in columns]
    if table == "citizen_surveys":
        which = c.randrange(6) if not text else c.choice([0, 1, 2, 4])
        headings = [
            _element(column, which) or heading for column, heading in zip(columns, headings, strict=True)
        ]
    if len(set(headings)) < len(headings):
        return long_page(
            office, table, name=name, records=records, without=without, plain=plain, title=title, text=text
        )
    lead = [
        *([c.choice(["No", "No.", "NO.", "No. Urut"])] if counted else []),
        *([c.choice(["Nama", "Nama Peserta", "Nm. Peserta", "NAMA LENGKAP"])] if named else []),
    ]
    if not plain:
        for _ in range(c.randrange(0, 3)):
            page.rows.append([])
        if title or c.random() < 0.6:
            for line in ([title] if title else []) + _titles(office, table)[: c.randrange(0, 5)]:
                page.rows.append([""] * left + [line])
            if c.random() < 0.6:
                page.rows.append([])
    head = [""] * left + [*lead, *headings]
    page.rows.append(head)
    if not plain and c.random() < 0.25:
        page.rows.append([""] * left + [f"({i + 1})" for i in range(len(head) - left)])
    repeat = not plain and c.random() < 0.2
    for number, record in enumerate(records):
        if repeat and number and number % 5 == 0:
            page.rows.append(list(head))
        cells: list[Any] = (
            [""] * left + ([number + 1] if counted else []) + ([c.choice(NAMES)] if named else [])
        )
        for column in columns:
            cells.append(_write(office, page, table, column, record[column], text, len(cells)))
        page.truth[len(page.rows)] = [(table, {column: record[column] for column in columns})]
        page.rows.append(cells)
    if not plain:
        _footer(office, page, left, len(head), table)
    return page


def _write(
    office: OtherOffice, page: Page, table: str, column: str, value: Any, text: bool, position: int
) -> Any:
    c, style = office.chance, office.style
    if table == "stakeholders" and column == "role":
        return style.term("stakeholder_role", value)
    if column == "physical_progress_share":
        if text:
            return f"{value * 100:g}%".replace(".", ",")
        page.percent.add((len(page.rows), position))
        return value
    if column == "batch":
        return c.choice([ROMAN[value], value, f"Angkatan {ROMAN[value]}", int(value)])
    cell = style.cell(column, value)
    if column in UNITS_IN_CELLS and style.decimal != "number" and value is not None and c.random() < 0.5:
        cell = UNITS_IN_CELLS[column].format(str(cell).replace(".0", ""))
    return str(cell) if text and isinstance(cell, (int, float)) else cell


def _element(column: str, which: int) -> str:
    return HEADINGS["citizen_surveys"][column][which] if column[0] == "u" and column[1:].isdigit() else ""


def _dress(office: OtherOffice, heading: str, text: bool) -> str:
    c = office.chance
    choice = c.random()
    if c.random() < 0.08:
        heading = mistype(c, heading)
    if choice < 0.15:
        return heading.upper()
    if choice < 0.25 and " " in heading and not text:
        return heading.replace(" ", "\n", 1)
    return f" {heading} " if choice < 0.3 else heading


def mistype(chance: random.Random, heading: str) -> str:
    """A heading with two neighbouring letters exchanged, or one left out, in one of its long words."""
    words = heading.split(" ")
    long = [i for i, word in enumerate(words) if len(word) >= 7 and word.isalpha()]
    if not long:
        return heading
    i = chance.choice(long)
    word, at = words[i], chance.randrange(2, len(words[i]) - 2)
    exchanged = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    words[i] = exchanged if exchanged != word and chance.random() < 0.5 else word[:at] + word[at + 1 :]
    return " ".join(words)


def _titles(office: OtherOffice, table: str) -> list[str]:
    kind = {
        "participants": "DAFTAR PESERTA",
        "courses": "DAFTAR DIKLAT",
        "enrolments": "REKAP KEHADIRAN",
        "assessments": "REKAP NILAI",
        "reactions": "HASIL ANGKET PESERTA",
        "appraisals": "REKAPITULASI SKP",
        "citizen_surveys": "DATA RESPONDEN SKM",
        "service_requests": "BUKU REGISTER PERMOHONAN IZIN",
        "projects": "MONITORING KEGIATAN",
        "interviews": "TRANSKRIP WAWANCARA",
        "stakeholders": "DAFTAR MITRA",
        "budgets": "REALISASI ANGGARAN",
    }[table]
    return [
        kind,
        "PEMERINTAH KABUPATEN CONTOH",
        "TAHUN ANGGARAN 2025",
        "BADAN KEPEGAWAIAN DAN PENGEMBANGAN SDM",
    ]


def _footer(office: OtherOffice, page: Page, left: int, width: int, table: str) -> None:
    c = office.chance
    if c.random() < 0.4 and width - left >= 4:
        page.rows.append(
            [""] * left
            + [c.choice(["Jumlah", "JUMLAH TOTAL", "Rata-rata", "Total"])]
            + [""] * (width - left - 2)
            + [c.choice([77, 120, "88,5"])]
        )
    if c.random() < 0.3:
        page.rows += [[], [""] * left + ["Keterangan: data per 31 Desember 2025"]]
    if c.random() < 0.4:
        far = [""] * max(left, width - 2)
        page.rows += [
            [],
            [*far, "Kota Contoh, 30 Desember 2025"],
            [*far, "Kepala Bidang Pengembangan"],
            [],
            [*far, "Drs. Fulan, M.Si"],
            [*far, "NIP. 19650101 199003 1 001"],
        ]


def find_course(office: OtherOffice, code: str) -> tuple[str, str]:
    course = next(record for record in office.records["courses"] if record["course_id"] == code)
    return course["title"], course["batch"]


def by_title(office: OtherOffice, table: str, *, joined: bool, name: str = "", text: bool = False) -> Page:
    """A list that names the course by its title and batch, in two columns or in one."""
    c = office.chance
    page = long_page(office, table, name=name, without=["course_id"], plain=True, text=text)
    start = len(page.rows) - len(page.truth)
    page.rows[start - 1] += [c.choice(["Nama Diklat", "Pelatihan yang Diikuti", "Nama Pelatihan"])] + (
        [] if joined else [c.choice(["Angkatan", "Angk."])]
    )
    for record, (index, truth) in zip(office.records[table], sorted(page.truth.items()), strict=True):
        title, batch = find_course(office, record["course_id"])
        said = c.choice([title, title.upper(), f"Diklat {title}", f"Pelatihan {title}"])
        page.rows[index] += [f"{said} Angkatan {ROMAN[batch]}"] if joined else [said, ROMAN[batch]]
        truth[0][1]["course_id"] = record["course_id"]
    return page


def stacked(office: OtherOffice, tables: Sequence[str]) -> Page:
    """Several lists below each other on one sheet, each under its own title."""
    page = Page("Data")
    for table in tables:
        part = long_page(office, table, plain=True)
        if page.rows:
            page.rows += [[]] * office.chance.choice([1, 2, 3])
        page.rows.append([_titles(office, table)[0]])
        _add(page, part, len(page.rows), 0)
        page.rows += part.rows
    return page


def beside(office: OtherOffice, tables: Sequence[str]) -> Page:
    """Several lists side by side on one sheet, with empty columns between them."""
    page, left = Page("Data"), 0
    for table in tables:
        part = long_page(office, table, plain=True)
        width = max(map(len, part.rows))
        page.rows += [[] for _ in range(len(part.rows) + 1 - len(page.rows))]
        for index, cells in enumerate([[_titles(office, table)[0]], *part.rows]):
            row = page.rows[index]
            row += [""] * (left - len(row)) + list(cells)
        _add(page, part, 1, left)
        left += width + 1
    return page


def _add(page: Page, part: Page, down: int, right: int) -> None:
    for index, truth in part.truth.items():
        page.truth.setdefault(index + down, []).extend(truth)
    page.percent |= {(row + down, column + right) for row, column in part.percent}
