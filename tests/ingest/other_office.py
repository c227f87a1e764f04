"""Offices of other towns: their files made at random from a seed, with the truth of every row beside them.

Nothing here uses the simulation that makes the shipped regions, nor the project's word lists: headings, words
and layouts are those of :mod:`.other_spelling` and of this module.
"""

from __future__ import annotations

import datetime
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import openpyxl
from openpyxl.styles import numbers

from .other_record import MAKERS
from .other_spelling import DAYS, HEADINGS, MONTHS, TERMS, TITLES

MISSING: Final = ["", "-", "n/a", "tidak hadir", "–", "N/A"]
Values = dict[str, Any]
Truth = tuple[str, Values]


@dataclass
class Page:
    """One sheet being written: its cells, its merged areas, and the records that each row stands for."""

    name: str
    rows: list[list[Any]] = field(default_factory=list)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    truth: dict[int, list[Truth]] = field(default_factory=dict)
    percent: set[tuple[int, int]] = field(default_factory=set)


@dataclass
class Style:
    """How one office writes: one choice for all files of an office, as an office has habits."""

    chance: random.Random
    date: str = ""
    decimal: str = ""
    person: str = ""
    money: str = ""

    @classmethod
    def of(cls, chance: random.Random) -> Style:
        return cls(
            chance,
            chance.choice(
                ["cell", "words", "dashes", "slashes", "short", "iso", "serial", "day", "dots", "month"]
            ),
            chance.choice(["number", ",", ".", "text"]),
            chance.choice(["plain", "spaced", "apostrophe", "nbsp", "prefix", "plain"]),
            chance.choice(["number", "Rp 1", "Rp1,00", "dots", "Rp.,-", "commas", "juta"]),
        )

    def day(self, value: datetime.date) -> Any:
        month = MONTHS[value.month - 1]
        return {
            "cell": datetime.datetime.combine(value, datetime.time()),
            "words": f"{value.day} {month} {value.year}",
            "dashes": f"{value:%d-%m-%Y}",
            "slashes": f"{value.day}/{value.month}/{value.year}",
            "short": f"{value.day:02d}-{month[:3]}-{value.year % 100}",
            "iso": value.isoformat(),
            "serial": (value - datetime.date(1899, 12, 30)).days,
            "day": f"{DAYS[value.weekday()]}, {value.day} {month} {value.year}",
            "dots": f"{value:%d.%m.%Y}",
            "month": f"{value.day} {month.upper()[:3]} {value.year}",
        }[self.date]

    def number(self, value: float) -> Any:
        if self.decimal == "number":
            return value
        text = f"{value:.2f}".rstrip("0").rstrip(".")
        return text.replace(".", ",") if self.decimal == "," else text if self.decimal == "." else str(value)

    def rupiah(self, value: int) -> Any:
        dots = f"{value:,}".replace(",", ".")
        million = f"{value / 1e6:g}".replace(".", ",")
        return {
            "number": value,
            "Rp 1": f"Rp {dots}",
            "Rp1,00": f"Rp{dots},00",
            "dots": dots,
            "Rp.,-": f"Rp. {dots},-",
            "commas": f"{value:,}.00",
            "juta": f"Rp {million} juta",
        }[self.money]

    def nip(self, value: str) -> str:
        spaced = f"{value[:8]} {value[8:14]} {value[14]} {value[15:]}"
        return {
            "plain": value,
            "spaced": spaced,
            "apostrophe": f"'{value}",
            "nbsp": f"{value}\u00a0",
            "prefix": f"NIP. {spaced}",
        }[self.person]

    def term(self, vocabulary: str, code: str) -> str:
        return self.chance.choice(TERMS[vocabulary][code])

    def cell(self, column: str, value: Any) -> Any:
        """How this office writes a value of a column; None where it has none."""
        if value is None:
            return self.chance.choice(MISSING)
        vocabulary = VOCABULARIES.get(column)
        if vocabulary:
            return self.term(vocabulary, value)
        if isinstance(value, datetime.date):
            return self.day(value)
        if isinstance(value, bool):
            return self.chance.choice(
                ["Ya", "Lulus", "Selesai"] if value else ["Tidak", "Belum lulus", "Belum"]
            )
        if column.endswith("_idr"):
            return self.rupiah(value)
        if isinstance(value, float):
            return self.number(value)
        if column in {"person_id", "respondent_id"} and len(str(value)) == 18:
            return self.nip(value)
        return value


