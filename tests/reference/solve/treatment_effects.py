"""Average treatment effects by adjustment and weighting: effects, potential-outcome means, intervals."""

from __future__ import annotations

import contextlib
import re
import warnings
from functools import cache
from typing import Any

import pandas as pd

from asn_research.errors import AsnResearchWarning, EstimationError
from asn_research.models.result import Fit
from asn_research.models.weighting import estimate_effect
from tests.reference.term import apply_filter, read_formula

Value = float | int | bool | str
_FIELDS = {
    "": "estimate", "se": "std_error", "ci_low": "conf_low", "ci_high": "conf_high", "z": "statistic",
    "p": "p_value",
}  # fmt: skip
_METHODS = {
    "ra": "ra", "ipw": "ipw", "aipw": "aipw", "aipw_wls": "aipw_wls", "ipwra": "ipwra", "ipw_ra": "ipwra",
    "dr": "aipw",
}  # fmt: skip


def solve(case: dict[str, Any], data: pd.DataFrame | None) -> dict[str, Value]:
    if data is None:
        return {}
    spec = case["spec"]
    outcome, treatment, link, frame = _models(spec, apply_filter(data, spec))
    clusters = spec.get("cluster")

    @cache
    def fit(method: str, estimand: str) -> Fit:
        return estimate_effect(
            frame,
            outcome_formula=outcome,
            treatment_formula=treatment,
            method=method,
            estimand=estimand,
            link=link,
            clusters=clusters,
        )

    default = str(spec.get("estimand", "ate")).lower().replace("atet", "att")
    found: dict[str, Value] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AsnResearchWarning)
        for check in case["checks"]:
            with contextlib.suppress(EstimationError, KeyError):
                value = _value(check["quantity"].lower(), fit, default)
                if value is not None:
                    found[check["quantity"]] = value
    return found


def _value(name: str, fit: Any, default: str) -> Value | None:
    match = re.fullmatch(
        r"(aipw_wls|ipw_ra|ipwra|aipw|ipw|ra|dr)_(?:(atet|att|ate)_?)?(po_?mean_?[01]|po[01])?_?(se|ci_low|ci_high|z|p)?",
        name,
    )
    if match:
        estimand = (match[2] or default).replace("atet", "att")
        term = f"po_mean_{match[3][-1]}" if match[3] else estimand
        return float(getattr(fit(_METHODS[match[1]], estimand)[term], _FIELDS[match[4] or ""]))
    diagnostic = re.fullmatch(
        r"(?:ps|propensity)_(min|max)|(?:ess|n)_(treated|control)|smd_(before|after)", name
    )
    if diagnostic:
        return fit("ipw", default).statistics.get(name.replace("ps_", "propensity_"))
    return None


def _models(spec: dict[str, Any], data: pd.DataFrame) -> tuple[str, str, str, pd.DataFrame]:
    """Outcome formula, treatment formula, link and the frame with the treatment as 0/1."""
    treatment = re.split(r"[\s(]", str(spec["treatment"]))[0]
    model = str(spec.get("ps_model", spec.get("treatment_model", f"{treatment} ~ 1")))
    link = "probit" if "probit" in f"{model} {spec.get('link', '')}".lower() else "logit"
    formula = re.sub(
        r"^\s*(probit|logit|logistic)\b:?", "", re.sub(r"\(per arm\)|\((?:probit|logit)\)", "", model)
    ).strip()
    if "~" not in formula:
        formula = f"{treatment} ~ {formula}"
    outcome = re.sub(
        r"\([^()]*per arm[^()]*\)", "", str(spec.get("outcome_model", f"{spec['outcome']} ~ 1"))
    ).strip()
    if "~" not in outcome:
        outcome = f"{spec['outcome']} ~ {outcome}"
    outcome, data = read_formula(outcome, data)
    formula, data = read_formula(formula, data)
    if not pd.api.types.is_numeric_dtype(data[treatment]):
        levels = sorted(data[treatment].dropna().unique())
        data = data.assign(**{treatment: data[treatment].map({levels[0]: 0.0, levels[-1]: 1.0})})
    return outcome, formula, link, data
