"""Multilevel models: fixed effects, variance components, degrees of freedom, shrunken effects, R²."""

from __future__ import annotations

import contextlib
import math
import re
import warnings
from functools import cache
from typing import Any

import pandas as pd
from scipy import stats

from asn_research.errors import AsnResearchWarning, EstimationError
from asn_research.models.multilevel import MultilevelFit, fit_multilevel
from tests.reference.term import apply_filter, find_term, plain, read_formula

Value = float | int | bool | str
_FIELDS = {"coef": "estimate", "se": "std_error", "t": "statistic", "p": "p_value", "df": "df"}
_MODEL = {
    "sigma": "sigma", "sigma2": "residual_variance", "var_resid": "residual_variance", "sd_resid": "sigma",
    "var_residual": "residual_variance", "sd_residual": "sigma", "var_res": "residual_variance", "icc": "icc",
    "criterion": "deviance", "deviance": "deviance", "m2ll": "deviance", "aic": "aic", "bic": "bic",
    "loglik": "log_likelihood", "log_likelihood": "log_likelihood", "r2_marginal": "r2_marginal",
    "r2_conditional": "r2_conditional", "n_parameters": "n_parameters", "npar": "n_parameters",
    "singular": "singular", "is_singular": "singular",
}  # fmt: skip


def solve(case: dict[str, Any], data: pd.DataFrame | None) -> dict[str, Value]:
    if data is None or "formula" not in case["spec"]:
        return {}
    formula, frame = read_formula(case["spec"]["formula"], apply_filter(data, case["spec"]))
    stated = str(case["spec"].get("method", "REML")).upper()

    @cache
    def fit(method: str = stated, df_method: str = "satterthwaite", text: str = formula) -> MultilevelFit:
        return fit_multilevel(frame, formula=text, method=method, df_method=df_method)

    found: dict[str, Value] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AsnResearchWarning)
        for check in case["checks"]:
            with contextlib.suppress(EstimationError, KeyError):
                value = _value(check["quantity"], fit, formula)
                if value is not None:
                    found[check["quantity"]] = value
    return found


def _value(name: str, fit: Any, formula: str) -> Value | None:
    method = re.match(r"(ml|reml)_", name, re.IGNORECASE)
    used = {"method": method[1].upper()} if method else {}
    rest = name[method.end() :] if method else name
    likelihood = re.match(r"(?:lr_test|lrt|lr)_(.+?)_(chi2|p|stat|df)$", rest)
    if likelihood:
        return _likelihood_ratio(likelihood[1], likelihood[2], fit, formula)
    if rest.lower() in _MODEL:
        return fit(**used).statistics[_MODEL[rest.lower()]]
    for solver in (_size, _effect, _component, _fixed):
        value = solver(rest, fit, used)
        if value is not None:
            return value
    return None


def _size(name: str, fit: Any, used: dict[str, str]) -> Value | None:
    if not name.startswith(("n_", "nobs")):
        return None
    model = fit(**used)
    groups = model.variances["group"].unique()[:-1]
    asked = plain(name.removeprefix("n_"))
    for group in groups:
        if plain(group) in (asked, asked.removesuffix("s"), asked.removesuffix("es")):
            return int(model.statistics[f"n_{group}"])
    if asked in ("groups", "clusters", "levels") and len(groups):
        return int(model.statistics[f"n_{groups[0]}"])
    return model.estimates[0].n_obs


def _effect(name: str, fit: Any, used: dict[str, str]) -> Value | None:
    """``blup_intercept_308``, ``blup_slope_308``, ``blup_308``, ``ranef_<term>_<level>``, ``blup_se_...``."""
    match = re.fullmatch(r"(blup_se|blup|ranef|shrunken|eb)_(?:(.+?)_)?([^_]+)", name)
    if not match:
        return None
    effects = fit(**used).effects
    rows = effects[effects["level"] == match[3]]
    asked = match[2] or "intercept"
    if asked == "slope":
        rows = rows[rows["term"] != "Intercept"]
    else:
        same = rows["term"].map(plain) == plain(asked)
        rows = rows[same | ((rows["group"].map(plain) == plain(asked)) & (rows["term"] == "Intercept"))]
    column = "std_error" if match[1] == "blup_se" else "estimate"
    return float(rows[column].iloc[0]) if len(rows) == 1 else None


