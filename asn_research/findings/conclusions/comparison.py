"""Across regions: who differs from whom and how surely, and services side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asn_research.findings.conclusions.pooled import LEAST_REGIONS, capped, read_gains, region_rows, too_few
from asn_research.findings.finding import Caveat, Cell, Finding, Row
from asn_research.findings.grounds.estimation import CONF_LEVEL, adjust_holm, finite, is_clear
from asn_research.findings.grounds.evidence import (
    RegionEstimate,
    RegionEvidence,
    across,
    collect_estimates,
    estimate_named,
    lowest_grade,
    pool_regions,
    pooled_sample,
)
from asn_research.measures.distribution import t_ppf, t_sf
from asn_research.models.result import Estimate

MOST_IN_PAIRS = 12
"""Up to so many regions every pair is compared; of more, each region with the mean of the others."""
_SHOWN_DIFFERENCES = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """Differences between regions as one family; ``second`` is empty where the others' mean is meant."""

    first: tuple[RegionEstimate, ...]
    second: tuple[RegionEstimate, ...]
    estimates: tuple[Estimate, ...]
    adjusted: tuple[float, ...]

    @property
    def clear(self) -> list[int]:
        """Positions of the differences that stand after Holm, the clearest first."""
        known = [i for i, p in enumerate(self.adjusted) if is_clear(p)]
        return sorted(known, key=lambda i: (self.adjusted[i], i))

    def name(self, position: int) -> str:
        """Which regions a difference is between."""
        first = self.first[position].region.name
        return f"{first} − {self.second[position].region.name}" if self.second else first


def compare_pairs(found: Sequence[RegionEstimate]) -> Differences:
    """Every pair of regions: difference, Welch-Satterthwaite degrees of freedom, Holm over all pairs."""
    value, variance, df = _numbers(found)
    i, j = np.triu_indices(len(found), k=1)
    joint = variance[i] + variance[j]
    freedom = joint**2 / (variance[i] ** 2 / df[i] + variance[j] ** 2 / df[j])
    estimates = _tested(value[i] - value[j], joint, freedom, unit=found[0].estimate.unit)
    return Differences(
        first=tuple(found[int(p)] for p in i),
        second=tuple(found[int(p)] for p in j),
        estimates=estimates,
        adjusted=tuple(adjust_holm([e.p_value for e in estimates])),
    )


def compare_with_others(found: Sequence[RegionEstimate]) -> Differences:
    """Each region against the random-effects mean of all others, Holm over the regions.

    The between-region variance is that of all regions together, so that one region more or less does not
    need a model of its own: all at once for hundreds of regions.
    """
    value, variance, df = _numbers(found)
    weight = 1.0 / (variance + pool_regions(found).statistics["tau2"])
    others = weight.sum() - weight
    mean = ((weight * value).sum() - weight * value) / others
    joint = variance + 1.0 / others
    freedom = joint**2 / (variance**2 / df)
    estimates = _tested(value - mean, joint, freedom, unit=found[0].estimate.unit)
    adjusted = tuple(adjust_holm([e.p_value for e in estimates]))
    return Differences(first=tuple(found), second=(), estimates=estimates, adjusted=adjusted)


def _numbers(found: Sequence[RegionEstimate]) -> tuple[NDArray[np.float64], ...]:
    """Estimates, their variances and degrees of freedom; unknown degrees count as very many."""
    value = np.array([region.estimate.estimate for region in found], dtype=float)
    variance = np.array([region.estimate.std_error for region in found], dtype=float) ** 2
    df = np.array([region.estimate.df for region in found], dtype=float)
    return value, variance, np.where(np.isfinite(df), df, 1e9)


def _tested(
    difference: NDArray[np.float64], variance: NDArray[np.float64], df: NDArray[np.float64], *, unit: str
) -> tuple[Estimate, ...]:
    error = np.sqrt(variance)
    statistic = difference / error
    p_value = np.asarray(2 * t_sf(np.abs(statistic), df), dtype=float)
    half = np.asarray(t_ppf((1 + CONF_LEVEL) / 2, df), dtype=float) * error
    return tuple(
        Estimate(
            term="difference",
            estimate=float(d),
            std_error=float(s),
            statistic=float(t),
            p_value=float(p),
            conf_low=float(d - h),
            conf_high=float(d + h),
            df=float(f),
            unit=unit,
            estimand="difference between regions",
            method="difference of independent estimates",
        )
        for d, s, t, p, h, f in zip(difference, error, statistic, p_value, half, df, strict=True)
    )


