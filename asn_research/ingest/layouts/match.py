"""Which table a heading row belongs to, and which column of the file holds which column of the table."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from asn_research.contract.column import SKM_ELEMENTS, TABLES, Kind, Table
from asn_research.contract.heading import Lexicon, ScoreHeading, read_lexicon
from asn_research.contract.meaning import find_meaning
from asn_research.contract.region import Mapping, Plan, Region
from asn_research.contract.unit import contradicts
from asn_research.contract.vocabulary import fold
from asn_research.contract.word import heading_forms
from asn_research.ingest.layouts.attendance import match_marks
from asn_research.ingest.layouts.doubt import is_ignored, settle_doubts
from asn_research.ingest.layouts.layout import Context, Heading, Layout, WideColumn
from asn_research.ingest.layouts.score import (
    ATTRIBUTES,
    ask_about_scores,
    drop_shared_date,
    is_plain_after,
    match_dates,
    match_scores,
)

_MINIMUM_ITEMS: Final = 3
_SURE: Final = 2
"""Doubtful headings are looked at only beside so many known ones: no row of data shall pass for headings."""
_ELEMENTS: Final = tuple(f"u{number}" for number in range(1, len(SKM_ELEMENTS) + 1))
_TIME_STAMPS: Final = frozenset({"timestamp", "time stamp", "cap waktu", "stempel waktu"})
_MEANT: Final = (0, 1)
"""Of two labels the one whose spelling is known is meant; of two numbers or dates that has to be asked."""
_YEAR: Final = re.compile(r"(?<!\d)20\d\d(?!\d)")


def match_layouts(
    headings: Sequence[Heading], *, context: Context, region: Region, design: str
) -> list[Layout]:
    """The layouts of all tables for a heading row, best first; incomplete ones last.

    Headings that no known spelling settles are looked into only for tables that fit at least half as well as
    the best one.
    """
    layouts = [match_table(table, headings, context=context) for table in TABLES.values()]
    most = max(layout.known for layout in layouts)
    for layout in layouts:
        if layout.known >= most / 2 and _is_sure(layout):
            settle_doubts(layout, sample=context.sample)
        match_dates(layout, lexicon=read_lexicon(), sample=context.sample)
        declared = bool((mapping := context.mappings.get(layout.table.name)) and mapping.wide)
        ask_about_scores(layout, lexicon=read_lexicon(), sample=context.sample, declared=declared)
        if layout.table.name == "enrolments":
            match_marks(layout, texts=context.texts, sample=context.sample)
        _finish(layout, context, region.plan, design)
    return sorted(layouts, key=lambda layout: (layout.complete, layout.score), reverse=True)


def find_named(layouts: Sequence[Layout], sheet: str) -> Layout | None:
    """The table that a sheet is named after, where its headings fit that one best but for one.

    A list of courses with one misspelt heading must not be read as something that needs less.
    """
    count = read_lexicon().count_hints
    complete = next((layout for layout in layouts if layout.complete), None)
    if complete is None or count(complete.table.name, sheet):
        return None
    named = [
        layout
        for layout in layouts
        if count(layout.table.name, sheet)
        and len(layout.missing) == 1
        and layout.known >= complete.known
        and layout.known > len(layout.missing)
    ]
    return named[0] if len(named) == 1 else None


def _is_sure(layout: Layout) -> bool:
    """Whether enough headings are known, some beside words that change nothing, to be no row of data."""
    cores = (read_lexicon().find_core(layout.table.name, heading.full) for heading in layout.rest)
    return layout.known >= _SURE or (layout.known > 0 and layout.known + sum(map(bool, cores)) >= _SURE)


def match_table(table: Table, headings: Sequence[Heading], *, context: Context) -> Layout:
    """The layout of one table as far as its headings are known spellings."""
    lexicon = read_lexicon()
    layout = Layout(table, headings=tuple(headings))
    rest = _match_mapping(layout, headings, context.mappings.get(table.name))
    rest = _match_columns(layout, rest, lexicon)
    if table.name == "assessments":
        rest = match_scores(layout, rest, lexicon=lexicon, sample=context.sample)
    elif table.name == "reactions":
        rest = _match_items(layout, rest, lexicon)
    elif table.name == "citizen_surveys":
        rest = _match_elements(layout, rest, lexicon)
    layout.rest = _match_questions(layout, rest, lexicon)
    return layout


def _finish(layout: Layout, context: Context, plan: Plan, design: str) -> None:
    """What the columns leave open, how well the layout fits, and what it still lacks."""
    lexicon = read_lexicon()
    _set_other_units_aside(layout)
    _complete(layout, context, lexicon, plan, design)
    layout.ambiguous += tuple(
        f"{name}: {', '.join(heading.full for heading in chosen)}"
        for name, chosen in layout.contested.items()
        if not layout.has(name)
    )
    layout.unread = tuple(
        heading.full
        for heading in layout.headings
        if heading.column in layout.unfit or (heading in layout.rest and not is_ignored(heading))
    )
    layout.matched = layout.known + sum(name in layout.table.names for name in layout.unfit.values())
    layout.score = layout.known + _hint_score(layout.table.name, context, lexicon)
    layout.missing = tuple(name for name in _needed(layout) if not _provided(layout, name))


def _set_other_units_aside(layout: Layout) -> None:
    """Leave columns unread whose headings name another unit or scale, such as days for training hours."""
    headings = {heading.column: heading.full for heading in layout.headings}
    for name, position in list(layout.columns.items()):
        if name in layout.table.names and contradicts(headings.get(position, ""), layout.table[name]):
            del layout.columns[name]
            layout.unfit[position] = name
    if layout.value:
        other = {w.column for w in layout.wide if contradicts(headings[w.column], layout.table[layout.value])}
        layout.wide = tuple(wide for wide in layout.wide if wide.column not in other)
        layout.unfit |= dict.fromkeys(sorted(other), layout.value)


def _hint_score(table: str, context: Context, lexicon: Lexicon) -> float:
    sheet = lexicon.count_hints(table, context.sheet)
    file = lexicon.count_hints(table, context.file.rsplit(".", 1)[0])
    titles = max((lexicon.count_hints(table, title) for title in context.titles), default=0)
    return 1.5 * sheet + 1.0 * titles + 0.75 * file


def _match_mapping(layout: Layout, headings: Sequence[Heading], mapping: Mapping | None) -> list[Heading]:
    """Apply what region.toml settles; the rest is recognised as usual."""
    rest = list(headings)
    if mapping is None:
        return rest
    for name, target in mapping.columns.items():
        if isinstance(target, dict):
            layout.fixed[name] = target["value"]
        else:
            _take(layout, name, target, rest)
    wide = []
    for wave, target in mapping.wide.items():
        found = [heading for heading in rest if fold(target) in {fold(heading.own), fold(heading.full)}]
        if found:
            wide.append(WideColumn(found[0].column, {"wave": wave}))
            rest.remove(found[0])
        else:
            layout.absent += (target,)
    if wide:
        layout.wide, layout.value = tuple(wide), "score"
        drop_shared_date(layout)
    return rest


def _take(layout: Layout, name: str, target: str, rest: list[Heading]) -> None:
    for heading in rest:
        if fold(target) in {fold(heading.own), fold(heading.full)}:
            layout.columns[name] = heading.column
            rest.remove(heading)
            return
    layout.absent += (target,)


def _match_columns(layout: Layout, headings: Sequence[Heading], lexicon: Lexicon) -> list[Heading]:
    """Columns whose heading is a known spelling; the contract's own name goes before other spellings."""
    table = layout.table
    found: dict[str, list[tuple[int, Heading]]] = defaultdict(list)
    rest: list[Heading] = []
    for heading in headings:
        for rank, text, name in _name_column(table.name, heading, lexicon):
            if name in table.names and contradicts(heading.full, table[name]):
                layout.unfit[heading.column] = name
                break
            if name == "score" and (said := lexicon.find_score(text)) and said.wave:
                continue
            if name not in layout.columns and name not in layout.fixed:
                own = {fold(name)} | ({fold(t) for t in table[name].label} if name in table.names else set())
                second = fold(text).startswith(("nama ", "name ")) or fold(text) in _TIME_STAMPS
                exact = bool(own & set(heading_forms(text)))
                found[name].append((rank + (0 if exact else 2) + (4 if second else 0), heading))
                break
        else:
            rest.append(heading)
    for name, candidates in found.items():
        best = min(rank for rank, _ in candidates)
        chosen = [heading for rank, heading in candidates if rank == best]
        if len(chosen) == 1:
            layout.columns[name] = chosen[0].column
        else:
            layout.contested[name] = chosen
        rest += [heading for _, heading in candidates if len(chosen) > 1 or heading is not chosen[0]]
    return sorted(rest, key=lambda heading: heading.column)


