"""From clean tables to grids: the columns of a file, and a data row per record or group of records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pandas as pd

from asn_research.contract.column import TABLES
from asn_research.simulation.chance import Chance
from asn_research.simulation.notation import Cell, Notation, Words
from asn_research.simulation.office import Record, Row, Sheet
from asn_research.simulation.world import World


class Field(NamedTuple):
    """One column of a file.

    ``column`` is a canonical column, or ``#`` (running number), ``@name`` (name of the person), ``@title``
    and ``@batch`` (of the course), ``@stamp`` (time stamp of a form), ``=text`` (a constant), or for a wide
    sheet ``>value`` (the cell of that wave or item). ``top`` is the upper line of a two-line header;
    ``words`` are spellings of whole numbers.
    """

    header: str
    column: str
    top: str = ""
    words: Words | None = None


_PLAIN_NOTATION = Notation()


@dataclass(frozen=True)
class Layout:
    """How one sheet is built.

    ``spread`` names the column whose values became columns (``wave`` or ``item``), ``measure`` the column
    that fills them; ``implied`` are canonical values that the sheet does not state but its name or the
    region's declaration does.
    """

    name: str
    table: str
    fields: tuple[Field, ...]
    notation: Notation = _PLAIN_NOTATION
    spread: str = ""
    measure: str = ""
    implied: Mapping[str, Any] = field(default_factory=dict)
    titles: tuple[str, ...] = ()
    blank: int = 0
    footer: tuple[tuple[str, ...], ...] = ()
    missing: tuple[str, ...] = ("",)


class _Writer:
    """Turns canonical rows into cells, remembering what it needs of the world."""

    def __init__(self, layout: Layout, world: World, chance: Chance) -> None:
        self.layout, self.chance, self.names = layout, chance, world.names
        courses = world.tables["courses"]
        self.titles = dict(zip(courses["course_id"], courses["title"], strict=True))
        self.batches = dict(zip(courses["course_id"], courses["batch"], strict=True))
        self.columns = {column.name: column for column in TABLES[layout.table].columns}
        self.opening = pd.Timestamp(world.setting.post_on)

    def cell(self, one: Field, row: Mapping[str, Any], number: int) -> Cell:
        """One cell that is not spread."""
        column, course = one.column, row.get("course_id")
        if column == "#":
            return self.layout.notation.number(number)
        if column.startswith("="):
            return column[1:]
        if column == "@name":
            return self.names.get(str(row.get("person_id", row.get("respondent_id"))))
        if column in ("@title", "@batch"):
            found = self.titles if column == "@title" else self.batches
            return None if course is None else found[course]
        if column == "@stamp":
            day = row["date"] if "date" in row and self.layout.table == "citizen_surveys" else self.opening
            moment = pd.Timestamp(day) + pd.Timedelta(
                hours=8, minutes=(37 * number) % 540, seconds=(17 * number) % 60
            )
            return moment.strftime("%d/%m/%Y %H:%M:%S")
        return self.value(one, column, row[column])

    def value(self, one: Field, column: str, value: Any) -> Cell:
        """One canonical value in the notation of the sheet."""
        known = self.columns[column]
        if one.words is not None and value is not None:
            return self.layout.notation.word(one.words[str(int(value))], self.chance)
        return self.layout.notation.show(value, kind=known.kind, terms=known.terms, chance=self.chance)


def _plain_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows with None for missing values and dates without a time."""
    columns: dict[str, list[Any]] = {}
    for name in frame.columns:
        values = frame[name].astype(object)
        plain = values.where(values.notna(), None).tolist()
        dated = str(frame[name].dtype).startswith("datetime")
        columns[str(name)] = [value and value.date() for value in plain] if dated else plain
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _carried(layout: Layout) -> list[str]:
    """Canonical columns that a reader of the sheet can know."""
    names = TABLES[layout.table].names
    stated = {one.column for one in layout.fields}
    if stated & {"@title", "@batch"}:
        stated.add("course_id")
    stated |= set(layout.implied) | {layout.spread, layout.measure}
    return [name for name in names if name in stated]


