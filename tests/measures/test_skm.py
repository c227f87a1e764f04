"""Satisfaction index by the regulation: its two traps, its uncertainty, and hostile answers."""

from __future__ import annotations

import datetime
import math

import numpy as np
import pandas as pd
import pytest

from asn_research.contract.rule import read_rule
from asn_research.errors import InputError, RuleError, TooFewObservationsError
from asn_research.measures.skm import (
    classify_skm,
    element_weight,
    estimate_skm,
    estimate_skm_change,
    measure_skm,
    measure_skm_change,
    read_answers,
    required_respondents,
)

RULE = read_rule("skm", on=datetime.date(2025, 1, 1))
NAMES = [f"u{i}" for i in range(1, 10)]


def survey(n: int = 60, seed: int = 1) -> pd.DataFrame:
    chance = np.random.default_rng(seed)
    return pd.DataFrame(chance.choice([2.0, 3.0, 4.0], p=[0.1, 0.5, 0.4], size=(n, 9)), columns=NAMES)


@pytest.mark.parametrize(
    ("value", "letter"),
    [(100, "A"), (88.31, "A"), (88.305, "A"), (88.3049, "B"), (88.30, "B"), (76.61, "B"), (76.605, "B"),
     (76.60, "C"), (65.0, "C"), (64.995, "C"), (64.99, "D"), (25.0, "D")],
)  # fmt: skip
def test_letters_at_the_bounds_and_in_the_gaps(value: float, letter: str) -> None:
    assert classify_skm(value, rule=RULE) == letter


@pytest.mark.parametrize("value", [24.99, 100.01, math.nan, -1])
def test_an_index_outside_the_classes_is_refused(value: float) -> None:
    with pytest.raises(InputError):
        classify_skm(value, rule=RULE)


def test_rounded_weight_moves_an_office_from_a_to_b() -> None:
    # Sum of element means 32.9311: 91.48 with 1/9 and 90.56 with 0.11; at a mean of 3.55 the class differs.
    assert round(32.9311 * element_weight(9) * 25, 2) == 91.48
    assert round(32.9311 * element_weight(9, rounding="2") * 25, 2) == 90.56
    answers = pd.DataFrame({name: [4.0] * 55 + [3.0] * 45 for name in NAMES})
    index = measure_skm(answers, elements=NAMES, rule=RULE)
    assert (index.letter, index.rounded_letter, index.class_differs) == ("A", "B", True)
    assert index.estimate.estimate == pytest.approx(3.55 * 25, rel=1e-12)
    assert index.rounded == pytest.approx(3.55 * 9 * 0.11 * 25, rel=1e-12)


@pytest.mark.parametrize(("rounding", "highest"), [("exact", 100.0), ("3", 99.9), ("2", 99.0)])
def test_highest_index_by_weight(rounding: str, highest: float) -> None:
    full = pd.DataFrame({name: [4, 4] for name in NAMES})
    index = measure_skm(full, elements=NAMES, rule=RULE, weight_rounding=rounding)
    assert index.estimate.estimate == pytest.approx(highest, rel=1e-12)
    assert index.class_probabilities["A"] == 1.0


def test_standard_error_is_that_of_respondents_and_the_interval_fits_it() -> None:
    answers = survey(300)
    index = measure_skm(answers, elements=NAMES, rule=RULE)
    own = answers.mean(axis=1) * 25
    assert index.estimate.std_error == pytest.approx(own.std() / math.sqrt(300), rel=1e-10)
    width = index.estimate.conf_high - index.estimate.conf_low
    assert width == pytest.approx(2 * 1.96 * index.estimate.std_error, rel=0.08)
    assert sum(index.class_probabilities.values()) == pytest.approx(1)


def test_order_of_respondents_and_of_columns_does_not_matter() -> None:
    answers = survey()
    answers.loc[3, "u2"] = None
    one = measure_skm(answers, elements=NAMES, rule=RULE, seed=3)
    two = measure_skm(answers[::-1], elements=NAMES, rule=RULE, seed=3)
    assert one.estimate.conf_low == pytest.approx(two.estimate.conf_low, rel=1e-12)
    assert one.class_probabilities == two.class_probabilities
    assert (one.n_incomplete, one.lowest) == (1, two.lowest)
    turned = measure_skm(answers[NAMES[::-1]], elements=NAMES[::-1], rule=RULE)
    assert turned.estimate.estimate == pytest.approx(one.estimate.estimate, rel=1e-12)
    assert turned.lowest == one.lowest


def test_probability_of_a_class_near_its_bound_is_about_half() -> None:
    chance = np.random.default_rng(5)
    bound = 88.31 / 25
    answers = pd.DataFrame({name: 3.0 + (chance.random(2000) < bound - 3) for name in NAMES})
    shift = round((bound * 9 - float(answers.mean().sum())) * 2000)
    column = answers["u1"].to_numpy().copy()
    places = np.flatnonzero(column == (3.0 if shift > 0 else 4.0))[: abs(shift)]
    column[places] += 1.0 if shift > 0 else -1.0
    index = measure_skm(answers.assign(u1=column), elements=NAMES, rule=RULE)
    assert index.class_probabilities["A"] == pytest.approx(0.5, abs=0.06)


