"""All questions across regions, answered one by one from the regions' findings."""

from __future__ import annotations

from collections.abc import Sequence

from asn_research.contract.threshold import MINIMUM_CELL
from asn_research.errors import EstimationError, InputError
from asn_research.findings.catalogue import ACROSS_QUESTIONS
from asn_research.findings.disclosures.gate import gate_finding
from asn_research.findings.finding import Finding, Status
from asn_research.findings.grounds.evidence import RegionEvidence, across
from asn_research.findings.question import Question
from asn_research.models.result import NotEstimable


def answer_across(evidence: Sequence[RegionEvidence]) -> tuple[Finding, ...]:
    """The answers to all questions across regions, in the order of their report.

    They are made of answers that went through the disclosure gate, and go through it themselves.

    Parameters
    ----------
    evidence : sequence of RegionEvidence
        One per region, as :func:`asn_research.findings.grounds.evidence.gather_evidence` makes them: findings
        of the last period, never rows about people.
    """
    return tuple(_answer(evidence, question) for question in ACROSS_QUESTIONS)


def _answer(evidence: Sequence[RegionEvidence], question: Question) -> Finding:
    if question.compare is None:
        raise InputError(f"question {question.id} does not compare regions")
    try:
        return gate_finding(question.compare(evidence), minimum=MINIMUM_CELL)
    except EstimationError as error:
        refusal = NotEstimable.from_error(error, term=question.id)
        return across(evidence, question.id, status=Status.NOT_ESTIMABLE, results=(refusal,))
