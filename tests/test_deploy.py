"""What starts runs by itself: units, a crontab, a DAG, a workflow; each checked by something that can tell.

The DAG is imported with stand-ins for Airflow's three names, because Airflow is larger than this project and
all its packages; what is tested is its structure, and that its operators are given what notebooks declare.
"""

from __future__ import annotations

import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import nbformat
import pytest
import typer
import yaml

from asn_research.cli import app
from asn_research.reports.publications.parameter import check_declared

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
PROGRAM = re.compile(r"asn-research'? (?P<arguments>(?:run|status) [^>|&\n]*)")


def parse(line: str) -> str:
    """Have the command line parsed by the command itself, without running it; the name of the command."""
    [name, *arguments] = shlex.split(line)
    group = typer.main.get_command(app)
    command = group.get_command(None, name)  # type: ignore[attr-defined]
    with command.make_context(name, arguments):
        return name


def written_calls() -> Iterator[tuple[str, str]]:
    for path in sorted(DEPLOY.rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            text = path.read_text(encoding="utf-8")
            if path.suffix == ".yml":
                steps = yaml.safe_load(text)["jobs"]["reports"]["steps"]
                text = "\n".join(
                    step["run"].replace("$DATA", "/srv/asn-data") for step in steps if "run" in step
                )
            for found in PROGRAM.finditer(text):
                yield path.name, found["arguments"].strip().removesuffix('",')


def test_every_call_of_the_command_is_one_that_it_understands() -> None:
    calls = list(written_calls())
    assert {name for name, _ in calls} == {
        "asn-research.service",
        "asn-research-status.service",
        "asn-research.cron",
        "asn_research_reports.py",
        "reports.yml",
    }
    assert {parse(line) for _, line in calls} == {"run", "status"}
    with pytest.raises(typer.BadParameter.__mro__[1], match="langauge"):
        parse("run --langauge both")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path) -> None:
    """Only the path of the program is that of this environment, because it must be there to be checked."""
    for path in (DEPLOY / "systemd").iterdir():
        text = path.read_text(encoding="utf-8").replace(
            "/srv/asn-research/.venv/bin", str(Path(sys.executable).parent)
        )
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    units = sorted(map(str, tmp_path.iterdir()))
    assert len(units) == 4
    found = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True, check=False
    )
    assert (found.returncode, found.stderr) == (0, "")
    (tmp_path / "asn-research.timer").write_text("[Timer]\nOnCalendar=Monn 04:30\n", encoding="utf-8")
    spoilt = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / "asn-research.timer")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Monn" in spoilt.stderr


def cron_lines() -> list[str]:
    lines = (DEPLOY / "cron" / "asn-research.cron").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if re.match(r"[\d*]", line)]


def test_the_lines_for_cron_run_as_they_stand(tmp_path: Path) -> None:
    """As cron does it: /bin/sh, next to no environment. The one region cannot be read: the run fails and says
    so in its log, and the report is overdue; neither is a wrong call.
    """
    folder = tmp_path / "data" / "raw" / "kalianda"
    (folder / "2025").mkdir(parents=True)
    (folder / "region.toml").write_text("nothing = 1\n", encoding="utf-8")
    for name in ("reports", ".venv/bin"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "asn-research").symlink_to(Path(sys.executable).parent / "asn-research")
    (tmp_path / "notebooks").symlink_to(ROOT / "notebooks")
    environment = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "ASN_RESEARCH_HOME": str(tmp_path)}
    environment |= {"PYTHONPATH": str(ROOT), "ASN_RESEARCH_KEY": "5a" * 32}
    statuses = []
    for line in cron_lines():
        minute, hour, day, month, weekday, command = line.split(maxsplit=5)
        assert all(re.fullmatch(r"\*|\d+(-\d+)?", part) for part in (minute, hour, day, month, weekday))
        ran = subprocess.run(
            ["/bin/sh", "-c", command], env=environment, cwd="/", check=False, capture_output=True
        )
        statuses.append(ran.returncode)
    assert statuses == [1, 3]
    assert "kalianda 2025" in (tmp_path / "reports" / ".run.log").read_text(encoding="utf-8")
    assert "Terlambat" in (tmp_path / "reports" / "index.html").read_text(encoding="utf-8")


class Task:
    """Stands for an operator: keeps what it was given, and what comes after it."""

    made: list[Task] = []  # noqa: RUF012

    def __init__(self, *, task_id: str, **given: Any) -> None:
        self.task_id, self.given, self.after = task_id, given, []
        Task.made.append(self)

    def __rshift__(self, other: Task) -> Task:
        self.after.append(other.task_id)
        return other


class Dag:
    def __init__(self, **given: Any) -> None:
        self.given = given

    def __enter__(self) -> Dag:
        return self

    def __exit__(self, *_: object) -> None:
        return None


def test_the_dag_executes_every_region_by_papermill_and_then_publishes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = {
        "airflow": {},
        "airflow.sdk": {"DAG": Dag},
        "airflow.providers.papermill.operators.papermill": {"PapermillOperator": Task},
        "airflow.providers.standard.operators.bash": {"BashOperator": Task},
    }
    for name, content in names.items():
        for parent in [name.rsplit(".", depth)[0] for depth in range(name.count("."), -1, -1)]:
            monkeypatch.setitem(sys.modules, parent, sys.modules.get(parent) or ModuleType(parent))
        for key, value in content.items():
            setattr(sys.modules[name], key, value)
    Task.made.clear()
    monkeypatch.setenv("ASN_RESEARCH_HOME", str(ROOT))
    dag = runpy.run_path(str(DEPLOY / "airflow" / "asn_research_reports.py"))["dag"]
    assert dag.given["max_active_runs"] == 1
    assert dag.given["catchup"] is False
    [publish, *notebooks] = Task.made
    regions = sorted(path.name for path in (ROOT / "data" / "raw").iterdir() if path.is_dir())
    assert [task.task_id for task in notebooks] == [f"notebook_{region}" for region in regions]
    assert publish.given["trigger_rule"] == "all_done"
    for task, region in zip(notebooks, regions, strict=True):
        notebook = nbformat.read(task.given["input_nb"], as_version=4)
        check_declared(notebook, task.given["parameters"], name="region_report.ipynb")
        assert task.given["parameters"]["region"] == region
        assert task.after == ["publish"]


def test_the_workflow_is_sound_and_keeps_people_on_the_offices_machine() -> None:
    workflow = yaml.safe_load((DEPLOY / "github" / "reports.yml").read_text(encoding="utf-8"))
    [trigger] = [value for key, value in workflow.items() if key in {"on", True}]  # YAML 1.1 reads on as true
    assert [len(entry["cron"].split()) for entry in trigger["schedule"]] == [5]
    [job] = workflow["jobs"].values()
    assert "self-hosted" in job["runs-on"]
    assert all(("uses" in step) != ("run" in step) for step in job["steps"])
    assert not any("upload-artifact" in step.get("uses", "") for step in job["steps"])
    target = re.search(r"make (\S+)", job["steps"][1]["run"])
    assert target is not None
    assert "$(READY):" in (ROOT / "Makefile").read_text(encoding="utf-8")
    assert target[1] == ".venv/.ready"
    if shutil.which("actionlint"):
        path = str(DEPLOY / "github" / "reports.yml")
        call = [
            "actionlint",
            "-ignore",
            'label "asn" is unknown',
            path,
        ]  # our own name of the office's machine
        assert subprocess.run(call, env=dict(os.environ), check=False).returncode == 0
