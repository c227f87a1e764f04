"""The same tasks on the workers of a Dask cluster, which must be of the same code, packages and key.

A worker that dies midway costs only its task, which another one takes. Nothing is made by workers that differ
from the one who asks: their reports would differ as well, or their pseudonyms would.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import logging
import os
import re
import secrets
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from asn_research.errors import AsnResearchError, ClusterError, FullDiskError, Place, Problem
from asn_research.ingest.people.key import read_key
from asn_research.ingest.storage import guard_space, scratch_prefix
from asn_research.ingest.store import HOME_VARIABLE
from asn_research.reports.processes.defect import Defect, Witness, read_defect
from asn_research.reports.publications import provenance
from asn_research.reports.runs.location import Location

if TYPE_CHECKING:
    from distributed import Client, Future

    from asn_research.reports.runs.order import Order, Outcome, Task

PATIENCE: Final = 15.0
"""Seconds in which a scheduler must answer and a first worker be there."""

_DESERTED: Final = 60.0
"""Seconds without any worker after which a run ends: whatever starts them again has that long."""
_LOOK: Final = 5.0
"""Seconds between two looks at whether workers are there."""
_NOTEBOOKS: Final = "*.ipynb"
_ADDRESS: Final = re.compile(r"(?:tcp|tls|ucx|wss?)://[^/\s]+:\d+")


@dataclass(frozen=True, kw_only=True)
class Passport:
    """What a worker must have in common with the one who asks; the key is compared, never sent.

    ``proof`` is a keyed hash of the random ``nonce``; ``marks`` are files by which a worker shows that it
    sees the same folders.
    """

    code: str
    packages: Mapping[str, str]
    nonce: bytes
    proof: bytes
    marks: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Refusal:
    """What a worker returns instead of an outcome: why it must not make the report, or the defect it met."""

    problems: tuple[Problem, ...] = ()
    defect: Defect | None = None


def check_cluster(order: Order, *, patience: float = PATIENCE) -> None:
    """Check, before anything is made, that a cluster answers and that its workers may make the reports.

    Raises
    ------
    ClusterError
        If the extra ``cluster`` is not installed, the scheduler does not answer in time or has no worker, or
        a worker differs in code, packages, key or folders.
    """
    for site in (order.sites.raw, order.sites.processed, order.sites.reports) if order.sites else ():
        if isinstance(site, Location) and site.inner:
            raise ClusterError(_problem("url_inner", url=site.url))
    with _connect(order, patience) as client:
        _check_workers(client, order, patience)


def make_in_cluster(
    order: Order, tasks: Sequence[Task], *, patience: float = PATIENCE
) -> Iterator[tuple[Task, Outcome | None]]:
    """Make reports on the workers of a cluster; tasks and outcomes as they come, None where workers died.

    Raises
    ------
    ClusterError
        As :func:`check_cluster`, and if all workers or the scheduler are gone midway. What was made is whole
        and stays.
    """
    with _connect(order, patience) as client:
        passport = _check_workers(client, order, patience)
        away = _as_seen_from_afar(order)
        books = {path.name: path.read_bytes() for path in sorted(order.notebooks.glob(_NOTEBOOKS))}
        futures = {
            client.submit(make_on_worker, away, task, books, passport, pure=False, priority=-place): task
            for place, task in enumerate(tasks)
        }
        yield from _gather(client, order, futures)


def make_on_worker(
    order: Order, task: Task, books: Mapping[str, bytes], passport: Passport
) -> Outcome | _Refusal:
    """Make a report in this process, with the notebooks of the one who asks, who must still want it."""
    from asn_research.reports.runs.dispatch import make_report
    from asn_research.reports.runs.order import WithdrawnError

    problems = examine(replace(passport, marks=()))
    if problems:
        return _Refusal(problems)
    with (
        Witness() as witness,
        guard_space(Path(tempfile.gettempdir())),
        tempfile.TemporaryDirectory(prefix=scratch_prefix()) as name,
        _home(order),
    ):
        for book, content in books.items():
            (Path(name) / book).write_bytes(content)
        try:
            return make_report(replace(order, notebooks=Path(name), stands=_find_claim()), task)
        except WithdrawnError:
            return _Refusal()
    return _Refusal(defect=witness.defect)


def _find_claim() -> Callable[[], bool]:
    """Tells whether the scheduler still wants this worker's task: not where it or the one who asked has gone.

    A thread cannot be stopped from outside: the task of a run that was stopped goes on to its end. What it
    has made by then must not take the place of what a later run has published.
    """
    from distributed.worker import WORKER_ANY_RUNNING, get_worker

    try:
        worker = get_worker()
    except ValueError:  # called without a cluster
        return lambda: True
    key = worker.get_current_task()

    def stands() -> bool:
        state = worker.state.tasks.get(key)
        return worker.status in WORKER_ANY_RUNNING and state is not None and state.state == "executing"

    return stands


def examine(passport: Passport) -> tuple[Problem, ...]:
    """What in this process differs from a passport."""
    problems = []
    if provenance.package_digest() != passport.code:
        problems.append(_problem("cluster_code"))
    ours = provenance.environment()
    differing = sorted(
        name for name in {*ours, *passport.packages} if ours.get(name) != passport.packages.get(name)
    )
    if differing:
        names = ", ".join(
            f"{name} {ours.get(name, '–')} ≠ {passport.packages.get(name, '–')}" for name in differing[:5]
        )
        problems.append(_problem("cluster_packages", packages=names))
    try:
        if not hmac.compare_digest(_prove(passport.nonce), passport.proof):
            problems.append(_problem("cluster_key"))
    except AsnResearchError as error:
        problems += error.problems
    missing = [mark for mark in passport.marks if not Path(mark).exists()]
    problems += [_problem("cluster_folder", folder=str(Path(mark).parent)) for mark in missing]
    return tuple(problems)


def _prove(nonce: bytes) -> bytes:
    return hmac.new(read_key(), b"cluster\0" + nonce, hashlib.sha256).digest()


@contextlib.contextmanager
def _connect(order: Order, patience: float) -> Iterator[Client]:
    address = order.cluster or ""
    if not _ADDRESS.fullmatch(address):
        raise ClusterError(_problem("cluster_address", address=address or "–"))
    try:
        from distributed import Client
    except ImportError as error:
        raise ClusterError(_problem("cluster_extra_missing")) from error
    for name in ("distributed", "distributed.client", "distributed.comm", "tornado.application"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        client = Client(address, timeout=patience)
    except ValueError as error:
        raise ClusterError(_problem("cluster_address", address=address)) from error
    except OSError as error:
        fields = {"address": address, "seconds": f"{patience:g}"}
        raise ClusterError(_problem("cluster_silent", **fields)) from error
    try:
        yield client
    finally:
        with contextlib.suppress(OSError, RuntimeError):
            client.close(timeout=_LOOK)


def _check_workers(client: Client, order: Order, patience: float) -> Passport:
    """The passport of this process, which every worker has shown that it can bear."""
    address = order.cluster or ""
    deadline = time.monotonic() + patience
    while not (threads := _workers(client, address)):
        if time.monotonic() > deadline:
            fields = {"address": address, "seconds": f"{patience:g}"}
            raise ClusterError(_problem("cluster_empty", **fields))
        time.sleep(0.2)
    nonce = secrets.token_bytes(16)
    passport = Passport(
        code=provenance.package_digest(),
        packages=provenance.environment(),
        nonce=nonce,
        proof=_prove(nonce),
    )
    with _marked(order) as marks:
        answers = client.run(examine, replace(passport, marks=marks), on_error="return")
    problems = []
    for worker in sorted(threads):
        found = answers.get(worker, ())
        if isinstance(found, OSError):  # it has gone meanwhile
            continue
        if isinstance(found, BaseException):  # it does not even know the question
            found = (_problem("cluster_code"),)
        if threads[worker] != 1:
            found = (*found, _problem("cluster_threads", threads=str(threads[worker])))
        problems += [replace(problem, place=Place(worker)) for problem in found]
    if problems:
        raise ClusterError(problems)
    return passport


def _workers(client: Client, address: str) -> dict[str, int]:
    """The workers that are there, each with its number of threads."""
    try:
        return dict(client.nthreads())
    except OSError as error:
        raise ClusterError(_problem("cluster_gone", address=address)) from error


@contextlib.contextmanager
def _marked(order: Order) -> Iterator[tuple[str, ...]]:
    """Put a file into every folder of results, and name a folder of raw data, for workers to look for."""
    if order.sites is not None:
        yield ()
        return
    name = f".asn-{secrets.token_hex(8)}"
    marks = [folder.resolve() / name for folder in (order.processed, order.reports)]
    try:
        for mark in marks:
            mark.parent.mkdir(parents=True, exist_ok=True)
            mark.touch()
        raw = next((path for path in sorted(order.raw.resolve().iterdir()) if path.is_dir()), None)
        yield tuple(str(path) for path in (*marks, *((raw,) if raw else ())))
    finally:
        for mark in marks:
            mark.unlink(missing_ok=True)


def _as_seen_from_afar(order: Order) -> Order:
    """The order without anything that only means something in this process's folder."""
    given = (order.raw_given, order.processed_given, order.reports_given)
    full = [None if folder is None else str(Path(folder).resolve()) for folder in given]
    return replace(
        order,
        raw=order.raw.resolve(),
        processed=order.processed.resolve(),
        reports=order.reports.resolve(),
        raw_given=full[0],
        processed_given=full[1],
        reports_given=full[2],
        cluster=None,
        jobs=1,
    )


