"""Where a number comes from: a name that stays the same, the files and rows behind it, the function.

Names are made of the question, the term and the outcome alone, so that the same specification has the same
name in every run and in both languages. Nothing here says more than the disclosure gate lets through. What
reads a trace loads no data frames.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from asn_research.findings.finding import Cell, Finding, Row
    from asn_research.findings.question import Question
    from asn_research.ingest.store import RegionData

FINDING_PREFIX: Final = "trace."
"""What the name of a finding as a whole begins with, where the name of its question is taken."""

_PERSON: Final = ("person_id", "respondent_id")
_LONGEST: Final = 48
_ROOM = re.compile(r"^(?:finding|figure)\.(?=\w+$)")
_STRANGE = re.compile(r"[^A-Za-z0-9_:]+")
_PLACES: Final = ("label", "label_code", "component", "bin_low", "bin_high", "x_low", "x_high", "n")
_GROUPS: Final = ("group", "group_code", "series")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One file that an answer was computed from.

    ``table`` is the clean table that its rows became part of (``findings`` for what another report
    published), ``rows`` how many did, None where that would speak about too few people; ``sha256`` is that of
    the file's bytes.
    """

    table: str
    file: str
    sheet: str = ""
    rows: int | None = None
    sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """How one finding came about: the function, the model it follows, the files, and their joint hash.

    ``draws_on`` names the findings that it was concluded from; ``minimum_cell`` is the smallest number of
    people that may be told.
    """

    function: str
    model: str
    minimum_cell: int
    draws_on: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()

    @property
    def inputs(self) -> str:
        """SHA-256 over the names and hashes of the files."""
        files = {source.file: source.sha256 for source in self.sources}
        return hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()

    def as_record(self) -> dict[str, Any]:
        """What findings.json says about it."""
        record = asdict(self)
        record["draws_on"] = list(self.draws_on)
        record["sources"] = [asdict(source) for source in self.sources]
        return record | {"inputs": self.inputs}


def read_trace(record: Mapping[str, Any]) -> Trace:
    """The inverse of :meth:`Trace.as_record`."""
    sources = tuple(Source(**source) for source in record["sources"])
    known = {name: record[name] for name in ("function", "model", "minimum_cell")}
    return Trace(**known, draws_on=tuple(record["draws_on"]), sources=sources)


def result_id(question: str, term: str | None, outcome: str | None) -> str:
    """The name of one result, fit for a link, a shell and a page.

    A part with other characters than letters, digits, ``_`` and ``:`` ends in the beginning of its hash.

    >>> result_id("learning_gain", "ancova:trained", "technical_skill:test")
    'learning_gain.ancova:trained.technical_skill:test'
    >>> result_id("retention", None, None)
    'retention'
    """
    return ".".join([question, *(_part(text) for text in (term, outcome) if text)])


def finding_id(question: str) -> str:
    """The name of a finding as a whole, where its question's own name is that of the section.

    >>> finding_id("learning_gain")
    'trace.learning_gain'
    """
    return f"{FINDING_PREFIX}{question}"


def row_id(question: str, row: Mapping[str, Cell]) -> str:
    """The name of a row of a finding's table, made of its group and its label or its limits.

    >>> row_id("learning_gain", {"series": "wave:pre", "bin_low": 30, "bin_high": 45.0, "count": 14})
    'learning_gain.row.wave:pre.30:45'
    """
    group = next((str(row[name]) for name in _GROUPS if row.get(name) is not None), "")
    known = [_PLACES.index(name) for name in _PLACES if row.get(name) is not None]
    kinds = {name.partition("_")[0] for name in _PLACES[known[0] :][:1]} if known else set()
    cells = [row[name] for name in _PLACES if name.partition("_")[0] in kinds and row.get(name) is not None]
    place = str(cells[0]) if kinds == {"label"} else ":".join(map(_number, cells))
    return ".".join([question, "row", *(_part(text) for text in (group, place) if text)])


