"""Who is missing from an answer: those it could have spoken for, and nobody else."""

from __future__ import annotations

import numpy as np
import pandas as pd

from asn_research.findings.grounds.people import GainPeople


def test_an_answer_about_the_trained_misses_no_compared_people() -> None:
    pre = [50.0, np.nan, 52.0, 55.0, 40.0, np.nan]
    post = [60.0, 61.0, np.nan, 56.0, np.nan, 41.0]
    everyone = pd.DataFrame({"person_id": list("abcdef"), "pre": pre, "post": post})
    everyone["trained"] = [1.0, 1.0, 1.0, 0.0, 0.0, 0.0]
    everyone["gain"] = everyone["post"] - everyone["pre"]
    people = GainPeople(everyone, everyone.head(0), minimum=1, competency="technical_skill", source="test")
    assert people.sample(people.trained).excluded == {"no_pre": 1, "no_post": 1}
    assert people.sample(people.matched).excluded == {"no_pre": 2, "no_post": 2}
    measured = everyone.dropna(subset=["pre"])
    assert people.sample(measured).excluded == {"no_pre": 2}, (
        "those lost later are in the share of the matched"
    )
