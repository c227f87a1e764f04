"""Solve a file of published cases and print what passed, what failed and what is not supported."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.reference.runner import read_cases, run_case, write_summary


def main(arguments: list[str] | None = None) -> int:
    """Return 1 when a check fails, 0 otherwise; checks that are not supported are listed, not failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.reference", description=__doc__)
    parser.add_argument("cases", type=Path, help="a JSON file of cases")
    parser.add_argument(
        "data", type=Path, nargs="?", help="the folder of their data files (default: data beside the cases)"
    )
    parser.add_argument("--family", help="solve only this family")
    parser.add_argument("--case", help="solve only this case")
    options = parser.parse_args(arguments)
    folder = options.data or options.cases.parent / "data"
    cases = [
        case
        for case in read_cases(options.cases)
        if options.family in (None, case["family"]) and options.case in (None, case["case"])
    ]
    results = [run_case(case, folder) for case in cases]
    return write_summary(results, sys.stdout)


if __name__ == "__main__":
    raise SystemExit(main())
