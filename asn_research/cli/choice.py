"""Which folders, regions and periods a command is about."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from asn_research.cli.console import say
from asn_research.errors import AsnResearchError, LocationError, Problem, RegionError

_ADDRESS: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")


def find_folders(raw: Path | None, processed: Path | None, reports: Path | None) -> dict[str, Path]:
    """The folders of a run: those given, else those of the project.

    Raises
    ------
    LocationError
        If one is an address, which this command does not read.
    RegionError
        If one was not given and there is no project.
    """
    if any(path is not None and _ADDRESS.match(path.as_posix()) for path in (raw, processed, reports)):
        message = "this command reads folders of this machine, not addresses."
        remedy = "Copy the folder here."
        raise LocationError(Problem("url_here", message, remedy=remedy))
    beside = Path(__file__).parents[2]
    if raw and processed and reports is not None:
        project = beside
    else:
        from asn_research.ingest.store import find_project

        project = find_project()
    inside = project / "notebooks"
    return {
        "raw": raw or project / "data" / "raw",
        "processed": processed or project / "data" / "processed",
        "reports": project / "reports" if reports is None else reports,
        "notebooks": inside if holds_products(inside) else beside / "notebooks",
    }


def holds_products(folder: Path) -> bool:
    """Whether these are the notebooks that reports are made of, not only somebody's own."""
    return (folder / "region_report.ipynb").is_file()


def choose(
    raw: Path,
    wanted: Sequence[str],
    period: str | None,
    *,
    reports: Path | None = None,
    place: str | None = None,
) -> list[tuple[str, str]]:
    """The regions and periods asked for; told before anything heavy is loaded.

    A region whose folder cannot be read keeps its place: whoever takes it in says so, and no other region
    waits for it. Its periods are then those of its published ``reports``. ``place`` is how people
    know ``raw``.

    Raises
    ------
    RegionError
        If a region or period is not there, naming the nearest, or ``raw`` is itself the folder of a region.
    """
    from asn_research.contract.region import list_regions

    known = list_regions(raw)
    _refuse_region(raw, known, Path(place or raw))
    problems = [_unknown("region", name, known) for name in wanted if name not in known]
    chosen: list[tuple[str, str]] = []
    seen: set[str] = set()
    for region in dict.fromkeys(wanted) if wanted else known:
        if region not in known:
            continue
        periods = _periods(raw / region)
        if periods is None:
            periods = (_periods(reports / region) if reports is not None else None) or ()
            chosen += [(region, name) for name in ([period] if period else periods or ("",))]
            continue
        seen |= set(periods)
        if period is None:
            chosen += [(region, name) for name in periods or ("",)]
        elif period in periods:
            chosen.append((region, period))
        elif wanted:
            problems.append(_unknown("period", period, periods))
    if period is not None and not chosen and not problems:
        problems.append(_unknown("period", period, sorted(seen)))
    if not known and not problems:
        problems.append(Problem("cli", say("no_region", path=place or raw)))
    if problems:
        raise AsnResearchError(problems)
    return chosen


def _refuse_region(raw: Path, known: Sequence[str], place: Path) -> None:
    """Stop where the folders are periods of one region: a declaration lies beside them, in none of them."""
    from asn_research.contract.region import REGION_FILE

    if not (raw / REGION_FILE).is_file():
        return
    if any(os.access(raw / name / REGION_FILE, os.F_OK) for name in known):
        return
    above = place / ".." if place.name in ("", "..") else place.parent
    problem = Problem(
        "cli_region_folder", say("region_folder", path=place), remedy=say("name_above", path=above)
    )
    raise RegionError(problem)


def _periods(folder: Path) -> tuple[str, ...] | None:
    """The period folders of a region, whether or not region.toml declares them: intake judges that.

    None where the folder cannot be read.
    """
    try:
        found = [path.name for path in folder.iterdir() if path.is_dir()]
    except OSError:
        return None
    return tuple(sorted(name for name in found if not name.startswith((".", "_"))))


def _unknown(kind: str, name: str, known: Sequence[str]) -> Problem:
    from asn_research.contract.vocabulary import nearest

    hint = nearest(name, known)
    remedy = say("did_you_mean", name=hint) if hint else say("known", names=", ".join(known) or "–")
    return Problem(f"cli_unknown_{kind}", say(f"unknown_{kind}", name=name), remedy=remedy)
