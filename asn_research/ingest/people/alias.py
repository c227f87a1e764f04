"""Files and sheets that are named after people, under names that tell of nobody."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from asn_research.errors import Problem

Rename = Callable[[str], str]


def find_aliases(shown: Iterable[str], hide: Rename) -> dict[str, str]:
    """The names that hold something private, with what stands for them; different names stay different.

    Examples
    --------
    >>> find_aliases(["Siti.csv", "Andi.csv", "a.csv"], lambda name: "x.csv" if name[0].isupper() else name)
    {'Siti.csv': 'x.csv', 'Andi.csv': 'x~2.csv'}
    """
    names = list(dict.fromkeys(shown))
    taken = {name for name in names if hide(name) == name}
    aliases: dict[str, str] = {}
    for name in names:
        hidden = hide(name)
        if hidden == name:
            continue
        stem, dot, suffix = hidden.rpartition(".")
        number, alias = 1, hidden
        while alias in taken:
            number += 1
            alias = f"{stem}~{number}{dot}{suffix}" if dot else f"{hidden}~{number}"
        taken.add(alias)
        aliases[name] = alias
    return aliases


def rename_text(text: str, aliases: Mapping[str, str]) -> str:
    """A sentence with every name in it replaced by its alias."""
    for name in sorted(aliases, key=len, reverse=True):
        text = text.replace(name, aliases[name])
    return text


def rename_problem(problem: Problem, aliases: Mapping[str, str]) -> Problem:
    """A problem whose place and words use aliases."""
    place = problem.place
    return dataclasses.replace(
        problem,
        message=rename_text(problem.message, aliases),
        remedy=rename_text(problem.remedy, aliases),
        place=dataclasses.replace(
            place,
            file=aliases.get(place.file or "", place.file),
            sheet=aliases.get(place.sheet or "", place.sheet),
        ),
        fields={key: rename_text(text, aliases) for key, text in problem.fields.items()},
    )


def hide_in_problem(problem: Problem, hide: Rename) -> Problem:
    """A problem whose words hold no names; its place keeps those of file and sheet for their aliases."""
    return dataclasses.replace(
        problem,
        message=hide(problem.message),
        remedy=hide(problem.remedy),
        fields={key: hide(text) for key, text in problem.fields.items()},
    )


def hide_places(problems: Sequence[Problem], hide: Rename) -> list[Problem]:
    """Problems of files that nobody reads rows from, with aliases where their names hold those of people."""
    places = [name for p in problems for name in (p.place.file, p.place.sheet) if name]
    aliases = find_aliases(places, hide)
    return [rename_problem(problem, aliases) for problem in problems] if aliases else list(problems)


def rename_entries(entries: Iterable[dict[str, Any]], aliases: Mapping[str, str]) -> None:
    """Use aliases in records with ``file`` and ``sheet``."""
    for entry in entries:
        for key in ("file", "sheet"):
            entry[key] = aliases.get(entry[key], entry[key])
