"""The commands of docs/beyond_one_machine.md, run as they stand there, but for host names and the bucket."""

from __future__ import annotations

import re
import shlex
import socket
import tomllib
from contextlib import ExitStack
from pathlib import Path

import fsspec
from typer.testing import CliRunner

from asn_research.cli import app
from tests.reports.light import PERIOD, REGIONS, write_light_project
from tests.reports.machine import KEY, open_shop, started

ROOT = Path(__file__).parents[2]
COMMANDS = re.findall(r"^```sh\n(.*?)\n```$", (ROOT / "docs/beyond_one_machine.md").read_text(), re.M | re.S)
BUCKET = "asn-training"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_the_extras_that_are_to_be_installed_exist() -> None:
    extras = re.findall(r"\[([a-z,]+)\]", COMMANDS[0])[0].split(",")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert set(extras) <= set(project["optional-dependencies"])


def test_the_commands_work_one_after_the_other(tmp_path: Path) -> None:
    """A cluster over folders, check, the cluster over a store, and a run at home that finds all fresh."""
    home = tmp_path / "home"
    port = free_port()

    def words(number: int) -> list[str]:
        text = COMMANDS[number].replace("scheduler.office:8786", f"127.0.0.1:{port}")
        text = text.replace("--host scheduler.office --port 8786", f"--host 127.0.0.1 --port {port}")
        return shlex.split(text.replace("--nworkers 4", "--nworkers 1"))

    def run(number: int) -> str:
        program, *arguments = words(number)
        assert program == "asn-research"
        done = CliRunner(env={"ASN_RESEARCH_HOME": str(home)}).invoke(app, arguments)
        assert done.exit_code == 0, done.output
        return done.stdout

    with ExitStack() as stack:
        shop = stack.enter_context(open_shop(BUCKET))
        write_light_project(home, regions=1)
        store = fsspec.filesystem("s3", skip_instance_cache=True, use_listings_cache=False)
        raw = home / "data" / "raw"
        for path in raw.rglob("*.*"):
            store.pipe(f"{BUCKET}/raw/{path.relative_to(raw).as_posix()}", path.read_bytes())
        for number in (1, 2):
            program, *arguments = words(number)
            assert program == "dask"
            stack.enter_context(started(*arguments, ASN_RESEARCH_FORK="1"))
        assert f"{REGIONS[0]} {PERIOD}: made" in run(3)
        assert "s3://asn-training/processed" in run(4)
        assert f"{REGIONS[0]} {PERIOD}: made" in run(6)
        shop.asked.clear()
        assert f"{REGIONS[0]} {PERIOD}: up to date" in run(5)
        assert not [path for path in shop.of("GET") if f"/{BUCKET}/raw/" in path or ".parquet" in path]
        for path in (home / "reports" / REGIONS[0] / PERIOD).iterdir():
            assert store.cat(f"{BUCKET}/reports/{REGIONS[0]}/{PERIOD}/{path.name}") == path.read_bytes()
    assert len(COMMANDS) == 7
    assert KEY not in "".join(COMMANDS)
