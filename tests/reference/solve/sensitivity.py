"""Sensitivity to unmeasured differences: E-values, Oster's delta, robustness values, tipping points."""

from __future__ import annotations

import contextlib
import re
import warnings
from collections.abc import Callable
from functools import cache
from typing import Any

import pandas as pd

from asn_research.errors import AsnResearchWarning, EstimationError
from asn_research.models.robustness import Robustness, estimate_robustness
from asn_research.models.selection import OsterBound, estimate_oster
from asn_research.models.sensitivity import EValue, estimate_e_value, estimate_tipping_point
from tests.reference.term import apply_filter, find_term, read_formula

Value = float | int | bool | str
_NUMBER = r"-?\d+(?:\.\d+)?(?:e-?\d+)?"


def solve(case: dict[str, Any], data: pd.DataFrame | None) -> dict[str, Value]:
    spec = case["spec"]
    if data is None:
        solver: Callable[[str], Value | None] = _without_data
    elif "controls" in spec:
        solver = _oster(spec, apply_filter(data, spec))
    else:
        solver = _robustness(spec, apply_filter(data, spec))
    found: dict[str, Value] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AsnResearchWarning)
        for check in case["checks"]:
            with contextlib.suppress(EstimationError, KeyError):
                value = solver(check["quantity"])
                if value is not None:
                    found[check["quantity"]] = value
    return found


def _without_data(name: str) -> Value | None:
    return _e_value(name) if name.startswith("E_") else _tipping(name)


def _named(name: str) -> dict[str, float]:
    """``_se0.25``, ``_true_1.5``, ``_ci_1.8``: the numbers of a quantity's name by their labels."""
    return {key: float(value) for key, value in re.findall(rf"([A-Za-z]+)_?({_NUMBER})(?=_|$)", name)}


def _e_value(name: str) -> Value | None:
    match = re.match(r"E_(RR|OR|HR|SMD|MD|OLS)(?:_(common|rare))?_", name)
    if not match:
        return None
    numbers = _named(name)
    wants_limit = "_ci" in name
    if match[1] in ("SMD", "MD", "OLS"):
        sd = numbers.get("sd", 1.0)
        value = numbers["est"] / sd if "est" in numbers else numbers["d"]
        error = numbers["se"] / sd if "se" in numbers else None
        made = estimate_e_value(value, scale="smd", std_error=error, step=numbers.get("delta", 1.0))
    else:
        value = float(re.match(_NUMBER, name[match.end() :])[0])  # type: ignore[index]
        scale = "rr" if match[1] == "RR" else f"{match[1].lower()}_{match[2] or 'rare'}"
        null = numbers.get("true", 1.0)
        limits: dict[str, float] = {}
        if "ci" in numbers:
            limits = {"conf_low" if value > null else "conf_high": numbers["ci"]}
        with contextlib.suppress(EstimationError):
            made = estimate_e_value(value, scale=scale, null=null, **limits)  # type: ignore[arg-type]
            return _pick(made, wants_limit)
        return None
    return _pick(made, wants_limit)


def _pick(made: EValue, wants_limit: bool) -> float:
    return made.limit if wants_limit else made.estimate


def _tipping(name: str) -> Value | None:
    """``tip_est6_se1_null``, ``tipping_shift_est6_se1_ci``."""
    if not name.startswith("tip"):
        return None
    numbers = _named(name)
    if "est" not in numbers or "se" not in numbers:
        return None
    point = estimate_tipping_point(
        numbers["est"], std_error=numbers["se"], df=numbers.get("df", float("inf"))
    )
    return point.shift_to_insignificance if "_ci" in name else point.shift_to_null


