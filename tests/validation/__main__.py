"""`python -m tests.validation` draws the worlds and writes docs/validation.csv and docs/validation.md."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from tests.validation.coverage import HEADLINE, NAIVE, TRUTHS, Coverage, measure_coverage
from tests.validation.world import CELLS, Cell

DOCUMENT = Path(__file__).parents[2] / "docs" / "validation.md"
TABLE = DOCUMENT.with_suffix(".csv")
LOW, HIGH = 93.5, 96.5
_LEAD = """# Do the intervals hold what they promise?

Written by `python -m tests.validation`: {worlds} simulated worlds in every cell, seeds fixed, the Monte
Carlo error of a share near 95 % is {error} percentage points. A 95 % interval should contain the truth in
95 % of worlds. Because the models are linear, one hundred minus the figure is also the rate at which a true
zero is called different from zero. The same figures stand in `validation.csv`.

Worlds have 6, 10, 20 or 40 training batches with an intraclass correlation of 0.1. *Balanced*: batches of
15, half of them taught by the other method. *Unbalanced*: batches of 5 to 40, a third taught by the other
method. *Uneven* variance: people and batches taught by the other method vary half as much again, and low
attendance goes with a larger spread. The headline is CR2 with Satterthwaite degrees of freedom; beside it
stand classical errors (iid), HC1, and Stata's clustered errors (CR1S).
"""
_TITLES = {
    "method": "Difference between methods (gain regression)",
    "participation": "Slope on participation (gain regression)",
    "mean gain": "Mean gain of one group",
}


def _describe(cell: Cell) -> dict[str, int | str]:
    sizes = "balanced" if cell.balanced else "unbalanced"
    return {"batches": cell.clusters, "sizes": sizes, "variance": "even" if cell.even else "uneven"}


def coverage_frame(rows: Iterable[Coverage]) -> pd.DataFrame:
    """One row per quantity, cell and covariance: per cent of worlds covered, to one decimal."""
    found = {(row.cell, row.quantity, row.vcov): row for row in rows}
    return pd.DataFrame(
        {
            "quantity": quantity,
            **_describe(cell),
            "vcov": vcov,
            "worlds": found[cell, quantity, vcov].worlds,
            "percent": round(100 * found[cell, quantity, vcov].share, 1),
        }
        for quantity in TRUTHS
        for cell in CELLS
        for vcov in (HEADLINE, *NAIVE)
    )


def _table(frame: pd.DataFrame, quantity: str) -> str:
    """One Markdown table: cells down, covariances across, per cent of worlds covered."""
    lines = [
        f"## {_TITLES[quantity]}",
        "",
        f"| batches | sizes | variance | **{HEADLINE}** | {' | '.join(NAIVE)} |",
        "| ---: | --- | --- | ---: |" + " ---: |" * len(NAIVE),
    ]
    chosen = frame[frame["quantity"] == quantity]
    for cell, rows in chosen.groupby(["batches", "sizes", "variance"], sort=False):
        shares = dict(zip(rows["vcov"], rows["percent"], strict=True))
        figures = [f"**{shares[HEADLINE]:.1f}**", *(f"{shares[vcov]:.1f}" for vcov in NAIVE)]
        lines.append(f"| {' | '.join([*map(str, cell), *figures])} |")
    return "\n".join(lines)


def _verdict(frame: pd.DataFrame) -> str:
    """How many headline cells lie within the band, and which do not."""
    headline = frame[frame["vcov"] == HEADLINE]
    outside = headline[~headline["percent"].between(LOW, HIGH)]
    lines = [
        "## Verdict",
        "",
        f"{len(headline) - len(outside)} of {len(headline)} headline cells lie between {LOW} and {HIGH} %.",
        "",
    ]
    for row in outside.itertuples():
        side = "too wide, which errs on the careful side" if row.percent > HIGH else "too narrow"
        lines.append(
            f"- {_TITLES[row.quantity]}: {row.batches} batches, {row.sizes}, {row.variance} variance: "
            f"{row.percent:.1f} % ({side})."
        )
    return "\n".join(lines)


def document(frame: pd.DataFrame) -> str:
    """The page docs/validation.md, a function of the table alone."""
    worlds = int(frame["worlds"].iloc[0])
    error = f"{100 * (0.95 * 0.05 / worlds) ** 0.5:.1f}"
    parts = [_LEAD.format(worlds=f"{worlds:,}", error=error), _verdict(frame)]
    parts += [_table(frame, quantity) for quantity in TRUTHS]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=2000)
    parser.add_argument("--processes", type=int, default=2)
    chosen = parser.parse_args()
    frame = coverage_frame(measure_coverage(chosen.worlds, processes=chosen.processes))
    frame.to_csv(TABLE, index=False, lineterminator="\n")
    DOCUMENT.write_text(document(frame), encoding="utf-8")
    print(f"wrote {TABLE.name} and {DOCUMENT.name}")


if __name__ == "__main__":
    main()
