"""What the same region found in its last period, and whether more than the data has changed since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from asn_research.findings.finding import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class PastPeriod:
    """The findings of an earlier period of one region.

    ``findings`` are those of today's code and rules where the earlier files are still there, else those that
    were published; ``published`` are the ones that were published, empty where none were. ``code_changed``
    and ``rules_changed`` tell whether the program or region.toml has changed since that publication.
    """

    period: str
    findings: Mapping[str, Finding]
    published: Mapping[str, Finding]
    recomputed: bool
    code_changed: bool
    rules_changed: bool
