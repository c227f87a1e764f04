"""The stored study of whole regions is the page's source and keeps its promises; a small run agrees."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from asn_research.findings.wordings.claim import find_claims
from asn_research.findings.wordings.part import direction
from asn_research.findings.wordings.sentence import answer_sentence
from asn_research.language import LANGUAGES
from asn_research.models.result import Estimate
from tests.findings.conftest import answer_one
from tests.validation.region import STUDIES, Drawn, Study, draw_world, open_world
from tests.validation.truth import DOCUMENT, PROMISED, TABLE, document, least_held

FEWEST = 200
WORLDS = 3
NULL = tuple(study for study in STUDIES if not study.has_effect)
CLAIMED = {
    "learning_gain": ("pengaruh pelatihan", "effect of the training"),
    "method_effect": ("berbeda dengan jelas", "clearly differ"),
    "participation_slope": ("berkaitan dengan kenaikan", "are associated with"),
}


@pytest.fixture(scope="module")
def stored() -> pd.DataFrame:
    return pd.read_csv(TABLE)


@pytest.fixture(scope="module")
def drawn() -> dict[str, list[Drawn]]:
    """A few worlds of the study of a matched comparison and of its twin without effect."""
    chosen = [study for study in STUDIES if study.region == "tangerang_selatan"]
    return {
        study.name: [one for seed in range(1, WORLDS + 1) for one in draw_world(study, seed)]
        for study in chosen
    }


def test_the_page_is_written_from_the_table(stored: pd.DataFrame) -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document(stored)


def test_every_study_has_enough_worlds(stored: pd.DataFrame) -> None:
    assert set(stored["region"]) == {study.name for study in STUDIES}
    assert stored["intervals"].min() >= FEWEST
    assert not stored.duplicated(["region", "quantity"]).any()


def test_headline_intervals_hold_the_truth_at_the_stated_rate(stored: pd.DataFrame) -> None:
    """All but those that the page names as too narrow, and none of them by much."""
    promised = stored[stored["quantity"].isin(PROMISED)]
    assert promised["held"].min() >= 90
    assert promised["held"].mean() == pytest.approx(95, abs=2, rel=0)
    effects = promised[promised["quantity"].isin(["comparison", "rise of the trained"])]
    assert effects["held"].min() >= least_held(FEWEST)
    narrow = [row for row in promised.to_dict("records") if row["held"] < least_held(row["intervals"])]
    page = DOCUMENT.read_text(encoding="utf-8")
    assert page.count("Too narrow") == len(narrow)
    assert {row["region"] for row in narrow} <= {"one group, low scorers chosen", *(s.name for s in NULL)}


def test_the_naive_reading_does_not(stored: pd.DataFrame) -> None:
    naive = stored[stored["quantity"] == "naive before and after"]
    assert len(naive) == len(STUDIES)
    assert naive["held"].max() < 50
    nothing = naive[naive["region"].isin([study.name for study in NULL])]
    assert nothing["above_zero"].min() == 100.0  # every world without effect looks like a success


def test_in_worlds_without_effect_false_alarms_stay_near_five_per_cent(stored: pd.DataFrame) -> None:
    nothing = stored[stored["region"].isin([study.name for study in NULL])]
    tested = nothing[nothing["quantity"].isin(["comparison", "methods", "participation"])]
    alarms = (tested["above_zero"] + tested["below_zero"]).groupby(tested["region"]).mean()
    assert alarms["matched comparison, no effect"] <= 6.0
    assert alarms.max() <= 10.0  # a dozen batches share four methods; the page names these intervals


def test_what_is_left_above_the_background_is_careful(stored: pd.DataFrame) -> None:
    left = stored[stored["quantity"] == "left above background"]
    assert left["above_truth"].max() <= 5.0


@pytest.mark.parametrize("quantity", ["comparison", "methods", "participation", "naive before and after"])
def test_a_small_run_agrees_with_the_stored_table(
    quantity: str, stored: pd.DataFrame, drawn: dict[str, list[Drawn]]
) -> None:
    """Here around each world's own truth, which leaves less to chance than the truth of its kind."""
    for study, found in drawn.items():
        own = [one for one in found if one.quantity == quantity]
        held = sum(one.low <= one.truth <= one.high for one in own) / len(own)
        row = stored[(stored["region"] == study) & (stored["quantity"] == quantity)].iloc[0]
        error = math.sqrt(0.95 * 0.05 / len(own))
        assert held == pytest.approx(row["held"] / 100, abs=4 * error, rel=0), study


@pytest.mark.parametrize("study", NULL, ids=[study.design for study in NULL])
def test_reports_of_worlds_without_effect_speak_as_their_intervals_do(study: Study) -> None:
    """Sentences claim only where an interval excludes zero; one group is never said to gain by training."""
    for seed in (1, 2):
        _, data = open_world(study, seed)
        for question, words in CLAIMED.items():
            finding = answer_one(data, question)
            headline = finding.headline
            assert isinstance(headline, Estimate)
            for language, word in zip(LANGUAGES, words, strict=True):
                text = answer_sentence(finding, language)
                if study.design == "one_group":
                    assert find_claims(text, grade=2) == (), text
                if question != "method_effect" and direction(headline) == "unclear":
                    assert word not in text, text
                if question == "method_effect" and not finding.details["clear_pairs"]:
                    assert f"{word}:" not in text, text
