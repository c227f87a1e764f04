"""Difference-in-differences, in levels and logs, with and without controls."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from asn_research.models.difference import fit_difference
from tests.reference.regression_case import RegressionCase, Value, right_terms


def solve(case: dict[str, Any], data: pd.DataFrame | None) -> dict[str, Value]:
    """Quantities of a two-by-two design."""
    assert data is not None
    made = RegressionCase.of(case, data)
    add_logged_models(made)
    found: dict[str, Value] = {}
    for check in case["checks"]:
        name = check["quantity"]
        value = made.solve(name)
        if value is not None:
            found[name] = value
    check_against_difference(made, found)
    return found


def add_logged_models(made: RegressionCase) -> None:
    """``log_m1`` without and ``log_m2`` with all controls: outcome in logs, and the controls that have them."""
    if "m1" not in made.models:
        return
    numbered = sorted((m for m in made.models if re.fullmatch(r"m\d+", m)), key=lambda m: int(m[1:]))
    for name, source in {"log_m1": "m1", "log_m2": numbered[-1]}.items():
        formula, frame = made.models[source]
        outcome = formula.split("~", 1)[0].strip()
        terms = [f"l{term}" if f"l{term}" in frame.columns else term for term in right_terms(formula)]
        logged = f"l{outcome}" if f"l{outcome}" in frame.columns else f"log({outcome})"
        made.models.setdefault(name, (f"{logged} ~ {' + '.join(terms)}", frame))


def check_against_difference(made: RegressionCase, found: dict[str, Value]) -> None:
    """The public estimator of the design agrees with the interaction of the regression."""
    formula, frame = made.models.get("", ("", None))
    product = re.fullmatch(r"\s*(\w+)\s*~\s*(\w+)\s*\*\s*(\w+)\s*", formula)
    if product is None:
        return
    outcome, one, two = product.groups()
    fit = fit_difference(frame, outcome=outcome, treatment=two, period=one, vcov="iid")
    for name in ("coef_did", "did", "did_m1"):
        if name in found:
            found[name] = fit["did"].estimate
