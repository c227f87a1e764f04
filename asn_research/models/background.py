"""What a gain without a comparison group may be made of: the part that needs no training at all."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from asn_research.errors import InputError, NoVariationError, TooFewObservationsError
from asn_research.measures.distribution import normal_pdf, normal_ppf, t_ppf, t_sf
from asn_research.models.argument import check_level, read_column
from asn_research.models.result import Estimate, tidy_frame


@dataclass(frozen=True, slots=True, kw_only=True)
class BackgroundAssumption:
    """What is assumed about the change without training.

    Parameters
    ----------
    reliability : float
        Retest reliability of the score, 0 to 1 (alpha or an ICC as a stand-in).
    population_mean : float, optional
        Mean score before of all who could have been trained, where it is known.
    selected_share : float, optional
        Share of people that was selected for low scores before, above 0 and up to 1 (1: no selection).
        Without it and without ``population_mean`` the trainees are taken as the lower half, the case to
        be feared.
    practice_points : float, default 0
        Allowance for taking the same test twice, in points, not negative.

    Raises
    ------
    InputError
        A number outside its range, or both selection arguments.
    """

    reliability: float
    population_mean: float | None = None
    selected_share: float | None = None
    practice_points: float = 0.0

    def __post_init__(self) -> None:
        _check_reliability(self.reliability)
        if self.practice_points < 0 or not math.isfinite(self.practice_points):
            raise InputError(f"practice_points must be 0 or more, found {self.practice_points!r}.")
        if self.population_mean is not None and self.selected_share is not None:
            raise InputError("give either population_mean or selected_share, not both.")
        if self.population_mean is not None and not math.isfinite(self.population_mean):
            raise InputError(f"population_mean must be a number, found {self.population_mean!r}.")
        if self.selected_share is not None and not 0 < self.selected_share <= 1:
            raise InputError(f"selected_share must lie above 0 and up to 1, found {self.selected_share!r}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class BackgroundChange:
    """A one-group gain beside what would have happened anyway, all in the unit of the scores.

    ``gain`` is the observed gain; ``regression`` the expected regression to the mean; ``practice`` the
    allowance for taking the same test twice; ``background`` their sum; ``remaining`` the gain less the
    background, whose interval carries the uncertainty of the gain only. ``response_shift`` is the gain of
    test scores minus that of self-ratings in standard deviations before (None where there is none).
    ``tipping_points`` is the background improvement at which the interval of the gain reaches zero (0 where
    it includes zero already), ``tipping_sd`` the same in standard deviations before, and ``tipping_ratio``
    that over the assumed background (infinite where none is assumed).
    """

    gain: Estimate
    regression: Estimate
    practice: Estimate
    background: Estimate
    remaining: Estimate
    response_shift: Estimate | None
    tipping_points: float
    tipping_sd: float
    tipping_ratio: float
    sd_pre: float
    assumption: BackgroundAssumption

    def tidy(self) -> pd.DataFrame:
        """One row per part, with the columns every estimator shares."""
        parts = [self.gain, self.regression, self.practice, self.background, self.remaining]
        return tidy_frame(tuple(parts + ([self.response_shift] if self.response_shift else [])))


def expected_regression_sd(*, reliability: float, selected_share: float) -> float:
    r"""Expected gain without any effect where the lowest ``selected_share`` on the pre-test was trained.

    Parameters
    ----------
    reliability : float
        Retest reliability of the score, 0 to 1.
    selected_share : float
        Share of the population that was selected for low scores, above 0 and up to 1 (1: no selection).

    Returns
    -------
    float
        In standard deviations of the population: :math:`(1 - r)\, \varphi(\Phi^{-1}(p)) / p`.

    Examples
    --------
    >>> round(expected_regression_sd(reliability=0.7, selected_share=0.5), 2)
    0.24
    """
    _check_reliability(reliability)
    if not 0 < selected_share <= 1:
        raise InputError(f"selected_share must lie above 0 and up to 1, found {selected_share!r}.")
    if selected_share == 1:
        return 0.0
    return (1 - reliability) * float(normal_pdf(normal_ppf(selected_share))) / selected_share


def estimate_background_change(
    data: pd.DataFrame,
    *,
    pre: str,
    post: str,
    assumption: BackgroundAssumption,
    self_rated: tuple[str, str] | None = None,
    conf_level: float = 0.95,
    unit: str = "points",
) -> BackgroundChange:
    r"""How much of a one-group gain could be regression to the mean, practice or response shift.

    Print it beside every gain without comparison group. It bounds what can be explained away; it does not
    turn the rest into an effect: history and maturation remain.

    Parameters
    ----------
    data : DataFrame
        One row per person; incomplete pairs are left out.
    pre, post : str
        Test scores before and after.
    assumption : BackgroundAssumption
        Reliability of the score, how trainees were selected, and the allowance for practice.
    self_rated : tuple of str, optional
        Self-ratings before and after of the same people, for the response shift.
    conf_level : float, default 0.95
        Level of the intervals.
    unit : str, default "points"
        Unit of the scores.

    Returns
    -------
    BackgroundChange
        See there.

    Raises
    ------
    InputError
        Missing or non-numeric columns, or a level outside (0, 1).
    TooFewObservationsError
        Fewer than three complete pairs.
    NoVariationError
        Scores before, or gains, are all equal.

    Notes
    -----
    With a known mean :math:`(1 - r)(\mu - \bar x_{pre})`; under selection of the lowest share p
    :math:`(1 - r) s \varphi(z_p) / p`, s being the standard deviation before of the trainees, widened to
    that of the population by the variance of the truncated normal.

    References
    ----------
    Davis (1976), doi:10.1093/oxfordjournals.aje.a112321; Howard (1980), doi:10.1177/0193841X8000400105
    (response shift).

    Examples
    --------
    >>> scores = pd.DataFrame({"pre": [40.0, 50.0, 55.0, 45.0], "post": [52.0, 61.0, 63.0, 58.0]})
    >>> assumed = BackgroundAssumption(reliability=0.8, population_mean=60.0)
    >>> result = estimate_background_change(scores, pre="pre", post="post", assumption=assumed)
    >>> round(result.regression.estimate, 2), round(result.remaining.estimate, 2)
    (2.5, 8.5)
    """
    check_level(conf_level)
    pairs = pd.DataFrame({"pre": read_column(data, pre), "post": read_column(data, post)}).dropna()
    if len(pairs) < 3:
        raise TooFewObservationsError(f"the background change needs 3 complete pairs, found {len(pairs)}.")
    sd_pre = float(pairs["pre"].std(ddof=1))
    gains = pairs["post"] - pairs["pre"]
    if sd_pre == 0 or float(gains.std(ddof=1)) == 0:
        raise NoVariationError("the scores before and the gains must vary.")
    gain = _mean_gain(gains, "gain", f"{post} - {pre}", conf_level, unit)
    drift, selection = _regression(float(pairs["pre"].mean()), sd_pre, assumption)
    background = drift + assumption.practice_points
    shift = None if self_rated is None else _response_shift(data, (pre, post), self_rated, conf_level)
    tipping = _tipping(gain)
    return BackgroundChange(
        gain=gain,
        regression=_assumed(gain, "regression_to_mean", drift, selection),
        practice=_assumed(gain, "practice", assumption.practice_points, "allowance"),
        background=_assumed(gain, "background", background, "sum"),
        remaining=_shifted(gain, background),
        response_shift=shift,
        tipping_points=tipping,
        tipping_sd=tipping / sd_pre,
        tipping_ratio=tipping / background if background > 0 else math.inf,
        sd_pre=sd_pre,
        assumption=assumption,
    )


def _assumed(gain: Estimate, term: str, value: float, method: str) -> Estimate:
    return Estimate(
        term=term, estimate=value, n_obs=gain.n_obs, outcome=gain.outcome, unit=gain.unit,
        estimand="expected_change_without_training", method=method,
    )  # fmt: skip


def _check_reliability(reliability: float) -> None:
    if not 0 <= reliability <= 1:
        raise InputError(f"the reliability must lie between 0 and 1, found {reliability!r}.")


def _regression(mean_pre: float, sd_pre: float, assumption: BackgroundAssumption) -> tuple[float, str]:
    reliability, share = assumption.reliability, assumption.selected_share
    if assumption.population_mean is not None:
        return (1 - reliability) * (assumption.population_mean - mean_pre), "known population mean"
    if share == 1:
        return 0.0, "no selection"
    label = "selection of the lowest share" if share is not None else "selection of the lower half"
    share = 0.5 if share is None else share
    drift = expected_regression_sd(reliability=reliability, selected_share=share)
    # Variance of the lower part of a normal: 1 - z m - m², with m = pdf(z) / p and z the p-quantile.
    z = float(normal_ppf(share))
    m = float(normal_pdf(z)) / share
    return drift * sd_pre / math.sqrt(1 - z * m - m**2), label


def _mean_gain(gains: pd.Series, term: str, outcome: str, conf_level: float, unit: str) -> Estimate:
    n = len(gains)
    mean, error = float(gains.mean()), float(gains.std(ddof=1)) / math.sqrt(n)
    half = float(t_ppf((1 + conf_level) / 2, n - 1)) * error
    return Estimate(
        term=term, estimate=mean, std_error=error, statistic=mean / error, df=float(n - 1), n_obs=n,
        p_value=float(2 * t_sf(abs(mean / error), n - 1)), conf_low=mean - half,
        conf_high=mean + half, conf_level=conf_level, outcome=outcome, unit=unit, estimand="mean_gain",
        method="paired t",
    )  # fmt: skip


def _shifted(gain: Estimate, background: float) -> Estimate:
    value = gain.estimate - background
    statistic = value / gain.std_error
    return Estimate(
        term="remaining", estimate=value, std_error=gain.std_error, statistic=statistic, df=gain.df,
        p_value=float(2 * t_sf(abs(statistic), gain.df)), conf_low=gain.conf_low - background,
        conf_high=gain.conf_high - background, conf_level=gain.conf_level, n_obs=gain.n_obs,
        outcome=gain.outcome, unit=gain.unit, estimand="gain_less_background",
        method="paired t, background taken as known",
    )  # fmt: skip


def _tipping(gain: Estimate) -> float:
    """The background change, in the direction of the gain, at which the interval touches zero."""
    near = gain.conf_low if gain.estimate >= 0 else -gain.conf_high
    return max(near, 0.0)


def _response_shift(
    data: pd.DataFrame, test: tuple[str, str], rating: tuple[str, str], conf_level: float
) -> Estimate:
    """Gain on the test minus gain in self-ratings, each in its own standard deviations before."""
    names = [*test, *rating]
    frame = pd.DataFrame({name: read_column(data, name) for name in names}).dropna()
    if len(frame) < 3:
        raise TooFewObservationsError(
            f"the response shift needs 3 people with all scores, found {len(frame)}."
        )
    spreads = [float(frame[name].std(ddof=1)) for name in (test[0], rating[0])]
    if min(spreads) == 0:
        raise NoVariationError("scores and self-ratings before must vary.")
    tested = (frame[test[1]] - frame[test[0]]) / spreads[0]
    rated = (frame[rating[1]] - frame[rating[0]]) / spreads[1]
    difference = tested - rated
    if float(difference.std(ddof=1)) == 0:
        raise NoVariationError("test gains and self-rating gains differ by a constant.")
    return _mean_gain(difference, "response_shift", f"{test[1]} against {rating[1]}", conf_level, "sd")
