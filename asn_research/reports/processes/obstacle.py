"""What the computer did not allow, told as what it is: which place of a run, and what to do about it.

Pages are published, so a place is named from the folders of the run (``raw/kalianda/2025``), never from the
root of the machine. Light, because commands need it before anything else is loaded.
"""

from __future__ import annotations

import errno
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from asn_research.errors import FullDiskError, Place, Problem
from asn_research.language import phrase

FULL: Final = "disk_full"
TEMPORARY: Final = "TMPDIR"
"""Stands for the folder of temporary files, which the environment variable of this name chooses."""

_KINDS: Final[Mapping[str, frozenset[int]]] = {
    FULL: frozenset({errno.ENOSPC, errno.EDQUOT}),
    "place_denied": frozenset({errno.EACCES, errno.EPERM}),
    "place_read_only": frozenset({errno.EROFS}),
    "place_absent": frozenset({errno.ENOENT, errno.ESTALE}),
    "place_other_kind": frozenset({errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.ENOTEMPTY}),
    "place_long": frozenset({errno.ENAMETOOLONG, errno.ELOOP}),
    "place_large": frozenset({errno.EFBIG}),
    "place_silent": frozenset({errno.EIO, errno.ENXIO, errno.ENODEV, errno.ETIMEDOUT, errno.ENOTCONN}),
    "place_crowded": frozenset({errno.EMFILE, errno.ENFILE}),
}
_PLACELESS: Final = frozenset({FULL, "place_crowded", "place_large"})
"""What is told also where the system does not say at which file it happened."""
_NUMBERED: Final = re.compile(r"\[errno (\d+)\]", re.IGNORECASE)
_QUOTED: Final = re.compile(r"'(/[^'\n]+)'")
_HALF_WRITTEN: Final = re.compile(r"^\.(.+)~[\w-]+~\d+~\w+$")
_ROOTED: Final = re.compile(r"(?<![\w./<])/(?:[^\s/'\"<>]+/)+([^\s/'\"<>]*)")
_FAMILY: Final = frozenset(
    {"OSError", "PermissionError", "FileNotFoundError", "FileExistsError", "IsADirectoryError",
     "NotADirectoryError", "TimeoutError"}
)  # fmt: skip
_NO_TEMPORARY: Final = "No usable temporary directory"
_LEAST_FREE: Final = 100_000
"""Bytes below which a disk counts as full: a page does not fit any more."""


@dataclass(frozen=True)
class Obstacle:
    """What stood in the way: the code of the problem, and the file or folder as far as it is known."""

    code: str
    path: Path | None = None

    def problem(self, place: str = "") -> Problem:
        """The problem, with the place as it is to be told."""
        key = f"report.problem_{self.code}"
        message, remedy = phrase(key, "en"), phrase(f"{key}_remedy", "en")
        return Problem(self.code, message, Place(place or None), remedy)


def find_obstacle(error: OSError) -> Obstacle | None:
    """What stood in the way, also where a library has hidden its number and place in a text.

    Returns
    -------
    Obstacle or None
        None where it is no matter of files and folders.
    """
    text = str(error)
    if _NO_TEMPORARY in text:
        return Obstacle("place_no_temporary")
    numbered, quoted = _NUMBERED.search(text), _QUOTED.search(text)
    number = error.errno or (int(numbered[1]) if numbered else None)
    code = next((code for code, numbers in _KINDS.items() if number in numbers), None)
    named = error.filename if isinstance(error.filename, str) else quoted[1] if quoted else None
    if code is None or (named is None and code not in _PLACELESS):
        return None
    return Obstacle(code, None if named is None else _finished(Path(named)))


def _finished(path: Path) -> Path:
    """The place that a half-written file or folder was to take; its own name tells of process and machine."""
    parts = (_HALF_WRITTEN.sub(r"\1", part) for part in path.parts)
    return Path(*parts)


def explain(error: OSError, folders: Mapping[str, Path]) -> Problem | None:
    """The problem that a report is given up for, fit to be published; None for a defect of the program.

    Parameters
    ----------
    error
        What the system has answered.
    folders
        The folders of the run by the names that people know them by, such as ``raw``.

    Raises
    ------
    FullDiskError
        If a disk is full, which ends the whole run.
    """
    found = find_obstacle(error)
    if found is None:
        return None
    if found.code == FULL:
        path = found.path or _full_folder(folders)
        raise FullDiskError(found.problem(name_place(path, folders))) from error
    return found.problem("" if found.path is None else name_place(found.path, folders))


def explain_text(kind: str, text: str, folders: Mapping[str, Path]) -> Problem | None:
    """The same of an error of which only name and text are left, as of one in a kernel."""
    if kind == FullDiskError.__name__:
        raise FullDiskError(Obstacle(FULL).problem(name_place(_full_folder(folders), folders)))
    return explain(OSError(text), folders) if kind in _FAMILY else None


def hide_paths(text: str) -> str:
    """A text in which of every path from the root of the machine only the last name is left.

    >>> hide_paths("cannot read '/home/budi/raw/nilai.csv'")
    "cannot read '…/nilai.csv'"
    """
    return _ROOTED.sub(r"…/\1", text)


def name_place(path: Path, folders: Mapping[str, Path]) -> str:
    """A path as seen from the folders of a run, without numbers of people; of one elsewhere its last name."""
    from asn_research.ingest.people.text import scrub_label

    roots = {root: name for name, folder in folders.items() for root in (folder.resolve(), folder)}
    known = [root for root in roots if path.is_relative_to(root)]
    if known:
        nearest = max(known, key=lambda root: len(root.parts))
        return scrub_label((Path(roots[nearest]) / path.relative_to(nearest)).as_posix())
    if path.is_relative_to(tempfile.gettempdir()):
        return TEMPORARY
    return f"…/{scrub_label(path.name)}"


def _full_folder(folders: Mapping[str, Path]) -> Path:
    """The first folder whose disk is full; where none is, a quota is used up, most likely that of results."""
    candidates = [*folders.values(), Path(tempfile.gettempdir())]
    for folder in candidates:
        if folder.is_dir() and shutil.disk_usage(folder).free < _LEAST_FREE:
            return folder
    return folders.get("reports", candidates[-1])