def test_refusals() -> None:
    answers = survey()
    with pytest.raises(InputError, match=r"1 answers lie outside 1 to 4: \['u3'\]"):
        measure_skm(answers.assign(u3=[5.0] + [3.0] * 59), elements=NAMES, rule=RULE)
    with pytest.raises(InputError, match="no column"):
        measure_skm(answers.drop(columns="u9"), elements=NAMES, rule=RULE)
    with pytest.raises(TooFewObservationsError, match="u4"):
        measure_skm(answers.assign(u4=np.nan), elements=NAMES, rule=RULE)
    with pytest.raises(TooFewObservationsError):
        measure_skm(answers.head(1), elements=NAMES, rule=RULE)
    with pytest.raises(RuleError):
        read_rule("skm", on=datetime.date(2010, 1, 1))


@pytest.mark.parametrize(("population", "respondents"), [(10, 10), (100, 80), (1000, 278), (75000, 382)])
def test_krejcie_morgan_1970_table(population: int, respondents: int) -> None:
    assert required_respondents(population) == respondents


def test_shares_of_classes_are_those_of_the_draws_classified_one_by_one() -> None:
    """One element and two respondents: the drawn indices are 25, 62.5 and 100, one in four, two, one."""
    found = measure_skm(pd.DataFrame({"u1": [1.0, 4.0]}), elements=["u1"], rule=RULE, draws=4000)
    expected = {classify_skm(index, rule=RULE): 0.0 for index in (25.0, 62.5, 100.0)}
    assert expected.keys() == {"D", "A"}
    # binomial error of 4,000 draws is 0.007
    assert found.class_probabilities["A"] == pytest.approx(0.25, abs=0.03, rel=0)
    assert found.class_probabilities["D"] == pytest.approx(0.75, abs=0.03, rel=0)
    sure = measure_skm(pd.DataFrame({"u1": [3.0, 3.0]}), elements=["u1"], rule=RULE)
    assert sure.class_probabilities == {"A": 0.0, "B": 0.0, "C": 1.0, "D": 0.0}


def test_the_change_is_the_difference_of_two_indices_with_the_error_of_both() -> None:
    before, after = survey(80, seed=2), survey(120, seed=3)
    change = measure_skm_change(before, after, elements=NAMES, rule=RULE)
    one, two = (measure_skm(side, elements=NAMES, rule=RULE).estimate for side in (before, after))
    # sums in another order
    assert change.estimate == pytest.approx(two.estimate - one.estimate, rel=1e-9, abs=1e-9)
    assert change.std_error == pytest.approx(math.hypot(one.std_error, two.std_error), rel=1e-9, abs=0)
    # a percentile interval of means is nearly normal: a tenth for 2,000 draws
    half = (change.conf_high - change.conf_low) / 2
    assert half == pytest.approx(1.96 * change.std_error, rel=0.1, abs=0)
    same = measure_skm_change(before, before.sample(frac=1, random_state=1), elements=NAMES, rule=RULE)
    assert same.estimate == pytest.approx(0.0, abs=1e-9, rel=0)
    assert same.conf_low < 0 < same.conf_high


def test_intervals_of_the_change_cover_the_truth() -> None:
    """Answers 2, 3, 4 with known shares, moved by known amounts: the true change is 25 times 0.2."""
    covered = 0
    for seed in range(60):
        chance = np.random.default_rng(seed)
        before = pd.DataFrame(chance.choice([2.0, 3.0, 4.0], p=[0.2, 0.5, 0.3], size=(50, 9)), columns=NAMES)
        after = pd.DataFrame(chance.choice([2.0, 3.0, 4.0], p=[0.1, 0.5, 0.4], size=(50, 9)), columns=NAMES)
        found = measure_skm_change(before, after, elements=NAMES, rule=RULE, draws=500)
        covered += found.conf_low <= 5.0 <= found.conf_high
    assert covered >= 52  # 57 expected at 95 %; fewer would happen once in 350 such studies


def test_answers_read_once_give_what_each_call_would_read() -> None:
    """Units, elements and changes of the same answers, some missing, equal those of frames cut beforehand."""
    sides = [survey(80, seed=2), survey(120, seed=3)]
    sides[1].iloc[5:9, 2] = np.nan
    sides[1].iloc[11] = np.nan
    read = [read_answers(side, elements=NAMES, rule=RULE) for side in sides]
    half = [np.arange(len(side)) % 2 == 0 for side in sides]
    cut = [side[rows] for side, rows in zip(sides, half, strict=True)]
    parts = [answers.of_respondents(rows) for answers, rows in zip(read, half, strict=True)]
    assert estimate_skm_change(*read) == measure_skm_change(*sides, elements=NAMES, rule=RULE)
    assert estimate_skm_change(*parts) == measure_skm_change(*cut, elements=NAMES, rule=RULE)
    for side, answers in zip(sides, read, strict=True):
        one, other = (
            estimate_skm(answers.of_element("u3")),
            measure_skm(side, elements=["u3"], rule=RULE),
        )
        assert (one.estimate, one.class_probabilities) == (other.estimate, other.class_probabilities)
