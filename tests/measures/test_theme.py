"""Themes that every coder agrees on, counted on fingers."""

from __future__ import annotations

import pandas as pd
import pytest

from asn_research.errors import InputError, TooFewObservationsError
from asn_research.measures.agreement import count_agreement, measure_percent_agreement
from asn_research.measures.theme import has_single_codes, measure_themes, spread_codes

COLUMNS = ["excerpt_id", "interview_id", "role", "text", "coder_id", "theme"]


def interviews(*rows: tuple[str, str, str]) -> pd.DataFrame:
    """Rows of (excerpt, coder, theme); the first letter of an excerpt names its interview."""
    full = [
        (excerpt, excerpt[0], "Peserta", f"kata {excerpt}", coder, theme) for excerpt, coder, theme in rows
    ]
    return pd.DataFrame(full, columns=COLUMNS)


def test_a_theme_stands_only_where_every_coder_gave_it() -> None:
    coded = measure_themes(
        interviews(
            ("a1", "A", "Waktu"), ("a1", "B", "Waktu"),
            ("a2", "A", "Waktu"), ("a2", "B", "Materi"),
            ("b1", "A", "Materi"),
            ("b2", "A", "Waktu"), ("b2", "A", "Materi"), ("b2", "B", "Materi"),
        )
    )  # fmt: skip
    assert coded.agreed[["excerpt_id", "theme"]].to_numpy().tolist() == [
        ["a1", "Waktu"], ["b1", "Materi"], ["b2", "Materi"],
    ]  # fmt: skip
    assert (coded.excerpts, coded.disputed) == (4, 1)


def test_order_of_rows_does_not_matter() -> None:
    rows = interviews(("a1", "A", "X"), ("a1", "B", "X"), ("b1", "B", "Y"), ("b1", "A", "X"))
    first, second = measure_themes(rows), measure_themes(rows.iloc[::-1])
    pd.testing.assert_frame_equal(first.agreed, second.agreed)


def test_codes_spread_to_one_column_per_coder() -> None:
    rows = interviews(("a1", "A", "X"), ("a1", "B", "Y"), ("b1", "A", "X"), ("b1", "B", "X"))
    codes = spread_codes(rows)
    assert codes.to_numpy().tolist() == [["X", "Y"], ["X", "X"]]
    assert measure_percent_agreement(count_agreement(codes, raters=("A", "B"))) == 0.5
    assert spread_codes(rows, theme="X").to_numpy().tolist() == [[1.0, 0.0], [1.0, 1.0]]


def test_several_themes_from_one_coder_are_asked_one_by_one() -> None:
    rows = interviews(("a1", "A", "X"), ("a1", "A", "Y"), ("a1", "B", "X"))
    assert not has_single_codes(rows)
    with pytest.raises(InputError, match="theme by theme"):
        spread_codes(rows)
    assert spread_codes(rows, theme="Y").to_numpy().tolist() == [[1.0, 0.0]]


def test_bad_input_is_refused() -> None:
    with pytest.raises(InputError, match="coder_id"):
        measure_themes(interviews(("a1", "A", "X")).drop(columns="coder_id"))
    with pytest.raises(TooFewObservationsError):
        measure_themes(interviews())
