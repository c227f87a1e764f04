"""The probability of treatment or of staying observed, with its score for stacked standard errors."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from scipy import special

from asn_research.errors import ConvergenceError, NoOverlapError
from asn_research.measures.distribution import normal_pdf
from asn_research.models.argument import Vector

LINKS = ("logit", "probit")
_EDGE = 1e-5  # a probability closer to 0 or 1 counts as certain


@dataclass(frozen=True, slots=True)
class BinaryModel:
    """A maximum likelihood fit of a 0/1 variable: coefficients (k) and fitted probabilities (n)."""

    link: str
    gamma: Vector
    probability: Vector


def fit_binary(t: Vector, x: Vector, *, link: str = "logit") -> BinaryModel:
    """Logit or probit by maximum likelihood; separation is refused, not returned as huge coefficients."""
    from statsmodels.discrete.discrete_model import Logit, Probit
    from statsmodels.tools.sm_exceptions import (
        ConvergenceWarning,
        PerfectSeparationError,
        PerfectSeparationWarning,
    )

    model = (Logit if link == "logit" else Probit)(t, x)
    with warnings.catch_warnings():
        warnings.simplefilter("error", PerfectSeparationWarning)
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.simplefilter("ignore", RuntimeWarning)
        try:
            fit = model.fit(disp=0, maxiter=200, method="newton", tol=1e-12)
        except (PerfectSeparationError, PerfectSeparationWarning, np.linalg.LinAlgError) as error:
            raise NoOverlapError(f"the covariates separate the two groups perfectly ({error}).") from error
    gamma = np.asarray(fit.params, dtype=float)
    p = probability(gamma, x, link)
    if not np.isfinite(gamma).all() or np.abs(binary_score(gamma, t, x, link).mean(axis=0)).max() > 1e-6:
        if (np.minimum(p, 1 - p) < _EDGE).any():
            raise NoOverlapError("the covariates separate the two groups (probabilities of 0 or 1).")
        raise ConvergenceError(f"the {link} of the group on its covariates did not converge.")
    return BinaryModel(link, gamma, p)


def check_overlap_edge(p: Vector, t: Vector, *, both_sides: bool = True) -> None:
    """Refuse probabilities that are practically 0 or 1, and groups whose probabilities do not meet."""
    certain = (p > 1 - _EDGE) | ((p < _EDGE) & both_sides)
    if certain.any():
        raise NoOverlapError(
            f"{int(certain.sum())} of {len(p)} units have a probability within {_EDGE:g} of 0 or 1; "
            "no comparable units exist; restrict the sample to where both groups occur."
        )
    if p[t == 1].min() > p[t == 0].max():
        raise NoOverlapError(
            f"the smallest probability among the treated ({p[t == 1].min():.3f}) lies above the largest "
            f"among the untreated ({p[t == 0].max():.3f}): the groups do not overlap."
        )


def probability(gamma: Vector, x: Vector, link: str) -> Vector:
    """Fitted probability at coefficients ``gamma``."""
    index = x @ gamma
    return np.asarray(special.expit(index) if link == "logit" else special.ndtr(index), dtype=float)


def binary_score(gamma: Vector, t: Vector, x: Vector, link: str) -> Vector:
    """Score of each observation (n × k)."""
    p = probability(gamma, x, link)
    if link == "logit":
        weight = t - p
    else:
        weight = normal_pdf(x @ gamma) * (t - p) / np.maximum(p * (1 - p), 1e-300)
    return np.asarray(weight[:, None] * x, dtype=float)
