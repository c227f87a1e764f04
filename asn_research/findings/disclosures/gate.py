"""The disclosure gate: the one place through which every answer goes before anybody sees it."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from asn_research.contract.threshold import MINIMUM_CLUSTERS, MINIMUM_RATERS
from asn_research.findings.disclosures.disclosure import KEPT, empty_row, gate_rows
from asn_research.findings.disclosures.exposure import (
    EXPOSURES,
    PEOPLE_COUNTS,
    Exposure,
    Subject,
    is_whole,
    unclassified,
)
from asn_research.findings.disclosures.suppression import Part, tell_part, tell_parts
from asn_research.findings.finding import Caveat, Cell, Disclosure, Finding, Row, Sample, Status
from asn_research.models.result import Estimate, NotEstimable, Reason

_SIZES: Final = ("total", "enrolments", "clusters")
_COUNTED: Final = (Subject.PEOPLE, Subject.CITIZENS)


def gate_finding(finding: Finding, *, minimum: int, known: Mapping[str, Finding] | None = None) -> Finding:
    """An answer as it may be published.

    Parameters
    ----------
    finding : Finding
        An answer as a question computed it.
    minimum : int
        The region's minimum cell.
    known : mapping of Finding, optional
        Answers that went through the gate before, by question; compared with those about almost the same
        people.

    Returns
    -------
    Finding
        The same answer, coarsened where it would let a person's result be found; withheld where nothing
        else helps, where a refusal tells how few people there were, or where the register of exposures does
        not know its question or one of its whole numbers.
    """
    if _is_alike(finding):
        return withheld(finding, "minimum_part", {"minimum": minimum})
    if finding.status is not Status.ESTIMATED:
        return (
            withheld(finding, "minimum_cell", {"minimum": minimum}) if _is_few(finding, minimum) else finding
        )
    if unclassified(finding):
        return withheld(finding, "unclassified", {})
    exposure = EXPOSURES[finding.question]
    if exposure.subject not in _COUNTED:
        return finding
    if exposure.subject is Subject.PEOPLE and _few_raters(finding):
        return withheld(finding, "minimum_raters", {"minimum": MINIMUM_RATERS})
    gated = _gate_sizes(finding, exposure, minimum, known or {})
    gated = _gate_shares(gated, exposure, minimum) if exposure.shares else gated
    if not gated.estimates:
        return withheld(finding, "minimum_part", {"minimum": minimum})
    return gated


def _is_alike(finding: Finding) -> bool:
    """Whether a share has no answer because all or none of the people have something: that tells of each."""
    refusal, exposure = finding.headline, EXPOSURES.get(finding.question)
    if exposure is None or not isinstance(refusal, NotEstimable) or refusal.reason is not Reason.NO_VARIATION:
        return False
    return exposure.subject is Subject.PEOPLE and bool(exposure.shares) and not exposure.open_total


def _is_few(finding: Finding, minimum: int) -> bool:
    """Whether a refusal tells how few people there were: as little may be said of them as of a result."""
    exposure = EXPOSURES.get(finding.question, Exposure())
    if finding.status is not Status.NOT_ESTIMABLE or exposure.subject not in _COUNTED:
        return False
    counts = [finding.sample.people, *(result.n_obs or 0 for result in finding.results)]
    return not exposure.open_results and any(0 < count < minimum for count in counts)


def find_exposed(finding: Finding, *, minimum: int) -> list[str]:
    """What in a published answer the gate would not have let through; empty where nothing is.

    Used before publication on the very records that are published: whatever was changed between the gate and
    the page, or never went through the gate, is found here.
    """
    if finding.status is not Status.ESTIMATED:
        told = bool(finding.estimates or finding.rows) and finding.status is Status.SUPPRESSED
        return [finding.question] if told or _is_few(finding, minimum) else []
    if names := unclassified(finding):
        return [f"{finding.question}: {name}" for name in names]
    exposure = EXPOSURES[finding.question]
    if exposure.subject is Subject.THINGS:
        return []
    found = [
        f"{finding.question}: {size} ({exposure.base})"
        for row in finding.rows
        if 0 < (size := _size(row, exposure.base) or 0) < minimum
    ]
    if exposure.subject not in _COUNTED:
        return found
    if not exposure.open_results:
        found += [f"{finding.question}: {e.term}" for e in finding.estimates if _is_small(e, minimum)]
    return found + [f"{finding.question}: {name}" for name in _exposed_shares(finding, exposure, minimum)]


def _exposed_shares(finding: Finding, exposure: Exposure, minimum: int) -> list[str]:
    """Shares told exactly although their count, or its rest, is too small."""
    if not exposure.shares or (exposure.share == "estimate" and not _is_share(finding, exposure)):
        return []
    found = (
        []
        if exposure.open_total
        else [
            e.term
            for e in finding.estimates
            if e.term.startswith(exposure.shares)
            and f"bound_{e.term}" not in finding.details
            and (part := _part_of(e, minimum))
            and not part.exact
        ]
    )
    for row in finding.rows:
        base, share = _size(row, exposure.base), row.get(exposure.share)
        is_whole = exposure.open_total and row.get("group") == exposure.total
        if base and isinstance(share, float) and not row.get("bound") and not is_whole:
            part = tell_part(round(share * base), base, minimum=minimum)
            found += [] if part.exact else [str(row.get("label") or row.get("label_code"))]
    return found


def withheld(finding: Finding, code: str, fields: Mapping[str, Cell]) -> Finding:
    """An answer of which nothing is told but why."""
    return Finding(
        question=finding.question,
        region=finding.region,
        period=finding.period,
        status=Status.SUPPRESSED,
        disclosure=Disclosure.SUPPRESSED,
        sample=Sample(tables=finding.sample.tables),
        caveats=(Caveat(code=code, fields=fields),),
    )


def _few_raters(finding: Finding) -> bool:
    """Whether known raters are so few that what one of them gave could be told apart."""
    raters = finding.details.get("raters")
    rated = finding.question in ("supervisor_change", "observation_change", "task_performance")
    return rated and isinstance(raters, int) and 0 < raters < MINIMUM_RATERS


def _gate_sizes(finding: Finding, exposure: Exposure, minimum: int, known: Mapping[str, Finding]) -> Finding:
    """Nothing about fewer people than the minimum, nor about so few that a total leaves over."""
    groups: dict[Hashable, list[int]] = {}
    for position, row in enumerate(finding.rows):
        groups.setdefault(row.get(exposure.within) if exposure.within else None, []).append(position)
    hidden: set[int] = set()
    for positions in groups.values():
        rows = [finding.rows[position] for position in positions]
        emptied = _too_small(rows, exposure, minimum)
        whole = _whole_of(finding, exposure, rows, known)
        emptied |= _left_over(rows, emptied, exposure, minimum=minimum, whole=whole)
        hidden |= {positions[i] for i in emptied}
    shown = tuple(
        empty_row(row) if position in hidden else row
        for position, row in enumerate(finding.rows)
        if position not in hidden or _is_named(row)
    )
    counts = {
        name: None if name in PEOPLE_COUNTS and is_whole(value) and 0 < int(str(value)) < minimum else value
        for name, value in finding.details.items()
    }
    results = tuple(
        _without_spread(r, exposure)
        for r in finding.results
        if exposure.open_results or not _is_small(r, minimum)
    )
    disclosure = Disclosure.PARTLY_SUPPRESSED if hidden else finding.disclosure
    dropped = len(finding.rows) - len(shown)
    said = (Caveat(code="bins_left_out", fields={"minimum": minimum}),) if dropped else ()
    return replace(
        finding,
        rows=shown,
        details=counts,
        results=results,
        disclosure=disclosure,
        caveats=(*finding.caveats, *said),
    )


def _without_spread(result: Estimate | NotEstimable, exposure: Exposure) -> Estimate | NotEstimable:
    """A result without an error that would tell its clusters apart: of two batches, it tells each mean."""
    clusters = result.n_clusters if isinstance(result, Estimate) else None
    if not isinstance(result, Estimate) or clusters is None or exposure.open_results:
        return result
    if clusters >= MINIMUM_CLUSTERS or math.isfinite(result.conf_low):
        return result
    return replace(result, std_error=math.nan, statistic=math.nan)


def _is_small(result: Estimate | NotEstimable, minimum: int) -> bool:
    return isinstance(result, Estimate) and 0 < (result.n_obs or 0) < minimum


def _size(row: Row, column: str) -> int | None:
    """The people of a row; None of one that was emptied or is not about a number of people."""
    value = row.get(column)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _is_named(row: Row) -> bool:
    return row.get("label") is not None or row.get("label_code") is not None


def _too_small(rows: Sequence[Row], exposure: Exposure, minimum: int) -> set[int]:
    """Rows below the minimum, and those that go with them."""
    sized = [(i, row) for i, row in enumerate(rows) if (_size(row, exposure.base) or 0) > 0]
    gated = gate_rows([row for _, row in sized], minimum=minimum, people=exposure.base)
    return {i for (i, row), after in zip(sized, gated.rows, strict=True) if after.get("suppressed")}


def _whole_of(
    finding: Finding, exposure: Exposure, rows: Sequence[Row], known: Mapping[str, Finding]
) -> int | None:
    """How many people the rows of one margin are of, where readers are told a result of all of them."""
    if exposure.beside:
        return _trained(known.get(exposure.beside))
    if exposure.total == "sample":
        return finding.sample.people
    if exposure.total == "trained":
        return _trained(finding)
    if exposure.total == "headline":
        headline = finding.headline
        return headline.n_obs if isinstance(headline, Estimate) else None
    return next((_size(row, exposure.base) for row in rows if row.get("group") == exposure.total), None)


def _trained(finding: Finding | None) -> int | None:
    """The trained people an answer about gains speaks of."""
    if finding is None or not isinstance(finding.headline, Estimate):
        return None
    trained = finding.details.get("trained")
    return trained if isinstance(trained, int) else finding.headline.n_obs


def _left_over(
    rows: Sequence[Row], emptied: set[int], exposure: Exposure, *, minimum: int, whole: int | None
) -> set[int]:
    """Further rows to empty, the smallest first, until those left over are nobody or enough."""
    if whole is None:
        return set()
    column = exposure.margin or exposure.base
    sizes = {
        i: size
        for i, row in enumerate(rows)
        if i not in emptied
        and row.get("group") != exposure.total
        and (size := _size(row, column)) is not None
    }
    more: set[int] = set()
    over = whole - sum(sizes.values())
    for i in sorted(sizes, key=lambda i: (sizes[i], i)):
        if not 0 < over < minimum:
            break
        more.add(i)
        over += sizes[i]
    return more


def _gate_shares(finding: Finding, exposure: Exposure, minimum: int) -> Finding:
    """Counts of people with something, and their rest, told exactly only where both are large enough."""
    results, bounds = _tell_results(finding, exposure, minimum)
    rows = list(finding.rows)
    if exposure.share != "estimate" or _is_share(finding, exposure):
        for positions, parts in _tell_rows(finding, exposure, minimum):
            for position, part in zip(positions, parts, strict=True):
                rows[position] = _told_row(rows[position], part, exposure)
    if not bounds and len(results) == len(finding.results) and rows == list(finding.rows):
        return finding
    return replace(
        finding,
        results=tuple(results),
        rows=tuple(_in_order(rows)),
        details={**finding.details, **bounds},
        disclosure=Disclosure.PARTLY_SUPPRESSED,
        caveats=(*finding.caveats, Caveat(code="shares_banded", fields={"minimum": minimum})),
    )


def _is_share(finding: Finding, exposure: Exposure) -> bool:
    headline = finding.headline
    return isinstance(headline, Estimate) and headline.term.startswith(exposure.shares)


def _tell_results(
    finding: Finding, exposure: Exposure, minimum: int
) -> tuple[list[Estimate | NotEstimable], dict[str, Cell]]:
    """Results with shares at the end of their band, and which end it is, by term; untold ones left out."""
    kept: list[Estimate | NotEstimable] = []
    bounds: dict[str, Cell] = {}
    for result in finding.results:
        if (
            not isinstance(result, Estimate)
            or exposure.open_total
            or not result.term.startswith(exposure.shares)
        ):
            kept.append(result)
            continue
        part = _part_of(result, minimum)
        if part is None or part.exact:
            kept.append(result)
        elif part.bound:
            kept.append(_banded(result, part))
            bounds[f"bound_{result.term}"] = part.bound.value
    return kept, bounds


def _part_of(result: Estimate, minimum: int) -> Part | None:
    if not result.n_obs or not math.isfinite(result.estimate):
        return None
    return tell_part(round(result.estimate * result.n_obs), result.n_obs, minimum=minimum)


def _banded(result: Estimate, part: Part) -> Estimate:
    """A share at the end of its band; its error would give the share itself away."""
    nothing = dict.fromkeys(("std_error", "statistic", "p_value", "conf_low", "conf_high", "df"), math.nan)
    unknown: dict[str, Any] = {**nothing, "estimate": part.told / part.base}
    return replace(result, **unknown)


def _tell_rows(finding: Finding, exposure: Exposure, minimum: int) -> Iterator[tuple[list[int], list[Part]]]:
    """For every margin the positions of its rows, and what is told of each."""
    margins: dict[Hashable, list[int]] = {}
    for position, row in enumerate(finding.rows):
        if _size(row, exposure.base) and isinstance(row.get(exposure.share), float):
            margins.setdefault(row.get(exposure.within) if exposure.within else None, []).append(position)
    for positions in margins.values():
        rows = [finding.rows[position] for position in positions]
        whole = [i for i, row in enumerate(rows) if row.get("group") == exposure.total]
        total = _total_part(finding, exposure, [rows[i] for i in whole], minimum)
        if whole and not exposure.open_total:
            yield [positions[i] for i in whole], [total] if total else []
        others = [i for i in range(len(rows)) if i not in whole]
        if others:
            bases = [int(str(rows[i][exposure.base])) for i in others]
            counts = [
                round(float(str(rows[i][exposure.share])) * b) for i, b in zip(others, bases, strict=True)
            ]
            rest = max(0, total.base - sum(bases)) if total else 0
            yield (
                [positions[i] for i in others],
                tell_parts(counts, bases, minimum=minimum, total=total, rest=rest),
            )


def _total_part(finding: Finding, exposure: Exposure, whole: Sequence[Row], minimum: int) -> Part | None:
    """What readers are told of all rows of a margin together."""
    if exposure.total in ("headline", "trained"):
        headline = finding.headline
        told = isinstance(headline, Estimate) and headline.term.startswith(exposure.shares)
        return _part_of(headline, minimum) if isinstance(headline, Estimate) and told else None
    for row in whole:
        base = int(str(row[exposure.base]))
        count = round(float(str(row[exposure.share])) * base)
        return Part(base, count, count) if exposure.open_total else tell_part(count, base, minimum=minimum)
    return None


def _told_row(row: Row, part: Part, exposure: Exposure) -> Row:
    """A row with its count as it is told: itself, the end of its band, or nothing."""
    if part.exact:
        return row
    kept = {
        name: value
        if name in KEPT or name == exposure.base or name in _SIZES or isinstance(value, str)
        else None
        for name, value in row.items()
    }
    if part.bound is None:
        return kept | {"suppressed": True}
    told: Row = {exposure.share: part.told / part.base, "bound": part.bound.value}
    if "n" in row and exposure.base != "n":
        told["n"] = part.told
    return kept | told


def _in_order(rows: Sequence[Row]) -> list[Row]:
    """Rows told exactly in their order, between the high and the low bands; a place would tell of a value."""
    groups = list(dict.fromkeys(row.get("group") for row in rows))

    def place(row: Row) -> tuple[int, int, str]:
        kind = 3 if row.get("suppressed") else {"least": 0, "most": 2}.get(str(row.get("bound")), 1)
        name = "" if kind == 1 else str(row.get("label") or row.get("label_code"))
        return groups.index(row.get("group")), kind, name

    return sorted(rows, key=place)
