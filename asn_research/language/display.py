"""Small tables for people at work in a notebook: everything escaped, words left, numbers right."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Sequence
from typing import Final

from asn_research.language.number import MISSING

Cell = str | int | float | None
_SMALL: Final = "< "


def html_table(
    heads: Sequence[str], rows: Iterable[Sequence[Cell]], *, caption: str = "", notes: Iterable[str] = ()
) -> str:
    """A table with a caption above and notes below it.

    Parameters
    ----------
    heads
        Names of the columns, as they are typed in code.
    rows
        Cells of any text; numbers are shown to three decimals, whole numbers as they are, None and NaN as a
        dash.

    Examples
    --------
    >>> "&lt;b&gt;" in html_table(["term"], [["<b>"]])
    True
    """
    head = "".join(f'<th scope="col" style="text-align:left">{html.escape(name)}</th>' for name in heads)
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    title = f'<caption style="text-align:left">{html.escape(caption)}</caption>' if caption else ""
    below = "".join(f"<p>{html.escape(note)}</p>" for note in notes)
    return f"<table>{title}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{below}"


def show_number(value: float | None) -> str:
    """A number as a researcher reads it: three decimals, whole numbers whole, a dash for what is not there.

    >>> show_number(7.12345), show_number(48), show_number(None)
    ('7.123', '48', '–')
    """
    if value is None or not math.isfinite(value):
        return MISSING
    return str(value) if isinstance(value, int) else f"{value:.3f}"


def show_p_value(value: float) -> Cell:
    """A p-value, or that it is below a thousandth.

    >>> show_p_value(0.03), show_p_value(0.0001)
    (0.03, '< 0.001')
    """
    return f"{_SMALL}0.001" if value < 0.0005 else value


def _cell(value: Cell) -> str:
    if isinstance(value, str) and not value.startswith(_SMALL):
        return f'<td style="text-align:left">{html.escape(value)}</td>'
    shown = value if isinstance(value, str) else show_number(value)
    return f'<td style="text-align:right">{html.escape(shown)}</td>'
