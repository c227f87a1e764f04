"""Over time: what changed since the last period, number by number."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from asn_research.findings.finding import Caveat, Cell, Finding, Row, Sample, Status
from asn_research.findings.grounds.draft import answer, leave_open, refuse
from asn_research.findings.grounds.estimation import CONF_LEVEL, adjust_holm, finite, is_clear
from asn_research.findings.grounds.past import PastPeriod
from asn_research.language.catalogue import has_phrase
from asn_research.measures.distribution import t_ppf, t_sf
from asn_research.models.result import Estimate, NotEstimable, Reason

if TYPE_CHECKING:
    from asn_research.ingest.store import RegionData

_SAME = 1e-9
"""Numbers that differ by less are the same but for the last digits of their computation."""
_LEFT_OUT = frozenset(
    {
        "background_change",
        "minimum_detectable_effect",
        "recommendations",
        "joint_display",
        "participation_drivers",
        "heterogeneity",
        "plan_deviations",
        "specification_curve",
        "method_specification_curve",
    }
)
"""Answers made of other answers, and those whose headline is one of many contrasts."""

_ENDLESS_DF = 1e9
"""Degrees of freedom of an error that is taken as known; a number, so that two such errors can be joined."""


def follow_change(data: RegionData, known: Mapping[str, Finding], past: PastPeriod | None) -> Finding:
    """Every headline of this period against the same headline of the last one.

    Differences are tested as one family (Holm) where both numbers have an error. Numbers that ask for another
    outcome or unit than before are not compared.
    """
    question = "change_since_last_period"
    if past is None:
        return leave_open(data, question, table="assessments")
    pairs = [
        (name, now, before)
        for name, finding in known.items()
        if name != question and name not in _LEFT_OUT
        for now, before in [(_headline(finding), _headline(past.findings.get(name)))]
        if now is not None and before is not None and _comparable(now, before)
    ]
    if not pairs:
        refusal = NotEstimable(
            term=question, reason=Reason.TOO_FEW_OBSERVATIONS, detail="no number stands in both periods"
        )
        return refuse(data, question, refusal)
    found = [_difference(name, now, before) for name, now, before in pairs]
    rows: list[Row] = [
        {
            "label_code": _label(name, known[name]),
            "question": name,
            "unit": now.unit,
            "before": before.estimate,
            "now": now.estimate,
            "estimate": estimate.estimate,
            "conf_low": finite(estimate.conf_low),
            "conf_high": finite(estimate.conf_high),
            "p_holm": p_holm,
            "clear": is_clear(p_holm),
            "restated": _moved(past, name, before),
        }
        for (name, now, before), estimate, p_holm in zip(pairs, found, _adjusted(found), strict=True)
    ]
    return answer(
        data,
        question,
        results=tuple(sorted(found, key=lambda estimate: estimate.term != "learning_gain")),
        design_grade=1,
        sample=Sample(),
        caveats=(Caveat(code="periods_independent"), Caveat(code="periods_other_people")),
        rows=tuple(rows),
        details=_details(known, past, rows) | {"restated": sum(bool(row["restated"]) for row in rows)},
    )


def _adjusted(found: Sequence[Estimate]) -> list[float | None]:
    """The p-value of each difference adjusted for all that can be tested (Holm); None for the others."""
    tested = [i for i, estimate in enumerate(found) if math.isfinite(estimate.p_value)]
    adjusted = dict(zip(tested, adjust_holm([found[i].p_value for i in tested]), strict=True))
    return [adjusted.get(i) for i in range(len(found))]


def _details(known: Mapping[str, Finding], past: PastPeriod, rows: list[Row]) -> dict[str, Cell]:
    now, before = known.get("learning_gain"), past.findings.get("learning_gain")
    return {
        "before": past.period,
        "numbers": len(rows),
        "family": sum(row["p_holm"] is not None for row in rows),
        "clear": sum(bool(row["clear"]) for row in rows),
        "recomputed": past.recomputed,
        "code_changed": past.code_changed,
        "rules_changed": past.rules_changed,
        "grade_now": now.design_grade if now else None,
        "grade_before": before.design_grade if before else None,
        "unit": "points",
    }


def _label(name: str, finding: Finding) -> str:
    """The message that names a headline: as on page one, else as its figure is called."""
    key = f"finding.key_{name}{'_compared' if finding.details.get('compared') else ''}"
    return key if has_phrase(key) else f"figure.caption_{name}"


def _headline(finding: Finding | None) -> Estimate | None:
    if finding is None or finding.status is not Status.ESTIMATED:
        return None
    found = finding.headline
    if not isinstance(found, Estimate) or f"bound_{found.term}" in finding.details:
        return None
    return found if math.isfinite(found.estimate) else None


def _comparable(now: Estimate, before: Estimate) -> bool:
    """Whether two headlines are the same quantity."""
    return (now.term, now.unit, now.outcome) == (before.term, before.unit, before.outcome)


def _moved(past: PastPeriod, name: str, before: Estimate) -> bool:
    """Whether a number of the last period is another today than when it was published."""
    published = _headline(past.published.get(name))
    return published is not None and abs(published.estimate - before.estimate) > _SAME


def _difference(name: str, now: Estimate, before: Estimate) -> Estimate:
    """Now minus before; with Welch's test where both have an error and an interval."""
    bare = Estimate(
        term=name,
        estimate=now.estimate - before.estimate,
        outcome=now.outcome,
        unit=now.unit,
        estimand="difference between periods",
        method="difference of independent estimates",
    )
    sizes = (now.std_error, before.std_error)
    ends = (now.conf_low, now.conf_high, before.conf_low, before.conf_high)
    if not all(size > 0 for size in sizes) or not all(map(math.isfinite, ends)):
        return bare
    variances = [size**2 for size in sizes]
    freedom = [df if math.isfinite(df) else _ENDLESS_DF for df in (now.df, before.df)]
    error = math.sqrt(sum(variances))
    df = sum(variances) ** 2 / sum(v**2 / f for v, f in zip(variances, freedom, strict=True))
    half = float(t_ppf((1 + CONF_LEVEL) / 2, df)) * error
    statistic = bare.estimate / error
    return replace(
        bare,
        std_error=error,
        statistic=statistic,
        p_value=float(2 * t_sf(abs(statistic), df)),
        conf_low=bare.estimate - half,
        conf_high=bare.estimate + half,
        df=df,
    )
