"""One region of several that a command looks at: what goes wrong with it costs no other region anything."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from asn_research.cli.console import print_problems, say, tell
from asn_research.cli.place import Places
from asn_research.errors import AsnResearchError, FullDiskError, Problem

Made = TypeVar("Made")


def attempt(places: Places, region: str, period: str, call: Callable[[], Made]) -> Made | None:
    """What a call returns; None where it failed, which is told with the region, the place and the remedy.

    Raises
    ------
    FullDiskError
        If a disk is full, which no other region would survive either.
    """
    from asn_research.reports.processes.defect import FILE, Witness
    from asn_research.reports.processes.obstacle import explain

    folders = {name: folder for name, folder in places.folders.items() if name != "notebooks"}
    problems: tuple[Problem, ...] = ()
    try:
        with Witness() as witness:
            try:
                return call()
            except OSError as error:
                problem = explain(error, folders)
                if problem is None:
                    raise
                problems = (problem,)
    except FullDiskError:
        raise
    except AsnResearchError as error:
        problems = error.problems
    if witness.defect is not None:
        witness.defect.tell()
        kept = witness.defect.keep(folders["processed"] / region / period)
        problems = (witness.defect.problem(f"processed/{region}/{period}/{FILE}" if kept else ""),)
    tell(say("failed", report=f"{region} {period}".strip()), err=True)
    print_problems(problems)
    return None
