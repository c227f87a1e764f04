"""Values that region.toml cannot hold: what was expected instead, in words that can be translated."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from pydantic_core import PydanticCustomError

from asn_research.contract.vocabulary import nearest, read_vocabulary
from asn_research.errors import Place, Problem

_LONGEST: Final = 200
_SHOWN: Final = 80
_DAYS: Final = frozenset({"date_type", "date_parsing", "date_from_datetime_inexact"})
_TRUTHS: Final = frozenset({"bool_type", "bool_parsing"})
_NUMBERS: Final = frozenset({"int_type", "int_from_float", "float_type"})
_LIMITS: Final = {"greater_than_equal": ("at_least", "ge"), "less_than_equal": ("at_most", "le")}
_CHOICE: Final = "region_choice"
_ORDER: Final = "region_order"
_RENAMES: Final = frozenset({"region_unit_chain", "region_unit_twice"})


def shorten(value: Any) -> str:
    """A value as a message shows it: on one line, without marks that turn text, and never long."""
    text = ascii(value) if not str(value).isprintable() else repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]} …"


def refuse_choice(value: Any, known: Iterable[str]) -> PydanticCustomError:
    """The error of a value that is none of a list, to be raised while a section is checked."""
    fields = {"found": shorten(value), "known": ", ".join(known)}
    return PydanticCustomError(_CHOICE, "{found} is none of: {known}", fields)


def refuse_order(starts: Any, ends: Any) -> PydanticCustomError:
    """The error of a period that ends before it starts, to be raised while a section is checked."""
    fields = {"starts": str(starts), "ends": str(ends)}
    return PydanticCustomError(_ORDER, "the period ends ({ends}) before it starts ({starts})", fields)


def refuse_rename(written: str, used: str, final: str, *, twice: bool = False) -> PydanticCustomError:
    """The error of a unit that is given two names, or a name that is not used itself; to be raised."""
    fields = {"written": shorten(written), "used": shorten(used), "final": shorten(final)}
    if twice:
        return PydanticCustomError("region_unit_twice", "{written} is named both {final} and {used}", fields)
    message = "{written} is named {used}, which is itself named {final}"
    return PydanticCustomError("region_unit_chain", message, fields)


def check_code(vocabulary: str, code: str) -> str:
    """The code itself when it is a term of the vocabulary.

    Raises
    ------
    PydanticCustomError
        Otherwise, with the codes of the vocabulary.
    """
    known = read_vocabulary(vocabulary).codes
    if code not in known:
        raise refuse_choice(code[:_LONGEST], known)
    return code


def explain_misfit(error: Any, file: str) -> Problem | None:
    """The problem of a value of the wrong kind, or None where the error is of another sort.

    Parameters
    ----------
    error : dict
        One of the errors that pydantic lists.
    file : str
        What the file is called.
    """
    kind, key = error["type"], ".".join(str(part) for part in error["loc"])[:_LONGEST]
    place, found, context = Place(file), shorten(error["input"]), error.get("ctx") or {}
    if kind == "literal_error":
        return _choice(key, found, re.findall(r"'([^']*)'", context["expected"]), place)
    if kind == _CHOICE:
        return _choice(key, context["found"], context["known"].split(", "), place)
    if kind == _ORDER:
        message = f"{key} ends ({context['ends']}) before it starts ({context['starts']})."
        return _problem(_ORDER, message, "Correct one of the two days.", place, key=key, **context)
    if kind in _RENAMES:
        remedy = f"Write the name that shall be used in the end: {context['written']} = {context['final']}."
        remedy = "Choose one and delete the other line." if kind == "region_unit_twice" else remedy
        return _problem(kind, f"{key}: {error['msg']}.", remedy, place, key=key, **context)
    if kind in _DAYS:
        return _problem("region_day", f"{key} is no day: {found}.",
                        "Write a day without quotes and without time: 2025-02-01.",
                        place, key=key, found=found)  # fmt: skip
    if kind in _TRUTHS:
        return _problem("region_truth", f"{key} is neither true nor false: {found}.",
                        "Write true or false, without quotes.", place, key=key, found=found)  # fmt: skip
    if kind in _NUMBERS:
        remedy = "Write digits without quotes; a count of people is a whole number."
        message = f"{key} is no such number: {found}."
        return _problem("region_number", message, remedy, place, key=key, found=found)
    if kind in _LIMITS:
        code, bound = _LIMITS[kind]
        limit = f"{context[bound]:g}" if isinstance(context[bound], float) else str(context[bound])
        words = code.replace("_", " ")
        return _problem(f"region_{code}", f"{key} must be {words} {limit}: {found}.", "Correct the number.",
                        place, key=key, found=found, limit=limit)  # fmt: skip
    return None


def _choice(key: str, found: str, known: list[str], place: Place) -> Problem:
    listed = ", ".join(known)
    hint = nearest(found.strip("'\""), known)
    fields = {"key": key, "found": found, "known": listed}
    message = f"{key}: {found} is none of its values."
    if hint:
        remedy = f"Did you mean {hint!r}? Its values are {listed}."
        return _problem("region_near_choice", message, remedy, place, hint=hint, **fields)
    return _problem(_CHOICE, message, f"Choose among {listed}.", place, **fields)


def _problem(code: str, message: str, remedy: str, place: Place, **fields: str) -> Problem:
    return Problem(code, message, place, remedy, fields)
