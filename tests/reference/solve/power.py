"""Power, sample size and detectable effect: from the R call a check states, else from the quantity's name."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import pandas as pd

from asn_research.models.cohen import (
    arcsine_difference,
    power_of_anova,
    power_of_correlation,
    power_of_h,
    power_of_regression,
    power_of_shares,
    power_of_table,
)
from asn_research.models.power import power_of_t, solve_power
from tests.reference.arithmetic import calculate, read_call

Value = float | int | bool | str
Arguments = dict[str, Any]
_CALLS = {
    "pwr.t.test": "t", "pwr.t2n.test": "t2n", "pwr.anova.test": "anova", "power.anova.test": "anova_var",
    "pwr.f2.test": "f2", "pwr.2p.test": "2p", "pwr.2p2n.test": "2p2n", "pwr.p.test": "p",
    "pwr.r.test": "r", "pwr.chisq.test": "chisq", "power.t.test": "power_t", "power.prop.test": "prop",
    "pwr.norm.test": "norm",
}  # fmt: skip
_POSITIONS = {"f2": ["u", "v", "f2"], "t": ["n", "d"], "2p": ["h", "n"], "chisq": ["w", "N", "df"]}
_EXAMPLES = {"2p2n": {"h": 0.3, "n1": 80, "n2": 245, "alternative": "greater"},  # Cohen (1988), example 6.7
             "f2_u5_v89": {"f2": 0.1 / 0.9}}  # Cohen (1988), example 9.1  # fmt: skip
_WANTED = ["effect", "n", "n2", "v", "N"]


def solve(case: dict[str, Any], data: pd.DataFrame | None) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for check in case["checks"]:
        text = check.get("oracle_call") or check.get("call") or ""
        value = _from_call(text) if text else None
        if value is None:
            value = _from_name(check["quantity"])
        if value is not None:
            found[check["quantity"]] = value
    return found


def _from_call(text: str) -> float | None:
    whole = re.fullmatch(r"\s*ceiling\((.*)\)\s*", text)
    if whole:
        value = _from_call(whole[1])
        return None if value is None else math.ceil(value)
    function, positional, named = read_call(text)
    if function not in _CALLS:
        return None
    kind = _CALLS[function]
    arguments: Arguments = dict(zip(_POSITIONS.get(kind, []), positional, strict=False)) | named
    for name, value in arguments.items():
        if name not in ("type", "alternative", "strict"):
            arguments[name] = _number(value)
    arguments["alternative"] = str(arguments.get("alternative", "two_sided")).replace(".", "_")
    arguments["alternative"] = arguments["alternative"].replace("one_sided", "greater")
    given = {"alpha" if name in ("sig.level", "alpha") else name: value for name, value in arguments.items()}
    wanted = (
        "n" if text.rstrip().endswith("$n") else "d" if re.search(r"\$(d|delta|f|f2|h|r|w)$", text) else ""
    )
    return _answer(kind, given, wanted)


def _number(text: Any) -> float | None:
    match = re.fullmatch(r"\s*ES\.h\((.+?),(.+?)\)\s*", str(text))
    if match:
        return arcsine_difference(calculate(match[1]), calculate(match[2]))
    return None if str(text) == "NULL" else calculate(str(text))


def _from_name(quantity: str) -> float | None:
    """``n_t_two_sample_d0.3_p0.75_greater``: what is wanted, which test, and its numbers."""
    parts = quantity.split("_")
    ceiling = "integer" in parts
    wanted = "n" if parts[0] == "n" or ceiling else "d" if parts[0] in ("mde", "effect") else ""
    rest = re.sub(r"^(min_n_integer|n|mde|effect|power(?=_(?!t_)))_", "", quantity)
    given: Arguments = {"alternative": "two_sided"}
    if rest in _EXAMPLES:
        given |= _EXAMPLES[rest]
    match = re.match(r"(power_t|t2n|anova|chisq|2p2n|2p|prop|f2|f|t|r|p)(?=[_.]|$)", rest)
    kind = match[1] if match else "t"
    tail = rest[match.end() :] if match else "_" + rest
    if kind == "anova" and "f" not in given and (one := re.search(r"f(\.?\d[\d.]*)", tail)):
        given["f"] = float(one[1])
    if kind in ("f2", "r", "w") and (one := re.match(r"_?(\d*\.\d+)", tail)):
        given[kind] = float(one[1])
        tail = tail[one.end() :]
    for word, kind_of in (("one_sample", "one.sample"), ("two_sample", "two.sample"), ("paired", "paired")):
        if word in tail:
            given["type"] = kind_of
            tail = tail.replace(word, "")
    for word in ("greater", "less"):
        if word in tail:
            given["alternative"] = word
    bare = re.findall(r"(?<=_)(\d+(?:\.\d+)?)(?=_|$)", tail)
    for name, number in re.findall(r"(?<=_)(df|N|[a-z])(\d*\.?\d+)(?=_|$)", tail):
        given[{"a": "alpha", "p": "power"}.get(name, name)] = float(number)
    if kind == "t2n" and len(bare) == 2:
        given |= {"n1": float(bare[0]), "n2": float(bare[1])}
    if kind == "prop" and len(bare) == 2:
        given |= {"p1": float(bare[0]) / 100, "p2": float(bare[1]) / 100}
        if given.get("power", 0) > 1:
            given["power"] /= 100
    if kind == "p" and not wanted and "h" not in given:
        return None
    value = _answer(kind, given, wanted)
    return math.ceil(value) if ceiling and value is not None else value


def _answer(kind: str, given: Arguments, wanted: str) -> float | None:
    """Power, or the argument that is left open when the power is given."""
    build = _BUILD.get(kind)
    if build is None:
        return None
    power = given.get("power")
    effect, size = build
    if not wanted and power is not None:
        wanted = "d" if given.get(effect[0]) is None and given.get(effect[-1]) is None else "n"
    try:
        if not wanted:
            return _power(kind, given)
        power = 0.8 if power is None else power
        name = effect[0] if wanted == "d" else next(s for s in size if given.get(s) is None)
        low, high = (1e-9, 1.0) if wanted == "d" else (2.0 + 1e-9, 50.0)
        if wanted == "d" and name == "r":
            high = 1 - 1e-9
        low = 4.0 if kind == "r" and wanted == "n" else low
        solved: Callable[[float], float] = lambda x: _power(kind, given | {name: x})  # noqa: E731
        return solve_power(solved, power=power, low=low, high=high)
    except (KeyError, StopIteration, TypeError):
        return None


_BUILD: dict[str, tuple[list[str], list[str]]] = {
    "t": (["d"], ["n"]), "t2n": (["d"], ["n1", "n2"]), "power_t": (["delta", "d"], ["n"]),
    "anova": (["f"], ["n"]), "f2": (["f2"], ["v"]), "2p": (["h"], ["n"]), "2p2n": (["h"], ["n1", "n2"]),
    "p": (["h"], ["n"]), "r": (["r"], ["n"]), "chisq": (["w"], ["N"]), "prop": (["p2"], ["n"]),
    "norm": (["d"], ["n"]), "anova_var": (["between.var"], ["n"]),
}  # fmt: skip


def _power(kind: str, given: Arguments) -> float:
    alpha = given.get("alpha", 0.05)
    keys = {"alpha": alpha, "alternative": given["alternative"]}
    if kind in ("t", "power_t"):
        return _power_of_t(kind, given, keys)
    if kind == "t2n":
        n1, n2 = given["n1"], given["n2"]
        return power_of_t(given["d"] / math.sqrt(1 / n1 + 1 / n2), df=n1 + n2 - 2, **keys)
    if kind in ("2p", "2p2n", "p", "norm"):
        first = given.get("n1", given.get("n"))
        second = {"2p": first, "2p2n": given.get("n2")}.get(kind)
        return power_of_h(given["d"] if kind == "norm" else given["h"], n1=first, n2=second, **keys)
    if kind == "r":
        return power_of_correlation(given["r"], n=given["n"], **keys)
    if kind == "prop":
        one_sided = given["alternative"] != "two_sided"
        return power_of_shares(given["p1"], given["p2"], n=given["n"], alpha=alpha, one_sided=one_sided)
    if kind == "anova":
        return power_of_anova(given["f"], groups=int(given["k"]), n=given["n"], alpha=alpha)
    if kind == "anova_var":
        groups = int(given["groups"])
        f = math.sqrt(given["between.var"] / given["within.var"] * (groups - 1) / groups)
        return power_of_anova(f, groups=groups, n=given["n"], alpha=alpha)
    if kind == "f2":
        return power_of_regression(given["f2"], df1=given["u"], df2=given["v"], alpha=alpha)
    return power_of_table(given["w"], n=given["N"], df=given["df"], alpha=alpha)


def _power_of_t(kind: str, given: Arguments, keys: Arguments) -> float:
    effect = given["d"] if given.get("d") is not None else given["delta"] / given.get("sd", 1.0)
    n = given["n"]
    two = given.get("type", "two.sample") == "two.sample"
    strict = kind == "t" or str(given.get("strict", "")).upper() in ("TRUE", "T")
    return power_of_t(
        effect * math.sqrt(n / 2 if two else n), df=2 * n - 2 if two else n - 1, strict=strict, **keys
    )
