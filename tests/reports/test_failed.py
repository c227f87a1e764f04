"""A report that fails says where and with what kind of error, and quotes no cell of the office's files."""

from __future__ import annotations

import nbformat
import pytest
from papermill.exceptions import PapermillExecutionError

from asn_research.language import LANGUAGES
from asn_research.reports.pages.edition import stub_page
from asn_research.reports.pages.notebook import _stopped, settle
from asn_research.reports.processes import defect
from asn_research.reports.processes.limit import Limit
from asn_research.reports.publications.problem import notice

CELL = "Suparman;III/b;nilai 41,5;Kecamatan Guguk Panjang"
TRACE = [f"File /home/kantor/x.py, line 3\nKeyError: {CELL}", f"  row = {CELL!r}"]


def failed(name: str, said: str) -> nbformat.NotebookNode:
    output = nbformat.v4.new_output("error", ename=name, evalue=said, traceback=TRACE)
    cell = nbformat.v4.new_code_cell("report.section('learning_gain')", outputs=[output])
    return settle(nbformat.v4.new_notebook(cells=[cell]))


@pytest.mark.parametrize("name", ["KeyError", "ValueError", "ParserError", "IndexError", "Exception"])
def test_what_an_unknown_error_quotes_is_not_published(name: str) -> None:
    error = PapermillExecutionError(
        cell_index=4, exec_count=5, source="x", ename=name, evalue=CELL, traceback=TRACE
    )
    problem = _stopped(error, "region_report.ipynb", Limit())
    published = [nbformat.writes(failed(name, CELL)), str(problem), str(problem.fields)]
    for language in LANGUAGES:
        published += [stub_page("Kota Contoh", "2025", language, (problem,)), str(notice(problem, language))]
    for text in published:
        assert name in text or "Kota Contoh" in text
        assert not any(part in text for part in ("Suparman", "41,5", "Guguk", "/home"))


def test_what_this_program_says_stays() -> None:
    said = "baseline has 3 people; at least 10 are needed"
    notebook = failed("TooFewObservationsError", said)
    assert notebook.cells[0].outputs[0].evalue == said
    error = PapermillExecutionError(
        cell_index=4, exec_count=5, source="x", ename="TooFewObservationsError", evalue=said, traceback=[]
    )
    assert said in _stopped(error, "region_report.ipynb", Limit()).message
    assert failed("NameError", "name 'reprot' is not defined").cells[0].outputs[0].evalue


def test_the_account_of_a_cell_tells_every_call_and_no_text_of_the_exception() -> None:
    shown = [
        "-" * 75,
        "\x1b[31mKeyError\x1b[39m                    Traceback (most recent call last)",
        f"\x1b[36mCell\x1b[39m In[3]\x1b[32m, line 2\x1b[39m\n      1 first\n----> 2 open_all({CELL!r})\n",
        f"File \x1b[32m{defect.__file__}:3\x1b[39m, in \x1b[36mopen_all\x1b[39m(name='{CELL}')\n> 3 {CELL}",
        f"KeyError: {CELL!r}\nFile /home/kantor/Suparman.py:3, in Suparman",
        "ValueError                    Traceback (most recent call last)",
        "Cell In[2], line 9, in helper(x)",
        f"ValueError: {CELL}",
    ]
    source = "first\nopen_all(report)"
    found = defect.read_cell_defect("ValueError", shown, cell=5, turn=3, source=source)
    lines = [line.strip() for line in found.account.splitlines()]
    assert lines[:5] == [
        "ValueError in cell 5",
        "KeyError",
        "cell 5:2 in <module>",
        "open_all(report)",
        "asn_research/reports/processes/defect.py:3 in open_all",
    ]
    assert lines[-3:-1] == ["ValueError", "an earlier cell:9 in helper"]
    assert found.place == "asn_research/reports/processes/defect.py:3"
    assert not any(part in found.account for part in ("Suparman", "41,5", "Guguk", "/home"))
