"""What was published before, and the guard against finding a person by comparing two publications.

An average over 118 people and, a month later, one over 119 give the result of the 119th. The ledger of
releases keeps what each publication told of which number of people; an answer about almost, but not quite,
as many people as an earlier one is not told anew: the earlier answer stands.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from asn_research.findings.disclosures.exposure import EXPOSURES, Exposure, Subject
from asn_research.findings.disclosures.gate import withheld
from asn_research.findings.disclosures.sketch import Sketch, count_changed, read_sketch, write_sketch
from asn_research.findings.finding import Caveat, Finding, Row, Status, read_findings

HELD_BACK: Final = "held_back"
_FORMAT: Final = 1
_DIGITS: Final = 9
_NAMES: Final = ("label", "label_code", "group", "component", "x_low", "x_high")
_VALUES: Final = ("share", "estimate", "mean", "amount", "mde")

Cell = tuple[str, int, float]
"""A published number: its name within its question, the people it is about, its value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One publication of a region and period.

    ``identity`` tells its data apart from those of others; ``cells`` are its numbers by question; ``held``
    names the questions whose earlier answer stood, each with the digest of that answer (empty: withheld).
    ``sketch`` tells how many people's data are others in another release.
    """

    identity: str
    cells: Mapping[str, tuple[Cell, ...]]
    held: Mapping[str, str] = field(default_factory=dict)
    sketch: Sketch = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """The publications of a region and period in their order.

    ``kept`` holds the records of answers by their digest: those of the last publication, and those that held
    for any; ``shown`` the digest of each answer of the last publication. ``relatives`` are publications of
    regions that lie within this one, or that it lies within, of the same period.
    """

    releases: tuple[Release, ...] = ()
    kept: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)
    shown: Mapping[str, str] = field(default_factory=dict)
    relatives: tuple[Release, ...] = ()

    def release(self, identity: str) -> Release | None:
        """The publication of some data; None where they were never published."""
        return next((release for release in self.releases if release.identity == identity), None)

    def answer(self, digest: str) -> Finding | None:
        """An answer that was kept."""
        records = self.kept.get(digest)
        return read_findings(records)[0] if records else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """Compares the answers from some data with everything that was published before."""

    ledger: Ledger
    identity: str
    minimum: int
    sketch: Sketch = field(default_factory=dict)

    def hold_back(self, finding: Finding) -> Finding:
        """An answer, or the one before it where their difference would tell of too few people.

        Data that were published before are answered as they were then: what came later does not count.
        """
        known = self.ledger.release(self.identity)
        if known is not None:
            digest = known.held.get(finding.question)
            return finding if digest is None else self._stand(finding, digest)
        if any(isolates(finding, release, minimum=self.minimum) for release in self.ledger.releases):
            return self._stand(finding, self.ledger.shown.get(finding.question, ""))
        if any(self._is_of_few(finding, release) for release in self.ledger.releases):
            shown = self.ledger.shown.get(finding.question, "")
            return finding if _is_same(finding, self.ledger.answer(shown)) else self._stand(finding, shown)
        if any(isolates(finding, release, minimum=self.minimum) for release in self.ledger.relatives):
            return withheld(finding, "within_region", {"minimum": self.minimum})
        return finding

    def _is_of_few(self, finding: Finding, release: Release) -> bool:
        """Whether an answer is told from data in which few people's differ, though as many are counted."""
        if finding.question in release.held or not list_cells(finding):
            return False
        changed = count_changed(self.sketch, release.sketch, finding.sample.tables)
        return changed is not None and 0 < changed < self.minimum

    def _stand(self, finding: Finding, digest: str) -> Finding:
        before = self.ledger.answer(digest)
        fields = {"minimum": self.minimum}
        if before is None:
            return withheld(finding, HELD_BACK, fields)
        return replace(before, caveats=(*before.caveats, Caveat(code=HELD_BACK, fields=fields)))

    @property
    def digest(self) -> str:
        """A digest of all that answers can depend on; empty where nothing can be held back."""
        known = self.ledger.release(self.identity)
        if known is not None and not known.held:
            return ""
        if known is None and not self.ledger.releases and not self.ledger.relatives:
            return ""
        return _digest([_as_record(self.ledger), [_release_record(r) for r in self.ledger.relatives]])


def join_releases(releases: Iterable[Release]) -> tuple[Release, ...]:
    """Releases about disjoint people, and what they tell of all of them together.

    Of their sum only the number of people is known; it is compared as if its value always differed.
    """
    known = tuple(releases)
    if len(known) < 2:
        return known
    sums: dict[str, dict[str, int]] = {}
    for release in known:
        for question, numbers in release.cells.items():
            told = sums.setdefault(question, {})
            for name, people, _ in dict.fromkeys((name, people, 0.0) for name, people, _ in numbers):
                told[name] = told.get(name, 0) + people
    cells = {q: tuple((name, n, math.nan) for name, n in told.items()) for q, told in sums.items()}
    return (*known, Release(identity="all", cells=cells))


def release_of(identity: str, findings: Iterable[Finding]) -> Release:
    """The numbers of some answers as a release."""
    cells = {finding.question: tuple(list_cells(finding)) for finding in findings}
    return Release(identity=identity, cells={question: told for question, told in cells.items() if told})


def isolates(finding: Finding, release: Release, *, minimum: int) -> bool:
    """Whether an answer and an earlier release differ by fewer people than the minimum, and in value."""
    before: dict[str, list[Cell]] = {}
    for cell in release.cells.get(finding.question, ()):
        before.setdefault(cell[0], []).append(cell)
    return any(
        0 < abs(people - then) < minimum and value != was
        for name, people, value in list_cells(finding)
        for _, then, was in before.get(name, ())
    )


