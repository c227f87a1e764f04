"""The marks by which an output of a notebook says whose it is; light, because every kernel imports it."""

from __future__ import annotations

from typing import Final

STAMP: Final = "asn_research"
"""Key of an output's metadata that holds its region, period and language."""

FINDINGS_MIMETYPE: Final = "application/vnd.asn-research.findings+json"
"""The kind of output that becomes findings.json."""
