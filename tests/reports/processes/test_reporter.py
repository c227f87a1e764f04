"""The kernel of reports: what it shows comes together, and taken apart is what any kernel shows."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from asn_research.reports.pages.notebook import execute_notebook, read_notebook
from asn_research.reports.processes.fork import SWITCH
from asn_research.reports.processes.kernel import kernel_manager
from asn_research.reports.processes.reporter import PIECES
from asn_research.reports.publications.parameter import check_parameters

PARAMETERS = 'region: str = "nowhere"  # folder\nlanguage: str = "id"  # id, en'
SHOWING = """
import sys, threading
from IPython.display import Markdown, clear_output, display
display({"text/plain": "one"}, raw=True, metadata={"asn_research": {"region": "x"}})
display(Markdown("two"), "three")
print("four", end="")
display("five")
print("six", file=sys.stderr, end="")
display("seven", display_id="kept")
display("eight", display_id="kept", update=True)
changing = {"text/plain": "nine"}
display(changing, raw=True)
changing["text/plain"] = "changed later"
thread = threading.Thread(target=lambda: display("ten"))
thread.start(); thread.join()
display("eleven")
thread = threading.Thread(target=lambda: print("twelve", end="", flush=True))
thread.start(); thread.join()
"thirteen"
"""
CLEARING = 'display("gone"); display("gone too"); clear_output(wait=True); display("a"); display("b")'
MANY = "for number in range(120): display(number)"
LARGE = "display('x' * 3_000_000); display('y' * 3_000_000); print('z' * 200_000)"
SILENCED = "import io; display('x'); sys.stdout = sys.stderr = io.StringIO(); display('y'); 'unheard'"
FORKING = """
import os
display("once")
if not os.fork():
    print("child", flush=True)
    os._exit(0)
os.wait()
"""
WAITING = """
import asyncio
task = asyncio.create_task(asyncio.sleep(60))
display("before")
await asyncio.sleep(0.01)
print("while", end="")
display("after")
"result"
"""
UNFIT = (
    "display({'text/plain': 'a'}, raw=True, metadata={'x': object()})",
    "display({'text/plain': 'a', 'application/json': [object()]}, raw=True)",
    "display({'text/plain': chr(0xd800)}, raw=True)",
)
STOPPING = "display('before'); 1 / 0"


def seen(output: NotebookNode) -> tuple[Any, ...]:
    """What an output shows; of an error its name, as its calls are left out of reports."""
    if output.output_type == "error":
        return ("error", output.ename)
    if output.output_type == "stream":
        return (output.name, output.text)
    return (output.output_type, output.get("execution_count"), *output.data.values(), output.metadata)


def write(folder: Path, *sources: str) -> Path:
    first = new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]})
    path = folder / "small.ipynb"
    nbformat.write(new_notebook(cells=[first, *map(new_code_cell, sources)]), path)
    return path


@pytest.mark.parametrize("fork", ["1", "0"])
def test_what_cells_show_is_what_an_ordinary_kernel_shows(
    tmp_path: Path, fork: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One message for all pieces of a cell, taken apart again: nothing lost, nothing out of its order."""
    monkeypatch.setenv(SWITCH, fork)
    path = write(tmp_path, SHOWING, CLEARING, WAITING, MANY, LARGE, SILENCED, STOPPING)
    ran = execute_notebook(path, check_parameters({"region": "kalianda"})).notebook
    ordinary = read_notebook(path)
    ordinary.cells.insert(1, new_code_cell("0;"))  # so that cells have the same numbers
    NotebookClient(ordinary, allow_errors=True).execute()
    cells = {cell.source: cell for cell in ran.cells if cell.cell_type == "code"}
    for cell in ordinary.cells[2:]:
        assert [*map(seen, cells[cell.source].outputs)] == [*map(seen, cell.outputs)]
        assert cells[cell.source].execution_count == cell.execution_count
    assert len(cells[MANY].outputs) == 120
    assert [seen(output)[2] for output in cells[CLEARING].outputs] == ["'a'", "'b'"]


@pytest.mark.parametrize("source", UNFIT)
def test_what_cannot_be_sent_is_an_error_of_the_cell_that_displays_it(tmp_path: Path, source: str) -> None:
    path = write(tmp_path, f"display('before')\n{source}")
    ran = execute_notebook(path, check_parameters({"region": "kalianda"}))
    assert ran.problem is not None
    assert ran.problem.code == "notebook_stopped_silent"
    assert [output.output_type for output in ran.notebook.cells[-1].outputs] == ["display_data", "error"]


def test_the_pieces_of_a_cell_come_as_one_message_to_who_can_take_them_apart(tmp_path: Path) -> None:
    source = 'display({"text/plain": "a"}, raw=True); display({"text/plain": "b"}, raw=True)'
    notebook = new_notebook(cells=[new_code_cell(source)])
    manager = kernel_manager(profile=tmp_path, together=True)
    NotebookClient(notebook, kernel_manager_class=manager, shutdown_kernel="immediate").execute()
    (output,) = notebook.cells[0].outputs
    assert [piece["data"]["text/plain"] for piece in output.data[PIECES]] == ["a", "b"]


def test_a_process_that_a_cell_forks_shows_nothing_twice(tmp_path: Path) -> None:
    path = write(tmp_path, FORKING)
    outputs = execute_notebook(path, check_parameters({"region": "kalianda"})).notebook.cells[-1].outputs
    assert [seen(output)[2] for output in outputs if output.output_type == "display_data"] == ["'once'"]


@pytest.mark.parametrize("fork", ["1", "0"])
def test_nothing_that_a_person_has_set_up_runs_before_a_report(
    tmp_path: Path, fork: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own.py"
    own.write_text("own = 1", encoding="utf-8")
    settings = tmp_path / "ipython" / "profile_default" / "ipython_config.py"
    settings.parent.mkdir(parents=True)
    settings.write_text("c.InteractiveShellApp.exec_lines = ['set_up = 1']", encoding="utf-8")
    monkeypatch.setenv("PYTHONSTARTUP", str(own))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv(SWITCH, fork)
    path = write(tmp_path, "[name for name in ('own', 'set_up') if name in globals()]")
    ran = execute_notebook(path, check_parameters({"region": "kalianda"})).notebook
    assert ran.cells[-1].outputs[0].data["text/plain"] == "[]"


def test_it_starts_like_any_program() -> None:
    command = [sys.executable, "-m", "asn_research.reports.processes.reporter", "--version"]
    assert subprocess.run(command, capture_output=True, check=True, text=True).stdout.strip()
