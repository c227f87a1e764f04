"""Small worlds with a known truth, in which intervals can be right or wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from asn_research.contract.threshold import GAIN_STEP_SHARE

METHOD_EFFECT = 4.0
"""Points by which practice raises the gain above lecture."""

SLOPE = 0.8
"""Points of gain per 10 percentage points of sessions attended."""

MEAN_GAIN = 8.0
_MEAN_SIZE = 15
_SHARE_TREATED = {True: 1 / 2, False: 1 / 3}


Strain = Literal["none", "batches", "skewed", "small"]


@dataclass(frozen=True)
class Cell:
    """One kind of world.

    ``balanced``: batches of 15, half of them taught by practice; otherwise batches of 5 to 40, a third by
    practice. ``even``: the same spread everywhere; otherwise people and batches taught by practice vary half
    as much again, and low attendance goes with larger spread.

    ``strain`` departs from what the headline's working model says: ``"batches"``: only the batches, not the
    people in them, vary more (twice as much) under practice; ``"skewed"``: people and batches deviate
    exponentially; ``"small"``: batches of 2 to 8.
    """

    clusters: int
    balanced: bool
    even: bool
    strain: Strain = "none"

    def sizes(self) -> np.ndarray:
        """People per batch; the unbalanced sizes grow geometrically and sum to about the same number."""
        if self.balanced:
            return np.full(self.clusters, _MEAN_SIZE)
        raw = (
            np.geomspace(2, 8, self.clusters)
            if self.strain == "small"
            else np.geomspace(5, 40, self.clusters)
        )
        return np.round(raw).astype(int)

    def treated(self) -> np.ndarray:
        """Which batches are taught by practice: spread over the sizes, fixed in the cell."""
        number = max(2, round(self.clusters * _SHARE_TREATED[self.balanced]))
        chosen = np.linspace(0, self.clusters - 1, number + 2)[1:-1].round().astype(int)
        return np.isin(np.arange(self.clusters), chosen)

    def spread(self, factor: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Factors (G,) on the standard deviations of batches and of the people in them."""
        if self.even:
            return np.ones(self.clusters), np.ones(self.clusters)
        if self.strain == "batches":
            return np.where(factor > 1, 2.0, 1.0), np.ones(self.clusters)
        return factor, factor

    def deviation(self, rng: np.random.Generator) -> Callable[[int, int], np.ndarray]:
        """Draws of mean 0 and variance 1: normal, or exponential where the strain is skewness."""
        if self.strain == "skewed":
            return lambda worlds, number: rng.exponential(1.0, (worlds, number)) - 1.0
        return lambda worlds, number: rng.normal(0.0, 1.0, (worlds, number))


CELLS = tuple(
    Cell(clusters, balanced, even)
    for clusters in (6, 10, 20, 40)
    for balanced in (True, False)
    for even in (True, False)
)


STRAINED = tuple(
    Cell(clusters, balanced=False, even=False, strain=strain)
    for strain in ("batches", "skewed", "small")
    for clusters in (6, 10, 20)
)


@dataclass(frozen=True)
class Worlds:
    """Worlds of one cell: ``gain`` (w, n), the ``batch`` of each person (n,), regressors ``x`` (w, n, k)."""

    gain: np.ndarray
    batch: np.ndarray
    x: np.ndarray


def draw_worlds(cell: Cell, rng: np.random.Generator, worlds: int) -> Worlds:
    """Gains by method and by share attended, in steps of ten points. The intraclass correlation is 0.1."""
    batch = np.repeat(np.arange(cell.clusters), cell.sizes())
    n, draw = len(batch), cell.deviation(rng)
    practice = np.broadcast_to(cell.treated()[batch].astype(float), (worlds, n))
    share = np.clip(rng.beta(6, 2, (worlds, n)), 0.05, 1.0)
    batch_spread, factor = cell.spread(np.where(cell.treated(), 1.5, 1.0))
    spread = factor[batch] * (1.0 if cell.even or cell.strain == "batches" else 1.6 - 0.8 * share)
    effect = draw(worlds, cell.clusters) * 9.0 * np.sqrt(0.1) * batch_spread
    error = draw(worlds, n) * 9.0 * np.sqrt(0.9) * spread
    gain = MEAN_GAIN + METHOD_EFFECT * practice + SLOPE * 10 * (share - 0.75) + effect[:, batch] + error
    return Worlds(gain, batch, np.stack([np.ones((worlds, n)), practice, share / GAIN_STEP_SHARE], axis=2))


def draw_plain_worlds(cell: Cell, rng: np.random.Generator, worlds: int) -> Worlds:
    """Gains of people who gain 8 points on average: for the mean gain."""
    batch = np.repeat(np.arange(cell.clusters), cell.sizes())
    n, draw = len(batch), cell.deviation(rng)
    batch_spread, factor = cell.spread(np.linspace(0.6, 1.6, cell.clusters))
    effect = draw(worlds, cell.clusters) * 9.0 * np.sqrt(0.1) * batch_spread
    error = draw(worlds, n) * 9.0 * np.sqrt(0.9) * factor[batch]
    return Worlds(MEAN_GAIN + effect[:, batch] + error, batch, np.ones((worlds, n, 1)))
