"""A process that makes one call after another for the process that has started it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib import import_module
from multiprocessing import parent_process
from multiprocessing.connection import Connection, wait
from threading import Thread
from typing import Any, Final

import psutil

from asn_research.errors import AsnResearchError
from asn_research.reports.processes.defect import Defect, Witness
from asn_research.reports.processes.fork import ForkClient

FORKED: Final = "asn_research.reports.processes.worker:work_forked"
"""What a fork server calls in a new worker."""


@dataclass(frozen=True)
class Call:
    """A function by its name, ``module:function``, and what to call it with."""

    function: str
    arguments: tuple[Any, ...]


@dataclass(frozen=True)
class Returned:
    """What a call returned."""

    value: Any


@dataclass(frozen=True)
class Raised:
    """The error of this package that a call ended in."""

    error: AsnResearchError


Reply = Returned | Raised | Defect


def work_forked(channel: Connection, link: Connection) -> None:
    """Work in a fork, whose kernels are forks of the same server."""
    from asn_research.reports.processes.kernel import use_server

    use_server(ForkClient(link))
    work(channel)


def work_alone(channel: Connection) -> None:
    """Work in a process that was started anew, and end with the one that started it, even amid a call."""
    if (parent := parent_process()) is not None:
        Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
    work(channel)


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)


def work(channel: Connection) -> None:
    """Take a limit of memory in megabytes (or None), then calls, until the other side hangs up."""

    _limit_memory(channel.recv())
    while (call := _receive(channel)) is not None:
        with Witness() as witness:
            channel.send(_answer(call))
        if witness.defect is not None:
            channel.send(witness.defect)


def _receive(channel: Connection) -> Call | None:
    try:
        call: Call = channel.recv()
    except (EOFError, ConnectionError):
        return None
    return call


def _answer(call: Call) -> Reply:
    module, _, name = call.function.partition(":")
    try:
        return Returned(getattr(import_module(module), name)(*call.arguments))
    except AsnResearchError as error:
        return Raised(error)


def _limit_memory(megabytes: int | None) -> None:
    if megabytes is not None:
        most = megabytes * 2**20
        psutil.Process().rlimit(psutil.RLIMIT_DATA, (most, most))
