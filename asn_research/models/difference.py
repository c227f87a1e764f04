"""Comparison designs: difference-in-differences, and change beside ANCOVA."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from asn_research.contract.threshold import MINIMUM_CLUSTERS
from asn_research.errors import InputError, TooFewClustersError, TooFewObservationsError
from asn_research.models.balance import Balance, estimate_balance
from asn_research.models.covariance import cluster_members
from asn_research.models.design import (
    Array,
    Codes,
    Design,
    checked_design,
    complete_rows,
    count_codes,
    group_codes,
)
from asn_research.models.gain import GainColumns, GainModel, fit_gain
from asn_research.models.regression import fit_design
from asn_research.models.regressor import binary_column, covariate_columns, number_column
from asn_research.models.result import Estimate, Fit
from asn_research.models.wald import Label


def fit_difference(
    data: pd.DataFrame,
    *,
    outcome: str,
    treatment: str,
    period: str,
    covariates: Sequence[str] = (),
    clusters: str | None = None,
    vcov: str | None = None,
    conf_level: float = 0.95,
) -> Fit:
    """Estimate a two-group, two-period difference-in-differences.

    Use it for groups that existed before the training, measured before and after, when it is credible that
    they would have moved in parallel. For one row per person with both scores see :func:`fit_comparison`;
    for starts at different times :func:`asn_research.models.rollout.fit_rollout`.

    Parameters
    ----------
    data : DataFrame
        One row per measurement (a panel or repeated cross-sections); incomplete rows are dropped and
        counted.
    outcome, treatment, period : str
        Columns; treatment (ever trained) and period (after) are 0/1 or true/false.
    covariates : sequence of str
        Numbers as they are, text as dummies.
    clusters : str, optional
        Column of the units that share their fate, at least the person in a panel.
    vcov : str, optional
        As in :func:`asn_research.models.regression.fit_ols`.
    conf_level : float, default 0.95
        Level of the intervals.

    Returns
    -------
    Fit
        Terms ``did`` (the product of treatment and period, estimand ``att``) first, then ``Intercept``, the
        treatment, the period and the covariates.

    Raises
    ------
    InputError, NoVariationError, TooFewObservationsError, TooFewClustersError, SingularDesignError

    Notes
    -----
    Without covariates: (ȳ₁₁ - ȳ₁₀) - (ȳ₀₁ - ȳ₀₀).

    Examples
    --------
    >>> frame = pd.DataFrame({"y": [1, 2, 2, 3, 1, 2, 5, 6.0], "g": [0, 0, 0, 0, 1, 1, 1, 1],
    ...                       "after": [0, 0, 1, 1, 0, 0, 1, 1]})
    >>> round(fit_difference(frame, outcome="y", treatment="g", period="after")["did"].estimate, 6)
    3.0
    """
    kept, rows = complete_rows(
        data, [outcome, treatment, period, *covariates, *([clusters] if clusters else [])]
    )
    d, after = binary_column(kept, treatment), binary_column(kept, period)
    parts = {"did": d * after, "Intercept": np.ones(len(kept)), treatment: d, period: after}
    for name, column in covariate_columns(kept, covariates):
        if name in parts:
            raise InputError(f"{name} is already in the model; leave it out of the covariates.")
        parts[name] = column
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
    label = Label(n_obs=0, method="difference_in_differences", estimand="coefficient")
    fit = fit_design(design, vcov=vcov, conf_level=conf_level, label=label)
    return replace(fit, estimates=(replace(fit.estimates[0], estimand="att"), *fit.estimates[1:]))


def estimate_median_difference(
    data: pd.DataFrame,
    *,
    outcome: str,
    treatment: str,
    period: str,
    clusters: str | None = None,
    n_draws: int = 1999,
    seed: int = 0,
    conf_level: float = 0.95,
) -> Fit:
    """Estimate a difference-in-differences of medians.

    Use it beside :func:`fit_difference` for skewed outcomes such as days until a service is done, when all
    have finished; unfinished cases need :func:`asn_research.models.survival.estimate_median_time`.

    Parameters
    ----------
    data, outcome, treatment, period, clusters, conf_level
        As in :func:`fit_difference`.
    n_draws : int, default 1999
        Bootstrap draws of rows within the four cells, or of whole clusters; at least 99.
    seed : int, default 0
        Seed of the draws.

    Returns
    -------
    Fit
        One term, ``did``, with the standard deviation of the draws as standard error and their percentile
        interval; draws in which a cell is empty are left out and counted in ``statistics["n_draws"]``.

    Raises
    ------
    InputError, NoVariationError, TooFewObservationsError, TooFewClustersError

    Examples
    --------
    >>> frame = pd.DataFrame({"y": [1, 2, 9, 2, 3, 9, 1, 2, 9, 5, 6, 9.0], "g": [0] * 6 + [1] * 6,
    ...                       "after": [0, 0, 0, 1, 1, 1] * 2})
    >>> fit = estimate_median_difference(frame, outcome="y", treatment="g", period="after", n_draws=99)
    >>> fit["did"].estimate
    3.0
    """
    if n_draws < 99 or not 0.0 < conf_level < 1.0:
        raise InputError(
            f"n_draws must be 99 or more and conf_level in (0, 1); found {n_draws}, {conf_level}."
        )
    kept, _ = complete_rows(data, [outcome, treatment, period, *([clusters] if clusters else [])])
    cell = (2 * binary_column(kept, treatment) + binary_column(kept, period)).astype(np.intp)
    y = number_column(kept, outcome)
    if len(np.unique(cell)) < 4:
        raise TooFewObservationsError("One of the four cells of treatment and period is empty.")
    codes = group_codes(kept[clusters]) if clusters else None
    if codes is not None and count_codes(codes) < MINIMUM_CLUSTERS:
        raise TooFewClustersError(
            f"{count_codes(codes)} clusters were found; at least {MINIMUM_CLUSTERS} are needed."
        )
    drawn = np.array(list(_median_draws(y, cell, codes, n_draws, seed)))
    low, high = np.quantile(drawn, [(1.0 - conf_level) / 2.0, (1.0 + conf_level) / 2.0])
    error = float(drawn.std(ddof=1))
    estimate = Estimate(
        term="did",
        estimate=_median_contrast(y, cell),
        std_error=error,
        conf_low=float(low),
        conf_high=float(high),
        conf_level=conf_level,
        n_obs=len(y),
        n_clusters=None if codes is None else count_codes(codes),
        outcome=outcome,
        estimand="att_median",
        method="median_difference_in_differences",
        vcov_type="bootstrap",
    )
    numbers = {"n_draws": float(len(drawn)), "n_dropped": float(len(data) - len(kept))}
    return Fit(estimates=(estimate,), vcov=np.array([[error**2]]), statistics=numbers)


def _median_contrast(y: Array, cell: Codes) -> float:
    return float(np.array([1.0, -1.0, -1.0, 1.0]) @ [np.median(y[cell == i]) for i in range(4)])


def _median_draws(y: Array, cell: Codes, codes: Codes | None, n_draws: int, seed: int) -> Iterator[float]:
    rng = np.random.default_rng(seed)
    groups = [np.flatnonzero(cell == i) for i in range(4)] if codes is None else cluster_members(codes)
    if codes is None:
        groups = [rows[np.argsort(y[rows], kind="stable")] for rows in groups]
    else:
        groups = sorted(groups, key=lambda rows: (len(rows), float(y[rows].sum())))
    for _ in range(n_draws):
        if codes is None:
            rows = np.concatenate([part[rng.integers(0, len(part), len(part))] for part in groups])
        else:
            rows = np.concatenate([groups[i] for i in rng.integers(0, len(groups), len(groups))])
        if len(np.unique(cell[rows])) == 4:
            yield _median_contrast(y[rows], cell[rows])


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Change and ANCOVA side by side.

    ``gap`` is change - ANCOVA for the treatment, ``contradiction`` whether a reader of one would conclude
    something else than a reader of the other, ``reason`` a sentence on why they differ.
    """

    change: Fit
    ancova: Fit
    balance: Balance
    gap: float
    contradiction: bool
    reason: str

    def tidy(self) -> pd.DataFrame:
        """Both models below one another; ``method`` tells them apart."""
        return pd.concat([self.change.tidy(), self.ancova.tidy()], ignore_index=True)


