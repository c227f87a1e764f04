"""Seeded draws that are the same on every machine and with every version of numpy.

Only the raw uniform stream of PCG64 is used; everything else is an inverse distribution function of it,
because numpy does not promise that its other distributions keep their streams.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

Numbers = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]
T = TypeVar("T")


class Chance:
    """A stream of random draws that is named by a seed and a path of labels.

    Parameters
    ----------
    seed : int
        Non-negative seed shared by a whole world.
    *labels : str
        What the stream is for; streams with different labels are independent, so a new use of chance in one
        place changes nothing elsewhere.

    Examples
    --------
    >>> Chance(1, "people").integers(0, 9, 3).tolist() == Chance(1, "people").integers(0, 9, 3).tolist()
    True
    """

    def __init__(self, seed: int, *labels: str) -> None:
        self._seed = seed
        self._labels = labels
        entropy = [seed, *(zlib.crc32(label.encode()) for label in labels)]
        self._generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence(entropy)))

    def named(self, *labels: str) -> Chance:
        """An independent stream below this one."""
        return Chance(self._seed, *self._labels, *labels)

    def uniform(self, size: int) -> Numbers:
        """Draws from the open interval (0, 1)."""
        return np.clip(self._generator.random(size), 2.0**-53, 1 - 2.0**-53)

    def normal(self, size: int, *, mean: float = 0.0, sd: float = 1.0) -> Numbers:
        """Normal draws by the inverse of the distribution function."""
        return mean + sd * np.asarray(ndtri(self.uniform(size)), dtype=np.float64)

    def integers(self, low: int, high: int, size: int) -> Whole:
        """Whole numbers from ``low`` to ``high``, both included."""
        return np.floor(low + self.uniform(size) * (high - low + 1)).astype(np.int64)

    def happens(self, probability: float | Numbers, size: int) -> Flags:
        """True with the given probability, which may differ between draws."""
        return np.asarray(self.uniform(size) < probability)

    def binomial(self, trials: Whole, probability: Numbers) -> Whole:
        """Successes among ``trials`` independent trials, one draw per element."""
        most = int(trials.max(initial=0))
        draws = self.uniform(most * len(trials)).reshape(len(trials), most)
        counted = np.arange(most)[None, :] < trials[:, None]
        return np.asarray(((draws < probability[:, None]) & counted).sum(axis=1), dtype=np.int64)

    def positions(self, weights: Sequence[float], size: int) -> Whole:
        """Positions in a list, drawn with replacement in proportion to ``weights``."""
        limits = np.cumsum(np.asarray(weights, dtype=np.float64))
        return np.searchsorted(limits / limits[-1], self.uniform(size), side="right").astype(np.int64)

    def pick(self, options: Sequence[T], size: int, *, weights: Sequence[float] | None = None) -> list[T]:
        """Options drawn with replacement."""
        places = self.positions(weights or [1.0] * len(options), size)
        return [options[int(place)] for place in places]

    def one(self, options: Sequence[T]) -> T:
        """A single option."""
        return options[int(self._generator.random() * len(options))]

    def once(self, probability: float) -> bool:
        """A single event of the given probability."""
        return bool(self._generator.random() < probability)

    def order(self, size: int) -> Whole:
        """A random permutation of 0 … size − 1."""
        return np.argsort(self.uniform(size), kind="stable").astype(np.int64)

    def sample(self, options: Sequence[Any], size: int) -> list[Any]:
        """Different options, in the order in which they stand; all of them when there are too few."""
        chosen = np.sort(self.order(len(options))[:size])
        return [options[int(place)] for place in chosen]
