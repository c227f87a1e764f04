"""How often the intervals of the headline models contain the truth, beside the alternatives."""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np

from tests.validation.regression import missed
from tests.validation.world import (
    CELLS,
    MEAN_GAIN,
    METHOD_EFFECT,
    SLOPE,
    STRAINED,
    Cell,
    draw_plain_worlds,
    draw_worlds,
)

HEADLINE = "CR2E"
BESIDE = ("CR2", "CR3", "CR1S", "HC1", "iid")
TRUTHS = {"method": METHOD_EFFECT, "participation": SLOPE, "mean gain": MEAN_GAIN}
TERMS = {"method": 1, "participation": 2, "mean gain": 0}
_AT_ONCE = 250


@dataclass(frozen=True, slots=True)
class Coverage:
    """Share of worlds whose interval contains the truth.

    By translation of the outcome this is also one minus the rate at which a true zero is rejected.
    """

    cell: Cell
    quantity: str
    vcov: str
    worlds: int
    covered: int

    @property
    def share(self) -> float:
        return self.covered / self.worlds

    @property
    def monte_carlo_error(self) -> float:
        """Standard error of ``share``."""
        return math.sqrt(self.share * (1 - self.share) / self.worlds)


def measure_cell(cell: Cell, worlds: int) -> list[Coverage]:
    """Coverage of every quantity and covariance over the worlds of one cell; the seed is the cell's place."""
    rng = np.random.Generator(np.random.PCG64([20250101, (*CELLS, *STRAINED).index(cell)]))
    covered = {(quantity, vcov): 0 for quantity in TRUTHS for vcov in (HEADLINE, *BESIDE)}
    for start in range(0, worlds, _AT_ONCE):
        number = min(_AT_ONCE, worlds - start)
        drawn, plain = draw_worlds(cell, rng, number), draw_plain_worlds(cell, rng, number)
        for quantity, vcov in covered:
            chosen = plain if quantity == "mean gain" else drawn
            misses = missed(chosen, TERMS[quantity], TRUTHS[quantity], vcov)
            covered[quantity, vcov] += number - int(misses.sum())
    return [Coverage(cell, *key, worlds, number) for key, number in covered.items()]


def measure_coverage(
    worlds: int, *, cells: Sequence[Cell] = (*CELLS, *STRAINED), processes: int = 2
) -> list[Coverage]:
    """Coverage in every cell, in a fixed order whatever the number of processes."""
    with ProcessPoolExecutor(processes) as pool:
        return [row for rows in pool.map(measure_cell, cells, [worlds] * len(cells)) for row in rows]
