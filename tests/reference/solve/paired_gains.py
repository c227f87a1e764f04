"""Gains of the same people: t test, standardised gains, normalised gains, signed-rank test."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

import pandas as pd

from asn_research.measures.effect_size import measure_paired_effect
from asn_research.measures.normalised_gain import measure_normalised_gain
from asn_research.measures.signed_rank import measure_signed_rank
from asn_research.models.result import Estimate, Fit
from tests.reference.term import apply_filter

Value = float | int | bool | str
_STATISTICS = {
    "n": "n_pairs", "n_pairs": "n_pairs", "mean_pre": "mean_pre", "mean_post": "mean_post",
    "sd_pre": "sd_pre", "sd_post": "sd_post", "sd_gain": "sd_gain", "sd_diff": "sd_gain",
    "r_pre_post": "correlation", "r": "correlation", "cor_pre_post": "correlation",
    "hedges_J_exact_df_n_minus_1": "j_exact", "hedges_J_approx_df_n_minus_1": "j_approx",
    "hedges_J_exact_df_2n_minus_2": "j_2n_exact", "hedges_J_approx_df_2n_minus_2": "j_2n_approx",
    "hedges_J_exact": "j_exact", "hedges_J_approx": "j_approx",
}  # fmt: skip
_GAIN = {
    "mean_gain": "estimate", "mean_diff": "estimate", "gain": "estimate", "se_gain": "std_error",
    "t": "statistic", "t_paired": "statistic", "df": "df", "df_paired": "df", "p": "p_value",
    "p_two_sided": "p_value", "p_paired": "p_value", "p_value": "p_value",
}  # fmt: skip
_TERMS = {
    "gain": "gain", "mean_gain": "gain", "d_z": "d_z", "d_z_ncp": "d_z", "cohen_d_z": "d_z",
    "hedges_g_z": "g_z", "g_z": "g_z", "g_z_exact_J": "g_z", "d_av": "d_av", "d_av_mean_of_sds": "d_av",
    "d_av_rms_of_sds": "d_av_rms", "d_av_rms": "d_av_rms", "d_rm": "d_rm", "g_av": "g_av",
    "hedges_g_av": "g_av",
    "glass_delta": "glass_delta", "glass_delta_pre_sd": "glass_delta", "g_av_exact_J_n_minus_1": "g_av",
    "g_av_exact_J_2n_minus_2": "g_av_2n", "g_av_exact_J": "g_av",
}  # fmt: skip
_HAKE_TERMS = {
    "class_average_hake_g": "class_average", "class_average_g": "class_average", "hake_g": "class_average",
    "mean_of_individual_g": "individual_mean", "mean_normalized_change_c": "normalised_change",
    "mean_of_normalized_change_c": "normalised_change",
}  # fmt: skip
_BASES = {"d_z": "d_z", "g_z": "d_z", "d_av": "d_av", "g_av": "d_av", "d_rm": "d_rm", "g_rm": "d_rm"}


def solve(case: dict[str, Any], data: pd.DataFrame | None) -> dict[str, Value]:
    if data is None or not {"pre", "post"} <= set(case["spec"]):
        return {}
    rows = apply_filter(data, case["spec"])
    found: dict[str, Value] = {}
    for check in case["checks"]:
        value = pair_value(check["quantity"], case["spec"], rows)
        if value is not None:
            found[check["quantity"]] = value
    return found


def pair_value(quantity: str, spec: dict[str, Any], rows: pd.DataFrame) -> Value | None:
    """One quantity of paired scores, None where it is not one of them."""
    pre, post = spec["pre"], spec["post"]
    measure = partial(measure_paired_effect, rows, pre=pre, post=post)
    fit = measure(conf_level=float(spec.get("conf_level", 0.95)))
    if quantity in _STATISTICS:
        return fit.statistics[_STATISTICS[quantity]]
    if quantity in _GAIN:
        return float(getattr(fit["gain"], _GAIN[quantity]))
    if quantity.startswith("wilcoxon"):
        exact = "exact" in quantity
        return _rank_value(quantity, measure_signed_rank(rows, pre=pre, post=post, exact=exact))
    match = re.fullmatch(r"(.+?)_ci(?:(\d\d(?:\.\d+)?))?_(low|high)", quantity)
    if match and match[1] in _TERMS:
        level = float(match[2]) / 100 if match[2] else float(spec.get("conf_level", 0.95))
        return float(getattr(measure(conf_level=level)[_TERMS[match[1]]], f"conf_{match[3]}"))
    if quantity in _TERMS:
        return fit[_TERMS[quantity]].estimate
    return _corrected(quantity, fit) if not _hake(spec) else _hake_value(quantity, spec, rows)


def _corrected(quantity: str, fit: Fit) -> float | None:
    """``g_av_approx_J_2n_minus_2`` and its relatives: which d, which J, which degrees of freedom."""
    match = re.fullmatch(r"(?:hedges_)?(g_z|g_av|g_rm)_(exact|approx)_J(_n_minus_1|_2n_minus_2)?", quantity)
    if not match:
        return None
    factor = "j_" + ("2n_" if match[3] == "_2n_minus_2" else "") + match[2]
    return fit[_BASES[match[1]]].estimate * fit.statistics[factor]


def _rank_value(quantity: str, test: Estimate) -> float | None:
    if quantity in ("wilcoxon_V", "wilcoxon_statistic"):
        return test.statistic
    if quantity.startswith("wilcoxon_p"):
        return test.p_value
    return test.estimate if "median" in quantity else None


def _hake(spec: dict[str, Any]) -> bool:
    return any(name in spec for name in ("max_score", "maximum", "max"))


def _hake_value(quantity: str, spec: dict[str, Any], rows: pd.DataFrame) -> Value | None:
    maximum = float(next(spec[name] for name in ("max_score", "maximum", "max") if name in spec))
    fit = measure_normalised_gain(rows, pre=spec["pre"], post=spec["post"], maximum=maximum)
    if quantity in _HAKE_TERMS:
        return fit[_HAKE_TERMS[quantity]].estimate
    statistics = {"sd_of_individual_g": "sd_individual", "sd_of_normalized_change_c": "sd_change"}
    if quantity in statistics:
        return fit.statistics[statistics[quantity]]
    match = re.match(r"n_(low|medium|high)(?:_g)?|n_(at_max|at_ceiling|losses|loss|lost)", quantity)
    if not match:
        return None
    if match[1]:
        return fit.statistics[f"n_{match[1]}"]
    return fit.statistics["n_at_maximum" if match[2].startswith("at") else "n_losses"]