def _number(value: Cell) -> str:
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def _part(text: str) -> str:
    text = _ROOM.sub("", text)
    plain = _STRANGE.sub("-", text).strip("-")
    if plain == text and len(plain) <= _LONGEST:
        return plain
    digest = hashlib.sha256(text.encode()).hexdigest()[:6]
    return f"{plain[:_LONGEST].rstrip('-')}-{digest}"


def name_records(records: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The records of findings.json with the name of each, ``id``."""
    return [{**r, "id": result_id(r["question"], r["term"], r["outcome"])} for r in records]


def trace_findings(
    findings: Sequence[Finding],
    questions: Sequence[Question],
    *,
    sources: Sequence[Source],
    minimum: int,
) -> dict[str, Trace]:
    """How findings came about, by question.

    Parameters
    ----------
    findings : sequence of Finding
        The findings of one report.
    questions : sequence of Question
        The rows of the catalogue that they answer.
    sources : sequence of Source
        All files of the report. A finding has those of its tables, a conclusion those of the findings it
        draws on, and a question across regions has all.
    minimum : int
        The smallest number of people that may be told.
    """
    tables = {finding.question: set(finding.sample.tables) for finding in findings}
    rows = {question.id: question for question in questions}
    traces: dict[str, Trace] = {}
    for finding in findings:
        question = rows[finding.question]
        used = tables[finding.question].union(*(tables.get(other, set()) for other in question.draws_on))
        kept = [s for s in sources if s.table in used or question.compare is not None]
        traces[finding.question] = _trace(finding, question, sources=kept, minimum=minimum)
    return traces


def _trace(finding: Finding, question: Question, *, sources: Sequence[Source], minimum: int) -> Trace:
    used = tuple(sources)
    if finding.status == "suppressed":
        used = tuple(replace(source, rows=None) for source in used)
    return Trace(
        function=_function(question),
        model=question.model,
        minimum_cell=minimum,
        draws_on=question.draws_on,
        sources=used if finding.status != "no_data" else (),
    )


def _function(question: Question) -> str:
    ways = (question.answer, question.conclude, question.follow, question.compare)
    way: Any = next(way for way in ways if way is not None)
    return f"{way.__module__}.{way.__qualname__}"


def list_sources(data: RegionData) -> tuple[Source, ...]:
    """The files that the clean tables of a region come from, with their rows where they may be told.

    Rows about fewer people than the minimum cell are not counted, nor are as many more of the same table as
    subtraction demands.
    """
    from asn_research.findings.disclosures.disclosure import gate_rows

    minimum = data.region.disclosure.minimum_cell
    people = {name: _people(data, name) for name in data.tables}
    rows: list[Row] = []
    for entry in data.intake.get("files", ()):
        table, file, sheet = str(entry.get("table") or ""), str(entry["file"]), str(entry["sheet"] or "")
        if table not in data.tables:
            continue
        count = int(entry["accepted"]) + int(entry["corrected"])
        counted = people[table]
        about = minimum if counted is None else counted.get((file, sheet), 0)
        rows.append({"group": table, "label": file, "role": sheet, "count": count, "n": about})
    shown = gate_rows(rows, minimum=minimum, within="group").rows
    digests = data.intake.get("raw_digest", {})
    return tuple(
        Source(
            table=str(row["group"]),
            file=str(row["label"]),
            sheet=str(row["role"] or ""),
            rows=row["count"] if isinstance(row["count"], int) else None,
            sha256=str(digests.get(row["label"], "")),
        )
        for row in shown
    )


def _people(data: RegionData, table: str) -> dict[tuple[str, str], int] | None:
    """How many people the rows of each file and sheet are about; None where a table is not about people."""
    frame = data.tables[table]
    column = next((name for name in _PERSON if name in frame.columns), None)
    if column is None or not {"source_file", "source_sheet"} <= set(frame.columns):
        return None
    distinct = frame[["source_file", "source_sheet", column]].drop_duplicates()
    places = zip(distinct["source_file"], distinct["source_sheet"], strict=True)
    return Counter((_text(file), _text(sheet)) for file, sheet in places)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