def fit_comparison(
    data: pd.DataFrame,
    *,
    columns: GainColumns,
    covariates: Sequence[str] = (),
    clusters: str | None = None,
    vcov: str | None = None,
    conf_level: float = 0.95,
) -> Comparison:
    """Fit change and ANCOVA to the same people and say whether, and why, they disagree.

    Use it for trained and untrained people with a score before and after. Change assumes that the groups
    would have kept their distance; ANCOVA that people with equal baselines would have ended equal. Where
    groups differ at baseline at most one of them is right (Lord's paradox); the headline follows the
    assignment, never the p-value.

    Parameters
    ----------
    data, covariates, clusters, vcov, conf_level
        As in :func:`asn_research.models.gain.fit_gain`.
    columns : GainColumns
        With ``treatment`` named, and ``method`` and ``participation`` None.

    Returns
    -------
    Comparison
        ``contradiction`` is true when the two treatment estimates have opposite signs and one interval
        excludes zero, or when just one interval excludes zero.

    Raises
    ------
    InputError, NoVariationError, TooFewObservationsError, TooFewClustersError, SingularDesignError

    Notes
    -----
    Lord (1967, doi:10.1037/h0025105). Without covariates change - ANCOVA = -(1 - b) · (baseline difference),
    with b the ANCOVA slope of the baseline: with equal baselines they agree whatever b is.

    Examples
    --------
    >>> frame = pd.DataFrame({"pre": [50, 52, 60, 61, 55.0], "post": [55, 58, 61, 64, 59.0],
    ...                       "trained": [1, 1, 0, 0, 0]})
    >>> columns = GainColumns(treatment="trained", method=None, participation=None)
    >>> fit_comparison(frame, columns=columns).gap > 0
    True
    """
    treatment = columns.treatment
    if treatment is None:
        raise InputError("A comparison needs the column of the treatment; name it in columns.")
    models: tuple[GainModel, GainModel] = ("change", "ancova")
    change, ancova = (
        fit_gain(
            data,
            columns=columns,
            model=model,
            covariates=covariates,
            clusters=clusters,
            vcov=vcov,
            conf_level=conf_level,
        )
        for model in models
    )
    optional = [name for name in (columns.participation, columns.weights, clusters) if name]
    used = [columns.baseline, columns.endline, treatment, *covariates, *optional]
    people, _ = complete_rows(data, used, weights=columns.weights)
    balance = estimate_balance(
        people, treatment=treatment, covariates=[columns.baseline], clusters=clusters, conf_level=conf_level
    )
    one, two = change[treatment], ancova[treatment]
    return Comparison(
        change=change,
        ancova=ancova,
        balance=balance,
        gap=one.estimate - two.estimate,
        contradiction=_contradict(one, two),
        reason=_reason(
            balance.effect_sizes[columns.baseline], ancova["baseline"].estimate, one.estimate - two.estimate
        ),
    )


def _contradict(one: Estimate, two: Estimate) -> bool:
    clear = [e.conf_low > 0.0 or e.conf_high < 0.0 for e in (one, two)]
    return clear[0] != clear[1] or (one.estimate * two.estimate < 0.0 and any(clear))


def _reason(distance: float, slope: float, gap: float) -> str:
    return (
        f"The trained stood {distance:+.2f} standard deviations from the untrained before the training and "
        f"the endline moves {slope:.2f} points per point of baseline; change credits the trained with "
        f"{gap:+.2f} points more than ANCOVA, because ANCOVA expects part of a baseline distance to vanish."
    )
