"""What docs/design.md says of the palette is what the palette is."""

from __future__ import annotations

from pathlib import Path

from tests.figures.palette import tables

DESIGN = Path(__file__).parents[2] / "docs" / "design.md"


def test_the_documented_contrasts_and_distances_are_derived_again() -> None:
    assert tables() in DESIGN.read_text(encoding="utf-8")