def _name_column(table: str, heading: Heading, lexicon: Lexicon) -> Iterator[tuple[int, str, str]]:
    """What a heading may name, known spellings before what its words mean, with a rank and the text."""
    texts = (heading.full, heading.own) if heading.parents else (heading.full,)
    for rank, text in enumerate(texts):
        if name := lexicon.find_column(table, text):
            yield rank, text, name
    for rank, text in enumerate(texts):
        if (name := find_meaning(table, text)) and not lexicon.is_ignored(text):
            yield (
                rank + _MEANT[name in TABLES[table].names and TABLES[table][name].kind is Kind.TEXT],
                text,
                name,
            )


def _match_items(layout: Layout, headings: Sequence[Heading], lexicon: Lexicon) -> list[Heading]:
    """Feedback items that stand side by side, each under its name or its question."""
    if {"item", "response"} <= set(layout.columns):
        return list(headings)
    found: dict[str, list[Heading]] = defaultdict(list)
    for heading in headings:
        if lexicon.find_question("reactions", heading.own) in {"comment", "respondent_id", "_batch"}:
            continue
        item = lexicon.name_item(heading.own) if heading.parents else None
        item = item or lexicon.find_item(heading.full) or lexicon.find_item(heading.own)
        if item:
            found[item].append(heading)
    taken = {}
    for item, candidates in found.items():
        if len(candidates) == 1:
            taken[candidates[0].column] = item
        else:
            layout.ambiguous += (f"{item}: {', '.join(h.full for h in candidates)}",)
    layout.wide = tuple(WideColumn(column, {"item": item}) for column, item in sorted(taken.items()))
    layout.value = "response" if layout.wide else ""
    if layout.wide:
        for name in ("item", "response"):
            layout.columns.pop(name, None)
    return [heading for heading in headings if heading.column not in taken]


