"""A final name never holds half a file."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from asn_research.errors import FullDiskError
from asn_research.ingest.storage import sweep, write_files


def test_files_appear_under_their_names_and_nothing_else_is_left(tmp_path: Path) -> None:
    write_files(tmp_path / "new" / "folder", {"a.html": b"1", "b.json": b"2"})
    assert {p.name: p.read_bytes() for p in (tmp_path / "new" / "folder").iterdir()} == {
        "a.html": b"1",
        "b.json": b"2",
    }


def test_names_that_are_out_of_date_are_removed_but_not_those_just_written(tmp_path: Path) -> None:
    (tmp_path / "report.en.html").write_bytes(b"old")
    (tmp_path / "notes.txt").write_bytes(b"not ours")
    write_files(tmp_path, {"report.html": b"new"}, remove=["report.html", "report.en.html"])
    assert sorted(p.name for p in tmp_path.iterdir()) == ["notes.txt", "report.html"]


def test_a_file_that_cannot_be_written_leaves_the_old_one_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "report.html").write_bytes(b"old and whole")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("asn_research.ingest.storage.os.fsync", full)
    with pytest.raises(FullDiskError, match="no space left"):
        write_files(tmp_path, {"report.html": b"new"})
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("report.html", b"old and whole")]


OLD = {
    "report.html": b"old page",
    "report.en.html": b"old page",
    "findings.json": b"[0]",
    "manifest.json": b"{0}",
}
NEW = {"report.html": b"new", "findings.json": b"[1]", "manifest.json": b"{1}"}


def die_at(folder: Path, step: int) -> bool:
    """Publish in a process that ends abruptly at its n-th step on the disk; whether it got so far."""
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        return os.waitstatus_to_exitcode(status) == 9
    done = iter(range(10**6))

    def count(event: str, _arguments: tuple[object, ...]) -> None:
        if event in {"open", "os.rename", "os.remove"} and next(done) == step:
            os._exit(9)

    sys.addaudithook(count)
    write_files(folder, NEW, remove=OLD)
    os._exit(0)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_whatever_step_a_process_dies_at_files_are_whole_and_the_next_one_finishes(tmp_path: Path) -> None:
    """Every step on the disk (opening, renaming, removing a file), one after the other."""
    reached = 0
    for step in range(100):
        folder = tmp_path / str(step)
        write_files(folder, OLD)
        if not die_at(folder, step):
            break
        reached += 1
        left = {p.name: p.read_bytes() for p in folder.iterdir() if not p.name.startswith(".")}
        assert all(content in (OLD.get(name), NEW.get(name)) for name, content in left.items())
        if left["manifest.json"] == NEW["manifest.json"]:  # what vouches is new: everything is
            assert left == NEW
        sweep(folder, alone=True)
        write_files(folder, NEW, remove=OLD)
        assert {p.name: p.read_bytes() for p in folder.iterdir()} == NEW
    assert reached >= 2 * len(NEW)
