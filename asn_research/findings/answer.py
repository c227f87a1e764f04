"""All questions of one region and period, answered one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asn_research.errors import EstimationError
from asn_research.findings.catalogue import QUESTIONS
from asn_research.findings.draft import leave_open, refuse_error
from asn_research.findings.finding import Finding
from asn_research.findings.question import Question

if TYPE_CHECKING:
    from asn_research.ingest.store import RegionData


def answer_questions(data: RegionData) -> tuple[Finding, ...]:
    """The answers to all questions of the catalogue, in its order.

    A question whose table is missing or empty stays open; one that an estimator refuses carries the reason.

    Parameters
    ----------
    data : RegionData
        The clean tables of a region and period, as the store opens them.
    """
    return tuple(answer_question(data, question) for question in QUESTIONS)


def answer_question(data: RegionData, question: Question) -> Finding:
    """The answer to one question."""
    for table in question.needs:
        if table not in data.tables or data.tables[table].empty:
            return leave_open(data, question.id, table=table)
    try:
        return question.answer(data)
    except EstimationError as error:
        return refuse_error(data, question.id, error)
