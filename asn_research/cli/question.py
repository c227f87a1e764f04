"""The command ``asn-research questions``."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Annotated

import typer

from asn_research.cli.console import console_language
from asn_research.cli.option import ReportLanguage
from asn_research.language.catalogue import phrase


def questions(
    language: Annotated[ReportLanguage | None, typer.Option("--language", metavar="id|en|both")] = None,
) -> None:
    """List the questions that reports answer, in the reader's language where none is asked for."""
    spoken = language.languages if language else (console_language(),)
    for question, level in list_questions():
        typer.echo(f"{question}  ({level})")
        for tongue in spoken:
            typer.echo(f"    {phrase(f'finding.question_{question}', tongue)}")


def list_questions() -> list[tuple[str, str]]:
    """Every question of the catalogue with its level, without loading what answers them."""
    text = files("asn_research.cli").joinpath("question.toml").read_text(encoding="utf-8")
    return [(question, level) for level, names in tomllib.loads(text).items() for question in names]
