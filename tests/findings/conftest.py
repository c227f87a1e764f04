"""Regions that several tests read, made once."""

from __future__ import annotations

import pytest

from asn_research.findings.answer import answer_question, answer_questions
from asn_research.findings.catalogue import question
from asn_research.findings.finding import Finding
from tests.findings.world import FakeRegion, make_region
from tests.product import share_value

Findings = dict[str, Finding]


def answer_all(data: FakeRegion) -> Findings:
    """The findings of a region by question."""
    return {finding.question: finding for finding in answer_questions(data)}  # type: ignore[arg-type]


def answer_one(data: FakeRegion, identifier: str) -> Finding:
    """The finding of one question."""
    return answer_question(data, question(identifier))  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def one_group(tmp_path_factory: pytest.TempPathFactory) -> Findings:
    return share_value(tmp_path_factory, "one_group", lambda: answer_all(make_region("one_group")))


@pytest.fixture(scope="session")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Findings:
    return share_value(tmp_path_factory, "compared", lambda: answer_all(make_region("matched")))


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Findings:
    """Nine people: below the minimum cell."""
    return share_value(
        tmp_path_factory, "tiny", lambda: answer_all(make_region("one_group", people=9, batches=3))
    )


@pytest.fixture(scope="session")
def few_batches() -> Findings:
    """Enough people, but only four batches: no inference."""
    return answer_all(make_region("one_group", people=80, batches=4))


@pytest.fixture(scope="session")
def empty() -> Findings:
    """The required tables only, the assessments without any row."""
    data = make_region("one_group")
    tables = {name: frame for name, frame in data.tables.items() if name != "reactions"}
    tables["assessments"] = tables["assessments"].iloc[:0]
    return answer_all(FakeRegion(data.region, data.period, tables))


@pytest.fixture(scope="session")
def null_world(tmp_path_factory: pytest.TempPathFactory) -> Findings:
    """A world in which nothing changes and methods do not matter."""
    nothing = {"gain": 0.0, "slope": 0.0, "background": 0.0, "points": 0.0}
    return share_value(tmp_path_factory, "null_world", lambda: answer_all(make_region("matched", **nothing)))
