"""Reports of regions whose data lie at URLs: fetched, made in a stage, delivered whole."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from asn_research.contract.region import ACROSS
from asn_research.errors import AsnResearchError, LocationError, Problem
from asn_research.reports.processes.defect import FILE as ACCOUNT
from asn_research.reports.processes.obstacle import explain
from asn_research.reports.publications.inner import inner_of, inner_regions, seen_within
from asn_research.reports.publications.manifest import MANIFEST, PDF_NAMES, Manifest, parse_manifest
from asn_research.reports.publications.provenance import digest_file, pdf_version
from asn_research.reports.publications.published import FINDINGS, RELEASES, STATE
from asn_research.reports.runs.location import Location
from asn_research.reports.runs.stage import Sites, folders_of, open_stage

if TYPE_CHECKING:
    from asn_research.ingest.store import RegionData
    from asn_research.reports.processes.defect import Defect
    from asn_research.reports.runs.order import Order, Outcome, Task

RECEIPT: Final = "delivery.json"
_KEPT: Final = (MANIFEST, FINDINGS, RELEASES)


def find_fresh_away(order: Order, tasks: Sequence[Task]) -> Iterator[tuple[Task, Manifest | None]]:
    """Tasks in their order with the manifest of their report where it is fresh, as far as listings can tell.

    A report is fresh without a download when the stores' own identities of all raw files, of what the region
    published before and of the delivered files are those of its last delivery, and code, notebooks and
    packages are those of its manifest. Whatever cannot be told so is fetched and compared by content.
    """
    sites = _sites(order)
    if order.force or not (isinstance(sites.reports, Location) and isinstance(sites.processed, Location)):
        yield from ((task, None) for task in tasks)
        return
    places = [f"{task.region}/{task.period}" for task in tasks]
    regions = {task.region for task in tasks}
    inside = regions.pop() if len(regions) == 1 else ""
    reports, clean = sites.reports.list_files(inside), sites.processed.list_files(inside)
    receipts = _read_known(sites.processed, [f"{place}/{RECEIPT}" for place in places], clean)
    manifests = _read_known(sites.reports, [f"{place}/{MANIFEST}" for place in places], reports)
    raw = sites.raw.list_files(inside) if isinstance(sites.raw, Location) else None
    for task, place in zip(tasks, places, strict=True):
        receipt, text = receipts.get(f"{place}/{RECEIPT}"), manifests.get(f"{place}/{MANIFEST}")
        if receipt is None or text is None or raw is None or not isinstance(sites.raw, Location):
            yield task, None
            continue
        last = _read_json(receipt)
        inner = inner_of(last)
        beyond = {} if not inside else {n: t for name in inner for n, t in sites.raw.list_files(name).items()}
        seen = _seen({**raw, **beyond}, reports, task, inner=inner)
        known = last == {"seen": seen, "delivered": _below(reports, place)}
        yield task, _as_fresh(order, task, text) if known and _identified(seen, reports, place) else None


def make_report_away(order: Order, task: Task) -> Outcome:
    """Fetch a region, make its report of a period where it is not fresh, and deliver what was made.

    A store that fails midway ends in an outcome that says so; what was published before stays as it was.
    """
    from asn_research.reports.runs.order import Outcome
    from asn_research.reports.runs.production import failed_manifest, make_report_here

    sites = _sites(order)
    try:
        with open_stage(sites) as stage:
            local = _at(order, stage)
            seen = _fetch_region(sites, stage, task, force=order.force)
            before = _digests(sites, stage, task)
            fresh = _find_fresh(local, task)
            outcome = Outcome(task, fresh, fresh=True) if fresh else make_report_here(local, task)
            if outcome.fresh:
                _drop_strays(stage / "reports" / task.region / task.period, outcome.manifest)
            order.check_standing()
            _deliver(sites, stage, task, before=before)
            if outcome.manifest.state != "failed":
                _leave_receipt(sites, task, seen)
            return outcome
    except LocationError as error:
        return Outcome(task, failed_manifest(order, task, error.problems))
    except OSError as error:
        problem = explain(error, {})
        if problem is None:
            raise
        return Outcome(task, failed_manifest(order, task, (problem,)))


def fail_away(
    order: Order, task: Task, problems: tuple[Problem, ...], defect: Defect | None = None
) -> Outcome:
    """Deliver stub pages in place of a report; clean tables and the ledger of releases stay as they are."""
    from asn_research.reports.runs.order import Outcome
    from asn_research.reports.runs.production import NAMES, fail_here, failed_manifest

    sites = _sites(order)
    try:
        with open_stage(sites) as stage:
            outcome = fail_here(_at(order, stage), task, problems, defect)
            _deliver(sites, stage, task, before={}, stale=frozenset((*NAMES, *PDF_NAMES)))
            return outcome
    except LocationError as error:
        return Outcome(task, failed_manifest(order, task, (*problems, *error.problems)))


def take_in_away(sites: Sites, *, region: str, period: str) -> RegionData:
    """Fetch a region, open its clean tables, and deliver them where they were made anew.

    Raises
    ------
    AsnResearchError
        As :func:`asn_research.ingest.store.open_region`, and if a store fails.
    """
    from asn_research.ingest.store import open_region
    from asn_research.reports.runs.order import Task

    task = Task(region, period)
    alone = replace(sites, reports=None)
    with open_stage(alone) as stage:
        _fetch_region(alone, stage, task, force=False)
        before = _digests(alone, stage, task)
        folders = folders_of(stage)
        data = open_region(
            task.region, period=task.period, raw=folders["raw"], processed=folders["processed"]
        )
        _deliver(alone, stage, task, before=before)
    return data


def collect_published(sites: Sites, stage: Path) -> None:
    """Fetch what index and report across regions are made from: manifests and findings of regions, no data.

    Raises
    ------
    LocationError
        If the reports cannot be read.
    """
    if isinstance(sites.reports, Location):
        _fetch(sites.reports, filter(_is_shared_or_kept, sites.reports.list_files()), stage / "reports")


def collect_regions(sites: Sites, stage: Path, regions: Iterable[str]) -> None:
    """Fetch what tells how the reports of some regions stand: their raw files and all that is published.

    Raises
    ------
    LocationError
        If raw data or reports cannot be read.
    """
    for region in sorted(set(regions)):
        for part, site in (("data/raw", sites.raw), ("reports", sites.reports)):
            if isinstance(site, Location):
                _fetch(site, site.list_files(region), stage / part)


def deliver_shared(sites: Sites, stage: Path) -> None:
    """Deliver the report across regions, the index and what is noted of runs, where they changed.

    Raises
    ------
    LocationError
        If the reports cannot be written.
    """
    if not isinstance(sites.reports, Location):
        return
    reports = stage / "reports"
    found = sorted((path for path in reports.rglob("*") if path.is_file()), key=_vouching_last)
    made = {path.relative_to(reports).as_posix(): path for path in found}
    names = [name for name in made if _is_shared(name)]
    there = set(filter(_is_shared, sites.reports.list_files()))
    old = sites.reports.read_files(there & set(names))
    for name in names:
        content = made[name].read_bytes()
        if old.get(name) != content:
            sites.reports.write_file(name, content)
    sites.reports.remove_files(there - set(names))
    _deliver_account(sites, stage)


def _deliver_account(sites: Sites, stage: Path) -> None:
    """Keep beside the clean tables the account of a defect in the report across regions."""
    account = stage / "data" / "processed" / ACROSS / ACCOUNT
    if isinstance(sites.processed, Location) and account.is_file():
        sites.processed.write_file(f"{ACROSS}/{ACCOUNT}", account.read_bytes())


def _is_shared(name: str) -> bool:
    """Whether a published file is of all regions: the report across them, the index, the notes of runs."""
    folder, _, file = name.rpartition("/")
    if file.startswith("."):
        return False
    return folder == ACROSS or (not folder and (file == STATE or file.startswith("index.")))


def _is_shared_or_kept(name: str) -> bool:
    return _is_shared(name) or (name.count("/") == 2 and name.endswith(_kept_names()))


def _sites(order: Order) -> Sites:
    if order.sites is None:
        raise LocationError("this order has no address.")
    return order.sites


def _at(order: Order, stage: Path) -> Order:
    """The order as it reads inside a stage, where notebooks need no folder: it is their project."""
    folders = folders_of(stage)
    return replace(
        order,
        raw=folders["raw"],
        processed=folders["processed"],
        reports=folders["reports"],
        raw_given=None,
        processed_given=None,
        reports_given=None,
        sites=None,
        cluster=None,
        jobs=1,
    )


def _find_fresh(order: Order, task: Task) -> Manifest | None:
    from asn_research.reports.publications.freshness import find_fresh

    try:
        return next(manifest for _, manifest in find_fresh(order, [task]))
    except AsnResearchError:
        return None


def _as_fresh(order: Order, task: Task, text: bytes) -> Manifest | None:
    """A delivered manifest, where it was made for these languages by this code, notebooks and packages."""
    from asn_research.reports.publications.freshness import region_inputs

    manifest = parse_manifest(text)
    if manifest is None or manifest.state == "failed" or not set(order.languages) <= set(manifest.languages):
        return None
    if order.pdf and manifest.pdf != pdf_version():
        return None
    ours, theirs = dict(region_inputs(order, task)), dict(manifest.inputs)
    for name in ("raw", "past", "inner"):
        ours.pop(name, None)
        theirs.pop(name, None)
    return manifest if ours == theirs else None


def _seen(
    raw: Mapping[str, str], reports: Mapping[str, str], task: Task, *, inner: Iterable[str] = ()
) -> dict[str, dict[str, str]]:
    """What a report depends on at its sites, by the stores' identities: nothing of later periods.

    ``inner`` names the regions that lie within this one.
    """

    def earlier(name: str, last: str) -> bool:
        period, inside, _ = name.partition("/")
        return not inside or period <= last

    past = {
        name: tag for name, tag in _below(reports, task.region).items()
        if name.endswith(_kept_names()) and name.partition("/")[0] < task.period
    }  # fmt: skip
    found = {
        "raw": {n: tag for n, tag in _below(raw, task.region).items() if earlier(n, task.period)},
        "past": past,
    }
    within = seen_within(raw, inner, period=task.period)
    return found | {"inner": within} if within else found


def _identified(seen: Mapping[str, Mapping[str, str]], reports: Mapping[str, str], place: str) -> bool:
    tags = [*(tag for part in seen.values() for tag in part.values()), *_below(reports, place).values()]
    return all(tags)


def _below(listed: Mapping[str, str], folder: str) -> dict[str, str]:
    start = f"{folder}/"
    return {name.removeprefix(start): tag for name, tag in listed.items() if name.startswith(start)}


def _kept_names() -> tuple[str, ...]:
    return tuple(f"/{name}" for name in _KEPT)


def _fetch_region(sites: Sites, stage: Path, task: Task, *, force: bool) -> dict[str, dict[str, str]]:
    """Bring a region's raw files, clean tables and published state; return what was seen of its inputs."""
    region = task.region
    raw: dict[str, str] = {}
    reports: dict[str, str] = {}
    if isinstance(sites.raw, Location):
        raw = sites.raw.list_files(region)
        _fetch(sites.raw, raw, stage / "data" / "raw")
        (stage / "data" / "raw" / region / task.period).mkdir(parents=True, exist_ok=True)
    if isinstance(sites.processed, Location):
        names = [n for n in sites.processed.list_files(region) if not n.endswith(f"/{RECEIPT}")]
        _fetch(sites.processed, names, stage / "data" / "processed")
    if isinstance(sites.reports, Location):
        reports = sites.reports.list_files(region)
        here = f"{region}/{task.period}/"
        wanted = [n for n in reports if n.endswith(_kept_names()) or (n.startswith(here) and not force)]
        _fetch(sites.reports, wanted, stage / "reports")
    inner = inner_regions(folders_of(stage)["raw"], region)
    for name in inner:
        raw |= _fetch_inner(sites, stage, name, task.period)
    return _seen(raw, reports, task, inner=inner)


