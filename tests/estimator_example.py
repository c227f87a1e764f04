"""A small example of every public estimator, for the walk of `tests/test_estimator.py`."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from asn_research.contract.rule import read_rule
from asn_research.measures import (
    agreement,
    appraisal,
    cost,
    effect_size,
    factor,
    intraclass,
    krippendorff,
    normalised_gain,
    reliability,
    signed_rank,
    skm,
)
from asn_research.models import (
    asymmetry,
    attrition,
    background,
    balance,
    bootstrap,
    bounds,
    censoring,
    difference,
    gain,
    multilevel,
    pooling,
    randomisation,
    ratio,
    regression,
    resampling,
    robustness,
    rollout,
    selection,
    series,
    survival,
    weighting,
)
from asn_research.models.gain import GainColumns
from asn_research.models.result import Estimate

TIMES = 10.0
Call = Callable[[pd.DataFrame], Any]


def tenfold(_: Estimate) -> float:
    """The estimate is in units of the outcome."""
    return TIMES


def unchanged(_: Estimate) -> float:
    """The estimate has no unit."""
    return 1.0


@dataclass(frozen=True, kw_only=True)
class Example:
    """An estimator, data it accepts, and which columns matter to it how.

    ``outcome`` columns are multiplied by ten, and every estimate by ``times(estimate)``; ``ids`` only tell
    units apart, so their labels may change; ``categories`` may be called otherwise; ``numeric`` columns may
    not be infinite or wholly missing; ``varying`` columns may not be constant. ``by_name`` says that columns
    are asked for by name, so that one more does not matter and one less is refused; other estimators take
    every column there is.
    """

    function: Callable[..., Any]
    call: Call
    frame: Callable[[], pd.DataFrame]
    variant: str = ""
    outcome: tuple[str, ...] = ()
    times: Callable[[Estimate], float] = tenfold
    ids: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    numeric: tuple[str, ...] = ()
    varying: tuple[str, ...] = ()
    tolerance: float = 1e-8
    by_name: bool = True

    @property
    def name(self) -> str:
        return f"{self.function.__name__}{f'-{self.variant}' if self.variant else ''}"

    @property
    def used(self) -> tuple[str, ...]:
        return tuple(self.frame().columns)


@cache
def _people() -> pd.DataFrame:
    rng = np.random.default_rng(20250101)
    n, offices = 144, 12
    office = np.repeat(np.arange(offices), n // offices)
    trained = (office % 2).astype(float)
    won = rng.permutation(np.arange(n) % 2).astype(float)
    pre = rng.normal(58, 9, n)
    share = np.clip(rng.beta(6, 2, n), 0.05, 1.0)
    age = rng.normal(40, 8, n)
    change = 6 + 3 * won + 2 * trained + 5 * share + rng.normal(0, 2, offices)[office] + rng.normal(0, 6, n)
    seen = rng.random(n) < 1 / (1 + np.exp(-1.5 - 0.02 * (pre - 58) - 0.3 * won))
    return pd.DataFrame(
        {
            "office": office,
            "trained": trained,
            "won": won,
            "method": np.where(trained == 1, "practice", "lecture"),
            "pre": pre,
            "post": pre + change,
            "gain": change,
            "share": share,
            "age": age,
            "cost": 500 + 40 * won + rng.normal(0, 30, n),
            "observed": seen.astype(float),
            "seen_post": np.where(seen, pre + change, np.nan),
        }
    )


def people(*columns: str) -> Callable[[], pd.DataFrame]:
    """Some columns of 144 people in twelve offices."""
    return lambda: _people()[list(columns)].copy()


def panel() -> pd.DataFrame:
    long = _people()[["office", "trained", "pre", "post"]].melt(["office", "trained"], var_name="wave")
    return long.assign(after=(long["wave"] == "post").astype(float)).drop(columns="wave")


def staggered() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    units, periods = 24, 5
    person, period = (part.ravel() for part in np.indices((units, periods)))
    start = np.array([np.nan, 3.0, 4.0])[person % 3]
    score = (
        rng.normal(size=units)[person] + 0.5 * period + 2.0 * (period >= start) + rng.normal(size=len(person))
    )
    return pd.DataFrame({"person": person, "period": period + 0.0, "start": start, "score": score})


def months() -> pd.DataFrame:
    rng = np.random.default_rng(4)
    month = np.arange(1.0, 41.0)
    days = 20 - 0.05 * month - 4.0 * (month >= 21) + rng.normal(0, 1, 40)
    return pd.DataFrame({"month": month, "days": days, "law": (month >= 21).astype(float)})


def requests() -> pd.DataFrame:
    rng = np.random.default_rng(5)
    return pd.DataFrame(
        {"days": np.ceil(rng.exponential(9, 80)), "done": (np.arange(80) % 5 > 0).astype(float)}
    )


def studies() -> pd.DataFrame:
    rng = np.random.default_rng(6)
    error = rng.uniform(0.08, 0.4, 14)
    weeks = np.arange(14.0) % 5
    return pd.DataFrame(
        {"estimate": 0.3 - 0.05 * weeks + rng.normal(0, 0.25, 14) + rng.normal(0, error),
         "std_error": error, "weeks": weeks}
    )  # fmt: skip


def answers() -> pd.DataFrame:
    rng = np.random.default_rng(7)
    trait = rng.normal(size=160)
    items = {name: np.clip(np.round(3 + trait + rng.normal(0, 1, 160)), 1, 5) for name in "abcdef"}
    return pd.DataFrame(items)


def ratings() -> pd.DataFrame:
    return answers()[["a", "b", "c"]].head(30)


def coded() -> pd.DataFrame:
    """Two raters' words."""
    return answers()[["a", "b"]].map(lambda answer: f"theme {answer:g}")


