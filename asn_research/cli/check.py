"""The command ``asn-research check``."""

from __future__ import annotations

from pathlib import Path

import typer

from asn_research.cli.account import print_reasons, print_totals
from asn_research.cli.choice import choose, find_folders
from asn_research.cli.console import FAILED, WELL, print_problems, refuse, say
from asn_research.cli.option import PeriodName, ProcessedFolder, RawFolder, Regions
from asn_research.errors import AsnResearchError


def check(
    regions: Regions = None,
    *,
    period: PeriodName = None,
    raw: RawFolder = None,
    processed: ProcessedFolder = None,
) -> None:
    """Take in raw files only: what was accepted, corrected, quarantined, duplicate, and why."""
    try:
        folders = find_folders(raw, processed, Path())
        chosen = choose(folders["raw"], regions or [], period)
    except AsnResearchError as error:
        raise refuse(error.problems) from error
    from asn_research.ingest.store import open_region
    from asn_research.reports.problem import read_problem

    rows, status = [], WELL
    for region, name in chosen:
        try:
            data = open_region(region, period=name, raw=folders["raw"], processed=folders["processed"])
        except AsnResearchError as error:
            typer.echo(say("failed", region=region, period=name), err=True)
            print_problems(error.problems)
            status = FAILED
            continue
        problems = [read_problem(record) for record in data.intake["problems"]]
        if problems:
            typer.echo(say("incomplete", region=region, period=name), err=True)
            print_problems(problems)
            status = FAILED
        rows.append((region, name, data.intake["totals"], say("state_made")))
        print_reasons(region, name, data.intake)
    print_totals(rows)
    typer.echo(say("quarantine", folder=folders["processed"]))
    raise typer.Exit(status)
