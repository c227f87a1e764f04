"""Interrupted time series: changes of level and slope, Newey-West, AR(1), quasi-Poisson, breaks."""

from __future__ import annotations

import contextlib
import math
import re
import warnings
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from asn_research.errors import AsnResearchWarning, EstimationError
from asn_research.models.result import Fit
from asn_research.models.series import estimate_break, fit_series, fit_series_formula, newey_west_lags
from tests.reference.term import apply_filter, find_term, read_formula, translate

Value = float | int | bool | str
_FIELDS = {
    "coef": "estimate", "se": "std_error", "t": "statistic", "p": "p_value", "ci_low": "conf_low",
    "ci_high": "conf_high",
}  # fmt: skip
_SEGMENTED = {
    "level_change": "level_change", "level": "level_change", "trend_change": "slope_change",
    "slope_change": "slope_change", "trend": "slope_change", "slope": "slope_change", "pre_trend": "trend",
    "baseline_trend": "trend", "pre_slope": "trend",
}  # fmt: skip


@dataclass(frozen=True)
class _Series:
    """A case: its frame in time order, its formula, the name of time and of the 0/1 intervention."""

    frame: pd.DataFrame
    formula: str
    time: str | None
    focal: str | None


def solve(case: dict[str, Any], data: pd.DataFrame | None) -> dict[str, Value]:
    if data is None or "formula" not in case["spec"]:
        return {}
    series = _series(case["spec"], data)
    calls = {check["quantity"]: str(check.get("oracle_call") or "") for check in case["checks"]}
    counts = next((found for call in calls.values() if (found := _count_formula(call))), series.formula)
    found: dict[str, Value] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AsnResearchWarning)
        for quantity in calls:
            with contextlib.suppress(EstimationError, KeyError):
                value = _value(quantity, series, counts)
                if value is not None:
                    found[quantity] = value
    return found


def _series(spec: dict[str, Any], data: pd.DataFrame) -> _Series:
    frame = apply_filter(data, spec)
    time = next((name for name in (spec.get("time"), "t", "time", "year") if name in frame), None)
    if time is None or frame[time].duplicated().any() or len(np.unique(np.diff(np.sort(frame[time])))) > 1:
        frame, time = frame.assign(t_order=np.arange(1, len(frame) + 1)), "t_order"
    if "t" not in frame:
        frame = frame.assign(t=np.arange(1, len(frame) + 1))
    formula, frame = read_formula(spec["formula"], frame)
    named = re.findall(r"[A-Za-z_.][\w.]*", formula.partition("~")[2])
    binary = [name for name in named if name in frame and set(frame[name].dropna().unique()) == {0, 1}]
    focal = spec.get("intervention") or next(iter(binary), None)
    return _Series(frame, formula, time, focal)


def _count_formula(call: str) -> str | None:
    match = re.search(r"glm\((.+?),\s*(?:family\s*=\s*)?(?:quasi)?poisson", call)
    return translate(match[1]) if match else None


def _value(name: str, series: _Series, counts: str) -> Value | None:
    for solver in (_automatic_lag, _break, _means, _segmented):
        value = solver(name, series)
        if value is not None:
            return value
    if name.startswith("qpois_"):
        return _model(name.removeprefix("qpois_"), series, counts, "quasi_poisson", None)
    if name.startswith("gls_ar1_"):
        return _model(name.removeprefix("gls_ar1_"), series, series.formula, "ar1", None)
    lags = re.match(r"(?:nw|hac|newey_west)_?(\d+|auto)?_", name)
    if lags:
        count = None if lags[1] in (None, "auto") else int(lags[1])
        return _model(name[lags.end() :], series, series.formula, "newey_west", count)
    return _model(name.removeprefix("ols_"), series, series.formula, "ols", None)


