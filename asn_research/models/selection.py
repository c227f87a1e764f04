"""Proportional selection: what the movement of a coefficient says about what was not measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from asn_research.errors import InputError, NoVariationError, SingularDesignError
from asn_research.models.argument import Vector, read_design, read_position


@dataclass(frozen=True, slots=True, kw_only=True)
class OsterBound:
    """Oster's proportional selection: what selection on unobservables would do.

    ``delta`` is the proportion of selection on unobservables to selection on observables at which the effect
    would be ``beta_null``; ``beta`` the effect if that proportion were ``delta_assumed``, and
    ``beta_alternatives`` the other real roots, if any.
    """

    delta: float
    beta: float
    beta_alternatives: tuple[float, ...]
    beta_null: float
    delta_assumed: float
    r_squared_max: float
    coef_short: float
    coef_long: float
    r_squared_short: float
    r_squared_long: float
    n_obs: int


def estimate_oster(
    data: pd.DataFrame,
    *,
    formula: str,
    treatment: str,
    r_squared_max: float | None = None,
    beta_null: float = 0.0,
    delta: float = 1.0,
    always: Sequence[str] = (),
) -> OsterBound:
    r"""Oster's delta and bias-adjusted effect from how a coefficient moves when controls are added.

    Parameters
    ----------
    data : DataFrame
        One row per unit; rows with a missing value in the formula are dropped.
    formula : str
        ``"gain ~ attendance + age + grade"``, with all controls.
    treatment : str
        Numeric term of the formula whose effect is studied.
    r_squared_max : float, optional
        R² of a model with the unmeasured controls too, at most 1; by default 1.3 times that of the formula,
        at most 1.
    beta_null : float, default 0.0
        Effect at which the result would be gone.
    delta : float, default 1.0
        Proportion of selection on unobservables assumed for the adjusted effect.
    always : sequence of str
        Terms that are in the short model too.

    Returns
    -------
    OsterBound

    Raises
    ------
    InputError
        The treatment is not a term, there are no controls, or ``r_squared_max`` is not above the R² of the
        formula.
    SingularDesignError
        The treatment is a combination of the controls.
    NoVariationError
        The outcome is constant.

    References
    ----------
    Oster (2019), doi:10.1080/07350015.2016.1227711, section 3.2 and the appendix of the Stata module
    psacalc.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(3)
    >>> age, luck = rng.normal(size=(2, 300))
    >>> frame = pd.DataFrame({"age": age, "dose": age + rng.normal(size=300)})
    >>> frame["gain"] = frame["dose"] + age + luck
    >>> estimate_oster(frame, formula="gain ~ dose + age", treatment="dose").delta > 1
    True
    """
    design = read_design(data, formula=formula)
    column = read_position(design, treatment)
    kept = [i for i, name in enumerate(design.names) if name in ("Intercept", treatment, *always)]
    if len(kept) == len(design.names):
        raise InputError(f"{formula!r} has no controls beside {treatment!r}.")
    long, short = _regress(design.y, design.x), _regress(design.y, design.x[:, kept])
    total = float(((design.y - design.y.mean()) ** 2).mean())
    if not total > 0:
        raise NoVariationError(f"{design.outcome} is the same in all rows.")
    r_long, r_short = 1 - long[1] / total, 1 - short[1] / total
    ceiling = min(1.0, 1.3 * r_long) if r_squared_max is None else r_squared_max
    if not r_long < ceiling <= 1:
        raise InputError(f"r_squared_max must lie above {r_long:.4f} and be at most 1, found {ceiling:.4f}.")
    always_columns = [i for i in kept if i != column]
    treated = design.x[:, column]
    parts = _Selection(
        short=float(short[0][kept.index(column)]),
        long=float(long[0][column]),
        gain=(r_long - r_short) * total,
        room=(ceiling - r_long) * total,
        variance=_regress(treated, design.x[:, always_columns])[1],
        residual=_regress(treated, np.delete(design.x, column, axis=1))[1],
    )
    beta, others = _oster_beta(parts, delta)
    return OsterBound(
        delta=_oster_delta(parts, beta_null),
        beta=beta,
        beta_alternatives=others,
        beta_null=beta_null,
        delta_assumed=delta,
        r_squared_max=ceiling,
        coef_short=parts.short,
        coef_long=parts.long,
        r_squared_short=r_short,
        r_squared_long=r_long,
        n_obs=len(design.y),
    )


@dataclass(frozen=True, slots=True)
class _Selection:
    """Short and long coefficient, gain and room of explained variance, treatment variance and residual."""

    short: float
    long: float
    gain: float
    room: float
    variance: float
    residual: float


def _regress(y: Vector, x: Vector) -> tuple[Vector, float]:
    """Coefficients and mean squared residual (denominator n)."""
    if x.shape[1] == 0:
        return np.empty(0), float((y**2).mean())
    q, r = np.linalg.qr(x)
    beta = np.asarray(np.linalg.solve(r, q.T @ y), dtype=float)
    return beta, float(((y - x @ beta) ** 2).mean())


def _oster_polynomials(parts: _Selection, beta: float) -> tuple[float, float]:
    """Numerator and denominator of δ at a distance of the long coefficient from ``beta``."""
    nu, b, t, s = parts.long - beta, parts.short - parts.long, parts.residual, parts.variance
    cubic = nu**3 * (t * s - t**2)
    above = nu * parts.gain * t + nu * s * t * b**2 + 2 * nu**2 * t * b * s + cubic
    below = parts.room * b * s + nu * parts.room * (s - t) + nu**2 * t * b * s + cubic
    return above, below


def _oster_delta(parts: _Selection, beta: float) -> float:
    above, below = _oster_polynomials(parts, beta)
    if below == 0:
        raise SingularDesignError(
            "the controls do not move the coefficient, so no proportion would remove it."
        )
    return above / below


def _oster_beta(parts: _Selection, delta: float) -> tuple[float, tuple[float, ...]]:
    """Bias-adjusted coefficient: among real roots, the nearest on the side to which the controls point."""
    b, t, s = parts.short - parts.long, parts.residual, parts.variance
    polynomial = [
        (delta - 1) * (t * s - t**2),
        (delta - 2) * t * b * s,
        delta * parts.room * (s - t) - parts.gain * t - s * t * b**2,
        delta * parts.room * b * s,
    ]
    if delta == 1:
        polynomial = polynomial[1:]
    roots = np.roots(polynomial)
    real = sorted(float(root.real) for root in roots if abs(root.imag) < 1e-9 * max(1.0, abs(root)))
    if not real:
        raise SingularDesignError("the bias-adjusted effect has no real solution for these controls.")
    agree = [nu for nu in real if nu * b >= 0] if delta > 0 else real
    chosen = min(agree or real, key=abs)
    return parts.long - chosen, tuple(parts.long - nu for nu in real if nu != chosen)
