"""Help in both languages, in colours where wanted, and cheap; mistakes told with what was meant."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from asn_research.cli import app
from asn_research.cli.console import console_language
from asn_research.cli.menu import COMMANDS
from asn_research.language.catalogue import LANGUAGES, has_phrase, phrase

HIDDEN = {"help", "install_completion", "show_completion"}


def call(*arguments: str, **environment: str | None) -> Any:
    known = {"ASN_RESEARCH_LANGUAGE": "en", "NO_COLOR": None, "FORCE_COLOR": None, "COLUMNS": "90"}
    return CliRunner(env={**known, **environment}).invoke(app, [*arguments])


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_has_its_words_in_both_languages(name: str) -> None:
    command = get_command(app).get_command(None, name)  # type: ignore[attr-defined]
    key = name.replace("-", "_")
    assert has_phrase(f"cli.help_{key}")
    assert has_phrase(f"cli.example_{key}_1")
    for param in command.params:
        if param.name not in HIDDEN:
            keys = (f"cli.option_{key}_{param.name}", f"cli.option_{param.name}")
            assert any(map(has_phrase, keys)), (name, param.name)
    for language in LANGUAGES:
        shown = call(name, "--help", ASN_RESEARCH_LANGUAGE=language, COLUMNS="80")
        assert shown.exit_code == 0
        assert phrase(f"cli.help_{key}", language)[:40] in shown.stdout
        assert max(map(len, shown.stdout.splitlines())) <= 80


@pytest.mark.parametrize("name", COMMANDS)
def test_examples_are_calls_that_exist(name: str) -> None:
    """Every option and command that an example names is one of the command line."""
    group: Any = get_command(app)
    for language in LANGUAGES:
        number = 1
        while has_phrase(key := f"cli.example_{name.replace('-', '_')}_{number}"):
            words = phrase(key, language).partition(" | ")[0].split("asn-research", 1)[1].split()
            assert words[0] == name
            known = {option for param in group.get_command(None, name).params for option in param.opts}
            assert {word for word in words if word.startswith("--")} <= known, key
            number += 1


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "id"),
        ({"LANG": "id_ID.UTF-8"}, "id"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "nl_NL.UTF-8"}, "en"),
        ({"LANG": "C.UTF-8"}, "id"),
        ({"LANG": "en_GB.UTF-8", "LC_ALL": "id_ID"}, "id"),
        ({"LANG": "id_ID.UTF-8", "ASN_RESEARCH_LANGUAGE": "en"}, "en"),
        ({"LANG": "en_GB.UTF-8", "ASN_RESEARCH_LANGUAGE": "ID"}, "id"),
        ({"LANG": "en_GB.UTF-8", "ASN_RESEARCH_LANGUAGE": "fr"}, "en"),
    ],
)
def test_the_language_is_the_chosen_one_else_that_of_the_locale(
    environment: dict[str, str], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ASN_RESEARCH_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert console_language() == language
    heads = {"id": "Pemakaian:", "en": "Usage:"}
    assert CliRunner().invoke(app, ["--help"]).stdout.startswith(heads[language])


def test_colours_follow_the_terminal_and_the_two_variables() -> None:
    assert "\033[" not in call("run", "--help").stdout
    assert "\033[" in call("run", "--help", FORCE_COLOR="1").stdout
    assert "\033[" not in call("run", "--help", FORCE_COLOR="1", NO_COLOR="1").stdout
    assert "\033[31m" in call("runn", FORCE_COLOR="1").stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["runn"], "there is no command 'runn'. Did you mean 'run'?"),
        (
            ["run", "--langauge", "id"],
            "asn-research run has no option --langauge. Did you mean '--language'?",
        ),
        (["run", "--language", "boht"], "--language: there is no 'boht'. Choose among id, en, both."),
        (["run", "--jobs", "0"], "--jobs: at least 1."),
        (["run", "--jobs", "two"], "--jobs: must be a number."),
        (["run", "--period"], "--period needs a value."),
        (["simulate"], "--regions must be given."),
        (["verify"], "REPORT_FOLDER must be given."),
        (["questions", "x"], "x makes no sense here."),
        (["status", "--max-age", "soon"], "'soon' is no age. Write it as 90m, 36h, 7d or 2w."),
        (["status", "--banner"], "--banner needs --max-age."),
    ],
)
def test_a_mistake_is_told_with_what_was_meant_and_where_help_is(arguments: list[str], told: str) -> None:
    result = call(*arguments)
    assert result.exit_code == 2
    assert told in result.stderr
    assert "--help" in result.stderr
    assert "Traceback" not in result.output
    indonesian = call(*arguments, ASN_RESEARCH_LANGUAGE="id").stderr
    assert "Panggilan ini keliru:" in indonesian
    assert told not in indonesian


def test_the_version_is_that_of_the_package() -> None:
    import asn_research

    assert call("--version").stdout == f"asn-research {asn_research.__version__}\n"


@pytest.mark.parametrize(
    ("shell", "word"), [("bash", "complete -o"), ("zsh", "compdef"), ("fish", "complete")]
)
def test_completion_scripts_are_printed(shell: str, word: str) -> None:
    script = call("completion", shell)
    assert script.exit_code == 0
    assert word in script.stdout
    assert "_ASN_RESEARCH_COMPLETE" in script.stdout


def complete(words: str, folder: Path) -> list[str]:
    """What bash would be offered after some words."""
    environment = {
        **os.environ, "_ASN_RESEARCH_COMPLETE": "complete_bash", "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split(" ")) - 1), "ASN_RESEARCH_LANGUAGE": "en",
    }  # fmt: skip
    environment.pop("ASN_RESEARCH_HOME", None)
    command = [sys.executable, "-m", "asn_research.cli"]
    return subprocess.run(
        command, env=environment, cwd=folder, capture_output=True, text=True, check=False
    ).stdout.split()


def test_commands_options_regions_and_periods_are_completed(tmp_path: Path) -> None:
    for period in ("2024", "2025"):
        (tmp_path / "data" / "raw" / "kalianda" / period).mkdir(parents=True)
    (tmp_path / "data" / "raw" / "bukittinggi" / "2025").mkdir(parents=True)
    assert complete("asn-research ver", tmp_path) == ["verify"]
    assert complete("asn-research run --lang", tmp_path) == ["--language"]
    assert complete("asn-research run k", tmp_path) == ["kalianda"]
    assert complete("asn-research run kalianda --period 20", tmp_path) == ["2024", "2025"]


def test_the_list_of_questions_is_that_of_the_catalogue() -> None:
    from asn_research.cli.question import list_questions
    from asn_research.findings.catalogue import QUESTIONS

    assert list_questions() == [(question.id, question.level.value) for question in QUESTIONS]


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["runn"], ["questions"], ["--version"]])
def test_what_only_prints_loads_nothing_heavy(arguments: list[str]) -> None:
    heavy = {"pandas", "numpy", "matplotlib", "papermill", "nbconvert", "statsmodels", "scipy"}
    program = (
        "import sys\nfrom asn_research.cli import app\n"
        f"try:\n    app({arguments!r})\nexcept SystemExit:\n    pass\n"
        f"print(sorted({heavy!r} & set(sys.modules)), file=sys.stderr)"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert found.stderr.splitlines()[-1] == "[]"