def _model(name: str, series: _Series, formula: str, model: str, lags: int | None) -> Value | None:
    fit = fit_series_formula(series.frame, formula=formula, time=series.time, model=model, lags=lags)
    statistics = {
        "dw": "durbin_watson",
        "durbin_watson": "durbin_watson",
        "phi": "phi",
        "dispersion": "dispersion",
    }
    if name in statistics:
        return fit.statistics.get(statistics[name])
    if name in ("sigma", "n"):
        return fit.statistics.get("sigma") if name == "sigma" else fit.estimates[0].n_obs
    effect = fit[series.focal].estimate if series.focal in [e.term for e in fit.estimates] else math.nan
    if name in ("rr", "irr", "ratio", "rate_ratio"):
        return math.exp(effect)
    if name in ("percent_change", "pct_change"):
        return 100 * math.expm1(effect)
    limit = re.fullmatch(r"(percent_change|pct_change|rr|irr)_ci_(low|high)", name)
    if limit:
        end = float(getattr(fit[str(series.focal)], f"conf_{limit[2]}"))
        return math.exp(end) if limit[1] in ("rr", "irr") else 100 * math.expm1(end)
    return _coefficient(name, fit, series)


def _coefficient(name: str, fit: Fit, series: _Series) -> Value | None:
    match = re.fullmatch(
        r"(coef|se|t|p|ci_low|ci_high)(?:_(.+))?", "coef" if name == "level_change" else name
    )
    if not match:
        return None
    term = find_term([e.term for e in fit.estimates], match[2] or str(series.focal))
    return None if term is None else float(getattr(fit[term], _FIELDS[match[1]]))


def _automatic_lag(name: str, series: _Series) -> Value | None:
    if not name.startswith(("nw_auto_lag", "nw_lag")):
        return None
    n = len(series.frame)
    return int(0.75 * n ** (1 / 3)) if "0_75" in name or "0.75" in name else newey_west_lags(n)


def _break(name: str, series: _Series) -> Value | None:
    if name not in (
        "break_year",
        "break_time",
        "break_t",
        "break_position",
        "break_obs",
        "supF",
        "sup_f",
        "supF_stat",
    ):
        return None
    terms = [part.strip() for part in series.formula.partition("~")[2].split("+")]
    kept = " + ".join(part for part in terms if part != series.focal) or "1"
    outcome = series.formula.partition("~")[0].strip()
    found = estimate_break(series.frame, formula=f"{outcome} ~ {kept}", time=series.time)
    if name.lower().startswith("sup"):
        return found["sup_f"]
    if name in ("break_position", "break_obs", "break_t"):
        return found["n_before"]
    row = series.frame.sort_values(series.time).iloc[int(found["n_before"]) - 1] if series.time else None
    return float(row["year"]) if row is not None and "year" in series.frame else found["break_time"]


def _means(name: str, series: _Series) -> Value | None:
    if name not in ("pre_mean", "post_mean", "n_pre", "n_post") or series.focal is None:
        return None
    after = series.frame[series.focal] == 1
    if name.startswith("n_"):
        return int((after if name == "n_post" else ~after).sum())
    fit = fit_series_formula(
        series.frame,
        formula=f"{series.formula.partition('~')[0]} ~ {series.focal}",
        time=series.time,
        model="ols",
    )
    pre = fit["Intercept"].estimate
    return pre if name == "pre_mean" else pre + fit[series.focal].estimate


def _segmented(name: str, series: _Series) -> Value | None:
    match = re.fullmatch(
        r"segmented_(?:(?:(nw|hac)_?(\d+)?|(ols)|(gls_ar1|ar1))_)?(?:(se|t|p|coef|ci_low|ci_high)_)?(\w+)",
        name,
    )
    if not match or match[6] not in _SEGMENTED or series.focal is None or series.time is None:
        return None

    @cache
    def fit(model: str, lags: int | None) -> Fit:
        outcome = series.formula.partition("~")[0].strip()
        changed = float(series.frame.loc[series.frame[series.focal] == 1, series.time].min())
        frame = series.frame.assign(
            outcome=series.frame.eval(outcome) if outcome not in series.frame else series.frame[outcome]
        )
        return fit_series(
            frame, outcome="outcome", time=str(series.time), changed_at=changed, model=model, lags=lags
        )

    model = "newey_west" if match[1] else "ar1" if match[4] else "ols"
    estimate = fit(model, int(match[2]) if match[2] else None)[_SEGMENTED[match[6]]]
    return float(getattr(estimate, _FIELDS[match[5] or "coef"]))
