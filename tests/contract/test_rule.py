"""Dated rules, against the figures of the regulations they cite."""

from __future__ import annotations

import datetime

import pytest

from asn_research.contract.rule import RULE_NAMES, read_rule
from asn_research.errors import RuleError

TODAY = datetime.date(2025, 6, 1)


@pytest.mark.parametrize("name", RULE_NAMES)
def test_every_rule_says_where_it_stands_and_how_sure_that_is(name: str) -> None:
    rule = read_rule(name, on=TODAY)
    assert rule.source
    assert rule.certainty
    assert rule.holds_from <= TODAY


def test_rule_before_its_first_version_is_refused() -> None:
    with pytest.raises(RuleError, match="2022-02-24"):
        read_rule("skp", on=datetime.date(2021, 12, 31))
    with pytest.raises(RuleError, match="no rule file"):
        read_rule("sakip", on=TODAY)


def test_skm_classes_are_those_of_permenpan_14_2017() -> None:
    classes = {c["letter"]: c["minimum"] for c in read_rule("skm", on=TODAY)["classes"]}
    assert classes == {"A": 88.31, "B": 76.61, "C": 65.00, "D": 25.00}


def test_ip_asn_weights_sum_to_one_hundred() -> None:
    rule = read_rule("ip_asn", on=TODAY)
    assert rule["weights"] == {"qualification": 25, "competence": 40, "performance": 30, "discipline": 5}
    assert rule["contains_training_hours"]
    assert (
        sum(rule["competence"]["general"].values())
        == sum(rule["competence"]["structural_or_functional"].values())
        == 40
    )


def test_training_duty_is_twenty_hours() -> None:
    assert read_rule("training_hours", on=TODAY)["minimum_jp_per_year"] == 20


def test_there_are_seventeen_ranks() -> None:
    assert len(read_rule("grades", on=TODAY)["grades"]) == 17
