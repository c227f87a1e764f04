"""Regions and their clean tables, as a researcher opens them."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Callable, Hashable, Iterator, Mapping, Set
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final, TypeVar

import pandas as pd
import pyarrow as pa

from asn_research.contract.column import PROVENANCE, TABLES, Kind
from asn_research.contract.region import Plan, Region, list_regions, read_region
from asn_research.errors import Place, Problem, RegionError, StoreError
from asn_research.ingest.decisions.journal import read_account, read_copies, was_filled
from asn_research.ingest.decisions.submission import list_corrections, list_others
from asn_research.ingest.files.problem import make_problem
from asn_research.ingest.files.source import digest_entry, digest_file, list_files, show_name
from asn_research.ingest.intake import INTAKE_FILE, QUARANTINE_FILE, require_period, take_in
from asn_research.ingest.people.key import guard_key, read_key
from asn_research.ingest.storage import write_files
from asn_research.language import LANGUAGES, format_count, phrase
from asn_research.language.display import html_table

HOME_VARIABLE: Final = "ASN_RESEARCH_HOME"
_STATE_FILE: Final = "state.json"
_RAW: Final = Path("data/raw")
_PROCESSED: Final = Path("data/processed")
_READERS: Final = ("numpy", "pandas", "pyarrow", "python-calamine", "rapidfuzz")
"""Packages that decide what is read in a raw file: with another version it is read again."""

Made = TypeVar("Made")


def find_project(start: Path | None = None) -> Path:
    """The folder that holds ``data/raw``: the one of ``ASN_RESEARCH_HOME``, else the nearest above ``start``.

    Raises
    ------
    RegionError
        If there is none.
    """
    named = os.environ.get(HOME_VARIABLE)
    begin = Path(named) if named else (start or Path.cwd())
    for folder in (begin.resolve(), *(() if named else begin.resolve().parents)):
        if (folder / _RAW).is_dir():
            return folder
    raise RegionError(
        Problem("project_missing", "no folder data/raw was found here or above.", Place(begin.name),
                f"Work inside the project, or set {HOME_VARIABLE} to its folder.")
    )  # fmt: skip


def regions(raw: str | Path | None = None) -> tuple[str, ...]:
    """Names of the regions whose raw files are there, in alphabetical order.

    Parameters
    ----------
    raw
        Folder of raw data; that of the project by default.

    Examples
    --------
    >>> regions()  # doctest: +SKIP
    ('bukittinggi', 'kalianda', 'sawahlunto', 'tangerang_selatan')
    """
    return list_regions(Path(raw) if raw else find_project() / _RAW)


@dataclass(frozen=True)
class RegionData:
    """A region and period: what it declared, its clean tables by name, and the account of its intake.

    Tables are attributes as well: ``data.participants``. An optional table that no file held is not in
    ``tables``; ask with ``"reactions" in data``.
    """

    region: Region
    period: str
    tables: Mapping[str, pd.DataFrame]
    intake: Mapping[str, Any]
    _made: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def once(self, name: Hashable, make: Callable[[], Made]) -> Made:
        """What several questions share: made at its first use, kept as long as these tables are."""
        if name not in self._made:
            self._made[name] = make()
        made: Made = self._made[name]
        return made

    @property
    def design(self) -> str:
        """The declared design of the period."""
        return self.region.periods[self.period].design

    @property
    def plan(self) -> Plan:
        """What was decided before the data were seen."""
        return self.region.plan

    def __getattr__(self, name: str) -> pd.DataFrame:
        if name in TABLES:
            tables = self.__dict__.get("tables", {})
            if name in tables:
                table: pd.DataFrame = tables[name]
                return table
            raise AttributeError(
                f"no file of this period held the table {name}; there are: {', '.join(tables)}"
            )
        raise AttributeError(f"{type(self).__name__!r} has no attribute {name!r}")

    def __getitem__(self, name: str) -> pd.DataFrame:
        return self.tables[name]

    def __contains__(self, name: object) -> bool:
        return name in self.tables

    def __iter__(self) -> Iterator[str]:
        return iter(self.tables)

    def __dir__(self) -> list[str]:
        """Tables among the names that completion offers."""
        return [*super().__dir__(), *self.tables]

    def _ipython_key_completions_(self) -> list[str]:
        return list(self.tables)

    def _repr_html_(self) -> str:
        """Rich display in a notebook: the tables, their sizes, and what became of the office's rows."""
        rows = [
            (name, len(frame), ", ".join(str(column) for column in frame.columns if column not in PROVENANCE))
            for name, frame in self.tables.items()
        ]
        totals = self.intake.get("totals", {})
        notes = [
            phrase(
                "notebook.region_rows", language, **{k: format_count(v, language) for k, v in totals.items()}
            )
            for language in LANGUAGES
            if totals
        ]
        caption = f"{self.region.region.name}, {self.period} ({self.design})"
        return html_table(("table", "rows", "columns"), rows, caption=caption, notes=notes)


