"""Headings that no known spelling settles: looked through, misspelt, or told by the cells below them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, Final

from asn_research.contract.column import TABLES, Column, Kind
from asn_research.contract.heading import read_lexicon
from asn_research.contract.likeness import Likeness
from asn_research.contract.meaning import find_meaning, means_beside
from asn_research.contract.vocabulary import fold
from asn_research.ingest.layouts.evidence import FITTING, UNFIT, count_codes, find_by_values, fits
from asn_research.ingest.layouts.layout import Heading, Layout
from asn_research.ingest.values.date import read_date
from asn_research.ingest.values.reading import clean, is_missing
from asn_research.ingest.values.term import find_nearest_term

_CODE: Final = re.compile(r"^(?=\D*\d)(?=.*[A-Za-z])[\w./-]{2,24}$")
_FEWEST: Final = 3
"""Fewer different cells tell against a list of terms only where none of them is like any of its terms."""

Sample = Callable[[int], Sequence[Any]]


def settle_doubts(layout: Layout, *, sample: Sample) -> None:
    """Find columns for the headings that are left, and set aside those whose cells cannot be what they say.

    First come headings that are a known one beside words that change nothing, or a known one misspelt; then
    those whose cells tell what they are. What may be two things is neither, and is kept in ``unsure``.
    """
    _settle_contested(layout, sample)
    _match_like(layout)
    _set_unfit_aside(layout, sample)
    _doubt_dates(layout, sample)
    _match_values(layout, sample)
    _match_labels(layout, sample)
    if layout.table.name == "courses":
        _ask_for_codes(layout, sample)
    if layout.table.name == "reactions":
        _prefer_employee_number(layout, sample)
    if layout.table.name == "assessments":
        _share_tests(layout, sample)
    taken = set(layout.columns.values())
    layout.rest = [heading for heading in layout.rest if heading.column not in taken]


def is_ignored(heading: Heading) -> bool:
    """Whether a heading is known to hold nothing of any table."""
    lexicon = read_lexicon()
    return lexicon.is_ignored(heading.full) or lexicon.is_ignored(heading.own)


def _settle_contested(layout: Layout, sample: Sample) -> None:
    """Of several headings of one list of terms, the one whose cells are from no other list of its table."""
    for name, headings in layout.contested.items():
        if layout.has(name) or layout.table[name].kind is not Kind.TERM:
            continue
        others = [
            column
            for column in layout.table.columns
            if column.kind is Kind.TERM and column.name != name and not layout.has(column.name)
        ]
        own = [
            heading
            for heading in headings
            if fits(values := sample(heading.column), layout.table[name]) >= FITTING
            and not any(fits(values, column) >= FITTING for column in others)
        ]
        if len(own) == 1:
            layout.columns[name] = own[0].column
            layout.rest = [heading for heading in layout.rest if heading.column != own[0].column]


def _match_like(layout: Layout) -> None:
    found: dict[str, list[Heading]] = defaultdict(list)
    for heading in layout.rest:
        if is_ignored(heading):
            continue
        like = _find_like(layout.table.name, heading)
        if like.code and not layout.has(like.code):
            found[like.code].append(heading)
        elif like.candidates and like.code is None:
            layout.unsure[heading.column] = tuple(code for code, _ in like.candidates if code)
    for name, candidates in found.items():
        if len(candidates) == 1 and not (name == "score" and layout.wide):
            layout.columns[name] = candidates[0].column
        else:
            layout.unsure |= {heading.column: (name,) for heading in candidates}
    taken = set(layout.columns.values())
    layout.rest = [heading for heading in layout.rest if heading.column not in taken]


def _find_like(table: str, heading: Heading) -> Likeness:
    lexicon = read_lexicon()
    for text in (heading.full, heading.own):
        if core := lexicon.find_core(table, text):
            return Likeness(((core, 1.0),))
        if (like := lexicon.find_like(table, text)).candidates:
            return like
    return Likeness()


def _is_label(heading: Heading, column: Column) -> bool:
    """Whether a heading is the very name of a column rather than one of its other spellings."""
    return fold(heading.own) in {fold(text) for text in (column.name, *column.label)}


def _set_unfit_aside(layout: Layout, sample: Sample) -> None:
    """Leave columns of terms unread that hold something else, such as the titles of posts under "Jabatan"."""
    for name, position in list(layout.columns.items()):
        if name not in layout.table.names or layout.table[name].kind not in {Kind.TERM, Kind.FLAG}:
            continue
        column, values = layout.table[name], sample(position)
        if not values or column.required:
            continue
        foreign = [value for value in values if not (fits([value], column) or _is_near(value, column))]
        few = len(values) < _FEWEST and (
            len(foreign) < len(values)
            or any(h.column == position and _is_label(h, column) for h in layout.headings)
        )
        if len(foreign) <= len(values) * (1 - UNFIT) or few:
            continue
        del layout.columns[name]
        layout.unfit[position] = name


def _doubt_dates(layout: Layout, sample: Sample) -> None:
    """Ask about days that a table can do without where no cell holds one, such as "awal Maret".

    A first and a last day in one cell are read where the last has no column of its own.
    """
    for name, position in list(layout.columns.items()):
        if name not in layout.table.names or layout.table[name].kind is not Kind.DATE:
            continue
        values = [value for value in sample(position) if not is_missing(value)]
        if layout.table[name].required or len(values) < _FEWEST or fits(values, layout.table[name]):
            continue
        if name == "start_date" and not layout.has("end_date") and any(map(_is_span, values)):
            continue
        if any(h.column == position and not _is_label(h, layout.table[name]) for h in layout.headings):
            del layout.columns[name]
            layout.unsure[position] = (name,)


def _is_span(value: Any) -> bool:
    """Whether a cell holds a first and a last day."""
    return read_date(value, order="day-first").reason == "date_span"


def _is_near(value: Any, column: Column) -> bool:
    """Whether a cell holds no value, or a misspelt term: that is for the office to correct, row by row."""
    return is_missing(value) or bool(find_nearest_term(column.terms, value))


def _match_values(layout: Layout, sample: Sample) -> None:
    made = {"score", "wave"} if layout.value == "score" else {"item", "response"} if layout.value else set()
    elements = {name for name in layout.table.names if name[0] == "u" and name[1:].isdigit()}
    free = [name for name in layout.table.names if not layout.has(name) and name not in made | elements]
    headings = {heading.column: heading.full for heading in layout.rest if not is_ignored(heading)}
    if not free or not headings:
        return
    found, unsure = find_by_values(layout.table, free, headings, sample)
    layout.columns |= found
    layout.unsure |= unsure


def _match_labels(layout: Layout, sample: Sample) -> None:
    """A label that the table needs, where just one heading means it beside a word that is not known."""
    table = layout.table
    for column in table.columns:
        if not column.required or column.kind is not Kind.TEXT or layout.has(column.name):
            continue
        meant = [
            heading
            for heading in layout.rest
            if not is_ignored(heading)
            and means_beside(table.name, heading.full, column.name)
            and fits(sample(heading.column), column) >= FITTING
        ]
        if len(meant) == 1:
            layout.columns[column.name] = meant[0].column
            layout.unsure.pop(meant[0].column, None)


def _ask_for_codes(layout: Layout, sample: Sample) -> None:
    """Courses can do without codes, but not where other tables speak of them by codes that were not read."""
    if layout.has("course_id") or not layout.has("title"):
        return
    for heading in layout.rest:
        values = [clean(value) for value in sample(heading.column) if isinstance(value, str)]
        if values and not is_ignored(heading) and all(map(_CODE.match, values)):
            layout.unsure.setdefault(heading.column, ("course_id",))


def _prefer_employee_number(layout: Layout, sample: Sample) -> None:
    """Of the number of an answer and the employee number of who gave it, the second links to other tables."""
    person = TABLES["participants"]["person_id"]
    position = layout.columns.get("respondent_id")
    if position is None or fits(sample(position), person) >= FITTING:
        return
    named = [
        heading
        for heading in layout.rest
        if find_meaning("participants", heading.own) == person.name
        or read_lexicon().find_question(layout.table.name, heading.own) == "respondent_id"
        or read_lexicon().find_column(layout.table.name, heading.own) == "respondent_id"
    ]
    named = [heading for heading in named if fits(sample(heading.column), person) >= FITTING]
    if len(named) == 1:
        layout.columns["respondent_id"] = named[0].column


def _share_tests(layout: Layout, sample: Sample) -> None:
    """One column that says "Pre-Test" and "Post-Test" tells both when and by what it was scored."""
    position, wave = layout.columns.get("source"), layout.table["wave"]
    if position is None or layout.has("wave") or layout.wide:
        return
    values = sample(position)
    if fits(values, wave) >= FITTING and count_codes(values, wave) > 1:
        layout.columns["wave"] = position
        if fits(values, layout.table["source"]) < FITTING:
            del layout.columns["source"]
