"""Attrition: rates by arm, tests, who leaves, weighting for it, Lee and Manski bounds, WWC boundary."""

from __future__ import annotations

import contextlib
import re
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from asn_research.errors import AsnResearchWarning, EstimationError
from asn_research.models.attrition import check_attrition, fit_attrition
from asn_research.models.bounds import estimate_bounds
from asn_research.models.censoring import estimate_retention_weights
from asn_research.models.regression import fit_ols
from tests.reference.term import apply_filter, evaluate, find_term, plain

Value = float | int | bool | str
_FIELDS = {"coef": "estimate", "se": "std_error", "z": "statistic", "t": "statistic", "p": "p_value"}


def solve(case: dict[str, Any], data: pd.DataFrame | None) -> dict[str, Value]:
    if data is None or "treatment" not in case["spec"]:
        return {}
    spec, frame = case["spec"], apply_filter(data, case["spec"])
    solver = _lee(spec, frame) if "selected" in spec else _diagnostics(spec, frame)
    found: dict[str, Value] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AsnResearchWarning)
        for check in case["checks"]:
            with contextlib.suppress(EstimationError, KeyError):
                value = solver(check["quantity"])
                if value is not None:
                    found[check["quantity"]] = value
    return found


def _treatment(spec: dict[str, Any], frame: pd.DataFrame) -> tuple[pd.Series, list[str]]:
    """0/1 treatment and the names of its levels, control first."""
    values = frame[re.split(r"[\s(]", spec["treatment"])[0]]
    if pd.api.types.is_numeric_dtype(values):
        return values.astype(float), ["0", "1"]
    levels = sorted(values.dropna().unique())
    return values.map({levels[0]: 0.0, levels[1]: 1.0}), levels


def _lee(spec: dict[str, Any], frame: pd.DataFrame) -> Callable[[str], Value | None]:
    treated, _ = _treatment(spec, frame)
    selected = evaluate(frame, spec["selected"]).astype(bool)
    outcome = pd.Series(np.nan, index=frame.index)
    outcome[selected] = evaluate(frame[selected], spec["outcome"]).astype(float)
    lee = estimate_bounds(
        pd.DataFrame({"y": outcome, "t": treated}), outcome="y", treatment="t", assigned=True
    )
    statistics = lee.statistics
    names = {
        "selection_rate_treated": statistics["observed_share_treated"],
        "selection_rate_control": statistics["observed_share_control"],
        "trim_proportion": statistics["trim_share"],
        "trim_share": statistics["trim_share"],
        "n_trimmed": statistics["n_trimmed"],
        "naive_effect_selected": statistics["observed_difference"],
        "differential_selection": statistics["observed_share_treated"] - statistics["observed_share_control"],
        "n_selected": int(selected.sum()),
        "n": len(frame),
    }
    for side, term in (("lower", "lower"), ("upper", "upper")):
        names |= {f"lee_{side}": lee[term].estimate, f"lee_{side}_se": lee[term].std_error}
        names |= {f"lee_se_{side}": lee[term].std_error, f"se_{side}": lee[term].std_error}
    names["lee_width"] = lee["upper"].estimate - lee["lower"].estimate

    def solver(name: str) -> Value | None:
        if re.fullmatch(r"(lee_)?(im|imbens_manski)_(ci_)?(low|lower|high|upper)", name):
            return lee["lower"].conf_low if "low" in name else lee["lower"].conf_high
        itt = re.fullmatch(r"itt_(se_)?(.+)", name)
        if itt and itt[2] in frame:
            whole = pd.DataFrame({"y": frame[itt[2]], "t": treated})
            return float(getattr(fit_ols("y ~ t", whole)["t"], "std_error" if itt[1] else "estimate"))
        return names.get(name)

    return solver