@contextlib.contextmanager
def _home(order: Order) -> Iterator[None]:
    """Let notebooks find the project of the one who asks, where they were given no folder."""
    project = next(
        (
            home
            for given, home in (
                (order.raw_given, order.raw.parent.parent),
                (order.processed_given, order.processed.parent.parent),
                (order.reports_given, order.reports.parent),
            )
            if given is None
        ),
        None,
    )
    before = os.environ.get(HOME_VARIABLE)
    if project is not None and order.sites is None:
        os.environ[HOME_VARIABLE] = str(project)
    try:
        yield
    finally:
        if before is None:
            os.environ.pop(HOME_VARIABLE, None)
        else:
            os.environ[HOME_VARIABLE] = before


def _gather(
    client: Client, order: Order, futures: Mapping[Future[Any], Task]
) -> Iterator[tuple[Task, Outcome | None]]:
    from distributed import CancelledError, wait

    address = order.cluster or ""
    pending = dict(futures)
    deserted: float | None = None
    while pending:
        try:
            done = wait(list(pending), timeout=_LOOK, return_when="FIRST_COMPLETED").done
        except TimeoutError:
            done = set()
        except (CancelledError, OSError) as error:
            raise ClusterError(_problem("cluster_gone", address=address)) from error
        for future in sorted(done, key=lambda found: pending[found].region):
            task = pending.pop(future)
            yield task, _outcome(order, task, future)
        if _workers(client, address):
            deserted = None
        elif deserted is None:
            deserted = time.monotonic()
        elif time.monotonic() - deserted > _DESERTED:
            fields = {"address": address, "seconds": f"{_DESERTED:g}"}
            raise ClusterError(_problem("cluster_empty", **fields))


