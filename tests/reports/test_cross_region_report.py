"""The report across regions: one limit for all its languages, a page in each of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest

from asn_research.errors import Problem
from asn_research.findings.across import answer_across
from asn_research.findings.grounds.evidence import gather_evidence
from asn_research.reports import cross_region_report as module
from asn_research.reports.pages.edition import Edition
from asn_research.reports.publications.manifest import MANIFEST
from asn_research.reports.runs.order import Order
from tests.findings.test_across import gain

PROBLEM = Problem("notebook_stopped_silent", "cell 3 stopped.", fields={"cell": "3", "error": "KeyError"})


@pytest.fixture
def order(tmp_path: Path) -> Order:
    folders = {name: tmp_path / name for name in ("raw", "processed", "reports", "notebooks")}
    return Order(**folders, languages=("id", "en"), time_limit=60.0)


def edition(*problems: Problem) -> Edition:
    return Edition(page="<p>page</p>", executed=nbformat.v4.new_notebook(), findings=[], problems=problems)


def test_the_time_of_a_report_is_that_of_all_its_languages(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits: list[Any] = []

    def make(*_: Any, limit: Any, **__: Any) -> Edition:
        limits.append(limit)
        return edition()

    monkeypatch.setattr(module, "make_edition", make)
    assert len(module._make_editions(order, "2025")) == 2
    assert limits[0] == limits[1]
    assert limits[0].seconds_left <= 60.0


@pytest.mark.parametrize("compared", [(False, False, True), (True, True, True)])
def test_the_index_tells_the_pooled_gain_with_what_it_must_be_read_with(
    compared: tuple[bool, ...], order: Order
) -> None:
    told = [gain(f"r{i}", 9.0 + i, 1.0, alone=3.5 if is_compared else None)
            for i, is_compared in enumerate(compared)]  # fmt: skip
    findings = answer_across(gather_evidence(told))
    headline = module._manifest(order, (), findings).headline
    assert set(headline) == {"id", "en"}
    first, _, rest = headline["en"].partition("). ")
    assert first.startswith("Over 3 regions, ")
    whole = "consistent with an effect" if all(compared) else "so part of the gain over all regions may have"
    assert whole in rest
    assert headline["id"].count(". ") == headline["en"].count(". ") == 1


def test_after_a_language_that_failed_the_next_one_is_a_stub(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "make_edition", lambda *_, **__: edition(PROBLEM))
    published: Any = [type("", (), {"manifest": module.Manifest(region="a", period=p, state="made")})()
                      for p in ("2024", "2025")]  # fmt: skip
    files, manifest = module._make(order, published, {"code": "1"})
    assert list(files) == ["report.html", "report.en.html", "report.ipynb", MANIFEST]
    assert files["report.html"] == b"<p>page</p>"
    assert b"KeyError" in files["report.en.html"]
    assert (manifest.state, manifest.period, manifest.problems) == ("failed", "2024–2025", (PROBLEM,))
    assert manifest.inputs == {"code": "1"}
