"""The observed gain beside what could have happened without the training."""

from __future__ import annotations

from dataclasses import replace

from matplotlib.figure import Figure

from asn_research.figures.comparison import describe_comparison, draw_comparison
from asn_research.figures.interval import describe_interval, draw_interval
from asn_research.findings.finding import Finding, Row
from asn_research.language import Language


def _as_interval(row: Row) -> Row:
    """A component as a row of an interval figure: the observed gain in colour, the rest quiet."""
    component = str(row.get("component"))
    role = None if component.startswith("observed") else "background"
    named: Row = {"label_code": f"figure.component_{component}", "role": role}
    return {**named, **row}


def component_rows(finding: Finding) -> Finding:
    """The finding with its components labelled."""
    return replace(finding, rows=tuple(_as_interval(row) for row in finding.rows))


def draw_background(finding: Finding, language: Language) -> Figure | None:
    """Dots for the observed gain, each piece of background change and the tipping point.

    Rows carry ``component``, ``estimate`` and may carry an interval. With a comparison group both groups are
    drawn before and after instead.
    """
    if finding.details.get("compared"):
        return draw_comparison(finding, language)
    return draw_interval(component_rows(finding), language)


def describe_background(finding: Finding, language: Language) -> str:
    """The figure in words."""
    if finding.details.get("compared"):
        return describe_comparison(finding, language)
    return describe_interval(component_rows(finding), language)
