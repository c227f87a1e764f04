"""Effect sizes of the same people or of two groups, from raw data or from a summary."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pandas as pd

from asn_research.measures.effect_size import (
    GroupSummary,
    PairSummary,
    measure_group_effect,
    measure_group_effect_from_summary,
    measure_paired_effect_from_summary,
)
from asn_research.models.result import Fit
from tests.reference.solve.paired_gains import _GAIN, _STATISTICS, _TERMS, pair_value
from tests.reference.term import apply_filter

Value = float | int | bool | str
_GROUP = {
    "t_independent": ("difference", "statistic"), "t": ("difference", "statistic"),
    "t_welch": ("difference_welch", "statistic"), "df_welch": ("difference_welch", "df"),
    "p_welch": ("difference_welch", "p_value"), "df": ("difference", "df"),
    "df_independent": ("difference", "df"), "p": ("difference", "p_value"),
    "p_two_sided": ("difference", "p_value"), "p_independent": ("difference", "p_value"),
    "mean_difference": ("difference", "estimate"), "difference": ("difference", "estimate"),
    "se_difference": ("difference", "std_error"), "d_s": ("d_s", "estimate"), "d": ("d_s", "estimate"),
    "cohens_d": ("d_s", "estimate"), "g_s": ("g_s", "estimate"), "g_s_exact_J": ("g_s", "estimate"),
    "hedges_g": ("g_s", "estimate"), "g_s_approx_J": ("g_s_approx", "estimate"),
    "glass_delta": ("glass_delta", "estimate"), "glass_delta_control_sd": ("glass_delta", "estimate"),
}  # fmt: skip
_INTERVALS = {
    "d_s": "d_s", "d_s_ncp": "d_s", "d": "d_s", "cohens_d": "d_s", "g_s": "g_s", "hedges_g": "g_s",
    "g_s_exact_J": "g_s", "g_s_approx_J": "g_s_approx", "glass_delta": "glass_delta",
    "difference": "difference", "mean_difference": "difference", "welch": "difference_welch",
    "difference_welch": "difference_welch",
}  # fmt: skip


def solve(case: dict[str, Any], data: pd.DataFrame | None) -> dict[str, Value]:
    spec = case["spec"]
    rows = None if data is None else apply_filter(data, spec)
    groups = _group_fit(spec, rows)
    paired = rows is not None and {"pre", "post"} <= set(spec)
    found: dict[str, Value] = {}
    for check in case["checks"]:
        quantity = check["quantity"]
        value = pair_value(quantity, spec, rows) if paired and rows is not None else None
        if value is None and groups is not None:
            value = _group_value(quantity, groups, float(spec.get("conf_level", 0.95)))
        if value is None and rows is None and "r" in spec:
            value = _summary_value(quantity, spec)
        if value is not None:
            found[quantity] = value
    return found


def _group_fit(spec: dict[str, Any], rows: pd.DataFrame | None) -> Callable[[float], Fit] | None:
    """Two groups: a grouping column, the two score columns taken as independent, or six numbers."""
    if {"m1", "m2", "sd1", "sd2", "n1", "n2"} <= set(spec):
        one, two = (GroupSummary(int(spec[f"n{i}"]), spec[f"m{i}"], spec[f"sd{i}"]) for i in (1, 2))
        return lambda level: measure_group_effect_from_summary(one, two, conf_level=level)
    if rows is None:
        return None
    if {"pre", "post"} <= set(spec):
        parts = [rows[spec["post"]].dropna(), rows[spec["pre"]].dropna()]
        frame = pd.DataFrame({"y": pd.concat(parts), "g": [1] * len(parts[0]) + [0] * len(parts[1])})
        return lambda level: measure_group_effect(frame, outcome="y", group="g", treated=1, conf_level=level)
    outcome = spec.get("outcome", spec.get("y"))
    group = spec.get("group", spec.get("treatment", spec.get("arm")))
    if outcome is None or group is None:
        return None
    levels = list(spec.get("levels", sorted(rows[group].dropna().unique())))
    treated = spec.get("treated", spec.get("level1", levels[0] if "levels" in spec else levels[-1]))
    kept = rows[rows[group].isin(levels)]
    return lambda level: measure_group_effect(
        kept, outcome=outcome, group=group, treated=treated, conf_level=level
    )


def _group_value(quantity: str, fit: Callable[[float], Fit], level: float) -> float | None:
    if quantity in _GROUP:
        term, name = _GROUP[quantity]
        return float(getattr(fit(level)[term], name))
    match = re.fullmatch(r"(.+?)_ci(?:(\d\d))?_(low|high)", quantity)
    if match and match[1] in _INTERVALS:
        level = float(match[2]) / 100 if match[2] else level
        return float(getattr(fit(level)[_INTERVALS[match[1]]], f"conf_{match[3]}"))
    names = {"n1": "n_treated", "n2": "n_control", "sd_pooled": "sd_pooled", "hedges_J_exact": "j_exact",
             "hedges_J_approx": "j_approx", "mean1": "mean_treated", "mean2": "mean_control",
             "sd1": "sd_treated", "sd2": "sd_control"}  # fmt: skip
    return fit(level).statistics[names[quantity]] if quantity in names else None


def _summary_value(quantity: str, spec: dict[str, Any]) -> float | None:
    summary = PairSummary(
        n=int(spec["n"]), mean_pre=spec["mean_pre"], mean_post=spec["mean_post"], sd_pre=spec["sd_pre"],
        sd_post=spec["sd_post"], correlation=spec["r"],
    )  # fmt: skip
    fit = measure_paired_effect_from_summary(summary)
    if quantity in _STATISTICS:
        return fit.statistics[_STATISTICS[quantity]]
    if quantity in _GAIN:
        return float(getattr(fit["gain"], _GAIN[quantity]))
    return fit[_TERMS[quantity]].estimate if quantity in _TERMS else None
