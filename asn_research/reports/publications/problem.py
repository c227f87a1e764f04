"""What went wrong, in the reader's language."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from asn_research.contract.column import REQUIRED_TABLES, TABLES
from asn_research.errors import InputError, Place, Problem
from asn_research.language import Language, phrase
from asn_research.language.catalogue import has_phrase

_ROOMS = ("intake.problem_", "intake.", "report.problem_")


@dataclass(frozen=True)
class Notice:
    """A problem as a reader sees it: where, what, and what to do."""

    place: str
    text: str
    remedy: str

    def __str__(self) -> str:
        head = f"{self.place}: " if self.place else ""
        return f"{head}{self.text} {self.remedy}".rstrip()


def notice(problem: Problem, language: Language) -> Notice:
    """A problem in a language; in the words it was raised with where the catalogue has no message for it."""
    fields = dict(problem.fields)
    if (table := fields.get("table")) in TABLES:
        fields["table_name"] = TABLES[str(table)].label.in_language(language)
    if needed := [TABLES[name] for name in fields.get("tables", "").split(", ") if name in TABLES]:
        fields["table_names"] = ", ".join(table.label.in_language(language) for table in needed)
    if has_phrase(reason := f"intake.reason_{fields.get('reason', '')}"):
        fields["reason_text"] = phrase(reason, language)
    if has_phrase(content := f"intake.kind_{fields.get('content', '')}"):
        fields["content_text"] = phrase(content, language)
    if "traces" in fields:
        fields["places"] = _tell_traces(json.loads(fields["traces"]), language)
    bare = "" if all(fields.values()) else "_bare"
    text = _message(f"{problem.code}{bare}", fields, language) or problem.message
    remedy = _message(f"{problem.code}{bare}_remedy", fields, language) or problem.remedy
    return Notice(str(problem.place), text, remedy)


def _tell_traces(traces: Mapping[str, Sequence[tuple[str, int]]], language: Language) -> str:
    """Where something was found that may name a person, by file: kind and line."""
    return "; ".join(
        f"{name} ({', '.join(phrase(f'report.traced_{kind}', language, line=line) for kind, line in found)})"
        for name, found in traces.items()
    )


def _message(code: str, fields: Mapping[str, str], language: Language) -> str:
    """The catalogue's words for a code; empty where it has none or the problem lacks their fields."""
    key = next((room + code for room in _ROOMS if has_phrase(room + code)), None)
    try:
        return phrase(key, language, **fields) if key else ""
    except InputError:
        return ""


def problem_record(problem: Problem) -> dict[str, Any]:
    """A problem as JSON, as intake.json and manifest.json keep it."""
    place = problem.place
    return {
        "code": problem.code,
        "message": problem.message,
        "file": place.file,
        "sheet": place.sheet,
        "cell": place.cell,
        "remedy": problem.remedy,
        "fields": dict(problem.fields),
    }


def read_problem(record: Mapping[str, Any]) -> Problem:
    """A problem from its JSON record."""
    place = Place(record.get("file"), record.get("sheet"), record.get("cell"))
    return Problem(
        record["code"], record["message"], place, record.get("remedy") or "", dict(record.get("fields") or {})
    )


def list_problems(intake: Mapping[str, Any]) -> tuple[Problem, ...]:
    """What the account of an intake says went wrong; first of all that nothing was received, if so."""
    known = tuple(read_problem(record) for record in intake["problems"])
    return known if intake["totals"]["rows"] else (_nothing_received(intake), *known)


def _nothing_received(intake: Mapping[str, Any]) -> Problem:
    place = f"{intake['region']}/{intake['period']}"
    needed = ", ".join(REQUIRED_TABLES)
    return Problem(
        "rows_missing",
        f"there is not a single row of data yet; needed are {needed}.",
        Place(place),
        "Fill in the template, or put the office's files here; then check again.",
        {"tables": needed},
    )
