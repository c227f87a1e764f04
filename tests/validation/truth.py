"""`python -m tests.validation.truth` draws worlds of regions and writes docs/truth.csv and docs/truth.md."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from tests.validation.region import STUDIES, Kept, measure_study

DOCUMENT = Path(__file__).parents[2] / "docs" / "truth.md"
TABLE = DOCUMENT.with_suffix(".csv")
PROMISED = ("comparison", "rise of the trained", "methods", "participation")
"""Quantities whose 95 % interval should hold the truth in 95 % of worlds."""

_LEAD = """# Do the reports keep to the truth?

Written by `python -m tests.validation.truth`: {worlds} worlds like each of three example regions, two of them
also without any effect of training, put through the functions behind the headlines of the reports. The Monte
Carlo error of a share near 95 % is about {error} percentage points where a world gives one interval. The same
figures stand in `truth.csv`.

Worlds are those of the example regions: test scores with a reliability of 0.80, batches that differ, weak
people missing more often after the training, everybody gaining 2 points anyway. *Low scorers chosen* means
that people were trained for their low scores, so that part of their rise is the return to the mean.

## What the intervals hold

*Held*: per cent of 95 % intervals that contain the truth. *Zero excluded*: per cent that lie above or below
zero, which in worlds without effect is the rate of false alarms.

| region | quantity | held | zero excluded |
| --- | --- | ---: | ---: |
"""
_TITLES = {
    "comparison": "difference to the comparison group, as the effect",
    "rise of the trained": "rise of the trained, as a rise",
    "methods": "differences between methods",
    "participation": "slope on attendance",
    "left above background": "rise less its background, as the effect",
    "naive before and after": "rise of the trained by a paired t-test, *taken for the effect*",
}
_READING = """
## Verdict

{verdict}

## How to read it

- The naive reading takes the rise before and after for the effect. Its intervals hold the truth in {naive} of
  worlds at most, and where training does nothing it finds something in every world.
- The rise less its background assumes the worst of how people were chosen, so it errs on the careful side:
  its interval lies above the true effect in {above} of worlds at most. Reports of one group tell it as what
  is left, never as an effect.
- Which methods clearly differ is told by Holm's p-values over all pairs, not by single intervals.
"""


def truth_frame(found: Iterable[Kept]) -> pd.DataFrame:
    """One row per study and quantity, in per cent to one decimal."""
    return pd.DataFrame(
        {
            "region": kept.study,
            "quantity": kept.quantity,
            "intervals": kept.intervals,
            "held": round(100 * kept.share, 1),
            "above_truth": round(100 * kept.above / kept.intervals, 1),
            "below_truth": round(100 * kept.below / kept.intervals, 1),
            "above_zero": round(100 * kept.up / kept.intervals, 1),
            "below_zero": round(100 * kept.down / kept.intervals, 1),
        }
        for kept in found
    )


def document(frame: pd.DataFrame) -> str:
    """The page docs/truth.md, a function of the table alone."""
    worlds = int(frame["intervals"].min())
    error = f"{100 * (0.95 * 0.05 / worlds) ** 0.5:.1f}"
    rows = frame.assign(excluded=frame["above_zero"] + frame["below_zero"]).to_dict("records")
    lines = [
        f"| {row['region']} | {_TITLES[row['quantity']]} | {row['held']:.1f} | {row['excluded']:.1f} |"
        for row in rows
    ]
    largest = {
        name: frame.loc[frame["quantity"] == quantity, column].max()
        for name, quantity, column in (
            ("naive", "naive before and after", "held"),
            ("above", "left above background", "above_truth"),
        )
    }
    text = _LEAD.format(worlds=worlds, error=error) + "\n".join(lines) + "\n"
    told = {name: f"{value:.1f} %" for name, value in largest.items()}
    return text + _READING.format(verdict=_verdict(frame), **told)


def least_held(intervals: int) -> float:
    """Per cent below which chance alone hardly explains that a 95 % interval was too narrow."""
    return float(95 - 100 * 2.0 * (0.95 * 0.05 / intervals) ** 0.5)


def _verdict(frame: pd.DataFrame) -> str:
    """Which of the promised intervals are too narrow."""
    promised = frame[frame["quantity"].isin(PROMISED)].to_dict("records")
    narrow = [row for row in promised if row["held"] < least_held(row["intervals"])]
    kept = f"{len(promised) - len(narrow)} of {len(promised)}"
    lines = [f"{kept} promised intervals hold the truth as often as they say."]
    for row in narrow:
        name = f"{_TITLES[row['quantity']]}, {row['region']}"
        lines.append(f"- Too narrow: {name}: {row['held']:.1f} % instead of 95 %.")
    return "\n".join([lines[0], "", *lines[1:]]) if narrow else lines[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=200)
    parser.add_argument("--processes", type=int, default=2)
    chosen = parser.parse_args()
    found = [
        kept for study in STUDIES for kept in measure_study(study, chosen.worlds, processes=chosen.processes)
    ]
    frame = truth_frame(found)
    frame.to_csv(TABLE, index=False, lineterminator="\n")
    DOCUMENT.write_text(document(frame), encoding="utf-8")
    print(f"wrote {TABLE.name} and {DOCUMENT.name}")


if __name__ == "__main__":
    main()
