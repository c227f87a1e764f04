"""The ledger of releases beside each report: what was published before of the same region and period."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from asn_research.errors import Place, Problem, ReportError
from asn_research.findings.disclosures.gate import find_exposed
from asn_research.findings.disclosures.release import (
    Guard,
    Ledger,
    Release,
    join_releases,
    note_release,
    read_ledger,
    release_of,
    write_ledger,
)
from asn_research.findings.disclosures.sketch import Sketch, make_sketch
from asn_research.findings.finding import Finding, read_findings
from asn_research.ingest.store import RegionData, find_project, open_region
from asn_research.reports.publications import provenance
from asn_research.reports.publications.published import RELEASES
from asn_research.reports.publications.recall import answer_once


def open_guard(
    data: RegionData, *, raw: Path | None = None, processed: Path | None = None, reports: Path | None = None
) -> Guard:
    """The guard of a region and period against differences to what else is published.

    That is what its own report folder says was published before, and what the regions tell that its
    region.toml says lie within it.

    Parameters
    ----------
    data
        The region and period.
    raw, processed, reports
        Folders of raw data, clean data and reports; those of the project where they are not given.

    Raises
    ------
    ReportError
        If there is a ledger that cannot be read.
    AsnResearchError
        If a region that lies within this one cannot be opened.
    """
    published = reports or find_project() / "reports"
    folder = published / data.region.folder / data.period
    inner = tuple(
        _inner(name, data.period, raw=raw, processed=processed, reports=reports)
        for name in data.region.disclosure.contains
    )
    known = read_releases(folder)
    return Guard(
        ledger=replace(known, relatives=join_releases(inner)),
        identity=identify(data),
        minimum=data.region.disclosure.minimum_cell,
        sketch=_sketch(data) if known.releases else {},
    )


def _sketch(data: RegionData) -> Sketch:
    return make_sketch(data.tables, minimum=data.region.disclosure.minimum_cell)


def _inner(
    name: str, period: str, *, raw: Path | None, processed: Path | None, reports: Path | None
) -> Release:
    """What a region that lies within another one tells of the same period."""
    data = open_region(name, period=period, raw=raw, processed=processed)
    clean = (processed or find_project() / "data" / "processed") / name / period
    published = (reports or find_project() / "reports") / name / period
    minimum = data.region.disclosure.minimum_cell
    guard = Guard(
        ledger=read_releases(published), identity=identify(data), minimum=minimum, sketch=_sketch(data)
    )
    return release_of(name, answer_once(data, clean, guard=guard))


def read_releases(folder: Path) -> Ledger:
    """The ledger in a report folder; an empty one where nothing was published.

    Raises
    ------
    ReportError
        If it cannot be read: without it nobody knows what may still be told.
    """
    path = folder / RELEASES
    try:
        return read_ledger(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Ledger()
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"the ledger of what was published before cannot be read: {error}."
        remedy = (
            "Put back a copy of it. Delete it only if none of the earlier publications was given to anybody."
        )
        raise ReportError(Problem("releases_unreadable", message, Place(RELEASES), remedy)) from error


def check_exposed(records: Iterable[Mapping[str, Any]], *, minimum: int) -> None:
    """Stop a report whose findings hold what the disclosure gate would not have let through.

    Raises
    ------
    ReportError
        Naming the questions and the places in them.
    """
    exposed = [
        place for finding in read_findings(records) for place in find_exposed(finding, minimum=minimum)
    ]
    if exposed:
        places = "; ".join(exposed)
        message = f"numbers about fewer people than may be told: {places}."
        raise ReportError(Problem("findings_exposed", message, fields={"places": places}))


def identify(data: RegionData) -> str:
    """A digest of the data that a release is made of: the raw files, region.toml, the period."""
    intake: Mapping[str, Any] = data.intake
    known = {"raw": intake["raw_digest"], "region": data.region.model_dump_json(), "period": data.period}
    return provenance.digest_json(known)


def releases_text(data: RegionData, folder: Path, findings: Iterable[Finding]) -> str:
    """The text of the ledger after this publication."""
    known = read_releases(folder)
    return write_ledger(note_release(known, findings, identity=identify(data), sketch=_sketch(data)))