def _diagnostics(spec: dict[str, Any], frame: pd.DataFrame) -> Callable[[str], Value | None]:
    treated, levels = _treatment(spec, frame)
    lost = evaluate(frame, spec["missing"]).astype(float)
    outcome = re.split(r"\s+(?:is\s+)?missing|is\.na\(|\)", spec["missing"])
    outcome_name = next(part for part in outcome if part in frame)
    treatment = re.split(r"[\s(]", spec["treatment"])[0]
    covariates = _covariates(spec, frame, treatment, outcome_name)
    renamed = {name: re.sub(r"\W", "_", name) for name in [*covariates, treatment, outcome_name]}
    clean = frame.rename(columns=renamed).assign(lost=lost, observed=1 - lost, treated01=treated)
    terms = [renamed[name] for name in [*covariates, treatment]]
    baseline = renamed[_baseline(spec, frame, covariates, outcome_name)]
    verdict = check_attrition(clean, observed="observed", treatment="treated01")
    shares = {levels[0]: verdict.lost_share_control, levels[1]: verdict.lost_share_treated}
    ancova = f"{renamed[outcome_name]} ~ {baseline} + {renamed[treatment]}"
    direct: dict[str, Value] = {
        "fisher_p": verdict.fisher_p_value,
        "chi2_p": verdict.chi2_p_value,
        "n_complete": verdict.n_observed,
        "n_missing": len(clean) - verdict.n_observed,
        "n": len(clean),
        "overall_missing_rate": verdict.overall_share,
        "missing_rate": verdict.overall_share,
        "missing_rate_overall": verdict.overall_share,
        "overall_attrition": verdict.overall_share,
        "differential_attrition": verdict.difference,
        "wwc_bound_cautious": verdict.cautious_bound,
        "wwc_bound_optimistic": verdict.optimistic_bound,
        "wwc_level": verdict.level,
    }

    def solver(name: str) -> Value | None:
        if name in direct:
            return direct[name]
        rate = re.fullmatch(r"(missing|retention|attrition|observed)_rate_(.+)", name)
        if rate:
            level = next((key for key in shares if plain(key) == plain(rate[2])), None)
            level = {"treated": levels[1], "control": levels[0]}.get(rate[2], level)
            if level is None:
                return None
            return shares[level] if rate[1] in ("missing", "attrition") else 1 - shares[level]
        model = re.fullmatch(r"(logit|ipw_ancova|cc_ancova|ancova)_(coef|se|z|t|p)_(.+)", name)
        if not model:
            return None
        if model[1] == "logit":
            fit = fit_attrition(clean, formula=f"lost ~ {' + '.join(terms)}")
        elif model[1] == "ipw_ancova":
            weights = estimate_retention_weights(clean, formula=f"observed ~ {' + '.join(terms)}")["weight"]
            fit = fit_ols(ancova, clean.assign(ipw=weights), weights="ipw", vcov="iid")
        else:
            fit = fit_ols(ancova, clean, vcov="iid")
        term = find_term([e.term for e in fit.estimates], model[3])
        return None if term is None else float(getattr(fit[term], _FIELDS[model[2]]))

    return solver


def _covariates(spec: dict[str, Any], frame: pd.DataFrame, treatment: str, outcome: str) -> list[str]:
    """Declared, or everything known of everyone before: complete, not an identifier, not a later outcome."""
    stated = spec.get("covariates", spec.get("predictors"))
    if stated:
        parts = stated if isinstance(stated, list) else re.split(r"\s*[+,]\s*", stated)
        return [part for part in parts if part != treatment]
    return [
        name
        for name in frame.columns
        if name not in (treatment, outcome)
        and frame[name].notna().all()
        and frame[name].nunique() > 1
        and not (frame[name].nunique() == len(frame) and not pd.api.types.is_float_dtype(frame[name]))
        and (pd.api.types.is_numeric_dtype(frame[name]) or frame[name].nunique() <= 10)
    ]


def _baseline(spec: dict[str, Any], frame: pd.DataFrame, covariates: list[str], outcome: str) -> str:
    """Declared, or the covariate that shares the outcome's stem: ``bdi.pre`` for ``bdi.8m``."""
    stem = re.split(r"[._]", outcome)[0]
    same = [name for name in covariates if re.split(r"[._]", name)[0] == stem]
    numeric = [name for name in covariates if pd.api.types.is_numeric_dtype(frame[name])]
    return str(spec.get("baseline") or (same or numeric or covariates)[0])
