"""Across regions: pooled as published software pools, never a ranking, never above the weakest design."""

from __future__ import annotations

import math
import re
import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from asn_research.findings.across import answer_across
from asn_research.findings.catalogue import ACROSS_QUESTIONS
from asn_research.findings.conclusions.comparison import answer_region_comparison
from asn_research.findings.conclusions.pooled import DRAWN_REGIONS, read_gains
from asn_research.findings.finding import Finding, Sample, Status, read_findings
from asn_research.findings.grounds.evidence import RegionEvidence, gather_evidence, pool_regions
from asn_research.findings.wordings.claim import find_claims
from asn_research.findings.wordings.sentence import (
    answer_sentence,
    answer_sentences,
    caveat_sentences,
    question_text,
    reading_sentence,
    sample_sentence,
)
from asn_research.findings.wordings.summary import summarise
from asn_research.language import LANGUAGES, Language, format_number
from asn_research.models.pooling import pool
from asn_research.models.result import Estimate

GAINS = ((10.4, 1.03), (9.0, 1.26), (9.1, 1.07), (8.1, 0.67))
OUTCOME = "technical_skill:test"


def number(term: str, value: float, error: float, *, unit: str = "points", df: float = 12.0) -> Estimate:
    return Estimate(
        term=term, estimate=value, std_error=error, conf_low=value - 2.2 * error,
        conf_high=value + 2.2 * error, p_value=0.01, df=df, n_obs=100, unit=unit,
        outcome=OUTCOME if unit == "points" else "ikm",
    )  # fmt: skip


def gain(
    region: str,
    value: float,
    error: float,
    *,
    period: str = "2025",
    compared: bool = False,
    alone: float | None = None,
) -> Finding:
    own = number("mean_gain", value, error)
    results = (number("trained", value - 3, error), own) if compared else (own,)
    if alone is not None:
        results = (number("trained", value - alone, error), own, number("comparison_gain", alone, 0.5))
        compared = True
    return Finding(
        question="learning_gain", region=region, period=period, status=Status.ESTIMATED, results=results,
        design_grade=3 if compared else 1, sample=Sample(people=100, tables=("participants",)),
    )  # fmt: skip


def methods(region: str, reference: str, *pairs: tuple[str, float]) -> Finding:
    return Finding(
        question="method_effect", region=region, period="2025", status=Status.ESTIMATED, design_grade=2,
        results=tuple(number(term, value, 1.5) for term, value in pairs), sample=Sample(people=80),
        details={"reference_method": reference},
    )  # fmt: skip


def service(region: str, change: float) -> Finding:
    return Finding(
        question="service_satisfaction", region=region, period="2025", status=Status.ESTIMATED,
        results=(
            number("ikm_change", change, 1.0, unit="index", df=math.nan),
            number("ikm:before", 77.0, 0.8, unit="index"),
            number("ikm:after", 77.0 + change, 0.7, unit="index"),
        ),
        sample=Sample(people=300, tables=("citizen_surveys",)),
    )  # fmt: skip


def regions(gains: tuple[tuple[float, float], ...], *, compared: bool = False) -> list[Finding]:
    return [gain(f"r{i:03d}", v, e, compared=compared) for i, (v, e) in enumerate(gains)]


def asked(findings: list[Finding]) -> dict[str, Finding]:
    return {finding.question: finding for finding in answer_across(gather_evidence(findings))}


@pytest.fixture(scope="module")
def four() -> dict[str, Finding]:
    more = [
        methods("r000", "lecture", ("practice - lecture", 5.1), ("simulation - lecture", 7.0)),
        methods("r001", "practice", ("lecture - practice", -8.7)),
        methods("r002", "lecture", ("practice - lecture", 5.3)),
        service("r001", 1.9),
        service("r002", 2.4),
    ]
    return asked([*regions(GAINS), *more])


