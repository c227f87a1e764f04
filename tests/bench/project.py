"""The project's own region report, for as many regions as a bench needs: copies of one example region."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
NOTEBOOK: Final = ROOT / "notebooks" / "region_report.ipynb"
EXAMPLE: Final = "kalianda"
PERIOD: Final = "2025"
LANGUAGE: Final = "id"


@dataclass(frozen=True)
class Project:
    """Folders of a bench."""

    folder: Path

    @property
    def regions(self) -> list[str]:
        """The regions there are."""
        return sorted(path.name for path in (self.folder / "raw").iterdir())

    @property
    def given(self) -> dict[str, str]:
        """The folders as notebooks are handed them."""
        return {name: str(self.folder / name) for name in ("raw", "processed", "reports")}

    def forget(self) -> None:
        """Remove what one contender would otherwise leave for the next: answers and pages."""
        for answers in (self.folder / "processed").glob("*/*/answers.json"):
            answers.unlink()
        shutil.rmtree(self.folder / "reports", ignore_errors=True)
        (self.folder / "reports").mkdir()


def bench_environment() -> dict[str, str]:
    """For every contender: one numerical thread, this package, a pseudonym key of its own."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return {**os.environ, **threads, "PYTHONPATH": str(ROOT), "ASN_RESEARCH_KEY": "5a" * 32}


def make_project(folder: Path, regions: int) -> Project:
    """Copy the example region; take in its files, which is no part of what is compared."""
    from asn_research.ingest.store import open_region

    for number in range(1, regions + 1):
        shutil.copytree(ROOT / "data" / "raw" / EXAMPLE, folder / "raw" / f"region_{number:02d}")
    project = Project(folder)
    for region in project.regions:
        open_region(region, period=PERIOD, raw=folder / "raw", processed=folder / "processed")
    project.forget()
    return project
