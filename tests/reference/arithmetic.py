"""Arithmetic written in a specification, evaluated without ``eval``."""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable, Mapping
from typing import Any

_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}  # fmt: skip
_FUNCTIONS: dict[str, Callable[..., float]] = {"sqrt": math.sqrt, "asin": math.asin, "log": math.log,
                                               "exp": math.exp, "abs": abs}  # fmt: skip


def calculate(text: str, names: Mapping[str, float] | None = None) -> float:
    """Value of ``2*asin(sqrt(.5)) - x`` and the like, with R's power sign."""
    return float(_value(ast.parse(text.replace("^", "**"), mode="eval").body, names or {}))


def _value(node: ast.AST, names: Mapping[str, float]) -> float:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return node.value
    if isinstance(node, ast.Name):
        return names[node.id]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_value(node.operand, names)
    if isinstance(node, ast.BinOp):
        return float(_BINARY[type(node.op)](_value(node.left, names), _value(node.right, names)))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _FUNCTIONS:
        return float(_FUNCTIONS[node.func.id](*(_value(argument, names) for argument in node.args)))
    raise ValueError(f"not arithmetic: {ast.dump(node)}")


def read_call(text: str) -> tuple[str, list[str], dict[str, str]]:
    """Function, positional and named arguments of ``f(1, d=0.2, type='paired')``, as written."""
    match = re.match(r"\s*([\w.]+(?:::[\w.]+)?)\(", text)
    if not match:
        return "", [], {}
    depth, parts = 1, [""]
    for sign in text[match.end() :]:
        depth += (sign in "([") - (sign in ")]")
        if depth == 0:
            break
        if sign == "," and depth == 1:
            parts.append("")
        else:
            parts[-1] += sign
    named = {k.strip(): v.strip().strip("'\"") for k, _, v in (p.partition("=") for p in parts if "=" in p)}
    return match[1].split("::")[-1], [p.strip() for p in parts if "=" not in p and p.strip()], named
