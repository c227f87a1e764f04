"""What ``--help`` shows: what a command does, examples, and every option, in the reader's language."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterable, Iterator
from typing import Any, Final

from asn_research.cli.console import paint
from asn_research.language.catalogue import Language, has_phrase, phrase

_WIDEST: Final = 100
_NARROWEST: Final = 50
_LABELS: Final = 30
_INDENT: Final = "  "
_HIDDEN: Final = frozenset({"install_completion", "show_completion"})

Entry = tuple[str, str]


def describe(command: Any, language: Language) -> None:
    """Give a command and its parameters their words, for completion and for whoever else asks."""
    key = command.name.replace("-", "_")
    command.help = command.short_help = phrase(f"cli.help_{key}", language)
    for param in command.params:
        param.help = param_text(key, param, language)


def param_text(command: str, param: Any, language: Language) -> str:
    """What a parameter of a command is for."""
    keys = (f"cli.option_{command}_{param.name}", f"cli.option_{param.name}")
    known = next((key for key in keys if has_phrase(key)), None)
    return phrase(known, language) if known else str(param.help or "")


def menu_help(names: Iterable[str], language: Language) -> str:
    """The help of ``asn-research`` itself: every command in a line."""
    entries = [(name, phrase(f"cli.help_{name.replace('-', '_')}", language)) for name in names]
    options = [("--version", phrase("cli.option_version", language)), _help_entry(language)]
    parts = [
        _usage("asn-research", f"{phrase('cli.metavar_command', language)} …", language),
        _wrap(phrase("cli.help", language)),
        _section("commands", entries, language),
        _section("options", options, language),
        _wrap(phrase("cli.help_more", language)),
    ]
    return "\n\n".join(parts)


def command_help(command: Any, path: str, language: Language) -> str:
    """The help of one command."""
    key = command.name.replace("-", "_")
    shown = [param for param in command.params if not param.hidden and param.name not in _HIDDEN]
    arguments = [param for param in shown if param.param_type_name == "argument"]
    options = [param for param in shown if param.param_type_name == "option" and param.name != "help"]
    rest = " ".join(metavar_text(param, language) for param in arguments)
    parts = [
        _usage(path, " ".join(filter(None, [rest, phrase("cli.metavar_options", language)])), language),
        _wrap(phrase(f"cli.help_{key}", language)),
    ]
    if has_phrase(f"cli.more_{key}"):
        parts.append(_wrap(phrase(f"cli.more_{key}", language)))
    parts.append(_examples(key, language))
    if arguments:
        entries = [(metavar_text(p, language), _text(key, p, language)) for p in arguments]
        parts.append(_section("arguments", entries, language))
    entries = [(_label(param, language), _text(key, param, language)) for param in options]
    parts.append(_section("options", [*entries, _help_entry(language)], language))
    return "\n\n".join(filter(None, parts))


def _usage(path: str, rest: str, language: Language) -> str:
    head = phrase("cli.head_usage", language)
    lines = textwrap.wrap(f"{head} {path} {rest}", _width(), subsequent_indent=2 * _INDENT)
    return "\n".join(lines).replace(head, paint(head, "head"), 1)


def _help_entry(language: Language) -> Entry:
    return "--help", phrase("cli.option_help", language)


def _examples(key: str, language: Language) -> str:
    """The examples of a command, ``call | what it does`` in the catalogue."""
    lines: list[str] = []
    while has_phrase(name := f"cli.example_{key}_{len(lines) // 2 + 1}"):
        call, _, words = phrase(name, language).partition(" | ")
        lines += [f"{_INDENT}{words}", f"{2 * _INDENT}{paint(call, 'name')}"]
    return "\n".join([paint(phrase("cli.head_examples", language), "head"), *lines]) if lines else ""


def _section(name: str, entries: Iterable[Entry], language: Language) -> str:
    return "\n".join([paint(phrase(f"cli.head_{name}", language), "head"), *_rows(list(entries))])


def _rows(entries: list[Entry]) -> Iterator[str]:
    """Labels beside their words; a label that is too long stands above them."""
    fitting = [len(label) for label, _ in entries if len(label) <= _LABELS]
    column = max(fitting, default=0) + 2 * len(_INDENT)
    for label, words in entries:
        lines = textwrap.wrap(words, max(_width() - column, 20)) or [""]
        if len(label) > _LABELS:
            yield _INDENT + paint(label, "name")
        else:
            padding = " " * (column - len(_INDENT) - len(label))
            yield f"{_INDENT}{paint(label, 'name')}{padding}{lines.pop(0)}".rstrip()
        yield from (" " * column + line for line in lines)


def _wrap(text: str) -> str:
    return "\n".join(textwrap.wrap(text, _width()))


def _width() -> int:
    return min(max(shutil.get_terminal_size((_WIDEST, 24)).columns, _NARROWEST), _WIDEST)


def _label(param: Any, language: Language) -> str:
    names = ", ".join([*param.opts, *param.secondary_opts])
    return names if _is_flag(param) else f"{names} {metavar_text(param, language)}"


def _is_flag(param: Any) -> bool:
    return bool(getattr(param, "is_flag", False))


def metavar_text(param: Any, language: Language) -> str:
    """What stands for a value: a word of the catalogue, or what the option was declared with."""
    name = str(param.metavar or param.name)
    key = f"cli.metavar_{name.lower()}"
    word = phrase(key, language) if has_phrase(key) else name
    if param.param_type_name != "argument":
        return word
    repeated = f"{word} …" if param.nargs != 1 else word
    return repeated if param.required else f"[{repeated}]"


def _text(command: str, param: Any, language: Language) -> str:
    """What a parameter is for, and what holds where it is not given."""
    words = param_text(command, param, language)
    keys = (f"cli.default_{command}_{param.name}", f"cli.default_{param.name}")
    known = next((key for key in keys if has_phrase(key)), None)
    default = param.default
    if param.required:
        note = phrase("cli.required", language)
    elif known:
        note = phrase("cli.default", language, value=phrase(known, language))
    elif default in (None, "", False) or callable(default):
        return words
    else:
        shown = f"{default:g}" if isinstance(default, float) else str(getattr(default, "value", default))
        note = phrase("cli.default", language, value=shown)
    return f"{words} {note}"
