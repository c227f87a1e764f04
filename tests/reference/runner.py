"""Dispatch a case to the solver of its family and compare every check."""

from __future__ import annotations

import importlib
import importlib.util
import json
import math
import re
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import pandas as pd

Value = float | int | bool | str
Solver = Callable[[dict[str, Any], pd.DataFrame | None], dict[str, Value]]

PASSED, FAILED, NOT_SUPPORTED = "passed", "failed", "not supported"


@dataclass(frozen=True, slots=True)
class Check:
    """One quantity of a case: what was expected, what the library says, and the verdict."""

    quantity: str
    expected: Value | None
    found: Value | None
    verdict: str


@dataclass(frozen=True, slots=True)
class CaseResult:
    """All checks of one case; ``error`` is the traceback of a solver that stopped."""

    case: str
    family: str
    checks: tuple[Check, ...]
    error: str = ""

    def count(self, verdict: str) -> int:
        return sum(check.verdict == verdict for check in self.checks)


def read_cases(path: Path) -> list[dict[str, Any]]:
    """The cases of a file: a list, or an object whose ``cases`` is one."""
    content = json.loads(path.read_text(encoding="utf-8"))
    return list(content["cases"] if isinstance(content, dict) else content)


def read_data(path: Path) -> pd.DataFrame:
    """A data file; only an empty cell, ``NA`` and ``NaN`` are missing (``None`` may be a category)."""
    return pd.read_csv(path, keep_default_na=False, na_values=["", "NA", "NaN"], low_memory=False)


def find_solver(family: str) -> Solver | None:
    """The ``solve`` of ``tests/reference/solve/<family>.py``, None where there is no such module."""
    name = "tests.reference.solve." + re.sub(r"[^a-z0-9]+", "_", family.lower()).strip("_")
    if importlib.util.find_spec(name) is None:
        return None
    solver: Solver = importlib.import_module(name).solve
    return solver


def without_answers(case: dict[str, Any]) -> dict[str, Any]:
    """The case as a solver sees it: quantities and notes, not the numbers."""
    hidden = {"expected", "published"}
    checks = [{k: v for k, v in check.items() if k not in hidden} for check in case["checks"]]
    return {**case, "checks": checks}


def run_case(case: dict[str, Any], folder: Path) -> CaseResult:
    """Solve one case and compare; a solver that stops fails the checks of its case, with the traceback."""
    solver = find_solver(case["family"])
    if solver is None:
        checks = tuple(Check(c["quantity"], c["expected"], None, NOT_SUPPORTED) for c in case["checks"])
        return CaseResult(case["case"], case["family"], checks)
    found: dict[str, Value] = {}
    error = ""
    try:
        data = read_data(folder / case["data_file"]) if case.get("data_file") else None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = solver(without_answers(case), data)
    except Exception:  # noqa: BLE001 - one broken case must not hide the others
        error = traceback.format_exc()
    return CaseResult(
        case["case"], case["family"], tuple(compare(c, found, error) for c in case["checks"]), error
    )


def compare(check: dict[str, Any], found: dict[str, Value], error: str = "") -> Check:
    """Verdict on one check."""
    quantity, expected = check["quantity"], check["expected"]
    if quantity not in found:
        return Check(quantity, expected, None, FAILED if error else NOT_SUPPORTED)
    value = found[quantity]
    verdict = PASSED if is_close(value, expected, check.get("tolerance") or {}) else FAILED
    return Check(quantity, expected, value, verdict)


def is_close(value: Value | None, expected: Value | None, tolerance: dict[str, float]) -> bool:
    """Whether the value is within the absolute or the relative tolerance; texts and truths must be equal."""
    if isinstance(expected, str | bool) or isinstance(value, str) or expected is None or value is None:
        return value == expected
    value, expected = float(value), float(expected)
    if math.isnan(expected) or math.isnan(value):
        return math.isnan(expected) and math.isnan(value)
    if math.isinf(expected) or math.isinf(value):
        return value == expected
    allowed = max(tolerance.get("abs", 0.0), tolerance.get("rel", 0.0) * abs(expected))
    return abs(value - expected) <= allowed


def write_summary(results: list[CaseResult], out: TextIO) -> int:
    """One line a case, the checks that did not pass beneath it, totals at the end; 1 when a check failed."""
    for result in results:
        counts = (f"{result.count(v):4d} {v}" for v in (PASSED, FAILED, NOT_SUPPORTED))
        print(f"{result.case:45s} {'  '.join(counts)}", file=out)
        for check in result.checks:
            if check.verdict != PASSED:
                found = "" if check.found is None else f", found {check.found!r}"
                print(f"    {check.verdict}: {check.quantity}, expected {check.expected!r}{found}", file=out)
        if result.error:
            print("    " + result.error.strip().replace("\n", "\n    "), file=out)
    totals = {v: sum(r.count(v) for r in results) for v in (PASSED, FAILED, NOT_SUPPORTED)}
    text = ", ".join(f"{number} {verdict}" for verdict, number in totals.items())
    print(f"\n{len(results)} cases, {sum(totals.values())} checks: {text}", file=out)
    return 1 if totals[FAILED] else 0
