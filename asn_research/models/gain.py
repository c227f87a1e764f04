"""Gains from before to after a training: by method, by participation, and their mean."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from asn_research.contract.threshold import GAIN_STEP_SHARE
from asn_research.errors import InputError
from asn_research.models.argument import check_choice
from asn_research.models.design import Array, Design, checked_design, complete_rows, group_codes, solve_design
from asn_research.models.multiplicity import METHODS, adjust_p_values
from asn_research.models.regression import (
    check_clusters,
    fit_design,
    fit_solution,
    linear_contrast,
    vcov_type,
)
from asn_research.models.regressor import (
    binary_column,
    covariate_columns,
    dummy_columns,
    number_column,
    varying_column,
)
from asn_research.models.result import Estimate, Fit
from asn_research.models.wald import Label

GainModel = Literal["change", "ancova"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GainColumns:
    """Which columns of the person frame hold what.

    ``baseline`` and ``endline`` are scores in ``unit``; ``method`` is text, ``participation`` the share of
    sessions attended (0-1), ``treatment`` 0/1 or true/false for a comparison group, ``weights`` non-negative.
    What is None is left out of the model.
    """

    baseline: str = "pre"
    endline: str = "post"
    method: str | None = "method"
    participation: str | None = "participation_share"
    treatment: str | None = None
    weights: str | None = None
    unit: str = "points"


def fit_gain(
    data: pd.DataFrame,
    *,
    columns: GainColumns | None = None,
    model: GainModel = "change",
    reference: str = "lecture",
    covariates: Sequence[str] = (),
    clusters: str | None = None,
    vcov: str | None = None,
    conf_level: float = 0.95,
) -> Fit:
    """Regress the gain of each person on training method and participation.

    Use ``model="change"`` (outcome: endline - baseline) for groups that existed before the training, and
    ``model="ancova"`` (outcome: endline, with the baseline as regressor) where assignment was random or by
    the baseline itself. Where groups differ at baseline the two disagree (Lord's paradox); show both.

    Parameters
    ----------
    data : DataFrame
        One row per person. Rows with a missing value in a used column are dropped and counted in
        ``statistics["n_dropped"]``.
    columns : GainColumns, optional
        Names of the columns; the defaults are ``pre``, ``post``, ``method`` and ``participation_share``.
    model : {"change", "ancova"}
        See above.
    reference : str, default "lecture"
        The method that the others are compared with.
    covariates : sequence of str
        Further columns: numbers as they are, text and categories as dummies against their first level.
    clusters : str, optional
        Column of the training batch or office.
    vcov : str, optional
        As in :func:`asn_research.models.regression.fit_ols`: ``"CR2"`` with clusters, else ``"HC2"``. The
        reports ask for ``"CR2E"``, whose intervals keep their level with few and unequal clusters.
    conf_level : float, default 0.95
        Level of the intervals.

    Returns
    -------
    Fit
        Terms ``Intercept`` (reference method, no participation, covariates at zero), ``method[simulation]``
        and its like as differences to the reference in points, ``participation_share`` **in points per 10
        percentage points** of sessions attended, the treatment and covariates by their column names, and
        ``baseline`` in the ANCOVA.

    Raises
    ------
    InputError
        Unknown column, method or model; a share outside 0-1; a treatment that is not 0/1.
    NoVariationError
        Only one method, or a constant participation or treatment.
    TooFewObservationsError, TooFewClustersError, SingularDesignError

    Notes
    -----
    van Breukelen (2006, doi:10.1016/j.jclinepi.2006.02.007) compares the two models.

    Examples
    --------
    >>> people = pd.DataFrame({"pre": [50, 55, 60, 52.0], "post": [60, 64, 75, 68.0],
    ...                        "method": ["lecture", "lecture", "simulation", "simulation"]})
    >>> fit = fit_gain(people, columns=GainColumns(participation=None))
    >>> fit["method[simulation]"].estimate
    6.0
    """
    columns = columns or GainColumns()
    design = gain_design(
        data, columns, model=model, reference=reference, covariates=covariates, clusters=clusters
    )
    fit = fit_design(design, vcov=vcov, conf_level=conf_level, label=_label(columns, model))
    return replace(fit, estimates=tuple(_named(estimate, columns) for estimate in fit.estimates))


def estimate_contrasts(
    data: pd.DataFrame,
    *,
    columns: GainColumns | None = None,
    model: GainModel = "change",
    adjust: str = "holm",
    covariates: Sequence[str] = (),
    clusters: str | None = None,
    vcov: str | None = None,
    conf_level: float = 0.95,
) -> Fit:
    """Estimate all pairwise differences between training methods from the model of :func:`fit_gain`.

    Use it to say which methods differ. Every difference has its own Satterthwaite degrees of freedom (CR2)
    and an unadjusted p-value and interval; ``statistics`` holds the adjusted p-value of each as
    ``p_value_<adjust>[<term>]``. Methods are ordered by name, terms read ``simulation - lecture``.

    Parameters
    ----------
    adjust : str, default "holm"
        Method of :func:`asn_research.models.multiplicity.adjust_p_values`.
    data, columns, model, covariates, clusters, vcov, conf_level
        As in :func:`fit_gain`.

    Raises
    ------
    InputError, NoVariationError, TooFewObservationsError, TooFewClustersError, SingularDesignError

    Examples
    --------
    >>> people = pd.DataFrame({"pre": [50, 55, 60, 52.0], "post": [60, 64, 75, 68.0],
    ...                        "method": ["lecture", "lecture", "simulation", "simulation"]})
    >>> estimate_contrasts(people, columns=GainColumns(participation=None)).estimates[0].term
    'simulation - lecture'
    """
    columns = columns or GainColumns()
    if columns.method is None:
        raise InputError("Contrasts compare methods; name the column of the method.")
    check_choice("adjust", adjust, METHODS)
    kept, _ = complete_rows(data, _used(columns, covariates, clusters), weights=columns.weights)
    methods = sorted(map(str, kept[columns.method].unique()))
    design = gain_design(
        data, columns, model=model, reference=methods[0], covariates=covariates, clusters=clusters
    )
    kind = vcov_type(design, vcov)
    check_clusters(design, kind)
    solution = solve_design(design)
    whole = fit_solution(solution, kind, conf_level, _label(columns, model))
    label = replace(
        _label(columns, model), conf_level=conf_level, vcov_type=kind, estimand="method_difference"
    )
    label = replace(label, n_obs=len(design.y), n_clusters=whole.estimates[0].n_clusters)
    rows = {f"{b} - {a}": _unit(design, b) - _unit(design, a) for a, b in combinations(methods, 2)}
    estimates = linear_contrast(solution, kind, rows, label)
    matrix = np.vstack(list(rows.values()))
    p_values = np.array([estimate.p_value for estimate in estimates])
    known = bool(np.isfinite(p_values).all())
    adjusted = adjust_p_values(p_values, method=adjust).to_numpy(dtype=float) if known else p_values
    named = {f"p_value_{adjust}[{e.term}]": float(p) for e, p in zip(estimates, adjusted, strict=True)}
    return Fit(
        estimates=estimates,
        vcov=matrix @ whole.vcov @ matrix.T,
        statistics={**whole.statistics, **named},
        warnings=whole.warnings,
    )


def estimate_mean_gain(
    gain: ArrayLike | pd.Series,
    *,
    clusters: ArrayLike | pd.Series | None = None,
    weights: ArrayLike | pd.Series | None = None,
    vcov: str | None = None,
    conf_level: float = 0.95,
    outcome: str = "gain",
    unit: str = "points",
) -> Fit:
    """Estimate the mean of paired gains, with batches as clusters where there are any.

    Use it for one trained group. Without clusters it is the paired t test; with clusters the CR2 standard
    error of the mean with Satterthwaite degrees of freedom. It says how much scores changed, not why.

    Parameters
    ----------
    gain : array (n,)
        Endline minus baseline of each person; missing gains are dropped and counted.
    clusters, weights : array (n,), optional
        Batch or office of each person; non-negative weights.
    vcov, conf_level
        As in :func:`asn_research.models.regression.fit_ols`; by default ``"CR2"`` or ``"iid"``. The reports
        ask for ``"CR2E"``.
    outcome, unit : str
        Labels of the result.

    Returns
    -------
    Fit
        One term, ``mean_gain``.

    Raises
    ------
    InputError, TooFewObservationsError, TooFewClustersError, NoVariationError

    Examples
    --------
    >>> estimate_mean_gain([1.0, 2.0, 3.0])["mean_gain"].df
    2.0
    """
    given = {"gain": gain, "clusters": clusters, "weights": weights}
    held = {name: np.asarray(value) for name, value in given.items() if value is not None}
    sizes = {name: value.shape for name, value in held.items()}
    if len(set(sizes.values())) != 1 or held["gain"].ndim != 1:
        raise InputError(
            f"gain, clusters and weights must be one-dimensional and equally long; found {sizes}."
        )
    frame = pd.DataFrame(held)
    kept, rows = complete_rows(frame, list(frame.columns), weights="weights" if "weights" in frame else None)
    design = checked_design(
        Design(
            y=number_column(kept, "gain"),
            x=np.ones((len(kept), 1)),
            names=("mean_gain",),
            outcome=outcome,
            rows=rows,
            weights=kept["weights"].to_numpy(dtype=float) if "weights" in kept else None,
            clusters=(group_codes(kept["clusters"]),) if "clusters" in kept else (),
            n_dropped=len(frame) - len(kept),
        )
    )
    label = Label(n_obs=0, outcome=outcome, unit=unit, estimand="mean_gain", method="mean_gain")
    kind = vcov or ("CR2" if design.clusters else "iid")
    return fit_design(design, vcov=kind, conf_level=conf_level, label=label)


def gain_design(
    data: pd.DataFrame,
    columns: GainColumns,
    *,
    model: GainModel,
    reference: str,
    covariates: Sequence[str] = (),
    clusters: str | None = None,
) -> Design:
    """The regressors of :func:`fit_gain`, built without a formula so that any column name will do."""
    if model not in ("change", "ancova"):
        raise InputError(f"model must be 'change' or 'ancova'; found {model!r}.")
    if columns.treatment is not None and columns.method is not None:
        raise InputError(
            "The untrained have no method: give either treatment or method, and None for the other."
        )
    kept, rows = complete_rows(data, _used(columns, covariates, clusters), weights=columns.weights)
    parts = dict(_regressors(kept, columns, reference, covariates))
    pre, post = (number_column(kept, name) for name in (columns.baseline, columns.endline))
    if model == "ancova":
        parts["baseline"] = pre
    return checked_design(
        Design(
            y=post - pre if model == "change" else post,
            x=np.column_stack(list(parts.values())),
            names=tuple(parts),
            outcome="gain" if model == "change" else columns.endline,
            rows=rows,
            weights=None if columns.weights is None else number_column(kept, columns.weights),
            clusters=() if clusters is None else (group_codes(kept[clusters]),),
            n_dropped=len(data) - len(kept),
        )
    )


def _used(columns: GainColumns, covariates: Sequence[str], clusters: str | None) -> list[str]:
    optional = (columns.method, columns.participation, columns.treatment, columns.weights, clusters)
    return [columns.baseline, columns.endline, *(name for name in optional if name is not None), *covariates]


def _regressors(
    kept: pd.DataFrame, columns: GainColumns, reference: str, covariates: Sequence[str]
) -> Iterable[tuple[str, Array]]:
    yield "Intercept", np.ones(len(kept))
    if columns.treatment is not None:
        yield columns.treatment, binary_column(kept, columns.treatment)
    if columns.method is not None:
        yield from dummy_columns(kept[columns.method], "method", reference)
    if columns.participation is not None:
        share = varying_column(kept, columns.participation)
        if share.min() < 0.0 or share.max() > 1.0:
            raise InputError(
                f"{columns.participation} must be a share from 0 to 1; "
                f"found values from {share.min():g} to {share.max():g}."
            )
        yield columns.participation, share / GAIN_STEP_SHARE
    yield from covariate_columns(kept, covariates)


def _unit(design: Design, method: str) -> Array:
    name = f"method[{method}]"
    return np.array([1.0 if column == name else 0.0 for column in design.names])


def _label(columns: GainColumns, model: GainModel) -> Label:
    outcome = "gain" if model == "change" else columns.endline
    return Label(n_obs=0, outcome=outcome, unit=columns.unit, estimand="coefficient", method=f"gain_{model}")


def _named(estimate: Estimate, columns: GainColumns) -> Estimate:
    """Estimand and unit of a term."""
    if estimate.term.startswith("method["):
        return replace(estimate, estimand="method_difference")
    if estimate.term == columns.participation:
        unit = f"{columns.unit} per 10 percentage points"
        return replace(estimate, estimand="participation_slope", unit=unit)
    if estimate.term == columns.treatment:
        return replace(estimate, estimand="treatment_difference")
    return estimate