def counts() -> pd.DataFrame:
    return agreement.count_categories(answers()[list("abcd")], raters=list("abcd")).astype(float)


def surveys() -> pd.DataFrame:
    rng = np.random.default_rng(8)
    return pd.DataFrame({f"u{i}": rng.integers(2, 5, 60).astype(float) for i in range(1, 10)})


def predicates() -> pd.DataFrame:
    kinds = pd.CategoricalDtype(["poor", "good", "very_good"], ordered=True)
    return pd.DataFrame({"predicate": pd.Series(["poor", "good", "very_good", "good"] * 6, dtype=kinds)})


def skm_rule() -> Any:
    return read_rule("skm", on=datetime.date(2025, 1, 1))


def skm_answers(frame: pd.DataFrame) -> skm.SkmAnswers:
    return skm.read_answers(frame, elements=[f"u{i}" for i in range(1, 10)], rule=skm_rule())


_BY_METHOD = GainColumns(participation="share")
_BY_SHARE = GainColumns(method=None, participation="share")
_BY_LOT = GainColumns(method=None, participation=None, treatment="won")
_ASSUMED = background.BackgroundAssumption(reliability=0.8, selected_share=0.4)
_MODELS = {"outcome_formula": "post ~ pre + age", "treatment_formula": "won ~ pre + age"}
_PAIR = {"pre": "pre", "post": "post"}


def _only(*terms: str) -> Callable[[Estimate], float]:
    """Only these terms are in units of the outcome."""
    return lambda estimate: TIMES if estimate.term in terms else 1.0


