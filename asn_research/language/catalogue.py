"""The message catalogue: every sentence a reader sees, in both languages, under one key."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Final, Literal

from asn_research.errors import InputError

Language = Literal["id", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("id", "en")
_SINGULAR: Final = re.compile(
    r"(?<![\d.,–−-])\b1 (?P<noun>people|enrolments|answers|courses|rows)\b"
    r"(?: (?P<verb>are|were|have)\b)?"
)


@cache
def read_messages() -> dict[str, dict[str, str]]:
    """All messages: ``{"room.key": {"id": ..., "en": ...}}``, from ``message/<room>.toml``.

    A large room is kept in several files: ``finding.toml``, ``finding.results.toml``.

    Raises
    ------
    InputError
        If a message lacks one of the languages, or stands twice.
    """
    return {key: texts for room in _rooms() for key, texts in _read_room(room).items()}


@cache
def _rooms() -> dict[str, list[str]]:
    """The files of every room, by its name."""
    rooms: dict[str, list[str]] = {}
    folder = files("asn_research.language").joinpath("message")
    for name in sorted(entry.name for entry in folder.iterdir()):
        if name.endswith(".toml"):
            rooms.setdefault(name.partition(".")[0], []).append(name)
    return rooms


def _messages_of(key: str) -> dict[str, dict[str, str]]:
    room = key.partition(".")[0]
    return _read_room(room) if room in _rooms() else {}


@cache
def _read_room(room: str) -> dict[str, dict[str, str]]:
    """The messages of one room: a command that says a few words does not read those of the reports."""
    messages: dict[str, dict[str, str]] = {}
    folder = files("asn_research.language").joinpath("message")
    for name in _rooms()[room]:
        for key, texts in tomllib.loads(folder.joinpath(name).read_text(encoding="utf-8")).items():
            if set(texts) != set(LANGUAGES):
                raise InputError(f"message {room}.{key} must have exactly the languages id and en")
            if f"{room}.{key}" in messages:
                raise InputError(f"message {room}.{key} stands twice; the second is in {name}")
            messages[f"{room}.{key}"] = texts
    return messages


def phrase(key: str, language: Language, /, **fields: object) -> str:
    """The message ``room.key`` in a language, its ``{fields}`` filled.

    Raises
    ------
    InputError
        If there is no such message or a field is missing.

    Examples
    --------
    >>> phrase("term.before", "id")
    'sebelum'
    """
    messages = _messages_of(key)
    if key not in messages:
        raise InputError(f"there is no message {key!r}")
    try:
        text = messages[key][language].format(**fields)
    except KeyError as error:
        raise InputError(f"message {key!r} needs the field {error}") from error
    return _SINGULAR.sub(_one, text) if language == "en" else text


def _one(found: re.Match[str]) -> str:
    """``1 people were`` as ``1 person was``."""
    verb = {"are": " is", "were": " was", "have": " has"}.get(found["verb"] or "", "")
    noun = "person" if found["noun"] == "people" else found["noun"].removesuffix("s")
    return f"1 {noun}{verb}"


def has_phrase(key: str) -> bool:
    """Whether the catalogue has a message under this key."""
    return key in _messages_of(key)