def _long_rows(frame: pd.DataFrame, layout: Layout, writer: _Writer) -> list[Row]:
    carried = _carried(layout)
    rows: list[Row] = []
    for number, row in enumerate(_plain_rows(frame), start=1):
        values = {name: layout.implied.get(name, row[name]) for name in carried}
        cells = [writer.cell(one, row, number) for one in layout.fields]
        rows.append(Row(cells, (Record(layout.table, values),)))
    return rows


def _groups(frame: pd.DataFrame, layout: Layout) -> list[dict[str, Any]]:
    """Records that share every stated column but the spread one, in order of first appearance."""
    stated = [one.column for one in layout.fields if one.column in frame and one.column != "comment"]
    by = [name for name in frame.columns if name in stated or name in layout.implied or name == "course_id"]
    by = [name for name in by if name not in (layout.spread, layout.measure)]
    groups: dict[tuple[str, ...], dict[str, Any]] = {}
    for row in _plain_rows(frame):
        key = tuple(str(row[name]) for name in by)
        one = groups.setdefault(key, {**row, "comment": None, "measured": {}})
        one["measured"][row[layout.spread]] = row[layout.measure]
        if row.get("comment") is not None:
            one["comment"] = row["comment"]
    return list(groups.values())


def _wide_rows(frame: pd.DataFrame, layout: Layout, writer: _Writer) -> list[Row]:
    carried = _carried(layout)
    rows: list[Row] = []
    for number, one in enumerate(_groups(frame, layout), start=1):
        cells: list[Cell] = []
        records: list[Record] = []
        for column in layout.fields:
            if not column.column.startswith(">"):
                cells.append(writer.cell(column, one, number))
                continue
            value = column.column[1:]
            if value not in one["measured"]:
                cells.append(writer.chance.one(layout.missing) or None)
                continue
            cells.append(writer.value(column, layout.measure, one["measured"][value]))
            known = {**one, **layout.implied, layout.spread: value, layout.measure: one["measured"][value]}
            records.append(Record(layout.table, {name: known[name] for name in carried}))
        rows.append(Row(cells, tuple(records)))
    return rows


def _header(layout: Layout) -> tuple[list[list[Cell]], list[tuple[int, int, int, int]]]:
    """One header line, or two with merged cells where a field stands below a common heading."""
    lower: list[Cell] = [one.header for one in layout.fields]
    if not any(one.top for one in layout.fields):
        return [lower], []
    upper: list[Cell] = []
    merges: list[tuple[int, int, int, int]] = []
    first = len(layout.titles) + layout.blank
    for place, one in enumerate(layout.fields):
        if not one.top:
            upper.append(one.header)
            lower[place] = None
            merges.append((first, place, first + 1, place))
        elif place and layout.fields[place - 1].top == one.top:
            upper.append(None)
        else:
            right = place
            while right + 1 < len(layout.fields) and layout.fields[right + 1].top == one.top:
                right += 1
            upper.append(one.top)
            if right > place:
                merges.append((first, place, first, right))
    return [upper, lower], merges


def lay_out(layout: Layout, world: World, chance: Chance, *, frame: pd.DataFrame | None = None) -> Sheet:
    """The sheet of a layout, filled from the world's table or from a part of it.

    Parameters
    ----------
    layout : Layout
        Columns, notation, titles and footer.
    world : World
        Where the records come from.
    chance : Chance
        Draws the spellings.
    frame : DataFrame, optional
        Canonical rows to write instead of the whole table.
    """
    stream = chance.named(layout.name, layout.table)
    writer = _Writer(layout, world, stream)
    rows = frame if frame is not None else world.tables[layout.table]
    build = _wide_rows if layout.spread else _long_rows
    header, merges = _header(layout)
    above: list[list[Cell]] = [[title] for title in layout.titles]
    above += [[] for _ in range(layout.blank)]
    return Sheet(
        name=layout.name,
        table=layout.table,
        columns=tuple(one.column for one in layout.fields),
        above=[*above, *header],
        rows=list(build(rows, layout, writer)),
        below=[list(line) for line in layout.footer],
        merges=tuple(merges),
    )
