"""The catalogue: one declarative row per question, in the order of the report."""

from __future__ import annotations

from typing import Final

from asn_research.errors import InputError
from asn_research.findings.answers.agreement import answer_rater_agreement, answer_self_supervisor_gap
from asn_research.findings.answers.appraisal import answer_appraisal_shift
from asn_research.findings.answers.background import answer_background_change, answer_learning_gain
from asn_research.findings.answers.behaviour import (
    answer_observation_change,
    answer_supervisor_change,
    answer_task_performance,
)
from asn_research.findings.answers.competency import answer_competency_gains
from asn_research.findings.answers.condition import answer_curriculum_age, answer_stakeholder_roles
from asn_research.findings.answers.cost import answer_cost_effectiveness, answer_cost_per_participant
from asn_research.findings.answers.delivery import answer_project_delivery
from asn_research.findings.answers.driver import answer_participation_drivers
from asn_research.findings.answers.heterogeneity import answer_heterogeneity
from asn_research.findings.answers.learning import answer_attitude_gain, answer_confidence_gain
from asn_research.findings.answers.matching import answer_match_rate
from asn_research.findings.answers.method import answer_method_effect, answer_participation_slope
from asn_research.findings.answers.needs import answer_competency_gaps, answer_needs_met
from asn_research.findings.answers.power import answer_minimum_detectable_effect
from asn_research.findings.answers.reach import (
    answer_attendance,
    answer_completion,
    answer_coverage,
    answer_training_hours,
)
from asn_research.findings.answers.reaction import (
    answer_course_flags,
    answer_perceived_relevance,
    answer_reaction_reliability,
    answer_satisfaction,
)
from asn_research.findings.answers.retention import answer_mentoring_effect, answer_retention
from asn_research.findings.answers.satisfaction import answer_exposure_service, answer_service_satisfaction
from asn_research.findings.answers.seat import answer_seats_under_budget
from asn_research.findings.answers.voice import answer_coder_agreement, answer_interview_themes
from asn_research.findings.answers.waiting import answer_service_time
from asn_research.findings.conclusions.change import follow_change
from asn_research.findings.conclusions.comparison import answer_region_comparison, answer_service_comparison
from asn_research.findings.conclusions.deviation import DEVIATION_QUESTIONS, conclude_plan_deviations
from asn_research.findings.conclusions.joint import JOINT_QUESTIONS, conclude_joint_display
from asn_research.findings.conclusions.pooled import (
    answer_pooled_gain,
    answer_pooled_method_effect,
    answer_transferability,
)
from asn_research.findings.conclusions.recommendation import (
    RECOMMENDATION_QUESTIONS,
    conclude_recommendations,
)
from asn_research.findings.conclusions.specification import (
    conclude_method_specification_curve,
    conclude_specification_curve,
)
from asn_research.findings.question import Level, Question

_REACH = ("participants", "courses", "enrolments")
_REACTION = ("reactions", "courses")
_LEARNING = ("participants", "courses", "enrolments", "assessments")
_NEVER = 6

