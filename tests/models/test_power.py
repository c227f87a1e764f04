"""Power: the published table of detectable effects, round trips, simulation, refusals."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from asn_research.errors import ConvergenceError, InputError, TooFewClustersError, TooFewObservationsError
from asn_research.models.cohen import power_of_correlation, power_of_h, power_of_regression, power_of_shares
from asn_research.models.power import (
    StudyDesign,
    estimate_mde,
    estimate_power,
    estimate_sample_size,
    power_of_t,
    solve_power,
)

PAIRED = StudyDesign(kind="paired", n=40, correlation=0.6)


@pytest.mark.parametrize(
    ("kind", "n", "clusters", "mde"),
    [("paired", 20, None, 0.59), ("paired", 30, None, 0.47), ("paired", 60, None, 0.33),
     ("paired", 120, None, 0.23), ("two_group", 30, None, 0.85), ("two_group", 60, None, 0.59),
     ("two_group", 120, None, 0.41), ("clustered", 60, 6, 1.06), ("clustered", 100, 10, 0.70),
     ("clustered", 200, 20, 0.46), ("clustered", 400, 40, 0.32)],
)  # fmt: skip
def test_detectable_effects_of_the_sites(kind: str, n: int, clusters: int | None, mde: float) -> None:
    """Level .05 two-sided, power .80, correlation .6; 10 people a cluster with an icc of .10."""
    icc = 0.1 if clusters else 0.0
    design = StudyDesign(kind=kind, n=n, clusters=clusters, icc=icc, correlation=0.6)
    assert round(estimate_mde(design).estimate, 2) == mde


@pytest.mark.parametrize("design", [PAIRED, StudyDesign(kind="clustered", n=80, clusters=8, icc=0.05)])
def test_exact_mde_has_exactly_the_power(design: StudyDesign) -> None:
    mde = estimate_mde(design, exact=True).estimate
    assert estimate_power(design, effect=mde) == pytest.approx(0.8, abs=1e-9)
    assert estimate_power(design, effect=-mde) == pytest.approx(0.8, abs=1e-9)
    assert estimate_mde(design).estimate == pytest.approx(mde, rel=0.02)


def test_sample_size_is_the_fewest_that_suffice() -> None:
    n = estimate_sample_size(PAIRED, effect=0.4)
    reached = [
        estimate_power(StudyDesign(kind="paired", n=m, correlation=0.6), effect=0.4) for m in (n - 1, n)
    ]
    assert reached[0] < 0.8 <= reached[1]
    clusters = estimate_sample_size(StudyDesign(kind="clustered", n=100, clusters=10, icc=0.1), effect=0.6)
    wide = StudyDesign(kind="clustered", n=10 * clusters, clusters=clusters, icc=0.1)
    assert estimate_power(wide, effect=0.6) >= 0.8


def test_power_under_no_effect_is_the_level() -> None:
    assert power_of_t(0.0, df=12, alpha=0.05) == pytest.approx(0.05, rel=1e-9)
    assert power_of_h(0.0, n1=30, alpha=0.1) == pytest.approx(0.1, rel=1e-9)
    assert power_of_regression(0.0, df1=3, df2=20, alpha=0.01) == pytest.approx(0.01, rel=1e-6)
    assert power_of_correlation(0.0, n=30) == pytest.approx(0.05, abs=1e-3)  # a t limit on a normal scale


def test_power_by_simulation() -> None:
    chance, n, r, effect = np.random.default_rng(4), 25, 0.5, 0.5
    design = StudyDesign(kind="paired", n=n, correlation=r)
    before = chance.normal(size=(3000, n))
    after = effect + r * before + np.sqrt(1 - r**2) * chance.normal(size=(3000, n))
    found = (stats.ttest_rel(after, before, axis=1).pvalue < 0.05).mean()
    assert estimate_power(design, effect=effect) == pytest.approx(found, abs=0.03)  # 3.5 standard errors


def test_clusters_of_no_intraclass_correlation_cost_only_degrees_of_freedom() -> None:
    groups = StudyDesign(kind="two_group", n=100, correlation=0.3)
    clusters = StudyDesign(kind="clustered", n=100, clusters=10, correlation=0.3)
    assert clusters.std_error == groups.std_error
    assert clusters.df == 8
    uneven = StudyDesign(kind="clustered", n=100, clusters=10, icc=0.1, size_variation=0.5)
    even = StudyDesign(kind="clustered", n=100, clusters=10, icc=0.1)
    assert uneven.std_error > even.std_error


def test_one_sided_and_mirrored() -> None:
    assert power_of_t(2.0, df=30, alternative="greater") == pytest.approx(
        power_of_t(-2.0, df=30, alternative="less"), rel=1e-12
    )
    assert power_of_t(2.0, df=30) < power_of_t(2.0, df=30, alternative="greater")
    assert power_of_shares(0.2, 0.5, n=40) == pytest.approx(power_of_shares(0.5, 0.2, n=40), rel=1e-12)


@pytest.mark.parametrize(
    "keys",
    [{"kind": "magic", "n": 20}, {"kind": "paired", "n": 20, "correlation": 1.0},
     {"kind": "paired", "n": 20, "clusters": 5}, {"kind": "clustered", "n": 20},
     {"kind": "two_group", "n": 20, "treated_share": 0.0},
     {"kind": "clustered", "n": 20, "clusters": 5, "icc": 2}],
)  # fmt: skip
def test_impossible_designs(keys: dict[str, object]) -> None:
    with pytest.raises(InputError):
        StudyDesign(**keys)  # type: ignore[arg-type]


def test_refusals() -> None:
    with pytest.raises(TooFewClustersError):
        StudyDesign(kind="clustered", n=20, clusters=2)
    with pytest.raises(TooFewObservationsError):
        StudyDesign(kind="two_group", n=3)
    with pytest.raises(InputError):
        estimate_mde(PAIRED, power=0.01)
    with pytest.raises(InputError):
        estimate_sample_size(PAIRED, effect=0)
    with pytest.raises(ConvergenceError):
        solve_power(lambda x: 0.1, power=0.5, low=0, high=1)
    with pytest.raises(InputError):
        power_of_h(0.2, n1=20, alpha=5)
