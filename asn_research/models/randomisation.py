"""Lotteries: effects of an assignment by lot, adjusted as Lin proposes, and tests by re-drawing the lot."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product

import numpy as np
import pandas as pd

from asn_research.errors import (
    FewTreatedClustersWarning,
    InputError,
    NoVariationError,
    TooFewObservationsError,
)
from asn_research.models.bootstrap import first_rejection
from asn_research.models.design import Array, Codes, Design, checked_design, complete_rows, group_codes
from asn_research.models.regression import fit_design
from asn_research.models.regressor import binary_column, number_column
from asn_research.models.result import Estimate, Fit
from asn_research.models.wald import Label, wald_estimate

_ENUMERATED = 20_000
_TIE = 1e-10


def estimate_lottery(
    data: pd.DataFrame,
    *,
    outcome: str,
    treatment: str,
    covariates: Sequence[str] = (),
    clusters: str | None = None,
    vcov: str | None = None,
    conf_level: float = 0.95,
    unit: str = "",
) -> Fit:
    """Estimate the average effect of a place given by lot.

    Use it where a lottery decided who was trained. Without covariates it is the difference in means with the
    Neyman (Welch) standard error and degrees of freedom; with covariates they are centred and interacted with
    the treatment, which cannot harm precision in large samples (Lin 2013, doi:10.1214/12-AOAS583).

    Parameters
    ----------
    data : DataFrame
        One row per person; incomplete rows are dropped and counted.
    outcome, treatment : str
        Columns; the treatment is 0/1 or true/false.
    covariates : sequence of str
        Numeric columns measured before the lottery.
    clusters : str, optional
        Column of the groups that were drawn, if groups were; then ``CR2``.
    vcov : str, optional
        As in :func:`asn_research.models.regression.fit_ols`.
    conf_level : float, default 0.95
        Level of the interval.
    unit : str
        Unit of the outcome, for the label.

    Returns
    -------
    Fit
        One term, named as ``treatment``, estimand ``ate``.

    Raises
    ------
    InputError, NoVariationError, TooFewObservationsError, TooFewClustersError, SingularDesignError

    Examples
    --------
    >>> frame = pd.DataFrame({"y": [1.0, 2, 3, 5, 6, 8], "won": [0, 0, 0, 1, 1, 1]})
    >>> round(estimate_lottery(frame, outcome="y", treatment="won")["won"].estimate, 3)
    4.333
    """
    used = [outcome, treatment, *covariates, *([clusters] if clusters else [])]
    kept, rows = complete_rows(data, used)
    d = binary_column(kept, treatment)
    centred = [(name, number_column(kept, name)) for name in covariates]
    parts = {"Intercept": np.ones(len(kept)), treatment: d}
    parts |= {name: x - x.mean() for name, x in centred}
    parts |= {f"{treatment}:{name}": d * (x - x.mean()) for name, x in centred}
    design = checked_design(
        Design(
            y=number_column(kept, outcome),
            x=np.column_stack(list(parts.values())),
            names=tuple(parts),
            outcome=outcome,
            rows=rows,
            clusters=(group_codes(kept[clusters]),) if clusters else (),
            n_dropped=len(data) - len(kept),
        )
    )
    label = Label(n_obs=0, unit=unit, estimand="ate", method="lin" if covariates else "difference_in_means")
    fit = fit_design(design, vcov=vcov, conf_level=conf_level, label=label)
    estimate = fit[treatment]
    if not covariates and estimate.vcov_type == "HC2":
        estimate = _welch(estimate, design.y, d)
    position = design.names.index(treatment)
    return replace(
        fit, estimates=(estimate,), vcov=fit.vcov[position : position + 1, position : position + 1]
    )


def _welch(estimate: Estimate, y: Array, d: Array) -> Estimate:
    """The same estimate and HC2 error with the degrees of freedom of Welch (1947)."""
    sides = [y[d == value] for value in (1.0, 0.0)]
    if min(map(len, sides)) < 2:
        raise TooFewObservationsError("Each side of the lottery needs at least two people.")
    parts = [float(side.var(ddof=1)) / len(side) for side in sides]
    df = sum(parts) ** 2 / sum(part**2 / (len(side) - 1) for part, side in zip(parts, sides, strict=True))
    label = Label(
        n_obs=estimate.n_obs,
        conf_level=estimate.conf_level,
        outcome=estimate.outcome,
        unit=estimate.unit,
        estimand=estimate.estimand,
        method=estimate.method,
        vcov_type=estimate.vcov_type,
    )
    return wald_estimate(estimate.term, estimate.estimate, estimate.std_error, df=df, label=label)


def estimate_randomisation_test(
    data: pd.DataFrame,
    *,
    outcome: str,
    treatment: str,
    clusters: str | None = None,
    blocks: str | None = None,
    n_draws: int = 9999,
    seed: int = 0,
    conf_level: float = 0.95,
) -> Fit:
    """Test the effect of a lottery by drawing the lot again.

    Use it with few groups, or few treated ones, where no standard error can be trusted. Valid for any number
    of groups under the sharp null that the training changed nobody; the interval assumes one shift for all.
    Without a lottery it is a placebo comparison: description, not a test.

    Parameters
    ----------
    data : DataFrame
        One row per person; incomplete rows are dropped and counted.
    outcome, treatment : str
        Columns; the treatment is 0/1 or true/false.
    clusters : str, optional
        Column of the groups that were drawn; the treatment must be the same within a group.
    blocks : str, optional
        Column of the strata within which the lot was drawn.
    n_draws : int, default 9999
        Random draws when there are more than 20,000 possible lots; else all are used.
    seed : int, default 0
        Seed of the draws; labels and row order do not influence them.
    conf_level : float, default 0.95
        Level of the interval, found by inverting the test.

    Returns
    -------
    Fit
        The difference in means (within blocks) with its p-value, which counts ties, and interval; an interval
        without end is NaN. ``statistics``: n_draws, enumerated (1 or 0), p_value_smallest.

    Raises
    ------
    InputError, NoVariationError, TooFewObservationsError

    Notes
    -----
    Fisher (1935); Rosenbaum (2002, doi:10.1214/ss/1042727942) for the inversion.

    Examples
    --------
    >>> frame = pd.DataFrame({"y": [1.0, 2, 3, 5, 6, 8], "won": [0, 0, 0, 1, 1, 1]})
    >>> estimate_randomisation_test(frame, outcome="y", treatment="won")["won"].p_value
    0.1
    """
    if not 0.0 < conf_level < 1.0 or n_draws < 99:
        raise InputError(
            f"conf_level must lie in (0, 1) and n_draws be 99 or more; found {conf_level}, {n_draws}."
        )
    used = [outcome, treatment, *(name for name in (clusters, blocks) if name)]
    kept, _ = complete_rows(data, used)
    lot = _read_lot(kept, outcome, treatment, clusters, blocks)
    spread = float(np.ptp(number_column(kept, outcome)))
    if spread == 0.0:
        raise NoVariationError(f"{outcome} is the same in all {len(kept)} rows, so nothing can be compared.")
    test = _Redraw.of(lot, n_draws, seed)
    low, high = (test.end(side, 1.0 - conf_level, spread / 10.0) for side in (-1.0, 1.0))
    remarks: tuple[str, ...] = ()
    if not (math.isfinite(low) and math.isfinite(high)):
        low = high = math.nan
        remarks = (f"The {conf_level:.0%} interval of {treatment} has no end: too few possible lots.",)
        warnings.warn(remarks[0], FewTreatedClustersWarning, stacklevel=2)
    estimate = Estimate(
        term=treatment,
        estimate=test.value,
        p_value=test.p_value(0.0),
        conf_low=low,
        conf_high=high,
        conf_level=conf_level,
        n_obs=len(kept),
        n_clusters=len(lot.assigned) if clusters else None,
        outcome=outcome,
        estimand="ate",
        method="randomisation_test",
    )
    return Fit(
        estimates=(estimate,),
        vcov=np.array([[math.nan]]),
        statistics={**test.counts(), "n_dropped": float(len(data) - len(kept))},
        warnings=remarks,
    )


@dataclass(frozen=True, slots=True)
class _Redraw:
    """The coefficient under each drawn lot as a function of the null r: (top - r slope) / bottom."""

    value: float
    top: Array
    slope: Array
    bottom: Array
    added: int

    @classmethod
    def of(cls, lot: _Lot, n_draws: int, seed: int) -> _Redraw:
        draws, enumerated = _all_lots(lot, n_draws, seed)
        moments = zip(*(lot.moments(z) for z in draws), strict=True)
        top, slope, bottom = (np.concatenate(parts) for parts in moments)
        own = lot.moments(lot.assigned[None])
        return cls(float(own[0][0] / own[2][0]), top, slope, bottom, 0 if enumerated else 1)

    def p_value(self, null: float) -> float:
        """Share of lots at least as far from the null; to random lots the drawn one is added."""
        distance = abs(self.value - null) * (1.0 - _TIE)
        reached = np.abs(self.top - null * self.slope) >= distance * self.bottom
        return float((reached.sum() + self.added) / (len(self.top) + self.added))

    def end(self, side: float, alpha: float, step: float) -> float:
        """The end of the nulls with p > alpha on one side of the estimate, infinite if there is none."""
        return self.value + side * first_rejection(
            lambda x: self.p_value(self.value + side * x) <= alpha, step
        )

    def counts(self) -> dict[str, float]:
        """Number of lots, whether they are all, and the smallest p-value that they permit."""
        extreme = int((np.abs(self.slope) >= self.bottom * (1.0 - _TIE)).sum())
        smallest = (extreme + self.added) / (len(self.top) + self.added)
        numbers = {"n_draws": float(len(self.top)), "enumerated": float(self.added == 0)}
        return {**numbers, "p_value_smallest": smallest}


@dataclass(frozen=True, slots=True)
class _Lot:
    """The drawn units (m): assignment, size, block, and sums of the block-demeaned outcome and treatment."""

    assigned: Array
    size: Array
    block: Codes
    outcome: Array
    treatment: Array

    def moments(self, draws: Array) -> tuple[Array, Array, Array]:
        """Numerator at null 0, its change with the null, and denominator of the coefficient, by draw."""
        total = np.bincount(self.block, self.size)
        inside = np.equal.outer(self.block, np.arange(len(total))) * self.size[:, None]
        bottom = draws @ self.size - ((draws @ inside) ** 2 / total).sum(axis=1)
        return draws @ self.outcome, draws @ self.treatment, bottom


def _read_lot(
    kept: pd.DataFrame, outcome: str, treatment: str, clusters: str | None, blocks: str | None
) -> _Lot:
    y = number_column(kept, outcome)
    d = binary_column(kept, treatment)
    n = len(kept)
    units = group_codes(kept[clusters]) if clusters else np.arange(n, dtype=np.intp)
    block = group_codes(kept[blocks]) if blocks else np.zeros(n, dtype=np.intp)
    size = np.asarray(np.bincount(units), dtype=np.float64)
    assigned = np.bincount(units, d) / size
    unit_block = np.zeros(len(size), dtype=np.intp)
    unit_block[units] = block
    if not set(np.unique(assigned)) <= {0.0, 1.0}:
        raise InputError(
            f"{treatment} differs within a group of {clusters}; the lot was not drawn by these groups."
        )
    if not bool((unit_block[units] == block).all()):
        raise InputError(f"A group of {clusters} lies in several blocks of {blocks}.")
    count = np.bincount(block)
    level = np.bincount(block, y) / count
    share = np.bincount(block, d) / count
    sums = np.asarray(np.bincount(units, y - level[block]), dtype=np.float64)
    treated = np.asarray(np.bincount(units, d - share[block]), dtype=np.float64)
    # An order that comes from the numbers alone: neither labels nor the order of rows changes the draws.
    order = np.lexsort((sums, size, level[unit_block], count[unit_block]))
    return _Lot(assigned[order], size[order], unit_block[order], sums[order], treated[order])


def _all_lots(lot: _Lot, n_draws: int, seed: int) -> tuple[Iterator[Array], bool]:
    first = list(dict.fromkeys(lot.block.tolist()))
    members = [np.flatnonzero(lot.block == code) for code in first]
    treated = [round(float(lot.assigned[rows].sum())) for rows in members]
    number = math.prod(math.comb(len(rows), k) for rows, k in zip(members, treated, strict=True))
    if number <= _ENUMERATED:
        return _enumerated(len(lot.block), members, treated), True
    return _drawn(len(lot.block), members, treated, n_draws, seed), False


def _enumerated(n_units: int, members: list[Codes], treated: list[int]) -> Iterator[Array]:
    choices = (combinations(rows.tolist(), k) for rows, k in zip(members, treated, strict=True))
    picked = [[unit for block in lots for unit in block] for lots in product(*choices)]
    draws = np.zeros((len(picked), n_units))
    draws[np.arange(len(picked))[:, None], np.array(picked, dtype=np.intp)] = 1.0
    yield draws


def _drawn(
    n_units: int, members: list[Codes], treated: list[int], n_draws: int, seed: int
) -> Iterator[Array]:
    rng = np.random.default_rng(seed)
    step = max(1, 4_000_000 // n_units)
    for start in range(0, n_draws, step):
        draws = np.zeros((min(step, n_draws - start), n_units))
        for rows, k in zip(members, treated, strict=True):
            ranks = rng.random((len(draws), len(rows))).argsort(axis=1).argsort(axis=1)
            draws[:, rows] = ranks < k
        yield draws
