"""How every report stands: whether it follows from what it was made of, and when a run last saw that."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from asn_research.contract.region import ACROSS
from asn_research.reports.freshness import across_inputs, list_changes, region_inputs
from asn_research.reports.history import History, is_overdue
from asn_research.reports.manifest import Manifest, read_manifest
from asn_research.reports.published import list_published

if TYPE_CHECKING:
    from asn_research.reports.order import Order, Task

Standing = Literal["fresh", "stale", "failed", "missing"]


@dataclass(frozen=True, kw_only=True)
class Status:
    """One report.

    ``standing`` is ``fresh``, ``stale`` (``changed`` says why), ``failed`` (a stub stands in its place) or
    ``missing``. ``confirmed`` is the time (UTC) at which a run last made it or found it fresh.
    """

    region: str
    period: str
    standing: Standing
    changed: tuple[str, ...] = ()
    confirmed: str | None = None
    overdue: bool = False

    def as_record(self) -> dict[str, Any]:
        """For a monitor, as JSON."""
        return {
            "region": self.region,
            "period": self.period,
            "status": self.standing,
            "overdue": self.overdue,
            "confirmed": self.confirmed,
            "changed": list(self.changed),
        }


def read_statuses(
    order: Order,
    tasks: Iterable[Task],
    history: History,
    *,
    now: datetime.datetime,
    max_age: datetime.timedelta | None = None,
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
    """

    def judge(region: str, period: str, folder: Path, inputs: dict[str, Any] | None) -> Status:
        record = history.reports.get(f"{region}/{period}" if period else region)
        manifest = read_manifest(folder)
        standing, changed = _judge(manifest, inputs, folder)
        return Status(
            region=region,
            period=period,
            standing=standing,
            changed=changed,
            confirmed=record.confirmed if record else None,
            overdue=max_age is not None and is_overdue(record, now=now, max_age=max_age),
        )

    statuses = []
    for task in tasks:
        folder = order.reports / task.region / task.period
        statuses.append(judge(task.region, task.period, folder, region_inputs(order, task)))
    across = order.reports / ACROSS
    if across.is_dir():
        inputs = across_inputs(order, list_published(order.reports))
        statuses.append(judge(ACROSS, "", across, inputs))
    return statuses


def _judge(
    manifest: Manifest | None, inputs: dict[str, Any] | None, folder: Path
) -> tuple[Standing, tuple[str, ...]]:
    if manifest is None:
        return "missing", ()
    if manifest.state == "failed":
        return "failed", ()
    if inputs is None or not manifest.is_fresh(inputs, manifest.languages, folder):
        return "stale", list_changes(manifest.inputs, inputs or {}) or ("files",)
    return "fresh", ()


def overdue_names(statuses: Sequence[Status]) -> tuple[str, ...]:
    """Names of overdue reports as the index knows them."""
    return tuple(f"{status.region}/{status.period}" for status in statuses if status.overdue)
