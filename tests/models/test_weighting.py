"""Treatment effects and retention weights: Stata, statsmodels, identities, invariances, truth, refusals."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from statsmodels.treatment.treatment_effects import TreatmentEffect

from asn_research.errors import (
    FewClustersWarning,
    HighLeverageWarning,
    InputError,
    NoOverlapError,
    NoVariationError,
    SingularDesignError,
    TooFewClustersError,
    TooFewObservationsError,
)
from asn_research.models.censoring import estimate_retention_weights
from asn_research.models.result import TIDY_COLUMNS
from asn_research.models.weighting import METHODS, estimate_effect

MODELS = {"outcome_formula": "post ~ pre + age", "treatment_formula": "treated ~ pre + age"}


def trainees(n: int = 300, seed: int = 5, effect: float = 4.0) -> pd.DataFrame:
    """Low scorers attend more often, and everyone's score depends on the score before."""
    rng = np.random.default_rng(seed)
    pre, age = rng.normal(60, 10, n), rng.normal(40, 8, n)
    treated = (rng.random(n) < 1 / (1 + np.exp((pre - 60) / 12))).astype(int)
    post = 20 + 0.7 * pre + 0.1 * age + effect * treated + rng.normal(0, 6, n)
    unit = rng.integers(0, 40, n)
    return pd.DataFrame({"pre": pre, "age": age, "treated": treated, "post": post, "unit": unit})


def test_agrees_with_statsmodels_on_standardised_covariates() -> None:
    """Point estimates and GMM errors of TreatmentEffect, right where covariates are standardised."""
    frame = trainees()
    for name in ("pre", "age"):
        frame[name] = (frame[name] - frame[name].mean()) / frame[name].std()
    x = sm.add_constant(frame[["pre", "age"]])
    selection = sm.Logit(frame["treated"], x).fit(disp=0)
    other = TreatmentEffect(sm.OLS(frame["post"], x), frame["treated"], results_select=selection)
    for ours in ("ra", "ipw", "aipw"):  # its others need its own models; Stata covers ours
        fit = estimate_effect(frame, method=ours, **MODELS)["ate"]
        result = getattr(other, ours)(return_results=True)
        assert fit.estimate == pytest.approx(result.effect[0], rel=1e-6, abs=0)  # their Newton stops earlier
        assert fit.std_error == pytest.approx(result.sd[0], rel=1e-3, abs=0)


def test_without_covariates_everything_is_the_difference_in_means() -> None:
    frame = trainees()
    arms = [frame.loc[frame["treated"] == arm, "post"] for arm in (0, 1)]
    difference = arms[1].mean() - arms[0].mean()
    error = math.sqrt(sum(arm.var(ddof=0) / len(arm) for arm in arms))
    for method in METHODS:
        fit = estimate_effect(
            frame, outcome_formula="post ~ 1", treatment_formula="treated ~ 1", method=method
        )
        assert fit["ate"].estimate == pytest.approx(difference, rel=1e-9, abs=0)
        assert fit["ate"].std_error == pytest.approx(error, rel=1e-6, abs=0)  # numerical derivative


def test_att_by_weighting_leaves_the_treated_alone() -> None:
    frame = trainees()
    treated_mean = frame.loc[frame["treated"] == 1, "post"].mean()
    for method in ("ra", "ipw", "aipw", "ipwra"):
        fit = estimate_effect(frame, method=method, estimand="att", **MODELS)
        assert fit["po_mean_1"].estimate == pytest.approx(treated_mean, rel=1e-9, abs=0)
        assert fit["att"].estimate == pytest.approx(
            fit["po_mean_1"].estimate - fit["po_mean_0"].estimate, rel=1e-9, abs=1e-12
        )


@pytest.mark.parametrize("method", METHODS)
def test_order_labels_and_units_do_not_matter(method: str) -> None:
    frame = trainees()
    fit = estimate_effect(frame, method=method, **MODELS)
    shuffled = frame.sample(frac=1, random_state=1)
    again = estimate_effect(shuffled, method=method, **MODELS)
    scaled = frame.assign(pre=1e4 * frame["pre"] - 7, age=frame["age"] / 365, post=100 * frame["post"])
    other = estimate_effect(scaled, method=method, **MODELS)
    for term in ("ate", "po_mean_0"):
        for name in ("estimate", "std_error"):
            value = getattr(fit[term], name)
            assert getattr(again[term], name) == pytest.approx(value, rel=1e-7, abs=0)
            assert getattr(other[term], name) == pytest.approx(100 * value, rel=1e-6, abs=0)
    assert list(fit.tidy().columns) == list(TIDY_COLUMNS)


def test_swapping_the_arms_turns_the_sign() -> None:
    frame = trainees()
    fit = estimate_effect(frame, **MODELS)["ate"]
    swapped = estimate_effect(frame.assign(treated=1 - frame["treated"]), **MODELS)["ate"]
    assert swapped.estimate == pytest.approx(-fit.estimate, rel=1e-7, abs=0)
    assert swapped.std_error == pytest.approx(fit.std_error, rel=1e-6, abs=0)


