"""Baseline balance: WWC arithmetic, the joint test and refusals."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from asn_research.errors import InputError, NoVariationError, TooFewObservationsError
from asn_research.models.balance import BalanceVerdict, balance_verdict, estimate_balance, wwc_effect_size
from asn_research.models.regression import estimate_joint_test


def groups(n: int = 100) -> pd.DataFrame:
    rng = np.random.default_rng(7)
    trained = np.arange(n) % 2
    frame = pd.DataFrame(
        {"trained": trained, "age": rng.normal(40 + 5 * trained, 8), "pre": rng.normal(60, 10, n)}
    )
    return frame.assign(woman=(rng.random(n) < 0.4 + 0.2 * trained).astype(int), office=np.arange(n) % 20)


def test_boundaries_belong_to_the_better_verdict() -> None:
    found = [balance_verdict(v) for v in (0.0, 0.05, -0.0501, 0.25, -0.26, math.inf)]
    assert found == ["equal", "equal", "adjust", "adjust", "fail", "fail"]


def test_effect_sizes_by_hand() -> None:
    one, two = np.array([3.0, 4.0, 5.0]), np.array([1.0, 2.0, 3.0])
    assert wwc_effect_size(one, two) == pytest.approx(2.0 * (1 - 3 / (4 * 6 - 9)))
    share = wwc_effect_size(np.repeat([1.0, 0.0], [6, 4]), np.repeat([1.0, 0.0], [5, 5]))
    assert share == pytest.approx(math.log(1.5) / 1.65)
    assert wwc_effect_size(np.ones(3), np.repeat([1.0, 0.0], 2)) == math.inf


def test_differences_and_the_joint_test() -> None:
    frame = groups()
    balance = estimate_balance(frame, treatment="trained", covariates=["age", "pre", "woman"])
    one, two = (frame.age[frame.trained == v] for v in (1, 0))
    assert balance.fit["age"].estimate == pytest.approx(
        (one.mean() - two.mean()) / math.sqrt((one.var() + two.var()) / 2), rel=1e-10
    )
    joint = estimate_joint_test(
        "trained ~ age + pre + woman", frame, terms=["age", "pre", "woman"], vcov="iid"
    )
    assert balance.fit.statistics["f_statistic"] == pytest.approx(joint.statistics["f_statistic"], rel=1e-9)
    assert balance.verdicts["age"] is BalanceVerdict.FAIL
    assert balance.verdict is BalanceVerdict.FAIL


def test_units_do_not_matter_and_clusters_do() -> None:
    frame = groups()
    one = estimate_balance(frame, treatment="trained", covariates=["age"]).fit["age"]
    two = estimate_balance(frame.assign(age=frame.age * 12), treatment="trained", covariates=["age"]).fit[
        "age"
    ]
    assert two.estimate == pytest.approx(one.estimate, rel=1e-12)
    assert two.conf_low == pytest.approx(one.conf_low, rel=1e-9)
    clustered = estimate_balance(frame, treatment="trained", covariates=["age"], clusters="office").fit["age"]
    assert (clustered.vcov_type, clustered.n_clusters) == ("CR2", 20)


def test_refusals() -> None:
    frame = groups()
    with pytest.raises(InputError):
        estimate_balance(frame, treatment="trained", covariates=[])
    with pytest.raises(NoVariationError):
        estimate_balance(frame.assign(age=1.0), treatment="trained", covariates=["age"])
    with pytest.raises(TooFewObservationsError):
        estimate_balance(frame.assign(trained=[1] + [0] * 99), treatment="trained", covariates=["age"])
