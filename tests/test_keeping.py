"""Reports over time: left alone, remade where something changed, judged by status and verify, told of."""

from __future__ import annotations

import datetime
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from typer.testing import Result

from asn_research.contract.region import ACROSS
from asn_research.findings.answer import answer_questions
from asn_research.ingest.store import open_region
from asn_research.reports.pages.notebook import read_shown_findings
from asn_research.reports.publications.published import STATE as HISTORY
from asn_research.simulation.scale import write_regions
from tests.kills import run_trials
from tests.reports.light import write_light_project
from tests.reports.warm import KEY, shared_workers
from tests.test_cli import call as invoke

ROOT = Path(__file__).parents[1]
SCORES = "nilai_tes_dan_sikap.csv"


def call(folder: Path, command: str, *arguments: str | Path) -> Result:
    """A command on a project that lies in one place, notebooks included, in this process."""
    places = {"--raw": folder / "data/raw"}
    if command in {"run", "status"}:
        places["--reports"] = folder / "reports"
    if command == "run":
        places["--processed"] = folder / "data/processed"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASN_RESEARCH_HOME", str(folder))
        return invoke(command, *arguments, *(part for place in places.items() for part in place))


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("[!.]*"))
        if path.is_file() and path.name != HISTORY
    }


@pytest.fixture(scope="module", autouse=True)
def workers() -> Iterator[None]:
    with shared_workers():
        yield


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two small regions and light notebooks, made by the command once."""
    folder = write_light_project(tmp_path_factory.mktemp("keeping"), regions=2)
    first = call(folder, "run")
    assert first.exit_code == 0, first.output
    return folder


@pytest.fixture
def project(made: Path, tmp_path: Path) -> Path:
    """A copy to work on, in another place."""
    shutil.copytree(made, tmp_path / "project")
    return tmp_path / "project"


def test_a_second_run_changes_no_byte_and_a_new_file_remakes_its_region_and_the_report_across_alone(
    project: Path,
) -> None:
    before = contents(project)
    again = call(project, "run")
    assert again.exit_code == 0, again.output
    assert again.stdout.count("up to date") == 5  # two lines, two rows, the report across
    assert contents(project) == before
    source = project / "data" / "raw" / "region_001" / "2025" / SCORES
    lines = source.read_bytes().splitlines(keepends=True)
    source.write_bytes(b"".join(lines[:-1]))
    third = call(project, "run")
    assert third.exit_code == 0, third.output
    assert "region_002 2025: up to date" in third.stdout
    assert "region_001 2025: made" in third.stdout
    changed = {name for name, content in contents(project).items() if before.get(name) != content}
    assert {name.partition("/region_")[0] for name in changed} >= {"data/raw", "data/processed", "reports"}
    assert not any("region_002" in name for name in changed)
    assert f"reports/{ACROSS}/manifest.json" in changed


def test_status_tells_what_a_report_waits_for_and_what_is_overdue(project: Path) -> None:
    well = call(project, "status", "--json", "--max-age", "7d")
    assert well.exit_code == 0, well.stderr
    records = json.loads(well.stdout)
    assert [(r["region"], r["status"], r["overdue"]) for r in records] == [
        ("region_001", "fresh", False),
        ("region_002", "fresh", False),
        (ACROSS, "fresh", False),
    ]
    (project / "data" / "raw" / "region_001" / "2025" / "baru.csv").write_text("a;b\n", encoding="utf-8")
    (project / "reports" / "region_002" / "2025" / "manifest.json").unlink()
    history = json.loads((project / "reports" / HISTORY).read_text(encoding="utf-8"))
    week = (datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=8)).isoformat(timespec="seconds")
    history["reports"]["region_001/2025"]["confirmed"] = week
    (project / "reports" / HISTORY).write_text(json.dumps(history), encoding="utf-8")
    before = contents(project)
    shown = call(project, "status", "--max-age", "7d")
    assert shown.exit_code == 3
    assert "to be remade, OVERDUE" in shown.stdout
    assert "raw: 2025/baru.csv" in shown.stdout
    assert "not made yet" in shown.stdout
    assert contents(project) == before
    assert call(project, "status").exit_code == 0
    assert call(project, "status", "--max-age", "7d", "--banner").exit_code == 3
    index = (project / "reports" / "index.html").read_text(encoding="utf-8")
    assert "Terlambat" in index
    assert call(project, "status", "--max-age", "soon").exit_code == 2
    assert call(project, "status", "--banner").exit_code == 2


def test_verify_finds_a_report_the_same_in_another_place(project: Path) -> None:
    found = call(project, "verify", project / "reports" / "region_001" / "2025")
    assert found.exit_code == 0, found.output
    assert "region_001 2025: the same, " in found.stdout
    across = call(project, "verify", project / "reports" / ACROSS)
    assert across.exit_code == 0, across.output


def test_verify_names_the_number_that_was_changed_and_what_has_changed_since(project: Path) -> None:
    folder = project / "reports" / "region_001" / "2025"
    records = json.loads((folder / "findings.json").read_text(encoding="utf-8"))
    record = next(r for r in records if r["estimate"] is not None)
    record["estimate"] += 0.5
    text = json.dumps(records, indent=1, ensure_ascii=False) + "\n"
    (folder / "findings.json").write_text(text, encoding="utf-8")
    (folder / "data_quality.html").unlink()
    (project / "data" / "raw" / "region_001" / "2025" / "catatan.txt").write_text("halo", encoding="utf-8")
    found = call(project, "verify", folder)
    assert found.exit_code == 3
    assert "the file findings.json is not the same" in found.stdout
    assert "the file data_quality.html is not the same" in found.stdout
    assert f"{record['question']} " in found.stdout
    assert "estimate: published" in found.stdout
    assert "Changed since it was published: raw: 2025/catatan.txt" in found.stdout


def test_runs_that_are_killed_end_as_if_nothing_had_happened(tmp_path: Path) -> None:
    """Two kills of many: ``python -m tests.kills --rounds 200`` is the whole."""
    assert run_trials(tmp_path, rounds=2, seed=5, regions=1, people=60, each=2, light=True) == 1


def has_namespaces() -> bool:
    """Whether this user can mount a small disk that only the user sees."""
    tool = shutil.which("unshare")
    mount = "mount -t tmpfs -o size=64k tmpfs /mnt"
    return tool is not None and subprocess.run([tool, "-rm", "sh", "-c", mount], check=False).returncode == 0


@pytest.mark.skipif(not has_namespaces(), reason="needs a private mount")
@pytest.mark.parametrize(("command", "full"), [("run", "reports"), ("check", "processed")])
def test_a_full_disk_ends_in_one_sentence_and_nothing_half_published(
    tmp_path: Path, command: str, full: str
) -> None:
    """A real disk of 16 kilobytes, smaller than any report."""
    write_light_project(tmp_path, regions=1)
    places = {"reports": tmp_path / "reports", "processed": tmp_path / "data" / "processed"}
    for place in places.values():
        place.mkdir()
    program = 'mount -t tmpfs -o size=16k disk "$1" && shift && "$@"; end=$?; find "$FULL" -type f; exit $end'
    known = KEY | {"LC_ALL": "en_GB.UTF-8", "COLUMNS": "200"}
    line = ["unshare", "-rm", "sh", "-c", program, "sh", str(places[full])]
    ran = subprocess.run(
        [*line, sys.executable, "-m", "asn_research.cli", command],
        env=os.environ | known | {"FULL": str(places[full]), "ASN_RESEARCH_HOME": str(tmp_path)},
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert "there is no space left on the disk of this folder" in ran.stderr
    assert str(places[full]) in ran.stderr
    assert "Traceback" not in ran.stderr
    left = {Path(name).name for name in ran.stdout.splitlines() if name.startswith(str(places[full]))}
    assert left <= {".lock", "state.json", "index.html"}
    assert not any(places["reports"].rglob("report*.html"))


def test_the_scheduler_of_jupyterlab_runs_the_notebook_to_the_same_findings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own execution manager, as its scheduler calls it: the notebook is copied to a staging folder, the
    parameters are those of its form, which are Python literals.
    """
    monkeypatch.setenv("ASN_RESEARCH_KEY", KEY["ASN_RESEARCH_KEY"])
    write_regions(tmp_path / "raw", regions=1, people=60, seed=3)
    from jupyter_scheduler.executors import DefaultExecutionManager
    from jupyter_scheduler.orm import Job, create_session, create_tables

    address = f"sqlite:///{tmp_path / 'jobs.sqlite'}"
    create_tables(address)
    folders = {name: tmp_path / name for name in ("raw", "processed", "reports")}
    given = {"region": '"region_001"'} | {name: json.dumps(str(path)) for name, path in folders.items()}
    with create_session(address)() as session:
        job = Job(name="laporan", input_filename="region_report.ipynb", runtime_environment_name="here",
                  output_formats=["ipynb"], parameters=given)  # fmt: skip
        session.add(job)
        session.commit()
        job_id = job.job_id
    (tmp_path / "staging").mkdir()
    staged = {kind: str(tmp_path / "staging" / f"{kind}.ipynb") for kind in ("input", "ipynb")}
    shutil.copyfile(ROOT / "notebooks" / "region_report.ipynb", staged["input"])
    DefaultExecutionManager(job_id, str(tmp_path), address, staged).process()
    with create_session(address)() as session:
        done = session.query(Job).filter(Job.job_id == job_id).one()
        assert (str(done.status), done.status_message) == ("COMPLETED", None)
    ran = nbformat.read(staged["ipynb"], as_version=4)
    shown = [
        {name: value for name, value in record.items() if name not in {"id", "trace"}}
        for record in read_shown_findings(ran)
    ]
    data = open_region("region_001", raw=folders["raw"], processed=folders["processed"])
    answered = [record for finding in answer_questions(data) for record in finding.as_records()]
    assert shown == json.loads(json.dumps(answered))


def test_verify_refuses_what_is_no_report_or_of_another_region(made: Path, tmp_path: Path) -> None:
    assert call(made, "verify", tmp_path).exit_code == 2
    shutil.copytree(made / "reports" / "region_001", tmp_path / "region_009")
    result = call(made, "verify", tmp_path / "region_009" / "2025")
    assert result.exit_code == 2
    assert "this folder holds the report of region_001 2025" in result.stderr
