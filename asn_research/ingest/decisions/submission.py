"""Workbooks of decisions as offices save them: which are read, and which lie where nobody looks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from asn_research.contract.vocabulary import fold
from asn_research.ingest.files.source import MACROS, TEXTS, WORKBOOKS

_READ: Final = frozenset({".xlsx", ".ods"})
CORRECTIONS_FILE: Final = "corrections.xlsx"
_STEM: Final = "corrections"
_LIKE: Final = ("correction", "quarantine", "karantina", "koreksi")
_LOCKS: Final = ("~${}", ".~lock.{}#")


def name_file(period: str, periods: Sequence[str]) -> str:
    """The file that decisions about a period are saved as: one for each period where there are several."""
    return CORRECTIONS_FILE if len(periods) < 2 else f"{_STEM}_{period}.xlsx"


def list_corrections(folder: Path, period: str) -> list[Path]:
    """The workbooks of corrections of a region's folder that may speak of a period."""
    stems = (_STEM, f"{_STEM}_{period}".casefold())
    found = [path for path in _list_files(folder) if path.suffix.casefold() in _READ]
    return [path for stem in stems for path in found if path.stem.casefold() == stem]


def list_others(folder: Path, periods: Sequence[str]) -> list[Path]:
    """Tables beside region.toml that are no workbooks of corrections by their names: copies, say."""
    known = {path for period in periods for path in list_corrections(folder, period)}
    kinds = WORKBOOKS | MACROS | TEXTS
    return [p for p in _list_files(folder) if p not in known and p.suffix.casefold() in kinds]


def is_named_alike(path: Path) -> bool:
    """Whether the name of a file says that it holds decisions."""
    name = fold(path.stem.replace("_", " "))
    return any(word in name for word in _LIKE)


def list_open(folder: Path, period: str) -> list[Path]:
    """The workbooks of corrections that a spreadsheet program has open: what is not saved is not in them."""
    read = list_corrections(folder, period)
    return [path for path in read if any((folder / lock.format(path.name)).exists() for lock in _LOCKS)]


def _list_files(folder: Path) -> list[Path]:
    hidden = (".", "~$")
    found = folder.iterdir() if folder.is_dir() else ()
    return sorted(
        path
        for path in found
        if (path.is_file() or path.suffix.casefold() in _READ) and not path.name.startswith(hidden)
    )
