"""A walk over every public estimator: one tidy contract, invariance, and named refusals."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import partial
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import numpy as np
import pandas as pd
import pytest

import asn_research.measures
import asn_research.models
from asn_research.errors import EstimationError
from asn_research.measures import appraisal, cost, effect_size, noncentrality, reliability, signed_rank
from asn_research.models import gain, power, sensitivity, survival
from asn_research.models.result import TIDY_COLUMNS, Estimate, Fit, tidy_frame
from tests.estimator_example import EXAMPLES, TIMES, Example

pytestmark = pytest.mark.filterwarnings("ignore::asn_research.errors.AsnResearchWarning")

PLUMBING = {
    "bootstrap_design": "wild_bootstrap on a design that is built already",
    "estimate_working_model": "the errors under CR2E, which fit_ols and fit_gain give on request",
    "collect": "puts finished estimates together",
    "fit_binary": "the logit under estimate_effect and fit_attrition, on arrays",
    "fit_design": "fit_ols on a design that is built already",
    "fit_solution": "fit_ols on a design that is solved already",
    "joint_test": "estimate_joint_test on a design that is built already",
    "linear_contrast": "under estimate_contrasts, on a solved design",
    "wald_estimate": "writes one Estimate",
    "wald_estimates": "writes Estimates",
}
"""Public functions under the estimators: walked through those that call them."""

ONE_ROW_IS_ENOUGH = (
    appraisal.measure_share_at_least,
    survival.estimate_completion,
    signed_rank.measure_signed_rank,
)
"""A share of one, one duration, and an exact test whose p-value is then one, have an answer."""

NO_FRAME = (appraisal.measure_share_at_least, gain.estimate_mean_gain)
"""They take a series or an array."""

_RESULT = ("Fit", "Estimate")
_FOUND = Estimate(term="gain", estimate=0.4, std_error=0.1, conf_low=0.2, conf_high=0.6, n_obs=50, unit="sd")


def public_estimators() -> set[str]:
    """Functions named `fit_` or `estimate_`, and all that say they return a Fit or an Estimate."""
    names = set()
    for package in (asn_research.models, asn_research.measures):
        for module in iter_modules(package.__path__):
            home = import_module(f"{package.__name__}.{module.name}")
            for name, value in vars(home).items():
                own = inspect.isfunction(value) and value.__module__ == home.__name__
                if own and not name.startswith("_"):
                    returned = str(value.__annotations__.get("return", ""))
                    if name.startswith(("fit_", "estimate_")) or any(word in returned for word in _RESULT):
                        names.add(name)
    return names


SCALARS: tuple[tuple[Callable[..., Any], dict[str, Any], list[dict[str, Any]]], ...] = (
    (power.estimate_mde, {"design": power.StudyDesign(kind="paired", n=40)},
     [{"power": 1.0}, {"power": 0.0}, {"alpha": 0.0}, {"power": math.nan}]),
    (power.estimate_power, {"design": power.StudyDesign(kind="paired", n=40), "effect": 0.4},
     [{"alpha": 1.0}, {"effect": math.nan}, {"effect": math.inf}]),
    (power.estimate_sample_size, {"design": power.StudyDesign(kind="paired", n=40), "effect": 0.4},
     [{"effect": 0.0}, {"power": 1.0}, {"effect": math.nan}]),
    (sensitivity.estimate_e_value, {"value": 2.0, "conf_low": 1.2, "conf_high": 3.0},
     [{"value": 0.0}, {"value": math.nan}, {"conf_low": 2.5}, {"scale": "odd"}]),
    (sensitivity.estimate_tipping_point, {"value": 5.0, "std_error": 1.0},
     [{"value": math.nan}, {"std_error": 0.0}, {"conf_level": 1.0}, {"df": 0.0}]),
    (noncentrality.estimate_noncentrality, {"statistic": 2.0, "df": 20},
     [{"statistic": math.nan}, {"statistic": math.inf}, {"df": 0}, {"conf_level": 0.0}]),
    (reliability.estimate_disattenuated, {"effect": _FOUND, "reliability": 0.7},
     [{"reliability": 0.0}, {"reliability": 1.2}, {"reliability": math.nan}]),
    (cost.estimate_cost_per_effect, {"effect": _FOUND, "cost_per_person": 100.0},
     [{"cost_per_person": 0.0}, {"step": 0.0}, {"cost_per_person": math.nan}]),
    (effect_size.measure_group_effect_from_summary,
     {"treated": effect_size.GroupSummary(30, 60.0, 10.0),
      "control": effect_size.GroupSummary(30, 55.0, 9.0)},
     [{"control": effect_size.GroupSummary(1, 55.0, 9.0)}, {"conf_level": 1.0},
      {"control": effect_size.GroupSummary(30, math.nan, 9.0)}]),
    (effect_size.measure_paired_effect_from_summary,
     {"summary": effect_size.PairSummary(n=20, mean_pre=1.0, mean_post=2.0, sd_pre=1.0, sd_post=1.1,
                                         correlation=0.6)},
     [{"conf_level": 0.0},
      {"summary": effect_size.PairSummary(n=20, mean_pre=math.nan, mean_post=2.0, sd_pre=1.0, sd_post=1.1,
                                          correlation=0.6)}]),
)  # fmt: skip
"""Estimators of numbers instead of data: what they take, and what each must refuse."""


def estimates(result: object) -> Iterator[Estimate]:
    """Every estimate within a result."""
    if isinstance(result, Estimate):
        yield result
    elif isinstance(result, Fit):
        yield from result.estimates
    elif is_dataclass(result) and not isinstance(result, type):
        for part in fields(result):
            yield from estimates(getattr(result, part.name))


def numbers(result: object, place: str = "") -> Iterator[tuple[str, float]]:
    """Every number within a result, by its place."""
    if isinstance(result, bool | int | float | np.number):
        yield place, float(result)
    elif isinstance(result, pd.DataFrame | pd.Series):
        table = pd.DataFrame(result).select_dtypes("number").sort_index()
        for column in table:
            yield from numbers(table[column].to_numpy(dtype=float, na_value=np.nan), f"{place}.{column}")
    elif isinstance(result, np.ndarray | list | tuple):
        for position, part in enumerate(result):
            yield from numbers(part, f"{place}[{position}]")
    elif isinstance(result, Mapping):
        for key in sorted(result, key=str):
            yield from numbers(result[key], f"{place}.{key}")
    elif is_dataclass(result) and not isinstance(result, type):
        for part in fields(result):
            yield from numbers(getattr(result, part.name), f"{place}.{part.name}")


def assert_same(one: object, other: object, tolerance: float) -> None:
    first, second = dict(numbers(one)), dict(numbers(other))
    assert first.keys() == second.keys()
    for place, value in first.items():  # sums in another order differ by rounding; optimisers by more
        assert value == pytest.approx(second[place], rel=tolerance, abs=tolerance, nan_ok=True), place


def shuffled(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.iloc[np.random.default_rng(1).permutation(len(frame))]


def relabelled(values: pd.Series) -> pd.Series:
    """Other names in another order."""
    known = values.dropna().unique()
    names = {label: f"id {(7 * place + 3) % 101:03d}" for place, label in enumerate(known)}
    assert len(set(names.values())) == len(known)
    return values.map(names)


def refuses(call: Callable[[], object]) -> None:
    """A named refusal; no other exception, and no answer."""
    with pytest.raises(EstimationError) as refusal:
        call()
    assert len(str(refusal.value)) > 10
    assert refusal.value.reason


def cases(columns: str) -> list[Any]:
    return [
        pytest.param(example, column, id=f"{example.name}-{column}")
        for example in EXAMPLES
        for column in getattr(example, columns)
    ]


def every(chosen: Callable[[Example], object] = lambda _: True) -> list[Any]:
    return [pytest.param(example, id=example.name) for example in EXAMPLES if chosen(example)]


def test_every_public_estimator_is_walked() -> None:
    walked = {example.function.__name__ for example in EXAMPLES} | {f.__name__ for f, *_ in SCALARS}
    found = public_estimators()
    assert found - walked - set(PLUMBING) == set(), "an estimator without an example"
    assert set(PLUMBING) <= found
    assert not walked & set(PLUMBING)


@pytest.mark.parametrize("example", every())
def test_results_are_tidy(example: Example) -> None:
    result = example.call(example.frame())
    found = tuple(estimates(result))
    if isinstance(result, Fit):
        assert list(result.tidy().columns) == list(TIDY_COLUMNS)
        assert result.vcov.shape == (len(found), len(found))
    assert list(tidy_frame(found).columns) == list(TIDY_COLUMNS)
    assert len({(e.term, e.outcome, e.method, e.estimand) for e in found}) == len(found)
    for estimate in found:
        assert_sound(estimate)
    if not found:
        assert dict(numbers(result))


def assert_sound(estimate: Estimate) -> None:
    assert math.isfinite(estimate.estimate), estimate
    assert estimate.term
    assert estimate.n_obs > 0
    assert math.isnan(estimate.std_error) or estimate.std_error >= 0
    assert math.isnan(estimate.p_value) or 0 <= estimate.p_value <= 1
    assert math.isnan(estimate.conf_low) == math.isnan(estimate.conf_high)
    if not math.isnan(estimate.conf_low):
        assert estimate.conf_low <= estimate.estimate <= estimate.conf_high, estimate
        assert 0 < estimate.conf_level < 1


@pytest.mark.parametrize("example", every())
def test_the_order_of_rows_does_not_matter(example: Example) -> None:
    frame = example.frame()
    assert_same(example.call(frame), example.call(shuffled(frame)), example.tolerance)


@pytest.mark.parametrize("example", every())
def test_the_index_and_other_columns_do_not_matter(example: Example) -> None:
    frame = example.frame()
    other = frame.set_axis([f"row {number:03d}" for number in range(len(frame))])
    other = other.assign(unused="text") if example.by_name else other
    assert_same(example.call(frame), example.call(other), example.tolerance)


@pytest.mark.parametrize("example", every())
def test_the_data_are_left_as_they_were(example: Example) -> None:
    frame = example.frame()
    example.call(frame)
    pd.testing.assert_frame_equal(frame, example.frame())


@pytest.mark.parametrize(("example", "column"), cases("ids"))
def test_labels_do_not_matter(example: Example, column: str) -> None:
    frame = example.frame()
    renamed = frame.assign(**{column: relabelled(frame[column])})
    first, second = example.call(frame), example.call(renamed)
    assert_same(tuple(estimates(first)), tuple(estimates(second)), example.tolerance)
    if isinstance(first, Fit):
        assert_same(first.statistics, second.statistics, example.tolerance)


@pytest.mark.parametrize("example", every(lambda example: example.categories))
def test_names_of_categories_do_not_matter(example: Example) -> None:
    frame = example.frame()
    names = relabelled(pd.concat([frame[name] for name in example.categories], ignore_index=True))
    columns = np.split(names.to_numpy(dtype=object), len(example.categories))
    renamed = frame.assign(**dict(zip(example.categories, columns, strict=True)))
    assert_same(example.call(frame), example.call(renamed), example.tolerance)


@pytest.mark.parametrize("example", every(lambda example: example.outcome))
def test_units_scale_and_tests_do_not(example: Example) -> None:
    frame = example.frame()
    larger = frame.assign(**{name: TIMES * frame[name] for name in example.outcome})
    pairs = list(zip(estimates(example.call(frame)), estimates(example.call(larger)), strict=True))
    for one, other in pairs:
        # a slope on a regressor that was scaled with the outcome keeps its size, the example knows which
        factor = example.times(one)
        near = {"rel": example.tolerance, "abs": example.tolerance * factor, "nan_ok": True}
        for part in ("estimate", "std_error", "conf_low", "conf_high"):
            assert getattr(other, part) == pytest.approx(factor * getattr(one, part), **near), (
                one.term,
                part,
            )
        for part in ("p_value", "df"):
            assert getattr(other, part) == pytest.approx(getattr(one, part), **near), (one.term, part)
        assert other.n_obs == one.n_obs


def at_level(example: Example, level: float, patch: pytest.MonkeyPatch) -> object:
    """The result of an example at another confidence level."""
    changed = partial(example.function, conf_level=level)
    with patch.context() as context:
        context.setattr(import_module(example.function.__module__), example.function.__name__, changed)
        call = changed if example.call is example.function else example.call
        return call(example.frame())


def has_level(example: Example) -> bool:
    return "conf_level" in inspect.signature(example.function).parameters


@pytest.mark.parametrize("example", every(has_level))
def test_a_higher_level_gives_a_wider_interval(example: Example, monkeypatch: pytest.MonkeyPatch) -> None:
    narrow, wide = (tuple(estimates(at_level(example, level, monkeypatch))) for level in (0.8, 0.98))
    assert len(narrow) == len(wide)
    for one, other in zip(narrow, wide, strict=True):
        assert other.estimate == pytest.approx(one.estimate, rel=1e-12, abs=1e-12)
        if not math.isnan(one.conf_low):
            assert (one.conf_level, other.conf_level) == (0.8, 0.98)
            assert math.isnan(other.conf_low) or other.conf_low <= one.conf_low
            assert math.isnan(other.conf_high) or other.conf_high >= one.conf_high


@pytest.mark.parametrize("example", every(has_level))
@pytest.mark.parametrize("level", [0.0, 1.0, 95, math.nan])
def test_a_level_that_is_none_is_refused(
    example: Example, level: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuses(lambda: at_level(example, level, monkeypatch))


@pytest.mark.parametrize("example", every())
def test_no_rows_are_refused(example: Example) -> None:
    refuses(lambda: example.call(example.frame().iloc[:0]))


@pytest.mark.parametrize("example", every(lambda example: example.function not in ONE_ROW_IS_ENOUGH))
def test_one_row_is_refused(example: Example) -> None:
    refuses(lambda: example.call(example.frame().iloc[:1]))


@pytest.mark.parametrize(("example", "column"), [case for case in cases("used") if case.values[0].by_name])
def test_a_missing_column_is_refused(example: Example, column: str) -> None:
    refuses(lambda: example.call(example.frame().drop(columns=column)))


@pytest.mark.parametrize(("example", "column"), cases("numeric"))
def test_a_column_of_nothing_is_refused(example: Example, column: str) -> None:
    refuses(lambda: example.call(example.frame().assign(**{column: np.nan})))


@pytest.mark.parametrize(("example", "column"), cases("numeric"))
def test_infinity_is_refused(example: Example, column: str) -> None:
    frame = example.frame()
    frame[column] = frame[column].astype(float)
    frame.iloc[3, frame.columns.get_loc(column)] = math.inf
    refuses(lambda: example.call(frame))


@pytest.mark.parametrize(("example", "column"), cases("numeric"))
def test_words_where_numbers_belong_are_refused(example: Example, column: str) -> None:
    frame = example.frame()
    words = frame.assign(**{column: [f"word {n}" for n in range(len(frame))]})
    refuses(lambda: example.call(words))


@pytest.mark.parametrize(("example", "column"), cases("varying"))
def test_a_constant_is_refused(example: Example, column: str) -> None:
    frame = example.frame()
    refuses(lambda: example.call(frame.assign(**{column: frame[column].iloc[0]})))


@pytest.mark.parametrize("example", every(lambda example: example.function not in NO_FRAME))
def test_what_is_no_frame_is_refused(example: Example) -> None:
    refuses(lambda: example.call([1.0, 2.0, 3.0]))


@pytest.mark.parametrize(
    ("function", "given"), [pytest.param(f, given, id=f.__name__) for f, given, _ in SCALARS]
)
def test_numbers_in_sound_numbers_out(function: Callable[..., Any], given: dict[str, Any]) -> None:
    result = function(**given)
    for estimate in estimates(result):
        assert_sound(estimate)
    assert any(math.isfinite(value) for _, value in numbers(result))


@pytest.mark.parametrize(
    ("function", "given", "bad"),
    [
        pytest.param(f, given, one, id=f"{f.__name__}-{'-'.join(one)}-{number}")
        for f, given, bad in SCALARS
        for number, one in enumerate(bad)
    ],
)
def test_numbers_out_of_range_are_refused(
    function: Callable[..., Any], given: dict[str, Any], bad: dict[str, Any]
) -> None:
    refuses(lambda: function(**(given | bad)))
