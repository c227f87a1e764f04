"""Findings computed once for a region and period, however often and in whichever language they are shown."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any, Final

from asn_research.findings.answer import answer_questions
from asn_research.findings.finding import Finding, read_findings
from asn_research.ingest.store import RegionData
from asn_research.reports import provenance
from asn_research.reports.publication import publish

FILE: Final = "answers.json"


def answer_once(data: RegionData, folder: Path) -> tuple[Finding, ...]:
    """The answers to all questions, from the last computation where nothing they depend on has changed.

    Parameters
    ----------
    data
        The clean tables of a region and period.
    folder
        Where they are stored; the answers are kept beside them, with a key made of the raw files' hashes,
        region.toml, the code and the packages. A folder that cannot be written to is no error.
    """
    key = _key(data)
    records = _recall(folder / FILE, key)
    if records is None:
        made = [record for finding in answer_questions(data) for record in finding.as_records()]
        text = json.dumps({"key": key, "records": made}, ensure_ascii=False, allow_nan=False)
        with contextlib.suppress(OSError):
            publish(folder, {FILE: text.encode()})
        records = json.loads(text)["records"]
    return read_findings(records)


def _key(data: RegionData) -> str:
    return provenance.digest_json(
        {
            "raw": data.intake["raw_digest"],
            "rows": data.intake["totals"],
            "region": data.region.model_dump_json(),
            "period": data.period,
            "code": provenance.code_digest(),
            "packages": provenance.package_versions(),
        }
    )


def _recall(path: Path, key: str) -> list[dict[str, Any]] | None:
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        return list(kept["records"]) if kept["key"] == key else None
    except (OSError, ValueError, TypeError, KeyError):
        return None