def _fetch_inner(sites: Sites, stage: Path, region: str, period: str) -> dict[str, str]:
    """Bring a region that lies within another one: raw files, clean tables, and what it has published."""
    place = f"{region}/{period}"
    raw: dict[str, str] = {}
    if isinstance(sites.raw, Location):
        raw = sites.raw.list_files(region)
        _fetch(sites.raw, raw, stage / "data" / "raw")
    if isinstance(sites.processed, Location):
        names = [n for n in sites.processed.list_files(place) if not n.endswith(f"/{RECEIPT}")]
        _fetch(sites.processed, names, stage / "data" / "processed")
    if isinstance(sites.reports, Location):
        names = [n for n in sites.reports.list_files(place) if n.endswith(f"/{RELEASES}")]
        _fetch(sites.reports, names, stage / "reports")
    return raw


def _fetch(site: Location, names: Iterable[str], folder: Path) -> None:
    for name, content in site.read_files(names).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _digests(sites: Sites, stage: Path, task: Task) -> dict[Path, str]:
    """SHA-256 of what a stage holds of the results that are delivered from it."""
    return {path: digest_file(path) for _, path in _results(sites, stage, task)}


def _results(sites: Sites, stage: Path, task: Task) -> list[tuple[Location, Path]]:
    """Results in the order of their delivery: what vouches for others after them, the manifest last."""
    found: list[tuple[Location, Path]] = []
    for site, folder in _result_folders(sites, stage, task):
        paths = [p for p in folder.rglob("*") if p.is_file() and not p.name.startswith(".")]
        found += [(site, path) for path in sorted(paths, key=_vouching_last)]
    return found


