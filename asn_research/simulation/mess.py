"""What goes wrong in offices, each kind with its known outcome."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from asn_research.contract.column import TABLES, Kind
from asn_research.simulation.chance import Chance
from asn_research.simulation.notation import MONTHS, Cell
from asn_research.simulation.office import Record, Row, Sheet, Status

_NBSP = "\u00a0"
_EPOCH = datetime.date(1899, 12, 30)


@dataclass(frozen=True)
class Mess:
    """One kind of mess: what it does to a row and what should become of the row.

    ``reason`` is empty where the row is recovered.
    """

    name: str
    status: Status
    reason: str
    text: str


MESSES: dict[str, Mess] = {
    mess.name: mess
    for mess in (
        Mess("trailing_space", "accepted", "", "spaces after a unit's name"),
        Mess("inner_nbsp", "accepted", "", "a non-breaking space between the words of a unit's name"),
        Mess("comma_text", "accepted", "", "a number typed as text with a decimal comma in a workbook"),
        Mess("point_text", "accepted", "", "one decimal after a point in a file of decimal commas"),
        Mess("percent", "accepted", "", "a share typed as text with a percent sign"),
        Mess("date_words", "accepted", "", "a date typed with an Indonesian month in a column of date cells"),
        Mess("serial_date", "corrected", "", "an Excel serial number where the column has dates"),
        Mess("nip_spaces", "corrected", "", "a number grouped as on the identity card: 8 6 1 3"),
        Mess("nip_apostrophe", "corrected", "", "a visible apostrophe before the number"),
        Mess("nip_nbsp", "corrected", "", "a non-breaking space after the number"),
        Mess("code_space", "corrected", "", "spaces around a course code"),
        Mess("nip_number", "quarantined", "nip_precision_lost", "a number that Excel kept as a float"),
        Mess("nip_exponent", "quarantined", "nip_precision_lost", "a number in exponent form in a CSV file"),
        Mess("nip_short", "quarantined", "nip_length", "a number with 17 digits"),
        Mess("nip_date", "quarantined", "nip_birth_date", "a number whose date of birth has month 13"),
        Mess("nip_missing", "quarantined", "missing_value", "a row without a number"),
        Mess("score_105", "quarantined", "out_of_range", "a score of 105"),
        Mess("error_cell", "quarantined", "spreadsheet_error", "#DIV/0! in place of a score"),
        Mess("impossible_date", "quarantined", "date_impossible", "31 February"),
        Mess("unknown_word", "quarantined", "unknown_term", "a word that is no term of the column"),
        Mess("unknown_person", "quarantined", "unknown_person", "somebody who is not among the participants"),
        Mess("conflict", "quarantined", "conflicting_repeat", "the same key twice with different values"),
        Mess("repeat", "duplicate", "duplicate", "the same row twice"),
    )
}
"""Every kind of mess by name. Titles, repeated headers, totals, blank lines and signatures are left out."""

_SCORED = (Kind.NUMBER, Kind.INTEGER, Kind.SHARE)


def _kind(sheet: Sheet, place: int) -> Kind | None:
    """The kind of what a column holds; the cells of a wide sheet are numbers."""
    column = sheet.columns[place]
    if column.startswith(">"):
        return Kind.NUMBER
    return TABLES[sheet.table][column].kind if column in TABLES[sheet.table].names else None


def _main_person(sheet: Sheet) -> int:
    for place, column in enumerate(sheet.columns):
        if column in ("person_id", "respondent_id"):
            return place
    return -1


def _column(sheet: Sheet, *kinds: Kind, required: bool = False) -> list[int]:
    return [
        place for place, column in enumerate(sheet.columns)
        if _kind(sheet, place) in kinds
        and (not required or column.startswith(">") or TABLES[sheet.table][column].required)
    ]  # fmt: skip


def _number(cell: Cell) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def _scores(sheet: Sheet) -> list[int]:
    wide = [place for place, column in enumerate(sheet.columns) if column.startswith(">")]
    return wide or [place for place, column in enumerate(sheet.columns) if column in ("score", "response")]


def _set(row: Row, place: int, cell: Cell) -> bool:
    row.cells[place] = cell
    return True


def _break_person(change: Callable[[str], Cell]) -> Callable[[Sheet, Row], bool]:
    def apply(sheet: Sheet, row: Row) -> bool:
        place = _main_person(sheet)
        return place >= 0 and _set(row, place, change(str(row.cells[place])))

    return apply


def _change_cell(
    places: Callable[[Sheet], list[int]], fits: Callable[[Cell], bool], change: Callable[[Any], Cell]
) -> Callable[[Sheet, Row], bool]:
    def apply(sheet: Sheet, row: Row) -> bool:
        fitting = [place for place in places(sheet) if fits(row.cells[place])]
        return bool(fitting) and _set(row, fitting[0], change(row.cells[fitting[0]]))

    return apply


def _is_text(cell: Cell) -> bool:
    return isinstance(cell, str) and cell != ""


def _filled(cell: Cell) -> bool:
    """A score that is there, as a number or as text with digits."""
    return _number(cell) or (isinstance(cell, str) and cell[:1].isdigit())


def _unit(sheet: Sheet) -> list[int]:
    return [place for place, column in enumerate(sheet.columns) if column == "unit"]


def _term(sheet: Sheet) -> list[int]:
    return [
        place for place in _column(sheet, Kind.TERM) if TABLES[sheet.table][sheet.columns[place]].required
    ]


_APPLY: dict[str, Callable[[Sheet, Row], bool]] = {
    "trailing_space": _change_cell(_unit, _is_text, lambda cell: f"{cell}  "),
    "inner_nbsp": _change_cell(
        _unit, lambda cell: " " in str(cell), lambda cell: cell.replace(" ", _NBSP, 1)
    ),
    "comma_text": _change_cell(
        lambda sheet: _column(sheet, *_SCORED), lambda cell: isinstance(cell, float),
        lambda cell: f"{cell}".replace(".", ","),
    ),
    "point_text": _change_cell(
        _scores, lambda cell: isinstance(cell, str) and cell[-2:-1] == ",",
        lambda cell: cell.replace(",", "."),
    ),
    "percent": _change_cell(
        lambda sheet: _column(sheet, Kind.SHARE), _number, lambda cell: f"{round(100 * cell)}%"
    ),
    "date_words": _change_cell(
        lambda sheet: _column(sheet, Kind.DATE), lambda cell: isinstance(cell, datetime.date),
        lambda cell: f"{cell.day} {MONTHS[cell.month - 1]} {cell.year}",
    ),
    "serial_date": _change_cell(
        lambda sheet: _column(sheet, Kind.DATE), lambda cell: isinstance(cell, datetime.date),
        lambda cell: (cell - _EPOCH).days,
    ),
    "nip_spaces": _break_person(lambda nip: f"{nip[:8]} {nip[8:14]} {nip[14]} {nip[15:]}"),
    "nip_apostrophe": _break_person(lambda nip: f"'{nip}"),
    "nip_nbsp": _break_person(lambda nip: nip + _NBSP),
    "code_space": _change_cell(
        lambda sheet: [place for place, column in enumerate(sheet.columns) if column == "course_id"],
        _is_text, lambda cell: f" {cell} ",
    ),
    "nip_number": _break_person(float),
    "nip_exponent": _break_person(lambda nip: f"{nip[0]},{nip[1:6]}E+17"),
    "nip_short": _break_person(lambda nip: nip[:-1]),
    "nip_date": _break_person(lambda nip: f"{nip[:4]}13{nip[6:]}"),
    "nip_missing": _break_person(lambda nip: None),  # noqa: ARG005
    "score_105": _change_cell(
        _scores, _filled, lambda cell: "105" if isinstance(cell, str) else 105
    ),
    "error_cell": _change_cell(_scores, _filled, lambda cell: "#DIV/0!"),  # noqa: ARG005
    "impossible_date": _change_cell(
        lambda sheet: _column(sheet, Kind.DATE), lambda cell: cell is not None,
        lambda cell: "31/02/2025",  # noqa: ARG005
    ),
    "unknown_word": _change_cell(_term, _is_text, lambda cell: "lihat lampiran"),  # noqa: ARG005
}  # fmt: skip


def _marked(row: Row, mess: Mess) -> None:
    row.messes += (mess.name,)
    if mess.status != "accepted":
        row.status, row.reason = mess.status, mess.reason


def _copy(row: Row) -> Row:
    return replace(row, cells=list(row.cells))


def _different(sheet: Sheet, row: Row) -> Row | None:
    """A copy that says something else under the same key."""
    other = _copy(row)
    wide = [place for place in _scores(sheet) if _filled(row.cells[place])]
    held = [place for place, column in enumerate(sheet.columns) if column == "sessions_attended"]
    for place in wide or held:
        cell = row.cells[place]
        if isinstance(cell, float | int):
            other.cells[place] = cell - 1 if cell >= 2 else cell + 1
            return other
        if isinstance(cell, str) and cell.isdigit():
            other.cells[place] = str(int(cell) - 1 if int(cell) >= 2 else int(cell) + 1)
            return other
        if isinstance(cell, str) and "," in cell:
            whole, rest = cell.split(",")
            other.cells[place] = f"{int(whole) - 1},{rest}"
            return other
    return None


def _stranger(row: Row, sheet: Sheet, number: int) -> Row:
    """A copy of a row for somebody with a sound number who is not among the participants."""
    other, place = _copy(row), _main_person(sheet)
    nip = f"19790{1 + number % 9}1{number % 8 + 1}200501{1 + number % 2}{980 + number % 9}"
    other.cells[place] = nip
    names = [at for at, column in enumerate(sheet.columns) if column == "@name"]
    for at in names:
        other.cells[at] = f"Tamu {number}"
    column = sheet.columns[place]
    other.records = tuple(Record(one.table, {**one.values, column: nip}) for one in row.records)
    return other


def _insert(sheet: Sheet, row: Row, *, after: Row) -> None:
    place = next(at for at, one in enumerate(sheet.rows) if one is after)
    later = min(len(sheet.rows), place + 4)
    sheet.rows.insert(later, row)


def add_mess(sheet: Sheet, counts: dict[str, int], chance: Chance, *, only: set[str] | None = None) -> None:
    """Spoil a sheet.

    Parameters
    ----------
    sheet : Sheet
        Changed in place.
    counts : dict of str to int
        How many rows each mess befalls; a mess that no cell of a row fits passes on to the next row.
    chance : Chance
        Draws the rows; a row gets one mess at most.
    only : set of str, optional
        Persons (numbers) whose rows may be quarantined; default anybody. Where a lost row of the participants
        would make that person unknown everywhere else, this keeps the loss to people without other rows.
    """
    place = _main_person(sheet)
    for name, count in counts.items():
        mess, stream, done = MESSES[name], chance.named(sheet.name, sheet.table, name), 0
        clean = [row for row in sheet.data if not row.messes and row.records]
        for at in stream.order(len(clean)):
            row = clean[int(at)]
            if done == count:
                break
            if mess.status == "quarantined" and only is not None and str(row.cells[place]) not in only:
                continue
            done += _befall(sheet, row, mess, number=done)


def _befall(sheet: Sheet, row: Row, mess: Mess, *, number: int) -> bool:
    """Apply one mess to one row; False where it does not fit."""
    if mess.name == "repeat":
        again = _copy(row)
        _insert(sheet, again, after=row)
        row.messes += ("repeated",)  # the first of the two: recovered, but not to be spoilt again
        _marked(again, mess)
        return True
    if mess.name == "conflict":
        other = _different(sheet, row)
        if other is None:
            return False
        _insert(sheet, other, after=row)
        _marked(row, mess)
        _marked(other, mess)
        return True
    if mess.name == "unknown_person":
        stranger = _stranger(row, sheet, number)
        _insert(sheet, stranger, after=row)
        _marked(stranger, mess)
        return True
    if not _APPLY[mess.name](sheet, row):
        return False
    _marked(row, mess)
    return True


def add_totals(sheet: Sheet, *, label: str, sums: dict[str, Callable[[float], Cell]], at: int = 1) -> None:
    """A row of totals at the end, which is no record: the sum of some columns, each in its notation."""
    line: list[Cell] = [None] * len(sheet.columns)
    line[at] = label
    for place, column in enumerate(sheet.columns):
        if column in sums:
            values = [one.values[column] for row in sheet.data for one in row.records]
            line[place] = sums[column](float(sum(value for value in values if value is not None)))
    sheet.rows.append(line)


def repeat_header(sheet: Sheet, *, header_lines: int, every: int) -> None:
    """The header again at every page break, as printed lists have it; and a blank line before it."""
    header = sheet.above[-header_lines:]
    rows: list[Row | list[Cell]] = []
    for number, row in enumerate(sheet.rows):
        if number and number % every == 0:
            rows += [[], *[list(line) for line in header]]
        rows.append(row)
    sheet.rows = rows
