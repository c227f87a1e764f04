"""A poisoned region is given up, says why, and changes no byte of another region's report."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import nbformat
import psutil
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from asn_research.reports.processes.limit import can_limit_memory
from asn_research.reports.runs.batch import make_reports
from asn_research.reports.runs.order import Order, Outcome, Task
from asn_research.reports.runs.production import NAMES
from asn_research.reports.runs.progress import Progress
from asn_research.reports.runs.schedule import _successors
from asn_research.simulation.scale import write_regions
from tests.reports.warm import shared_workers

ROOT = Path(__file__).parents[3]
FINE = Task("sehat", "2025")
LIMIT = 20.0
POISONS = {
    "putaran": "import time; [time.sleep(0.05) for _ in iter(int, 1)]",
    "rakus": "hog = bytearray(2**33)",
    "mati": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    "pembunuh": "import os, signal; os.kill(os.getppid(), signal.SIGKILL)",
    "tetangga": "import glob, os; [os.unlink(p) for p in glob.glob('*.ipynb')]; 1 / 0",
}
SHOW = """from IPython.display import display
stamp = {"region": region, "period": period, "language": language}
display({"text/html": "<p>isi</p>", "text/plain": "isi"}, raw=True, metadata={"asn_research": stamp})
display({"application/vnd.asn-research.findings+json": []}, raw=True, metadata={"asn_research": stamp})"""


@pytest.fixture(scope="module", autouse=True)
def key_of_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A pseudonym key of their own for these runs and the processes they start."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASN_RESEARCH_KEY", "5a" * 32)
        yield


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One small region under many names, and notebooks that are poison to all of them but one."""
    folder = tmp_path_factory.mktemp("project")
    [made] = write_regions(folder / "made", regions=1, people=60, seed=7)
    for name in (FINE.region, *POISONS):
        shutil.copytree(folder / "made" / made, folder / "raw" / name)
    poison = "\n".join(
        f"if region == {name!r}:\n    " + source.replace("; ", "\n    ") for name, source in POISONS.items()
    )
    for name in ("region_report.ipynb", "data_quality.ipynb"):
        book = nbformat.read(ROOT / "notebooks" / name, as_version=4)
        declared = next(cell for cell in book.cells if "parameters" in cell.metadata.get("tags", []))
        sources = [poison if name == "region_report.ipynb" else "pass", SHOW]
        write = new_notebook(cells=[declared, *map(new_code_cell, sources)], metadata=book.metadata)
        (folder / "notebooks").mkdir(exist_ok=True)
        nbformat.write(write, folder / "notebooks" / name)
    return folder


def order(folder: Path, **changes: object) -> Order:
    raw, processed = folder / "raw", folder / "processed"
    return replace(
        Order(
            raw=raw, processed=processed, reports=folder / "reports", notebooks=folder / "notebooks",
            raw_given=str(raw), processed_given=str(processed), jobs=2,
            time_limit=LIMIT, memory_limit=2000 if can_limit_memory() else None,
        ),
        **changes,
    )  # fmt: skip


@pytest.fixture(scope="module")
def before() -> set[psutil.Process]:
    """What tests of other modules have running in this process."""
    return {*psutil.Process().children(recursive=True)}


@pytest.fixture(scope="module")
def run(before: set[psutil.Process], project: Path) -> tuple[dict[str, Outcome], list[Progress]]:
    """All regions in one run, the endless ones beside the others."""
    seen: list[Progress] = []
    tasks = [*(Task(name, "2025") for name in POISONS), FINE]
    outcomes = {o.task.region: o for o in make_reports(order(project), tasks, watch=seen.append)}
    return outcomes, seen


