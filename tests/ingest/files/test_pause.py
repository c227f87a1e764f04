"""The collector runs afterwards as it did before, whatever happened in between."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from asn_research.ingest.files.pause import pause_collection


@pytest.fixture(params=[True, False])
def running(request: pytest.FixtureRequest) -> Iterator[bool]:
    before = gc.isenabled()
    (gc.enable if request.param else gc.disable)()
    yield request.param
    (gc.enable if before else gc.disable)()


def test_it_stands_still_and_goes_on_as_before(running: bool) -> None:
    with pause_collection():
        assert not gc.isenabled()
        with pause_collection():
            pass
        assert not gc.isenabled()
    assert gc.isenabled() is running


def test_an_error_ends_the_pause(running: bool) -> None:
    @pause_collection()
    def fail() -> None:
        raise ValueError

    for _ in range(2):
        with pytest.raises(ValueError, match=r"^$"):
            fail()
        assert gc.isenabled() is running
