"""The command ``asn-research``: parse, call, set the exit status. One module for each command."""

from __future__ import annotations

from typing import Annotated

import typer

from asn_research.cli.menu import PROGRAM, Menu

app = typer.Typer(cls=Menu, no_args_is_help=True, add_completion=True, pretty_exceptions_enable=False)


def _print_version(wanted: bool) -> None:
    if wanted:
        from asn_research import __version__

        typer.echo(f"{PROGRAM} {__version__}")
        raise typer.Exit


@app.callback()
def _begin(
    _version: Annotated[bool, typer.Option("--version", callback=_print_version, is_eager=True)] = False,
) -> None:
    """What holds for every command."""


def main() -> None:
    """Entry point of the command."""
    app()
