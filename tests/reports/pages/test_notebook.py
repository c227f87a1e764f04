"""Product notebooks are thin, and what they show is of the region that was asked for."""

from __future__ import annotations

import ast
import sys
import time
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from asn_research.errors import ParameterError, ReportError
from asn_research.language import LANGUAGES
from asn_research.reports.pages.notebook import (
    check_identity,
    execute_notebook,
    read_notebook,
    read_shown_findings,
)
from asn_research.reports.pages.stamp import FINDINGS_MIMETYPE
from asn_research.reports.processes.client import QuickClient
from asn_research.reports.processes.limit import Limit
from asn_research.reports.publications.parameter import ReportParameters, check_parameters, read_declared

NOTEBOOKS = Path(__file__).parents[3] / "notebooks"
PRODUCTS = ("region_report.ipynb", "data_quality.ipynb")
PAGES = (*PRODUCTS, "method_validation.ipynb")
ASKED = {"region": "kalianda", "period": "2025", "language": "id"}
PARAMETERS = (
    'region: str = "nowhere"  # folder\nperiod: str | None = None  # period\nlanguage: str = "id"  # id, en'
)


def product(name: str) -> nbformat.NotebookNode:
    return nbformat.read(NOTEBOOKS / name, as_version=4)


def write(folder: Path, *sources: str) -> Path:
    cells = [new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]}), *map(new_code_cell, sources)]
    path = folder / "small.ipynb"
    nbformat.write(new_notebook(cells=cells), path)
    return path


def shown(stamp: dict[str, Any] | None, **data: Any) -> nbformat.NotebookNode:
    metadata = {} if stamp is None else {"asn_research": stamp}
    output = new_output("display_data", data=data or {"text/html": "<p>1</p>"}, metadata=metadata)
    return new_notebook(cells=[new_code_cell("1", outputs=[output])])


@pytest.mark.parametrize("name", PRODUCTS)
def test_product_notebooks_declare_exactly_the_report_parameters(name: str) -> None:
    declared = read_declared(product(name))
    known = list(ReportParameters.model_fields)
    assert list(declared) == (known if name == "region_report.ipynb" else known[:-1])
    assert declared["period"] == "str or None"
    source = next(c.source for c in product(name).cells if "parameters" in c.metadata.get("tags", []))
    assert all("  # " in line for line in source.splitlines())


@pytest.mark.parametrize("name", PAGES)
def test_product_notebooks_are_thin(name: str) -> None:
    forbidden = (ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.For, ast.While, ast.If, ast.Try, ast.ListComp)
    for cell in product(name).cells:
        if cell.cell_type != "code" or "parameters" in cell.metadata.get("tags", []):
            continue
        assert len([line for line in cell.source.splitlines() if line.strip()]) <= 3
        tree = ast.parse(cell.source)
        assert not [node for node in ast.walk(tree) if isinstance(node, forbidden)]
        texts = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
        assert not [text for text in texts if "/" in text or "\\" in text]


@pytest.mark.parametrize("name", PAGES)
def test_every_prose_cell_is_there_in_both_languages_under_one_anchor(name: str) -> None:
    prose = [cell for cell in product(name).cells if cell.cell_type == "markdown"]
    spoken = [cell.metadata.tags for cell in prose]
    assert all(tags in (["lang-id"], ["lang-en"]) for tags in spoken)
    anchors = {
        language: [c.metadata.asn_research.anchor for c in prose if c.metadata.tags == [f"lang-{language}"]]
        for language in LANGUAGES
    }
    assert anchors["id"] == anchors["en"]
    assert len(set(anchors["id"])) == len(anchors["id"])


def test_parameters_reach_the_notebook_and_the_kernel_is_this_interpreter(tmp_path: Path) -> None:
    path = write(tmp_path, "import sys\n(region, period, sys.executable)")
    ran = execute_notebook(path, check_parameters({"region": "kalianda", "period": "2025"}))
    assert ran.problem is None
    text = ran.notebook.cells[-1].outputs[0].data["text/plain"]
    assert ast.literal_eval(text) == ("kalianda", "2025", sys.executable)


def test_an_executed_notebook_keeps_no_clock_and_no_folder(tmp_path: Path) -> None:
    path = write(tmp_path, "1 + 1")
    ran = execute_notebook(path, check_parameters({"region": "kalianda"}))
    text = nbformat.writes(ran.notebook)
    assert str(tmp_path) not in text
    assert "start_time" not in text
    assert [cell.id for cell in ran.notebook.cells] == ["cell-01", "cell-02", "cell-03"]
    again = execute_notebook(path, check_parameters({"region": "kalianda"}))
    assert nbformat.writes(again.notebook) == text


