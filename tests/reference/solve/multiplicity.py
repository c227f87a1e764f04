"""Adjusted p-values: ``<method>_<position>`` and ``<method>_n_rejected_<level>``."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd

from asn_research.models.multiplicity import METHODS, adjust_p_values
from tests.reference.term import apply_filter

Value = float | int | bool | str
_METHODS = {method.lower(): method for method in METHODS} | {
    "fdr": "BH",
    "sidak_ss": "sidak",
    "sidak_sd": "holm_sidak",
}


def solve(case: dict[str, Any], data: pd.DataFrame | None) -> dict[str, Value]:
    spec = case["spec"]
    p_values = _p_values(spec, data)
    if p_values is None:
        return {}
    found: dict[str, Value] = {}
    for check in case["checks"]:
        match = re.fullmatch(
            r"(?:p_)?([A-Za-z]+(?:[_-][Ss]idak|_ss|_sd)?)_(?:p_)?(?:(\d+)|n_rejected(?:_(?:0?\.)?(\d+))?)",
            check["quantity"],
        )
        method = match and _METHODS.get(match[1].lower().replace("-", "_"))
        if not match or not method:
            continue
        adjusted = adjust_p_values(p_values, method=method)
        if match[2]:
            if 1 <= int(match[2]) <= len(adjusted):
                found[check["quantity"]] = float(adjusted.iloc[int(match[2]) - 1])
        else:
            digits = match[3] and (match[3] if len(match[3]) > 1 else f"0{match[3]}")
            level = float(f"0.{digits}") if digits else float(spec.get("alpha", 0.05))
            found[check["quantity"]] = int((adjusted <= level).sum())
    return found


def _p_values(spec: dict[str, Any], data: pd.DataFrame | None) -> np.ndarray | None:
    listed = spec.get("p_values", spec.get("p"))
    if isinstance(listed, list):
        return np.array(listed, dtype=float)
    if data is None:
        return None
    rows = apply_filter(data, spec)
    names = [listed, "p", "p_value", "pvalue", "pval", "P"]
    name = next((n for n in names if isinstance(n, str) and n in rows), rows.columns[-1])
    return rows[name].to_numpy(dtype=float)
