"""The guard of claims: reads a finished page and fails it where a word is stronger than its evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from asn_research.errors import Place, Problem
from asn_research.findings.catalogue import ACROSS_QUESTIONS, QUESTIONS
from asn_research.findings.finding import Finding, read_findings
from asn_research.findings.wordings.claim import ASSOCIATION, Claim, find_claims, wording_grade
from asn_research.reports.pages.passage import Passage, read_passages, walk_passages

_NAMED: Final = ("label", "group", "quote", "quote_role", "title")
_MOST: Final = 3
"""Words that are told of a section: who rewords it sees the others."""


def check_page(page: str, records: Sequence[Mapping[str, Any]], *, name: str = "") -> tuple[Problem, ...]:
    """Check that no word of a finished page claims more than the evidence of its section.

    Parameters
    ----------
    page : str
        The page as it would be published.
    records : sequence of mapping
        The records of its findings.json: they say how strong the evidence of every question is. A question
        that the findings do not know may claim nothing.
    name : str
        File name, for the problems.

    Returns
    -------
    tuple of Problem
        One for each word, at most three a section. Empty: the page may be published.

    Notes
    -----
    Text outside of the questions may speak as strongly as the main answer, and of associations. Not read are
    quotations, names from the findings, and parts marked ``data-claims``: method notes, glossary, file names.
    """
    findings = read_findings([dict(record) for record in records])
    grades = _grades(findings)
    named = _one_of_equals(frozenset(_names(findings)))
    passages = [*read_passages(page), *walk_passages([*records], "")]
    claiming = {text for text in {p.text for p in passages} if find_claims(text, grade=0, names=named)}
    problems: list[Problem] = []
    told: dict[str, set[str]] = {}
    for passage in passages:
        if passage.text not in claiming:
            continue
        grade = grades.get(passage.question, 1)
        words = told.setdefault(passage.question, set())
        for claim in find_claims(passage.text, grade=grade, names=named):
            if claim.word not in words and len(words) < _MOST:
                words.add(claim.word)
                problems.append(_problem(passage, claim, grade, name))
    return tuple(problems)


def _problem(passage: Passage, claim: Claim, grade: int, name: str) -> Problem:
    fields = {
        "word": claim.word, "context": claim.context, "needs": str(claim.needs), "grade": str(grade),
        "question": passage.question or "–", "kind": passage.kind,
    }  # fmt: skip
    message = (
        f"“{claim.word}” needs evidence of grade {claim.needs}, but the section "
        f"{passage.question or 'outside of the questions'} has grade {grade}: …{claim.context}…"
    )
    remedy = "The report was not published; reword the sentence."
    return Problem("claim_too_strong", message, Place(name or None), remedy, fields)


@lru_cache(maxsize=8)
def _one_of_equals(names: frozenset[str]) -> frozenset[str]:
    """The same object for equal names: what is remembered of a text is found without comparing all names."""
    return names


def _grades(findings: Iterable[Finding]) -> dict[str, int]:
    """The grade whose words each question may use; under the empty name that of all other text."""
    from_grade = {question.id: question.causal_from for question in (*QUESTIONS, *ACROSS_QUESTIONS)}
    grades = {f.question: wording_grade(f, causal_from=from_grade.get(f.question, 6)) for f in findings}
    main = grades.get("learning_gain", grades.get("pooled_gain", 1))
    return grades | {"": max(main, ASSOCIATION)}


def _names(findings: Iterable[Finding]) -> set[str]:
    rows = [row for finding in findings for row in finding.rows]
    return {str(row[key]) for row in rows for key in _NAMED if isinstance(row.get(key), str)}
