"""Multilevel models: published fits, closed forms, statsmodels, invariances, recovery, refusals."""

from __future__ import annotations

import math
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from asn_research.errors import (
    BoundaryWarning,
    InputError,
    NoVariationError,
    SingularDesignError,
    TooFewClustersError,
    TooFewObservationsError,
)
from asn_research.models.multilevel import fit_multilevel
from asn_research.models.random_effect import split_formula
from asn_research.models.result import TIDY_COLUMNS

DATA = Path(__file__).parents[1] / "reference" / "data"


@pytest.fixture(scope="module")
def sleep() -> pd.DataFrame:
    return pd.read_csv(DATA / "sleepstudy.csv")


def balanced(seed: int = 4, groups: int = 8, size: int = 5, spread: float = 3.0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(groups), size)
    y = 50 + rng.normal(0, spread, groups)[group] + rng.normal(0, 2, groups * size)
    x = rng.normal(size=groups * size)
    return pd.DataFrame({"g": [f"b{i}" for i in group], "x": x, "y": y + 0.5 * x})


def test_balanced_one_way_equals_analysis_of_variance() -> None:
    """REML of a balanced one-way layout: σ² = MSW, τ² = (MSB − MSW) / m, ν = J − 1 (Searle 1971)."""
    frame = balanced()
    fit = fit_multilevel(frame, formula="y ~ 1 + (1 | g)")
    means = frame.groupby("g")["y"].mean()
    between = 5 * means.var(ddof=1)
    within = ((frame["y"] - frame["g"].map(means)) ** 2).sum() / 32
    table = fit.variances.set_index("group")
    close = {"rel": 1e-6, "abs": 0}  # the optimiser's precision
    assert table.loc["residual", "variance"] == pytest.approx(within, **close)
    assert table.loc["g", "variance"] == pytest.approx((between - within) / 5, **close)
    assert fit["Intercept"].std_error == pytest.approx(math.sqrt(between / 40), **close)
    assert fit["Intercept"].df == pytest.approx(7, rel=1e-4, abs=0)  # numerical second derivatives
    shrink = (between - within) / between
    expected = shrink * (means - means.mean())
    found = fit.effects.set_index("level")["estimate"]
    np.testing.assert_allclose(found[expected.index], expected, rtol=1e-6, atol=1e-9)


def test_kenward_roger_is_exact_for_a_balanced_design(sleep: pd.DataFrame) -> None:
    """Kenward-Roger changes neither errors nor degrees of freedom of a balanced layout."""
    plain = fit_multilevel(sleep, formula="Reaction ~ Days + (Days | Subject)", df_method="normal")
    adjusted = fit_multilevel(sleep, formula="Reaction ~ Days + (Days | Subject)", df_method="kenward_roger")
    assert adjusted["Days"].std_error == pytest.approx(plain["Days"].std_error, rel=1e-6, abs=0)
    assert adjusted["Days"].df == pytest.approx(17, rel=1e-6, abs=0)
    assert math.isinf(plain["Days"].df)


