"""What recognition asks of an office where it is not sure: the candidates, and the lines that settle it."""

from __future__ import annotations

from collections.abc import Iterable

from asn_research.contract.column import Kind
from asn_research.errors import Place, Problem
from asn_research.ingest.files.problem import make_problem
from asn_research.ingest.files.source import Grid
from asn_research.ingest.layouts.header import Block
from asn_research.ingest.layouts.layout import Heading
from asn_research.ingest.layouts.suggestion import Draft, draft_entry, label, locate, name_heading
from asn_research.ingest.people.text import scrub_label

_SHOWN = 8


def ask_about_block(grid: Grid, block: Block) -> list[Problem]:
    """The questions about one table that was read: columns in doubt, wrong names in region.toml, a rival."""
    layout = block.layout
    headings = {heading.column: heading for heading in block.headings}
    problems = []
    for entry in layout.ambiguous:
        name = entry.partition(":")[0]
        cell = next((locate(block, h.column) for h in layout.contested.get(name, ())), "")
        message = f"several columns could be the same one ({scrub_label(entry)}); none was read."
        problems.append(
            _ask(
                "heading_ambiguous",
                message,
                grid,
                cell,
                _draft(grid, block, [name]),
                columns=scrub_label(entry),
            )
        )
    for column, names in sorted(layout.unsure.items()):
        open_names = [name for name in names if not layout.has(name) and name not in layout.contested]
        if column not in headings or not open_names or column in layout.columns.values():
            continue
        heading = scrub_label(headings[column].full)
        meant = ", ".join(label(layout.table.name, name) for name in open_names)
        draft = _draft(grid, block, open_names, headings[column])
        message = f"the heading {heading!r} may stand for {meant}; it was not read."
        problems.append(
            _ask(
                "heading_unsure", message, grid, locate(block, column), draft, heading=heading, columns=meant
            )
        )
    return problems + _ask_about_units(grid, block) + _ask_about_mapping(grid, block)


def _ask_about_units(grid: Grid, block: Block) -> list[Problem]:
    """Columns whose heading names another unit or scale than the table's; they have to be converted."""
    layout, problems = block.layout, []
    headings = {heading.column: heading.full for heading in block.headings}
    for position, name in sorted(layout.unfit.items()):
        column = layout.table[name]
        if column.kind is Kind.TERM or layout.has(name):
            continue
        fields = {"heading": scrub_label(headings[position]), "columns": column.label.id}
        place = Place(grid.file, grid.sheet, locate(block, position))
        problems.append(make_problem("heading_unit", place, **fields))
    return problems


def _ask_about_mapping(grid: Grid, block: Block) -> list[Problem]:
    layout, problems = block.layout, []
    if layout.absent:
        absent = _list(layout.absent)
        problems.append(
            Problem("mapping_unmatched", f"region.toml names headings that are not there: {absent}.",
                    Place(grid.file, grid.sheet), "Write them in region.toml as they stand in the file.",
                    {"headings": absent})
        )  # fmt: skip
    if block.rival:
        message = f"read as {layout.table.name}, but {block.rival} fits as well."
        draft = _draft(grid, block, [])
        problems.append(
            _ask(
                "table_ambiguous",
                message,
                grid,
                locate(block, 0),
                draft,
                table=layout.table.name,
                rival=block.rival,
            )
        )
    return problems


def ask_about_sheet(grid: Grid, nearest: Block | None) -> list[Problem]:
    """The questions about a sheet on which no table was recognised."""
    if nearest is None or nearest.layout.matched < 2:
        problem = Problem(
            "table_not_recognised", "no table was recognised on it.", Place(grid.file, grid.sheet),
            "Let asn-research check --suggest draft the lines for region.toml, or move the sheet elsewhere.",
            {"table": "", "missing": ""},
        )  # fmt: skip
        return [problem]
    layout = nearest.layout
    missing = ", ".join(layout.table[name].label.id for name in layout.missing)
    taken = set(layout.columns.values())
    left = _list(heading.full for heading in nearest.headings if heading.column not in taken)
    message = f"it looks like {layout.table.name}, but columns are missing: {missing}."
    draft = draft_entry(grid, nearest)
    cell = locate(nearest, min((h.column for h in nearest.headings), default=0))
    fields = {"table": layout.table.name, "missing": missing, "headings": left}
    asked = _ask("table_not_recognised", message, grid, cell, draft, **fields)
    return [asked, *_ask_about_units(grid, nearest)]


def _draft(grid: Grid, block: Block, names: list[str], heading: Heading | None = None) -> Draft:
    """The lines that settle some columns of a block, with the heading in doubt where there is one."""
    whole = draft_entry(grid, block)
    if whole.wide:
        return whole
    columns = {name: said for name, said in whole.columns.items() if name in names}
    choices = {name: said for name, said in whole.choices.items() if name in names}
    if heading is not None:
        said = name_heading(heading, block.headings)
        columns, choices = {names[0]: said}, dict.fromkeys(names[1:], (said,))
    for name in names:
        contested = [name_heading(h, block.headings) for h in block.layout.contested.get(name, ())]
        if contested and name not in columns:
            columns[name], choices[name] = contested[0], tuple(contested[1:])
    return Draft(whole.table, whole.file, whole.sheet, whole.header_row, columns, choices)


def _ask(code: str, message: str, grid: Grid, cell: str, draft: Draft, **fields: str) -> Problem:
    lines = scrub_label(draft.toml())
    remedy = f"Settle it in region.toml:\n{lines}"
    if left := fields.get("headings"):
        remedy = f"Headings not used yet: {left}. {remedy}"
    return Problem(code, message, Place(grid.file, grid.sheet, cell), remedy, {**fields, "lines": lines})


def _list(texts: Iterable[str]) -> str:
    """Some headings in one line, without what might identify a person."""
    shown = [scrub_label(text) for text in texts]
    more = f", … (+{len(shown) - _SHOWN})" if len(shown) > _SHOWN else ""
    return (", ".join(shown[:_SHOWN]) + more) or "–"