EXAMPLES = (
    Example(function=regression.fit_ols, frame=people("post", "pre", "won", "office"),
            call=lambda f: regression.fit_ols("post ~ pre + won", f, clusters="office"),
            outcome=("post",), ids=("office",), numeric=("post", "pre", "won"),
            varying=("post", "pre", "won")),
    Example(function=regression.fit_ols, variant="HC3", frame=people("post", "won"),
            call=lambda f: regression.fit_ols("post ~ won", f, vcov="HC3"),
            outcome=("post",), numeric=("post", "won"), varying=("post", "won")),
    Example(function=regression.fit_ols, variant="absorb", frame=people("post", "won", "office"),
            call=lambda f: regression.fit_ols(
                "post ~ won", f, vcov="CR1", clusters="office", absorb="office"),
            outcome=("post",), ids=("office",), numeric=("post", "won"), varying=("post", "won")),
    Example(function=regression.fit_ols, variant="weights", frame=people("post", "won", "age"),
            call=lambda f: regression.fit_ols("post ~ won", f, vcov="HC2", weights="age"),
            outcome=("post",), numeric=("post", "won", "age"), varying=("post", "won")),
    Example(function=regression.fit_ols, variant="dummies", frame=people("gain", "won", "office"),
            call=lambda f: regression.fit_ols("gain ~ won + C(office)", f)["won"],
            outcome=("gain",), categories=("office",), numeric=("gain", "won"), varying=("gain", "won")),
    Example(function=regression.estimate_joint_test, frame=people("post", "pre", "age", "office"),
            call=lambda f: regression.estimate_joint_test(
                "post ~ pre + age", f, terms=["pre", "age"], clusters="office"),
            outcome=("post",), ids=("office",), numeric=("post", "pre", "age"),
            varying=("post", "pre", "age")),
    Example(function=bootstrap.wild_bootstrap, frame=people("gain", "trained", "office"),
            call=lambda f: bootstrap.wild_bootstrap(
                "gain ~ trained", f, term="trained", clusters="office"),
            outcome=("gain",), ids=("office",), numeric=("gain", "trained"), varying=("gain", "trained")),
    Example(function=bootstrap.wild_bootstrap, variant="webb", frame=people("gain", "won", "office"),
            call=lambda f: bootstrap.wild_bootstrap(
                "gain ~ won", f, term="won", clusters="office", distribution="webb", n_draws=299),
            outcome=("gain",), ids=("office",), numeric=("gain", "won"), varying=("gain", "won")),
    Example(function=gain.fit_gain, frame=people("pre", "post", "method", "share", "office"),
            call=lambda f: gain.fit_gain(f, columns=_BY_METHOD, clusters="office"),
            outcome=("pre", "post"), ids=("office",), numeric=("pre", "post", "share"),
            varying=("method", "share")),
    Example(function=gain.fit_gain, variant="ancova", frame=people("pre", "post", "share"),
            call=lambda f: gain.fit_gain(f, columns=_BY_SHARE, model="ancova"),
            outcome=("post",), numeric=("pre", "post", "share"), varying=("pre", "post", "share")),
    Example(function=gain.estimate_contrasts, frame=people("pre", "post", "method", "share", "office"),
            call=lambda f: gain.estimate_contrasts(f, columns=_BY_METHOD, clusters="office"),
            outcome=("pre", "post"), ids=("office",), numeric=("pre", "post", "share"),
            varying=("method", "share")),
    Example(function=gain.estimate_mean_gain, frame=people("gain", "office"),
            call=lambda f: gain.estimate_mean_gain(f["gain"], clusters=f["office"]), by_name=False,
            outcome=("gain",), ids=("office",), numeric=("gain",), varying=("gain",)),
    Example(function=difference.fit_difference, frame=panel,
            call=lambda f: difference.fit_difference(
                f, outcome="value", treatment="trained", period="after", clusters="office"),
            outcome=("value",), ids=("office",), numeric=("value", "trained", "after"),
            varying=("value", "trained", "after")),
    Example(function=difference.estimate_median_difference, frame=panel,
            call=lambda f: difference.estimate_median_difference(
                f, outcome="value", treatment="trained", period="after", clusters="office", n_draws=199),
            outcome=("value",), ids=("office",), numeric=("value", "trained", "after"),
            varying=("trained", "after")),
    Example(function=difference.fit_comparison, frame=people("pre", "post", "won"),
            call=lambda f: difference.fit_comparison(f, columns=_BY_LOT),
            outcome=("pre", "post"), times=lambda e: 1.0 if e.term == "baseline" or e.unit == "sd" else TIMES,
            numeric=("pre", "post", "won"), varying=("pre", "post", "won")),
    Example(function=balance.estimate_balance, frame=people("won", "pre", "age", "office"),
            call=lambda f: balance.estimate_balance(
                f, treatment="won", covariates=["pre", "age"], clusters="office"),
            outcome=("pre", "age"), times=unchanged, ids=("office",), numeric=("won", "pre", "age"),
            varying=("won", "pre", "age")),
    Example(function=randomisation.estimate_lottery, frame=people("post", "won", "pre"),
            call=lambda f: randomisation.estimate_lottery(
                f, outcome="post", treatment="won", covariates=["pre"]),
            outcome=("post",), numeric=("post", "won", "pre"), varying=("post", "won", "pre")),
    Example(function=randomisation.estimate_randomisation_test, frame=people("post", "won"),
            call=lambda f: randomisation.estimate_randomisation_test(
                f, outcome="post", treatment="won", n_draws=199),
            outcome=("post",), numeric=("post", "won"), varying=("post", "won")),
    Example(function=ratio.estimate_ratio, frame=people("gain", "post", "office"),
            call=lambda f: ratio.estimate_ratio(f, numerator="gain", denominator="post", clusters="office"),
            outcome=("gain", "post"), times=unchanged, ids=("office",), numeric=("gain", "post")),
    Example(function=rollout.fit_rollout, frame=staggered,
            call=lambda f: rollout.fit_rollout(
                f, outcome="score", person="person", period="period", start="start"),
            outcome=("score",), ids=("person",), numeric=("score", "period", "start"),
            varying=("period",)),
    Example(function=bounds.estimate_bounds, variant="assigned", frame=people("seen_post", "won"),
            call=lambda f: bounds.estimate_bounds(f, outcome="seen_post", treatment="won", assigned=True),
            outcome=("seen_post",), numeric=("seen_post", "won"), varying=("won",)),
    Example(function=bounds.estimate_bounds, variant="one-group", frame=people("observed"),
            call=lambda f: bounds.estimate_bounds(f, outcome="observed", lowest=0.0, highest=1.0),
            numeric=("observed",)),
    Example(function=bounds.estimate_shifted_mean, frame=people("seen_post"),
            call=lambda f: bounds.estimate_shifted_mean(f, outcome="seen_post", shift=0.0),
            outcome=("seen_post",), numeric=("seen_post",)),
    Example(function=attrition.fit_attrition, frame=people("observed", "pre", "won"),
            call=lambda f: attrition.fit_attrition(f, formula="observed ~ pre + won"),
            numeric=("observed", "pre", "won"), varying=("observed", "pre", "won")),
    Example(function=censoring.estimate_retention_weights, frame=people("observed", "pre", "won"),
            call=lambda f: censoring.estimate_retention_weights(f, formula="observed ~ pre + won"),
            numeric=("observed", "pre", "won"), varying=("observed", "pre", "won")),
    *(
        Example(function=weighting.estimate_effect, variant=f"{method}-{estimand}",
                frame=people("post", "won", "pre", "age"),
                call=lambda f, m=method, e=estimand: weighting.estimate_effect(
                    f, method=m, estimand=e, **_MODELS),
                outcome=("post",), numeric=("post", "won", "pre", "age"),
                varying=("won", "pre", "age"), tolerance=1e-6)
        for method in weighting.METHODS for estimand in ("ate", "att")
        if (method, estimand) != ("aipw_wls", "att")
    ),
    Example(function=background.estimate_background_change, frame=people("pre", "post"),
            call=lambda f: background.estimate_background_change(f, assumption=_ASSUMED, **_PAIR),
            outcome=("pre", "post"), times=lambda e: TIMES if e.unit == "points" else 1.0,
            numeric=("pre", "post"), varying=("pre",)),
    Example(function=resampling.resample, frame=people("gain"),
            call=lambda f: resampling.resample(
                f, columns=["gain"], statistic=lambda x: float(x.mean()), draws=199),
            outcome=("gain",), numeric=("gain",), varying=("gain",)),
    Example(function=robustness.estimate_robustness, frame=people("post", "won", "pre"),
            call=lambda f: robustness.estimate_robustness(f, formula="post ~ won + pre", treatment="won"),
            outcome=("post",), numeric=("post", "won", "pre"), varying=("post", "won", "pre")),
    Example(function=selection.estimate_oster, frame=people("post", "won", "pre"),
            call=lambda f: selection.estimate_oster(f, formula="post ~ won + pre", treatment="won"),
            outcome=("post",), numeric=("post", "won", "pre"), varying=("post", "won", "pre")),
    Example(function=multilevel.fit_multilevel, frame=people("post", "pre", "office"),
            call=lambda f: multilevel.fit_multilevel(f, formula="post ~ pre + (1 | office)"),
            outcome=("post",), ids=("office",), numeric=("post", "pre"), varying=("post", "pre", "office"),
            tolerance=1e-5),
    Example(function=series.fit_series, frame=lambda: months().drop(columns="law"),
            call=lambda f: series.fit_series(f, outcome="days", time="month", changed_at=21),
            outcome=("days",), numeric=("days", "month"), varying=("days", "month")),
    Example(function=series.fit_series_formula, frame=months,
            call=lambda f: series.fit_series_formula(f, formula="days ~ law", time="month"),
            outcome=("days",), numeric=("days", "law", "month"), varying=("days", "law", "month")),
    Example(function=series.estimate_break, frame=lambda: months().drop(columns="law"),
            call=lambda f: series.estimate_break(f, formula="days ~ 1", time="month"),
            outcome=("days",), numeric=("days", "month"), varying=("days", "month")),
    Example(function=survival.estimate_median_time, frame=requests,
            call=lambda f: survival.estimate_median_time(f, duration="days", finished="done"),
            outcome=("days",), numeric=("days", "done")),
    Example(function=survival.estimate_completion, frame=requests,
            call=lambda f: survival.estimate_completion(f, duration="days", finished="done"),
            numeric=("days", "done")),
    Example(function=pooling.pool, frame=lambda: studies()[["estimate", "std_error"]], call=pooling.pool,
            outcome=("estimate", "std_error"), numeric=("estimate", "std_error")),
    Example(function=pooling.pool, variant="moderator", frame=studies,
            call=lambda f: pooling.pool(f, moderator="weeks"),
            outcome=("estimate", "std_error"), numeric=("estimate", "std_error", "weeks"),
            varying=("weeks",)),
    Example(function=pooling.check_influence, frame=lambda: studies()[["estimate", "std_error"]].head(6),
            call=pooling.check_influence, numeric=("estimate", "std_error")),
    Example(function=asymmetry.check_asymmetry, frame=lambda: studies()[["estimate", "std_error"]],
            call=asymmetry.check_asymmetry, outcome=("estimate", "std_error"), times=unchanged,
            numeric=("estimate", "std_error"), varying=("std_error",)),
    Example(function=asymmetry.estimate_filled, frame=lambda: studies()[["estimate", "std_error"]],
            call=asymmetry.estimate_filled, outcome=("estimate", "std_error"),
            numeric=("estimate", "std_error")),
    Example(function=effect_size.measure_paired_effect, frame=people("pre", "post"),
            call=lambda f: effect_size.measure_paired_effect(f, **_PAIR),
            outcome=("pre", "post"), times=_only("gain"), numeric=("pre", "post"), varying=("pre", "post")),
    Example(function=effect_size.measure_group_effect, frame=people("post", "method"),
            call=lambda f: effect_size.measure_group_effect(
                f, outcome="post", group="method", treated="practice"),
            outcome=("post",), times=_only("difference", "difference_welch"),
            numeric=("post",), varying=("post", "method")),
    Example(function=normalised_gain.measure_normalised_gain, frame=people("pre", "post"),
            call=lambda f: normalised_gain.measure_normalised_gain(f, maximum=120.0, **_PAIR),
            numeric=("pre", "post")),
    Example(function=signed_rank.measure_signed_rank, frame=people("pre", "post"),
            call=lambda f: signed_rank.measure_signed_rank(f, **_PAIR),
            outcome=("pre", "post"), numeric=("pre", "post")),
    Example(function=intraclass.measure_icc, frame=ratings, call=intraclass.measure_icc,
            outcome=("a", "b", "c"), times=unchanged, numeric=("a", "b", "c"), by_name=False),
    Example(function=reliability.measure_alpha, frame=answers, call=reliability.measure_alpha,
            outcome=tuple("abcdef"), times=unchanged, numeric=tuple("abcdef"), varying=tuple("abcdef"),
            by_name=False),
    Example(function=factor.measure_omega, frame=answers, call=factor.measure_omega,
            outcome=tuple("abcdef"), times=unchanged, numeric=tuple("abcdef"), varying=tuple("abcdef"),
            tolerance=1e-4, by_name=False),
    Example(function=factor.fit_factors, frame=answers,
            call=lambda f: factor.fit_factors(f, factors={"skill": list("abcdef")}),
            numeric=tuple("abcdef"), varying=tuple("abcdef"), tolerance=1e-4),
    Example(function=krippendorff.measure_krippendorff_alpha, frame=coded,
            call=lambda f: krippendorff.measure_krippendorff_alpha(f, draws=200),
            categories=("a", "b"), by_name=False),
    Example(function=krippendorff.measure_krippendorff_alpha, variant="interval",
            frame=lambda: ratings()[["a", "b"]],
            call=lambda f: krippendorff.measure_krippendorff_alpha(f, scale="interval", draws=200),
            outcome=("a", "b"), times=unchanged, numeric=("a", "b"), by_name=False),
    Example(function=agreement.measure_kappa, frame=coded,
            call=lambda f: agreement.measure_kappa(agreement.count_agreement(f, raters=("a", "b"))),
            categories=("a", "b")),
    Example(function=agreement.measure_fleiss_kappa, frame=counts, call=agreement.measure_fleiss_kappa,
            by_name=False),
    Example(function=skm.measure_skm, frame=surveys,
            call=lambda f: skm.measure_skm(
                f, elements=[f"u{i}" for i in range(1, 10)], rule=skm_rule(), draws=200),
            numeric=("u1", "u9")),
    Example(function=skm.measure_skm_change, frame=surveys,
            call=lambda f: skm.measure_skm_change(
                f, surveys(), elements=[f"u{i}" for i in range(1, 10)], rule=skm_rule(), draws=200),
            numeric=("u1", "u9")),
    Example(function=skm.estimate_skm, frame=surveys,
            call=lambda f: skm.estimate_skm(skm_answers(f), draws=200), numeric=("u1", "u9")),
    Example(function=skm.estimate_skm_change, frame=surveys,
            call=lambda f: skm.estimate_skm_change(skm_answers(f), skm_answers(surveys()), draws=200),
            numeric=("u1", "u9")),
    Example(function=appraisal.measure_share_at_least, frame=predicates,
            call=lambda f: appraisal.measure_share_at_least(f["predicate"]), by_name=False),
    *(
        Example(function=function, frame=people("gain", "cost", "won"),
                call=lambda f, g=call: g(cost.measure_increment(f, effect="gain", cost="cost", arm="won")),
                numeric=("gain", "cost"), varying=("won",))
        for function, call in (
            (cost.estimate_fieller, lambda i: cost.estimate_fieller(i)),
            (cost.estimate_net_benefit, lambda i: cost.estimate_net_benefit(i, threshold=30.0)),
            (cost.estimate_acceptability, lambda i: cost.estimate_acceptability(i, threshold=30.0)),
        )
    ),
)  # fmt: skip
