"""Page one: the answer in at most six sentences, four key figures, and what stays open."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from asn_research.contract.column import TABLES
from asn_research.contract.vocabulary import term_label
from asn_research.findings.finding import Finding, Status
from asn_research.findings.wordings.advice import advice_text, strength_text
from asn_research.findings.wordings.behaviour import rated_short
from asn_research.findings.wordings.label import bound_mark
from asn_research.findings.wordings.learning import method_short
from asn_research.findings.wordings.part import amount, bound_of, bounds, say
from asn_research.findings.wordings.sentence import answer_sentence, answer_sentences, question_text
from asn_research.language import Language, format_count, format_number, phrase
from asn_research.models.result import Estimate

MAXIMUM_SENTENCES = 6
MAXIMUM_KEY_FIGURES = 4
MAXIMUM_RECOMMENDATIONS = 3

_TOLD = (
    ("learning_gain", 4),
    ("supervisor_change", 1),
    ("method_effect", 1),
    ("service_time", 1),
    ("service_satisfaction", 1),
    ("participation_slope", 1),
    ("coverage", 1),
    ("satisfaction", 1),
    ("completion", 1),
    ("pooled_gain", 2),
    ("pooled_method_effect", 1),
    ("region_comparison", 1),
    ("service_comparison", 1),
    ("transferability", 1),
)
_KEYS = (
    "learning_gain",
    "background_change",
    "coverage",
    "completion",
    "satisfaction",
    "attendance",
    "perceived_relevance",
    "pooled_gain",
    "pooled_method_effect",
    "transferability",
)
_OPEN_AT_FIRST = frozenset({"change_since_last_period"})
"""Questions that a first period cannot answer, which is no gap of its data."""


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """One number of page one, written for readers; ``question`` is the id of the answer it comes from."""

    label: str
    value_text: str
    interval_text: str
    people_text: str
    question: str


@dataclass(frozen=True, slots=True)
class OpenGroup:
    """Questions that stay open for one reason: ``reason`` in words, and each question as id and heading."""

    reason: str
    questions: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """Page one of a report.

    ``questions`` are the ids of the questions that the sentences answer; ``recommendations`` the three best
    founded; ``open_groups`` the open questions by what they wait for.
    """

    sentences: tuple[str, ...]
    questions: tuple[str, ...]
    key_figures: tuple[KeyFigure, ...]
    recommendations: tuple[str, ...] = ()
    open_groups: tuple[OpenGroup, ...] = ()

    @property
    def opening(self) -> str:
        """The first answer with all that page one says of it, such as its reservation."""
        told = zip(self.questions, self.sentences, strict=True)
        return " ".join(sentence for question, sentence in told if question == self.questions[0])


def summarise(findings: Sequence[Finding], language: Language) -> Summary:
    """Page one, from findings alone.

    Sentences and key figures are taken in a fixed order of importance from the questions that have an answer;
    those without one are listed with the reason. Where none has an answer, the one sentence says so.
    """
    answered = {f.question: f for f in findings if f.status is Status.ESTIMATED}
    told = [
        (question, sentence)
        for question, most in _TOLD
        if question in answered
        for sentence in _shorten(answered[question], language)[:most]
    ][:MAXIMUM_SENTENCES]
    if findings and not told:
        told = [(findings[0].question, say("nothing_answered", language))]
    figures = [_key_figure(answered[question], language) for question in _KEYS if question in answered]
    unanswered = [
        f for f in findings if f.status is not Status.ESTIMATED and f.question not in _OPEN_AT_FIRST
    ]
    return Summary(
        sentences=tuple(sentence for _, sentence in told),
        questions=tuple(question for question, _ in told),
        key_figures=tuple([figure for figure in figures if figure][:MAXIMUM_KEY_FIGURES]),
        recommendations=_advice(answered.get("recommendations"), language),
        open_groups=_group_open(unanswered, language),
    )


def _group_open(findings: Sequence[Finding], language: Language) -> tuple[OpenGroup, ...]:
    """Open questions under what each of them waits for, in the order in which the reasons first appear."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for finding in findings:
        heading = question_text(finding.question, language)
        groups.setdefault(_reason(finding, language), []).append((finding.question, heading))
    return tuple(OpenGroup(reason, tuple(members)) for reason, members in groups.items())


def _reason(finding: Finding, language: Language) -> str:
    """The sheet that has to be filled in, or the sentence that says why there is no answer."""
    if finding.status is Status.NO_DATA:
        sheet = TABLES[str(finding.details.get("missing", "assessments"))].label.in_language(language)
        return phrase("report.open_sheet", language, sheet=sheet)
    return answer_sentence(finding, language)


def _shorten(finding: Finding, language: Language) -> list[str]:
    """The answer as page one tells it; nothing where it would not be told there."""
    if finding.question == "method_effect":
        return [method_short(finding, language)]
    if finding.question == "supervisor_change":
        return rated_short(finding, language)
    return answer_sentences(finding, language)


def _advice(finding: Finding | None, language: Language) -> tuple[str, ...]:
    """The best founded recommendations, each with its strength."""
    rows = finding.rows[:MAXIMUM_RECOMMENDATIONS] if finding else ()
    told = [(advice_text(row, language).rstrip("."), strength_text(row, language)) for row in rows]
    return tuple(say("advice_short", language, advice=advice, strength=strength) for advice, strength in told)


def _key_figure(finding: Finding, language: Language) -> KeyFigure | None:
    found = finding.headline
    if not isinstance(found, Estimate) or _is_told_by_gain(finding):
        return None
    compared = "_compared" if finding.details.get("compared") else ""
    value = bound_mark({"bound": bound_of(finding, found)}) + amount(found.estimate, found.unit, language)
    if found.unit == "points":
        signed = format_number(found.estimate, language, sign=True)
        value = say("key_points", language, value=signed)
    return KeyFigure(
        label=say(f"key_{finding.question}{compared}", language, **_contrast(found, language)),
        value_text=value,
        interval_text=_interval(finding, found, language),
        people_text=say("key_people", language, people=format_count(finding.sample.people, language)),
        question=finding.question,
    )


def _is_told_by_gain(finding: Finding) -> bool:
    """Whether a comparison group makes the background a part of the gain itself."""
    return finding.question == "background_change" and bool(finding.details.get("compared"))


def _contrast(found: Estimate, language: Language) -> dict[str, str]:
    """The two methods that a pooled difference is between."""
    first, minus, second = found.term.partition(" - ")
    if not minus:
        return {}
    return {
        "first": term_label("method", first, language),
        "second": term_label("method", second, language).lower(),
    }


def _interval(finding: Finding, found: Estimate, language: Language) -> str:
    if bound_of(finding, found):
        return say("interval_withheld", language)
    if found.method == "count":
        return say("key_count", language)
    if not (math.isfinite(found.conf_low) and math.isfinite(found.conf_high)):
        return say("no_interval", language)
    low, high = bounds(found.conf_low, found.conf_high, found.unit, language)
    return say("key_interval", language, low=low, high=high)
