"""How every report stands: whether it follows from what it was made of, and when a run last saw that."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from asn_research.contract.region import ACROSS
from asn_research.errors import Problem
from asn_research.reports.processes.defect import FILE as ACCOUNT
from asn_research.reports.processes.obstacle import explain
from asn_research.reports.publications.freshness import across_inputs, list_changes, region_inputs
from asn_research.reports.publications.manifest import Manifest, read_manifest
from asn_research.reports.publications.provenance import Digest, digest_file
from asn_research.reports.publications.published import list_published
from asn_research.reports.runs.history import KEPT, History, is_overdue

if TYPE_CHECKING:
    from asn_research.reports.runs.order import Order, Task

Standing = Literal["fresh", "stale", "failed", "missing", "unreadable"]


@dataclass(frozen=True, kw_only=True)
class Status:
    """One report.

    ``standing`` is ``fresh``, ``stale`` (``changed`` says why), ``failed`` (a stub stands in its place, or an
    old page that could not be replaced),
    ``missing`` or ``unreadable``; of those that failed or cannot be read ``problems`` say why. ``confirmed``
    is the time (UTC) at which a run last made it or found it fresh. ``account`` is the file that tells of a
    defect of the program, where one kept it from being made.
    """

    region: str
    period: str
    standing: Standing
    changed: tuple[str, ...] = ()
    confirmed: str | None = None
    overdue: bool = False
    problems: tuple[Problem, ...] = ()
    account: Path | None = None

    def as_record(self) -> dict[str, Any]:
        """For a monitor, as JSON."""
        return {
            "region": self.region,
            "period": self.period,
            "status": self.standing,
            "overdue": self.overdue,
            "confirmed": self.confirmed,
            "changed": list(self.changed),
            "problems": [problem.code for problem in self.problems],
            "account": None if self.account is None else str(self.account),
        }


def read_statuses(
    order: Order,
    tasks: Iterable[Task],
    history: History,
    *,
    now: datetime.datetime,
    max_age: datetime.timedelta | None = None,
    digest: Digest = digest_file,
) -> list[Status]:
    """How the reports of some regions and periods stand, and the one across regions where there is one.

    Parameters
    ----------
    order
        Folders; the languages are those that each report was made in.
    tasks
        Regions and periods that have raw files.
    history
        What runs have seen.
    now
        The time, with its zone.
    max_age
        Age from which a report that no run has confirmed is overdue (None: none is).
    digest
        Gives the SHA-256 of a file.
    """

    def judge(region: str, period: str, find_inputs: Callable[[], dict[str, Any]]) -> Status:
        record = history.reports.get(f"{region}/{period}" if period else region)
        folder = order.reports / region / period
        problems: tuple[Problem, ...] = ()
        try:
            manifest = read_manifest(folder)
            standing, changed = _judge(manifest, find_inputs(), folder, digest)
            if manifest is not None and standing == "failed":
                problems = manifest.problems
            elif standing == "stale" and record is not None and record.state == "failed":
                standing, changed, problems = "failed", (), (KEPT,)
        except OSError as error:
            problem = explain(error, order.folders)
            if problem is None:
                raise
            standing, changed, problems = "unreadable", (), (problem,)
        return Status(
            region=region,
            period=period,
            standing=standing,
            changed=changed,
            confirmed=record.confirmed if record else None,
            overdue=max_age is not None and is_overdue(record, now=now, max_age=max_age),
            problems=problems,
            account=_find_account(order.processed / region / period) if standing == "failed" else None,
        )

    statuses = [
        judge(task.region, task.period, partial(region_inputs, order, task, digest=digest)) for task in tasks
    ]
    if (order.reports / ACROSS).is_dir():
        statuses.append(judge(ACROSS, "", partial(_inputs_across, order, digest)))
    return statuses


def _inputs_across(order: Order, digest: Digest) -> dict[str, Any]:
    return across_inputs(order, list_published(order.reports, digest=digest), digest=digest)


def _judge(
    manifest: Manifest | None, inputs: dict[str, Any], folder: Path, digest: Digest
) -> tuple[Standing, tuple[str, ...]]:
    if manifest is None:
        return "missing", ()
    if manifest.state == "failed":
        return "failed", ()
    if not manifest.is_fresh(inputs, manifest.languages, folder, digest=digest):
        return "stale", list_changes(manifest.inputs, inputs) or ("files",)
    return "fresh", ()


def _find_account(folder: Path) -> Path | None:
    path = folder / ACCOUNT
    return path if os.access(path, os.F_OK) else None


def overdue_names(statuses: Sequence[Status]) -> tuple[str, ...]:
    """Names of overdue reports as the index knows them."""
    return tuple(f"{status.region}/{status.period}" for status in statuses if status.overdue)
