"""Robustness values: how strong an omitted variable would have to be, with covariates as yardstick."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from asn_research.errors import InputError, NoVariationError, TooFewObservationsError
from asn_research.measures.distribution import t_ppf
from asn_research.models.argument import Vector, check_level, read_design, read_position
from asn_research.models.design import Design

_BENCHMARK_COLUMNS = (
    "benchmark",
    "multiple",
    "r2_treatment",
    "r2_outcome",
    "bound_treatment",
    "bound_outcome",
    "estimate",
    "std_error",
    "statistic",
    "conf_low",
    "conf_high",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Robustness:
    """Strength of an omitted variable in partial R² (Cinelli and Hazlett).

    ``partial_r2`` is the share of the residual outcome variance that the treatment explains;
    ``robustness_value`` the equal strength with treatment and outcome that moves the estimate by the share
    ``q``; ``robustness_value_alpha`` the strength that makes it lose significance. ``benchmarks`` has one
    row per covariate and multiple: ``benchmark``, ``multiple``, its partial R² with treatment and outcome
    (``r2_treatment``, ``r2_outcome``), the bounds for an omitted variable that many times as strong
    (``bound_treatment``, ``bound_outcome``) and the estimate it would leave (``estimate``, ``std_error``,
    ``statistic``, ``conf_low``, ``conf_high``).
    """

    estimate: float
    std_error: float
    statistic: float
    df: float
    partial_r2: float
    robustness_value: float
    robustness_value_alpha: float
    q: float
    conf_level: float
    benchmarks: pd.DataFrame


def estimate_robustness(
    data: pd.DataFrame,
    *,
    formula: str,
    treatment: str,
    benchmarks: Sequence[str] = (),
    multiples: Sequence[float] = (1, 2, 3),
    q: float = 1.0,
    conf_level: float = 0.95,
) -> Robustness:
    r"""Robustness value of a regression coefficient, with observed covariates as yardstick.

    Parameters
    ----------
    data : DataFrame
        One row per unit; rows with a missing value in the formula are dropped.
    formula : str
        The regression, ``"gain ~ attendance + age + C(unit)"``.
    treatment : str
        Term whose coefficient is judged.
    benchmarks : sequence of str
        Terms of the formula to compare an omitted variable with.
    multiples : sequence of float, default (1, 2, 3)
        How many times as strong as the benchmark.
    q : float, default 1.0
        Share of the estimate to be explained away, above 0.
    conf_level : float, default 0.95

    Returns
    -------
    Robustness

    Raises
    ------
    InputError
        Unknown term, ``q`` or a multiple that is not above 0, a multiple beyond what the data allow.
    TooFewObservationsError
        No degree of freedom is left.

    Notes
    -----
    With :math:`f = |t| / \sqrt{\nu}` and :math:`f_q = q f` the robustness value is
    :math:`(\sqrt{f_q^4 + 4 f_q^2} - f_q^2) / 2`.

    References
    ----------
    Cinelli & Hazlett (2020), doi:10.1111/rssb.12348, sections 3 and 4.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(3)
    >>> frame = pd.DataFrame(rng.normal(size=(200, 2)), columns=["age", "dose"])
    >>> frame["gain"] = frame["dose"] + frame["age"] + rng.normal(size=200)
    >>> estimate_robustness(frame, formula="gain ~ dose + age", treatment="dose").robustness_value > 0.3
    True
    """
    check_level(conf_level)
    if not q > 0:
        raise InputError(f"q must be above 0, found {q!r}.")
    design = read_design(data, formula=formula)
    n, k = design.x.shape
    df = n - k
    if df < 2:
        raise TooFewObservationsError(f"{formula!r} leaves {df} degrees of freedom; 2 or more are needed.")
    column = read_position(design, treatment)
    beta, error = _coefficient(design, column)
    t = beta / error
    f = q * abs(t) / math.sqrt(df)
    critical = float(t_ppf((1 + conf_level) / 2, df - 1)) / math.sqrt(df - 1)
    fitted = _Fitted(beta, error, df, conf_level)
    rows = [
        _benchmark_row(name, multiple, strengths, fitted)
        for name in benchmarks
        for strengths in [_strengths(design, column, name)]
        for multiple in multiples
    ]
    return Robustness(
        estimate=beta,
        std_error=error,
        statistic=t,
        df=float(df),
        partial_r2=t**2 / (t**2 + df),
        robustness_value=_robustness_value(f),
        robustness_value_alpha=_robustness_value_alpha(f, critical),
        q=q,
        conf_level=conf_level,
        benchmarks=pd.DataFrame(rows, columns=list(_BENCHMARK_COLUMNS)),
    )


@dataclass(frozen=True, slots=True)
class _Fitted:
    """The coefficient under judgement, its standard error, degrees of freedom and interval level."""

    estimate: float
    std_error: float
    df: int
    conf_level: float


def _residuals(targets: Vector, x: Vector) -> Vector:
    q = np.linalg.qr(x)[0]
    return np.asarray(targets - q @ (q.T @ targets), dtype=float)


def _coefficient(design: Design, column: int) -> tuple[float, float]:
    """One coefficient and its classical standard error, by partialling out."""
    targets = np.column_stack([design.y, design.x[:, column]])
    y, d = _residuals(targets, np.delete(design.x, column, axis=1)).T
    size = float(d @ d)
    beta = float(d @ y) / size
    rss = float(((y - beta * d) ** 2).sum())
    if not rss > 1e-24 * float((design.y**2).sum()):
        raise NoVariationError("the regression reproduces the outcome exactly.")
    return beta, math.sqrt(rss / (len(y) - design.x.shape[1]) / size)


def _robustness_value(f: float) -> float:
    return 0.5 * (math.sqrt(f**4 + 4 * f**2) - f**2) if f > 0 else 0.0


def _robustness_value_alpha(f: float, critical: float) -> float:
    if f - critical <= 0:
        return 0.0
    if f > 1 / critical:  # the constraint on the outcome side binds
        return (f**2 - critical**2) / (1 + f**2)
    return _robustness_value(f - critical)


def _strengths(design: Design, column: int, name: str) -> tuple[float, float]:
    """Partial R² of a benchmark (all columns of it) with the treatment and with the outcome."""
    columns = [i for i, term in enumerate(design.names) if term == name or term.startswith(f"{name}[")]
    if not columns or column in columns:
        raise InputError(f"{name!r} is not a covariate of the formula; terms: {', '.join(design.names)}.")
    others = np.delete(design.x, [column, *columns], axis=1)
    targets = np.column_stack([design.y, design.x[:, [column, *columns]]])
    y, d, b = np.split(_residuals(targets, others), [1, 2], axis=1)
    with_treatment = 1 - float((_residuals(d, b) ** 2).sum() / (d**2).sum())
    without = float((_residuals(y, d) ** 2).sum())
    with_outcome = 1 - float((_residuals(y, np.hstack([d, b])) ** 2).sum()) / without
    return with_treatment, with_outcome


def _benchmark_row(
    name: str, multiple: float, strengths: tuple[float, float], fitted: _Fitted
) -> tuple[object, ...]:
    """Bounds for an omitted variable ``multiple`` times as strong, and the estimate it would leave."""
    with_treatment, with_outcome = strengths
    if not multiple > 0:
        raise InputError(f"multiples must be above 0, found {multiple!r}.")
    bound_treatment = multiple * with_treatment / (1 - with_treatment)
    link = multiple * with_treatment**2 / ((1 - multiple * with_treatment) * (1 - with_treatment))
    if bound_treatment >= 1 or link >= 1:
        raise InputError(
            f"nothing omitted can be {multiple:g} times as strong as {name!r} (partial R² above 1)."
        )
    strength = ((math.sqrt(multiple) + math.sqrt(link)) / math.sqrt(1 - link)) ** 2
    bound_outcome = min(1.0, strength * with_outcome / (1 - with_outcome))
    df, error = fitted.df, fitted.std_error
    bias = math.sqrt(bound_outcome * bound_treatment / (1 - bound_treatment)) * error * math.sqrt(df)
    left = math.copysign(1.0, fitted.estimate) * (abs(fitted.estimate) - bias)
    spread = math.sqrt((1 - bound_outcome) / (1 - bound_treatment) * df / (df - 1)) * error
    half = float(t_ppf((1 + fitted.conf_level) / 2, df - 1)) * spread
    statistic = left / spread if spread > 0 else math.nan
    ends = (left - half, left + half)
    bounds = (with_treatment, with_outcome, bound_treatment, bound_outcome)
    return (name, multiple, *bounds, left, spread, statistic, *ends)
