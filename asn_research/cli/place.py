"""Folders of this machine or at URLs, as commands are given them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import url2pathname

import typer

from asn_research.cli.choice import choose, find_folders, holds_products
from asn_research.cli.console import say, tell
from asn_research.errors import RegionError

if TYPE_CHECKING:
    from asn_research.reports.runs.stage import Sites


def read_folder(text: str) -> Path:
    """A folder of this machine.

    Raises
    ------
    typer.BadParameter
        If nothing was given, as by a variable of the shell that is not set: that is not the current folder.
    """
    if not text.strip():
        raise typer.BadParameter(say("empty_place"))
    return Path(text)


def read_place(text: str) -> Path | str:
    """A folder of this machine as a path, anything else as its URL.

    Raises
    ------
    typer.BadParameter
        If nothing was given.
    """
    from asn_research.reports.runs.location import is_url

    if text.startswith("file://"):
        return Path(url2pathname(urlsplit(text).path))
    return text if is_url(text) else read_folder(text)


@dataclass
class Places:
    """The folders of a command; where some lie at URLs, those of its stage, and what it stands for."""

    folders: dict[str, Path]
    sites: Sites | None = None
    stage: Path | None = None
    collected: bool = False

    def name(self, part: str) -> str:
        """How people know the place of ``raw``, ``processed`` or ``reports``."""
        from asn_research.reports.runs.location import Location

        site = getattr(self.sites, part, None)
        return site.url if isinstance(site, Location) else str(site or self.folders[part])

    def choose(self, regions: Sequence[str] | None, period: str | None = None) -> list[tuple[str, str]]:
        """The regions and periods asked for, as :func:`asn_research.cli.choice.choose` finds them here."""
        raw, reports = self.folders["raw"], self.folders["reports"]
        return choose(raw, regions or [], period, reports=reports, place=self.name("raw"))

    def collect(self) -> None:
        """Bring what is published at a URL to the stage; once, because the stage then has what is newer."""
        if self.sites is not None and self.stage is not None and not self.collected:
            from asn_research.reports.runs.delivery import collect_published

            collect_published(self.sites, self.stage)
            self.collected = True

    def fetch(self, regions: Iterable[str]) -> None:
        """Bring raw files and reports of some regions to the stage, and what is published of all."""
        if self.sites is not None and self.stage is not None:
            from asn_research.reports.runs.delivery import collect_regions

            collect_regions(self.sites, self.stage, regions)
            self.collect()

    def deliver(self) -> None:
        """Bring what the stage has for all regions together to the URL; nothing where it knows too little."""
        if self.sites is not None and self.stage is not None and self.collected:
            from asn_research.reports.runs.delivery import deliver_shared

            deliver_shared(self.sites, self.stage)


@contextlib.contextmanager
def open_places(
    raw: Path | str | None,
    processed: Path | str | None,
    reports: Path | str | None,
    *,
    published: bool = True,
) -> Iterator[Places]:
    """The folders of a command: those given, else those of the project; a stage where any lies at a URL.

    Without ``published``, reports are not touched. Of raw data at a URL the stage shows the folders of
    regions and periods, without their files.

    Raises
    ------
    LocationError
        If a URL is not sound or cannot be listed.
    RegionError
        If a folder was not given and there is no project.
    """
    given = {"raw": raw, "processed": processed, "reports": reports if published else Path()}
    found = find_folders(*(Path() if isinstance(place, str) else place for place in given.values()))
    if not any(isinstance(place, str) for place in given.values()):
        with _tell_of_new_key():
            yield Places(found)
        return
    from asn_research.reports.runs.location import Location
    from asn_research.reports.runs.stage import Sites, folders_of, open_stage, sketch_regions

    places = {
        name: Location(place) if isinstance(place, str) else found[name].resolve()
        for name, place in given.items()
    }
    sites = Sites(
        raw=places["raw"], processed=places["processed"], reports=places["reports"] if published else None
    )
    notebooks = _project_notebooks() or found["notebooks"]
    with open_stage(sites) as stage:
        sketch_regions(sites, stage)
        folders = {"notebooks": notebooks, **folders_of(stage)}
        if not isinstance(sites.raw, Location):
            folders["raw"] = found["raw"]
        yield Places(folders, sites, stage)


def _project_notebooks() -> Path | None:
    """The notebooks of the project that the command was called in, if it was in one."""
    from asn_research.ingest.store import find_project

    try:
        inside = find_project() / "notebooks"
    except RegionError:
        return None
    return inside if holds_products(inside) else None


@contextlib.contextmanager
def _tell_of_new_key() -> Iterator[None]:
    """Say at the end where the key lies, where there was none at the beginning, and to keep a copy of it."""
    from asn_research.ingest.people.key import find_key

    before = find_key().is_there  # asked now: at the end it is another answer
    try:
        yield
    finally:
        place = find_key()
        if not before and place.is_there:
            tell(say("key_made", place=place), err=True)