def test_agrees_with_statsmodels_in_the_interior(sleep: pd.DataFrame) -> None:
    """The same likelihood in MixedLM, an independent implementation; its optimiser is the looser one."""
    for formula, random, restricted in (
        ("Reaction ~ Days + (1 | Subject)", None, True),
        ("Reaction ~ Days + (Days | Subject)", "~Days", False),
    ):
        ours = fit_multilevel(
            sleep, formula=formula, method="REML" if restricted else "ML", df_method="normal"
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = smf.mixedlm("Reaction ~ Days", sleep, groups="Subject", re_formula=random)
            theirs = model.fit(reml=restricted)
        assert ours.statistics["log_likelihood"] == pytest.approx(theirs.llf, rel=1e-7, abs=0)
        assert ours.statistics["log_likelihood"] >= theirs.llf - 1e-6
        assert ours["Days"].std_error == pytest.approx(theirs.bse["Days"], rel=1e-3, abs=0)
        assert ours.statistics["residual_variance"] == pytest.approx(theirs.scale, rel=1e-3, abs=0)


def test_order_labels_and_units_do_not_matter(sleep: pd.DataFrame) -> None:
    formula = "Reaction ~ Days + (Days | Subject)"
    fit = fit_multilevel(sleep, formula=formula)
    shuffled = sleep.sample(frac=1, random_state=2).reset_index(drop=True)
    shuffled["Subject"] = "p" + shuffled["Subject"].astype(str)
    again = fit_multilevel(shuffled, formula=formula)
    minutes = sleep.assign(Reaction=sleep["Reaction"] / 60000, Days=sleep["Days"] * 24)
    scaled = fit_multilevel(minutes, formula=formula)
    factor = {"Intercept": 1 / 60000, "Days": 1 / 60000 / 24}
    for term in ("Intercept", "Days"):
        for name in ("estimate", "std_error"):
            value = getattr(fit[term], name)
            assert getattr(again[term], name) == pytest.approx(value, rel=1e-7, abs=0)
            assert getattr(scaled[term], name) == pytest.approx(value * factor[term], rel=1e-6, abs=0)
        assert scaled[term].df == pytest.approx(fit[term].df, rel=1e-4, abs=0)
    assert list(fit.tidy().columns) == list(TIDY_COLUMNS)


def test_crossed_effects_are_recovered() -> None:
    rng = np.random.default_rng(11)
    person, rater = (a.ravel() for a in np.meshgrid(np.arange(60), np.arange(20), indexing="ij"))
    y = 3 + rng.normal(0, 2, 60)[person] + rng.normal(0, 1, 20)[rater] + rng.normal(0, 1.5, 1200)
    frame = pd.DataFrame({"y": y, "person": person, "rater": rater})
    fit = fit_multilevel(frame, formula="y ~ 1 + (1 | person) + (1 | rater)", df_method="normal")
    sd = fit.variances.set_index("group")["sd"]
    assert sd["person"] == pytest.approx(2, rel=0.25, abs=0)  # sampling error of 60 and 20 levels
    assert sd["rater"] == pytest.approx(1, rel=0.45, abs=0)
    assert sd["residual"] == pytest.approx(1.5, rel=0.06, abs=0)
    assert fit.statistics["n_person"] == 60


def test_satterthwaite_interval_covers_with_few_groups() -> None:
    """Eight groups of five, true mean 50: the interval covers; the normal one falls short."""
    rng = np.random.default_rng(17)
    hits, naive, worlds = 0, 0, 60
    for _ in range(worlds):
        frame = balanced(seed=int(rng.integers(1e9)))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", BoundaryWarning)
            fit = fit_multilevel(frame, formula="y ~ x + (1 | g)")["Intercept"]
        hits += fit.conf_low <= 50 <= fit.conf_high
        naive += abs(fit.estimate - 50) <= 1.96 * fit.std_error
    assert hits / worlds >= 0.88  # 0.95 less 2.5 simulation errors
    assert naive <= hits


def test_zero_variance_is_zero_and_said() -> None:
    frame = balanced(spread=0.0)
    frame["y"] -= frame.groupby("g")["y"].transform("mean")
    with pytest.warns(BoundaryWarning, match="zero"):
        fit = fit_multilevel(frame, formula="y ~ 1 + (1 | g)")
    assert fit.variances["variance"].iloc[0] == 0
    assert fit.statistics["singular"] == 1
    assert fit["Intercept"].std_error == pytest.approx(frame["y"].std() / math.sqrt(40), rel=1e-6, abs=0)
    assert (fit.effects["estimate"] == 0).all()


@pytest.mark.parametrize(
    ("formula", "fixed", "parts"),
    [
        ("y ~ x + (1 | g)", "y ~ x", (("1", "g"),)),
        ("y ~ (x | g)", "y ~ 1", (("x", "g"),)),
        ("y ~ x + (x || g)", "y ~ x", (("1", "g"), ("0 + x", "g"))),
        ("y ~ C(m) + (1 | unit/batch)", "y ~ C(m)", (("1", "unit"), ("1", "unit:batch"))),
        ("y ~ (1 | a) + I(x + 1) + (1 | b)", "y ~ I(x + 1)", (("1", "a"), ("1", "b"))),
    ],
)
def test_formulas_are_split(formula: str, fixed: str, parts: tuple[tuple[str, str], ...]) -> None:
    assert split_formula(formula) == (fixed, parts)


def test_refusals() -> None:
    frame = balanced()
    with pytest.raises(InputError, match="random part"):
        fit_multilevel(frame, formula="y ~ x")
    with pytest.raises(InputError, match="no column"):
        fit_multilevel(frame, formula="y ~ x + (1 | batch)")
    with pytest.raises(InputError, match="Kenward"):
        fit_multilevel(frame, formula="y ~ x + (1 | g)", method="ML", df_method="kenward_roger")
    with pytest.raises(InputError, match="method"):
        fit_multilevel(frame, formula="y ~ x + (1 | g)", method="reml")
    with pytest.raises(TooFewClustersError):
        fit_multilevel(frame.assign(g="one"), formula="y ~ x + (1 | g)")
    with pytest.raises(TooFewObservationsError):
        fit_multilevel(frame.assign(g=range(40)), formula="y ~ x + (1 | g)")
    with pytest.raises(SingularDesignError):
        fit_multilevel(frame.assign(z=2 * frame["x"]), formula="y ~ x + z + (1 | g)")
    with pytest.raises(NoVariationError):
        fit_multilevel(frame.assign(y=1.0 + frame["x"]), formula="y ~ x + (1 | g)")
