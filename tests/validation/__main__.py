"""`python -m tests.validation` draws the worlds and writes docs/validation.md."""

from __future__ import annotations

import argparse
from pathlib import Path

from tests.validation.coverage import HEADLINE, NAIVE, TRUTHS, Coverage, measure_coverage
from tests.validation.world import CELLS

DOCUMENT = Path(__file__).parents[2] / "docs" / "validation.md"
LOW, HIGH = 93.5, 96.5
_LEAD = """# Do the intervals hold what they promise?

Written by `python -m tests.validation`: {worlds} simulated worlds in every cell, seeds fixed, the Monte
Carlo error of a share near 95 % is {error} percentage points. A 95 % interval should contain the truth in
95 % of worlds. Because the models are linear, one hundred minus the figure is also the rate at which a true
zero is called different from zero.

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


def table(rows: list[Coverage], quantity: str) -> str:
    """One Markdown table: cells down, covariances across, per cent of worlds covered."""
    lines = [
        f"## {_TITLES[quantity]}",
        "",
        f"| batches | sizes | variance | **{HEADLINE}** | {' | '.join(NAIVE)} |",
    ]
    lines.append("| ---: | --- | --- | ---: |" + " ---: |" * len(NAIVE))
    for cell in CELLS:
        shares = {row.vcov: 100 * row.share for row in rows if row.cell == cell and row.quantity == quantity}
        figures = [f"**{shares[HEADLINE]:.1f}**", *(f"{shares[vcov]:.1f}" for vcov in NAIVE)]
        sizes = "balanced" if cell.balanced else "unbalanced"
        lines.append(
            f"| {cell.clusters} | {sizes} | {'even' if cell.even else 'uneven'} | {' | '.join(figures)} |"
        )
    return "\n".join(lines)


def verdict(rows: list[Coverage]) -> str:
    """How many headline cells lie within the band, and which do not."""
    headline = [row for row in rows if row.vcov == HEADLINE]
    outside = [row for row in headline if not LOW <= round(100 * row.share, 1) <= HIGH]
    lines = [
        "## Verdict",
        "",
        f"{len(headline) - len(outside)} of {len(headline)} headline cells lie between {LOW} and {HIGH} %.",
    ]
    for row in outside:
        kind = f"{row.cell.clusters} batches, {'balanced' if row.cell.balanced else 'unbalanced'}"
        spread = "even" if row.cell.even else "uneven"
        side = "too wide, which errs on the careful side" if 100 * row.share > HIGH else "too narrow"
        lines.append(
            f"- {_TITLES[row.quantity]}: {kind}, {spread} variance: {100 * row.share:.1f} % ({side})."
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=2000)
    parser.add_argument("--processes", type=int, default=2)
    chosen = parser.parse_args()
    rows = measure_coverage(chosen.worlds, processes=chosen.processes)
    error = f"{100 * (0.95 * 0.05 / chosen.worlds) ** 0.5:.1f}"
    parts = [_LEAD.format(worlds=f"{chosen.worlds:,}", error=error), verdict(rows)]
    parts += [table(rows, quantity) for quantity in TRUTHS]
    DOCUMENT.write_text("\n\n".join(part.strip() for part in parts) + "\n", encoding="utf-8")
    print(f"wrote {DOCUMENT.name}")


if __name__ == "__main__":
    main()
