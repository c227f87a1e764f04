"""Lines for region.toml that settle a layout, drafted from what a sheet shows."""

from __future__ import annotations

import glob
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from asn_research.contract.column import TABLES, Column, Kind
from asn_research.contract.likeness import resemble
from asn_research.contract.overlap import weigh_table
from asn_research.contract.vocabulary import fold, read_vocabulary
from asn_research.contract.word import word_bag
from asn_research.ingest.files.cell import cell_address
from asn_research.ingest.files.source import Grid
from asn_research.ingest.layouts.evidence import fits
from asn_research.ingest.layouts.header import Block
from asn_research.ingest.layouts.layout import Heading, Layout
from asn_research.ingest.values.reading import clean

LIKELY: Final = 0.7
"""Letters count for a proposal if so many of them agree."""
READABLE: Final = 0.5
"""A heading is proposed for a column that can read this share of the different cells below."""
_TERM_WEIGHT: Final = 2.0
"""Terms, employee numbers and dates tell more than numbers, and these more than texts."""
_TEXT_WEIGHT: Final = 0.6
_ORDER: Final = 0.01
_CODE_LENGTH: Final = 24
_CODE_LETTERS: Final = 3
_SHOWN: Final = 4


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry of region.toml for one table on one sheet.

    ``columns`` gives the heading drafted for a column of the table, ``choices`` the headings among which a
    person has to choose, and ``values`` the terms one of which may stand for a whole sheet. ``wide`` gives
    the scores that stand side by side, by wave, ``others`` what may be one of them, and ``fixed`` what their
    headings say of all of them.
    """

    table: str
    file: str
    sheet: str
    header_row: int
    columns: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    wide: Mapping[str, str] = field(default_factory=dict)
    others: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)

    def toml(self) -> str:
        """The entry as TOML; what a person has to decide stands in comments."""
        lines = [f"[[tables.{self.table}]]", f"file = {quote(glob.escape(self.file.rsplit('/', 1)[-1]))}"]
        if self.sheet:
            lines.append(f"sheet = {quote(self.sheet)}")
        lines.append(f"header_row = {self.header_row}")
        for name, heading in self.columns.items():
            lines.append(f"columns.{name} = {quote(heading)}  # {TABLES[self.table][name].label.id}")
        for name, headings in self.choices.items():
            lines += [f"# columns.{name} = {quote(heading)}" for heading in headings]
        for name, codes in self.values.items():
            shown = ", ".join(codes)
            lines.append(f"# columns.{name} = {{ value = {quote(codes[0])} }}  # {shown}")
        lines += [f"columns.{name} = {{ value = {quote(code)} }}" for name, code in self.fixed.items()]
        lines += [f"wide.{wave} = {quote(heading)}" for wave, heading in self.wide.items()]
        for heading, waves in self.others.items():
            lines += [f"# wide.{wave} = {quote(heading)}" for wave in waves]
        return "\n".join(lines)


def quote(text: str) -> str:
    """A text as a TOML string on one line.

    >>> quote('a "b"')
    '"a \\\\"b\\\\""'
    """
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def draft_entry(grid: Grid, block: Block) -> Draft:
    """The entry that would settle what a block leaves open: columns it lacks, and columns in doubt.

    What the block needs is drafted from the headings left whose cells the column can read, as well as their
    words, their letters and their order tell; what is only in doubt, where words or letters agree.
    """
    layout = block.layout
    if layout.value == "score" and not layout.missing and (sides := _draft_sides(grid, block)) is not None:
        return sides
    wanted = list(dict.fromkeys([*layout.missing, *layout.contested, *_doubted(layout)]))
    wanted = [name for name in wanted if name in layout.table.names and not layout.has(name)]
    left = [h for h in block.headings if h.column not in _taken(layout) and fold(h.full)]
    likely = np.array([[_weigh(layout, name, heading, block) for heading in left] for name in wanted])
    columns: dict[str, str] = {}
    choices: dict[str, tuple[str, ...]] = {}
    if likely.size:
        names = [name_heading(heading, block.headings) for heading in left]
        columns = {wanted[row]: names[column] for row, column in _assign(likely)}
        for row, name in enumerate(wanted):
            order = np.argsort(-likely[row], kind="stable")
            others = [names[column] for column in order if likely[row, column] > 0]
            choices[name] = tuple(other for other in others if other != columns.get(name))[:_SHOWN]
    lists = {name: layout.table[name].terms for name in layout.missing if name not in columns}
    values = {name: read_vocabulary(terms).codes for name, terms in lists.items() if terms}
    choices = {name: found for name, found in choices.items() if found}
    return Draft(layout.table.name, grid.file, grid.sheet, block.top + 1, columns, choices, values)


def _draft_sides(grid: Grid, block: Block) -> Draft | None:
    """The entry for scores of several waves side by side, where another heading may be one of them.

    Only waves can be told apart in region.toml; None where the columns differ in more.
    """
    layout = block.layout
    asked = [h for h in block.headings if "score" in layout.unsure.get(h.column, ())]
    said = {tuple((k, v) for k, v in column.values.items() if k != "wave") for column in layout.wide}
    if not asked or len(said) != 1:
        return None
    names = {heading.column: name_heading(heading, block.headings) for heading in block.headings}
    wide = {column.values["wave"]: names[column.column] for column in layout.wide if "wave" in column.values}
    free = [wave for wave in read_vocabulary("wave").codes if wave not in wide]
    others = {names[heading.column]: tuple(free or wide) for heading in asked}
    return Draft(
        layout.table.name,
        grid.file,
        grid.sheet,
        block.top + 1,
        wide=wide,
        others=others,
        fixed=dict(said.pop()),
    )


def _assign(likely: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Each wanted column with its heading, together the likeliest; of equals in the order of the sheet."""
    from scipy.optimize import linear_sum_assignment  # slow to import, and seldom needed

    rows, columns = np.indices(likely.shape)
    order = np.abs(rows / max(likely.shape[0] - 1, 1) - columns / max(likely.shape[1] - 1, 1))
    chosen = linear_sum_assignment(np.where(likely > 0, likely - _ORDER * order, 0.0), maximize=True)
    return [(int(row), int(column)) for row, column in zip(*chosen, strict=True) if likely[row, column] > 0]


