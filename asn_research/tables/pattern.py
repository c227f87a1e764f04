"""The markup of tables: read off one table that great_tables makes, and filled in for all others.

great_tables builds a data frame cell by cell, which costs fifty times what the text of a table costs. Its
markup for a cell depends on nothing but the cell's kind, so one table a process shows all of it.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import pandas as pd
from great_tables import GT

_CLASSES: Final = {
    "gt_right": "number",
    "gt_group_heading": "group",
    "gt_sourcenote": "note",
}
_STRIPPED = re.compile(r' (?:id|headers|rowspan)="[^"]*"| colspan="1"')
_CLASS = re.compile(r' class="([^"]*)"')
_SPAN = re.compile(r'colspan="\d+"')
_MARK: Final = "mark-"


@dataclass(frozen=True)
class Content:
    """What stands in a table: heads and cells as text, each column a number or not, rows in named groups.

    ``ids`` name the rows, group by group, an empty name none; ``target`` is where the names of rows link to.
    """

    heads: tuple[str, ...]
    is_number: tuple[bool, ...]
    groups: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...]
    notes: tuple[str, ...] = ()
    ids: tuple[tuple[str, ...], ...] = ()
    target: str = ""


@dataclass(frozen=True)
class Pattern:
    """One line of markup for each kind of cell, with ``mark-`` and its kind where the text belongs."""

    lines: dict[str, str]

    def cell(self, kind: str, text: str) -> str:
        """One cell with its text, escaped."""
        return self.lines[kind].replace(f"{_MARK}{kind}", html.escape(text))

    def _name(self, text: str, target: str) -> str:
        """The name of a row, as a link where the table has a target."""
        if not target:
            return self.cell("stub", text)
        link = f'<a class="cite" href="#{html.escape(target)}">{html.escape(text)}</a>'
        return self.lines["stub"].replace(f"{_MARK}stub", link)

    def fill(self, content: Content) -> str:
        """The inside of a table: head, one body per group, notes."""
        return "\n".join(self._lines(content))

    def _lines(self, content: Content) -> Iterator[str]:
        kinds = ["number" if number else "text" for number in content.is_number]
        width = f'colspan="{len(content.heads)}"'
        yield from ("<thead>", "<tr>", self.cell("stubhead", content.heads[0]))
        for kind, head in zip(kinds, content.heads[1:], strict=True):
            yield self.cell(f"head-{kind}", head)
        yield from ("</tr>", "</thead>")
        for position, (name, rows) in enumerate(content.groups):
            ids = content.ids[position] if content.ids else ("",) * len(rows)
            yield "<tbody>"
            if name:
                yield from ('<tr class="group">', _SPAN.sub(width, self.cell("group", name)), "</tr>")
            for row, identifier in zip(rows, ids, strict=True):
                yield f'<tr id="{html.escape(identifier)}">' if identifier else "<tr>"
                yield self._name(row[0], content.target)
                for kind, text in zip(kinds, row[1:], strict=True):
                    yield self.cell(kind, text)
                yield "</tr>"
            yield "</tbody>"
        if content.notes:
            yield "<tfoot>"
            yield from (_SPAN.sub(width, self.cell("note", note)) for note in content.notes)
            yield "</tfoot>"


@cache
def read_pattern() -> Pattern:
    """The markup that great_tables gives each kind of cell, without its style and identifiers."""
    kinds = ("stub", "text", "number", "group")
    frame = pd.DataFrame({kind: [f"{_MARK}{kind}"] for kind in kinds})
    table = GT(frame, rowname_col="stub", groupname_col="group", id="t", auto_align=False)
    table = table.tab_stubhead(f"{_MARK}stubhead")
    table = table.cols_label(text=f"{_MARK}head-text", number=f"{_MARK}head-number")
    table = table.cols_align("left").cols_align("right", columns=["number"])
    lines = bare(table.tab_source_note(f"{_MARK}note").as_raw_html())
    found = {mark: line for line in lines for mark in re.findall(rf"{_MARK}([a-z-]+)", line)}
    return Pattern({mark: re.sub("</?tfoot>", "", line) for mark, line in found.items()})


def bare(raw: str) -> Sequence[str]:
    """The lines inside a great_tables table, without its style and identifiers."""
    body = raw[raw.index("<table") : raw.index("</table>")]
    body = body[body.index(">") + 1 :]
    body = _CLASS.sub(_own_class, _STRIPPED.sub("", body)).replace('scope="colgroup"', 'scope="rowgroup"')
    return [line.strip() for line in body.splitlines() if line.strip()]


def _own_class(match: re.Match[str]) -> str:
    names = match.group(1).split()
    if "gt_group_heading_row" in names:
        return ' class="group"'
    own = " ".join(_CLASSES[name] for name in names if name in _CLASSES)
    return f' class="{own}"' if own else ""
