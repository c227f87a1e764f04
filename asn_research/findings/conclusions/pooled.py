"""Across regions: pooled gain, pooled differences between methods, what a new region should expect."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from asn_research.findings.finding import Caveat, Cell, Finding, Row, Status
from asn_research.findings.grounds.design_grade import ASSOCIATION_GRADE
from asn_research.findings.grounds.estimation import CONF_LEVEL, adjust_holm, finite, is_clear
from asn_research.findings.grounds.evidence import (
    RegionEstimate,
    RegionEvidence,
    across,
    collect_estimates,
    estimate_named,
    is_poolable,
    leave_one_out,
    lowest_grade,
    pool_regions,
    pooled_sample,
)
from asn_research.measures.distribution import t_ppf
from asn_research.models.result import Estimate, NotEstimable, Reason

LEAST_REGIONS = 2
_LEAST_FOR_PAIRS = 3
_FEW_REGIONS = 10
DRAWN_REGIONS = 24
"""Regions that a figure draws, shared among its groups; the others stand in the table or its file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GainSet:
    """The gains of several regions that can be set side by side: one outcome, one estimand."""

    found: tuple[RegionEstimate, ...]
    compared: bool
    outcome: str
    left_out: int

    @property
    def caveats(self) -> tuple[Caveat, ...]:
        """What to keep in mind about these regions, whatever is done with them."""
        codes = [Caveat(code="regions_own_tests")]
        if self.left_out:
            codes.append(Caveat(code="regions_left_out", fields={"count": self.left_out}))
        return tuple(codes)


def read_gains(evidence: Sequence[RegionEvidence]) -> GainSet:
    """The gains that regions can be compared by.

    Differences to the comparison group where every region has one, else the gains of the trained alone; of
    the outcome that most regions declare primary.
    """
    differences = collect_estimates(evidence, "learning_gain", pick=lambda f: estimate_named(f, "trained"))
    own = collect_estimates(evidence, "learning_gain", pick=lambda f: estimate_named(f, "mean_gain"))
    outcomes = Counter(region.estimate.outcome for region in own)
    outcome = min(outcomes, key=lambda name: (-outcomes[name], name), default="")
    kept = tuple(region for region in own if region.estimate.outcome == outcome)
    compared = tuple(region for region in differences if region.estimate.outcome == outcome)
    answered = sum(region.answered("learning_gain") is not None for region in evidence)
    all_compared = bool(compared) and len(compared) == len(kept)
    return GainSet(
        found=compared if all_compared else kept,
        compared=all_compared,
        outcome=outcome,
        left_out=answered - len(kept),
    )


def too_few(evidence: Sequence[RegionEvidence], question: str, *, found: int) -> Finding:
    """A question across regions that too few of them can be asked."""
    refusal = NotEstimable(
        term=question, reason=Reason.TOO_FEW_OBSERVATIONS, detail=f"{found} regions have this number"
    )
    return across(evidence, question, status=Status.NOT_ESTIMABLE, results=(refusal,))


