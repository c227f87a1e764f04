"""Where a number comes from, in words: the same for the panel of a page and for the command line.

Everything is a function of the records of findings.json, so that page, command and file cannot disagree.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from asn_research.contract.column import TABLES
from asn_research.errors import Problem, ReportError
from asn_research.findings.trace import FINDING_PREFIX, Source, Trace, finding_id, read_trace, row_id
from asn_research.language import Language, format_count, format_level, phrase
from asn_research.language.catalogue import has_phrase
from asn_research.language.number import MISSING, format_number
from asn_research.language.quantity import decimals_of

Record = Mapping[str, Any]
Fact = tuple[str, str]

_MORE_DIGITS: Final = 2
"""Decimals beyond the usual ones with which a number may be told, where it has no others."""
_SAME: Final = 1e-9
"""Below this, a difference is one of binary fractions, not of decimals."""
_DIFFERENCES: Final = ("difference", "change")
_BARE_UNITS: Final = frozenset({"", "share", "alpha", "count"})
_SLUG = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class ResultTrace:
    """One result of a finding in words: its name, whether it is the one asked for, and its facts."""

    id: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class FindingTrace:
    """One finding in words.

    ``facts`` hold for the finding as a whole, ``sources`` are its files (table, file, rows, hash) and
    ``results`` its results in their order; ``id`` names it in a page.
    """

    id: str
    question: str
    facts: tuple[Fact, ...]
    sources: tuple[tuple[str, str, str, str], ...]
    results: tuple[ResultTrace, ...]
    draws_on: tuple[str, ...] = ()


def describe_finding(records: Sequence[Record], language: Language) -> FindingTrace:
    """A finding in words, from its records.

    Parameters
    ----------
    records : sequence of mapping
        All records of one question in findings.json, in their order; the first bears ``trace``.
    language : {"id", "en"}
        Language of the words.
    """
    first = records[0]
    trace = read_trace(first["trace"])
    return FindingTrace(
        id=finding_id(first["question"]),
        question=first["question"],
        facts=tuple(_finding_facts(first, trace, language)),
        sources=tuple(_source_line(source, language) for source in trace.sources),
        results=tuple(
            ResultTrace(record["id"], tuple(_result_facts(record, first, trace, language)))
            for record in records
            if record["term"] is not None
        ),
        draws_on=trace.draws_on,
    )


def _finding_facts(first: Record, trace: Trace, language: Language) -> Iterable[Fact]:
    def say(key: str, **fields: object) -> str:
        return phrase(f"report.trace_{key}", language, **fields)

    yield say("status"), say(f"status_{first['finding_status']}")
    yield say("disclosure"), say(f"disclosure_{first['disclosure']}", minimum=trace.minimum_cell)
    yield say("grade"), phrase("report.grade_of", language, grade=first["design_grade"])
    sample = first["sample"]
    if sample["people"]:
        yield say("people"), _people(sample["people"], trace, language)
    if sample["rows"]:
        few = 0 < sample["people"] < trace.minimum_cell
        yield say("rows_used"), say("not_told") if few else format_count(sample["rows"], language)
    yield say("model"), _term("method", trace.model, language)
    yield say("function"), trace.function
    if trace.sources:
        yield say("inputs"), trace.inputs


def _result_facts(record: Record, first: Record, trace: Trace, language: Language) -> Iterable[Fact]:
    def say(key: str, **fields: object) -> str:
        return phrase(f"report.trace_{key}", language, **fields)

    if record["status"] == "estimated":
        yield say("estimate"), _value(record, language)
        if _known(record["conf_low"]) or _known(record["conf_high"]):
            level = format_level(record["conf_level"], language)
            yield say("interval", level=level), _interval(record, language)
        else:
            yield say("interval_none"), say("no_interval")
    else:
        yield say("status"), say(f"status_{record['status']}")
    if record["estimand"]:
        yield say("estimand"), _term("estimand", record["estimand"], language)
    if record["outcome"]:
        yield say("outcome"), record["outcome"]
    if record["method"]:
        yield say("method"), _method(record, language)
    if record["n_obs"]:
        is_people = bool(first["sample"]["people"])
        count = record["n_obs"]
        shown = _people(count, trace, language) if is_people else format_count(count, language)
        yield say("n_obs"), shown
    if record["n_clusters"]:
        yield say("n_clusters"), format_count(record["n_clusters"], language)


def _method(record: Record, language: Language) -> str:
    kind = record.get("vcov_type")
    method = _term("method", record["method"], language)
    return method if not kind or kind in record["method"] else f"{method}; {kind}"


def _people(count: int, trace: Trace, language: Language) -> str:
    """A number of people, unless it is too small to be told."""
    if count < trace.minimum_cell:
        return phrase("report.trace_fewer", language, minimum=format_count(trace.minimum_cell, language))
    return format_count(count, language)


def _known(value: Any) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def exact_text(value: Any, unit: str, language: Language) -> str:
    """A value with up to two decimals more than a report shows it with, shares as percentages.

    A value that has no further decimals, such as one that is told in steps, is not given any.

    >>> exact_text(6.81873, "points", "en"), exact_text(0.1194, "share", "en"), exact_text(4.0, "scale", "en")
    ('6.819', '11.94%', '4.00')
    """
    if not _known(value):
        return MISSING
    shown = 100 * value if unit in {"share", "percentage_points"} else value
    usual = decimals_of(unit)
    held = (
        digits for digits in range(usual, usual + _MORE_DIGITS) if abs(shown - round(shown, digits)) < _SAME
    )
    text = format_number(shown, language, digits=next(held, usual + _MORE_DIGITS))
    return f"{text}%" if unit == "share" else text


def _unit(record: Record) -> str:
    """The unit of a result; differences between shares are percentage points."""
    unit = str(record["unit"] or "")
    is_difference = str(record["estimand"] or "").startswith(_DIFFERENCES)
    return "percentage_points" if unit == "share" and is_difference else unit


def _value(record: Record, language: Language) -> str:
    unit = _unit(record)
    text = exact_text(record["estimate"], unit, language)
    word = _term("unit", unit, language) if unit not in _BARE_UNITS else ""
    return f"{text} {word}".strip()


def _interval(record: Record, language: Language) -> str:
    low, high = (exact_text(record[end], _unit(record), language) for end in ("conf_low", "conf_high"))
    return phrase("report.trace_interval_ends", language, low=low, high=high)


def _term(kind: str, text: str, language: Language) -> str:
    """A technical word in a language where the catalogue knows it, else as it stands."""
    key = f"report.trace_{kind}_{_SLUG.sub('_', text.casefold()).strip('_')}"
    return phrase(key, language) if has_phrase(key) else text


def _source_line(source: Source, language: Language) -> tuple[str, str, str, str]:
    known = TABLES.get(source.table)
    table = (
        known.label.in_language(language) if known else phrase(f"report.trace_table_{source.table}", language)
    )
    file = " › ".join(part for part in (source.file, source.sheet) if part)
    if source.rows is None:
        rows = MISSING if source.table == "findings" else phrase("report.trace_not_told", language)
    else:
        rows = format_count(source.rows, language)
    return table, file, rows, source.sha256


@dataclass(frozen=True, slots=True)
class Cited:
    """What a name stands for: the records of its finding, and the result or the rows that are meant."""

    records: tuple[Record, ...]
    result: str = ""
    rows: tuple[Record, ...] = ()


def find_cited(records: Sequence[Record], name: str) -> Cited:
    """What a name or a link copied from a report stands for.

    Parameters
    ----------
    records : sequence of mapping
        The records of findings.json.
    name : str
        ``learning_gain``, the name of a result or row, or a link that ends in one after ``#``.

    Raises
    ------
    ReportError
        If nothing has this name, naming the nearest.
    """
    wanted = name.rpartition("#")[2].removeprefix(FINDING_PREFIX).removeprefix("table-")
    for question, group in group_records(records).items():
        if wanted == question:
            return Cited(group)
        if any(record.get("id") == wanted for record in group):
            return Cited(group, result=wanted)
        rows = tuple(row for row in group[0]["rows"] if row_id(question, row) == wanted)
        if rows:
            return Cited(group, rows=rows)
    raise ReportError(_unknown(wanted, records))


def group_records(records: Iterable[Record]) -> dict[str, tuple[Record, ...]]:
    """The records of each question, in their order."""
    groups: dict[str, list[Record]] = {}
    for record in records:
        groups.setdefault(record["question"], []).append(record)
    return {question: tuple(group) for question, group in groups.items()}


def list_names(records: Iterable[Record]) -> list[str]:
    """All names of a findings.json: questions, results, rows."""
    names: dict[str, None] = {}
    for question, group in group_records(records).items():
        names[question] = None
        names |= dict.fromkeys(record["id"] for record in group if "id" in record)
        names |= dict.fromkeys(row_id(question, row) for row in group[0]["rows"])
    return list(names)


def _unknown(wanted: str, records: Sequence[Record]) -> Problem:
    from asn_research.contract.vocabulary import nearest

    hint = nearest(wanted, list_names(records)) or nearest(wanted.partition(".")[0], group_records(records))
    fields = {"name": wanted, "hint": hint or ""}
    remedy = f"Did you mean {hint!r}?" if hint else "findings.json lists all names under id."
    return Problem("finding_unknown", f"no finding has the name {wanted!r}.", remedy=remedy, fields=fields)


def row_facts(row: Record) -> list[Fact]:
    """The cells of a row that hold something, as findings.json has them."""
    return [(name, _cell(value)) for name, value in row.items() if value is not None and name != "suppressed"]


def _cell(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
