"""From a finding to its figure and the figure's words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from matplotlib.figure import Figure

from asn_research.figures.amount import describe_amount, draw_amount
from asn_research.figures.background import describe_background, draw_background
from asn_research.figures.distribution import describe_distribution, draw_distribution
from asn_research.figures.interval import describe_interval, draw_interval
from asn_research.figures.likert import describe_likert, draw_likert
from asn_research.figures.line import describe_line, draw_line
from asn_research.figures.power import describe_power, draw_power
from asn_research.figures.series import describe_series, draw_series
from asn_research.figures.share import describe_share, draw_share
from asn_research.figures.specification import describe_specification, draw_specification
from asn_research.findings.catalogue import question
from asn_research.findings.finding import Finding
from asn_research.language import Language

Draw = Callable[[Finding, Language], Figure | None]
Describe = Callable[[Finding, Language], str]

KINDS: Final[dict[str, tuple[Draw, Describe]]] = {
    "interval": (draw_interval, describe_interval),
    "share": (draw_share, describe_share),
    "likert": (draw_likert, describe_likert),
    "distribution": (draw_distribution, describe_distribution),
    "line": (draw_line, describe_line),
    "background": (draw_background, describe_background),
    "power": (draw_power, describe_power),
    "amount": (draw_amount, describe_amount),
    "series": (draw_series, describe_series),
    "specification": (draw_specification, describe_specification),
}
"""The kinds of figure a question may name, each with its drawing and its words."""


def has_figure(finding: Finding) -> bool:
    """Whether answers to its question are drawn, where there is something to draw."""
    return bool(question(finding.question).figure)


def draw(finding: Finding, language: Language) -> Figure | None:
    """The figure of a finding, or None when its question has no figure or nothing may be drawn."""
    kind = question(finding.question).figure
    return KINDS[kind][0](finding, language) if kind else None


def alt_text(finding: Finding, language: Language) -> str:
    """One to three sentences that say what the figure shows; empty where there is no figure."""
    kind = question(finding.question).figure
    return KINDS[kind][1](finding, language) if kind else ""
