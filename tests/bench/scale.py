"""Many simulated regions from raw files to the report across regions, and again with nothing changed."""

from __future__ import annotations

import csv
import io
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import xlsxwriter

from tests.bench.cost import run_measured
from tests.bench.project import ROOT, bench_environment

_EVERY_NTH_AS_WORKBOOK: Final = 5
_SEED: Final = 1


def grow(*, regions: int, people: int, jobs: int, files: Path | None = None) -> dict[str, Any]:
    """Cost of a run over simulated regions, intake included, and of the run after it.

    Parameters
    ----------
    regions, people
        How many regions, and people in the files of each.
    jobs
        Workers.
    files
        Folder in which the raw files are kept for the next time; they are the same every time.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        raw = (files or folder) / f"{regions}_regions_of_{people}"
        size = _write(raw, regions=regions, people=people, jobs=jobs)
        command = [str(Path(sys.executable).parent / "asn-research"), "run", "--jobs", str(jobs)]
        for option, place in {
            "raw": raw,
            "processed": folder / "made",
            "reports": folder / "reports",
        }.items():
            command += [f"--{option}", str(place)]
        environment = bench_environment()
        first = run_measured(command, env=environment, cwd=ROOT)
        again = run_measured(command, env=environment, cwd=ROOT)
        notes = sorted(raw.iterdir())[0] / "region.toml"
        unchanged = notes.read_bytes()
        try:
            notes.write_bytes(unchanged + b"\n# changed\n")
            one = run_measured(command, env=environment, cwd=ROOT)
        finally:
            notes.write_bytes(unchanged)
        made = len(list((folder / "reports").glob("region_*/*/findings.json")))
    if made != regions:
        raise RuntimeError(f"{made} reports of {regions}")
    return {
        "regions": regions, "people": people, "jobs": jobs, "megabytes": size / 2**20,
        "first": asdict(first), "again": asdict(again), "one": asdict(one),
    }  # fmt: skip


def _write(raw: Path, *, regions: int, people: int, jobs: int) -> int:
    """Write the raw files unless they are there; every fifth region's as one workbook. Bytes of all."""
    whole = raw.with_name(f"{raw.name}.whole")
    if not whole.exists():
        numbers = range(1, regions + 1)
        with ProcessPoolExecutor(jobs) as pool:
            list(pool.map(_write_region, [raw] * regions, numbers, [people] * regions))
        whole.touch()
    return sum(path.stat().st_size for path in raw.rglob("*") if path.is_file())


def _write_region(raw: Path, number: int, people: int) -> None:
    from asn_research.simulation.scale import write_region

    folder = write_region(raw, number, people=people, seed=_SEED)
    if number % _EVERY_NTH_AS_WORKBOOK == 0:
        _bind(next(path for path in folder.iterdir() if path.is_dir()))


def _bind(period: Path) -> None:
    """Put the tables of a period into one workbook, a sheet each, as some offices keep them."""
    tables = sorted(period.glob("*.csv"))
    with xlsxwriter.Workbook(period / "data.xlsx", {"constant_memory": True}) as book:
        for table in tables:
            sheet = book.add_worksheet(table.stem[:31])
            text = _text(table.read_bytes())
            delimiter = max(";,\t", key=text.partition("\n")[0].count)
            for number, row in enumerate(csv.reader(io.StringIO(text), delimiter=delimiter)):
                sheet.write_row(number, 0, row)
    for table in tables:
        table.unlink()


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252")