VOCABULARIES: Final = {
    "employment": "employment",
    "grade": "grade",
    "position_type": "position_type",
    "sex": "sex",
    "education": "education",
    "group": "group",
    "topic": "topic",
    "method": "method",
    "delivery": "delivery",
    "competency": "competency",
    "source": "source",
    "wave": "wave",
    "result": "expectation",
    "behaviour": "expectation",
    "party": "party",
    "stakeholder_role": "stakeholder_role",
    "item": "item",
}


@dataclass
class OtherOffice:
    """One office: its people and courses, the pages it filled and the files they are in."""

    seed: int
    people: list[str] = field(default_factory=list)
    records: dict[str, list[Values]] = field(default_factory=dict)
    files: dict[str, list[Page]] = field(default_factory=dict)
    region: str = ""

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)  # noqa: S311 - repeatable, not secret
        self.style = Style.of(self.chance)
        self._live()

    def _live(self) -> None:
        """The world: twelve people, two titles with two batches each, and what was recorded about them."""
        c = self.chance
        self.people = []
        for i in range(12):
            kind = "21" if i % 3 == 2 else f"{1 + i % 12:02d}"
            born = f"{1968 + i * 2}{1 + (i * 5) % 12:02d}{10 + i}"
            self.people.append(f"{born}{2012 + i % 9}{kind}{1 + i % 2}{c.randrange(2, 900):03d}")
        titles = c.sample(TITLES, 2)
        self.records = {name: list(make(self, titles)) for name, make in MAKERS.items()}

    def heading(self, table: str, column: str) -> str:
        return self.chance.choice(HEADINGS[table][column])

    def write(self, folder: Path) -> None:
        """All files of the office below a period folder."""
        for name, pages in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.suffix == ".xlsx":
                _write_workbook(path, pages)
            else:
                _write_text(path, pages[0], self.chance)


def _write_workbook(path: Path, pages: Sequence[Page]) -> None:
    book = openpyxl.Workbook()
    del book["Sheet"]
    for page in pages:
        sheet = book.create_sheet(page.name)
        for row in page.rows:
            sheet.append([None if cell == "" else cell for cell in row])
        for row, column in page.percent:
            sheet.cell(row + 1, column + 1).number_format = numbers.FORMAT_PERCENTAGE_00
        for top, left, bottom, right in page.merges:
            sheet.merge_cells(
                start_row=top + 1, start_column=left + 1, end_row=bottom + 1, end_column=right + 1
            )
    book.save(path)


def _write_text(path: Path, page: Page, chance: random.Random) -> None:
    delimiter, encoding = chance.choice(
        [
            (";", "utf-8-sig"),
            (";", "cp1252"),
            (",", "utf-8"),
            ("\t", "utf-16"),
            ("|", "utf-8"),
            (";", "utf-8"),
        ]
    )
    lines = []
    for row in page.rows:
        cells = []
        for value in row:
            text = (
                value.date().isoformat()
                if isinstance(value, datetime.datetime)
                else ""
                if value is None
                else str(value)
            )
            quoted = any(mark in text for mark in (delimiter, '"', "\n"))
            cells.append('"' + text.replace('"', '""') + '"' if quoted else text)
        lines.append(delimiter.join(cells))
    path.write_bytes(("\r\n".join(lines) + "\r\n").encode(encoding, errors="replace"))
