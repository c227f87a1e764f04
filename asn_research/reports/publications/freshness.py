"""Whether published reports still follow from what they were made of, by content and never by dates.

What counts: the bytes of the raw files and of region.toml, the notebooks, the code (see
:func:`asn_research.reports.publications.provenance.code_digest`), Python and the packages, what the last
period published, the languages asked for. What does not: folders, limits, the number of processes, clocks.

Every function reads and hashes what it compares, unless it is given a ``digest`` that remembers
(:mod:`asn_research.reports.runs.memory`): that is for the question whether there is anything to do, and for
nothing that is published. This module loads no data frames, so that a run with nothing to do is over soon.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from asn_research.contract.region import ACROSS, REGION_FILE
from asn_research.reports.publications import provenance
from asn_research.reports.publications.inner import inner_regions
from asn_research.reports.publications.manifest import Manifest, hash_inputs, read_manifest
from asn_research.reports.publications.provenance import Digest, digest_file
from asn_research.reports.publications.published import (
    LEAST_REGIONS,
    PublishedFindings,
    find_published,
    list_published,
)

if TYPE_CHECKING:
    from asn_research.reports.runs.order import Order, Task

NOTEBOOKS: Final = ("region_report.ipynb", "data_quality.ipynb")
ACROSS_NOTEBOOK: Final = "cross_region_report.ipynb"


def region_inputs(order: Order, task: Task, *, digest: Digest = digest_file) -> dict[str, Any]:
    """Hashes of everything that the report of a region and period depends on."""
    notebooks = [order.notebooks / name for name in NOTEBOOKS]
    past: dict[str, Any] = {}
    if task.period:
        past = hash_past(order.raw, order.reports, region=task.region, period=task.period, digest=digest)
    known = hash_inputs(order.raw, task.region, task.period, notebooks, digest=digest) | {"past": past}
    inner = _hash_inner(order.raw, task, digest)
    return known | {"inner": inner} if inner else known


def _hash_inner(raw: Path, task: Task, digest: Digest) -> dict[str, Any]:
    """Hashes of the regions that lie within this one; empty for most."""
    return {
        name: [
            provenance.digest_files(raw / name / task.period, digest=digest),
            digest(raw / name / REGION_FILE),
        ]
        for name in inner_regions(raw, task.region)
        if (raw / name / REGION_FILE).is_file()
    }


def find_fresh(
    order: Order, tasks: Sequence[Task], *, digest: Digest = digest_file
) -> Iterator[tuple[Task, Manifest | None]]:
    """Tasks in their order with the manifest of their report where it is fresh, else None."""
    if order.force:
        yield from ((task, None) for task in tasks)
        return
    pool = ThreadPoolExecutor(os.cpu_count() or 1)  # hashing leaves Python's lock
    try:
        found = pool.map(lambda task: read_fresh(order, task, digest=digest), tasks)
        yield from zip(tasks, found, strict=True)
    finally:
        pool.shutdown(cancel_futures=True)  # a run that is stopped waits for no file it has not begun


def read_fresh(order: Order, task: Task, *, digest: Digest = digest_file) -> Manifest | None:
    """The manifest of a fresh report; what cannot be read is none, and told by who tries to make it."""
    folder = order.reports / task.region / task.period
    manifest = read_manifest(folder)
    if manifest is None or manifest.state == "failed":
        return None
    try:
        inputs = region_inputs(order, task, digest=digest)
        return manifest if is_fresh(order, manifest, inputs, folder, digest=digest) else None
    except OSError:
        return None


def across_inputs(
    order: Order, published: Sequence[PublishedFindings], *, digest: Digest = digest_file
) -> dict[str, Any]:
    """Hashes of everything that the report across regions depends on: findings, and what is said of them."""
    notebook = order.notebooks / ACROSS_NOTEBOOK
    return {
        "findings": {f"{p.manifest.region}/{p.manifest.period}": p.digest for p in published},
        "regions": {
            p.manifest.region: [
                p.manifest.name, p.manifest.grade, p.manifest.data_until, p.manifest.synthetic,
            ]
            for p in published
        },
        "notebooks": {notebook.name: digest(notebook)},
        "code": provenance.code_digest(),
        "packages": dict(provenance.environment()),
    }  # fmt: skip


def find_fresh_across(order: Order, *, digest: Digest = digest_file) -> Manifest | None:
    """The manifest of the report across regions where it is fresh, else None."""
    folder = order.reports / ACROSS
    manifest = None if order.force else read_manifest(folder)
    if manifest is None:
        return None
    inputs = across_inputs(order, list_published(order.reports, digest=digest), digest=digest)
    return manifest if is_fresh(order, manifest, inputs, folder, digest=digest) else None


def is_fresh(
    order: Order,
    manifest: Manifest,
    inputs: Mapping[str, Any],
    folder: Path,
    *,
    digest: Digest = digest_file,
) -> bool:
    """Whether a published report is what an order asks for, of exactly these inputs."""
    pdf = provenance.pdf_version() if order.pdf else ""
    return manifest.is_fresh(inputs, order.languages, folder, pdf=pdf, digest=digest)


def list_changes(known: Mapping[str, Any], inputs: Mapping[str, Any]) -> tuple[str, ...]:
    """What has changed between two sets of inputs, such as ``raw: 2025/nilai.csv`` or ``packages: pandas``.

    >>> list_changes({"code": "a", "raw": {"x": "1"}}, {"code": "b", "raw": {"x": "1", "y": "2"}})
    ('code', 'raw: y')
    """
    changes: list[str] = []
    for part in sorted(known.keys() | inputs.keys()):
        before, now = known.get(part), inputs.get(part)
        if isinstance(before, Mapping) and isinstance(now, Mapping) and part != "past":
            names = sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))
            changes += [f"{part}: {name}" for name in names]
        elif before != now:
            changes.append(part)
    return tuple(changes)


def index_inputs(
    reports: Path, overdue: Sequence[str], *, failed: Sequence[str] = (), digest: Digest = digest_file
) -> str:
    """One hash of everything that the index depends on: all manifests, the code, banner and last failures."""
    paths = sorted([*reports.glob("*/*/manifest.json"), *reports.glob(f"{ACROSS}/manifest.json")])
    manifests = [(path.relative_to(reports).as_posix(), digest(path)) for path in paths]
    return provenance.digest_json([provenance.package_digest(), manifests, list(overdue), list(failed)])


def is_index_fresh(
    reports: Path, known: Mapping[str, Any], inputs: str, *, digest: Digest = digest_file
) -> bool:
    """Whether the pages of the index are as they were written, from just these inputs."""
    pages = known.get("pages", {})
    return (
        known.get("inputs") == inputs
        and bool(pages)
        and all(
            (reports / name).is_file() and digest(reports / name) == written
            for name, written in pages.items()
        )
    )


def is_across_possible(order: Order, *, digest: Digest = digest_file) -> bool:
    """Whether there are enough findings for a report across regions, or an earlier one to take back."""
    enough = len(list_published(order.reports, digest=digest)) >= LEAST_REGIONS
    return enough or read_manifest(order.reports / ACROSS) is not None


def last_period(periods: Sequence[str], period: str) -> str | None:
    """The period before a period; None for the first.

    >>> last_period(["2025", "2023", "2024"], "2025")
    '2024'
    """
    return max((name for name in periods if name < period), default=None)


def hash_past(
    raw: Path, reports: Path, *, region: str, period: str, digest: Digest = digest_file
) -> dict[str, Any]:
    """Hashes of everything about the last period that a report depends on; empty for a first period."""
    folder = raw / region
    names = [path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith((".", "_"))]
    before = last_period(names, period)
    if before is None:
        return {}
    published = find_published(reports / region / before, digest=digest)
    known = published and [published.digest, published.manifest.inputs["code"], rules_of(published)]
    return {
        "period": before,
        "raw": provenance.digest_files(folder / before, digest=digest),
        "published": known,
    }


def rules_of(published: PublishedFindings) -> str:
    """The digest of the region.toml that a report was made by."""
    return str(published.manifest.inputs.get("raw", {}).get(REGION_FILE, ""))
