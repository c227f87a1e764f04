"""Linear regression with errors that fit the design, and joint tests of several coefficients."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from asn_research.contract.threshold import FEW_CLUSTERS, FEW_TREATED_CLUSTERS, MINIMUM_CLUSTERS, MINIMUM_DF
from asn_research.errors import (
    AsnResearchWarning,
    FewClustersWarning,
    FewTreatedClustersWarning,
    HighLeverageWarning,
    InputError,
    TooFewClustersError,
)
from asn_research.measures.distribution import f_sf
from asn_research.models.covariance import (
    ADJUSTED_TYPES,
    CR_TYPES,
    HC_TYPES,
    coefficient_covariance,
    hotelling_df,
    leverage,
    lone_directions,
    partial_leverage,
    satterthwaite_df,
)
from asn_research.models.design import (
    Array,
    Codes,
    Design,
    LeastSquares,
    build_design,
    count_codes,
    solve_design,
)
from asn_research.models.result import Estimate, Fit
from asn_research.models.wald import Label, wald_estimates
from asn_research.models.working_model import exact_df

_DOMINANT_SHARE = 0.5
_SHOWN = 5

Remark = tuple[type[AsnResearchWarning], str]


def fit_ols(
    formula: str,
    data: pd.DataFrame,
    *,
    vcov: str | None = None,
    clusters: str | Sequence[str] | None = None,
    weights: str | None = None,
    absorb: str | None = None,
    conf_level: float = 0.95,
) -> Fit:
    """Fit a linear regression by (weighted) least squares.

    Use it for the mean of an outcome given regressors, when rows are independent (``iid``, ``HC0`` to
    ``HC3``) or come in clusters such as training batches or offices (``CR0``, ``CR1``, ``CR1S``, ``CR2``,
    ``CR3``). ``CR2`` with Satterthwaite degrees of freedom is the choice for few or unequal clusters;
    ``CR2E`` has its standard errors and a critical value that also counts the likeness within clusters.

    Parameters
    ----------
    formula : str
        Such as ``"gain ~ C(method) + attendance"``; names of columns, formulaic's operators and transforms.
    data : DataFrame
        One row per observation. Rows with a missing value in a column that is used are dropped and counted in
        ``statistics["n_dropped"]``.
    vcov : str, optional
        Type of covariance; by default ``"CR2"`` with clusters and ``"HC2"`` without.
    clusters : str or two str, optional
        Column of the clusters. Two columns give two-way clustering (``CR0``, ``CR1``, ``CR1S`` only).
    weights : str, optional
        Column of non-negative weights; rows of weight zero are left out. CR2 and its degrees of freedom keep
        the identity as working model.
    absorb : str, optional
        Column of one fixed effect with many levels, taken out by demeaning instead of by dummies. CR2 and CR3
        need it to lie within clusters.
    conf_level : float, default 0.95
        Level of the intervals, between 0 and 1.

    Returns
    -------
    Fit
        One estimate per column of the design, by the name that formulaic gives it. Degrees of freedom: n - k
        for iid and HC, G - 1 for CR0, CR1, CR1S and CR3, Satterthwaite for CR2, for CR2E those of
        :func:`asn_research.models.working_model.exact_df` (no weights, nothing absorbed). With fewer than
        six clusters ``estimate`` and ``std_error`` are given, and p-value, interval and degrees of freedom
        are NaN; so are p-value and interval (CR2, CR2E, CR3) of a coefficient that one cluster alone
        identifies.
        ``statistics``: r_squared, adj_r_squared, sigma, ss_residual, df_residual, f_statistic and f_p_value
        (classical, all slopes), log_likelihood, aic, bic (with sigma as a parameter), n_dropped.

    Raises
    ------
    InputError, TooFewObservationsError, TooFewClustersError, SingularDesignError, NoVariationError

    Notes
    -----
    b = (X'WX)⁻¹X'Wy. Covariances: see :mod:`asn_research.models.covariance`, with the sources.

    Examples
    --------
    >>> frame = pd.DataFrame({"x": [0, 0, 1, 1.0], "y": [1, 2, 4, 5.0]})
    >>> fit_ols("y ~ x", frame, vcov="HC2")["x"].estimate
    3.0
    """
    design = build_design(formula, data, clusters=clusters, weights=weights, absorb=absorb)
    return fit_design(design, vcov=vcov, conf_level=conf_level)


def estimate_joint_test(
    formula: str,
    data: pd.DataFrame,
    *,
    terms: Sequence[str],
    vcov: str | None = None,
    clusters: str | None = None,
    weights: str | None = None,
    absorb: str | None = None,
) -> Fit:
    """Test that several coefficients of a regression are zero together.

    Use it for a factor with several levels or for baseline balance. With ``CR2`` or ``CR2E`` it is the HTZ
    test of Pustejovsky and Tipton (2018, doi:10.1080/07350015.2016.1247004); with ``iid`` the classical F
    test; else a Wald F test with the degrees of freedom of :func:`fit_ols`.

    Parameters
    ----------
    terms : sequence of str
        Names of coefficients, as :func:`fit_ols` gives them.
    formula, data, vcov, clusters, weights, absorb
        As in :func:`fit_ols`.

    Returns
    -------
    Fit
        The tested coefficients; ``statistics`` holds f_statistic, df_num, df_denom, p_value and wald (the
        chi-squared form Q = b'V⁻¹b). HTZ: F = (η - q + 1) / (η q) · Q on q and η - q + 1 degrees of freedom.

    Raises
    ------
    InputError
        Unknown term. Else as :func:`fit_ols`.
    TooFewClustersError
        Fewer than six clusters, or too few degrees of freedom for so many terms.

    Examples
    --------
    >>> frame = pd.DataFrame({"x": [0, 0, 1, 1.0, 2, 3], "y": [1, 2, 4, 5.0, 1, 0]})
    >>> round(estimate_joint_test("y ~ x", frame, terms=["x"], vcov="iid").statistics["df_denom"])
    4
    """
    design = build_design(formula, data, clusters=clusters, weights=weights, absorb=absorb)
    return joint_test(design, terms=terms, vcov=vcov)


def joint_test(design: Design, *, terms: Sequence[str], vcov: str | None = None) -> Fit:
    """:func:`estimate_joint_test` on a design."""
    kind = vcov_type(design, vcov)
    unknown = [term for term in terms if term not in design.names]
    if unknown or not terms:
        raise InputError(
            f"No term {', '.join(unknown) or 'was named'}; the terms are {', '.join(design.names)}."
        )
    check_clusters(design, kind, needed=MINIMUM_CLUSTERS)
    solution = solve_design(design)
    picked = [design.names.index(term) for term in terms]
    contrasts = np.eye(len(design.names))[picked]
    whole = coefficient_covariance(solution, vcov=kind)
    covariance = contrasts @ whole @ contrasts.T
    values = contrasts @ solution.coef
    wald, q = float(values @ np.linalg.solve(covariance, values)), len(picked)
    if kind in ("CR2", "CR2E"):
        eta = hotelling_df(solution, contrasts)
        df, f = eta - q + 1.0, (eta - q + 1.0) / (eta * q) * wald
    else:
        df, f = _plain_df(solution, kind), wald / q
    if df <= 0:
        raise TooFewClustersError(
            f"The clusters carry {df + q - 1:.2f} degrees of freedom, too few to test {q} terms."
        )
    fit = fit_solution(solution, kind, 0.95)
    tested = {"f_statistic": f, "df_num": float(q), "df_denom": df, "p_value": float(f_sf(f, q, df))}
    return Fit(
        estimates=tuple(fit.estimates[i] for i in picked),
        vcov=covariance,
        statistics={**tested, "wald": wald},
        warnings=fit.warnings,
    )


def fit_design(
    design: Design, *, vcov: str | None = None, conf_level: float = 0.95, label: Label | None = None
) -> Fit:
    """:func:`fit_ols` on a design; ``label`` may name unit, estimand and method."""
    kind = vcov_type(design, vcov)
    check_clusters(design, kind)
    return fit_solution(solve_design(design), kind, conf_level, label)


def vcov_type(design: Design, vcov: str | None) -> str:
    """The covariance asked for, or the default for the design; refuses a contradiction."""
    kind = vcov or ("CR2" if design.clusters else "HC2")
    if kind not in HC_TYPES + CR_TYPES:
        raise InputError(f"vcov must be one of {', '.join(HC_TYPES + CR_TYPES)}; found {kind!r}.")
    if kind in CR_TYPES and not design.clusters:
        raise InputError(f"vcov={kind!r} needs clusters; name the column that holds them.")
    if kind in HC_TYPES and design.clusters:
        raise InputError(f"vcov={kind!r} ignores clusters; ask for CR2 or leave clusters out.")
    return kind


def check_clusters(design: Design, kind: str, *, needed: int = 2) -> None:
    """Refuse clustered inference with fewer than ``needed`` clusters."""
    if kind in CR_TYPES and (design.n_clusters or 0) < needed:
        raise TooFewClustersError(
            f"{design.n_clusters} clusters were found; this needs at least {needed}. Cluster at a lower "
            "level, such as the training batch, or describe without a test."
        )


def fit_solution(solution: LeastSquares, kind: str, conf_level: float, label: Label | None = None) -> Fit:
    """Estimates, covariance, remarks and statistics of a solved design."""
    if not 0.0 < conf_level < 1.0:
        raise InputError(f"conf_level must lie between 0 and 1; found {conf_level}.")
    design = solution.design
    covariance = coefficient_covariance(solution, vcov=kind)
    df = coefficient_df(solution, kind, np.eye(len(design.names)), conf_level=conf_level)
    label = replace(
        label or Label(n_obs=0, method="ols" if design.weights is None else "wls"),
        n_obs=len(design.y),
        n_clusters=design.n_clusters if kind in CR_TYPES else None,
        conf_level=conf_level,
        outcome=(label.outcome if label and label.outcome else design.outcome),
        vcov_type=kind,
    )
    estimates = wald_estimates(design.names, solution.coef, covariance, df=df.tolist(), label=label)
    remarks = design_remarks(solution, kind, df)
    if kind in ADJUSTED_TYPES:
        estimates, lone = _without_lone_tests(solution, estimates)
        remarks += lone
    for category, sentence in remarks:
        warnings.warn(sentence, category, stacklevel=2)
    return Fit(
        estimates=estimates,
        vcov=covariance,
        statistics=model_statistics(solution),
        warnings=tuple(sentence for _, sentence in remarks),
    )


def _without_lone_tests(
    solution: LeastSquares, estimates: tuple[Estimate, ...]
) -> tuple[tuple[Estimate, ...], list[Remark]]:
    """Withhold the test of a coefficient that one cluster alone identifies: its own errors cancel."""
    alone = lone_directions(solution, solution.design.clusters[0])
    if not alone.any():
        return estimates, []
    kept = tuple(
        replace(e, p_value=math.nan, conf_low=math.nan, conf_high=math.nan) if lone else e
        for e, lone in zip(estimates, alone, strict=True)
    )
    names = _listed([e.term for e, lone in zip(estimates, alone, strict=True) if lone])
    text = f"One cluster alone identifies {names}: its standard error is far too small; no test is given."
    return kept, [(FewTreatedClustersWarning, text)]


def coefficient_df(solution: LeastSquares, kind: str, contrasts: Array, *, conf_level: float = 0.95) -> Array:
    """Degrees of freedom (m,) of t tests of ``contrasts`` (m, k); NaN below six clusters.

    Those of CR2E belong to the level of the interval.
    """
    if kind in CR_TYPES and (solution.design.n_clusters or 0) < MINIMUM_CLUSTERS:
        return np.full(len(contrasts), np.nan)
    if kind == "CR2":
        return satterthwaite_df(solution, contrasts)
    if kind == "CR2E":
        return exact_df(solution, contrasts, conf_level=conf_level)
    return np.full(len(contrasts), _plain_df(solution, kind))


def _plain_df(solution: LeastSquares, kind: str) -> float:
    if kind in CR_TYPES:
        return float((solution.design.n_clusters or 0) - 1)
    return float(solution.df_residual)


def model_statistics(solution: LeastSquares) -> dict[str, float]:
    """Model-level numbers of a least-squares fit; R² is centred when a constant is in the column space."""
    design = solution.design
    n, k = design.x.shape
    w = np.ones(n) if design.weights is None else design.weights
    explained = solution.basis @ (solution.basis.T @ w)
    constant = design.absorbed is None and bool(np.allclose(explained, 1.0, atol=1e-8))
    centre = float(w @ design.y / w.sum()) if constant else 0.0
    total = float(w @ (design.y - centre) ** 2)
    rss, df = solution.ss_residual, solution.df_residual
    slopes = k - int(constant)
    name = "r_squared" if design.absorbed is None else "r_squared_within"
    numbers = {
        name: 1.0 - rss / total,
        "sigma": math.sqrt(rss / df),
        "ss_residual": rss,
        "df_residual": float(df),
    }
    if design.absorbed is None:
        numbers["adj_r_squared"] = 1.0 - (rss / df) / (total / (n - int(constant)))
    if slopes > 0 and rss > 0:
        f = (total - rss) / slopes / (rss / df)
        numbers |= {"f_statistic": f, "f_p_value": float(f_sf(f, slopes, df))}
    if rss > 0:
        log_likelihood = 0.5 * float(np.log(w).sum()) - 0.5 * n * (math.log(2.0 * math.pi * rss / n) + 1.0)
        parameters = n - df + 1
        numbers["log_likelihood"] = log_likelihood
        numbers["aic"] = 2.0 * parameters - 2.0 * log_likelihood
        numbers["bic"] = math.log(n) * parameters - 2.0 * log_likelihood
    return {**numbers, "n_dropped": float(design.n_dropped)}


def design_remarks(solution: LeastSquares, kind: str, df: Array) -> list[Remark]:
    """What a reader must know before trusting the errors of a fit."""
    if kind not in CR_TYPES:
        return _leverage_remarks(solution) if kind != "iid" else []
    design = solution.design
    number = design.n_clusters or 0
    remarks: list[Remark] = []
    if number < MINIMUM_CLUSTERS:
        text = f"Only {number} clusters: below {MINIMUM_CLUSTERS} no p-value and no interval is given."
        remarks.append((FewClustersWarning, text))
    elif number < FEW_CLUSTERS and kind not in ("CR2", "CR2E"):
        text = f"Only {number} clusters: {kind} errors are too small; use CR2 and a wild cluster bootstrap."
        remarks.append((FewClustersWarning, text))
    weak = [name for name, one in zip(design.names, df, strict=True) if one < MINIMUM_DF]
    if kind in ("CR2", "CR2E") and weak:
        text = f"Fewer than {MINIMUM_DF:g} degrees of freedom for {_listed(weak)}: p-values are unreliable."
        remarks.append((FewClustersWarning, text))
    if len(design.clusters) == 1:
        remarks += treated_remarks(design, design.clusters[0]) + _dominance_remarks(
            solution, design.clusters[0]
        )
    return remarks


def treated_remarks(design: Design, codes: Codes) -> list[Remark]:
    """A remark on 0/1 regressors with few clusters on one side."""
    sizes = _smaller_side(design, codes)
    few = [f"{name} ({size})" for name, size in sizes.items() if size < FEW_TREATED_CLUSTERS]
    if not few:
        return []
    text = (
        f"Few clusters on one side of {_listed(few)}: robust tests over-reject; use randomisation inference."
    )
    return [(FewTreatedClustersWarning, text)]


def _smaller_side(design: Design, codes: Codes) -> dict[str, int]:
    """Clusters on the smaller side of each 0/1 regressor; dummies of the clusters themselves are no sides."""
    sizes: dict[str, int] = {}
    for name, column in zip(design.names, design.x.T, strict=True):
        ones = column == 1.0
        if name != "Intercept" and not ones.all() and bool((ones | (column == 0.0)).all()):
            sizes[name] = min(len(np.unique(codes[ones])), len(np.unique(codes[~ones])))
    lone = [name for name, size in sizes.items() if size == 1]
    return {n: s for n, s in sizes.items() if s > 1} if len(lone) >= MINIMUM_CLUSTERS else sizes


def _dominance_remarks(solution: LeastSquares, codes: Codes) -> list[Remark]:
    if count_codes(codes) < MINIMUM_CLUSTERS:
        return []
    shares = partial_leverage(solution, codes)
    names = [
        name
        for name, share, column in zip(solution.design.names, shares, solution.design.x.T, strict=True)
        if share > _DOMINANT_SHARE and len(np.unique(codes[column != 0])) > 1
    ]
    if not names:
        return []
    return [
        (HighLeverageWarning, f"One cluster carries more than half of the information on {_listed(names)}.")
    ]


def _leverage_remarks(solution: LeastSquares) -> list[Remark]:
    high = int((leverage(solution) > _DOMINANT_SHARE).sum())
    if not high:
        return []
    return [(HighLeverageWarning, f"{high} observations have a leverage above {_DOMINANT_SHARE:g}.")]


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_SHOWN])
    return shown if len(names) <= _SHOWN else f"{shown} and {len(names) - _SHOWN} more"


def linear_contrast(
    solution: LeastSquares, kind: str, contrasts: dict[str, Array], label: Label
) -> tuple[Estimate, ...]:
    """Estimates of linear combinations of coefficients, each (k,), with their own degrees of freedom."""
    matrix = np.vstack(list(contrasts.values()))
    covariance = matrix @ coefficient_covariance(solution, vcov=kind) @ matrix.T
    df = coefficient_df(solution, kind, matrix, conf_level=label.conf_level)
    return wald_estimates(list(contrasts), matrix @ solution.coef, covariance, df=df.tolist(), label=label)
