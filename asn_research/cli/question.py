"""The command ``asn-research questions``."""

from __future__ import annotations

import typer

from asn_research.cli.option import ChosenLanguage, ReportLanguage


def questions(language: ChosenLanguage = ReportLanguage.ID) -> None:
    """List the questions that reports answer."""
    from asn_research.findings.catalogue import QUESTIONS
    from asn_research.findings.sentence import question_text

    spoken = language.languages
    for question in QUESTIONS:
        typer.echo(f"{question.id}  ({question.level.value})")
        for tongue in spoken:
            typer.echo(f"    {question_text(question.id, tongue)}")
