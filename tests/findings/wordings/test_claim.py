"""No word above its grade: the closed list, planted claims, and every sentence the project ships."""

from __future__ import annotations

import pytest

from asn_research.findings.catalogue import question
from asn_research.findings.finding import Finding, Status
from asn_research.findings.wordings.claim import find_claims, wording_grade
from asn_research.findings.wordings.sentence import (
    answer_sentences,
    caveat_sentences,
    grade_text,
    question_text,
    reading_sentence,
    sample_sentence,
)
from asn_research.language import LANGUAGES, Language
from asn_research.language.catalogue import read_messages

Findings = dict[str, Finding]


@pytest.mark.parametrize(
    ("text", "needs"),
    [
        ("Nilai naik setelah pelatihan.", 1),
        ("Scores rose after the training.", 1),
        ("Kehadiran berkaitan dengan kenaikan nilai.", 2),
        ("Attendance is associated with the gain.", 2),
        ("Hasil ini konsisten dengan pengaruh pelatihan.", 3),
        ("This is consistent with an effect of the training.", 3),
        ("Pelatihan diperkirakan berpengaruh.", 4),
        ("Pelatihan berdampak pada kinerja.", 4),
        ("Dampak pelatihan terlihat.", 4),
        ("Metode yang paling efektif adalah praktik.", 4),
        ("Efektivitas pelatihan tinggi.", 4),
        ("The training had a significant impact.", 4),
        ("The most effective method was practice.", 4),
        ("The training is estimated to have changed scores.", 4),
        ("Pelatihan menyebabkan kenaikan nilai.", 5),
        ("Kenaikan ini disebabkan oleh pelatihan.", 5),
        ("Pelatihan meningkatkan keterampilan.", 5),
        ("Nilai naik berkat pelatihan.", 5),
        ("Nilai naik karena mengikuti pelatihan.", 5),
        ("Pelatihan terbukti berguna.", 5),
        ("Pelatihan ini mempercepat perizinan.", 5),
        ("The training caused this rise.", 5),
        ("Scores rose because of the training.", 5),
        ("The training has clearly improved scores.", 5),
        ("Training led to faster permits.", 5),
        ("Skills were raised by the training.", 5),
        ("MENYE\u00adBABKAN", 5),
        ("m\u200be\u200bn\u200byebabkan", 5),
        ("ｍｅｎｙｅｂａｂｋａｎ", 5),
    ],
)
def test_word_needs_its_grade(text: str, needs: int) -> None:
    assert find_claims(text, grade=needs) == ()
    if needs > 1:
        found = find_claims(text, grade=needs - 1)
        assert found
        assert max(claim.needs for claim in found) == needs


@pytest.mark.parametrize(
    "text",
    [
        "Tidak ditampilkan agar tidak seorang pun dapat dikenali.",
        "Kenaikan ini tidak boleh dibaca sebagai akibat pelatihan.",
        "Because fewer than ten people answered, nothing is shown.",
        "A fixed effect for every unit; the smallest detectable effect.",
        "Peserta yang lebih rajin hadir nilainya naik lebih banyak.",
        "Cost per participant; cost-effectiveness.",
    ],
)
def test_plain_speech_is_left_alone(text: str) -> None:
    assert find_claims(text, grade=1) == ()


def test_careful_phrase_does_not_excuse_the_bare_word_beside_it() -> None:
    found = find_claims("Konsisten dengan pengaruh pelatihan; dampak pelatihan besar.", grade=3)
    assert [claim.word for claim in found] == ["dampak"]


def test_names_are_not_claims_but_the_words_around_them_are() -> None:
    title = "Komunikasi Efektif dan Dampaknya"
    assert find_claims(f"Tinjau materi: {title}.", grade=1, names=[title]) == ()
    found = find_claims(f"{title} meningkatkan nilai.", grade=1, names=[title])
    assert [claim.word for claim in found] == ["meningkatkan"]


def test_a_question_that_may_not_be_causal_speaks_of_associations_at_most() -> None:
    finding = Finding(
        question="method_effect", region="x", period="1", status=Status.ESTIMATED, design_grade=5
    )
    assert wording_grade(finding, causal_from=6) == 2
    assert wording_grade(finding, causal_from=3) == 5


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("world", ["one_group", "compared", "tiny", "few_batches", "empty", "null_world"])
def test_every_sentence_of_a_report_keeps_to_its_grade(
    world: str, language: Language, request: pytest.FixtureRequest
) -> None:
    findings: Findings = request.getfixturevalue(world)
    for finding in findings.values():
        grade = wording_grade(finding, causal_from=question(finding.question).causal_from)
        texts = [
            question_text(finding.question, language),
            *answer_sentences(finding, language),
            *caveat_sentences(finding, language),
            reading_sentence(finding, language),
            sample_sentence(finding, language),
        ]
        names = [str(row["label"]) for row in finding.rows if row.get("label")]
        for text in texts:
            assert find_claims(text, grade=grade, names=names) == (), (finding.question, text)


@pytest.mark.parametrize("grade", range(1, 6))
@pytest.mark.parametrize("language", LANGUAGES)
def test_text_that_explains_a_grade_uses_the_words_of_that_grade(grade: int, language: Language) -> None:
    assert find_claims(grade_text(grade, language), grade=grade) == ()


def test_only_the_phrases_of_claims_speak_above_an_association() -> None:
    """A new sentence with a causal word must be one of the claims by grade, or this test names it."""
    allowed = ("finding.claim_", "finding.grade_", "finding.glossary_", "report.methods_", "report.stub_",
               "report.problem_", "cli.", "intake.")  # fmt: skip
    strong = {
        key
        for key, texts in read_messages().items()
        if not key.startswith(allowed)
        for text in texts.values()
        if find_claims(text, grade=2)
    }
    assert strong == set()
