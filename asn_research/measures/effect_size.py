"""Gains and group differences in points and in standard deviations, from data or from their summary."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from asn_research.errors import InputError, NoVariationError, TooFewObservationsError
from asn_research.measures.distribution import t_ppf, t_sf
from asn_research.measures.input import check_level, collect, read_values
from asn_research.measures.noncentrality import estimate_noncentrality
from asn_research.models.result import Estimate, Fit


def hedges_factor(df: float, *, exact: bool = True) -> float:
    r"""Factor J that removes the small-sample bias of a standardised mean difference.

    Parameters
    ----------
    df : float
        Degrees of freedom of the standard deviation, above 1.
    exact : bool, default True
        The gamma-function form; otherwise the approximation :math:`1 - 3 / (4 df - 1)`.

    Raises
    ------
    InputError
        ``df`` is not above 1.

    Notes
    -----
    :math:`J = \Gamma(df/2) / (\sqrt{df/2}\, \Gamma((df - 1)/2))`.

    References
    ----------
    Hedges (1981), doi:10.3102/10769986006002107.

    Examples
    --------
    >>> round(hedges_factor(9), 4), round(hedges_factor(9, exact=False), 4)
    (0.9139, 0.9143)
    """
    if not df > 1:
        raise InputError(f"the small-sample factor needs more than 1 degree of freedom, found {df!r}.")
    if not exact:
        return 1 - 3 / (4 * df - 1)
    return math.exp(float(special.gammaln(df / 2) - special.gammaln((df - 1) / 2)) - 0.5 * math.log(df / 2))


@dataclass(frozen=True, slots=True)
class PairSummary:
    """What paired effect sizes are made of; ``correlation`` is between the score before and after."""

    n: int
    mean_pre: float
    mean_post: float
    sd_pre: float
    sd_post: float
    correlation: float

    @property
    def gain(self) -> float:
        return self.mean_post - self.mean_pre

    @property
    def sd_gain(self) -> float:
        variance = self.sd_pre**2 + self.sd_post**2 - 2 * self.correlation * self.sd_pre * self.sd_post
        return math.sqrt(max(variance, 0.0))


def measure_paired_effect(
    data: pd.DataFrame, *, pre: str, post: str, conf_level: float = 0.95, unit: str = "points"
) -> Fit:
    r"""Gain of the same people, in points and standardised in each of the usual ways.

    Report ``gain`` and ``g_av`` with the correlation; ``d_z`` alone is inflated where before and after
    correlate strongly, and cannot be compared with effects between groups.

    Parameters
    ----------
    data : DataFrame
        One row per person. Rows with either score missing are left out and counted.
    pre, post : str
        Columns of the scores before and after, same unit and range.
    conf_level : float, default 0.95
        Level of all intervals.
    unit : str, default "points"
        Unit of the scores.

    Returns
    -------
    Fit
        Terms ``gain`` (t test), ``d_z``, ``g_z``, ``d_av`` (mean of the standard deviations), ``d_av_rms``
        (root mean square), ``g_av`` (``d_av`` times J at n - 1), ``g_av_2n`` (J at 2n - 2, Lakens 2013),
        ``d_rm``, ``glass_delta``. ``statistics``: ``n_pairs``, ``n_incomplete``, ``mean_pre``, ``mean_post``,
        ``sd_pre``, ``sd_post``, ``sd_gain``, ``correlation``, ``j_exact``, ``j_approx``, ``j_2n_approx``.

    Raises
    ------
    InputError
        Missing or non-numeric columns, or a level outside (0, 1).
    TooFewObservationsError
        Fewer than three complete pairs.
    NoVariationError
        The scores before, after, or all gains are equal.

    Notes
    -----
    :math:`d_z = \bar g / s_g`; :math:`d_{av} = \bar g / ((s_{pre} + s_{post}) / 2)`;
    :math:`d_{rm} = d_z \sqrt{2 (1 - r)}`; Glass's :math:`\Delta = \bar g / s_{pre}`. The interval of
    :math:`d_z` is exact (noncentral t); those of the others rescale it by the observed ratio of
    standard deviations and are approximate. The p-value is that of the gain for all terms.

    References
    ----------
    Lakens (2013), doi:10.3389/fpsyg.2013.00863, equations 6 to 10; Morris & DeShon (2002),
    doi:10.1037/1082-989X.7.1.105; Algina & Keselman (2003), doi:10.1177/0013164403256358.

    Examples
    --------
    >>> scores = pd.DataFrame({"pre": [50.0, 60.0, 55.0, 48.0], "post": [58.0, 66.0, 65.0, 49.0]})
    >>> round(measure_paired_effect(scores, pre="pre", post="post")["gain"].estimate, 2)
    6.25
    """
    values = read_values(data, [pre, post])
    complete = values.dropna()
    n = len(complete)
    if n < 3:
        raise TooFewObservationsError(
            f"paired effect sizes need 3 complete pairs, found {n} of {len(values)}."
        )
    before, after = complete[pre].to_numpy(), complete[post].to_numpy()
    gains = after - before
    if np.ptp(before) == 0 or np.ptp(after) == 0 or np.ptp(gains) == 0:
        raise NoVariationError(f"{pre!r}, {post!r} and their difference must each vary over {n} pairs.")
    summary = PairSummary(
        n=n,
        mean_pre=float(before.mean()),
        mean_post=float(after.mean()),
        sd_pre=float(before.std(ddof=1)),
        sd_post=float(after.std(ddof=1)),
        correlation=float(np.corrcoef(before, after)[0, 1]),
    )
    return _paired_fit(
        summary, float(gains.std(ddof=1)), len(values) - n, conf_level, f"{post} - {pre}", unit
    )


def measure_paired_effect_from_summary(
    summary: PairSummary, *, conf_level: float = 0.95, unit: str = "points"
) -> Fit:
    """The same as :func:`measure_paired_effect` from means, standard deviations and the correlation.

    Use it where only an office's summary table was published.

    Raises
    ------
    InputError
        Standard deviations not above 0, or a correlation outside (-1, 1).
    TooFewObservationsError
        Fewer than three pairs.

    Examples
    --------
    >>> told = PairSummary(n=10, mean_pre=0.75, mean_post=2.33, sd_pre=1.7890, sd_post=2.0022,
    ...                    correlation=0.79517)
    >>> round(measure_paired_effect_from_summary(told)["d_z"].estimate, 3)
    1.285
    """
    if summary.n < 3:
        raise TooFewObservationsError(f"paired effect sizes need 3 pairs, found {summary.n}.")
    if not (summary.sd_pre > 0 and summary.sd_post > 0):
        raise InputError(
            f"standard deviations must be above 0, found {summary.sd_pre!r} and {summary.sd_post!r}."
        )
    if not -1 < summary.correlation < 1:
        raise InputError(
            f"the correlation must lie strictly between -1 and 1, found {summary.correlation!r}."
        )
    return _paired_fit(summary, summary.sd_gain, 0, conf_level, "gain", unit)


def _paired_fit(
    summary: PairSummary, sd_gain: float, n_incomplete: int, conf_level: float, outcome: str, unit: str
) -> Fit:
    check_level(conf_level)
    n, gain, df = summary.n, summary.gain, summary.n - 1
    error = sd_gain / math.sqrt(n)
    t = gain / error
    limits = [x / math.sqrt(n) for x in estimate_noncentrality(t, df=df, conf_level=conf_level)]
    half = float(t_ppf((1 + conf_level) / 2, df)) * error
    common = {
        "statistic": t, "p_value": float(2 * t_sf(abs(t), df)), "df": float(df), "n_obs": n,
        "conf_level": conf_level, "outcome": outcome,
    }  # fmt: skip
    mean_sd = (summary.sd_pre + summary.sd_post) / 2
    rms_sd = math.sqrt((summary.sd_pre**2 + summary.sd_post**2) / 2)
    j, j_2n = hedges_factor(df), hedges_factor(2 * df)
    scales = {
        "d_z": 1.0,
        "g_z": j,
        "d_av": sd_gain / mean_sd,
        "d_av_rms": sd_gain / rms_sd,
        "g_av": j * sd_gain / mean_sd,
        "g_av_2n": j_2n * sd_gain / mean_sd,
        "d_rm": math.sqrt(2 * (1 - summary.correlation)),
        "glass_delta": sd_gain / summary.sd_pre,
    }
    estimates = [
        Estimate(
            term="gain", estimate=gain, std_error=error, conf_low=gain - half, conf_high=gain + half,
            unit=unit, estimand="mean_gain", method="paired t", **common,  # type: ignore[arg-type]
        )
    ]  # fmt: skip
    for term, scale in scales.items():
        method = "noncentral t" if term in ("d_z", "g_z") else "noncentral t, rescaled"
        estimates.append(
            Estimate(
                term=term, estimate=gain / sd_gain * scale, conf_low=limits[0] * scale,
                conf_high=limits[1] * scale, unit="sd", estimand="standardised_mean_gain", method=method,
                **common,  # type: ignore[arg-type]
            )
        )  # fmt: skip
    return collect(estimates, _pair_statistics(summary, sd_gain, n_incomplete, df))


def _pair_statistics(summary: PairSummary, sd_gain: float, n_incomplete: int, df: int) -> dict[str, float]:
    return {
        "n_pairs": float(summary.n), "n_incomplete": float(n_incomplete), "mean_pre": summary.mean_pre,
        "mean_post": summary.mean_post, "sd_pre": summary.sd_pre, "sd_post": summary.sd_post,
        "sd_gain": sd_gain, "correlation": summary.correlation, "j_exact": hedges_factor(df),
        "j_approx": hedges_factor(df, exact=False), "j_2n_exact": hedges_factor(2 * df),
        "j_2n_approx": hedges_factor(2 * df, exact=False),
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class GroupSummary:
    """Size, mean and standard deviation of one group."""

    n: int
    mean: float
    sd: float


def measure_group_effect(
    data: pd.DataFrame,
    *,
    outcome: str,
    group: str,
    treated: object,
    conf_level: float = 0.95,
    unit: str = "points",
) -> Fit:
    """Difference between two independent groups, in points and standardised.

    Parameters
    ----------
    data : DataFrame
        One row per person; rows with the outcome or the group missing are left out.
    outcome : str
        Numeric column.
    group : str
        Column with exactly two values.
    treated : object
        The value of ``group`` whose mean comes first in the difference.
    conf_level : float, default 0.95
        Level of all intervals.
    unit : str, default "points"
        Unit of the outcome.

    Returns
    -------
    Fit
        As :func:`measure_group_effect_from_summary`.

    Raises
    ------
    InputError
        Not exactly two groups, or ``treated`` is none of them.
    TooFewObservationsError
        Fewer than two people in a group.
    NoVariationError
        The outcome does not vary within the groups.

    Examples
    --------
    >>> frame = pd.DataFrame({"y": [1.0, 2.0, 3.0, 2.0, 4.0, 6.0], "g": ["a"] * 3 + ["b"] * 3})
    >>> round(measure_group_effect(frame, outcome="y", group="g", treated="b")["difference"].estimate, 3)
    2.0
    """
    values = read_values(data, [outcome])[outcome]
    if group not in data.columns:
        raise InputError(f"the data have no column {group!r}; they have {list(data.columns)}.")
    kept = values.notna() & data[group].notna()
    found = list(pd.unique(data.loc[kept, group]))
    if len(found) != 2 or treated not in found:
        raise InputError(f"{group!r} must hold two values, one of them {treated!r}; found {found[:5]}.")
    first = (data[group] == treated).to_numpy()
    parts = [values[kept & first].to_numpy(), values[kept & ~first].to_numpy()]
    if min(map(len, parts)) < 2:
        raise TooFewObservationsError(f"each group needs 2 people, found {[len(part) for part in parts]}.")
    if all(np.ptp(part) == 0 for part in parts):
        raise NoVariationError(f"{outcome!r} does not vary within the groups of {group!r}.")
    one, two = (GroupSummary(len(part), float(part.mean()), float(part.std(ddof=1))) for part in parts)
    return measure_group_effect_from_summary(one, two, conf_level=conf_level, outcome=outcome, unit=unit)


def measure_group_effect_from_summary(
    treated: GroupSummary,
    control: GroupSummary,
    *,
    conf_level: float = 0.95,
    outcome: str = "",
    unit: str = "points",
) -> Fit:
    r"""Difference between two independent groups from sizes, means and standard deviations.

    Returns
    -------
    Fit
        Terms ``difference`` (pooled variance), ``difference_welch``, ``d_s``, ``g_s`` (exact J),
        ``g_s_approx`` and ``glass_delta`` (control group's standard deviation, interval rescaled).
        ``statistics``: group sizes, means and standard deviations, ``sd_pooled``, ``j_exact``, ``j_approx``.

    Notes
    -----
    :math:`d_s = (\bar y_1 - \bar y_0) / s_p`, interval by the noncentral t with
    :math:`ncp = d \sqrt{n_1 n_0 / (n_1 + n_0)}`.

    References
    ----------
    Hedges (1981), doi:10.3102/10769986006002107; Lakens (2013), doi:10.3389/fpsyg.2013.00863, equation 1.

    Examples
    --------
    >>> fit = measure_group_effect_from_summary(GroupSummary(30, 60.0, 10.0), GroupSummary(30, 55.0, 10.0))
    >>> round(fit["d_s"].estimate, 3)
    0.5
    """
    check_level(conf_level)
    if min(treated.n, control.n) < 2:
        raise TooFewObservationsError(f"each group needs 2 people, found {[treated.n, control.n]}.")
    if min(treated.sd, control.sd) < 0 or max(treated.sd, control.sd) == 0:
        raise InputError(f"standard deviations must be above 0, found {treated.sd!r} and {control.sd!r}.")
    difference, df = treated.mean - control.mean, treated.n + control.n - 2
    pooled = math.sqrt(((treated.n - 1) * treated.sd**2 + (control.n - 1) * control.sd**2) / df)
    size = treated.n * control.n / (treated.n + control.n)
    parts = [treated.sd**2 / treated.n, control.sd**2 / control.n]
    welch_df = sum(parts) ** 2 / (parts[0] ** 2 / (treated.n - 1) + parts[1] ** 2 / (control.n - 1))
    common = {"outcome": outcome, "n_obs": treated.n + control.n, "conf_level": conf_level}
    errors = ((pooled / math.sqrt(size), float(df)), (math.sqrt(sum(parts)), welch_df))
    estimates = [
        _difference_estimate(term, difference, error, one_df, unit, common)
        for term, (error, one_df) in zip(("difference", "difference_welch"), errors, strict=True)
    ]
    t, p = estimates[0].statistic, estimates[0].p_value
    limits = [x / math.sqrt(size) for x in estimate_noncentrality(t, df=df, conf_level=conf_level)]
    scales = {"d_s": 1.0, "g_s": hedges_factor(df), "g_s_approx": hedges_factor(df, exact=False)}
    if control.sd > 0:
        scales["glass_delta"] = pooled / control.sd
    for term, scale in scales.items():
        estimates.append(
            Estimate(
                term=term, estimate=difference / pooled * scale, statistic=t, p_value=p, df=float(df),
                conf_low=limits[0] * scale, conf_high=limits[1] * scale, unit="sd",
                estimand="standardised_mean_difference",
                method="noncentral t, rescaled" if term == "glass_delta" else "noncentral t",
                **common,  # type: ignore[arg-type]
            )
        )  # fmt: skip
    statistics = {
        "n_treated": float(treated.n), "n_control": float(control.n), "mean_treated": treated.mean,
        "mean_control": control.mean, "sd_treated": treated.sd, "sd_control": control.sd,
        "sd_pooled": pooled, "j_exact": hedges_factor(df), "j_approx": hedges_factor(df, exact=False),
    }  # fmt: skip
    return collect(estimates, statistics)


def _difference_estimate(
    term: str, difference: float, error: float, df: float, unit: str, common: dict[str, object]
) -> Estimate:
    half = float(t_ppf((1 + float(str(common["conf_level"]))) / 2, df)) * error
    t = difference / error
    return Estimate(
        term=term, estimate=difference, std_error=error, statistic=t, df=df, conf_low=difference - half,
        p_value=float(2 * t_sf(abs(t), df)), conf_high=difference + half, unit=unit,
        estimand="mean_difference", method="Welch t" if "welch" in term else "two-sample t",
        **common,  # type: ignore[arg-type]
    )  # fmt: skip
