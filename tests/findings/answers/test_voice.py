"""Voices: nobody can be recognised, themes can be counted, numbers and voices are set side by side fairly."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from asn_research.findings.answer import answer_question
from asn_research.findings.answers.voice import ALL_ROLES, OTHER_ROLES, group_roles
from asn_research.findings.catalogue import QUESTIONS, question
from asn_research.findings.conclusions.joint import (
    JOINT_QUESTIONS,
    conclude_joint_display,
    direction_of,
    read_topics,
    topic_of,
)
from asn_research.findings.disclosures.quotation import MAXIMUM_WORDS, choose_quotation, is_quotable
from asn_research.findings.finding import Finding, Status
from asn_research.findings.wordings.sentence import answer_sentence
from asn_research.models.result import Estimate
from tests.findings.conftest import answer_one
from tests.findings.voice_table import EXCERPTS, NAMING, make_interviews
from tests.findings.world import FakeRegion, make_region

Findings = dict[str, Finding]


@pytest.fixture(scope="module")
def region() -> FakeRegion:
    return make_region("one_group")


@pytest.fixture(scope="module")
def themes(region: FakeRegion) -> Finding:
    return answer_one(region, "interview_themes")


def test_themes_are_counted_per_informant(region: FakeRegion, themes: Finding) -> None:
    """The same counts by hand: informants with an excerpt to which both coders gave the theme."""
    table = region.tables["interviews"]
    codes = table.groupby("excerpt_id").agg(
        interview=("interview_id", "first"), theme=("theme", "first"), kinds=("theme", "nunique")
    )
    expected = codes[codes["kinds"] == 1].groupby("theme")["interview"].nunique()
    shown = {str(row["label"]): row for row in themes.rows if row["group"] == ALL_ROLES}
    assert set(shown) == set(expected.index)
    for theme, row in shown.items():
        told, count = int(str(row["n"])), int(expected[theme])
        assert {"most": count <= told, "least": count >= told}.get(str(row.get("bound")), count == told)
        assert bool(row.get("bound")) == (min(count, 48 - count) < 10)
    assert themes.sample.people == table["interview_id"].nunique() == 48
    assert themes.rows[0]["n"] == max(int(str(row["n"])) for row in shown.values())


def test_groups_of_roles_add_up_and_none_is_too_small(themes: Finding) -> None:
    totals = {str(row["group"]): int(str(row["total"])) for row in themes.rows}
    assert min(totals.values()) >= 10
    assert totals.pop(ALL_ROLES) == sum(totals.values())
    assert "Warga" not in totals
    for theme in {row["label"] for row in themes.rows}:
        told = [row for row in themes.rows if row["label"] == theme]
        parts = {str(row["group"]): row["n"] for row in told}
        if not any(row.get("bound") or row.get("suppressed") for row in told):
            counts = {group: int(str(n)) for group, n in parts.items()}
            assert counts.pop(ALL_ROLES) == sum(counts.values())


@pytest.mark.parametrize(
    ("sizes", "joined"),
    [
        ({"a": 30, "b": 12}, set()),
        ({"a": 30, "b": 12, "c": 4}, {"b", "c"}),
        ({"a": 30, "b": 6, "c": 4}, {"b", "c"}),
        ({"a": 10, "b": 9}, {"a", "b"}),
        ({"a": 4, "b": 4, "c": 4}, {"a", "b", "c"}),
    ],
)
def test_small_roles_are_joined_until_nobody_can_be_found(sizes: dict[str, int], joined: set[str]) -> None:
    groups = group_roles(sizes, minimum=10)
    assert {role for role, group in groups.items() if group == OTHER_ROLES} == joined


def test_quotations_name_nobody_and_come_from_roles_with_enough_informants(themes: Finding) -> None:
    quoted = [row for row in themes.rows if row.get("quote")]
    assert 1 <= len(quoted) <= 3
    told = {str(row["group"]) for row in themes.rows}
    for row in quoted:
        assert row["group"] == ALL_ROLES
        assert str(row["quote"]) + "." in EXCERPTS.values()
        assert row["quote_role"] in told - {ALL_ROLES, OTHER_ROLES}
    assert "Siti" not in answer_sentence(themes, "id") + answer_sentence(themes, "en")


@pytest.mark.parametrize(
    "text",
    [
        NAMING,
        "Menurut Siti waktunya terlalu sore.",
        "Kepala bidang memberi waktu untuk membahas hasilnya.",
        "Di kantor kesehatan kami kekurangan orang untuk itu.",
        "Sejak 2019 kami tidak pernah ikut pelatihan.",
        "Hubungi [nama] bila ingin tahu lebih lanjut.",
        "<b>pelatihan ini terlalu panjang</b> bagi kami",
        "Terlalu sore.",
        " ".join(["kata"] * (MAXIMUM_WORDS + 1)),
        "Jadwalnya selalu jatuh pada hari Jumat sore.",
    ],
)
def test_what_names_places_or_is_long_is_not_quoted(text: str) -> None:
    assert not is_quotable(text, places=["Dinas Kesehatan"])


def test_of_quotable_texts_the_one_said_most_often_is_chosen() -> None:
    spoken = pd.DataFrame(
        {
            "text": ["kami kekurangan orang.", "waktunya sore terus.", *["jadwal kami terlalu padat."] * 2],
            "role": ["Peserta"] * 4,
            "interview_id": ["1", "2", "3", "4"],
        }
    )  # fmt: skip
    chosen = choose_quotation(spoken)
    assert chosen is not None
    assert chosen["text"] == "jadwal kami terlalu padat."
    assert choose_quotation(spoken.assign(text=NAMING)) is None


def test_too_few_informants_are_not_heard_in_public() -> None:
    data = make_region("one_group", people=80, batches=6)
    few = FakeRegion(data.region, data.period, {**data.tables, "interviews": make_interviews(45)})
    for name in ("interview_themes", "coder_agreement", "joint_display"):
        finding = answer_one(few, name)
        assert finding.status is Status.SUPPRESSED
        assert not finding.rows


def test_agreement_is_judged_on_its_interval(region: FakeRegion) -> None:
    finding = answer_one(region, "coder_agreement")
    alpha, kappa = finding.estimates
    assert alpha.conf_low < alpha.estimate < alpha.conf_high
    # Two coders, one theme each: alpha and kappa differ only by the small-sample correction of expectation.
    assert alpha.estimate == pytest.approx(kappa.estimate, abs=0.02, rel=0)
    assert "Krippendorff" in answer_sentence(finding, "en")
    one = region.tables["interviews"].query("coder_id == 'CA'")
    alone = FakeRegion(region.region, region.period, {**region.tables, "interviews": one})
    assert answer_one(alone, "coder_agreement").status is Status.NO_DATA


def _number(low: float, high: float, *, unit: str = "points", name: str = "mentoring_effect") -> Finding:
    headline = Estimate(
        term="x", estimate=(low + high) / 2, conf_low=low, conf_high=high, n_obs=90, unit=unit
    )
    return Finding(
        question=name, region="contoh", period="2025", status=Status.ESTIMATED, results=(headline,)
    )


@pytest.mark.parametrize(
    ("number", "verdict"),
    [
        (_number(0.5, 2.0), "both_speak"),
        (_number(-2.0, -0.5), "both_speak"),
        (_number(-1.0, 2.0), "voices_only"),
        (_number(float("nan"), float("nan")), "voices_only"),
        (_number(0.8, 0.9, unit="share"), "level_raised"),
        (replace(_number(1, 2), status=Status.SUPPRESSED), "numbers_silent"),
        (None, "numbers_silent"),
    ],
)
def test_a_raised_theme_is_set_beside_its_number(
    region: FakeRegion, number: Finding | None, verdict: str
) -> None:
    known = {} if number is None else {"mentoring_effect": number}
    finding = conclude_joint_display(region, known)  # type: ignore[arg-type]
    row = next(row for row in finding.rows if row.get("label") == "Kualitas pendampingan")
    assert row["verdict_code"] == verdict
    assert sum(int(str(finding.details[v])) for v in ("agree", "differ", "beside", "silent")) == len(
        finding.rows
    )


def test_a_clear_number_nobody_spoke_of_is_shown_as_silence_of_voices(region: FakeRegion) -> None:
    finding = conclude_joint_display(region, {"learning_gain": _number(3, 5, name="learning_gain")})  # type: ignore[arg-type]
    silent = [row for row in finding.rows if row["verdict_code"] == "voices_silent"]
    assert [row["question"] for row in silent] == ["learning_gain"]


def test_every_topic_names_questions_as_they_are_spelled() -> None:
    assert direction_of(_number(1, 2)) == "up"
    found = topic_of("Kualitas Pendampingan")
    assert found is not None
    assert found.name == "mentoring"
    assert topic_of("Sesuatu yang lain") is None
    assert set(JOINT_QUESTIONS) <= {known.id for known in QUESTIONS}
    names = [topic.name for topic in read_topics()]
    assert len(names) == len(set(names))


def test_a_question_that_draws_on_others_can_be_asked_alone(region: FakeRegion) -> None:
    finding = answer_question(region, question("joint_display"))  # type: ignore[arg-type]
    workload = next(row for row in finding.rows if row.get("label") == "Waktu dan beban kerja")
    assert workload["question"] == "attendance"
