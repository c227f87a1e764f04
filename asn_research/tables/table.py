"""From a finding to the table that stands below its figure."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

import pandas as pd
from great_tables import GT

from asn_research.findings.catalogue import question
from asn_research.findings.finding import Finding, Row
from asn_research.findings.label import caption, group_label
from asn_research.language import Language, phrase
from asn_research.language.number import MISSING
from asn_research.tables.kind import LAYOUTS, TableLayout

_CLASSES = {
    "gt_right": "number",
    "gt_group_heading": "group",
    "gt_sourcenote": "note",
}
_STRIPPED = re.compile(r' (?:id|headers|rowspan)="[^"]*"| colspan="1"')
_CLASS = re.compile(r' class="([^"]*)"')


def table_html(finding: Finding, language: Language) -> str:
    """The table of a finding as HTML, or an empty text when its question has no table or it has no rows.

    The table is made by great_tables and stripped of its style: pages style ``table.finding``, ``td.number``,
    ``th.group`` and ``td.note``. All text is escaped.
    """
    kind = question(finding.question).table
    if not kind or not finding.rows:
        return ""
    return render_table(finding, LAYOUTS[kind](finding, language), language)


def render_table(finding: Finding, layout: TableLayout, language: Language) -> str:
    """A laid-out table of a finding as HTML."""
    shown = layout.rows
    frame = pd.DataFrame({"name": [layout.name(row) for row in shown]})
    for position, column in enumerate(layout.columns):
        frame[f"c{position}"] = [column.cell(row) for row in shown]
    groups = [group_label(row, language) for row in shown]
    grouped = any(groups)
    if grouped:
        frame["group"] = groups
    table = GT(
        frame, rowname_col="name", groupname_col="group" if grouped else None, id="t", auto_align=False
    )
    table = table.tab_stubhead(layout.head)
    table = table.cols_label({f"c{i}": column.head for i, column in enumerate(layout.columns)})
    numbers = [f"c{i}" for i, column in enumerate(layout.columns) if column.is_number]
    table = table.cols_align("left").cols_align("right", columns=numbers)
    for note in [*_notes(shown, frame, language), *_holm_note(shown, language)]:
        table = table.tab_source_note(note)
    return _bare(table.as_raw_html(), f"table-{finding.question}", caption(finding, language))


def _notes(rows: Sequence[Row], frame: pd.DataFrame, language: Language) -> list[str]:
    suppressed = [bool(row.get("suppressed")) for row in rows]
    dashes = (frame == MISSING).any(axis=1)
    missing = any(dash and not hidden for dash, hidden in zip(dashes, suppressed, strict=True))
    if missing:
        return [phrase("figure.table_both" if any(suppressed) else "figure.table_missing", language)]
    return [phrase("figure.table_suppressed", language)] if any(suppressed) else []


def _holm_note(rows: Sequence[Row], language: Language) -> list[str]:
    tested = [row for row in rows if row.get("p_holm") is not None or row.get("p_value") is not None]
    adjusted = [row.get("p_holm") is not None for row in tested]
    if not any(adjusted):
        return []
    return [phrase("figure.table_holm" if all(adjusted) else "figure.table_holm_last", language)]


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
