"""The workbook of corrections: what an office decided about rows that were set aside or repeated."""

from __future__ import annotations

import datetime
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from asn_research.contract.vocabulary import fold, nearest
from asn_research.errors import Place, Problem
from asn_research.ingest.decisions.submission import is_named_alike, list_corrections, list_others, name_file
from asn_research.ingest.files import limit
from asn_research.ingest.files.cell import cell_address
from asn_research.ingest.files.problem import make_problem
from asn_research.ingest.files.source import Grid, Row, read_file, show_name
from asn_research.ingest.values.date import read_date
from asn_research.ingest.values.reading import clean, is_blank, read_error
from asn_research.language import phrase

SHEETS: Final = ("karantina", "duplikat")
KEPT: Final = "keputusan lama"
"""Sheet of decisions that were typed into a workbook and name no row any more."""
GUIDE: Final = "petunjuk"
ENTERED: Final = ("tanggal", "keputusan", "nilai_baru", "alasan", "petugas")
_PLACED: Final = ("period", "file", "sheet", "row", "cell", "code")
_LONGEST: Final = 1_000
_SEARCHED_ROWS: Final = 20
_SHOWN: Final = 4
_FEWEST: Final = 4
"""A sheet of any name is one of decisions where so many of its headings are known."""
_FOLDER: Final = re.compile(r"[a-z0-9_]{1,60}")
_SAVED: Final = re.compile(rb"<(?:dcterms:modified|dc:date)\b[^>]*>(\d{4}-\d\d-\d\d)T")
_PROPERTIES: Final = ("docProps/core.xml", "meta.xml")
_SPANNED: Final = re.compile(rb'number-rows-spanned="(?!1")')


class Decision(StrEnum):
    """What an office may decide about a row."""

    CORRECT = "correct"
    DROP = "drop"
    NEW_ID = "new_id"
    ACCEPT = "accept"


