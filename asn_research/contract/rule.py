"""Dated regulation data: which rule held on a given day."""

from __future__ import annotations

import datetime
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from asn_research.errors import RuleError

RULE_NAMES: tuple[str, ...] = ("grades", "ip_asn", "skm", "skp", "training_hours")


@dataclass(frozen=True, slots=True)
class Rule:
    """One version of a regulation: from when it holds, where it stands, how sure that is, and its numbers."""

    name: str
    holds_from: datetime.date
    source: str
    certainty: str
    values: dict[str, Any]

    def __getitem__(self, key: str) -> Any:
        return self.values[key]


@cache
def _read_versions(name: str) -> tuple[Rule, ...]:
    if name not in RULE_NAMES:
        raise RuleError(f"there is no rule file {name!r}; known are {', '.join(RULE_NAMES)}")
    text = files("asn_research.contract").joinpath("rules", f"{name}.toml").read_text(encoding="utf-8")
    versions = [dict(version) for version in tomllib.loads(text)["version"]]
    rules = [Rule(name, v.pop("holds_from"), v.pop("source"), v.pop("certainty"), v) for v in versions]
    return tuple(sorted(rules, key=lambda rule: rule.holds_from))


def read_rule(name: str, *, on: datetime.date) -> Rule:
    """The version of rule ``name`` that holds on a day.

    Raises
    ------
    RuleError
        If there is no such rule, or none of its versions holds yet on that day.

    Examples
    --------
    >>> import datetime
    >>> read_rule("skm", on=datetime.date(2025, 1, 1))["index_factor"]
    25
    """
    versions = _read_versions(name)
    holding = [rule for rule in versions if rule.holds_from <= on]
    if not holding:
        raise RuleError(f"rule {name} has no version for {on}; the first holds from {versions[0].holds_from}")
    return holding[-1]
