"""Wald tests and intervals: from coefficients and their covariance to tidy estimates."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asn_research.measures.distribution import t_ppf, t_sf
from asn_research.models.result import Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What all estimates of one fit have in common."""

    n_obs: int
    n_clusters: int | None = None
    conf_level: float = 0.95
    outcome: str = ""
    unit: str = ""
    estimand: str = ""
    method: str = ""
    vcov_type: str = ""


def wald_estimates(
    names: Sequence[str],
    beta: NDArray[np.float64],
    vcov: NDArray[np.float64],
    *,
    df: float | Sequence[float],
    label: Label,
) -> tuple[Estimate, ...]:
    """One tidy estimate per coefficient; ``df`` is one for all or one each, infinite for the normal."""
    dfs = [float(df)] * len(names) if isinstance(df, int | float) else [float(d) for d in df]
    errors = np.sqrt(np.diag(vcov))
    return tuple(
        wald_estimate(name, float(value), float(error), df=one, label=label)
        for name, value, error, one in zip(names, beta, errors, dfs, strict=True)
    )


def wald_estimate(term: str, value: float, error: float, *, df: float, label: Label) -> Estimate:
    """One estimate with its t (or normal) test against zero and its symmetric interval."""
    statistic = value / error if error > 0 else math.nan
    half = float(t_ppf((1 + label.conf_level) / 2, df)) * error
    return Estimate(
        term=term,
        estimate=value,
        std_error=error,
        statistic=statistic,
        p_value=float(2 * t_sf(abs(statistic), df)),
        conf_low=value - half,
        conf_high=value + half,
        conf_level=label.conf_level,
        df=df,
        n_obs=label.n_obs,
        n_clusters=label.n_clusters,
        outcome=label.outcome,
        unit=label.unit,
        estimand=label.estimand,
        method=label.method,
        vcov_type=label.vcov_type,
    )
