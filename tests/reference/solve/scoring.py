"""Official scoring rules: SKM/IKM means, index by weight, class letters, standard error."""

from __future__ import annotations

import datetime
import re
from typing import Any

import pandas as pd

from asn_research.contract.rule import read_rule
from asn_research.measures.skm import SkmIndex, classify_skm, measure_skm, required_respondents
from tests.reference.term import apply_filter

Value = float | int | bool | str
_RULE = read_rule("skm", on=datetime.date(2020, 1, 1))
_WEIGHTS = {"1_9": "exact", "1/9": "exact", "exact": "exact", "0.111": "3", "0.11": "2"}


def solve(case: dict[str, Any], data: pd.DataFrame | None) -> dict[str, Value]:
    rows = None if data is None else apply_filter(data, case["spec"])
    found: dict[str, Value] = {}
    for check in case["checks"]:
        value = _value(check["quantity"], case["spec"], rows)
        if value is not None:
            found[check["quantity"]] = value
    return found


def _value(quantity: str, spec: dict[str, Any], rows: pd.DataFrame | None) -> Value | None:
    match = re.fullmatch(r"(?:mutu|class|letter)_of_(\d+(?:\.\d+)?)", quantity)
    if match:
        return classify_skm(float(match[1]), rule=_RULE)
    match = re.fullmatch(r"(?:sample_size|krejcie_morgan)_(?:N_?)?(\d+)", quantity)
    if match:
        return required_respondents(int(match[1]))
    if rows is None:
        return None
    elements = _elements(spec, rows)
    match = re.fullmatch(r"all_([1-4])_(.+)", quantity)
    if match:
        rows = pd.DataFrame({name: [float(match[1])] * 2 for name in elements})
        quantity = match[2]
    return _index_value(quantity, rows, elements)


def _elements(spec: dict[str, Any], rows: pd.DataFrame) -> list[str]:
    listed = spec.get("columns", spec.get("items"))
    if isinstance(listed, list):
        return listed
    named = [name for name in rows.columns if re.fullmatch(r"[Uu]\d+", str(name))]
    return named or [name for name in rows.columns if not re.match(r"(?i)(no|id)", str(name))]


def _index_value(quantity: str, rows: pd.DataFrame, elements: list[str]) -> Value | None:
    match = re.fullmatch(r"(?:IKM|mutu|se_of_IKM)(?:_weight)?_(1_9|1/9|exact|0\.111|0\.11)", quantity)
    index: SkmIndex = measure_skm(
        rows,
        elements=elements,
        rule=_RULE,
        draws=100,
        weight_rounding=_WEIGHTS[match[1]] if match else "exact",
    )
    if match or quantity in ("IKM", "mutu", "se_of_IKM_over_respondents", "se_of_IKM"):
        if quantity.startswith("mutu"):
            return index.letter
        return index.estimate.std_error if quantity.startswith("se") else index.estimate.estimate
    match = re.fullmatch(r"NRR_(tertimbang_|weighted_)?(.+)", quantity)
    if match and match[2] in index.elements.index:
        return float(index.elements[match[2]]) / (len(elements) if match[1] else 1)
    if quantity in ("lowest_unsur", "highest_unsur"):
        means = index.elements
        return index.lowest if quantity.startswith("lowest") else str(means.idxmax())
    return {"n": float(len(rows)), "n_respondents": float(len(rows))}.get(quantity)
