"""The command ``asn-research key``: the key of the pseudonyms, and the rows of a person."""

from __future__ import annotations

from enum import StrEnum
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from asn_research.cli.console import refuse, say, tell
from asn_research.cli.option import ProcessedFolder, RawFolder
from asn_research.errors import AsnResearchError, Problem

if TYPE_CHECKING:
    from asn_research.ingest.people.key import KeyPlace


class KeyAction(StrEnum):
    """What is done with the key."""

    SHOW = "show"
    BACKUP = "backup"
    RESTORE = "restore"
    ROTATE = "rotate"
    FIND = "find"


def key(
    action: Annotated[KeyAction, typer.Argument(metavar="show|backup|restore|rotate|find")] = KeyAction.SHOW,
    target: Annotated[str, typer.Argument(metavar="file|region")] = "",
    *,
    yes: Annotated[bool, typer.Option("--yes")] = False,
    raw: RawFolder = None,
    processed: ProcessedFolder = None,
) -> None:
    """Show, copy, put back or renew the key of the pseudonyms, or find a person's rows."""
    from asn_research.ingest.people.key import find_key

    try:
        if action is KeyAction.SHOW:
            _show(find_key(), processed)
        elif action is KeyAction.ROTATE:
            _rotate(yes)
        elif not target:
            raise refuse(
                [Problem("cli", say(f"key_needs_{'region' if action is KeyAction.FIND else 'file'}"))]
            )
        elif action is KeyAction.FIND:
            _find(target, raw, processed)
        else:
            _copy(action, Path(target))
    except AsnResearchError as error:
        raise refuse(error.problems) from error


def _show(place: KeyPlace, processed: Path | None) -> None:
    from asn_research.cli.choice import find_folders
    from asn_research.errors import RegionError
    from asn_research.ingest.people.key import mark_key, read_key
    from asn_research.ingest.store import find_marks

    if not place.is_there:
        tell(say("key_none", place=place))
        return
    mark = mark_key(read_key())
    tell(say("key_place", place=place, mark=mark))
    try:
        stored = find_folders(None, processed, None)["processed"]
    except RegionError:
        return
    for folder in sorted(stored.iterdir()) if stored.is_dir() else ():
        others = sorted(find_marks(folder) - {mark}) if folder.is_dir() else []
        if others:
            tell(say("key_other", region=folder.name, marks=", ".join(others)))
    tell(say("key_advice"))


def _copy(action: KeyAction, target: Path) -> None:
    from asn_research.ingest.people.key import back_up_key, restore_key

    if action is KeyAction.BACKUP:
        back_up_key(target)
        tell(say("key_copied", path=target))
    else:
        tell(say("key_restored", path=restore_key(target)))


def _rotate(sure: bool) -> None:
    from asn_research.ingest.people.key import rotate_key

    tell(say("key_breaks"))
    if not sure and not typer.confirm(say("key_sure")):
        raise typer.Exit(1)
    old, new = rotate_key()
    if old is not None:
        tell(say("key_kept", path=old))
    tell(say("key_new", path=new))


def _find(region: str, raw: Path | None, processed: Path | None) -> None:
    """Where the rows of a person stand; the number is asked for, so that no shell remembers it."""
    from asn_research.cli.choice import choose, find_folders
    from asn_research.contract.region import read_region
    from asn_research.ingest.people.identity import make_pseudonym, read_name
    from asn_research.ingest.people.key import read_key
    from asn_research.ingest.people.mention import find_mentions
    from asn_research.ingest.store import find_rows

    folders = find_folders(raw, processed, None)
    choose(folders["raw"], [region], None)
    agency = read_region(folders["raw"] / region).agency
    typed = typer.prompt(say("key_number"), hide_input=True)
    written = read_name(typed).value or ""
    secret = read_key()
    pseudonyms = {
        make_pseudonym(secret, written, agency=agency, column=column) for column in ("person_id", "rater_id",
        "speaker_id", "coder_id")
    }  # fmt: skip
    tell(say("key_pseudonyms", names=", ".join(sorted(pseudonyms))))
    rows = find_rows(folders["processed"] / region, pseudonyms)
    for row in rows:
        tell(f"  {row.period} {row.table}: {' › '.join(filter(None, (row.file, row.sheet)))} · {row.number}")
    search = find_mentions(folders["raw"] / region, typed)
    if search.mentions:
        tell(say("key_mentions", region=region))
    for (file, sheet), mentions in groupby(search.mentions, key=lambda found: (found.file, found.sheet)):
        tell(f"  {' › '.join(filter(None, (file, sheet)))}: {', '.join(found.cell for found in mentions)}")
    for file in dict.fromkeys(search.unread):
        tell(say("key_unread", file=file), err=True)
    tell(say("key_rows" if rows or search.mentions else "key_no_rows", count=len(rows)))