QUESTIONS: Final[tuple[Question, ...]] = (
    Question(
        id="coverage", level=Level.REACH, estimand="trained people per eligible person", outcome="trained",
        unit="share", sample="everyone listed or declared eligible", model="count", needs=_REACH,
        answer=answer_coverage, figure="share", table="share", causal_from=_NEVER,
    ),
    Question(
        id="training_hours", level=Level.REACH, estimand="share with the required training hours",
        outcome="credited_jp", unit="share", sample="trained civil servants", model="count", needs=_REACH,
        answer=answer_training_hours, figure="share", table="share", causal_from=_NEVER,
    ),
    Question(
        id="attendance", level=Level.REACH, estimand="mean share of sessions attended",
        outcome="participation_share", unit="share", sample="enrolments", model="mean, CR2", needs=_REACH,
        answer=answer_attendance, figure="interval", table="interval", causal_from=_NEVER,
    ),
    Question(
        id="completion", level=Level.REACH, estimand="share of enrolments completed", outcome="completed",
        unit="share", sample="enrolments with a record", model="mean, CR2", needs=_REACH,
        answer=answer_completion, figure="share", table="share", causal_from=_NEVER,
    ),
    Question(
        id="participation_drivers", level=Level.REACH, estimand="difference in share of sessions attended",
        outcome="participation_share", unit="share", sample="enrolments with linked answers",
        model="OLS, CR2", needs=(*_REACH, "reactions"), answer=answer_participation_drivers,
        figure="interval", table="interval", causal_from=_NEVER,
    ),
    Question(
        id="match_rate", level=Level.REACH, estimand="share with both scores",
        outcome="primary outcome of the plan", unit="share", sample="people with a score before",
        model="mean, CR2", needs=_LEARNING, answer=answer_match_rate, figure="share", table="share",
        causal_from=_NEVER,
    ),
    Question(
        id="competency_gaps", level=Level.NEEDS, estimand="mean score less what the post requires",
        outcome="every competency with a standard", unit="points", sample="people with a score before",
        model="mean, CR2 by unit", needs=_LEARNING, answer=answer_competency_gaps, figure="interval",
        table="interval", causal_from=_NEVER,
    ),
    Question(
        id="needs_met", level=Level.NEEDS, estimand="share of the shortfall gone after the training",
        outcome="every competency with a standard", unit="share", sample="trained people with both scores",
        model="ratio of means, Fieller, CR2", needs=_LEARNING, answer=answer_needs_met, figure="interval",
        table="interval", causal_from=_NEVER,
    ),
    Question(
        id="satisfaction", level=Level.REACTION, estimand="mean of the satisfaction scale",
        outcome="satisfaction", unit="scale", sample="respondents", model="mean, CR2", needs=_REACTION,
        answer=answer_satisfaction, figure="likert", table="likert", causal_from=_NEVER,
    ),
    Question(
        id="course_flags", level=Level.REACTION, estimand="mean rating of material and speaker by course",
        outcome="response", unit="scale", sample="respondents of a course", model="mean", needs=_REACTION,
        answer=answer_course_flags, figure="interval", table="interval", causal_from=_NEVER,
    ),
    Question(
        id="perceived_relevance", level=Level.REACTION, estimand="share of answers 4 or 5",
        outcome="relevance", unit="share", sample="respondents", model="mean, CR2", needs=_REACTION,
        answer=answer_perceived_relevance, figure="share", table="share", causal_from=_NEVER,
    ),
    Question(
        id="reaction_reliability", level=Level.REACTION, estimand="Cronbach's alpha", outcome="satisfaction",
        unit="alpha", sample="respondents with all items", model="alpha, Feldt interval", needs=_REACTION,
        answer=answer_reaction_reliability, figure="interval", table="interval", causal_from=_NEVER,
    ),
    Question(
        id="learning_gain", level=Level.LEARNING, estimand="mean gain, or difference in gains",
        outcome="primary outcome of the plan", unit="points", sample="people with both scores",
        model="mean gain; change score and ANCOVA, CR2", needs=_LEARNING, answer=answer_learning_gain,
        figure="distribution", table="distribution",
    ),
    Question(
        id="competency_gains", level=Level.LEARNING, estimand="mean gain, or difference in gains",
        outcome="every measured competency", unit="points", sample="people with both scores",
        model="mean gain or change score, CR2; Holm over the family", needs=_LEARNING,
        answer=answer_competency_gains, figure="interval", table="interval",
    ),
    Question(
        id="attitude_gain", level=Level.LEARNING, estimand="mean gain, or difference in gains",
        outcome="professional_attitude:self", unit="points", sample="people with both ratings",
        model="mean gain; change score and ANCOVA, CR2", needs=_LEARNING, answer=answer_attitude_gain,
        figure="distribution", table="distribution",
    ),
    Question(
        id="method_effect", level=Level.LEARNING, estimand="difference in gain between methods",
        outcome="primary outcome of the plan", unit="points", sample="trained people with both scores",
        model="change score and ANCOVA on method, participation and covariates, CR2; Holm over pairs",
        needs=_LEARNING, answer=answer_method_effect, figure="interval", table="interval", causal_from=_NEVER,
    ),
    Question(
        id="participation_slope", level=Level.LEARNING, estimand="gain per 10 percentage points attended",
        outcome="primary outcome of the plan", unit="points", sample="trained people with both scores",
        model="change score and ANCOVA on method, participation and covariates, CR2", needs=_LEARNING,
        answer=answer_participation_slope, figure="line", table="line", causal_from=_NEVER,
    ),
    Question(
        id="confidence_gain", level=Level.LEARNING, estimand="mean gain in self-rating",
        outcome="self-rating of the primary competency", unit="points", sample="people with both ratings",
        model="mean gain; change score and ANCOVA, CR2", needs=_LEARNING, answer=answer_confidence_gain,
        figure="interval", table="interval",
    ),
    Question(
        id="heterogeneity", level=Level.LEARNING, estimand="difference in gain to all others",
        outcome="primary outcome of the plan", unit="points", sample="trained people with both scores",
        model="change score, CR2; Bonferroni intervals, Holm", needs=_LEARNING, answer=answer_heterogeneity,
        figure="interval", table="interval", causal_from=_NEVER,
    ),
    Question(
        id="background_change", level=Level.LEARNING, estimand="gain less expected background",
        outcome="primary outcome of the plan", unit="points", sample="people with both scores",
        model="regression to the mean, practice allowance; or the comparison group", needs=_LEARNING,
        answer=answer_background_change, figure="background", table="background", causal_from=_NEVER,
    ),
    Question(
        id="supervisor_change", level=Level.BEHAVIOUR, estimand="mean change, or difference in changes",
        outcome="ratings by superiors", unit="points", sample="people rated before and later",
        model="multilevel by rater and batch; change score, CR2 by rater", needs=_LEARNING,
        answer=answer_supervisor_change, figure="interval", table="interval",
    ),
    Question(
        id="task_performance", level=Level.BEHAVIOUR, estimand="mean change, or difference in changes",
        outcome="daily_task", unit="points", sample="people scored before and later",
        model="multilevel by rater and batch; change score, CR2 by rater", needs=_LEARNING,
        answer=answer_task_performance, figure="distribution", table="distribution",
    ),
    Question(
        id="observation_change", level=Level.BEHAVIOUR, estimand="mean change, or difference in changes",
        outcome="scores by observers", unit="points", sample="people observed before and later",
        model="multilevel by observer, batch and person; change score, CR2 by observer", needs=_LEARNING,
        answer=answer_observation_change, figure="interval", table="interval",
    ),
    Question(
        id="rater_agreement", level=Level.BEHAVIOUR, estimand="intraclass correlation of a single rater",
        outcome="ratings by several raters", unit="alpha", sample="people with several raters",
        model="Shrout-Fleiss ICC; Krippendorff's alpha, bootstrap", needs=("assessments",),
        answer=answer_rater_agreement, figure="interval", table="interval", causal_from=_NEVER,
    ),
    Question(
        id="self_supervisor_gap", level=Level.BEHAVIOUR, estimand="mean self-rating less superior's rating",
        outcome="competencies rated by both", unit="points", sample="people rated by both at one time",
        model="mean, CR2 by rater", needs=("assessments",), answer=answer_self_supervisor_gap,
        figure="interval", table="interval", causal_from=_NEVER,
    ),
    Question(
        id="retention", level=Level.BEHAVIOUR, estimand="mean change since the end of the training",
        outcome="primary outcome of the plan", unit="points", sample="trained people with three scores",
        model="mean change, CR2; share kept, Fieller", needs=_LEARNING, answer=answer_retention,
        figure="interval", table="interval", causal_from=_NEVER,
    ),
    Question(
        id="mentoring_effect", level=Level.BEHAVIOUR, estimand="change per 10 hours of mentoring",
        outcome="primary outcome of the plan", unit="points", sample="trained people with known hours",
        model="change score and ANCOVA on hours, participation and method, CR2", needs=_LEARNING,
        answer=answer_mentoring_effect, figure="interval", table="interval", causal_from=_NEVER,
    ),
    Question(
        id="appraisal_shift", level=Level.BEHAVIOUR,
        estimand="share up minus share down, or its difference", outcome="appraisal predicate",
        unit="percentage_points", sample="people appraised in both years",
        model="sign of the shift, OLS, CR2 by unit", needs=("participants", "appraisals"),
        answer=answer_appraisal_shift, figure="interval", table="interval",
    ),
    Question(
        id="service_satisfaction", level=Level.RESULTS, estimand="change of the satisfaction index",
        outcome="ikm", unit="index", sample="respondents of both surveys",
        model="index with exact weights, percentile bootstrap", needs=("citizen_surveys",),
        answer=answer_service_satisfaction, figure="interval", table="satisfaction", causal_from=_NEVER,
    ),
    Question(
        id="service_time", level=Level.RESULTS, estimand="change in level of the median waiting time",
        outcome="waiting time", unit="days", sample="requests of the declared service",
        model="Kaplan-Meier medians; interrupted series, AR(1), REML", needs=("service_requests",),
        answer=answer_service_time, figure="series", table="series", causal_from=_NEVER,
    ),
    Question(
        id="project_delivery", level=Level.RESULTS, estimand="share on time and within budget",
        outcome="on_time", unit="share", sample="projects that are due", model="share, Wilson interval",
        needs=("projects", *_REACH), answer=answer_project_delivery, figure="share", table="share",
        causal_from=_NEVER,
    ),
    Question(
        id="exposure_service", level=Level.RESULTS,
        estimand="change of the index per 10 percentage points of staff trained", outcome="ikm",
        unit="index", sample="units surveyed twice", model="OLS over units, HC2",
        needs=("citizen_surveys", *_REACH), answer=answer_exposure_service, figure="line", table="line",
        causal_from=_NEVER,
    ),
    Question(
        id="cost_per_participant", level=Level.COST, estimand="course cost per participant",
        outcome="cost_idr", unit="idr", sample="courses with a cost", model="count",
        needs=("courses", "enrolments"), answer=answer_cost_per_participant, figure="amount", table="cost",
        causal_from=_NEVER,
    ),
    Question(
        id="cost_effectiveness", level=Level.COST, estimand="cost per person of a gain of 0.1 SD",
        outcome="primary outcome of the plan", unit="idr", sample="people with both scores",
        model="known cost over the gain of the headline, inverted interval", needs=_LEARNING,
        answer=answer_cost_effectiveness, figure="interval", table="interval",
    ),
    Question(
        id="seats_under_budget", level=Level.COST, estimand="seats bought by the planned budget",
        outcome="seats", unit="people", sample="training lines of the last budget year", model="count",
        needs=("budgets", *_REACH), answer=answer_seats_under_budget, figure="amount", table="amount",
        causal_from=_NEVER,
    ),
    Question(
        id="minimum_detectable_effect", level=Level.COST, estimand="smallest change found with power 0.8",
        outcome="primary outcome of the plan", unit="points", sample="people with both scores",
        model="noncentral t from the observed standard error", needs=_LEARNING,
        answer=answer_minimum_detectable_effect, figure="power", table="power", causal_from=_NEVER,
    ),
    Question(
        id="interview_themes", level=Level.VOICES, estimand="share of informants who raised a theme",
        outcome="theme", unit="share", sample="informants", model="count of themes all coders agree on",
        needs=("interviews", "participants"), answer=answer_interview_themes, figure="share", table="share",
        causal_from=_NEVER,
    ),
    Question(
        id="coder_agreement", level=Level.VOICES, estimand="agreement beyond chance", outcome="theme",
        unit="alpha", sample="coded excerpts", model="Krippendorff's alpha, percentile bootstrap",
        needs=("interviews",), answer=answer_coder_agreement, figure="interval", table="interval",
        causal_from=_NEVER,
    ),
    Question(
        id="joint_display", level=Level.VOICES, estimand="topics on which numbers and voices agree",
        outcome="topic", unit="share", sample="informants", model="rules over themes and headlines",
        needs=("interviews",), conclude=conclude_joint_display, draws_on=JOINT_QUESTIONS, table="display",
        causal_from=_NEVER,
    ),
    Question(
        id="stakeholder_roles", level=Level.CONDITIONS, estimand="share of courses with an outside party",
        outcome="party", unit="share", sample="courses", model="count", needs=("stakeholders", "courses"),
        answer=answer_stakeholder_roles, figure="share", table="share", causal_from=_NEVER,
    ),
    Question(
        id="curriculum_age", level=Level.CONDITIONS, estimand="median age of a curriculum",
        outcome="curriculum_age", unit="years", sample="courses with a review date", model="count",
        needs=("courses",), answer=answer_curriculum_age, figure="amount", table="amount", causal_from=_NEVER,
    ),
    Question(
        id="recommendations", level=Level.DECISIONS, estimand="advice supported by findings",
        outcome="advice", unit="count", sample="findings of this report", model="rules over findings",
        needs=(), conclude=conclude_recommendations, draws_on=RECOMMENDATION_QUESTIONS, table="advice",
        causal_from=_NEVER,
    ),
    Question(
        id="change_since_last_period", level=Level.TIME, estimand="difference between periods",
        outcome="every headline", unit="unit of the headline", sample="numbers of both periods",
        model="differences of independent estimates, Welch, Holm", needs=(), follow=follow_change,
        table="change", causal_from=_NEVER,
    ),
    Question(
        id="plan_deviations", level=Level.APPENDIX, estimand="points of the plan that were not kept",
        outcome="plan", unit="count", sample="the plan and its answers",
        model="rules over findings", needs=(), conclude=conclude_plan_deviations,
        draws_on=DEVIATION_QUESTIONS, table="deviation", causal_from=_NEVER,
    ),
    Question(
        id="specification_curve", level=Level.APPENDIX, estimand="the headline gain in every declared way",
        outcome="primary outcome of the plan", unit="points", sample="people with both scores",
        model="change score and ANCOVA, covariates, completion weights, CR2 by batch and unit",
        needs=_LEARNING, conclude=conclude_specification_curve, draws_on=("learning_gain",),
        figure="specification", table="specification", causal_from=_NEVER,
    ),
    Question(
        id="method_specification_curve", level=Level.APPENDIX,
        estimand="the first difference between methods in every declared way",
        outcome="primary outcome of the plan", unit="points", sample="trained people with both scores",
        model="change score and ANCOVA, covariates, completion weights, CR2 by batch and unit",
        needs=_LEARNING, conclude=conclude_method_specification_curve, draws_on=("method_effect",),
        figure="specification", table="specification", causal_from=_NEVER,
    ),
)  # fmt: skip
"""Every question that reports answer, in the order of the report."""

