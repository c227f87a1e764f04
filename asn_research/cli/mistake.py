"""A call that cannot be understood or carried out: what was meant, what is in the way, where the help is."""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Iterable
from typing import Any, Final

import typer

from asn_research.cli.console import paint, print_problems, say, tell
from asn_research.cli.stop import Stopped

_CHOICE = re.compile(r"(?P<value>'.*?') is not one of (?P<choices>.+?)\.?$")
_AT_LEAST = re.compile(r"greater than or equal to (?P<limit>\S+)$")
_NUMBER = re.compile(r"valid (?:int|integer|float|number)\b", re.IGNORECASE)
_EXTRA = re.compile(r"unexpected extra arguments? ?\(?s?\)? ?\((?P<value>.+)\)")
_CLOSE: Final = 0.65
"""Likeness from which a known word is offered: a slip or two in a word of some letters."""
_MEANT: Final = dict.fromkeys(("j", "workers", "threads", "cores", "cpus", "parallel"), "jobs")
"""What an option is called elsewhere, and here."""


class UnknownCommand(typer.BadParameter):
    """A command that does not exist, and those that do."""

    def __init__(self, name: str, known: Iterable[str], ctx: Any) -> None:
        super().__init__(name, ctx)
        self.known = tuple(known)


def tell_stop(stop: Stopped) -> None:
    """Write that the command was stopped and what that means; nothing where nobody listens any more."""
    with contextlib.suppress(OSError):
        tell(stop.words or say("stopped"), err=True)


def tell_mistake(error: Any) -> None:
    """Write what is wrong with a call, the nearest known word, and how to get help.

    Parameters
    ----------
    error
        What typer raised.
    """
    if type(error).__name__ == "NoArgsIsHelpError":
        tell(error.message)
        return
    tell(paint(say("refused"), "bad", stream=sys.stderr), err=True)
    tell(f"  {_message(error)}", err=True)
    path = error.ctx.command_path if error.ctx is not None else "asn-research"
    tell(f"  {say('see_help', command=paint(f'{path} --help', 'name', stream=sys.stderr))}", err=True)


def tell_obstacle(error: OSError) -> bool:
    """Write which file or folder was in the way and what to do; whether it is such an obstacle at all."""
    from asn_research.reports.processes.obstacle import find_obstacle

    found = find_obstacle(error)
    if found is None:
        return False
    print_problems([found.problem("" if found.path is None else str(found.path))])
    return True


def _message(error: Any) -> str:
    kind = type(error).__name__
    if isinstance(error, UnknownCommand):
        return f"{say('unknown_command', name=error.message)} {_nearest(error.message, error.known)}".strip()
    if kind == "NoSuchOption":
        known = [name for param in error.ctx.command.params for name in (*param.opts, *param.secondary_opts)]
        words = say("unknown_option", name=error.option_name, command=error.ctx.command_path)
        return f"{words} {_nearest(error.option_name, [*known, '--help'])}".strip()
    if kind == "MissingParameter":
        return say("missing", name=_name(error))
    if kind == "BadOptionUsage":
        return say("no_value", name=error.option_name)
    if found := _EXTRA.search(error.message):
        return say("extra", value=found["value"])
    return _bad_value(error)


def _bad_value(error: Any) -> str:
    """What is wrong with a value, with the values that can be chosen."""
    name, text = _name(error), str(error.message)
    if found := _CHOICE.search(text):
        choices = [choice.strip(" '\"") for choice in found["choices"].split(",")]
        value = found["value"].strip("'\"")
        words = say("bad_choice", name=name, value=value, choices=", ".join(choices))
        return f"{words} {_nearest(value, choices)}".strip()
    if found := _AT_LEAST.search(text):
        return say("too_small", name=name, limit=found["limit"])
    if _NUMBER.search(text):
        return say("bad_number", name=name)
    return f"{name}: {text}" if name else text


def _name(error: Any) -> str:
    """How the reader wrote the parameter, or would write it."""
    param = getattr(error, "param", None)
    if param is None:
        return ""
    if param.param_type_name == "option":
        return str(max(param.opts, key=len))
    from asn_research.cli.console import console_language
    from asn_research.cli.help import metavar_text

    return metavar_text(param, console_language())


def _nearest(name: str, known: Iterable[str]) -> str:
    import difflib

    words = {word.lstrip("-"): word for word in known}  # dashes are alike in all options
    asked = name.lstrip("-")
    meant = _MEANT.get(asked, "")
    found = [meant] if meant in words else difflib.get_close_matches(asked, list(words), n=1, cutoff=_CLOSE)
    return say("did_you_mean", name=words[found[0]]) if found else ""
