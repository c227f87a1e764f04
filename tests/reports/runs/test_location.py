"""Addresses: what is one, what it may not carry, and that names never lead out of a folder."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest

from asn_research.errors import FullDiskError, LocationError
from asn_research.reports.runs.location import Location, is_url
from asn_research.reports.runs.stage import Sites, open_stage


@pytest.fixture
def memory() -> Iterator[Location]:
    system = fsspec.filesystem("memory")
    yield Location("memory://shelf/raw")
    system.store.clear()


@pytest.mark.parametrize(
    ("text", "expected"),
    [("s3://bucket/raw", True), ("memory://x", True), ("data/raw", False), ("/data/raw", False),
     ("C:\\\\data", False), ("C:/data", False), ("", False), ("simplecache::s3://b/x", True)],
)  # fmt: skip
def test_what_is_an_address(text: str, expected: bool) -> None:
    assert is_url(text) is expected


@pytest.mark.parametrize(
    "url",
    ["s3://id:secret@bucket/raw", "s3://id@bucket/raw", "https://host/raw?sig=secret", "s3://bucket/raw#secret",
     "simplecache::s3://bucket/secret"],
)  # fmt: skip
def test_addresses_that_could_carry_secrets_are_refused_without_repeating_them(url: str) -> None:
    with pytest.raises(LocationError) as caught:
        Location(url)
    assert "secret" not in str(caught.value)


def test_files_come_back_as_they_were_written(memory: Location) -> None:
    memory.write_file("a/x.csv", b"1")
    memory.write_file("b.toml", b"2")
    assert set(memory.list_files()) == {"a/x.csv", "b.toml"}
    assert set(memory.list_files("a")) == {"a/x.csv"}
    assert memory.list_files("nothing") == {}
    assert memory.read_files(["a/x.csv", "b.toml"]) == {"a/x.csv": b"1", "b.toml": b"2"}
    memory.remove_files(["b.toml"])
    assert set(memory.list_files()) == {"a/x.csv"}


def test_names_of_offices_are_names_not_patterns(memory: Location) -> None:
    names = ("nilai [akhir] 1*.csv", "nilai [akhir] 12.csv", "apa?.csv", "a b/100% (2).csv")
    for name in names:
        memory.write_file(name, name.encode())
    assert set(memory.list_files()) == set(names)
    assert memory.read_files(names) == {name: name.encode() for name in names}
    memory.remove_files([names[0]])
    assert set(memory.list_files()) == set(names[1:])


def test_a_mistyped_folder_of_raw_data_is_not_made(tmp_path: Path, memory: Location) -> None:
    with open_stage(Sites(raw=tmp_path / "rwa", processed=memory, reports=memory)) as stage:
        assert not (stage / "data" / "raw").exists()
    assert not (tmp_path / "rwa").exists()


def test_a_full_disk_is_told_as_what_it_is(memory: Location) -> None:
    sites = Sites(raw=memory, processed=memory, reports=memory)
    with pytest.raises(FullDiskError), open_stage(sites) as stage:
        raise OSError(errno.ENOSPC, "No space left on device")
    assert not stage.exists()


def test_a_store_without_identities_says_so(memory: Location) -> None:
    """Its files then count as unknown, and are compared by content."""
    memory.write_file("x", b"1")
    assert memory.list_files() == {"x": ""}


def test_names_never_lead_out_of_a_folder(memory: Location) -> None:
    system = fsspec.filesystem("memory")
    for name in ("../out", "a/../../out", "fine"):
        system.store[f"/shelf/raw/{name}"] = fsspec.implementations.memory.MemoryFile(
            system, f"/shelf/raw/{name}", b"x"
        )
    assert set(memory.list_files()) == {"fine"}


def test_a_library_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "fsspec", None)
    with pytest.raises(LocationError, match=r"asn-research\[cloud\]"):
        Location("s3://bucket/raw").list_files()


def test_local_folders_are_linked_not_copied_and_survive(tmp_path: Path, memory: Location) -> None:
    clean = tmp_path / "clean"
    clean.mkdir()
    (clean / "kept").write_text("x")
    with open_stage(Sites(raw=memory, processed=clean, reports=tmp_path / "reports")) as stage:
        assert os.environ["ASN_RESEARCH_HOME"] == str(stage)
        assert (stage / "data" / "processed").resolve() == clean
        (stage / "reports" / "made").write_text("y")
    assert not stage.exists()
    assert (clean / "kept").read_text() == "x"
    assert (tmp_path / "reports" / "made").read_text() == "y"


def test_what_a_killed_run_has_left_is_removed_and_what_runs_is_not(
    tmp_path: Path, memory: Location, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    sites = Sites(raw=memory, processed=memory, reports=memory)
    abandoned = tmp_path / "asn-stage-dead"
    (abandoned / "data").mkdir(parents=True)
    (abandoned / ".held").touch()
    long_ago = time.time() - 3600
    os.utime(abandoned, (long_ago, long_ago))
    with open_stage(sites) as running:
        assert not abandoned.exists()
        os.utime(running, (long_ago, long_ago))
        with open_stage(sites):
            assert running.exists()
