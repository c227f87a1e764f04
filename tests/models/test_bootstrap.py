"""The wild cluster bootstrap against brute force, its invariances and its refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from asn_research.errors import FewTreatedClustersWarning, InputError, TooFewClustersError
from asn_research.models.bootstrap import wild_bootstrap


def batches(n_clusters: int = 7, seed: int = 4, slope: float = 0.3) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    g = np.repeat(np.arange(n_clusters), rng.integers(3, 12, n_clusters))
    x = rng.normal(size=len(g)) + 0.3 * g
    y = 1 + slope * x + rng.normal(size=n_clusters)[g] + rng.normal(size=len(g))
    return pd.DataFrame({"y": y, "x": x, "g": g})


def brute_p_value(frame: pd.DataFrame, null: float) -> float:
    """Every sign pattern, every regression run anew."""
    y, g = frame.y.to_numpy(), frame.g.to_numpy()
    x = np.column_stack([np.ones(len(y)), frame.x])
    bread = np.linalg.inv(x.T @ x)

    def t(outcome: np.ndarray) -> float:
        b = bread @ x.T @ outcome
        scores = np.array([x[g == k].T @ (outcome - x @ b)[g == k] for k in range(g.max() + 1)])
        return float((b[1] - null) / np.sqrt((bread @ scores.T @ scores @ bread)[1, 1]))

    level = (y - null * x[:, 1]).mean()
    restricted = y - null * x[:, 1] - level
    signs = np.array(np.meshgrid(*[[1, -1]] * (g.max() + 1))).reshape(g.max() + 1, -1).T
    drawn = [t(level + null * x[:, 1] + s[g] * restricted) for s in signs]
    return float(np.mean(np.abs(drawn) >= abs(t(y)) - 1e-9))


@pytest.mark.parametrize("slope", [0.0, 0.3, 1.0])
def test_all_sign_patterns_equal_brute_force_and_the_interval_inverts_the_test(slope: float) -> None:
    frame = batches(slope=slope)
    fit = wild_bootstrap("y ~ x", frame, term="x", clusters="g")
    estimate = fit.estimates[0]
    assert fit.statistics["n_draws"] == 128
    assert estimate.p_value == pytest.approx(brute_p_value(frame, 0.0), abs=1e-12)
    for end, outward in ((estimate.conf_low, -1.0), (estimate.conf_high, 1.0)):
        assert brute_p_value(frame, end + outward * 1e-6) <= 0.05 < brute_p_value(frame, end - outward * 1e-6)


def test_the_smallest_p_value_with_six_clusters_is_one_in_thirty_two() -> None:
    fit = wild_bootstrap("y ~ x", batches(6, slope=50.0), term="x", clusters="g")
    assert fit.estimates[0].p_value == pytest.approx(2 / 64)
    assert fit.statistics["p_value_gt"] == 0.0


@pytest.mark.parametrize("distribution", ["rademacher", "webb"])
def test_rows_and_labels_do_not_change_the_draws(distribution: str) -> None:
    frame = batches(20)
    options = {"term": "x", "clusters": "g", "distribution": distribution, "n_draws": 999, "seed": 5}
    first = wild_bootstrap("y ~ x", frame, **options).estimates[0]  # type: ignore[arg-type]
    other = frame.sample(frac=1, random_state=2).assign(g=lambda f: "z" + (77 - f.g).astype(str))
    second = wild_bootstrap("y ~ x", other, **options).estimates[0]  # type: ignore[arg-type]
    assert second.p_value == first.p_value
    assert second.conf_low == pytest.approx(first.conf_low, rel=1e-6)
    assert second.conf_high == pytest.approx(first.conf_high, rel=1e-6)


def test_random_draws_agree_with_all_patterns() -> None:
    frame = batches(12, seed=9, slope=0.2)
    whole = wild_bootstrap("y ~ x", frame, term="x", clusters="g").statistics["p_value_ge"]
    webb = wild_bootstrap("y ~ x", frame, term="x", clusters="g", distribution="webb", n_draws=9999)
    assert webb.statistics["p_value_ge"] == pytest.approx(
        whole, abs=0.03
    )  # another distribution, not noise alone
    assert webb.statistics["enumerated"] == 0.0


def test_seeds_differ_a_little_and_repeat_exactly() -> None:
    frame = batches(20)
    p = [
        wild_bootstrap("y ~ x", frame, term="x", clusters="g", seed=s).estimates[0].p_value for s in (1, 1, 2)
    ]
    assert p[0] == p[1]
    assert p[2] == pytest.approx(p[0], abs=0.02)


def test_one_treated_cluster_is_said() -> None:
    frame = batches(8).assign(d=lambda f: (f.g == 0).astype(float))
    with pytest.warns(FewTreatedClustersWarning, match=r"d \(1\)"):
        fit = wild_bootstrap("y ~ d + x", frame, term="d", clusters="g")
    assert "over-reject" in fit.warnings[0]


def test_an_interval_that_no_sign_pattern_can_close_is_nan() -> None:
    # Six clusters cannot reach a p-value below 2/64, so no shift is ever rejected at 1 %.
    with pytest.warns(FewTreatedClustersWarning, match="no end"):
        fit = wild_bootstrap("y ~ x", batches(6), term="x", clusters="g", conf_level=0.99)
    assert np.isnan([fit.estimates[0].conf_low, fit.estimates[0].conf_high]).all()


@pytest.mark.parametrize(
    ("error", "arguments"),
    [
        (TooFewClustersError, {"data": batches(5)}),
        (InputError, {"term": "z"}),
        (InputError, {"distribution": "normal"}),
        (InputError, {"n_draws": 10}),
        (InputError, {"conf_level": 1.0}),
        (InputError, {"clusters": "nowhere"}),
    ],
)
def test_refusals(error: type[Exception], arguments: dict[str, object]) -> None:
    with pytest.raises(error):
        wild_bootstrap(**{"formula": "y ~ x", "data": batches(), "term": "x", "clusters": "g", **arguments})  # type: ignore[arg-type]
