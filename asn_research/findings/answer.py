"""All questions of one region and period, answered one by one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from asn_research.errors import EstimationError, InputError
from asn_research.findings.catalogue import QUESTIONS
from asn_research.findings.disclosures.gate import gate_finding
from asn_research.findings.disclosures.release import Guard
from asn_research.findings.finding import Finding
from asn_research.findings.grounds.draft import leave_open, refuse_error
from asn_research.findings.grounds.past import PastPeriod
from asn_research.findings.question import Question
from asn_research.ingest.store import plain_strings

if TYPE_CHECKING:
    from asn_research.ingest.store import RegionData


def answer_questions(
    data: RegionData, *, past: PastPeriod | None = None, guard: Guard | None = None
) -> tuple[Finding, ...]:
    """The answers to all questions of the catalogue, in its order.

    A question whose table is missing or empty stays open; one that an estimator refuses carries the reason.
    Every answer has gone through the disclosure gate.

    Parameters
    ----------
    data : RegionData
        The clean tables of a region and period, as the store opens them.
    past : PastPeriod, optional
        What the same region found in its last period, for the question what has changed since.
    guard : Guard, optional
        What was published before about the same region and period, so that no answer, together with an
        earlier one, tells of too few people.
    """
    found: dict[str, Finding] = {}
    with plain_strings():
        for question in sorted(QUESTIONS, key=_order):
            found[question.id] = answer_question(data, question, known=found, past=past, guard=guard)
    return tuple(found[question.id] for question in QUESTIONS)


def _order(question: Question) -> int:
    """Questions about tables first, then those about other answers, then those about earlier answers."""
    return 2 if question.follow is not None else int(question.conclude is not None)


def answer_question(
    data: RegionData,
    question: Question,
    *,
    known: Mapping[str, Finding] | None = None,
    past: PastPeriod | None = None,
    guard: Guard | None = None,
) -> Finding:
    """The answer to one question.

    Parameters
    ----------
    data : RegionData
        The clean tables of a region and period.
    question : Question
        A row of the catalogue.
    known : mapping, optional
        Findings already made, by question, for a question that draws on others; they are made here where
        they are not given.
    past : PastPeriod, optional
    guard : Guard, optional
        As in :func:`answer_questions`.
    """
    for table in question.needs:
        if table not in data.tables or data.tables[table].empty:
            return leave_open(data, question.id, table=table)
    before = known if known is not None else {}
    try:
        found = _answer(data, question, before, past)
    except EstimationError as error:
        found = refuse_error(data, question.id, error)
    gated = gate_finding(found, minimum=data.region.disclosure.minimum_cell, known=before)
    return gated if guard is None else guard.hold_back(gated)


def _answer(
    data: RegionData, question: Question, known: Mapping[str, Finding], past: PastPeriod | None
) -> Finding:
    """The answer as it is computed, before it goes through the disclosure gate."""
    if question.answer is not None:
        return question.answer(data)
    if question.follow is not None:
        return question.follow(data, known, past)
    return _conclude(data, question, known)


def _conclude(data: RegionData, question: Question, known: Mapping[str, Finding]) -> Finding:
    """The answer to a question about other answers, from those that it draws on, in catalogue order."""
    if question.conclude is None:
        raise InputError(f"question {question.id} draws no conclusion")
    drawn = {
        other.id: known[other.id] if other.id in known else answer_question(data, other, known=known)
        for other in QUESTIONS
        if other.id in question.draws_on
    }
    return question.conclude(data, drawn)
