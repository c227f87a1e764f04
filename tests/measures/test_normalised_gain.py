"""Normalised gains: by hand, at the ceiling, at the floor, and with losses."""

from __future__ import annotations

import pandas as pd
import pytest

from asn_research.errors import AsnResearchWarning, InputError, NoVariationError, TooFewObservationsError
from asn_research.measures.normalised_gain import measure_normalised_gain
from asn_research.measures.signed_rank import measure_signed_rank

SCORES = pd.DataFrame({"pre": [40.0, 60.0, 100.0, 50.0, 0.0], "post": [70.0, 90.0, 100.0, 40.0, 0.0]})


def test_ceiling_is_counted_and_losses_are_divided_by_what_could_be_lost() -> None:
    with pytest.warns(AsnResearchWarning, match="1 of 5 people start at the maximum"):
        fit = measure_normalised_gain(SCORES, pre="pre", post="post", maximum=100)
    assert fit["class_average"].estimate == pytest.approx((60 - 50) / (100 - 50), rel=1e-12)
    assert fit["individual_mean"].estimate == pytest.approx((0.5 + 0.75 - 0.2 + 0) / 4, rel=1e-12)
    assert fit["normalised_change"].estimate == pytest.approx((0.5 + 0.75 - 10 / 50) / 3, rel=1e-12)
    wanted = {
        "n_pairs": 5,
        "n_at_maximum": 1,
        "n_change_undefined": 2,
        "n_losses": 1,
        "n_low": 2,
        "n_high": 1,
    }
    assert {key: fit.statistics[key] for key in wanted} == wanted


def test_class_average_is_the_regression_through_what_was_possible() -> None:
    # The linearised error is that of a ratio of means: it vanishes where everybody gains the same share.
    scores = pd.DataFrame({"pre": [10.0, 30.0, 60.0], "post": [55.0, 65.0, 80.0]})
    fit = measure_normalised_gain(scores, pre="pre", post="post", maximum=100)
    assert fit["class_average"].estimate == pytest.approx(0.5, rel=1e-12)
    assert fit["class_average"].std_error == pytest.approx(0, abs=1e-12)


def test_refusals() -> None:
    with pytest.raises(InputError, match="1 of 5"):
        measure_normalised_gain(SCORES, pre="pre", post="post", maximum=99)
    full = pd.DataFrame({"pre": [20.0, 20.0, 20.0], "post": [20.0, 19.0, 20.0]})
    with pytest.raises(NoVariationError, match="no gain is possible"):
        measure_normalised_gain(full, pre="pre", post="post", maximum=20)
    with pytest.raises(TooFewObservationsError):
        measure_normalised_gain(full.iloc[:1], pre="pre", post="post", maximum=20)


def test_signed_rank_drops_zeros_and_does_not_depend_on_units() -> None:
    scores = pd.DataFrame({"pre": [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0],
                           "post": [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]})  # fmt: skip
    test = measure_signed_rank(scores, pre="pre", post="post")
    # R 4.2.2: wilcox.test(post, pre, paired = TRUE, exact = FALSE): V = 45, p = 0.009090698
    assert test.statistic == 45
    assert test.p_value == pytest.approx(0.00909069801592506, rel=1e-9)
    again = measure_signed_rank(scores[::-1] * 1e6, pre="pre", post="post")
    assert (again.statistic, again.p_value) == (test.statistic, test.p_value)


def test_exact_signed_rank_of_three_gains() -> None:
    scores = pd.DataFrame({"pre": [0.0, 0.0, 0.0], "post": [1.0, 2.0, 3.0]})
    # All three positive: 1 of 2^3 sign patterns on each side.
    test = measure_signed_rank(scores, pre="pre", post="post", exact=True)
    assert test.p_value == pytest.approx(0.25, rel=1e-12)
    with pytest.raises(NoVariationError):
        measure_signed_rank(scores.assign(post=0.0), pre="pre", post="post")