def _result_folders(sites: Sites, stage: Path, task: Task) -> list[tuple[Location, Path]]:
    folders = folders_of(stage)
    pairs = [
        (sites.processed, folders["processed"] / task.region),
        (sites.reports, folders["reports"] / task.region / task.period),
    ]
    return [(site, folder) for site, folder in pairs if isinstance(site, Location)]


def _vouching_last(path: Path) -> tuple[bool, Path]:
    return path.name in (MANIFEST, STATE), path


def _deliver(
    sites: Sites,
    stage: Path,
    task: Task,
    *,
    before: Mapping[Path, str],
    stale: frozenset[str] | None = None,
) -> None:
    """Write what a stage has made and remove what it no longer has: of all files, or of ``stale`` ones."""
    roots = {site: stage / name for name, site in sites.parts() if isinstance(site, Location)}
    kept: set[tuple[Location, str]] = set()
    for site, path in _results(sites, stage, task):
        name = path.relative_to(roots[site]).as_posix()
        kept.add((site, name))
        if before.get(path) != digest_file(path):
            site.write_file(name, path.read_bytes())
    for site, folder in _result_folders(sites, stage, task):
        there = site.list_files(folder.relative_to(roots[site]).as_posix())
        gone = [n for n in there if (site, n) not in kept and not n.endswith(f"/{RECEIPT}")]
        site.remove_files(n for n in gone if stale is None or n.rpartition("/")[2] in stale)


def _drop_strays(folder: Path, manifest: Manifest) -> None:
    """Drop what a delivery that was stopped between its manifest and its removals has left."""
    for path in folder.iterdir():
        if path.name not in {*manifest.outputs, MANIFEST, RELEASES}:
            path.unlink()


def _leave_receipt(sites: Sites, task: Task, seen: Mapping[str, Mapping[str, str]]) -> None:
    """Keep beside the clean tables what the report was made from and became, by the stores' identities."""
    if isinstance(sites.processed, Location) and isinstance(sites.reports, Location):
        place = f"{task.region}/{task.period}"
        receipt = {"seen": seen, "delivered": _below(sites.reports.list_files(place), place)}
        text = json.dumps(receipt, indent=1, sort_keys=True) + "\n"
        sites.processed.write_file(f"{place}/{RECEIPT}", text.encode())


def _read_known(site: Location, names: Iterable[str], listed: Mapping[str, str]) -> dict[str, bytes]:
    """Those of some files that are there."""
    return site.read_files(name for name in names if name in listed)


def _read_json(text: bytes) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
