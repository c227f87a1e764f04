"""Weights by the probability of completion: by hand, in a world where they matter, and what they refuse."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from asn_research.errors import InputError, NoOverlapError, TooFewObservationsError
from asn_research.models.completion import weigh_completion

HAND = pd.DataFrame({"pre": [1.0, 1, 1, 1, 2, 2, 2, 2], "seen": [1, 1, 0, 0, 1, 1, 1, 0]})


def weights(frame: pd.DataFrame, by: str | None = None) -> pd.Series:
    return weigh_completion(frame, observed="seen", covariate="pre", by=by)


def test_with_two_first_scores_the_weights_are_the_inverse_shares() -> None:
    # A logit on a covariate with two values is saturated: 2 of 4 stayed, and 3 of 4.
    found = weights(HAND)
    expected = [2.0, 2.0, np.nan, np.nan, 4 / 3, 4 / 3, 4 / 3, np.nan]
    # the likelihood is maximised until its score is below 1e-12
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=0)


def test_the_weighted_stand_for_everybody() -> None:
    rng = np.random.default_rng(3)
    pre = rng.normal(60, 10, 800)
    frame = pd.DataFrame({"pre": pre, "seen": (rng.random(800) < 1 / (1 + np.exp(-(pre - 55) / 6))) * 1.0})
    found = weights(frame)
    kept = found.notna()
    # the score equations of the logit make weighted sums close, not equal: within a fiftieth
    assert found.sum() == pytest.approx(800, rel=0.02, abs=0)
    assert np.average(pre[kept], weights=found[kept]) == pytest.approx(pre.mean(), rel=0.01, abs=0)
    assert abs(pre[kept].mean() - pre.mean()) > 1.5


def test_each_group_has_its_own_model_and_units_do_not_matter() -> None:
    both = pd.concat([HAND.assign(side=0), HAND.assign(side=1, seen=1 - HAND["seen"])], ignore_index=True)
    found = weights(both, by="side")
    np.testing.assert_allclose(found[:8], weights(HAND), rtol=1e-9, atol=0)
    np.testing.assert_allclose(found[8:].dropna(), [2, 2, 4], rtol=1e-6, atol=0)
    scaled = weights(HAND.assign(pre=HAND["pre"] * 1000 - 7))
    np.testing.assert_allclose(scaled, weights(HAND), rtol=1e-7, atol=0)


def test_a_group_that_lost_nobody_has_weight_one() -> None:
    both = pd.concat([HAND.assign(side=0), HAND.assign(side=1, seen=1)], ignore_index=True)
    assert (weights(both, by="side")[8:] == 1.0).all()


def test_a_constant_first_score_gives_everyone_the_same_weight() -> None:
    found = weights(HAND.assign(pre=50.0))
    np.testing.assert_allclose(found.dropna(), [8 / 5] * 5, rtol=1e-6, atol=0)


def test_bad_input_is_refused_by_name() -> None:
    with pytest.raises(TooFewObservationsError):
        weights(HAND.assign(pre=[np.nan, *HAND["pre"][1:]]))
    with pytest.raises(InputError):
        weights(HAND.assign(seen=[2, *HAND["seen"][1:]]))
    with pytest.raises(NoOverlapError):
        weights(HAND.assign(seen=[0, 0, 0, 0, 1, 1, 1, 1]))
