"""How often the intervals of the headline models contain the truth, beside the naive alternatives."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np

from asn_research.models.gain import estimate_mean_gain, fit_gain
from asn_research.models.result import Estimate
from tests.validation.world import CELLS, MEAN_GAIN, METHOD_EFFECT, SLOPE, Cell, draw_plain_world, draw_world

HEADLINE = "CR2"
NAIVE = ("iid", "HC1", "CR1S")
TRUTHS = {"method": METHOD_EFFECT, "participation": SLOPE, "mean gain": MEAN_GAIN}
_TERMS = {"method": "method[practice]", "participation": "participation_share"}


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


def _contains(estimate: Estimate, truth: float) -> bool:
    return estimate.conf_low <= truth <= estimate.conf_high


def _estimates(cell: Cell, rng: np.random.Generator) -> Iterator[tuple[str, str, Estimate]]:
    people = draw_world(cell, rng)
    for vcov in (HEADLINE, *NAIVE):
        clusters = "batch" if vcov.startswith("CR") else None
        fit = fit_gain(people, clusters=clusters, vcov=vcov)
        for quantity, term in _TERMS.items():
            yield quantity, vcov, fit[term]
    gain, batch = draw_plain_world(cell, rng)
    for vcov in (HEADLINE, *NAIVE):
        fit = estimate_mean_gain(gain, clusters=batch if vcov.startswith("CR") else None, vcov=vcov)
        yield "mean gain", vcov, fit.estimates[0]


def measure_cell(cell: Cell, worlds: int) -> list[Coverage]:
    """Coverage of every quantity and covariance over the worlds of one cell; the seed is the cell's place."""
    rng = np.random.Generator(np.random.PCG64([20250101, CELLS.index(cell)]))
    covered: dict[tuple[str, str], int] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _ in range(worlds):
            for quantity, vcov, estimate in _estimates(cell, rng):
                key = (quantity, vcov)
                covered[key] = covered.get(key, 0) + _contains(estimate, TRUTHS[quantity])
    return [Coverage(cell, *key, worlds, number) for key, number in covered.items()]


def measure_coverage(worlds: int, *, processes: int = 2) -> list[Coverage]:
    """Coverage in every cell, in a fixed order whatever the number of processes."""
    with ProcessPoolExecutor(processes) as pool:
        return [row for rows in pool.map(measure_cell, CELLS, [worlds] * len(CELLS)) for row in rows]
