"""The stored table of coverage is the page's source, and a small run agrees with it."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from tests.validation.__main__ import DOCUMENT, HIGH, LOW, TABLE, document
from tests.validation.coverage import HEADLINE, NAIVE, TRUTHS, measure_cell
from tests.validation.world import CELLS, Cell

WORLDS = 120
FEW = Cell(clusters=6, balanced=False, even=False)


@pytest.fixture(scope="module")
def stored() -> pd.DataFrame:
    return pd.read_csv(TABLE)


@pytest.fixture(scope="module")
def drawn() -> dict[tuple[str, str], float]:
    """Per cent covered in the hardest cell: six unequal batches, unequal variance."""
    return {(row.quantity, row.vcov): 100 * row.share for row in measure_cell(FEW, WORLDS)}


def test_the_page_is_written_from_the_table(stored: pd.DataFrame) -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document(stored)


def test_the_table_has_every_cell_and_enough_worlds(stored: pd.DataFrame) -> None:
    assert len(stored) == len(TRUTHS) * len(CELLS) * (1 + len(NAIVE))
    assert not stored.duplicated(["quantity", "batches", "sizes", "variance", "vcov"]).any()
    assert stored["worlds"].min() >= 2000


def test_the_headline_holds_what_it_promises(stored: pd.DataFrame) -> None:
    """Within the band in at least nine cells of ten, nowhere below it by more than Monte Carlo error."""
    headline = stored[stored["vcov"] == HEADLINE]
    assert headline["percent"].between(LOW, HIGH).mean() >= 0.9
    assert headline["percent"].min() >= LOW - 100 * math.sqrt(0.95 * 0.05 / 2000)
    rejected = 100 - headline["percent"]  # of a true zero, by translation of the outcome
    assert rejected.max() <= 7.0
    assert rejected.mean() <= 6.0


def test_a_small_run_agrees_with_the_stored_table(
    stored: pd.DataFrame, drawn: dict[tuple[str, str], float]
) -> None:
    cell = stored[(stored["batches"] == 6) & (stored["sizes"] == "unbalanced")]
    cell = cell[cell["variance"] == "uneven"].set_index(["quantity", "vcov"])["percent"]
    assert len(cell) == len(drawn)
    for key, percent in drawn.items():
        share = float(cell[key]) / 100
        error = 100 * math.sqrt(share * (1 - share) / WORLDS)
        assert percent == pytest.approx(cell[key], abs=4 * error, rel=0), key  # twelve figures, one seed


@pytest.mark.parametrize("quantity", ["method", "mean gain"])
def test_ignoring_batches_is_seen_to_be_worse(drawn: dict[tuple[str, str], float], quantity: str) -> None:
    assert drawn[quantity, HEADLINE] > 90
    for naive in ("iid", "HC1"):
        assert drawn[quantity, naive] < drawn[quantity, HEADLINE] - 10
    assert drawn[quantity, "CR1S"] < drawn[quantity, HEADLINE]
