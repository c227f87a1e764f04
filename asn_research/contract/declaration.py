"""The content of a region's region.toml, read so that no file can do harm; what it means is for others."""

from __future__ import annotations

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
_TOO_DEEP: Final = "it is nested too deeply"


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
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise refuse_declaration(error, shown) from error
    except OSError as error:
        raise RegionError(
            Problem("region_unreadable", "the file cannot be read.", Place(shown), "Allow it to be read.")
        ) from error


def refuse_declaration(error: Exception, file: str) -> RegionError:
    """The error that a file is answered by which is no TOML, or nested too deeply; to be raised."""
    return _invalid(_TOO_DEEP if isinstance(error, RecursionError) else str(error)[:LONGEST], file)


def _invalid(detail: str, file: str) -> RegionError:
    message = f"this is not valid TOML: {detail}."
    return RegionError(Problem("region_toml", message, Place(file), "", {"detail": detail}))


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
        raise _invalid(_TOO_DEEP, shown)
    return tomllib.loads(text)
