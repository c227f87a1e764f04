"""From a folder of raw files to clean tables, a quarantine workbook and the account of every row."""

from __future__ import annotations

import contextlib
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from asn_research.contract.column import REQUIRED_TABLES, TABLES, Table
from asn_research.contract.region import Region, read_region
from asn_research.contract.vocabulary import fold
from asn_research.errors import IntakeError, Place, Problem, RegionError
from asn_research.ingest.decisions.correction import is_decision_sheet, read_corrections
from asn_research.ingest.decisions.journal import find_misplaced, make_journal, note_workbook, read_account
from asn_research.ingest.decisions.quarantine import mask_value, name_nearest, order_issues, write_workbook
from asn_research.ingest.decisions.revision import apply_corrections
from asn_research.ingest.decisions.submission import name_file
from asn_research.ingest.files.problem import make_problem, refuse_file
from asn_research.ingest.files.source import Grid, RawFile, list_files, read_file
from asn_research.ingest.layouts.header import Block, is_note
from asn_research.ingest.layouts.panel import find_parts
from asn_research.ingest.layouts.question import ask_about_block, ask_about_sheet
from asn_research.ingest.people.alias import (
    find_aliases,
    hide_in_problem,
    hide_places,
    rename_entries,
    rename_problem,
)
from asn_research.ingest.people.identity import Pseudonyms
from asn_research.ingest.people.key import mark_key, read_key
from asn_research.ingest.people.linkage import measure_linkage
from asn_research.ingest.people.mark import list_labels, make_marks
from asn_research.ingest.people.name import Names
from asn_research.ingest.people.text import Scrubber, scrub_label
from asn_research.ingest.records.agency import ask_about_units, list_renamed, list_written
from asn_research.ingest.records.consistency import check_consistency
from asn_research.ingest.records.course import link_tables, name_courses
from asn_research.ingest.records.duplicate import settle_repeats
from asn_research.ingest.records.ledger import Ledger
from asn_research.ingest.records.record import ROW, Issue, Segment, make_records, read_segment
from asn_research.ingest.records.roster import find_names
from asn_research.ingest.records.table import finish_table, harmonise
from asn_research.ingest.storage import replace_folder, sweep

INTAKE_FILE: Final = "intake.json"
QUARANTINE_FILE: Final = "quarantine.xlsx"
_COUNTS: Final = ("rows", "accepted", "corrected", "quarantined", "duplicates")


