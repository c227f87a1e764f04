"""What every estimator returns: an estimate, a fit, or the reason why there is none."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from asn_research.errors import EstimationError
from asn_research.language.display import html_table, show_p_value


class Reason(StrEnum):
    """Why a quantity has no estimate."""

    INVALID_INPUT = "invalid_input"
    TOO_FEW_OBSERVATIONS = "too_few_observations"
    TOO_FEW_CLUSTERS = "too_few_clusters"
    NO_VARIATION = "no_variation"
    SINGULAR_DESIGN = "singular_design"
    NO_CONVERGENCE = "no_convergence"
    CIRCULAR_OUTCOME = "circular_outcome"
    NO_OVERLAP = "no_overlap"
    NO_DATA = "no_data"
    NOT_ESTIMABLE = "not_estimable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """One number with its uncertainty, unrounded.

    ``p_value``, ``conf_low``, ``conf_high`` and ``df`` are NaN where the design does not support them; the
    interval carries its own ``conf_level``. ``unit`` is the unit of ``estimate`` (``points``, ``share``,
    ``sd``, ``hours``, ``idr``, ...), ``estimand`` a short machine-readable name of what is estimated.
    """

    term: str
    estimate: float
    std_error: float = math.nan
    statistic: float = math.nan
    p_value: float = math.nan
    conf_low: float = math.nan
    conf_high: float = math.nan
    conf_level: float = 0.95
    df: float = math.nan
    n_obs: int = 0
    n_clusters: int | None = None
    outcome: str = ""
    unit: str = ""
    estimand: str = ""
    method: str = ""
    vcov_type: str = ""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def _repr_html_(self) -> str:
        """Rich display in a notebook: the number, its interval, and who is behind it."""
        return estimates_html((self,))


_SHOWN = ("term", "estimate", "std_error", "conf_low", "conf_high", "p_value", "df", "n_obs", "n_clusters")
TIDY_COLUMNS: tuple[str, ...] = tuple(f.name for f in fields(Estimate))


def estimates_html(estimates: Sequence[Estimate | NotEstimable], *, notes: Iterable[str] = ()) -> str:
    """Estimates as a table for a notebook: escaped, three decimals, the reason where there is no number."""
    rows = [
        [show_p_value(estimate.p_value) if n == "p_value" else getattr(estimate, n) for n in _SHOWN]
        if isinstance(estimate, Estimate)
        else [estimate.term, *[None] * 6, estimate.n_obs, None]
        for estimate in estimates
    ]
    reasons = [f"{e.term}: {e.detail or e.reason}" for e in estimates if isinstance(e, NotEstimable)]
    return html_table(_SHOWN, rows, caption=_about(estimates), notes=[*reasons, *notes])


def _about(estimates: Sequence[Estimate | NotEstimable]) -> str:
    """What estimates have in common: outcome, unit, method, kind of standard errors, level of intervals."""
    numbers = [estimate for estimate in estimates if isinstance(estimate, Estimate)]
    said = [
        known.pop()
        for name in ("outcome", "unit", "method", "vcov_type")
        if len(known := {str(getattr(estimate, name)) for estimate in numbers}) == 1
    ]
    levels = {f"{estimate.conf_level:.0%}" for estimate in numbers if not math.isnan(estimate.conf_low)}
    return " · ".join([*filter(None, said), *(levels if len(levels) == 1 else ())])


def tidy_frame(estimates: tuple[Estimate, ...]) -> pd.DataFrame:
    """Estimates as a data frame with the columns every estimator shares, in one order."""
    frame = pd.DataFrame([e.as_dict() for e in estimates], columns=list(TIDY_COLUMNS))
    return frame.astype({"n_clusters": "Int64"})


@dataclass(frozen=True, slots=True, kw_only=True)
class NotEstimable:
    """A quantity that cannot be estimated, with the reason; a value, not a crash and not a NaN."""

    term: str
    reason: Reason
    detail: str
    n_obs: int = 0
    outcome: str = ""
    unit: str = ""
    estimand: str = ""
    method: str = ""

    @classmethod
    def from_error(cls, error: EstimationError, *, term: str, n_obs: int = 0, **labels: str) -> NotEstimable:
        """Turn a named refusal of an estimator into a value."""
        return cls(term=term, reason=Reason(error.reason), detail=str(error), n_obs=n_obs, **labels)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Fit:
    """A fitted model: its estimates, their covariance (k × k, in the order of ``estimates``) and remarks.

    ``statistics`` holds model-level numbers by name (``r_squared``, ``icc``, ``tau2``, ...); ``warnings`` the
    sentences that were also issued as Python warnings.
    """

    estimates: tuple[Estimate, ...]
    vcov: NDArray[np.float64]
    statistics: dict[str, float] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def __getitem__(self, term: str) -> Estimate:
        for estimate in self.estimates:
            if estimate.term == term:
                return estimate
        known = ", ".join(e.term for e in self.estimates)
        raise KeyError(f"no term {term!r}; the terms are: {known}")

    def tidy(self) -> pd.DataFrame:
        """One row per term, the same columns for every model."""
        return tidy_frame(self.estimates)

    def glance(self) -> pd.DataFrame:
        """One row for the model: observations, clusters and model-level statistics."""
        first = self.estimates[0]
        head = {
            "n_obs": first.n_obs,
            "n_clusters": first.n_clusters,
            "method": first.method,
            "vcov_type": first.vcov_type,
        }
        return pd.DataFrame([{**head, **self.statistics}])

    def __repr__(self) -> str:
        """The tidy table as text, for a terminal."""
        text = self.tidy()[list(_SHOWN)].to_string(index=False, float_format="{:.4g}".format)
        return "\n".join([text, *self.warnings])

    def _repr_html_(self) -> str:
        """Rich display in a notebook: the tidy table, what was fitted, and the remarks."""
        return estimates_html(self.estimates, notes=self.warnings)
