"""The command ``asn-research codebook``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from asn_research.cli.console import refuse, say
from asn_research.cli.option import ChosenLanguage, ReportLanguage
from asn_research.errors import Problem


def codebook(
    output: Annotated[Path, typer.Option(metavar="file")] = Path("codebook.html"),
    language: ChosenLanguage = ReportLanguage.ID,
) -> None:
    """Write the codebook: every table, column, unit, range and term."""
    from xlsxwriter.exceptions import FileCreateError

    from asn_research.contract.codebook import codebook_html, write_codebook_workbook

    spoken = language.languages
    if len(spoken) > 1 or output.suffix not in {".html", ".xlsx"}:
        raise refuse([Problem("cli", say("codebook_one"))])
    if output.suffix == ".xlsx":
        try:
            write_codebook_workbook(output, spoken[0])
        except FileCreateError as error:
            raise error.args[0] from error
    else:
        output.write_text(codebook_html(spoken[0]), encoding="utf-8")
    typer.echo(str(output))
