"""A last period whose manifest is of an older version is read, and taken to be of other code and rules."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from asn_research.errors import RegionError
from asn_research.reports.publications import predecessor
from tests.findings.world import make_region


def test_a_manifest_that_does_not_note_code_and_rules_is_of_others(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    data: Any = make_region("one_group", people=40, batches=2)
    published = SimpleNamespace(manifest=SimpleNamespace(inputs={}), findings=lambda: ())

    def refuse(*_: object, **__: object) -> None:
        raise RegionError(())

    monkeypatch.setattr(predecessor, "last_period", lambda *_: "2024")
    monkeypatch.setattr(predecessor, "find_published", lambda *_: published)
    monkeypatch.setattr(predecessor, "open_region", refuse)
    (tmp_path / data.region.folder).mkdir()
    (tmp_path / data.region.folder / "region.toml").write_text("", encoding="utf-8")
    past = predecessor.read_past(data, raw=tmp_path, processed=tmp_path, reports=tmp_path)
    assert past is not None
    assert (past.code_changed, past.rules_changed, past.recomputed) == (True, True, False)