def open_region(
    name: str,
    *,
    period: str | int | None = None,
    raw: str | Path | None = None,
    processed: str | Path | None = None,
) -> RegionData:
    """Open a region's clean tables, taking its raw files in first when anything about them changed.

    Parameters
    ----------
    name
        Name of the region's folder below ``data/raw``.
    period
        Name of a period, also as a number where it is a year; the last one that has a folder by default.
    raw, processed
        Folders of raw and processed data; those of the project by default.

    Raises
    ------
    RegionError
        If there is no such region or period.
    IntakeError
        If a required table is missing.

    Examples
    --------
    >>> data = open_region("bukittinggi", period="2025")  # doctest: +SKIP
    >>> data.assessments["score"].describe()  # doctest: +SKIP
    """
    home = find_project() if raw is None or processed is None else Path()
    raw = home / _RAW if raw is None else Path(raw)
    processed = home / _PROCESSED if processed is None else Path(processed)
    known = list_regions(raw)
    if name not in known:
        raise RegionError(
            Problem(
                "region_unknown",
                f"there is no region {name!r}.",
                Place(),
                f"Regions here: {', '.join(known)}.",
            )
        )
    region = read_region(raw / name)
    period = str(period) if period else _last_period(region, raw / name)
    require_period(region, period)
    folder = processed / name / period
    guard_key(find_marks(processed / name))
    fingerprint = find_fingerprint(raw / name, period=period)
    if not is_fresh(folder, fingerprint):
        take_in(raw / name, period=period, processed=processed)
        _write_state(folder, fingerprint)
    return read_tables(folder, region=region, period=period)


