"""Files under their final names only when they are whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from asn_research.ingest.storage import write_files


def publish(folder: Path, files: Mapping[str, bytes], *, remove: Iterable[str] = ()) -> None:
    """Put files into a folder: all but the last, then names out of date go, then the last, which vouches.

    A reader, or a run that is killed midway, meets each file either old and whole or new and whole; and as
    long as the last file is the old one, the publication is known to be unfinished.

    Parameters
    ----------
    folder
        Where the files go; made when missing.
    files
        Content by file name, the file that vouches for the others last.
    remove
        Names that must not be left from an earlier publication.

    Raises
    ------
    FullDiskError
        If the disk is full. Everything is written before anything is renamed, so that nothing has changed.
    """
    write_files(folder, files, remove=remove)
