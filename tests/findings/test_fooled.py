"""A world made to fool the naive analyst: its report must say so on page one.

Training does nothing here. The lowest scorers of an unreliable test were chosen, weak people are missing
after it, and superiors who know who was trained rate them higher. A paired t-test finds a clear rise.
"""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from scipy import stats

from asn_research.findings.finding import Finding
from asn_research.findings.wordings.claim import find_claims, wording_grade
from asn_research.findings.wordings.sentence import answer_sentence, caveat_sentences
from asn_research.findings.wordings.summary import Summary, summarise
from asn_research.language import LANGUAGES, Language
from asn_research.models.result import Estimate
from asn_research.simulation.example import SETTINGS
from asn_research.simulation.setting import Instrument
from asn_research.simulation.world import World, make_world
from tests.findings.conftest import Findings, answer_all, answer_one
from tests.findings.world import FakeRegion, make_region_settings

INFLATION = 6.0
KALIANDA = SETTINGS["kalianda", "2025"]
TRUTH = replace(
    KALIANDA.truth,
    method_points=dict.fromkeys(KALIANDA.truth.method_points, 0.0),
    participation_points=0.0,
    background_points=0.0,
    mentoring_points=0.0,
    batch_sd=0.5,
    reliability=0.6,
    lowest_selected=True,
    dropout_share=0.2,
    dropout_logit=-1.5,
)
INSTRUMENTS = (
    Instrument("technical_skill", "test"),
    Instrument("professional_attitude", "self", factor=0.0, mean=66, sd=8, inflation=4.0),
    Instrument(
        "professional_attitude", "supervisor", factor=0.0, mean=65, sd=8, inflation=INFLATION, raters=1
    ),
    Instrument("daily_task", "supervisor", factor=0.0, mean=64, sd=8, inflation=INFLATION, raters=1),
)


@pytest.fixture(scope="module")
def world() -> World:
    setting = replace(KALIANDA, truth=TRUTH, instruments=INSTRUMENTS, pool=400)
    return make_world(setting, seed=5)


@pytest.fixture(scope="module")
def found(world: World) -> Findings:
    settings = make_region_settings("one_group", reference_method="lecture")
    return answer_all(FakeRegion(settings, "2025", world.tables))


def page_one(found: Findings, language: Language) -> Summary:
    return summarise(list(found.values()), language)


def told(found: Findings, question: str, language: Language) -> list[str]:
    page = page_one(found, language)
    return [text for name, text in zip(page.questions, page.sentences, strict=True) if name == question]


def estimate(finding: Finding, term: str | None = None) -> Estimate:
    result = finding.headline if term is None else finding[term]
    assert isinstance(result, Estimate)
    return result


