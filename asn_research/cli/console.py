"""What every command says and how it ends: language, colours, problems, exit statuses."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import IO, Final, Literal

import typer

from asn_research.errors import Problem
from asn_research.language.catalogue import Language, phrase

WELL: Final = 0
FAILED: Final = 1
WRONG_CALL: Final = 2
OVERDUE: Final = 3
DIFFERENT: Final = 3

LANGUAGE_VARIABLE: Final = "ASN_RESEARCH_LANGUAGE"
"""Environment variable that names the language of the command, whatever the locale says."""

Style = Literal["head", "name", "good", "warn", "bad", "quiet"]
_CODES: Final[dict[Style, str]] = {
    "head": "1", "name": "36", "good": "32", "warn": "33", "bad": "31", "quiet": "2",
}  # fmt: skip


def console_language() -> Language:
    """The language of help and messages.

    ``ASN_RESEARCH_LANGUAGE`` (``id`` or ``en``) decides; else the locale (``LC_ALL``, ``LC_MESSAGES``,
    ``LANG``): Indonesian for an Indonesian one, English for any other. Where nobody chose a locale (none, or
    ``C``), as under cron and systemd, it is Indonesian, the first language of the reports.
    """
    chosen = os.environ.get(LANGUAGE_VARIABLE, "").strip().lower()
    if chosen in {"id", "en"}:
        return "en" if chosen == "en" else "id"
    named = next((v for n in ("LC_ALL", "LC_MESSAGES", "LANG") if (v := os.environ.get(n))), "C")
    spoken = named.partition(".")[0].partition("_")[0].lower()
    return "id" if spoken in {"id", "c", "posix"} else "en"


def is_coloured(stream: IO[str] | None = None) -> bool:
    """Whether to write in colours: never with ``NO_COLOR``, always with ``FORCE_COLOR``, else on a terminal.

    An empty variable counts as none.
    """
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return (stream or sys.stdout).isatty() and os.environ.get("TERM") != "dumb"


def paint(text: str, style: Style, *, stream: IO[str] | None = None) -> str:
    """A text in a colour, where the stream shows colours."""
    return f"\033[{_CODES[style]}m{text}\033[0m" if text and is_coloured(stream) else text


def tell(text: str, *, err: bool = False) -> None:
    """Write a line; what is painted in it keeps its colours."""
    typer.echo(text, err=err, color=is_coloured(sys.stderr if err else sys.stdout))


def say(key: str, /, **fields: object) -> str:
    """A message of the command in the reader's language."""
    return phrase(f"cli.{key}", console_language(), **fields)


def print_problems(problems: Sequence[Problem], *, of: str = "") -> None:
    """Write what went wrong and what to do, a line for each problem; ``of`` is the report that is meant."""
    from asn_research.reports.publications.problem import notice

    for problem in problems:
        told = notice(problem, console_language())
        where = ", ".join(part for part in (of, told.place) if part)
        place = paint(f"{where}: ", "name", stream=sys.stderr) if where else ""
        remedy = paint(told.remedy, "head", stream=sys.stderr)
        tell(f"  {place}{told.text} {remedy}".rstrip(), err=True)


def refuse(problems: Sequence[Problem]) -> typer.Exit:
    """Say that the call was wrong, and why; the end of the command."""
    tell(paint(say("refused"), "bad", stream=sys.stderr), err=True)
    print_problems(problems)
    return typer.Exit(WRONG_CALL)
