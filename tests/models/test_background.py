"""Background change of one-group designs: the known size of regression to the mean, and tipping points."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from asn_research.errors import InputError, NoVariationError, TooFewObservationsError
from asn_research.models.background import (
    BackgroundAssumption,
    estimate_background_change,
    expected_regression_sd,
)
from asn_research.models.result import TIDY_COLUMNS


def selected(share: float, reliability: float, n: int = 40_000) -> pd.DataFrame:
    """People without any training effect, of whom the lowest ``share`` on the score before are kept."""
    chance = np.random.default_rng(7)
    truth = chance.normal(0, math.sqrt(reliability), n)
    frame = pd.DataFrame(
        {
            wave: 60 + 10 * (truth + chance.normal(0, math.sqrt(1 - reliability), n))
            for wave in ("pre", "post")
        }
    )
    return frame[frame["pre"] <= frame["pre"].quantile(share)]


def test_half_of_the_people_with_reliability_07_gain_024_without_training() -> None:
    assert expected_regression_sd(reliability=0.7, selected_share=0.5) == pytest.approx(
        0.3 * math.sqrt(2 / math.pi), rel=1e-12
    )


@pytest.mark.parametrize("share", [0.3, 0.5, 0.8])
def test_a_gain_that_is_all_regression_is_recognised(share: float) -> None:
    people = selected(share, 0.7)
    assumption = BackgroundAssumption(reliability=0.7, selected_share=share)
    result = estimate_background_change(people, pre="pre", post="post", assumption=assumption)
    assert result.gain.estimate > 5 * result.gain.std_error  # looks like an effect
    assert abs(result.remaining.estimate) < 3.5 * result.gain.std_error  # and is none
    known = BackgroundAssumption(reliability=0.7, population_mean=60.0)
    other = estimate_background_change(people, pre="pre", post="post", assumption=known)
    assert other.regression.estimate == pytest.approx(result.regression.estimate, rel=0.04)


def test_the_feared_case_is_the_default_and_no_selection_removes_it() -> None:
    people = selected(0.5, 0.7).head(200)
    keys = {"pre": "pre", "post": "post"}
    feared = estimate_background_change(people, **keys, assumption=BackgroundAssumption(reliability=0.7))
    half = BackgroundAssumption(reliability=0.7, selected_share=0.5)
    assert (
        feared.regression.estimate
        == estimate_background_change(people, **keys, assumption=half).regression.estimate
    )
    none = BackgroundAssumption(reliability=0.7, selected_share=1.0)
    assert estimate_background_change(people, **keys, assumption=none).background.estimate == 0
    perfect = BackgroundAssumption(reliability=1.0)
    assert estimate_background_change(people, **keys, assumption=perfect).regression.estimate == 0


def test_tipping_point_is_where_the_interval_reaches_zero() -> None:
    scores = pd.DataFrame({"pre": [50.0, 55, 60, 45, 52], "post": [58.0, 60, 70, 55, 57]})
    first = estimate_background_change(
        scores, pre="pre", post="post", assumption=BackgroundAssumption(reliability=1.0)
    )
    tipped = BackgroundAssumption(reliability=1.0, practice_points=first.tipping_points)
    second = estimate_background_change(scores, pre="pre", post="post", assumption=tipped)
    assert second.remaining.conf_low == pytest.approx(0, abs=1e-12)
    assert first.tipping_ratio == math.inf
    assert first.tipping_sd == pytest.approx(first.tipping_points / scores["pre"].std(), rel=1e-12)
    backwards = estimate_background_change(
        scores, pre="post", post="pre", assumption=BackgroundAssumption(reliability=1.0)
    )
    assert backwards.tipping_points == pytest.approx(first.tipping_points, rel=1e-12)
    assert tuple(first.tidy().columns) == TIDY_COLUMNS


def test_response_shift_compares_tests_with_self_ratings() -> None:
    chance = np.random.default_rng(2)
    before = chance.normal(50, 10, 80)
    frame = pd.DataFrame({"pre": before, "post": before + 5 + chance.normal(0, 2, 80)})
    frame["self_pre"] = before / 10 + chance.normal(0, 0.5, 80)
    frame["self_post"] = frame["self_pre"] + chance.normal(0, 0.2, 80)
    keys = {"pre": "pre", "post": "post", "assumption": BackgroundAssumption(reliability=0.8)}
    result = estimate_background_change(frame, **keys, self_rated=("self_pre", "self_post"))
    assert result.response_shift is not None
    assert result.response_shift.conf_low > 0  # tests rose, ratings did not
    rescaled = frame.assign(self_pre=frame.self_pre * 20, self_post=frame.self_post * 20)[::-1]
    again = estimate_background_change(rescaled, **keys, self_rated=("self_pre", "self_post"))
    assert again.response_shift is not None
    assert again.response_shift.estimate == pytest.approx(result.response_shift.estimate, rel=1e-10)


def test_refusals() -> None:
    good = BackgroundAssumption(reliability=0.7)
    with pytest.raises(TooFewObservationsError):
        estimate_background_change(
            pd.DataFrame({"a": [1, 2, None], "b": [2, 3, 4]}), pre="a", post="b", assumption=good
        )
    with pytest.raises(NoVariationError):
        estimate_background_change(
            pd.DataFrame({"a": [1, 2, 3], "b": [2, 3, 4]}), pre="a", post="b", assumption=good
        )
    for keys in (
        {"reliability": 1.2},
        {"reliability": 0.5, "practice_points": -1},
        {"reliability": 0.5, "selected_share": 0.0},
        {"reliability": 0.5, "selected_share": 0.5, "population_mean": 3.0},
    ):
        with pytest.raises(InputError):
            BackgroundAssumption(**keys)
