"""SKP predicates by the matrix of the rule: ordinal, counted, never averaged."""

from __future__ import annotations

import datetime

import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint

from asn_research.contract.rule import read_rule
from asn_research.errors import InputError, TooFewObservationsError
from asn_research.measures.appraisal import count_predicates, measure_predicate, measure_share_at_least

SKP = read_rule("skp", on=datetime.date(2025, 1, 1))
# PermenPAN-RB 6/2022: rows are the result of work, columns the behaviour.
MATRIX = {
    ("above", "below"): "poor", ("above", "meets"): "good", ("above", "above"): "very_good",
    ("meets", "below"): "poor", ("meets", "meets"): "good", ("meets", "above"): "good",
    ("below", "below"): "very_poor", ("below", "meets"): "needs_improvement",
    ("below", "above"): "needs_improvement",
}  # fmt: skip


def test_all_nine_cells_of_the_matrix() -> None:
    rated = pd.DataFrame(list(MATRIX), columns=["result", "behaviour"])
    predicates = measure_predicate(rated, rule=SKP)
    assert predicates.tolist() == list(MATRIX.values())
    order = ["very_poor", "poor", "needs_improvement", "good", "very_good"]
    assert predicates.cat.categories.tolist() == order
    assert count_predicates(predicates)["count"].tolist() == [1, 2, 2, 3, 1]


def test_predicates_are_ordinal_and_have_no_mean() -> None:
    rated = pd.DataFrame({"result": ["above", "meets", None], "behaviour": ["above", "below", "meets"]})
    predicates = measure_predicate(rated, rule=SKP)
    assert predicates.max() == "very_good"
    assert predicates.isna().tolist() == [False, False, True]
    with pytest.raises(TypeError):
        predicates.mean()


def test_share_with_wilsons_interval_against_statsmodels() -> None:
    rated = pd.DataFrame({"result": ["meets"] * 17 + ["below"] * 3, "behaviour": ["meets"] * 20})
    share = measure_share_at_least(measure_predicate(rated, rule=SKP))
    assert share.estimate == pytest.approx(0.85)
    wanted = proportion_confint(17, 20, method="wilson")
    assert (share.conf_low, share.conf_high) == pytest.approx(wanted, rel=1e-9)
    everyone = measure_share_at_least(measure_predicate(rated.head(17), rule=SKP))
    assert (everyone.conf_high, everyone.estimate) == (1.0, 1.0)
    assert everyone.conf_low < 0.9


def test_appraisal_refusals() -> None:
    with pytest.raises(InputError, match="sesuai"):
        measure_predicate(pd.DataFrame({"result": ["sesuai"], "behaviour": ["meets"]}), rule=SKP)
    with pytest.raises(InputError, match="ordered"):
        measure_share_at_least(pd.Series([1, 2]))
    none = measure_predicate(pd.DataFrame({"result": [None], "behaviour": ["meets"]}), rule=SKP)
    with pytest.raises(TooFewObservationsError):
        measure_share_at_least(none)
