"""Files that are whole or not there: written beside, flushed to the disk, renamed into place.

A process that is killed, or a machine that loses power, leaves under a final name either the old file or the
new one. What it leaves besides begins with a dot, says which process wrote it, and is swept by the next run.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import secrets
import shutil
import socket
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from asn_research.errors import FullDiskError, Place, Problem

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
_ABANDONED_AFTER: Final = 3600.0
_SCRATCH: Final = re.compile(r"^asn-[0-9a-f]{6}-(?P<process>\d+)-")
_STAGED: Final = re.compile(r"^\..+~(?P<host>[\w-]+)~(?P<process>\d+)~\w+$")


@contextlib.contextmanager
def guard_space(folder: Path) -> Iterator[None]:
    """Tell a full disk or a used-up quota as what it is.

    Raises
    ------
    FullDiskError
        In place of the system's error, naming the folder.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        full = Path(error.filename).parent if isinstance(error.filename, str) else folder
        message = "there is no space left on the disk of this folder."
        remedy = "Make room and run again: what is finished is kept, the rest is made then."
        raise FullDiskError(Problem("disk_full", message, Place(str(full)), remedy)) from error


def write_files(folder: Path, files: Mapping[str, bytes], *, remove: Iterable[str] = ()) -> None:
    """Write files beside their final names, all of them, and only then rename them in their order.

    Names out of date go before the last file is renamed, which so vouches for the others: as long as it is
    the old one, or missing, the writing is known to be unfinished.

    Parameters
    ----------
    folder
        Where the files go; made when missing.
    files
        Content by file name, the one that vouches for the others last.
    remove
        Names that must not be left from before.

    Raises
    ------
    FullDiskError
        If the disk is full; no file under its final name has changed.
    """
    staged: list[Path] = []
    with guard_space(folder):
        folder.mkdir(parents=True, exist_ok=True)
        try:
            for name, content in files.items():
                staged.append(_beside(folder / name))
                with staged[-1].open("xb") as stream:
                    stream.write(content)
                    stream.flush()
                    os.fsync(stream.fileno())
            for position, name in enumerate(files):
                if position == len(files) - 1:
                    for old in set(remove) - set(files):
                        (folder / old).unlink(missing_ok=True)
                    sync_folder(folder)
                staged[position].replace(folder / name)
            sync_folder(folder)
        finally:
            for path in staged:
                path.unlink(missing_ok=True)


@contextlib.contextmanager
def replace_folder(folder: Path) -> Iterator[Path]:
    """A new folder to fill, which takes the place of ``folder`` when it is whole.

    The old folder is set aside first: whoever looks meets the old one, none, or the new one.

    Raises
    ------
    FullDiskError
        If the disk is full; the old folder is as it was.
    """
    with guard_space(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        beside = _beside(folder)
        beside.mkdir()
        try:
            yield beside
            for path in beside.iterdir():
                _sync(path)
            sync_folder(beside)
            _swap(beside, folder)
            sync_folder(folder.parent)
        finally:
            shutil.rmtree(beside, ignore_errors=True)


def _swap(new: Path, folder: Path) -> None:
    """Put a folder in the place of another, which goes back to its place where that fails or is stopped."""
    for _ in range(100):
        old = _beside(folder)
        try:
            with contextlib.suppress(FileNotFoundError):
                folder.replace(old)
            new.replace(folder)
        except BaseException as error:
            with contextlib.suppress(OSError):
                old.replace(folder)
            if getattr(error, "errno", None) not in {errno.ENOTEMPTY, errno.EEXIST}:
                raise  # with one of these another process has put its own in place in between
        else:
            return
        finally:
            shutil.rmtree(old, ignore_errors=True)
    raise OSError(errno.EBUSY, "other processes keep replacing this folder", str(folder))


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk, where the system can do so."""
    if os.name == "posix":
        _sync(folder)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY if os.name == "posix" else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _beside(path: Path) -> Path:
    """A name for what is not whole yet, in the same folder; it says who writes it."""
    return path.with_name(f".{path.name}~{_host()}~{os.getpid()}~{secrets.token_hex(4)}")


def _host() -> str:
    return re.sub(r"[^\w-]", "-", socket.gethostname()) or "-"


def sweep(folder: Path, *, alone: bool = False) -> None:
    """Remove what processes that are dead left half-written in a folder.

    Parameters
    ----------
    folder
        A folder that files were written to; nothing below it is looked at.
    alone
        Whether nobody else can be writing here, so that everything half-written is abandoned. Otherwise
        files of living processes, and of other machines within the last hour, are left alone.
    """
    if not folder.is_dir():
        return
    for path in folder.iterdir():
        found = _STAGED.match(path.name)
        if found and (alone or _is_abandoned(path, found["host"], int(found["process"]))):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)


def scratch_prefix() -> str:
    """How the names of this process's temporary folders begin; short, because sockets lie in them."""
    return f"asn-{_short_host()}-{os.getpid()}-"


def sweep_scratch(*folders: Path) -> None:
    """Remove temporary folders of processes of this user and machine that are dead.

    Parameters
    ----------
    *folders
        Where temporary folders are; those that are not there are passed over.
    """
    if sys.platform == "win32":
        return
    for folder in {folder for folder in folders if folder.is_dir()}:
        for path in folder.glob(f"asn-{_short_host()}-*"):
            found = _SCRATCH.match(path.name)
            with contextlib.suppress(OSError):
                if found and path.stat().st_uid == os.getuid() and not _is_alive(int(found["process"])):
                    shutil.rmtree(path, ignore_errors=True)


def _short_host() -> str:
    return hashlib.sha256(_host().encode()).hexdigest()[:6]


def _is_abandoned(path: Path, host: str, process: int) -> bool:
    if host == _host() and not _is_alive(process):
        return True
    try:
        return time.time() - path.stat().st_mtime > _ABANDONED_AFTER
    except OSError:
        return False


def _is_alive(process: int) -> bool:
    if os.name != "posix":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
