"""Running a product notebook: strict parameters, this interpreter's kernel, a limit, an identity check."""

from __future__ import annotations

import logging
import math
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import nbformat
from jupyter_client.manager import AsyncKernelManager
from nbclient.client import CellExecutionComplete
from nbclient.util import run_sync
from nbformat import NotebookNode
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NotebookExecutionManager
from papermill.exceptions import PapermillExecutionError
from papermill.execute import raise_for_execution_errors, remove_error_markers
from papermill.parameterize import parameterize_notebook

from asn_research import errors
from asn_research.contract.region import ACROSS
from asn_research.errors import Place, Problem, ReportError
from asn_research.ingest.storage import scratch_prefix
from asn_research.ingest.store import find_project
from asn_research.reports.pages.stamp import FINDINGS_MIMETYPE, STAMP
from asn_research.reports.processes.defect import FILE as ACCOUNT
from asn_research.reports.processes.defect import Defect, read_cell_defect
from asn_research.reports.processes.kernel import kernel_manager
from asn_research.reports.processes.limit import MEMORY_ERRORS, Limit, large, late
from asn_research.reports.processes.obstacle import explain_text, hide_paths
from asn_research.reports.processes.reporter import PIECES
from asn_research.reports.publications.parameter import (
    FOLDERS,
    INJECTED_TAG,
    CrossRegionParameters,
    ReportParameters,
    check_declared,
)

_MARK: Final = "papermill-error-cell-tag"
_START: Final = 60
"""Seconds after which a kernel that says nothing is given up."""
_MOST_SHOWN: Final = 64
"""Megabytes that a notebook may show: a hundred times what the largest reports do."""
_LEAST_WEIGHT: Final = 10_000
"""Characters that every output counts for, however little it shows."""
_CODE_ERRORS: Final = frozenset(
    [
        "AttributeError", "ImportError", "IndentationError", "MemoryError", "ModuleNotFoundError",
        "NameError", "RecursionError", "SyntaxError", "ZeroDivisionError",
    ]
)  # fmt: skip
"""Errors whose messages quote code, never data."""


@dataclass(frozen=True)
class Execution:
    """A notebook after its run, and the problem that stopped it, if one did.

    Where an exception did, ``defect`` tells which calls led to it.
    """

    notebook: NotebookNode
    problem: Problem | None = None
    defect: Defect | None = None


class _FloodError(Exception):
    """A notebook showed more than any report does."""


class _Client(PapermillNotebookClient):  # type: ignore[misc]
    """papermill's client, taking what is displayed as it comes: it is checked with the whole notebook.

    It asks for one cell after the other and waits, without a loop of events. A cell that prints without end
    would fill the memory of the worker, not of its kernel: it is ended.
    """

    _shown = 0

    def execute(self, **_: Any) -> NotebookNode:
        """Run the notebook in a kernel of its own, which ends with it, whatever happens."""
        self.reset_execution_trackers()
        self.create_kernel_manager()
        try:
            self.start_new_kernel()
            self.start_new_kernel_client()
            self.papermill_execute_cells()
            self.nb.metadata["language_info"] = self.kc.language_info
            self.set_widgets_metadata()
        finally:
            if self.km is not None:
                self._cleanup_kernel()
        return self.nb

    def execute_cell(self, cell: NotebookNode, cell_index: int, **_: Any) -> NotebookNode:
        """Run a cell.

        Raises
        ------
        CellExecutionError
            If it stops with an exception.
        RuntimeError
            If the kernel ends, or tells no end of the cell.
        TimeoutError
            If it takes longer than it may.
        """
        if not cell.source.strip() or self.skip_cells_with_tag in cell.metadata.get("tags", []):
            return cell
        cell.outputs, self.clear_before_next_output = [], False
        reply = None
        asked = self.kc.execute(cell.source, stop_on_error=False)  # else a kernel may pass over the next cell
        for message in self.kc.listen(asked, seconds=self._get_timeout(cell)):
            if message["msg_type"] == "execute_reply":
                reply = message
                cell["execution_count"] = message["content"].get("execution_count")
            else:
                with suppress(CellExecutionComplete):
                    self.process_message(message, cell, cell_index)
        run_sync(self._check_raise_for_error)(cell, cell_index, reply)
        return cell

    def output(
        self, outs: list[NotebookNode], msg: dict[str, Any], display_id: str | None, cell_index: int
    ) -> NotebookNode | None:
        shown = None
        for piece in msg["content"].get("data", {}).get(PIECES) or [msg["content"]]:
            self._shown += _LEAST_WEIGHT + _weigh(piece)
            if self._shown > _MOST_SHOWN * 2**20:
                raise _FloodError
            shown = self._take(outs, {**msg, "content": piece}, display_id, cell_index)
        return shown

    def _take(
        self, outs: list[NotebookNode], msg: dict[str, Any], display_id: str | None, cell_index: int
    ) -> NotebookNode | None:
        kind, content = msg["msg_type"], msg["content"]
        is_plain = kind in ("display_data", "execute_result") and not display_id
        if not is_plain or self.clear_before_next_output or any(self.output_hook_stack.values()):
            output: NotebookNode | None = super().output(outs, msg, display_id, cell_index)
            return output
        shown = NotebookNode(output_type=kind)
        for part in ("metadata", "data"):
            dict.__setitem__(shown, part, NotebookNode(content[part]))
        if kind == "execute_result":
            shown["execution_count"] = content["execution_count"]
        outs.append(shown)
        return shown


