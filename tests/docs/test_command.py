"""What the tutorial and the how-to pages show is run, word by word, in a fresh folder."""

from __future__ import annotations

import csv
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import openpyxl
import pytest
import typer
from bs4 import BeautifulSoup

from asn_research.cli import app
from asn_research.cli.menu import COMMANDS
from tests.docs.page import DOCS, Block, read_blocks

ROOT = DOCS.parent
HOW_TO = (
    "decisions.md",
    "schedule.md",
    "many_regions.md",
    "language.md",
    "verify.md",
    "notebook.md",
    "new_region.md",
)
SHEETS = ("pelatihan", "peserta", "kehadiran", "penilaian")
MOST_NOT_RUN = 8

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")


@dataclass
class Reader:
    """Somebody who types what a page says, in one folder after another."""

    folder: Path
    environment: dict[str, str]
    said: dict[str, str] = field(default_factory=dict)

    def follow(self, block: Block) -> str:
        """Type a block; what it prints, once for the same words in the same folder."""
        key = f"{self.folder}\n{block.text}"
        if key not in self.said:
            note = self.folder / ".where"
            ran = subprocess.run(
                ["bash", "-euo", "pipefail", "-c", f"{block.text}\npwd > {shlex.quote(str(note))}"],
                cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False,
            )  # fmt: skip
            assert ran.returncode == 0, f"{block.page}:\n{block.text}\n{ran.stdout}{ran.stderr}"
            self.said[key] = ran.stdout
            self.folder = Path(note.read_text(encoding="utf-8").strip())
            note.unlink()
        return self.said[key]


def fill_template(workbook: Path) -> None:
    """Copy the tables of the tutorial into the template, as an office does: below its own headings."""
    book = openpyxl.load_workbook(workbook)
    for name in SHEETS:
        with (DOCS / "tutorial" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            head, *rows = csv.reader(file)
        sheet = book[name.capitalize()]
        assert [cell.value for cell in sheet[1]][: len(head)] == head
        for number, row in enumerate(rows, 2):
            for column, text in enumerate(row, 1):
                sheet.cell(number, column, text or None)
    book.save(workbook)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """Whoever has followed the tutorial to its end."""
    home = tmp_path_factory.mktemp("reader")
    kept = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "HOME": str(home)}
    environment = {**os.environ, **kept, "PYTHONPATH": str(ROOT), "ASN_RESEARCH_LANGUAGE": "id"}
    for name in ("ASN_RESEARCH_HOME", "ASN_RESEARCH_KEY", "ASN_RESEARCH_KEY_FILE", "XDG_CONFIG_HOME"):
        environment.pop(name, None)
    reader = Reader(home, environment)
    for block in read_blocks("tutorial.md"):
        if not block.reason:
            reader.follow(block)
        if "new-region" in block.text:
            (workbook,) = reader.folder.rglob("templat.xlsx")
            fill_template(workbook)
    return reader


def page_text(path: Path) -> str:
    """What a page says, its spaces made even."""
    return " ".join(BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser").get_text(" ").split())


def test_the_tutorial_ends_in_the_report_it_promises(reader: Reader) -> None:
    tutorial = (DOCS / "tutorial.md").read_text(encoding="utf-8")
    report = page_text(reader.folder / "reports" / "kota_contoh" / "2025" / "report.html")
    quoted = re.search(r"^> (.*)$", tutorial, flags=re.M)
    assert quoted is not None
    assert quoted[1] in report
    assert "Tingkat 1 dari 5" in report
    assert (reader.folder / "reports" / "index.html").is_file()


def test_the_tutorial_says_how_many_rows_are_accepted(reader: Reader) -> None:
    tutorial = (DOCS / "tutorial.md").read_text(encoding="utf-8")
    counted = re.search(
        r"Semua (\d+) baris diterima: (\d+) peserta, (\d+) pelatihan, (\d+) kehadiran, dan (\d+)", tutorial
    )
    assert counted is not None
    total, *parts = map(int, counted.groups())
    assert sum(parts) == total
    (checked,) = (said for key, said in reader.said.items() if key.endswith("check kota_contoh"))
    assert re.search(rf"kota_contoh +2025 +{total} +{total} +0 +0 +0", checked)


@pytest.mark.parametrize("page", HOW_TO)
def test_the_commands_of_a_page_run(page: str, reader: Reader) -> None:
    blocks = [block for block in read_blocks(page) if not block.reason]
    assert blocks
    for block in blocks:
        reader.follow(block)


def test_the_notebook_of_the_page_is_one_that_runs(reader: Reader) -> None:
    (block,) = [block for block in read_blocks("notebook.md") if "new-notebook" in block.text]
    if not list(reader.folder.rglob("kenaikan_kota_contoh.ipynb")):
        reader.follow(block)
    (path,) = reader.folder.rglob("kenaikan_kota_contoh.ipynb")
    command = [sys.executable, "-m", "papermill", str(path), "out.ipynb", "-k", "python3"]
    ran = subprocess.run(
        [*command, "--no-progress-bar"],
        cwd=reader.folder,
        env=reader.environment,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
    book = nbformat.read(reader.folder / "out.ipynb", as_version=4)
    outputs = [output for cell in book.cells if cell.cell_type == "code" for output in cell.outputs]
    assert any("image/png" in output.get("data", {}) for output in outputs)
    assert "7,6 poin" in str(outputs)


def test_what_is_not_run_is_little_and_says_why() -> None:
    blocks = [block for page in ("tutorial.md", *HOW_TO) for block in read_blocks(page)]
    left_out = [block for block in blocks if block.reason]
    assert len(left_out) <= MOST_NOT_RUN
    assert len(blocks) - len(left_out) >= 2 * len(left_out)
    assert all(len(block.reason.split()) >= 3 for block in left_out)


CALL = re.compile(r"asn-research ([a-z][a-z-]*)((?: [^`\n]*)?)")


@pytest.mark.parametrize("path", [*sorted(DOCS.glob("*.md")), ROOT / "README.md"], ids=lambda path: path.stem)
def test_every_command_that_is_named_exists_with_its_options(path: Path) -> None:
    """In running text too, where nothing is run."""
    spans = re.findall(r"`(asn-research [^`]+)`", path.read_text(encoding="utf-8"))
    spans += [line for block in read_text_blocks(path) for line in block.splitlines()]
    group = typer.main.get_command(app)
    for span in spans:
        for name, rest in CALL.findall(" ".join(span.split())):
            assert name in COMMANDS, span
            known = {word for option in group.get_command(None, name).params for word in option.opts}
            assert set(re.findall(r"(?<=\s)--[a-z-]+", rest)) <= known | {"--help"}, span


def read_text_blocks(path: Path) -> list[str]:
    return [block.text for block in read_blocks(path.name)] if path.parent == DOCS else []
