"""A finished page whose words are stronger than its evidence is not published."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from asn_research.findings.finding import Finding, Status
from asn_research.models.result import Estimate
from asn_research.reports.pages import edition
from asn_research.reports.pages.edition import REPORT, Edition, make_edition
from asn_research.reports.pages.notebook import Execution
from asn_research.reports.pages.stamp import FINDINGS_MIMETYPE, STAMP
from asn_research.reports.publications.parameter import ReportParameters


def executed(sentence: str, *, grade: int) -> Execution:
    """A notebook that ran: one answer, and the findings behind it."""
    gain = Finding(
        question="learning_gain", region="contoh", period="2025", status=Status.ESTIMATED, design_grade=grade,
        results=(Estimate(term="mean_gain", estimate=5.0, n_obs=40, unit="points"),),
    )  # fmt: skip
    stamp = {"region": "contoh", "period": "2025", "language": "id"}
    shown = {**stamp, "question": "learning_gain", "answered": True}
    answer = f'<h3 id="learning_gain">Judul</h3><p class="answer">{sentence}</p>'
    records = {FINDINGS_MIMETYPE: gain.as_records(), "text/plain": "1"}
    bundles = (({"text/html": answer, "text/plain": sentence}, shown), (records, stamp))
    outputs = [
        nbformat.v4.new_output("display_data", bundle, metadata={STAMP: whose}) for bundle, whose in bundles
    ]
    return Execution(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("report", outputs=outputs)]))


def make(sentence: str, monkeypatch: pytest.MonkeyPatch, *, grade: int) -> Edition:
    monkeypatch.setattr(edition, "execute_notebook", lambda *_, **__: executed(sentence, grade=grade))
    return make_edition(
        REPORT, Path(), ReportParameters(region="contoh", period="2025"), region="contoh", period="2025",
        name="Kota Contoh", languages=("id",),
    )  # fmt: skip


def test_a_word_above_its_grade_leaves_a_stub_that_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    made = make("Pelatihan menyebabkan kenaikan ini.", monkeypatch, grade=1)
    assert [problem.code for problem in made.problems] == ["claim_too_strong"]
    assert made.problems[0].place.file == "report.html"
    assert "menyebabkan" in made.page
    assert 'id="learning_gain"' not in made.page


def test_the_same_word_is_published_where_the_design_carries_it(monkeypatch: pytest.MonkeyPatch) -> None:
    made = make("Pelatihan menyebabkan kenaikan ini.", monkeypatch, grade=5)
    assert made.problems == ()
    assert 'id="learning_gain"' in made.page


def test_what_rose_may_always_be_said(monkeypatch: pytest.MonkeyPatch) -> None:
    assert make("Nilai naik setelah pelatihan.", monkeypatch, grade=1).problems == ()