def _taken(layout: Layout) -> set[int]:
    return set(layout.places)


def _doubted(layout: Layout) -> list[str]:
    return [name for names in layout.unsure.values() for name in names]


def _weigh(layout: Layout, name: str, heading: Heading, block: Block) -> float:
    """How likely a heading stands for a column: 0 where it cannot, else the more the likelier."""
    column, words = layout.table[name], weigh_table(layout.table.name)
    values = block.context.sample(heading.column)
    fit = _fit(values, column)
    if fit < READABLE:
        return 0.0
    said = max(
        max(words.share(text, name), _letters(text, words.spellings(name)))
        for text in (heading.full, heading.own)
    )
    asked = name in layout.missing or name in layout.unsure.get(heading.column, ())
    return fit + said if said > 0 or asked else 0.0


def _letters(text: str, spellings: Sequence[str]) -> float:
    letters = resemble(" ".join(word_bag(text)), spellings)
    return letters if letters >= LIKELY else 0.0


def _fit(values: Sequence[Any], column: Column) -> float:
    """Share of the cells that a column can read; for codes and texts, that look like one."""
    if not values:
        return 0.0
    texts = [clean(value) for value in values if isinstance(value, str)]
    if column.kind is Kind.CODE:
        return sum(" " not in text and len(text) <= _CODE_LENGTH for text in texts) / len(values)
    if column.kind in {Kind.TEXT, Kind.REMARK}:
        return _TEXT_WEIGHT * sum(sum(map(str.isalpha, text)) > _CODE_LETTERS for text in texts) / len(values)
    if column.kind is Kind.PERSON and column.name != "person_id":
        return _TEXT_WEIGHT
    fit = fits(values, column)
    return fit * _TERM_WEIGHT if column.kind in {Kind.TERM, Kind.PERSON, Kind.DATE} else fit


def name_heading(heading: Heading, headings: Sequence[Heading]) -> str:
    """The words by which region.toml names a heading: its own, or with those above where these are needed."""
    alone = sum(fold(other.own) == fold(heading.own) for other in headings) == 1
    return heading.own if alone else heading.full


def locate(block: Block, column: int) -> str:
    """Address of the cell in which the lowest heading of a column stands, such as ``C4``."""
    return cell_address(block.first - 1, column)


def label(table: str, name: str) -> str:
    """The name of a column in region.toml with its Indonesian label."""
    known = TABLES[table]
    return f"{name} ({known[name].label.id})" if name in known.names else name
