"""Random-effects meta-analysis: heterogeneity, means, intervals, prediction, asymmetry, meta-regression."""

from __future__ import annotations

import contextlib
import math
import re
import warnings
from typing import Any

import numpy as np
import pandas as pd

from asn_research.errors import AsnResearchWarning, EstimationError
from asn_research.models.asymmetry import check_asymmetry, estimate_filled
from asn_research.models.pooling import METHODS, check_influence, pool
from asn_research.models.result import Estimate, Fit
from tests.reference.term import apply_filter

Value = float | int | bool | str
_FIELDS = {
    "mean": "estimate", "coef": "estimate", "estimate": "estimate", "est": "estimate", "se": "std_error",
    "ci_low": "conf_low", "ci_high": "conf_high", "low": "conf_low", "high": "conf_high", "ci_lb": "conf_low",
    "ci_ub": "conf_high", "p": "p_value", "pval": "p_value", "z": "statistic", "t": "statistic",
    "zval": "statistic", "tval": "statistic", "df": "df", "dfs": "df", "slope": "estimate",
}  # fmt: skip
_HETEROGENEITY = {
    "tau2": "tau2", "I2": "i2", "H2": "h2", "Q": "q", "Q_p": "q_p_value", "Q_df": "q_df", "QE": "q",
    "QE_p": "q_p_value", "QM": "qm", "R2": "r2",
}  # fmt: skip


def solve(case: dict[str, Any], data: pd.DataFrame | None) -> dict[str, Value]:
    if data is None:
        return {}
    studies = _studies(case["spec"], data)
    found: dict[str, Value] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AsnResearchWarning)
        for check in case["checks"]:
            with contextlib.suppress(EstimationError, KeyError):
                value = _value(check["quantity"], studies, check)
                if value is not None:
                    found[check["quantity"]] = value
    return found


def _studies(spec: dict[str, Any], data: pd.DataFrame) -> pd.DataFrame:
    out = apply_filter(data, spec).copy()
    effect = spec.get("effect", spec.get("yi", "yi"))
    out["estimate"] = out[effect] if effect in out else out.eval(effect)
    if "variance" in spec or "vi" in spec:
        variance = spec.get("variance", spec.get("vi"))
        out["variance"] = out[variance] if variance in out else out.eval(variance)
    elif "se" in spec:
        out["variance"] = out[spec["se"]] ** 2
    else:
        out["variance"] = out["vi"]
    return out.dropna(subset=["estimate", "variance"])


def _fit(studies: pd.DataFrame, method: str = "REML", test: str = "z", moderator: str | None = None) -> Fit:
    columns = ["estimate", "variance"] + ([moderator] if moderator else [])
    return pool(studies[columns], variance="variance", method=method, test=test, moderator=moderator)


def _value(name: str, studies: pd.DataFrame, check: dict[str, Any]) -> Value | None:
    name = re.sub(r"(?<=_)EB(?=_|$)", "PM", name)  # the empirical Bayes estimator is Paule-Mandel
    method = next((m for m in METHODS if re.search(rf"(^|_){m}(_|$)", name)), None)
    bare = re.sub(rf"(^|_){method}(?=_|$)", "", name).strip("_") if method else name
    method = method or ("FE" if bare.startswith("fe_") else "REML")
    for solver in (_simple, _transformed, _asymmetry, _prediction, _knapp_hartung, _regression, _influence):
        value = solver(bare, method, studies, check)
        if value is not None:
            return value
    return None


def _simple(name: str, method: str, studies: pd.DataFrame, _: dict[str, Any]) -> Value | None:
    name = name.removeprefix("fe_").replace("_metafor", "")
    fit = _fit(studies, method)
    statistics = fit.statistics
    direct = {
        "k": statistics["k"],
        "I2_from_Q": 100 * statistics["i2_q"],
        "H2_from_Q": statistics["h2_q"],
        "tau": math.sqrt(statistics["tau2"]),
    }
    if name in direct:
        return direct[name]
    profile = re.fullmatch(r"(tau2?|I2|H2)_?(?:qprofile|q_profile|QP)?_ci_(low|high|lb|ub)", name)
    if profile:
        side = {"lb": "low", "ub": "high"}.get(profile[2], profile[2])
        tau2 = statistics[f"tau2_{side}"]
        share = statistics[f"i2_{side}"]
        return {"tau2": tau2, "tau": math.sqrt(tau2), "I2": 100 * share, "H2": 1 / (1 - share)}[profile[1]]
    if name in _HETEROGENEITY and name not in ("QM", "R2"):
        return statistics[_HETEROGENEITY[name]] * (100 if name == "I2" else 1)
    return _field(fit["pooled"], re.sub(r"^(ci_(?:low|high)|p|se)_z$", r"\1", name))


def _field(estimate: Estimate, name: str) -> Value | None:
    return float(getattr(estimate, _FIELDS[name])) if name in _FIELDS else None


def _transformed(name: str, method: str, studies: pd.DataFrame, _: dict[str, Any]) -> Value | None:
    """Means and intervals on the ratio scale: or_, rr_, hr_, exp_."""
    match = re.fullmatch(r"(?:or|rr|hr|OR|RR|HR|exp|ratio)(?:_(.+))?", name)
    if not match:
        return None
    inner = match[1] or "mean"
    for solver in (_prediction, _knapp_hartung, _asymmetry, _simple):
        value = solver(inner, method, studies, {})
        if value is not None:
            return math.exp(float(value))
    return None


