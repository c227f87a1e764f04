"""What became of rows, as commands print it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any, Final

import typer

from asn_research.cli.console import console_language, say
from asn_research.language import format_count

_COUNTED: Final = ("rows", "accepted", "corrected", "quarantined", "duplicates")


def print_totals(rows: Sequence[tuple[str, str, Any, str]]) -> None:
    """A table of what became of the rows of each region and period."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    language = console_language()
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column(say("head_region"), no_wrap=True)
    table.add_column(say("head_period"), no_wrap=True)
    for name in _COUNTED:
        table.add_column(say(f"head_{name}"), justify="right", no_wrap=True)
    table.add_column(say("head_state"))
    for region, period, totals, state in rows:
        counts = [format_count(totals[name], language) if totals else "–" for name in _COUNTED]
        table.add_row(region, period, *counts, state)
    width = None if sys.stdout.isatty() else 120
    Console(width=width, highlight=False).print(table)


def print_reasons(region: str, period: str, intake: Any) -> None:
    """Why rows of a region were quarantined, and the first cells of each reason."""
    from asn_research.reports.quality import group_quarantine, reason_text

    language = console_language()
    for (reason, file, sheet), cells in group_quarantine(intake, language):
        where = " › ".join(part for part in (file, sheet) if part)
        shown = ", ".join(cells[:5]) + (" …" if len(cells) > 5 else "")
        text = reason_text(reason, language)
        typer.echo(f"  {region} {period}: {len(cells)} × {text} [{where}: {shown}]")
