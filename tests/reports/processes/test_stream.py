"""What kernels print arrives in its order and whole, though empty streams are not flushed."""

from __future__ import annotations

from pathlib import Path

from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from asn_research.reports.processes.kernel import kernel_manager

PRINTING = """
import os, sys, threading
from IPython.display import display
print("one", end="")
display({"text/plain": "shown"}, raw=True)
print("two", end="")
print("three", file=sys.stderr, end="")
display({"text/plain": "shown again"}, raw=True)
thread = threading.Thread(target=lambda: print("four", end="", flush=True))
thread.start()
thread.join()
"""


def test_words_keep_their_place_among_what_is_displayed(tmp_path: Path) -> None:
    notebook = new_notebook(cells=[new_code_cell(PRINTING), new_code_cell("print('five' * 50_000)")])
    manager = kernel_manager(profile=tmp_path)
    NotebookClient(notebook, kernel_manager_class=manager, shutdown_kernel="immediate").execute()
    outputs = [
        output.text if output.output_type == "stream" else output.data["text/plain"]
        for output in notebook.cells[0].outputs
    ]
    assert outputs[:2] == ["one", "shown"]
    assert sorted(outputs[2:4]) == ["three", "two"]  # two streams: either may come first
    assert outputs[4:] == ["shown again", "four"]
    assert "".join(output.text for output in notebook.cells[1].outputs) == "five" * 50_000 + "\n"


def test_the_streams_of_a_report_are_lazy(tmp_path: Path) -> None:
    notebook = new_notebook(cells=[new_code_cell("import sys; type(sys.stdout).__name__")])
    NotebookClient(notebook, kernel_manager_class=kernel_manager(profile=tmp_path)).execute()
    assert notebook.cells[0].outputs[0].data["text/plain"] == "'LazyStream'"
