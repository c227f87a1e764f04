"""Findings drawn: one figure per question, with alternative text made from its numbers."""

from asn_research.figures.figure import alt_text, draw
from asn_research.figures.style import to_svg
from asn_research.findings.wordings.label import caption

__all__ = ["alt_text", "caption", "draw", "to_svg"]
