"""Cluster-robust errors, Satterthwaite degrees of freedom, HTZ tests and the wild cluster bootstrap."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from asn_research.models.bootstrap import wild_bootstrap
from asn_research.models.regression import estimate_joint_test
from tests.reference.regression_case import RegressionCase, Value, find_term

WILD = re.compile(r"wc[rb]_(?P<term>.+?)_(?P<what>t_CR0|t_CR1|t|p_two_sided_ge|p_two_sided_gt|p_ge|p_gt|p)$")
PARTS = r"F|df_denom|df_num|df|p|eta|Q"
HTZ = re.compile(rf"HTZ_(?:(?P<terms>.+)_)?(?P<what>{PARTS})$")
HTZ_FIRST = re.compile(rf"HTZ_(?P<what>{PARTS})_(?P<terms>.+)$")


def solve(case: dict[str, Any], data: pd.DataFrame | None) -> dict[str, Value]:
    """Quantities of a regression with clusters."""
    assert data is not None
    made = RegressionCase.of(case, data)
    found: dict[str, Value] = {}
    for check in case["checks"]:
        name = check["quantity"]
        value = wild_value(made, name) if WILD.fullmatch(name) else None
        if value is None and (match := HTZ.fullmatch(name) or HTZ_FIRST.fullmatch(name)):
            value = joint_value(made, match)
        if value is None:
            value = made.solve(name)
        if value is not None:
            found[name] = value
    return found


def wild_value(made: RegressionCase, name: str) -> Value | None:
    match = WILD.fullmatch(name)
    term, clusters = match["term"], made.coarsest()
    for column in made.clusters():
        if term.endswith(f"_{column}") or term.startswith(f"{column}_"):
            term, clusters = term.replace(f"_{column}", "").replace(f"{column}_", ""), column
    formula, frame = made.models[""]
    what = match["what"]
    kind = "CR1" if what == "t_CR1" else "CR0"
    estimate = find_term(made.fit("", kind, clusters), term)
    if estimate is None:
        return None
    if what.startswith("t"):
        return estimate.statistic
    fit = wild_bootstrap(formula, frame, term=estimate.term, clusters=clusters)
    return fit.statistics["p_value_gt" if what.endswith("gt") else "p_value_ge"]


def joint_value(made: RegressionCase, match: re.Match[str]) -> Value | None:
    formula, frame = made.models[""]
    names = [e.term for e in made.fit("", "iid").estimates if e.term != "Intercept"]
    terms = names
    if match["terms"]:
        fit = made.fit("", "iid")
        picked = [find_term(fit, one) for one in match["terms"].split("_")]
        terms = [e.term for e in picked if e is not None] or made.factor_terms("", match["terms"])
        if len(terms) < len([e for e in picked if e is not None]) or not terms:
            return None
    test = estimate_joint_test(
        formula, frame, terms=terms, vcov="CR2", clusters=made.coarsest(), weights=made.weights()
    ).statistics
    q = test["df_num"]
    values = {
        "F": "f_statistic",
        "df_denom": "df_denom",
        "df": "df_denom",
        "df_num": "df_num",
        "p": "p_value",
    }
    what = match["what"]
    if what == "eta":
        return test["df_denom"] + q - 1.0
    return test["wald"] if what == "Q" else test[values[what]]
