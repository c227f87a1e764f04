"""Many worlds like the example regions, whose truth is known, through the functions behind the headlines."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

import pandas as pd
from scipy import stats

from asn_research.findings.answers.background import answer_background_change
from asn_research.findings.answers.method import read_method_people
from asn_research.findings.grounds.gain import estimate_differences, trained_gain
from asn_research.findings.grounds.people import GainPeople, read_primary_people
from asn_research.models.result import Estimate
from asn_research.simulation.example import SETTINGS
from asn_research.simulation.setting import Setting
from asn_research.simulation.world import World, make_world
from tests.findings.world import FakeRegion, make_region_settings

_TABLES = ("participants", "courses", "enrolments", "assessments")
_STEP = 0.1


@dataclass(frozen=True, slots=True)
class Study:
    """One kind of region: an example, its design, and whether training does anything in it."""

    name: str
    region: str
    design: str
    reference: str
    has_effect: bool = True

    @property
    def setting(self) -> Setting:
        """The example with its primary test only, and no more people than stand in its files."""
        setting = SETTINGS[self.region, "2025"]
        truth = setting.truth
        if not self.has_effect:
            nothing = dict.fromkeys(truth.method_points, 0.0)
            truth = replace(truth, method_points=nothing, participation_points=0.0)
        listed = setting.trained + setting.comparison + setting.listed
        pool = setting.pool if truth.lowest_selected else listed
        return replace(
            setting,
            tables=_TABLES,
            instruments=setting.instruments[:1],
            earlier=None,
            returning=0,
            pool=pool,
            truth=truth,
        )


STUDIES = (
    Study("matched comparison", "tangerang_selatan", "matched", "classroom"),
    Study("waiting list", "bukittinggi", "waiting_list", "lecture"),
    Study("one group, low scorers chosen", "kalianda", "one_group", "lecture"),
    Study("matched comparison, no effect", "tangerang_selatan", "matched", "classroom", has_effect=False),
    Study("one group, low scorers chosen, no effect", "kalianda", "one_group", "lecture", has_effect=False),
)


@dataclass(frozen=True, slots=True)
class Drawn:
    """One number of one world with its interval, and what is true in that world."""

    quantity: str
    low: float
    high: float
    truth: float


def open_world(study: Study, seed: int) -> tuple[World, FakeRegion]:
    """One world of a study as findings read it."""
    world = make_world(study.setting, seed=seed)
    settings = make_region_settings(study.design, reference_method=study.reference)
    return world, FakeRegion(settings, "2025", world.tables)


def draw_world(study: Study, seed: int) -> list[Drawn]:
    """All numbers of one world; true is what holds for the trained who were tested twice."""
    world, data = open_world(study, seed)
    people = read_primary_people(data)
    learners = world.latent[world.latent["person_id"].isin(people.trained["person_id"])]
    caused = float(learners["caused"].mean())
    rise = float((learners["ability"] + learners["gain"] - learners["observed"]).mean())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = [
            *_effects(data, people, caused=caused),
            Drawn("rise of the trained", *_ends(trained_gain(people.trained, outcome=people.outcome)), rise),
            Drawn("naive before and after", *_naive(people.trained), caused),
            *_regression(data, world),
        ]
    return found


def _effects(data: FakeRegion, people: GainPeople, *, caused: float) -> Iterator[Drawn]:
    """The effect by the comparison group, or what one group leaves above its background."""
    if people.compared:
        yield Drawn("comparison", *_ends(estimate_differences(data, people)[0]), caused)
        return
    remaining = answer_background_change(data).headline
    assert isinstance(remaining, Estimate)
    yield Drawn("left above background", *_ends(remaining), caused)


def _regression(data: FakeRegion, world: World) -> Iterator[Drawn]:
    fit, truth = read_method_people(data).fit("change"), world.truth
    reference = truth.method_points[data.plan.reference_method]
    for method, points in truth.method_points.items():
        if method != data.plan.reference_method:
            yield Drawn("methods", *_ends(fit[f"method[{method}]"]), points - reference)
    low, high = _ends(fit["participation_share"])
    yield Drawn("participation", low, high, truth.participation_points)


def _ends(estimate: Estimate) -> tuple[float, float]:
    return estimate.conf_low, estimate.conf_high


def _naive(trained: pd.DataFrame) -> tuple[float, float]:
    """The interval of a paired t-test."""
    gain = trained["gain"].to_numpy(dtype=float)
    half = float(stats.t.ppf(0.975, len(gain) - 1)) * gain.std(ddof=1) / math.sqrt(len(gain))
    return float(gain.mean() - half), float(gain.mean() + half)


@dataclass(frozen=True, slots=True)
class Kept:
    """How often the intervals of one quantity of a study held the truth, missed it, or saw a change."""

    study: str
    quantity: str
    intervals: int
    covered: int
    above: int
    below: int
    up: int
    down: int

    @property
    def share(self) -> float:
        return self.covered / self.intervals

    @property
    def monte_carlo_error(self) -> float:
        """Standard error of a share of 0.95."""
        return math.sqrt(0.95 * 0.05 / self.intervals)


def measure_study(study: Study, worlds: int, *, processes: int = 1) -> list[Kept]:
    """What became of every quantity over the worlds of one study; seeds are 1 to ``worlds``.

    The truth of effects and rises is that of the kind of region: the mean over its worlds, over which chance
    in batches and people averages out.
    """
    seeds = range(1, worlds + 1)
    if processes > 1:
        with ProcessPoolExecutor(processes) as pool:
            drawn = list(pool.map(partial(draw_world, study), seeds, chunksize=10))
    else:
        drawn = [draw_world(study, seed) for seed in seeds]
    groups: dict[str, list[Drawn]] = {}
    for one in (each for world in drawn for each in world):
        groups.setdefault(one.quantity, []).append(one)
    return [_kept(study, quantity, found) for quantity, found in groups.items()]


def _kept(study: Study, quantity: str, found: list[Drawn]) -> Kept:
    if quantity not in {"methods", "participation"}:
        mean = sum(one.truth for one in found) / len(found)
        found = [replace(one, truth=mean) for one in found]
    return Kept(
        study=study.name,
        quantity=quantity,
        intervals=len(found),
        covered=sum(one.low <= one.truth <= one.high for one in found),
        above=sum(one.low > one.truth for one in found),
        below=sum(one.high < one.truth for one in found),
        up=sum(one.low > 0 for one in found),
        down=sum(one.high < 0 for one in found),
    )
