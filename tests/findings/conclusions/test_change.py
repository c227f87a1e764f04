"""Over time: number by number, Holm over all, and whether only the data differ."""

from __future__ import annotations

from dataclasses import replace

import pytest

from asn_research.findings.conclusions.change import follow_change
from asn_research.findings.finding import Finding, Status
from asn_research.findings.grounds.past import PastPeriod
from asn_research.findings.wordings.claim import find_claims
from asn_research.findings.wordings.label import row_label
from asn_research.findings.wordings.sentence import answer_sentence, caveat_sentences
from asn_research.language import LANGUAGES, Language
from asn_research.models.result import Estimate
from tests.findings.conftest import Findings
from tests.findings.world import make_region

DATA = make_region("one_group")


def past_of(findings: Findings, *, code: bool = False, published: Findings | None = None) -> PastPeriod:
    return PastPeriod(
        period="2024", findings=findings, published=published or {}, recomputed=True, code_changed=code,
        rules_changed=False,
    )  # fmt: skip


def moved(findings: Findings, by: float) -> Findings:
    found = findings["learning_gain"]
    headline = found.headline
    assert isinstance(headline, Estimate)
    other = replace(
        headline,
        estimate=headline.estimate + by,
        conf_low=headline.conf_low + by,
        conf_high=headline.conf_high + by,
    )
    return {**findings, "learning_gain": replace(found, results=(other, *found.results[1:]))}


def asked(findings: Findings, past: PastPeriod | None) -> Finding:
    return follow_change(DATA, findings, past)  # type: ignore[arg-type]


def test_a_first_period_stays_open(one_group: Findings) -> None:
    found = asked(one_group, None)
    assert found.status is Status.NO_DATA
    assert list(one_group)[-4:] == [
        "change_since_last_period", "plan_deviations", "specification_curve", "method_specification_curve",
    ]  # fmt: skip


def test_equal_periods_do_not_differ(one_group: Findings) -> None:
    found = asked(one_group, past_of(one_group))
    assert found.details["clear"] == 0
    assert all(row["estimate"] == 0 for row in found.rows)
    assert "hanya datanya" in answer_sentence(found, "id")


def test_a_large_change_is_clear_and_told_first(one_group: Findings) -> None:
    found = asked(one_group, past_of(moved(one_group, -30.0)))
    headline = found.headline
    assert isinstance(headline, Estimate)
    assert headline.term == "learning_gain"
    assert headline.estimate == pytest.approx(30.0, abs=1e-9)
    assert found.details["clear"] == 1
    now = one_group["learning_gain"].headline
    assert isinstance(now, Estimate)
    assert headline.std_error == pytest.approx(2**0.5 * now.std_error, rel=1e-12)
    assert headline.df == pytest.approx(2 * now.df, rel=1e-12)


def test_code_that_moved_old_numbers_is_told(one_group: Findings) -> None:
    found = asked(one_group, past_of(one_group, code=True, published=moved(one_group, 1.0)))
    assert found.details["restated"] == 1
    assert "1 of them moved" in answer_sentence(found, "en")
    assert "kode program" in answer_sentence(found, "id")


def test_another_outcome_is_not_compared(one_group: Findings) -> None:
    found = one_group["learning_gain"]
    other = tuple(replace(result, outcome="attitude:self") for result in found.results)
    past = past_of({**one_group, "learning_gain": replace(found, results=other)})
    assert "learning_gain" not in {row["question"] for row in asked(one_group, past).rows}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("by", [0.0, -30.0])
def test_sentences_claim_nothing(one_group: Findings, language: Language, by: float) -> None:
    found = asked(one_group, past_of(moved(one_group, by), code=True))
    for text in (answer_sentence(found, language), *caveat_sentences(found, language)):
        assert not find_claims(text, grade=1), text
        assert "{" not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_row_is_called_by_a_claim(one_group: Findings, compared: Findings, language: Language) -> None:
    for findings in (one_group, compared):
        for row in asked(findings, past_of(findings)).rows:
            assert not find_claims(row_label(row, language), grade=1), row
