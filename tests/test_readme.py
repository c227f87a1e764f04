"""What the README promises a new region is true."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from asn_research.cli import app
from asn_research.contract.region import read_region
from asn_research.ingest.store import open_region

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PEOPLE = [f"1980{month:02d}1520100{month % 9 + 1}1{900 + month}" for month in range(1, 13)]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A region made of the README's region.toml and the least columns it names."""
    monkeypatch.setenv("ASN_RESEARCH_KEY_FILE", str(tmp_path / "key"))
    folder = tmp_path / "data" / "raw" / "contoh"
    (folder / "2025").mkdir(parents=True)
    declared = re.search(r"```toml\n(.*?)```", README, flags=re.S)
    assert declared is not None
    lines = [line.removeprefix("   ") for line in declared.group(1).split("\n")]
    (folder / "region.toml").write_text("\n".join(lines), encoding="utf-8")
    tables = {
        "peserta": ["NIP;OPD", *(f"{nip};Dinas Contoh" for nip in PEOPLE)],
        "pelatihan": ["Nama Pelatihan;Metode;JP", "Pelatihan Arsip;Ceramah;20"],
        "kehadiran": [
            "NIP;Nama Pelatihan;Jumlah Sesi;Sesi Dihadiri",
            *(f"{nip};Pelatihan Arsip;8;7" for nip in PEOPLE),
        ],
        "nilai": [
            "NIP;Kompetensi;Sumber;Sebelum;Sesudah",
            *(f"{nip};Keterampilan teknis;Tes;{50 + i};{60 + i}" for i, nip in enumerate(PEOPLE)),
        ],
    }
    for name, rows in tables.items():
        (folder / "2025" / f"{name}.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return tmp_path / "data"


def test_the_least_region_of_the_readme_is_taken_in_whole(project: Path) -> None:
    data = open_region("contoh", raw=project / "raw", processed=project / "processed")
    totals = data.intake["totals"]
    assert totals["rows"] == totals["accepted"] == 12 + 1 + 12 + 12
    assert data.intake["problems"] == []
    assert len(data.assessments) == 24
    assert data.participants["group"].eq("trained").all()


def test_the_command_for_a_new_region_makes_one_that_reads(tmp_path: Path) -> None:
    command = re.search(r"`asn-research (new-region [^`]+)`", README)
    assert command is not None
    result = CliRunner().invoke(app, [*shlex.split(command.group(1)), "--raw", str(tmp_path)])
    assert result.exit_code == 0, result.output
    (file,) = tmp_path.glob("*/region.toml")
    assert read_region(file.parent).region.name == "Kota Contoh"
    assert len(list(file.parent.glob("*/templat.xlsx"))) == 1


def test_code_shown_in_the_readme_runs() -> None:
    code = re.search(r"```python\n(.*?)```", README, flags=re.S)
    assert code is not None
    names: dict[str, object] = {}
    exec(compile(code.group(1), "README.md", "exec"), names)  # noqa: S102  (our own document)
    assert {"data", "gains"} <= set(names)


def test_grades_of_the_readme_are_those_of_the_wording() -> None:
    from asn_research.findings.wordings.sentence import grade_text

    rows = re.findall(r"^\| ([1-5]) \| .*? \| (.*?) \|$", README, flags=re.M)
    assert [int(grade) for grade, _ in rows] == [1, 2, 3, 4, 5]
    assert all(grade_text(int(grade), "en") for grade, _ in rows)


def test_pictures_named_in_the_readme_exist() -> None:
    assert [name for name in re.findall(r"!\[.*?\]\((.*?)\)", README) if not (ROOT / name).is_file()] == []
