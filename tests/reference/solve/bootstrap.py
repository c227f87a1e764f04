"""Bootstrap intervals of a statistic such as ``mean(post - pre)`` or ``mean(a)/mean(b)``."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from asn_research.models.resampling import resample
from tests.reference.arithmetic import calculate
from tests.reference.term import apply_filter, evaluate

Value = float | int | bool | str
_AGGREGATES: dict[str, Callable[..., float]] = {
    "mean": np.mean, "median": np.median, "sum": np.sum, "sd": lambda x: np.std(x, ddof=1),
    "var": lambda x: np.var(x, ddof=1), "min": np.min, "max": np.max,
}  # fmt: skip
_STATISTICS = {
    "bca_acceleration": "acceleration", "acceleration": "acceleration", "jackknife_se": "jackknife_std_error",
    "boot_se": "std_error", "se": "std_error", "bootstrap_se": "std_error", "bias": "bias",
    "bca_z0": "bias_correction", "z0": "bias_correction",
}  # fmt: skip


def solve(case: dict[str, Any], data: pd.DataFrame | None) -> dict[str, Value]:
    spec = case["spec"]
    if data is None or "statistic" not in spec:
        return {}
    rows = apply_filter(data, spec)
    text = str(spec["statistic"])
    frame, statistic = read_statistic(text, rows)
    needed = re.sub(r"\D", "", str(spec.get("R", "")))
    fit = resample(
        frame, columns=list(frame), statistic=statistic, draws=min(max(int(needed or 9999), 9999), 19999),
        strata=None, seed=20250101, conf_level=float(spec.get("conf_level", 0.95)),
    )  # fmt: skip
    plain = re.match(r"\w+", text)
    found: dict[str, Value] = {}
    for check in case["checks"]:
        quantity = check["quantity"]
        match = re.fullmatch(r"(percentile|perc|bca|basic|normal)_(?:ci(?:95)?_)?(low|high)", quantity)
        if match:
            term = match[1].replace("percentile", "perc").replace("perc", "percentile")
            found[quantity] = float(getattr(fit[term], f"conf_{match[2]}"))
        elif quantity in _STATISTICS:
            found[quantity] = fit.statistics[_STATISTICS[quantity]]
        elif quantity in ("estimate", "statistic", plain and plain[0], text):
            found[quantity] = fit["bca"].estimate
        elif quantity == "n":
            found[quantity] = fit["bca"].n_obs
    return found


def read_statistic(text: str, rows: pd.DataFrame) -> tuple[pd.DataFrame, Callable[[np.ndarray], float]]:
    """The columns that a statistic reads and the function of those columns."""
    columns: dict[str, pd.Series] = {}
    aggregates: list[tuple[str, list[str]]] = []

    def keep(match: re.Match[str]) -> str:
        parts = [match[2]] if match[1] not in ("cor", "corr", "cov") else match[2].split(",")
        names = []
        for part in parts:
            name = f"c{len(columns)}"
            columns[name] = evaluate(rows, part.strip())
            names.append(name)
        aggregates.append((match[1], names))
        return f"a{len(aggregates) - 1}"

    pattern = rf"\b({'|'.join([*_AGGREGATES, 'cor', 'corr', 'cov'])})\(([^()]*)\)"
    expression = re.sub(pattern, keep, text)
    places = {name: i for i, name in enumerate(columns)}

    def statistic(values: np.ndarray) -> float:
        found = {}
        for i, (kind, names) in enumerate(aggregates):
            parts = [values[:, places[name]] for name in names]
            if kind in _AGGREGATES:
                found[f"a{i}"] = float(_AGGREGATES[kind](parts[0]))
            else:
                table = np.cov(parts) if kind == "cov" else np.corrcoef(parts)
                found[f"a{i}"] = float(table[0, 1])
        return calculate(expression, found) if len(found) > 1 or expression != "a0" else found["a0"]

    return pd.DataFrame(columns), statistic
