"""Folders that lie at URLs, such as ``s3://bucket/raw``: listed, read and written through fsspec."""

from __future__ import annotations

import importlib
import posixpath
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from asn_research.errors import LocationError, Problem

_SCHEME: Final = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*://|^[A-Za-z][A-Za-z0-9+.-]*::")
_IDENTITIES: Final = ("ETag", "etag", "md5Hash", "content_md5")
_INNER: Final = "memory"
_ROOTED: Final = (_INNER, "file", "local")
"""Kinds of addresses in which no host or bucket comes first."""


def is_url(text: str) -> bool:
    """Whether a text names a place by URL, not a folder of this machine.

    >>> is_url("s3://bucket/raw"), is_url("data/raw"), is_url("file:///data/raw")
    (True, False, True)
    """
    return _SCHEME.match(text) is not None


@dataclass(frozen=True)
class Location:
    """A folder at a URL.

    Credentials come from the environment, as the library of the store reads them; a URL that carries any is
    refused, because URLs stand in messages.

    Raises
    ------
    LocationError
        If the URL carries a user name, a password or a query, or names no bucket.
    """

    url: str

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if "@" in parts.netloc or parts.query or parts.fragment or "::" in self.url:
            raise LocationError(
                Problem(
                    "url_secret",
                    "this address carries more than a place: a user, a password or a query.",
                    remedy="Give the credentials through the environment. Nothing was read.",
                )
            )
        if not parts.netloc and parts.scheme not in _ROOTED:
            raise _error("url_unknown", self.url, ValueError())
        object.__setattr__(self, "url", self.url.rstrip("/"))

    @property
    def inner(self) -> bool:
        """Whether it exists only inside this process."""
        return urlsplit(self.url).scheme == _INNER

    def list_files(self, inside: str = "") -> dict[str, str]:
        """Files below a folder inside it: their names from here, each with what identifies its content.

        Parameters
        ----------
        inside
            Folder inside this one; all of it without.

        Returns
        -------
        dict of str
            The store's own identity of the content (an entity tag) with the size; empty where the store
            keeps none, so that only reading can tell whether the content has changed.
        """
        with self._explained(inside):
            system, root = self._open()
            try:
                found = system.find(f"{root}/{inside}" if inside else root, detail=True)
            except FileNotFoundError:
                if not _is_there(system, root):
                    raise
                return {}
        length = len(root.rstrip("/")) + 1
        return {
            path[length:]: _identity(entry)
            for path, entry in sorted(found.items())
            if entry["type"] == "file" and _is_plain(path[length:])
        }

    def read_files(self, names: Iterable[str]) -> dict[str, bytes]:
        """The content of files, by their names from here."""
        wanted = sorted(names)
        if not wanted:
            return {}
        with self._explained(posixpath.commonpath(wanted)):
            system, root = self._open()
            found = (
                system.cat_ranges(  # unlike cat, takes names as they are: nilai [akhir].xlsx is no pattern
                    [f"{root}/{name}" for name in wanted], None, None, on_error="raise"
                )
            )
        return dict(zip(wanted, found, strict=True))

    def write_file(self, name: str, content: bytes) -> None:
        """Write a file whole, over one of the same name."""
        with self._explained(name):
            system, root = self._open()
            try:
                system.pipe_file(f"{root}/{name}", content)
            except FileNotFoundError:  # stores with real folders; a bucket is not made for anybody
                if not system.exists(root):
                    raise
                system.makedirs(f"{root}/{name}".rpartition("/")[0], exist_ok=True)
                system.pipe_file(f"{root}/{name}", content)

    def remove_files(self, names: Iterable[str]) -> None:
        """Remove files."""
        gone = sorted(names)
        if gone:
            with self._explained(gone[0]):
                system, root = self._open()
                for name in gone:
                    system.rm_file(f"{root}/{name}")

    def check_writable(self) -> None:
        """Write and remove an empty file, so that a missing permission is told before anything is made.

        Raises
        ------
        LocationError
            If that is not allowed.
        """
        self.write_file(_TRIAL, b"")
        self.remove_files([_TRIAL])

    def _open(self) -> tuple[Any, str]:
        fsspec = importlib.import_module("fsspec")
        system, root = fsspec.core.url_to_fs(self.url, use_listings_cache=False)
        return system, root.rstrip("/")

    @contextmanager
    def _explained(self, name: str = "") -> Iterator[None]:
        """Whatever a store may raise, as one problem that says where and what to do."""
        place = f"{self.url}/{name}" if name else self.url
        try:
            yield
        except ImportError as error:
            raise _error("url_extra_missing", place, error) from error
        except PermissionError as error:
            raise _error("url_forbidden", place, error) from error
        except FileNotFoundError as error:
            raise _error("url_missing", place, error) from error
        except ValueError as error:
            raise _error("url_unknown", place, error) from error
        except _store_errors() as error:
            code = "url_forbidden" if "redentials" in type(error).__name__ else "url_unreachable"
            raise _error(code, place, error) from error


_TRIAL: Final = ".asn-research-trial"
_WORDS: Final = {
    "url_extra_missing": (
        "the library for this kind of address is not installed.",
        "Install asn-research[cloud], or the library that fsspec names for it.",
    ),
    "url_forbidden": (
        "the store does not allow this.",
        "Give the credentials through the environment, and the permissions to list, read, write and remove.",
    ),
    "url_missing": ("there is no such bucket or folder.", "Check the address, or make the bucket first."),
    "url_unknown": ("this kind of address is not known.", "Name it as in s3://bucket/folder."),
    "url_unreachable": (
        "the store does not answer.",
        "Check the network and the address of the store, then run again: what is made stays.",
    ),
}


def _error(code: str, place: str, error: BaseException) -> LocationError:
    """The problem, without the store's own text: that may carry what nobody should read."""
    message, remedy = _WORDS[code]
    fields = {"url": place, "error": type(error).__name__}
    return LocationError(
        Problem(code, f"{place}: {message} ({type(error).__name__})", remedy=remedy, fields=fields)
    )


def _store_errors() -> tuple[type[Exception], ...]:
    """Errors of the operating system, and what clients of stores raise beside them, where they are loaded."""
    names = (("botocore.exceptions", "BotoCoreError"), ("botocore.exceptions", "ClientError"),
             ("aiohttp.client_exceptions", "ClientError"))  # fmt: skip
    loaded = (getattr(sys.modules[module], name) for module, name in names if module in sys.modules)
    return (OSError, *loaded)


def _identity(entry: Mapping[str, Any]) -> str:
    tag = next((str(entry[name]) for name in _IDENTITIES if entry.get(name)), "")
    return f"{tag.strip(chr(34))} {entry['size']}" if tag else ""


def _is_there(system: Any, root: str) -> bool:
    """Whether the bucket or folder exists, if only empty."""
    top = root.lstrip("/").partition("/")[0]
    return bool(system.exists(top if system.protocol != "file" else root))


def _is_plain(name: str) -> bool:
    """Whether a name stays inside its folder: stores also know names like ``../x``."""
    return not {"", ".", ".."} & set(name.split("/")) and "\\" not in name
