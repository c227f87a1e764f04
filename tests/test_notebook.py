"""The notebooks that people open first run from top to bottom and print what they promise."""

from __future__ import annotations

from pathlib import Path

import nbformat
import papermill
import pytest

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"


def run(name: str, folder: Path) -> nbformat.NotebookNode:
    path = NOTEBOOKS / name
    out = folder / "out.ipynb"
    papermill.execute_notebook(path, out, cwd=path.parent, kernel_name="python3", progress_bar=False)
    return nbformat.read(out, as_version=4)


def results(book: nbformat.NotebookNode) -> list[str]:
    outputs = [output for cell in book.cells if cell.cell_type == "code" for output in cell.outputs]
    return [output.data["text/plain"] for output in outputs if "data" in output]


def test_validation_reproduces_the_published_experiment(tmp_path: Path) -> None:
    """Dehejia and Wahba (1999): 1,794 dollars (633); R's lm: 1,676 (639) with covariates."""
    lines = {
        line.split()[0]: line.split()[1:]
        for line in results(run("method_validation.ipynb", tmp_path))[-1].split("\n")
    }
    for row, estimate, error in (("experiment", 1794.0, 633.0), ("ANCOVA", 1676.0, 639.0)):
        assert [float(cell) for cell in lines[row]] == [estimate, error, estimate, error]
    assert float(lines["before-after"][0]) > 2 * 1794


@pytest.mark.parametrize("name", ["exploration/start_here.ipynb"])
def test_exploration_runs_from_top_to_bottom(name: str, tmp_path: Path) -> None:
    book = run(name, tmp_path)
    assert len(book.cells) == 10
    assert any("practice" in text for text in results(book))
    assert any(
        "image/png" in o.get("data", {}) for c in book.cells if c.cell_type == "code" for o in c.outputs
    )


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.rglob("*.ipynb")), ids=lambda path: path.stem)
def test_notebooks_are_stored_without_outputs(path: Path) -> None:
    book = nbformat.read(path, as_version=4)
    nbformat.validate(book)
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    assert [cell.id for cell in code if cell.outputs or cell.execution_count] == []
    assert [cell.id for cell in book.cells] == [
        f"cell-{number:02d}" for number in range(1, len(book.cells) + 1)
    ]
