"""Multilevel models: people in batches, batches in units, repeated scores in people."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import optimize

from asn_research.errors import BoundaryWarning, ConvergenceError, InputError, NoVariationError
from asn_research.models.argument import Vector, check_choice, check_level, read_design
from asn_research.models.denominator import kenward_roger, satterthwaite_df
from asn_research.models.design import Design
from asn_research.models.random_effect import (
    MixedLikelihood,
    RandomTerm,
    group_columns,
    read_random_terms,
    split_formula,
)
from asn_research.models.result import Fit
from asn_research.models.variance_ratio import has_ratios, search_ratios
from asn_research.models.wald import Label, wald_estimates

_ZERO = 1e-5  # a relative standard deviation below this is taken to zero when the likelihood does not object
_NEAR = 0.02  # relative standard deviations below this are tried at zero
_LARGEST = 100.0  # relative standard deviation at which the residual variance counts as zero
_CHUNK = 500  # random effects whose errors are computed at a time
_SAME = 1e-7  # deviances closer than this are the same


@dataclass(frozen=True, slots=True, kw_only=True)
class MultilevelFit(Fit):
    """A :class:`Fit` with its variance components and its shrunken group effects.

    ``variances``: one row per (co)variance with ``group``, ``term``, ``other`` (empty for a variance),
    ``variance`` (or covariance) and ``sd`` (or correlation); the last row is the residual. ``theta``: the
    relative factors at which ``likelihood`` is largest.
    """

    variances: pd.DataFrame
    theta: Vector = field(repr=False)
    likelihood: MixedLikelihood = field(repr=False)

    @property
    def effects(self) -> pd.DataFrame:
        """The shrunken effect of every level, computed when it is asked for: the time grows with its square.

        One row per group level and random term with ``group``, ``level``, ``term``, ``estimate`` (the
        conditional mode, shrunken towards zero), ``std_error`` (given the fixed effects) and ``n_obs``.
        """
        return _effects(self.likelihood, self.theta, self.statistics["sigma"])


def fit_multilevel(
    data: pd.DataFrame,
    *,
    formula: str,
    method: str = "REML",
    df_method: str = "satterthwaite",
    conf_level: float = 0.95,
    unit: str = "",
) -> MultilevelFit:
    r"""Fit a linear model with random intercepts and slopes, nested or crossed.

    Use it when differences between batches, units or people are themselves of interest, or to weigh
    within and between variation efficiently; for a mean effect under clustering alone, regression with CR2
    standard errors assumes less.

    Parameters
    ----------
    data : DataFrame
        One row per observation; rows with a missing value in the formula are dropped.
    formula : str
        ``"score ~ wave + (1 | batch)"``; random slopes ``(wave | person)``, uncorrelated
        ``(wave || person)``, nested ``(1 | unit/batch)``, crossed ``(1 | person) + (1 | rater)``.
    method : {"REML", "ML"}
        REML for variance components and standard errors; ML to compare models with different fixed effects.
    df_method : {"satterthwaite", "kenward_roger", "normal"}
        Degrees of freedom of the tests; Kenward-Roger (REML only) also widens the standard errors.
    conf_level : float, default 0.95
        Level of the intervals.
    unit : str, default ""
        Unit of the outcome, copied to the result.

    Returns
    -------
    MultilevelFit
        Fixed effects as estimates; ``statistics`` holds ``sigma``, ``residual_variance``, ``deviance``
        (−2 log likelihood, restricted for REML), ``log_likelihood``, ``aic``, ``bic``, ``n_parameters``,
        ``icc`` (share of the variance between groups), ``r2_marginal``, ``r2_conditional``, ``singular`` (1
        when a variance is zero) and, per grouping column, ``n_<group>``.

    Raises
    ------
    InputError
        No random part, unknown column, unknown option, Kenward-Roger with ML.
    TooFewClustersError
        A grouping column has one level.
    TooFewObservationsError
        Not more rows than random effects of one term.
    SingularDesignError
        Collinear fixed effects.
    NoVariationError
        The fixed effects reproduce the outcome exactly.
    ConvergenceError
        The optimiser stopped before a maximum.

    Warns
    -----
    BoundaryWarning
        A variance is estimated at zero, or a correlation at ±1: the fit is then that of the simpler model,
        and the estimate does not show that groups are alike.

    Notes
    -----
    The likelihood is profiled over the fixed effects and σ and maximised over the relative Cholesky factors,
    in which a zero variance is an ordinary point. statsmodels' ``MixedLM`` maximises the same likelihood in
    the interior (the tests hold the two together); it has neither the boundary nor degrees of freedom.

    References
    ----------
    Bates, Mächler, Bolker & Walker (2015), doi:10.18637/jss.v067.i01; Kuznetsova, Brockhoff & Christensen
    (2017), doi:10.18637/jss.v082.i13; Kenward & Roger (1997), doi:10.2307/2533558; Nakagawa & Schielzeth
    (2013), doi:10.1111/j.2041-210x.2012.00261.x; Johnson (2014), doi:10.1111/2041-210X.12225.

    Examples
    --------
    >>> frame = pd.DataFrame({"score": [60.0, 64, 70, 75, 52, 59, 81, 80], "batch": list("aabbccdd")})
    >>> fit = fit_multilevel(frame, formula="score ~ 1 + (1 | batch)")
    >>> round(fit["Intercept"].estimate, 1), round(fit.statistics["icc"], 2)
    (67.6, 0.91)
    """
    check_choice("method", method, ("REML", "ML"))
    check_choice("df_method", df_method, ("satterthwaite", "kenward_roger", "normal"))
    check_level(conf_level)
    if df_method == "kenward_roger" and method != "REML":
        raise InputError("Kenward-Roger degrees of freedom are defined for method='REML' only.")
    fixed, parts = split_formula(formula)
    design = read_design(data, formula=fixed, keep=group_columns(parts))
    terms = read_random_terms(data.iloc[design.rows].reset_index(drop=True), parts)
    model = MixedLikelihood(design.y, design.x, terms, restricted=method == "REML")
    if model.yy <= 1e-20 * float((design.y**2).sum()):
        raise NoVariationError(
            f"{design.outcome!r} is reproduced exactly by the fixed effects of {formula!r}."
        )
    theta = _maximise(model)
    at = model.profile(theta)
    sigma = math.sqrt(at.rss / model.denominator)
    beta = model.coefficients(at)
    vcov, df = _inference(model, theta, sigma, df_method)
    variances = _variances(model, theta, sigma)
    remarks = _remarks(variances)
    label = Label(
        n_obs=model.n,
        n_clusters=len(terms[0].levels),
        conf_level=conf_level,
        outcome=design.outcome,
        unit=unit,
        estimand="fixed effect",
        method=f"multilevel, {method}",
        vcov_type="Kenward-Roger" if df_method == "kenward_roger" else "model",
    )
    return MultilevelFit(
        estimates=wald_estimates(design.names, beta, vcov, df=df.tolist(), label=label),
        vcov=vcov,
        statistics=_statistics(model, theta, sigma, design, beta) | {"singular": float(bool(remarks))},
        warnings=remarks,
        variances=variances,
        theta=theta,
        likelihood=model,
    )


def _inference(model: MixedLikelihood, theta: Vector, sigma: float, df_method: str) -> tuple[Vector, Vector]:
    """Covariance of the coefficients and their degrees of freedom."""
    if df_method == "kenward_roger":
        return kenward_roger(model, theta, sigma)
    vcov = model.coefficient_covariance(model.profile(theta), sigma)
    if df_method == "satterthwaite":
        return vcov, satterthwaite_df(model, theta, sigma)
    return vcov, np.full(model.p, math.inf)


def _maximise(model: MixedLikelihood) -> Vector:
    """The relative factors that maximise the likelihood, searched from two starts."""
    diagonal = np.array([low == 0 for low, _ in model.bounds()])
    theta, deviance = _search(model, diagonal)
    if not math.isfinite(deviance):
        raise ConvergenceError("the likelihood of the multilevel model could not be maximised.")
    for position in np.flatnonzero(diagonal & (theta < _NEAR)):
        at_zero = theta.copy()
        at_zero[position] = 0.0
        if model.deviance(at_zero) <= deviance + _SAME:
            theta = at_zero
    if (np.abs(theta) >= 0.99 * _LARGEST).any():
        raise ConvergenceError("the residual variance goes to zero: random effects explain every value.")
    return theta


def _search(model: MixedLikelihood, diagonal: NDArray[np.bool_]) -> tuple[Vector, float]:
    """The best relative factors found and their deviance."""
    if len(diagonal) == 1:
        grid = np.concatenate([[0.0], np.geomspace(0.01, _LARGEST, 25)])
        best = int(np.argmin([model.deviance(np.array([t])) for t in grid]))
        ends = (float(grid[max(best - 1, 0)]), float(grid[min(best + 1, len(grid) - 1)]))
        scalar = optimize.minimize_scalar(
            lambda t: model.deviance(np.array([t])), bounds=ends, method="bounded", options={"xatol": 1e-10}
        )
        return np.array([float(scalar.x)]), float(scalar.fun)
    theta, deviance = np.zeros(len(diagonal)), math.inf
    search = search_ratios if has_ratios(model) else _search_factors
    for scale in (0.2, 1.0):
        found, lowest = search(model, np.where(diagonal, scale, 0.0))
        if lowest < deviance - _SAME:
            theta, deviance = found, lowest
        if (theta[diagonal] > _NEAR).all():
            break  # an interior maximum; near the boundary a second start guards against a local one
    return theta, deviance


def _search_factors(model: MixedLikelihood, start: Vector) -> tuple[Vector, float]:
    """The relative factors at the minimum of the deviance reached from a start, without derivatives."""
    scale = float(start.max())
    found = optimize.minimize(
        model.deviance,
        start,
        method="COBYQA",
        bounds=model.bounds(),
        options={"initial_tr_radius": 0.4 * scale, "final_tr_radius": 1e-9, "maxfev": 4000},
    )
    return np.asarray(found.x, dtype=float), float(found.fun)


def _variances(model: MixedLikelihood, theta: Vector, sigma: float) -> pd.DataFrame:
    rows: list[dict[str, object]] = []
    for term, piece in zip(model.terms, model.pieces(theta), strict=True):
        covariance = sigma**2 * term.covariance(piece)
        sd = np.sqrt(np.diag(covariance))
        for i, name in enumerate(term.names):
            rows.append(_row(term.group, name, "", float(covariance[i, i]), float(sd[i])))
        for i, name in enumerate(term.names):
            for j in range(i):
                scale = float(sd[i] * sd[j])
                correlation = float(covariance[i, j]) / scale if scale > 0 else math.nan
                rows.append(_row(term.group, term.names[j], name, float(covariance[i, j]), correlation))
    rows.append(_row("residual", "", "", sigma**2, sigma))
    return pd.DataFrame(rows)


def _row(group: str, term: str, other: str, variance: float, sd: float) -> dict[str, object]:
    return {"group": group, "term": term, "other": other, "variance": variance, "sd": sd}


def _remarks(variances: pd.DataFrame) -> tuple[str, ...]:
    sd = variances["sd"].to_numpy(dtype=float)
    out = []
    for size, group, term, other in zip(
        sd[:-1], variances["group"], variances["term"], variances["other"], strict=False
    ):
        if not other and size <= _ZERO * sd[-1]:
            out.append(
                f"the variance of {term!r} between levels of {group!r} is estimated at zero; "
                "this does not show that they are alike."
            )
        elif other and abs(size) > 1 - 1e-6:
            out.append(f"{term!r} and {other!r} of {group!r} are estimated to correlate at ±1.")
    for text in out:
        warnings.warn(text, BoundaryWarning, stacklevel=3)
    return tuple(out)


def _statistics(
    model: MixedLikelihood, theta: Vector, sigma: float, design: Design, beta: Vector
) -> dict[str, float]:
    deviance = model.deviance(theta)
    n_parameters = model.p + len(theta) + 1
    between = (
        sum(_mean_variance(t, p) for t, p in zip(model.terms, model.pieces(theta), strict=True)) * sigma**2
    )
    fixed = float(np.var(design.x @ beta, ddof=1))
    total = fixed + between + sigma**2
    out = {
        "sigma": sigma,
        "residual_variance": sigma**2,
        "deviance": deviance,
        "log_likelihood": -deviance / 2,
        "aic": deviance + 2 * n_parameters,
        "bic": deviance + math.log(model.n) * n_parameters,
        "n_parameters": float(n_parameters),
        "icc": between / (between + sigma**2),
        "r2_marginal": fixed / total,  # Nakagawa & Schielzeth (2013), equation 26
        "r2_conditional": (fixed + between) / total,  # equation 30
    }
    return out | {f"n_{term.group}": float(len(term.levels)) for term in model.terms}


def _mean_variance(term: RandomTerm, theta: Vector) -> float:
    """Mean over observations of the variance a random term contributes (Johnson 2014), in units of σ²."""
    return float(np.einsum("ij,jk,ik->i", term.values, term.covariance(theta), term.values).mean())


def _effects(model: MixedLikelihood, theta: Vector, sigma: float) -> pd.DataFrame:
    """Conditional modes b = Λu and their standard errors given the fixed effects."""
    inner = model.inner(theta)
    lam = inner.factor
    modes = lam @ model.profile(theta).modes
    rows = lam if isinstance(lam, np.ndarray) else lam.tocsr()
    spread = np.empty(lam.shape[0])
    for start in range(0, lam.shape[0], _CHUNK):
        part = rows[start : start + _CHUNK]
        dense = part if isinstance(part, np.ndarray) else part.toarray()
        spread[start : start + _CHUNK] = sigma**2 * (dense.T * inner.solve(np.asfortranarray(dense.T))).sum(
            axis=0
        )
    frames, start = [], 0
    for term in model.terms:
        k, n_levels = len(term.names), len(term.levels)
        part = slice(start, start + k * n_levels)
        start = part.stop
        counts = np.bincount(term.codes, minlength=n_levels)
        frames.append(
            pd.DataFrame(
                {
                    "group": term.group,
                    "level": np.repeat(np.array(term.levels, dtype=object), k),
                    "term": np.tile(np.array(term.names, dtype=object), n_levels),
                    "estimate": modes[part] / np.tile(term.scale, n_levels),
                    "std_error": np.sqrt(spread[part]) / np.tile(term.scale, n_levels),
                    "n_obs": np.repeat(counts, k),
                }
            )
        )
    return pd.concat(frames, ignore_index=True)
