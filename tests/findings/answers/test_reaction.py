"""Reactions of few people: what may be told of each item, and nothing where no item may be told."""

from __future__ import annotations

from asn_research.findings.finding import Status
from asn_research.findings.wordings.sentence import answer_sentence
from tests.findings.conftest import answer_one
from tests.findings.world import FakeRegion, make_region


def test_enough_people_but_too_few_for_any_item_are_withheld() -> None:
    """Twelve people rate two of the four items each, so that six rate each item."""
    data = make_region("one_group", people=80, batches=8)
    answers = data.tables["reactions"]
    people = sorted(answers["respondent_id"].unique())[:12]
    kept = {person: ("material", "speaker") if i < 6 else ("method", "facilities")
            for i, person in enumerate(people)}  # fmt: skip
    told = [
        item in kept.get(who, ()) for who, item in zip(answers["respondent_id"], answers["item"], strict=True)
    ]
    few = FakeRegion(data.region, data.period, {**data.tables, "reactions": answers[told]})
    found = answer_one(few, "satisfaction")
    assert found.status is Status.SUPPRESSED
    assert answer_sentence(found, "id")