def test_a_cell_that_stops_leaves_the_marked_notebook_and_one_sentence(tmp_path: Path) -> None:
    ran = execute_notebook(write(tmp_path, "1 / 0", "2"), check_parameters({"region": "kalianda"}))
    assert ran.problem is not None
    assert "ZeroDivisionError: division by zero" in ran.problem.message
    assert "Traceback" not in ran.problem.message
    assert any("papermill-error-cell-tag" in c.metadata.get("tags", []) for c in ran.notebook.cells)


def test_the_time_limit_is_for_the_whole_notebook(tmp_path: Path) -> None:
    path = write(tmp_path, "import time; time.sleep(0.7)", "time.sleep(0.7)", "time.sleep(60)")
    ran = execute_notebook(path, check_parameters({"region": "kalianda"}), limit=Limit.begin(2.0))
    assert ran.problem is not None
    assert ran.problem.code == "notebook_late"


def test_the_time_limit_holds_while_the_kernel_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(_: QuickClient, timeout: float | None = None) -> None:
        assert timeout is not None
        time.sleep(min(timeout, 10))
        raise RuntimeError

    monkeypatch.setattr(QuickClient, "wait_for_ready", never)
    begun = time.monotonic()
    ran = execute_notebook(
        write(tmp_path, "1"), check_parameters({"region": "kalianda"}), limit=Limit.begin(0.5)
    )
    assert ran.problem is not None
    assert ran.problem.code == "notebook_late"
    assert time.monotonic() - begun < 9


def test_cells_after_an_error_that_is_expected_run_all(tmp_path: Path) -> None:
    """A kernel asked to stop on an error passes over what is asked while it does so."""
    path = write(tmp_path)
    notebook = read_notebook(path)
    expected = {"tags": ["raises-exception"]}
    for number in range(5):
        notebook.cells += [new_code_cell("1 / 0", metadata=expected), new_code_cell(f"print({number})")]
    nbformat.write(notebook, path)
    ran = execute_notebook(path, check_parameters({"region": "kalianda"})).notebook
    shown = [cell.outputs for cell in ran.cells if cell.source.startswith("print")]
    assert [output.text for outputs in shown for output in outputs] == [f"{n}\n" for n in range(5)]


def test_a_kernel_that_dies_is_a_problem_not_a_crash(tmp_path: Path) -> None:
    path = write(tmp_path, "import os; os._exit(1)")
    ran = execute_notebook(path, check_parameters({"region": "kalianda"}))
    assert ran.problem is not None
    assert ran.problem.code == "notebook_died"


@pytest.mark.parametrize("cell", ["while True: print('x' * 100)", "while True: display(1)"])
def test_a_cell_that_shows_without_end_is_ended_before_it_fills_the_memory(
    tmp_path: Path, cell: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("asn_research.reports.pages.notebook._MOST_SHOWN", 4)
    ran = execute_notebook(
        write(tmp_path, cell), check_parameters({"region": "kalianda"}), limit=Limit.begin(120)
    )
    assert ran.problem is not None
    assert ran.problem.code == "notebook_loud"
    assert len(nbformat.writes(ran.notebook)) < 6 * 2**20


def test_nothing_runs_when_the_notebook_would_ignore_a_parameter(tmp_path: Path) -> None:
    path = tmp_path / "deaf.ipynb"
    cell = new_code_cell('regoin: str = "x"  # folder', metadata={"tags": ["parameters"]})
    nbformat.write(new_notebook(cells=[cell]), path)
    with pytest.raises(ParameterError, match="Did you mean 'regoin'"):
        execute_notebook(path, check_parameters({"region": "kalianda"}))


def test_a_file_that_is_no_notebook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "broken.ipynb"
    path.write_text("{not json", encoding="utf-8")
    with pytest.raises(ReportError, match=r"broken\.ipynb"):
        read_notebook(path)


@pytest.mark.parametrize("other", [{"region": "bukittinggi"}, {"period": "2024"}, {"language": "en"}])
def test_an_output_of_another_report_is_refused(other: dict[str, str]) -> None:
    check_identity(shown(ASKED), **ASKED)
    with pytest.raises(ReportError, match="asked for kalianda 2025 id"):
        check_identity(shown(ASKED | other), **ASKED)


@pytest.mark.parametrize("data", [{"image/png": "aa"}, {"image/svg+xml": "<svg/>"}, {"text/html": "<p>"}])
def test_a_figure_or_table_without_a_stamp_is_refused(data: dict[str, str]) -> None:
    with pytest.raises(ReportError, match="does not say whose it is"):
        check_identity(shown(None, **data), **ASKED)


def test_a_notebook_that_shows_nothing_is_refused() -> None:
    with pytest.raises(ReportError, match="showed nothing"):
        check_identity(new_notebook(cells=[new_code_cell("1")]), **ASKED)


def test_findings_are_shown_exactly_once() -> None:
    once = shown(ASKED, **{FINDINGS_MIMETYPE: [{"question": "coverage"}]})
    assert read_shown_findings(once) == [{"question": "coverage"}]
    with pytest.raises(ReportError, match="found 0 times"):
        read_shown_findings(shown(ASKED))
