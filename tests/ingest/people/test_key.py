"""The key of the pseudonyms: apart from the repository, its owner's alone, and never replaced silently."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from asn_research.cli import app
from asn_research.errors import KeyFileError
from asn_research.ingest.people.key import (
    back_up_key,
    find_key,
    mark_key,
    read_key,
    restore_key,
    rotate_key,
)
from asn_research.ingest.store import open_region

from ..office import PEOPLE, Office

posix = pytest.mark.skipif(os.name != "posix", reason="POSIX permissions")


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the key of this test lies; nothing is there yet."""
    path = tmp_path / "config" / "pseudonym.key"
    monkeypatch.delenv("ASN_RESEARCH_KEY", raising=False)
    monkeypatch.setenv("ASN_RESEARCH_KEY_FILE", str(path))
    return path


def code(error: pytest.ExceptionInfo[KeyFileError]) -> str:
    return error.value.problems[0].code


@posix
def test_a_key_is_made_once_for_its_owner_alone(path: Path) -> None:
    key = read_key()
    assert len(key) == 32
    assert read_key() == key
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o640)
    with pytest.raises(KeyFileError, match="read by others") as error:
        read_key()
    assert code(error) == "key_readable"


@pytest.mark.parametrize("written", ["secret", "5f" * 15, "zz" * 32])
def test_a_malformed_key_is_refused(monkeypatch: pytest.MonkeyPatch, written: str) -> None:
    monkeypatch.setenv("ASN_RESEARCH_KEY", written)
    with pytest.raises(KeyFileError, match="hexadecimal") as error:
        read_key()
    assert written not in str(error.value)


