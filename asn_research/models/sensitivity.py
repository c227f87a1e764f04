"""How strong an unmeasured difference would have to be to explain a result away."""

from __future__ import annotations

import math
from dataclasses import dataclass

from asn_research.errors import InputError
from asn_research.measures.distribution import t_ppf
from asn_research.models.argument import check_choice, check_level

SCALES = ("rr", "or_rare", "or_common", "hr_rare", "hr_common", "smd")


@dataclass(frozen=True, slots=True, kw_only=True)
class EValue:
    """E-value of an estimate and of the limit of its interval nearer the null, on the risk-ratio scale.

    ``risk_ratio``, ``conf_low``, ``conf_high`` are the (approximate) risk ratio and its limits;
    ``limit`` is NaN where no interval was given and 1 where the interval contains the null.
    """

    risk_ratio: float
    conf_low: float
    conf_high: float
    estimate: float
    limit: float


def estimate_e_value(
    value: float,
    *,
    scale: str = "rr",
    conf_low: float | None = None,
    conf_high: float | None = None,
    std_error: float | None = None,
    null: float = 1.0,
    step: float = 1.0,
) -> EValue:
    r"""E-value: the weakest unmeasured confounder that could explain an estimate.

    Use it for effects that are ratios or standardised differences; for a regression coefficient in its own
    units :func:`asn_research.models.robustness.estimate_robustness` says more.

    Parameters
    ----------
    value : float
        Risk, odds or hazard ratio (above 0), or a standardised mean difference for ``scale="smd"``.
    scale : {"rr", "or_rare", "or_common", "hr_rare", "hr_common", "smd"}
        Common outcomes (above about 15 %) are converted by the square root or its like, ``smd`` by
        :math:`\exp(0.91 d)`.
    conf_low, conf_high : float, optional
        Confidence limits, on the same scale as ``value``; either may be missing.
    std_error : float, optional
        Standard error of a standardised difference, for ``scale="smd"``.
    null : float, default 1.0
        Risk ratio that counts as no effect, above 0.
    step : float, default 1.0
        Contrast in the treatment for ``scale="smd"`` (a slope times ``step``).

    Returns
    -------
    EValue

    Raises
    ------
    InputError
        A ratio that is not above 0, limits that do not enclose the value, an unknown scale.

    Notes
    -----
    :math:`E = RR + \sqrt{RR (RR - 1)}` for :math:`RR \ge 1`, with :math:`1/RR` for :math:`RR < 1`.

    References
    ----------
    VanderWeele & Ding (2017), doi:10.7326/M16-2607.

    Examples
    --------
    >>> round(estimate_e_value(3.9, conf_low=1.8, conf_high=8.7).estimate, 2)
    7.26
    """
    check_choice("scale", scale, SCALES)
    if not null > 0:
        raise InputError(f"null must be above 0, found {null!r}.")
    if scale == "smd":
        ratio = math.exp(0.91 * value * step)
        low, high = _smd_limits(value * step, conf_low, conf_high, std_error, step)
    else:
        if std_error is not None:
            raise InputError(
                "std_error is used with scale='smd' only; give the confidence limits of a ratio."
            )
        ratio = _to_risk_ratio(value, scale)
        low = math.nan if conf_low is None else _to_risk_ratio(conf_low, scale)
        high = math.nan if conf_high is None else _to_risk_ratio(conf_high, scale)
    if low > ratio or high < ratio:
        raise InputError(f"the limits {low:g} and {high:g} do not enclose the value {ratio:g}.")
    return EValue(
        risk_ratio=ratio,
        conf_low=low,
        conf_high=high,
        estimate=_e_value(ratio, null),
        limit=_e_value_limit(ratio, low, high, null),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TippingPoint:
    """The background change that would remove a result.

    ``shift_to_null`` makes the estimate equal the null; ``shift_to_insignificance`` makes the interval just
    touch it (0 where it contains it already). ``confounder_effect`` is the effect on the outcome that an
    unmeasured variable needs per unit to produce ``shift_to_null``, given its imbalance (NaN without one).
    """

    shift_to_null: float
    shift_to_insignificance: float
    confounder_effect: float
    conf_level: float


def estimate_tipping_point(
    value: float,
    *,
    std_error: float,
    df: float = math.inf,
    null: float = 0.0,
    imbalance: float | None = None,
    conf_level: float = 0.95,
) -> TippingPoint:
    """How much background improvement would remove a gain or an effect.

    Parameters
    ----------
    value : float
        The estimate, in units of the outcome (a log ratio for ratios).
    std_error : float
        Its standard error, above 0.
    df : float, default infinite
        Its degrees of freedom, above 0.
    null : float, default 0.0
        Value that counts as no effect.
    imbalance : float, optional
        Assumed difference of an unmeasured variable between the groups, not 0.
    conf_level : float, default 0.95

    Returns
    -------
    TippingPoint

    Raises
    ------
    InputError
        A value that is not finite, a standard error or degrees of freedom not above 0, an imbalance of 0.

    Examples
    --------
    >>> point = estimate_tipping_point(6.0, std_error=1.0)
    >>> round(point.shift_to_null, 2), round(point.shift_to_insignificance, 2)
    (6.0, 4.04)
    """
    check_level(conf_level)
    if not (math.isfinite(value) and math.isfinite(null) and math.isfinite(std_error)):
        raise InputError("value, null and std_error must be finite numbers.")
    if not (std_error > 0 and df > 0):
        raise InputError(f"std_error and df must be above 0, found {std_error!r} and {df!r}.")
    if imbalance is not None and not abs(imbalance) > 0:
        raise InputError("imbalance must not be 0.")
    distance = value - null
    half = float(t_ppf((1 + conf_level) / 2, df)) * std_error
    return TippingPoint(
        shift_to_null=distance,
        shift_to_insignificance=math.copysign(max(0.0, abs(distance) - half), distance),
        confounder_effect=math.nan if imbalance is None else distance / imbalance,
        conf_level=conf_level,
    )


def _to_risk_ratio(value: float, scale: str) -> float:
    if not value > 0 or not math.isfinite(value):
        raise InputError(f"a ratio must be above 0 and finite, found {value!r}.")
    if scale == "or_common":
        return math.sqrt(value)
    if scale == "hr_common":  # VanderWeele & Ding (2017), table 2
        return float((1 - 0.5 ** math.sqrt(value)) / (1 - 0.5 ** math.sqrt(1 / value)))
    return value


def _smd_limits(
    value: float, low: float | None, high: float | None, std_error: float | None, step: float
) -> tuple[float, float]:
    if std_error is not None:
        if not std_error > 0:
            raise InputError(f"std_error must be above 0, found {std_error!r}.")
        spread = 1.78 * std_error * abs(step)  # 0.91 times 1.96, as published
        return math.exp(0.91 * value - spread), math.exp(0.91 * value + spread)
    ends = [math.nan if end is None else math.exp(0.91 * end * step) for end in (low, high)]
    return (ends[0], ends[1]) if step > 0 else (ends[1], ends[0])


def _e_value(ratio: float, null: float) -> float:
    relative = ratio / null
    relative = relative if relative >= 1 else 1 / relative
    return relative + math.sqrt(relative * (relative - 1))


def _e_value_limit(ratio: float, low: float, high: float, null: float) -> float:
    if math.isnan(low) and math.isnan(high):
        return math.nan
    near = low if ratio > null else high
    if ratio == null or near == null or (near - null) * (ratio - null) < 0:
        return 1.0
    return _e_value(near, null) if not math.isnan(near) else math.nan
