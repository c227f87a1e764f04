"""Measure, write ``docs/performance.json`` and the page made from it: ``python -m tests.bench``."""

from __future__ import annotations

import argparse
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from tests.bench import regression
from tests.bench.machine import describe_machine
from tests.bench.page import write_page
from tests.bench.project import ROOT
from tests.bench.runner import compare
from tests.bench.scale import grow

DATA: Final = ROOT / "docs" / "performance.json"
PAGE: Final = ROOT / "docs" / "performance.md"


def read_measured(path: Path = DATA) -> dict[str, Any]:
    """What was measured before; nothing where there is no file."""
    measured: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return measured


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what is asked for; keep what was measured before of the rest, each with its machine."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=main.__doc__)
    parser.add_argument("--usual", type=int, default=3, help="reports made in the usual way")
    parser.add_argument("--many", type=int, default=12, help="reports made by the runner")
    parser.add_argument(
        "--scale", type=int, nargs="*", default=[], help="runs over so many simulated regions"
    )
    parser.add_argument("--people", type=int, default=6000, help="people in each simulated region")
    parser.add_argument("--jobs", type=int, default=2, help="workers of the runs over simulated regions")
    parser.add_argument("--only-scale", action="store_true", help="leave out everything but --scale")
    asked = parser.parse_args(arguments)
    measured = read_measured()
    status = 0
    if not asked.only_scale:
        words = io.StringIO()
        status = regression.main(words)
        measured["regression"] = {"machine": describe_machine(), "text": words.getvalue()}
        measured["runner"] = {"machine": describe_machine()} | compare(usual=asked.usual, many=asked.many)
    for regions in asked.scale:
        machine = describe_machine()
        found = grow(regions=regions, people=asked.people, jobs=asked.jobs)
        measured.setdefault("scale", {})[str(regions)] = {"machine": machine} | found
    DATA.write_text(json.dumps(measured, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(write_page(measured), encoding="utf-8")
    print(PAGE.read_text(encoding="utf-8"))
    return status


if __name__ == "__main__":
    raise SystemExit(main())
