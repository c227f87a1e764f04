"""The commands by name: each is loaded when it is called, and described in the reader's language."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, Final

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from asn_research.cli.console import FAILED, WRONG_CALL, console_language, is_coloured, print_problems
from asn_research.cli.help import command_help, describe, menu_help
from asn_research.cli.mistake import UnknownCommand, tell_mistake, tell_obstacle, tell_stop
from asn_research.cli.stop import Stopped, stoppable
from asn_research.errors import AsnResearchError

PROGRAM: Final = "asn-research"

COMMANDS: Final[dict[str, str]] = {
    "run": "run",
    "check": "check",
    "status": "status",
    "verify": "verify",
    "trace": "trace",
    "questions": "question",
    "template": "template",
    "new-region": "template",
    "new-notebook": "new_notebook",
    "simulate": "simulate",
    "codebook": "codebook",
    "key": "key",
    "completion": "completion",
}
"""Every command and the module of this package that has its function."""


class Command(TyperCommand):
    """A command whose help is in the reader's language."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help."""
        formatter.write(command_help(self, ctx.command_path, console_language()))


class Menu(TyperGroup):
    """All commands; none is loaded before it is called."""

    def list_commands(self, _ctx: Any) -> list[str]:
        """The names of the commands, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, _ctx: Any, cmd_name: str) -> Any:
        """The command of a name, or None."""
        if cmd_name in COMMANDS and cmd_name not in self.commands:
            self.commands[cmd_name] = _load(cmd_name)
        return self.commands.get(cmd_name)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that is called.

        Raises
        ------
        UnknownCommand
            If there is none of this name.
        """
        if args[0] not in COMMANDS:
            raise UnknownCommand(args[0], COMMANDS, ctx)
        return super().resolve_command(ctx, args)

    def format_help(self, _ctx: Any, formatter: Any) -> None:
        """Write the help."""
        formatter.write(menu_help(COMMANDS, console_language()))

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,  # noqa: ARG002
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Call the command that the arguments name; a wrong call is told in the reader's language."""
        try:
            with stoppable():
                status = super().main(
                    args, PROGRAM, complete_var, False, windows_expand_args, color=is_coloured(), **extra
                )
        except Stopped as stop:
            tell_stop(stop)
            status = stop.status
        except _UsageError as error:
            tell_mistake(error)
            status = WRONG_CALL
        except AsnResearchError as error:
            print_problems(error.problems)
            status = FAILED
        except OSError as error:
            if not tell_obstacle(error):
                raise
            status = FAILED
        except typer.Abort:
            status = 130
        if not standalone_mode:
            return status
        sys.exit(status if isinstance(status, int) else 0)


_UsageError: Final[Any] = typer.BadParameter.__mro__[1]


def _load(name: str) -> Any:
    """The command of a name, its words from the catalogue."""
    module = import_module(f"asn_research.cli.{COMMANDS[name]}")
    single = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    single.command(name, cls=Command)(getattr(module, name.replace("-", "_")))
    command = get_command(single)
    describe(command, console_language())
    return command
