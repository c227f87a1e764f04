"""The numbers behind a figure as a CSV file that a page carries within itself."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from urllib.parse import quote

from asn_research.findings.finding import Cell, Finding
from asn_research.findings.wordings.label import group_label, row_label
from asn_research.ingest.files.cell import neutralise
from asn_research.language import Language, phrase

_MARK = "\ufeff"  # tells spreadsheets that the text is UTF-8
_SAFE = ",;:/()'!*~"


@dataclass(frozen=True)
class Download:
    """A file inside a page: its name and the address that holds its content."""

    name: str
    address: str


def csv_text(finding: Finding, language: Language) -> str:
    r"""The rows of a finding as CSV (RFC 4180), as they stand in findings.json, with their names in words.

    Numbers are unrounded with a point, in either language, so that any program reads them; text that a
    spreadsheet would take for a formula is made harmless. Only what passed the disclosure gate is in a
    finding, so nothing else can be in its file.

    Examples
    --------
    >>> from asn_research.findings.finding import Finding, Status
    >>> row = {"label": "=1+1", "n": 12, "share": 0.25}
    >>> found = Finding(question="coverage", region="a", period="2025", status=Status.ESTIMATED, rows=(row,))
    >>> csv_text(found, "en")
    "name,group,n,share\r\n'=1+1,,12,0.25\r\n"
    """
    columns = dict.fromkeys(name for row in finding.rows for name in row if name not in ("label", "group"))
    written = io.StringIO()
    writer = csv.writer(written)
    heads = [phrase("report.csv_name", language), phrase("report.csv_group", language)]
    writer.writerow([*heads, *columns])
    for row in finding.rows:
        names = (row_label(row, language), group_label(row, language))
        writer.writerow([*map(neutralise, names), *(_cell(row.get(column)) for column in columns)])
    return written.getvalue()


def _cell(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return neutralise(value) if isinstance(value, str) else repr(value)


def make_download(finding: Finding, language: Language) -> Download | None:
    """The file of a finding's rows, named after region, period and question; None where there are no rows."""
    if not finding.rows:
        return None
    name = "_".join(part for part in (finding.region, finding.period, finding.question) if part)
    content = quote(_MARK + csv_text(finding, language), safe=_SAFE)
    return Download(f"{name}.csv", f"data:text/csv;charset=utf-8,{content}")
