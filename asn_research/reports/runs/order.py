"""What a run is asked for, its tasks, and what became of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from asn_research.language import Language
from asn_research.reports.publications.manifest import Manifest

if TYPE_CHECKING:
    from asn_research.reports.runs.stage import Sites


class WithdrawnError(Exception):
    """Nobody waits for a report any more, so it is not published; there is nobody to be told."""


def _stands() -> bool:
    """An order of this process stands as long as the process."""
    return True


@dataclass(frozen=True, kw_only=True)
class Order:
    """What a run was asked for.

    ``raw_given``, ``processed_given`` and ``reports_given`` are the folders as the caller wrote them, None
    where they are those of the project; notebooks are handed these and nothing else. ``sites`` is given where
    any of them lies at a URL; the folders are then those of a stage. ``cluster`` addresses a scheduler.
    ``time_limit`` is in seconds, for the whole report of a region and period (None: no limit);
    ``memory_limit`` is in megabytes, for each process (None: a fair share of this machine, where the system
    can hold a process to it). With ``pdf`` every report is also made as a PDF. ``stands`` tells a
    worker elsewhere whether the one who asked still waits for the report.
    """

    raw: Path
    processed: Path
    reports: Path
    notebooks: Path
    raw_given: str | None = None
    processed_given: str | None = None
    reports_given: str | None = None
    languages: tuple[Language, ...] = ("id",)
    jobs: int = 1
    force: bool = False
    time_limit: float | None = 1800.0
    memory_limit: int | None = None
    sites: Sites | None = None
    cluster: str | None = None
    pdf: bool = False
    stands: Callable[[], bool] = _stands

    def check_standing(self) -> None:
        """Go on only where the order still stands: asked before anything is published.

        Raises
        ------
        WithdrawnError
            If it does not.
        """
        if not self.stands():
            raise WithdrawnError

    @property
    def folders(self) -> dict[str, Path]:
        """Its folders by the names that people know them by."""
        return {"raw": self.raw, "processed": self.processed, "reports": self.reports}

    @property
    def inner(self) -> bool:
        """Whether its folders exist only inside this process."""
        return self.sites is not None and self.sites.inner


@dataclass(frozen=True)
class Task:
    """One region and period."""

    region: str
    period: str


@dataclass(frozen=True)
class Outcome:
    """What became of a task: the manifest it published, and whether the report was still fresh."""

    task: Task
    manifest: Manifest
    fresh: bool = False

    @property
    def well(self) -> bool:
        """Whether the report was made and no row was lost to a broken file."""
        return self.manifest.state == "made"
