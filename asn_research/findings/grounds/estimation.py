"""Estimates as findings need them: named by estimand, clustered by the plan, remarks as caveats."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from asn_research.contract.threshold import FEW_CLUSTERS, MINIMUM_CLUSTERS
from asn_research.errors import (
    AsnResearchWarning,
    BoundaryWarning,
    EstimationError,
    FewClustersWarning,
    FewTreatedClustersWarning,
    HighLeverageWarning,
)
from asn_research.findings.finding import Caveat, Cell, Row
from asn_research.measures.distribution import normal_ppf
from asn_research.models.bootstrap import bootstrap_design
from asn_research.models.design import Design, mean_design
from asn_research.models.multiplicity import adjust_p_values
from asn_research.models.power import power_of_t, solve_power
from asn_research.models.regression import fit_design
from asn_research.models.result import Estimate, Fit

CONF_LEVEL = 0.95
POWER = 0.80
CLUSTERED_VCOV = "CR2E"
"""Of intervals by batch or unit: holds its level with few, unequal clusters (docs/validation.md)."""
_CAREFUL_CLUSTERS = 12
_TELLING_CLUSTERS = 12
"""Up to so many clusters all sign patterns are tried, and an end of the interval is that of one of them."""
_REMARKS: dict[type[AsnResearchWarning], str] = {
    FewClustersWarning: "few_clusters",
    FewTreatedClustersWarning: "few_treated_clusters",
    HighLeverageWarning: "high_leverage",
    BoundaryWarning: "boundary",
}


@dataclass(frozen=True, slots=True)
class Heard:
    """What an estimator returned and which caveats its warnings stand for."""

    value: Any
    caveats: tuple[Caveat, ...]


def listen(call: Callable[[], Any]) -> Heard:
    """Run an estimator; its named warnings become caveats instead of lines on a screen."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        value = call()
    codes = [code for kind, code in _REMARKS.items() if any(issubclass(w.category, kind) for w in caught)]
    return Heard(value, tuple(Caveat(code=code) for code in codes))


def count_clusters(frame: pd.DataFrame, clusters: str) -> int:
    """Number of distinct clusters in a frame."""
    return int(frame[clusters].nunique())


def estimate_mean(
    frame: pd.DataFrame, column: str, *, clusters: str | None = None, **labels: Any
) -> Estimate:
    """The mean of a column with its interval.

    With ``clusters`` (at least two of them) the error is CR2 with the degrees of freedom of CR2E, and there
    is no interval below six; without, people are independent. ``labels`` replace fields of the estimate
    (``term``, ``outcome``, ``unit``, ``estimand``); the interval of a ``share`` stays within 0 and 1.
    """
    known = frame[column].notna().to_numpy(dtype=bool)
    if clusters is not None:
        known = known & frame[clusters].notna().to_numpy(dtype=bool)
    values = frame[column].to_numpy(dtype=float, na_value=math.nan)[known]
    groups = None if clusters is None else frame[clusters].astype(str)[known]
    clustered = groups is not None and groups.nunique() >= 2
    design = mean_design(values, clusters=groups if clustered else None)
    fit: Fit = listen(lambda: fit_design(design, vcov=CLUSTERED_VCOV if clustered else None)).value
    found = fit.estimates[0] if clustered or clusters is None else without_inference(fit.estimates[0])
    if labels.get("unit") == "share":
        found = replace(found, conf_low=max(found.conf_low, 0.0), conf_high=min(found.conf_high, 1.0))
    return replace(found, **{"term": column, "method": "mean", "outcome": column, **labels})


def without_inference(estimate: Estimate) -> Estimate:
    """An estimate whose people all belong to one cluster: the number stands, its uncertainty is unknown."""
    nothing = dict.fromkeys(("statistic", "p_value", "conf_low", "conf_high", "df"), math.nan)
    unknown: dict[str, Any] = {**nothing, "n_clusters": 1}
    return replace(estimate, **unknown)


def estimate_share(count: int, total: int, *, term: str, **labels: Any) -> Estimate:
    """A share with its Wilson interval (Wilson 1927, doi:10.1080/01621459.1927.10502953)."""
    z = float(normal_ppf((1 + CONF_LEVEL) / 2))
    share = count / total
    centre = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = z / (1 + z * z / total) * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    return Estimate(
        term=term,
        estimate=share,
        std_error=math.sqrt(share * (1 - share) / total),
        conf_low=max(0.0, centre - half),
        conf_high=min(1.0, centre + half),
        n_obs=total,
        **{"unit": "share", "method": "Wilson interval", "vcov_type": "binomial", **labels},
    )


