"""A published report made again from the same inputs, and compared: every file by byte, every number."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from asn_research.contract.region import ACROSS
from asn_research.errors import Place, Problem, ReportError
from asn_research.ingest.storage import scratch_prefix
from asn_research.reports.publications.freshness import (
    across_inputs,
    hash_past,
    list_changes,
    region_inputs,
)
from asn_research.reports.publications.manifest import MANIFEST, Manifest, read_manifest
from asn_research.reports.publications.published import FINDINGS, RELEASES, list_published

if TYPE_CHECKING:
    from asn_research.reports.runs.order import Order

_KEYS: Final = ("question", "outcome", "term")
_LENT: Final = (MANIFEST, FINDINGS, RELEASES)
"""Findings, what vouches for them, and what was published before, which decides what may be told."""


@dataclass(frozen=True, kw_only=True)
class NumberChange:
    """A value of findings.json that came out differently: where, as published, and as made again."""

    question: str
    place: str
    field: str
    published: Any
    remade: Any


@dataclass(frozen=True, kw_only=True)
class Verification:
    """What came out of ``total`` files and ``compared`` values of findings.json.

    ``files`` are names of files whose bytes differ, that are missing or too many; ``numbers`` the values that
    differ; ``changed`` is what the report depends on and has changed since it was published.
    """

    region: str
    period: str
    files: tuple[str, ...]
    numbers: tuple[NumberChange, ...]
    compared: int
    total: int
    changed: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether the report came out as it was published, byte by byte."""
        return not self.files and not self.numbers


def read_published(folder: Path) -> tuple[Manifest, Path]:
    """The manifest of a report folder, and the folder of reports that it belongs to.

    Raises
    ------
    ReportError
        If it is no report folder, or holds the report of another region or period.
    """
    folder = folder.resolve()
    manifest = read_manifest(folder)
    if manifest is None:
        message = "this is no folder of a report: it has no manifest.json that can be read."
        remedy = "Name a folder such as reports/kalianda/2025 or reports/cross_region."
        raise ReportError(Problem("no_report", message, Place(str(folder)), remedy))
    if manifest.region == ACROSS and folder.name == ACROSS:
        return manifest, folder.parent
    if (manifest.region, manifest.period) != (folder.parent.name, folder.name):
        fields = {"found": f"{manifest.region} {manifest.period}"}
        message = f"this folder holds the report of {fields['found']}."
        raise ReportError(Problem("report_foreign", message, Place(str(folder)), fields=fields))
    return manifest, folder.parent.parent


def verify_report(folder: Path, order: Order) -> Verification:
    """Make a report again in a temporary folder and compare it with what is published.

    Parameters
    ----------
    folder
        The folder of the report; it is only read.
    order
        Where raw files and notebooks are; its other folders and its languages are not used.

    Raises
    ------
    ReportError
        If the folder is no report's.
    """
    manifest, reports = read_published(folder)
    with tempfile.TemporaryDirectory(prefix=scratch_prefix()) as name:
        scratch = Path(name)
        again = replace(
            order,
            processed=scratch / "processed",
            reports=scratch / "reports",
            raw_given=str(order.raw),
            processed_given=str(scratch / "processed"),
            reports_given=str(scratch / "reports"),
            languages=manifest.languages,
            pdf=bool(manifest.pdf),
            jobs=1,
            force=True,
        )
        made = _make(manifest, again, reports)
        remade, published = _read_files(made), _read_files(folder)
        inputs = _inputs(manifest, again)
    numbers = tuple(_compare_numbers(published.get(FINDINGS), remade.get(FINDINGS)))
    return Verification(
        region=manifest.region,
        period=manifest.period,
        files=tuple(_compare_files(published, remade)),
        numbers=numbers,
        total=len(published.keys() | remade.keys()),
        compared=sum(len(record) for record in _records(published.get(FINDINGS))),
        changed=list_changes(manifest.inputs, inputs) if manifest.inputs else (),
    )