def _oster(spec: dict[str, Any], frame: pd.DataFrame) -> Callable[[str], Value | None]:
    formula, frame = read_formula(f"{spec['y']} ~ {spec['x']} + {spec['controls']}", frame)
    always = re.split(r"\s*\+\s*", spec["m"]) if spec.get("m") else []
    formula = " + ".join([formula, *always])

    @cache
    def fit(r_squared_max: float | None, beta: float, delta: float) -> OsterBound:
        return estimate_oster(
            frame,
            formula=formula,
            treatment=spec["x"],
            r_squared_max=r_squared_max,
            beta_null=beta,
            delta=delta,
            always=tuple(always),
        )

    stated = float(spec["R2max"]) if "R2max" in spec else None
    base = (stated, float(spec.get("beta", 0)), float(spec.get("delta", 1)))

    def solver(name: str) -> Value | None:
        direct = {
            "delta_star": "delta", "uncontrolled_coef": "coef_short", "controlled_coef": "coef_long",
            "uncontrolled_r2": "r_squared_short", "controlled_r2": "r_squared_long", "r2max": "r_squared_max",
            "beta_star": "beta",
        }  # fmt: skip
        if name in direct:
            return float(getattr(fit(*base), direct[name]))
        if name == "beta_star_alternative_root":
            return fit(*base).beta_alternatives[0]
        match = re.fullmatch(
            rf"(delta|beta)_star(?:_delta_?({_NUMBER}))?(?:_beta_?({_NUMBER}))?(?:_R2max_?(\d+(?:\.\d+)?)(_capped_1|x\w*)?)?",
            name,
        )
        if not match:
            return None
        ceiling = base[0]
        if match[4]:
            multiple = match[5] is not None or float(match[4]) > 1
            ceiling = min(1.0, float(match[4]) * fit(*base).r_squared_long) if multiple else float(match[4])
        made = fit(ceiling, float(match[3] or base[1]), float(match[2] or base[2]))
        return made.delta if match[1] == "delta" else made.beta

    return solver


def _robustness(spec: dict[str, Any], frame: pd.DataFrame) -> Callable[[str], Value | None]:
    formula, frame = read_formula(spec["formula"], frame)
    stated = spec.get("benchmark", [])
    benchmarks = tuple([stated] if isinstance(stated, str) else stated)
    multiples = tuple(float(k) for k in spec.get("kd", [1, 2, 3]))

    @cache
    def fit(q: float, alpha: float, *marks: str) -> Robustness:
        return estimate_robustness(
            frame,
            formula=formula,
            treatment=spec["treatment"],
            benchmarks=marks,
            multiples=multiples,
            q=q,
            conf_level=1 - alpha,
        )

    alpha = float(spec.get("alpha", 0.05))
    base = fit(float(spec.get("q", 1)), alpha, *benchmarks)
    direct = {
        "estimate": base.estimate, "se": base.std_error, "t": base.statistic, "dof": int(base.df),
        "df": int(base.df), "partial_r2_yd_x": base.partial_r2, "r2yd_x": base.partial_r2,
        "partial_f2_yd_x": base.statistic**2 / base.df,
    }  # fmt: skip

    def solver(name: str) -> Value | None:
        if name in direct:
            return direct[name]
        value = re.fullmatch(rf"rv_q({_NUMBER})(?:_alpha_?(\d+(?:\.\d+)?))?", name)
        if value:
            level = (
                float(value[2])
                if value[2] and "." in value[2]
                else float(f"0.{value[2]}")
                if value[2]
                else alpha
            )
            made = fit(float(value[1]), level)
            return made.robustness_value_alpha if value[2] else made.robustness_value
        return _benchmark(name, base.benchmarks, benchmarks)

    return solver


def _benchmark(name: str, table: pd.DataFrame, benchmarks: tuple[str, ...]) -> Value | None:
    own = re.fullmatch(r"(.+)_partial_r2_with_(treatment|outcome)", name)
    bound = re.fullmatch(rf"bound_({_NUMBER})x_(.+)_(r2dz_x|r2yz_dx)", name)
    adjusted = re.fullmatch(
        rf"adjusted_(estimate|se|t|ci_low|ci_high|lower_CI|upper_CI)_({_NUMBER})x(?:_(.+))?", name
    )
    if own:
        multiple, asked, column = float(table["multiple"].iloc[0]), own[1], f"r2_{own[2]}"
    elif bound:
        multiple, asked = float(bound[1]), bound[2]
        column = {"r2dz_x": "bound_treatment", "r2yz_dx": "bound_outcome"}[bound[3]]
    elif adjusted:
        multiple, asked = float(adjusted[2]), adjusted[3] or benchmarks[0]
        column = {
            "estimate": "estimate", "se": "std_error", "t": "statistic", "ci_low": "conf_low",
            "ci_high": "conf_high", "lower_CI": "conf_low", "upper_CI": "conf_high",
        }[adjusted[1]]  # fmt: skip
    else:
        return None
    benchmark = find_term(benchmarks, asked)
    rows = table[(table["benchmark"] == benchmark) & (table["multiple"] == multiple)]
    return float(rows[column].iloc[0]) if len(rows) else None
