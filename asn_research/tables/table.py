"""From a finding to the table that stands below its figure."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from typing import Final, TypeVar

from asn_research.findings.catalogue import question
from asn_research.findings.finding import Finding, Row
from asn_research.findings.trace import row_id
from asn_research.findings.wordings.label import caption, group_label
from asn_research.language import Language, format_count, phrase
from asn_research.language.number import MISSING
from asn_research.tables.kind import LAYOUTS, TableLayout
from asn_research.tables.pattern import Content, read_pattern

Part = TypeVar("Part")

LONGEST_LINKED: Final = 200
LONGEST: Final = 600
_LISTED: Final = "listed"


def table_html(finding: Finding, language: Language, *, target: str = "") -> str:
    """The table of a finding as HTML, or an empty text when its question has no table or it has no rows.

    With ``target``, the id of the place on the same page that says where the numbers come from, every row
    has a name that can be cited, and its head leads there; not in a table of more than ``LONGEST_LINKED``
    rows, as of hundreds of regions, where the links would be most of the page. Of more than ``LONGEST`` rows
    those that the figure leaves out (``listed``) are counted only: they are in the file beside it.

    Its markup is that of great_tables, stripped of its style: pages style ``table.finding``, ``td.number``,
    ``th.group`` and ``td.note``. All text is escaped.
    """
    kind = question(finding.question).table
    if not kind or not finding.rows:
        return ""
    return render_table(finding, LAYOUTS[kind](finding, language), language, target=target)


def render_table(finding: Finding, layout: TableLayout, language: Language, *, target: str = "") -> str:
    """A laid-out table of a finding as HTML."""
    shown = layout.rows
    if len(shown) > LONGEST:
        shown = tuple(row for row in shown if row.get("role") != _LISTED)
    target = target if len(shown) <= LONGEST_LINKED else ""
    names = [group_label(row, language) for row in shown]
    cells = [(layout.name(row), *(column.cell(row) for column in layout.columns)) for row in shown]
    content = Content(
        heads=(layout.head, *(column.head for column in layout.columns)),
        is_number=tuple(column.is_number for column in layout.columns),
        groups=tuple(_grouped(names, cells)),
        notes=(
            *_notes(shown, cells, language),
            *_holm_note(shown, language),
            *_left_out(len(layout.rows) - len(shown), language),
        ),
        ids=tuple(rows for _, rows in _grouped(names, _row_ids(finding, shown))) if target else (),
        target=target,
    )
    identifier, title = f"table-{finding.question}", caption(finding, language)
    return (
        f'<div class="table-wrap" role="region" tabindex="0" aria-labelledby="{identifier}-caption">\n'
        f'<table class="finding" id="{identifier}">\n'
        f'<caption id="{identifier}-caption">{html.escape(title)}</caption>\n'
        f"{read_pattern().fill(content)}\n</table>\n</div>"
    )


def _row_ids(finding: Finding, rows: Sequence[Row]) -> list[str]:
    """The names of rows; of several with one name, the first has it."""
    firsts: dict[str, int] = {}
    names = [row_id(finding.question, row) for row in rows]
    return [
        name if firsts.setdefault(name, position) == position else "" for position, name in enumerate(names)
    ]


def _grouped(names: Sequence[str], cells: Sequence[Part]) -> Iterator[tuple[str, tuple[Part, ...]]]:
    """The rows of each group together, groups in the order in which they begin."""
    groups: dict[str, list[Part]] = {}
    for name, row in zip(names, cells, strict=True):
        groups.setdefault(name, []).append(row)
    yield from ((name, tuple(rows)) for name, rows in groups.items())


def _notes(rows: Sequence[Row], cells: Sequence[tuple[str, ...]], language: Language) -> list[str]:
    suppressed = [bool(row.get("suppressed")) for row in rows]
    dashes = [MISSING in row for row in cells]
    missing = any(dash and not hidden for dash, hidden in zip(dashes, suppressed, strict=True))
    if missing:
        return [phrase("figure.table_both" if any(suppressed) else "figure.table_missing", language)]
    return [phrase("figure.table_suppressed", language)] if any(suppressed) else []


def _left_out(count: int, language: Language) -> list[str]:
    return [phrase("figure.table_left_out", language, count=format_count(count, language))] if count else []


def _holm_note(rows: Sequence[Row], language: Language) -> list[str]:
    tested = [row for row in rows if row.get("p_holm") is not None or row.get("p_value") is not None]
    adjusted = [row.get("p_holm") is not None for row in tested]
    if not any(adjusted):
        return []
    return [phrase("figure.table_holm" if all(adjusted) else "figure.table_holm_last", language)]
