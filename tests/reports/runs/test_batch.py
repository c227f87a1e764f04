"""From raw files to published reports: same inputs give same bytes, and one failure stays one failure."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup, Tag
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient

from asn_research.findings.catalogue import QUESTIONS
from asn_research.findings.finding import read_findings
from asn_research.language import Language
from asn_research.reports.exhibits.trace import exact_text
from asn_research.reports.pages import edition
from asn_research.reports.pages.edition import QUALITY, REPORT, Product, findings_text, page_name
from asn_research.reports.pages.notebook import Execution, settle
from asn_research.reports.publications.freshness import NOTEBOOKS
from asn_research.reports.publications.manifest import read_manifest
from asn_research.reports.publications.parameter import ReportParameters
from asn_research.reports.publications.published import RELEASES
from asn_research.reports.runs.batch import make_reports
from asn_research.reports.runs.dispatch import make_report
from asn_research.reports.runs.order import Order, Outcome, Task
from asn_research.reports.runs.production import NAMES
from tests.browser.chromium import Chromium
from tests.browser.inspection import inspect_page
from tests.browser.reading import check_contents, check_download, check_keyboard, check_switch
from tests.reports.agreement import check_numbers
from tests.reports.warm import shared_workers

ROOT = Path(__file__).parents[3]
TASK = Task("sawahlunto", "2025")
BROKEN = Task("rusak", "2025")


@pytest.fixture(scope="module", autouse=True)
def key_of_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A pseudonym key of their own for these runs and the processes they start."""
    before = os.environ.get("ASN_RESEARCH_KEY")
    os.environ["ASN_RESEARCH_KEY"] = "5a" * 32
    yield
    if before is None:
        del os.environ["ASN_RESEARCH_KEY"]
    else:
        os.environ["ASN_RESEARCH_KEY"] = before


def order(folder: Path, **changes: object) -> Order:
    raw, processed = folder / "raw", folder / "processed"
    fields = {
        "raw": raw,
        "processed": processed,
        "reports": folder / "reports",
        "notebooks": ROOT / "notebooks",
        "raw_given": str(raw),
        "processed_given": str(processed),
        "jobs": 1,
    }
    return Order(**(fields | changes))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One small example region beside a region whose only workbook is no workbook."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copytree(ROOT / "data" / "raw" / TASK.region, folder / "raw" / TASK.region)
    broken = folder / "raw" / BROKEN.region
    (broken / BROKEN.period).mkdir(parents=True)
    declared = (ROOT / "data" / "raw" / TASK.region / "region.toml").read_text(encoding="utf-8")
    (broken / "region.toml").write_text(declared.split("[[tables")[0], encoding="utf-8")
    (broken / BROKEN.period / "nilai.xlsx").write_bytes(b"this is no workbook")
    return folder


@pytest.fixture(scope="module")
def outcomes(project: Path) -> dict[Task, Outcome]:
    """Both regions made in one run, in both languages; the broken one has an old report lying there."""
    old = project / "reports" / BROKEN.region / BROKEN.period
    old.mkdir(parents=True)
    for name in ("report.html", "report.en.html", "findings.json", "report.ipynb"):
        (old / name).write_text("OLD NUMBERS", encoding="utf-8")
    with shared_workers():
        made = [*make_reports(order(project, languages=("id", "en"), jobs=2), [BROKEN, TASK])]
    return {outcome.task: outcome for outcome in made}


@pytest.fixture(scope="module")
def folder(project: Path, outcomes: dict[Task, Outcome]) -> Path:
    assert outcomes[TASK].well, outcomes[TASK].manifest.problems
    return project / "reports" / TASK.region / TASK.period


