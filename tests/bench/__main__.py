"""Measure, write ``docs/performance.json`` and the page made from it: ``python -m tests.bench``."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from tests.bench.machine import describe_machine
from tests.bench.page import TEXTS, write_page
from tests.bench.project import ROOT, bench_environment
from tests.bench.runner import compare
from tests.bench.scale import grow

DATA: Final = ROOT / "docs" / "performance.json"
PAGE: Final = ROOT / "docs" / "performance.md"
PARTS: Final = ("runner", *TEXTS)


def read_measured(path: Path = DATA) -> dict[str, Any]:
    """What was measured before; nothing where there is no file."""
    measured: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return measured


def measure_text(part: str, *, arguments: Sequence[str] = ()) -> dict[str, Any]:
    """What a bench that is a program of its own says, and whether its targets hold."""
    machine = describe_machine()
    command = [sys.executable, "-m", f"tests.bench.{part}", *arguments]
    ran = subprocess.run(command, cwd=ROOT, env=bench_environment(), stdout=subprocess.PIPE, text=True)
    return {"machine": machine, "text": ran.stdout, "held": ran.returncode == 0}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what is asked for; keep what was measured before of the rest, each with its machine."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=main.__doc__)
    parser.add_argument("--parts", nargs="*", choices=PARTS, default=PARTS, help="what to measure [all]")
    parser.add_argument("--usual", type=int, default=3, help="reports made in the usual way")
    parser.add_argument("--many", type=int, default=12, help="reports made by the runner")
    parser.add_argument("--rounds", type=int, default=1, help="how often all ways take turns")
    parser.add_argument(
        "--scale", type=int, nargs="*", default=[], help="runs over so many simulated regions"
    )
    parser.add_argument("--rows", type=int, default=100_000, help="assessment rows that are read")
    parser.add_argument("--books", type=int, default=5, help="workbooks that they stand in")
    parser.add_argument("--people", type=int, default=6000, help="people in each simulated region")
    parser.add_argument("--files", type=Path, help="folder that keeps the simulated raw files for next time")
    parser.add_argument("--jobs", type=int, default=2, help="workers of the runs over simulated regions")
    asked = parser.parse_args(arguments)
    measured = read_measured()
    for part in asked.parts:
        if part == "runner":
            machine = describe_machine()
            measured[part] = {"machine": machine} | compare(
                usual=asked.usual, many=asked.many, rounds=asked.rounds
            )
        else:
            sizes = ["--rows", str(asked.rows), "--files", str(asked.books)] if part == "reading" else []
            measured[part] = measure_text(part, arguments=sizes)
    for regions in asked.scale:
        machine = describe_machine()
        found = grow(regions=regions, people=asked.people, jobs=asked.jobs, files=asked.files)
        measured.setdefault("scale", {})[str(regions)] = {"machine": machine} | found
    DATA.write_text(json.dumps(measured, indent=1) + "\n", encoding="utf-8")
    page = write_page(measured)
    PAGE.write_text(page, encoding="utf-8")
    print(page)
    return int("DOES NOT HOLD" in page)


if __name__ == "__main__":
    raise SystemExit(main())
