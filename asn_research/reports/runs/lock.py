"""One run at a time in a folder of reports.

The lock is the operating system's, on an open file: it ends with the process that holds it, however that
ends. There is no lock left by a dead process, a reused process number or a reboot to be told from a living
one. What the file says of its holder is for people to read; nothing is decided by it.
"""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from asn_research.contract.region import ACROSS
from asn_research.errors import HeldError, Place, Problem
from asn_research.ingest.storage import guard_space, sweep, sweep_scratch

FILE: Final = ".lock"


@contextlib.contextmanager
def hold(folder: Path) -> Iterator[None]:
    """Hold a folder of reports, and remove what runs that died have left half-written in it.

    Parameters
    ----------
    folder
        The folder; made when missing.

    Raises
    ------
    HeldError
        If another run holds it, or its file system knows no locks; nothing was done.
    FullDiskError
        If there is no space for the lock.
    """
    with guard_space(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / FILE).open("a+", encoding="utf-8") as file:
            if not _take(file, folder):
                raise HeldError(_held(file, folder))
            file.truncate(0)
            file.write(f"{os.getpid()} {socket.gethostname()}\n")
            file.flush()
            _sweep(folder)
            sweep_scratch(*map(Path, {tempfile.gettempdir(), os.environ.get("XDG_RUNTIME_DIR", "/tmp")}))  # noqa: S108
            yield


def _held(file: IO[str], folder: Path) -> Problem:
    file.seek(0)
    process, _, host = file.read(300).strip().partition(" ")
    fields = {"process": process or "?", "host": host or "?"}
    message = f"another run is working in this folder: process {fields['process']} on {fields['host']}."
    remedy = "Wait for its end, or name another folder with --reports. Nothing was done."
    return Problem("held", message, Place(str(folder)), remedy, fields)


def _sweep(folder: Path) -> None:
    """Whoever holds the lock is alone: everything half-written here is abandoned."""
    sweep(folder, alone=True)
    for region in folder.iterdir():
        if region.is_dir() and not region.name.startswith("."):
            sweep(region, alone=True)
            for period in region.iterdir() if region.name != ACROSS else ():
                if period.is_dir():
                    sweep(period, alone=True)


if sys.platform == "win32":
    import msvcrt

    def _take(file: IO[str], _folder: Path) -> bool:
        try:
            file.seek(2**20)  # far behind what it says, which others may read
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        file.seek(0)
        return True

else:
    import errno
    import fcntl

    _TAKEN: Final = frozenset({errno.EWOULDBLOCK, errno.EACCES})

    def _take(file: IO[str], folder: Path) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in _TAKEN:
                return False
            message = f"the file system of this folder knows no locks ({error.strerror})."
            remedy = "Name a folder on another disk with --reports. Nothing was done."
            raise HeldError(Problem("no_locks", message, Place(str(folder)), remedy)) from error
        return True
