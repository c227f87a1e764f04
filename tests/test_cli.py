"""The command: what it prints, which exit status it sets, and that a wrong call does nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from asn_research.cli import app
from asn_research.findings.catalogue import QUESTIONS

RAW = Path(__file__).parents[1] / "data" / "raw"


def call(*arguments: str | Path, language: str = "en_GB.UTF-8") -> Result:
    environment = {"LC_ALL": language, "ASN_RESEARCH_KEY": "5a" * 32, "COLUMNS": "200"}
    return CliRunner(env=environment).invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    for region in ("kalianda", "bukittinggi"):
        (tmp_path / "raw" / region / "2025").mkdir(parents=True)
    return tmp_path / "raw"


def where(raw: Path) -> list[str | Path]:
    return ["--raw", raw, "--processed", raw.parent / "processed"]


@pytest.mark.parametrize("command", ["run", "check"])
def test_an_unknown_region_is_a_wrong_call_that_names_the_nearest(raw: Path, command: str) -> None:
    result = call(command, "kaliandaa", "surabaya", *where(raw))
    assert result.exit_code == 2
    assert "there is no region 'kaliandaa'. Did you mean 'kalianda'?" in result.stderr
    assert "there is no region 'surabaya'. Known are: bukittinggi, kalianda." in result.stderr
    assert "Traceback" not in result.output
    assert list(raw.parent.iterdir()) == [raw]


def test_an_unknown_period_is_a_wrong_call(raw: Path) -> None:
    for wanted in (["kalianda"], []):
        result = call("run", *wanted, "--period", "2026", *where(raw))
        assert result.exit_code == 2
        assert "there is no period '2026'. Did you mean '2025'?" in result.stderr


def test_a_folder_that_is_not_there_is_a_wrong_call(tmp_path: Path) -> None:
    assert call("run", *where(tmp_path / "nowhere")).exit_code == 2
    (tmp_path / "empty").mkdir()
    assert call("run", *where(tmp_path / "empty")).exit_code == 2


@pytest.mark.parametrize("command", ["run", "check", "status"])
def test_the_folder_of_one_region_in_place_of_all_is_told_to_be_one(raw: Path, command: str) -> None:
    shutil.copy(RAW / "kalianda" / "region.toml", raw / "kalianda")
    for wanted in ([], ["kalianda"]):
        result = call(command, *wanted, *where(raw / "kalianda"), "--processed", raw.parent / "processed")
        assert result.exit_code == 2
        assert "kalianda looks like the folder of one region: it holds a region.toml. Name " in result.stderr
        assert f"--raw {raw}\n" in result.stderr
        assert "Known are" not in result.stderr
    assert list(raw.parent.iterdir()) == [raw]
    shutil.copy(RAW / "kalianda" / "region.toml", raw)
    assert call("status", *where(raw), "--reports", raw.parent / "reports").exit_code == 0, "a stray file"


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "--raw", ""],
        ["check", "--raw", " "],
        ["status", "--reports", ""],
        ["new-region", "kota_baru", "--raw", ""],
        ["verify", ""],
    ],
)
def test_an_empty_place_is_not_the_current_folder(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = call(*arguments)
    assert result.exit_code == 2
    assert "nothing was named. The current folder is written as a dot: ." in result.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("option", "meant"),
    [
        ("--workers", "--jobs"),
        ("--langauge", "--language"),
        ("--max_age", "--max-age"),
        ("--forced", "--force"),
        ("--verbose", None),
        ("--quiet", None),
        ("--n", None),
        ("--colour", None),
    ],
)
def test_only_an_option_that_is_meant_is_offered(option: str, meant: str | None) -> None:
    told = call("run", option, "2").stderr
    assert ("Did you mean" in told) is (meant is not None), told
    assert meant is None or f"Did you mean '{meant}'?" in told


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "--langauge", "id"],
        ["run", "--language", "fr"],
        ["run", "--jobs", "0"],
        ["runn"],
        ["simulate"],
    ],
)
def test_options_that_do_not_exist_or_make_no_sense_are_wrong_calls(arguments: list[str]) -> None:
    assert call(*arguments).exit_code == 2


def test_a_file_in_the_place_of_a_folder_is_told_and_not_shown_as_a_traceback(raw: Path) -> None:
    shutil.copy(RAW / "kalianda" / "region.toml", raw / "kalianda")
    file = raw.parent / "a_file"
    file.touch()
    for arguments in (
        ["run", "kalianda", *where(raw), "--reports", file],
        ["template", "--output", file / "templat.xlsx"],
        ["codebook", "--output", raw.parent / "nowhere" / "codebook.html"],
        ["codebook", "--output", raw.parent / "nowhere" / "codebook.xlsx"],
    ):
        result = call(*arguments, language="id_ID.UTF-8")
        assert result.exit_code == 1
        assert "pilih tempat lain" in result.stderr
        assert str(arguments[-1]) in result.stderr
        assert isinstance(result.exception, SystemExit)


def test_messages_follow_the_language_of_the_environment(raw: Path) -> None:
    result = call("run", "kaliandaa", *where(raw), language="id_ID.UTF-8")
    assert "tidak ada daerah 'kaliandaa'. Maksud Anda 'kalianda'?" in result.stderr
    result = call("check", "--raw", raw / "nowhere", language="id_ID.UTF-8")
    assert "folder ini tidak ada. Sebut folder data mentah dengan --raw." in result.stderr


def test_a_region_that_cannot_be_read_is_told_with_its_file_and_fails_the_run(raw: Path) -> None:
    for region in ("kalianda", "bukittinggi"):
        shutil.copy(RAW / region / "region.toml", raw / region)
    (raw / "kalianda" / "2025" / "nilai.csv").write_text("a;b\n1;2\n", encoding="utf-8")
    with (raw / "bukittinggi" / "region.toml").open("a", encoding="utf-8") as file:
        file.write('\n[programe]\nname = "x"\n')
    result = call("check", *where(raw))
    assert result.exit_code == 1
    assert "kalianda 2025: could not be read" in result.stderr
    assert "(participants) was found in no file" in result.stderr
    assert "bukittinggi/region.toml: unknown key programe. Did you mean programme?" in result.stderr
    assert not result.stdout, "no row was read: there is nothing to count and nothing to decide"
    assert "Traceback" not in result.output


def test_check_counts_every_row_and_says_why_some_wait(tmp_path: Path) -> None:
    result = call("check", "sawahlunto", "--raw", RAW, "--processed", tmp_path)
    assert result.exit_code == 0, result.output
    assert "The NIP is damaged" in result.stdout
    row = next(
        line.split() for line in result.stdout.splitlines() if line.split()[:2] == ["sawahlunto", "2025"]
    )
    rows, accepted, corrected, quarantined, duplicates = (int(cell.replace(",", "")) for cell in row[2:7])
    assert rows == accepted + corrected + quarantined + duplicates
    assert min(accepted, corrected, quarantined, duplicates) > 0
    assert (tmp_path / "sawahlunto" / "2025" / "quarantine.xlsx").is_file()


def test_questions_are_listed_in_both_languages() -> None:
    lines = call("questions", "--language", "both").stdout.splitlines()
    assert [line.split()[0] for line in lines[::3]] == [question.id for question in QUESTIONS]
    assert "Berapa banyak pegawai yang sudah dilatih?" in lines[1]


def test_simulated_regions_can_be_taken_in(tmp_path: Path) -> None:
    result = call("simulate", "--regions", "1", "--people", "80", "--output", tmp_path / "raw", "--seed", "3")
    assert result.exit_code == 0, result.output
    assert call("check", *where(tmp_path / "raw")).exit_code == 0
    next((tmp_path / "raw").glob("*/*/")).joinpath("kosong.xlsx").touch()
    result = call("check", *where(tmp_path / "raw"))
    assert (result.exit_code, "with problems" in result.stdout) == (1, True)
    assert call("simulate", "--regions", "1", "--people", "2", "--output", tmp_path / "no").exit_code == 2


def test_the_codebook_is_written_as_page_and_as_workbook(tmp_path: Path) -> None:
    assert call("codebook", "--output", tmp_path / "c.html", "--language", "en").exit_code == 0
    assert 'lang="en"' in (tmp_path / "c.html").read_text(encoding="utf-8")
    assert call("codebook", "--output", tmp_path / "c.xlsx").exit_code == 0
    assert (tmp_path / "c.xlsx").read_bytes()[:2] == b"PK"
    assert call("codebook", "--output", tmp_path / "c.pdf").exit_code == 2


def test_help_costs_no_heavy_import() -> None:
    """A command that only prints must not load pandas, matplotlib, papermill or nbconvert."""
    heavy = "pandas matplotlib papermill nbconvert statsmodels"
    program = (
        f"import sys, asn_research.cli; sys.exit(any(name in sys.modules for name in '{heavy}'.split()))"
    )
    assert subprocess.run([sys.executable, "-c", program], env=dict(os.environ), check=False).returncode == 0
