"""What runs have seen of each report and when: the one file beside reports that a clock may enter.

A report bears no time of its making, so that the same inputs give the same bytes. ``state.json`` in the
folder of reports holds what a monitor wants to know; it can be deleted, and is then known to nobody.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from asn_research.errors import Problem
from asn_research.ingest.storage import write_files
from asn_research.reports.publications.freshness import index_inputs, is_index_fresh
from asn_research.reports.publications.provenance import Digest, digest_file
from asn_research.reports.publications.published import STATE

KEPT: Final = Problem(
    "page_kept",
    "this page is of an earlier run: the last one could neither make the report nor replace the page.",
    remedy="Make sure that the place of this report can be written to, and run again.",
)
"""Of a report that failed where no stub could be put in the place of its old page."""
RUN: Final = "run"
"""Stands where records name a report, for the run as a whole."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """A report as the last run left it.

    ``state`` is that of its manifest; ``confirmed`` the time (UTC) at which a run last made it or found it
    fresh; ``told`` the state that was last told to those who want notice.
    """

    state: str
    confirmed: str | None = None
    told: str = ""

    @property
    def well(self) -> bool:
        """Whether there is nothing to be told."""
        return self.state == "made"


@dataclass(frozen=True, kw_only=True)
class History:
    """Records by report (``region/period``), and what the index was made from."""

    reports: Mapping[str, Record] = field(default_factory=dict)
    index: Mapping[str, Any] = field(default_factory=dict)


def read_history(folder: Path) -> History:
    """The history of a folder of reports; empty where there is none that can be read."""
    try:
        record = json.loads((folder / STATE).read_text(encoding="utf-8"))
        reports = {str(name): _read_record(fields) for name, fields in record["reports"].items()}
        return History(reports=reports, index=dict(record["index"]))
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return History()


def _read_record(fields: Mapping[str, Any]) -> Record:
    """A record; one whose time nobody can read was never confirmed."""
    record = Record(**fields)
    try:
        known = record.confirmed is None or datetime.datetime.fromisoformat(record.confirmed).tzinfo
    except (ValueError, TypeError):
        known = None
    return record if known else replace(record, confirmed=None)


def write_history(folder: Path, history: History) -> None:
    """Keep a history in a folder of reports."""
    text = json.dumps(asdict(history), indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    write_files(folder, {STATE: text.encode()})


def note_states(history: History, states: Iterable[tuple[str, str]], *, now: datetime.datetime) -> History:
    """The history after a run.

    Parameters
    ----------
    history
        What was known before.
    states
        Name and state of every report that the run made or found fresh.
    now
        The time of the run, with its zone.
    """
    reports = dict(history.reports)
    stamp = now.astimezone(datetime.UTC).isoformat(timespec="seconds")
    for name, state in states:
        known = reports.get(name, Record(state=state))
        confirmed = known.confirmed if state == "failed" else stamp
        reports[name] = replace(known, state=state, confirmed=confirmed)
    return replace(history, reports=reports)


def is_overdue(record: Record | None, *, now: datetime.datetime, max_age: datetime.timedelta) -> bool:
    """Whether no run has confirmed a report within an age; a report that none ever confirmed is overdue."""
    if record is None or record.confirmed is None:
        return True
    return now - datetime.datetime.fromisoformat(record.confirmed) > max_age


def find_overdue(
    history: History, *, now: datetime.datetime, max_age: datetime.timedelta | None
) -> tuple[str, ...]:
    """Reports of regions, by name, that no run has confirmed within an age."""
    if max_age is None:
        return ()
    known = ((name, record) for name, record in history.reports.items() if "/" in name)
    return tuple(sorted(name for name, record in known if is_overdue(record, now=now, max_age=max_age)))


def find_failed(history: History) -> tuple[str, ...]:
    """Reports of regions, by name, that the last run which tried could not make."""
    return tuple(sorted(n for n, record in history.reports.items() if "/" in n and record.state == "failed"))


def renew_index(
    folder: Path, history: History, *, overdue: Sequence[str] = (), digest: Digest = digest_file
) -> History:
    """Write the index where anything it shows has changed, and note from what it was made."""
    failed = find_failed(history)
    inputs = index_inputs(folder, overdue, failed=failed, digest=digest)
    if is_index_fresh(folder, history.index, inputs, digest=digest):
        return history
    from asn_research.reports.runs.site import write_index

    return replace(
        history, index={"inputs": inputs, "pages": write_index(folder, overdue=overdue, failed=failed)}
    )
