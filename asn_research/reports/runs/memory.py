"""What was read before and has not changed since, so that a run with nothing to do need not read it again.

A digest is remembered with size, date and *time of change* of the file's inode. Size and date alone would be
wrong: an office file that is corrected in place, with its date put back by a copying program, has the same
size, the same date and other numbers. The time of change cannot be put back: a write, a new name, a new date
or a new owner sets it to the time of the file system, whoever asks. Nothing is remembered

- of a file that changed within the last minute: two changes within one tick of the clock look like one, and
  what is written through mapped memory shows only when the system next brings it to the disk (Linux: within
  35 seconds);
- of a file on another device than the memory itself, which so goes back in time with its files where a disk
  is rolled back;
- where the file system is none of those known to keep the time of change on the disk (vfat, exFAT and some
  network shares do not; tmpfs has no disk, and never notes what is written through mapped memory), or shows
  in a trial that it does not.

It answers only whether there is anything to do. What a manifest says, and all that ``verify`` compares, was
really read. What changes without the system, as a bad sector, only ``verify`` and ``--force`` see.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import stat
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from asn_research.errors import FullDiskError
from asn_research.ingest.storage import sweep, write_files
from asn_research.reports.publications.freshness import read_fresh, region_inputs

if TYPE_CHECKING:
    from asn_research.reports.runs.order import Order, Outcome

FILE: Final = ".digests.json"
"""In the folder of processed data, which nobody publishes; without it, everything is read again."""
AGE: Final = 60.0
"""Seconds that a file must have been left alone for before its digest is remembered."""
MOST: Final = 100_000
"""Files that are remembered; beyond that, those go that were not asked for longest."""

_VERSION: Final = 1
_KEEPING: Final = frozenset({"ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs", "overlay", "nfs", "nfs4"})
_MOUNTS: Final = Path("/proc/self/mountinfo")
_ESCAPED: Final = re.compile(r"\\([0-7]{3})")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")

Moment = tuple[int, int]
"""A device and the time of its file system, in nanoseconds."""
Known = tuple[str, str]
"""The state of an inode, and the digest of what it held then."""


class Memory:
    """Digests of files by inode, of one device.

    Parameters
    ----------
    known
        What is remembered: state and digest by number of inode, least lately used first.
    device
        The device that these inodes are on.
    look
        Tells device and time of the file system that the memory is kept on; without it, or where it gives
        None, nothing more is remembered.
    """

    def __init__(
        self,
        known: Mapping[int, Known] | None = None,
        *,
        device: int | None = None,
        look: Callable[[], Moment | None] | None = None,
    ) -> None:
        self._known = dict(known or {})
        self._device = device
        self._look = look
        self.learned = False

    @property
    def learns(self) -> bool:
        """Whether anything more can be remembered."""
        return self._look is not None

    def digest(self, path: Path) -> str:
        """SHA-256 of a file's bytes, in hexadecimal; the file is opened, and read unless it is remembered."""
        with path.open("rb", buffering=0) as stream:
            before = os.fstat(stream.fileno())
            known = self._known.pop(before.st_ino, None)
            if known is not None and before.st_dev == self._device and known[0] == _state(before):
                self._known[before.st_ino] = known  # now the last one used
                return known[1]
            now = None if self._look is None else self._look()
            found = hashlib.file_digest(stream, "sha256").hexdigest()
            after = os.fstat(stream.fileno())
        if now is not None and _state(before) == _state(after) and _is_settled(before, now):
            self._note(before, now[0], found)
        return found

    def _note(self, seen: os.stat_result, device: int, digest: str) -> None:
        if device != self._device:
            self._known.clear()
            self._device = device
        self._known[seen.st_ino] = (_state(seen), digest)
        self.learned = True

    def as_json(self) -> str:
        """The text of its file; threads of a run that was stopped may still be adding to it."""
        kept = [*self._known.copy().items()][-MOST:]
        files = {str(number): known for number, known in kept}
        record = {"version": _VERSION, "device": self._device, "files": files}
        return json.dumps(record, separators=(",", ":")) + "\n"


def _state(seen: os.stat_result) -> str:
    return f"{seen.st_size:x}.{seen.st_mtime_ns:x}.{seen.st_ctime_ns:x}"