def _knapp_hartung(name: str, method: str, studies: pd.DataFrame, _: dict[str, Any]) -> Value | None:
    match = re.fullmatch(r"(?:hk|kh|hksj|knha|mkh|mhk)_(truncated_|modified_|trunc_|adhoc_)?(.+)", name)
    if not match:
        return None
    modified = bool(match[1]) or name.startswith(("mkh", "mhk"))
    fit = _fit(studies, method, "mKH" if modified else "KH")
    if match[2] in ("s2_w", "s2w", "scale", "multiplier", "q"):
        return fit.statistics["kh_scale"]
    return _field(fit["pooled"], match[2])


def _prediction(name: str, method: str, studies: pd.DataFrame, _: dict[str, Any]) -> Value | None:
    match = re.fullmatch(r"pi_(low|high|lb|ub)(?:_(.+))?", name)
    if not match:
        return None
    side, kind = {"lb": "low", "ub": "high"}.get(match[1], match[1]), match[2] or "z"
    modified = any(word in kind for word in ("trunc", "modified", "mkh", "mhk", "adhoc"))
    statistics = _fit(studies, method, "mKH" if modified else "KH").statistics
    if modified or kind.startswith(("hk", "kh", "hksj", "knha")):
        return statistics[f"prediction_kh_{side}"]
    return statistics[f"prediction_{'t' if kind.startswith('t') else 'normal'}_{side}"]


def _asymmetry(name: str, method: str, studies: pd.DataFrame, check: dict[str, Any]) -> Value | None:
    if name.startswith("egger_"):
        egger = check_asymmetry(studies, variance="variance")
        return _field(egger, name.removeprefix("egger_").removeprefix("slope_"))
    match = re.fullmatch(r"(?:trimfill|tf)_(.+)", name)
    if not match:
        return None
    stated = next(
        (m for m in METHODS if f"_{m}" in check.get("quantity", "") or m in str(check.get("oracle_call"))),
        "DL",
    )
    fit = estimate_filled(studies, variance="variance", method=stated if method == "REML" else method)
    if match[1] in ("k0", "n_filled", "missing"):
        return fit.statistics["n_filled"]
    if match[1] in ("tau2", "I2", "Q"):
        return fit.statistics[_HETEROGENEITY[match[1]]] * (100 if match[1] == "I2" else 1)
    return fit.statistics["k"] if match[1] == "k" else _field(fit["pooled"], match[1])


def _regression(name: str, method: str, studies: pd.DataFrame, check: dict[str, Any]) -> Value | None:
    match = re.fullmatch(r"metareg_(.+)", name)
    if not match:
        return None
    tokens = match[1].split("_")
    moderator = _moderator("_".join(tokens[:-1]), studies) or _moderator(match[1], studies)
    if moderator is None:
        moderator = studies.attrs.get("moderator") or _any_moderator(studies, check)
    else:
        studies.attrs["moderator"] = moderator
    if moderator is None:
        return None
    column, values = moderator
    test = "KH" if re.search(r"hk|knha", match[1]) else "z"
    fit = _fit(studies.assign(**{column: values}).dropna(subset=[column]), method, test, column)
    last = re.sub(rf"^{re.escape(column)}_?", "", match[1])
    last = re.sub(r"^(?:hk|knha|slope)_|_(?:hk|knha)$", "", last)
    if last.startswith("intercept"):
        return _field(fit["Intercept"], last.removeprefix("intercept").strip("_") or "coef")
    if last in ("QM_p", "QMp"):
        return fit[column].p_value  # one moderator: the joint test is that of its slope
    if last in _HETEROGENEITY:
        return fit.statistics[_HETEROGENEITY[last]] * (100 if last in ("I2", "R2") else 1)
    return _field(fit[column], last)


def _moderator(stem: str, studies: pd.DataFrame) -> tuple[str, pd.Series] | None:
    """The column a quantity names; a trailing number not part of the name is a cap (``weeks3``: up to 3)."""
    for column in sorted(studies.columns, key=len, reverse=True):
        match = re.match(rf"{re.escape(column)}(\d*)(?:_|$)", stem)
        if match and pd.api.types.is_numeric_dtype(studies[column]):
            values = studies[column].astype(float)
            if match[1]:
                return f"{column}{match[1]}", values.clip(upper=float(match[1]))
            return column, values
    return None


def _any_moderator(studies: pd.DataFrame, check: dict[str, Any]) -> tuple[str, pd.Series] | None:
    text = " ".join(str(check.get(part, "")) for part in ("notes", "oracle_call"))
    return next((m for word in re.findall(r"\w+", text) if (m := _moderator(word, studies))), None)


def _influence(name: str, method: str, studies: pd.DataFrame, _: dict[str, Any]) -> Value | None:
    """``loo_min``, ``loo_max_mean``, ``loo_<row>_mean`` (rows counted from 1)."""
    match = re.fullmatch(
        r"(?:loo|leave1out|leave_one_out)_(?:(mean|tau2|se|I2)_)?(min|max|without_\d+|\d+)(?:_(\w+))?", name
    )
    if not match:
        return None
    table = check_influence(studies[["estimate", "variance"]], variance="variance", method=method, test="z")
    kind = match[1] or match[3] or "mean"
    column = {"tau2": "tau2", "I2": "i2", "Q": "q"}.get(kind, _FIELDS.get(kind))
    if column not in table:
        return None
    values = table[column].to_numpy() * (100 if column == "i2" else 1)
    if match[2] in ("min", "max"):
        return float(values.min() if match[2] == "min" else values.max())
    row = int(match[2].removeprefix("without_")) - 1
    return float(values[row]) if 0 <= row < len(values) else float(np.nan)