def _weigh(content: Mapping[str, Any]) -> int:
    """How many characters an output shows, in all its forms."""
    return len(content.get("text", "")) + sum(
        len(form if isinstance(form, str) else str(form)) for form in content.get("data", {}).values()
    )


class _Account(NotebookExecutionManager):  # type: ignore[misc]
    """papermill's account of a run, which keeps no times of cells: reports bear none."""

    def cell_complete(self, cell: NotebookNode, **_: Any) -> None:
        """Note that a cell has run, unless it has failed."""
        if cell.metadata.papermill["status"] != self.FAILED:
            cell.metadata.papermill["status"] = self.COMPLETED


def read_notebook(path: Path) -> NotebookNode:
    """Read a notebook file.

    Raises
    ------
    ReportError
        If there is no such file or it is not a notebook.
    """
    try:
        return nbformat.read(path, as_version=4)
    except (OSError, ValueError, nbformat.reader.NotJSONError) as error:
        problem = Problem("notebook_unreadable", f"this notebook cannot be read: {error}.", Place(path.name))
        raise ReportError(problem) from error


def execute_notebook(
    path: Path,
    parameters: ReportParameters | CrossRegionParameters,
    *,
    limit: Limit | None = None,
) -> Execution:
    """Run a product notebook by papermill and return it with what stopped it, if anything did.

    Parameters
    ----------
    path
        The notebook.
    parameters
        Checked parameters; the notebook must declare each one that is given.
    limit
        What it may take of time and memory (None: no limit).

    Raises
    ------
    ParameterError
        If the notebook does not declare a parameter.
    ReportError
        If the notebook cannot be read.
    FullDiskError
        If it met a full disk.
    """
    notebook = read_notebook(path)
    values = parameters.given()
    check_declared(notebook, values, name=path.name)
    logging.getLogger("papermill").setLevel(logging.CRITICAL)
    limit = limit or Limit()
    ran = _prepare(notebook, values)
    problem = defect = None
    with tempfile.TemporaryDirectory(prefix=scratch_prefix()) as profile:
        try:
            manager = kernel_manager(profile=Path(profile), memory_limit=limit.megabytes, together=True)
            _run(ran, manager=manager, limit=limit)
        except PapermillExecutionError as error:
            told = explain_text(error.ename, error.evalue, _folders(values))
            defect = None if told else _read_defect(error)
            account = _account(values) if defect else ""
            problem = told or _stopped(error, path.name, limit, account=account)
        except TimeoutError:
            problem = late(limit.seconds or 0, Place(path.name))
        except _FloodError:
            problem = _loud(path.name)
        except RuntimeError:
            problem = _ended(path.name, limit)
    if problem is not None:
        _mark(ran, problem)
    return Execution(settle(ran), problem, defect)


