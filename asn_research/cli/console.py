"""What every command says and how it ends: language, problems, exit statuses."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Final

import typer

from asn_research.errors import Problem
from asn_research.language import Language, phrase

WELL: Final = 0
FAILED: Final = 1
WRONG_CALL: Final = 2
OVERDUE: Final = 3
DIFFERENT: Final = 3


def console_language() -> Language:
    """English where the environment speaks it (``LC_ALL``, ``LC_MESSAGES``, ``LANG``), else Indonesian."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "en" if value.startswith("en") else "id"
    return "id"


def say(key: str, /, **fields: object) -> str:
    return phrase(f"cli.{key}", console_language(), **fields)


def print_problems(problems: Sequence[Problem]) -> None:
    from asn_research.reports.problem import notice

    for problem in problems:
        typer.echo(f"  {notice(problem, console_language())}", err=True)


def refuse(problems: Sequence[Problem]) -> typer.Exit:
    typer.echo(say("refused"), err=True)
    print_problems(problems)
    return typer.Exit(WRONG_CALL)
