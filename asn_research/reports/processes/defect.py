"""Exceptions that nobody foresaw: what may be published of them, and the full account for who maintains this.

An exception's own text can hold what stands in a cell, and a path names the machine and its user: neither is
kept. What is left is enough to find the place: the kind, and every call that led to it.
"""

from __future__ import annotations

import contextlib
import linecache
import logging
import re
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from asn_research.errors import AsnResearchError, FullDiskError, Problem
from asn_research.ingest.storage import write_files

FILE: Final = "defect.txt"
"""Beside the clean tables of a region and period, which are not published."""

_PACKAGE: Final = "asn_research"
_LIBRARIES: Final = ("site-packages", "dist-packages", "lib")
_NOWHERE: Final = "?"
_COLOUR: Final = re.compile(r"\x1b\[[0-9;]*m")
_BEGINNING: Final = re.compile(r"([A-Za-z_]\w*) +Traceback \(most recent call last\)")
_CALL: Final = re.compile(
    r"(?:File (?P<file>.+?):|Cell In\[(?P<turn>\d+)\], line )(?P<line>\d+)(?:, in (?P<name>[\w.<>]+).*)?"
)
_SILENCE: Final = "(The texts of the exceptions are left out: they may hold what stands in a cell.)"


@dataclass(frozen=True)
class Defect:
    """An exception that nobody foresaw.

    ``kind`` is the name of its class, ``place`` the last line of this package that led to it, and ``account``
    the whole chain of calls, without any text of exceptions.
    """

    kind: str
    place: str
    account: str

    def keep(self, folder: Path) -> bool:
        """Keep the account in a folder that is not published; whether it could be."""
        try:
            write_files(folder, {FILE: self.account.encode()})
        except (OSError, FullDiskError):
            return False
        return True

    def keep_or_tell(self, folder: Path) -> None:
        """Keep the account; where that is not possible, write it to the log."""
        if not self.keep(folder):
            self.tell()

    def tell(self) -> None:
        """Write the account to the log; without a log of its own a process writes it to its errors."""
        logging.getLogger(_PACKAGE).error("%s", self.account.rstrip())

    def problem(self, file: str = "") -> Problem:
        """What a report says that was given up for it; ``file`` is where the account lies."""
        message = f"a defect of the program: {self.kind} in {self.place}."
        remedy = f"Report this, and send the file {file} with it." if file else "Report this."
        fields = {"error": self.kind, "line": self.place, "account": file}
        return Problem("defect", message, remedy=remedy, fields=fields)


@dataclass
class Witness:
    """Lets no unforeseen exception out of its ``with`` block, and keeps what is to be known of it.

    Errors of this package and wishes to end the process pass.

    >>> with Witness() as witness:
    ...     {}["absent"]
    >>> witness.defect.kind
    'KeyError'
    """

    defect: Defect | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> bool:
        if not isinstance(error, Exception) or isinstance(error, AsnResearchError):
            return False
        self.defect = read_defect(error)
        return True


def read_defect(error: BaseException) -> Defect:
    """What is to be known of an exception."""
    if isinstance(error, MemoryError):  # an account would need what there is none of
        return Defect(type(error).__name__, _NOWHERE, "")
    places = [_place(frame) for frame in traceback.extract_tb(error.__traceback__)]
    own = [place for place in places if place.startswith(f"{_PACKAGE}/")]
    return Defect(type(error).__name__, [_NOWHERE, *places, *own][-1], "\n".join(_account(error)) + "\n")


def forget(folder: Path) -> None:
    """Remove the account that lies in a folder, once the report could be made."""
    with contextlib.suppress(OSError):
        (folder / FILE).unlink(missing_ok=True)


def read_cell_defect(kind: str, shown: Sequence[str], *, cell: int, turn: int | None, source: str) -> Defect:
    """What is to be known of an exception in a kernel, of which only the shown traceback is left.

    Of what is shown only names of exceptions and functions and places of calls are taken; lines of code are
    read from the files themselves, because a traceback may quote anything.

    Parameters
    ----------
    kind
        The name of the exception's class.
    shown
        The traceback as a kernel sends it: a piece for each exception and each call.
    cell, turn, source
        The cell that stopped: its number in the notebook, its number among those that ran, its text.
    """
    own, lines = f"cell {cell}", [f"{kind} in cell {cell}"]
    code = source.splitlines()
    for piece in shown:
        head = _COLOUR.sub("", piece).strip().partition("\n")[0].rstrip()
        if beginning := _BEGINNING.fullmatch(head):
            lines.append(beginning[1])
        elif call := _CALL.fullmatch(head):
            place, line = _called(call, cell=cell, code=code if call["turn"] == str(turn) else ())
            own = place if place.startswith(f"{_PACKAGE}/") else own
            lines += [f"  {place} in {call['name'] or '<module>'}", *([f"    {line}"] if line else [])]
    return Defect(kind, own, "\n".join([*lines, _SILENCE]) + "\n")


def _called(call: re.Match[str], *, cell: int, code: Sequence[str]) -> tuple[str, str]:
    """Place and line of code of a call in a traceback; ``code`` is that of its cell, if it is in one."""
    number = int(call["line"])
    if call["file"] is not None:
        path = str(Path(call["file"]).expanduser())
        return _place(traceback.FrameSummary(path, number, "")), linecache.getline(path, number).strip()
    if not code:
        return f"an earlier cell:{number}", ""
    return f"cell {cell}:{number}", "".join(code[number - 1 : number]).strip()


def _account(error: BaseException) -> Iterator[str]:
    """The chain of calls that led to an exception, after those of the exceptions it came from."""
    chain = [error]
    while (earlier := _earlier(chain[-1])) is not None and earlier not in chain:
        chain.append(earlier)
    for one in reversed(chain):
        yield f"{type(one).__module__}.{type(one).__qualname__}{_number(one)}"
        for frame in traceback.extract_tb(one.__traceback__):
            yield f"  {_place(frame)} in {frame.name}"
            if frame.line:
                yield f"    {frame.line}"
    yield _SILENCE


def _earlier(error: BaseException) -> BaseException | None:
    return error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _number(error: BaseException) -> str:
    """What the system said, which is never of the data."""
    return f" ({error.strerror})" if isinstance(error, OSError) and error.strerror else ""


def _place(frame: traceback.FrameSummary) -> str:
    """File and line of a call, from the folder of its package on."""
    parts = Path(frame.filename).parts
    for name in (_PACKAGE, *_LIBRARIES):
        if name in parts[:-1]:
            start = len(parts) - 1 - parts[::-1].index(name)
            inside = parts[start if name == _PACKAGE else start + 1 :]
            return f"{'/'.join(inside)}:{frame.lineno}"
    return f"{parts[-1] if parts else _NOWHERE}:{frame.lineno}"
