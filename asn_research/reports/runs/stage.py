"""A private working folder for regions whose data lie at URLs, laid out like a project.

Reports are made in it by the very same code and come out with the very same bytes. It is readable by its
owner alone and removed when the work is done or has failed; what a killed run leaves is removed by the next.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from asn_research.ingest.storage import guard_space
from asn_research.ingest.store import HOME_VARIABLE
from asn_research.reports.runs.location import Location

_PREFIX: Final = "asn-stage-"
_HELD: Final = ".held"
_YOUNG: Final = 60.0
"""Seconds that a stage is left alone for without a lock: its process has only just made it."""


@dataclass(frozen=True, kw_only=True)
class Sites:
    """Where raw data, clean data and reports lie: at a URL, or in a folder that is used where it is.

    ``reports`` is None where they are not touched.
    """

    raw: Location | Path
    processed: Location | Path
    reports: Location | Path | None

    def parts(self) -> tuple[tuple[str, Location | Path], ...]:
        """Each with its place inside a project."""
        data = (("data/raw", self.raw), ("data/processed", self.processed))
        return data if self.reports is None else (*data, ("reports", self.reports))

    @property
    def inner(self) -> bool:
        """Whether any of them exists only inside this process."""
        return any(isinstance(site, Location) and site.inner for _, site in self.parts())


@contextlib.contextmanager
def open_stage(sites: Sites) -> Iterator[Path]:
    """A private working folder laid out like a project; local folders are linked into it, not copied.

    While it is open, notebooks find it as their project.

    Raises
    ------
    FullDiskError
        If its disk is full, also by what is done in it.
    """
    _remove_abandoned()
    stage = Path(tempfile.mkdtemp(prefix=_PREFIX)).resolve()
    before = os.environ.get(HOME_VARIABLE)
    try:
        with _held(stage), guard_space(stage):
            (stage / "data").mkdir()
            for name, site in sites.parts():
                if isinstance(site, Location):
                    (stage / name).mkdir()
                else:
                    if site is not sites.raw:
                        site.mkdir(parents=True, exist_ok=True)
                    (stage / name).symlink_to(site.resolve(), target_is_directory=True)
            os.environ[HOME_VARIABLE] = str(stage)
            yield stage
    finally:
        if before is None:
            os.environ.pop(HOME_VARIABLE, None)
        else:
            os.environ[HOME_VARIABLE] = before
        shutil.rmtree(stage, ignore_errors=True)


@contextlib.contextmanager
def _held(stage: Path) -> Iterator[None]:
    """Keep a lock on a stage, by which others see that it is in use."""
    with (stage / _HELD).open("wb") as stream:
        if os.name == "posix":
            import fcntl

            fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def _remove_abandoned() -> None:
    """Remove stages of this user that no process holds any more: a killed run could not."""
    if os.name != "posix":
        return
    import fcntl

    for stage in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            state = stage.lstat()
            if state.st_uid != os.getuid() or time.time() - state.st_mtime < _YOUNG:
                continue
            with (stage / _HELD).open("rb") as stream:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(stage, ignore_errors=True)


def folders_of(stage: Path) -> dict[str, Path]:
    """The folders of a stage, as an order names them."""
    return {
        "raw": stage / "data" / "raw",
        "processed": stage / "data" / "processed",
        "reports": stage / "reports",
    }


def sketch_regions(sites: Sites, stage: Path) -> None:
    """Make the folders of all regions and periods of a raw URL, without their files.

    Raises
    ------
    LocationError
        If the URL cannot be listed.
    """
    if isinstance(sites.raw, Location):
        for name in sites.raw.list_files():
            parts = name.split("/")
            stage.joinpath("data", "raw", *parts[: min(2, len(parts) - 1)]).mkdir(parents=True, exist_ok=True)


def check_sites(sites: Sites) -> None:
    """Check that results can be delivered, before anything is made.

    Raises
    ------
    LocationError
        If a URL for results cannot be written to.
    """
    for site in (sites.processed, sites.reports):
        if isinstance(site, Location):
            site.check_writable()
