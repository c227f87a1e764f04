"""Regressions of gains and end scores, their adjusted versions, balance, and checks of the specification."""

from __future__ import annotations

import math
import re
from typing import Any

import pandas as pd

from asn_research.models.attrition import fit_attrition
from asn_research.models.balance import estimate_balance
from asn_research.models.randomisation import estimate_lottery
from asn_research.models.regression import estimate_joint_test, fit_ols
from tests.reference.regression_case import RegressionCase, Value, find_term, fitted_values, right_terms
from tests.reference.solve.ancova import special_value

# Table 7.1 of Stock and Watson goes on with regressors that the formula of the case does not list.
FURTHER_MODELS = {"caschools.csv": {"m4": "score ~ stratio + english + lunch + calworks"}}


def solve(case: dict[str, Any], data: pd.DataFrame | None) -> dict[str, Value]:
    """Quantities of a regression with its companions."""
    assert data is not None
    made = RegressionCase.of(case, data)
    for name, formula in FURTHER_MODELS.get(case["data_file"], {}).items():
        made.models.setdefault(name, (formula, made.data))
    add_adjusted_models(made, case)
    add_gain_model(made)
    found: dict[str, Value] = {}
    for check in case["checks"]:
        name = check["quantity"]
        for read in (companion_value, RegressionCase.solve, special_value):
            value = read(made, name)
            if value is not None:
                found[name] = value
                break
    return found


def balance_columns(case: dict[str, Any], made: RegressionCase) -> list[str]:
    """Covariates: those the case names, else those whose balance it reports."""
    given = made.spec.get("covariates") or made.spec.get("controls")
    if given:
        return [given] if isinstance(given, str) else list(given)
    names = [c["quantity"].removeprefix("smd_") for c in case["checks"] if c["quantity"].startswith("smd_")]
    return [name for name in names if name in made.data.columns]


def add_adjusted_models(made: RegressionCase, case: dict[str, Any]) -> None:
    extra = balance_columns(case, made)
    logits = [re.match(r"logit_(.+)_\w+$", check["quantity"]) for check in case["checks"]]
    outcome = next((match[1] for match in logits if match), None)
    made.spec = {**made.spec, "balance_columns": extra, "binary_outcome": outcome}
    if extra and "" in made.models:
        formula, frame = made.models[""]
        made.models.setdefault("adj", (f"{formula} + {' + '.join(extra)}", frame))


def add_gain_model(made: RegressionCase) -> None:
    """``gain``: the change from the lagged outcome, without the lag among the regressors."""
    if "" not in made.models:
        return
    formula, frame = made.models[""]
    outcome = formula.split("~", 1)[0].strip()
    terms = right_terms(formula)
    lag = lagged(made)
    rest = [term for term in terms if term != lag]
    if lag and rest:
        changed = frame.assign(gain_=frame[outcome] - frame[lag])
        made.models.setdefault("gain", (f"gain_ ~ {' + '.join(rest)}", changed))


def lagged(made: RegressionCase) -> str | None:
    """The regressor that is the outcome measured before."""
    formula = made.models[""][0]
    outcome = formula.split("~", 1)[0].strip()
    given = made.spec.get("baseline") or made.spec.get("pre") or made.spec.get("covariate")
    names = [given, f"{outcome}_1", f"{outcome}_pre", f"pre_{outcome}", f"lag_{outcome}"]
    return next((term for term in right_terms(formula) if term in names), None)


def companion_value(made: RegressionCase, name: str) -> Value | None:
    """What stands beside the regression: Welch, Lin, balance, other outcomes, specification tests."""
    formula, frame = made.models[""]
    outcome, terms = formula.split("~", 1)[0].strip(), right_terms(formula)
    treatment, extra = terms[0], made.spec["balance_columns"]
    if match := re.fullmatch(r"welch_(t|df|p)", name):
        welch = estimate_lottery(frame, outcome=outcome, treatment=treatment).estimates[0]
        return {"t": welch.statistic, "df": welch.df, "p": welch.p_value}[match[1]]
    if (match := re.fullmatch(r"lin_(coef|se|p)_(.+?)(?:_(HC\d))?", name)) and extra:
        kind = match[3] or "HC2"
        lin = estimate_lottery(frame, outcome=outcome, treatment=treatment, covariates=extra, vcov=kind)
        return {"coef": lin[treatment].estimate, "se": lin[treatment].std_error, "p": lin[treatment].p_value}[
            match[1]
        ]
    if match := re.fullmatch(r"smd_(.+)", name):
        return estimate_balance(frame, treatment=treatment, covariates=[match[1]]).fit[match[1]].estimate
    if (match := re.fullmatch(r"balance_joint_(F|p)", name)) and extra:
        joint = estimate_balance(frame, treatment=treatment, covariates=extra).fit.statistics
        return joint["f_statistic" if match[1] == "F" else "p_value"]
    if match := re.fullmatch(rf"(lpm|logit)_(.+)_{re.escape(treatment)}", name):
        kind = "linear" if match[1] == "lpm" else "log_odds"
        return binary_value(frame, match[2], treatment, kind)
    if name in ("logit_se", "logit_p", "odds_ratio") and made.spec["binary_outcome"]:
        return binary_value(frame, made.spec["binary_outcome"], treatment, name)
    return specification_value(made, name)


def binary_value(frame: pd.DataFrame, outcome: str, treatment: str, what: str) -> Value | None:
    """The effect on a 0/1 outcome: linear probability, or the log odds with its error."""
    if outcome not in frame.columns:
        return None
    if what == "linear":
        return fit_ols(f"{outcome} ~ {treatment}", frame, vcov="iid")[treatment].estimate
    logit = fit_attrition(frame, formula=f"{outcome} ~ {treatment}")[treatment]
    values = {"log_odds": logit.estimate, "logit_se": logit.std_error, "logit_p": logit.p_value}
    return values.get(what, math.exp(logit.estimate))


def specification_value(made: RegressionCase, name: str) -> Value | None:
    """Variance inflation, RESET, Wald tests and a coefficient against one."""
    formula, frame = made.models[""]
    terms = right_terms(formula)
    if (match := re.fullmatch(r"vif_(.+)", name)) and match[1] in terms:
        others = " + ".join(term for term in terms if term != match[1])
        return 1.0 / (1.0 - fit_ols(f"{match[1]} ~ {others}", frame, vcov="iid").statistics["r_squared"])
    if match := re.fullmatch(r"reset_(F|p)", name):
        fitted = fitted_values(made.fit("", "iid"), formula, frame)
        wide = frame.assign(fitted_2=fitted**2, fitted_3=fitted**3)
        powers = ["fitted_2", "fitted_3"]
        test = estimate_joint_test(
            f"{formula} + fitted_2 + fitted_3", wide, terms=powers, vcov="iid"
        ).statistics
        return test["f_statistic" if match[1] == "F" else "p_value"]
    if match := re.fullmatch(r"(?:wald_)?(F|p|chi2)_(.+)_(HC\d|iid|ols)", name):
        fit = made.fit("", "iid")
        picked = [find_term(fit, one) for one in match[2].split("_")]
        if any(one is None for one in picked):
            return None
        kind = "iid" if match[3] == "ols" else match[3]
        test = made.joint("", [one.term for one in picked if one is not None], kind).statistics
        return {"F": test["f_statistic"], "p": test["p_value"], "chi2": test["wald"]}[match[1]]
    if re.fullmatch(r"t_lag_equals_1", name) and (lag := lagged(made)):
        slope = made.fit("", made.default_vcov)[lag]
        return (slope.estimate - 1.0) / slope.std_error
    return None
