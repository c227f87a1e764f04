"""Lotteries: exact permutation values, Welch, Lin, and refusals."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from asn_research.errors import InputError, NoVariationError, TooFewObservationsError
from asn_research.models.randomisation import estimate_lottery, estimate_randomisation_test


def lottery(n: int = 12, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    won = rng.permutation(np.repeat([0, 1], n // 2))
    pre = rng.normal(50, 10, n)
    post = pre * 0.7 + 20 + 6 * won + rng.normal(0, 4, n)
    return pd.DataFrame({"post": post, "pre": pre, "won": won, "g": np.arange(n) // 2, "b": np.arange(n) % 2})


def test_without_covariates_it_is_welch() -> None:
    frame = lottery(40)
    fit = estimate_lottery(frame, outcome="post", treatment="won")["won"]
    test = stats.ttest_ind(frame.post[frame.won == 1], frame.post[frame.won == 0], equal_var=False)
    interval = test.confidence_interval()
    found = [fit.statistic, fit.p_value, fit.df, fit.conf_low, fit.conf_high]
    np.testing.assert_allclose(
        found, [test.statistic, test.pvalue, test.df, *interval], rtol=1e-9, atol=1e-14
    )


def test_lin_is_the_difference_of_two_regressions_at_the_mean() -> None:
    frame = lottery(60)
    fit = estimate_lottery(frame, outcome="post", treatment="won", covariates=["pre"])["won"]
    lines = [np.polyfit(frame.pre[frame.won == v], frame.post[frame.won == v], 1) for v in (1, 0)]
    at_mean = [np.polyval(line, frame.pre.mean()) for line in lines]
    assert fit.estimate == pytest.approx(at_mean[0] - at_mean[1], rel=1e-9)
    assert fit.std_error < estimate_lottery(frame, outcome="post", treatment="won")["won"].std_error


def test_the_exact_test_counts_all_lots() -> None:
    frame = lottery()
    fit = estimate_randomisation_test(frame, outcome="post", treatment="won")
    y = frame.post.to_numpy()
    differences = [y[list(c)].mean() - np.delete(y, c).mean() for c in combinations(range(12), 6)]
    own = y[frame.won == 1].mean() - y[frame.won == 0].mean()
    assert fit.statistics["n_draws"] == len(differences)
    assert fit.estimates[0].estimate == pytest.approx(own, rel=1e-12)
    assert fit.estimates[0].p_value == pytest.approx(
        np.mean(np.abs(differences) >= abs(own) - 1e-9), abs=1e-12
    )


def test_the_interval_holds_the_shifts_that_are_not_rejected() -> None:
    frame = lottery()
    estimate = estimate_randomisation_test(frame, outcome="post", treatment="won").estimates[0]
    for end, outward in ((estimate.conf_low, -1.0), (estimate.conf_high, 1.0)):
        p = [
            estimate_randomisation_test(
                frame.assign(post=frame.post - (end + step) * frame.won), outcome="post", treatment="won"
            )
            .estimates[0]
            .p_value
            for step in (outward * 1e-6, -outward * 1e-6)
        ]
        assert p[0] <= 0.05 < p[1]


def test_groups_and_blocks_are_drawn_as_they_were() -> None:
    frame = lottery(24).assign(
        g=lambda f: np.arange(24) // 2, won=lambda f: (f.g % 4 < 2).astype(int), b=lambda f: f.g % 2
    )
    grouped = estimate_randomisation_test(frame, outcome="post", treatment="won", clusters="g")
    assert (grouped.statistics["n_draws"], grouped.estimates[0].n_clusters) == (924, 12)
    blocked = estimate_randomisation_test(frame, outcome="post", treatment="won", clusters="g", blocks="b")
    assert blocked.statistics["n_draws"] == 400
    within = frame.post - frame.groupby("b").post.transform("mean")
    dose = frame.won - frame.groupby("b").won.transform("mean")
    assert blocked.estimates[0].estimate == pytest.approx((within * dose).sum() / (dose**2).sum(), rel=1e-10)


def test_one_treated_group_of_seven_cannot_reach_five_percent() -> None:
    frame = lottery(14).assign(won=lambda f: (f.g == 3).astype(int), post=lambda f: f.post + 500 * (f.g == 3))
    fit = estimate_randomisation_test(frame, outcome="post", treatment="won", clusters="g")
    assert fit.estimates[0].p_value == pytest.approx(1 / 7)
    assert np.isnan(fit.estimates[0].conf_low)
    assert "no end" in fit.warnings[0]


def test_random_lots_do_not_depend_on_rows_or_labels() -> None:
    frame = lottery(60).assign(g=lambda f: np.arange(60) % 30, won=lambda f: (f.g < 15).astype(int))
    options = {"outcome": "post", "treatment": "won", "clusters": "g", "n_draws": 499, "seed": 3}
    first = estimate_randomisation_test(frame, **options).estimates[0]  # type: ignore[arg-type]
    other = frame.sample(frac=1, random_state=4).assign(g=lambda f: "q" + (50 - f.g).astype(str))
    second = estimate_randomisation_test(other, **options).estimates[0]  # type: ignore[arg-type]
    assert (second.p_value, second.n_clusters) == (first.p_value, 30)
    assert second.conf_low == pytest.approx(first.conf_low, rel=1e-9)


def test_the_p_value_is_uniform_when_nothing_works() -> None:
    rng = np.random.default_rng(0)
    p = []
    for _ in range(200):
        frame = pd.DataFrame({"y": rng.exponential(size=10), "won": rng.permutation(np.repeat([0, 1], 5))})
        p.append(estimate_randomisation_test(frame, outcome="y", treatment="won").estimates[0].p_value)
    assert np.mean(np.array(p) <= 0.05) < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 200)


@pytest.mark.parametrize(
    ("error", "change", "arguments"),
    [
        (InputError, {"won": 2}, {}),
        (InputError, {"won": "yes"}, {}),
        (InputError, {}, {"n_draws": 5}),
        (InputError, {}, {"conf_level": 2.0}),
        (InputError, {}, {"clusters": "g"}),
        (NoVariationError, {"won": 1}, {}),
        (NoVariationError, {"post": 1.0}, {}),
        (TooFewObservationsError, {"post": np.nan}, {}),
    ],
)
def test_refusals(error: type[Exception], change: dict[str, object], arguments: dict[str, object]) -> None:
    frame = lottery().assign(**change)
    with pytest.raises(error):
        estimate_randomisation_test(frame, outcome="post", treatment="won", **arguments)  # type: ignore[arg-type]


def test_a_lottery_needs_two_on_each_side() -> None:
    with pytest.raises(TooFewObservationsError):
        estimate_lottery(lottery().assign(won=[1] + [0] * 11), outcome="post", treatment="won")
