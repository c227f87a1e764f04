"""Files under their final names only when they are whole."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path


def publish(folder: Path, files: Mapping[str, bytes], *, remove: Iterable[str] = ()) -> None:
    """Write files beside their final names and rename them in order; then remove names that are out of date.

    A reader, or a run that is killed midway, meets each file either old and whole or new and whole.

    Parameters
    ----------
    folder
        Where the files go; made when missing.
    files
        Content by file name, the file that vouches for the others last.
    remove
        Names that must not be left from an earlier publication.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        beside = folder / f".{name}.{os.getpid()}.part"
        try:
            with beside.open("wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            beside.replace(folder / name)
        finally:
            beside.unlink(missing_ok=True)
    for name in set(remove) - set(files):
        (folder / name).unlink(missing_ok=True)
