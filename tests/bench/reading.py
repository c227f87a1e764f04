"""Reading assessments from workbooks, beside pandas with openpyxl: ``python -m tests.bench.reading``.

Both read the same files: pandas to frames of raw cells; this project to checked records, with the verdict and
the address of every cell that was set aside.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TextIO

import numpy as np
import pandas as pd
import xlsxwriter

from asn_research.contract.region import Region, read_region
from asn_research.ingest.files.source import read_file
from asn_research.ingest.layouts.header import find_blocks
from asn_research.ingest.records.record import read_segment

_REGION = """
[region]
name = "Kota Contoh"
level = "kota"
kemendagri_code = "13.75"
bps_code = "1375"

[periods.2025]
starts = 2025-01-01
ends = 2025-12-31
"""
_HEADINGS = ("NIP", "Kode Pelatihan", "Kompetensi", "Sumber Nilai", "Waktu Tes", "Tanggal Tes", "Nilai")
_COMPETENCIES = ("Keterampilan teknis", "Komunikasi", "Integritas")


def _number(person: int) -> str:
    """An employee number: born, appointed, sex and serial number all follow from the person's place."""
    born = f"{1970 + person % 25}0{1 + person % 9}1{person // 9 % 10}"
    return f"{born}{2010 + person % 10}0{1 + person % 9}{1 + person % 2}{person // 90 % 999 + 1:03d}"


def write_assessments(path: Path, *, rows: int, seed: int) -> None:
    """A workbook of scores before and after, as an office exports it."""
    chance = np.random.default_rng(seed)
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as workbook:
        sheet, day = workbook.add_worksheet("Nilai"), workbook.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_row(0, 0, _HEADINGS)
        for row in range(1, rows + 1):
            person = (row - 1) // 2 + seed * rows
            sheet.write_row(row, 0, [_number(person), f"PLY-{person % 60}", _COMPETENCIES[person % 3], "Tes"])
            sheet.write_string(row, 4, "Sesudah" if row % 2 == 0 else "Sebelum")
            sheet.write_number(row, 5, 45_700 + person % 200, day)
            sheet.write_number(row, 6, round(chance.normal(65, 10), 1))


def read_assessments(path: Path, *, region: Region) -> int:
    """Rows that came in, each read and checked."""
    rows = 0
    for grid in read_file(path, folder=path.parent).grids:
        blocks, _ = find_blocks(grid, region=region, design="one_group")
        for block in blocks:
            segment = read_segment(grid, block, region=region, latest_year=2025, offset=0)
            rows += len(segment.source_rows)
    return rows


def _seconds(call: Callable[[], object]) -> float:
    start = time.process_time()
    call()
    return time.process_time() - start


def measure_reading(rows: int, *, files: int = 1) -> dict[str, float]:
    """Processor seconds of both ways for ``rows`` rows over some workbooks, and their ratio."""
    ours = theirs = 0.0
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "region.toml").write_text(_REGION, encoding="utf-8")
        region = read_region(folder)
        for number in range(files):
            path = folder / f"nilai_{number}.xlsx"
            write_assessments(path, rows=rows // files, seed=number)
            if number == 0:
                read_assessments(path, region=region)  # loads the vocabulary
            ours += _seconds(lambda path=path: read_assessments(path, region=region))
            theirs += _seconds(lambda path=path: pd.read_excel(path, engine="openpyxl", dtype=object))
            path.unlink()
    return {"rows": float(rows), "seconds": ours, "openpyxl_seconds": theirs, "ratio": ours / theirs}


def main(out: TextIO = sys.stdout) -> int:
    """Print seconds and ratio; 1 when reading takes more than a fifth of the other way."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.reading", description=main.__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--files", type=int, default=5)
    asked = parser.parse_args()
    found = measure_reading(asked.rows, files=asked.files)
    print(f"{asked.rows:,} assessment rows in {asked.files} workbooks, processor seconds", file=out)
    print(f"this project, to checked records  {found['seconds']:8.2f}", file=out)
    print(f"pandas with openpyxl              {found['openpyxl_seconds']:8.2f}", file=out)
    print(f"ratio                             {found['ratio']:8.3f}", file=out)
    return 0 if found["ratio"] <= 0.2 else 1


if __name__ == "__main__":
    raise SystemExit(main())