def _match_elements(layout: Layout, headings: Sequence[Heading], lexicon: Lexicon) -> list[Heading]:
    """The nine survey elements by name. A code such as U8 counts only where no name stands beside it."""
    codes = {name: layout.columns.pop(name) for name in _ELEMENTS if name in layout.columns}
    by_column = {heading.column: heading for heading in headings}
    found: dict[str, list[int]] = defaultdict(list)
    for heading in headings:
        if lexicon.find_question("citizen_surveys", heading.own):
            continue
        element = lexicon.find_element(heading.full) or lexicon.find_element(heading.own)
        if element:
            found[element].append(heading.column)
    for name, column in codes.items():
        found[name].append(column)
    taken = set()
    for name, columns in found.items():
        if len(columns) == 1:
            layout.columns[name] = columns[0]
            taken.add(columns[0])
        else:
            shown = ", ".join(by_column[c].full for c in columns if c in by_column)
            layout.ambiguous += (f"{name}: {shown}",)
    return [heading for heading in headings if heading.column not in taken]


def _match_questions(layout: Layout, headings: Sequence[Heading], lexicon: Lexicon) -> list[Heading]:
    """Other columns that a form asks for in whole questions."""
    found: dict[str, list[Heading]] = defaultdict(list)
    for heading in headings:
        name = lexicon.find_question(layout.table.name, heading.own)
        if name and name not in layout.columns:
            found[name].append(heading)
    taken = set()
    for name, candidates in found.items():
        if len(candidates) == 1:
            layout.columns[name] = candidates[0].column
            taken.add(candidates[0].column)
    return [heading for heading in headings if heading.column not in taken]


