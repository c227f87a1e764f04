"""Differences in differences, and change beside ANCOVA."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from asn_research.errors import InputError, NoVariationError, TooFewClustersError, TooFewObservationsError
from asn_research.models.difference import estimate_median_difference, fit_comparison, fit_difference
from asn_research.models.gain import GainColumns
from asn_research.models.regression import fit_ols

COLUMNS = GainColumns(treatment="trained", method=None, participation=None)


def people(n: int = 200, distance: float = 0.0, seed: int = 6) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    trained = np.arange(n) % 2
    pre = rng.normal(60 - distance * trained, 10, n)
    post = 20 + 0.7 * pre + 3 * trained + rng.normal(0, 5, n)
    return pd.DataFrame({"pre": pre, "post": post, "trained": trained, "office": np.arange(n) % 20})


def panel(frame: pd.DataFrame) -> pd.DataFrame:
    long = frame.assign(person=frame.index).melt(
        ["person", "trained", "office"], ["pre", "post"], "wave", "score"
    )
    return long.assign(after=(long.wave == "post").astype(int))


def test_it_is_the_difference_of_four_means() -> None:
    long = panel(people(distance=8))
    fit = fit_difference(long, outcome="score", treatment="trained", period="after")["did"]
    m = long.groupby(["trained", "after"]).score.mean()
    assert fit.estimate == pytest.approx(m[1, 1] - m[1, 0] - m[0, 1] + m[0, 0], rel=1e-10)
    assert fit.estimand == "att"


def test_in_a_balanced_panel_it_is_the_change_model() -> None:
    frame = people(distance=8)
    panelled = fit_difference(
        panel(frame), outcome="score", treatment="trained", period="after", clusters="person"
    )
    change = fit_ols("I(post - pre) ~ trained", frame, vcov="HC2")["trained"]
    assert panelled["did"].estimate == pytest.approx(change.estimate, rel=1e-9)
    assert panelled["did"].std_error == pytest.approx(change.std_error, rel=1e-9)


def test_covariates_equal_the_formula() -> None:
    long = panel(people())
    ours = fit_difference(
        long, outcome="score", treatment="trained", period="after", covariates=["office"], vcov="HC1"
    )
    theirs = fit_ols("score ~ trained * after + office", long, vcov="HC1")
    assert ours["did"].std_error == pytest.approx(theirs["trained:after"].std_error, rel=1e-9)


def test_lords_paradox_is_seen_and_its_size_explained() -> None:
    far = people(n=2000, distance=12)
    pair = fit_comparison(far, columns=COLUMNS)
    distance = far.pre[far.trained == 1].mean() - far.pre[far.trained == 0].mean()
    identity = -(1.0 - pair.ancova["baseline"].estimate) * distance
    assert pair.gap == pytest.approx(identity, rel=1e-9)
    assert pair.balance.verdict == "fail"
    assert pair.ancova["trained"].estimate == pytest.approx(3.0, abs=1.0)
    assert "-1.1" in pair.reason or "-1.2" in pair.reason or "-1.3" in pair.reason


def test_a_contradiction_is_flagged_only_when_there_is_one() -> None:
    frame = people(n=400, distance=15).assign(
        post=lambda f: 20 + 0.7 * f.pre + np.random.default_rng(1).normal(0, 5, 400)
    )
    assert fit_comparison(frame, columns=COLUMNS).contradiction
    assert not fit_comparison(people(n=400), columns=COLUMNS).contradiction


def test_tidy_holds_both_models() -> None:
    tidy = fit_comparison(people(), columns=COLUMNS, clusters="office").tidy()
    assert set(tidy.method) == {"gain_change", "gain_ancova"}
    assert set(tidy.vcov_type) == {"CR2"}


def test_medians_by_hand_and_their_interval() -> None:
    long = panel(people(n=400)).assign(days=lambda f: np.exp(f.score / 20))
    options = {"outcome": "days", "treatment": "trained", "period": "after", "n_draws": 299}
    fit = estimate_median_difference(long, **options)["did"]  # type: ignore[arg-type]
    m = long.groupby(["trained", "after"]).days.median()
    assert fit.estimate == pytest.approx(m[1, 1] - m[1, 0] - m[0, 1] + m[0, 0], rel=1e-12)
    assert fit.conf_low < fit.estimate < fit.conf_high
    shuffled = estimate_median_difference(long.sample(frac=1, random_state=1), **options)["did"]  # type: ignore[arg-type]
    assert (shuffled.conf_low, shuffled.std_error) == (fit.conf_low, pytest.approx(fit.std_error))
    clustered = estimate_median_difference(long, clusters="office", **options)["did"]  # type: ignore[arg-type]
    assert clustered.n_clusters == 20


def test_refusals_of_medians() -> None:
    long = panel(people())
    options = {"outcome": "score", "treatment": "trained", "period": "after"}
    with pytest.raises(InputError):
        estimate_median_difference(long, **options, n_draws=5)
    with pytest.raises(TooFewObservationsError):
        estimate_median_difference(long.query("not (trained == 1 and after == 1)"), **options)
    with pytest.raises(TooFewClustersError):
        estimate_median_difference(long.assign(office=long.office % 4), **options, clusters="office")


def test_refusals() -> None:
    long = panel(people())
    with pytest.raises(NoVariationError):
        fit_difference(long.assign(after=1), outcome="score", treatment="trained", period="after")
    with pytest.raises(InputError):
        fit_difference(long, outcome="score", treatment="office", period="after")
    with pytest.raises(InputError):
        fit_difference(long, outcome="score", treatment="trained", period="after", covariates=["after"])
    with pytest.raises(InputError):
        fit_comparison(people(), columns=GainColumns())
