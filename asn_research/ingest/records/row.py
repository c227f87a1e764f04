"""Which rows below a heading are data, and which are blank, totals, column numbers, footers or signatures."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from asn_research.contract.vocabulary import fold
from asn_research.ingest.files.source import Grid, Row
from asn_research.ingest.layouts.header import Block, is_empty

_TOTALS: Final = frozenset(
    [
        "jumlah", "total", "subtotal", "rerata", "mean", "average", "median", "maksimum", "minimum",
        "max", "min", "sum"
    ]
) | {
    "sub total", "grand total", "jumlah total", "total jumlah", "total keseluruhan", "jumlah keseluruhan",
    "rata rata", "nilai rata rata", "nilai tertinggi", "nilai terendah", "standar deviasi", "simpangan baku",
    "total anggaran", "jumlah anggaran", "rata rata kelas", "jumlah peserta", "total peserta", "jumlah nilai",
    "nrr per unsur", "nrr tertimbang", "nilai per unsur", "nilai unsur", "ikm unit pelayanan", "tertinggi",
    "terendah", "jumlah hadir", "skm unit pelayanan", "nrr", "ikm", "skm", "mutu",
    "mutu pelayanan", "nilai ikm", "nilai skm", "kategori", "nrr unsur", "nilai indeks", "indeks", "bobot",
    "nilai persepsi", "rata rata nilai",
}  # fmt: skip
_TOTAL_WORDS: Final = frozenset({"jumlah", "total", "rata", "subtotal", "nrr", "ikm", "rerata"})
_FOOTERS: Final = re.compile(
    r"^(keterangan|catatan|mengetahui|menyetujui|sumber|ket|note|notes|source|dibuat oleh|disusun oleh|"
    r"kepala |sekretaris |camat|lurah|pejabat|a n |an |plt |plh |ketua |petugas |dicetak|printed|legend|"
    r"panitia|penyelenggara|nip |pembina|penata|pengatur|ttd|tanda tangan|verifikator|approved|prepared)\b"
    r"|\b(19|20)\d\d$"
)
_COLUMN_NUMBER: Final = re.compile(r"^\(?\s*(\d{1,2})\s*\)?$")
_WHOLE_NUMBER: Final = 18
_MANY_DIGITS: Final = re.compile(r"(?:\d[\s.\-]*){5}")


def find_data_rows(grid: Grid, block: Block) -> tuple[list[int], int]:
    """Indices of the data rows of a block, and how many rows below its headings are something else.

    A row without its identity but with other values is data: it will be quarantined, not forgotten.
    """
    layout = block.layout
    mapped = layout.places
    identity = _identity_column(block)
    own = {heading.column: fold(heading.own) for heading in block.headings}
    others = [column for column in mapped if column != identity]
    data: list[int] = []
    footer = False
    for index in range(block.first, block.end):
        row = grid.rows[index]
        if _is_plain(row, identity, others):
            footer = False
            data.append(index)
            continue
        filled = [column for column in mapped if column < len(row) and not is_empty(row[column])]
        if not filled or _is_repeat(row, own) or _is_total(row, identity):
            footer = footer or _is_footer(row)
            continue
        if index < block.first + 3 and _is_column_numbers(row):
            continue
        if footer and (identity not in filled or _count(row) < 2):
            continue
        if _is_data(row, filled, identity):
            footer = False
            data.append(index)
        else:
            footer = footer or _is_footer(row)
    return data, block.end - block.first - len(data)


def _is_plain(row: Row, identity: int, others: Sequence[int]) -> bool:
    """Whether a row is data at first sight: a whole employee number and something beside it."""
    if identity >= len(row):
        return False
    value = row[identity]
    if type(value) is not str or len(value) != _WHOLE_NUMBER or not value.isdigit():
        return False
    for column in others:  # noqa: SIM110 - for every row of a sheet; twice as fast
        if column < len(row) and not is_empty(row[column]):
            return True
    return False


def _identity_column(block: Block) -> int:
    """The column that tells whose row it is: the first one of the key, else the leftmost."""
    columns = block.layout.columns
    for name in (*block.layout.table.key, *block.layout.table.required_names):
        if name in columns:
            return columns[name]
    return min(columns.values(), default=0)


def _is_data(row: Row, filled: Sequence[int], identity: int) -> bool:
    if identity in filled:
        if len(filled) >= 2:
            return True
        value = row[identity]
        if not isinstance(value, str):
            return True
        return bool(_MANY_DIGITS.search(value)) and _count(row) >= 2
    if len(filled) >= 3:
        return True
    return len(filled) == 2 and not _is_footer(row)


def _count(row: Row) -> int:
    return sum(not is_empty(cell) for cell in row)


def _is_repeat(row: Row, own: dict[int, str]) -> bool:
    """Whether the headings stand here once more, as at the top of each printed page."""
    first = next((c for c, cell in enumerate(row) if isinstance(cell, str) and not is_empty(cell)), None)
    if first is None or own.get(first) is None or _folded(row[first]) != own[first]:
        return False
    same = sum(
        isinstance(cell, str) and _folded(cell) == own.get(c)
        for c, cell in enumerate(row)
        if not is_empty(cell)
    )
    return same >= 2 and same * 2 > _count(row)


def _is_total(row: Row, identity: int) -> bool:
    texts = [(c, cell) for c, cell in enumerate(row[:8]) if isinstance(cell, str) and not is_empty(cell)]
    for column, cell in texts[:3]:
        text = "" if cell[-1].isdigit() else _folded(cell)
        if text in _TOTALS:
            return column == identity or identity >= len(row) or _is_weak(row[identity])
        if text.split(" ")[0] in _TOTAL_WORDS:
            return column == identity or identity >= len(row) or is_empty(row[identity])
    return False


def _is_weak(value: Any) -> bool:
    """Whether a cell is no identity: empty, or a short number such as a year."""
    if is_empty(value):
        return True
    return not isinstance(value, str) or not _MANY_DIGITS.search(value)


@lru_cache(maxsize=100_000)
def _folded(text: str) -> str:
    return fold(text)


def _is_footer(row: Row) -> bool:
    texts: list[Any] = [cell for cell in row if not is_empty(cell)]
    return any(isinstance(text, str) and _FOOTERS.search(_folded(text)) for text in texts[:4])


def _is_column_numbers(row: Row) -> bool:
    """Whether a row numbers the columns, as ``(1) (2) (3)`` under the headings of official tables."""
    numbers = []
    for cell in row:
        if is_empty(cell):
            continue
        text = str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()
        match = _COLUMN_NUMBER.match(text)
        if match is None:
            return False
        numbers.append(int(match.group(1)))
    return len(numbers) >= 3 and numbers == list(range(numbers[0], numbers[0] + len(numbers)))
