"""What several regions found, as read from their published findings; never from rows about people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd

from asn_research.contract.region import ACROSS
from asn_research.findings.finding import Finding, Sample, Status
from asn_research.findings.grounds.estimation import listen
from asn_research.models.pooling import check_influence, pool
from asn_research.models.result import Estimate, Fit


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionEvidence:
    """The findings of one region in its last period; ``region`` is its folder, ``name`` what readers see."""

    region: str
    name: str
    period: str
    findings: Mapping[str, Finding]

    def answered(self, question: str) -> Finding | None:
        """The finding of a question where it was estimated."""
        found = self.findings.get(question)
        return found if found is not None and found.status is Status.ESTIMATED else None


def gather_evidence(
    findings: Iterable[Finding], *, names: Mapping[str, str] | None = None
) -> tuple[RegionEvidence, ...]:
    """The last period of every region among some findings, in the order of the regions' names.

    Parameters
    ----------
    findings : iterable of Finding
        As :func:`asn_research.findings.finding.read_findings` reads them from findings.json.
    names : mapping, optional
        What readers call each region folder; the folder's own name where it is not given.
    """
    held: dict[str, dict[str, dict[str, Finding]]] = {}
    for finding in findings:
        held.setdefault(finding.region, {}).setdefault(finding.period, {})[finding.question] = finding
    known = [
        RegionEvidence(
            region=region,
            name=(names or {}).get(region, region),
            period=max(periods),
            findings=periods[max(periods)],
        )
        for region, periods in held.items()
    ]
    return tuple(sorted(known, key=lambda evidence: (evidence.name.casefold(), evidence.region)))


def period_text(evidence: Sequence[RegionEvidence]) -> str:
    """The periods that several regions speak about: one name, or the first and the last."""
    periods = sorted({region.period for region in evidence})
    return periods[0] if len(periods) == 1 else f"{periods[0]}–{periods[-1]}" if periods else ""


def across(evidence: Sequence[RegionEvidence], question: str, **fields: Any) -> Finding:
    """A finding about all regions together; estimated where no other status is given."""
    known = {"status": Status.ESTIMATED} | fields
    return Finding(question=question, region=ACROSS, period=period_text(evidence), **known)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionEstimate:
    """One number of one region that can be pooled: its error is known, and its interval with it."""

    region: RegionEvidence
    estimate: Estimate
    finding: Finding

    @property
    def people(self) -> int:
        return self.estimate.n_obs or self.finding.sample.people


Pick = Callable[[Finding], Estimate | None]
"""Which number of a finding is compared between regions; None where it has none."""


def collect_estimates(
    evidence: Sequence[RegionEvidence], question: str, *, pick: Pick
) -> tuple[RegionEstimate, ...]:
    """The same number from every region that has it with a usable error, in the order of the regions."""
    found = []
    for region in evidence:
        finding = region.answered(question)
        estimate = pick(finding) if finding is not None else None
        if finding is not None and estimate is not None and is_poolable(estimate):
            found.append(RegionEstimate(region=region, estimate=estimate, finding=finding))
    return tuple(found)


def is_poolable(estimate: Estimate) -> bool:
    """Whether an estimate has a positive error and an interval that its design supports."""
    return estimate.std_error > 0 and estimate.conf_low <= estimate.conf_high


def estimate_named(finding: Finding, term: str) -> Estimate | None:
    """The estimate with a term; None where there is none."""
    return next((estimate for estimate in finding.estimates if estimate.term == term), None)


@cache
def _pool(values: tuple[tuple[float, float], ...]) -> Fit:
    frame = pd.DataFrame(values, columns=["estimate", "std_error"])
    fit: Fit = listen(lambda: pool(frame)).value
    return fit


@cache
def _leave_one_out(values: tuple[tuple[float, float], ...]) -> pd.DataFrame:
    return check_influence(pd.DataFrame(values, columns=["estimate", "std_error"]))


def pool_regions(found: Sequence[RegionEstimate]) -> Fit:
    """Random effects by REML with the modified Knapp-Hartung interval; at least two regions."""
    return _pool(_values(found))


def leave_one_out(found: Sequence[RegionEstimate]) -> pd.DataFrame:
    """The pooled value without each region in turn, in their order; at least three regions."""
    return _leave_one_out(_values(found))


def _values(found: Sequence[RegionEstimate]) -> tuple[tuple[float, float], ...]:
    return tuple((region.estimate.estimate, region.estimate.std_error) for region in found)


def pooled_sample(found: Sequence[RegionEstimate]) -> Sample:
    """Whom pooled numbers speak about: the people of all regions together."""
    tables = dict.fromkeys(table for region in found for table in region.finding.sample.tables)
    return Sample(people=sum(region.people for region in found), tables=tuple(tables))


def lowest_grade(found: Sequence[RegionEstimate]) -> int:
    """The design grade of several regions together: that of the weakest."""
    return min((region.finding.design_grade for region in found), default=1)