def _outcome(order: Order, task: Task, future: Future[Any]) -> Outcome | None:
    from distributed import KilledWorker

    if future.status == "finished":
        result: Outcome | _Refusal = future.result()
        if not isinstance(result, _Refusal):
            return result
        if result.defect is None:
            raise ClusterError(result.problems)
        return _fail(order, task, result.defect)
    if future.status != "error":
        raise ClusterError(_problem("cluster_gone", address=order.cluster or ""))
    error = future.exception()
    if isinstance(error, KilledWorker):
        return None
    if isinstance(error, FullDiskError):
        raise error
    return _fail(order, task, read_defect(error or RuntimeError()))


def _fail(order: Order, task: Task, defect: Defect) -> Outcome:
    from asn_research.reports.runs.dispatch import fail

    defect.tell()
    return fail(order, task, (), defect)


_WORDS: Final = {
    "cluster_extra_missing": (
        "the library for clusters is not installed.",
        "Install asn-research[cluster]. Nothing was made.",
    ),
    "url_inner": (
        "{url} exists only inside one process.",
        "Use a store that all workers see. Nothing was made.",
    ),
    "cluster_address": (
        "{address} is not the address of a scheduler.",
        "Write it as tcp://HOST:PORT. Nothing was made.",
    ),
    "cluster_silent": (
        "no scheduler answered at {address} within {seconds} seconds.",
        "Start it with dask scheduler, or check the address. Nothing was made.",
    ),
    "cluster_empty": (
        "the scheduler at {address} had no worker for {seconds} seconds.",
        "Start some with dask worker {address} --nthreads 1. What is made stays.",
    ),
    "cluster_gone": (
        "the scheduler at {address} went away.",
        "Start it again and run again. What is made stays.",
    ),
    "cluster_code": (
        "this worker runs other code of asn-research.",
        "Install the same version there and start the worker again. It made nothing.",
    ),
    "cluster_packages": (
        "this worker has other versions ({packages}).",
        "Install from the same lock file there and start the worker again. It made nothing.",
    ),
    "cluster_key": (
        "this worker has another key of the pseudonyms.",
        "Give it the same key, and start it again. It made nothing.",
    ),
    "cluster_folder": (
        "this worker does not see the folder {folder}.",
        "Use a folder that all machines share, or addresses such as s3://. It made nothing.",
    ),
    "cluster_threads": (
        "this worker has {threads} threads; reports need one each.",
        "Start it with --nthreads 1, and as many workers as there are cores. It made nothing.",
    ),
}


def _problem(code: str, **fields: str) -> Problem:
    message, remedy = _WORDS[code]
    return Problem(code, message.format(**fields), remedy=remedy.format(**fields), fields=fields)
