"""`python -m tests.validation` draws the worlds and writes docs/validation.csv and docs/validation.md."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from tests.validation.coverage import BESIDE, HEADLINE, TRUTHS, Coverage, measure_coverage
from tests.validation.world import CELLS, STRAINED, Cell

DOCUMENT = Path(__file__).parents[2] / "docs" / "validation.md"
TABLE = DOCUMENT.with_suffix(".csv")
LOW, HIGH = 93.5, 96.5
HIGHEST_SIZE = 6.0
PLAIN, STRAIN = "plain", "strained"
_LEAD = """# Do the intervals hold what they promise?

Written by `python -m tests.validation`: {worlds} simulated worlds in every cell, seeds fixed. A 95 %
interval should contain the truth in 95 % of worlds; the Monte Carlo error of such a share is {error}
percentage points, so differences below {twice} are noise. The same figures stand in `validation.csv`. Worlds
are computed together (`tests/validation/regression.py`), and tests hold every interval to the library's own.

Worlds have 6, 10, 20 or 40 training batches with an intraclass correlation of 0.1. *Balanced*: batches of
15, half of them taught by the other method. *Unbalanced*: batches of 5 to 40, a third taught by the other
method. *Uneven* variance: people and batches taught by the other method vary half as much again, and low
attendance goes with a larger spread; for the mean gain, batches and the people in them vary from 0.6 to 1.6
times the usual spread, more in larger batches.

The headline, **CR2E**, has CR2 standard errors and takes its critical value from the law that t = b / SE has
under errors as they are found in the data: an intraclass correlation common to all batches, and a variance
within each (`asn_research.models.working_model`, after Imbens and Kolesár 2016 and McCaffrey and Bell 2006).
The variance of each batch is this project's addition to those sources. Beside it stand CR2 with Satterthwaite
degrees of freedom, which takes people to be independent and equally variable; the jackknife CR3 on G - 1
degrees of freedom; Stata's clustered errors (CR1S); and what ignores batches: HC1 and classical errors (iid).
"""
_TITLES = {
    "method": "Difference between methods (gain regression)",
    "participation": "Slope on participation (gain regression)",
    "mean gain": "Mean gain of one group",
}
_ZERO = """## A true zero called different from zero

The rate at which the test at 5 % rejects a true zero, in per cent; it should be 5 and at most {bound:g}. The
models are linear, so a world with a true zero is a world above less its truth: the rate is one hundred minus
the coverage, world by world, and a test holds the two to each other. {verdict}
"""
_STRAINED = """## Where the assumptions are strained

Unbalanced, uneven cells again, each departing from the errors that CR2E takes for granted. *Between batches*:
batches taught by the other method differ twice as much, but the people in them do not, so that nothing within
a batch tells of it (for the mean gain: batches of the larger half). *Skewed*: batches and people deviate
exponentially. *Small*: batches of 2 to 8. The first shows the limit of any interval from two or three batches
of a method: their own spread is all but unknown, and CR2 is safer there only by being too wide elsewhere. The
reports warn where a method has fewer than four batches.
"""


def _describe(cell: Cell) -> dict[str, int | str]:
    sizes = "balanced" if cell.balanced else "unbalanced"
    variance = {"batches": "between batches", "skewed": "uneven, skewed"}.get(cell.strain)
    return {
        "kind": PLAIN if cell.strain == "none" else STRAIN,
        "batches": cell.clusters,
        "sizes": "small" if cell.strain == "small" else sizes,
        "variance": variance or ("even" if cell.even else "uneven"),
    }


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
        for cells in (CELLS, STRAINED)
        for quantity in TRUTHS
        for cell in cells
        for vcov in (HEADLINE, *BESIDE)
    )


def _table(frame: pd.DataFrame, columns: tuple[str, ...], *, key: str) -> list[str]:
    """A Markdown table: cells down, the levels of ``key`` across, the headline's figures in bold."""
    names = [f"**{name}**" if name == HEADLINE else _TITLES.get(name, name) for name in columns]
    lines = [
        f"| batches | sizes | variance | {' | '.join(names)} |",
        "| ---: | --- | --- |" + " ---: |" * len(columns),
    ]
    for cell, rows in frame.groupby(["batches", "sizes", "variance"], sort=False):
        figures = dict(zip(rows[key], rows["percent"], strict=True))
        shown = [f"**{figures[n]:.1f}**" if n == HEADLINE else f"{figures[n]:.1f}" for n in columns]
        lines.append(f"| {' | '.join([*map(str, cell), *shown])} |")
    return lines