def test_pooled_values_are_those_of_the_model_and_of_the_rows(four: dict[str, Finding]) -> None:
    frame = pd.DataFrame(GAINS, columns=["estimate", "std_error"])
    fit = pool(frame)
    pooled = four["pooled_gain"].headline
    assert isinstance(pooled, Estimate)
    assert pooled.estimate == pytest.approx(fit["pooled"].estimate, rel=1e-12)
    assert (pooled.conf_low, pooled.conf_high) == pytest.approx(
        (fit["pooled"].conf_low, fit["pooled"].conf_high), rel=1e-12
    )
    assert pooled.df == 3
    row = next(row for row in four["pooled_gain"].rows if row.get("role") == "pooled")
    assert row["estimate"] == pooled.estimate
    assert row["n"] == 400
    expected = four["transferability"].headline
    assert isinstance(expected, Estimate)
    assert expected.conf_low == pytest.approx(fit.statistics["prediction_kh_low"], rel=1e-12)
    assert expected.conf_low < pooled.conf_low
    assert expected.conf_high > pooled.conf_high


def test_only_the_last_period_of_a_region_counts() -> None:
    old = [gain("r000", 90.0, 0.1, period="2023"), gain("r000", 80.0, 0.1, period="2024")]
    evidence = gather_evidence([*old, *regions(GAINS)], names={"r000": "Zeta"})
    assert [region.period for region in evidence] == ["2025"] * 4
    assert [region.name for region in evidence] == ["r001", "r002", "r003", "Zeta"]
    assert max(region.estimate.estimate for region in read_gains(evidence).found) == 10.4


def test_the_weakest_design_sets_the_grade_and_the_words(four: dict[str, Finding]) -> None:
    mixed = asked([*regions(GAINS[:2]), *[gain(f"x{i}", 9.0, 1.0, compared=True) for i in range(3)]])[
        "pooled_gain"
    ]
    assert mixed.design_grade == 1
    assert not mixed.details["compared"]
    assert {e.term for e in mixed.estimates} == {"pooled", "pooled_difference"}
    whole = asked(regions(GAINS, compared=True))["pooled_gain"]
    assert whole.design_grade == 3
    assert "konsisten dengan pengaruh" in answer_sentence(whole, "id")
    assert "pengaruh" not in answer_sentence(mixed, "id")
    assert "tidak dapat dikatakan" in answer_sentence(four["pooled_gain"], "id")


def mixed(alone: tuple[float, ...]) -> Finding:
    """Two regions without a comparison group, and one for each of these gains of a comparison group."""
    rest = [gain(f"x{i}", 9.0 + i, 1.0, alone=value) for i, value in enumerate(alone)]
    return asked([*regions(GAINS[:2]), *rest])["pooled_gain"]


def test_two_differences_to_comparison_groups_and_their_own_gains_stand_on_page_one() -> None:
    found = mixed((1.8, 3.5))
    short = summarise([found], "en")
    assert "Over 4 regions, scores" in short.sentences[0]
    assert short.sentences[1] == (
        "Where there is a comparison group, scores rose more than in that group: x0 +7.2 (+5.0 to +9.4) and "
        "x1 +6.5 (+4.3 to +8.7) points; scores of those compared rose by 1.8 to 3.5 points themselves, so "
        "part of the gain over all regions may have come without the training."
    )
    assert short.opening == " ".join(short.sentences)
    assert "before to after" in short.key_figures[0].label
    whole = " ".join(answer_sentences(found, "en"))
    assert whole.count("x0 +7.2") == 1
    assert "How large that part is in regions without" in whole