def test_everyone_is_told_of_and_only_the_poisoned_fail(
    run: tuple[dict[str, Outcome], list[Progress]],
) -> None:
    outcomes, _ = run
    assert set(outcomes) == {FINE.region, *POISONS}
    assert outcomes[FINE.region].well, outcomes[FINE.region].manifest.problems
    assert not any(outcomes[name].well for name in POISONS)
    codes = {name: outcomes[name].manifest.problems[0].code for name in POISONS}
    assert codes["putaran"] == "notebook_late"
    assert codes["mati"] == "notebook_died"
    assert codes["pembunuh"] == "worker_died"
    assert codes["tetangga"] == "notebook_stopped"
    if can_limit_memory():
        assert codes["rakus"] == "notebook_large"


def test_an_endless_loop_costs_its_time_limit_and_no_more(
    run: tuple[dict[str, Outcome], list[Progress]],
) -> None:
    seconds = [moment.running.get(Task("putaran", "2025"), 0.0) for moment in run[1]]
    assert max(seconds) < LIMIT + 15


@pytest.mark.parametrize("name", POISONS)
def test_a_stub_page_and_a_marked_notebook_are_published(
    name: str, project: Path, run: tuple[dict[str, Outcome], list[Progress]]
) -> None:
    folder = project / "reports" / name / "2025"
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "<p>isi</p>" not in page
    assert "Traceback" not in page
    assert not (folder / "findings.json").exists()
    if name != "pembunuh":  # whoever kills the server of all workers leaves no worker to write a notebook
        book = nbformat.read(folder / "report.ipynb", as_version=4)
        tags = [cell.metadata.get("tags", []) for cell in book.cells]
        assert ["papermill-error-cell-tag"] in tags


def test_the_calls_that_led_to_a_failing_cell_are_kept_where_nothing_is_published(
    run: tuple[dict[str, Outcome], list[Progress]], project: Path
) -> None:
    outcomes, _ = run
    [problem] = outcomes["tetangga"].manifest.problems
    assert problem.fields["account"] == "processed/tetangga/2025/defect.txt"
    account = (project / problem.fields["account"]).read_text(encoding="utf-8")
    assert account.startswith("ZeroDivisionError in cell ")
    assert "1 / 0" in account
    assert "defect.txt" not in {path.name for path in (project / "reports").rglob("*")}
    assert not (project / "processed" / FINE.region / "2025" / "defect.txt").exists()


def test_nothing_is_left_running(
    before: set[psutil.Process], run: tuple[dict[str, Outcome], list[Progress]]
) -> None:
    _, left = psutil.wait_procs({*psutil.Process().children(recursive=True)} - before, timeout=10)
    assert left == []


def test_the_sound_region_is_byte_for_byte_what_it_is_alone(
    project: Path, run: tuple[dict[str, Outcome], list[Progress]], tmp_path: Path
) -> None:
    alone = order(project, reports=tmp_path / "reports", jobs=1)
    with shared_workers():
        assert [o.well for o in make_reports(alone, [FINE])] == [True]
    for name in NAMES:
        first, again = (
            folder / FINE.region / "2025" / name for folder in (project / "reports", alone.reports)
        )
        assert first.exists() == again.exists(), name
        if first.exists() and name.endswith((".html", ".json", ".ipynb")):
            assert first.read_bytes() == again.read_bytes(), name


def test_progress_counts_up_to_the_end_and_names_what_is_under_way(
    run: tuple[dict[str, Outcome], list[Progress]],
) -> None:
    _, seen = run
    done = [moment.done for moment in seen]
    assert done == sorted(done)
    assert {moment.total for moment in seen} == {len(POISONS) + 1}
    assert any(Task("putaran", "2025") in moment.running for moment in seen)
    assert all(len(moment.running) <= 2 for moment in seen)
    assert seen[-1].seconds_left is not None


def test_the_periods_of_a_region_follow_each_other() -> None:
    tasks = [Task("a", "2025"), Task("b", "2024"), Task("a", "2023"), Task("a", "2024")]
    assert _successors(tasks) == {Task("a", "2023"): Task("a", "2024"), Task("a", "2024"): Task("a", "2025")}


def test_os_is_as_it_was() -> None:
    """Whatever the workers were given, this process keeps its own environment."""
    assert os.environ.get("JPY_PARENT_PID") is None
