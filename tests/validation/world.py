"""Small worlds with a known truth, in which intervals can be right or wrong."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

METHOD_EFFECT = 4.0
"""Points by which practice raises the gain above lecture."""

SLOPE = 0.8
"""Points of gain per 10 percentage points of sessions attended."""

MEAN_GAIN = 8.0
_MEAN_SIZE = 15
_SHARE_TREATED = {True: 1 / 2, False: 1 / 3}


@dataclass(frozen=True, slots=True)
class Cell:
    """One kind of world.

    ``balanced``: batches of 15, half of them taught by practice; otherwise batches of 5 to 40, a third by
    practice. ``even``: the same spread everywhere; otherwise people and batches taught by practice vary half
    as much again, and low attendance goes with larger spread.
    """

    clusters: int
    balanced: bool
    even: bool

    def sizes(self) -> np.ndarray:
        """People per batch; the unbalanced sizes grow geometrically and sum to about the same number."""
        if self.balanced:
            return np.full(self.clusters, _MEAN_SIZE)
        raw = np.geomspace(5, 40, self.clusters)
        return np.round(raw).astype(int)

    def treated(self) -> np.ndarray:
        """Which batches are taught by practice: spread over the sizes, fixed in the cell."""
        number = max(2, round(self.clusters * _SHARE_TREATED[self.balanced]))
        chosen = np.linspace(0, self.clusters - 1, number + 2)[1:-1].round().astype(int)
        return np.isin(np.arange(self.clusters), chosen)


CELLS = tuple(
    Cell(clusters, balanced, even)
    for clusters in (6, 10, 20, 40)
    for balanced in (True, False)
    for even in (True, False)
)


def draw_world(cell: Cell, rng: np.random.Generator) -> pd.DataFrame:
    """One world of the cell: a person frame as `fit_gain` reads it. The intraclass correlation is 0.1."""
    batch = np.repeat(np.arange(cell.clusters), cell.sizes())
    practice = cell.treated()[batch]
    n = len(batch)
    share = np.clip(rng.beta(6, 2, n), 0.05, 1.0)
    spread = np.ones(n) if cell.even else np.where(practice, 1.5, 1.0) * (1.6 - 0.8 * share)
    batch_spread = np.ones(cell.clusters) if cell.even else np.where(cell.treated(), 1.5, 1.0)
    effect = rng.normal(0, 9.0 * np.sqrt(0.1), cell.clusters) * batch_spread
    error = rng.normal(0, 9.0 * np.sqrt(0.9), n) * spread
    gain = MEAN_GAIN + METHOD_EFFECT * practice + SLOPE * 10 * (share - 0.75) + effect[batch] + error
    pre = rng.normal(58, 10, n)
    method = np.where(practice, "practice", "lecture")
    return pd.DataFrame(
        {"batch": batch, "method": method, "participation_share": share, "pre": pre, "post": pre + gain}
    )


def draw_plain_world(cell: Cell, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Gains and batches of a world whose every person gains 8 points on average: for the mean gain."""
    batch = np.repeat(np.arange(cell.clusters), cell.sizes())
    spread = np.ones(cell.clusters) if cell.even else np.linspace(0.6, 1.6, cell.clusters)
    effect = rng.normal(0, 9.0 * np.sqrt(0.1), cell.clusters) * spread
    return MEAN_GAIN + effect[batch] + rng.normal(0, 9.0 * np.sqrt(0.9), len(batch)) * spread[batch], batch
