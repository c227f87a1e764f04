"""The notebooks that people open first run from top to bottom and print what they promise."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import nbformat
import papermill
import pytest
from bs4 import BeautifulSoup

from asn_research.reports.processes.kernel import kernel_manager

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"


def run(name: str, folder: Path) -> nbformat.NotebookNode:
    """As it runs in the kernel of this project, a fork of a process that has imported everything."""
    path = NOTEBOOKS / name
    out = folder / "out.ipynb"
    (folder / "profile").mkdir()
    kernels = kernel_manager(profile=folder / "profile")
    papermill.execute_notebook(
        path, out, cwd=path.parent, kernel_name="python3", kernel_manager_class=kernels, progress_bar=False
    )
    return nbformat.read(out, as_version=4)


def results(book: nbformat.NotebookNode) -> list[str]:
    outputs = [output for cell in book.cells if cell.cell_type == "code" for output in cell.outputs]
    return [output.data["text/plain"] for output in outputs if "data" in output]


def pictures(book: nbformat.NotebookNode) -> list[str]:
    outputs = [output for cell in book.cells if cell.cell_type == "code" for output in cell.outputs]
    return [output.data["image/png"] for output in outputs if "image/png" in output.get("data", {})]


def rows(output: dict[str, str]) -> list[list[str]]:
    """The cells of an HTML table, row by row, without its head."""
    body = BeautifulSoup(output["text/html"], "html.parser").find("tbody")
    return [[cell.get_text() for cell in row.find_all(["th", "td"])] for row in body.find_all("tr")]


def within_rounding(printed: str, ours: str) -> bool:
    """At most half a unit of the last digit that was printed; exact in decimals, so no float slack."""
    published = Decimal(printed)
    half = Decimal(5).scaleb(published.as_tuple().exponent - 1)
    return abs(Decimal(ours) - published) <= half


@pytest.fixture(scope="module")
def validation(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[list[str]]]:
    """The tables that the validation notebook shows, by the source of the cell that shows them."""
    book = run("method_validation.ipynb", tmp_path_factory.mktemp("validation"))
    code = [cell for cell in book.cells if cell.cell_type == "code" and cell.outputs]
    assert [output for cell in code for output in cell.outputs if output.output_type == "stream"] == []
    return {cell.source.splitlines()[-1]: rows(cell.outputs[-1].data) for cell in code}


def test_validation_reproduces_every_published_number(validation: dict[str, list[list[str]]]) -> None:
    summary = validation["summary.round(6).rename(columns=words)"]
    assert len(summary) >= 40
    for *_, name, printed, ours, difference, agrees in summary:
        assert within_rounding(printed, ours), name
        assert float(difference) == pytest.approx(float(ours) - float(printed), abs=2e-6, rel=0)  # six digits
        assert agrees == "True"
    studies = [row[0] for row in summary if len(row) == 6]
    assert len(studies) == len(set(studies)) == 9


def test_validation_shows_each_study_once_and_again_in_the_summary(
    validation: dict[str, list[list[str]]],
) -> None:
    *studies, summary = [table for source, table in validation.items() if source.endswith("words)")]
    assert sorted(row[:2] for table in studies for row in table) == sorted(row[-5:-3] for row in summary)


def test_validation_opens_with_the_published_experiment(validation: dict[str, list[list[str]]]) -> None:
    """Dehejia and Wahba (1999): 1,794 dollars (633); R's lm: 1,676 (639); before-after is far off."""
    nsw = validation["nsw.rename(columns=words)"]
    assert [row[1] for row in nsw] == ["1794", "633", "1676", "639"]
    (naive,) = next(table for source, table in validation.items() if source.startswith("naive.tidy"))
    assert float(naive[1]) > 2 * 1794


def test_validation_ends_with_the_coverage_table(validation: dict[str, list[list[str]]]) -> None:
    table = list(validation.values())[-1]
    figures = [[float(cell) for cell in row[-6:]] for row in table]
    assert len(figures) == 3 * 16
    assert min(row[0] for row in figures) > 93.5
    assert min(row[-1] for row in figures) < 70


def test_first_exploration_is_short_and_shows_method_and_picture(tmp_path: Path) -> None:
    book = run("exploration/start_here.ipynb", tmp_path)
    assert len(book.cells) == 10
    assert any("practice" in text for text in results(book))
    assert pictures(book)


def test_comparing_methods_shows_both_models_all_pairs_and_a_picture(tmp_path: Path) -> None:
    book = run("exploration/compare_methods.ipynb", tmp_path)
    text = "\n".join(results(book))
    assert {"change", "ancova"} <= set(text.split())
    assert text.count("workshop - seminar") == 1
    assert pictures(book)


def test_own_question_goes_from_table_to_picture_without_losing_a_row(tmp_path: Path) -> None:
    book = run("exploration/own_question.ipynb", tmp_path)
    before, after = next(
        found for text in results(book) if (found := re.fullmatch(r"\((\d+), (\d+)\)", text))
    ).groups()
    assert before == after
    assert pictures(book)


def test_a_number_checked_by_hand_is_the_number_of_the_report(tmp_path: Path) -> None:
    """The mean is the same; CR2 is a little wider than statsmodels' CR1; nobody is left out."""
    book = run("exploration/check_a_number.ipynb", tmp_path)
    text = next(text for text in results(book) if text.startswith("difference"))
    numbers = dict(line.split() for line in text.splitlines() if not line.startswith("dtype"))
    difference, ratio = float(numbers["difference"]), float(numbers["ratio"])
    assert float(numbers["people"]) == 0
    assert difference == 0  # to the six digits shown
    assert 1 < ratio < 1.1


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.rglob("*.ipynb")), ids=lambda path: path.stem)
def test_notebooks_are_stored_without_outputs(path: Path) -> None:
    book = nbformat.read(path, as_version=4)
    nbformat.validate(book)
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    assert [cell.id for cell in code if cell.outputs or cell.execution_count] == []
    assert [cell.id for cell in book.cells] == [
        f"cell-{number:02d}" for number in range(1, len(book.cells) + 1)
    ]


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_git_shows_a_changed_cell_as_text(tmp_path: Path) -> None:
    """With what ``make review`` sets, and the attributes of this repository."""
    pytest.importorskip("nbdime", reason="notebooks are compared by nbdime")

    def git(*words: str) -> str:
        who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
        return subprocess.run(
            ["git", *who, *words], cwd=tmp_path, capture_output=True, text=True, check=True
        ).stdout

    root = NOTEBOOKS.parent
    recipe = (
        (root / "Makefile")
        .read_text(encoding="utf-8")
        .replace("$(CURDIR)/$(BIN)", str(Path(sys.executable).parent))
    )
    git("init", "-q")
    for line in re.findall(r"^\tgit (config .*)$", recipe, flags=re.M):
        git(*shlex.split(line))
    shutil.copy(root / ".gitattributes", tmp_path)
    notebook = tmp_path / "start_here.ipynb"
    shutil.copy(NOTEBOOKS / "exploration" / "start_here.ipynb", notebook)
    git("add", "--all")
    git("commit", "-q", "-m", "first")
    text = notebook.read_text(encoding="utf-8")
    notebook.write_text(text.replace("bukittinggi", "kalianda"), encoding="utf-8")
    shown = git("diff")
    assert re.search(r"modified /cells/\d+/source", shown)
    assert 'data = ar.open_region("kalianda")' in shown
    assert '"cell_type"' not in shown