CHOICES: Final[Mapping[str, Decision]] = {
    "betulkan": Decision.CORRECT,
    "hapus": Decision.DROP,
    "id baru": Decision.NEW_ID,
    "terima apa adanya": Decision.ACCEPT,
}
"""The words of the drop-down list."""
_WORDS: Final[Mapping[str, Decision]] = {
    **CHOICES,
    **dict.fromkeys(("perbaiki", "koreksi", "benarkan", "correct", "fix"), Decision.CORRECT),
    **dict.fromkeys(("buang", "drop", "delete", "remove"), Decision.DROP),
    **dict.fromkeys(("new id", "identitas baru", "kode baru"), Decision.NEW_ID),
    **dict.fromkeys(
        ("terima", "benar apa adanya", "okay as it is", "ok as it is", "accept", "okay", "ok"),
        Decision.ACCEPT,
    ),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the workbook in which something was typed, as it stands there.

    ``place`` is the cell of the decision, ``answer`` that of the new value; ``named`` is file, sheet, row and
    cell of the raw row, which ``check`` binds to ``code``; ``typed`` holds the cells of :data:`ENTERED`.
    """

    place: Place
    answer: Place
    period: str
    named: tuple[str, ...]
    code: str
    check: str
    typed: tuple[Any, ...]

    @property
    def label(self) -> str:
        """The code as it stands in the workbook."""
        return f"{self.code}-{self.check}" if self.check else self.code

    @property
    def plain(self) -> tuple[str, ...]:
        """What was decided, to compare by: the day left out, every word for a decision the same."""
        _, word, value, why, who = map(as_text, self.typed)
        return self.code, str(_WORDS.get(fold(word), word)), value, why, who


@dataclass(frozen=True, slots=True)
class Correction:
    """A decision that is complete in itself; ``when`` is the day it was taken, as ISO text."""

    entry: Entry
    decision: Decision
    value: Any
    why: str
    who: str
    when: str

    @property
    def place(self) -> Place:
        return self.entry.place

    @property
    def code(self) -> str:
        return self.entry.code


@dataclass(slots=True)
class Corrections:
    """All decisions of a region about one period, and everything that is wrong with them."""

    found: list[Correction] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    count: int = 0
    periods: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A sheet with decisions: its cells, the row of its headings, and where each column stands.

    ``tops`` gives for the lower cells of a merged area, by row and column, the row in which it is written: a
    cell that is merged over several rows is decided for all of them.
    """

    grid: Grid
    top: int
    columns: Mapping[str, int]
    tops: Mapping[tuple[int, int], int]

    def get(self, number: int, name: str) -> Any:
        index = self.columns.get(name, -1)
        row = self.grid.rows[self.tops.get((number, index), number)]
        value = row[index] if 0 <= index < len(row) else ""
        return "" if is_blank(value) else value

    def place(self, number: int, name: str) -> Place:
        address = cell_address(number, self.columns[name]) if name in self.columns else None
        return Place(self.grid.file, self.grid.sheet, address)

    def entries(self) -> Iterator[tuple[int, Entry]]:
        """The rows in which something was typed, with their numbers counted from zero."""
        for number in range(self.top + 1, len(self.grid.rows)):
            typed = tuple(self.get(number, name) for name in ENTERED)
            if any(not is_blank(value) for value in typed):
                period, *named, code = (as_text(self.get(number, name)) for name in _PLACED)
                places = self.place(number, "keputusan"), self.place(number, "nilai_baru")
                code, _, check = code.partition("-")
                yield number, Entry(*places, period, tuple(named), code, check, typed)


def read_corrections(folder: Path, period: str, *, periods: Sequence[str]) -> Corrections:
    """Read the decisions about a period; whatever is wrong with them is reported at once.

    Parameters
    ----------
    folder
        The region's folder of raw data.
    period
        Decisions about other periods are left to those.
    periods
        All periods of the region: a decision about any other one is reported.
    """
    read = Corrections(periods=tuple(periods))
    for path in list_corrections(folder, period):
        _read_workbook(path, folder, period, read)
    for path in list_others(folder, periods):
        if is_named_alike(path) or read_entries(path):
            place, name = Place(show_name(path.name)), name_file(period, periods)
            read.problems.append(make_problem("decision_stray", place, name=name))
    _drop_copies(read)
    codes = Counter(correction.code for correction in read.found)
    read.problems += [
        make_problem("decision_repeated", correction.place)
        for correction in read.found
        if codes[correction.code] > 1
    ]
    return read


def _drop_copies(read: Corrections) -> None:
    """Leave out what is said twice in the same words, as in a copy of a sheet: it is one decision."""
    first = {correction.entry.plain: correction for correction in reversed(read.found)}
    kept = [correction for correction in read.found if first[correction.entry.plain] is correction]
    read.count -= len(read.found) - len(kept)
    read.found = kept


def read_entries(path: Path) -> list[Entry]:
    """What was typed into a workbook of decisions, sound or not; nothing where it cannot be read."""
    if not path.is_file():
        return []
    grids = read_file(path, folder=path.parent).grids
    sheets = [_find_sheet(grid) for grid in grids if is_decision_sheet(grid) or fold(grid.sheet) == KEPT]
    return [entry for sheet in sheets if sheet is not None for _, entry in sheet.entries()]


def is_decision_sheet(grid: Grid) -> bool:
    """Whether a sheet is one for decisions: by its name, or by its headings where it was renamed."""
    if fold(grid.sheet) in SHEETS:
        return True
    sheet = _find_sheet(grid)
    return sheet is not None and len(sheet.columns) >= _FEWEST and fold(grid.sheet) != KEPT


def _find_sheet(grid: Grid) -> _Sheet | None:
    for top, row in enumerate(grid.rows[:_SEARCHED_ROWS]):
        if columns := _find_columns(row):
            return _Sheet(grid, top, columns, _find_tops(grid, columns))
    return None


def _find_tops(grid: Grid, columns: Mapping[str, int]) -> dict[tuple[int, int], int]:
    """Where the cells to be filled are merged downwards: the row of the first by row and column."""
    entered = {columns[name] for name in ENTERED if name in columns}
    return {
        (row, column): top
        for top, left, bottom, right in grid.merges
        for column in entered
        if left <= column <= right
        for row in range(top + 1, min(bottom + 1, len(grid.rows)))
    }


def _read_workbook(path: Path, folder: Path, period: str, read: Corrections) -> None:
    raw = read_file(path, folder=folder)
    read.problems += raw.problems
    if raw.problems:
        return
    place, region = _find_answer(raw.grids, "guide_region")
    if place is not None and region != folder.name:
        found = region if _FOLDER.fullmatch(region) else "–"
        read.problems.append(make_problem("decision_region", place, found=found, region=folder.name))
        return
    if path.suffix.casefold() == ".ods" and _SPANNED.search(_read_part(path, ("content.xml",))):
        read.problems.append(make_problem("decision_merged", Place(raw.name)))
        return
    saved = _find_saved(path)
    sheets = [grid for grid in raw.grids if is_decision_sheet(grid)]
    if not sheets:
        read.problems.append(make_problem("decision_sheets", Place(raw.name), sheets=", ".join(SHEETS)))
    before = read.count
    for grid in sheets:
        _read_sheet(grid, period, saved, read)
    stated = _find_stated(raw.grids)
    if stated is not None and stated[1] != read.count - before:
        read.problems.append(
            make_problem("decision_count", stated[0], stated=stated[2], found=str(read.count - before))
        )


def _read_sheet(grid: Grid, period: str, saved: str, read: Corrections) -> None:
    sheet = _find_sheet(grid)
    needed = (*_PLACED, *ENTERED[1:])
    missing = [name for name in needed if sheet is None or name not in sheet.columns]
    if missing:
        columns = ", ".join(map(_heading, missing))
        read.problems.append(make_problem("decision_columns", Place(grid.file, grid.sheet), columns=columns))
    elif sheet is not None:
        for number, entry in sheet.entries():
            read.count += 1
            if entry.period in {period, ""}:
                read.entries.append(entry)
                _read_entry(sheet, number, entry, saved, read)
            elif entry.period not in read.periods:
                known = ", ".join(read.periods)
                read.problems.append(make_problem("decision_period", entry.place, known=known))


def _find_columns(row: Row) -> dict[str, int]:
    """Where the columns stand in a row of headings; empty where this is none."""
    known: dict[str, str] = {}
    for name in (*_PLACED, *ENTERED):
        spoken = [_heading(name, language) for language in ("id", "en")]
        known |= dict.fromkeys(map(fold, (*spoken, " ".join(spoken))), name)
    columns: dict[str, int] = {}
    for index, cell in enumerate(row):
        if isinstance(cell, str) and fold(cell) in known:
            columns.setdefault(known[fold(cell)], index)
    return columns if {"keputusan", "code"} & set(columns) else {}


def _heading(name: str, language: Any = "id") -> str:
    return phrase(f"intake.column_{name}", language)


def _read_entry(sheet: _Sheet, number: int, entry: Entry, saved: str, read: Corrections) -> None:
    place, before = entry.place, len(read.problems)
    _, word, value, why, who = entry.typed
    decision = _read_decision(as_text(word), place, read)
    texts = {"code": entry.code, "keputusan": word, "alasan": why, "petugas": who}
    missing = [name for name, text in texts.items() if is_blank(text)]
    if decision in {Decision.CORRECT, Decision.NEW_ID} and is_blank(value):
        missing.append("nilai_baru")
    if missing:
        columns = ", ".join(map(_heading, missing))
        read.problems.append(make_problem("decision_incomplete", place, columns=columns))
    if decision in {Decision.DROP, Decision.ACCEPT} and not is_blank(value):
        read.problems.append(make_problem("decision_value_extra", sheet.place(number, "nilai_baru")))
    for name, text in zip(ENTERED[2:], (value, why, who), strict=True):
        where = sheet.place(number, name)
        if len(str(text)) > _LONGEST:
            read.problems.append(make_problem("decision_too_long", where, limit=str(_LONGEST)))
        elif read_error(text):
            read.problems.append(make_problem("decision_formula", where))
    when = _read_day(entry.typed[0], sheet.place(number, "tanggal"), saved, read)
    if len(read.problems) == before and decision is not None:
        read.found.append(Correction(entry, decision, value, as_text(why), as_text(who), when))


def _read_decision(word: str, place: Place, read: Corrections) -> Decision | None:
    folded = fold(word)
    if not folded and not word:
        return None
    if folded not in _WORDS:
        close = nearest(folded[:60], _WORDS)
        words = [word for word, kind in CHOICES.items() if close is None or kind is _WORDS[close]]
        read.problems.append(make_problem("decision_unknown", place, words=" / ".join(words[:_SHOWN])))
    return _WORDS.get(folded)


def _read_day(value: Any, place: Place, saved: str, read: Corrections) -> str:
    """The day of a decision as written, else the day on which the workbook was saved."""
    if is_blank(value):
        return saved
    found = read_date(value, order="day-first")
    if found.value is None:
        read.problems.append(make_problem("decision_day", place, reason=found.reason or "not_a_date"))
        return saved
    return str(found.value)


def _find_saved(path: Path) -> str:
    """The day on which a workbook was last saved, as the program that saved it noted; or an empty text."""
    found = _SAVED.search(_read_part(path, _PROPERTIES))
    return found.group(1).decode() if found else ""


def _read_part(path: Path, names: Sequence[str]) -> bytes:
    """The first of these parts that a workbook has, as far as a sound one goes; empty where there is none."""
    try:
        with zipfile.ZipFile(path) as archive:
            part = next((name for name in names if name in archive.namelist()), names[0])
            with archive.open(part) as stream:
                return stream.read(limit.MAXIMUM_WORKBOOK)
    except (zipfile.BadZipFile, zlib.error, KeyError, EOFError, OSError, RuntimeError):
        return b""


def _find_stated(grids: Sequence[Grid]) -> tuple[Place, int, str] | None:
    """How many decisions the guide says there are, where somebody wrote it; -1 where it is no number."""
    place, text = _find_answer(grids, "guide_count")
    if place is None:
        return None
    sound = text.isdecimal() and len(text) < 9
    return place, int(text) if sound else -1, text if sound else "–"


def _find_answer(grids: Sequence[Grid], key: str) -> tuple[Place | None, str]:
    """What stands in the guide beside a question, and where; nothing where the cell is empty."""
    spoken = [phrase(f"intake.{key}", language) for language in ("id", "en")]
    labels = {fold(text) for text in (*spoken, " ".join(spoken))}
    for grid in grids:
        for number, row in enumerate(grid.rows if fold(grid.sheet) == GUIDE else ()):
            if len(row) > 1 and isinstance(row[0], str) and fold(row[0]) in labels and not is_blank(row[1]):
                return Place(grid.file, grid.sheet, cell_address(number, 1)), as_text(row[1])
    return None, ""


def as_text(value: Any) -> str:
    """A cell as text, as it was before it was made harmless for spreadsheets."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, datetime.datetime):
        value = value.date()
    return clean(str(value)).removeprefix("'") if not is_blank(value) else ""
