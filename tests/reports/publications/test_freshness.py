"""Reports are remade for what they depend on, and for nothing else; a run with nothing to do is over soon."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from packaging.utils import canonicalize_name

from asn_research.contract.region import ACROSS
from asn_research.ingest.storage import write_files
from asn_research.reports.pages.edition import CROSS_REGION, PRODUCTS
from asn_research.reports.publications import freshness, provenance
from asn_research.reports.publications.freshness import (
    ACROSS_NOTEBOOK,
    NOTEBOOKS,
    across_inputs,
    find_fresh,
    find_fresh_across,
    index_inputs,
    is_index_fresh,
    last_period,
    region_inputs,
)
from asn_research.reports.publications.manifest import MANIFEST, Manifest, read_manifest
from asn_research.reports.publications.provenance import APART, digest_file
from asn_research.reports.publications.published import list_published
from asn_research.reports.runs.order import Order, Task
from asn_research.reports.runs.site import write_index

PACKAGE = Path(provenance.__file__).parents[2]


@pytest.fixture
def order(tmp_path: Path) -> Order:
    (tmp_path / "notebooks").mkdir()
    for name in (*NOTEBOOKS, ACROSS_NOTEBOOK):
        (tmp_path / "notebooks" / name).write_text(name, encoding="utf-8")
    return Order(
        raw=tmp_path / "raw",
        processed=tmp_path / "processed",
        reports=tmp_path / "reports",
        notebooks=tmp_path / "notebooks",
    )


def put_region(order: Order, region: str, *periods: str) -> list[Task]:
    """A region with one raw file in each period, and a report made from just these."""
    folder = order.raw / region
    folder.mkdir(parents=True)
    (folder / "region.toml").write_text(f"name = '{region}'", encoding="utf-8")
    tasks = [Task(region, period) for period in periods]
    for task in tasks:
        (folder / task.period).mkdir()
        (folder / task.period / "nilai.csv").write_text(f"{region};1", encoding="utf-8")
    for task in tasks:
        put_report(order, task)
    return tasks


def put_report(order: Order, task: Task) -> None:
    files = {"report.html": b"page", "findings.json": f'["{task}"]'.encode()}
    manifest = Manifest(
        region=task.region,
        period=task.period,
        state="made",
        languages=("id",),
        inputs=region_inputs(order, task),
        outputs={name: provenance.digest_bytes(content) for name, content in files.items()},
    )
    write_files(order.reports / task.region / task.period, files | {MANIFEST: manifest.as_json().encode()})


def put_across(order: Order) -> None:
    manifest = Manifest(
        region=ACROSS,
        period="2025",
        state="made",
        languages=("id",),
        inputs=across_inputs(order, list_published(order.reports)),
        outputs={"report.html": provenance.digest_bytes(b"page")},
    )
    write_files(order.reports / ACROSS, {"report.html": b"page", MANIFEST: manifest.as_json().encode()})


def due(order: Order, tasks: list[Task]) -> list[Task]:
    return [task for task, manifest in find_fresh(order, tasks) if manifest is None]


def test_a_new_file_of_one_region_makes_it_and_the_report_across_regions_due_and_nothing_else(
    order: Order,
) -> None:
    tasks = [task for name in "abc" for task in put_region(order, name, "2025")]
    put_across(order)
    assert due(order, tasks) == []
    assert find_fresh_across(order) is not None
    (order.raw / "b" / "2025" / "tambahan.csv").write_text("1", encoding="utf-8")
    assert due(order, tasks) == [Task("b", "2025")]
    put_report(order, Task("b", "2025"))
    assert due(order, tasks) == []
    path = order.reports / "b" / "2025"
    changed = replace(read_manifest(path), outputs={"findings.json": provenance.digest_bytes(b"[]")})  # type: ignore[type-var]
    write_files(path, {"findings.json": b"[]", MANIFEST: changed.as_json().encode()})
    assert find_fresh_across(order) is None


def test_a_file_edited_in_place_with_its_size_and_date_put_back_is_noticed(order: Order) -> None:
    tasks = put_region(order, "a", "2025")
    path = order.raw / "a" / "2025" / "nilai.csv"
    before = path.stat()
    path.write_text("a;2", encoding="utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    assert due(order, tasks) == tasks


def test_a_date_alone_a_folder_argument_and_a_limit_make_nothing_due(order: Order) -> None:
    tasks = put_region(order, "a", "2025")
    os.utime(order.raw / "a" / "2025" / "nilai.csv", ns=(1, 1))
    elsewhere = replace(order, processed=order.raw.parent / "other", time_limit=5.0, jobs=7, raw_given="x")
    assert due(elsewhere, tasks) == []


@pytest.mark.parametrize("change", ["rules", "notebook", "language", "report", "force", "code", "packages"])
def test_whatever_a_report_depends_on_makes_it_due(
    order: Order, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    tasks = put_region(order, "a", "2025")
    if change == "rules":
        (order.raw / "a" / "region.toml").write_text("name = 'A'", encoding="utf-8")
    elif change == "notebook":
        (order.notebooks / NOTEBOOKS[0]).write_text("edited", encoding="utf-8")
    elif change == "language":
        order = replace(order, languages=("id", "en"))
    elif change == "report":
        (order.reports / "a" / "2025" / "report.html").write_text("edited", encoding="utf-8")
    elif change == "force":
        order = replace(order, force=True)
    elif change == "code":
        monkeypatch.setattr(provenance, "code_digest", lambda: "other")
    else:
        monkeypatch.setattr(provenance, "environment", lambda: {"numpy": "0"})
    assert due(order, tasks) == tasks


def test_a_period_depends_on_the_one_before_but_not_on_the_one_after(order: Order) -> None:
    first, second = put_region(order, "a", "2024", "2025")
    (order.raw / "a" / "2025" / "nilai.csv").write_text("later", encoding="utf-8")
    assert due(order, [first, second]) == [second]
    put_report(order, second)
    (order.raw / "a" / "2024" / "nilai.csv").write_text("earlier", encoding="utf-8")
    assert due(order, [first, second]) == [first, second]
    assert last_period([], "2025") is None


def test_the_index_is_left_alone_until_a_manifest_the_banner_or_a_page_changes(order: Order) -> None:
    put_region(order, "a", "2025")
    known = {"inputs": index_inputs(order.reports, ()), "pages": write_index(order.reports)}
    assert is_index_fresh(order.reports, known, index_inputs(order.reports, ()))
    assert not is_index_fresh(order.reports, known, index_inputs(order.reports, ("a/2025",)))
    assert not is_index_fresh(order.reports, {}, index_inputs(order.reports, ()))
    (order.reports / "index.html").write_text("edited", encoding="utf-8")
    assert not is_index_fresh(order.reports, known, index_inputs(order.reports, ()))


def test_notebooks_are_those_that_are_executed() -> None:
    assert {product.notebook for product in PRODUCTS} == set(NOTEBOOKS)
    assert CROSS_REGION.notebook == ACROSS_NOTEBOOK


def imports(module: str) -> Iterator[str]:
    """Modules of the package that a module imports, at its top or inside a function, not only for types."""
    path = PACKAGE.joinpath(*module.split(".")[1:])
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    tree = ast.parse(path.read_text(encoding="utf-8"))

    def walk(node: ast.AST) -> Iterator[ast.AST]:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            return
        yield node
        for child in ast.iter_child_nodes(node):
            yield from walk(child)

    for node in walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("asn_research"):
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("asn_research"))


def test_no_report_reaches_the_code_that_is_left_out_of_its_digest() -> None:
    """Follow the imports of everything that shapes a report; the entry points are what notebooks import."""
    modules = {
        ".".join(("asn_research", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__")
        for path in PACKAGE.rglob("*.py")
    }
    reached: set[str] = set()
    waiting = {
        f"asn_research.{name}"
        for name in (
            "reports.region_report",
            "reports.cross_region_report",
            "reports.exhibits.report",
            "reports.exhibits.quality",
            "reports.exhibits.cross_region",
            "findings.register",
            "ingest.store",
        )
    }  # fmt: skip
    while waiting:
        module = waiting.pop()
        reached.add(module)
        waiting |= {name for name in imports(module) if name in modules} - reached
    files = {module.removeprefix("asn_research.").replace(".", "/") + ".py" for module in reached}
    assert {file for file in files if file.startswith(APART)} == set()
    assert {"findings/answer.py", "ingest/intake.py", "models/pooling.py", "figures/style.py"} <= files


def test_every_part_that_is_left_out_is_there() -> None:
    found = [path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*")]
    assert [part for part in APART if not any(name.startswith(part) for name in found)] == []


def test_all_packages_in_use_are_known_also_those_needed_by_others() -> None:
    versions = provenance.environment()
    assert {"python", "pandas", "numpy", "pillow", "traitlets", "pyzmq"} <= set(versions)
    assert {canonicalize_name(name) for name in provenance.package_versions()} <= set(versions)
    assert "asn-research" not in versions


@pytest.mark.parametrize("module", ["publications.freshness", "runs.batch", "runs.history", "runs.lock"])
def test_what_decides_that_nothing_is_to_be_done_loads_nothing_heavy(module: str) -> None:
    program = (
        f"import sys, asn_research.reports.{module};"
        "sys.exit(bool({'pandas', 'numpy', 'matplotlib', 'papermill', 'nbconvert'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_a_run_that_is_stopped_does_not_wait_for_files_it_has_not_begun(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks = put_region(order, "a", *(f"{year}" for year in range(2000, 2020)))
    stopped, read = threading.Event(), set[str]()

    class Threads(freshness.ThreadPoolExecutor):
        def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
            super().shutdown(wait=False, cancel_futures=cancel_futures)
            stopped.set()
            super().shutdown(wait=wait)

    def read_slowly(_order: Order, task: Task, **_: Any) -> None:
        read.add(task.period)
        if task.period != tasks[0].period:
            stopped.wait(60)

    monkeypatch.setattr(freshness, "ThreadPoolExecutor", Threads)
    monkeypatch.setattr(freshness, "read_fresh", read_slowly)
    monkeypatch.setattr(freshness.os, "cpu_count", lambda: 1)
    found = find_fresh(order, tasks)
    assert next(found) == (tasks[0], None)
    found.close()
    assert len(read) <= 2


def test_514_regions_of_several_megabytes_are_found_fresh_within_ten_seconds(order: Order) -> None:
    """Every byte is read: 514 x (4 MB of raw files, 3 MB of pages); the files are links to one, to spare the
    disk. Measured in CPU seconds, because other tests share the cores: about four on the machine this was
    written on.
    """
    big, page = order.notebooks.parent / "big.csv", order.notebooks.parent / "page.html"
    big.write_bytes(os.urandom(4_000_000))
    page.write_bytes(os.urandom(3_000_000))
    outputs: dict[str, Any] = {"report.html": digest_file(page)}
    tasks = [Task(f"r{number:03d}", "2025") for number in range(514)]
    for task in tasks:
        raw, reports = order.raw / task.region / "2025", order.reports / task.region / "2025"
        raw.mkdir(parents=True)
        reports.mkdir(parents=True)
        (raw / "nilai.csv").hardlink_to(big)
        (raw.parent / "region.toml").write_text(task.region, encoding="utf-8")
        (reports / "report.html").hardlink_to(page)
        made = Manifest(
            region=task.region, period="2025", state="made", languages=("id",), outputs=outputs,
            inputs=region_inputs(order, task),
        )  # fmt: skip
        (reports / MANIFEST).write_text(made.as_json(), encoding="utf-8")
    start = time.process_time()
    assert due(order, tasks) == []
    index_inputs(order.reports, ())
    assert time.process_time() - start < 10


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("cli/run.py", False),
        ("simulation/world.py", False),
        ("language/message/cli.toml", False),
        ("reports/runs/status.py", False),
        ("models/gain.py", True),
        ("contract/rules/skm.toml", True),
        ("language/message/finding.toml", True),
        ("reports/pages/template/style.css", True),
        ("reports/exhibits/exhibit.py", True),
    ],
)
def test_code_counts_where_a_report_can_depend_on_it(
    monkeypatch: pytest.MonkeyPatch, name: str, counts: bool
) -> None:
    sources = provenance._sources()
    assert name in dict(sources)
    before = provenance.code_digest.__wrapped__(), provenance.package_digest.__wrapped__()
    monkeypatch.setattr(
        provenance, "_sources", lambda: [(n, "edited" if n == name else digest) for n, digest in sources]
    )
    assert (provenance.code_digest.__wrapped__() != before[0]) is counts
    assert provenance.package_digest.__wrapped__() != before[1]
