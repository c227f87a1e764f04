"""Difference-in-differences, in levels and logs, with and without controls."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from asn_research.models.difference import estimate_median_difference, fit_difference
from tests.reference.regression_case import RegressionCase, Value, right_terms

PRODUCT = re.compile(r"\s*(\w+)\s*~\s*(\w+)\s*\*\s*(\w+)\s*")


def solve(case: dict[str, Any], data: pd.DataFrame | None) -> dict[str, Value]:
    """Quantities of a two-by-two design."""
    assert data is not None
    made = RegressionCase.of(case, data)
    add_logged_models(made)
    found: dict[str, Value] = {}
    for check in case["checks"]:
        name = check["quantity"]
        value = median_value(made) if name == "median_did" else made.solve(name)
        if value is not None:
            found[name] = value
    check_against_difference(made, found)
    return found


def add_logged_models(made: RegressionCase) -> None:
    """``log_m1`` without and ``log_m2`` with all controls; the outcome and controls in logs."""
    if "m1" not in made.models:
        return
    numbered = sorted((m for m in made.models if re.fullmatch(r"m\d+", m)), key=lambda m: int(m[1:]))
    for name, source in {"log_m1": "m1", "log_m2": numbered[-1]}.items():
        formula, frame = made.models[source]
        outcome = formula.split("~", 1)[0].strip()
        terms = [f"l{term}" if f"l{term}" in frame.columns else term for term in right_terms(formula)]
        logged = f"l{outcome}" if f"l{outcome}" in frame.columns else f"log({outcome})"
        made.models.setdefault(name, (f"{logged} ~ {' + '.join(terms)}", frame))


def median_value(made: RegressionCase) -> Value | None:
    """The same design on medians, in levels where the formula has a logged column."""
    formula, frame = made.models[""]
    product = PRODUCT.fullmatch(formula)
    if product is None:
        return None
    outcome, period, treatment = product.groups()
    level = outcome[1:] if outcome[:1] == "l" and outcome[1:] in frame.columns else outcome
    options = {"outcome": level, "treatment": treatment, "period": period, "n_draws": 99}
    return estimate_median_difference(frame, **options)["did"].estimate


def check_against_difference(made: RegressionCase, found: dict[str, Value]) -> None:
    """The public estimator of the design agrees with the interaction of the regression."""
    formula, frame = made.models.get("", ("", None))
    product = PRODUCT.fullmatch(formula)
    if product is None:
        return
    outcome, one, two = product.groups()
    fit = fit_difference(frame, outcome=outcome, treatment=two, period=one, vcov="iid")
    for name in ("coef_did", "did", "did_m1"):
        if name in found:
            found[name] = fit["did"].estimate
