"""Nothing about fewer people than the minimum cell, not even by subtraction."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asn_research.findings.disclosures.disclosure import gate_rows, merge_cells
from asn_research.findings.disclosures.exposure import EXPOSURES
from asn_research.findings.finding import Disclosure, Finding, Row, Status
from tests.findings.conftest import answer_all
from tests.findings.world import make_region

COUNTS = st.lists(st.integers(0, 40), min_size=1, max_size=12)


def rows_of(counts: list[int]) -> list[Row]:
    return [{"label": str(i), "n": n, "estimate": float(n)} for i, n in enumerate(counts)]


def test_a_single_small_row_takes_the_next_smallest_with_it() -> None:
    gated = gate_rows(rows_of([40, 3, 12]), minimum=10)
    assert [row["n"] for row in gated.rows] == [40, None, None]
    assert gated.suppressed == 2
    assert gated.disclosure is Disclosure.PARTLY_SUPPRESSED


def test_two_small_rows_that_hold_too_few_together_take_a_third() -> None:
    gated = gate_rows(rows_of([40, 3, 4, 20]), minimum=10)
    assert [row["n"] for row in gated.rows] == [40, None, None, None]


def test_rows_without_people_are_left_out_and_large_rows_stay() -> None:
    gated = gate_rows(rows_of([0, 10, 11]), minimum=10)
    assert [row["n"] for row in gated.rows] == [10, 11]
    assert gated.disclosure is Disclosure.OPEN


def test_margins_are_kept_apart() -> None:
    rows = [
        {**row, "group": group} for group in "ab" for row in rows_of([30, 30] if group == "a" else [4, 30])
    ]
    gated = gate_rows(rows, minimum=10, within="group")
    assert [row["n"] for row in gated.rows] == [30, 30, None, None]


@given(COUNTS, st.integers(5, 10))
def test_no_small_cell_can_be_found_by_subtraction(counts: list[int], minimum: int) -> None:
    gated = gate_rows(rows_of(counts), minimum=minimum)
    hidden = [n for n, row in zip([c for c in counts if c], gated.rows, strict=True) if row["n"] is None]
    assert all(row["n"] is None or int(str(row["n"])) >= minimum for row in gated.rows)
    if hidden:
        everything = len(hidden) == len(gated.rows)
        assert everything or (len(hidden) >= 2 and sum(hidden) >= minimum)
    for row in gated.rows:
        if row.get("suppressed"):
            assert row["estimate"] is None


@given(COUNTS, st.integers(5, 10))
def test_joined_cells_hold_everybody_and_never_too_few(counts: list[int], minimum: int) -> None:
    cells = merge_cells(counts, minimum=minimum)
    if sum(counts) < minimum:
        assert cells == []
        return
    held = [sum(counts[first : last + 1]) for first, last in cells]
    assert sum(held) == sum(counts)
    assert min(held) >= minimum
    assert all(a[1] < b[0] for a, b in pairwise(cells))


@pytest.mark.parametrize("minimum", [5, 10])
def test_no_row_of_a_small_region_describes_too_few_people(minimum: int) -> None:
    data = make_region("one_group", people=47, batches=6, minimum_cell=minimum, seed=minimum)
    for finding in answer_all(data).values():
        check_rows(finding, minimum)


ABOUT_NOBODY = {"stakeholder_roles", "curriculum_age", "recommendations", "plan_deviations"}
"""Questions that count courses, findings and deviations, not people."""


def check_rows(finding: Finding, minimum: int) -> None:
    if finding.question in ABOUT_NOBODY or finding.status is not Status.ESTIMATED:
        return
    base = EXPOSURES[finding.question].base
    for row in finding.rows:
        size = row.get(base)
        if row.get("suppressed"):
            assert all(row.get(c) is None for c in ("n", "share", "estimate", "mean", "conf_low"))
        assert size is None or int(str(size)) >= minimum, (finding.question, row)


def test_below_the_minimum_cell_no_number_about_people_is_published(tiny: dict[str, Finding]) -> None:
    assert tiny["recommendations"].rows == () or all(
        set(str(row["evidence"]).split("; ")) <= ABOUT_NOBODY for row in tiny["recommendations"].rows
    )
    for question, finding in tiny.items():
        if question in ABOUT_NOBODY:
            continue
        assert finding.status in {Status.SUPPRESSED, Status.NO_DATA}, question
        assert not finding.results
        assert not finding.rows
        assert finding.sample.people == 0