def test_the_mean_of_three_differences_is_told_where_it_was_computed() -> None:
    found = mixed((1.8, 2.0, 3.5))
    pooled = next(estimate for estimate in found.estimates if estimate.term == "pooled_difference")
    for language in LANGUAGES:
        told = summarise([found], language).sentences[1]
        for value in (pooled.estimate, pooled.conf_low, pooled.conf_high, 1.8, 3.5):
            assert format_number(value, language) in told
        assert any(f"{points} 3 " in told for points in ("the", "Di"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_comparison_group_is_told_without_a_span(language: Language) -> None:
    told = summarise([mixed((3.5,))], language).sentences[1]
    assert "x0 +5" in told
    assert f"{format_number(3.5, language)} " in told
    assert all(word not in told.partition(");")[2].partition(",")[0] for word in (" to ", " sampai "))


@pytest.mark.parametrize("alone", [(0.2, 3.5), (-2.0, 3.5), (-2.0, -1.5), (0.2, 0.3, 3.5)])
def test_comparison_groups_that_did_not_clearly_rise_carry_no_conclusion(alone: tuple[float, ...]) -> None:
    short = summarise([mixed(alone)], "en")
    assert "changed by" in short.sentences[1]
    assert "cannot be said whether scores would have risen" in short.sentences[1]
    assert not any("part of the gain" in sentence or "How large" in sentence for sentence in short.sentences)


def test_without_comparison_groups_and_with_them_everywhere_nothing_stands_beside() -> None:
    own = summarise([asked(regions(GAINS))["pooled_gain"]], "en")
    assert own.sentences[1].startswith("Not every region has a comparison group")
    every = [gain(f"x{i}", 9.0, 1.0, alone=2.0) for i in range(3)]
    short = summarise([asked(every)["pooled_gain"]], "en")
    assert "7.0 points higher than in the comparison groups" in short.sentences[0]
    assert "those compared" not in short.opening
    assert "before to after" not in short.key_figures[0].label


def test_findings_that_do_not_tell_the_gain_of_their_comparison_group_are_read() -> None:
    found = asked([*regions(GAINS[:2]), gain("x", 9.0, 1.0, compared=True)])["pooled_gain"]
    told = summarise([found], "en").sentences[1]
    assert "x +6.0 (+3.8 to +8.2)" in told
    assert "those compared" not in told
    assert "cannot be said" in told


@pytest.mark.parametrize("alone", [(3.5,), (1.8, 3.5), (-2.0, 3.5), (1.8, 2.0, 3.5), (-2.0,) * 6])
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_stands_beside_a_gain_claims_nothing(alone: tuple[float, ...], language: Language) -> None:
    for sentence in answer_sentences(mixed(alone), language):
        assert find_claims(sentence, grade=1) == (), sentence
        assert len(re.findall(r"[.?!](?:\s|$)", sentence)) == 1, sentence


def test_what_another_region_should_expect_says_what_it_holds(four: dict[str, Finding]) -> None:
    assert "includes what would change without" in answer_sentences(four["transferability"], "en")[0]
    compared = asked(regions(GAINS, compared=True))["transferability"]
    assert "without" not in answer_sentences(compared, "en")[0]


def test_another_outcome_and_an_unknown_error_are_left_out_and_told() -> None:
    other = gain("x", 40.0, 1.0)
    other = replace(other, results=(replace(number("mean_gain", 40.0, 1.0), outcome="attitude:self"),))
    blind = gain("y", 50.0, 1.0)
    blind = replace(blind, results=(replace(number("mean_gain", 50.0, 1.0), conf_low=math.nan),))
    found = asked([*regions(GAINS), other, blind])["pooled_gain"]
    assert found.details["regions"] == 4
    left = next(c for c in found.caveats if c.code == "regions_left_out")
    assert left.fields["count"] == 2


def test_pairs_of_methods_are_turned_the_same_way(four: dict[str, Finding]) -> None:
    found = four["pooled_method_effect"]
    pooled = found.headline
    assert isinstance(pooled, Estimate)
    assert pooled.term == "practice - lecture"
    assert [row["estimate"] for row in found.rows if row.get("label")] == [5.1, 8.7, 5.3]
    assert found.design_grade <= 2
    assert any(c.code == "pairs_left_out" and c.fields["count"] == 1 for c in found.caveats)


def test_regions_stand_by_name_and_differences_carry_intervals(four: dict[str, Finding]) -> None:
    rows = four["region_comparison"].rows
    names = [row["label"] for row in rows if row.get("role") != "pair"]
    assert names == sorted(names, key=str)
    pairs = [row for row in rows if row.get("role") == "pair"]
    assert len(pairs) == 6
    for row in pairs:
        assert float(str(row["conf_low"])) < float(str(row["estimate"])) < float(str(row["conf_high"]))
    first = pairs[0]
    assert float(str(first["estimate"])) == pytest.approx(10.4 - 9.0, abs=1e-12)
    error = math.hypot(1.03, 1.26)
    half = (float(str(first["conf_high"])) - float(str(first["conf_low"]))) / 2
    assert 1.96 * error < half < 2.3 * error


def test_clear_differences_are_named_and_unclear_ones_are_not(four: dict[str, Finding]) -> None:
    assert "tidak ada yang kenaikannya dapat dibedakan" in answer_sentence(four["region_comparison"], "id")
    apart = asked(regions(((20.0, 0.5), (5.0, 0.5), (5.2, 0.5))))["region_comparison"]
    assert apart.details["clear"] == 2
    text = answer_sentence(apart, "en")
    assert "r000 − r001" in text
    assert "r001 − r002" not in text
    assert "cannot be told apart" in text


def test_equal_regions_are_told_apart_no_oftener_than_stated() -> None:
    """Holm at 5 per cent over six pairs: in 200 worlds without differences about 10 name any pair."""
    draws = np.random.default_rng(7).normal(8.0, 1.0, (200, 4))
    worlds = [gather_evidence(regions(tuple((float(value), 1.0) for value in row))) for row in draws]
    named = [answer_region_comparison(world).details["clear"] for world in worlds]
    assert sum(bool(count) for count in named) <= 20


def test_hundreds_of_regions_are_served_as_four() -> None:
    generator = np.random.default_rng(1)
    true = generator.normal(8.0, 1.5, 514)
    true[100] = 40.0
    findings = regions(tuple((float(v + generator.normal()), 1.0) for v in true))
    start = time.perf_counter()
    found = asked(findings)
    assert time.perf_counter() - start < 60
    compared = found["region_comparison"]
    assert not compared.details["in_pairs"]
    assert compared.details["family"] == 514
    assert "r100" in answer_sentence(compared, "id")
    drawn = [row for row in found["pooled_gain"].rows if row.get("role") != "listed"]
    assert len(drawn) == DRAWN_REGIONS + 1
    held = float(str(found["transferability"].details["held"])) / 514
    assert 0.9 < held < 0.99
    pooled = pool_regions(read_gains(gather_evidence(findings)).found)["pooled"]
    assert pooled.estimate == pytest.approx(8.06, abs=0.35)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("count", [0, 1, 2, 3, 4])
def test_every_number_of_regions_is_worded_within_its_grade(count: int, language: Language) -> None:
    found = answer_across(gather_evidence(regions(GAINS[:count])))
    assert [finding.question for finding in found] == [question.id for question in ACROSS_QUESTIONS]
    for finding in found:
        texts = [
            question_text(finding.question, language), answer_sentence(finding, language),
            reading_sentence(finding, language), sample_sentence(finding, language),
            *caveat_sentences(finding, language),
        ]  # fmt: skip
        for text in filter(None, texts):
            assert not find_claims(text, grade=min(finding.design_grade, 2)), text
            assert "{" not in text
            assert "nan" not in text.lower().split()
    assert len(summarise(found, language).sentences) <= 6


def test_text_and_data_tell_the_same_number(four: dict[str, Finding]) -> None:
    pooled = four["pooled_gain"].headline
    assert isinstance(pooled, Estimate)
    for value in (pooled.estimate, pooled.conf_low, pooled.conf_high):
        assert format_number(value, "id") in answer_sentence(four["pooled_gain"], "id")
    again = read_findings(record for finding in four.values() for record in finding.as_records())
    assert [f.rows for f in again] == [f.rows for f in four.values()]
    assert isinstance(gather_evidence([])[:1], tuple)
    assert RegionEvidence(region="a", name="A", period="1", findings={}).answered("learning_gain") is None


@pytest.mark.parametrize("compared", [True, False])
def test_a_mean_that_may_be_zero_is_told_with_its_sign(compared: bool) -> None:
    found = asked(regions(((-1.0, 2.0), (-1.2, 2.0), (-0.8, 2.0)), compared=compared))["pooled_gain"]
    for language in LANGUAGES:
        value = format_number(found.estimates[0].estimate, language, sign=True)
        assert value.startswith("\N{MINUS SIGN}")
        assert any(f"{value} {unit}" in answer_sentence(found, language) for unit in ("poin", "points"))
