"""Agreement with a published number is judged at its printed precision."""

from __future__ import annotations

import math

import pytest

from asn_research.errors import InputError
from asn_research.models.published import compare_published


@pytest.mark.parametrize(
    ("printed", "ours", "agrees"),
    [
        ("0.150", 0.1504, True),
        ("0.150", 0.1506, False),
        ("0.15", 0.1549, True),
        ("1,794", 1794.49, True),
        ("1,794", 1794.51, False),
        (".71", 0.714840714840715, True),
        ("-.029", -0.0291, True),
        ("0.13", 0.125, True),  # printers round halves up or to even; both are the printed number
        ("0.12", 0.125, True),
    ],
)
def test_half_a_unit_of_the_last_printed_digit(printed: str, ours: float, agrees: bool) -> None:
    table = compare_published({"x": (printed, ours)})
    assert bool(table.loc["x", "agrees"]) is agrees
    assert table.loc["x", "difference"] == pytest.approx(ours - float(printed.replace(",", "")), abs=1e-12)


def test_rows_keep_their_order_and_the_printed_text() -> None:
    table = compare_published({"b": ("2.10", 2.1), "a": ("1", 1.2)})
    assert table.index.tolist() == ["b", "a"]
    assert table["published"].tolist() == ["2.10", "1"]


@pytest.mark.parametrize(
    "pairs", [{}, {"x": ("about 3", 3.0)}, {"x": ("", 3.0)}, {"x": (".", 3.0)}, {"x": ("3", math.nan)}]
)
def test_what_cannot_be_compared_is_refused(pairs: dict[str, tuple[str, float]]) -> None:
    with pytest.raises(InputError):
        compare_published(pairs)
