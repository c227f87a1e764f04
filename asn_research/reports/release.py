"""The ledger of releases beside each report: what was published before of the same region and period."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from asn_research.errors import Place, Problem, ReportError
from asn_research.findings.finding import Finding
from asn_research.findings.release import Guard, Ledger, note_release, read_ledger, write_ledger
from asn_research.ingest.store import RegionData
from asn_research.reports import provenance
from asn_research.reports.published import RELEASES


def open_guard(data: RegionData, folder: Path) -> Guard:
    """The guard of a region and period against differences to what its report folder says was published.

    Raises
    ------
    ReportError
        If there is a ledger that cannot be read.
    """
    return Guard(
        ledger=read_releases(folder),
        identity=identify(data),
        minimum=data.region.disclosure.minimum_cell,
    )


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


def identify(data: RegionData) -> str:
    """A digest of the data that a release is made of: the raw files, region.toml, the period."""
    intake: Mapping[str, Any] = data.intake
    known = {"raw": intake["raw_digest"], "region": data.region.model_dump_json(), "period": data.period}
    return provenance.digest_json(known)


def releases_text(data: RegionData, folder: Path, findings: Iterable[Finding]) -> str:
    """The text of the ledger after this publication."""
    return write_ledger(note_release(read_releases(folder), findings, identity=identify(data)))