@dataclass(slots=True)
class _Collected:
    """What was found in the raw files, before tables are checked against each other."""

    segments: list[Segment] = field(default_factory=list)
    left_out: list[dict[str, Any]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    assumptions: list[dict[str, Any]] = field(default_factory=list)
    digests: dict[str, str] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    scrubber: Scrubber = field(default_factory=Scrubber)
    unread: list[dict[str, Any]] = field(default_factory=list)
    hidden: list[dict[str, Any]] = field(default_factory=list)

    @property
    def size(self) -> int:
        return sum(len(segment.source_rows) for segment in self.segments)


def take_in(folder: Path, *, period: str, processed: Path) -> dict[str, Any]:
    """Take in the raw files of one period of a region.

    Parameters
    ----------
    folder
        The region's folder below ``data/raw``, with its region.toml.
    period
        The name of a period folder.
    processed
        Where ``<region>/<period>/`` with the tables is written.

    Returns
    -------
    dict
        The content of intake.json: rows by file and what became of them, quarantined rows with their reasons
        (values of people masked), repairs, linkage and problems.

    Raises
    ------
    RegionError
        If region.toml is unsound or does not know the period.
    IntakeError
        With all problems, if a required table was found in no file.
    RowConservationError
        If a row was lost on the way; nothing is stored.
    KeyFileError
        If the key of the pseudonyms is malformed or readable by others.
    """
    region = read_region(folder)
    require_period(region, period)
    key = read_key()
    collected = collect(folder / period, region, period)
    _require_tables(collected, f"{folder.name}/{period}")
    decided = read_corrections(folder, period, periods=tuple(region.periods))
    outcome = apply_corrections(
        collected.segments, decided, settle=partial(settle, region=region), key=key, period=period,
        latest_year=region.periods[period].ends.year,
    )  # fmt: skip
    ledger = outcome.ledger
    scrubber = collected.scrubber
    agency = region.agency
    people = Pseudonyms(key, agency)
    tables = {
        name: finish_table(TABLES[name], frame, ledger, people=people, scrubber=scrubber)
        for name, frame in outcome.tables.items()
    }
    stored = processed / folder.name / period
    file = name_file(period, tuple(region.periods))
    typed = find_misplaced(folder, stored / QUARANTINE_FILE, period, read_account(stored / INTAKE_FILE))
    collected.problems += hide_places(outcome.problems, scrubber.scrub)
    if typed:
        fields = {"count": str(len(typed)), "name": file}
        collected.problems.append(make_problem("decisions_misplaced", Place(QUARANTINE_FILE), **fields))
    account = make_account(region, period, collected, ledger, tables)
    account["key"] = mark_key(key)
    account["names"] = make_marks(collected.names, key=key, shown=list_labels(tables))
    written, names = list_written(ledger.segments), Names(collected.names)
    account["renamed"] = list_renamed(region, written, names=names)
    asked = ask_about_units(region, period, tables, written, names=names)
    account["questions"] = [_problem_entry(question) for question in asked]
    account["decisions"] = make_journal(outcome, key=key, agency=agency, names=collected.names)
    with _replace(stored, tables) as beside:
        path = beside / QUARANTINE_FILE
        write_workbook(path, ledger, outcome.lines, region=folder.name, period=period, file=file, typed=typed)
        account["workbook"] = note_workbook(path, outcome.lines, typed, key=key)
        text = json.dumps(account, ensure_ascii=False, indent=1)
        (beside / INTAKE_FILE).write_text(text + "\n", encoding="utf-8")
    return account


def require_period(region: Region, period: str) -> None:
    """Stop where region.toml does not know a period.

    Raises
    ------
    RegionError
        Naming the periods that it knows.
    """
    if period not in region.periods:
        known = ", ".join(region.periods)
        raise RegionError(
            Problem("period_unknown", f"there is no period {period!r}; known are {known}.",
                    Place(f"{region.folder}/region.toml"), f"Add [periods.{period}] or choose another.")
        )  # fmt: skip


def collect(folder: Path, region: Region, period: str) -> _Collected:
    """Read every file of a period folder and recognise the tables on its sheets."""
    collected = _Collected()
    if not folder.is_dir():
        raise IntakeError(
            Problem("period_missing", "the folder of the period is missing.",
                    Place(f"{region.folder}/{period}"), "Make it and put the office's files in.")
        )  # fmt: skip
    if not folder.resolve().is_relative_to(folder.parent.resolve()):
        raise refuse_file("file_outside", f"{region.folder}/{period}")
    for path in list_files(folder):
        raw = read_file(path, folder=folder)
        collected.digests[raw.name] = raw.digest
        collected.problems += raw.problems
        _collect_file(raw, region, period, collected)
    _hide_names(collected)
    return collected


def _hide_names(collected: _Collected) -> None:
    """Name files and sheets that are named after people by aliases, from here on and everywhere.

    Headings are searched too: a sheet with a column for each participant is headed by their names.
    """
    segments = collected.segments
    collected.scrubber = Scrubber(collected.names)
    scrub = collected.scrubber.scrub
    for entry in collected.unread:
        entry["headings"] = [scrub(heading) for heading in entry["headings"]]
    collected.problems = [hide_in_problem(problem, scrub) for problem in collected.problems]
    sheets = {segment.sheet: None for segment in segments} | {e["sheet"]: None for e in collected.left_out}
    sheets |= {problem.place.sheet or "": None for problem in collected.problems}
    aliases = find_aliases([*collected.digests, *sheets], scrub)
    if not aliases:
        return
    for segment in segments:
        segment.file = aliases.get(segment.file, segment.file)
        segment.sheet = aliases.get(segment.sheet, segment.sheet)
    for entries in (collected.left_out, collected.assumptions, collected.unread, collected.hidden):
        rename_entries(entries, aliases)
    collected.problems = [rename_problem(problem, aliases) for problem in collected.problems]
    named = [name for name in collected.digests if name in aliases and scrub_label(name) == name]
    collected.problems += [make_problem("file_named", Place(aliases[name])) for name in named]
    collected.digests = {aliases.get(name, name): digest for name, digest in collected.digests.items()}


def _collect_file(raw: RawFile, region: Region, period: str, collected: _Collected) -> None:
    declared = region.periods[period]
    if any(map(is_decision_sheet, raw.grids)):
        fields = {"name": name_file(period, tuple(region.periods))}
        collected.problems.append(make_problem("decision_stray", Place(raw.name), **fields))
        return
    parts = [part for grid in raw.grids for part in find_parts(grid, region=region, design=declared.design)]
    for grid, blocks, nearest in parts:
        if not blocks:
            _leave_out(grid, nearest, collected)
        for block in blocks:
            segment = read_segment(
                grid, block, region=region, latest_year=declared.ends.year, offset=collected.size
            )
            segment.left_out += block.first - (0 if block is blocks[0] else block.top)
            collected.segments.append(segment)
            collected.names |= find_names(grid, block, (segment.source_rows - 1).tolist())
            _note_block(grid, block, collected)


def _note_block(grid: Grid, block: Block, collected: _Collected) -> None:
    layout = block.layout
    place = {"file": grid.file, "sheet": grid.sheet, "table": layout.table.name}
    if grid.hidden:
        collected.hidden.append(dict(place))
    for name, value in sorted(layout.assumed.items()):
        collected.assumptions.append({**place, "column": name, "value": value})
    if layout.unread:
        collected.unread.append({**place, "headings": [scrub_label(heading) for heading in layout.unread]})
    collected.problems += ask_about_block(grid, block)


def _leave_out(grid: Grid, nearest: Block | None, collected: _Collected) -> None:
    entry = {"file": grid.file, "sheet": grid.sheet, "table": "", **dict.fromkeys(_COUNTS, 0)}
    collected.left_out.append(entry | {"left_out": len(grid.rows)})
    if any(cell not in ("", None) for row in grid.rows for cell in row) and not is_note(grid):
        collected.problems += ask_about_sheet(grid, nearest)


def _require_tables(collected: _Collected, place: str) -> None:
    """Stop where a required table was found nowhere, naming the headings that would make one."""
    found = {segment.table.name for segment in collected.segments}
    problems = []
    for name in REQUIRED_TABLES:
        if name not in found:
            table = TABLES[name]
            headings = ", ".join(table[column].label.id for column in table.required_names)
            problems.append(
                Problem("table_missing",
                        f"the required table {name} ({table.label.id}) was found in no file.",
                        Place(place), f"A sheet with these headings makes one: {headings}.",
                        {"table": name, "headings": headings})
            )  # fmt: skip
            problems += _ask_about_names(collected, table)
    if problems:
        raise IntakeError([*problems, *collected.problems])


def _ask_about_names(collected: _Collected, table: Table) -> list[Problem]:
    """The sheets that bear the name of a table, as those of the template do, but were read as another."""
    names = {fold(table.label.id), fold(table.label.en)}
    missing = ", ".join(table[column].label.id for column in table.required_names)
    return [
        Problem("sheet_otherwise", f"the sheet is named like {table.name}, but was read as {read}.",
                Place(file, sheet), f"Look at its headings; needed are {missing}.",
                {"table": table.name, "other": read, "headings": missing})
        for file, sheet, read in dict.fromkeys((s.file, s.sheet, s.table.name) for s in collected.segments)
        if fold(sheet or "") in names
    ]  # fmt: skip


def settle(ledger: Ledger, *, region: Region) -> dict[str, pd.DataFrame]:
    """The records of all tables, linked, checked against each other, without repeats and quarantined rows."""
    tables = _join(ledger.segments)
    if ledger.dropped:
        dropped = sorted(ledger.dropped)
        tables = {
            name: frame[~np.isin(frame[ROW].to_numpy(dtype=np.int64), dropped)].reset_index(drop=True)
            for name, frame in tables.items()
        }
    name_courses(tables["courses"])
    link_tables(tables, ledger)
    _name_respondents(tables, ledger)
    harmonise(tables, units=region.unit_names)
    check_consistency(tables, ledger)
    settled = {name: settle_repeats(TABLES[name], frame, ledger) for name, frame in tables.items()}
    return {name: frame[~ledger.is_bad(frame[ROW])] for name, frame in settled.items()}


def _join(segments: list[Segment]) -> dict[str, pd.DataFrame]:
    """The records of each table from all its segments, in the order of the contract."""
    parts: dict[str, list[pd.DataFrame]] = defaultdict(list)
    for segment in segments:
        parts[segment.table.name].append(make_records(segment))
    joined = {}
    for name in TABLES:
        if name in parts:
            frame = pd.concat(parts[name], ignore_index=True)
            if len({tuple(part) for part in parts[name]}) > 1:  # columns that some lack are filled with NaN
                for column in frame.columns.drop(ROW):
                    frame[column] = frame[column].astype(object).where(frame[column].notna(), None)
            joined[name] = frame
    return joined


def _name_respondents(tables: dict[str, pd.DataFrame], ledger: Ledger) -> None:
    """Anonymous answers: each row of a form is one respondent, known by its place alone."""
    for table, column in (("reactions", "respondent_id"), ("citizen_surveys", "response_id")):
        frame = tables.get(table)
        if frame is None:
            continue
        named = {n for n, s in enumerate(ledger.segments) if column in s.positions}
        owners = ledger.owners(frame[ROW])
        missing = frame[column].isna()
        anonymous = missing & np.array([owner not in named for owner in owners], dtype=bool)
        places = {int(row): "-".join(map(str, ledger.place(int(row)))) for row in frame.loc[anonymous, ROW]}
        frame.loc[anonymous, column] = frame.loc[anonymous, ROW].map(places)
        rest = frame.loc[missing & ~anonymous, ROW].unique()
        ledger.quarantine(
            [Issue(int(row), column, "missing_value", "", ledger.address(int(row), column)) for row in rest]
        )


def make_account(
    region: Region, period: str, collected: _Collected, ledger: Ledger, tables: dict[str, pd.DataFrame]
) -> dict[str, Any]:
    """The content of intake.json; it names no person."""
    files = [*ledger.count(), *collected.left_out]
    order = {name: number for number, name in enumerate(collected.digests)}
    files.sort(key=lambda entry: order[entry["file"]])
    quarantine = []
    for issue in order_issues(ledger):
        file, sheet, row = ledger.place(issue.row)
        table = ledger.segment(issue.row).table
        quarantine.append(
            {"file": file, "sheet": sheet, "row": row, "cell": issue.cell, "reason": issue.reason,
             "value": mask_value(issue, table.name), "table": table.name, "column": issue.column,
             "nearest": name_nearest(issue, table)}
        )  # fmt: skip
    return {
        "region": region.folder,
        "period": period,
        "files": files,
        "totals": {name: sum(entry[name] for entry in files) for name in _COUNTS},
        "tables": {name: len(frame) for name, frame in tables.items()},
        "quarantine": quarantine,
        "repairs": ledger.count_repairs(),
        "linkage": measure_linkage(tables),
        "assumptions": collected.assumptions,
        "unread": collected.unread,
        "hidden": collected.hidden,
        "problems": [_problem_entry(problem) for problem in collected.problems],
        "raw_digest": collected.digests,
    }


def _problem_entry(problem: Problem) -> dict[str, Any]:
    place = problem.place
    return {
        "code": problem.code, "message": problem.message, "file": place.file, "sheet": place.sheet,
        "cell": place.cell, "remedy": problem.remedy, "fields": problem.fields,
    }  # fmt: skip


@contextlib.contextmanager
def _replace(folder: Path, tables: dict[str, pd.DataFrame]) -> Iterator[Path]:
    """Write everything beside, then put it in place at once: no half-written folder is ever seen."""
    sweep(folder.parent)
    with replace_folder(folder) as beside:
        for name, frame in tables.items():
            frame.to_parquet(beside / f"{name}.parquet", index=False)
        yield beside
