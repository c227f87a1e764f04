"""What a synthetic region is like: its truth, its courses, its instruments and its numbers of people."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Truth:
    """The parameters of a world, in points of a 0–100 score unless said otherwise.

    The true gain of a trained person is ``background + method_points[method] + participation_points ·
    (share − mean_share) · 10 + batch effect + own deviation``; an untrained person gains ``background`` and
    an own deviation only.

    Attributes
    ----------
    method_points : mapping of str to float
        Gain caused by each method at average participation.
    participation_points : float
        Further gain per 10 percentage points of sessions attended.
    mean_share : float
        Share of sessions (0–1) at which ``method_points`` holds.
    background_points : float
        Gain that everybody has, trained or not.
    ability_mean, ability_sd : float
        Mean and standard deviation of the true score before training.
    reliability : float
        Share (0–1) of the variance of an observed test score before training that is true.
    batch_sd, own_sd : float
        Standard deviations of what batches and persons add to the gain.
    commitment_logit, relevance_logit : float
        Rise of the log-odds of attending a session per standard deviation.
    dropout_share : float
        Share (0–1) of scores after training that are missing at the mean.
    dropout_logit : float
        Rise of the log-odds of a missing score per standard deviation of the true score after training;
        negative, so that weak people are missing more often.
    lowest_selected : bool
        Whether people were chosen for their low observed score before training.
    comparison_sd : float
        Distance of the comparison group's true baseline from that of the trained, in standard deviations.
    fading_share : float
        Share (0–1) of the caused gain that is gone at follow-up.
    mentoring_points : float
        What an hour of mentoring adds at follow-up.
    citizen_points : float
        Rise of the mean of a 1–4 survey element between the two waves.
    waiting_days, waiting_drop_days, waiting_season_days, waiting_trend_days : float
        Mean waiting time before the change, its drop at the change, the amplitude of the yearly wave and the
        change per month.
    coder_agreement : float
        Probability (0–1) that a coder gives an excerpt the theme it was written for.
    """

    method_points: Mapping[str, float]
    participation_points: float = 0.9
    mean_share: float = 0.85
    background_points: float = 2.0
    ability_mean: float = 59.0
    ability_sd: float = 9.0
    reliability: float = 0.80
    batch_sd: float = 1.8
    own_sd: float = 3.0
    commitment_logit: float = 0.55
    relevance_logit: float = 0.35
    dropout_share: float = 0.06
    dropout_logit: float = -0.7
    lowest_selected: bool = False
    comparison_sd: float = 0.0
    fading_share: float = 0.25
    mentoring_points: float = 0.25
    citizen_points: float = 0.12
    waiting_days: float = 13.0
    waiting_drop_days: float = 3.0
    waiting_season_days: float = 1.2
    waiting_trend_days: float = -0.04
    coder_agreement: float = 0.88

    @property
    def error_sd(self) -> float:
        """Standard deviation of the measurement error of a test score."""
        return float(self.ability_sd * ((1 - self.reliability) / self.reliability) ** 0.5)


@dataclass(frozen=True, slots=True)
class Offer:
    """One course as it is offered: its batches share title, topic and method.

    ``late`` batches are held after the second measurement, for those who wait. ``appeal`` moves the reactions
    by so many standard deviations; a clearly negative one is a course that needs review.
    """

    code: str
    title: str
    topic: str
    method: str
    batches: int
    hours_jp: int = 24
    sessions: int = 8
    cost_idr: int = 28_000_000
    delivery: str = "classroom"
    provider: str = "BKPSDM"
    reviewed_on: datetime.date | None = None
    late: int = 0
    appeal: float = 0.0


@dataclass(frozen=True, slots=True)
class Instrument:
    """One way of measuring a competency; ``factor`` is how much of the true gain shows in it."""

    competency: str
    source: str
    waves: tuple[str, ...] = ("pre", "post")
    factor: float = 1.0
    mean: float = 60.0
    sd: float = 9.0
    error_sd: float = 5.0
    loading: float = 0.6
    raters: int = 0
    inflation: float = 0.0
    comparison: bool = False


@dataclass(frozen=True, slots=True)
class Setting:
    """A region and period as it is before chance has spoken.

    ``pool`` people could have been trained; ``trained``, ``comparison`` and ``listed`` of them stand in the
    files (the last as eligible, without scores). ``returning`` of them come from the ``earlier`` period.
    """

    folder: str
    period: str
    starts: datetime.date
    ends: datetime.date
    pre_on: datetime.date
    post_on: datetime.date
    units: Mapping[str, float]
    pool: int
    trained: int
    comparison: int
    listed: int
    offers: tuple[Offer, ...]
    instruments: tuple[Instrument, ...]
    truth: Truth
    tables: tuple[str, ...]
    services: Mapping[str, str] = field(default_factory=dict)
    surveyed: int = 0
    requests_a_month: int = 0
    requests_from: datetime.date | None = None
    requests_until: datetime.date | None = None
    changed_on: datetime.date | None = None
    projects: int = 0
    interviews: int = 0
    mentored_share: float = 0.0
    earlier: Setting | None = None
    returning: int = 0
    scale: int = 1
