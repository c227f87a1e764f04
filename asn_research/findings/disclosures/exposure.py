"""What the numbers of each answer are about: the register that decides how the disclosure gate treats them.

A question that is not in the register, and a whole number under a name that is not in it, cannot be
published; whoever adds one decides here what it counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from asn_research.findings.finding import Cell, Finding


class Subject(StrEnum):
    """Whom or what an answer is about."""

    PEOPLE = "people"
    CITIZENS = "citizens"
    THINGS = "things"
    ANSWERS = "answers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """How the numbers of one question are protected.

    ``base`` names the column with the people a row describes. ``shares`` are the terms of estimates, or
    their beginning, that are shares of people with something; the rows then hold such shares in ``share``.
    ``within`` names the column whose values keep rows with totals of their own apart; ``total`` says where
    the total of the rows stands: ``headline``, ``sample``, ``trained`` or the ``group`` of a row; the rows
    add up to it in ``margin``, or in ``base`` where that is empty. ``open_total`` tells that the row with
    the total is no outcome of people, ``open_results`` that the estimates count no people, but units, topics
    or months. ``beside`` names the answer about almost the same people whose total readers know.
    """

    subject: Subject = Subject.PEOPLE
    base: str = "n"
    shares: tuple[str, ...] = ()
    share: str = "share"
    margin: str = ""
    within: str = ""
    total: str = ""
    open_total: bool = False
    open_results: bool = False
    beside: str = ""


_THINGS: Final = Exposure(subject=Subject.THINGS)
_ANSWERS: Final = Exposure(subject=Subject.ANSWERS)
_CITIZENS: Final = Exposure(subject=Subject.CITIZENS, open_results=True)
_GROUPED: Final = Exposure(within="group")

EXPOSURES: Final[dict[str, Exposure]] = {
    "coverage": Exposure(base="total", within="group"),
    "training_hours": Exposure(base="total", shares=("at_least_required_hours",), total="headline"),
    "attendance": Exposure(margin="enrolments", total="headline"),
    "completion": Exposure(base="total", shares=("completion",), total="headline"),
    "participation_drivers": Exposure(),
    "match_rate": Exposure(base="total"),
    "competency_gaps": Exposure(within="group", total="headline"),
    "needs_met": _GROUPED,
    "satisfaction": Exposure(within="label_code"),
    "course_flags": _GROUPED,
    "perceived_relevance": Exposure(base="total", shares=("relevant",), total="headline"),
    "reaction_reliability": Exposure(),
    "learning_gain": Exposure(base="count", within="series"),
    "competency_gains": Exposure(),
    "attitude_gain": Exposure(base="count", within="series"),
    "method_effect": Exposure(),
    "participation_slope": Exposure(beside="learning_gain"),
    "confidence_gain": Exposure(shares=("confident_after",), share="estimate", total="trained"),
    "heterogeneity": Exposure(within="group", total="sample"),
    "background_change": Exposure(),
    "supervisor_change": _GROUPED,
    "task_performance": Exposure(base="count", within="series"),
    "observation_change": _GROUPED,
    "rater_agreement": _GROUPED,
    "self_supervisor_gap": _GROUPED,
    "retention": Exposure(),
    "mentoring_effect": _GROUPED,
    "appraisal_shift": Exposure(),
    "service_satisfaction": _CITIZENS,
    "service_time": _CITIZENS,
    "project_delivery": Exposure(
        base="total", shares=("",), within="label_code", total="finding.group_all_projects", open_total=True
    ),
    "exposure_service": _CITIZENS,
    "cost_per_participant": Exposure(),
    "cost_effectiveness": Exposure(),
    "seats_under_budget": _THINGS,
    "minimum_detectable_effect": Exposure(),
    "interview_themes": Exposure(base="total", shares=("theme: ",), within="label", total="finding.role_all"),
    "coder_agreement": _THINGS,
    "joint_display": Exposure(base="total", shares=("theme: ",), open_results=True),
    "stakeholder_roles": _THINGS,
    "curriculum_age": _THINGS,
    "recommendations": _ANSWERS,
    "change_since_last_period": _ANSWERS,
    "plan_deviations": _ANSWERS,
    "specification_curve": Exposure(),
    "method_specification_curve": Exposure(),
    "pooled_gain": _ANSWERS,
    "pooled_method_effect": _ANSWERS,
    "region_comparison": _ANSWERS,
    "service_comparison": _ANSWERS,
    "transferability": _ANSWERS,
}
"""The exposure of every question."""


PEOPLE_COUNTS: Final = frozenset(
    ["trained", "comparison", "measured_before", "mentored", "most_left_people", "lost_started", "people"]
)
"""Whole numbers in details that count people with a result; not told below the minimum cell."""

FILE_COUNTS: Final = frozenset(["eligible", "listed", "unlisted", "lost", "seats", "waiting"])
"""Whole numbers in details that say how long lists are and what files lack: no result of anybody."""

OTHER_COUNTS: Final = frozenset(
    [
        "advice", "agree", "beside", "clear", "clusters", "coders", "courses", "decided", "deviations",
        "differ", "down", "excerpts", "family", "flagged", "grade_before", "grade_now", "held", "items",
        "judged", "largest", "lottery_compared", "months_after", "months_before", "numbers", "old",
        "outside", "pairs", "planned", "projects", "raters", "read", "regions", "requests", "restated",
        "silent", "tested", "themes", "titles", "topics", "units", "up", "ways", "year",
    ]
)  # fmt: skip
"""Whole numbers in details that count courses, findings, months and the like."""

ROW_COUNTS: Final = frozenset(
    [
        "n", "total", "count", "enrolments", "listed", "smallest", "clusters", "n_clusters", "grade",
        "needed", "response", "response_low", "response_high", "regions",
    ]
)  # fmt: skip
"""Whole numbers in rows; which of them count people is said by each exposure."""

CAVEAT_COUNTS: Final = frozenset(
    [
        "answers_rounded.minimum", "bins_left_out.minimum", "bootstrap_withheld.minimum",
        "hours_rounded.minimum",
        "coders_agreed.disputed", "coders_agreed.excerpts", "cost_unknown.count",
        "course_ambiguous.count", "courses_without_parties.count", "curriculum_convention.years",
        "curriculum_unknown.count", "designs_mixed.count", "designs_mixed.regions",
        "few_clusters.clusters", "few_clusters.needed", "few_raters.clusters", "few_raters.needed",
        "few_regions.count", "few_units.units", "within_region.minimum", "points_rounded.minimum",
        "points_rounded.step", "held_back.minimum", "holm.family", "list_quarantined.count",
        "list_quarantined.rows", "list_shorter_than_eligible.eligible",
        "list_shorter_than_eligible.listed", "longer_than_year.months", "many_courses.count",
        "minimum_cell.minimum", "minimum_part.minimum", "minimum_raters.minimum", "models_differ.count",
        "open_requests.count", "pairs_left_out.count", "pairs_left_out.needed", "regions_capped.count",
        "regions_capped.drawn", "regions_left_out.count", "regions_without_service.count",
        "roles_joined.minimum", "selection_lower_half.people", "series_months_lost.count",
        "shares_banded.minimum", "too_few_clusters.clusters", "too_few_clusters.needed",
        "too_few_raters.clusters", "too_few_raters.needed", "ways_failed.count",
    ]
)  # fmt: skip
"""Whole numbers in reservations, each as ``code.field``; none of them counts people with a result."""

EXCLUDED_COUNTS: Final = frozenset(
    [
        "no_pre", "no_post", "other_group", "not_recorded", "incomplete", "small_method", "not_linked",
        "no_appraisal", "no_followup", "project_undecided", "small_unit",
    ]
)  # fmt: skip
"""Reasons for which people or rows were not used: what files lack, no result of anybody."""


def unclassified(finding: Finding) -> list[str]:
    """What the register of exposures does not know of an answer: its question, or whole numbers by name."""
    if finding.question not in EXPOSURES:
        return [finding.question]
    return [name for name, known in _whole_numbers(finding) if not known]


def _whole_numbers(finding: Finding) -> Iterator[tuple[str, bool]]:
    told = PEOPLE_COUNTS | FILE_COUNTS | OTHER_COUNTS
    for name, value in finding.details.items():
        if is_whole(value):
            yield name, name in told
    for row in finding.rows:
        for name, value in row.items():
            if is_whole(value):
                yield name, name in ROW_COUNTS
    for caveat in finding.caveats:
        for name, value in caveat.fields.items():
            if is_whole(value):
                yield f"{caveat.code}.{name}", f"{caveat.code}.{name}" in CAVEAT_COUNTS
    for name in finding.sample.excluded:
        yield name, name in EXCLUDED_COUNTS


def is_whole(value: Cell) -> bool:
    """Whether a value counts something; True and False do not."""
    return isinstance(value, int) and not isinstance(value, bool)