def list_cells(finding: Finding) -> list[Cell]:
    """The numbers about people that an answer tells, each with how many people it is about."""
    exposure = EXPOSURES.get(finding.question, Exposure())
    if finding.status is not Status.ESTIMATED or exposure.subject not in (Subject.PEOPLE, Subject.CITIZENS):
        return []
    cells: list[Cell] = []
    if not exposure.open_results:
        cells += [
            (f"{e.term}|{e.outcome}", e.n_obs, _rounded(e.estimate))
            for e in finding.estimates
            if e.n_obs and math.isfinite(e.estimate)
        ]
    for row in finding.rows:
        size = row.get("total") if row.get("total") is not None else row.get("n")
        value = next((row[name] for name in _VALUES if isinstance(row.get(name), int | float)), None)
        if "series" not in row and isinstance(size, int) and isinstance(value, int | float):
            cells.append((_name(row), size, _rounded(float(value))))
    return list(dict.fromkeys(cells))


def _is_same(finding: Finding, before: Finding | None) -> bool:
    """Whether an answer tells the numbers of the one before, up to the last digits."""
    return before is not None and _told(finding) == _told(before)


def _told(finding: Finding) -> str:
    def plain(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {name: plain(part) for name, part in value.items()}
        if isinstance(value, list | tuple):
            return [plain(part) for part in value]
        return _rounded(value) if isinstance(value, float) else value

    return json.dumps(plain(finding.as_records()), sort_keys=True)


def _name(row: Row) -> str:
    return "|".join(str(row.get(name) or "") for name in _NAMES)


def _rounded(value: float) -> float:
    """A value without the last digits, in which two computers may differ."""
    return float(f"{value:.{_DIGITS}g}")


def _collect(
    findings: Iterable[Finding],
) -> tuple[dict[str, tuple[Cell, ...]], dict[str, str], dict[str, list[dict[str, Any]]], dict[str, str]]:
    """What answers tell, by question: their numbers, the digests of those held back, records, digests."""
    cells: dict[str, tuple[Cell, ...]] = {}
    held: dict[str, str] = {}
    kept: dict[str, list[dict[str, Any]]] = {}
    shown: dict[str, str] = {}
    for finding in findings:
        own = tuple(c for c in finding.caveats if c.code != HELD_BACK)
        stands = len(own) < len(finding.caveats)
        digest = ""
        if told := list_cells(finding):
            cells[finding.question] = tuple(told)
            records = replace(finding, caveats=own).as_records()
            digest = _digest(records)
            kept[digest], shown[finding.question] = records, digest
        if stands:
            held[finding.question] = digest
    return cells, held, kept, shown


def note_release(
    ledger: Ledger, findings: Iterable[Finding], *, identity: str, sketch: Sketch | None = None
) -> Ledger:
    """The ledger after a publication.

    Parameters
    ----------
    ledger : Ledger
        What was published before.
    findings : iterable of Finding
        The answers as they are published.
    identity : str
        Which data they are from; the same data published again leave the order of releases as it was.
    sketch : Sketch, optional
        That of the data, as :func:`asn_research.findings.disclosures.sketch.make_sketch` makes it.
    """
    cells, held, kept, shown = _collect(findings)
    known = ledger.release(identity)
    if known is not None:
        merged = {
            name: tuple(dict.fromkeys([*known.cells.get(name, ()), *cells.get(name, ())]))
            for name in sorted({*known.cells, *cells})
        }
        renewed = replace(known, cells=merged)
        releases = tuple(renewed if release is known else release for release in ledger.releases)
        is_last = ledger.releases[-1] is known
        shown = shown if is_last else dict(ledger.shown)
    else:
        own_sketch = dict(sketch or {})
        releases = (*ledger.releases, Release(identity=identity, cells=cells, held=held, sketch=own_sketch))
    needed = {*shown.values(), *(digest for release in releases for digest in release.held.values())}
    known_answers = {**ledger.kept, **kept}
    return Ledger(
        releases=releases,
        kept={digest: known_answers[digest] for digest in sorted(needed) if digest in known_answers},
        shown=shown,
    )


def write_ledger(ledger: Ledger) -> str:
    """The text of releases.json."""
    return json.dumps(_as_record(ledger), ensure_ascii=False, allow_nan=False, sort_keys=True) + "\n"


def read_ledger(text: str) -> Ledger:
    """The ledger of releases.json.

    Raises
    ------
    ValueError, KeyError, TypeError
        If the text is no ledger: nothing may be published then, because nobody knows what was.
    """
    record = json.loads(text)
    if record["format"] != _FORMAT:
        raise ValueError(f"releases.json has format {record['format']!r}; known is {_FORMAT}")
    return Ledger(
        releases=tuple(
            Release(
                identity=release["identity"],
                cells={
                    question: tuple((str(name), int(n), float(value)) for name, n, value in cells)
                    for question, cells in release["cells"].items()
                },
                held=release["held"],
                sketch=read_sketch(release.get("sketch", {})),
            )
            for release in record["releases"]
        ),
        kept=record["kept"],
        shown=record["shown"],
    )


def _as_record(ledger: Ledger) -> dict[str, Any]:
    return {
        "format": _FORMAT,
        "releases": [_release_record(release) for release in ledger.releases],
        "kept": dict(ledger.kept),
        "shown": dict(ledger.shown),
    }


def _release_record(release: Release) -> dict[str, Any]:
    cells = {question: [list(cell) for cell in told] for question, told in release.cells.items()}
    record = {"identity": release.identity, "cells": cells, "held": dict(release.held)}
    return record | {"sketch": write_sketch(release.sketch)} if release.sketch else record


def _digest(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