def drawn_positions(count: int, *, groups: int = 1) -> frozenset[int]:
    """Which of many rows, in their order, a figure of so many groups draws: evenly spread over all of them.

    >>> sorted(drawn_positions(514, groups=8))
    [0, 256, 513]
    """
    most = max(1, DRAWN_REGIONS // groups)
    if count <= most:
        return frozenset(range(count))
    return frozenset(int(i) for i in np.linspace(0, count - 1, most).round())


def region_rows(found: Sequence[RegionEstimate], *, group: str, groups: int = 1) -> list[Row]:
    """One row per region in the order of their names; those that a figure leaves out are ``listed``."""
    drawn = drawn_positions(len(found), groups=groups)
    rows: list[Row] = []
    for position, region in enumerate(found):
        row: Row = {
            "label": region.region.name,
            "region": region.region.region,
            "group": group,
            "estimate": region.estimate.estimate,
            "conf_low": finite(region.estimate.conf_low),
            "conf_high": finite(region.estimate.conf_high),
            "n": region.people,
        }
        rows.append(row if position in drawn else row | {"role": "listed"})
    return rows


def capped(found: Sequence[RegionEstimate], *, groups: int = 1) -> tuple[Caveat, ...]:
    """The remark that a figure shows some of the regions only."""
    drawn = len(drawn_positions(len(found), groups=groups))
    if drawn == len(found):
        return ()
    return (Caveat(code="regions_capped", fields={"drawn": drawn, "count": len(found)}),)


def answer_pooled_gain(evidence: Sequence[RegionEvidence]) -> Finding:
    """The mean gain over regions, and how much the regions' true gains differ."""
    gains = read_gains(evidence)
    if len(gains.found) < LEAST_REGIONS:
        return too_few(evidence, "pooled_gain", found=len(gains.found))
    fit = pool_regions(gains.found)
    pooled = replace(fit["pooled"], outcome=gains.outcome, unit="points", n_obs=len(gains.found))
    sample = pooled_sample(gains.found)
    group = "finding.group_region_differences" if gains.compared else "finding.group_region_gains"
    second, more, caveats, alone = _differences(evidence, gains)
    groups = 1 + bool(more)
    rows = region_rows(gains.found, group=group, groups=groups)
    rows.append(_pooled_row(pooled, group, people=sample.people))
    return across(
        evidence,
        "pooled_gain",
        results=(pooled, *second),
        design_grade=lowest_grade(gains.found),
        sample=sample,
        caveats=(*gains.caveats, *_few(len(gains.found)), *caveats, *capped(gains.found, groups=groups)),
        rows=(*rows, *more),
        details={
            "regions": len(gains.found),
            "compared": gains.compared,
            "unit": "points",
            **{f"tau{end}": math.sqrt(fit.statistics[f"tau2{end}"]) for end in ("", "_low", "_high")},
            "i2": fit.statistics["i2"],
            "q_p_value": fit.statistics["q_p_value"],
            **_range_without_one(gains.found),
            **alone,
        },
    )


def _few(regions: int) -> tuple[Caveat, ...]:
    return (Caveat(code="few_regions", fields={"count": regions}),) if regions < _FEW_REGIONS else ()


def _pooled_row(pooled: Estimate, group: str, *, people: int) -> Row:
    return {
        "label_code": "finding.row_pooled",
        "group": group,
        "role": "pooled",
        "estimate": pooled.estimate,
        "conf_low": finite(pooled.conf_low),
        "conf_high": finite(pooled.conf_high),
        "p_value": finite(pooled.p_value),
        "n": people,
    }


def _differences(
    evidence: Sequence[RegionEvidence], gains: GainSet
) -> tuple[tuple[Estimate, ...], list[Row], tuple[Caveat, ...], dict[str, Cell]]:
    """The regions with a comparison group beside those without: shown, and pooled from three regions on."""
    if gains.compared:
        return (), [], (), {}
    found = collect_estimates(evidence, "learning_gain", pick=lambda f: estimate_named(f, "trained"))
    found = tuple(region for region in found if region.estimate.outcome == gains.outcome)
    if not found:
        return (), [], (), {}
    group = "finding.group_region_differences"
    rows = region_rows(found, group=group, groups=2)
    caveat = Caveat(code="designs_mixed", fields={"count": len(found), "regions": len(gains.found)})
    if len(found) < _LEAST_FOR_PAIRS:
        return (), rows, (caveat,), _compared_alone(found)
    pooled = pool_regions(found)["pooled"]
    pooled = replace(pooled, term="pooled_difference", outcome=gains.outcome, unit="points", n_obs=len(found))
    row = _pooled_row(pooled, group, people=pooled_sample(found).people)
    return (pooled,), [*rows, row], (caveat,), _compared_alone(found)


def _compared_alone(found: Sequence[RegionEstimate]) -> dict[str, Cell]:
    """How far the comparison groups themselves rose by what their regions tell; whether all clearly did."""
    told = [estimate_named(region.finding, "comparison_gain") for region in found]
    known = [estimate for estimate in told if estimate is not None]
    if len(known) < len(found):
        return {}
    values = [estimate.estimate for estimate in known]
    rose = all(estimate.conf_low > 0 for estimate in known)
    return {"alone_low": min(values), "alone_high": max(values), "alone_rose": rose}


def _range_without_one(found: Sequence[RegionEstimate]) -> dict[str, Cell]:
    """How far the pooled value moves when one region is left out, and which region moves it most."""
    if len(found) < _LEAST_FOR_PAIRS:
        return {}
    without = leave_one_out(found)["estimate"].to_numpy(dtype=float)
    whole = pool_regions(found)["pooled"].estimate
    most = int(np.abs(without - whole).argmax())
    return {
        "without_low": float(without.min()),
        "without_high": float(without.max()),
        "most_region": found[most].region.name,
    }


def answer_pooled_method_effect(evidence: Sequence[RegionEvidence]) -> Finding:
    """Differences in gain between two methods, pooled over the regions that use both; Holm over the pairs."""
    found = _method_pairs(evidence)
    wide = {pair: regions for pair, regions in found.items() if len(regions) >= _LEAST_FOR_PAIRS}
    if not wide:
        most = max(map(len, found.values()), default=0)
        return too_few(evidence, "pooled_method_effect", found=most)
    order = sorted(wide, key=lambda pair: (-len(wide[pair]), pair))
    fits = [pool_regions(wide[pair]) for pair in order]
    pooled = [
        replace(fit["pooled"], term=" - ".join(pair), outcome="gain", unit="points", n_obs=len(wide[pair]))
        for pair, fit in zip(order, fits, strict=True)
    ]
    adjusted = adjust_holm([estimate.p_value for estimate in pooled])
    rows: list[Row] = []
    for pair, estimate, p_holm in zip(order, pooled, adjusted, strict=True):
        group = f"method:{pair[0]} - method:{pair[1]}"
        row = _pooled_row(estimate, group, people=pooled_sample(wide[pair]).people)
        row["p_holm"] = finite(p_holm)
        rows += [*region_rows(wide[pair], group=group, groups=len(order)), row]
    everyone = {region.region.region: region for regions in wide.values() for region in regions}
    clear = sum(is_clear(p) for p in adjusted)
    single = len(found) - len(wide)
    widest = max(wide.values(), key=len)
    remarks = [Caveat(code="method_not_assigned"), *_few(len(widest)), *capped(widest, groups=len(order))]
    if single:
        remarks.append(Caveat(code="pairs_left_out", fields={"count": single, "needed": _LEAST_FOR_PAIRS}))
    return across(
        evidence,
        "pooled_method_effect",
        results=tuple(pooled),
        design_grade=min(ASSOCIATION_GRADE, lowest_grade(list(everyone.values()))),
        sample=pooled_sample(list(everyone.values())),
        caveats=tuple(remarks),
        rows=tuple(rows),
        details={"pairs": len(order), "clear": clear, "regions": len(everyone), "unit": "points"},
    )


def _method_pairs(
    evidence: Sequence[RegionEvidence],
) -> dict[tuple[str, str], tuple[RegionEstimate, ...]]:
    """Every pair of methods with the regions that compare it; the commonest reference method comes second."""
    answered = [f for f in (region.answered("method_effect") for region in evidence) if f is not None]
    references = Counter(str(finding.details["reference_method"]) for finding in answered)
    found: dict[tuple[str, str], list[RegionEstimate]] = {}
    for region in evidence:
        finding = region.answered("method_effect")
        for estimate in finding.estimates if finding is not None else ():
            first, minus, second = estimate.term.partition(" - ")
            if finding is None or not minus or not is_poolable(estimate):
                continue
            if (references[first], second) > (references[second], first):
                first, second, estimate = second, first, _turned(estimate)
            known = RegionEstimate(region=region, estimate=estimate, finding=finding)
            found.setdefault((first, second), []).append(known)
    return {pair: tuple(regions) for pair, regions in found.items()}


def _turned(estimate: Estimate) -> Estimate:
    """The same difference the other way round."""
    return replace(
        estimate,
        estimate=-estimate.estimate,
        statistic=-estimate.statistic,
        conf_low=-estimate.conf_high,
        conf_high=-estimate.conf_low,
    )


def answer_transferability(evidence: Sequence[RegionEvidence]) -> Finding:
    """What a region that is not among these should expect, and how well each region was predicted."""
    gains = read_gains(evidence)
    if len(gains.found) < _LEAST_FOR_PAIRS:
        return too_few(evidence, "transferability", found=len(gains.found))
    fit = pool_regions(gains.found)
    ends = (fit.statistics["prediction_kh_low"], fit.statistics["prediction_kh_high"])
    expected = replace(
        fit["pooled"],
        term="new_region",
        estimand="gain of a region that is not among these",
        outcome=gains.outcome,
        unit="points",
        n_obs=len(gains.found),
        conf_low=ends[0],
        conf_high=ends[1],
        std_error=math.nan,
        statistic=math.nan,
        p_value=math.nan,
    )
    rows = _predictions(gains.found)
    new: Row = {
        "label_code": "finding.row_new_region",
        "group": "finding.group_new_region",
        "role": "pooled",
        "estimate": expected.estimate,
        "conf_low": ends[0],
        "conf_high": ends[1],
    }
    return across(
        evidence,
        "transferability",
        results=(expected,),
        design_grade=lowest_grade(gains.found),
        sample=pooled_sample(gains.found),
        caveats=(*gains.caveats, *_few(len(gains.found)), *capped(gains.found)),
        rows=(new, *rows),
        details={
            "regions": len(gains.found),
            "compared": gains.compared,
            "held": sum(bool(row["held"]) for row in rows),
            "unit": "points",
        },
    )


def _predictions(found: Sequence[RegionEstimate]) -> list[Row]:
    """For each region: what the others let expect of its measured gain, and whether it came so."""
    without = leave_one_out(found)
    mean, error, tau2 = (without[name].to_numpy(dtype=float) for name in ("estimate", "std_error", "tau2"))
    own = np.array([region.estimate.std_error for region in found])
    observed = np.array([region.estimate.estimate for region in found])
    quantile = float(t_ppf((1 + CONF_LEVEL) / 2, len(found) - 2))
    half = quantile * np.sqrt(tau2 + error**2 + own**2)
    held = np.abs(observed - mean) <= half
    rows = region_rows(found, group="finding.group_predicted")
    for position, row in enumerate(rows):
        row |= {
            "observed": float(observed[position]),
            "estimate": float(mean[position]),
            "conf_low": float(mean[position] - half[position]),
            "conf_high": float(mean[position] + half[position]),
            "held": bool(held[position]),
        }
        row.pop("n")
    return rows