def has_interval(estimate: Estimate) -> bool:
    """Whether an estimate carries a finite interval."""
    return math.isfinite(estimate.conf_low) and math.isfinite(estimate.conf_high)


def cluster_caveats(n_clusters: int) -> tuple[Caveat, ...]:
    """The reservation that few clusters deserve: no inference below six, care below twelve."""
    fields: dict[str, Cell] = {"clusters": n_clusters, "needed": MINIMUM_CLUSTERS}
    if n_clusters < MINIMUM_CLUSTERS:
        return (Caveat(code="too_few_clusters", fields=fields),)
    return (Caveat(code="few_clusters", fields=fields),) if n_clusters < _CAREFUL_CLUSTERS else ()


def join_cluster_caveats(n_clusters: int, heard: Sequence[Caveat]) -> list[Caveat]:
    """Reservations by the number of clusters, and what an estimator warned of where there is inference."""
    own = list(cluster_caveats(n_clusters))
    if n_clusters < MINIMUM_CLUSTERS:
        return own
    return [*own, *(caveat for caveat in heard if caveat.code != "few_clusters")]


def interval_cells(frame: pd.DataFrame, column: str, *, clusters: str | None, unit: str = "") -> Row:
    """The ends of the interval of a mean, None where the design gives none; of shares within 0 and 1."""
    try:
        mean = estimate_mean(frame, column, clusters=clusters, unit=unit)
    except EstimationError:
        return {"conf_low": None, "conf_high": None}
    return {"conf_low": finite(mean.conf_low), "conf_high": finite(mean.conf_high)}


def finite(value: float) -> float | None:
    """The number, or None where it is not finite."""
    return value if math.isfinite(value) else None


def is_clear(p_value: Cell) -> bool:
    """Whether a p-value is known and smaller than the confidence level leaves to chance."""
    return isinstance(p_value, float) and p_value < 1 - CONF_LEVEL


def adjust_holm(p_values: Sequence[float]) -> list[float]:
    """Holm-adjusted p-values of a family; all NaN where one of them is unknown."""
    if not p_values or any(math.isnan(p) for p in p_values):
        return [math.nan] * len(p_values)
    return [float(p) for p in adjust_p_values(list(p_values), method="holm")]


def bootstrap_cells(
    build: Callable[[], Design], *, estimate: Estimate, minimum: int, label: str = ""
) -> Heard:
    """The wild cluster bootstrap interval beside an estimate, where it has 6 to 29 clusters.

    Returns the cells ``bootstrap_low`` and ``bootstrap_high`` for the details of a finding, and a caveat that
    tells them; both empty where the bootstrap is not called for or has no end. ``label`` is the code of the
    contrast where the answer has several.

    With few clusters the ends are means of one or two of them: of six batches, the lowest and the highest
    batch mean. They are withheld where a cluster has fewer people than ``minimum``, the minimum cell.
    """
    clusters = estimate.n_clusters or 0
    if not MINIMUM_CLUSTERS <= clusters < FEW_CLUSTERS:
        return Heard({}, ())
    design = build()
    if clusters <= _TELLING_CLUSTERS and _smallest_cluster(design) < minimum:
        return Heard({}, (Caveat(code="bootstrap_withheld", fields={"minimum": minimum}),))
    found: Estimate = listen(
        lambda: bootstrap_design(design, term=estimate.term, conf_level=estimate.conf_level)
    ).value[estimate.term]
    if not has_interval(found):
        return Heard({}, ())
    ends = {"low": found.conf_low, "high": found.conf_high}
    fields: dict[str, Cell] = {"label": label, **ends} if label else dict(ends)
    caveat = Caveat(code="bootstrap_of" if label else "bootstrap", fields=fields)
    return Heard({f"bootstrap_{side}": value for side, value in ends.items()}, (caveat,))


def _smallest_cluster(design: Design) -> int:
    """The rows of the smallest cluster of a design."""
    return min(int(np.unique(codes, return_counts=True)[1].min()) for codes in design.clusters)


def detectable(estimate: Estimate) -> float | None:
    """The smallest true value that would be found with a probability of 80 per cent, in the estimate's unit.

    From the standard error and the degrees of freedom of the estimate itself, so that the observed spread
    and the observed likeness within clusters count; None where there are no degrees of freedom.
    """
    if not (math.isfinite(estimate.df) and estimate.std_error > 0):
        return None
    df, alpha = estimate.df, 1 - estimate.conf_level
    return estimate.std_error * solve_power(
        lambda x: power_of_t(x, df=df, alpha=alpha), power=POWER, low=0.0, high=10.0
    )
