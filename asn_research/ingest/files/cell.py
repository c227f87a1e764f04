"""Cells that a fast reader shows as something else: errors, formulas without a result, percentages."""

from __future__ import annotations

import re
from typing import Final

NO_RESULT: Final = "=?"
"""What stands for a formula whose result is not stored in the file."""

_CELL: Final = re.compile(rb"<c\b([^>]*?)(?:/>|>(.*?)</c>)", re.DOTALL)
_ATTRIBUTE: Final = re.compile(rb'\b([rts])="([^"]*)"')
_VALUE: Final = re.compile(rb"<v>([^<]*)</v>")
_CODES: Final = re.compile(rb'\bs="(\d+)"')
_DANGEROUS: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n", "|", "%")


def cell_position(address: str) -> tuple[int, int]:
    """Row and column, from zero, of an address such as ``C7``."""
    letters = address.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return int(address[len(letters) :]) - 1, column - 1


def cell_address(row: int, column: int) -> str:
    """Address such as ``C7`` of a row and column counted from zero.

    >>> cell_address(6, 27)
    'AB7'
    """
    letters, number = "", column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"


def find_special_cells(
    content: bytes, *, percent: frozenset[int], stale: bool = False
) -> dict[tuple[int, int], str]:
    """Error cells, formulas without a result that holds, and percentages of a sheet, as text, by position.

    The reader gives an empty cell for the first two, so that a broken formula would look like a missing
    value, and ``0.85`` for a cell that shows 85%.

    Parameters
    ----------
    content
        The XML of a sheet of an .xlsx workbook.
    percent
        Numbers of the cell formats that show percentages.
    stale
        Whether the workbook says that its formulas were not calculated; their results do not hold then.
    """
    used = {int(code) for code in set(_CODES.findall(content))} & percent if percent else set()
    formulas = b"<f" in content
    if b't="e"' not in content and not formulas and not used:
        return {}
    special: dict[tuple[int, int], str] = {}
    end = content.rfind(b"</c>") + len(b"</c>")  # a cell that nothing closes is not looked for an end of
    for match in _CELL.finditer(content, 0, end):
        attributes = dict(_ATTRIBUTE.findall(match.group(1)))
        inner = match.group(2)
        if inner is None:  # it holds nothing, wherever it says that it stands
            continue
        text = NO_RESULT if stale and b"<f" in inner else _special_text(attributes, inner, used)
        if text is not None and b"r" in attributes:
            special[cell_position(attributes[b"r"].decode())] = text
    return special


def _special_text(attributes: dict[bytes, bytes], inner: bytes, percent: set[int]) -> str | None:
    value = _VALUE.search(inner)
    kind = attributes.get(b"t", b"n")
    if kind == b"e":
        return value.group(1).decode() if value else "#ERROR!"
    if b"<f" in inner and (value is None or not value.group(1)) and kind not in {b"str", b"inlineStr"}:
        return NO_RESULT
    if kind == b"n" and value is not None and int(attributes.get(b"s", b"0")) in percent:
        return f"{float(value.group(1)) * 100:.10g}%"
    return None


def neutralise(text: str) -> str:
    """Text that no spreadsheet takes for a formula.

    >>> neutralise("=HYPERLINK(1)")
    "'=HYPERLINK(1)"
    """
    return f"'{text}" if text.startswith(_DANGEROUS) else text
