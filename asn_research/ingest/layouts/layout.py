"""How a block of a sheet maps onto a table: which of its columns holds which column of the table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from asn_research.contract.column import Table
from asn_research.contract.region import Mapping

COUNTED: Final = ("sessions_held", "sessions_attended")
"""What is counted in an attendance list that has a column for every session."""


def _no_cells(_: int) -> Sequence[Any]:
    return ()


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading of one column of a file: its own text, and the texts above that stand over it."""

    column: int
    own: str
    parents: str = ""

    @property
    def full(self) -> str:
        return f"{self.parents} {self.own}".strip()


@dataclass(frozen=True, slots=True)
class Context:
    """What stands around a table: names of file and sheet, titles above, the region's mappings by table.

    ``sample`` gives different cells that stand below the headings in a column.
    """

    file: str
    sheet: str
    titles: tuple[str, ...] = ()
    mappings: dict[str, Mapping] = field(default_factory=dict)
    sample: Callable[[int], Sequence[Any]] = _no_cells

    @property
    def texts(self) -> tuple[str, ...]:
        """From the nearest to the farthest."""
        return (*reversed(self.titles), self.sheet, self.file.rsplit(".", 1)[0])


@dataclass(frozen=True, slots=True)
class WideColumn:
    """A column of a wide sheet that gives records of its own, with the values that its heading fixes.

    ``date`` is the column that holds their dates, where there is one for them alone.
    """

    column: int
    values: dict[str, str]
    date: int | None = None


@dataclass(slots=True)
class Layout:
    """How the columns of one block of a sheet map onto a table.

    ``columns`` and ``fixed`` say where each column of the table comes from; ``wide`` lists the columns that
    become rows, ``value`` the column of the table that their cells fill. ``missing`` names what the table
    needs and the block lacks; ``rest`` the headings that stand for nothing yet; ``absent`` headings of
    region.toml that the block lacks; ``assumed`` what was taken from the region's declaration. ``contested``
    are columns of the table that several headings name alike; ``unsure`` columns of the file that may be more
    than one thing; ``unfit`` those whose heading names a list of terms that their cells are not from.
    ``marks`` are the columns of an attendance list, one per session; ``elsewhere`` says that a heading over
    scores may name a competency that is not known.
    """

    table: Table
    headings: tuple[Heading, ...] = ()
    columns: dict[str, int] = field(default_factory=dict)
    fixed: dict[str, str] = field(default_factory=dict)
    wide: tuple[WideColumn, ...] = ()
    value: str = ""
    missing: tuple[str, ...] = ()
    rest: list[Heading] = field(default_factory=list)
    unread: tuple[str, ...] = ()
    ambiguous: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    assumed: dict[str, str] = field(default_factory=dict)
    contested: dict[str, list[Heading]] = field(default_factory=dict)
    unsure: dict[int, tuple[str, ...]] = field(default_factory=dict)
    unfit: dict[int, str] = field(default_factory=dict)
    marks: tuple[int, ...] = ()
    elsewhere: bool = False
    matched: int = 0
    score: float = 0.0

    @property
    def complete(self) -> bool:
        return not self.missing

    @property
    def places(self) -> list[int]:
        """The columns of the file that are read, from the left."""
        dates = (wide.date for wide in self.wide if wide.date is not None)
        return sorted({*self.columns.values(), *(wide.column for wide in self.wide), *dates, *self.marks})

    @property
    def known(self) -> int:
        """How many columns of the block are read."""
        return len(self.columns) + len(self.wide) + bool(self.marks)

    def has(self, name: str) -> bool:
        """Whether something in the block, or around it, gives a column of the table."""
        if name in self.columns or name in self.fixed or (self.marks and name in COUNTED):
            return True
        return bool(self.wide) and all(name in column.values for column in self.wide)

    def lacks(self, names: Sequence[str]) -> bool:
        """Whether one of some columns is given by nothing."""
        return any(not self.has(name) for name in names)
