"""How many people can be followed from one measurement to the next, and how those who cannot differ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

_PAIRS: Final = (("pre", "post"), ("pre", "followup"), ("post", "followup"))


def measure_linkage(tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Match rates of people between waves, for each competency and source, and between tables.

    ``match_rate`` is the share of the people measured first who were measured again. The comparison gives the
    mean first score of the matched and the unmatched and their difference in standard deviations of all first
    scores; it is left out where either side has fewer than two people or nobody differs.
    """
    assessments = tables.get("assessments")
    waves: list[dict[str, Any]] = []
    if assessments is not None and len(assessments):
        people, _ = pd.factorize(assessments["person_id"])  # numbers are compared faster than pseudonyms
        measured = assessments[["competency", "source", "wave", "score"]].assign(person_id=people)
        for (competency, source), group in measured[people >= 0].groupby(["competency", "source"], sort=True):
            scores = {
                str(wave): part.groupby("person_id")["score"].mean() for wave, part in group.groupby("wave")
            }
            for first, second in _PAIRS:
                if first in scores and second in scores:
                    waves.append(
                        {"competency": competency, "source": source, "first": first, "second": second,
                         **_compare(scores[first], scores[second])}
                    )  # fmt: skip
    return {"waves": waves, "tables": _measure_tables(tables)}


def _compare(first: pd.Series, second: pd.Series) -> dict[str, Any]:
    matched = np.isin(first.index.to_numpy(), second.index.to_numpy())
    result: dict[str, Any] = {
        "people_first": len(first),
        "people_second": len(second),
        "matched": int(matched.sum()),
        "match_rate": _round(matched.mean()),
    }
    inside, outside = np.sort(first[matched].to_numpy()), np.sort(first[~matched].to_numpy())
    spread = float(np.std(np.sort(first.to_numpy()), ddof=1)) if len(first) > 1 else 0.0
    if len(inside) > 1 and len(outside) > 1 and spread > 0:
        result |= {
            "mean_matched": _round(inside.mean()),
            "mean_unmatched": _round(outside.mean()),
            "difference_sd": _round((inside.mean() - outside.mean()) / spread),
        }
    return result


def _measure_tables(tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Share of the listed participants who appear in each other table about people."""
    participants = tables.get("participants")
    if participants is None or not len(participants):
        return {}
    listed = participants["person_id"].to_numpy(dtype=object)
    rates = {}
    for name in ("enrolments", "assessments", "reactions", "appraisals"):
        if name in tables:
            column = "respondent_id" if name == "reactions" else "person_id"
            known = set(tables[name][column].to_numpy(dtype=object))
            found = np.array([person in known for person in listed], dtype=bool)
            rates[name] = {
                "people": len(listed),
                "matched": int(found.sum()),
                "match_rate": _round(found.mean()),
            }
    return rates


def _round(number: float) -> float:
    return round(float(number), 6)
