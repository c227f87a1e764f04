"""Products that tests of several files read, made once for all processes of a run of the suite."""

from __future__ import annotations

import fcntl
import os
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest

Value = TypeVar("Value")


@contextmanager
def _alone(place: Path) -> Iterator[None]:
    with place.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def place_of(factory: pytest.TempPathFactory, name: str) -> Path:
    """Where a product of this run of the suite lies, for all of its processes."""
    own = factory.getbasetemp()
    return (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / f"shared-{name}"


def share_value(factory: pytest.TempPathFactory, name: str, make: Callable[[], Value]) -> Value:
    """What ``make`` gives, computed by the first process that asks; each has a copy of its own."""
    place = place_of(factory, name)
    with _alone(place):
        if place.is_file():
            found: Value = pickle.loads(place.read_bytes())  # noqa: S301  (our own)
            return found
        made = make()
        place.write_bytes(pickle.dumps(made))
        return made