def find_marks(folder: Path) -> set[str]:
    """Marks of the keys that the stored tables of a region were made with."""
    marks = {read_account(path).get("key") for path in sorted(folder.glob(f"*/{INTAKE_FILE}"))}
    return {mark for mark in marks if isinstance(mark, str)}


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Where a stored record of a person comes from; ``number`` is the raw row, counted from one."""

    period: str
    table: str
    file: str
    sheet: str
    number: int


def find_rows(folder: Path, pseudonyms: Set[str]) -> list[PersonRow]:
    """The raw rows behind the stored records of a person, to correct or erase them.

    Rows in quarantine are not among them, nor is what others wrote about the person in free text: names and
    numbers are taken out of that anyway.

    Parameters
    ----------
    folder
        A region's folder of processed data.
    pseudonyms
        The person's pseudonyms: they differ between participants, raters, speakers and coders.

    Raises
    ------
    StoreError
        If a stored table is damaged.
    """
    found: list[PersonRow] = []
    for path in sorted(folder.glob("*/[!.]*.parquet")):
        if path.stem not in TABLES:
            continue
        frame = _read_table(path.parent, path.stem, f"{folder.name}/{path.parent.name}")
        people = [c.name for c in TABLES[path.stem].columns if c.kind is Kind.PERSON and c.name in frame]
        rows = frame[frame[people].isin(pseudonyms).any(axis=1)] if people else frame[:0]
        found += [
            PersonRow(path.parent.name, path.stem, file, sheet, int(row))
            for file, sheet, row in zip(*(rows[name] for name in PROVENANCE), strict=True)
        ]
    return list(dict.fromkeys(found))


def _last_period(region: Region, folder: Path) -> str:
    present = [name for name in region.periods if (folder / name).is_dir()]
    if not present:
        raise RegionError(
            Problem("period_missing", "no period of region.toml has a folder.", Place(region.folder),
                    f"Make one of: {', '.join(region.periods)}.")
        )  # fmt: skip
    return max(present, key=lambda name: (region.periods[name].ends, name))


def plain_strings() -> AbstractContextManager[None]:
    """While it lasts, pandas keeps texts as Python strings, not Arrow arrays.

    Same values, same missing marks; for frames of some thousand rows, picked apart many times, it takes a
    quarter less time (``python -m tests.bench --parts answering``).
    """
    return pd.option_context("mode.string_storage", "python")


def read_tables(folder: Path, *, region: Region, period: str) -> RegionData:
    """Read the stored tables of a period as they are.

    Raises
    ------
    StoreError
        If they are missing or were changed since they were stored.
    """
    if not (folder / INTAKE_FILE).is_file():
        raise StoreError(make_problem("store_missing", Place(f"{region.folder}/{period}")))
    with plain_strings():
        tables = {
            name: _read_table(folder, name, f"{region.folder}/{period}")
            for name in TABLES
            if (folder / f"{name}.parquet").is_file()
        }
    intake = read_account(folder / INTAKE_FILE)
    if not intake:
        raise StoreError(make_problem("store_damaged", Place(f"{region.folder}/{period}/{INTAKE_FILE}")))
    return RegionData(region, period, tables, intake)


def _read_table(folder: Path, name: str, place: str) -> pd.DataFrame:
    """A stored table, if it is whole and has the columns of the contract."""
    path = folder / f"{name}.parquet"
    damaged = StoreError(make_problem("store_damaged", Place(f"{place}/{path.name}")))
    try:
        frame = pd.read_parquet(path)
    except (pa.ArrowException, OSError, ValueError, TypeError, KeyError) as error:
        raise damaged from error
    if list(frame.columns) != [*TABLES[name].names, *PROVENANCE]:
        raise damaged
    return frame


def find_fingerprint(folder: Path, *, period: str) -> str:
    """What the tables of a period depend on: raw files, region.toml, decisions, code, packages and key."""
    digest = hashlib.sha256(reading_digest().encode())
    decided = *list_corrections(folder, period), *list_others(folder, (period,))
    for path in (folder / "region.toml", *decided):
        digest.update(f"{path.name}\0{digest_entry(path, folder)}\0".encode())
    for path in list_files(folder / period) if (folder / period).is_dir() else ():
        shown = show_name(path.relative_to(folder).as_posix())
        digest.update(f"{shown}\0{digest_entry(path, folder / period)}\0".encode())
    digest.update(hmac.new(read_key(), b"fingerprint", hashlib.sha256).digest())
    return digest.hexdigest()


@cache
def reading_digest() -> str:
    """SHA-256 over all code, rules and packages that decide what is read in a raw file."""
    digest = hashlib.sha256()
    for package in ("asn_research.contract", "asn_research.ingest"):
        for name, content in _walk(files(package)):
            digest.update(name.encode() + b"\0" + content)
    for name in _READERS:
        digest.update(f"{name} {version(name)}\0".encode())
    return digest.hexdigest()


def _walk(folder: Traversable) -> Iterator[tuple[str, bytes]]:
    """Name and content of whatever decides how raw files are read, in the order of the names."""
    for entry in sorted(folder.iterdir(), key=lambda found: found.name):
        if entry.is_dir():
            yield from _walk(entry)
        elif entry.name.endswith((".py", ".toml")):
            yield entry.name, entry.read_bytes()


def is_fresh(folder: Path, fingerprint: str) -> bool:
    """Whether the stored tables were made from exactly these inputs, and are as they were stored."""
    try:
        state = json.loads((folder / _STATE_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    if state != {"fingerprint": fingerprint, "files": _stored_digests(folder)}:
        return False
    workbook = folder / QUARANTINE_FILE
    if not workbook.is_file() or was_filled(workbook, read_account(folder / INTAKE_FILE), read_key()):
        return False  # whoever looks into it may save it, but what is typed into it is taken notice of
    return not read_copies(workbook)


def _stored_digests(folder: Path) -> dict[str, str]:
    names = sorted(
        path.name
        for path in folder.iterdir()
        if (path.name == INTAKE_FILE or path.match("[!.]*.parquet")) and path.is_file()
    )
    return {name: digest_file(folder / name) for name in names}


def _write_state(folder: Path, fingerprint: str) -> None:
    state = {"fingerprint": fingerprint, "files": _stored_digests(folder)}
    write_files(folder, {_STATE_FILE: (json.dumps(state, indent=1) + "\n").encode()})
