"""The command ``asn-research``: parse, call, set the exit status. One module for each command."""

from __future__ import annotations

from collections.abc import Callable

import typer

from asn_research.cli import check, codebook, question, run, simulate, status, template, verify

app = typer.Typer(
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    help="From raw training files of regional offices to reports that claim no more than the design allows.",
)
_COMMANDS: tuple[Callable[..., None], ...] = (
    run.run,
    check.check,
    status.status,
    verify.verify,
    question.questions,
    template.template,
    template.new_region,
    simulate.simulate,
    codebook.codebook,
)
for _command in _COMMANDS:
    app.command()(_command)


def main() -> None:
    """Entry point of the command."""
    app()