def _prepare(notebook: NotebookNode, values: dict[str, Any]) -> NotebookNode:
    """The notebook with its parameters, as papermill wants it before it runs it."""
    notebook.metadata["papermill"] = {"parameters": {}}
    for cell in notebook.cells:
        cell.metadata.setdefault("tags", [])
    prepared = parameterize_notebook(notebook, values, kernel_name="python3", language="python")
    for cell in prepared.cells:
        cell.metadata["papermill"] = {}
    return remove_error_markers(prepared)


def _run(notebook: NotebookNode, *, manager: type[AsyncKernelManager], limit: Limit) -> None:
    """Run a prepared notebook where it is, also where an exception ends its run.

    The steps of papermill's call are made one by one, because the call copies the notebook several times,
    writes it as text twice, also where no file is asked for, and keeps account of every cell of prose.
    """
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    account = _Account(NotebookNode({**notebook, "cells": code}), progress_bar=False, autosave_cell_every=0)
    client = _Client(
        account,
        kernel_name="python3",
        kernel_manager_class=manager,
        log=logging.getLogger("papermill"),
        record_timing=False,
        shutdown_kernel="immediate",
        startup_timeout=math.ceil(min(_START, limit.seconds_left or _START)),
        timeout_func=lambda _cell: limit.seconds_left,
    )
    account.notebook_start()
    try:
        client.execute()
    finally:
        account.notebook_complete()
    nbformat.validate(notebook)
    raise_for_execution_errors(notebook, None)


def _stopped(error: PapermillExecutionError, name: str, limit: Limit, *, account: str = "") -> Problem:
    """What is said of an exception in a cell; ``account`` is where the calls that led to it are kept."""
    if limit.megabytes is not None and error.ename in MEMORY_ERRORS:
        return large(limit.megabytes, Place(name))
    fields = {"cell": str(error.cell_index + 1), "error": error.ename}
    message = f"cell {error.cell_index + 1} stopped with {error.ename}"
    remedy = f"The calls that led to it are in {account}." if account else ""
    fields |= {"account": account} if account else {}
    if not _is_of_code(error.ename):
        return Problem("notebook_stopped_silent", f"{message}.", Place(name), remedy, fields)
    fields["text"] = hide_paths(error.evalue)
    return Problem("notebook_stopped", f"{message}: {fields['text']}", Place(name), remedy, fields)


def _ended(name: str, limit: Limit) -> Problem:
    """What is said of a kernel that has ended, or that has not answered at all."""
    if limit.deadline is not None and time.monotonic() >= limit.deadline:
        return late(limit.seconds or 0, Place(name))
    message = "the process that computed this report ended unexpectedly, perhaps for lack of memory."
    return Problem("notebook_died", message, Place(name), "Run again with --jobs 1.")


def _loud(name: str) -> Problem:
    fields = {"megabytes": str(_MOST_SHOWN)}
    message = f"the notebook shows more than {fields['megabytes']} MB; it was ended."
    return Problem("notebook_loud", message, Place(name), "Let its cells print and display less.", fields)


def _account(values: Mapping[str, Any]) -> str:
    """Where the account of an exception is kept, as seen from the folders of a run."""
    parts = [values.get("region") or ACROSS, values.get("period") or "", ACCOUNT]
    return "/".join(["processed", *filter(None, parts)])


def _read_defect(error: PapermillExecutionError) -> Defect | None:
    """Which calls led to the exception in a cell; nothing of one that only says that memory is used up."""
    if error.ename in MEMORY_ERRORS:
        return None
    return read_cell_defect(
        error.ename,
        error.traceback,
        cell=error.cell_index + 1,
        turn=error.exec_count,
        source=error.source or "",
    )


def _folders(values: Mapping[str, Any]) -> dict[str, Path]:
    """The folders that a notebook works in: those it was handed, else those of the project."""
    try:
        project = find_project()
    except errors.RegionError:
        project = Path()
    places = {"raw": "data/raw", "processed": "data/processed", "reports": "reports"}
    return {name: Path(values.get(name) or project / place) for name, place in places.items()}


