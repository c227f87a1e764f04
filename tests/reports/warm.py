"""Workers that tests share: a run that starts its own spends most of its time importing.

Only where a run's own processes are what is tested does a test let it start them. The environment of the
workers is that of the moment when the first of these tests began, so folders are given to runs as options.
"""

from __future__ import annotations

import atexit
import contextlib
import os
from collections.abc import Iterator
from functools import cache
from typing import Final

import pytest

from asn_research.reports.processes.pool import Pool
from asn_research.reports.runs.schedule import MODULES

KEY: Final = {"ASN_RESEARCH_KEY": "5a" * 32}


@cache
def _pool(_process: int) -> Pool:
    pool = Pool(size=2, modules=MODULES)
    pool.warm_up()
    atexit.register(pool.__exit__, None, None, None)
    return pool


@contextlib.contextmanager
def shared_workers() -> Iterator[None]:
    """Let runs of this process use workers that stay, with the pseudonym key of the tests."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in KEY.items():
            patch.setenv(name, value)
        pool = _pool(os.getpid())
        patch.setattr(
            "asn_research.reports.runs.schedule.open_pool",
            lambda _order, _reports: contextlib.nullcontext(pool),
        )
        yield
