"""Answers are computed again when anything they depend on has changed."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from asn_research.findings.finding import Finding
from asn_research.reports.publications import provenance, recall
from asn_research.reports.publications.recall import FILE, answer_once


@pytest.fixture
def data() -> Any:
    """As much of a region as tells which answers are its own."""
    region = SimpleNamespace(model_dump_json=lambda: "{}")
    return SimpleNamespace(
        intake={"raw_digest": {"a": "1"}, "totals": {"rows": 1}}, region=region, period="2025"
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [("code_digest", lambda: "other"), ("environment", lambda: {"of a package that another needs": "2"})],
)
def test_other_code_and_other_packages_give_other_answers(
    data: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch, name: str, value: Callable[[], Any]
) -> None:
    computed: list[int] = []

    def answer(*_: Any, **__: Any) -> tuple[Finding, ...]:
        computed.append(1)
        return ()

    monkeypatch.setattr(recall, "answer_questions", answer)
    for _ in range(2):
        assert answer_once(data, tmp_path) == ()
    assert (tmp_path / FILE).is_file()
    assert len(computed) == 1
    monkeypatch.setattr(provenance, name, value)
    answer_once(data, tmp_path)
    assert len(computed) == 2
