"""What a fork server hides from its own imports is there for its forks."""

from __future__ import annotations

import importlib
import sys

import pytest

from asn_research.reports.processes.forkserver import _hidden


def test_a_hidden_module_counts_as_missing_and_is_there_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "this", raising=False)
    with _hidden(["this"]), pytest.raises(ImportError):
        importlib.import_module("this")
    assert "this" not in sys.modules


def test_a_module_that_is_imported_already_stays() -> None:
    with _hidden(["json"]):
        assert sys.modules["json"] is not None
    assert "json" in sys.modules