def test_processes_that_need_the_key_at_once_make_one_and_leave_nothing_half_written(path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: read_key(), range(32)))
    assert len(keys) == 1
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_key_in_a_repository_is_refused(path: Path, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    with pytest.raises(KeyFileError) as error:
        read_key()
    assert code(error) == "key_in_repository"
    assert not path.exists()


def test_a_key_that_cannot_be_written_is_told_of(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("ASN_RESEARCH_KEY", raising=False)
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ASN_RESEARCH_KEY_FILE", str(tmp_path / "file" / "pseudonym.key"))
    with pytest.raises(KeyFileError) as error:
        read_key()
    assert code(error) == "key_unwritable"


def test_the_mark_tells_keys_apart_and_tells_nothing_of_them() -> None:
    one, other = b"k" * 32, b"K" * 32
    assert mark_key(one) == mark_key(one) != mark_key(other)
    assert len(mark_key(one)) == 12
    assert mark_key(one) not in one.hex()


def test_a_copy_brings_the_key_back(path: Path, tmp_path: Path) -> None:
    key, copy = read_key(), tmp_path / "flashdisk" / "kunci"
    back_up_key(copy)
    if os.name == "posix":
        assert copy.stat().st_mode & 0o777 == 0o600
    with pytest.raises(KeyFileError) as error:
        back_up_key(copy)
    assert code(error) == "key_exists"
    with pytest.raises(KeyFileError) as error:
        restore_key(copy)
    assert code(error) == "key_exists"
    path.unlink()
    assert restore_key(copy) == path
    assert read_key() == key


def test_rotating_keeps_the_old_key_beside(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = read_key()
    old, new = rotate_key()
    assert old is not None
    assert bytes.fromhex(old.read_text()) == key != read_key()
    assert new == find_key().path == path
    monkeypatch.setenv("ASN_RESEARCH_KEY", "5f" * 32)
    with pytest.raises(KeyFileError) as error:
        rotate_key()
    assert code(error) == "key_in_variable"


def test_losing_the_key_is_told_before_another_one_is_made(
    office: Office, path: Path, tmp_path: Path
) -> None:
    office.defaults()
    (office.folder / "region.toml").write_text(office.region, encoding="utf-8")
    raw, processed = str(office.root / "raw"), str(office.root / "processed")
    before = open_region("contoh", raw=raw, processed=processed).participants["person_id"]
    back_up_key(tmp_path / "salinan")
    path.unlink()
    with pytest.raises(KeyFileError) as error:
        open_region("contoh", raw=raw, processed=processed)
    assert code(error) == "key_lost"
    assert not path.exists()
    restore_key(tmp_path / "salinan")
    assert open_region("contoh", raw=raw, processed=processed).participants["person_id"].equals(before)
    path.unlink()
    rotate_key()  # lost for good, and said so
    after = open_region("contoh", raw=raw, processed=processed).participants["person_id"]
    assert not set(before) & set(after)


@pytest.fixture
def call(office: Office, path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Call ``asn-research key`` about a small office, in English."""
    office.defaults()
    (office.folder / "region.toml").write_text(office.region, encoding="utf-8")
    monkeypatch.setenv("ASN_RESEARCH_LANGUAGE", "en")
    (office.root / "data").mkdir()
    (office.root / "raw").rename(office.root / "data" / "raw")
    monkeypatch.setenv("ASN_RESEARCH_HOME", str(office.root))

    def invoke(*words: str, typed: str = "") -> Result:
        return CliRunner().invoke(app, ["key", *words], input=typed)

    return invoke


def test_the_command_shows_copies_and_renews_the_key(
    call: Callable[..., Result], path: Path, tmp_path: Path
) -> None:
    assert "There is no key yet" in call().stdout
    open_region("contoh")
    mark = mark_key(read_key())
    assert mark in call().stdout
    assert path.read_text().strip() not in call().stdout
    assert call("backup", str(tmp_path / "salinan")).exit_code == 0
    assert call("backup", str(tmp_path / "salinan")).exit_code == 2
    assert call("backup").exit_code == 2
    assert call("rotate", typed="n\n").exit_code == 1
    assert mark_key(read_key()) == mark
    told = call("rotate", typed="y\n").stdout
    assert "must be taken again" in told
    assert mark_key(read_key()) != mark
    assert f"contoh: stored tables were made with another key ({mark})" in call().stdout


def test_the_rows_of_a_person_are_found_by_a_number_that_is_typed(call: Callable[..., Result]) -> None:
    open_region("contoh")
    found = call("find", "contoh", typed=f"{PEOPLE[3]}\n")
    assert found.exit_code == 0
    assert "2025 participants: zz_participants.csv · 5" in found.stdout
    assert "3 rows" in found.stdout
    assert PEOPLE[3] not in found.stdout
    assert "no rows" in call("find", "contoh", typed="199001012015011001\n").stdout
    assert call("find", "tiada", typed="1\n").exit_code == 2


def test_whoever_is_to_be_erased_is_found_in_rows_that_were_never_stored(
    call: Callable[..., Result], office: Office, tmp_path: Path
) -> None:
    folder = tmp_path / "data" / "raw" / "contoh"
    spaced = f"{PEOPLE[3][:8]} {PEOPLE[3][8:14]} {PEOPLE[3][14]} {PEOPLE[3][15:]}"
    lines = (f"{spaced};Sri Rahayu;C9;10;8", "1,99E+17;SRI RAHAYU, S.E.;C1;10;8")
    rows = "\n".join(("NIP;Nama;Kode Pelatihan;Jumlah Sesi;Hadir", *lines, ""))
    (folder / "2025" / "hadir.csv").write_text(rows, encoding="utf-8")
    (folder / "corrections.csv").write_text(f"catatan\nrujuk {PEOPLE[3]}\n", encoding="utf-8")
    found = call("find", "contoh", typed=f"{PEOPLE[3]}\n").stdout
    assert "2025/hadir.csv: A2\n" in found
    assert "corrections.csv: A2\n" in found
    assert PEOPLE[3] not in found
    assert "2025/hadir.csv: B2, B3\n" in call("find", "contoh", typed="Sri Rahayu\n").stdout


def test_a_new_key_is_told_of_once(call: Callable[..., Result], path: Path) -> None:
    told = CliRunner().invoke(app, ["check", "contoh"])
    assert f"A new key for pseudonyms was made at {path}" in told.stderr
    assert "A new key" not in CliRunner().invoke(app, ["check", "contoh"]).stderr
