"""Texts are read in pieces, and give the same rows however they are cut."""

from __future__ import annotations

import csv
import io

import pytest

from asn_research.errors import IntakeError
from asn_research.ingest.files import delimited, limit
from asn_research.ingest.files.delimited import read_delimited

TEXTS = (
    "NIP;Nilai\n1;2\n3;4",
    "NIP;Nilai\r\n1;2\r\n\r\n3;4\r\n",
    "NIP;Nilai\r1;2\r3;4\r",
    "NIP;Nilai\n\r1;2\n\n\r\n3;4\r",
    'NIP;Catatan\n1;"satu\ndua\r\ntiga"\n2;"a""b"\n',
    "NIP;Catatan\n1;dipisah\u2028tetap satu\x0bbaris\x852\n",
    "",
    "\n",
    "sep=;\nNIP;Nilai\n1,5;2\n",
)


@pytest.mark.parametrize("piece", [0, 1, 3, 10, 1_000])
@pytest.mark.parametrize("text", TEXTS)
def test_every_cut_gives_the_rows_of_the_whole(
    text: str, piece: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delimited, "_PIECE", piece)
    rows, delimiter = read_delimited(text.encode(), name="a.csv")
    body = text.removeprefix("sep=;") if text.startswith("sep=") else text
    assert rows == list(csv.reader(io.StringIO(body, newline=""), delimiter=delimiter))


def test_a_long_line_is_named_by_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limit, "MAXIMUM_LINE", 20)
    monkeypatch.setattr(delimited, "_PIECE", 1)
    read_delimited(b"NIP;Nilai\r1;2\r3;4\r5;6\n7;8\n", name="a.csv")
    with pytest.raises(IntakeError) as caught:
        read_delimited(b"NIP;Nilai\r1;2\r3;4\n" + b"5" * 21 + b"\n7;8\n", name="a.csv")
    assert caught.value.problems[0].fields["line"] == "4"


def test_equal_texts_are_kept_once() -> None:
    rows, _ = read_delimited(b"NIP;Unit\n1;Dinas Contoh\n2;Dinas Contoh\n", name="a.csv")
    assert rows[1][1] is rows[2][1]