def _make(manifest: Manifest, order: Order, reports: Path) -> Path:
    """Make the report by the way of every run; the folder it was made in."""
    from asn_research.reports.runs.batch import make_reports
    from asn_research.reports.runs.order import Task

    if manifest.region == ACROSS:
        from asn_research.reports.cross_region_report import make_cross_region_report

        for published in list_published(reports):
            _lend(published.path.parent, order.reports, reports)
        make_cross_region_report(order)
        return order.reports / ACROSS
    if before := _before(manifest, order, reports):
        _lend(before, order.reports, reports)
    own = reports / manifest.region / manifest.period
    _lend(own, order.reports, reports, names=(RELEASES,))
    for _ in make_reports(order, [Task(manifest.region, manifest.period)]):
        pass
    return order.reports / manifest.region / manifest.period


def _before(manifest: Manifest, order: Order, reports: Path) -> Path | None:
    past = hash_past(order.raw, reports, region=manifest.region, period=manifest.period)
    return reports / manifest.region / past["period"] if past else None


def _lend(folder: Path, reports: Path, home: Path, *, names: Sequence[str] = _LENT) -> None:
    """Copy what a report builds on: of another its findings, of itself what was published before."""
    there = reports / folder.resolve().relative_to(home)
    there.mkdir(parents=True, exist_ok=True)
    for name in names:
        if (folder / name).is_file():
            shutil.copyfile(folder / name, there / name)


def _inputs(manifest: Manifest, order: Order) -> dict[str, Any]:
    from asn_research.reports.runs.order import Task

    if manifest.region == ACROSS:
        return across_inputs(order, list_published(order.reports))
    return region_inputs(order, Task(manifest.region, manifest.period))


def _read_files(folder: Path) -> dict[str, bytes]:
    return {
        path.name: path.read_bytes()
        for path in sorted(folder.iterdir())
        if path.is_file() and not path.name.startswith(".")
    }


def _compare_files(published: Mapping[str, bytes], remade: Mapping[str, bytes]) -> Iterator[str]:
    for name in sorted(published.keys() | remade.keys()):
        pair = published.get(name), remade.get(name)
        if pair[0] != pair[1] and not (name == MANIFEST and _same_but_inputs(*pair)):
            yield name


def _same_but_inputs(published: bytes | None, remade: bytes | None) -> bool:
    """Inputs that changed are told apart; a manifest otherwise differs where its report does."""
    known = [json.loads(text or b"{}") for text in (published, remade)]
    for record in known:
        for part in ("inputs", "outputs"):
            record.pop(part, None)
    return bool(known[0] == known[1])


def _records(text: bytes | None) -> list[dict[str, Any]]:
    try:
        return list(json.loads(text or b"[]"))
    except ValueError:
        return []


def _compare_numbers(published: bytes | None, remade: bytes | None) -> Iterator[NumberChange]:
    """Records are of the same place when question, outcome, term and their turn among such are the same."""
    before, after = _by_place(_records(published)), _by_place(_records(remade))
    for place in sorted(before.keys() | after.keys(), key=str):
        old, new = before.get(place, {}), after.get(place, {})
        for field in sorted(old.keys() | new.keys()):
            if old.get(field) != new.get(field) or (field in old) != (field in new):
                yield NumberChange(
                    question=str(place[0]),
                    place=" ".join(str(part) for part in place[1:-1] if part is not None),
                    field=field,
                    published=old.get(field),
                    remade=new.get(field),
                )


def _by_place(records: list[dict[str, Any]]) -> dict[tuple[Any, ...], dict[str, Any]]:
    turns: dict[tuple[Any, ...], int] = {}
    placed = {}
    for record in records:
        key = tuple(record.get(name) for name in _KEYS)
        turns[key] = turns.get(key, 0) + 1
        placed[(*key, turns[key])] = record
    return placed
