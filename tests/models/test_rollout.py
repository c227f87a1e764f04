"""Staggered starts: the two-by-two case, simulated truth that fixed effects miss, refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from asn_research.errors import (
    FewClustersWarning,
    InputError,
    NoVariationError,
    TooFewClustersError,
    TooFewObservationsError,
)
from asn_research.models.difference import fit_difference
from asn_research.models.regression import fit_ols
from asn_research.models.rollout import fit_rollout

COLUMNS = {"outcome": "y", "person": "unit", "period": "t", "start": "start"}


def offices(n: int = 300, noise: float = 1.0, seed: int = 0, never: bool = True) -> pd.DataFrame:
    """Starts in 2, 4 or never; the effect grows by 2 each period after the start."""
    rng = np.random.default_rng(seed)
    unit = np.arange(n)
    start = np.array([2.0, 4.0, np.nan if never else 6.0])[unit % 3]
    frame = pd.DataFrame({"unit": unit, "start": start, "level": rng.normal(0, 3, n)}).merge(
        pd.DataFrame({"t": [1, 2, 3, 4, 5]}), how="cross"
    )
    effect = np.where(frame.t >= frame.start, 2.0 * (frame.t - frame.start + 1), 0.0)
    y = frame.level + 0.5 * frame.t + effect + rng.normal(0, noise, len(frame))
    return frame.assign(y=y, group=frame.unit % 30)


def test_two_groups_and_two_periods_are_the_plain_design() -> None:
    frame = offices().query("t in (1, 2) and start != 4")
    frame = frame.assign(trained=frame.start.notna().astype(int), after=(frame.t == 2).astype(int))
    ours = fit_rollout(frame, **COLUMNS)["att"]
    plain = fit_difference(frame, outcome="y", treatment="trained", period="after")["did"]
    assert ours.estimate == pytest.approx(plain.estimate, rel=1e-9)
    change = frame.pivot(index="unit", columns="t", values="y")
    wide = pd.DataFrame(
        {"dy": change[2] - change[1], "d": frame.groupby("unit").trained.first()}
    ).reset_index()
    clustered = fit_ols("dy ~ d", wide, vcov="CR1", clusters="unit")["d"]
    assert ours.std_error == pytest.approx(clustered.std_error, rel=1e-9)
    assert (ours.df, ours.conf_low) == (clustered.df, pytest.approx(clustered.conf_low, rel=1e-9))


def test_growing_effects_are_found_without_noise_where_fixed_effects_fail() -> None:
    frame = offices(noise=0.0)
    fit = fit_rollout(frame, **COLUMNS)
    for (g, t), truth in {
        (2, 2): 2,
        (2, 3): 4,
        (2, 4): 6,
        (2, 5): 8,
        (4, 4): 2,
        (4, 5): 4,
        (4, 2): 0,
    }.items():
        assert fit[f"att[{g},{t}]"].estimate == pytest.approx(truth, abs=1e-9)
    assert fit["event[0]"].estimate == pytest.approx(2.0, abs=1e-9)
    assert fit["event[-2]"].estimate == pytest.approx(0.0, abs=1e-9)
    truth = (2 + 4 + 6 + 8 + 2 + 4) / 6
    assert fit["att"].estimate == pytest.approx(truth, abs=1e-9)
    naive = fit_ols(
        "y ~ d + C(t)",
        frame.assign(d=(frame.t >= frame.start).astype(int)),
        vcov="CR1",
        clusters="unit",
        absorb="unit",
    )
    assert abs(naive["d"].estimate - truth) > 0.5


def test_not_yet_trained_units_are_used_and_all_trained_ones_are_not() -> None:
    frame = offices(noise=0.0, never=False)
    fit = fit_rollout(frame, **COLUMNS)
    assert fit["att[2,5]"].estimate == pytest.approx(8.0, abs=1e-9)
    with pytest.raises(NoVariationError):
        fit_rollout(frame, **COLUMNS, control="never")


def test_intervals_cover_the_truth() -> None:
    found = [fit_rollout(offices(60, seed=s), **COLUMNS)["event[1]"] for s in range(80)]
    covered = np.mean([e.conf_low <= 4.0 <= e.conf_high for e in found])
    assert covered >= 0.87  # 0.95 less three binomial errors of 80 worlds


def test_rows_labels_and_units_do_not_matter() -> None:
    frame = offices()
    first = fit_rollout(frame, **COLUMNS, clusters="group").tidy()
    other = frame.sample(frac=1, random_state=1).assign(
        unit=lambda f: "u" + f.unit.astype(str), y=lambda f: f.y * 10
    )
    second = fit_rollout(other, **COLUMNS, clusters="group").tidy()
    np.testing.assert_allclose(second.estimate, first.estimate * 10, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(second.std_error, first.std_error * 10, rtol=1e-9, atol=1e-12)
    assert set(first.n_clusters) == {30}


def test_incomplete_units_are_counted() -> None:
    frame = offices()
    frame.loc[0, "y"] = np.nan
    assert fit_rollout(frame, **COLUMNS).statistics == {"n_units": 299.0, "n_dropped": 5.0}


def test_few_clusters_have_no_interval() -> None:
    with pytest.warns(FewClustersWarning, match="5 clusters"):
        fit = fit_rollout(offices().assign(group=lambda f: f.unit % 5), **COLUMNS, clusters="group")
    assert np.isnan([fit["att"].p_value, fit["att"].conf_low]).all()
    with pytest.raises(TooFewClustersError):
        fit_rollout(offices().assign(group=1), **COLUMNS, clusters="group")


def test_refusals() -> None:
    frame = offices()
    with pytest.raises(InputError, match="more than one row"):
        fit_rollout(pd.concat([frame, frame]), **COLUMNS)
    with pytest.raises(InputError, match="more than one start"):
        fit_rollout(frame.assign(start=frame.t.astype(float)), **COLUMNS)
    with pytest.raises(InputError):
        fit_rollout(frame.drop(columns="start"), **COLUMNS)
    with pytest.raises(InputError):
        fit_rollout(frame, **COLUMNS, control="ever")  # type: ignore[arg-type]
    with pytest.raises(NoVariationError):
        fit_rollout(frame.assign(start=np.nan), **COLUMNS)
    with pytest.raises(TooFewObservationsError):
        fit_rollout(frame.query("t == 1"), **COLUMNS)
