"""Findings computed once for a region and period, however often and in whichever language they are shown."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any, Final

from asn_research.errors import FullDiskError
from asn_research.findings.answer import answer_questions
from asn_research.findings.disclosures.release import Guard
from asn_research.findings.finding import Finding, read_findings
from asn_research.findings.grounds.past import PastPeriod
from asn_research.ingest.storage import sweep, write_files
from asn_research.ingest.store import RegionData
from asn_research.reports.publications import provenance

FILE: Final = "answers.json"


def answer_once(
    data: RegionData, folder: Path, *, past: PastPeriod | None = None, guard: Guard | None = None
) -> tuple[Finding, ...]:
    """The answers to all questions, from the last computation where nothing they depend on has changed.

    Parameters
    ----------
    data
        The clean tables of a region and period.
    past
        What the same region found in its last period.
    folder
        Where they are stored; the answers are kept beside them, with a key made of the raw files' hashes,
        region.toml, the code and the packages. A folder that cannot be written to is no error.
    guard
        What was published before of the same region and period.
    """
    key = _key(data, past, guard)
    records = _recall(folder / FILE, key)
    if records is None:
        answers = answer_questions(data, past=past, guard=guard)
        made = [record for finding in answers for record in finding.as_records()]
        text = json.dumps({"key": key, "records": made}, ensure_ascii=False, allow_nan=False)
        with contextlib.suppress(OSError, FullDiskError):
            sweep(folder)
            write_files(folder, {FILE: text.encode()})
        records = json.loads(text)["records"]
    return read_findings(records)


def _key(data: RegionData, past: PastPeriod | None, guard: Guard | None) -> str:
    return provenance.digest_json(
        {
            "raw": data.intake["raw_digest"],
            "rows": data.intake["totals"],
            "region": data.region.model_dump_json(),
            "period": data.period,
            "past": None if past is None else _past_key(past),
            "releases": "" if guard is None else guard.digest,
            "code": provenance.code_digest(),
            "packages": provenance.environment(),
        }
    )


def _past_key(past: PastPeriod) -> str:
    """A digest of everything that a past period says."""
    sides = {"findings": past.findings, "published": past.published}
    records = {side: [r for f in known.values() for r in f.as_records()] for side, known in sides.items()}
    flags = [past.period, past.recomputed, past.code_changed, past.rules_changed]
    return provenance.digest_json([flags, records])


def _recall(path: Path, key: str) -> list[dict[str, Any]] | None:
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        return list(kept["records"]) if kept["key"] == key else None
    except (OSError, ValueError, TypeError, KeyError):
        return None
