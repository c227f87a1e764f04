"""Where a person stands in raw files, read or not: to correct or erase every row."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from asn_research.contract.vocabulary import fold
from asn_research.ingest.files.cell import cell_address
from asn_research.ingest.files.source import MACROS, TEXTS, WORKBOOKS, list_files, read_file
from asn_research.ingest.values.reading import clean

_SEPARATORS: Final = re.compile(r"[\s.\-–_'’`\"/]+")
_NUMBER: Final = re.compile(r"\d{6,}")


@dataclass(frozen=True, slots=True)
class Mention:
    """A cell that names a person: file below the region's folder, sheet, and address."""

    file: str
    sheet: str
    cell: str


@dataclass(frozen=True, slots=True)
class Search:
    """Where a person is mentioned, and the files in which nobody could look."""

    mentions: tuple[Mention, ...]
    unread: tuple[str, ...]


def find_mentions(folder: Path, written: str) -> Search:
    """The cells of a region's raw files and workbooks of decisions that name a person.

    Rows in quarantine, repeats, rows that were left out, and free text are among them. A number is found
    however it is punctuated, but not where a spreadsheet rounded it; a name by its words, in this order.

    Parameters
    ----------
    folder
        A region's folder of raw data.
    written
        A number or a name.
    """
    matches = _matcher(written)
    mentions: list[Mention] = []
    unread: list[str] = []
    for path in list_files(folder):
        if path.suffix.casefold() not in WORKBOOKS | TEXTS | MACROS:
            continue
        raw = read_file(path, folder=folder)
        unread += [raw.name] * bool(raw.problems)
        for grid in raw.grids:
            places = _find_cells(grid.rows, matches)
            mentions += [Mention(raw.name, grid.sheet, cell_address(*place)) for place in places]
    return Search(tuple(mentions), tuple(unread))


def _matcher(written: str) -> Callable[[str], bool]:
    digits = _SEPARATORS.sub("", written)
    if _NUMBER.fullmatch(digits):
        return lambda text: digits in _SEPARATORS.sub("", text)
    words = f" {fold(written)} "
    return lambda text: bool(words.strip()) and words in f" {fold(text)} "


def _find_cells(rows: list[list[Any]], matches: Callable[[str], bool]) -> Iterator[tuple[int, int]]:
    known: dict[str, bool] = {}
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            text = _as_text(cell)
            if text not in known:
                known[text] = matches(text)
            if known[text]:
                yield number, column


def _as_text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return clean(cell) if isinstance(cell, str) else str(cell)
