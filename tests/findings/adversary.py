"""Somebody who has every publication and a solver: recovers hidden counts and sums from what is told.

Whatever is read here is what everybody can read: the records of findings.json. Every unknown is a variable,
every published number a constraint; the lowest and the highest value that agree with all of them are found by
linear programming.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.optimize import linprog

Record = Mapping[str, Any]
SHARES = {
    "training_hours": ("total", "share", "", "at_least_required_hours"),
    "completion": ("total", "share", "", "completion"),
    "perceived_relevance": ("total", "share", "", "relevant"),
    "confidence_gain": ("n", "estimate", "", "confident_after"),
    "interview_themes": ("total", "share", "label", "theme: "),
    "project_delivery": ("total", "share", "label_code", ""),
}
"""Question: columns of base and share, the column that keeps margins apart, the headline's term."""
TOTAL_ROWS = {
    "interview_themes": "finding.role_all",
    "project_delivery": "finding.group_all_projects",
}


@dataclass
class System:
    """Unknown counts with bounds, and sums of them that are known to lie within bounds."""

    bounds: list[tuple[float, float]] = field(default_factory=list)
    sums: list[tuple[dict[int, float], float, float]] = field(default_factory=list)

    def add(self, low: float, high: float) -> int:
        """A new unknown."""
        self.bounds.append((low, high))
        return len(self.bounds) - 1

    def tie(self, weights: dict[int, float], low: float, high: float) -> None:
        """What is known of a sum of unknowns."""
        self.sums.append((weights, low, high))

    def solve(self, unknown: int) -> tuple[int, int]:
        """The lowest and the highest whole number that an unknown can be."""
        width = len(self.bounds)
        rows = np.zeros((2 * len(self.sums), width))
        limits = np.zeros(2 * len(self.sums))
        for i, (weights, low, high) in enumerate(self.sums):
            for j, weight in weights.items():
                rows[2 * i, j], rows[2 * i + 1, j] = weight, -weight
            limits[2 * i], limits[2 * i + 1] = high + 1e-6, -low + 1e-6
        goal = np.zeros(width)
        goal[unknown] = 1.0
        found = [
            linprog(sign * goal, A_ub=rows if len(rows) else None, b_ub=limits if len(rows) else None,
                    bounds=self.bounds)
            for sign in (1.0, -1.0)
        ]  # fmt: skip
        assert all(result.success for result in found), "what was published contradicts itself"
        return int(np.ceil(found[0].fun - 1e-4)), int(np.floor(-found[1].fun + 1e-4))


@dataclass(frozen=True)
class Recovered:
    """What the solver leaves open of one count inside a group of ``base`` people."""

    question: str
    name: str
    base: int
    low: int
    high: int


def recover_shares(records: Iterable[Record]) -> list[Recovered]:
    """The range that is left open for every count behind a share, over everything that was published."""
    known = {record["question"]: record for record in reversed(list(records))}
    return [
        found
        for question, layout in SHARES.items()
        if question in known and known[question]["finding_status"] == "estimated"
        for found in _recover(known, question, *layout)
    ]


def _recover(
    known: Mapping[str, Record], question: str, base: str, share: str, within: str, term: str
) -> list[Recovered]:
    record = known[question]
    if share == "estimate" and not str(record["term"]).startswith(term):
        return []
    rows = [row for row in record["rows"] if row.get(base) is not None]
    margins: dict[Any, list[Record]] = {}
    for row in rows:
        margins.setdefault(row.get(within) if within else None, []).append(row)
    found = []
    for members in margins.values():
        system = System()
        places = [(row, _count(system, row, base, share)) for row in members]
        whole = [(row, x) for row, x in places if row.get("group") == TOTAL_ROWS.get(question, "-")]
        parts = [(row, x) for row, x in places if (row, x) not in whole]
        _tie_total(system, record, whole, parts, base=base, term=term)
        if question == "completion":
            _tie_completers(system, known, parts)
        for row, x in places:
            name = f"{row.get('label') or row.get('label_code')} {row.get('group') or ''}"
            found.append(Recovered(question, name.strip(), int(row[base]), *system.solve(x)))
    return found


