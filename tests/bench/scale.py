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


def grow(*, regions: int, people: int, jobs: int) -> dict[str, Any]:
    """Cost of a run over simulated regions, intake included, and of the run after it.

    Parameters
    ----------
    regions, people
        How many regions, and people in the files of each.
    jobs
        Workers.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        size = _write(folder / "raw", regions=regions, people=people, jobs=jobs)
        command = [str(Path(sys.executable).parent / "asn-research"), "run", "--jobs", str(jobs)]
        for place in ("raw", "processed", "reports"):
            command += [f"--{place}", str(folder / place)]
        environment = bench_environment()
        first = run_measured(command, env=environment, cwd=ROOT)
        again = run_measured(command, env=environment, cwd=ROOT)
        region = sorted((folder / "raw").iterdir())[0]
        notes = region / "region.toml"
        notes.write_text(notes.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
        one = run_measured(command, env=environment, cwd=ROOT)
        made = len(list((folder / "reports").glob("region_*/*/findings.json")))
    if made != regions:
        raise RuntimeError(f"{made} reports of {regions}")
    return {
        "regions": regions, "people": people, "jobs": jobs, "megabytes": size / 2**20,
        "first": asdict(first), "again": asdict(again), "one": asdict(one),
    }  # fmt: skip


def _write(raw: Path, *, regions: int, people: int, jobs: int) -> int:
    """Write the raw files; every fifth region's as one workbook. Bytes written."""
    numbers = range(1, regions + 1)
    with ProcessPoolExecutor(jobs) as pool:
        list(pool.map(_write_region, [raw] * regions, numbers, [people] * regions))
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
