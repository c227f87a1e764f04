"""Trainings that start at different times: every comparison is with units that are not yet trained."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from asn_research.contract.threshold import MINIMUM_CLUSTERS
from asn_research.errors import (
    FewClustersWarning,
    InputError,
    NoVariationError,
    TooFewClustersError,
    TooFewObservationsError,
)
from asn_research.models.design import Array, Codes, complete_rows, count_codes, group_codes
from asn_research.models.regressor import number_column
from asn_research.models.result import Fit
from asn_research.models.wald import Label, wald_estimates

Control = Literal["not_yet", "never"]


def fit_rollout(
    data: pd.DataFrame,
    *,
    outcome: str,
    person: str,
    period: str,
    start: str,
    control: Control = "not_yet",
    clusters: str | None = None,
    conf_level: float = 0.95,
) -> Fit:
    """Estimate the effect of a training that reached units at different times.

    Use it instead of a two-way fixed-effects regression, which compares late starters with early ones that
    are already trained. Here every comparison is with units that are not yet, or never, trained. It is
    credible when all would have moved in parallel and nobody reacted before the start.

    Parameters
    ----------
    data : DataFrame
        One row per unit and period. Units that lack a period are dropped and their rows counted.
    outcome, person, period, start : str
        Columns: the outcome, the unit, the period (a number) and the period in which the unit's training
        started, empty for units never trained.
    control : {"not_yet", "never"}
        Whom to compare with: units not trained by the period in question, or only those never trained.
    clusters : str, optional
        Column of groups of units; by default every unit is its own.
    conf_level : float, default 0.95
        Level of the intervals.

    Returns
    -------
    Fit
        ``att`` (mean over all trained unit-periods, each group and period by its size), ``event[e]`` for e
        periods since the start (negative: before it, which should be near zero), and ``att[g,t]`` for each
        starting group g and period t. Intervals from influence functions, summed by cluster, times
        G / (G - 1), with t on G - 1 degrees of freedom; below six clusters p-value and interval are NaN.

    Raises
    ------
    InputError
        Unknown column, a unit with two starts or two rows in a period, or a start that is not a number.
    NoVariationError
        Nobody starts after the first period, or there is no one to compare with.
    TooFewObservationsError, TooFewClustersError

    Notes
    -----
    ATT(g, t) = E[Y_t - Y_(g-1) | start g] - E[Y_t - Y_(g-1) | not yet trained by max(t, g - 1)], with g -
    1 the last period before the start (Callaway and Sant'Anna 2021, doi:10.1016/j.jeconom.2020.12.001,
    without covariates). The weights are treated as fixed.

    Examples
    --------
    >>> frame = pd.DataFrame({"unit": [1, 1, 2, 2, 3, 3, 4, 4], "t": [1, 2] * 4,
    ...                       "start": [2.0] * 4 + [None] * 4, "y": [1, 4, 2, 6, 1, 2, 3, 4.0]})
    >>> fit_rollout(frame, outcome="y", person="unit", period="t", start="start")["att"].estimate
    2.5
    """
    if control not in ("not_yet", "never"):
        raise InputError(f"control must be 'not_yet' or 'never'; found {control!r}.")
    if not 0.0 < conf_level < 1.0:
        raise InputError(f"conf_level must lie between 0 and 1; found {conf_level}.")
    panel = _read_panel(data, outcome, person, period, start, clusters)
    effects = _effects(panel, control)
    rows = {"att": _mean_effect(panel, {k: v for k, v in effects.items() if k[1] >= k[0]})}
    for since in sorted({panel.since(g, t) for g, t in effects}):
        chosen = {k: v for k, v in effects.items() if panel.since(*k) == since}
        rows[f"event[{since}]"] = _mean_effect(panel, chosen)
    for (g, t), (value, influence) in effects.items():
        rows[f"att[{g:g},{t:g}]"] = (value, influence)
    return _as_fit(panel, rows, outcome, conf_level, len(data))


@dataclass(frozen=True, slots=True)
class _Panel:
    """Outcomes (units, periods), the start of each unit (infinite if never), its cluster, and the periods."""

    outcomes: Array
    starts: Array
    clusters: Codes
    periods: Array

    def since(self, start: float, period: float) -> int:
        """Periods between a start and a period, counted in observed periods."""
        return int(np.searchsorted(self.periods, period) - np.searchsorted(self.periods, start))


def _read_panel(
    data: pd.DataFrame, outcome: str, person: str, period: str, start: str, clusters: str | None
) -> _Panel:
    named = [outcome, person, period, *([clusters] if clusters else [])]
    kept, rows = complete_rows(data, named)
    if start not in data.columns:
        raise InputError(f"The data have no column {start!r}.")
    long = pd.DataFrame(
        {
            "unit": kept[person].to_numpy(),
            "t": number_column(kept, period),
            "y": number_column(kept, outcome),
            "start": number_column(data.iloc[rows], start),
            "cluster": kept[clusters or person].to_numpy(),
        }
    )
    long["start"] = long["start"].fillna(math.inf)
    if long.duplicated(["unit", "t"]).any():
        raise InputError(f"A unit of {person} has more than one row in a period.")
    by_unit = long.groupby("unit", sort=True)
    if len(long.drop_duplicates(["unit", "start", "cluster"])) > by_unit.ngroups:
        raise InputError(f"A unit of {person} has more than one {start} or cluster.")
    wide = long.pivot(index="unit", columns="t", values="y")  # noqa: PD010 - pivot_table would average twins
    wide = wide.sort_index(axis=1).dropna()
    first = by_unit[["start", "cluster"]].first().loc[wide.index]
    if len(wide) < 4 or wide.shape[1] < 2:
        raise TooFewObservationsError(
            f"{len(wide)} units have all of {wide.shape[1]} periods; four and two are needed."
        )
    return _Panel(
        outcomes=wide.to_numpy(dtype=float),
        starts=first["start"].to_numpy(dtype=float),
        clusters=group_codes(first["cluster"]),
        periods=wide.columns.to_numpy(dtype=float),
    )


def _effects(panel: _Panel, control: Control) -> dict[tuple[float, float], tuple[float, Array]]:
    """ATT(g, t) and its influence on each unit, for all starts after the first period."""
    found: dict[tuple[float, float], tuple[float, Array]] = {}
    groups = [g for g in np.unique(panel.starts) if panel.periods[0] < g <= panel.periods[-1]]
    for g in groups:
        before = int(np.searchsorted(panel.periods, g)) - 1
        for column, t in enumerate(panel.periods):
            latest = max(float(t), float(panel.periods[before]))
            others = np.isinf(panel.starts) if control == "never" else panel.starts > latest
            others &= panel.starts != g
            if column == before or others.sum() < 2:
                continue
            change = panel.outcomes[:, column] - panel.outcomes[:, before]
            found[(float(g), float(t))] = _mean_difference(change, panel.starts == g, others)
    if not any(t >= g for g, t in found):
        raise NoVariationError("No start lies after the first period with units left to compare with.")
    return found


def _mean_difference(change: Array, treated: Array, others: Array) -> tuple[float, Array]:
    influence = np.zeros(len(change))
    means = []
    for side, sign in ((treated.astype(bool), 1.0), (others.astype(bool), -1.0)):
        mean = float(change[side].mean())
        influence[side] += sign * (change[side] - mean) / side.sum()
        means.append(mean)
    return means[0] - means[1], influence


def _mean_effect(
    panel: _Panel, chosen: dict[tuple[float, float], tuple[float, Array]]
) -> tuple[float, Array]:
    sizes = np.array([float((panel.starts == g).sum()) for g, _ in chosen])
    share = sizes / sizes.sum()
    value = sum(w * v for w, (v, _) in zip(share, chosen.values(), strict=True))
    influence = sum(w * i for w, (_, i) in zip(share, chosen.values(), strict=True))
    return float(value), np.asarray(influence)


def _as_fit(
    panel: _Panel, rows: dict[str, tuple[float, Array]], outcome: str, conf_level: float, n_rows: int
) -> Fit:
    n_clusters = count_codes(panel.clusters)
    if n_clusters < 2:
        raise TooFewClustersError("One cluster holds all units; inference needs at least two.")
    sums = np.vstack([np.bincount(panel.clusters, influence) for _, influence in rows.values()])
    covariance = sums @ sums.T * n_clusters / (n_clusters - 1.0)
    label = Label(
        n_obs=panel.outcomes.size,
        n_clusters=n_clusters,
        conf_level=conf_level,
        outcome=outcome,
        estimand="att",
        method="staggered_difference",
        vcov_type="CR1",
    )
    values = np.array([value for value, _ in rows.values()])
    df = float(n_clusters - 1) if n_clusters >= MINIMUM_CLUSTERS else math.nan
    estimates = wald_estimates(list(rows), values, covariance, df=df, label=label)
    remarks: tuple[str, ...] = ()
    if n_clusters < MINIMUM_CLUSTERS:
        remarks = (
            f"Only {n_clusters} clusters: below {MINIMUM_CLUSTERS} no p-value and no interval is given.",
        )
        warnings.warn(remarks[0], FewClustersWarning, stacklevel=3)
    numbers = {"n_units": float(len(panel.starts)), "n_dropped": float(n_rows - panel.outcomes.size)}
    return Fit(estimates=estimates, vcov=covariance, statistics=numbers, warnings=remarks)
