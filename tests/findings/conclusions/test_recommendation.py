"""No finding, no recommendation; each cites what it rests on and falls when the finding turns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from asn_research.findings.catalogue import QUESTIONS
from asn_research.findings.conclusions.recommendation import (
    RECOMMENDATION_QUESTIONS,
    RULES,
    STRENGTHS,
    conclude_recommendations,
)
from asn_research.findings.finding import Cell, Finding, Row, Status
from asn_research.findings.wordings.advice import advice_text, change_text, evidence_text, strength_text
from asn_research.findings.wordings.claim import find_claims
from asn_research.findings.wordings.sentence import answer_sentences
from asn_research.findings.wordings.summary import summarise
from asn_research.language import LANGUAGES, Language
from asn_research.models.result import Estimate
from tests.findings.world import make_region

Findings = dict[str, Finding]
REGION: Any = make_region("one_group", people=40, batches=2)


def estimate(low: float, high: float, *, term: str = "x", unit: str = "points", **more: Any) -> Estimate:
    return Estimate(
        term=term, estimate=(low + high) / 2, conf_low=low, conf_high=high, n_obs=90, unit=unit, **more
    )


def finding(
    question: str,
    *results: Estimate,
    grade: int = 1,
    rows: tuple[Row, ...] = (),
    details: Mapping[str, Cell] | None = None,
) -> Finding:
    return Finding(
        question=question, region="contoh", period="2025", status=Status.ESTIMATED, results=results,
        design_grade=grade, rows=rows, details=details or {},
    )  # fmt: skip


def flags(material: str = "", speaker: str = "") -> Finding:
    rows: list[Row] = []
    results = []
    for item, title in (("material", material), ("speaker", speaker)):
        if title:
            rows.append({"label": title, "group": f"item:{item}", "n": 30, "flagged": True})
            results.append(estimate(2.0, 2.8, term=f"{item}: {title}", unit="scale", outcome=item))
    details: dict[str, Cell] = {"flagged_material": material, "flagged_speaker": speaker}
    return finding("course_flags", *results, rows=tuple(rows), details=details)


AGES: tuple[Row, ...] = ({"label": "Tata naskah", "amount": 4.2, "flagged": True},)
VOICE: tuple[Row, ...] = ({"label": "Kualitas pendampingan", "share": 0.5, "verdict_code": "numbers_silent"},)

CASES: dict[str, tuple[Finding, Finding]] = {
    "curriculum_review": (flags(material="Etika"), flags()),
    "curriculum_review by age": (
        finding("curriculum_age", rows=AGES, details={"old_titles": "Tata naskah"}),
        finding("curriculum_age", rows=({**AGES[0], "flagged": False},), details={"old_titles": ""}),
    ),
    "speaker_change": (flags(speaker="Etika"), flags(material="Etika")),
    "seats": (
        finding("seats_under_budget", estimate(80, 80, unit="people"), details={"waiting": 120}),
        finding("seats_under_budget", estimate(80, 80, unit="people"), details={"waiting": 60}),
    ),
    "outreach": (
        finding("participation_drivers", estimate(0.01, 0.04, term="relevance", unit="share"), grade=2),
        finding("participation_drivers", estimate(-0.01, 0.04, term="relevance", unit="share"), grade=2),
    ),
    "refresh": (
        finding("retention", estimate(-4, -1, term="since_end")),
        finding("retention", estimate(-4, 1, term="since_end")),
    ),
    "mentoring": (
        finding("mentoring_effect", estimate(0.5, 2.0), grade=2),
        finding("mentoring_effect", estimate(-0.5, 2.0), grade=2),
    ),
    "mentoring_voices": (
        finding("joint_display", rows=VOICE),
        finding("joint_display", rows=({**VOICE[0], "share": 0.1},)),
    ),
    "citizen_feedback": (
        finding(
            "service_satisfaction",
            estimate(-3, -1, unit="index"),
            details={"lowest_element": "finding.role_all"},
        ),
        finding(
            "service_satisfaction",
            estimate(1, 3, unit="index"),
            details={"lowest_element": "finding.role_all"},
        ),
    ),
    "partnership": (
        finding("stakeholder_roles", estimate(0.2, 0.2, unit="share")),
        finding("stakeholder_roles", estimate(0.6, 0.6, unit="share")),
    ),
    "comparison": (
        finding("learning_gain", estimate(3, 6)),
        finding("learning_gain", estimate(3, 6), grade=3),
    ),
}


def advise(*findings: Finding) -> Finding:
    return conclude_recommendations(REGION, {found.question: found for found in findings})


@pytest.mark.parametrize("case", CASES)
def test_a_finding_makes_its_advice_and_its_opposite_does_not(case: str) -> None:
    speaks, silent = CASES[case]
    rule = case.split()[0]
    rows = {row["rule"]: row for row in advise(speaks).rows}
    assert rule in rows
    assert speaks.question in str(rows[rule]["evidence"]).split("; ")
    assert rule not in {row["rule"] for row in advise(silent).rows}


def test_every_rule_has_a_case_and_reads_questions_it_declares() -> None:
    assert len({case.split()[0] for case in CASES} - {"mentoring_voices"}) == len(RULES)
    assert {speaks.question for speaks, _ in CASES.values()} <= set(RECOMMENDATION_QUESTIONS)
    assert set(RECOMMENDATION_QUESTIONS) <= {question.id for question in QUESTIONS}


def test_voices_do_not_outweigh_a_number_that_speaks_against_them() -> None:
    voices = CASES["mentoring_voices"][0]
    assert [row["rule"] for row in advise(voices, CASES["mentoring"][1]).rows] == ["mentoring_voices"]
    assert advise(voices, finding("mentoring_effect", estimate(-2.0, -0.5), grade=2)).rows == ()


def test_no_finding_no_recommendation() -> None:
    nothing = advise()
    assert nothing.rows == ()
    assert answer_sentences(nothing, "id") == ["Belum ada saran yang didukung oleh temuan laporan ini."]
    for speaks, _ in CASES.values():
        for status in (Status.NO_DATA, Status.SUPPRESSED, Status.NOT_ESTIMABLE):
            shut = Finding(
                question=speaks.question, region="contoh", period="2025", status=status,
                rows=speaks.rows, results=speaks.results, details=speaks.details,
            )  # fmt: skip
            assert advise(shut).rows == ()


def test_the_best_founded_advice_stands_first() -> None:
    rows = advise(
        CASES["comparison"][0], CASES["refresh"][0], CASES["seats"][0],
        finding("mentoring_effect", estimate(0.5, 2.0), grade=3),
    ).rows  # fmt: skip
    assert [row["rule"] for row in rows] == ["mentoring", "seats", "refresh", "comparison"]
    strengths = [STRENGTHS.index(str(row["strength"])) for row in rows]
    assert strengths == sorted(strengths)
    assert [row["strength"] for row in rows] == ["firm", "moderate", "moderate", "tentative"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("case", CASES)
def test_advice_is_worded_and_claims_nothing(case: str, language: Language) -> None:
    found = advise(CASES[case][0])
    for row in found.rows:
        for text in (
            advice_text(row, language),
            change_text(row, language),
            evidence_text(row, language),
            strength_text(row, language),
        ):
            assert text
            assert "finding." not in text
            assert "{" not in text
            assert find_claims(text, grade=1) == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_one_shows_the_three_strongest_with_their_strength(
    language: Language, one_group: Findings
) -> None:
    short = summarise(tuple(one_group.values()), language)
    rows = one_group["recommendations"].rows
    assert len(short.recommendations) == min(3, len(rows)) > 0
    for text, row in zip(short.recommendations, rows, strict=False):
        assert advice_text(row, language).rstrip(".") in text
        assert text.endswith(").")
        assert strength_text(row, language) in text
    assert summarise((), language).recommendations == ()


def test_a_title_with_a_semicolon_stays_one_title() -> None:
    advice = {row["rule"]: row["title"] for row in advise(flags(material="Arsip; tata naskah")).rows}
    assert advice["curriculum_review"] == "Arsip; tata naskah"
    both = advise(flags(material="B; A"), finding("curriculum_age", rows=AGES))
    assert both.rows[0]["title"] == "B; A; Tata naskah"


def test_a_curriculum_is_to_be_reviewed_for_the_reason_that_holds() -> None:
    old = finding("curriculum_age", rows=AGES, details={"old_titles": "Tata naskah"})
    low, none = flags(material="Etika"), flags()
    told = {}
    for name, known in (("low", (low,)), ("old", (none, old)), ("both", (low, old))):
        found = conclude_recommendations(REGION, {each.question: each for each in known})
        [row] = [row for row in found.rows if row["rule"] == "curriculum_review"]
        told[name] = advice_text(row, "en")
    assert "rated low: Etika." in told["low"]
    assert "not reviewed for years: Tata naskah." in told["old"]
    assert "rated low or" in told["both"]