def test_doubly_robust_recovers_the_truth_and_covers() -> None:
    """One of the two models wrong (pre left out of it): the doubly robust methods still find 4."""
    found: dict[str, list[float]] = {"wrong outcome": [], "wrong treatment": [], "naive": []}
    hits = 0
    for seed in range(30):
        frame = trainees(400, seed=seed)
        right = estimate_effect(frame, **MODELS)["ate"]
        hits += right.conf_low <= 4 <= right.conf_high
        found["wrong outcome"].append(
            estimate_effect(frame, outcome_formula="post ~ age", treatment_formula="treated ~ pre")[
                "ate"
            ].estimate
        )
        found["wrong treatment"].append(
            estimate_effect(frame, outcome_formula="post ~ pre", treatment_formula="treated ~ age")[
                "ate"
            ].estimate
        )
        found["naive"].append(frame.groupby("treated")["post"].mean().diff().iloc[1])
    assert np.mean(found["wrong outcome"]) == pytest.approx(4, abs=0.35, rel=0)  # 3 simulation errors
    assert np.mean(found["wrong treatment"]) == pytest.approx(4, abs=0.28, rel=0)
    assert np.mean(found["naive"]) < 1
    assert hits >= 26  # 0.95 less 2.5 simulation errors


def test_clusters_of_one_change_only_the_correction() -> None:
    frame = trainees().assign(unit=range(300))
    plain, clustered = (estimate_effect(frame, clusters=c, **MODELS)["ate"] for c in (None, "unit"))
    assert clustered.std_error == pytest.approx(plain.std_error * math.sqrt(300 / 299), rel=1e-7, abs=0)
    assert clustered.df == 299


def test_weights_balance_what_they_model() -> None:
    statistics = estimate_effect(trainees(1500), method="ipw", **MODELS).statistics
    assert statistics["smd_before"] > 0.4
    assert statistics["smd_after"] < 0.05
    assert statistics["ess_treated"] < statistics["n_treated"]


def test_refusals_and_warnings() -> None:
    frame = trainees()
    with pytest.raises(NoOverlapError):
        estimate_effect(frame.assign(treated=(frame["pre"] < 60).astype(int)), **MODELS)
    with pytest.raises(InputError, match="0 or 1"):
        estimate_effect(frame.assign(treated=frame["treated"] + 1), **MODELS)
    with pytest.raises(NoVariationError, match="both values"):
        estimate_effect(frame.assign(treated=1), **MODELS)
    with pytest.raises(NoVariationError, match="constant"):
        estimate_effect(frame.assign(post=1.0), **MODELS)
    with pytest.raises(InputError, match="outcome formula"):
        estimate_effect(frame, outcome_formula="post ~ treated", treatment_formula="treated ~ pre")
    with pytest.raises(InputError, match="aipw_wls"):
        estimate_effect(frame, method="aipw_wls", estimand="att", **MODELS)
    with pytest.raises(TooFewClustersError):
        estimate_effect(frame.assign(unit=frame["unit"] % 4), clusters="unit", **MODELS)
    with pytest.warns(FewClustersWarning):
        estimate_effect(frame.assign(unit=frame["unit"] % 12), clusters="unit", **MODELS)
    with pytest.raises(SingularDesignError, match="arm"):
        estimate_effect(
            frame.assign(only=frame["treated"] * frame["age"]),
            outcome_formula="post ~ pre + only",
            treatment_formula="treated ~ pre",
        )
    lone = frame[(frame["treated"] == 0) | (frame.index < 6)]
    with pytest.raises(TooFewObservationsError):
        estimate_effect(lone.groupby("treated").head(2), method="ra", **MODELS)
    outlier = pd.concat([frame, frame.assign(pre=130.0).query("treated == 1").head(1)])
    with pytest.warns(HighLeverageWarning):
        estimate_effect(outlier, method="ipw", **MODELS)


def test_retention_weights_undo_known_dropout() -> None:
    """Half of the low scorers leave: weights by stratum are exact, and the weighted mean is the full mean."""
    frame = pd.DataFrame({"low": [1] * 40 + [0] * 60, "y": np.r_[np.full(40, 10.0), np.full(60, 20.0)]})
    frame["observed"] = np.r_[np.tile([1, 0], 20), np.ones(60)].astype(int)
    frame.loc[99, "observed"] = 0
    weights = estimate_retention_weights(frame, formula="observed ~ low")["weight"]
    assert weights[0] == pytest.approx(2.0, rel=1e-6, abs=0)
    assert weights[1] == 0
    assert (weights * frame["y"]).sum() / weights.sum() == pytest.approx(16.0, rel=1e-6, abs=0)
    stable = estimate_retention_weights(frame, formula="observed ~ low", stabilise="1")["weight"]
    assert stable[frame["observed"] == 1].mean() == pytest.approx(1.0, rel=1e-6, abs=0)
    capped = estimate_retention_weights(frame, formula="observed ~ low", largest=1.5)["weight"]
    assert capped.max() == 1.5


def test_retention_weights_refuse() -> None:
    frame = pd.DataFrame({"low": [1, 1, 0, 0, 0, 1], "observed": [0, 0, 1, 1, 1, 0]})
    with pytest.raises(NoOverlapError):
        estimate_retention_weights(frame, formula="observed ~ low")
    with pytest.raises(NoVariationError):
        estimate_retention_weights(frame.assign(observed=1), formula="observed ~ low")
    with pytest.raises(InputError):
        estimate_retention_weights(frame.assign(observed=2.5), formula="observed ~ low")
    with pytest.raises(InputError, match="largest"):
        estimate_retention_weights(frame, formula="observed ~ low", largest=0.5)
