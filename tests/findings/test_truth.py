"""Answers against worlds whose truth is known: other seeds of the example regions."""

from __future__ import annotations

import pytest

from asn_research.findings.finding import Finding
from asn_research.models.result import Estimate
from asn_research.simulation.world import World, simulate_world
from tests.findings.conftest import answer_one
from tests.findings.world import FakeRegion, make_region_settings

SEEDS = (11, 12, 13)


def open_world(
    region: str, design: str, seed: int, *, reference: str = "lecture"
) -> tuple[World, FakeRegion]:
    world = simulate_world(region, seed=seed)
    settings = make_region_settings(design, reference_method=reference)
    return world, FakeRegion(settings, "2025", world.tables)


def estimate(finding: Finding, term: str | None = None) -> Estimate:
    found = finding.headline if term is None else finding[term]
    assert isinstance(found, Estimate)
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_the_comparison_finds_what_training_gave(seed: int) -> None:
    world, data = open_world("tangerang_selatan", "matched", seed, reference="classroom")
    gain = answer_one(data, "learning_gain")
    trained = world.people.loc[world.people["group"] == "trained", "person_id"]
    caused = world.latent.loc[world.latent["person_id"].isin(trained), "caused"].mean()
    difference = estimate(gain)
    # three standard errors: a false alarm in fewer than one of a hundred seeds
    assert difference.estimate == pytest.approx(caused, abs=3 * difference.std_error, rel=0)
    assert gain.design_grade in {2, 3}


@pytest.mark.parametrize("seed", SEEDS)
def test_methods_differ_as_they_were_made_to(seed: int) -> None:
    world, data = open_world("tangerang_selatan", "matched", seed, reference="classroom")
    found = answer_one(data, "method_effect")
    points = world.truth.method_points
    for method in ("workshop", "seminar"):
        contrast = estimate(found, f"method[{method}]")
        truth = points[method] - points["classroom"]
        assert contrast.estimate == pytest.approx(truth, abs=3.5 * contrast.std_error, rel=0)


@pytest.mark.parametrize("seed", SEEDS)
def test_where_low_scores_were_selected_the_naive_gain_is_too_large_and_the_report_says_so(seed: int) -> None:
    world, data = open_world("kalianda", "one_group", seed)
    found = answer_one(data, "background_change")
    naive, remaining = estimate(found, "mean_gain"), estimate(found)
    trained = world.people.loc[world.people["group"] == "trained", "person_id"]
    caused = float(world.latent.loc[world.latent["person_id"].isin(trained), "caused"].mean())
    assert naive.estimate > caused + 1.0
    assert remaining.estimate < caused + 1.0
    assert remaining.estimate < naive.estimate - 2.0
    assert estimate(found, "regression_to_mean").estimate > 1.0
    assert found.design_grade == 1
