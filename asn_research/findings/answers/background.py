"""Would scores have risen without the training: what a gain may be made of besides it."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from asn_research.errors import EstimationError
from asn_research.findings.answers.learning import answer_gain
from asn_research.findings.finding import Caveat, Cell, Finding, Row, Status
from asn_research.findings.grounds.design_grade import grade_people
from asn_research.findings.grounds.draft import answer, leave_open, refuse_error, withhold
from asn_research.findings.grounds.dropout import describe_dropout
from asn_research.findings.grounds.estimation import (
    cluster_caveats,
    count_clusters,
    finite,
    interval_cells,
    listen,
)
from asn_research.findings.grounds.gain import estimate_differences, trained_gain
from asn_research.findings.grounds.people import (
    GAIN_TABLES,
    GainPeople,
    read_gain_people,
    read_primary_people,
)
from asn_research.models.background import (
    BackgroundAssumption,
    BackgroundChange,
    estimate_background_change,
)
from asn_research.models.result import Estimate

if TYPE_CHECKING:
    from asn_research.ingest.store import RegionData

_QUESTION = "background_change"
PRACTICE_SD = 0.26
"""Allowance for taking a test twice, in standard deviations: the mean retest gain of Hausknecht, Halpert,
Di Paolo and Moriarty Gerrard (2007, doi:10.1037/0021-9010.92.2.373)."""


def answer_learning_gain(data: RegionData) -> Finding:
    """The gain in the outcome that the plan declares primary, with how much of it needs no training.

    One group cannot tell the two apart, so its answer carries the estimated background and what remains;
    every answer carries what it could be with those who were lost, where their loss is notable.
    """
    people = read_primary_people(data)
    finding = answer_gain(data, "learning_gain", people)
    if finding.status is not Status.ESTIMATED:
        return finding
    finding = replace(finding, details={**finding.details, **describe_dropout(people)})
    if finding.details["compared"]:
        return finding
    background = answer_background_change(data)
    remaining = background.headline
    if background.status is not Status.ESTIMATED or not isinstance(remaining, Estimate):
        return finding
    details: dict[str, Cell] = {
        "background": background.details["expected"],
        "background_regression": background.details["regression"],
        "background_selection": background.details["selection"],
        "remaining": remaining.estimate,
        "remaining_low": finite(remaining.conf_low),
        "remaining_high": finite(remaining.conf_high),
    }
    return replace(finding, details={**finding.details, **details})


def answer_background_change(data: RegionData) -> Finding:
    """The observed gain beside what the comparison group, or chance and practice, would give anyway."""
    people = read_primary_people(data)
    if people.everyone["pre"].isna().all() or people.everyone["post"].isna().all():
        return leave_open(data, _QUESTION, table="assessments")
    if len(people.trained) < people.minimum:
        return withhold(data, _QUESTION, tables=GAIN_TABLES)
    shown = people.matched if people.compared else people.trained
    try:
        return _compared(data, people) if people.compared else _one_group(data, people)
    except EstimationError as error:
        return refuse_error(data, _QUESTION, error, sample=people.sample(shown))


def _compared(data: RegionData, people: GainPeople) -> Finding:
    """The comparison group shows what would have happened otherwise."""
    own = trained_gain(people.trained, outcome=people.outcome)
    rest = trained_gain(people.comparison, outcome=people.outcome, term="comparison_gain")
    difference = estimate_differences(data, people)[0]
    return answer(
        data,
        _QUESTION,
        results=(rest, own, replace(difference, term="remaining")),
        design_grade=grade_people(data, people).grade,
        sample=people.sample(people.matched),
        caveats=cluster_caveats(count_clusters(people.matched, "cluster")),
        rows=(
            _row("observed", own, len(people.trained)) | _means(people.trained),
            _row("comparison", rest, len(people.comparison)) | _means(people.comparison),
            _row("remaining", difference, len(people.matched)),
        ),
        details={
            "compared": True,
            "trained": len(people.trained),
            "comparison": len(people.comparison),
            "expected_after": float(people.trained["post"].mean()) - difference.estimate,
            "unit": "points",
        },
    )


def _one_group(data: RegionData, people: GainPeople) -> Finding:
    """Regression to the mean and practice are taken off; the rest of the background stays unknown."""
    frame = people.trained
    own = trained_gain(frame, outcome=people.outcome)
    reliability = min(max(float(frame["pre"].corr(frame["post"])), 0.0), 1.0)
    mean, listed = _population_mean(people)
    assumption = BackgroundAssumption(
        reliability=reliability,
        population_mean=mean,
        practice_points=PRACTICE_SD * float(frame["pre"].std()),
    )
    found: BackgroundChange = listen(
        lambda: estimate_background_change(frame, pre="pre", post="post", assumption=assumption)
    ).value
    expected = found.background.estimate
    remaining = _less(own, expected)
    tipping = max(own.conf_low, 0.0) if own.estimate >= 0 else max(-own.conf_high, 0.0)
    shift = _response_shift(data, people, assumption)
    selection = "known_mean" if mean is not None else "lower_half"
    return answer(
        data,
        _QUESTION,
        results=(
            remaining,
            own,
            *(replace(part, outcome=people.outcome) for part in (found.regression, found.practice)),
            *shift,
        ),
        design_grade=grade_people(data, people).grade,
        sample=people.sample(frame),
        caveats=(
            Caveat(code=f"selection_{selection}", fields={"people": listed}),
            *_assumed(assumption, shift),
            *cluster_caveats(count_clusters(frame, "cluster")),
        ),
        rows=_rows(own, found, remaining, tipping, len(frame)),
        details={
            "compared": False,
            **_part_details(own, found),
            "reliability": reliability,
            "selection": selection,
            "tipping": finite(tipping),
            "unit": "points",
        },
    )


def _part_details(own: Estimate, found: BackgroundChange) -> dict[str, Cell]:
    """The gain, and of what the background that is expected consists."""
    return {
        "observed": own.estimate,
        "expected": found.background.estimate,
        "regression": found.regression.estimate,
        "practice": found.practice.estimate,
    }


def _less(own: Estimate, expected: float) -> Estimate:
    """The gain less the background that is expected; the background is taken as known."""
    return replace(
        own,
        term="remaining",
        estimand="gain less expected background",
        estimate=own.estimate - expected,
        conf_low=own.conf_low - expected,
        conf_high=own.conf_high - expected,
        statistic=math.nan,
        p_value=math.nan,
    )


def _assumed(assumption: BackgroundAssumption, shift: tuple[Estimate, ...]) -> tuple[Caveat, ...]:
    """What the background of one group rests on, and what self-ratings say beside it."""
    return (
        Caveat(code="reliability_assumed", fields={"reliability_r": assumption.reliability}),
        Caveat(code="practice_allowance", fields={"practice_sd": PRACTICE_SD}),
        Caveat(code="history_unknown"),
        *(Caveat(code="response_shift", fields={"shift_sd": e.estimate}) for e in shift),
    )


def _population_mean(people: GainPeople) -> tuple[float | None, int]:
    """Mean score before of everybody who was tested, where enough were tested without being trained."""
    others = people.rest["pre"].dropna()
    scores = pd.concat([people.everyone["pre"].dropna(), others])
    return (float(scores.mean()) if len(others) >= people.minimum else None), len(scores)


def _response_shift(
    data: RegionData, people: GainPeople, assumption: BackgroundAssumption
) -> tuple[Estimate, ...]:
    """Gain in tests less gain in self-ratings of the same people, in standard deviations."""
    if people.source == "self":
        return ()
    rated = read_gain_people(data, competency=people.competency, source="self").trained
    both = people.trained[["person_id", "pre", "post"]].merge(
        rated[["person_id", "pre", "post"]], on="person_id", suffixes=("", "_self")
    )
    if len(both) < people.minimum:
        return ()
    try:
        found: BackgroundChange = listen(
            lambda: estimate_background_change(
                pd.DataFrame(both),
                pre="pre",
                post="post",
                assumption=assumption,
                self_rated=("pre_self", "post_self"),
            )
        ).value
    except EstimationError:
        return ()
    return (found.response_shift,) if found.response_shift else ()


def _rows(
    own: Estimate, found: BackgroundChange, remaining: Estimate, tipping: float, people: int
) -> tuple[Row, ...]:
    parts: list[Row] = [
        _row("observed", own, people),
        _row("regression", found.regression, people),
        _row("practice", found.practice, people),
        _row("remaining", remaining, people),
    ]
    if tipping > 0:
        parts.append({"component": "tipping", "estimate": tipping, "conf_low": None, "conf_high": None})
    return tuple(parts)


def _means(frame: pd.DataFrame) -> Row:
    """Mean scores before and after of one group with their intervals."""
    found: Row = {}
    for name, wave in (("before", "pre"), ("after", "post")):
        ends = interval_cells(frame, wave, clusters="cluster")
        found |= {
            name: float(frame[wave].mean()),
            f"{name}_low": ends["conf_low"],
            f"{name}_high": ends["conf_high"],
        }
    return found


def _row(component: str, estimate: Estimate, people: int) -> Row:
    cells: dict[str, Cell] = {"component": component, "n": people, "estimate": estimate.estimate}
    return cells | {"conf_low": finite(estimate.conf_low), "conf_high": finite(estimate.conf_high)}