def answer_region_comparison(evidence: Sequence[RegionEvidence]) -> Finding:
    """Which regions' gains can be told apart, in the order of names; never a league table."""
    gains = read_gains(evidence)
    found = gains.found
    if len(found) < LEAST_REGIONS:
        return too_few(evidence, "region_comparison", found=len(found))
    in_pairs = len(found) <= MOST_IN_PAIRS
    differences = compare_pairs(found) if in_pairs else compare_with_others(found)
    group = "finding.group_region_differences" if gains.compared else "finding.group_region_gains"
    rows = [*region_rows(found, group=group), *_difference_rows(differences)]
    clear = dict.fromkeys(differences.clear)
    order = [*clear, *(i for i in range(len(differences.estimates)) if i not in clear)]
    return across(
        evidence,
        "region_comparison",
        results=tuple(_named(differences, i) for i in order[:_SHOWN_DIFFERENCES]),
        design_grade=lowest_grade(found),
        sample=pooled_sample(found),
        caveats=(*gains.caveats, Caveat(code="regions_not_ranked"), *capped(found)),
        rows=tuple(rows),
        details={
            "regions": len(found),
            "family": len(differences.estimates),
            "clear": len(clear),
            "in_pairs": in_pairs,
            "compared": gains.compared,
            "unit": "points",
        },
    )


def _named(differences: Differences, position: int) -> Estimate:
    """One difference, named by the folders of its regions."""
    first = differences.first[position].region.region
    second = differences.second[position].region.region if differences.second else "others"
    found = differences.estimates[position]
    return Estimate(**{**found.as_dict(), "term": f"{first} - {second}"})


def _difference_rows(differences: Differences) -> list[Row]:
    """Differences for the table: all of them where they are few, else the clearest."""
    count = len(differences.estimates)
    ordered = sorted(range(count), key=lambda i: (differences.adjusted[i], i))
    shown = sorted(ordered[:_SHOWN_DIFFERENCES])
    group = "finding.group_region_pairs" if differences.second else "finding.group_region_others"
    return [
        {
            "label": differences.name(i),
            "group": group,
            "role": "pair",
            "estimate": differences.estimates[i].estimate,
            "conf_low": differences.estimates[i].conf_low,
            "conf_high": differences.estimates[i].conf_high,
            "p_value": finite(differences.estimates[i].p_value),
            "p_holm": finite(differences.adjusted[i]),
        }
        for i in shown
    ]


def answer_service_comparison(evidence: Sequence[RegionEvidence]) -> Finding:
    """Satisfaction and waiting times of the regions that measured them, side by side."""
    index = collect_estimates(
        evidence, "service_satisfaction", pick=lambda f: estimate_named(f, "ikm_change")
    )
    waits = collect_estimates(evidence, "service_time", pick=lambda f: estimate_named(f, "level_change"))
    if not index and not waits:
        return too_few(evidence, "service_comparison", found=0)
    results = [_of_region(region) for region in (*index, *waits)]
    family = compare_pairs(index) if LEAST_REGIONS <= len(index) <= MOST_IN_PAIRS else None
    if len(index) > MOST_IN_PAIRS:
        family = compare_with_others(index)
    everyone = [*index, *waits]
    return across(
        evidence,
        "service_comparison",
        results=tuple(results),
        design_grade=lowest_grade(everyone),
        sample=pooled_sample(index or waits),
        caveats=(*(_silent(evidence, everyone)), Caveat(code="regions_not_ranked"), *capped(index)),
        rows=tuple(_service_rows(index, waits)),
        details={
            "regions": len(index),
            "waiting": len(waits),
            "family": len(family.estimates) if family else 0,
            "clear": len(family.clear) if family else 0,
            "clear_names": "; ".join(family.name(i) for i in family.clear[:3]) if family else "",
            "in_pairs": bool(family and family.second),
            "unit": "index" if index else "days",
        },
    )


def _silent(evidence: Sequence[RegionEvidence], found: Sequence[RegionEstimate]) -> tuple[Caveat, ...]:
    """How many regions measured no service at all."""
    missing = len(evidence) - len({region.region.region for region in found})
    return (Caveat(code="regions_without_service", fields={"count": missing}),) if missing else ()


def _of_region(found: RegionEstimate) -> Estimate:
    values = {**found.estimate.as_dict(), "term": f"{found.estimate.term}:{found.region.region}"}
    return Estimate(**values)


def _service_rows(index: Sequence[RegionEstimate], waits: Sequence[RegionEstimate]) -> list[Row]:
    """One row per region: index before, after and its change; change of the waiting time beside it."""
    rows = {str(row["region"]): row for row in region_rows(index, group="finding.group_region_services")}
    for found in index:
        rows[found.region.region] |= {
            "before": _value(found.finding, "ikm:before"), "after": _value(found.finding, "ikm:after"),
        }  # fmt: skip
    for found in waits:
        row = rows.setdefault(
            found.region.region,
            {
                "label": found.region.name, "region": found.region.region, "estimate": None,
                "group": "finding.group_region_services",
            },
        )  # fmt: skip
        row |= {
            "wait": found.estimate.estimate,
            "wait_low": finite(found.estimate.conf_low),
            "wait_high": finite(found.estimate.conf_high),
        }
    return sorted(rows.values(), key=lambda row: str(row["label"]).casefold())


def _value(finding: Finding, term: str) -> Cell:
    found = estimate_named(finding, term)
    return finite(found.estimate) if found is not None else None
