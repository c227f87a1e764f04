"""A pseudonym key of the tests' own, so that no test reads or makes the user's."""

from __future__ import annotations

from pathlib import Path

import pytest

from .office import Office

KEY = "5f" * 32


@pytest.fixture(autouse=True)
def _own_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASN_RESEARCH_KEY", KEY)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)