def test_everything_is_published_and_nothing_else(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == {*NAMES, RELEASES}


def test_another_run_elsewhere_gives_the_same_bytes(folder: Path, project: Path, tmp_path: Path) -> None:
    """Other folders, other processes, answers computed anew."""
    shutil.copytree(project / "raw" / TASK.region, tmp_path / "raw" / TASK.region)
    again = [*make_reports(order(tmp_path, languages=("id", "en")), [TASK])]
    assert again[0].well
    for name in NAMES:
        made = (tmp_path / "reports" / TASK.region / TASK.period / name).read_bytes()
        assert made == (folder / name).read_bytes(), name


def by_papermill(notebook: Path, output: Path, given: dict[str, str]) -> nbformat.NotebookNode:
    """As anybody would run it who has never heard of this package's runner."""
    parameters = [word for name, value in given.items() for word in ("-r", name, value)]
    command = [
        sys.executable,
        "-m",
        "papermill",
        "--no-progress-bar",
        str(notebook),
        str(output),
        *parameters,
    ]
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
    return nbformat.read(output, as_version=4)


def by_warm_kernel(notebook: Path, output: Path, given: dict[str, str]) -> nbformat.NotebookNode:
    """As JupyterLab runs it with the kernel of this project: all cells, the parameters typed in."""
    book = nbformat.read(notebook, as_version=4)
    place = next(n for n, cell in enumerate(book.cells) if "parameters" in cell.metadata.get("tags", []))
    typed = "\n".join(f"{name} = {json.dumps(value)}" for name, value in given.items())
    book.cells.insert(place + 1, nbformat.v4.new_code_cell(typed, metadata={"tags": ["injected-parameters"]}))
    specs = KernelSpecManager(
        kernel_dirs=[str(ROOT / "asn_research" / "reports" / "processes" / "kernelspec")],
        ensure_native_kernel=False,
    )
    manager = KernelManager(kernel_name="asn-research", kernel_spec_manager=specs)
    NotebookClient(book, km=manager).execute()
    manager.shutdown_kernel(now=True)  # a client leaves the kernel of a manager that it was given
    return book


@pytest.mark.parametrize(
    ("product", "language", "run"), [(REPORT, "id", by_papermill), (QUALITY, "en", by_warm_kernel)]
)
def test_any_other_way_of_running_the_notebook_gives_the_same_page(
    product: Product,
    language: Language,
    run: Callable[[Path, Path, dict[str, str]], nbformat.NotebookNode],
    folder: Path,
    project: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given = {"region": TASK.region, "period": TASK.period, "language": language}
    places = {name: str(project / name) for name in ("raw", "processed")}
    book = run(ROOT / "notebooks" / product.notebook, tmp_path / "ran.ipynb", given | places)
    monkeypatch.setattr(edition, "execute_notebook", lambda *_, **__: Execution(settle(book)))
    manifest = read_manifest(folder)
    assert manifest is not None
    made = edition.make_edition(
        product,
        ROOT / "notebooks",
        ReportParameters(**given),
        region=TASK.region,
        period=TASK.period,
        name=manifest.name,
        languages=("id", "en"),
    )
    assert made.problems == ()
    assert made.page == (folder / page_name(product, language)).read_text(encoding="utf-8")
    if made.findings is not None:
        assert findings_text(made.findings) == (folder / "findings.json").read_text(encoding="utf-8")


def test_findings_answer_every_question_of_the_catalogue_once(folder: Path) -> None:
    records = json.loads((folder / "findings.json").read_text(encoding="utf-8"))
    findings = read_findings(records)
    assert [finding.question for finding in findings] == [question.id for question in QUESTIONS]
    assert {(record["region"], record["period"]) for record in records} == {(TASK.region, TASK.period)}


@pytest.mark.parametrize("name", ["report.html", "report.en.html"])
def test_every_question_stands_in_the_report_exactly_once(folder: Path, name: str) -> None:
    soup = BeautifulSoup((folder / name).read_text(encoding="utf-8"), "html.parser")
    shown = [section["aria-labelledby"] for section in soup.select("section.question")]
    assert sorted(shown) == sorted(question.id for question in QUESTIONS)
    drawn = {question.id for question in QUESTIONS if question.figure}
    for section in soup.select("section.question:has(.reading)"):
        assert section.find("svg") or section["aria-labelledby"] not in drawn, "how to read what is not there"


@pytest.mark.parametrize("name", ["report.html", "report.en.html"])
def test_every_number_leads_to_a_panel_that_says_what_findings_json_says(folder: Path, name: str) -> None:
    records = json.loads((folder / "findings.json").read_text(encoding="utf-8"))
    language: Language = "en" if ".en." in name else "id"
    soup = BeautifulSoup((folder / name).read_text(encoding="utf-8"), "html.parser")
    panels = {panel["id"]: panel for panel in soup.select("details.trace [id]")}
    marks = soup.select("a.cite")
    assert len(marks) > 200
    assert [mark["href"] for mark in marks if mark["href"].removeprefix("#") not in panels] == []
    assert {record["id"] for record in records if record["term"]} <= panels.keys()
    for record in records:
        if record["term"] is None:
            continue
        told = {dt.text: dd.text for dt, dd in _facts(panels[record["id"]])}
        if record["status"] == "estimated":
            value = exact_text(record["estimate"], record["unit"], language).removesuffix("%")
            assert told["Value" if language == "en" else "Nilai"].startswith(value), record["id"]
        if record["n_clusters"]:
            assert told["Clusters" if language == "en" else "Klaster"] == f"{record['n_clusters']}"
    for mark in soup.select("section.question p a.cite"):
        assert (
            mark["href"].removeprefix("#trace.").removeprefix("#").split(".")[0]
            == (mark.find_parent("section", class_="question")["aria-labelledby"])
        )


def _facts(panel: Tag) -> Iterator[tuple[Tag, Tag]]:
    yield from zip(panel.select("dt"), panel.select("dd"), strict=True)


@pytest.mark.parametrize("name", ["report.html", "report.en.html"])
def test_no_number_of_a_published_page_disagrees_with_findings_json(folder: Path, name: str) -> None:
    records = json.loads((folder / "findings.json").read_text(encoding="utf-8"))
    language: Language = "en" if ".en." in name else "id"
    soup = BeautifulSoup((folder / name).read_text(encoding="utf-8"), "html.parser")
    for drawing in soup.select("svg"):  # its label stays; what is written inside is read in test_shipped.py
        drawing.clear()
    problems = check_numbers(str(soup), records, language=language)
    assert [(p.fields["question"], p.fields["number"], p.fields["context"]) for p in problems] == []


@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith(".html")])
def test_pages_are_small_closed_and_readable_by_everyone(folder: Path, name: str) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    soup = BeautifulSoup(text, "html.parser")
    assert len(text.encode()) < 800_000  # of the 1.5 MB that a page may have
    assert soup.html["lang"] == ("en" if ".en." in name else "id")
    assert len(soup.find_all("h1")) == 1
    assert all(picture.get("aria-label") for picture in soup.select("svg[role=img]"))
    assert len(soup.find_all("svg")) == len(soup.select("figure > svg[role=img]"))
    assert not soup.find_all(src=True)
    visible = soup.get_text()
    assert "http" not in visible
    assert str(ROOT) not in text
    ids = [tag["id"] for tag in soup.find_all(id=True)]
    assert len(ids) == len(set(ids))
    links = [link["href"] for link in soup.find_all("a", href=True)]
    assert all(link[1:] in ids for link in links if link.startswith("#"))
    elsewhere = ("#", "../", "data:text/csv")
    assert all((folder / link).exists() for link in links if not link.startswith(elsewhere))


