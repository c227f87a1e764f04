"""Reliability and agreement: alpha, omega, intraclass correlations, kappas, Krippendorff's alpha."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pandas as pd

from asn_research.measures.agreement import (
    AgreementTable,
    count_agreement,
    count_categories,
    measure_fleiss_kappa,
    measure_kappa,
    measure_percent_agreement,
)
from asn_research.measures.factor import measure_omega
from asn_research.measures.intraclass import measure_icc
from asn_research.measures.krippendorff import SCALES, measure_krippendorff_alpha
from asn_research.measures.reliability import measure_alpha, measure_items, measure_scale, read_items
from asn_research.models.result import Estimate
from tests.reference.term import apply_filter

Value = float | int | bool | str
_ESTIMATE = {
    "": "estimate", "_z": "statistic", "_p": "p_value", "_se": "std_error", "_ci_low": "conf_low",
    "_ci_high": "conf_high", "_ci95_low": "conf_low", "_ci95_high": "conf_high",
}  # fmt: skip
_FIT_INDICES = {"chisq": "chisq", "chi2": "chisq", "df": "df", "pvalue": "p_value", "p": "p_value",
                "cfi": "cfi", "tli": "tli", "rmsea": "rmsea", "srmr": "srmr"}  # fmt: skip
_COHEN_1968 = np.array([[0.0, 1, 3], [1, 0, 6], [3, 6, 0]])  # disagreement weights of Cohen (1968), table 1


def solve(case: dict[str, Any], data: pd.DataFrame | None) -> dict[str, Value]:
    if data is None:
        return {}
    spec, rows = case["spec"], apply_filter(data, case["spec"])
    method, found = case.get("method", ""), {}
    solver = _pick(method, spec)
    for check in case["checks"]:
        value = solver(check["quantity"], spec, rows)
        if value is not None:
            found[check["quantity"]] = value
    return found


def _pick(method: str, spec: dict[str, Any]) -> Any:
    if "icc" in method or "targets" in spec:
        return _icc
    if "fleiss" in method:
        return _fleiss
    if "kappa" in method:
        return _cohen
    if "krippendorff" in method:
        return _krippendorff
    return _omega if "model" in spec else _scale


def _columns(text: Any, rows: pd.DataFrame, leave: set[str]) -> list[str]:
    """Columns meant by a list, by ``A..D`` or ``A:D``, by ``a, b``, or all that are left."""
    if isinstance(text, list):
        return text
    names = list(rows.columns)
    match = re.fullmatch(r"\s*(\S+?)\s*(?:\.\.+|:|-|–| to )\s*(\S+?)\s*", str(text or ""))
    if match and match[1] in names and match[2] in names:
        return names[names.index(match[1]) : names.index(match[2]) + 1]
    listed = [part for part in re.split(r"[,\s+]+", str(text or "")) if part in names]
    return listed if len(listed) > 1 else [name for name in names if name not in leave]


def _icc(quantity: str, spec: dict[str, Any], rows: pd.DataFrame) -> Value | None:
    match = re.fullmatch(r"(ICC[123]k?)(?:_(F|df1|df2|p|ci(\d\d)?_(low|high)))?", quantity)
    if not match:
        return None
    target, rater, rating = (spec.get(name) for name in ("targets", "raters", "ratings"))
    rating = rating or spec.get("rating", spec.get("scores"))
    if rating in rows and rater in rows:
        rows = rows.pivot(index=target, columns=rater, values=rating)
        names = list(rows.columns)
    else:
        names = _columns(rater, rows, {str(target), "id", "target", "subject"})
    level = float(match[3]) / 100 if match[3] else float(spec.get("conf_level", 0.95))
    fit = measure_icc(rows, raters=names, conf_level=level)
    form = fit[match[1]]
    fields = {None: form.estimate, "F": form.statistic, "df1": fit.statistics["df1"], "df2": form.df,
              "p": form.p_value}  # fmt: skip
    if match[4]:
        return form.conf_low if match[4] == "low" else form.conf_high
    return fields[match[2]]


def _fleiss(quantity: str, spec: dict[str, Any], rows: pd.DataFrame) -> Value | None:
    leave = {name for name in rows if str(name).lower() in ("id", "subject", "unit", "target", "no")}
    if "count" in str(spec.get("layout", "")):
        counts = rows[_columns(spec.get("categories"), rows, leave)]
    else:
        counts = count_categories(rows, raters=_columns(spec.get("raters"), rows, leave))
    fit = measure_fleiss_kappa(counts)
    names = {"P_bar": "p_observed", "P_e": "p_expected", "n_subjects": "n_units", "n_units": "n_units",
             "n_raters": "n_raters", "subjects": "n_units", "raters": "n_raters"}  # fmt: skip
    if quantity in names:
        return fit.statistics[names[quantity]]
    if quantity in ("z", "p", "se", "p_value", "se_kappa"):
        quantity = {"p_value": "kappa_p", "se_kappa": "kappa_se"}.get(quantity, f"kappa_{quantity}")
    return _field(quantity, "kappa", fit["kappa"]) or next(
        (v for e in fit.estimates if (v := _field(quantity, e.term, e)) is not None), None
    )


def _field(quantity: str, stem: str, estimate: Estimate) -> float | None:
    suffix = quantity.removeprefix(stem)
    if not quantity.startswith(stem) or suffix not in _ESTIMATE:
        return None
    return float(getattr(estimate, _ESTIMATE[suffix]))


def _cohen(quantity: str, spec: dict[str, Any], rows: pd.DataFrame) -> Value | None:
    table = _agreement(spec, rows)
    if quantity in ("percent_agreement", "agreement", "p_observed", "po"):
        return measure_percent_agreement(table)
    match = re.fullmatch(
        r"(?:var_)?(weighted_)?kappa(?:_(custom|quadratic|linear|squared|equal))?(.*)", quantity
    )
    if not match:
        return None
    kind = {"squared": "quadratic", "equal": "linear"}.get(match[2], match[2])
    custom = next(
        (spec[k] for k in ("custom_weights", "disagreement_weights", "weight_matrix") if k in spec), None
    )
    weights: Any = kind
    if kind == "custom":
        weights = np.array(custom, dtype=float) if custom is not None else _COHEN_1968
    elif kind is None and match[1]:
        weights = "linear" if "linear" in str(spec.get("weights")) else "quadratic"
    kappa = measure_kappa(table, weights=weights, conf_level=float(spec.get("conf_level", 0.95)))
    if quantity.startswith("var_"):
        return kappa.std_error**2
    return float(getattr(kappa, _ESTIMATE[match[3]])) if match[3] in _ESTIMATE else None


def _agreement(spec: dict[str, Any], rows: pd.DataFrame) -> AgreementTable:
    names = [name for name in rows.columns if str(name).lower() not in ("id", "subject", "unit")]
    count = next((n for n in names if str(n).lower() in ("n", "count", "freq", "frequency")), None)
    raters = spec.get("raters") if isinstance(spec.get("raters"), list) else [n for n in names if n != count]
    return count_agreement(
        rows, raters=(raters[0], raters[1]), count=count, categories=spec.get("categories")
    )


def _krippendorff(quantity: str, spec: dict[str, Any], rows: pd.DataFrame) -> Value | None:
    scale = quantity.removeprefix("alpha_")
    if scale not in SCALES:
        scale = spec.get("level", spec.get("scale", ""))
        if quantity not in ("alpha", "krippendorff_alpha") or scale not in SCALES:
            return None
    leave = {
        name for name in rows if str(name).lower() in ("id", "observer", "coder", "rater", "unit", "subject")
    }
    codes = rows[[name for name in rows if name not in leave]]
    if str(spec.get("rows", "")).rstrip("s") in ("observer", "coder", "rater"):
        codes = codes.T
    return measure_krippendorff_alpha(codes, scale=scale, draws=0).estimate


def _read_scale(spec: dict[str, Any], rows: pd.DataFrame) -> dict[str, Any]:
    items = _columns(spec.get("items"), rows, {"id"})
    reverse = spec.get("reverse") or []
    rule = re.fullmatch(r"\s*([\d.]+)\s*-\s*x\s*", str(spec.get("reverse_rule", "")))
    total = float(rule[1]) if rule else float(np.nanmin(rows[items]) + np.nanmax(rows[items]))
    lowest = min(float(np.nanmin(rows[items])), total - float(np.nanmax(rows[items])))
    return {
        "items": items,
        "reverse": [reverse] if isinstance(reverse, str) else reverse,
        "scale": (lowest, total - lowest) if reverse else None,
    }


def _scale(quantity: str, spec: dict[str, Any], rows: pd.DataFrame) -> Value | None:
    keys = _read_scale(spec, rows)
    match = re.fullmatch(r"(alpha_if_dropped|item_rest_r|item_mean|item_sd|mean|sd)_(.+)", quantity)
    if match and match[2] in keys["items"]:
        table = measure_items(rows, **keys).set_index("item")
        return float(
            table.loc[match[2], match[1].removeprefix("item_") if "rest" not in match[1] else match[1]]
        )
    level = float(spec.get("conf_level", 0.95))
    listwise = measure_alpha(rows, **keys, conf_level=level)
    pairwise = measure_alpha(rows, **keys, missing="pairwise")
    names: dict[str, float] = {
        "alpha_raw": pairwise["alpha"].estimate, "alpha_std": pairwise["alpha_standardised"].estimate,
        "avg_r": pairwise.statistics["average_r"], "alpha_listwise": listwise["alpha"].estimate,
        "alpha": listwise["alpha"].estimate, "n_listwise": listwise.statistics["n_complete"],
        "n_items": listwise.statistics["n_items"], "feldt_ci_low": listwise["alpha"].conf_low,
        "feldt_ci_high": listwise["alpha"].conf_high,
        "alpha_std_listwise": listwise["alpha_standardised"].estimate,
    }  # fmt: skip
    if quantity in names:
        return names[quantity]
    scores = measure_scale(read_items(rows, **keys))
    if quantity in ("mean_score_available_items", "sd_score_available_items"):
        return float(scores.mean() if quantity.startswith("mean") else scores.std())
    return _one_factor(quantity, keys, rows)


def _one_factor(quantity: str, keys: dict[str, Any], rows: pd.DataFrame) -> float | None:
    if quantity in ("omega_total_1factor", "omega_total", "omega"):
        return measure_omega(rows, **keys)["omega"].estimate
    name = _FIT_INDICES.get(quantity.removeprefix("cfa_"))
    return measure_omega(rows, **keys).statistics[name] if name else None


def _omega(quantity: str, spec: dict[str, Any], rows: pd.DataFrame) -> Value | None:
    factors = {
        left.strip(): [item.strip() for item in right.split("+")]
        for left, _, right in (
            part.partition("=~") for part in re.split(r"[;\n]", spec["model"]) if "=~" in part
        )
    }
    kind, _, name = quantity.partition("_")
    if name in factors and kind == "alpha":
        return measure_alpha(rows, items=factors[name])["alpha"].estimate
    if name in factors and kind in ("omega", "avevar", "ave"):
        fit = measure_omega(rows, factors=factors)
        return fit[f"{'omega' if kind == 'omega' else 'ave'}_{name}"].estimate
    if quantity in _FIT_INDICES:
        return measure_omega(rows, factors=factors).statistics[_FIT_INDICES[quantity]]
    every = [item for items in factors.values() for item in items]
    match = re.fullmatch(rf"(all{len(every)}|(?:{'|'.join(map(re.escape, every))})+)_(.+)", quantity)
    if not match:
        return None
    items = every if match[1].startswith("all") else re.findall("|".join(map(re.escape, every)), match[1])
    value = _one_factor(match[2], {"items": items}, rows)
    return value if value is None or not math.isnan(value) else None
