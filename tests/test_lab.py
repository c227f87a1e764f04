"""JupyterLab in a real browser: people open a notebook, run all of it, and nothing goes wrong."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest

from asn_research.reports.exhibits.report import open_report
from asn_research.reports.pages.stamp import FINDINGS_MIMETYPE
from tests.browser.chromium import Chromium, find_chromium

ROOT = Path(__file__).parents[1]
EXPLORATION = sorted(path.name for path in (ROOT / "notebooks" / "exploration").glob("*.ipynb"))
REPORT = "notebooks/region_report.ipynb"
PARAMETERS = {"region": "bukittinggi", "period": "2025"}

PROGRAM = find_chromium()

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="needs Chromium (Debian package chromium)")


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab: the folder it shows, its address with token, its environment."""

    folder: Path
    url: str
    environment: dict[str, str]


def lab_command() -> tuple[dict[str, str], list[str]]:
    """What ``make lab`` sets and what it gives JupyterLab."""
    recipe = re.search(r"^lab:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.M)
    assert recipe is not None
    words = recipe[1].replace("\\\n", " ").replace("$(LAB)", "").split()
    program = words.index("$(BIN)/jupyter")
    return dict(word.split("=", 1) for word in words[:program]), words[program + 2 :]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab as ``make lab`` starts it, on a copy; nobody's own settings are read or written."""
    folder, home = tmp_path_factory.mktemp("project"), tmp_path_factory.mktemp("home")
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    shutil.copytree(ROOT / "data" / "raw", folder / "data" / "raw")
    settings, options = lab_command()
    own = {"HOME": home, "IPYTHONDIR": home / "ipython", "JUPYTER_RUNTIME_DIR": home / "runtime"}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")}
    environment |= settings | {name: str(value) for name, value in own.items()}
    environment |= {"JUPYTER_CONFIG_DIR": str(home / "config"), "ASN_RESEARCH_KEY": "5a" * 32}
    options += ["--no-browser", "--expose-app-in-browser", "--allow-root"]
    options += ["--ServerApp.ip=127.0.0.1", "--ServerApp.port=0"]
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *options],
            env=environment,
            cwd=folder,
            stdout=log,
            stderr=log,
        )
    try:
        noted = wait_for_note(home, server)
        yield Lab(folder, f"{noted['url']}lab?reset&token={noted['token']}", environment)
    finally:
        server.terminate()
        server.wait(30)


def wait_for_note(home: Path, server: subprocess.Popen[bytes]) -> dict[str, Any]:
    """Where the server says it listens."""
    end = time.monotonic() + 90
    while time.monotonic() < end and server.poll() is None:
        for path in (home / "runtime").glob("jpserver-*.json"):
            if text := path.read_text(encoding="utf-8"):
                noted: dict[str, Any] = json.loads(text)
                return noted
        time.sleep(0.1)
    raise AssertionError((home / "log").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def page(lab: Lab) -> Iterator[Chromium]:
    assert PROGRAM is not None
    with Chromium(PROGRAM) as page:
        page.look(width=1280)
        page.open(lab.url)
        page.run(STARTED)
        yield page


STARTED = """new Promise(done => {
  const look = () => {
    if (window.jupyterapp) window.jupyterapp.started.then(() => done(true)); else setTimeout(look, 50);
  };
  look();
})"""
RUN = """(async ({path, kernel, parameters}) => {
  const app = window.jupyterapp;
  const panel = await app.commands.execute("docmanager:open", {path, factory: "Notebook"});
  await panel.context.ready; await panel.revealed; await panel.sessionContext.ready;
  app.shell.activateById(panel.id);
  if (kernel) await panel.sessionContext.changeKernel({name: kernel});
  const first = panel.content.model.cells.get(0).sharedModel;
  if (parameters) first.setSource(first.source + "\\n" + parameters);
  await app.commands.execute("notebook:run-all-cells");
  const name = panel.sessionContext.session.kernel.name;
  return JSON.stringify({book: panel.content.model.toJSON(), kernel: name});
})"""


def run_all(page: Chromium, path: str, *, kernel: str = "", parameters: str = "") -> tuple[str, Any]:
    """Open a notebook, run all of its cells; the kernel that ran them and what the Lab then holds."""
    asked = json.dumps({"path": path, "kernel": kernel, "parameters": parameters})
    found = json.loads(page.run(f"{RUN}({asked})"))
    return found["kernel"], nbformat.from_dict(found["book"])


@pytest.mark.parametrize("name", EXPLORATION)
def test_an_exploration_notebook_runs_from_top_to_bottom(name: str, page: Chromium, lab: Lab) -> None:
    _, book = run_all(page, f"notebooks/exploration/{name}")
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    outputs = [output for cell in code for output in cell.outputs]
    assert [output for output in outputs if output.output_type in {"error", "stream"}] == []
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert page.run("document.querySelectorAll('.jp-Dialog').length") == 0
    page.take_picture(lab.folder / f"{name}.png")


def test_the_report_notebook_finds_in_the_lab_what_the_package_finds(
    page: Chromium, lab: Lab, tmp_path: Path
) -> None:
    """In the project's kernel, a fork of a warm process, with the parameters typed into the first cell; that
    papermill finds the same is tested where a run's pages are.
    """
    typed = "\n".join(f"{name} = {value!r}" for name, value in PARAMETERS.items())
    kernel, book = run_all(page, REPORT, kernel="asn-research", parameters=typed)
    page.take_picture(lab.folder / "report.png")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASN_RESEARCH_KEY", lab.environment["ASN_RESEARCH_KEY"])
        report = open_report(**PARAMETERS, raw=lab.folder / "data" / "raw", processed=tmp_path)
        expected = json.loads(json.dumps(report.findings.as_records()))
    assert kernel == "asn-research"
    assert len(expected) > 50
    assert findings(book) == expected


def findings(book: nbformat.NotebookNode) -> list[dict[str, Any]]:
    """What the last cell of a report notebook shows."""
    outputs = [output for cell in book.cells if cell.cell_type == "code" for output in cell.outputs]
    shown = [output.data for output in outputs if "data" in output]
    [records] = [data[FINDINGS_MIMETYPE] for data in shown if FINDINGS_MIMETYPE in data]
    return records