def _is_of_code(name: str) -> bool:
    """Whether what an error says is of this program or of code; others may quote a cell of the data."""
    own = getattr(errors, name, None)
    return name in _CODE_ERRORS or (isinstance(own, type) and issubclass(own, errors.AsnResearchError))


def _mark(notebook: NotebookNode, problem: Problem) -> None:
    """Set a mark before the last cell that was begun, where papermill itself has set none."""
    if any(_MARK in cell.metadata.get("tags", []) for cell in notebook.cells):
        return
    begun = [
        number
        for number, cell in enumerate(notebook.cells)
        if cell.cell_type == "code" and cell.metadata.get("papermill", {}).get("start_time")
    ]
    mark = nbformat.v4.new_markdown_cell(problem.message, metadata={"tags": [_MARK]})
    notebook.cells.insert(begun[-1] if begun else 0, mark)


def settle(notebook: NotebookNode) -> NotebookNode:
    """The notebook with positional cell ids and without the traces of clock, machine and folders.

    Of an error its kind stays, and its message where that cannot hold data; the calls that led to it show
    paths and pieces of data.
    """
    for number, cell in enumerate(notebook.cells, start=1):
        cell["id"] = f"cell-{number:02d}"
        if INJECTED_TAG in cell.metadata.get("tags", []):
            lines = cell.source.splitlines()
            cell["source"] = "\n".join(line for line in lines if line.partition(" = ")[0] not in FOLDERS)
        for transient in ("papermill", "execution"):
            cell.metadata.pop(transient, None)
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                output["evalue"] = hide_paths(output.evalue) if _is_of_code(output.ename) else ""
                output["traceback"] = [f"{output.ename}: {output.evalue}"]
    notebook.metadata.pop("papermill", None)
    notebook.metadata["kernelspec"] = {
        "display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3",
    }  # fmt: skip
    return notebook


def _outputs(notebook: NotebookNode) -> Iterator[NotebookNode]:
    for cell in notebook.cells:
        yield from (output for output in cell.get("outputs", []) if "data" in output)


def check_identity(notebook: NotebookNode, *, region: str, period: str, language: str) -> None:
    """Check that every figure, table and text of an executed notebook is of the report asked for.

    Raises
    ------
    ReportError
        If an output is stamped with another region, period or language, if a figure or table bears no stamp,
        or if nothing is stamped at all.
    """
    asked = {"region": region, "period": period, "language": language}
    stamped = 0
    for output in _outputs(notebook):
        stamp = output.metadata.get(STAMP)
        if stamp is None:
            if set(output.data) - {"text/plain"}:
                kinds = ", ".join(sorted(output.data))
                raise ReportError(
                    Problem("output_unstamped", f"an output ({kinds}) does not say whose it is.")
                )
            continue
        stamped += 1
        found = {name: stamp.get(name) for name in asked}
        if found != asked:
            fields = {"asked": " ".join(asked.values()), "found": " ".join(map(str, found.values()))}
            message = f"asked for {fields['asked']}, but an output is of {fields['found']}."
            remedy = "The report was not published."
            raise ReportError(Problem("output_foreign", message, remedy=remedy, fields=fields))
    if not stamped:
        raise ReportError(Problem("output_missing", "the notebook showed nothing of this region."))


def read_shown_findings(notebook: NotebookNode) -> list[dict[str, Any]]:
    """The records of findings.json, from the output in which the notebook shows its findings.

    Raises
    ------
    ReportError
        If the notebook shows no findings or shows them twice.
    """
    shown = [
        output.data[FINDINGS_MIMETYPE] for output in _outputs(notebook) if FINDINGS_MIMETYPE in output.data
    ]
    if len(shown) != 1:
        raise ReportError(
            Problem("findings_missing", f"expected the findings once, found {len(shown)} times.")
        )
    records: list[dict[str, Any]] = shown[0]
    return records
