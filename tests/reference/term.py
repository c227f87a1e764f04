"""Names in cases and in fits: filters, derived columns, and the R, Stata and Python spellings of a term."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import pandas as pd


def apply_filter(data: pd.DataFrame, spec: dict[str, Any]) -> pd.DataFrame:
    """The rows of ``spec["filter"]``: a mapping of column to value (or values), or a query."""
    chosen = spec.get("filter")
    if isinstance(chosen, dict):
        for column, value in chosen.items():
            data = data[data[column].isin(value if isinstance(value, list) else [value])]
    elif isinstance(chosen, str):
        data = data.query(chosen)
    return data


def read_formula(text: str, data: pd.DataFrame) -> tuple[str, pd.DataFrame]:
    """A formula with its definitions applied: ``"flow ~ post; post = year>=1899"``."""
    formula, *definitions = [part.strip() for part in text.split(";")]
    for definition in definitions:
        name, _, expression = definition.partition("=")
        if expression and name.strip().isidentifier():
            value = evaluate(data, expression)
            data = data.assign(**{name.strip(): value.astype(float) if value.dtype == bool else value})
    return translate(formula), data


def translate(formula: str) -> str:
    """R spellings that formulaic does not read."""
    formula = re.sub(r"(?<![\w.])(?:as\.)?factor\(", "C(", formula)
    formula = re.sub(r"Treatment\(\s*reference\s*=\s*", "Treatment(", formula)
    return re.sub(r"\[[^\]]*\]", "", formula)


def evaluate(data: pd.DataFrame, expression: str) -> pd.Series:
    """A column or an expression of columns, whose names may have dots; ``x missing`` is its indicator."""
    expression = expression.strip()
    if expression in data:
        return data[expression]
    match = re.fullmatch(r"(?:is\.na\((.+)\)|(.+?)\s+(?:is\s+)?missing)", expression)
    if match:
        return data[(match[1] or match[2]).strip()].isna()
    match = re.fullmatch(
        r"(?:!is\.na\((.+)\)|(.+?)\s+(?:is\s+)?(?:observed|not missing|present))", expression
    )
    if match:
        return data[(match[1] or match[2]).strip()].notna()
    for column in sorted(data.columns, key=len, reverse=True):
        if not column.isidentifier():
            expression = expression.replace(column, f"`{column}`")
    return data.eval(expression)


def plain(name: str) -> str:
    """A term without the marks in which statistics programs differ: ``C(sex)[T.M]`` and ``sexM`` are one."""
    name = re.sub(r"\bC\(\s*([\w.]+)[^)]*\)+", r"\1", name)
    name = re.sub(r"\[T\.|\[", "", name)
    name = {
        "const": "Intercept",
        "(Intercept)": "Intercept",
        "intercept": "Intercept",
        "_cons": "Intercept",
    }.get(name, name)
    return re.sub(r"[^0-9A-Za-z]", "", name).lower()


def find_term(names: Iterable[str], asked: str) -> str | None:
    """The fitted term that ``asked`` means: the same spelling, the level of a factor, an interaction."""
    names = list(names)
    wanted = plain(asked)
    crossed = sorted(map(plain, re.split(r"[:*]|_x_", asked)))
    for matches in (
        [name for name in names if plain(name) == wanted],
        [
            name
            for name in names
            if (level := re.search(r"\[T?\.?(.+)\]$", name)) and plain(level[1]) == wanted
        ],
        [name for name in names if ":" in name and sorted(map(plain, name.split(":"))) == crossed],
    ):
        if len(matches) == 1:
            return matches[0]
    return None