def test_the_world_fools_whoever_tests_before_against_after(world: World) -> None:
    """A hostile fixture is worth something only while it is hostile."""
    scores = world.tables["assessments"]
    scores = scores[(scores["competency"] == "technical_skill") & (scores["source"] == "test")]
    wide = scores.pivot_table(index="person_id", columns="wave", values="score")
    pairs = wide.dropna(subset=["pre", "post"])
    assert stats.ttest_rel(pairs["post"], pairs["pre"]).pvalue < 1e-3
    assert pairs["post"].mean() - pairs["pre"].mean() > 4.0
    caused = world.latent.loc[world.latent["group"] == "trained", "caused"]
    assert abs(caused.mean()) < 0.5
    lost = wide[wide["pre"].notna() & wide["post"].isna()]
    assert len(lost) / wide["pre"].notna().sum() > 0.2
    assert lost["pre"].mean() < pairs["pre"].mean()
    rated = world.tables["assessments"].query("source == 'supervisor'")
    rated = rated.pivot_table(index="person_id", columns="wave", values="score").dropna()
    assert stats.ttest_rel(rated["post"], rated["pre"]).pvalue < 1e-3


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_one_names_and_sizes_the_return_to_the_mean(found: Findings, language: Language) -> None:
    background = found["background_change"]
    size = f"{estimate(background, 'regression_to_mean').estimate:.1f}"
    words = {"id": "kembali ke rata-rata", "en": "return to the mean"}
    text = next(text for text in told(found, "learning_gain", language) if words[language] in text)
    assert size.replace(".", "," if language == "id" else ".") in text
    assert estimate(background, "regression_to_mean").estimate > 3.0
    remaining = estimate(background)
    assert remaining.conf_low < 0.5
    label = {"id": "tanpa pelatihan", "en": "without training"}[language]
    assert any(label in figure.label for figure in page_one(found, language).key_figures)


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_one_names_who_was_lost_with_bounds(world: World, found: Findings, language: Language) -> None:
    details = found["learning_gain"].details
    words = {"id": "tidak punya nilai akhir", "en": "have no score after it"}
    text = next(text for text in told(found, "learning_gain", language) if words[language] in text)
    assert f"{details['lost']}" in text
    assert {"id": "lebih rendah", "en": "lower"}[language] in text
    low, unchanged, high = (float(str(details[f"lost_{name}"])) for name in ("low", "unchanged", "high"))
    for value in (low, unchanged, high):
        shown = f"{abs(value):.1f}".replace(".", "," if language == "id" else ".")
        assert shown in text
    # what everybody who started really gained in the test lies within the bounds
    assert low < 0.0 < estimate(found["learning_gain"]).estimate < high
    assert low < unchanged < estimate(found["learning_gain"]).estimate
    learners = world.latent[world.latent["group"] == "trained"]
    everyone = learners["ability"] + learners["gain"] - learners["observed"]
    assert low < everyone.mean() < high


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_one_says_that_superiors_know_who_was_trained(found: Findings, language: Language) -> None:
    text = told(found, "supervisor_change", language)
    assert len(text) == 1
    words = {"id": "mungkin tahu siapa yang dilatih", "en": "may know who was trained"}
    assert words[language] in text[0]
    rise = estimate(found["supervisor_change"])
    assert rise.estimate == pytest.approx(INFLATION, abs=2.0, rel=0)  # the rise is the superiors' kindness
    assert rise.conf_low > 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_one_says_that_nothing_else_can_be_said_and_stays_within_six(
    found: Findings, language: Language
) -> None:
    page = page_one(found, language)
    assert 4 <= len(page.sentences) <= 6
    words = {"id": "Tanpa kelompok pembanding", "en": "Without a comparison group"}
    assert any(text.startswith(words[language]) for text in page.sentences)
    grades = {name: wording_grade(finding, causal_from=3) for name, finding in found.items()}
    for question, text in zip(page.questions, page.sentences, strict=True):
        assert find_claims(text, grade=grades[question]) == (), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_claimed_anywhere_in_the_report(found: Findings, language: Language) -> None:
    for finding in found.values():
        assert finding.design_grade <= 2, finding.question
        texts = [answer_sentence(finding, language), *caveat_sentences(finding, language)]
        names = [str(row["label"]) for row in finding.rows if row.get("label")]
        for text in texts:
            assert find_claims(text, grade=2, names=names) == (), text
    clear = [e for e in found["method_effect"].estimates if e.term.startswith("method[") and e.conf_low > 0]
    assert clear == []


def test_without_the_tricks_page_one_does_not_cry_wolf() -> None:
    """The same region, fairly chosen, hardly anybody lost, no superiors: none of the three warnings."""
    truth = replace(KALIANDA.truth, lowest_selected=False, dropout_share=0.02, dropout_logit=0.0)
    setting = replace(
        KALIANDA, truth=truth, instruments=INSTRUMENTS[:1], trained=290, comparison=110, pool=440
    )
    instruments = (replace(INSTRUMENTS[0], comparison=True),)
    world = make_world(replace(setting, instruments=instruments), seed=5)
    settings = make_region_settings("matched", reference_method="lecture")
    data = FakeRegion(settings, "2025", world.tables)
    asked = ("learning_gain", "supervisor_change")
    page = page_one({name: answer_one(data, name) for name in asked}, "id")
    text = " ".join(page.sentences)
    assert "pembanding" in text
    assert not re.search("kembali ke rata-rata|tidak punya nilai akhir|mungkin tahu", text), text