ACROSS_QUESTIONS: Final[tuple[Question, ...]] = (
    Question(
        id="pooled_gain", level=Level.ACROSS, estimand="mean over regions of the gain, or of its difference",
        outcome="primary outcome that most regions share", unit="points", sample="regions with an answer",
        model="random effects, REML, modified Knapp-Hartung", needs=(), compare=answer_pooled_gain,
        figure="interval", table="interval",
    ),
    Question(
        id="pooled_method_effect", level=Level.ACROSS,
        estimand="mean over regions of the difference in gain between two methods", outcome="gain",
        unit="points", sample="regions that use both methods",
        model="random effects, REML, modified Knapp-Hartung; Holm over the pairs", needs=(),
        compare=answer_pooled_method_effect, figure="interval", table="interval",
    ),
    Question(
        id="region_comparison", level=Level.ACROSS, estimand="difference in gain between regions",
        outcome="primary outcome that most regions share", unit="points", sample="regions with an answer",
        model="differences of independent estimates, Holm", needs=(), compare=answer_region_comparison,
        figure="interval", table="interval", causal_from=_NEVER,
    ),
    Question(
        id="service_comparison", level=Level.ACROSS, estimand="change of the satisfaction index by region",
        outcome="ikm", unit="index", sample="regions that measured a service twice",
        model="differences of independent estimates, Holm", needs=(), compare=answer_service_comparison,
        figure="interval", table="services", causal_from=_NEVER,
    ),
    Question(
        id="transferability", level=Level.ACROSS, estimand="gain of a region that is not among these",
        outcome="primary outcome that most regions share", unit="points", sample="regions with an answer",
        model="prediction interval, t with k - 1 degrees of freedom; each region left out in turn", needs=(),
        compare=answer_transferability, figure="interval", table="prediction", causal_from=_NEVER,
    ),
)  # fmt: skip
"""Every question across regions, in the order of their report."""


def question(identifier: str) -> Question:
    """The question with that id.

    Raises
    ------
    InputError
        If the catalogue has no such question.
    """
    every = (*QUESTIONS, *ACROSS_QUESTIONS)
    for known in every:
        if known.id == identifier:
            return known
    raise InputError(f"there is no question {identifier!r}; known are {', '.join(q.id for q in every)}")
