"""From a finding to its figure and the figure's words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from matplotlib.figure import Figure

from asn_research.figures.interval import describe_interval, draw_interval
from asn_research.figures.share import describe_share, draw_share
from asn_research.findings.finding import Finding
from asn_research.language import Language

Draw = Callable[[Finding, Language], Figure | None]
Describe = Callable[[Finding, Language], str]

KINDS: Final[dict[str, tuple[Draw, Describe]]] = {
    "interval": (draw_interval, describe_interval),
    "share": (draw_share, describe_share),
}
"""The kinds of figure a question may name, each with its drawing and its words."""


def _kind(finding: Finding) -> str:
    from asn_research.findings.catalogue import question

    return question(finding.question).figure


def draw(finding: Finding, language: Language) -> Figure | None:
    """The figure of a finding, or None when its question has no figure or nothing may be drawn."""
    kind = _kind(finding)
    return KINDS[kind][0](finding, language) if kind else None


def alt_text(finding: Finding, language: Language) -> str:
    """One to three sentences that say what the figure shows; empty where there is no figure."""
    kind = _kind(finding)
    return KINDS[kind][1](finding, language) if kind else ""
