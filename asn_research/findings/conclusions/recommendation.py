"""Recommendations: rules over findings. No finding, no recommendation."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from asn_research.contract.threshold import THEME_RAISED_SHARE
from asn_research.findings.conclusions.joint import topic_of
from asn_research.findings.finding import Caveat, Cell, Finding, Row, Sample, Status
from asn_research.findings.grounds.design_grade import ASSOCIATION_GRADE
from asn_research.findings.grounds.draft import answer
from asn_research.models.result import Estimate, NotEstimable

if TYPE_CHECKING:
    from asn_research.ingest.store import RegionData

STRENGTHS: Final = ("firm", "moderate", "tentative")
"""How well an advice is founded, strongest first.

``firm``: a clear interval from a comparison (grade 3 or more); ``moderate``: a clear interval from a weaker
design, or a full count; ``tentative``: anything less.
"""

_COMPARISON_GRADE = 3
_HALF = 0.5


@dataclass(frozen=True, kw_only=True)
class Advice:
    """One advice: its rule, the findings it rests on, how clear they are, and what it is about.

    ``basis`` is the number that speaks most for it; ``subjects`` are names as the office wrote them.
    """

    rule: str
    evidence: tuple[str, ...]
    basis: Estimate | None
    grade: int
    clear: bool
    subjects: str = ""

    @property
    def strength(self) -> str:
        """How well it is founded; see :data:`STRENGTHS`."""
        if not self.clear:
            return "tentative"
        return "firm" if self.grade >= _COMPARISON_GRADE else "moderate"


Findings = Mapping[str, Finding]
Rule = Callable[[Findings], Advice | None]


def conclude_recommendations(data: RegionData, known: Findings) -> Finding:
    """The advice that the findings support, the best founded first.

    Parameters
    ----------
    known : mapping of Finding
        The findings of the questions that the rules read; those without an answer support nothing.
    """
    answered = {name: finding for name, finding in known.items() if finding.status is Status.ESTIMATED}
    found = [advice for rule in RULES if (advice := rule(answered)) is not None]
    found.sort(key=lambda advice: STRENGTHS.index(advice.strength))
    count = Estimate(
        term="recommendations", estimate=float(len(found)), n_obs=len(answered), outcome="advice",
        unit="count", estimand="advice supported by findings", method="count",
    )  # fmt: skip
    details: dict[str, Cell] = {"unit": "count", "read": len(answered), "advice": len(found)}
    return answer(
        data,
        "recommendations",
        results=(count,),
        design_grade=ASSOCIATION_GRADE if any(advice.grade >= ASSOCIATION_GRADE for advice in found) else 1,
        sample=Sample(tables=()),
        caveats=(Caveat(code="advice_not_order"),) if found else (),
        rows=tuple(_row(advice) for advice in found),
        details=details,
    )


def _row(advice: Advice) -> Row:
    basis = advice.basis
    known = {} if basis is None else {
        "estimate": basis.estimate,
        "conf_low": basis.conf_low if math.isfinite(basis.conf_low) else None,
        "conf_high": basis.conf_high if math.isfinite(basis.conf_high) else None,
        "unit": basis.unit,
    }  # fmt: skip
    return {
        "label_code": f"finding.advice_title_{advice.rule}",
        "rule": advice.rule,
        "strength": advice.strength,
        "grade": advice.grade,
        "evidence": "; ".join(advice.evidence),
        "title": advice.subjects or None,
        **known,
    }


def _advise(
    rule: str, cited: list[Finding], *, basis: Estimate | None, clear: bool, subjects: str = ""
) -> Advice:
    return Advice(
        rule=rule,
        evidence=tuple(finding.question for finding in cited),
        basis=basis,
        grade=cited[0].design_grade,
        clear=clear,
        subjects=subjects,
    )


def _headline(findings: Findings, question: str, term: str | None = None) -> tuple[Finding, Estimate] | None:
    """The finding of a question and its headline, or its estimate of a term; None where there is none."""
    finding = findings.get(question)
    if finding is None:
        return None
    found: Estimate | NotEstimable | None = finding.headline
    if term is not None:
        found = next((estimate for estimate in finding.estimates if estimate.term == term), None)
    return (finding, found) if isinstance(found, Estimate) else None


def _flagged(finding: Finding | None, group: str | None = None) -> set[str]:
    """The names of the flagged rows of a finding, of one group where it is given; they may hold any sign."""
    rows = finding.rows if finding is not None else ()
    return {str(row["label"]) for row in rows if row.get("flagged") and row.get("group") == group}


def _join(names: set[str]) -> str:
    return "; ".join(sorted(names))


def _worst(finding: Finding, outcome: str) -> Estimate | None:
    """The lowest rating of an item among those flagged."""
    flagged = _flagged(finding, f"item:{outcome}")
    rated = [e for e in finding.estimates if e.outcome == outcome and e.term.split(": ", 1)[1] in flagged]
    return min(rated, key=lambda estimate: estimate.estimate, default=None)


def advise_curriculum_review(findings: Findings) -> Advice | None:
    """Review the curriculum of courses whose material is rated low or that nobody looked at for years."""
    rated, aged = findings.get("course_flags"), findings.get("curriculum_age")
    low, old = _flagged(rated, "item:material"), _flagged(aged)
    cited = [finding for finding, names in ((rated, low), (aged, old)) if finding is not None and names]
    if not cited:
        return None
    basis = _worst(cited[0], "material") if low else _oldest(cited[0])
    return _advise("curriculum_review", cited, basis=basis, clear=True, subjects=_join(low | old))


def _oldest(finding: Finding) -> Estimate:
    ages = [float(str(row["amount"])) for row in finding.rows]
    return Estimate(term="oldest", estimate=max(ages), n_obs=len(ages), unit="years", method="count")


def advise_speaker_change(findings: Findings) -> Advice | None:
    """Change or coach the speakers of courses whose speaker is rated low."""
    rated = findings.get("course_flags")
    low = _flagged(rated, "item:speaker")
    if rated is None or not low:
        return None
    basis = _worst(rated, "speaker")
    return _advise("speaker_change", [rated], basis=basis, clear=True, subjects=_join(low))


def advise_seats(findings: Findings) -> Advice | None:
    """Budget for seats, and draw those who get one by lot, where more people wait than the budget seats."""
    found = _headline(findings, "seats_under_budget")
    if found is None:
        return None
    finding, seats = found
    waiting = finding.details.get("waiting")
    if not isinstance(waiting, int | float) or waiting <= seats.estimate:
        return None
    cited = [finding, *(findings[name] for name in ("coverage",) if name in findings)]
    return _advise("seats", cited, basis=seats, clear=True)


def advise_outreach(findings: Findings) -> Advice | None:
    """Tell people why a course matters for their work, where those who see it attend more."""
    found = _headline(findings, "participation_drivers", "relevance")
    if found is None or not found[1].conf_low > 0:
        return None
    cited = [found[0], *(findings[name] for name in ("perceived_relevance",) if name in findings)]
    return _advise("outreach", cited, basis=found[1], clear=True)


def advise_refresh(findings: Findings) -> Advice | None:
    """Refresh periodically, where scores fell between the end of the course and the follow-up."""
    found = _headline(findings, "retention", "since_end") or _headline(findings, "retention")
    if found is None or not found[1].conf_high < 0:
        return None
    return _advise("refresh", [found[0]], basis=found[1], clear=True)


def advise_mentoring(findings: Findings) -> Advice | None:
    """Go on with mentoring, where more hours go with a larger change, or where informants ask for it."""
    found = _headline(findings, "mentoring_effect")
    if found is not None and found[1].conf_low > 0:
        return _advise("mentoring", [found[0]], basis=found[1], clear=True)
    raised = _raised(findings, "mentoring")
    if raised is None or (found is not None and found[1].conf_high < 0):
        return None
    return _advise("mentoring_voices", [raised], basis=None, clear=False)


def advise_citizen_feedback(findings: Findings) -> Advice | None:
    """Take the weakest element of the service to the citizens, where the index did not clearly rise."""
    found = _headline(findings, "service_satisfaction")
    if found is None or found[1].conf_low > 0 or not found[0].details.get("lowest_element"):
        return None
    subject = str(found[0].details["lowest_element"])
    return _advise(
        "citizen_feedback", [found[0]], basis=found[1], clear=found[1].conf_high < 0, subjects=subject
    )


def advise_partnership(findings: Findings) -> Advice | None:
    """Ask partners in, where fewer than half of the courses have anyone from outside the government."""
    found = _headline(findings, "stakeholder_roles")
    if found is None or found[1].estimate >= _HALF:
        return None
    return _advise("partnership", [found[0]], basis=found[1], clear=True)


def advise_comparison(findings: Findings) -> Advice | None:
    """Plan a comparison group, where the main answer had none that could be used."""
    found = _headline(findings, "learning_gain")
    if found is None or found[0].design_grade >= _COMPARISON_GRADE:
        return None
    return _advise("comparison", [found[0]], basis=found[1], clear=False)


def _raised(findings: Findings, topic: str) -> Finding | None:
    """The joint display, where a theme about a topic was raised by many informants."""
    voices = findings.get("joint_display")
    for row in voices.rows if voices else ():
        found = topic_of(str(row.get("label") or ""))
        share = row.get("share")
        many = isinstance(share, float) and share >= THEME_RAISED_SHARE
        if many and found is not None and found.name == topic:
            return voices
    return None


RULES: Final[tuple[Rule, ...]] = (
    advise_curriculum_review,
    advise_speaker_change,
    advise_seats,
    advise_outreach,
    advise_refresh,
    advise_mentoring,
    advise_citizen_feedback,
    advise_partnership,
    advise_comparison,
)
"""The rules, in the order in which equally well founded advice is shown."""

RECOMMENDATION_QUESTIONS: Final = (
    "coverage", "course_flags", "curriculum_age", "seats_under_budget", "participation_drivers",
    "perceived_relevance", "retention", "mentoring_effect", "service_satisfaction", "stakeholder_roles",
    "learning_gain", "joint_display",
)  # fmt: skip
"""The questions whose findings the rules read."""
