"""Worlds have the properties that their truth claims; tolerances are about four standard errors."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from asn_research.contract.column import TABLES
from asn_research.errors import InputError
from asn_research.simulation.chance import Chance
from asn_research.simulation.example import SETTINGS
from asn_research.simulation.service import make_service_requests
from asn_research.simulation.world import World, make_world, simulate_world

Worlds = dict[tuple[str, str], World]


def _trained(world: World) -> pd.DataFrame:
    courses = world.tables["courses"].set_index("course_id")
    trained = world.latent[world.latent["group"] == "trained"].copy()
    trained["method"] = trained["course_id"].map(courses["method"]).astype(str)
    return trained


def _gap(world: World, wave: str) -> pd.Series:
    """True score of everybody who should have been tested, by whether the score is missing."""
    scores = world.scores[(world.scores["competency"] == "technical_skill") & (world.scores["wave"] == wave)]
    true = world.latent.set_index("person_id")["ability"] + world.latent.set_index("person_id")["gain"]
    return true.groupby(~true.index.isin(scores["person_id"])).mean()


@pytest.fixture(scope="module")
def large() -> World:
    return simulate_world("tangerang_selatan", seed=5, period="2024", scale=8)


def test_every_table_is_in_a_region(worlds: Worlds) -> None:
    assert set().union(*(set(world.tables) for world in worlds.values())) == set(TABLES)
    for world in worlds.values():
        for name, table in world.tables.items():
            assert tuple(table.columns) == TABLES[name].names
            assert len(table)


def test_keys_are_unique_and_references_hold(worlds: Worlds) -> None:
    for world in worlds.values():
        people = set(world.tables["participants"]["person_id"])
        courses = set(world.tables["courses"]["course_id"])
        for name, table in world.tables.items():
            assert not table.duplicated(list(TABLES[name].key)).any(), name
            for column in {"person_id", "respondent_id"} & set(table):
                assert set(table[column].dropna()) <= people
            if "course_id" in table:
                assert set(table["course_id"].dropna()) <= courses


def test_values_stay_in_their_range(worlds: Worlds) -> None:
    for world in worlds.values():
        for name, table in world.tables.items():
            for column in TABLES[name].columns:
                values = table[column.name].dropna()
                if column.required:
                    assert len(values) == len(table), (name, column.name)
                if column.minimum is not None and len(values):
                    assert values.min() >= column.minimum, (name, column.name)
                if column.maximum is not None and len(values):
                    assert values.max() <= column.maximum, (name, column.name)
        held = world.tables["enrolments"]
        assert (held["sessions_attended"] <= held["sessions_held"]).all()


@pytest.mark.parametrize(
    ("region", "period", "people", "batches"),
    [
        ("kalianda", "2025", 180, 12), ("bukittinggi", "2025", 240, 12), ("sawahlunto", "2025", 100, 8),
        ("tangerang_selatan", "2024", 500, 24), ("tangerang_selatan", "2025", 600, 24),
    ],
)  # fmt: skip
def test_sizes(worlds: Worlds, region: str, period: str, people: int, batches: int) -> None:
    tables = worlds[region, period].tables
    assert len(tables["participants"]) == pytest.approx(people, rel=0.03)
    attended = tables["enrolments"]["course_id"].nunique()
    assert attended >= batches
    units = tables["participants"].groupby("unit").size()
    assert (units < 10).any(), "suppression needs small units"
    assert (units >= 10).sum() >= 5
    assert tables["courses"].groupby("method").size().min() >= 2


def test_the_regression_finds_the_truth_when_nothing_is_measured_with_error(large: World) -> None:
    trained, truth = _trained(large), large.truth
    methods = sorted(truth.method_points)
    design = np.column_stack(
        [(trained["method"] == method).to_numpy(float) for method in methods]
        + [10 * (trained["share"].to_numpy() - truth.mean_share)]
    )
    found, *_ = np.linalg.lstsq(design, trained["gain"].to_numpy(), rcond=None)
    expected = [truth.background_points + truth.method_points[method] for method in methods]
    # 80 batches a method with a standard deviation of 1.8: standard error 0.2
    assert found[:-1] == pytest.approx(expected, abs=0.8, rel=0)
    assert found[-1] == pytest.approx(truth.participation_points, abs=0.2, rel=0)
    compared = large.latent[large.latent["group"] == "comparison"]
    assert compared["gain"].mean() == pytest.approx(truth.background_points, abs=0.3, rel=0)


def test_batches_differ_as_much_as_the_truth_says(large: World) -> None:
    trained, truth = _trained(large), large.truth
    slope = truth.participation_points * 10 * (trained["share"] - truth.mean_share)
    rest = trained["caused"] - trained["method"].map(dict(truth.method_points)) - slope
    effects = rest.groupby(trained["course_id"]).mean()
    assert rest.groupby(trained["course_id"]).std().max() < 1e-9
    assert effects.std() == pytest.approx(truth.batch_sd, rel=0.2, abs=0)


def test_observed_scores_have_the_reliability_of_the_truth(large: World) -> None:
    correlation = np.corrcoef(large.latent["ability"], large.latent["observed"])[0, 1]
    assert correlation**2 == pytest.approx(large.truth.reliability, abs=0.03, rel=0)


def test_commitment_and_relevance_drive_participation(large: World) -> None:
    trained = _trained(large)
    for trait in ("commitment", "relevance"):
        assert np.corrcoef(trained[trait], trained["share"])[0, 1] > 0.2
    answers = large.tables["reactions"].merge(
        trained[["person_id", "share"]], left_on="respondent_id", right_on="person_id"
    )
    for item in ("commitment", "relevance"):
        one = answers[answers["item"] == item]
        assert np.corrcoef(one["response"].astype(float), one["share"])[0, 1] > 0.15


def test_weak_people_drop_out(large: World) -> None:
    after, before = _gap(large, "post"), _gap(large, "pre")
    assert after[True] < after[False] - 2
    assert abs(before[True] - before[False]) < 3.5  # before training scores are missing at random


def test_low_scorers_were_selected_in_kalianda_so_that_they_regress_to_the_mean() -> None:
    world = simulate_world("kalianda", seed=8, scale=12)
    trained, truth = _trained(world), world.truth
    assert (
        trained["observed"].max() <= world.people.loc[world.people["group"] == "eligible", "observed"].min()
    )
    luck = (trained["observed"] - trained["ability"]).mean()
    # E[error | observed] = (1 - reliability) (observed - mean)
    assert luck == pytest.approx(
        (1 - truth.reliability) * (trained["observed"].mean() - truth.ability_mean), abs=0.3, rel=0
    )
    assert luck < -1
    chosen = simulate_world("kalianda", seed=8, scale=12, truth=replace(truth, lowest_selected=False))
    assert abs((_trained(chosen)["observed"] - _trained(chosen)["ability"]).mean()) < 0.3


@pytest.mark.parametrize("key", [key for key, setting in SETTINGS.items() if setting.comparison])
def test_comparison_groups_start_level(worlds: Worlds, key: tuple[str, str]) -> None:
    scores = worlds[key].tables["assessments"]
    people = worlds[key].tables["participants"].set_index("person_id")["group"]
    pre = scores[(scores["competency"] == "technical_skill") & (scores["wave"] == "pre")]
    group = pre["person_id"].map(people)
    difference = pre["score"][group == "trained"].mean() - pre["score"][group == "comparison"].mean()
    assert abs(difference) / pre["score"].std() < 0.25


def test_those_who_wait_are_trained_after_the_second_measurement(worlds: Worlds) -> None:
    world = worlds["bukittinggi", "2025"]
    courses = world.tables["courses"].set_index("course_id")
    waiting = world.latent[world.latent["group"] == "comparison"]
    assert not waiting["course_id"].isin(world.tables["enrolments"]["course_id"]).any()
    begun = waiting["course_id"].map(courses["start_date"])
    assert (begun > pd.Timestamp(world.setting.post_on)).all()


def test_permits_wait_less_after_the_change_and_some_are_still_open() -> None:
    setting = SETTINGS["sawahlunto", "2025"]
    drops: list[float] = []
    for seed in range(8):
        log = make_service_requests(setting, Chance(seed, "permits"))
        for column in ("submitted_on", "completed_on"):
            log[column] = pd.to_datetime(log[column])
        months = log["submitted_on"].dt.to_period("M")
        changed = pd.Timestamp(setting.changed_on)
        assert months[log["submitted_on"] < changed].nunique() >= 12
        assert months[log["submitted_on"] >= changed].nunique() >= 12
        assert log["completed_on"].isna().sum() >= 5
        done = log.dropna(subset="completed_on")
        days = (done["completed_on"] - done["submitted_on"]).dt.days.to_numpy(float)
        month = (done["submitted_on"].dt.year * 12 + done["submitted_on"].dt.month).to_numpy(float)
        month -= month.min()
        design = np.column_stack(
            [
                np.ones(len(done)), month, np.sin(2 * np.pi * month / 12), np.cos(2 * np.pi * month / 12),
                (done["submitted_on"] >= changed).to_numpy(float),
            ]
        )  # fmt: skip
        drops.append(-float(np.linalg.lstsq(design, days, rcond=None)[0][-1]))
    # standard deviation of one drop is about 0.5 days, so 0.2 for the mean of eight
    assert np.mean(drops) == pytest.approx(setting.truth.waiting_drop_days, abs=0.8, rel=0)


def test_citizens_are_a_little_more_satisfied_afterwards(worlds: Worlds) -> None:
    for key in (("kalianda", "2025"), ("sawahlunto", "2025")):
        answers = worlds[key].tables["citizen_surveys"]
        index = answers.groupby("wave")[[f"u{number}" for number in range(1, 10)]].mean().mean(axis=1) * 25
        assert 0.5 < index["post"] - index["pre"] < 8
        assert 65 < index["pre"] < 88


def test_coders_agree_imperfectly(worlds: Worlds) -> None:
    world = worlds["sawahlunto", "2025"]
    coded = world.tables["interviews"].pivot(index="excerpt_id", columns="coder_id", values="theme")
    agreement = (coded["Pengode A"] == coded["Pengode B"]).mean()
    sure = world.truth.coder_agreement
    # both right, or both wrong with the same of the four other themes
    assert agreement == pytest.approx(sure**2 + (1 - sure) ** 2 / 4, abs=0.14, rel=0)
    assert agreement < 1


def test_same_seed_same_world_and_another_seed_another_one() -> None:
    setting = SETTINGS["sawahlunto", "2025"]
    first, again, other = (
        make_world(setting, seed=4),
        make_world(setting, seed=4),
        make_world(setting, seed=5),
    )
    for name, table in first.tables.items():
        pd.testing.assert_frame_equal(table, again.tables[name])
    assert set(first.people["person_id"]).isdisjoint(other.people["person_id"])
    assert first.truth == other.truth


def test_a_new_table_moves_no_other(worlds: Worlds) -> None:
    setting = SETTINGS["sawahlunto", "2025"]
    fewer = make_world(replace(setting, tables=setting.tables[:4]))
    pd.testing.assert_frame_equal(
        fewer.tables["assessments"], worlds["sawahlunto", "2025"].tables["assessments"]
    )


@pytest.mark.parametrize(("region", "period", "scale"), [("bukitinggi", None, 1), ("kalianda", "1999", 1)])
def test_unknown_worlds_are_refused(region: str, period: str | None, scale: int) -> None:
    with pytest.raises(InputError, match="known are"):
        simulate_world(region, seed=1, period=period, scale=scale)


def test_scale_must_be_positive() -> None:
    with pytest.raises(InputError, match="scale"):
        simulate_world("kalianda", seed=1, scale=0)
