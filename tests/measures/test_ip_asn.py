"""IP-ASN points by their rule, and the circular outcome that is refused."""

from __future__ import annotations

import datetime

import pandas as pd
import pytest

from asn_research.contract.rule import read_rule
from asn_research.errors import CircularOutcomeError, InputError
from asn_research.measures.ip_asn import check_outcome, measure_ip_asn

IP_ASN = read_rule("ip_asn", on=datetime.date(2025, 1, 1))
PERSON = {
    "qualification": "s1", "post": "general", "performance": "good", "discipline": "never",
    "leadership_or_functional": False, "technical_20_jp": False, "seminar": False,
}  # fmt: skip


def test_twenty_hours_move_the_index_by_rule_alone() -> None:
    people = pd.DataFrame(
        [
            PERSON,
            {**PERSON, "technical_20_jp": True},
            {**PERSON, "post": "structural_or_functional", "technical_20_jp": True},
            {
                **PERSON,
                "technical_20_jp": True,
                "seminar": True,
                "qualification": "s3",
                "performance": "very_good",
            },
        ]
    )
    points = measure_ip_asn(people, rule=IP_ASN)
    assert points["total"].tolist() == [45.0, 67.5, 60.0, 100.0]
    assert points["category"].tolist() == [0.0, 61.0, 0.0, 91.0]
    assert points["competence"].max() == 40


@pytest.mark.parametrize("name", ["ip_asn", "IP-ASN", "ip_asn_competence", "Skor IP ASN", "ip_asn_2025"])
def test_ip_asn_is_refused_as_an_outcome_of_attendance(name: str) -> None:
    with pytest.raises(CircularOutcomeError, match=r"15 or 22\.5 points"):
        check_outcome(name, rule=IP_ASN)
    assert CircularOutcomeError.reason == "circular_outcome"


@pytest.mark.parametrize("name", ["technical_skill", "appraisal", "ip_address"])
def test_other_outcomes_pass(name: str) -> None:
    check_outcome(name, rule=IP_ASN)


def test_ip_asn_refusals() -> None:
    with pytest.raises(InputError, match="s9"):
        measure_ip_asn(pd.DataFrame([{**PERSON, "qualification": "s9"}]), rule=IP_ASN)
    with pytest.raises(InputError, match="discipline"):
        measure_ip_asn(pd.DataFrame([{**PERSON, "discipline": None}]), rule=IP_ASN)
    with pytest.raises(InputError, match="seminar"):
        measure_ip_asn(pd.DataFrame([PERSON]).drop(columns="seminar"), rule=IP_ASN)
