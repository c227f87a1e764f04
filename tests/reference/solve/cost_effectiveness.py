"""Incremental cost and effect, ratio with Fieller set, net benefit, acceptability, bootstrap plane."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from asn_research.measures.cost import (
    CostPlane,
    Increment,
    estimate_acceptability,
    estimate_fieller,
    estimate_net_benefit,
    measure_increment,
    resample_increment,
)
from tests.reference.term import apply_filter

Value = float | int | bool | str
_PARTS = {
    "n_treated": "n_treated", "n_control": "n_control", "delta_effect": "effect", "delta_cost": "cost",
    "se_delta_effect": "effect_std_error", "se_delta_cost": "cost_std_error", "cov_delta": "covariance",
    "icer": "icer",
}  # fmt: skip
_QUADRANTS = {"NE": "north_east", "SE": "south_east_dominant", "NW": "north_west_dominated",
              "SW": "south_west"}  # fmt: skip


def solve(case: dict[str, Any], data: pd.DataFrame | None) -> dict[str, Value]:
    spec = case["spec"]
    if data is None or not {"effect", "cost", "arm"} <= set(spec):
        return {}
    rows = apply_filter(data, spec)
    treated = spec.get("treated", max(rows[spec["arm"]].dropna().unique()))
    keys = {"effect": spec["effect"], "cost": spec["cost"], "arm": spec["arm"], "treated": treated}
    increment = measure_increment(rows, **keys)
    plane = None
    if any("boot" in check["quantity"] for check in case["checks"]):
        plane = resample_increment(rows, **keys, draws=20_000, seed=2005)
    found: dict[str, Value] = {}
    level = float(spec.get("conf_level", 0.95))
    for check in case["checks"]:
        quantity = check["quantity"]
        value = _boot_value(quantity, plane, level) if plane is not None and "boot" in quantity else None
        if value is None:
            value = _value(quantity, increment, level)
        if value is not None:
            found[quantity] = value
    return found


def _value(quantity: str, increment: Increment, level: float) -> Value | None:
    if quantity in _PARTS:
        return float(getattr(increment, _PARTS[quantity]))
    if quantity.startswith("fieller"):
        ratio = estimate_fieller(increment, conf_level=level)
        match = re.fullmatch(r"fieller_(?:ci(?:95)?_)?(bounded|low|high)", quantity)
        return (
            None if not match else int(ratio.bounded) if match[1] == "bounded" else getattr(ratio, match[1])
        )
    match = re.fullmatch(r"(se_inb|inb|ceac_normal|ceac|p_inb|inb_low|inb_high)_lambda_([\d.]+)", quantity)
    if not match:
        return None
    threshold = float(match[2])
    benefit = estimate_net_benefit(increment, threshold=threshold, conf_level=level)
    if match[1].startswith("ceac"):
        return estimate_acceptability(increment, threshold=threshold)
    names = {"inb": "estimate", "se_inb": "std_error", "p_inb": "p_value", "inb_low": "conf_low",
             "inb_high": "conf_high"}  # fmt: skip
    return float(getattr(benefit, names[match[1]]))


def _boot_value(quantity: str, plane: CostPlane, level: float) -> float | None:
    match = re.fullmatch(r"ceac_boot_lambda_([\d.]+)", quantity)
    if match:
        return float(plane.acceptability([float(match[1])])["acceptability"].iloc[0])
    match = re.fullmatch(r"boot_quadrant_(NE|SE|NW|SW)(?:_\w+)?", quantity)
    if match:
        return plane.quadrants()[_QUADRANTS[match[1]]]
    match = re.fullmatch(r"boot_ci(?:95)?_(?:delta_)?(cost|effect|icer)_(low|high)", quantity)
    if match:
        part = {"cost": "costs", "effect": "effects", "icer": "ratios"}[match[1]]
        return plane.interval(part, conf_level=level)[0 if match[2] == "low" else 1]
    return None