def _count(system: System, row: Record, base: str, share: str) -> int:
    """The unknown count of a row, within what the row itself says."""
    size = int(row[base])
    value = row.get(share)
    if value is None:
        return system.add(0, size)
    count = round(value * size)
    bound = row.get("bound")
    return system.add(0 if bound == "most" else count, size if bound == "least" else count)


def _tie_total(
    system: System,
    record: Record,
    whole: Sequence[tuple[Record, int]],
    parts: Sequence[tuple[Record, int]],
    *,
    base: str,
    term: str,
) -> None:
    """The total over all rows of a margin: of a row of its own, or of the headline."""
    if not parts:
        return
    people = sum(int(row[base]) for row, _ in parts)
    weights = {x: 1.0 for _, x in parts}
    if whole:
        row, total = whole[0]
        rest = int(row[base]) - people
        low, high = 0.0, 0.0
        weights[total] = -1.0
    elif term and str(record["term"]).startswith(term) and record["estimate"] is not None:
        size = int(record["n_obs"])
        rest = size - people
        count = round(record["estimate"] * size)
        bound = record["details"].get(f"bound_{record['term']}")
        low = 0.0 if bound == "most" else float(count)
        high = float(size) if bound == "least" else float(count)
    else:
        return
    if rest < 0:
        return
    if rest:
        weights[system.add(0, rest)] = 1.0
    system.tie(weights, low, high)


def _tie_completers(system: System, known: Mapping[str, Record], parts: Sequence[tuple[Record, int]]) -> None:
    """The cost per completer beside the cost per participant tells how many completed."""
    cost = known.get("cost_per_participant")
    for row in cost["rows"] if cost is not None else ():
        for other, x in parts:
            same = other["label_code"] == row["label_code"] and other["total"] == row["n"]
            if same and row.get("per_completer"):
                completers = row["amount"] * row["n"] / row["per_completer"]
                system.tie({x: 1.0}, completers, completers)


@dataclass(frozen=True)
class Leftover:
    """People whose mean is the difference between a total and what is shown of it."""

    question: str
    group: str
    people: int


def recover_leftovers(records: Iterable[Record]) -> list[Leftover]:
    """For every table of means with a total: how many people are left over beside those shown."""
    known = {record["question"]: record for record in reversed(list(records))}
    gain = known.get("learning_gain")
    trained = gain["details"].get("trained", gain["n_obs"]) if gain and gain["n_obs"] else None
    totals = {
        "heterogeneity": lambda r: r["sample"]["people"],
        "competency_gaps": lambda r: r["n_obs"],
        "participation_slope": lambda _: trained,
    }
    found = []
    for question, total in totals.items():
        record = known.get(question)
        if record is None or record["finding_status"] != "estimated" or total(record) is None:
            continue
        groups: dict[str, list[Record]] = {}
        for row in record["rows"]:
            groups.setdefault(str(row.get("group")), []).append(row)
        for group, rows in groups.items():
            shown = sum(int(row["n"]) for row in rows if row.get("n") is not None)
            if (left := total(record) - shown) >= 0 and shown:
                found.append(Leftover(question, group, left))
    return found


@dataclass(frozen=True)
class Isolated:
    """The mean of the few people by whom two publications of one number differ."""

    question: str
    name: str
    people: int
    mean: float


def compare_releases(first: Iterable[Record], second: Iterable[Record]) -> list[Isolated]:
    """Means that follow from the same number in two publications: of those who joined or left."""
    before = {_key(record): record for record in first if record["estimate"] is not None}
    found = []
    for record in second:
        other = before.get(_key(record))
        if other is None or record["estimate"] is None or not record["n_obs"] or not other["n_obs"]:
            continue
        people = record["n_obs"] - other["n_obs"]
        if people and record["estimate"] != other["estimate"]:
            total = record["n_obs"] * record["estimate"] - other["n_obs"] * other["estimate"]
            found.append(Isolated(record["question"], str(record["term"]), abs(people), total / people))
    return found


def _key(record: Record) -> tuple[Any, ...]:
    return record["question"], record["term"], record["outcome"]
