"""Kill runs at random moments and compare what comes out in the end with an undisturbed run.

``python -m tests.kills --rounds 200`` kills 200 runs, each with its whole process group and without warning
(SIGKILL), at moments spread evenly over the time in which it works. After each kill every file under a final
name must be whole. After every few kills the run is let finish, and its files must be those of an undisturbed
run from the same beginning, byte by byte; then it begins again: from finished reports of which one region has
other data now (what was released before counts for what may be told), or from nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from asn_research.simulation.scale import write_regions
from tests.reports.light import write_light_notebooks

ROOT: Final = Path(__file__).parents[1]
NOT_COMPARED: Final = frozenset({"state.json"})
"""Beside reports: the times of runs. Beside tables: the hash of inputs, compared by the tables themselves."""

WELL: Final = 0


@dataclass
class Trial:
    """Folders of one project, and how its command is called."""

    folder: Path
    raw: Path
    languages: str = "id"
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def reports(self) -> Path:
        return self.folder / "reports"

    def command(self) -> list[str]:
        return [
            sys.executable, "-m", "asn_research.cli", "run", "--raw", str(self.raw),
            "--processed", str(self.folder / "processed"), "--reports", str(self.reports),
            "--language", self.languages, "--jobs", "2",
        ]  # fmt: skip

    def start(self) -> subprocess.Popen[bytes]:
        known = os.environ | {"ASN_RESEARCH_KEY": "5a" * 32, "PYTHONPATH": str(ROOT)} | self.environment
        with (self.folder.parent / "said.txt").open("wb") as said:
            return subprocess.Popen(
                self.command(), env=known, cwd=ROOT, start_new_session=True, stdout=said, stderr=said
            )

    def finish(self) -> float:
        """Run to the end; how long it took."""
        start = time.monotonic()
        status = self.start().wait()
        if status != WELL:
            said = (self.folder.parent / "said.txt").read_text(encoding="utf-8", errors="replace")
            raise AssertionError(f"a run that was left alone ended with exit status {status}: {said}")
        return time.monotonic() - start

    def kill_after(self, seconds: float) -> bool:
        """Run and kill the whole group after some time; whether the run was still going."""
        run = self.start()
        try:
            run.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(run.pid, signal.SIGKILL)
            run.wait()
            return True
        return False

    def files(self) -> dict[str, bytes]:
        """Files under final names: reports, and the tables they were made from."""
        found = {}
        for place in ("reports", "processed"):
            for path in sorted((self.folder / place).rglob("*")):
                inside = path.relative_to(self.folder)
                hidden = any(part.startswith(".") for part in inside.parts)
                if path.is_file() and not hidden and path.name not in NOT_COMPARED:
                    found[inside.as_posix()] = path.read_bytes()
        return found


def check_whole(files: dict[str, bytes]) -> list[str]:
    """Names of files that are cut short, by what each kind must end with."""
    broken = []
    for name, content in files.items():
        ends = content.rstrip()
        if name.endswith(".html"):
            whole = ends.endswith(b"</html>")
        elif name.endswith((".json", ".ipynb")):
            whole = is_json(content)
        elif name.endswith(".parquet"):
            whole = content[:4] == content[-4:] == b"PAR1"
        else:
            whole = content[:2] == b"PK" and b"PK\x05\x06" in content[-64:]
        if not whole:
            broken.append(name)
    return broken


def is_json(content: bytes) -> bool:
    try:
        json.loads(content)
    except ValueError:
        return False
    return True


def difference(found: dict[str, bytes], expected: dict[str, bytes]) -> list[str]:
    """Names that differ, are missing or are too many."""
    names = sorted(found.keys() | expected.keys())
    return [name for name in names if found.get(name) != expected.get(name)]


def drop_row(raw: Path) -> None:
    """Take the last row out of one file of the first region."""
    first = min(path for path in raw.iterdir() if path.is_dir())
    source = min(first.glob("*/*.csv"))
    lines = source.read_bytes().splitlines(keepends=True)
    source.write_bytes(b"".join(lines[:-1]))


def run_trials(
    folder: Path, *, rounds: int, seed: int, regions: int, people: int, each: int, light: bool = False
) -> int:
    """Kill ``rounds`` runs while they are going; how many ends were compared.

    Light notebooks show one finding instead of all: what is killed is the same, and sooner there.

    Raises
    ------
    AssertionError
        If a file is not whole after a kill, or a finished run differs from the undisturbed one.
    """
    chance = random.Random(seed)  # noqa: S311
    raws = (folder / "raw", folder / "raw_changed")
    write_regions(raws[0], regions=regions, people=people, seed=11)
    shutil.copytree(raws[0], raws[1])
    drop_row(raws[1])
    home = {}
    if light:
        names = tuple(sorted(path.name for path in raws[0].iterdir()))
        write_light_notebooks(folder / "notebooks", raws[0], names, folder / "scratch")
        home = {"ASN_RESEARCH_HOME": str(folder)}
    expected: dict[Path, dict[str, bytes]] = {}
    length = 0.0
    killed = ends = 0
    trial = Trial(folder / "trial", raws[0], environment=home)
    while killed < rounds:
        if trial.raw not in expected:
            undisturbed = Trial(folder / "undisturbed", trial.raw, environment=home)
            length = max(length, undisturbed.finish())
            expected[trial.raw] = undisturbed.files()
            assert check_whole(expected[trial.raw]) == []
            print(f"undisturbed: {length:.0f} s, {len(expected[trial.raw])} files", flush=True)
        reach = length / (2 + ends % 2)  # less is left to be done, the more so when one region changed
        for _ in range(min(each, rounds - killed)):
            if not trial.kill_after(chance.uniform(0, reach)):
                break
            killed += 1
            broken = check_whole(trial.files())
            assert broken == [], f"not whole after a kill: {broken}"
        trial.finish()
        differing = difference(trial.files(), expected[trial.raw])
        assert differing == [], f"differs from an undisturbed run: {differing}"
        ends += 1
        print(f"{killed} of {rounds} runs killed, {ends} ends the same", flush=True)
        if ends % 2 == 0:
            shutil.rmtree(trial.folder)
        trial.raw = raws[ends % 2]
    return ends


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.kills", description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--each", type=int, default=5, help="kills before a run is let finish")
    parser.add_argument("--regions", type=int, default=3)
    parser.add_argument("--people", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--light", action="store_true", help="notebooks that show one finding only")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="asn-kills-") as name:
        ends = run_trials(
            Path(name), rounds=asked.rounds, seed=asked.seed, regions=asked.regions,
            people=asked.people, each=asked.each, light=asked.light,
        )  # fmt: skip
    print(f"{asked.rounds} runs killed while they were going; {ends} ends, each that of an undisturbed run")


if __name__ == "__main__":
    main()
