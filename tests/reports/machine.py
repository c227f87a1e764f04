"""Other machines, played by processes of this one: parts of a Dask cluster, and a store that speaks S3."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import fsspec
import pytest
import s3fs
import werkzeug.serving
from moto.moto_server.threaded_moto_server import ThreadedMotoServer

KEY = "5a" * 32
"""The key of pseudonyms in these tests."""


@contextmanager
def started(*arguments: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """One part of a cluster, by Dask's own command, in a process of its own."""
    full = {**os.environ, "ASN_RESEARCH_KEY": KEY, "ASN_RESEARCH_FORK": "0", **environment}
    full.pop("ASN_RESEARCH_HOME", None)
    with subprocess.Popen(
        [sys.executable, "-m", "dask", *arguments], env=full, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, cwd=Path(sys.executable).parent,
    ) as process:  # fmt: skip
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def soon(ready: Callable[[], object], *, seconds: float = 150) -> None:
    deadline = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@dataclass
class Shop:
    """A store that speaks S3 on this machine, and what was asked of it."""

    address: str
    asked: list[tuple[str, str]] = field(default_factory=list)

    def of(self, verb: str) -> list[str]:
        return [path for method, path in self.asked if method == verb]


@contextmanager
def open_shop(bucket: str) -> Iterator[Shop]:
    """A store with one bucket, which the environment names as long as it is open."""
    record: list[tuple[str, str]] = []

    def note(self: Any, *_: object) -> None:
        record.append((self.command, self.path))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(werkzeug.serving.WSGIRequestHandler, "log_request", note)
        server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        server.start()
        host, port = server.get_host_and_port()
        for name, value in {
            "AWS_ENDPOINT_URL": f"http://{host}:{port}", "AWS_ACCESS_KEY_ID": "an-id",
            "AWS_SECRET_ACCESS_KEY": "a-secret", "AWS_DEFAULT_REGION": "us-east-1",
            "ASN_RESEARCH_KEY": KEY, "LC_ALL": "en_GB.UTF-8", "COLUMNS": "200",
        }.items():  # fmt: skip
            patch.setenv(name, value)
        s3fs.S3FileSystem.clear_instance_cache()  # what an earlier test left speaks to a store that is gone
        fsspec.filesystem("s3", skip_instance_cache=True).mkdir(bucket)
        yield Shop(f"http://{host}:{port}", record)
        s3fs.S3FileSystem.clear_instance_cache()
        server.stop()
