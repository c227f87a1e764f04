"""What a region, a fit and a finding look like in a notebook: escaped, bilingual, numbers as they are."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup

import asn_research as ar
from asn_research.findings.catalogue import QUESTIONS
from asn_research.findings.finding import Finding, Sample, Status
from asn_research.ingest.store import RegionData
from asn_research.models.result import Estimate, Fit, NotEstimable, Reason

EVIL = "<script>alert(1)</script>"


def soup(shown: Any) -> BeautifulSoup:
    found = BeautifulSoup(shown._repr_html_(), "html.parser")
    assert found.find("script") is None
    return found


def region() -> RegionData:
    period = SimpleNamespace(design="one_group")
    known = SimpleNamespace(region=SimpleNamespace(name=EVIL), periods={"2025": period})
    table = pd.DataFrame({"person_id": ["a"], "source_file": ["f"], "source_sheet": ["s"], "source_row": [2]})
    totals = {"rows": 1234, "accepted": 1200, "corrected": 30, "quarantined": 3, "duplicates": 1}
    return RegionData(known, "2025", {"participants": table}, {"totals": totals})


def test_a_region_shows_its_tables_and_what_became_of_the_rows() -> None:
    found = soup(region())
    assert [cell.text for cell in found.select("tbody td")] == ["participants", "1", "person_id"]
    assert EVIL in found.caption.text
    indonesian, english = (note.text for note in found.find_all("p"))
    assert "1.234 baris" in indonesian
    assert "1,234 rows" in english


def test_tables_of_a_region_are_offered_by_completion() -> None:
    assert "participants" in dir(region())
    assert region()._ipython_key_completions_() == ["participants"]


def test_a_fit_shows_its_numbers_what_it_is_and_its_remarks() -> None:
    estimate = Estimate(
        term=EVIL,
        estimate=1.23456,
        p_value=1e-9,
        conf_low=1,
        conf_high=2,
        n_obs=40,
        outcome="gain",
        vcov_type="CR2",
    )
    found = soup(Fit(estimates=(estimate,), vcov=np.eye(1), warnings=(EVIL,)))
    cells = [cell.text for cell in found.select("tbody td")]
    assert cells[:3] == [EVIL, "1.235", "–"]
    assert cells[5] == "< 0.001"
    assert cells[-2:] == ["40", "–"]
    assert found.caption.text == "gain · CR2 · 95%"
    assert found.p.text == EVIL


def test_what_cannot_be_estimated_says_why() -> None:
    reason = NotEstimable(term="slope", reason=Reason.TOO_FEW_CLUSTERS, detail="3 of 6 batches")
    finding = Finding(
        question="learning_gain", region="x", period="2025", status=Status.NOT_ESTIMABLE, results=(reason,)
    )
    assert "3 of 6 batches" in soup(finding).get_text()


@pytest.mark.parametrize("question", [question.id for question in QUESTIONS][:8])
def test_a_finding_without_data_is_told_in_both_languages(question: str) -> None:
    finding = Finding(question=question, region="x", period="2025", status=Status.NO_DATA, sample=Sample())
    told = soup(finding).find_all("p")
    assert [paragraph["lang"] for paragraph in told] == ["id", "en"]


def test_public_names_are_a_chosen_few_and_say_what_they_do() -> None:
    assert len(ar.__all__) <= 18
    assert [name for name in dir(ar) if not name.startswith("_")] == sorted(ar.__all__)
    for name in ar.__all__:
        documented = (getattr(ar, name).__doc__ or "").strip()
        assert documented.splitlines()[0].endswith("."), name
        assert len(documented.splitlines()[0]) < 120
