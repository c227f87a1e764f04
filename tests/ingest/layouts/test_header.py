"""Headings: found where they are, at a cost that grows with the sheet and no faster."""

from __future__ import annotations

from pathlib import Path

import pytest

from asn_research.contract.region import read_region
from asn_research.ingest.files.source import Grid
from asn_research.ingest.layouts import header

from ..office import REGION

HEADING, ROW = ["NIP", "OPD", "Jabatan"], ["198609262015051001", "Dinas Sosial", "Pelaksana"]


def test_headings_printed_on_every_page_cost_no_pass_over_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "region.toml").write_text(REGION, encoding="utf-8")
    region = read_region(tmp_path)
    pages = [list(line) for _ in range(60) for line in (HEADING, *[ROW] * 20)]
    looked_at = 0
    is_empty = header.is_empty

    def count(cell: object) -> bool:
        nonlocal looked_at
        looked_at += 1
        return is_empty(cell)

    monkeypatch.setattr(header, "is_empty", count)
    blocks, _ = header.find_blocks(Grid("list.csv", "", pages), region=region, design="one_group")
    assert len(blocks) == 1
    assert looked_at < 10 * sum(map(len, pages))  # a pass over the rest at every page would be 30 times