def _complete(layout: Layout, context: Context, lexicon: Lexicon, plan: Plan, design: str) -> None:
    """Take from titles and names what the columns leave open, then from what the region declared."""
    names = layout.table.names
    for attribute in ATTRIBUTES:
        if attribute in names and not layout.has(attribute):
            value = _from_context(attribute, context)
            if value:
                layout.fixed[attribute] = value
    if layout.table.name == "participants" and not layout.has("group"):
        group = next((g for text in context.texts if (g := lexicon.find_group(text))), None)
        if group:
            layout.fixed["group"] = group
        elif design == "one_group":
            layout.fixed["group"] = layout.assumed["group"] = "trained"
    if "year" in names and not layout.has("year"):
        _take_year(layout, context)
    if layout.table.name == "assessments":
        _assume_primary(layout, plan)


def _take_year(layout: Layout, context: Context) -> None:
    """The year of a whole sheet, where the titles, or else the names of sheet and file, name just one."""
    names = (context.sheet, context.file.rsplit(".", 1)[0])
    for texts in (context.titles, *((name,) for name in names)):
        years = {year for text in texts for year in _YEAR.findall(text)}
        if len(years) == 1:
            layout.fixed["year"] = layout.assumed["year"] = years.pop()
        if years:
            return


def _assume_primary(layout: Layout, plan: Plan) -> None:
    """A test that does not say what it tests is the programme's declared primary outcome."""
    sources = {column.values.get("source") for column in layout.wide} or {None}
    source = layout.fixed.get("source") or (sources.pop() if len(sources) == 1 else None)
    if not layout.has("competency") and not layout.has("source") and source is None:
        layout.fixed["source"] = layout.assumed["source"] = source = plan.primary.source
    if (
        not layout.has("competency")
        and not layout.elsewhere
        and source == plan.primary.source
        and "source" not in layout.columns
    ):
        layout.fixed["competency"] = layout.assumed["competency"] = plan.primary.competency


def _from_context(attribute: str, context: Context) -> str | None:
    for text in context.texts:
        value = getattr(_read_title(text, title=text in context.titles), attribute)
        if value == "followup" and is_plain_after(text) and "pasca" in fold(text).split():
            return None  # the second of two scores, or the evaluation months later: that has to be asked
        if value:
            return str(value)
    return None


@lru_cache(maxsize=1_000)
def _read_title(text: str, *, title: bool) -> ScoreHeading:
    """What a text around a table says; the same few are asked for every row that might hold headings."""
    return read_lexicon().find_context(text, title=title)


def _needed(layout: Layout) -> tuple[str, ...]:
    required = list(layout.table.required_names)
    if layout.table.name == "assessments" and layout.value:
        required.remove("score")
    if layout.table.name == "reactions" and layout.value:
        required = [name for name in required if name not in {"item", "response"}]
    return tuple(required)


def _provided(layout: Layout, name: str) -> bool:
    """Whether a required column has a value from the sheet, or one that can be made without guessing."""
    if layout.has(name):
        return True
    if name == "course_id":
        named = any(other in layout.columns for other in ("_title", "title", "_batch"))
        return named or layout.table.name == "enrolments" or len(layout.wide) >= _MINIMUM_ITEMS
    if name == "respondent_id":
        return len(layout.wide) >= _MINIMUM_ITEMS
    if name == "response_id":
        return sum(element in layout.columns for element in _ELEMENTS) == len(_ELEMENTS)
    return False
