"""Sentences: complete in both languages, in agreement with the numbers, and never above their grade."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import product

import pytest

from asn_research.findings.catalogue import QUESTIONS, question
from asn_research.findings.finding import Caveat, Disclosure, Finding, Status
from asn_research.findings.wordings.sentence import (
    answer_sentence,
    caveat_sentences,
    glossary_entries,
    grade_text,
    open_sentence,
    question_text,
    reading_sentence,
    sample_sentence,
)
from asn_research.findings.wordings.summary import summarise
from asn_research.language import LANGUAGES, Language, format_number
from asn_research.language.catalogue import read_messages
from asn_research.models.result import Estimate, NotEstimable, Reason
from tests.findings.conftest import Findings

CAUSAL = {
    "id": r"dampak|pengaruh|efek\b|efektif|[nys]ebabkan|meningkatkan|akibat|berkat\b|menghasilkan",
    "en": r"impact|effect|\bcaus|improv|boost|led to|results? in\b|due to|thanks to",
}
VERDICT = re.compile(r"signifikan|significant", re.IGNORECASE)
ALLOWED_FROM = {
    "claim_3_up": 3, "claim_3_down": 3, "claim_4_up": 4, "claim_4_down": 4, "claim_5_up": 5,
    "claim_5_down": 5, "grade_3": 3, "grade_4": 4, "grade_5": 5,
}  # fmt: skip
WORLDS = ("one_group", "compared", "few_batches", "tiny", "empty", "null_world")


def all_sentences(finding: Finding, language: Language) -> list[str]:
    found = [
        question_text(finding.question, language),
        answer_sentence(finding, language),
        reading_sentence(finding, language),
        sample_sentence(finding, language),
        grade_text(min(finding.design_grade, 2), language),
        *caveat_sentences(finding, language),
    ]
    return [text for text in found if text]


def causal_word(text: str, language: Language) -> str | None:
    found = re.search(CAUSAL[language], text, re.IGNORECASE)
    return found.group() if found else None


def test_no_phrase_below_grade_three_speaks_of_an_effect() -> None:
    for (key, texts), language in product(read_messages().items(), LANGUAGES):
        room, _, name = key.partition(".")
        if room == "finding" and name not in ALLOWED_FROM:
            assert causal_word(texts[language], language) is None, (key, texts[language])


def test_the_guard_of_this_test_sees_causal_words() -> None:
    assert causal_word("Pelatihan berpengaruh pada nilai.", "id") == "pengaruh"
    assert causal_word("Pelatihan ini menyebabkan kenaikan.", "id") == "yebabkan"
    assert causal_word("The training improved scores.", "en") == "improv"


def test_no_phrase_gives_a_verdict_of_significance() -> None:
    for key, texts in read_messages().items():
        if key.startswith("finding."):
            assert not any(VERDICT.search(text) for text in texts.values()), key


def test_both_languages_of_every_phrase_use_the_same_fields() -> None:
    for key, texts in read_messages().items():
        if key.startswith("finding."):
            fields = [set(re.findall(r"{(\w+)}", texts[language])) for language in LANGUAGES]
            assert fields[0] == fields[1], key


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_finding_is_worded_completely(
    world: str, language: Language, request: pytest.FixtureRequest
) -> None:
    findings: Findings = request.getfixturevalue(world)
    assert list(findings) == [q.id for q in QUESTIONS]
    for finding in findings.values():
        for text in all_sentences(finding, language):
            assert "{" not in text
            assert "}" not in text
            assert "nan" not in text.lower().split()
            assert "None" not in text
            assert "finding." not in text
            assert "  " not in text
            assert text[0].isupper() or text[0].isdigit() or text[0] in "+−", text
            assert text[-1] in ".?", text


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_claims_more_than_its_grade(
    world: str, language: Language, request: pytest.FixtureRequest
) -> None:
    findings: Findings = request.getfixturevalue(world)
    for finding in findings.values():
        if finding.design_grade < 3:
            for text in all_sentences(finding, language):
                assert causal_word(text, language) is None, text


@pytest.mark.parametrize(("identifier", "language"), list(product([q.id for q in QUESTIONS], LANGUAGES)))
def test_every_state_of_every_question_has_its_sentence(identifier: str, language: Language) -> None:
    blank = Finding(question=identifier, region="r", period="2025", status=Status.NO_DATA)
    for table in question(identifier).needs:
        text = open_sentence(replace(blank, details={"missing": table}), language)
        assert "“" in text
    for reason in Reason:
        refusal = NotEstimable(term=identifier, reason=reason, detail="")
        refused = replace(blank, status=Status.NOT_ESTIMABLE, results=(refusal,))
        assert answer_sentence(refused, language).endswith(".")
    withheld = replace(
        blank,
        status=Status.SUPPRESSED,
        disclosure=Disclosure.SUPPRESSED,
        caveats=(Caveat(code="minimum_cell", fields={"minimum": 10}),),
    )
    assert "10" in answer_sentence(withheld, language)


@pytest.mark.parametrize("grade", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("side", [1.0, -1.0, 0.0])
def test_claims_follow_the_grade(grade: int, side: float, compared: Findings) -> None:
    found = compared["learning_gain"]
    headline = found.headline
    assert isinstance(headline, Estimate)
    moved = replace(headline, estimate=5 * side, conf_low=5 * side - 2, conf_high=5 * side + 2)
    finding = replace(found, design_grade=grade, results=(moved, *found.results[1:]))
    text = answer_sentence(finding, "id")
    words = {
        1: "Tanpa kelompok pembanding",
        2: "berkaitan dengan",
        3: "konsisten dengan pengaruh",
        4: "diperkirakan berpengaruh",
        5: "menyebabkan",
    }
    for other, word in words.items():
        claimed = other == grade and (side != 0.0 or grade == 1)
        assert (word in text) is claimed, (grade, side, text)


def test_a_null_result_tells_what_could_have_been_seen(null_world: Findings) -> None:
    finding = null_world["learning_gain"]
    headline = finding.headline
    assert isinstance(headline, Estimate)
    assert headline.conf_low < 0 < headline.conf_high
    mde = format_number(float(str(finding.details["mde"])), "id")
    assert f"perubahan di bawah sekitar {mde} poin sulit terlihat" in answer_sentence(finding, "id")
    assert "pengaruh" not in answer_sentence(finding, "id")


def test_models_of_different_sign_bring_lords_paradox(compared: Findings) -> None:
    found = compared["learning_gain"]
    other = found["ancova:trained"]
    assert isinstance(other, Estimate)
    turned = replace(other, estimate=-3.0)
    results = tuple(turned if result.term == other.term else result for result in found.results)
    assert "paradoks Lord" not in answer_sentence(found, "id")
    assert "paradoks Lord" in answer_sentence(replace(found, results=results), "id")
    assert "Lord's paradox" in answer_sentence(replace(found, results=results), "en")


def test_text_and_rows_tell_the_same_numbers(one_group: Findings) -> None:
    text = answer_sentence(one_group["method_effect"], "id")
    rows = [r for r in one_group["method_effect"].rows if r["group"] == "finding.group_model_change"]
    assert len(rows) == 3
    for row in rows:
        for column in ("estimate", "conf_low", "conf_high"):
            assert format_number(float(str(row[column])), "id", sign=True) in text
    flags = one_group["course_flags"]
    for row, estimate in zip(flags.rows, flags.estimates, strict=True):
        assert row["estimate"] == estimate.estimate
    gain = one_group["learning_gain"]
    own = gain["mean_gain"]
    assert isinstance(own, Estimate)
    assert own.estimate == pytest.approx(
        float(str(gain.details["mean_post"])) - float(str(gain.details["mean_pre"])), abs=1e-9, rel=1e-9
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_one_has_at_most_six_sentences_and_four_figures(
    language: Language, one_group: Findings, empty: Findings
) -> None:
    summary = summarise(tuple(one_group.values()), language)
    assert 4 <= len(summary.sentences) <= 6
    for sentence in summary.sentences:
        assert len(re.findall(r"[.?!](?:\s|$)", sentence)) == 1, sentence
    assert len(summary.key_figures) == 4
    assert all(k.value_text and k.interval_text and k.people_text for k in summary.key_figures)
    assert not summary.open_groups
    bare = summarise(tuple(empty.values()), language)
    later = "change_since_last_period"
    open_ids = [q for q, f in empty.items() if f.status is not Status.ESTIMATED and q != later]
    assert sorted(q for group in bare.open_groups for q, _ in group.questions) == sorted(open_ids)
    assert len(open_ids) > 5
    assert len({group.reason for group in bare.open_groups}) == len(bare.open_groups) < len(open_ids)


@pytest.mark.parametrize("language", LANGUAGES)
def test_glossary_is_complete(language: Language) -> None:
    entries = glossary_entries(language)
    assert len(entries) >= 8
    assert all(word and text.endswith(".") for word, text in entries)
