"""The stored table of coverage is the page's source, and its regressions are those of the library."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from asn_research.models.gain import estimate_mean_gain, fit_gain
from asn_research.models.result import Estimate
from tests.validation.__main__ import DOCUMENT, HIGH, HIGHEST_SIZE, LOW, PLAIN, TABLE, document, rejected
from tests.validation.coverage import BESIDE, HEADLINE, TERMS, TRUTHS, measure_cell
from tests.validation.regression import missed
from tests.validation.world import CELLS, STRAINED, Cell, Worlds, draw_plain_worlds, draw_worlds

WORLDS = 1000
FEW = Cell(clusters=6, balanced=False, even=False)
WALKED = (FEW, CELLS[7], STRAINED[3], STRAINED[6])


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
    assert len(stored) == len(TRUTHS) * (len(CELLS) + len(STRAINED)) * (1 + len(BESIDE))
    assert not stored.duplicated(["quantity", "batches", "sizes", "variance", "vcov"]).any()
    assert stored["worlds"].min() >= 2000


def test_the_headline_holds_what_it_promises(stored: pd.DataFrame) -> None:
    """Within the band in every cell, and no true zero rejected more often than the bound."""
    headline = stored[(stored["vcov"] == HEADLINE) & (stored["kind"] == PLAIN)]
    assert len(headline) == 48
    assert headline["percent"].between(LOW, HIGH).all()
    assert rejected(headline)["percent"].max() <= HIGHEST_SIZE


def test_a_small_run_agrees_with_the_stored_table(
    stored: pd.DataFrame, drawn: dict[tuple[str, str], float]
) -> None:
    cell = stored[(stored["batches"] == 6) & (stored["sizes"] == "unbalanced")]
    cell = cell[cell["variance"] == "uneven"].set_index(["quantity", "vcov"])["percent"]
    assert len(cell) == len(drawn)
    for key, percent in drawn.items():
        share = float(cell[key]) / 100
        error = 100 * math.sqrt(share * (1 - share) / WORLDS)
        assert percent == pytest.approx(cell[key], abs=4 * error, rel=0), key  # eighteen figures, one seed


@pytest.mark.parametrize("quantity", ["method", "mean gain"])
def test_ignoring_batches_is_seen_to_be_worse(drawn: dict[tuple[str, str], float], quantity: str) -> None:
    assert drawn[quantity, HEADLINE] > 92
    for naive in ("iid", "HC1"):
        assert drawn[quantity, naive] < drawn[quantity, HEADLINE] - 10
    assert drawn[quantity, "CR1S"] < drawn[quantity, HEADLINE]


def one_world(worlds: Worlds, number: int) -> Worlds:
    chosen = slice(number, number + 1)
    return Worlds(worlds.gain[chosen], worlds.batch, worlds.x[chosen])


def by_library(worlds: Worlds, plain: Worlds, vcov: str) -> Iterator[tuple[str, Worlds, Estimate]]:
    """What the public functions say of one world, quantity by quantity."""
    people = pd.DataFrame(
        {
            "pre": 0.0,
            "post": worlds.gain[0],
            "batch": worlds.batch,
            "method": np.where(worlds.x[0, :, 1] > 0, "practice", "lecture"),
            "participation_share": worlds.x[0, :, 2] / 10,
        }
    )
    clustered = vcov.startswith("CR")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = fit_gain(people, clusters="batch" if clustered else None, vcov=vcov)
        mean = estimate_mean_gain(plain.gain[0], clusters=plain.batch if clustered else None, vcov=vcov)
    yield "method", worlds, fit["method[practice]"]
    yield "participation", worlds, fit["participation_share"]
    yield "mean gain", plain, mean["mean_gain"]


@pytest.mark.parametrize("vcov", [HEADLINE, *BESIDE])
@pytest.mark.parametrize("cell", WALKED)
def test_the_regressions_are_those_of_the_library(cell: Cell, vcov: str) -> None:
    """Every interval of the public functions ends where the regressions for many worlds say it ends."""
    rng = np.random.default_rng(4)
    drawn, plain = draw_worlds(cell, rng, 5), draw_plain_worlds(cell, rng, 5)
    for number in range(5):
        found = by_library(one_world(drawn, number), one_world(plain, number), vcov)
        for quantity, worlds, estimate in found:
            step = 1e-7 * (estimate.conf_high - estimate.conf_low)  # both computed exactly, to rounding
            for end, outward in ((estimate.conf_low, -step), (estimate.conf_high, step)):
                assert not missed(worlds, TERMS[quantity], end - outward, vcov)[0]
                assert missed(worlds, TERMS[quantity], end + outward, vcov)[0]


def test_a_true_zero_is_rejected_where_the_truth_is_missed() -> None:
    """Translation: the world less its effects rejects zero exactly where the interval misses the truth."""
    rng = np.random.default_rng(9)
    drawn, plain = draw_worlds(FEW, rng, 60), draw_plain_worlds(FEW, rng, 60)
    effects = TRUTHS["method"] * drawn.x[:, :, 1] + TRUTHS["participation"] * drawn.x[:, :, 2]
    nothing = Worlds(drawn.gain - effects, drawn.batch, drawn.x)
    still = Worlds(plain.gain - TRUTHS["mean gain"], plain.batch, plain.x)
    for number in range(60):
        found = by_library(one_world(nothing, number), one_world(still, number), HEADLINE)
        for quantity, _, estimate in found:
            source = plain if quantity == "mean gain" else drawn
            expected = missed(one_world(source, number), TERMS[quantity], TRUTHS[quantity], HEADLINE)[0]
            assert (estimate.p_value < 0.05) == expected
