"""Running a product notebook: strict parameters, this interpreter's kernel, a limit, an identity check."""

from __future__ import annotations

import logging
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import papermill
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import CellTimeoutError
from nbformat import NotebookNode
from papermill.exceptions import PapermillExecutionError

from asn_research.errors import Place, Problem, ReportError
from asn_research.reports.parameter import CrossRegionParameters, ReportParameters, check_declared
from asn_research.reports.stamp import FINDINGS_MIMETYPE, STAMP

_LONGEST_SOCKET_PATH = 90


@dataclass(frozen=True)
class Execution:
    """A notebook after its run, and the problem that stopped it, if one did."""

    notebook: NotebookNode
    problem: Problem | None = None


def _kernel_manager(scratch: Path) -> type[AsyncKernelManager]:
    """A manager whose kernels are this interpreter's, whatever kernels and profiles the machine has."""
    profile = scratch / "profile"
    profile.mkdir()
    argv = [
        sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}",
        "--HistoryManager.enabled=False", f"--profile-dir={profile}",
    ]  # fmt: skip

    class OwnKernelManager(AsyncKernelManager):  # type: ignore[misc]
        @property
        def kernel_spec(self) -> KernelSpec:
            return KernelSpec(argv=argv, display_name="Python 3 (ipykernel)", language="python")

        def __init__(self, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            if os.name == "posix" and len(str(scratch)) < _LONGEST_SOCKET_PATH:
                self.connection_file = str(scratch / "kernel.json")
                self.transport = "ipc"

    return OwnKernelManager


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
    path: Path, parameters: ReportParameters | CrossRegionParameters, *, time_limit: float | None = None
) -> Execution:
    """Run a product notebook by papermill and return it with what stopped it, if anything did.

    Parameters
    ----------
    path
        The notebook.
    parameters
        Checked parameters; the notebook must declare each one that is given.
    time_limit
        Seconds for the whole notebook (None: no limit).

    Raises
    ------
    ParameterError
        If the notebook does not declare a parameter.
    ReportError
        If the notebook cannot be read.
    """
    notebook = read_notebook(path)
    values = parameters.given()
    check_declared(notebook, values, name=path.name)
    logging.getLogger("papermill").setLevel(logging.CRITICAL)
    with tempfile.TemporaryDirectory(prefix="asn-") as name:
        scratch = Path(name)
        output = scratch / "notebook.ipynb"
        problem = _run(notebook, output, values, name=path.name, time_limit=time_limit)
        ran = read_notebook(output) if output.is_file() else notebook
    return Execution(_settled(ran), problem)


def _run(
    notebook: NotebookNode, output: Path, values: dict[str, Any], *, name: str, time_limit: float | None
) -> Problem | None:
    deadline = None if time_limit is None else time.monotonic() + time_limit

    def seconds_left(_cell: Any) -> float | None:
        return None if deadline is None else max(deadline - time.monotonic(), 0.001)

    notebook.metadata.setdefault("papermill", {})
    try:
        papermill.execute_notebook(
            notebook,
            output,
            values,
            kernel_name="python3",
            language="python",
            progress_bar=False,
            kernel_manager_class=_kernel_manager(output.parent),
            timeout_func=seconds_left,
            shutdown_kernel="immediate",
        )
    except PapermillExecutionError as error:
        fields = {"cell": str(error.cell_index + 1), "error": error.ename, "text": error.evalue}
        message = f"cell {error.cell_index + 1} stopped with {error.ename}: {error.evalue}"
        return Problem("notebook_stopped", message, Place(name), fields=fields)
    except CellTimeoutError:
        message = f"the report was not ready within {time_limit:g} seconds."
        remedy = "Allow more with --time-limit."
        return Problem("notebook_late", message, Place(name), remedy, {"seconds": f"{time_limit:g}"})
    except RuntimeError:  # nbclient's DeadKernelError, and jupyter_client's own when a kernel never starts
        message = "the process that computed this report ended unexpectedly, perhaps for lack of memory."
        return Problem("notebook_died", message, Place(name), "Run again with --jobs 1.")
    return None


def _settled(notebook: NotebookNode) -> NotebookNode:
    """The notebook with positional cell ids and without the traces of clock and machine."""
    for number, cell in enumerate(notebook.cells, start=1):
        cell["id"] = f"cell-{number:02d}"
        for transient in ("papermill", "execution"):
            cell.metadata.pop(transient, None)
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