def _is_settled(seen: os.stat_result, now: Moment) -> bool:
    device, moment = now
    last = max(seen.st_mtime_ns, seen.st_ctime_ns)
    return stat.S_ISREG(seen.st_mode) and seen.st_dev == device and last < moment - int(AGE * 1e9)


def recall(folder: Path) -> Memory:
    """What is remembered in a folder of processed data, to be asked only; nothing where it cannot be read."""
    known, device = _read(folder)
    return Memory(known, device=device)


def _read(folder: Path) -> tuple[dict[int, Known], int | None]:
    nothing: dict[int, Known] = {}
    try:
        if not keeps_changes(folder):
            return nothing, None
        with (folder / FILE).open("rb") as stream:
            device = os.fstat(stream.fileno()).st_dev
            record = json.load(stream)
        if (record["version"], record["device"]) != (_VERSION, device):
            return nothing, None
        known = {
            int(number): (str(state), str(digest)) for number, (state, digest) in record["files"].items()
        }
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return nothing, None
    whole = all(_SHA256.fullmatch(digest) for _, digest in known.values())
    return (known, device) if whole else (nothing, None)


@contextlib.contextmanager
def open_memory(folder: Path | None) -> Iterator[Memory]:
    """The memory in a folder of processed data, kept at the end where there is something new.

    Where there is no folder or it cannot be written, or its file system is not known to keep the time of
    change, nothing new is remembered; that is no error.
    """
    if folder is None:
        yield Memory()
        return
    with _open_clock(folder) as look:
        known, device = _read(folder)
        memory = Memory(known, device=device, look=look)
        try:
            yield memory
        finally:
            if memory.learned:
                with contextlib.suppress(OSError, FullDiskError):
                    write_files(folder, {FILE: memory.as_json().encode()})
                    (folder / FILE).chmod(0o600)


@contextlib.contextmanager
def _open_clock(folder: Path) -> Iterator[Callable[[], Moment | None] | None]:
    """The clock of a folder's file system; None where it is not known to keep the time of change."""
    with contextlib.ExitStack() as stack:
        look: Callable[[], Moment | None] | None = None
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            sweep(folder)
            if keeps_changes(folder):
                look = partial(_read_clock, stack.enter_context(tempfile.TemporaryFile(dir=folder)))
        yield look if look is not None and look() is not None else None


def _read_clock(probe: IO[bytes]) -> Moment | None:
    """Device and time by a nameless file of the folder; None where a date put back takes the time along."""
    try:
        os.utime(probe.fileno(), ns=(0, 0))
        seen = os.fstat(probe.fileno())
    except OSError:
        return None
    return (seen.st_dev, seen.st_ctime_ns) if seen.st_mtime_ns == 0 < seen.st_ctime_ns else None


def keeps_changes(folder: Path) -> bool:
    """Whether a folder's file system is known to bring the time of change to the disk with the change.

    Raises
    ------
    OSError
        If the system does not tell what is mounted where, as only Linux does.
    """
    place = folder.resolve()
    kinds: dict[Path, str] = {}
    for line in os.fsdecode(_MOUNTS.read_bytes()).splitlines():
        mount, _, source = line.partition(" - ")
        where = Path(_ESCAPED.sub(lambda found: chr(int(found[1], 8)), mount.split()[4]))
        kind, _, options = source.split(" ", 2)
        if place.is_relative_to(where):
            kinds[where] = "" if "lazytime" in options.split(",") else kind
    nearest = max(kinds, key=lambda where: len(where.parts), default=None)
    return nearest is not None and kinds[nearest] in _KEEPING


def look_back(order: Order, outcomes: Iterable[Outcome], memory: Memory) -> Iterator[Outcome]:
    """Pass outcomes on, and look at each new report again when it is old enough to be remembered.

    So the next run reads little, and this one waits for nothing. Of reports that are still too young at the
    end, what they were made of is remembered.
    """
    if not memory.learns:
        yield from outcomes
        return
    made: deque[tuple[float, Outcome]] = deque()
    for outcome in outcomes:
        yield outcome
        if not outcome.fresh:
            made.append((time.monotonic(), outcome))
        while made and time.monotonic() - made[0][0] > AGE + 1:
            read_fresh(order, made.popleft()[1].task, digest=memory.digest)
    for _, outcome in made:
        with contextlib.suppress(OSError):
            region_inputs(order, outcome.task, digest=memory.digest)
