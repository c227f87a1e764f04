"""A final name never holds half a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from asn_research.errors import FullDiskError
from asn_research.reports.publication import publish


def test_files_appear_under_their_names_and_nothing_else_is_left(tmp_path: Path) -> None:
    publish(tmp_path / "new" / "folder", {"a.html": b"1", "b.json": b"2"})
    assert {p.name: p.read_bytes() for p in (tmp_path / "new" / "folder").iterdir()} == {
        "a.html": b"1",
        "b.json": b"2",
    }


def test_names_that_are_out_of_date_are_removed_but_not_those_just_written(tmp_path: Path) -> None:
    (tmp_path / "report.en.html").write_bytes(b"old")
    (tmp_path / "notes.txt").write_bytes(b"not ours")
    publish(tmp_path, {"report.html": b"new"}, remove=["report.html", "report.en.html"])
    assert sorted(p.name for p in tmp_path.iterdir()) == ["notes.txt", "report.html"]


def test_a_file_that_cannot_be_written_leaves_the_old_one_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "report.html").write_bytes(b"old and whole")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("asn_research.ingest.storage.os.fsync", full)
    with pytest.raises(FullDiskError, match="no space left"):
        publish(tmp_path, {"report.html": b"new"})
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("report.html", b"old and whole")]
