"""The log of decisions, without a word that tells of whom: for intake.json."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Set
from pathlib import Path
from typing import Any, Final

from asn_research.contract.column import Kind
from asn_research.contract.vocabulary import fold
from asn_research.ingest.decisions.correction import (
    Correction,
    Decision,
    Entry,
    as_text,
    read_entries,
)
from asn_research.ingest.decisions.quarantine import MASK, mask_value
from asn_research.ingest.decisions.revision import Line, Outcome, find_identity
from asn_research.ingest.decisions.submission import list_corrections, list_others
from asn_research.ingest.files.source import digest_file
from asn_research.ingest.people.identity import make_pseudonym
from asn_research.ingest.people.text import Scrubber
from asn_research.ingest.records.record import Issue, find_column

_SHOWN: Final = 200
_HIDDEN: Final = frozenset({Kind.PERSON, Kind.CODE, Kind.TEXT, Kind.REMARK})


def make_journal(outcome: Outcome, *, key: bytes, agency: str, names: Set[str]) -> dict[str, Any]:
    """How many decisions were read, applied and refused, how many rows wait, and every one applied.

    Whoever decided stands under a pseudonym, reasons without numbers, addresses and names, old and new values
    only where they are numbers or dates; ``at`` says where the workbook has them in full. ``names`` are those
    of all people in the raw files.
    """
    lines = sorted(outcome.applied, key=lambda line: (line.issue.row, line.issue.cell, line.code))
    officers = {line.correction.who for line in lines if line.correction is not None}
    scrubber = Scrubber(names | officers) if lines else Scrubber()
    kinds = Counter(line.correction.decision.value for line in lines if line.correction is not None)
    return {
        "read": outcome.read,
        "applied": len(lines),
        "refused": outcome.read - len(lines) if outcome.problems else 0,
        "waiting": outcome.ledger.waiting(),
        "kinds": dict(sorted(kinds.items())),
        "log": [
            _describe(line, line.correction, outcome, key=key, agency=agency, scrubber=scrubber)
            for line in lines
            if line.correction is not None
        ],
    }


def _describe(
    line: Line, correction: Correction, outcome: Outcome, *, key: bytes, agency: str, scrubber: Scrubber
) -> dict[str, Any]:
    issue, ledger = line.issue, outcome.ledger
    file, sheet, row = ledger.place(issue.row)
    segment = ledger.segment(issue.row)
    column = issue.column
    if correction.decision is Decision.NEW_ID:
        column = find_identity(segment) or column
    officer = make_pseudonym(key, f"officer\0{fold(correction.who)}", agency=agency)
    return {
        "file": file, "sheet": sheet, "row": row, "cell": issue.cell, "column": column,
        "reason": issue.reason, "decision": correction.decision.value,
        "old": mask_value(issue, segment.table.name),
        "new": _show_new(Issue(issue.row, column, issue.reason, correction.value), segment.table),
        "who": f"O{officer[1:]}", "when": correction.when,
        "why": scrubber.scrub(correction.why)[:_SHOWN], "at": scrubber.scrub(str(correction.place)),
    }  # fmt: skip


def _show_new(issue: Issue, table: Any) -> str:
    """A new value: numbers and dates as they are, words masked whatever the column."""
    if as_text(issue.value) == "":
        return ""
    if issue.column and find_column(table, issue.column).kind in _HIDDEN:
        return MASK
    return mask_value(issue, table.name)


def read_account(path: Path) -> dict[str, Any]:
    """What intake.json says; empty where there is none that can be read."""
    try:
        account = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    whole = isinstance(account, dict) and isinstance(account.get("workbook", {}), dict)
    return account if whole else {}


def find_misplaced(folder: Path, stored: Path, period: str, account: dict[str, Any]) -> dict[str, Entry]:
    """Decisions that somebody typed into the stored workbook and did not save beside region.toml, by code.

    A copy of it that was saved in the same folder, under another name or as .ods, counts as well: the folder
    is made anew, and nothing else would keep them.

    Parameters
    ----------
    folder
        The region's folder of raw data.
    stored
        The workbook among the clean data.
    period
        The period.
    account
        What intake.json said when the workbook was written.
    """
    known = account.get("workbook") or {}
    same = not known.get("unsaved") and stored.is_file() and known.get("digest") == digest_file(stored)
    typed = [*([] if same else read_entries(stored)), *read_copies(stored)]
    if not typed:
        return {}
    saved = {entry.plain for path in list_corrections(folder, period) for entry in read_entries(path)}
    return {entry.code or str(entry.place): entry for entry in typed if entry.plain not in saved}


def read_copies(stored: Path) -> list[Entry]:
    """What was typed into other workbooks in the folder of the stored one."""
    others = [path for path in list_others(stored.parent, ()) if path != stored]
    return [entry for path in others for entry in read_entries(path)]


def digest_entries(entries: Iterable[Entry], key: bytes) -> str:
    """A keyed hash of what is typed in a workbook, to tell whether somebody typed since."""
    text = json.dumps(sorted(entry.plain for entry in entries), ensure_ascii=False)
    return hmac.new(key, text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def note_workbook(
    path: Path, lines: Iterable[Line], typed: Mapping[str, Entry], *, key: bytes
) -> dict[str, Any]:
    """What intake.json keeps about the workbook as it was written: its digest, and one of what is decided."""
    decided = [line.correction.entry for line in lines if line.correction and line.code not in typed]
    entries = digest_entries([*typed.values(), *decided], key)
    return {"digest": digest_file(path), "entries": entries, "unsaved": len(typed)}


def was_filled(stored: Path, account: dict[str, Any], key: bytes) -> bool:
    """Whether somebody typed decisions into the stored workbook since it was written."""
    known = account.get("workbook") or {}
    if known.get("digest") == digest_file(stored):
        return False
    return bool(known.get("entries") != digest_entries(read_entries(stored), key))
