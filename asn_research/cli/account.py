"""What became of rows, as commands print it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

import typer

from asn_research.cli.console import console_language, say
from asn_research.cli.table import Head, paint_state, print_table
from asn_research.language import format_count, phrase

_COUNTED: Final = ("rows", "accepted", "corrected", "quarantined", "duplicates")
_SHOWN: Final = 5
_VALUES: Final = 3
_TERMS: Final = 6


def print_totals(rows: Sequence[tuple[str, str, Any, str]]) -> None:
    """A table of what became of the rows of each region and period, and the state of its report."""
    language = console_language()
    heads = [Head(say("head_region")), Head(say("head_period"))]
    heads += [Head(say(f"head_{name}"), number=True) for name in _COUNTED]
    shown = []
    for region, period, totals, state in rows:
        counts = [format_count(totals[name], language) if totals else "–" for name in _COUNTED]
        shown.append((region, period, *counts, paint_state(say(f"state_{state}"), state)))
    print_table([*heads, Head(say("head_state"), long=True)], shown)


def print_reasons(region: str, period: str, intake: Any) -> None:
    """Why rows of a region were quarantined: column, limits or nearest term, and the first cells of each."""
    from asn_research.reports.exhibits.quality import reason_text

    language = console_language()
    groups: dict[tuple[str, str, str, str, str], list[Any]] = defaultdict(list)
    for entry in intake["quarantine"]:
        place = entry["file"], str(entry["sheet"] or "")
        groups[entry["reason"], *place, entry.get("table", ""), entry.get("column", "")].append(entry)
    for (reason, file, sheet, table, column), entries in sorted(
        groups.items(), key=lambda item: (-len(item[1]), item[0])
    ):
        cells = [str(e["cell"] or f"{phrase('report.row', language)} {e['row']}") for e in entries]
        told = say(
            "reason_line", region=region, period=period, count=len(entries),
            text=reason_text(reason, language), detail=_detail(reason, table, column, entries),
            where=" › ".join(part for part in (file, sheet) if part),
            cells=", ".join(cells[:_SHOWN]) + (" …" if len(cells) > _SHOWN else ""),
        )  # fmt: skip
        typer.echo(told)


def print_decisions(region: str, period: str, intake: Any) -> None:
    """How many decisions of the office were applied or refused, and how many rows wait for one."""
    decisions = intake.get("decisions") or {}
    if decisions.get("read") or decisions.get("waiting"):
        language = console_language()
        counts = {n: format_count(decisions[n], language) for n in ("applied", "refused", "waiting")}
        typer.echo(say("decisions", region=region, period=period, **counts))


def print_hidden(region: str, period: str, intake: Any) -> None:
    """The tables that were read from sheets which the office had hidden."""
    from asn_research.contract.column import TABLES

    language = console_language()
    for entry in intake.get("hidden") or ():
        table = TABLES[entry["table"]].label.in_language(language)
        where = " › ".join((entry["file"], entry["sheet"]))
        typer.echo(say("hidden_sheet", region=region, period=period, where=where, table=table))


def _detail(reason: str, table: str, column: str, entries: Sequence[Any]) -> str:
    """What a reader needs besides the reason; values only where they are numbers, dates or errors."""
    from asn_research.contract.column import TABLES
    from asn_research.contract.vocabulary import read_vocabulary

    if table not in TABLES or column not in TABLES[table].names:
        return ""
    about, language = TABLES[table][column], console_language()
    parts = [say("detail_column", column=about.label.in_language(language))]
    shown = list(dict.fromkeys(e["value"] for e in entries if e["value"] and "•" not in e["value"]))
    values = ", ".join(shown[:_VALUES]) + (" …" if len(shown) > _VALUES else "")
    limits = _limits(about.minimum, about.maximum)
    if reason == "out_of_range" and limits and values:
        parts.append(say("detail_outside", values=values, limits=limits))
    elif values:
        parts.append(say("detail_values", values=values))
    if reason == "unknown_term" and about.terms:
        vocabulary = read_vocabulary(about.terms)
        near = list(dict.fromkeys(e["nearest"] for e in entries if e.get("nearest")))
        key = "detail_nearest" if near else "detail_one_of"
        names = [vocabulary.label(code, language) for code in near or vocabulary.codes]
        parts.append(say(key, terms=", ".join(names[:_TERMS]) + (" …" if len(names) > _TERMS else "")))
    return f" ({'; '.join(parts)})"


def _limits(low: float | None, high: float | None) -> str:
    if low is None:
        return "" if high is None else say("at_most", high=f"{high:g}")
    return say("at_least", low=f"{low:g}") if high is None else f"{low:g}–{high:g}"