def test_no_page_names_a_person(folder: Path) -> None:
    for name in NAMES:
        text = (folder / name).read_text(encoding="utf-8")
        assert not re.search(r"(?<!\d)(?:19|20)\d{16}(?!\d)", text), f"{name} shows a NIP"
        assert not re.search(r"\b[PRSC][0-9a-f]{16}\b", text), f"{name} shows a pseudonym"


def test_the_notebook_beside_the_report_is_the_one_that_ran(folder: Path) -> None:
    notebook = nbformat.read(folder / "report.ipynb", as_version=4)
    nbformat.validate(notebook)
    assert any("injected-parameters" in cell.metadata.get("tags", []) for cell in notebook.cells)


def test_what_is_up_to_date_is_left_alone(folder: Path, project: Path) -> None:
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    with shared_workers():
        again = [*make_reports(order(project), [TASK])]
    assert again[0].fresh
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before


def test_a_region_that_fails_leaves_a_stub_and_never_its_old_report(
    project: Path, outcomes: dict[Task, Outcome]
) -> None:
    assert not outcomes[BROKEN].well
    folder = project / "reports" / BROKEN.region / BROKEN.period
    for name in ("report.html", "report.en.html", "data_quality.html"):
        text = (folder / name).read_text(encoding="utf-8")
        assert "OLD NUMBERS" not in text
        assert "nilai.xlsx" in text
        assert "Traceback" not in text
    assert not (folder / "findings.json").exists()
    assert not (folder / "report.ipynb").exists()
    manifest = read_manifest(folder)
    assert manifest is not None
    assert manifest.state == "failed"


def test_a_notebook_that_shows_another_region_is_never_published(
    project: Path, folder: Path, tmp_path: Path
) -> None:
    for name in NOTEBOOKS:
        notebook = nbformat.read(ROOT / "notebooks" / name, as_version=4)
        if name == "region_report.ipynb":
            stamp = {"asn_research": {"region": "kalianda", "period": "2025", "language": "id"}}
            show = f"display({{'text/html': 'x'}}, raw=True, metadata={stamp})"
            source = f"from IPython.display import display\n{show}"
            notebook.cells = [notebook.cells[0], nbformat.v4.new_code_cell(source)]
        nbformat.write(notebook, tmp_path / name)
    changed = order(project, notebooks=tmp_path, reports=tmp_path / "reports")
    outcome = make_report(changed, TASK)
    assert not outcome.well
    assert outcome.manifest.problems[0].code == "output_foreign"
    published = tmp_path / "reports" / TASK.region / TASK.period
    assert "kalianda 2025 id" in (published / "report.html").read_text(encoding="utf-8")
    assert (published / "report.ipynb").is_file()
    assert not (published / "findings.json").exists()
    quality = (published / "data_quality.html").read_text(encoding="utf-8")
    assert "quarantine.xlsx" in quality


LOOKS = (
    (TASK, "report.html", 390, True),
    (TASK, "data_quality.en.html", 1280, False),
    (BROKEN, "report.en.html", 390, False),
)


@pytest.mark.parametrize(("task", "name", "width", "dark"), LOOKS)
def test_axe_finds_nothing_on_a_page_and_it_asks_for_nothing(
    task: Task, name: str, width: int, dark: bool, folder: Path, browser: Chromium, axe: str
) -> None:
    page = folder.parent.parent / task.region / task.period / name
    assert inspect_page(browser, page, axe, width=width, dark=dark, unfolded=6).problems == ()


def test_a_report_is_read_by_keyboard_in_both_languages_and_its_numbers_taken_away(
    folder: Path, browser: Chromium, tmp_path: Path
) -> None:
    check_keyboard(browser, folder / "report.html")
    check_contents(browser, folder / "report.html")
    check_switch(browser, folder / "report.html")
    check_download(browser, folder / "report.en.html", tmp_path)
