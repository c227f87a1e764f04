"""From a finding to the table that stands below its figure."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd
from great_tables import GT

from asn_research.findings.axis import is_change, level_of, unit_of
from asn_research.findings.finding import Finding, Row
from asn_research.findings.label import caption, group_label, row_label
from asn_research.language import Language, format_percent, phrase
from asn_research.language.number import MISSING
from asn_research.tables.format import format_interval, format_people, format_value

_CLASSES = {
    "gt_right": "number",
    "gt_group_heading": "group",
    "gt_sourcenote": "note",
}
_STRIPPED = re.compile(r' (?:id|headers|rowspan)="[^"]*"| colspan="1"')
_CLASS = re.compile(r' class="([^"]*)"')


@dataclass(frozen=True)
class TableColumn:
    """One column: its head, and how a row's cell is written."""

    head: str
    cell: Callable[[Row], str]
    number: bool = True


def _level(finding: Finding, language: Language) -> str:
    return format_percent(level_of(finding), language)


def _has(finding: Finding, column: str) -> bool:
    return any(row.get(column) is not None for row in finding.rows)


def _interval_column(finding: Finding, unit: str, language: Language, *, sign: bool) -> TableColumn:
    head = phrase("figure.head_interval", language, level=_level(finding, language))
    return TableColumn(head, lambda row: format_interval(row, unit, language, sign=sign))


def _people_column(column: str, language: Language) -> TableColumn:
    key = {"n": "people", "total": "total", "count": "count"}[column]
    return TableColumn(
        phrase(f"figure.head_{key}", language), lambda row: format_people(row, column, language)
    )


def interval_columns(finding: Finding, language: Language) -> list[TableColumn]:
    """Estimate, interval, people."""
    unit, sign = unit_of(finding), is_change(finding)
    columns = [
        TableColumn(
            phrase("figure.head_estimate", language),
            lambda row: format_value(row, "estimate", unit, language, sign=sign),
        ),
        _interval_column(finding, unit, language, sign=sign),
    ]
    return columns + ([_people_column("n", language)] if _has(finding, "n") else [])


def share_columns(finding: Finding, language: Language) -> list[TableColumn]:
    """Share, interval where there is one, people, of how many."""
    columns = [
        TableColumn(
            phrase("figure.head_share", language),
            lambda row: format_value(row, "share", "share", language),
        )
    ]
    if _has(finding, "conf_low"):
        columns.append(_interval_column(finding, "share", language, sign=False))
    return columns + [_people_column(c, language) for c in ("n", "total") if _has(finding, c)]


Columns = Callable[[Finding, Language], list[TableColumn]]
KINDS: dict[str, Columns] = {"interval": interval_columns, "share": share_columns}
"""The kinds of table a question may name, each with its columns."""


def table_html(finding: Finding, language: Language) -> str:
    """The table of a finding as HTML, or an empty text when its question has no table or it has no rows.

    The table is made by great_tables and stripped of its style: pages style ``table.finding``, ``td.number``,
    ``th.group`` and ``td.note``. All text is escaped.
    """
    from asn_research.findings.catalogue import question

    kind = question(finding.question).table
    if not kind or not finding.rows:
        return ""
    return render_table(finding, KINDS[kind](finding, language), language)


def render_table(
    finding: Finding,
    columns: Sequence[TableColumn],
    language: Language,
    *,
    head: str = "",
    name: Callable[[Row], str] | None = None,
    rows: Sequence[Row] | None = None,
) -> str:
    """Rows of a finding as an HTML table; ``name`` writes the first column, whose head is ``head``."""
    shown = list(finding.rows if rows is None else rows)
    write_name = name or (lambda row: row_label(row, language))
    frame = pd.DataFrame({"name": [write_name(row) for row in shown]})
    for position, column in enumerate(columns):
        frame[f"c{position}"] = [column.cell(row) for row in shown]
    groups = [group_label(row, language) for row in shown]
    grouped = any(groups)
    if grouped:
        frame["group"] = groups
    table = GT(
        frame, rowname_col="name", groupname_col="group" if grouped else None, id="t", auto_align=False
    )
    table = table.tab_stubhead(head or phrase("figure.head_row", language))
    table = table.cols_label({f"c{i}": column.head for i, column in enumerate(columns)})
    numbers = [f"c{i}" for i, column in enumerate(columns) if column.number]
    table = table.cols_align("left").cols_align("right", columns=numbers)
    for note in _notes(shown, frame, language):
        table = table.tab_source_note(note)
    return _bare(table.as_raw_html(), f"table-{finding.question}", caption(finding, language))


def _notes(rows: Sequence[Row], frame: pd.DataFrame, language: Language) -> list[str]:
    suppressed = [bool(row.get("suppressed")) for row in rows]
    dashes = (frame == MISSING).any(axis=1)
    missing = any(dash and not hidden for dash, hidden in zip(dashes, suppressed, strict=True))
    if missing:
        return [phrase("figure.table_both" if any(suppressed) else "figure.table_missing", language)]
    return [phrase("figure.table_suppressed", language)] if any(suppressed) else []


def _bare(raw: str, identifier: str, title: str) -> str:
    """A great_tables table without its style and identifiers, with a caption and one body per group."""
    body = raw[raw.index("<table") : raw.index("</table>")]
    body = body[body.index(">") + 1 :]
    body = _CLASS.sub(_own_class, _STRIPPED.sub("", body))
    body = body.replace('scope="colgroup"', 'scope="rowgroup"')
    parts = body.split('<tr class="group">')
    body = parts[0] + '</tbody>\n<tbody>\n  <tr class="group">'.join(["", *parts[1:]])
    body = re.sub(r"<tbody>\s*</tbody>\s*", "", body)
    lines = "\n".join(line.strip() for line in body.splitlines() if line.strip())
    return (
        f'<div class="table-wrap" role="region" tabindex="0" aria-labelledby="{identifier}-caption">\n'
        f'<table class="finding" id="{identifier}">\n'
        f'<caption id="{identifier}-caption">{html.escape(title)}</caption>\n'
        f"{lines}\n</table>\n</div>"
    )


def _own_class(match: re.Match[str]) -> str:
    names = match.group(1).split()
    if "gt_group_heading_row" in names:
        return ' class="group"'
    own = " ".join(_CLASSES[name] for name in names if name in _CLASSES)
    return f' class="{own}"' if own else ""