def _coverage(frame: pd.DataFrame, quantity: str) -> str:
    chosen = frame[(frame["kind"] == PLAIN) & (frame["quantity"] == quantity)]
    return "\n".join([f"## {_TITLES[quantity]}", "", *_table(chosen, (HEADLINE, *BESIDE), key="vcov")])


def rejected(frame: pd.DataFrame) -> pd.DataFrame:
    """The same rows with the rate at which a true zero is rejected."""
    return frame.assign(percent=(100 - frame["percent"]).round(1))


def _zero(frame: pd.DataFrame) -> str:
    """How often a true zero is rejected by the headline and by CR2, over the quantities."""
    plain = rejected(frame[frame["kind"] == PLAIN])
    counts = []
    for vcov in (HEADLINE, *BESIDE):
        rates = plain.loc[plain["vcov"] == vcov, "percent"]
        kept = int((rates <= HIGHEST_SIZE).sum())
        counts.append(f"{vcov} in {kept} of {len(rates)} cells (highest {rates.max():.1f})")
    verdict = f"At most {HIGHEST_SIZE:g} %: " + ", ".join(counts) + "."
    headline = plain[plain["vcov"] == HEADLINE]
    table = _table(headline, tuple(TRUTHS), key="quantity")
    return "\n".join([_ZERO.format(bound=HIGHEST_SIZE, verdict=verdict), *table])


def _strained(frame: pd.DataFrame) -> str:
    chosen = frame[frame["kind"] == STRAIN]
    parts = [_STRAINED]
    for quantity in TRUTHS:
        rows = chosen[chosen["quantity"] == quantity]
        parts += [f"### {_TITLES[quantity]}", "", *_table(rows, (HEADLINE, *BESIDE), key="vcov"), ""]
    return "\n".join(parts)


def _error(worlds: int) -> str:
    return f"{100 * (0.95 * 0.05 / worlds) ** 0.5:.1f}"


def _verdict(frame: pd.DataFrame) -> str:
    """How many cells of each covariance lie within the band, and which of the headline do not."""
    plain = frame[frame["kind"] == PLAIN]
    headline = plain[plain["vcov"] == HEADLINE]
    outside = headline[~headline["percent"].between(LOW, HIGH)]
    lines = [
        "## Verdict",
        "",
        f"{len(headline) - len(outside)} of {len(headline)} headline cells lie between {LOW} and {HIGH} %, "
        f"from {headline['percent'].min():.1f} to {headline['percent'].max():.1f}.",
        f"{int((rejected(headline)['percent'] <= HIGHEST_SIZE).sum())} of {len(headline)} reject a true zero "
        f"in at most {HIGHEST_SIZE:g} % of worlds.",
        *([""] if len(outside) else []),
    ]
    for row in outside.itertuples():
        side = "too wide, which errs on the careful side" if row.percent > HIGH else "too narrow"
        lines.append(
            f"- {_TITLES[row.quantity]}: {row.batches} batches, {row.sizes}, {row.variance} variance: "
            f"{row.percent:.1f} % ({side})."
        )
    lines += ["", "| errors | cells within | lowest | highest |", "| --- | ---: | ---: | ---: |"]
    for vcov in (HEADLINE, *BESIDE):
        figures = plain.loc[plain["vcov"] == vcov, "percent"]
        within = int(figures.between(LOW, HIGH).sum())
        lines.append(f"| {vcov} | {within} | {figures.min():.1f} | {figures.max():.1f} |")
    return "\n".join(lines)


def document(frame: pd.DataFrame) -> str:
    """The page docs/validation.md, a function of the table alone."""
    worlds = int(frame.loc[frame["kind"] == PLAIN, "worlds"].iloc[0])
    twice = f"{200 * (0.95 * 0.05 / worlds) ** 0.5:.1f}"
    lead = _LEAD.format(worlds=f"{worlds:,}", error=_error(worlds), twice=twice)
    parts = [lead, _verdict(frame), *(_coverage(frame, quantity) for quantity in TRUTHS)]
    return "\n\n".join(part.strip() for part in (*parts, _zero(frame), _strained(frame))) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=10_000, help="worlds in each cell")
    parser.add_argument("--processes", type=int, default=2)
    chosen = parser.parse_args()
    rows = measure_coverage(chosen.worlds, processes=chosen.processes)
    frame = coverage_frame(rows)
    frame.to_csv(TABLE, index=False, lineterminator="\n")
    DOCUMENT.write_text(document(frame), encoding="utf-8")
    print(f"wrote {TABLE.name} and {DOCUMENT.name}")


if __name__ == "__main__":
    main()
