"""The secret key of the pseudonyms: where it lies, its copy, and what another key would break."""

from __future__ import annotations

import contextlib
import hmac
import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import platformdirs

from asn_research.errors import KeyFileError, Place
from asn_research.ingest.files.problem import make_problem

KEY_VARIABLE: Final = "ASN_RESEARCH_KEY"
KEY_FILE_VARIABLE: Final = "ASN_RESEARCH_KEY_FILE"
_KEY_FILE: Final = "pseudonym.key"
_KEY_BYTES: Final = 32
_LONGEST: Final = 10_000
_MARK: Final = 12


@dataclass(frozen=True, slots=True)
class KeyPlace:
    """Where the key is looked for: in an environment variable, else in a file that may not be there yet."""

    variable: str
    path: Path

    @property
    def is_there(self) -> bool:
        return bool(self.variable) or self.path.exists()

    def __str__(self) -> str:
        return self.variable or str(self.path)


def find_key() -> KeyPlace:
    """Where the key is looked for.

    In the environment variable ``ASN_RESEARCH_KEY`` (hexadecimal), then in the file that
    ``ASN_RESEARCH_KEY_FILE`` names, then in the user's configuration folder.
    """
    named = os.environ.get(KEY_FILE_VARIABLE)
    path = Path(named) if named else platformdirs.user_config_path("asn_research") / _KEY_FILE
    return KeyPlace(KEY_VARIABLE if os.environ.get(KEY_VARIABLE) else "", path)


def read_key() -> bytes:
    """The secret key of the pseudonyms, made on first use.

    Without it, pseudonyms made later are others: people of a later period cannot be linked to those of an
    earlier one, and decisions saved by the office no longer name their rows. Keep a copy in a safe place.

    Raises
    ------
    KeyFileError
        If the key is malformed, lies in a repository, cannot be written, or can be read by others.
    """
    place = find_key()
    if place.variable:
        return _parse_key(os.environ[KEY_VARIABLE], KEY_VARIABLE)
    if not place.path.exists():
        _write_key(place.path, secrets.token_hex(_KEY_BYTES))
    return read_key_file(place.path)


def read_key_file(path: Path) -> bytes:
    """The key in a file that only its owner may read.

    Raises
    ------
    KeyFileError
        If the key is malformed, lies in a repository, or its file can be read by others.
    """
    _check_apart(path)
    try:
        if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise KeyFileError(make_problem("key_readable", Place(path.name)))
        with path.open("rb") as stream:
            content = stream.read(_LONGEST)
    except OSError as error:
        raise KeyFileError(make_problem("key_unreadable", Place(path.name))) from error
    return _parse_key(content.decode("ascii", errors="replace"), path.name)


def _check_apart(path: Path) -> None:
    """A key that lies in a repository would be published with it."""
    if any((folder / ".git").exists() for folder in path.resolve().parents):
        raise KeyFileError(make_problem("key_in_repository", Place(path.name)))


def _write_key(path: Path, text: str) -> None:
    """Make the key beside and link it into place: it is never seen half-written, and never made twice."""
    _check_apart(path)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "w", encoding="ascii") as stream:
                stream.write(f"{text}\n")
                stream.flush()
                os.fsync(stream.fileno())
            with contextlib.suppress(FileExistsError):
                os.link(beside, path)
        finally:
            beside.unlink()
    except OSError as error:
        raise KeyFileError(make_problem("key_unwritable", Place(path.name))) from error


def _parse_key(text: str, place: str) -> bytes:
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        key = b""
    if len(key) < _KEY_BYTES // 2:
        raise KeyFileError(make_problem("key_malformed", Place(place)))
    return key


def mark_key(key: bytes) -> str:
    """Twelve letters by which keys are told apart; nothing about the key follows from them."""
    return hmac.digest(key, b"mark of the key", "sha256").hex()[:_MARK]


def guard_key(known: set[str]) -> None:
    """Stop before a new key is made silently where pseudonyms were already made with one that is gone.

    Parameters
    ----------
    known
        Marks of the keys that stored tables were made with.

    Raises
    ------
    KeyFileError
        If there are such tables and no key.
    """
    place = find_key()
    if known and not place.is_there:
        raise KeyFileError(make_problem("key_lost", Place(place.path.name), mark=", ".join(sorted(known))))


def back_up_key(target: Path) -> None:
    """Write a copy of the key, readable by its owner alone, outside of any repository.

    Raises
    ------
    KeyFileError
        If there is a file already, or the place lies in a repository.
    """
    key = read_key()
    if target.exists():
        raise KeyFileError(make_problem("key_exists", Place(target.name)))
    _write_key(target, key.hex())


def restore_key(source: Path) -> Path:
    """Put a copy of the key in its place; another key that is there already is not overwritten.

    Raises
    ------
    KeyFileError
        If the copy is no key, or a key is there already.
    """
    place = find_key()
    if place.is_there:
        raise KeyFileError(make_problem("key_exists", Place(str(place.variable or place.path.name))))
    _write_key(place.path, read_key_file(source).hex())
    return place.path


def rotate_key() -> tuple[Path | None, Path]:
    """Make a new key; the old one is kept beside it under a name of its own.

    Every pseudonym and every row code of quarantined rows is another one afterwards. Stored tables are made
    again from the raw files at the next run; tables whose raw files are gone cannot be.

    Returns
    -------
    (Path or None, Path)
        Where the old key lies now, and the new one.

    Raises
    ------
    KeyFileError
        If the key is set by the environment variable and so cannot be changed here.
    """
    place = find_key()
    if place.variable:
        raise KeyFileError(make_problem("key_in_variable", Place(place.variable)))
    old = None
    if place.path.exists():
        old = place.path.with_name(f"{place.path.stem}-{mark_key(read_key())}.key")
        place.path.replace(old)
    _write_key(place.path, secrets.token_hex(_KEY_BYTES))
    return old, place.path
