"""Treatment effects when groups differ: regression adjustment, weighting, and both together."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from asn_research.contract.threshold import FEW_CLUSTERS, MINIMUM_CLUSTERS
from asn_research.errors import (
    FewClustersWarning,
    HighLeverageWarning,
    InputError,
    NoVariationError,
    SingularDesignError,
    TooFewClustersError,
    TooFewObservationsError,
)
from asn_research.models.argument import Vector, check_choice, check_level, read_design
from asn_research.models.propensity import (
    LINKS,
    binary_score,
    check_overlap_edge,
    fit_binary,
    probability,
)
from asn_research.models.result import Fit
from asn_research.models.wald import Label, wald_estimates

METHODS = ("ra", "ipw", "aipw", "aipw_wls", "ipwra")
_NAMES = {
    "ra": "regression adjustment",
    "ipw": "inverse probability weighting",
    "aipw": "augmented inverse probability weighting",
    "aipw_wls": "augmented inverse probability weighting, weighted outcome models",
    "ipwra": "inverse-probability-weighted regression adjustment",
}
_HEAVY = 0.1  # share of an arm's weight that one unit may carry without a warning


@dataclass(frozen=True, slots=True)
class _Sample:
    """Outcome (in standard deviations), treatment, orthonormal designs of the two models, clusters."""

    y: Vector
    t: Vector
    x: Vector
    z: Vector
    clusters: Vector | None
    unit: float
    outcome: str
    names: tuple[str, ...]
    covariates: Vector

    @property
    def n(self) -> int:
        return len(self.y)


def estimate_effect(
    data: pd.DataFrame,
    *,
    outcome_formula: str,
    treatment_formula: str,
    method: str = "aipw",
    estimand: str = "ate",
    link: str = "logit",
    clusters: str | None = None,
    conf_level: float = 0.95,
) -> Fit:
    r"""Average effect of a 0/1 treatment on comparable units, adjusting for what is observed before it.

    Use it where a comparison group exists and everything that drives both participation and outcome was
    measured. The doubly robust methods (``aipw``, ``ipwra``) need only one of the two models to be right.

    Parameters
    ----------
    data : DataFrame
        One row per unit; rows with a missing value in either formula are dropped.
    outcome_formula : str
        ``"post ~ pre + age"``, fitted in each arm by least squares; without the treatment.
        ``"post ~ 1"`` for pure weighting.
    treatment_formula : str
        ``"treated ~ pre + age"``, a 0/1 column on its left. Ignored on its right side by ``method="ra"``.
    method : {"aipw", "ipwra", "ipw", "ra", "aipw_wls"}
        ``ipw`` uses weights normalised within arms.
    estimand : {"ate", "att"}
        Effect over all units, or over the treated (not for ``aipw_wls``).
    link : {"logit", "probit"}
        Model of the treatment probability.
    clusters : str, optional
        Column of clusters for the standard errors, 6 or more.
    conf_level : float, default 0.95

    Returns
    -------
    Fit
        Terms ``ate`` (or ``att``), ``po_mean_0`` and ``po_mean_1`` in units of the outcome. ``statistics``
        has the overlap diagnostics: ``propensity_min``, ``propensity_max``, effective sample sizes
        ``ess_treated`` and ``ess_control``, ``largest_weight_share``, and the largest
        standardised mean difference of a covariate of the treatment model before and after weighting,
        ``smd_before`` and ``smd_after``.

    Raises
    ------
    NoOverlapError
        Probabilities of 0 or 1, perfect separation, or no common range.
    InputError
        The treatment is not 0/1, or stands on the right of the outcome formula; unknown option.
    NoVariationError
        One arm is empty, or the outcome is constant.
    TooFewObservationsError
        An arm has not more units than its outcome model has coefficients.
    TooFewClustersError
        Fewer than 6 clusters.
    SingularDesignError
        Collinear covariates, in the sample or within an arm.

    Warns
    -----
    HighLeverageWarning
        One unit carries more than a tenth of the weight of its arm.
    FewClustersWarning
        Fewer than 30 clusters.

    Notes
    -----
    All models and the two potential-outcome means are one system of estimating equations
    :math:`\psi(\theta)`; the covariance is the sandwich :math:`A^{-1} B A^{-\top} / n`, so that the
    standard errors account for the estimated probabilities. Designs are
    orthonormalised first: results do not depend on covariate units. Normal quantiles, or t with G − 1
    degrees of freedom under clusters.

    References
    ----------
    Robins, Rotnitzky & Zhao (1994), doi:10.1080/01621459.1994.10476818; Lunceford & Davidian (2004),
    doi:10.1002/sim.1903; Wooldridge (2007), doi:10.1016/j.jeconom.2007.02.002; Cattaneo (2010),
    doi:10.1016/j.jeconom.2009.09.023.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(5)
    >>> pre = rng.normal(60, 10, 400)
    >>> treated = (rng.random(400) < 1 / (1 + np.exp((pre - 60) / 10))).astype(int)
    >>> post = pre + 5 * treated + rng.normal(0, 5, 400)
    >>> frame = pd.DataFrame({"pre": pre, "treated": treated, "post": post})
    >>> fit = estimate_effect(frame, outcome_formula="post ~ pre", treatment_formula="treated ~ pre")
    >>> round(fit["ate"].estimate, 1)
    5.0
    """
    check_choice("method", method, METHODS)
    check_choice("estimand", estimand, ("ate", "att"))
    check_choice("link", link, LINKS)
    check_level(conf_level)
    if method == "aipw_wls" and estimand == "att":
        raise InputError("method='aipw_wls' is defined for estimand='ate' only; use 'aipw' or 'ipwra'.")
    sample = _read_sample(data, outcome_formula, treatment_formula, clusters, use_z=method != "ra")
    gamma = _treatment_model(sample, method, estimand, link)
    theta = _solve(sample, gamma, method, estimand, link)
    moments = _moments(sample, len(gamma), method, estimand, link)
    vcov = _sandwich(moments, theta, sample.clusters)
    contrast = np.zeros((3, len(theta)))
    contrast[0, -2:], contrast[1, -2], contrast[2, -1] = (-1.0, 1.0), 1.0, 1.0
    values = contrast @ theta * sample.unit
    covariance = contrast @ vcov @ contrast.T * sample.unit**2
    statistics, remarks = _overlap(sample, gamma, method, estimand, link)
    label = Label(
        n_obs=sample.n,
        n_clusters=None if sample.clusters is None else len(np.unique(sample.clusters)),
        conf_level=conf_level,
        outcome=sample.outcome,
        estimand=estimand,
        method=_NAMES[method],
        vcov_type="stacked sandwich" if sample.clusters is None else "stacked sandwich, clustered",
    )
    df = math.inf if label.n_clusters is None else label.n_clusters - 1.0
    estimates = wald_estimates((estimand, "po_mean_0", "po_mean_1"), values, covariance, df=df, label=label)
    return Fit(estimates=estimates, vcov=covariance, statistics=statistics, warnings=remarks)


def _read_sample(
    data: pd.DataFrame, outcome_formula: str, treatment_formula: str, clusters: str | None, *, use_z: bool
) -> _Sample:
    keep = [clusters] if clusters else []
    outcome = read_design(data, formula=outcome_formula, keep=keep)
    if not use_z:
        treatment_formula = f"{treatment_formula.partition('~')[0]} ~ 1"
    treatment = read_design(data, formula=treatment_formula, keep=keep)
    if treatment.outcome in outcome.names:
        raise InputError(f"the treatment {treatment.outcome!r} must not stand in the outcome formula.")
    common = np.intersect1d(outcome.rows, treatment.rows)
    in_outcome, in_treatment = np.isin(outcome.rows, common), np.isin(treatment.rows, common)
    y, t = outcome.y[in_outcome], treatment.y[in_treatment]
    if not np.isin(t, (0.0, 1.0)).all():
        raise InputError(f"the treatment {treatment.outcome!r} must be 0 or 1; found {sorted(set(t))[:5]}.")
    if len(np.unique(t)) < 2:
        raise NoVariationError(
            f"the treatment {treatment.outcome!r} must take both values among complete rows."
        )
    unit = float(np.std(y))
    if not unit > 1e-12 * float(np.abs(y).max()):
        raise NoVariationError(f"the outcome {outcome.outcome!r} is constant.")
    z = treatment.x[in_treatment]
    return _Sample(
        y=y / unit,
        t=t,
        x=_orthonormal(outcome.x[in_outcome]),
        z=_orthonormal(z),
        clusters=_codes(data, clusters, common),
        unit=unit,
        outcome=outcome.outcome,
        names=treatment.names,
        covariates=z,
    )


def _codes(data: pd.DataFrame, clusters: str | None, rows: NDArray[np.intp]) -> Vector | None:
    if clusters is None:
        return None
    codes = pd.factorize(data[clusters].iloc[rows], sort=True)[0]
    n = int(codes.max()) + 1
    if n < MINIMUM_CLUSTERS:
        raise TooFewClustersError(
            f"{n} clusters in {clusters!r}; standard errors need {MINIMUM_CLUSTERS} or more."
        )
    if n < FEW_CLUSTERS:
        text = f"only {n} clusters: the interval may be too short."
        warnings.warn(text, FewClustersWarning, stacklevel=4)
    return np.asarray(codes, dtype=float)


def _orthonormal(x: Vector) -> Vector:
    return np.asarray(np.linalg.qr(x)[0] * math.sqrt(len(x)), dtype=float)


def _treatment_model(sample: _Sample, method: str, estimand: str, link: str) -> Vector:
    if method == "ra":
        return np.empty(0)
    model = fit_binary(sample.t, sample.z, link=link)
    check_overlap_edge(model.probability, sample.t, both_sides=estimand == "ate")
    return model.gamma


def _regression_weights(t: Vector, p: Vector, method: str, estimand: str, arm: int) -> Vector:
    """Weights of the outcome model of an arm (0 outside it)."""
    inside = t if arm else 1 - t
    share = p if arm else 1 - p
    if method == "aipw_wls":  # weights that make the augmentation a weighted residual sum
        return np.asarray(inside / share * (inside / share - 1))
    if method == "ipwra":
        return np.asarray(inside * _arm_weights(t, p, estimand, arm))
    return np.asarray(inside)


def _arm_weights(t: Vector, p: Vector, estimand: str, arm: int) -> Vector:
    inside = t if arm else 1 - t
    if estimand == "ate":
        return np.asarray(inside / (p if arm else 1 - p))
    return np.asarray(inside if arm else inside * p / (1 - p))


def _solve(sample: _Sample, gamma: Vector, method: str, estimand: str, link: str) -> Vector:
    """All parameters in order: treatment model, outcome model of arm 0 and of arm 1, the two means."""
    p = probability(gamma, sample.z, link) if len(gamma) else np.full(sample.n, 0.5)
    betas: list[Vector] = []
    means = []
    for arm in (0, 1):
        beta = np.empty(0)
        if method != "ipw":
            w = _regression_weights(sample.t, p, method, estimand, arm)
            beta = _least_squares(sample, w, arm)
            betas.append(beta)
        terms, weight = _mean_terms(sample, p, beta, method, estimand, arm)
        means.append(float(terms.sum() / weight.sum()))
    return np.concatenate([gamma, *betas, np.array(means)])


def _least_squares(sample: _Sample, w: Vector, arm: int) -> Vector:
    used = w > 0
    k = sample.x.shape[1]
    if used.sum() < k + 1:
        raise TooFewObservationsError(f"arm {arm} has {int(used.sum())} units for {k} coefficients.")
    root = np.sqrt(w[used])
    beta, _, rank, _ = np.linalg.lstsq(sample.x[used] * root[:, None], sample.y[used] * root, rcond=1e-10)
    if rank < k:
        raise SingularDesignError(f"the covariates of the outcome model are collinear within arm {arm}.")
    return np.asarray(beta, dtype=float)


def _mean_terms(
    sample: _Sample, p: Vector, beta: Vector, method: str, estimand: str, arm: int
) -> tuple[Vector, Vector]:
    """Numerator and denominator terms of a potential-outcome mean: mean = Σ numerator / Σ denominator."""
    target = np.ones(sample.n) if estimand == "ate" else sample.t
    if method == "ipw":
        w = _arm_weights(sample.t, p, estimand, arm)
        return w * sample.y, w
    fitted = sample.x @ beta
    out = target * fitted
    if method in ("aipw", "aipw_wls"):
        out = out + _arm_weights(sample.t, p, estimand, arm) * (sample.y - fitted)
    return out, target


def _moments(
    sample: _Sample, n_gamma: int, method: str, estimand: str, link: str
) -> Callable[[Vector], Vector]:
    """The stacked estimating equations, one row per unit."""
    k = 0 if method == "ipw" else sample.x.shape[1]

    def evaluate(theta: Vector) -> Vector:
        gamma = theta[:n_gamma]
        p = probability(gamma, sample.z, link) if n_gamma else np.full(sample.n, 0.5)
        parts = [binary_score(gamma, sample.t, sample.z, link)] if n_gamma else []
        means = []
        for arm in (0, 1):
            beta = theta[n_gamma + arm * k : n_gamma + (arm + 1) * k]
            if k:
                w = _regression_weights(sample.t, p, method, estimand, arm)
                parts.append((w * (sample.y - sample.x @ beta))[:, None] * sample.x)
            terms, weight = _mean_terms(sample, p, beta, method, estimand, arm)
            means.append(terms - weight * theta[-2 + arm])
        return np.column_stack([*parts, *means])

    return evaluate


def _sandwich(moments: Callable[[Vector], Vector], theta: Vector, clusters: Vector | None) -> Vector:
    """A⁻¹ B A⁻ᵀ / n of the stacked system; parameters are of order one by construction."""
    at = moments(theta)
    n = len(at)
    step = 1e-5
    slopes = [
        (moments(theta + shift).mean(axis=0) - moments(theta - shift).mean(axis=0)) / (2 * step)
        for shift in np.eye(len(theta)) * step
    ]
    bread = np.linalg.inv(np.column_stack(slopes))
    if clusters is not None:
        sums = pd.DataFrame(at).groupby(clusters).sum().to_numpy()
        meat = sums.T @ sums / n * len(sums) / (len(sums) - 1)
    else:
        meat = at.T @ at / n
    return np.asarray(bread @ meat @ bread.T / n, dtype=float)


def _overlap(
    sample: _Sample, gamma: Vector, method: str, estimand: str, link: str
) -> tuple[dict[str, float], tuple[str, ...]]:
    if method == "ra":
        return {"n_treated": float(sample.t.sum()), "n_control": float((1 - sample.t).sum())}, ()
    p = probability(gamma, sample.z, link)
    weights = [_arm_weights(sample.t, p, estimand, arm) for arm in (0, 1)]
    sizes = [float(w.sum() ** 2 / (w**2).sum()) for w in weights]  # Kish
    largest = max(float(w.max() / w.sum()) for w in weights)
    plain = [1 - sample.t, sample.t]
    statistics = {
        "n_treated": float(sample.t.sum()),
        "n_control": float((1 - sample.t).sum()),
        "propensity_min": float(p.min()),
        "propensity_max": float(p.max()),
        "ess_treated": sizes[1],
        "ess_control": sizes[0],
        "largest_weight_share": largest,
        "smd_before": float(max(_differences(sample, plain), default=0.0)),
        "smd_after": float(max(_differences(sample, weights), default=0.0)),
    }
    if largest <= _HEAVY:
        return statistics, ()
    text = f"one unit carries {largest:.0%} of the weight of its arm; few units are comparable."
    warnings.warn(text, HighLeverageWarning, stacklevel=3)
    return statistics, (text,)


def _differences(sample: _Sample, weights: list[Vector]) -> list[float]:
    """Absolute standardised mean difference of every covariate of the treatment model."""
    out = []
    for column in sample.covariates.T:
        variance = (np.var(column[sample.t == 1], ddof=1) + np.var(column[sample.t == 0], ddof=1)) / 2
        if variance > 0:
            means = [float((w * column).sum() / w.sum()) for w in weights]
            out.append(abs(means[1] - means[0]) / math.sqrt(float(variance)))
    return out
