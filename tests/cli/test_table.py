"""Tables of the commands can be read to the last letter, however narrow the terminal is."""

from __future__ import annotations

import pytest

from asn_research.cli import table
from asn_research.cli.table import Head, print_table

HEADS = [
    Head("Daerah"),
    Head("Baris", number=True),
    Head("Dikarantina", number=True),
    Head("Keadaan", long=True),
]
ROWS = [("tangerang_selatan", "12.294", "1.047", "masih mutakhir"), ("bukittinggi", "3", "0", "gagal")]


@pytest.mark.parametrize("width", [120, 60, 55, 50, 49, 40, 30])
def test_every_cell_is_whole_at_every_width(
    width: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "_PLAIN_WIDTH", width)
    print_table(HEADS, ROWS)
    shown = capsys.readouterr().out
    assert "…" not in shown
    assert all(len(line) <= width for line in shown.splitlines())
    assert {word for row in ROWS for cell in row for word in cell.split()} <= set(shown.split())


def test_where_there_is_room_a_row_is_a_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = {}
    for width in (120, 40):
        monkeypatch.setattr(table, "_PLAIN_WIDTH", width)
        print_table(HEADS, ROWS)
        lines[width] = [line.strip() for line in capsys.readouterr().out.splitlines()]
    assert any(line.split() == ["bukittinggi", "3", "0", "gagal"] for line in lines[120])
    assert "Keadaan: gagal" in lines[40]


def test_what_a_cell_is_empty_of_is_not_listed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "_PLAIN_WIDTH", 12)
    print_table([Head("Daerah"), Head("Masa")], [("cross_region", "")])
    assert "Masa" not in capsys.readouterr().out
