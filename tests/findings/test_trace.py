"""Names of numbers stay the same and are safe in links; sources tell no small count."""

from __future__ import annotations

import re
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from asn_research.findings.catalogue import ACROSS_QUESTIONS, QUESTIONS
from asn_research.findings.finding import Disclosure, Finding, Sample, Status
from asn_research.findings.trace import (
    Source,
    finding_id,
    list_sources,
    read_trace,
    result_id,
    row_id,
    trace_findings,
)

SAFE = re.compile(r"[A-Za-z0-9_:.-]+")


@pytest.mark.parametrize(
    ("term", "outcome", "expected"),
    [
        ("trained", "technical_skill:test", "q.trained.technical_skill:test"),
        ("change:plan:weighted:batch", "gain", "q.change:plan:weighted:batch.gain"),
        (None, None, "q"),
    ],
)
def test_a_plain_term_is_its_own_name(term: str | None, outcome: str | None, expected: str) -> None:
    assert result_id("q", term, outcome) == expected


@pytest.mark.parametrize("term", ["a - b", "method[x]", "x" * 200, "Dinas Pendidikan & Olahraga", "é", "a.b"])
def test_any_other_term_has_a_short_safe_name_of_its_own(term: str) -> None:
    name = result_id("q", term, "gain")
    assert SAFE.fullmatch(name)
    assert len(name) < 80
    assert name != result_id("q", term + "!", "gain")
    assert name == result_id("q", term, "gain")


def test_rows_are_named_by_what_they_are_about_not_by_their_place() -> None:
    rows = [
        {"group": "finding.group_unit", "label": "Dinas Kesehatan", "n": 12},
        {"group": "finding.group_unit", "label": "Dinas Kesehatan ", "n": 12},
        {"group_code": "wave:pre", "bin_low": 30, "bin_high": 45},
        {"series": "wave:pre", "bin_low": 45, "bin_high": 50},
        {"label_code": "method:lecture", "estimate": 2.0},
        {"component": "observed"},
        {"n": 204, "mde": 3.9},
    ]
    names = [row_id("q", row) for row in rows]
    assert len(set(names)) == len(names)
    assert all(SAFE.fullmatch(name) for name in names)
    assert names[3:5] == ["q.row.wave:pre.45:50", "q.row.method:lecture"]
    assert row_id("q", {**rows[4], "estimate": 9.0, "n": 3}) == names[4]


def office(people: dict[str, int], *, minimum: int = 10) -> Any:
    """A region whose participants stand in files with so many people each."""
    rows = [(file, f"{file}-{n}") for file, count in people.items() for n in range(count)]
    frame = pd.DataFrame(
        {"person_id": [p for _, p in rows], "source_file": [f for f, _ in rows], "source_sheet": ""}
    )
    courses = pd.DataFrame({"course_id": ["a", "b"], "source_file": "courses.csv", "source_sheet": ""})
    counts = {"participants": people, "courses": {"courses.csv": 2}}
    files = [
        {"file": file, "sheet": "", "table": table, "accepted": count - 1, "corrected": 1}
        for table, known in counts.items()
        for file, count in known.items()
    ]
    return SimpleNamespace(
        tables={"participants": frame, "courses": courses},
        intake={"files": files, "raw_digest": {entry["file"]: "ab" * 32 for entry in files}},
        region=SimpleNamespace(disclosure=SimpleNamespace(minimum_cell=minimum)),
    )


def test_rows_about_few_people_are_not_counted_and_cannot_be_found_by_subtraction() -> None:
    told = {s.file: s.rows for s in list_sources(office({"a.csv": 40, "b.csv": 3, "c.csv": 15}))}
    assert told == {"a.csv": 40, "b.csv": None, "c.csv": None, "courses.csv": 2}
    told = {s.file: s.rows for s in list_sources(office({"a.csv": 40, "b.csv": 12}))}
    assert told == {"a.csv": 40, "b.csv": 12, "courses.csv": 2}


def gain(**fields: Any) -> Finding:
    known = {"status": Status.ESTIMATED, "sample": Sample(people=40, rows=80, tables=("participants",))}
    return Finding(question="learning_gain", region="r", period="2025", **{**known, **fields})


def test_a_trace_names_function_model_and_the_files_of_its_tables() -> None:
    sources = [
        Source(table="participants", file="a.csv", rows=40, sha256="ab"),
        Source(table="courses", file="c.csv", rows=2, sha256="cd"),
    ]
    trace = trace_findings([gain()], QUESTIONS, sources=sources, minimum=10)["learning_gain"]
    assert trace.function == "asn_research.findings.answers.background.answer_learning_gain"
    assert trace.sources == (sources[0],)
    assert read_trace(trace.as_record()) == trace
    other = trace_findings([gain()], QUESTIONS, sources=[replace(sources[0], sha256="ef")], minimum=10)[
        "learning_gain"
    ]
    assert other.inputs != trace.inputs
    hidden = gain(status=Status.SUPPRESSED, disclosure=Disclosure.SUPPRESSED)
    traced = trace_findings([hidden], QUESTIONS, sources=sources, minimum=10)["learning_gain"]
    assert [source.rows for source in traced.sources] == [None]


def test_every_question_can_be_traced_to_a_function_that_is_there() -> None:
    import importlib

    for question in (*QUESTIONS, *ACROSS_QUESTIONS):
        finding = replace(gain(), question=question.id)
        trace = trace_findings([finding], [question], sources=[], minimum=10)[question.id]
        module, _, name = trace.function.rpartition(".")
        assert callable(getattr(importlib.import_module(module), name)), trace.function
        assert finding_id(question.id) == f"trace.{question.id}"