def _component(name: str, fit: Any, used: dict[str, str]) -> Value | None:
    model = fit(**used)
    table = model.variances.iloc[:-1]
    own, joint = table[table["other"] == ""], table[table["other"] != ""]
    if name in ("tau00", "tau11", "tau01", "corr", "cor", "correlation", "rho", "cov", "covariance"):
        if name in ("tau00", "tau11"):
            rows = own[(own["term"] == "Intercept") == (name == "tau00")]
            return float(rows["variance"].iloc[0]) if len(rows) else None
        column = "sd" if name in ("corr", "cor", "correlation", "rho") else "variance"
        return float(joint[column].iloc[0]) if len(joint) else None
    if name == "reliability":
        counts = model.effects.loc[model.effects["term"] == "Intercept", "n_obs"]
        tau, sigma2 = float(own["variance"].iloc[0]), model.statistics["residual_variance"]
        return float((tau / (tau + sigma2 / counts)).mean())
    match = re.fullmatch(r"(sd|var|corr?|cov)_(.+)", name)
    if not match:
        return None
    kind, asked = match[1], plain(match[2].removeprefix("random_"))
    table = joint if kind.startswith("co") else own
    groups, terms = table["group"].map(plain), table["term"].map(plain)
    intercept, slope = terms == "intercept", terms != "intercept"
    for chosen in (
        intercept if asked in ("intercept", "int") else slope if asked == "slope" else terms == asked,
        (groups == asked) & intercept,
        (groups + terms == asked) | (terms + groups == asked),
        (groups + "intercept" == asked) & intercept,
        (groups + "slope" == asked) & slope,
        (groups == asked) & slope,
        groups.map(lambda group: asked.startswith(group) or group.startswith(asked)),
    ):
        if chosen.sum() == 1:
            return float(table.loc[chosen, "variance" if kind in ("var", "cov") else "sd"].iloc[0])
    return None


def _fixed(name: str, fit: Any, used: dict[str, str]) -> Value | None:
    if name in ("const", "intercept", "(Intercept)", "grand_mean"):
        return fit(**used)["Intercept"].estimate
    match = re.fullmatch(
        r"(coef|se|t|p|df|ci_low|ci_high)_(?:(satterthwaite|satt|kenward_roger|kr|KR|normal|z)_)?(.+)", name
    )
    if not match:
        return None
    kinds = {
        "kenward_roger": "kenward_roger",
        "kr": "kenward_roger",
        "KR": "kenward_roger",
        "normal": "normal",
    }
    df_method = {"z": "normal"}.get(match[2], kinds.get(match[2], "satterthwaite"))
    model = fit(**used, df_method=df_method)
    term = find_term([e.term for e in model.estimates], match[3])
    if term is None:
        return None
    field = {"ci_low": "conf_low", "ci_high": "conf_high"}.get(match[1]) or _FIELDS[match[1]]
    return float(getattr(model[term], field))


def _likelihood_ratio(term: str, kind: str, fit: Any, formula: str) -> Value | None:
    """Twice the gain in ML log likelihood over the model without the fixed ``term``."""
    outcome, _, right = formula.partition("~")
    pieces = [piece.strip() for piece in re.split(r"\+(?![^(]*\))", right)]
    kept = [piece for piece in pieces if plain(piece) != plain(term)]
    if len(kept) == len(pieces):
        return None
    full, reduced = fit(method="ML"), fit(method="ML", text=f"{outcome.strip()} ~ {' + '.join(kept)}")
    df = len(full.estimates) - len(reduced.estimates)
    chi2 = reduced.statistics["deviance"] - full.statistics["deviance"]
    if kind == "df":
        return df
    return float(stats.chi2.sf(chi2, df)) if kind == "p" else float(chi2) if math.isfinite(chi2) else None
