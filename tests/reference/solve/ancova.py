"""Analysis of covariance: coefficients, type-2 tests, adjusted means, homogeneity of slopes."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
from scipy import stats

from asn_research.models.regression import estimate_joint_test, fit_ols
from tests.reference.regression_case import RegressionCase, Value, find_term, fitted_values, right_terms

TYPE2 = re.compile(r"(?P<what>F|p|ss|SS|df|partial_eta2|np2|eta2_partial)_(?P<name>\w+?)(?:_type[23])?$")
MEAN = re.compile(r"(?P<what>adjusted_mean|emmean|adj_mean)(?P<se>_se)?_(?P<level>.+)$")
PAIR = re.compile(
    r"(?:diff|contrast|pairwise|pair)_(?:(?P<what>se|t|p)_)?(?P<one>[A-Za-z0-9]+)_(?:vs_|minus_)?(?P<two>\w+)$"
)
GAIN = re.compile(r"gain_model_(?P<what>coef|se|p)_(?P<term>.+?)(?:_equals_ancova)?$")


def solve(case: dict[str, Any], data: pd.DataFrame | None) -> dict[str, Value]:
    """Quantities of a model with a factor and covariates."""
    assert data is not None
    made = RegressionCase.of(case, data)
    found: dict[str, Value] = {}
    for check in case["checks"]:
        name = check["quantity"]
        value = special_value(made, name)
        if value is None:
            value = made.solve(name)
        if value is not None:
            found[name] = value
    return found


def special_value(made: RegressionCase, name: str) -> Value | None:
    """What only an analysis of covariance asks for."""
    if name.startswith("breusch_pagan"):
        return breusch_pagan(made, name)
    if "slopes" in name:
        return slopes_test(made, name)
    if match := MEAN.fullmatch(name):
        return adjusted_mean(made, match)
    if match := PAIR.fullmatch(name):
        return pair_value(made, match)
    if match := GAIN.fullmatch(name):
        return gain_value(made, match)
    if match := TYPE2.fullmatch(name):
        return factor_test(made, match)
    return None


def factor_variable(made: RegressionCase) -> tuple[str, str] | None:
    """The term of the formula that is a factor, and its variable."""
    formula, frame = made.models[""]
    for term in right_terms(formula):
        if wrapped := re.match(r"C\((\w+)", term):
            return term, wrapped[1]
        if term in frame.columns and not pd.api.types.is_numeric_dtype(frame[term]):
            return term, term
    return None


def covariates(made: RegressionCase) -> list[str]:
    formula, frame = made.models[""]
    numeric = [
        t for t in right_terms(formula) if t in frame.columns and pd.api.types.is_numeric_dtype(frame[t])
    ]
    given = made.spec.get("covariate") or made.spec.get("covariates") or numeric
    return [given] if isinstance(given, str) else list(given)


def factor_test(made: RegressionCase, match: re.Match[str]) -> Value | None:
    terms = made.factor_terms("", match["name"])
    if not terms:
        return None
    test = made.joint("", terms).statistics
    whole = made.fit("", "iid").statistics
    square = test["f_statistic"] * test["df_num"] * whole["sigma"] ** 2
    values = {
        "F": test["f_statistic"],
        "p": test["p_value"],
        "ss": square,
        "SS": square,
        "df": test["df_num"],
    }
    share = square / (square + whole["ss_residual"])
    return values.get(match["what"], share)


def slopes_test(made: RegressionCase, name: str) -> Value | None:
    factor = factor_variable(made)
    formula, frame = made.models[""]
    if factor is None:
        return None
    crossed = " + ".join(f"{factor[0]}:{one}" for one in covariates(made))
    wide = f"{formula} + {crossed}"
    terms = [e.term for e in fit_ols(wide, frame, vcov="iid").estimates if ":" in e.term]
    test = estimate_joint_test(wide, frame, terms=terms, vcov="iid").statistics
    return test["p_value"] if name.startswith("p") else test["f_statistic"]


def adjusted_mean(made: RegressionCase, match: re.Match[str]) -> Value | None:
    """Coefficients of the model without constant, covariates centred: the means at average covariates."""
    factor = factor_variable(made)
    formula, frame = made.models[""]
    if factor is None or len(right_terms(formula)) != 1 + len(covariates(made)):
        return None
    outcome = formula.split("~", 1)[0].strip()
    complete = frame.dropna(subset=[outcome, factor[1], *covariates(made)])
    centred = complete.assign(**{c: complete[c] - complete[c].mean() for c in covariates(made)})
    fit = fit_ols(f"{outcome} ~ 0 + C({factor[1]}) + {' + '.join(covariates(made))}", centred, vcov="iid")
    estimate = find_term(fit, match["level"])
    if estimate is None:
        return None
    return estimate.std_error if match["se"] else estimate.estimate


def pair_value(made: RegressionCase, match: re.Match[str]) -> Value | None:
    """The difference of two adjusted means: the coefficient of one with the other as reference."""
    factor = factor_variable(made)
    formula, frame = made.models[""]
    if factor is None or not {match["one"], match["two"]} <= set(frame[factor[1]].astype(str)):
        return None
    turned = formula.replace(factor[0], f"C({factor[1]}, contr.treatment('{match['two']}'))")
    estimate = find_term(fit_ols(turned, frame, vcov="iid"), match["one"])
    stat = {None: "estimate", "se": "std_error", "t": "statistic", "p": "p_value"}[match["what"]]
    return None if estimate is None else float(getattr(estimate, stat))


def gain_value(made: RegressionCase, match: re.Match[str]) -> Value | None:
    """The model of the change from the first covariate, with that covariate still in it."""
    formula, frame = made.models[""]
    outcome, right = (part.strip() for part in formula.split("~", 1))
    changed = frame.assign(gain_=frame[outcome] - frame[covariates(made)[0]])
    fit = fit_ols(f"gain_ ~ {right}", changed, vcov="iid")
    estimate = find_term(fit, match["term"])
    stat = {"coef": "estimate", "se": "std_error", "p": "p_value"}[match["what"]]
    return None if estimate is None else float(getattr(estimate, stat))


def breusch_pagan(made: RegressionCase, name: str) -> Value:
    """Koenker's form: n R² of the squared residuals on the regressors."""
    formula, frame = made.models[""]
    outcome, right = (part.strip() for part in formula.split("~", 1))
    fit = made.fit("", "iid")
    residuals = frame[outcome] - fitted_values(fit, formula, frame)
    second = fit_ols(f"square_ ~ {right}", frame.assign(square_=residuals**2), vcov="iid")
    lm = second.estimates[0].n_obs * second.statistics["r_squared"]
    return float(stats.chi2.sf(lm, len(fit.estimates) - 1)) if name.endswith("_p") else lm
