"""The reports that a folder holds, as far as other reports build on them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from asn_research.reports.publications.manifest import Manifest, read_manifest
from asn_research.reports.publications.provenance import Digest, digest_file

if TYPE_CHECKING:
    from asn_research.findings.finding import Finding
    from asn_research.findings.grounds.evidence import RegionEvidence

FINDINGS: Final = "findings.json"
RELEASES: Final = "releases.json"
"""The ledger of what was published before; it outlasts a report that failed."""
STATE: Final = "state.json"
"""What runs have seen of each report (:mod:`asn_research.reports.runs.history`)."""
LEAST_REGIONS: Final = 2
"""Regions with findings that a report across regions needs."""


@dataclass(frozen=True)
class PublishedFindings:
    """What one report of one region and period found: its manifest, and its findings as they stand."""

    manifest: Manifest
    path: Path

    @property
    def digest(self) -> str:
        """SHA-256 of its findings.json, as its manifest vouches for it."""
        return self.manifest.outputs[FINDINGS]

    @property
    def name(self) -> str:
        """Its findings.json as seen from the reports folder."""
        return f"{self.manifest.region}/{self.manifest.period}/{self.path.name}"

    def findings(self) -> tuple[Finding, ...]:
        """The findings.

        Raises
        ------
        OSError, ValueError
            If the file has gone or is no findings.json.
        """
        from asn_research.findings.finding import read_findings

        return read_findings(json.loads(self.path.read_text(encoding="utf-8")))


def find_published(folder: Path, *, digest: Digest = digest_file) -> PublishedFindings | None:
    """The findings in a report folder; None where there are none that its manifest vouches for."""
    manifest = read_manifest(folder)
    path = folder / FINDINGS
    if manifest is None or manifest.state == "failed" or FINDINGS not in manifest.outputs:
        return None
    if not path.is_file() or digest(path) != manifest.outputs[FINDINGS]:
        return None
    return PublishedFindings(manifest, path)


def list_published(reports: Path, *, digest: Digest = digest_file) -> tuple[PublishedFindings, ...]:
    """The last period that has findings, of every region of a reports folder, by the regions' names.

    A report that the last run could not make has none, also where no stub could be put in the place of its
    old page.
    """
    failed = _list_failed(reports)
    latest: dict[str, PublishedFindings] = {}
    for path in sorted(reports.glob("*/*/manifest.json")):
        found = find_published(path.parent, digest=digest)
        if found is not None and f"{found.manifest.region}/{found.manifest.period}" not in failed:
            latest[found.manifest.region] = found
    return tuple(sorted(latest.values(), key=lambda p: (p.manifest.name.casefold(), p.manifest.region)))


def _list_failed(reports: Path) -> set[str]:
    try:
        records = json.loads((reports / STATE).read_text(encoding="utf-8"))["reports"]
        return {name for name, record in records.items() if record["state"] == "failed"}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return set()


def read_evidence(published: tuple[PublishedFindings, ...]) -> tuple[RegionEvidence, ...]:
    """What regions found, for the questions across regions."""
    from asn_research.findings.grounds.evidence import RegionEvidence

    return tuple(
        RegionEvidence(
            region=each.manifest.region,
            name=each.manifest.name or each.manifest.region,
            period=each.manifest.period,
            findings={finding.question: finding for finding in each.findings()},
        )
        for each in published
    )
