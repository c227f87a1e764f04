"""Confirmatory factor analysis by maximum likelihood, and the reliability (omega) that follows from it."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import optimize

from asn_research.errors import (
    BoundaryWarning,
    ConvergenceError,
    InputError,
    NoVariationError,
    SingularDesignError,
    TooFewObservationsError,
)
from asn_research.measures.distribution import chi2_sf, normal_ppf, normal_sf
from asn_research.measures.input import Array, check_frame, check_level
from asn_research.measures.reliability import read_items
from asn_research.models.result import Estimate, Fit


@dataclass(frozen=True, slots=True)
class _Model:
    """Which item loads where (p × m, true or false) and the names; parameters are ordered loadings,
    residual variances, factor correlations."""

    items: tuple[str, ...]
    factors: tuple[str, ...]
    loads: Array

    @property
    def n_loadings(self) -> int:
        return int(self.loads.sum())

    @property
    def n_parameters(self) -> int:
        m = len(self.factors)
        return self.n_loadings + len(self.items) + m * (m - 1) // 2

    def unpack(self, theta: Array) -> tuple[Array, Array, Array]:
        """Loadings (p × m), residual variances (p), factor correlations (m × m)."""
        m, p = len(self.factors), len(self.items)
        loadings = np.zeros((p, m))
        loadings[self.loads.astype(bool)] = theta[: self.n_loadings]
        residual = theta[self.n_loadings : self.n_loadings + p]
        phi = np.eye(m)
        upper = np.triu_indices(m, 1)
        phi[upper] = theta[self.n_loadings + p :]
        return loadings, residual, phi + np.triu(phi, 1).T


def fit_factors(
    data: pd.DataFrame,
    *,
    factors: Mapping[str, Sequence[str]],
    reverse: Sequence[str] = (),
    scale: tuple[float, float] | None = None,
    conf_level: float = 0.95,
) -> Fit:
    r"""Confirmatory factor analysis: every item loads on one or more named factors, which may correlate.

    Parameters
    ----------
    data : DataFrame
        One row per person; people with a missing item are left out and counted.
    factors : mapping of str to sequence of str
        Items of each factor. Factor variances are fixed at 1.
    reverse, scale
        As in :func:`~asn_research.measures.reliability.read_items`.
    conf_level : float, default 0.95
        Level of the normal intervals.

    Returns
    -------
    Fit
        Terms ``factor=~item`` (loadings), ``item~~item`` (residual variances) and ``factor~~factor``
        (correlations), with expected-information standard errors. ``statistics``: ``chisq``, ``df``,
        ``p_value``, ``cfi``, ``tli``, ``rmsea``, ``srmr``, ``n_complete``, ``n_incomplete``.

    Raises
    ------
    InputError
        No factor, or a factor without items.
    SingularDesignError
        More parameters than covariances, or a singular item covariance.
    TooFewObservationsError
        Not more complete people than items.
    NoVariationError
        An item is constant.
    ConvergenceError
        The likelihood has no interior maximum that was found.

    Warns
    -----
    BoundaryWarning
        A residual variance is negative (Heywood case).

    Notes
    -----
    Minimises :math:`\log|\Sigma| + tr(S \Sigma^{-1}) - \log|S| - p` with
    :math:`\Sigma = \Lambda \Phi \Lambda' + \Theta` and S with divisor n; the test statistic is n times it.

    References
    ----------
    Jöreskog (1969), doi:10.1007/BF02289343; Bentler (1990), doi:10.1037/0033-2909.107.2.238 (CFI).

    Examples
    --------
    >>> import numpy as np
    >>> chance = np.random.default_rng(1)
    >>> trait = chance.normal(size=300)
    >>> answers = pd.DataFrame({name: trait + chance.normal(size=300) for name in "abcd"})
    >>> fit_factors(answers, factors={"skill": list("abcd")}).statistics["df"]
    2.0
    """
    check_level(conf_level)
    model, sample, n, n_incomplete = _read_model(data, factors, reverse, scale)
    theta, value = _minimise(model, sample)
    vcov = _invert(_information(model, theta, n))
    return _factor_fit(model, theta, vcov, sample, (n, n_incomplete), value, conf_level)


def measure_omega(
    data: pd.DataFrame,
    *,
    items: Sequence[str] | None = None,
    factors: Mapping[str, Sequence[str]] | None = None,
    reverse: Sequence[str] = (),
    scale: tuple[float, float] | None = None,
    conf_level: float = 0.95,
) -> Fit:
    r"""McDonald's omega of one scale, or of each scale of a confirmatory factor model.

    Prefer it to alpha where items measure the trait with unequal strength.

    Parameters
    ----------
    data : DataFrame
        One row per person, one column per item.
    items : sequence of str, optional
        Items of a single scale (term ``omega``); all columns by default. At least three.
    factors : mapping of str to sequence of str, optional
        Several scales fitted together (terms ``omega_<factor>``).
    reverse, scale
        As in :func:`~asn_research.measures.reliability.read_items`.
    conf_level : float, default 0.95
        Level of the delta-method interval.

    Returns
    -------
    Fit
        For each factor ``omega`` and ``ave`` (average variance extracted). ``statistics`` are those of
        :func:`fit_factors`.

    Raises
    ------
    InputError
        Both or unknown ``items`` and ``factors``; else as :func:`fit_factors`.

    Notes
    -----
    :math:`\omega = (\sum \lambda_j)^2 / ((\sum \lambda_j)^2 + \sum \theta_j)`;
    :math:`AVE = \sum \lambda_j^2 / (\sum \lambda_j^2 + \sum \theta_j)`.

    References
    ----------
    McDonald (1999), Test Theory: A Unified Treatment; Fornell & Larcker (1981), doi:10.2307/3151312.

    Examples
    --------
    >>> import numpy as np
    >>> chance = np.random.default_rng(1)
    >>> trait = chance.normal(size=2000)
    >>> answers = pd.DataFrame({name: trait + chance.normal(size=2000) for name in "abcd"})
    >>> round(measure_omega(answers)["omega"].estimate, 1)
    0.8
    """
    if items is not None and factors is not None:
        raise InputError("give either items (one scale) or factors (several), not both.")
    named = {"": list(check_frame(data).columns if items is None else items)} if factors is None else factors
    check_level(conf_level)
    model, sample, n, n_incomplete = _read_model(data, named, reverse, scale)
    theta, value = _minimise(model, sample)
    information = _invert(_information(model, theta, n))
    fit = _factor_fit(model, theta, information, sample, (n, n_incomplete), value, conf_level)
    names = [f"{kind}_{name}".rstrip("_") for name in model.factors for kind in ("omega", "ave")]
    values = _shares(model, theta)
    jacobian = np.array([_slope(model, theta, j) for j in range(len(theta))]).T
    vcov = jacobian @ information @ jacobian.T
    half = float(normal_ppf((1 + conf_level) / 2)) * np.sqrt(np.diag(vcov))
    estimates = tuple(
        Estimate(
            term=name, estimate=float(values[i]), std_error=math.sqrt(vcov[i, i]), conf_level=conf_level,
            conf_low=float(values[i] - half[i]), conf_high=float(values[i] + half[i]), n_obs=n, unit="share",
            estimand="reliability" if name.startswith("omega") else "average_variance_extracted",
            method="factor analysis by maximum likelihood, delta method", vcov_type="expected information",
        )
        for i, name in enumerate(names)
    )  # fmt: skip
    return Fit(estimates=estimates, vcov=vcov, statistics=fit.statistics, warnings=fit.warnings)


def _read_model(
    data: pd.DataFrame,
    factors: Mapping[str, Sequence[str]],
    reverse: Sequence[str],
    scale: tuple[float, float] | None,
) -> tuple[_Model, Array, int, int]:
    """The model, the covariance of the complete rows (divisor n), and how many were and were not complete."""
    if not factors or not all(len(list(items)) for items in factors.values()):
        raise InputError(f"every factor needs items, found { {k: list(v) for k, v in factors.items()} }.")
    items = tuple(dict.fromkeys(item for members in factors.values() for item in members))
    answers = read_items(data, items=items, reverse=reverse, scale=scale)
    complete = answers.dropna().to_numpy()
    n, p = complete.shape
    loads = np.array([[float(item in list(members)) for members in factors.values()] for item in items])
    model = _Model(items, tuple(factors), loads)
    if n <= p:
        raise TooFewObservationsError(f"a factor model of {p} items needs more complete people, found {n}.")
    constant = [item for item, spread in zip(items, np.ptp(complete, axis=0), strict=True) if spread == 0]
    if constant:
        raise NoVariationError(f"the items {constant} are constant.")
    if model.n_parameters > p * (p + 1) // 2:
        raise SingularDesignError(
            f"{model.n_parameters} parameters cannot be estimated from the {p * (p + 1) // 2} covariances "
            f"of {p} items."
        )
    sample = np.cov(complete, rowvar=False, ddof=0)
    if np.linalg.cond(np.corrcoef(complete, rowvar=False)) > 1e12:
        raise SingularDesignError("the items are collinear: one is a sum of others.")
    return model, sample, n, len(answers) - n


def _minimise(model: _Model, sample: Array) -> tuple[Array, float]:
    """Parameters on the scale of the items and the minimum of the discrepancy, fitted on correlations."""
    deviations = np.sqrt(np.diag(sample))
    target = sample / np.outer(deviations, deviations)
    m, p = len(model.factors), len(model.items)
    start = np.concatenate([np.full(model.n_loadings, 0.6), np.full(p, 0.6), np.full(m * (m - 1) // 2, 0.3)])
    for row, (_, members) in enumerate(zip(model.factors, model.loads.T, strict=True)):
        _orient(start, model, target, row, members.astype(bool))
    log_sample = float(np.linalg.slogdet(target)[1])

    def objective(theta: Array) -> tuple[float, Array]:
        return _discrepancy(model, theta, target, log_sample)

    result = optimize.minimize(
        objective, start, jac=True, method="L-BFGS-B", options={"maxiter": 5000, "ftol": 1e-15, "gtol": 1e-9}
    )
    if not math.isfinite(result.fun) or float(np.abs(result.jac).max()) > 1e-4:
        raise ConvergenceError(f"the factor model did not converge: {result.message}.")
    theta = np.array(result.x)
    scale_of = np.broadcast_to(deviations[:, None], model.loads.shape)[model.loads.astype(bool)]
    theta[: model.n_loadings] *= scale_of
    theta[model.n_loadings : model.n_loadings + p] *= deviations**2
    return theta, max(float(result.fun), 0.0)


def _orient(start: Array, model: _Model, target: Array, factor: int, members: Array) -> None:
    """Give the starting loadings of a factor the signs of the first principal axis of its items."""
    chosen = np.flatnonzero(members)
    axis = np.linalg.eigh(target[np.ix_(chosen, chosen)])[1][:, -1]
    axis = axis * (1 if axis.sum() >= 0 else -1)
    rows, columns = np.nonzero(model.loads)
    for item, sign in zip(chosen, np.sign(axis), strict=True):
        start[np.flatnonzero((rows == item) & (columns == factor))] *= sign or 1.0


def _discrepancy(model: _Model, theta: Array, sample: Array, log_sample: float) -> tuple[float, Array]:
    """Maximum-likelihood discrepancy and its gradient."""
    loadings, residual, phi = model.unpack(theta)
    sigma = loadings @ phi @ loadings.T + np.diag(residual)
    values = np.linalg.eigvalsh(sigma)
    if values[0] <= 1e-10:
        return 1e10 * (1 - float(values[0])), np.zeros_like(theta)
    inverse = np.linalg.inv(sigma)
    value = float(np.log(values).sum() + (sample * inverse).sum() - log_sample - len(sample))
    weight = inverse @ (sigma - sample) @ inverse
    upper = np.triu_indices(len(model.factors), 1)
    gradient = np.concatenate(
        [
            (2 * weight @ loadings @ phi)[model.loads.astype(bool)],
            np.diag(weight),
            2 * (loadings.T @ weight @ loadings)[upper],
        ]
    )
    return value, gradient


def _information(model: _Model, theta: Array, n: int) -> Array:
    """Expected Fisher information: n / 2 tr(S^-1 dS_i S^-1 dS_j)."""
    loadings, residual, phi = model.unpack(theta)
    inverse = np.linalg.inv(loadings @ phi @ loadings.T + np.diag(residual))
    slopes = []
    p, m = model.loads.shape
    for item, factor in zip(*np.nonzero(model.loads), strict=True):
        one = np.zeros((p, p))
        one[item] = phi[factor] @ loadings.T
        slopes.append(inverse @ (one + one.T))
    for item in range(p):
        one = np.zeros((p, p))
        one[item, item] = 1.0
        slopes.append(inverse @ one)
    for i, j in zip(*np.triu_indices(m, 1), strict=True):
        one = np.outer(loadings[:, i], loadings[:, j])
        slopes.append(inverse @ (one + one.T))
    information = np.array([[float((a * b.T).sum()) for b in slopes] for a in slopes]) * n / 2
    spread = np.sqrt(np.diag(information))
    if not (spread > 0).all() or np.linalg.cond(information / np.outer(spread, spread)) > 1e12:
        raise SingularDesignError("the factor model is not identified: its information matrix is singular.")
    return information


def _invert(information: Array) -> Array:
    return np.asarray(np.linalg.inv(information), dtype=float)


def _shares(model: _Model, theta: Array) -> Array:
    """Omega and average variance extracted of each factor, in that order."""
    loadings, residual, _ = model.unpack(theta)
    out = []
    for factor in range(len(model.factors)):
        members = model.loads[:, factor].astype(bool)
        own, noise = loadings[members, factor], float(residual[members].sum())
        out.append(own.sum() ** 2 / (own.sum() ** 2 + noise))
        out.append((own**2).sum() / ((own**2).sum() + noise))
    return np.array(out)


def _slope(model: _Model, theta: Array, j: int) -> Array:
    step = 1e-6 * max(1.0, abs(float(theta[j])))
    up, down = theta.copy(), theta.copy()
    up[j] += step
    down[j] -= step
    return np.asarray((_shares(model, up) - _shares(model, down)) / (2 * step), dtype=float)


def _factor_fit(
    model: _Model,
    theta: Array,
    vcov: Array,
    sample: Array,
    counts: tuple[int, int],
    value: float,
    conf_level: float,
) -> Fit:
    errors, critical = np.sqrt(np.diag(vcov)), float(normal_ppf((1 + conf_level) / 2))
    estimates = tuple(
        Estimate(
            term=name, estimate=float(b), std_error=float(se), statistic=float(b / se),
            p_value=float(2 * normal_sf(abs(b / se))), conf_low=float(b - critical * se), df=math.inf,
            conf_high=float(b + critical * se), conf_level=conf_level, n_obs=counts[0],
            estimand="factor_parameter", method="factor analysis by maximum likelihood",
            vcov_type="expected information",
        )
        for name, b, se in zip(_names(model), theta, errors, strict=True)
    )  # fmt: skip
    negative = theta[model.n_loadings : model.n_loadings + len(model.items)] < 0
    remarks: tuple[str, ...] = ()
    if negative.any():
        items = [item for item, below in zip(model.items, negative, strict=True) if below]
        remarks = (f"the residual variance of {items} is negative (Heywood case); do not trust this model.",)
        warnings.warn(remarks[0], BoundaryWarning, stacklevel=3)
    statistics = _fit_indices(model, theta, sample, counts[0], value)
    statistics |= {"n_complete": float(counts[0]), "n_incomplete": float(counts[1])}
    return Fit(estimates=estimates, vcov=vcov, statistics=statistics, warnings=remarks)


def _names(model: _Model) -> list[str]:
    rows, columns = np.nonzero(model.loads)
    names = [f"{model.factors[j] or 'factor'}=~{model.items[i]}" for i, j in zip(rows, columns, strict=True)]
    names += [f"{item}~~{item}" for item in model.items]
    i, j = np.triu_indices(len(model.factors), 1)
    return names + [f"{model.factors[a]}~~{model.factors[b]}" for a, b in zip(i, j, strict=True)]


def _fit_indices(model: _Model, theta: Array, sample: Array, n: int, value: float) -> dict[str, float]:
    p = len(model.items)
    chisq, df = n * value, p * (p + 1) // 2 - model.n_parameters
    baseline = n * (float(np.log(np.diag(sample)).sum()) - float(np.linalg.slogdet(sample)[1]))
    df0 = p * (p - 1) // 2
    excess, excess0 = max(chisq - df, 0.0), max(baseline - df0, chisq - df, 0.0)
    loadings, residual, phi = model.unpack(theta)
    sigma = loadings @ phi @ loadings.T + np.diag(residual)
    deviations = np.sqrt(np.diag(sample))
    gap = ((sample - sigma) / np.outer(deviations, deviations))[np.tril_indices(p)]
    return {
        "chisq": chisq, "df": float(df), "p_value": float(chi2_sf(chisq, df)) if df else math.nan,
        "baseline_chisq": baseline, "baseline_df": float(df0),
        "cfi": 1 - excess / excess0 if excess0 > 0 else 1.0,
        "tli": (baseline / df0 - chisq / df) / (baseline / df0 - 1) if df else math.nan,
        "rmsea": math.sqrt(excess / (df * n)) if df else 0.0,
        "srmr": float(np.sqrt((gap**2).mean())),
    }  # fmt: skip
