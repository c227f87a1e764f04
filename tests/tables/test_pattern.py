"""The filled pattern is what great_tables itself makes of the same rows, whatever they hold."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from great_tables import GT

from asn_research.tables.pattern import Content, bare, read_pattern

HOSTILE = """</td><script>alert(1)</script> & "a" 'b' mark-stub colspan="9" {{x}} \\1"""
ROWS = (("A", "1"), ("B", "2"))
WORDS = (("A", "1,0", "sedang"), ("B", "–", "lemah"))
STRANGE = ((HOSTILE, HOSTILE), ("A", HOSTILE))
CASES = {
    "numbers and words": Content(("Baris", "Nilai", "Dasar"), (True, False), (("", WORDS),)),
    "groups": Content(("Baris", "n"), (True,), (("Jabatan", ROWS), ("Unit", ROWS[:1]))),
    "notes": Content(("Baris", "n"), (True,), (("", ROWS),), ("–: di bawah batas.", "Holm.")),
    "strangers": Content(("Baris", "Dasar"), (False,), ((HOSTILE, STRANGE),)),
}


def made_by_great_tables(content: Content) -> list[str]:
    """The same content as great_tables renders it row by row."""
    names = [f"c{i}" for i in range(len(content.is_number))]
    rows = [(*row, name) for name, members in content.groups for row in members]
    frame = pd.DataFrame(rows, columns=["name", *names, "group"])
    is_grouped = any(name for name, _ in content.groups)
    if not is_grouped:
        frame = frame.drop(columns="group")
    table = GT(
        frame, rowname_col="name", groupname_col="group" if is_grouped else None, id="t", auto_align=False
    )
    table = table.tab_stubhead(content.heads[0]).cols_label(dict(zip(names, content.heads[1:], strict=True)))
    numbers = [name for name, is_number in zip(names, content.is_number, strict=True) if is_number]
    table = table.cols_align("left").cols_align("right", columns=numbers)
    for note in content.notes:
        table = table.tab_source_note(note)
    return list(bare(table.as_raw_html()))


def elements(lines: list[str]) -> list[str]:
    """Markup and text piece by piece; great_tables holds all groups in one body, which says the same."""
    pieces = re.findall(r"<[^>]+>|[^<>]+", " ".join(lines))
    return [piece.strip() for piece in pieces if piece.strip() and piece not in ("<tbody>", "</tbody>")]


@pytest.mark.parametrize("name", CASES)
def test_the_filled_pattern_is_what_great_tables_makes(name: str) -> None:
    filled = read_pattern().fill(CASES[name]).splitlines()
    assert elements(filled) == elements(made_by_great_tables(CASES[name]))


def test_heads_and_notes_are_text_too() -> None:
    filled = read_pattern().fill(Content((HOSTILE, HOSTILE), (False,), (("", STRANGE),), (HOSTILE,)))
    assert "<script" not in filled
    assert filled.count("&lt;script&gt;") == 6


def test_a_group_has_a_body_of_its_own() -> None:
    filled = read_pattern().fill(CASES["groups"])
    assert filled.count("<tbody>") == filled.count("</tbody>") == 2
