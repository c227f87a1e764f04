"""Ratios of means: Fieller's limits by the textbook, coverage, and the cases that have no limits."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from asn_research.errors import InputError, NoVariationError
from asn_research.models.ratio import estimate_ratio


def paired(seed: int = 1, people: int = 60, ratio: float = 0.4, batches: int = 12) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    batch = np.arange(people) % batches
    gap = 10.0 + rng.normal(0, 1, batches)[batch] + rng.normal(0, 4, people)
    closed = ratio * 10.0 + 0.3 * (gap - 10.0) + rng.normal(0, 2, people)
    return pd.DataFrame({"closed": closed, "gap": gap, "batch": [f"b{i}" for i in batch]})


def test_limits_solve_the_equation_that_defines_them() -> None:
    frame = paired()
    found = estimate_ratio(frame, numerator="closed", denominator="gap")
    t = float(stats.t.ppf(0.975, len(frame) - 1))
    assert found.estimate == pytest.approx(frame["closed"].mean() / frame["gap"].mean(), rel=1e-12)
    for limit in (found.conf_low, found.conf_high):
        rest = frame["closed"] - limit * frame["gap"]
        # at a limit the mean of a - R b is exactly t standard errors from zero (Fieller 1954)
        assert abs(rest.mean()) == pytest.approx(t * rest.std() / math.sqrt(len(frame)), rel=1e-9)


def test_the_ratio_of_a_column_to_its_multiple_is_certain() -> None:
    frame = paired().assign(half=lambda f: f["gap"] / 2)
    found = estimate_ratio(frame, numerator="half", denominator="gap", clusters="batch")
    assert found.estimate == pytest.approx(0.5, rel=1e-12)
    # the square root of a difference of squares loses half of the digits
    assert (found.conf_low, found.conf_high) == pytest.approx((0.5, 0.5), abs=1e-6)


def test_clustered_intervals_cover_the_truth() -> None:
    hits = 0
    for seed in range(60):
        found = estimate_ratio(paired(seed), numerator="closed", denominator="gap", clusters="batch")
        hits += found.conf_low <= 0.4 <= found.conf_high
    # binomial(60, .95): 51 or fewer in one of 200 runs
    assert hits >= 52


def test_a_denominator_that_could_be_zero_has_no_interval() -> None:
    frame = paired().assign(gap=np.resize([3.0, -2.9], 60))
    found = estimate_ratio(frame, numerator="closed", denominator="gap")
    assert math.isnan(found.conf_low)
    assert math.isfinite(found.estimate)


def test_below_six_clusters_there_is_no_interval() -> None:
    found = estimate_ratio(paired(batches=5), numerator="closed", denominator="gap", clusters="batch")
    assert math.isnan(found.conf_low)
    assert found.n_clusters == 5


def test_refusals() -> None:
    frame = paired()
    with pytest.raises(InputError, match="no column"):
        estimate_ratio(frame, numerator="closed", denominator="gaps")
    with pytest.raises(NoVariationError):
        estimate_ratio(frame.assign(gap=0.0), numerator="closed", denominator="gap")
    with pytest.raises(InputError, match="no row"):
        estimate_ratio(frame.assign(gap=np.nan), numerator="closed", denominator="gap")
