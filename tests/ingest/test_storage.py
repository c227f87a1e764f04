"""Files and folders are whole or not there, whoever dies and however full the disk is."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from asn_research.errors import FullDiskError
from asn_research.ingest import storage
from asn_research.ingest.storage import (
    guard_space,
    replace_folder,
    scratch_prefix,
    sweep,
    sweep_scratch,
    write_files,
)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_folder_takes_the_place_of_another_whole(tmp_path: Path) -> None:
    folder = tmp_path / "2025"
    folder.mkdir()
    (folder / "old.parquet").write_bytes(b"old")
    with replace_folder(folder) as beside:
        (beside / "new.parquet").write_bytes(b"new")
        assert names(folder) == ["old.parquet"]
    assert names(folder) == ["new.parquet"]
    assert names(tmp_path) == ["2025"]


def test_an_error_while_filling_leaves_the_old_folder(tmp_path: Path) -> None:
    folder = tmp_path / "2025"
    folder.mkdir()
    (folder / "old.parquet").write_bytes(b"old")
    with pytest.raises(IsADirectoryError), replace_folder(folder) as beside:
        beside.write_bytes(b"ne")
    assert names(folder) == ["old.parquet"]
    assert names(tmp_path) == ["2025"]


def test_two_who_replace_the_same_folder_at_once_both_succeed(tmp_path: Path) -> None:
    folder = tmp_path / "2025"
    with replace_folder(folder) as first:
        (first / "a.parquet").write_bytes(b"a")
        with replace_folder(folder) as second:
            (second / "b.parquet").write_bytes(b"b")
    assert names(folder) == ["a.parquet"]
    assert names(tmp_path) == ["2025"]


@pytest.mark.parametrize("fault", [OSError(errno.EIO, "input or output"), KeyboardInterrupt()])
def test_a_folder_that_cannot_take_its_place_leaves_the_old_one_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: BaseException
) -> None:
    """What an office has typed into a workbook of the old folder is nowhere else."""
    folder, real = tmp_path / "2025", Path.replace
    folder.mkdir()
    (folder / "old.xlsx").write_bytes(b"typed")

    def fail(self: Path, target: Path) -> Path:
        if target == folder and (self / "new.xlsx").is_file():
            raise fault
        return real(self, target)

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(type(fault)), replace_folder(folder) as beside:
        (beside / "new.xlsx").write_bytes(b"new")
    assert names(folder) == ["old.xlsx"]
    assert names(tmp_path) == ["2025"]


def test_a_file_that_vouches_is_replaced_after_names_out_of_date_are_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files(tmp_path, {"report.en.html": b"old", "manifest.json": b"old"})
    steps: list[str] = []
    replace, unlink = Path.replace, Path.unlink
    monkeypatch.setattr(Path, "replace", lambda s, t: (steps.append(t.name), replace(s, t))[1])
    monkeypatch.setattr(
        Path, "unlink", lambda s, missing_ok=False: (steps.append(f"-{s.name}"), unlink(s, missing_ok))[1]
    )
    write_files(tmp_path, {"report.html": b"new", "manifest.json": b"new"}, remove=["report.en.html"])
    assert [step for step in steps if "~" not in step] == ["report.html", "-report.en.html", "manifest.json"]


def fill_up(monkeypatch: pytest.MonkeyPatch, *, at: int) -> None:
    """From the given flush on the disk is full."""
    calls = iter(range(1000))

    def flush(_descriptor: int) -> None:
        if next(calls) >= at:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(storage.os, "fsync", flush)


@pytest.mark.parametrize("at", range(3))
def test_a_full_disk_changes_nothing_and_is_told_with_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    files = {"a.html": b"old", "b.html": b"old", "manifest.json": b"old"}
    write_files(tmp_path, files)
    fill_up(monkeypatch, at=at)
    with pytest.raises(FullDiskError, match=f"{tmp_path.name}: there is no space left"):
        write_files(tmp_path, dict.fromkeys(files, b"new"))
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == files


def test_a_full_disk_leaves_the_old_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with replace_folder(tmp_path / "2025") as beside:
        (beside / "a.parquet").write_bytes(b"old")
    fill_up(monkeypatch, at=0)
    with pytest.raises(FullDiskError), replace_folder(tmp_path / "2025") as beside:
        (beside / "a.parquet").write_bytes(b"new")
    assert (tmp_path / "2025" / "a.parquet").read_bytes() == b"old"
    assert names(tmp_path) == ["2025"]


def test_other_errors_of_the_system_are_left_as_they_are(tmp_path: Path) -> None:
    with pytest.raises(PermissionError), guard_space(tmp_path):
        raise PermissionError(errno.EACCES, "no")


def test_a_problem_reaches_another_process_whole() -> None:
    import pickle

    with pytest.raises(FullDiskError) as caught, guard_space(Path("x")):
        raise OSError(errno.EDQUOT, "quota")
    assert pickle.loads(pickle.dumps(caught.value)).problems == caught.value.problems  # noqa: S301


def half_written(folder: Path, process: int, *, host: str | None = None) -> Path:
    host = host or storage._host()
    path = folder / f".report.html~{host}~{process}~0badcafe"
    path.write_bytes(b"hal")
    return path


@pytest.fixture
def dead() -> int:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    return child.pid


def test_what_a_dead_process_left_is_swept_and_what_a_living_one_writes_is_not(
    tmp_path: Path, dead: int
) -> None:
    (tmp_path / ".2025~x").mkdir()  # no name of ours
    left = half_written(tmp_path, dead)
    mine = half_written(tmp_path, os.getpid())
    abroad = half_written(tmp_path, dead, host="elsewhere")
    folder = tmp_path / f".2025~{storage._host()}~{dead}~00000000"
    (folder / "deep").mkdir(parents=True)
    sweep(tmp_path)
    assert not left.exists()
    assert not folder.exists()
    assert mine.exists()
    assert abroad.exists()
    hours_ago = time.time() - 7200
    os.utime(abroad, (hours_ago, hours_ago))
    sweep(tmp_path)
    assert not abroad.exists()
    sweep(tmp_path, alone=True)
    assert names(tmp_path) == [".2025~x"]
    sweep(tmp_path / "nowhere")


@pytest.mark.skipif(os.name != "posix", reason="needs process numbers")
def test_temporary_folders_of_dead_processes_are_removed_and_those_of_living_ones_kept(
    tmp_path: Path, dead: int
) -> None:
    mine = tmp_path / f"{scratch_prefix()}x"
    left = tmp_path / f"{scratch_prefix().replace(f'-{os.getpid()}-', f'-{dead}-')}x"
    others = [tmp_path / f"asn-000000-{dead}-x", tmp_path / "asn-x", tmp_path / "asn-stage-x"]
    for folder in (mine, left, *others):
        (folder / "k").mkdir(parents=True)
    sweep_scratch(tmp_path, tmp_path / "nowhere")
    assert not left.exists()
    assert [folder for folder in (mine, *others) if not folder.exists()] == []
    assert len(scratch_prefix()) < 24


def test_host_names_do_not_break_the_names_of_half_written_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dead: int
) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "kantor~1.lokal/x y")
    left = half_written(tmp_path, dead)
    sweep(tmp_path)
    assert not left.exists()


def test_a_killed_writer_leaves_whole_files_only(tmp_path: Path) -> None:
    """A writer in an endless loop, killed at ten moments: each final name holds one whole content."""
    program = textwrap.dedent(
        """
        import sys
        from pathlib import Path
        from asn_research.ingest.storage import replace_folder, write_files
        folder = Path(sys.argv[1])
        print("ready", flush=True)
        while True:
            for letter in b"abc":
                content = bytes([letter]) * 200_000
                write_files(folder, {"x": content, "y": content})
                with replace_folder(folder / "tables") as beside:
                    (beside / "t").write_bytes(content)
        """
    )
    for round_ in range(10):
        child = subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True
        )
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(0.005 + 0.006 * round_)
        child.kill()
        child.wait()
        child.stdout.close()
        for path in tmp_path.rglob("[!.]*"):
            if path.is_file() and not any(part.startswith(".") for part in path.relative_to(tmp_path).parts):
                content = path.read_bytes()
                assert len(content) == 200_000
                assert len(set(content)) == 1
    sweep(tmp_path)
    assert [name for name in names(tmp_path) if name.startswith(".")] == []


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
