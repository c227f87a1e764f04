"""What a fork server hides from its own imports is there for its forks."""

from __future__ import annotations

import importlib
import sys
import time
from pathlib import Path

import pytest

from asn_research.reports.processes.fork import can_fork, start_server
from asn_research.reports.processes.forkserver import _hidden


@pytest.mark.skipif(not can_fork(), reason="no fork here")
def test_who_stops_while_a_server_is_still_importing_does_not_wait_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "slow_to_import.py").write_text("import time\ntime.sleep(600)\n", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    client = start_server(["slow_to_import"])
    started = time.monotonic()
    client.close()
    assert time.monotonic() - started < 60
    assert not client.alive


def test_a_hidden_module_counts_as_missing_and_is_there_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "this", raising=False)
    with _hidden(["this"]), pytest.raises(ImportError):
        importlib.import_module("this")
    assert "this" not in sys.modules


def test_a_module_that_is_imported_already_stays() -> None:
    with _hidden(["json"]):
        assert sys.modules["json"] is not None
    assert "json" in sys.modules
