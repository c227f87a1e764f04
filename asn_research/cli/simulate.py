"""The command ``asn-research simulate``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from asn_research.cli.console import console_language, refuse, say
from asn_research.errors import AsnResearchError
from asn_research.language import format_count


def simulate(
    *,
    regions: Annotated[int, typer.Option(min=1, metavar="number")],
    people: Annotated[int, typer.Option(min=1, metavar="number")],
    output: Annotated[Path, typer.Option(metavar="folder")],
    seed: Annotated[int, typer.Option(metavar="number")] = 0,
) -> None:
    """Write the office files of simulated regions, to try things at scale."""
    from asn_research.simulation.scale import write_regions

    try:
        written = write_regions(output, regions=regions, people=people, seed=seed)
    except AsnResearchError as error:
        raise refuse(error.problems) from error
    typer.echo(say("simulated", count=format_count(len(written), console_language()), path=output))
