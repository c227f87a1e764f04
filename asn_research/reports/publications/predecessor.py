"""The last period of the same region: what was published then, and what it says today."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from asn_research.contract.region import REGION_FILE
from asn_research.errors import AsnResearchError
from asn_research.findings.finding import Finding
from asn_research.findings.grounds.past import PastPeriod
from asn_research.ingest.store import RegionData, find_project, open_region
from asn_research.reports.publications import provenance
from asn_research.reports.publications.freshness import last_period, rules_of
from asn_research.reports.publications.published import find_published
from asn_research.reports.publications.recall import answer_once
from asn_research.reports.publications.release import open_guard


def read_past(
    data: RegionData, *, raw: Path | None, processed: Path | None, reports: Path | None
) -> PastPeriod | None:
    """What a region found in its last period.

    Its files are taken in and answered again with today's code and rules where they are still there; what was
    published then is read beside it, to tell what has moved since.

    Parameters
    ----------
    data
        The present period.
    raw, processed, reports
        Folders of raw data, clean data and reports; those of the project where they are not given.
    """
    period = last_period(tuple(data.region.periods), data.period)
    if period is None:
        return None
    region = data.region.folder
    folders = {"raw": raw, "processed": processed}
    published = find_published(_inside(reports, "reports") / region / period)
    computed: tuple[Finding, ...] = ()
    try:
        before = open_region(region, period=period, **folders)
        guard = open_guard(before, **folders, reports=reports)
        computed = answer_once(before, _inside(processed, "data/processed") / region / period, guard=guard)
    except AsnResearchError:
        if published is None:
            return None
    then = published.findings() if published is not None else ()
    rules = _inside(raw, "data/raw") / region / REGION_FILE
    return PastPeriod(
        period=period,
        findings=_by_question(computed or then),
        published=_by_question(then),
        recomputed=bool(computed),
        code_changed=published is not None
        and published.manifest.inputs.get("code") != provenance.code_digest(),
        rules_changed=published is not None
        and rules_of(published) != provenance.digest_bytes(rules.read_bytes()),
    )


def _inside(folder: Path | None, name: str) -> Path:
    return folder if folder is not None else find_project() / name


def _by_question(findings: Iterable[Finding]) -> dict[str, Finding]:
    return {finding.question: finding for finding in findings}
