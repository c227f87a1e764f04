"""The content of a region's region.toml, read so that no file can do harm; what it means is for others."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, Final

from asn_research.errors import Place, Problem, RegionError

LONGEST: Final = 200
"""Letters of a name or message that are shown of it."""
_MAXIMUM_BYTES: Final = 1_000_000
"""Of region.toml; one with a mapping for every file of an office has about 20 kB."""
_MOST_DOTS: Final = 200
"""In a line; the time for keys of many parts grows with the square of their number."""
_AT: Final = re.compile(r" \(at line (?P<line>\d+), column (?P<column>\d+)\)$")
_REASONS: Final = {
    "Invalid value": "toml_value",
    "Expected '='": "toml_equals",
    "Expected newline": "toml_line",
    "Unterminated": "toml_string",
    'Expected "\'"': "toml_string",
    "Unescaped": "toml_escape",
    "Escaped": "toml_escape",
    "Invalid hex": "toml_escape",
    "Cannot": "toml_twice",
    "Duplicate": "toml_twice",
    "Unclosed": "toml_open",
    "Invalid initial": "toml_key",
    "Invalid statement": "toml_key",
    "Expected ']": "toml_section",
    "Invalid date": "toml_day",
    "Illegal character '\\n'": "toml_string",
    "Illegal": "toml_mark",
    "Found invalid": "toml_mark",
    "Exceeds": "toml_long",
}
"""How Python's reader begins to say what is wrong, and the reason as the catalogue has it."""


def read_declaration(path: Path) -> dict[str, Any]:
    """The content of a file of TOML, if it is a file of its own folder and of the size of one.

    Raises
    ------
    RegionError
        If it is missing, cannot be read, leads elsewhere, is too large or is no TOML.
    """
    shown = f"{path.parent.name}/{path.name}"
    if not path.is_file():
        remedy = "Let asn-research new-region make one, and fill it in."
        raise RegionError(Problem("region_missing", "the file is missing.", Place(shown), remedy))
    try:
        return _parse(path, shown)
    except (ValueError, RecursionError) as error:
        raise refuse_declaration(error, shown) from error
    except OSError as error:
        raise RegionError(
            Problem("region_unreadable", "the file cannot be read.", Place(shown), "Allow it to be read.")
        ) from error


def refuse_declaration(error: Exception, file: str) -> RegionError:
    """The error that a file is answered by which is no TOML, or nested too deeply; to be raised."""
    if isinstance(error, RecursionError):
        return _invalid("it is nested too deeply", "toml_deep", file)
    if isinstance(error, UnicodeDecodeError):
        before = error.object[: error.start]
        line, column = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
        return _invalid("it is not UTF-8", "toml_bytes", file, line=line, column=column)
    text = str(error)
    reason = next((code for start, code in _REASONS.items() if text.startswith(start)), "toml_other")
    at = _AT.search(text)
    return _invalid(text[:LONGEST], reason, file, **(at.groupdict() if at else {}))


def _invalid(detail: str, reason: str, file: str, *, line: object = "", column: object = "") -> RegionError:
    fields = {"reason": reason, "line": str(line), "column": str(column)}
    return RegionError(Problem("region_toml", f"this is not valid TOML: {detail}.", Place(file), "", fields))


def _parse(path: Path, shown: str) -> dict[str, Any]:
    folder = path.parent
    if folder.is_symlink() and folder.resolve().parent != folder.parent.resolve():
        raise RegionError(Problem("region_outside", "this folder is a link that leads elsewhere.",
                                  Place(folder.name), "Put the folder itself here."))  # fmt: skip
    if not path.resolve().is_relative_to(folder.resolve()):
        raise RegionError(Problem("region_outside", "the file is a link that leads out of the folder.",
                                  Place(shown), "Put the file itself into the folder."))  # fmt: skip
    if path.stat().st_size > _MAXIMUM_BYTES:
        raise RegionError(Problem("region_large", f"the file has more than {_MAXIMUM_BYTES:,} bytes.",
                                  Place(shown), "Keep what is needed of it.",
                                  {"limit": f"{_MAXIMUM_BYTES:,}"}))  # fmt: skip
    text = path.read_text(encoding="utf-8-sig")
    if any(line.count(".") > _MOST_DOTS for line in text.splitlines()):
        raise RecursionError
    return parse_declaration(text)


def parse_declaration(text: str) -> dict[str, Any]:
    """The content of a text of TOML.

    Raises
    ------
    ValueError
        If it is none, with line and column also where the error is at its end.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        if not str(error).endswith("(at end of document)"):
            raise
        *_, last = text.rstrip().splitlines() or [""]
        place = f"(at line {len(text.rstrip().splitlines()) or 1}, column {len(last) + 1})"
        raise ValueError(str(error).replace("(at end of document)", place)) from error
